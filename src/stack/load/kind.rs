//! What the schema takes a value for: strings, numbers, names, equal items.

use std::collections::BTreeSet;

use super::value;
use crate::stack::keys::Type;
use crate::syntax::tree::{Node, Value};

/// The names of services, networks, volumes, secrets and configs.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// To JSON, a date is a string.
pub(super) fn is_string(node: &Node) -> bool {
    matches!(node.value, Value::Str(_) | Value::Date(_))
}

pub(super) fn is_number(node: &Node) -> bool {
    matches!(node.value, Value::Int(_) | Value::Float(_))
}

/// `2.0` is an integer.
pub(super) fn is_integer(node: &Node) -> bool {
    matches!(node.value, Value::Int(_)) || matches!(node.value, Value::Float(number) if number.fract() == 0.0)
}

pub(super) fn string(node: &Node) -> Option<String> {
    if is_string(node) { node.scalar() } else { None }
}

pub(super) fn fits(node: &Node, of: &Type) -> bool {
    of.words().iter().any(|word| match *word {
        "string" => is_string(node),
        "number" => is_number(node),
        "integer" => is_integer(node),
        "boolean" => node.as_bool().is_some(),
        "mapping" => node.is_map(),
        "list" => matches!(node.value, Value::Seq(_)),
        _ => node.is_null(),
    })
}

/// What makes two items of a list equal to the schema.
pub(super) fn json(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value::show_float(*value),
        Value::Str(text) | Value::Date(text) | Value::Unknown(text) => format!("{text:?}"),
        Value::Seq(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Map(entries) => {
            let sorted: BTreeSet<String> =
                entries.iter().map(|e| format!("{:?}:{}", e.name(), json(&e.value))).collect();
            format!("{{{}}}", sorted.into_iter().collect::<Vec<_>>().join(","))
        }
    }
}
