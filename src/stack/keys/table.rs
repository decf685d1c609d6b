//! The keys of the formats 3.0 to 3.13, from the top of a stack file to its leaves.
//!
//! Observed with docker 28: `docker stack config` for what is let pass and since when, `docker service inspect` after a
//! deploy for what becomes of it.

use super::Type::{
    Attachments, Build, Choice, Command, External, FileReferences, Flag, Hosts, Mapping, Mounts, ObjectOrNull,
    Optional, OptionalFlag, Options, Ports, Records, Section, Size, StringOrList, Strings, StringsOrNumbers, Test,
    Text, TextOrNull, TextOrNumber, Ulimits, Unread,
};
use super::cluster::CLUSTER_SPEC;
use super::{Fate, Into, Number, Object, Type, UNLISTED, key, object, open};
use crate::violation::Severity::{Error, Note, Warning};
use Fate::{Dropped, Honoured, Ignored, Misread, Refused};

const fn number(whole: bool, into: Into) -> Type {
    Type::Number(Number { whole, minimum: None, into })
}

const DURATION: Type = Type::Duration { optional: true, checked: 0 };
const PLAIN_DURATION: Type = Type::Duration { optional: false, checked: 0 };
const HEALTH_DURATION: Type = Type::Duration { optional: true, checked: 4 };
const UNIQUE: Type = Strings { unique: true };
const LABELS: Type = Mapping { bare: false };
const ORDER: Type = Choice(&["start-first", "stop-first"]);
const DRIVER_OPTIONS: Type = Options { null: false };

/// The whole file.
pub static STACK: Object = Object {
    extensions: Some(4),
    ..object(
        "a stack",
        &[
            key("version", Text, 0, Honoured, "the format: which keys the file may hold; absent, the newest"),
            key("services", Section { of: &SERVICE, null: false, closed: true }, 0, Honoured, "what runs"),
            key("networks", Section { of: &NETWORK, null: true, closed: false }, 0, Honoured, "what services are attached to"),
            key("volumes", Section { of: &VOLUME, null: true, closed: true }, 0, Honoured, "named volumes"),
            key("secrets", Section { of: &SECRET, null: false, closed: true }, 1, Honoured, "files that only their services read"),
            key("configs", Section { of: &CONFIG, null: false, closed: true }, 3, Honoured, "files that services read"),
        ],
    )
};

static SERVICE: Object = Object {
    extensions: Some(7),
    ..object(
        "a service",
        &[
            key("build", Build(&BUILD), 0, Ignored(Note, "build and push the image before the deploy"), "how Compose builds the image"),
            key("cap_add", UNIQUE, 0, Honoured, "capabilities to add"),
            key("cap_drop", UNIQUE, 0, Honoured, "capabilities to take away"),
            key("cgroup_parent", Text, 0, Ignored(Warning, "drop it"), "the parent control group"),
            key("cgroupns_mode", Text, 9, Ignored(Error, "drop it, and do without"), "the control group namespace"),
            key("command", Command, 0, Honoured, "the arguments, in place of the image's CMD"),
            key("configs", FileReferences(&FILE_REFERENCE), 3, Honoured, "configs to mount"),
            key("container_name", Text, 0, Ignored(Note, "drop it: tasks are named by Swarm"), "the container's name"),
            key("cpu_quota", Text, 0, Refused("set `deploy.resources.limits.cpus`"), "a limit of Compose"),
            key("cpu_shares", Text, 0, Refused("set `deploy.resources.reservations.cpus`"), "a limit of Compose"),
            key("cpuset", Text, 0, Refused("drop it: Swarm pins no task to processors"), "a limit of Compose"),
            key("credential_spec", Type::Object(&CREDENTIAL_SPEC), 3, Honoured, "a Windows service account"),
            key("depends_on", UNIQUE, 0, Dropped("let the service wait for what it needs, or fail and be started again"), "what Compose starts first"),
            key("deploy", ObjectOrNull(&DEPLOY), 0, Honoured, "how Swarm runs the service"),
            key("devices", UNIQUE, 0, Ignored(Error, "run it outside of Swarm, or reach the device through a generic resource"), "devices of the host"),
            key("dns", StringOrList, 0, Honoured, "name servers"),
            key("dns_search", StringOrList, 0, Honoured, "search domains"),
            key("domainname", Text, 0, Ignored(Warning, "set `hostname` to the full name"), "the domain name"),
            key("entrypoint", Command, 0, Honoured, "the program, in place of the image's ENTRYPOINT"),
            key("env_file", StringOrList, 0, Honoured, "files of variables, read by the client"),
            key("environment", Mapping { bare: true }, 0, Honoured, "variables"),
            key("expose", StringsOrNumbers, 0, Ignored(Note, "drop it: services of one network reach every port"), "ports for linked services"),
            key("extends", Text, 0, Refused("write the keys out, or share them with an anchor"), "another service to start from"),
            key("external_links", UNIQUE, 0, Ignored(Warning, "attach both to one network"), "containers of other projects"),
            key("extra_hosts", Hosts, 0, Honoured, "lines for /etc/hosts"),
            key("healthcheck", Optional(&HEALTHCHECK), 0, Honoured, "how a task is known to be well"),
            key("hostname", Text, 0, Honoured, "the host's name inside; placeholders are filled in"),
            key("image", Text, 0, Honoured, "the image to run"),
            key("init", OptionalFlag, 7, Honoured, "a small init as the first process"),
            key("ipc", Text, 0, Ignored(Error, "drop it, and do without"), "the IPC namespace"),
            key("isolation", Text, 5, Honoured, "isolation on Windows"),
            key("labels", LABELS, 0, Honoured, "labels of the containers; what reads services looks at `deploy.labels`"),
            key("links", UNIQUE, 0, Ignored(Warning, "attach both to one network: the service's name resolves there"), "other services"),
            key("logging", Optional(&LOGGING), 0, Honoured, "where stdout goes"),
            key("mac_address", Text, 0, Ignored(Warning, "drop it"), "the hardware address"),
            key("mem_limit", Text, 0, Refused("set `deploy.resources.limits.memory`"), "a limit of Compose"),
            key("memswap_limit", Text, 0, Refused("drop it: Swarm limits memory alone"), "a limit of Compose"),
            key("network_mode", Text, 0, Ignored(Error, "attach it to an external network named `host`"), "the network namespace"),
            key("networks", Attachments(&ATTACHMENT), 0, Honoured, "networks to attach to; absent, `default`"),
            key("oom_score_adj", Unread(&number(true, Into::I64)), 13, Dropped("the client never reads it: drop it"), "the out-of-memory score"),
            key("pid", TextOrNull, 0, Ignored(Error, "drop it, and do without"), "the process namespace"),
            key("ports", Ports(&PORT), 0, Honoured, "ports to publish"),
            key("privileged", Flag, 0, Ignored(Error, "name the capabilities that it needs in `cap_add`"), "all rights on the host"),
            key("read_only", Flag, 0, Honoured, "a root file system that cannot be written"),
            key("restart", Text, 0, Misread("write `deploy.restart_policy`"), "when to start again; read, except `no`, where `deploy.restart_policy` is absent"),
            key("secrets", FileReferences(&FILE_REFERENCE), 1, Honoured, "secrets to mount"),
            key("security_opt", UNIQUE, 0, Ignored(Error, "set it in the daemon's configuration on every node"), "security profiles"),
            key("shm_size", TextOrNumber, 0, Ignored(Warning, "mount a tmpfs at /dev/shm in the long form of `volumes`"), "the size of /dev/shm"),
            key("stdin_open", Flag, 0, Honoured, "an open stdin"),
            key("stop_grace_period", DURATION, 0, Honoured, "the time between SIGTERM and SIGKILL"),
            key("stop_signal", Text, 0, Honoured, "the signal in place of SIGTERM"),
            key("sysctls", LABELS, 0, Honoured, "kernel settings"),
            key("tmpfs", StringOrList, 0, Dropped("mount it in the long form of `volumes`, with `type: tmpfs`"), "memory as a file system"),
            key("tty", Flag, 0, Honoured, "a terminal"),
            key("ulimits", Ulimits(&ULIMIT), 0, Honoured, "limits of the processes"),
            key("user", Text, 0, Honoured, "who runs the program"),
            key("userns_mode", Text, 0, Ignored(Error, "set it in the daemon's configuration on every node"), "the user namespace"),
            key("volume_driver", Text, 0, Refused("name the driver at the volume, under the top-level `volumes`"), "the driver of all volumes"),
            key("volumes", Mounts(&MOUNT), 0, Honoured, "what is mounted"),
            key("volumes_from", Text, 0, Refused("share a named volume"), "another container's volumes"),
            key("working_dir", Text, 0, Honoured, "the folder to start in"),
        ],
    )
};

static BUILD: Object = Object {
    open: Some(11),
    ..object(
        "a build",
        &[
            key("args", Mapping { bare: true }, 0, Honoured, "build arguments"),
            key("cache_from", UNIQUE, 2, Honoured, "images to take layers from"),
            key("context", Text, 0, Honoured, "the folder to build from"),
            key("dockerfile", Text, 0, Honoured, "the Dockerfile"),
            key("extra_hosts", Hosts, 9, Honoured, "lines for /etc/hosts"),
            key("labels", LABELS, 3, Honoured, "labels of the image"),
            key("network", Text, 4, Honoured, "the network of RUN"),
            key("shm_size", Unread(&TextOrNumber), 5, Honoured, "the size of /dev/shm"),
            key("target", Text, 4, Honoured, "the stage to build"),
        ],
    )
};

static FILE_REFERENCE: Object = open(
    "a reference",
    &[
        key("gid", Text, 0, Honoured, "the file's group, by number"),
        key("mode", number(false, Into::OptionalU32), 0, Honoured, "the file's mode; YAML reads 0440 as octal and 440 as decimal"),
        key("source", Text, 0, Honoured, "its name in the stack"),
        key("target", Text, 0, Honoured, "the file's name in the container"),
        key("uid", Text, 0, Honoured, "the file's owner, by number"),
    ],
);

static CREDENTIAL_SPEC: Object = object(
    "a credential spec",
    &[
        key("config", Text, 8, Honoured, "the config that holds it"),
        key("file", Text, 0, Honoured, "the file that holds it"),
        key("registry", Text, 0, Honoured, "the registry value that holds it"),
    ],
);

static HEALTHCHECK: Object = object(
    "a healthcheck",
    &[
        key("disable", Flag, 0, Honoured, "no healthcheck, not even the image's"),
        key("interval", HEALTH_DURATION, 0, Honoured, "the time between two probes"),
        key("retries", number(false, Into::OptionalU64), 0, Honoured, "failures in a row that make it unhealthy"),
        key("start_interval", HEALTH_DURATION, 12, Honoured, "the time between probes while it starts; engines before 25 drop it"),
        key("start_period", HEALTH_DURATION, 4, Honoured, "the time in which failures do not count"),
        key("test", Test, 0, Honoured, "the probe: a line for the shell, or a list that begins with CMD or CMD-SHELL"),
        key("timeout", HEALTH_DURATION, 0, Honoured, "the longest that a probe may take"),
    ],
);

static LOGGING: Object = object(
    "logging",
    &[
        key("driver", Text, 0, Honoured, "the logging driver"),
        key("options", Options { null: true }, 0, Honoured, "its options"),
    ],
);

static ATTACHMENT: Object = object(
    "an attachment",
    &[
        key("aliases", UNIQUE, 0, Honoured, "more names on this network"),
        key("driver_opts", DRIVER_OPTIONS, 13, Honoured, "options for the network's driver"),
        key("ipv4_address", Text, 0, Dropped("reach the service by its name: Swarm gives out addresses"), "a fixed address"),
        key("ipv6_address", Text, 0, Dropped("reach the service by its name: Swarm gives out addresses"), "a fixed address"),
    ],
);

static PORT: Object = object(
    "a port",
    &[
        key("mode", Text, 2, Honoured, "`ingress`: on every node; `host`: on the task's node"),
        key("protocol", Text, 2, Honoured, "tcp, udp or sctp"),
        key("published", number(true, Into::U32), 2, Honoured, "the port outside"),
        key("target", number(true, Into::U32), 2, Honoured, "the port of the container"),
    ],
);

static ULIMIT: Object = Object {
    required: &["soft", "hard"],
    ..object(
        "a ulimit",
        &[
            key("hard", number(true, Into::I64), 0, Honoured, "the limit that root alone raises"),
            key("soft", number(true, Into::I64), 0, Honoured, "the limit"),
        ],
    )
};

static MOUNT: Object = Object {
    required: &["type"],
    ..object(
        "a mount",
        &[
            key("bind", Optional(&BIND), 2, Honoured, "options of a bind"),
            key("consistency", Text, 2, Dropped("drop it: it is for Docker Desktop"), "how changes reach the host"),
            key("read_only", Flag, 2, Honoured, "cannot be written"),
            key("source", Text, 2, Honoured, "the volume's name, or a path of the node"),
            key("target", Text, 2, Honoured, "the path in the container"),
            key("tmpfs", Optional(&TMPFS), 6, Honoured, "options of a tmpfs"),
            key("type", Text, 2, Honoured, "volume, bind, tmpfs, npipe or cluster"),
            key("volume", Optional(&VOLUME_OPTIONS), 2, Honoured, "options of a volume"),
        ],
    )
};

static BIND: Object = open("a bind", &[key("propagation", Text, 0, Honoured, "whether mounts below it are seen")]);

static VOLUME_OPTIONS: Object = open(
    "a volume's options",
    &[
        key("nocopy", Flag, 0, Honoured, "the image's files are not copied into an empty volume"),
        key("subpath", Text, UNLISTED, Honoured, "a folder of the volume; engines before 26 drop it"),
    ],
);

static TMPFS: Object = open(
    "a tmpfs",
    &[key("size", Type::Number(Number { whole: true, minimum: Some(0), into: Into::I64 }), 0, Honoured, "bytes")],
);

static DEPLOY: Object = object(
    "`deploy`",
    &[
        key("endpoint_mode", Text, 2, Honoured, "vip: one address for all tasks; dnsrr: the addresses of the tasks"),
        key("labels", LABELS, 0, Honoured, "labels of the service"),
        key("mode", Text, 0, Honoured, "replicated, global, replicated-job or global-job"),
        key("placement", Type::Object(&PLACEMENT), 0, Honoured, "which nodes may run it"),
        key("replicas", number(true, Into::OptionalU64), 0, Honoured, "how many tasks"),
        key("resources", Type::Object(&RESOURCES), 0, Honoured, "what it may use and what is kept for it"),
        key("restart_policy", Optional(&RESTART_POLICY), 0, Honoured, "when a task is replaced"),
        key("rollback_config", Optional(&UPDATE_CONFIG), 7, Honoured, "how a rollback goes"),
        key("update_config", Optional(&UPDATE_CONFIG), 0, Honoured, "how an update goes"),
    ],
);

static UPDATE_CONFIG: Object = object(
    "an update",
    &[
        key("delay", PLAIN_DURATION, 0, Honoured, "the time between two batches"),
        key("failure_action", Text, 0, Honoured, "pause, continue or rollback"),
        key("max_failure_ratio", number(false, Into::F32), 0, Honoured, "the share of tasks that may fail"),
        key("monitor", PLAIN_DURATION, 0, Honoured, "the time in which a new task is watched"),
        key("order", ORDER, 4, Honoured, "start-first or stop-first"),
        key("parallelism", number(true, Into::OptionalU64), 0, Honoured, "tasks at a time; 0 for all"),
    ],
);

static RESOURCES: Object = object(
    "resources",
    &[
        key("limits", Optional(&LIMITS), 0, Honoured, "the most that a task gets"),
        key("reservations", Optional(&RESERVATIONS), 0, Honoured, "what a node must have free"),
    ],
);

static LIMITS: Object = object(
    "limits",
    &[
        key("cpus", Text, 0, Honoured, "processors, such as \"0.5\""),
        key("memory", Size, 0, Honoured, "memory, such as 512M"),
        key("pids", number(true, Into::I64), 9, Honoured, "processes"),
    ],
);

static RESERVATIONS: Object = object(
    "reservations",
    &[
        key("cpus", Text, 0, Honoured, "processors, such as \"0.5\""),
        key("generic_resources", Records(&GENERIC_RESOURCE), 5, Honoured, "what the daemon's configuration offers, such as GPUs"),
        key("memory", Size, 0, Honoured, "memory, such as 512M"),
    ],
);

static GENERIC_RESOURCE: Object = object(
    "a generic resource",
    &[key("discrete_resource_spec", Optional(&DISCRETE), 0, Honoured, "a kind and how many")],
);

static DISCRETE: Object = Object {
    whole: true,
    ..object(
        "a discrete resource",
        &[
            key("kind", Text, 0, Honoured, "its name"),
            key("value", number(false, Into::I64), 0, Honoured, "how many"),
        ],
    )
};

static RESTART_POLICY: Object = object(
    "a restart policy",
    &[
        key("condition", Text, 0, Honoured, "none, on-failure or any"),
        key("delay", DURATION, 0, Honoured, "the time before a new task starts"),
        key("max_attempts", number(true, Into::OptionalU64), 0, Honoured, "how often, within the window"),
        key("window", DURATION, 0, Honoured, "the time in which attempts count"),
    ],
);

static PLACEMENT: Object = object(
    "a placement",
    &[
        key("constraints", Strings { unique: false }, 0, Honoured, "what a node must be"),
        key("max_replicas_per_node", number(true, Into::U64), 8, Honoured, "the most tasks on one node"),
        key("preferences", Records(&PREFERENCE), 3, Honoured, "what tasks are spread over"),
    ],
);

static PREFERENCE: Object = object("a preference", &[key("spread", Text, 0, Honoured, "the label to spread over")]);

static NETWORK: Object = Object {
    extensions: Some(7),
    ..object(
        "a network",
        &[
            key("attachable", Flag, 2, Honoured, "containers outside of Swarm may join"),
            key("driver", Text, 0, Honoured, "overlay, or a driver of a plugin"),
            key("driver_opts", DRIVER_OPTIONS, 0, Honoured, "its options"),
            key("external", External { open: false }, 0, Honoured, "made by somebody else"),
            key("internal", Flag, 0, Honoured, "no way out"),
            key("ipam", Type::Object(&IPAM), 0, Honoured, "its addresses"),
            key("labels", LABELS, 0, Honoured, "its labels"),
            key("name", Text, 5, Honoured, "its name, without the stack's before it"),
        ],
    )
};

static IPAM: Object = object(
    "ipam",
    &[
        key("config", Records(&POOL), 0, Honoured, "subnets"),
        key("driver", Text, 0, Honoured, "who gives out addresses"),
    ],
);

static POOL: Object = object("a subnet", &[key("subnet", Text, 0, Honoured, "such as 10.1.0.0/16")]);

static VOLUME: Object = Object {
    extensions: Some(7),
    ..object(
        "a volume",
        &[
            key("driver", Text, 0, Honoured, "who stores it; local if absent"),
            key("driver_opts", DRIVER_OPTIONS, 0, Honoured, "its options"),
            key("external", External { open: false }, 0, Honoured, "made by somebody else"),
            key("labels", LABELS, 0, Honoured, "its labels"),
            key("name", Text, 4, Honoured, "its name, without the stack's before it; placeholders are filled in"),
            key("x-cluster-spec", Optional(&CLUSTER_SPEC), 10, Honoured, "a volume of the cluster (CSI)"),
        ],
    )
};

static SECRET: Object = Object {
    extensions: Some(7),
    ..object(
        "a secret",
        &[
            key("driver", Text, 8, Honoured, "the plugin that gives its value"),
            key("driver_opts", DRIVER_OPTIONS, 8, Honoured, "its options"),
            key("external", External { open: true }, 1, Honoured, "made by somebody else"),
            key("file", Text, 1, Honoured, "the file with its value"),
            key("labels", LABELS, 1, Honoured, "its labels"),
            key("name", Text, 5, Honoured, "its name, without the stack's before it"),
            key("template_driver", Text, 8, Honoured, "golang, to fill in placeholders"),
        ],
    )
};

static CONFIG: Object = Object {
    extensions: Some(7),
    ..object(
        "a config",
        &[
            key("external", External { open: true }, 3, Honoured, "made by somebody else"),
            key("file", Text, 3, Honoured, "the file with its content"),
            key("labels", LABELS, 3, Honoured, "its labels"),
            key("name", Text, 5, Honoured, "its name, without the stack's before it"),
            key("template_driver", Text, 8, Honoured, "golang, to fill in placeholders"),
        ],
    )
};
