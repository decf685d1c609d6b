//! What Swarm makes of the stack: what it refuses, loses, or does otherwise than Compose.

mod constraint;
mod convert;
mod dropped;
mod engine;
pub mod load;
mod nodes;
mod placeholder;
mod resolved;
mod rollout;
mod task;

use super::{Checks, Context, Ruling};
use crate::app::Deployed;
use crate::app::known::Role;
use crate::source::Kind;
use crate::stack::{Mode, Mount, MountKind, Published};
use crate::violation::{Severity, Violation};

/// The checks of this folder.
pub(super) const PARTS: &[Checks] = &[
    CHECKS,
    load::CHECKS,
    convert::CHECKS,
    engine::CHECKS,
    constraint::CHECKS,
    placeholder::CHECKS,
    task::CHECKS,
    dropped::CHECKS,
    rollout::CHECKS,
    nodes::CHECKS,
];

const CHECKS: Checks = &[
    ("app-on-manager", app_on_manager),
    ("docker-socket-mounted", docker_socket_mounted),
    ("published-ip-ignored", published_ip_ignored),
    ("relative-bind-mount", relative_bind_mount),
    ("stack-yaml-invalid", stack_yaml_invalid),
];

fn stack_yaml_invalid(c: &Context<'_>, out: &mut Ruling) {
    for (file, error) in &c.app.refused {
        if c.sources.file(*file).kind != Kind::Stack {
            continue;
        }
        let name = crate::source::name(c.sources.path(*file)).to_ascii_lowercase();
        let text = c.sources.text(*file);
        let begins = |word: &str| text.lines().any(|line| line.trim_end() == word);
        let services = begins("services:") && text.contains("image:");
        let swarm = name.contains("stack") || name.contains("swarm") || services && text.contains("  deploy:");
        let violation = Violation::at(error.span, error.value.clone());
        if swarm {
            out.violation(violation);
        } else if name.contains("compose") {
            out.violation(violation.severity(Severity::Warning));
        }
    }
}

fn relative_bind_mount(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        for mount in deployed.service.mounts.iter().filter(|m| m.kind == MountKind::Bind) {
            let Some(source) = &mount.source else { continue };
            let text = source.text().unwrap_or(&source.raw);
            if !text.starts_with(['.', '~']) {
                out.holds(mount.source_span, format!("`{text}` is a path of the node"));
                continue;
            }
            let violation = Violation::at(mount.source_span, format!("`{text}` is a path on the machine that deploys"))
                .help("make it a config (`configs:`) or put it into the image: no other node has this path");
            out.violation(if c.config.single_node { violation.severity(Severity::Warning) } else { violation });
        }
    }
}

fn is_socket(mount: &Mount) -> bool {
    mount.source.as_ref().and_then(|s| s.text()).is_some_and(|s| s.ends_with("/docker.sock"))
}

/// Images that ask the Swarm's managers.
const CONSUMERS: &[&str] = &[
    "traefik",
    "portainer",
    "swarmpit",
    "shepherd",
    "swarm-cronjob",
    "caddy-docker-proxy",
    "visualizer",
    "gantry",
    "swarm-listener",
    "docker-flow",
    "swarmprom",
    "orbiter",
    "swarm-launcher",
];

/// Images that serve the nodes or stand in front of everything, whoever publishes them.
const INFRASTRUCTURE: &[&str] = &[
    "socket-proxy",
    "socat",
    "cadvisor",
    "node-exporter",
    "keepalived",
    "caddy",
    "haproxy",
    "fluentd",
    "fluent-bit",
    "promtail",
    "filebeat",
    "vector",
];

/// Where a service may run, as far as roles go.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Placed {
    Managers,
    Workers,
    /// A label, a host name or a variable decides.
    Elsewhere,
    Anywhere,
}

fn placed(deployed: &Deployed<'_>) -> Placed {
    let mut placed = Placed::Anywhere;
    for constraint in deployed.service.constraints() {
        let text = constraint.text().unwrap_or(&constraint.raw).replace(' ', "").to_ascii_lowercase();
        match text.as_str() {
            "node.role==manager" | "node.role!=worker" => return Placed::Managers,
            "node.role==worker" | "node.role!=manager" => return Placed::Workers,
            _ if text.contains("==") || text.contains('$') => placed = Placed::Elsewhere,
            _ => {}
        }
    }
    placed
}

fn docker_socket_mounted(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let name = &deployed.service.name.value;
        for mount in deployed.service.mounts.iter().filter(|m| is_socket(m)) {
            let image = deployed.image_repository();
            let agent = image.ends_with("/agent") || image.contains("socket-proxy");
            let consumer = CONSUMERS.iter().any(|i| image.contains(i)) && !agent;
            let proxy =
                ["socket", "socat"].iter().any(|word| name.to_ascii_lowercase().contains(word) || image.contains(word));
            // It asks an agent over the network, not the socket.
            let remote = deployed
                .process
                .environment
                .get("DOCKER_HOST")
                .and_then(crate::fact::Fact::text)
                .is_some_and(|h| h.starts_with("tcp://"))
                || deployed.service.command.iter().flatten().any(|a| a.text().starts_with("tcp://"));
            if proxy || remote {
                out.holds(mount.source_span, format!("`{name}` stands between"));
            } else if deployed.image.is_some() {
                let message = format!("the Docker socket is mounted into `{name}`");
                out.violation(Violation::at(mount.source_span, message).help("whoever breaks into it is root on the node: ask through a socket proxy that allows only what is needed"));
            } else if consumer && !c.config.single_node {
                match placed(&deployed) {
                    Placed::Managers => out.holds(mount.source_span, format!("`{name}` runs on a manager")),
                    Placed::Elsewhere => {
                        out.unknown(mount.source_span, "whether these nodes are managers is not known");
                    }
                    _ if deployed.service.mode() == Mode::Global => {
                        out.holds(mount.source_span, format!("`{name}` runs on every node"));
                    }
                    Placed::Workers | Placed::Anywhere => {
                        let message = format!("`{name}` asks a manager's socket, but may run on a worker");
                        let help = "add the constraint `node.role == manager`: only a manager answers for the Swarm";
                        out.violation(Violation::at(mount.source_span, message).help(help).severity(Severity::Error));
                    }
                }
            }
        }
    }
}

fn app_on_manager(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let name = &deployed.service.name.value;
        let image = deployed.image_repository();
        let infrastructure = deployed
            .process
            .known
            .is_some_and(|k| matches!(k.role, Role::Proxy | Role::Agent | Role::AdminUi | Role::Tool))
            || CONSUMERS.iter().chain(INFRASTRUCTURE).any(|i| image.contains(i));
        if infrastructure || deployed.service.mounts.iter().any(is_socket) || c.config.single_node {
            continue;
        }
        match placed(&deployed) {
            Placed::Managers => {
                let at = deployed
                    .service
                    .constraints()
                    .into_iter()
                    .find(|t| t.raw.replace(' ', "").starts_with("node.role"));
                let span = at.map_or(deployed.service.name.span, |t| t.span);
                let message = format!("`{name}` is pinned to the managers");
                out.violation(
                    Violation::at(span, message)
                        .help("pin it to workers (`node.role == worker`) or to a label: managers manage"),
                );
            }
            Placed::Workers => out.holds(deployed.service.name.span, format!("`{name}` runs on workers")),
            Placed::Elsewhere | Placed::Anywhere => {}
        }
    }
}

fn published_ip_ignored(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        for port in &deployed.service.ports {
            match (&port.host_ip, &port.published) {
                (Some(ip), published) if !matches!(ip.as_str(), "" | "0.0.0.0" | "::" | "*") => {
                    let number = match published {
                        Published::Port(port) => format!("port {port}"),
                        Published::Any | Published::Unknown => "the port".to_owned(),
                    };
                    let message = format!("`{ip}` is ignored: {number} is open on every node");
                    let help = "drop the publication and reach it over a network of the stack, or close the port in the nodes' firewall";
                    out.violation(Violation::at(port.span, message).help(help));
                }
                (_, Published::Unknown) => out.unknown(port.span, "the port comes from a variable"),
                _ => out.holds(port.span, "it is meant for every node"),
            }
        }
    }
}
