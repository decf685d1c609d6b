//! What the docker client refuses when it loads a stack, as `docker stack config` does.

use super::resolved::stacks;
use crate::rules::{Checks, Context, Rule, Ruling, find};
use crate::stack::load::{Loaded, Refusal, Stage};
use crate::stack::{Environment, Stack};
use crate::syntax::tree::Node;
use crate::violation::{Layer, Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("stack-interpolation-invalid", refused),
    ("stack-schema-violation", refused),
    ("stack-variable-unset", stack_variable_unset),
    ("stack-version-unsupported", refused),
];

/// The rule that speaks of a stage.
fn rule(stage: Stage) -> &'static str {
    match stage {
        Stage::Decode => "stack-yaml-invalid",
        Stage::Version => "stack-version-unsupported",
        Stage::Interpolation => "stack-interpolation-invalid",
        Stage::Refused | Stage::Schema | Stage::Transform | Stage::Merge => "stack-schema-violation",
        Stage::EnvFile => "stack-missing-file",
    }
}

pub(super) fn violation(refusal: &Refusal) -> Violation {
    let mut violation = Violation::at(refusal.span, refusal.message.as_str()).docker(refusal.docker.as_str());
    violation.help.clone_from(&refusal.help);
    violation.layer(Layer::Load)
}

/// Every refusal under its rule.
#[must_use]
pub fn rulings(loaded: &Loaded) -> Vec<(&'static Rule, Ruling)> {
    let mut rulings: Vec<(&'static Rule, Ruling)> = Vec::new();
    for refusal in &loaded.refusals {
        let rule = find(rule(refusal.stage)).expect("every stage has its page");
        if let Some((_, ruling)) = rulings.iter_mut().find(|(known, _)| known.name == rule.name) {
            ruling.violation(violation(refusal));
        } else {
            let mut ruling = Ruling::default();
            ruling.violation(violation(refusal));
            rulings.push((rule, ruling));
        }
    }
    rulings
}

/// The refusals of all Swarm stacks that a rule speaks of.
fn refused(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        for refusal in stack.loaded.refusals.iter().filter(|r| rule(r.stage) == c.name()) {
            out.violation(violation(refusal));
        }
        if c.name() == "stack-interpolation-invalid" {
            for (span, message) in &stack.loaded.dropped {
                let violation = Violation::at(*span, message.as_str()).help("write `$$` for a dollar sign");
                out.violation(violation.layer(Layer::Dropped));
            }
        }
    }
}

/// Values that docker makes empty where a variable is not set, and who refuses or misreads them then.
fn stack_variable_unset(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        for section in ["services", "networks", "volumes", "secrets", "configs"] {
            for object in stack.root.get(section).map(Node::entries).unwrap_or_default() {
                walk(&object.value, "", &mut |key, node| unset(c, stack, key, node, out));
            }
        }
    }
}

/// Every scalar with the key that it stands under, except what only the app reads.
fn walk(node: &Node, key: &str, each: &mut dyn FnMut(&str, &Node)) {
    const APPS_OWN: &[&str] = &[
        "environment",
        "labels",
        "command",
        "entrypoint",
        "args",
        "extra_hosts",
        "test",
        "build",
        "options",
        "driver_opts",
    ];
    for entry in node.entries() {
        if !APPS_OWN.contains(&entry.name()) && !entry.name().starts_with("x-") {
            walk(&entry.value, entry.name(), each);
        }
    }
    for item in node.items() {
        walk(item, key, each);
    }
    if node.as_str().is_some() {
        each(key, node);
    }
}

fn unset(c: &Context<'_>, stack: &Stack, key: &str, node: &Node, out: &mut Ruling) {
    let Some(references) = stack.loaded.origins.get(&node.span) else { return };
    let raw = node.as_str().unwrap_or_default();
    let given = |name: &str| !c.app.mentions.variables.contains(name);
    let Some(bare) = references.iter().find(|r| r.default.is_none() && !r.required && given(&r.name)) else {
        out.holds(node.span, "it is never empty by accident");
        return;
    };
    let name = &bare.name;
    // What docker reads when nothing is set: defaults stay.
    let emptied =
        crate::stack::Text::new(raw.to_owned(), node.span, &Environment { complete: true, ..Environment::default() });
    let left = emptied.text().unwrap_or_default();
    let says = |what: &str| format!("`{name}` has no default: unset, the {what} is `{left}`");
    let (message, severity) = match key {
        "image" if left.is_empty() => {
            (format!("`{name}` has no default: unset, `image` is empty"), Some(Severity::Error))
        }
        "image" if crate::app::known::reference_error(left).is_some() => (says("image"), Some(Severity::Error)),
        "image" => return,
        "ports" => (says("port"), None),
        // Many leave out the path in front, to have a named volume.
        "volumes" if crate::stack::load::mount::parse(left).is_ok_and(|m| !m.bind && m.target.starts_with('/')) => {
            return;
        }
        "volumes" => (says("mount"), None),
        _ if left.is_empty() => (format!("`{name}` has no default: unset, `{key}` is empty"), None),
        _ => return,
    };
    let help = format!("write `${{{name}:?}}`, so that the deploy stops where it is not set");
    let mut violation = Violation::at(node.span, message).help(help);
    violation.severity = severity;
    // An image that is none is refused during the deploy.
    violation.layer = severity.map(|_| Layer::Convert);
    out.violation(violation);
}
