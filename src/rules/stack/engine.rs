//! What the engine refuses when it creates the stack's objects.

use std::net::IpAddr;

use super::resolved::{declared, is_external, items, services, shown, stacks, text};
use crate::rules::{Checks, Context, Ruling};
use crate::source::Span;
use crate::stack::Stack;
use crate::stack::load::value::duration;
use crate::syntax::tree::{Entry, Node};
use crate::violation::{Layer, Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("stack-network-scope", stack_network_scope),
    ("stack-port-conflict", stack_port_conflict),
    ("stack-value-out-of-range", stack_value_out_of_range),
];

/// A number of processors as the client reads it: a decimal or a fraction.
pub(super) fn cpus(text: &str) -> Option<f64> {
    let number = |t: &str| t.parse::<f64>().ok().filter(|n| n.is_finite() && !t.is_empty());
    match text.split_once('/') {
        Some((above, below)) => {
            let whole = |t: &str| t.parse::<i64>().ok();
            #[expect(clippy::cast_precision_loss, reason = "numbers of processors are small")]
            Some(whole(above)? as f64 / whole(below).filter(|n| *n != 0)? as f64)
        }
        None => number(text),
    }
}

fn stack_value_out_of_range(c: &Context<'_>, out: &mut Ruling) {
    for (stack, service) in services(c) {
        resources(c, stack, &service.value, out);
        times(c, stack, &service.value, out);
        name_of_service(service, out);
    }
    for stack in stacks(c) {
        networks(stack, out);
        objects(c, stack, out);
    }
}

fn resources(c: &Context<'_>, stack: &Stack, node: &Node, out: &mut Ruling) {
    for part in ["limits", "reservations"] {
        let Some(resources) = node.at(&["deploy", "resources", part]) else { continue };
        if let Some(memory) = resources.get("memory").filter(|m| m.as_int().is_some_and(|n| n != 0 && n < 4 << 20)) {
            let bytes = memory.as_int().unwrap_or(0);
            let message = format!("`{}` of memory is below the least of 4MiB", shown(c, stack, memory));
            let docker = format!("invalid memory value {bytes}: Must be at least 4MiB");
            out.violation(Violation::at(memory.span, message).docker(docker));
        }
        let Some((written, span)) = text(resources, &["cpus"]) else { continue };
        let precise =
            written.split_once('.').is_some_and(|(_, d)| d.trim_end_matches('0').len() > 9 && !d.contains(['e', 'E']));
        match cpus(written) {
            None => {
                let docker = format!("failed to parse {written} as a rational number");
                let violation = Violation::at(span, format!("`{written}` is no number of CPUs")).docker(docker);
                out.violation(violation.layer(Layer::Convert));
            }
            Some(_) if precise => {
                let violation = Violation::at(span, format!("`{written}` has more than nine decimals"));
                out.violation(violation.layer(Layer::Convert).docker("value is too precise"));
            }
            Some(n) if n != 0.0 && n < 0.001 => {
                let docker = format!("invalid cpu value {written}: Must be at least 0.001");
                let message = format!("`{written}` CPUs are below the least of 0.001");
                out.violation(Violation::at(span, message).docker(docker));
            }
            Some(_) => out.holds(span, format!("`{written}` is a number of CPUs")),
        }
    }
}

fn times(c: &Context<'_>, stack: &Stack, node: &Node, out: &mut Ruling) {
    let nanoseconds = |path: &[&str]| node.at(path).and_then(|n| Some((duration(n.as_str()?)?, n)));
    for (path, field) in [
        (&["deploy", "update_config", "delay"], "update-delay"),
        (&["deploy", "update_config", "monitor"], "update-monitor"),
        (&["deploy", "restart_policy", "delay"], "restart-delay"),
        (&["deploy", "restart_policy", "window"], "restart-window"),
    ] {
        if let Some((_, found)) = nanoseconds(path).filter(|(n, _)| *n < 0) {
            let docker = format!("TaskSpec: {field} cannot be negative");
            out.violation(Violation::at(found.span, format!("`{}` is below 0", shown(c, stack, found))).docker(docker));
        }
    }
    if let Some((_, found)) = nanoseconds(&["stop_grace_period"]).filter(|(n, _)| *n < 0) {
        let message = format!("`{}` is below 0: the task is never killed", shown(c, stack, found));
        out.violation(Violation::at(found.span, message).layer(Layer::Task).severity(Severity::Warning));
    }
    if let Some(found) = node.at(&["deploy", "update_config", "max_failure_ratio"]) {
        let value = match &found.value {
            crate::syntax::tree::Value::Float(value) => *value,
            _ => 0.0,
        };
        if !(0.0..=1.0).contains(&value) {
            let docker = "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1";
            let message = format!("`{}` is no ratio between 0 and 1", shown(c, stack, found));
            out.violation(Violation::at(found.span, message).docker(docker));
        }
    }
    for (key, article, field) in [
        ("interval", "an interval", "Interval"),
        ("timeout", "a timeout", "Timeout"),
        ("start_period", "a start period", "StartPeriod"),
    ] {
        if let Some((_, found)) = nanoseconds(&["healthcheck", key]).filter(|(n, _)| *n != 0 && *n < 1_000_000) {
            let docker = format!("ContainerSpec: {field} in HealthConfig cannot be less than 1ms");
            let message = format!("{article} of `{}` is below the least of 1ms", shown(c, stack, found));
            out.violation(Violation::at(found.span, message).docker(docker));
        }
    }
}

/// Why the engine refuses a name that must be a part of a DNS name, once the stack's name stands before it.
fn dns_fault(name: &str) -> Option<String> {
    let bad = name.chars().find(|ch| !(ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_')));
    match bad {
        Some('.') => Some("a dot is refused".to_owned()),
        Some(' ') => Some("a blank is refused".to_owned()),
        Some(other) => Some(format!("`{other}` is refused")),
        None if name.ends_with(['-', '_']) => Some("it ends in a hyphen or an underscore".to_owned()),
        None => None,
    }
}

fn name_of_service(service: &Entry, out: &mut Ruling) {
    let name = service.name();
    if let Some(why) = dns_fault(name) {
        let violation = Violation::at(service.key.span, format!("`{name}` is no name for a service: {why}"));
        out.violation(violation.docker("name must be valid as a DNS name component"));
    } else if name.len() > 61 {
        let message = "the name is longer than 63 characters with the stack's name";
        out.violation(Violation::at(service.key.span, message).docker("name must be 63 characters or fewer"));
    }
}

/// Networks that a service uses; the others are never created.
fn used_networks(stack: &Stack) -> Vec<String> {
    let mut used = Vec::new();
    for service in declared(&stack.loaded, "services") {
        let networks = service.value.get("networks").map(Node::entries).unwrap_or_default();
        if networks.is_empty() {
            used.push("default".to_owned());
        }
        used.extend(networks.iter().map(|e| e.name().to_owned()));
    }
    used
}

fn networks(stack: &Stack, out: &mut Ruling) {
    let used = used_networks(stack);
    for network in declared(&stack.loaded, "networks") {
        if is_external(&network.value) || !used.iter().any(|name| name == network.name()) {
            continue;
        }
        let (name, span) = text(&network.value, &["name"]).unwrap_or((network.name(), network.key.span));
        if let Some(why) = dns_fault(name) {
            let violation = Violation::at(span, format!("`{name}` is no name for a network: {why}"));
            out.violation(violation.docker("name must be valid as a DNS name component"));
        }
        for pool in items(&network.value, &["ipam", "config"]) {
            let Some((subnet, span)) = text(pool, &["subnet"]) else { continue };
            let whole = subnet.split_once('/').is_some_and(|(address, bits)| {
                let most = match address.parse::<IpAddr>() {
                    Ok(IpAddr::V4(_)) => 32,
                    Ok(IpAddr::V6(_)) => 128,
                    Err(_) => return false,
                };
                bits.parse::<u8>().is_ok_and(|b| b <= most)
            });
            if whole {
                out.holds(span, format!("`{subnet}` is a subnet"));
            } else {
                let docker = format!("Invalid subnet {subnet} : invalid CIDR address: {subnet}");
                out.violation(Violation::at(span, format!("`{subnet}` is no subnet")).docker(docker));
            }
        }
    }
}

/// Names and sizes of secrets and configs.
fn objects(c: &Context<'_>, stack: &Stack, out: &mut Ruling) {
    for (kind, most, shown_most) in [("secret", 512_000, "500 KiB"), ("config", 1_024_000, "1000 KiB")] {
        for object in declared(&stack.loaded, &format!("{kind}s")) {
            if is_external(&object.value) {
                continue;
            }
            let own = text(&object.value, &["name"]);
            // Without a name of its own, the stack's stands before it.
            let (name, span) = own.unwrap_or((object.name(), object.key.span));
            let allowed = |ch: char| ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_' | '.');
            let fault = name
                .chars()
                .find(|ch| !allowed(*ch))
                .map(|ch| if ch == ' ' { "a blank is refused".to_owned() } else { format!("`{ch}` is refused") });
            let edge = |ch: Option<char>| ch.is_some_and(|ch| !ch.is_ascii_alphanumeric());
            let edges = edge(name.chars().last()) || own.is_some() && edge(name.chars().next());
            let docker = "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]";
            if let Some(why) = fault {
                let message = format!("`{name}` is no name for a {kind}: {why}");
                out.violation(Violation::at(span, message).docker(docker));
            } else if name.len() > 64 {
                out.violation(Violation::at(span, "the name is longer than 64 characters").docker(docker));
            } else if edges {
                let message = format!("`{name}` is no name for a {kind}: it begins and ends with a letter or digit");
                out.violation(Violation::at(span, message).docker(docker));
            }
            let Some((path, span)) = text(&object.value, &["file"]) else { continue };
            let found =
                crate::source::join("", path).filter(|_| !path.starts_with('/')).and_then(|p| c.sources.find(&p));
            let Some(Ok(content)) = found.map(|id| c.sources.read(id)) else { continue };
            if content.is_empty() {
                let docker = format!("{kind} data must be larger than 0 and less than {most} bytes");
                let message = format!("the file is empty: a {kind} needs at least one byte");
                out.violation(Violation::at(span, message).docker(docker));
            } else if content.len() >= most {
                let docker = format!("{kind} data must be larger than 0 and less than {most} bytes");
                let message = format!("the file is larger than {shown_most}, the most of a {kind}");
                out.violation(Violation::at(span, message).docker(docker));
            }
        }
    }
}

struct Published<'a> {
    service: &'a str,
    span: Span,
    host: bool,
}

fn stack_port_conflict(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        let mut taken: Vec<((i128, String), Published<'_>)> = Vec::new();
        for service in declared(&stack.loaded, "services") {
            let dnsrr = text(&service.value, &["deploy", "endpoint_mode"])
                .is_some_and(|(m, _)| m.eq_ignore_ascii_case("dnsrr"));
            let mut ingress = None;
            for port in items(&service.value, &["ports"]) {
                if ["published", "mode", "protocol"].iter().any(|key| port.get(key).is_some_and(Node::is_unknown)) {
                    continue;
                }
                let host = text(port, &["mode"]).is_some_and(|(m, _)| m.eq_ignore_ascii_case("host"));
                if !host && !port.is_unknown() {
                    ingress.get_or_insert(port.span);
                }
                let Some(published) = port.get("published").and_then(Node::as_int).filter(|n| *n != 0) else {
                    continue;
                };
                let protocol = text(port, &["protocol"]).map_or("tcp", |(p, _)| p).to_ascii_lowercase();
                let protocol = if ["udp", "sctp"].contains(&protocol.as_str()) { protocol } else { "tcp".to_owned() };
                let key = (published, protocol);
                let name = service.name();
                let clash = taken.iter().find(|(known, p)| *known == key && (p.service == name || !(p.host && host)));
                match clash {
                    Some((_, first)) if first.service == name => {
                        let violation = Violation::at(port.span, format!("port {published} is published twice"));
                        let docker = "EndpointSpec: duplicate published ports provided";
                        out.violation(violation.related(first.span, "the first time").docker(docker));
                    }
                    Some((_, first)) => {
                        let message = format!("port {published} is published by `{}` too", first.service);
                        let kind = if first.host { "a host-published" } else { "an ingress" };
                        let docker = format!(
                            "port '{published}' is already in use by service '{}' as {kind} port",
                            first.service
                        );
                        out.violation(
                            Violation::at(port.span, message).related(first.span, "the first time").docker(docker),
                        );
                    }
                    None => out.holds(port.span, format!("port {published} is published once")),
                }
                taken.push((key, Published { service: name, span: port.span, host }));
            }
            if let Some(span) = ingress.filter(|_| dnsrr) {
                let docker = "EndpointSpec: port published with ingress mode can't be used with dnsrr mode";
                let help = "publish with `mode: host`, or leave `endpoint_mode` out";
                out.violation(Violation::at(span, "`dnsrr` takes no ingress ports").help(help).docker(docker));
            }
        }
    }
}

fn stack_network_scope(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        let used = used_networks(stack);
        for network in declared(&stack.loaded, "networks") {
            if is_external(&network.value) || !used.iter().any(|name| name == network.name()) {
                continue;
            }
            let Some((driver, span)) = text(&network.value, &["driver"]) else { continue };
            if matches!(driver, "bridge" | "host" | "null" | "none" | "macvlan" | "ipvlan") {
                let name = network.name();
                let message = format!("a network of driver `{driver}` cannot carry services");
                let help = if driver == "host" {
                    "attach the services to an external network named `host`"
                } else {
                    "leave `driver` out, or write `overlay`"
                };
                let docker = format!(
                    "The network {name} cannot be used with services. Only networks scoped to the swarm can be used"
                );
                // These can be scoped to the swarm by a configuration that was made on every node.
                let likely = matches!(driver, "macvlan" | "ipvlan");
                let violation = Violation::at(span, message).help(help).docker(docker);
                out.violation(if likely {
                    violation.certainty(crate::violation::Certainty::Likely)
                } else {
                    violation
                });
            } else {
                out.holds(span, format!("`{driver}` reaches every node"));
            }
        }
    }
}
