//! VI. Processes: stateless, nothing kept on the machine.

mod memory;
mod state;
mod sticky;

use super::{Checks, Context, Ruling};
use crate::app::Deployed;
use crate::app::image::absolute;
use crate::fact::Fact;
use crate::stack::{Mode, Mount, MountKind, Storage};
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("anonymous-volume", anonymous_volume),
    ("in-memory-session", state::in_memory_session),
    ("local-upload-storage", state::local_upload_storage),
    ("module-level-state", memory::module_level_state),
    ("realtime-without-adapter", state::realtime_without_adapter),
    ("replicated-local-volume", replicated_local_volume),
    ("shared-local-volume", state::shared_local_volume),
    ("sticky-sessions", sticky::sticky_sessions),
    ("unpinned-local-volume", unpinned_local_volume),
];

/// Paths that belong to the host: mounting them is about the host, not about state.
const HOST: &[&str] = &[
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/run",
    "/var/lib/docker",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/machine-id",
    "/etc/os-release",
    "/lib/modules",
    "/var/log",
    "/etc/passwd",
    "/etc/group",
    "/etc/ssl",
    "/etc/resolv.conf",
];

fn is_host_path(path: &str) -> bool {
    path == "/" || HOST.iter().any(|h| path == *h || path.starts_with(&format!("{h}/")))
}

/// Whether content below this target may differ from node to node.
fn is_scratch(c: &Context<'_>, target: &str) -> bool {
    let ignored = c.option("ignore");
    let paths: Vec<&str> =
        if ignored.is_empty() { vec!["/tmp", "/var/cache"] } else { ignored.iter().map(String::as_str).collect() };
    paths.iter().any(|p| target == *p || target.starts_with(&format!("{p}/")))
}

/// A mount that keeps data on the node; nothing where it keeps none, or where that is not known.
fn local<'m>(c: &Context<'_>, out: &mut Ruling, deployed: &Deployed<'_>, mount: &'m Mount) -> Option<&'m str> {
    match mount.read_only {
        Fact::Known(true) | Fact::Assumed(true) => return None,
        Fact::Unknown => {
            out.unknown(mount.span, "its options come from a variable");
            return None;
        }
        _ => {}
    }
    if matches!(mount.kind, MountKind::Tmpfs | MountKind::Anonymous) {
        return None;
    }
    if mount.target.text().is_some_and(|t| is_scratch(c, t)) {
        return None;
    }
    match deployed.stack.storage(mount) {
        Storage::Node => {}
        Storage::Network => {
            out.holds(mount.span, "every node reaches it");
            return None;
        }
        Storage::Unknown => {
            out.unknown(mount.span, "where it keeps its data is not known");
            return None;
        }
    }
    let source = mount.source.as_ref()?;
    let text = source.text().unwrap_or(&source.raw);
    if mount.kind == MountKind::Bind && (is_host_path(text) || text.ends_with(".sock")) || text.contains("{{") {
        return None;
    }
    if mount.kind == MountKind::Bind
        && text
            .split('/')
            .any(|part| ["gfs", "gluster", "glusterfs", "nfs", "efs", "ceph", "cephfs", "tmp"].contains(&part))
    {
        out.unknown(mount.span, "it may be a file system of the network");
        return None;
    }
    // A file of the client's folder is another rule's.
    if mount.kind == MountKind::Bind && !text.starts_with('/') {
        return None;
    }
    Some(text)
}

fn replicated_local_volume(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        for mount in &deployed.service.mounts {
            let Some(source) = local(c, out, &deployed, mount) else { continue };
            let what = if mount.kind == MountKind::Bind { "directory" } else { "volume" };
            let many = match (deployed.service.mode(), deployed.service.replicas()) {
                (Mode::Global, _) => "a global service".to_owned(),
                (Mode::Unknown, _) | (_, Fact::Unknown) => {
                    out.unknown(mount.span, "the number of replicas comes from a variable");
                    continue;
                }
                (_, Fact::Known(n) | Fact::Assumed(n)) if n > 1 => format!("{n} replicas"),
                _ => {
                    out.holds(mount.span, "one task has it");
                    continue;
                }
            };
            // An agent on every node keeps what it knows of its node.
            let of_host = |m: &Mount| {
                m.source.as_ref().and_then(|s| s.text()).is_some_and(|s| is_host_path(s) || s.ends_with(".sock"))
            };
            if deployed.service.mode() == Mode::Global && deployed.service.mounts.iter().any(of_host) {
                out.holds(mount.span, "an agent keeps it for its own node");
                continue;
            }
            // On one node, the replicas share it.
            if c.config.single_node || on_one_node(&deployed) {
                continue;
            }
            let mut violation =
                Violation::at(mount.span, format!("`{source}` is another {what} on each node, for {many}")).help(
                    "keep the data in a backing service or object store, or on a volume that every node reaches (NFS)",
                );
            if let Some((span, _)) = deployed.replicas_place() {
                violation = violation.related(span, "so many tasks write to it");
            }
            // Members that keep a copy each, one on a node, replicate by themselves.
            let one_each = deployed
                .service
                .text(&["deploy", "placement", "max_replicas_per_node"])
                .is_some_and(|t| t.text() == Some("1"));
            let image = deployed.image_repository();
            let replicates = REPLICATING.iter().any(|name| image.contains(name));
            out.violation(if one_each || replicates { violation.severity(Severity::Warning) } else { violation });
        }
    }
}

/// Stores whose members replicate to each other.
const REPLICATING: &[&str] = &[
    "etcd",
    "consul",
    "cassandra",
    "cockroach",
    "zookeeper",
    "kafka",
    "nats",
    "rabbitmq",
    "minio",
    "elasticsearch",
    "opensearch",
    "galera",
    "scylla",
];

/// A constraint names one node.
fn on_one_node(deployed: &Deployed<'_>) -> bool {
    deployed.service.constraints().iter().any(|constraint| {
        let text = constraint.raw.trim();
        (text.starts_with("node.hostname") || text.starts_with("node.id")) && text.contains("==")
    })
}

fn unpinned_local_volume(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        // Of many tasks, `replicated-local-volume` speaks.
        if deployed.service.many().value() == Some(&true) || c.config.single_node {
            continue;
        }
        for mount in &deployed.service.mounts {
            let keeps = deployed.process.known.is_some_and(|k| k.role.is_backing());
            // Of a path of the node that no datastore keeps its data in, `host-bind-unpinned` speaks.
            if mount.kind == MountKind::Bind && !keeps {
                continue;
            }
            let Some(source) = local(c, out, &deployed, mount) else { continue };
            match deployed.service.pinned() {
                Fact::Known(true) | Fact::Assumed(true) => {
                    out.holds(mount.span, "a constraint fixes the node that has it");
                    continue;
                }
                Fact::Unknown => {
                    out.unknown(mount.span, "a constraint comes from a variable");
                    continue;
                }
                _ => {}
            }
            let violation = Violation::at(
                mount.span,
                format!("`{source}` is local to whichever node the task lands on"),
            )
            .help(
                "label the node that has the data and add `node.labels.NAME == true` to `deploy.placement.constraints`",
            );
            out.violation(if keeps { violation.severity(Severity::Error) } else { violation });
        }
    }
}

fn anonymous_volume(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        for mount in deployed.service.mounts.iter().filter(|m| m.kind == MountKind::Anonymous) {
            let Some(target) = mount.target.text() else {
                out.unknown(mount.span, "the mount comes from a variable");
                continue;
            };
            if !is_scratch(c, target) {
                out.violation(anonymous(mount.span, target));
            }
        }
        let Some(image) = deployed.image else { continue };
        if deployed.service.mounts.iter().any(|m| m.target.is_unknown()) {
            continue;
        }
        for volume in &image.volumes {
            let path = absolute("/", &volume.value);
            let mounted =
                deployed.service.mounts.iter().filter_map(|m| m.target.text()).any(|t| absolute("/", t) == path);
            if mounted || is_scratch(c, &path) {
                out.holds(volume.span, format!("`{path}` is mounted, or scratch space"));
            } else {
                out.violation(
                    anonymous(volume.span, &path)
                        .related(deployed.service.name.span, "this service mounts nothing there"),
                );
            }
        }
    }
}

fn anonymous(span: crate::source::Span, target: &str) -> Violation {
    Violation::at(span, format!("`{target}` is a new anonymous volume in every task"))
        .help("mount a named volume there, or do without")
}
