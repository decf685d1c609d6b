//! What a deploy and its updates will do.

use std::sync::LazyLock;

use regex::Regex;

use super::resolved::{declared, is_external, stacks};
use crate::app::Deployed;
use crate::app::image::Health;
use crate::app::known::Role;
use crate::app::probe::{self, Presence};
use crate::fact::Fact;
use crate::rules::{Checks, Context, Ruling};
use crate::source::{Class, Kind, Span};
use crate::stack::load::value::{duration, show_duration};
use crate::stack::{Mode, MountKind, Published, Text};
use crate::violation::{Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("config-not-rotatable", config_not_rotatable),
    ("deploy-command-unsafe", deploy_command_unsafe),
    ("host-port-blocks-update", host_port_blocks_update),
    ("monitor-window-too-short", monitor_window_too_short),
    ("no-rollback-on-failure", no_rollback_on_failure),
    ("start-first-stateful", start_first_stateful),
    ("update-takes-service-down", update_takes_service_down),
    ("update-without-health-gate", update_without_health_gate),
];

const UPDATE: &[&str] = &["deploy", "update_config"];

fn update(deployed: &Deployed<'_>, key: &str) -> Option<Text> {
    deployed.service.text(&["deploy", "update_config", key])
}

/// Whether new tasks come before the old ones go.
fn start_first(deployed: &Deployed<'_>) -> Fact<bool> {
    update(deployed, "order").map_or(Fact::Known(false), |order| order.fact.map(|o| o == "start-first"))
}

/// The tasks of a replicated service, where they are known.
fn replicas(deployed: &Deployed<'_>) -> Option<u64> {
    (deployed.service.mode() == Mode::Replicated).then(|| deployed.service.replicas().into_value()).flatten()
}

fn update_takes_service_down(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let name = &deployed.service.name.value;
        let Some(tasks) = replicas(&deployed).filter(|n| *n > 1) else { continue };
        let Some(parallelism) = update(&deployed, "parallelism") else {
            out.holds(deployed.service.name.span, format!("`{name}` is updated one task after the other"));
            continue;
        };
        match (parallelism.text().and_then(|n| n.parse::<u64>().ok()), start_first(&deployed)) {
            (None, _) | (_, Fact::Unknown) => out.unknown(parallelism.span, "a variable decides how many go at once"),
            (_, Fact::Known(true) | Fact::Assumed(true)) => out.holds(parallelism.span, "new tasks come first"),
            (Some(n), _) if n == 0 || n >= tasks => {
                let message = format!("an update stops all {tasks} tasks of `{name}` at once");
                let help = "write `parallelism: 1`, or `order: start-first`";
                let violation = Violation::at(parallelism.span, message).help(help);
                out.violation(if deployed.is_reached() { violation } else { violation.severity(Severity::Note) });
            }
            _ => out.holds(parallelism.span, format!("some tasks of `{name}` keep running")),
        }
    }
}

fn no_rollback_on_failure(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        let has_update = service.node.at(UPDATE).is_some();
        let many = matches!(service.many(), Fact::Known(true) | Fact::Assumed(true));
        if !deployed.is_reached() || !(has_update || many) || service.is_job() {
            continue;
        }
        let place = if has_update { service.place(UPDATE) } else { service.name.span };
        let action = update(&deployed, "failure_action");
        let Some(word) = action.as_ref().map_or(Some("pause"), |t| t.text()) else {
            out.unknown(place, "the action comes from a variable");
            continue;
        };
        let what = match word {
            "rollback" => {
                out.holds(place, format!("a failed update of `{name}` is rolled back"));
                continue;
            }
            "continue" => "goes on: `failure_action` is continue",
            "pause" | "" => "stops half-way: `failure_action` is pause",
            _ => continue,
        };
        let help = "write `failure_action: rollback`, unless a migration makes going back unsafe";
        out.violation(Violation::at(place, format!("a failed update of `{name}` {what}")).help(help));
    }
}

fn update_without_health_gate(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        if service.node.at(UPDATE).is_none() || service.is_job() {
            continue;
        }
        let name = &service.name.value;
        let place = service.place(UPDATE);
        match probe::of(&deployed, c.sources) {
            Presence::Probe(_) => out.holds(place, format!("an update waits for a healthy `{name}`")),
            Presence::Unknown => out.unknown(place, format!("the image of `{name}` may have a healthcheck")),
            Presence::None if deployed.image.is_none() => {
                out.unknown(place, format!("the image of `{name}` may have a healthcheck"));
            }
            Presence::None => {
                let monitor = update(&deployed, "monitor").and_then(|m| m.text().and_then(duration));
                let monitor = short(monitor.filter(|n| *n > 0).unwrap_or(5_000_000_000));
                let message = format!(
                    "nothing tells a healthy `{name}` from a dead one: the update only sees that it did not die within {monitor}"
                );
                out.violation(Violation::at(place, message).help("add a `healthcheck`"));
            }
        }
    }
}

/// A duration without the zeros that Go writes: `30s`, `2m`, `1m30s`.
fn short(nanoseconds: i64) -> String {
    let shown = show_duration(nanoseconds);
    let shown = shown.strip_suffix("m0s").map_or(shown.clone(), |rest| format!("{rest}m"));
    shown.strip_suffix("h0m").map_or(shown.clone(), |rest| format!("{rest}h"))
}

/// Interval, timeout and retries of the healthcheck in force; nothing where one is not known.
fn rhythm(c: &Context<'_>, deployed: &Deployed<'_>) -> Option<(i64, i64, i64)> {
    let told = deployed.service.healthcheck.is_some();
    let flag = |name: &str| -> Option<String> {
        let image = deployed.image?;
        let Health::Probe(command) = &image.healthcheck else { return None };
        let dockerfile = c.app.dockerfile(image);
        let instruction = dockerfile.instructions.iter().find(|i| i.span.contains(command.span))?;
        instruction.flag(name)?.value.clone()
    };
    let value = |key: &str, default: &str| -> Option<String> {
        match deployed.service.text(&["healthcheck", key]) {
            Some(text) => text.text().map(str::to_owned),
            None if told && deployed.image.is_none() => Some(default.to_owned()),
            None => Some(flag(key).unwrap_or_else(|| default.to_owned())),
        }
    };
    let time =
        |key: &str| value(key, "30s").and_then(|t| duration(&t)).map(|n| if n == 0 { 30_000_000_000 } else { n });
    let retries = value("retries", "3")?.parse::<i64>().ok().map(|n| if n == 0 { 3 } else { n })?;
    Some((time("interval")?, time("timeout")?, retries))
}

fn monitor_window_too_short(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        if service.node.at(UPDATE).is_none() || service.is_job() {
            continue;
        }
        let Presence::Probe(_) = probe::of(&deployed, c.sources) else { continue };
        let told = update(&deployed, "monitor");
        let monitor = match told.as_ref().map(|m| m.text().and_then(duration)) {
            None => 5_000_000_000,
            Some(None) => continue,
            Some(Some(n)) if n <= 0 => 5_000_000_000,
            Some(Some(n)) => n,
        };
        let place = told.map_or_else(|| service.place(UPDATE), |t| t.span);
        let Some((interval, timeout, retries)) = rhythm(c, &deployed) else {
            out.unknown(place, "a variable decides how long the healthcheck takes");
            continue;
        };
        if monitor < interval.saturating_mul(retries).saturating_add(timeout) {
            let (monitor, interval) = (short(monitor), short(interval));
            let message =
                format!("`monitor` of {monitor} ends before the healthcheck can fail: {retries} × {interval}");
            out.violation(Violation::at(place, message).help("probe more often, or watch longer"));
        } else {
            out.holds(place, "the update is watched until the healthcheck can fail");
        }
    }
}

fn start_first_stateful(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let Some(order) = update(&deployed, "order").filter(|o| o.text() == Some("start-first")) else { continue };
        let stateful = deployed.process.known.is_some_and(|k| matches!(k.role, Role::Datastore | Role::Broker));
        let kept = deployed.service.mounts.iter().find(|m| {
            matches!(m.kind, MountKind::Bind | MountKind::Volume)
                && !matches!(m.read_only, Fact::Known(true) | Fact::Assumed(true))
        });
        match kept.filter(|_| stateful) {
            Some(mount) => {
                let name = &deployed.service.name.value;
                let message = format!("two tasks of `{name}` write to one data directory during an update");
                let violation = Violation::at(order.span, message).related(mount.span, "the data");
                out.violation(violation.help("write `order: stop-first`"));
            }
            None => out.holds(order.span, "the tasks share no data directory that is known"),
        }
    }
}

fn host_port_blocks_update(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        let fixed = service.ports.iter().filter(|p| p.host_mode);
        for (port, number) in fixed.filter_map(|p| match p.published {
            Published::Port(n) => Some((p, n)),
            _ => None,
        }) {
            let most = service.text(&["deploy", "placement", "max_replicas_per_node"]);
            let one_each = most.as_ref().is_some_and(|t| t.text() == Some("1"));
            if let Some(order) = update(&deployed, "order").filter(|o| o.text() == Some("start-first")) {
                let message = format!("`start-first` cannot start: port {number} of the node is taken by the old task");
                let violation = Violation::at(order.span, message).related(port.span, "the port");
                out.violation(
                    violation
                        .help("write `order: stop-first`")
                        .docker("no suitable node (host-mode port already in use)"),
                );
            } else if let Some(tasks) = replicas(&deployed).filter(|n| *n > 1 && !one_each && most.is_none()) {
                let message =
                    format!("{tasks} tasks of `{name}` want port {number} of the node: each needs a node of its own");
                let place = service.text(&["deploy", "replicas"]).map_or(service.name.span, |t| t.span);
                let violation =
                    Violation::at(place, message).related(port.span, "the port").severity(Severity::Warning);
                out.violation(violation.help("write `mode: global`, or `max_replicas_per_node: 1` on enough nodes"));
            } else {
                out.holds(port.span, "the old task goes before the new one wants its port");
            }
        }
    }
}

/// A version, a date, a number or a hash in a name.
static VERSIONED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[-_.])(?:v?\d[\d.-]*|[0-9a-f]{6,64})$|[-_.]v\d+").expect("the pattern is a constant")
});

fn config_not_rotatable(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        for kind in ["config", "secret"] {
            for object in declared(&stack.loaded, &format!("{kind}s")) {
                let key = object.name();
                if is_external(&object.value)
                    || object.value.get("driver").is_some()
                    || object.value.get("file").is_none()
                {
                    continue;
                }
                let name = object.value.get("name");
                let variable = name.is_some_and(|n| n.is_unknown() || stack.loaded.origins.contains_key(&n.span));
                let shown = name.and_then(|n| n.as_str()).unwrap_or(key);
                if variable || VERSIONED.is_match(shown) || VERSIONED.is_match(key) {
                    out.holds(object.key.span, format!("the name of `{key}` changes with its content"));
                    continue;
                }
                let message = format!("`{key}` cannot change: a {kind} is never updated");
                let help = format!(
                    "give it a name that changes with its content, such as `name: {key}-${{{}_SHA:?}}`",
                    key.to_uppercase().replace(['.', '-'], "_")
                );
                out.violation(
                    Violation::at(object.key.span, message).help(help).docker("only updates to Labels are allowed"),
                );
            }
        }
    }
}

/// A command that waits for a rollout, or asks for its state.
static WAITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"docker\s+(?:service\s+(?:ls|ps|inspect|logs)|stack\s+(?:ps|services))|stack-wait|docker-stack-wait|sure-deploy|wait-for-stack|rollout")
        .expect("the pattern is a constant")
});
fn deploy_command_unsafe(c: &Context<'_>, out: &mut Ruling) {
    for deploy in &c.app.mentions.deploys {
        let (id, words) = (deploy.span.file, c.text(deploy.span));
        let file = c.sources.file(id);
        let may = matches!(file.kind, Kind::Ci | Kind::Makefile | Kind::Script) || file.path.ends_with("Jenkinsfile");
        let runs = words.contains("stack deploy") || words.contains("stack up");
        if !may || !runs || file.class != Class::App {
            continue;
        }
        let content = c.sources.text(id);
        let line = content[..deploy.span.start as usize].rsplit('\n').next().unwrap_or_default();
        if ["#", "echo ", "printf ", "name:"].iter().any(|word| line.contains(word)) {
            continue;
        }
        let end = words.find('\n').unwrap_or(words.len());
        let end = words[..end].trim_end_matches([' ', '\\', '\r']).len();
        let start = deploy.span.start as usize;
        let span = Span::new(id, start, start + end);
        let waits = ["--detach=false", "-d=false", "--detach=0"].iter().any(|w| words.contains(w))
            || WAITS.is_match(&content[deploy.span.end as usize..]);
        let told = words.contains("--detach") || words.contains(" -d ") || words.contains(" -d=");
        if waits {
            out.holds(span, "the job waits for the update");
        } else if !told {
            let message = "the job does not wait for the update: `--detach=false` is missing";
            let help = "without it the command ends before the tasks run, and the job is green while the update fails";
            out.violation(Violation::at(span, message).help(help));
        }
        if content.contains("docker login") && !words.contains("--with-registry-auth") {
            let message = "a registry with a login needs `--with-registry-auth`";
            let help = "without it the nodes pull without the login";
            out.violation(Violation::at(span, message).help(help).severity(Severity::Note));
        }
    }
}
