//! Several `-c` files → one tree, every node keeping the place it came from.

use crate::syntax::tree::{Entry, Node, Value};

/// Lays `over` on `base` as `docker stack deploy -c base -c over` does.
#[must_use]
pub fn merge(base: &Node, over: &Node) -> Node {
    merge_at(base, over, &mut Vec::new())
}

fn merge_at(base: &Node, over: &Node, path: &mut Vec<String>) -> Node {
    let key = path.last().map_or("", String::as_str);
    match (&base.value, &over.value) {
        (_, Value::Null) => base.clone(),
        (Value::Map(below), Value::Map(above)) => {
            // A top-level network is replaced as a whole.
            if path.len() == 2 && path[0] == "networks" {
                return over.clone();
            }
            let mut entries = below.clone();
            for entry in above {
                match entries.iter_mut().find(|e| e.name() == entry.name()) {
                    Some(known) => {
                        path.push(entry.name().to_owned());
                        let value = merge_at(&known.value, &entry.value, path);
                        path.pop();
                        *known = Entry { key: entry.key.clone(), value, merged: entry.merged };
                    }
                    None => entries.push(entry.clone()),
                }
            }
            Node { span: over.span, value: Value::Map(entries) }
        }
        (Value::Seq(_), Value::Seq(_)) if matches!(key, "command" | "entrypoint") => over.clone(),
        (Value::Seq(below), Value::Seq(above)) => {
            let id = |node: &Node| identity(key, node);
            let mut items: Vec<Node> =
                below.iter().filter(|b| !above.iter().any(|a| id(a).is_some() && id(a) == id(b))).cloned().collect();
            items.extend(above.iter().cloned());
            Node { span: over.span, value: Value::Seq(items) }
        }
        (Value::Map(_), Value::Seq(_)) | (Value::Seq(_), Value::Map(_)) if matches!(key, "environment" | "labels") => {
            let mut entries = pairs(base);
            for entry in pairs(over) {
                entries.retain(|e| e.name() != entry.name());
                entries.push(entry);
            }
            Node { span: over.span, value: Value::Map(entries) }
        }
        _ => over.clone(),
    }
}

/// What makes two items of a list the same one: the published port, the mount's target, the variable's name.
fn identity(key: &str, node: &Node) -> Option<String> {
    let text = node.scalar();
    match key {
        "environment" | "labels" => text.map(|t| t.split('=').next().unwrap_or_default().to_owned()),
        "ports" => match text {
            Some(text) => text.rsplit_once(':').map(|(published, _)| published.to_owned()),
            None => node.get("published").and_then(Node::scalar),
        },
        "volumes" => match text {
            Some(text) => text.split(':').nth(1).or(Some(text.as_str())).map(str::to_owned),
            None => node.get("target").and_then(Node::scalar),
        },
        "secrets" | "configs" => text.or_else(|| node.get("source").and_then(Node::scalar)),
        _ => None,
    }
}

/// The entries of a map, or of a list of `NAME=value`.
fn pairs(node: &Node) -> Vec<Entry> {
    if node.is_map() {
        return node.entries().to_vec();
    }
    node.items()
        .iter()
        .filter_map(|item| {
            let text = item.scalar()?;
            let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(n, v)| (n, Some(v)));
            let value = value.map_or(Value::Null, |v| Value::Str(v.to_owned()));
            Some(Entry {
                key: Node { span: item.span, value: Value::Str(name.to_owned()) },
                value: Node { span: item.span, value },
                merged: false,
            })
        })
        .collect()
}
