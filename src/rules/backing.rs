//! IV. Backing services: found by config, from where the task runs.

pub(super) mod embedded;
mod literal;
mod localhost;
mod sibling;

use std::collections::BTreeSet;

use super::{Checks, Context, Ruling};
use crate::app::Deployed;
use crate::app::known::{self, Reference, Role as ImageRole};
use crate::app::locator::{self, Locator};
use crate::fact::Fact;
use crate::source::Span;
use crate::stack::{Published, Service, Stack};
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("backing-service-published", backing_service_published),
    ("backing-service-unresolvable", backing_service_unresolvable),
    ("embedded-datastore", embedded::embedded_datastore),
    ("hardcoded-backing-url", literal::hardcoded_backing_url),
    ("localhost-backing-default", localhost::localhost_backing_default),
    ("node-bound-locator", node_bound_locator),
];

/// What a service is given as the place of another.
struct Given {
    /// The variable, or `command`.
    name: String,
    span: Span,
    locator: Locator,
    /// Only a default of the file: the deploy may say otherwise.
    assumed: bool,
}

fn locators(service: &Service) -> Vec<Given> {
    let mut found = Vec::new();
    for setting in &service.environment {
        let Some(value) = &setting.value else { continue };
        let name = setting.name.value.clone();
        let span = setting.name.span.to(value.span);
        let assumed = value.fact.known().is_none();
        // Of `postgres://app:${PASSWORD}@db`, only the password is unknown.
        let text = value.text().map_or_else(|| blank_variables(&value.raw), str::to_owned);
        if let Some(mut locator) = locator::of_setting(&name, &text) {
            locator.hosts.retain(|host| !host.contains(BLANK));
            found.push(Given { name, span, locator, assumed: assumed && value.text().is_some() });
        }
    }
    for argument in service.command.iter().flatten().chain(service.entrypoint.iter().flatten()) {
        let Some(text) = argument.value.text() else { continue };
        let locator = locator::url(text)
            .filter(|l| l.scheme.as_deref().is_some_and(|s| locator::is_backing_scheme(s) && s != "tcp"));
        let assumed = argument.value.known().is_none();
        found.extend(locator.map(|locator| Given {
            name: "command".to_owned(),
            span: argument.span,
            locator,
            assumed,
        }));
    }
    found
}

/// Stands where the value of a variable would.
const BLANK: char = '\u{1}';

fn blank_variables(raw: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find("${") {
        out += &rest[..at];
        out.push(BLANK);
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    out + &rest.replace('$', &BLANK.to_string())
}

fn node_bound_locator(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let gateway = deployed.service.texts(&["extra_hosts"]).iter().any(|t| t.raw.contains("host-gateway"));
        for Given { name, span, locator, assumed } in locators(deployed.service) {
            for host in &locator.hosts {
                let Some(what) = bound_to(host).filter(|_| !asks_itself(&deployed, &name, &locator)) else {
                    out.holds(span, format!("`{name}` names `{host}`"));
                    continue;
                };
                let violation = Violation::at(span, format!("`{name}` points at {what}: `{host}`"))
                    .help("name a service of the stack, or an address that every node reaches");
                // extra_hosts makes the name resolve: to the node, whichever it is.
                let works = gateway && host == "host.docker.internal";
                out.violation(match (works, assumed) {
                    (true, _) => violation.severity(Severity::Note),
                    (false, true) => violation.severity(Severity::Warning),
                    (false, false) => violation,
                });
            }
        }
    }
}

/// The service is what the locator speaks of: its own command line client asks it so.
fn asks_itself(deployed: &Deployed<'_>, name: &str, locator: &Locator) -> bool {
    let word = name.split('_').next().unwrap_or_default();
    let own_port = locator.port.is_some_and(|port| {
        deployed.process.known.is_some_and(|k| k.ports.contains(&port))
            || deployed.service.ports.iter().any(|p| p.target.value() == Some(&port))
    });
    own_port || word.len() > 2 && deployed.image_repository().contains(&word.to_ascii_lowercase())
}

/// What a host stands for inside a task, where that is not the same on every node.
fn bound_to(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    if host == "localhost" || host.starts_with("127.") || host == "::1" {
        return Some("the task itself");
    }
    if host.starts_with("172.17.")
        || host == "host.docker.internal"
        || host == "gateway.docker.internal"
        || host == "docker.for.mac.localhost"
    {
        return Some("the node");
    }
    // `project_service_1`, as Compose names a container.
    let mut parts = host.rsplitn(2, '_');
    let last = parts.next()?;
    let container = parts.next().is_some_and(|rest| rest.contains('_')) && last.chars().all(|c| c.is_ascii_digit());
    container.then_some("one container")
}

fn backing_service_unresolvable(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let (stack, service) = (deployed.stack, deployed.service);
        let extra: BTreeSet<String> = service
            .texts(&["extra_hosts"])
            .iter()
            .filter_map(|t| t.raw.split([':', '=']).next().map(str::to_owned))
            .chain(
                service
                    .node
                    .get("extra_hosts")
                    .map(crate::syntax::tree::Node::entries)
                    .unwrap_or_default()
                    .iter()
                    .map(|e| e.name().to_owned()),
            )
            .collect();
        let links: Vec<String> = service
            .texts(&["external_links"])
            .iter()
            .map(|t| t.raw.rsplit(':').next().unwrap_or_default().to_owned())
            .collect();
        let external = networks(service).iter().any(|n| stack.networks.get(n).copied().unwrap_or(false))
            || service.text(&["network_mode"]).is_some();
        for Given { name, span, locator, .. } in locators(service) {
            for host in &locator.hosts {
                if !is_single_label(host) || bound_to(host).is_some() || extra.contains(host) || links.contains(host) {
                    continue;
                }
                match resolve(stack, service, host) {
                    Resolved::Reached => out.holds(span, format!("`{name}` names the service `{host}`")),
                    Resolved::Apart => {
                        let message =
                            format!("`{name}` names `{host}`, which shares no network with `{}`", service.name.value);
                        out.violation(Violation::at(span, message).help("attach both to one network"));
                    }
                    Resolved::Absent if external => out.unknown(span, format!("an external network may know `{host}`")),
                    Resolved::Absent => {
                        let message = format!("`{name}` names `{host}`, which is no service of the stack");
                        out.violation(Violation::at(span, message).help(help(stack)));
                    }
                }
            }
        }
    }
}

fn help(stack: &Stack) -> String {
    let names: Vec<String> = stack.services.iter().take(8).map(|s| format!("`{}`", s.name.value)).collect();
    format!("the stack has {}", names.join(", "))
}

enum Resolved {
    /// A service of that name or alias shares a network.
    Reached,
    /// There is one, on other networks.
    Apart,
    Absent,
}

fn networks(service: &Service) -> Vec<String> {
    service
        .networks
        .as_ref()
        .map_or_else(|| vec!["default".to_owned()], |all| all.iter().map(|n| n.name.clone()).collect())
}

fn resolve(stack: &Stack, from: &Service, host: &str) -> Resolved {
    let own = networks(from);
    let mut found = Resolved::Absent;
    let name = host.strip_prefix("tasks.").unwrap_or(host);
    for service in &stack.services {
        let named = service.name.value == name || name.ends_with(&format!("_{}", service.name.value));
        for network in networks(service) {
            let alias =
                service.networks.iter().flatten().any(|n| n.name == network && n.aliases.iter().any(|a| a == name));
            if !named && !alias {
                continue;
            }
            if own.contains(&network) {
                return Resolved::Reached;
            }
            found = Resolved::Apart;
        }
    }
    found
}

/// A name that only the stack's networks can resolve: no dot, and no address.
fn is_single_label(host: &str) -> bool {
    let plain = host.strip_prefix("tasks.").unwrap_or(host);
    !plain.is_empty()
        && !plain.contains(['.', ':', '$', '{', '<', '%'])
        && !plain.chars().all(|c| c.is_ascii_digit())
        && plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Ports of management pages beside a service's own.
const MANAGEMENT: &[(&str, u16)] =
    &[("rabbitmq", 15672), ("neo4j", 7474), ("couchdb", 5984), ("minio/minio", 9001), ("influxdb", 8086)];

fn backing_service_published(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let Some(known) = backing(&deployed) else { continue };
        for port in &deployed.service.ports {
            let Fact::Known(target) = port.target else {
                out.unknown(port.span, "the port comes from a variable");
                continue;
            };
            // One labelled node in host mode is a bastion: somebody thought about it.
            if port.host_mode && deployed.service.pinned().value() == Some(&true) {
                continue;
            }
            if MANAGEMENT.contains(&(known.name.as_str(), target)) {
                let message = format!("management port {target} of `{}` is published", known.name);
                out.violation(
                    Violation::at(port.target_span, message)
                        .help("reach it through a proxy that asks who is there")
                        .severity(Severity::Note),
                );
            } else if known.ports.contains(&target) && port.published != Published::Unknown {
                let message = format!(
                    "port {target} of `{}` is published",
                    deployed.process.reference.as_ref().map_or(known.name.as_str(), Reference::short)
                );
                let help = "drop it: services of the stack reach it by its name, and publishing opens it on every node";
                out.violation(Violation::at(port.target_span, message).help(help));
            }
        }
        if deployed.service.ports.is_empty() {
            out.holds(
                deployed.service.name.span,
                format!("`{}` is reached inside the stack only", deployed.service.name.value),
            );
        }
    }
}

/// The facts of a service that keeps or moves data for others.
fn backing<'a>(deployed: &Deployed<'a>) -> Option<&'a known::Known> {
    let reference = deployed.process.reference.as_ref()?;
    let name = Reference { registry: None, ..reference.clone() };
    let known = known::find(reference).or_else(|| known::find(&name))?;
    matches!(known.role, ImageRole::Datastore | ImageRole::Broker | ImageRole::Cache | ImageRole::Search)
        .then_some(known)
}
