//! Accepted, and then lost or read otherwise: nobody says a word.

use std::collections::BTreeSet;

use super::resolved::{items, services, stacks, text};
use crate::rules::{Checks, Context, Ruling};
use crate::source::{Kind, Span};
use crate::stack::Stack;
use crate::stack::keys::{Fate, STACK};
use crate::stack::load::{Stage, port, value};
use crate::syntax::tree::{Entry, Node};
use crate::violation::{Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("restart-key-misread", restart_key_misread),
    ("stack-dropped-key", stack_dropped_key),
    ("stack-ignored-key", stack_ignored_key),
    ("stack-value-misread", stack_value_misread),
];

/// The keys of a service with their fates, each where a service has one.
fn fates<'a>(c: &Context<'a>) -> impl Iterator<Item = (&'a Entry, &'a Entry, Fate)> + use<'a> {
    let of = STACK.key("services").and_then(|key| key.of.object()).expect("a stack has services");
    c.app.deployed().flat_map(move |deployed| {
        let service = &deployed.service.node;
        let owner = deployed.stack.root.get("services").and_then(|s| s.entry(&deployed.service.name.value));
        service.entries().iter().filter_map(move |entry| Some((owner?, entry, of.key(entry.name())?.fate)))
    })
}

/// A value that asks for nothing: dropping it loses nothing.
fn is_nothing(node: &Node) -> bool {
    node.is_null()
        || node.as_bool() == Some(false)
        || node.as_str() == Some("")
        || !node.is_map() && node.items().is_empty() && node.scalar().is_none()
}

fn stack_ignored_key(c: &Context<'_>, out: &mut Ruling) {
    for (_, entry, fate) in fates(c) {
        let Fate::Ignored(severity, help) = fate else { continue };
        if !is_nothing(&entry.value) {
            let key = entry.name();
            let violation = Violation::at(entry.key.span, format!("`{key}` is ignored by Swarm")).help(help);
            out.violation(violation.severity(severity).docker(format!("Ignoring unsupported options: {key}")));
        }
    }
}

fn stack_dropped_key(c: &Context<'_>, out: &mut Ruling) {
    // What docker refuses is not lost: the deploy stops.
    let refused: BTreeSet<Span> = stacks(c).flat_map(|s| s.loaded.refusals.iter().map(|r| r.span)).collect();
    for (service, entry, fate) in fates(c) {
        let key = entry.name();
        if let Fate::Dropped(help) = fate
            && !is_nothing(&entry.value)
            && !refused.contains(&entry.value.span)
        {
            let read_only = service.value.get("read_only").and_then(Node::as_bool) == Some(true);
            let (message, severity) = match key {
                "depends_on" => (format!("`{key}` is dropped: Swarm starts all services at once"), None),
                "tmpfs" if read_only => {
                    (format!("`{key}` is dropped, and the root is read-only"), Some(Severity::Error))
                }
                _ => (format!("`{key}` is dropped"), None),
            };
            let mut violation = Violation::at(entry.key.span, message).help(help);
            violation.severity = severity;
            out.violation(violation);
        }
        match key {
            "networks" => {
                for attachment in entry.value.entries() {
                    for address in ["ipv4_address", "ipv6_address"] {
                        if let Some(found) = attachment.value.entry(address).filter(|e| !is_nothing(&e.value)) {
                            let help = "reach the service by its name: Swarm gives out addresses";
                            let message = format!("`{address}` is dropped");
                            out.violation(Violation::at(found.key.span, message).help(help));
                        }
                    }
                }
            }
            "volumes" => entry.value.items().iter().for_each(|mount| lost_options(mount, out)),
            "secrets" | "configs" => {
                for reference in entry.value.items() {
                    let known = ["source", "target", "uid", "gid", "mode"];
                    for found in
                        reference.entries().iter().filter(|e| !known.iter().any(|k| k.eq_ignore_ascii_case(e.name())))
                    {
                        out.violation(Violation::at(found.key.span, format!("`{}` is dropped", found.name())));
                    }
                }
            }
            "extra_hosts" => {
                for host in entry.value.items().iter().filter_map(|h| h.as_str().map(|t| (t, h.span))) {
                    if !host.0.contains([':', '=']) && !host.0.contains('$') {
                        let message = format!("the host `{}` has no address: dropped", host.0);
                        out.violation(Violation::at(host.1, message).help("write `name:address`"));
                    }
                }
            }
            "healthcheck" => {
                if let Some(found) = entry.value.entry("start_interval") {
                    let violation = Violation::at(found.key.span, "`start_interval` is dropped by engines before 25");
                    out.violation(violation.severity(Severity::Note));
                }
            }
            _ => {}
        }
    }
}

fn lost_options(mount: &Node, out: &mut Ruling) {
    if let Some(short) = mount.as_str().filter(|s| !s.contains('$')) {
        let Ok(spec) = crate::stack::load::mount::parse(short) else { return };
        for option in spec.lost.iter().filter(|o| !o.is_empty()) {
            let help = match option.as_str() {
                "z" | "Z" => "label the files on the node: Swarm does not relabel",
                "delegated" | "cached" | "consistent" => "drop it: it is for Docker Desktop",
                _ => "drop it",
            };
            out.violation(Violation::at(mount.span, format!("`{option}` is dropped")).help(help));
        }
    }
    for (part, known) in [("bind", &["propagation"][..]), ("volume", &["nocopy", "subpath"]), ("tmpfs", &["size"])] {
        for found in mount.get(part).map(Node::entries).unwrap_or_default() {
            if !known.iter().any(|k| k.eq_ignore_ascii_case(found.name())) {
                let of = if part == "tmpfs" { " of a tmpfs" } else { "" };
                out.violation(Violation::at(found.key.span, format!("`{}`{of} is dropped", found.name())));
            }
        }
    }
    if let Some(found) = mount.get("volume").and_then(|v| v.entry("subpath")) {
        let violation = Violation::at(found.key.span, "`subpath` is dropped by engines before 26");
        out.violation(violation.severity(Severity::Note));
    }
}

fn restart_key_misread(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let node = &deployed.service.node;
        let Some(entry) = node.entry("restart") else { continue };
        let Some(written) = deployed.service.text(&["restart"]) else { continue };
        let span = entry.key.span;
        if node.at(&["deploy", "restart_policy"]).is_some_and(|p| !p.is_null()) {
            let violation = Violation::at(span, "`restart` is dead beside `deploy.restart_policy`").help("drop it");
            out.violation(violation.severity(Severity::Note));
            continue;
        }
        let Some(word) = written.text() else {
            out.unknown(span, "the policy comes from a variable");
            continue;
        };
        let condition = match word.split(':').next().unwrap_or_default() {
            "no" => {
                let violation = Violation::at(span, "`restart: no` is dropped: the task is started again for ever");
                out.violation(violation.help("write `deploy.restart_policy.condition: none`"));
                continue;
            }
            "always" | "unless-stopped" => "any",
            "on-failure" => "on-failure",
            _ => continue,
        };
        let message = format!("`restart: {word}` is read as `deploy.restart_policy.condition: {condition}`");
        let help = "say it there: docker warns that it ignores `restart`";
        out.violation(Violation::at(span, message).help(help).severity(Severity::Note));
    }
}

fn stack_value_misread(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        for (span, references) in &stack.loaded.origins {
            templates(c, *span, references, out);
        }
        if stack.loaded.refusals.iter().all(|r| r.stage != Stage::Decode) {
            ranges(stack, out);
        }
    }
    for (stack, service) in services(c) {
        for kind in ["secrets", "configs"] {
            for reference in items(&service.value, &[kind]) {
                let Some(mode) = reference.get("mode").filter(|m| m.as_int().is_some()) else { continue };
                let written = c.text(mode.span);
                // A mode that reads as octal and is none.
                if matches!(
                    written,
                    "400"
                        | "440"
                        | "444"
                        | "600"
                        | "640"
                        | "644"
                        | "660"
                        | "664"
                        | "700"
                        | "750"
                        | "755"
                        | "777"
                        | "500"
                        | "550"
                        | "555"
                ) {
                    let octal = mode.as_int().unwrap_or(0);
                    let message = format!("`{written}` is decimal: the mode is 0{octal:o}");
                    let help = format!("write `0{written}`");
                    out.violation(Violation::at(mode.span, message).help(help));
                }
            }
        }
        env_files(c, stack, &service.value, out);
    }
    for deployed in c.app.deployed() {
        for key in ["command", "entrypoint"] {
            let Some(written) = deployed.service.text(&[key]) else { continue };
            let Some(line) = written.text() else { continue };
            if let (None, Some(at)) = (value::shlex(line).1, comment(line)) {
                let runs = line[..at].trim();
                let message = format!("`#` begins a comment in a command: `{runs}` is all that runs");
                out.violation(Violation::at(written.span, message).help("put the word in quotes, or write a list"));
            }
        }
    }
}

/// Where the client takes a `#` for the begin of a comment, with something behind it.
fn comment(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    let mut chars = line.char_indices();
    while let Some((at, ch)) = chars.next() {
        match (quote, ch) {
            (None, '#') if before.is_whitespace() => return line[at..].len().gt(&1).then_some(at),
            (None, '\'' | '"') => quote = Some(ch),
            (Some(q), _) if q == ch => quote = None,
            (None | Some('"'), '\\') => {
                chars.next();
            }
            _ => {}
        }
        before = ch;
    }
    None
}

/// Variables that docker reads otherwise than they look.
fn templates(c: &Context<'_>, span: Span, references: &[crate::stack::Reference], out: &mut Ruling) {
    let text = c.text(span);
    for (n, reference) in references.iter().enumerate() {
        let raw = reference.raw.as_str();
        let braced = raw.starts_with("${");
        let name = &reference.name;
        let behind = raw.trim_start_matches(['$', '{']).strip_prefix(name.as_str()).unwrap_or_default();
        if let Some(default) = reference.default.as_deref().filter(|_| !braced && behind.starts_with(['-', ':'])) {
            let message = format!("`{raw}` is `{name}` with the default `{default}`: write `${{{name}}}{behind}`");
            out.violation(Violation::at(span, message));
        }
        let nested = reference.default.as_deref().is_some_and(|d| d.contains("${"));
        if braced && nested {
            let shown = format!("{raw}}}");
            let whole = if text.contains(&shown) { shown } else { raw.to_owned() };
            out.violation(
                Violation::at(span, format!("`{whole}` ends at the first `}}`"))
                    .help("docker knows no variable in a default"),
            );
        }
        // `${A:?say - so}` is a default to docker: it looks for the hyphen first.
        if braced && reference.default.is_some() && behind.trim_start_matches(':').starts_with('?') {
            let message = format!("`{raw}` is not required: docker takes the hyphen in its message for a default");
            out.violation(Violation::at(span, message).help("leave hyphens out of the message"));
        }
        if let Some(next) = references.get(n + 1).filter(|_| reference.required) {
            let message = format!("`{raw}` is not required: `{}` follows", next.raw);
            let help = "docker forgets what is wrong at the next variable of one value: put the required one last";
            out.violation(Violation::at(span, message).help(help));
        }
    }
}

/// Several published ports for one port of the container.
fn ranges(stack: &Stack, out: &mut Ruling) {
    const NUMBERS: &[&str] = &["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let services = stack.root.get("services").map(Node::entries).unwrap_or_default();
    for item in services.iter().flat_map(|s| s.value.get("ports").map(Node::items).unwrap_or_default()) {
        let Some(spec) = item.as_str().and_then(port::parse) else { continue };
        let targets: BTreeSet<u16> = spec.ports.iter().map(|(target, _)| *target).collect();
        if targets.len() == 1 && spec.ports.len() > 1 {
            let count =
                NUMBERS.get(spec.ports.len() - 2).map_or_else(|| spec.ports.len().to_string(), |n| (*n).to_owned());
            let message = format!("`{}` publishes {count} ports", item.as_str().unwrap_or_default());
            out.violation(Violation::at(item.span, message).help("name one port: a range is a choice to Compose only"));
        }
    }
}

/// Quotes around values of env files, which docker keeps.
fn env_files(c: &Context<'_>, stack: &Stack, service: &Node, out: &mut Ruling) {
    for file in items(service, &["env_file"]) {
        let Some((path, _)) = text(file, &[]) else { continue };
        let folder = crate::source::folder(c.sources.path(stack.file()));
        let Some(id) = crate::source::join(folder, path).and_then(|p| c.sources.find(&p)) else { continue };
        // What the repository does not hold is not its fault.
        if matches!(c.sources.file(id).tracking, crate::source::Tracking::Ignored)
            || c.sources.file(id).kind == Kind::Stack
        {
            continue;
        }
        let content = c.sources.text(id);
        let mut start = 0;
        for line in content.split_inclusive('\n') {
            let shown = line.trim_end();
            let value = shown.split_once('=').filter(|(n, _)| !n.trim_start().starts_with('#')).map(|(_, v)| v);
            let quoted =
                value.is_some_and(|v| v.len() > 1 && ['"', '\''].iter().any(|q| v.starts_with(*q) && v.ends_with(*q)));
            if quoted {
                let at = start + shown.len() - value.map_or(0, str::len);
                let span = Span::new(id, at, start + shown.len());
                let violation = Violation::at(span, "a value in quotes keeps them in an env file").secret(span);
                out.violation(violation.help("leave the quotes out"));
            }
            start += line.len();
        }
    }
}
