//! `{{…}}` in a stack: fields that Swarm knows, in places where it fills them in.

use super::resolved::{items, services, text};
use crate::rules::{Checks, Context, Ruling};
use crate::source::Span;
use crate::syntax::tree::Node;
use crate::violation::{Layer, Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[("stack-placeholder-invalid", stack_placeholder_invalid)];

/// Fields that Swarm fills in.
const PLACEHOLDERS: &[&str] = &[
    ".Service.ID",
    ".Service.Name",
    ".Service.Labels",
    ".Node.ID",
    ".Node.Hostname",
    ".Node.Platform.Architecture",
    ".Node.Platform.OS",
    ".Node.Platform",
    ".Task.ID",
    ".Task.Name",
    ".Task.Slot",
    ".Service",
    ".Node",
    ".Task",
];

/// The first `{{…}}` of a text that Swarm's templates do not know.
fn bad_placeholder(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let Some(length) = rest[at..].find("}}") else { return Some(rest[at..].to_owned()) };
        let whole = &rest[at..at + length + 2];
        let inner = whole[2..whole.len() - 2].trim_matches('-').trim();
        let word = |t: &str| {
            t.starts_with(|ch: char| ch.is_ascii_alphabetic()) && t.chars().all(|ch| ch.is_ascii_alphanumeric())
        };
        if inner.starts_with('.') && !inner.contains(char::is_whitespace) && !inner.contains('|') {
            let labels = inner.starts_with(".Service.Labels.");
            if inner != "." && !labels && !PLACEHOLDERS.contains(&inner) {
                return Some(whole.to_owned());
            }
        } else if word(inner) && !matches!(inner, "end" | "else" | "true" | "false" | "nil" | "break" | "continue") {
            return Some(whole.to_owned());
        }
        rest = &rest[at + length + 2..];
    }
    None
}

fn stack_placeholder_invalid(c: &Context<'_>, out: &mut Ruling) {
    for (_, service) in services(c) {
        let node = &service.value;
        let mut judge = |text: &str, span: Span| {
            if let Some(bad) = bad_placeholder(text) {
                let help = "write a placeholder of Swarm, or `{{\"{{\"}}` for braces that another program reads";
                out.violation(Violation::at(span, format!("`{bad}` is no placeholder")).help(help));
            } else if text.contains("{{") {
                out.holds(span, "Swarm fills it in");
            }
        };
        if let Some((hostname, span)) = text(node, &["hostname"]) {
            judge(hostname, span);
        }
        for variable in node.get("environment").map(Node::entries).unwrap_or_default() {
            if let Some(value) = variable.value.as_str() {
                judge(value, variable.value.span);
            }
        }
        for mount in items(node, &["volumes"]) {
            for key in ["source", "target"] {
                if let Some((value, span)) = text(mount, &[key]) {
                    judge(value, span);
                }
            }
        }
        for key in ["command", "entrypoint"] {
            let filled = |n: &&Node| {
                n.as_str().is_some_and(|t| PLACEHOLDERS.iter().any(|p| t.contains(&format!("{{{{{p}}}}}"))))
            };
            if let Some(word) = items(node, &[key]).iter().find(filled) {
                let message = format!("placeholders are not filled in `{key}`");
                let help = "give the value to the process in its environment";
                let violation = Violation::at(word.span, message).help(help).severity(Severity::Warning);
                out.violation(violation.layer(Layer::Dropped));
            }
        }
    }
}
