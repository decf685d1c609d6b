//! Several `-c` files → one: what docker's merge keeps, joins, replaces and loses, type by type.

use super::decode::made;
use crate::stack::keys::{Into, Number, Object, Type};
use crate::syntax::tree::{Entry, Node, Value};

/// Lays a service on the one of the same name in the files before.
pub(super) fn service(base: &Node, over: &Node, of: &'static Object) -> Node {
    let mut merged = object(base, over, of);
    if let Value::Map(entries) = &mut merged.value {
        let extras = |node: &Node| -> Vec<Entry> {
            node.entries().iter().filter(|e| e.name().starts_with("x-")).cloned().collect()
        };
        entries.extend(free(extras(base), &extras(over)));
    }
    merged
}

fn object(base: &Node, over: &Node, of: &'static Object) -> Node {
    let mut entries = Vec::new();
    for key in of.keys {
        let (below, above) = (base.entry(key.name), over.entry(key.name));
        let Some(place) = above.or(below) else { continue };
        if let Some(value) = value(below.map(|e| &e.value), above.map(|e| &e.value), &key.of) {
            entries.push(Entry { value, ..place.clone() });
        }
    }
    made(over.span, Value::Map(entries))
}

fn value(base: Option<&Node>, over: Option<&Node>, of: &Type) -> Option<Node> {
    let (below, above) = match (base, over) {
        (Some(below), Some(above)) => (below, above),
        // A list that is keyed is sorted and freed of twins even where nothing is laid on it.
        (Some(below), None) => return Some(keyed(below, &[], of).unwrap_or_else(|| below.clone())),
        (None, above) => return above.cloned(),
    };
    if below.is_unknown() || above.is_unknown() {
        return Some(above.clone());
    }
    let whichever = |over: bool| Some(if over { above.clone() } else { below.clone() });
    match of {
        Type::Number(Number { into: Into::OptionalU64 | Into::OptionalU32, .. }) => whichever(true),
        Type::Strings { .. }
        | Type::StringOrList
        | Type::Test
        | Type::StringsOrNumbers
        | Type::Hosts
        | Type::Records(_) => {
            Some(made(above.span, Value::Seq(below.items().iter().chain(above.items()).cloned().collect())))
        }
        Type::Command => whichever(!above.items().is_empty()),
        Type::Mapping { bare: true } => Some(joined(below, above, |below, above| match (&below.value, &above.value) {
            (Value::Null, _) => above.clone(),
            (Value::Str(text), _) if text.is_empty() => above.clone(),
            (_, Value::Null) => below.clone(),
            (_, Value::Str(text)) if text.is_empty() => below.clone(),
            _ => above.clone(),
        })),
        Type::Mapping { bare: false } | Type::Options { .. } => Some(joined(below, above, |_, above| above.clone())),
        Type::Optional(of) if of.what == "logging" => Some(logging(below, above)),
        Type::Object(of) | Type::ObjectOrNull(of) | Type::Optional(of) | Type::Build(of) => {
            Some(object(below, above, of))
        }
        Type::Ports(_) | Type::Mounts(_) | Type::FileReferences(_) => keyed(below, above.items(), of),
        Type::Attachments(_) => Some(joined(below, above, |below, above| match (&below.value, &above.value) {
            (Value::Null, _) => above.clone(),
            (_, Value::Null) => below.clone(),
            _ => attachment(below, above),
        })),
        Type::Ulimits(_) => {
            Some(joined(below, above, |below, above| if above.is_null() { below.clone() } else { above.clone() }))
        }
        Type::Duration { .. } => whichever(above.as_str() != Some("0s")),
        _ => whichever(!is_zero(above)),
    }
}

/// Go's zero value of a scalar.
pub(super) fn is_zero(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Int(value) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::Date(_) | Value::Unknown(_) => false,
        Value::Seq(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
    }
}

fn joined(below: &Node, above: &Node, pick: impl Fn(&Node, &Node) -> Node) -> Node {
    let mut entries = below.entries().to_vec();
    for entry in above.entries() {
        match entries.iter_mut().find(|e| e.name() == entry.name()) {
            Some(known) => *known = Entry { value: pick(&known.value, &entry.value), ..entry.clone() },
            None => entries.push(entry.clone()),
        }
    }
    made(above.span, Value::Map(entries))
}

/// The options of the same driver are joined, but only into options that are there.
fn logging(below: &Node, above: &Node) -> Node {
    let driver = |node: &Node| node.get("driver").and_then(Node::scalar).unwrap_or_default();
    let (old, new) = (driver(below), driver(above));
    if old != new && !old.is_empty() && !new.is_empty() {
        return above.clone();
    }
    let mut entries: Vec<Entry> = below.entries().to_vec();
    if old.is_empty() {
        entries.retain(|e| e.name() != "driver");
        entries.extend(above.entry("driver").cloned());
    }
    if let (Some(known), Some(options)) = (entries.iter_mut().find(|e| e.name() == "options"), above.entry("options")) {
        known.value = joined(&known.value, &options.value, |_, above| above.clone());
    }
    made(above.span, Value::Map(entries))
}

/// The aliases are replaced, addresses only by others; driver options stay as they are.
fn attachment(below: &Node, above: &Node) -> Node {
    let mut entries: Vec<Entry> = below.entries().to_vec();
    entries.retain(|e| e.name() != "aliases");
    entries.extend(above.entry("aliases").cloned());
    for name in ["ipv4_address", "ipv6_address"] {
        if let Some(entry) = above.entry(name).filter(|e| !is_zero(&e.value)) {
            entries.retain(|e| e.name() != name);
            entries.push(entry.clone());
        }
    }
    made(above.span, Value::Map(entries))
}

/// Lists that are keyed by one of their keys: a later item takes the place of an earlier one.
fn keyed(below: &Node, above: &[Node], of: &Type) -> Option<Node> {
    let key = match of {
        Type::Ports(_) => "published",
        Type::Mounts(_) => "target",
        Type::FileReferences(_) => "source",
        _ => return None,
    };
    let id = |node: &Node| -> (i128, String) {
        let value = node.get(key);
        (value.and_then(Node::as_int).unwrap_or(0), value.and_then(Node::as_str).unwrap_or_default().to_owned())
    };
    let mut items: Vec<Node> = Vec::new();
    for item in below.items().iter().chain(above) {
        // A port that the deploy's environment decides is like no other.
        let known = !item.is_unknown() && !item.get(key).is_some_and(Node::is_unknown);
        match items.iter_mut().find(|i| known && id(i) == id(item)) {
            Some(twin) => *twin = item.clone(),
            None => items.push(item.clone()),
        }
    }
    items.sort_by_key(id);
    Some(made(below.span, Value::Seq(items)))
}

/// `x-…` of a service: mappings are joined, lists appended, anything else replaced.
fn free(mut base: Vec<Entry>, over: &[Entry]) -> Vec<Entry> {
    for entry in over {
        let Some(known) = base.iter_mut().find(|e| e.name() == entry.name()) else {
            base.push(entry.clone());
            continue;
        };
        let value = match (&known.value.value, &entry.value.value) {
            (Value::Map(below), Value::Map(above)) => Value::Map(free(below.clone(), above)),
            (Value::Seq(below), Value::Seq(above)) => Value::Seq(below.iter().chain(above).cloned().collect()),
            (_, above) => above.clone(),
        };
        known.value = made(entry.value.span, value);
    }
    base
}

/// Where the client's merge stops: a list in an `x-…` key of a service that lies on something else.
pub(super) fn conflicts(base: &[Entry], over: &[Entry]) -> Option<Entry> {
    over.iter().find_map(|entry| {
        let known = base.iter().find(|e| e.name() == entry.name())?;
        match (&known.value.value, &entry.value.value) {
            (Value::Map(below), Value::Map(above)) => conflicts(below, above),
            (Value::Seq(_) | Value::Null, Value::Seq(_)) => None,
            (_, Value::Seq(_)) => Some(entry.clone()),
            _ => None,
        }
    })
}
