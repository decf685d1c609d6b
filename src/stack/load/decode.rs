//! A valid tree → the client's own form: short forms written out, durations and sizes read, names filled in.
//!
//! A key that is absent is Go's nil or zero value; the merge and the writer know the difference by the key's type.

use super::{Refusal, Stage, value};
use crate::source::Span;
use crate::stack::keys::{Fate, Into, Number, Object, Type};
use crate::syntax::tree::{Entry, Node, Value};

/// Reads values into the client's form; what it cannot read is refused.
pub(super) struct Decoder<'r> {
    pub refusals: &'r mut Vec<Refusal>,
    /// Things that the client says and goes on.
    pub notices: &'r mut Vec<(Span, String)>,
}

/// A node made from one that was written.
pub(super) fn made(span: Span, value: Value) -> Node {
    Node { span, value }
}

pub(super) fn text(span: Span, text: impl std::convert::Into<String>) -> Node {
    made(span, Value::Str(text.into()))
}

pub(super) fn entry(span: Span, name: &str, value: Node) -> Entry {
    Entry { key: text(span, name), value, merged: false }
}

/// The name of Go's field, which wins over the key's own where the schema lets both through.
fn field(name: &str) -> String {
    match name {
        "uid" | "gid" => name.to_uppercase(),
        "nocopy" | "subpath" => name.to_owned(),
        _ if name.contains(['_', '-']) => name.to_owned(),
        _ => name[..1].to_uppercase() + &name[1..],
    }
}

impl Decoder<'_> {
    pub(super) fn refuse(
        &mut self,
        span: Span,
        message: impl std::convert::Into<String>,
        docker: impl std::convert::Into<String>,
    ) {
        self.refusals.push(Refusal::new(Stage::Transform, span, message, docker));
    }

    pub(super) fn unreadable(&mut self, node: &Node, wanted: &str) {
        let got = match node.value {
            Value::Null | Value::Unknown(_) => return,
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float64",
            Value::Str(_) => "string",
            Value::Date(_) => "time.Time",
            Value::Seq(_) => "[]interface {}",
            Value::Map(_) => "map[string]interface {}",
        };
        let shown = if got == "time.Time" { "a date without quotes" } else { got };
        // What the schema refuses already is not said twice.
        if self.refusals.iter().any(|r| r.span == node.span) {
            return;
        }
        self.refuse(
            node.span,
            format!("docker cannot read {shown} as {wanted}"),
            format!("expected type '{wanted}', got '{got}'"),
        );
    }

    pub(super) fn object(&mut self, node: &Node, object: &'static Object) -> Node {
        let mut entries = Vec::new();
        for key in object.keys {
            if matches!(key.of, Type::Unread(_)) || matches!(key.fate, Fate::Refused(_)) {
                continue;
            }
            // The client's decoder looks for the name in any case where the schema lets it through.
            let exact = node.entry(&field(key.name)).or_else(|| node.entry(key.name));
            let found = exact.or_else(|| node.entries().iter().find(|e| e.name().eq_ignore_ascii_case(key.name)));
            let Some(found) = found else { continue };
            if let Some(value) = self.value(&found.value, &key.of) {
                entries.push(Entry { key: text(found.key.span, key.name), value, merged: found.merged });
            }
        }
        made(node.span, Value::Map(entries))
    }

    /// Nothing for null, and for what is refused.
    pub(super) fn value(&mut self, node: &Node, of: &Type) -> Option<Node> {
        if node.is_unknown() {
            return Some(node.clone());
        }
        if node.is_null() {
            return None;
        }
        let span = node.span;
        let list = matches!(node.value, Value::Seq(_));
        match of {
            Type::Text | Type::TextOrNull | Type::TextOrNumber | Type::Choice(_) => self.string(node),
            Type::Flag | Type::OptionalFlag => {
                if node.as_bool().is_none() {
                    self.unreadable(node, "bool");
                    return None;
                }
                Some(node.clone())
            }
            Type::Number(number) => self.number(node, *number),
            Type::Duration { .. } => {
                let Some(read) = node.as_str().and_then(value::duration) else {
                    if let Some(text) = node.as_str().filter(|_| !self.refusals.iter().any(|r| r.span == span)) {
                        let docker = format!("time: invalid duration {text:?}");
                        self.refuse(span, format!("`{text}` is no duration"), docker);
                    } else {
                        self.unreadable(node, "duration");
                    }
                    return None;
                };
                Some(text(span, value::show_duration(read)))
            }
            Type::Size => match &node.value {
                Value::Int(bytes) => Some(made(span, Value::Int(*bytes))),
                Value::Str(size) => match value::size(size) {
                    Ok(bytes) => Some(made(span, Value::Int(i128::from(bytes)))),
                    Err(docker) => {
                        let message = if size.is_empty() {
                            "the size is empty".to_owned()
                        } else {
                            format!("`{size}` is no size")
                        };
                        self.refuse(span, message, docker);
                        None
                    }
                },
                _ => {
                    self.unreadable(node, "size");
                    None
                }
            },
            Type::Strings { .. } | Type::StringOrList | Type::Command | Type::Test if list => {
                let items = node.items().iter().filter_map(|item| {
                    if item.is_null() { Some(text(item.span, "")) } else { self.value(item, &Type::Text) }
                });
                Some(made(span, Value::Seq(items.collect())))
            }
            Type::StringOrList => Some(made(span, Value::Seq(vec![self.string(node)?]))),
            Type::Test => {
                let line = self.string(node)?;
                Some(made(span, Value::Seq(vec![text(span, "CMD-SHELL"), line])))
            }
            Type::Command => {
                let Some(line) = node.as_str() else {
                    self.unreadable(node, "command");
                    return None;
                };
                let (words, broken) = value::shlex(line);
                if let Some(docker) = broken {
                    let message = if docker.contains("quote") {
                        "the command has an unclosed quote"
                    } else {
                        "the command ends in a backslash"
                    };
                    self.refuse(span, message, docker);
                    return None;
                }
                Some(made(span, Value::Seq(words.into_iter().map(|w| text(span, w)).collect())))
            }
            Type::StringsOrNumbers if list => {
                Some(made(span, Value::Seq(node.items().iter().map(Self::printed).collect())))
            }
            Type::Mapping { bare } => self.mapping(node, *bare),
            Type::Hosts => self.hosts(node),
            Type::Options { .. } if node.is_map() => {
                let entries = node.entries().iter().map(|e| {
                    let value = if e.value.is_null() { text(e.value.span, "") } else { Self::printed(&e.value) };
                    Entry { value, ..e.clone() }
                });
                Some(made(span, Value::Map(entries.collect())))
            }
            Type::Object(object) | Type::ObjectOrNull(object) | Type::Optional(object) if node.is_map() => {
                Some(self.object(node, object))
            }
            Type::Build(object) => match &node.value {
                Value::Map(_) => Some(self.object(node, object)),
                _ => Some(made(span, Value::Map(vec![entry(span, "context", self.string(node)?)]))),
            },
            Type::Records(object) if list => {
                // Subnets are Go pointers, which may be nil.
                let nil = |item: &Node| item.is_null() && object.what == "a subnet";
                let each = |item: &Node| {
                    if nil(item) {
                        return item.clone();
                    }
                    if !item.is_map() && !item.is_null() {
                        self.unreadable(item, "mapping");
                    }
                    self.object(item, object)
                };
                Some(made(span, Value::Seq(node.items().iter().map(each).collect())))
            }
            Type::FileReferences(object) if list => {
                let items = node.items().iter().filter_map(|item| match &item.value {
                    Value::Map(_) => Some(self.object(item, object)),
                    Value::Unknown(_) => Some(item.clone()),
                    _ => Some(made(item.span, Value::Map(vec![entry(item.span, "source", self.string(item)?)]))),
                });
                Some(made(span, Value::Seq(items.collect())))
            }
            Type::Ports(object) if list => {
                let mut items = Vec::new();
                for item in node.items() {
                    self.port(item, object, &mut items);
                }
                Some(made(span, Value::Seq(items)))
            }
            Type::Mounts(object) if list => {
                let items = node.items().iter().filter_map(|item| match &item.value {
                    Value::Map(_) => Some(self.object(item, object)),
                    Value::Unknown(_) => Some(item.clone()),
                    _ => self.mount(item),
                });
                Some(made(span, Value::Seq(items.collect())))
            }
            Type::Attachments(object) => {
                let entries = match &node.value {
                    Value::Seq(items) => items
                        .iter()
                        .filter_map(|item| {
                            let name = self.value(item, &Type::Text)?;
                            Some(Entry { value: made(item.span, Value::Null), key: name, merged: false })
                        })
                        .collect(),
                    Value::Map(entries) => entries
                        .iter()
                        .map(|e| Entry {
                            value: if e.value.is_map() { self.object(&e.value, object) } else { e.value.clone() },
                            ..e.clone()
                        })
                        .collect(),
                    _ => return None,
                };
                Some(made(span, Value::Map(entries)))
            }
            Type::Ulimits(object) if node.is_map() => {
                let entries = node.entries().iter().filter_map(|e| {
                    let value = match &e.value.value {
                        Value::Int(limit) if *limit > i128::from(i64::MAX) => {
                            self.refuse(e.value.span, format!("`{limit}` is too large"), "invalid type uint64 for ulimits");
                            return None;
                        }
                        Value::Int(_) | Value::Null | Value::Unknown(_) => e.value.clone(),
                        Value::Map(_) => {
                            let whole = |key: &str| matches!(e.value.get(key).map(|n| &n.value), Some(Value::Int(n)) if *n <= i128::from(i64::MAX)) || e.value.get(key).is_some_and(Node::is_unknown);
                            if !(whole("soft") && whole("hard")) {
                                if !self.refusals.iter().any(|r| e.value.span.contains(r.span)) {
                                    self.refuse(e.value.span, "the client panics where `soft` and `hard` are no integers", "panic: interface conversion");
                                }
                                return None;
                            }
                            self.object(&e.value, object)
                        }
                        _ => {
                            self.unreadable(&e.value, "ulimit");
                            return None;
                        }
                    };
                    Some(Entry { value, ..e.clone() })
                });
                Some(made(span, Value::Map(entries.collect())))
            }
            Type::External { .. } => match &node.value {
                Value::Bool(_) => Some(node.clone()),
                Value::Map(_) => {
                    let name = match node.get("name") {
                        Some(name) => self.value(name, &Type::Text),
                        None => None,
                    };
                    let entries = name.map(|name| entry(name.span, "name", name)).into_iter().collect();
                    Some(made(span, Value::Map(entries)))
                }
                _ => {
                    self.unreadable(node, "external");
                    None
                }
            },
            Type::Unread(_) | Type::Section { .. } => None,
            _ => {
                let wanted = of.words().join(" or ");
                self.unreadable(node, &wanted);
                None
            }
        }
    }

    pub(super) fn string(&mut self, node: &Node) -> Option<Node> {
        if node.as_str().is_none() {
            self.unreadable(node, "string");
            return None;
        }
        Some(node.clone())
    }

    /// A scalar as Go prints it.
    pub(super) fn printed(node: &Node) -> Node {
        if node.is_unknown() { node.clone() } else { text(node.span, value::sprint(node).unwrap_or_default()) }
    }

    fn number(&mut self, node: &Node, number: Number) -> Option<Node> {
        let span = node.span;
        let signed = matches!(number.into, Into::I64);
        let value = match (&node.value, number.into) {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "so does the client")]
            (Value::Int(_) | Value::Float(_), Into::F32) => {
                let wide = match node.value {
                    Value::Int(int) => int as f64,
                    Value::Float(float) => float,
                    _ => 0.0,
                };
                // The shortest number that reads as the same single.
                return Some(made(span, Value::Float((wide as f32).to_string().parse().unwrap_or(wide))));
            }
            (Value::Int(int), _) => *int,
            (Value::Float(float), Into::I64) => i128::from(value::truncate(*float)),
            (Value::Float(float), _) if *float >= 0.0 => value::truncate_unsigned(*float),
            (Value::Float(float), _) => i128::from(value::truncate(*float)),
            _ => {
                self.unreadable(node, "number");
                return None;
            }
        };
        let below = value < 0 || matches!(node.value, Value::Float(float) if float < 0.0);
        if below && !signed {
            self.refuse(span, format!("`{value}` is below 0"), format!("{value} overflows uint"));
            return None;
        }
        let value = match number.into {
            // Too large a number loses its upper half.
            Into::U32 | Into::OptionalU32 => value & 0xffff_ffff,
            // And one that only an unsigned number holds changes its sign.
            Into::I64 if value > i128::from(i64::MAX) => value - (1 << 64),
            _ => value,
        };
        Some(made(span, Value::Int(value)))
    }
}
