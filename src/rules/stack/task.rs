//! What only the tasks show: the deploy exits with 0, and the nodes reject or never start them.

use super::resolved::{declared, items, services, stacks, text};
use crate::rules::{Checks, Context, Ruling};
use crate::stack::Constraint;
use crate::syntax::tree::{Node, Value};
use crate::violation::{Certainty, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("stack-healthcheck-form", stack_healthcheck_form),
    ("stack-mount-invalid", stack_mount_invalid),
    ("stack-precondition", stack_precondition),
    ("stack-task-option-invalid", stack_task_option_invalid),
];

fn stack_healthcheck_form(c: &Context<'_>, out: &mut Ruling) {
    for (_, service) in services(c) {
        let test = items(&service.value, &["healthcheck", "test"]);
        let Some((first, node)) = test.first().and_then(|n| n.as_str().map(|t| (t, n))) else { continue };
        match first {
            "CMD" if test.len() == 1 => {
                // The daemon itself panics at the first probe.
                let message = "`test` is `CMD` without a command: the daemon fails at the first probe";
                out.violation(
                    Violation::at(node.span, message).docker("panic: runtime error: slice bounds out of range [1:0]"),
                );
            }
            "CMD" | "CMD-SHELL" | "NONE" => out.holds(node.span, "the engine runs the probe"),
            // An empty first word takes the image's own healthcheck.
            "" => {}
            other => {
                let message = format!("`test` begins with `{other}`, not with CMD or CMD-SHELL: it never runs");
                let help = "put `CMD` before the list, or write one text for the shell";
                out.violation(Violation::at(node.span, message).help(help).docker("Unknown healthcheck type"));
            }
        }
    }
}

fn stack_mount_invalid(c: &Context<'_>, out: &mut Ruling) {
    for (stack, service) in services(c) {
        for mount in items(&service.value, &["volumes"]) {
            let target = mount.get("target");
            if mount.is_unknown() || target.is_some_and(Node::is_unknown) {
                continue;
            }
            let path = target.and_then(Node::as_str).unwrap_or_default();
            let span = target.map_or(mount.span, |t| t.span);
            let bytes = path.as_bytes();
            let drive = matches!(bytes, [letter, b':', ..] if letter.is_ascii_alphabetic());
            let source = text(mount, &["source"]).map_or("", |(s, _)| s);
            let source_drive = matches!(source.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
            let declares = |name: &str| declared(&stack.loaded, "volumes").iter().any(|e| e.name() == name);
            let docker = format!("invalid mount target, must be an absolute path: {path}");
            if let Some(letter) = [path, source]
                .iter()
                .find(|p| p.get(..1).is_some_and(declares) && p.as_bytes().get(1) == Some(&b':'))
                .filter(|_| drive && source.is_empty() || source_drive)
            {
                let name = &letter[..1];
                let message = format!("`{letter}` is read as a Windows path, not as a volume `{name}`");
                let help = "give the volume a name of two letters or more";
                out.violation(Violation::at(span, message).help(help).docker(docker));
            } else if drive && bytes.get(2) == Some(&b'\\') || path.contains("{{") {
                out.unknown(span, "it is a path on Windows, or a placeholder decides");
            } else if path.is_empty() {
                out.violation(Violation::at(span, "the mount has no target").docker(docker));
            } else if !path.starts_with('/') {
                let message = format!("`{path}` is no absolute path in the container");
                out.violation(Violation::at(span, message).docker(docker));
            } else if crate::stack::load::join("/", path.trim_start_matches('/')) == "/" {
                let docker = "invalid specification: destination can't be '/'";
                out.violation(Violation::at(span, "`/` cannot be mounted over").docker(docker));
            } else {
                out.holds(span, format!("`{path}` is an absolute path"));
            }
        }
    }
}

const ULIMITS: &[&str] = &[
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Linux's capabilities without `CAP_`.
const CAPABILITIES: &[&str] = &[
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// Kernel settings that belong to a container, and the beginnings of more.
const SYSCTLS: &[&str] = &[
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
    "kernel.domainname",
];

fn stack_task_option_invalid(c: &Context<'_>, out: &mut Ruling) {
    for (_, service) in services(c) {
        let node = &service.value;
        for limit in node.get("ulimits").map(Node::entries).unwrap_or_default() {
            let name = limit.name();
            let bound = |key: &str| limit.value.get(key).and_then(Node::as_int);
            if !ULIMITS.iter().any(|u| u.eq_ignore_ascii_case(name)) {
                let docker = format!("wrong rlimit value: RLIMIT_{}", name.to_uppercase());
                out.violation(Violation::at(limit.key.span, format!("`{name}` is no ulimit")).docker(docker));
            } else if let (Some(soft), Some(hard)) = (bound("soft"), bound("hard"))
                && (soft < 0 || soft > hard)
                && hard >= 0
            {
                let message = format!("the soft limit of `{name}` is above the hard one");
                out.violation(Violation::at(limit.key.span, message).docker("error setting rlimit: invalid argument"));
            } else {
                out.holds(limit.key.span, format!("`{name}` is a ulimit"));
            }
        }
        for (key, word) in [("cap_add", "CapAdd"), ("cap_drop", "CapDrop")] {
            for item in items(node, &[key]) {
                let Some(written) = item.as_str() else { continue };
                let upper = written.to_ascii_uppercase();
                let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
                if CAPABILITIES.contains(&name) && upper != "CAP_ALL" {
                    out.holds(item.span, format!("`{written}` is a capability"));
                } else {
                    let docker = format!("invalid {word}: unknown capability: \"CAP_{name}\"");
                    out.violation(Violation::at(item.span, format!("`{written}` is no capability")).docker(docker));
                }
            }
        }
        for setting in node.get("sysctls").map(Node::entries).unwrap_or_default() {
            let name = setting.name();
            if !SYSCTLS.contains(&name) && !name.starts_with("net.") && !name.starts_with("fs.mqueue.") {
                let docker = format!("sysctl \"{name}\" is not in a separate kernel namespace");
                let message = format!("`{name}` is a setting of the whole node");
                out.violation(Violation::at(setting.key.span, message).docker(docker));
            }
        }
        if let Some((folder, span)) =
            text(node, &["working_dir"]).filter(|(f, _)| !f.starts_with('/') && !f.contains('\\'))
        {
            let docker = format!("the working directory '{folder}' is invalid, it needs to be an absolute path");
            out.violation(Violation::at(span, format!("`{folder}` is no absolute path")).docker(docker));
        }
        if let Some((signal, span)) = text(node, &["stop_signal"]).filter(|(s, _)| !is_signal(s)) {
            let docker = format!("Invalid signal: {signal}");
            out.violation(Violation::at(span, format!("`{signal}` is no signal")).docker(docker));
        }
        for kind in ["secrets", "configs"] {
            for reference in items(node, &[kind]) {
                for key in ["uid", "gid"] {
                    let Some((id, span)) = text(reference, &[key]).filter(|(id, _)| id.parse::<i64>().is_err()) else {
                        continue;
                    };
                    let docker = format!("starting container failed: strconv.Atoi: parsing {id:?}: invalid syntax");
                    out.violation(
                        Violation::at(span, format!("`{id}` is no number: `{key}` takes no name")).docker(docker),
                    );
                }
            }
        }
        for host in items(node, &["extra_hosts"]) {
            let Some((name, address)) = host.as_str().and_then(|h| h.split_once(':')) else { continue };
            let known = address.is_empty() || address == "host-gateway" || address.parse::<std::net::IpAddr>().is_ok();
            if !known && !name.is_empty() && !address.contains("{{") {
                let docker = format!("invalid IP address in add-host: \"{address}\"");
                out.violation(Violation::at(host.span, format!("`{address}` is no address")).docker(docker));
            }
        }
    }
}

fn is_signal(text: &str) -> bool {
    const NAMES: &[&str] = &[
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL",
        "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1",
        "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
    ];
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    NAMES.contains(&name) || name.starts_with("RTMIN") || name.starts_with("RTMAX") || text.parse::<u8>().is_ok()
}

/// What the nodes must have for the tasks to run: no file of the repository can tell.
fn stack_precondition(c: &Context<'_>, out: &mut Ruling) {
    for (_, service) in services(c) {
        let node = &service.value;
        let name = service.name();
        let mut need = |span, what: String| out.violation(Violation::at(span, what).certainty(Certainty::Certain));
        for constraint in items(node, &["deploy", "placement", "constraints"]) {
            let parsed = constraint.as_str().and_then(Constraint::parse).filter(|parsed| parsed.equal);
            let Some(Constraint { key, value, .. }) = parsed else { continue };
            let lower = key.to_ascii_lowercase();
            if lower.starts_with("node.labels.") || lower.starts_with("engine.labels.") {
                need(constraint.span, format!("`{name}` needs a node with the label `{key} == {value}`"));
            } else if matches!(lower.as_str(), "node.hostname" | "node.id" | "node.ip") {
                need(constraint.span, format!("`{name}` needs the node with `{key} == {value}`"));
            }
        }
        for resource in items(node, &["deploy", "resources", "reservations", "generic_resources"]) {
            if let Some((kind, span)) = text(resource, &["discrete_resource_spec", "kind"]) {
                need(span, format!("`{name}` needs a node whose daemon offers `{kind}`"));
            }
        }
        if let Some((driver, span)) = text(node, &["logging", "driver"]).filter(|(d, _)| !LOGGERS.contains(d)) {
            need(span, format!("`{name}` needs the logging plugin `{driver}` on its nodes"));
        }
        let most = node.at(&["deploy", "placement", "max_replicas_per_node"]).and_then(Node::as_int).filter(|n| *n > 0);
        let replicas = node.at(&["deploy", "replicas"]).and_then(Node::as_int).unwrap_or(1);
        let entry = node.at(&["deploy", "placement"]).and_then(|p| p.entry("max_replicas_per_node"));
        if let (Some(most), Some(entry)) = (most.filter(|m| replicas > *m), entry) {
            let nodes = (replicas + most - 1) / most;
            need(entry.key.span, format!("`{name}` needs {nodes} nodes for its {replicas} tasks"));
        }
        let user = text(node, &["user"]).map(|(u, span)| (u.split(':').next().unwrap_or(u), span));
        if let Some((user, span)) =
            user.filter(|(u, _)| !matches!(*u, "" | "root" | "nobody") && u.parse::<i64>().is_err())
        {
            need(span, format!("`{name}` needs the user `{user}` in its image"));
        }
    }
    for stack in stacks(c) {
        for volume in declared(&stack.loaded, "volumes") {
            if let Some((driver, span)) = text(&volume.value, &["driver"]).filter(|(d, _)| *d != "local") {
                let message = format!("the volume `{}` needs the plugin `{driver}` on its nodes", volume.name());
                out.violation(Violation::at(span, message));
            }
            let options = volume.value.get("driver_opts");
            let device = options.and_then(|o| o.entry("device"));
            let kind = options.and_then(|o| o.get("type")).and_then(Node::as_str).unwrap_or_default();
            if let Some(device) = device.filter(|_| !matches!(kind, "" | "tmpfs")) {
                let Value::Str(path) = &device.value.value else { continue };
                let message = format!("the volume `{}` needs `{path}` on its nodes", volume.name());
                out.violation(Violation::at(device.value.span, message));
            }
        }
        for network in declared(&stack.loaded, "networks") {
            let known = ["overlay", "bridge", "host", "null", "none", "macvlan", "ipvlan"];
            if let Some((driver, span)) = text(&network.value, &["driver"]).filter(|(d, _)| !known.contains(d)) {
                let message = format!("the network `{}` needs the plugin `{driver}` on its nodes", network.name());
                out.violation(Violation::at(span, message));
            }
        }
    }
}

/// Logging drivers that the daemon has.
const LOGGERS: &[&str] = &[
    "none",
    "local",
    "json-file",
    "syslog",
    "journald",
    "gelf",
    "fluentd",
    "awslogs",
    "splunk",
    "etwlogs",
    "gcplogs",
    "logentries",
];
