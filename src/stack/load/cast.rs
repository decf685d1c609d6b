//! Variables filled in over a whole tree, and the casts to numbers and booleans that docker makes at some places.

use super::{Loaded, Refusal, Stage, value};
use crate::fact::Fact;
use crate::source::Span;
use crate::stack::interpolate::{self, Environment, Refused};
use crate::syntax::tree::{Entry, Node, Value};

/// What a text is cast to after a variable changed it.
#[derive(Clone, Copy)]
enum Cast {
    Int,
    Float,
    Bool,
}

/// Docker's own table: `*` is any name, `[]` any item.
const CASTS: &[(&str, Cast)] = &[
    ("services.*.configs.[].mode", Cast::Int),
    ("services.*.secrets.[].mode", Cast::Int),
    ("services.*.healthcheck.retries", Cast::Int),
    ("services.*.healthcheck.disable", Cast::Bool),
    ("services.*.deploy.replicas", Cast::Int),
    ("services.*.deploy.update_config.parallelism", Cast::Int),
    ("services.*.deploy.update_config.max_failure_ratio", Cast::Float),
    ("services.*.deploy.rollback_config.parallelism", Cast::Int),
    ("services.*.deploy.rollback_config.max_failure_ratio", Cast::Float),
    ("services.*.deploy.restart_policy.max_attempts", Cast::Int),
    ("services.*.deploy.placement.max_replicas_per_node", Cast::Int),
    ("services.*.ports.[].target", Cast::Int),
    ("services.*.ports.[].published", Cast::Int),
    ("services.*.ulimits.*", Cast::Int),
    ("services.*.ulimits.*.hard", Cast::Int),
    ("services.*.ulimits.*.soft", Cast::Int),
    ("services.*.privileged", Cast::Bool),
    ("services.*.oom_score_adj", Cast::Int),
    ("services.*.read_only", Cast::Bool),
    ("services.*.stdin_open", Cast::Bool),
    ("services.*.tty", Cast::Bool),
    ("services.*.volumes.[].read_only", Cast::Bool),
    ("services.*.volumes.[].volume.nocopy", Cast::Bool),
    ("networks.*.external", Cast::Bool),
    ("networks.*.internal", Cast::Bool),
    ("networks.*.attachable", Cast::Bool),
    ("volumes.*.external", Cast::Bool),
    ("secrets.*.external", Cast::Bool),
    ("configs.*.external", Cast::Bool),
];

/// The path is split again at its dots, so nothing is cast in a service whose name has one.
fn cast_at(path: &str) -> Option<Cast> {
    let parts = || path.split('.');
    let fits = |pattern: &&(&str, Cast)| {
        pattern.0.split('.').count() == parts().count()
            && pattern.0.split('.').zip(parts()).all(|(want, part)| want == "*" || want == part)
    };
    CASTS.iter().find(fits).map(|(_, cast)| *cast)
}

/// Fills in every string of a tree; keys stay as they are.
pub(super) fn interpolate(root: &Node, environment: &Environment, loaded: &mut Loaded) -> Node {
    let entries = root.entries().iter().map(|entry| {
        let value = walk(&entry.value, entry.name(), environment, loaded);
        Entry { value, ..entry.clone() }
    });
    let value = Value::Map(entries.collect());
    Node { span: root.span, value }
}

fn walk(node: &Node, path: &str, environment: &Environment, loaded: &mut Loaded) -> Node {
    let value = match &node.value {
        Value::Str(raw) if raw.contains('$') => text(node.span, raw, path, environment, loaded),
        Value::Seq(items) => {
            let below = format!("{path}.[]");
            Value::Seq(items.iter().map(|item| walk(item, &below, environment, loaded)).collect())
        }
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| {
                    let value = walk(&entry.value, &format!("{path}.{}", entry.name()), environment, loaded);
                    Entry { value, ..entry.clone() }
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { span: node.span, value }
}

fn text(span: Span, raw: &str, path: &str, environment: &Environment, loaded: &mut Loaded) -> Value {
    let filled = interpolate::fill(raw, environment);
    if !filled.references.is_empty() {
        loaded.origins.insert(span, filled.references);
    }
    let unknown = Value::Unknown(raw.to_owned());
    if let Some(at) = filled.dropped {
        loaded.dropped.push((span, format!("`{}` is no variable: docker drops the `$`", piece(raw, at))));
    }
    if let Some(refused) = filled.error {
        loaded.refusals.push(refusal(span, raw, path, &refused));
        return unknown;
    }
    let text = match filled.fact {
        Fact::Known(text) | Fact::Assumed(text) => text,
        Fact::Unknown => return unknown,
    };
    let Some(cast) = cast_at(path).filter(|_| text != raw) else { return Value::Str(text) };
    let (made, wanted, docker) = match cast {
        Cast::Int => (
            integer(&text).map(|n| Value::Int(i128::from(n))),
            "integer",
            format!("strconv.Atoi: parsing {text:?}: invalid syntax"),
        ),
        Cast::Float => (
            value::float(&text).map(Value::Float),
            "number",
            format!("strconv.ParseFloat: parsing {text:?}: invalid syntax"),
        ),
        Cast::Bool => (boolean(&text).map(Value::Bool), "boolean", format!("invalid boolean: {text}")),
    };
    made.unwrap_or_else(|| {
        let message = format!("the variable's value `{text}` is no {wanted}");
        let docker = format!("error while interpolating {path}: failed to cast to expected type: {docker}");
        loaded.refusals.push(Refusal::new(Stage::Interpolation, span, message, docker));
        unknown
    })
}

/// What is shown of a text from a refused `$` on: to the brace that closes it, or a few words.
fn piece(raw: &str, at: usize) -> String {
    let rest = raw[at..].lines().next().unwrap_or_default();
    let braced = rest.starts_with("${").then(|| rest.find('}').map(|end| rest[..=end].to_owned())).flatten();
    braced.unwrap_or_else(|| rest.chars().take(20).collect())
}

fn refusal(span: Span, raw: &str, path: &str, refused: &Refused) -> Refusal {
    let (message, help, template) = match refused {
        Refused::Invalid(at) => {
            let piece = piece(raw, *at);
            if piece
                .strip_prefix("${")
                .is_some_and(|inner| inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
            {
                let help = "write `:-` for a default or `:?` for what must be set; docker knows nothing else";
                (format!("`{piece}` is not in docker's grammar"), help, raw.to_owned())
            } else {
                let help = "write `$$` for a dollar sign";
                (format!("`{piece}` is no variable: docker refuses the `$`"), help, raw.to_owned())
            }
        }
        Refused::Required(name, why) => (
            if why.is_empty() { format!("`{name}` is not set") } else { format!("`{name}` is not set: {why}") },
            "set it in the environment of the deploy",
            format!("required variable {name} is missing a value: {why}"),
        ),
    };
    let docker =
        format!("invalid interpolation format for {path}: {template:?}; you may need to escape any $ with another $");
    Refusal::new(Stage::Interpolation, span, message, docker).help(help)
}

/// `strconv.Atoi`
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "y" | "yes" | "true" | "on" => Some(true),
        "n" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}
