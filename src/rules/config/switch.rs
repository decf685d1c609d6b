//! Branches on the name of an environment.

use std::collections::{BTreeMap, BTreeSet};

use crate::code::{SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::FileId;
use crate::violation::{Severity, Violation};

/// Variables that hold the name of an environment.
const NAMES: &[&str] = &[
    "APP_ENV",
    "APP_ENVIRONMENT",
    "APP_STAGE",
    "DEPLOY_ENV",
    "DEPLOYMENT_ENV",
    "DJANGO_ENV",
    "ENV",
    "ENVIRONMENT",
    "FLASK_ENV",
    "GO_ENV",
    "NODE_ENV",
    "RACK_ENV",
    "RAILS_ENV",
    "RUN_ENV",
    "STAGE",
];
/// Modes that runtimes and frameworks themselves know.
const MODES: &[&str] = &["development", "dev", "local", "test", "testing", "production", "prod"];

pub(in crate::rules) fn environment_name_switch(c: &Context<'_>, out: &mut Ruling) {
    let mut asked: BTreeMap<(FileId, &str), Vec<(&SourceFact, &str)>> = BTreeMap::new();
    for fact in c.app.code.of(What::Compares) {
        let Some(Value::Environment { name, .. }) = fact.parts.get("name").map(|p| &p.value) else { continue };
        let value = fact.text("value").filter(|v| !v.is_empty() && NAMES.contains(&name.as_str()));
        if let Some(value) = value.filter(|_| is_name_itself(c, fact, name)) {
            asked.entry((fact.span.file, name)).or_default().push((fact, value));
        }
    }
    for ((_, name), facts) in asked {
        let values: BTreeSet<&str> = facts.iter().map(|(_, value)| *value).collect();
        if values.iter().filter(|v| !MODES.contains(v)).count() < 2 {
            continue;
        }
        let shown: Vec<String> = values.iter().map(|v| format!("`{v}`")).collect();
        let message = format!("code branches on the name of the environment (`{name}`: {})", shown.join(", "));
        let (first, _) = facts[0];
        let violation =
            Violation::at(first.span, message).help("read each value under its own name, and let the stack set it");
        source::report(c, out, first, violation, |_| Severity::Note);
    }
}

/// What is compared is the read itself, or a name that is given it and nothing else.
fn is_name_itself(c: &Context<'_>, fact: &SourceFact, variable: &str) -> bool {
    let compared = c.text(fact.place("name")).trim_start_matches('$');
    if compared.contains(variable) {
        return true;
    }
    if !compared.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return false;
    }
    c.sources.text(fact.span.file).lines().any(|line| {
        let Some((left, right)) = line.split_once('=') else { return false };
        let given = left.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == compared);
        given && right.contains(variable) && !right.contains("==") && !right.replace("??", "").contains('?')
    })
}
