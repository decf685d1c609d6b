//! Placement constraints: what the engine refuses, and what no node can meet.

use super::resolved::{items, services};
use crate::rules::{Checks, Context, Ruling};
use crate::source::Span;
use crate::stack::Constraint;
use crate::violation::{Layer, Violation};

pub(in crate::rules) const CHECKS: Checks = &[("stack-constraint-syntax", stack_constraint_syntax)];

/// Keys that a constraint can ask for, in lower case.
fn is_constraint_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let label =
        ["node.labels.", "engine.labels."].iter().any(|p| key.strip_prefix(p).is_some_and(|rest| !rest.is_empty()));
    label
        || ["node.id", "node.hostname", "node.ip", "node.role", "node.platform.os", "node.platform.arch"]
            .contains(&key.as_str())
}

/// Swarm's patterns of a constraint's key and value.
fn constraint_fault(key: &str, value: &str) -> Option<String> {
    let key_fits = key.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_')
        && key.chars().all(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-' | '_'));
    let value_fits = value
        .starts_with(|ch: char| ch.is_ascii_alphanumeric() || matches!(ch, ':' | '-' | '_' | '.' | '*' | '/'))
        && value
            .chars()
            .all(|ch| ch.is_ascii_alphanumeric() || ch.is_ascii_whitespace() || ":-_.*()?+[]\\^$|/".contains(ch));
    if !key_fits {
        Some(format!("key '{key}' is invalid"))
    } else if !value_fits {
        Some(format!("value '{value}' is invalid"))
    } else {
        None
    }
}

fn stack_constraint_syntax(c: &Context<'_>, out: &mut Ruling) {
    for (_, service) in services(c) {
        let mut seen: Vec<(String, String, String, Span)> = Vec::new();
        for node in items(&service.value, &["deploy", "placement", "constraints"]) {
            let Some(written) = node.as_str() else { continue };
            let Some(Constraint { key, equal, value }) = Constraint::parse(written) else {
                let violation = Violation::at(node.span, format!("`{written}` has no `==` or `!=`"));
                out.violation(violation.docker("constraint expected one operator from ==, !="));
                continue;
            };
            if let Some(docker) = constraint_fault(key, value) {
                let message = format!(
                    "`{written}` is no constraint: {}",
                    if docker.starts_with("key") { "its key is refused" } else { "its value is refused" }
                );
                out.violation(Violation::at(node.span, message).docker(docker));
                continue;
            }
            let pending = "no suitable node (scheduling constraints not satisfied)";
            if !is_constraint_key(key) {
                let message = format!("`{key}` is nothing that a constraint can ask for");
                out.violation(Violation::at(node.span, message).layer(Layer::Task).docker(pending));
                continue;
            }
            let lower = key.to_ascii_lowercase();
            if lower == "node.role" && !["manager", "worker"].iter().any(|r| r.eq_ignore_ascii_case(value)) {
                if equal {
                    let message = format!("`{value}` is no role: manager, worker");
                    out.violation(Violation::at(node.span, message).layer(Layer::Task).docker(pending));
                }
                continue;
            }
            let known = value.to_ascii_lowercase();
            let against = seen.iter().find(|(k, op, v, _)| {
                *k == lower
                    && lower != "node.ip"
                    && match (op.as_str(), equal) {
                        ("==", true) => *v != known,
                        ("==", false) | ("!=", true) => *v == known,
                        _ => false,
                    }
            });
            match against {
                Some((_, _, _, first)) => {
                    let earlier = c.text(*first).trim_matches(['"', '\'']).to_owned();
                    let message = format!("`{earlier}` and `{written}` exclude each other");
                    let violation = Violation::at(node.span, message).related(*first, "the other one");
                    out.violation(violation.layer(Layer::Task).docker(pending));
                }
                None => out.holds(node.span, format!("`{written}` is a constraint")),
            }
            seen.push((lower, if equal { "==" } else { "!=" }.to_owned(), known, node.span));
        }
    }
}
