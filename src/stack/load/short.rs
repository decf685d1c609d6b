//! The short forms of a service's lists, written out: `NAME=value`, hosts, ports and mounts.

use super::decode::{Decoder, entry, made, text};
use super::{mount, port, value};
use crate::stack::keys::Object;
use crate::syntax::tree::{Entry, Node, Value};

impl Decoder<'_> {
    pub(super) fn mapping(&mut self, node: &Node, bare: bool) -> Option<Node> {
        let nothing = |span| if bare { made(span, Value::Null) } else { text(span, "") };
        let mut entries: Vec<Entry> = Vec::new();
        match &node.value {
            Value::Map(pairs) => {
                for pair in pairs {
                    let span = pair.value.span;
                    let value = if pair.value.is_null() { nothing(span) } else { Self::printed(&pair.value) };
                    entries.push(Entry { value, ..pair.clone() });
                }
            }
            Value::Seq(items) => {
                for item in items {
                    let span = item.span;
                    let line = match &item.value {
                        Value::Str(line) => line,
                        Value::Unknown(_) => continue,
                        Value::Date(_) => {
                            let message = "docker's client panics at a date without quotes";
                            self.refuse(
                                span,
                                message,
                                "panic: interface conversion: interface {} is time.Time, not string",
                            );
                            continue;
                        }
                        _ => continue,
                    };
                    let (name, value) = match line.split_once('=') {
                        Some((name, value)) => (name, text(span, value)),
                        None => (line.as_str(), nothing(span)),
                    };
                    entries.retain(|e| e.name() != name);
                    entries.push(entry(span, name, value));
                }
            }
            _ => {
                self.unreadable(node, "mapping");
                return None;
            }
        }
        Some(made(node.span, Value::Map(entries)))
    }

    /// `host:address`, sorted where they come from a mapping.
    pub(super) fn hosts(&mut self, node: &Node) -> Option<Node> {
        let mut lines: Vec<Node> = Vec::new();
        match &node.value {
            Value::Map(pairs) => {
                for pair in pairs.iter().filter(|p| !p.value.is_null()) {
                    let Some(value) = value::sprint_as_string(&pair.value) else { continue };
                    lines.push(text(pair.key.span, format!("{}:{value}", pair.name())));
                }
                lines.sort_by_key(Node::scalar);
            }
            Value::Seq(items) => {
                for item in items {
                    let Some(line) = value::sprint(item) else { continue };
                    // Without a separator it is lost.
                    let Some((host, address)) = line.split_once('=').or_else(|| line.split_once(':')) else { continue };
                    lines.push(text(item.span, format!("{host}:{address}")));
                }
            }
            _ => {
                self.unreadable(node, "hosts");
                return None;
            }
        }
        for line in &mut lines {
            let written = line.scalar().unwrap_or_default();
            let (host, address) = written.split_once(':').unwrap_or((&written, ""));
            let inner = address.strip_prefix('[').and_then(|a| a.strip_suffix(']')).filter(|a| !a.is_empty());
            line.value = Value::Str(format!("{host}:{}", inner.unwrap_or(address)));
        }
        Some(made(node.span, Value::Seq(lines)))
    }

    pub(super) fn port(&mut self, item: &Node, object: &'static Object, items: &mut Vec<Node>) {
        let span = item.span;
        let short = match &item.value {
            Value::Map(_) => return items.push(self.object(item, object)),
            Value::Unknown(_) => return items.push(item.clone()),
            Value::Int(number) => number.to_string(),
            Value::Str(short) => short.clone(),
            Value::Float(_) => return self.refuse(span, "a port is a whole number", "invalid type float64 for port"),
            _ => return,
        };
        let Some(spec) = port::parse(&short) else { return };
        if spec.ip.parse().is_ok_and(|ip: std::net::IpAddr| !ip.is_unspecified()) {
            self.notices
                .push((span, format!("ignoring the IP address of {short}: the service will listen on 0.0.0.0")));
        }
        for (target, published) in spec.ports {
            items.push(made(
                span,
                Value::Map(vec![
                    entry(span, "mode", text(span, "ingress")),
                    entry(span, "target", made(span, Value::Int(i128::from(target)))),
                    entry(span, "published", made(span, Value::Int(i128::from(published)))),
                    entry(span, "protocol", text(span, spec.protocol.as_str())),
                ]),
            ));
        }
    }

    pub(super) fn mount(&mut self, item: &Node) -> Option<Node> {
        let span = item.span;
        let short = self.string(item)?.scalar()?;
        let spec = match mount::parse(&short) {
            Ok(spec) => spec,
            Err(docker) => {
                let message =
                    if short.is_empty() { "the mount is empty".to_owned() } else { format!("`{short}` is no mount") };
                self.refuse(span, message, docker);
                return None;
            }
        };
        let mut entries = vec![
            entry(span, "type", text(span, if spec.bind { "bind" } else { "volume" })),
            entry(span, "source", text(span, spec.source)),
            entry(span, "target", text(span, spec.target)),
        ];
        let flag = made(span, Value::Bool(true));
        if spec.read_only {
            entries.push(entry(span, "read_only", flag.clone()));
        }
        if let Some(propagation) = spec.propagation {
            let bind = made(span, Value::Map(vec![entry(span, "propagation", text(span, propagation))]));
            entries.push(entry(span, "bind", bind));
        }
        if spec.nocopy {
            let volume = made(span, Value::Map(vec![entry(span, "nocopy", flag)]));
            entries.push(entry(span, "volume", volume));
        }
        Some(made(span, Value::Map(entries)))
    }
}
