//! Where the tasks may run, how many of them, and what they take.

use super::resolved::services;
use crate::app::Deployed;
use crate::app::known::Role;
use crate::fact::Fact;
use crate::rules::{Checks, Context, Ruling};
use crate::stack::{Constraint, Mode, MountKind};
use crate::syntax::tree::Node;
use crate::violation::{Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("host-bind-unpinned", host_bind_unpinned),
    ("labels-at-wrong-level", labels_at_wrong_level),
    ("no-resource-limits", no_resource_limits),
    ("replicas-pinned-to-one-node", replicas_pinned_to_one_node),
    ("single-replica-published", single_replica_published),
];

/// Paths that every node has, or that are the node itself.
const EVERYWHERE: &[&str] = &[
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/run",
    "/lib/modules",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/hostname",
    "/etc/machine-id",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/group",
    "/etc/ssl",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/tmp",
    "/var/lib/docker",
    "/var/log",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/sys/fs/cgroup",
];

/// Where file systems that all nodes share are mounted.
const SHARED: &[&str] = &[
    "gluster", "nfs", "efs", "ceph", "moosefs", "lustre", "seaweed", "juicefs", "share", "shared", "cifs", "smb",
    "gfs", "netapp", "nas",
];

fn host_bind_unpinned(c: &Context<'_>, out: &mut Ruling) {
    if c.config.single_node {
        return;
    }
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        for mount in service.mounts.iter().filter(|m| m.kind == MountKind::Bind) {
            let Some(path) = mount.source.as_ref().and_then(|s| s.text()).filter(|p| p.starts_with('/')) else {
                continue;
            };
            let every =
                path == "/" || EVERYWHERE.iter().any(|e| crate::source::is_within(path, e)) || path.ends_with(".sock");
            let lower = path.to_ascii_lowercase();
            let shared = lower.split('/').any(|part| SHARED.iter().any(|s| part.starts_with(s)));
            if every || shared || service.mode() == Mode::Global {
                out.holds(mount.source_span, format!("`{path}` is on every node"));
                continue;
            }
            let written = !matches!(mount.read_only, Fact::Known(true) | Fact::Assumed(true));
            let keeps = deployed.process.known.is_some_and(|k| k.role.is_backing());
            // Of what a datastore or many tasks write, the rules on volumes speak.
            if written && (keeps || matches!(service.many(), Fact::Known(true) | Fact::Assumed(true))) {
                continue;
            }
            match service.pinned() {
                Fact::Known(true) | Fact::Assumed(true) => {
                    out.holds(mount.source_span, format!("`{name}` is pinned to where `{path}` is"));
                }
                Fact::Unknown => out.unknown(mount.source_span, "a variable decides where it may run"),
                _ => {
                    let message = format!("`{path}` must exist on every node that may run `{name}`");
                    let help = "pin the service to nodes that have it, by a label, or make it a config or a volume that is shared";
                    let docker =
                        format!("invalid mount config for type \"bind\": bind source path does not exist: {path}");
                    out.violation(Violation::at(mount.source_span, message).help(help).docker(docker));
                }
            }
        }
    }
}

fn replicas_pinned_to_one_node(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        if service.mode() != Mode::Replicated {
            continue;
        }
        let Some(tasks) = service.replicas().into_value().filter(|n| *n > 1) else { continue };
        let name = &service.name.value;
        for constraint in service.constraints() {
            let Some(Constraint { key, equal: true, value: node }) = constraint.text().and_then(Constraint::parse)
            else {
                continue;
            };
            if !matches!(key.to_ascii_lowercase().as_str(), "node.hostname" | "node.id") {
                continue;
            }
            let most = service.text(&["deploy", "placement", "max_replicas_per_node"]);
            let limit = most
                .as_ref()
                .and_then(|m| m.text())
                .and_then(|m| m.parse::<u64>().ok())
                .filter(|n| *n > 0 && *n < tasks);
            if let (Some(limit), Some(most)) = (limit, &most) {
                let violation = Violation::at(most.span, format!("{tasks} tasks, but one node may run {limit}"));
                let docker = "no suitable node (max replicas per node limit exceed)";
                out.violation(
                    violation.severity(Severity::Error).related(constraint.span, "the only node").docker(docker),
                );
            } else {
                let message = format!("all {tasks} tasks of `{name}` run on the node `{node}`");
                let help = "where the node fails, all of them do: mark several nodes with a label";
                out.violation(Violation::at(constraint.span, message).help(help));
            }
        }
    }
}

fn no_resource_limits(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        if service.is_job() {
            continue;
        }
        if let Some(limit) = service.node.at(&["deploy", "resources", "limits", "memory"]).filter(|m| !m.is_null()) {
            out.holds(limit.span, format!("the memory of `{name}` is limited"));
        } else {
            let violation = Violation::at(service.name.span, format!("`{name}` may take all memory of its node"))
                .help("set `deploy.resources.limits.memory`");
            out.violation(if deployed.image.is_some() { violation.severity(Severity::Warning) } else { violation });
        }
    }
}

fn single_replica_published(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        let ours = deployed.image.is_some() && !is_proxy(&deployed);
        let order = service.text(&["deploy", "update_config", "order"]);
        let stop_first = order.as_ref().is_none_or(|o| o.text() == Some("stop-first"));
        let one = service.mode() == Mode::Replicated && service.replicas() == Fact::Known(1);
        let host = service.ports.iter().any(|p| p.host_mode);
        if !ours || !deployed.is_reached() || host || !service.mounts.is_empty() {
            continue;
        }
        if one && stop_first {
            let message = format!("`{name}` is down while it is updated: one task, stopped first");
            let help = "run two tasks, or write `update_config.order: start-first`";
            out.violation(Violation::at(service.name.span, message).help(help));
        } else if !service.replicas().is_unknown() {
            out.holds(service.name.span, format!("`{name}` runs on during an update"));
        }
    }
}

fn is_proxy(deployed: &Deployed<'_>) -> bool {
    let base = deployed.image.map_or("", |i| i.base.text.text().unwrap_or_default());
    deployed.process.known.is_some_and(|k| k.role == Role::Proxy)
        || ["traefik", "haproxy", "caddy", "envoy"].iter().any(|p| base.contains(p))
}

/// Beginnings of labels that tools look for on services.
const OF_SERVICES: &[&str] = &["traefik.", "caddy", "swarm.cronjob.", "shepherd.", "com.df."];

fn labels_at_wrong_level(c: &Context<'_>, out: &mut Ruling) {
    // A proxy that asks the engine of its own node reads containers.
    let containers = c.app.deployed().any(|d| {
        d.image_repository().contains("traefik")
            && d.service.command.iter().flatten().any(|a| {
                a.raw.starts_with("--providers.docker") && !a.raw.contains("swarmMode") && !a.raw.contains("swarmmode")
            })
            && !d.service.command.iter().flatten().any(|a| a.raw.to_ascii_lowercase().contains("swarm"))
    });
    for (_, service) in services(c) {
        let node = &service.value;
        let own = node.at(&["deploy", "labels"]).map(Node::entries).unwrap_or_default();
        let mut said = false;
        for label in node.get("labels").map(Node::entries).unwrap_or_default() {
            let name = label.name();
            let Some(tool) = OF_SERVICES.iter().find(|p| name.starts_with(**p)) else { continue };
            let both = own.iter().any(|o| o.name().starts_with(*tool));
            if said || both || containers && *tool == "traefik." {
                continue;
            }
            said = true;
            let message = format!("`{name}` is read from `deploy.labels`");
            let help = "move the labels below `deploy`";
            out.violation(Violation::at(label.key.span, message).help(help));
        }
    }
}
