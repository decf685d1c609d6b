//! VII. Port binding: the process speaks on a port, and everybody means the same one.

pub(super) mod address;
mod code;

use std::collections::BTreeSet;

use super::{Checks, Context, Ruling};
use crate::app::image::Image;
use crate::app::probe::{self, Presence, Probe};
use crate::app::{Deployed, Process, server};
use crate::fact::Fact;
use crate::source::Span;
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("binds-loopback", address::binds_loopback),
    ("expose-listen-mismatch", expose_listen_mismatch),
    ("healthcheck-port-mismatch", healthcheck_port_mismatch),
    ("non-http-socket-binding", address::non_http_socket_binding),
    ("target-port-mismatch", target_port_mismatch),
];

/// The port that the main process is told to listen on, and where.
fn told(process: &Process) -> Option<(Fact<u16>, Span)> {
    let main = process.chain.main()?;
    Some((server::port(main, &process.environment)?, main.place()))
}

/// The ports that an image exposes; nothing where a variable hides one.
fn exposed(image: &Image) -> Option<BTreeSet<u16>> {
    let own: BTreeSet<u16> = image.expose.iter().map(|p| p.value.value().copied()).collect::<Option<_>>()?;
    // `EXPOSE` adds to what the base has.
    let base = image.base.known.filter(|_| !own.is_empty()).map_or(&[][..], |k| k.ports.as_slice());
    Some(own.into_iter().chain(base.iter().copied()).collect())
}

/// Where a process listens, as far as anything says it.
enum Listening {
    /// The command or the environment says it.
    Told(u16, Span),
    /// The table of well-known images says it.
    Table(BTreeSet<u16>),
    /// Only `EXPOSE` says it.
    Exposed(BTreeSet<u16>, Span),
    Unknown,
}

fn listening(c: &Context<'_>, deployed: &Deployed<'_>) -> Listening {
    match told(deployed.process) {
        // `--port 0` closes a listener of several, or takes any port.
        Some((Fact::Known(0) | Fact::Assumed(0) | Fact::Unknown, _)) => return Listening::Unknown,
        Some((Fact::Known(port) | Fact::Assumed(port), span)) => return Listening::Told(port, span),
        None => {}
    }
    let service = deployed.service;
    if let Some(known) = deployed.process.known {
        // A command, a config file or a variable may move it.
        let moved = service.command.is_some()
            || service.entrypoint.is_some()
            || deployed.process.provided.open.is_some() && !service.env_files.is_empty()
            || service.node.get("configs").is_some()
            || !service.mounts.is_empty()
            || service.environment.iter().any(|s| {
                s.name.value.to_ascii_uppercase().contains("PORT")
                    || s.name.value.to_ascii_uppercase().contains("LISTEN")
                    || s.name.value.to_ascii_uppercase().contains("ADDR")
            });
        let tag = deployed.process.reference.as_ref().and_then(|r| r.tag.as_deref());
        let ports: BTreeSet<u16> = known.ports(tag).into_iter().collect();
        if !moved && !ports.is_empty() {
            return Listening::Table(ports);
        }
        return Listening::Unknown;
    }
    let Some(image) = deployed.image.filter(|_| service.command.is_none() && service.entrypoint.is_none()) else {
        return Listening::Unknown;
    };
    // An env file that is not there may move it.
    if deployed.process.provided.open.is_some() && !service.env_files.is_empty() {
        return Listening::Unknown;
    }
    // So may a file that is mounted over its settings.
    let configured = service.mounts.iter().filter_map(|m| m.target.value()).any(|target| {
        ["json", "yml", "yaml", "toml", "conf", "hjson", "ini", "properties", "cfg", "xml", "env"]
            .iter()
            .any(|end| target.rsplit_once('.').is_some_and(|(_, e)| e == *end))
    });
    if configured || service.node.get("configs").is_some() {
        return Listening::Unknown;
    }
    match (code::port(c, deployed), exposed(image).filter(|ports| !ports.is_empty())) {
        // Two that agree are as good as a command line.
        (Some((port, span)), Some(ports)) if ports.contains(&port) => Listening::Told(port, span),
        (Some((port, span)), None) if image.expose.is_empty() => Listening::Exposed(BTreeSet::from([port]), span),
        (Some(_), Some(_)) => Listening::Unknown,
        (_, Some(ports)) => Listening::Exposed(ports, image.expose[0].span),
        _ => Listening::Unknown,
    }
}

/// The container ports that a service's ports and labels aim at.
fn targets(deployed: &Deployed<'_>) -> Vec<(Fact<u16>, Span)> {
    let mut found: Vec<(Fact<u16>, Span)> =
        deployed.service.ports.iter().filter(|p| !p.udp).map(|p| (p.target.clone(), p.target_span)).collect();
    for label in deployed.service.settings(&["deploy", "labels"]) {
        if label.name.value.starts_with("traefik.") && label.name.value.ends_with(".loadbalancer.server.port") {
            let port =
                label.value.as_ref().map_or(Fact::Unknown, |v| v.fact.clone().and_then(|t| t.trim().parse().ok()));
            found.push((port, label.name.span));
        }
    }
    found
}

fn target_port_mismatch(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let name = &deployed.service.name.value;
        let aims = targets(&deployed);
        // A service that publishes several ports has several listeners: one command line does not tell them all.
        let several: BTreeSet<u16> = aims.iter().filter_map(|(p, _)| p.value().copied()).collect();
        for (target, span) in aims {
            let Some(&target) = target.known() else {
                out.unknown(span, "the target port comes from a variable");
                continue;
            };
            let (ports, place, sure) = match listening(c, &deployed) {
                Listening::Told(port, place) => (BTreeSet::from([port]), Some(place), true),
                Listening::Table(ports) => (ports, None, true),
                Listening::Exposed(ports, place) => (ports, Some(place), false),
                Listening::Unknown => {
                    out.unknown(span, format!("nothing says where `{name}` listens"));
                    continue;
                }
            };
            let also_exposed = deployed.image.and_then(exposed).is_some_and(|e| e.contains(&target) && e.len() > 1);
            // A debugger's port, a metrics port: the command names it.
            let words = [format!(":{target}"), format!("={target}")];
            let named = deployed.process.chain.main_steps().any(|s| words.iter().any(|w| s.shown().contains(w)));
            // `ASPNETCORE_URLS=http://0.0.0.0:8089`, `METRICS_PORT=9090`
            let number = target.to_string();
            let given = deployed.process.environment.iter().any(|(name, value)| {
                let speaks =
                    ["PORT", "URL", "ADDR", "LISTEN", "BIND"].iter().any(|w| name.to_ascii_uppercase().contains(w));
                speaks
                    && value
                        .text()
                        .is_some_and(|t| t == number || t.ends_with(&words[0]) || t.contains(&format!("{};", words[0])))
            });
            // The probe asks there.
            let probed = deployed.service.node.get("healthcheck").is_some_and(|h| c.text(h.span).contains(&words[0]));
            let named = named || given || probed && !sure;
            if ports.contains(&target) || also_exposed || named {
                out.holds(span, format!("`{name}` listens on {target}"));
                continue;
            }
            if several.len() > 1 && place.is_some() && (sure || !several.is_disjoint(&ports)) {
                out.unknown(span, format!("`{name}` may listen on several ports"));
                continue;
            }
            // A second listener's port stands somewhere in what it runs.
            if place.is_some_and(|p| !sure || c.app.is_run_by(p.file, deployed.process, c.sources))
                && names(c, &deployed, target)
            {
                out.unknown(span, format!("`{name}` may listen on several ports"));
                continue;
            }
            let shown = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
            let mut violation =
                Violation::at(span, format!("the target port is {target}, but `{name}` listens on {shown}"))
                    .help(format!("aim at {shown}"));
            if let Some(place) = place {
                violation = violation.related(place, format!("this says {shown}"));
            }
            out.violation(if sure { violation } else { violation.severity(Severity::Warning) });
        }
    }
}

/// Whether a file that a service runs, or that configures it, has the number.
fn names(c: &Context<'_>, deployed: &Deployed<'_>, port: u16) -> bool {
    let number = port.to_string();
    let has = |text: &str| {
        text.match_indices(&number).any(|(at, found)| {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            !digit(text[..at].chars().next_back()) && !digit(text[at + found.len()..].chars().next())
        })
    };
    let kinds = ["properties", "yml", "yaml", "json", "toml", "conf"];
    let configures = |path: &str| path.rsplit_once('.').is_some_and(|(_, e)| kinds.contains(&e));
    c.sources.files().any(|(id, f)| {
        (deployed.process.runs.contains(&id)
            || configures(&f.path)
                && !deployed.stack.files.contains(&id)
                && c.app.is_run_by(id, deployed.process, c.sources))
            && has(c.sources.text(id))
    })
}

fn expose_listen_mismatch(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        // A stack's own command is not what the image's EXPOSE speaks of.
        let own =
            c.app.deployed_of(process).is_none_or(|d| d.service.command.is_none() && d.service.entrypoint.is_none());
        let Some((port, place)) = told(process).filter(|_| own) else { continue };
        let Some(ports) = exposed(image).filter(|p| !p.is_empty()) else { continue };
        // The stack's environment moves the port, not the Dockerfile.
        if c.app.deployed_of(process).is_some_and(|d| d.service.setting("PORT").is_some()) {
            continue;
        }
        let Some(&port) = port.value() else {
            out.unknown(place, "the port comes from a variable");
            continue;
        };
        if ports.contains(&port) {
            out.holds(image.expose[0].span, format!("the command listens on {port}"));
            continue;
        }
        let shown = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let message = format!("`EXPOSE` names {shown}, but the command listens on {port}");
        out.violation(
            Violation::at(image.expose[0].span, message)
                .help(format!("`EXPOSE {port}`"))
                .related(place, "listens here"),
        );
    }
}

fn healthcheck_port_mismatch(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let image = c.app.image_of(process);
        let (presence, listening) = match c.app.deployed_of(process) {
            Some(deployed) => (probe::of(&deployed, c.sources), listening(c, &deployed)),
            None => (image.map_or(Presence::Unknown, probe::of_image), Listening::Unknown),
        };
        let Presence::Probe(probe) = presence else { continue };
        let mut ports: BTreeSet<u16> = image.and_then(exposed).unwrap_or_default();
        let mut sure = true;
        match &listening {
            Listening::Told(port, _) => {
                ports.insert(*port);
            }
            Listening::Table(table) => ports.extend(table),
            Listening::Exposed(..) | Listening::Unknown => sure = false,
        }
        match told(process) {
            Some((Fact::Known(port) | Fact::Assumed(port), _)) => {
                ports.insert(port);
                sure = true;
            }
            Some((Fact::Unknown, _)) => ports.clear(),
            None => {}
        }
        // A variable hides a port, or a command of the stack's own listens elsewhere.
        if image.is_some_and(|i| exposed(i).is_none())
            || !sure && c.app.deployed_of(process).is_some_and(|d| d.service.command.is_some())
        {
            ports.clear();
        }
        judge(&probe, &ports, sure, out);
    }
}

fn judge(probe: &Probe, ports: &BTreeSet<u16>, sure: bool, out: &mut Ruling) {
    for port in probe.ports() {
        if ports.contains(&port) {
            out.holds(probe.span, format!("the healthcheck asks port {port}"));
        } else if ports.is_empty() {
            out.unknown(probe.span, "nothing says where the process listens");
        } else {
            let shown = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
            let message = format!("the healthcheck asks port {port}, but the process listens on {shown}");
            let violation = Violation::at(probe.span, message).help("ask the port that the process listens on");
            out.violation(if sure { violation } else { violation.severity(Severity::Warning) });
        }
    }
}
