//! The client's form → the YAML that `docker stack config` prints, as data.

use std::fmt::Write as _;

use super::decode::{entry, made, text};
use super::overlay::is_zero;
use super::value;
use crate::source::FileId;
use crate::stack::keys::{Object, STACK, Type};
use crate::syntax::time::Time;
use crate::syntax::tree::{Entry, Node, Value};
use crate::syntax::yaml;

/// What is printed of a whole stack: empty values are left out, as the client leaves them out.
#[must_use]
pub(super) fn printed(root: &Node) -> Node {
    let mut entries = Vec::new();
    for found in root.entries() {
        let value = match STACK.key(found.name()).map(|key| key.of) {
            Some(Type::Section { of, .. }) => {
                let items = found.value.entries().iter().map(|e| Entry { value: object(&e.value, of), ..e.clone() });
                let section = made(found.value.span, Value::Map(items.collect()));
                if found.name() != "services" && is_zero(&section) {
                    continue;
                }
                section
            }
            _ => found.value.clone(),
        };
        entries.push(Entry { value, ..found.clone() });
    }
    if root.entry("services").is_none() {
        entries.push(entry(root.span, "services", made(root.span, Value::Map(Vec::new()))));
    }
    made(root.span, Value::Map(entries))
}

fn object(node: &Node, of: &'static Object) -> Node {
    let mut entries = Vec::new();
    for key in of.keys {
        let found = node.entry(key.name);
        let value = found.and_then(|e| kept(&e.value, &key.of));
        match value {
            Some(value) => entries.push(entry(value.span, key.name, value)),
            None if of.whole => {
                let zero = if matches!(key.of, Type::Text) { Value::Str(String::new()) } else { Value::Int(0) };
                entries.push(entry(node.span, key.name, made(node.span, zero)));
            }
            None => {}
        }
    }
    entries.extend(node.entries().iter().filter(|e| of.key(e.name()).is_none()).cloned());
    made(node.span, Value::Map(entries))
}

/// A value as it is printed; nothing for one that is left out.
fn kept(node: &Node, of: &Type) -> Option<Node> {
    let each = |f: &dyn Fn(&Node) -> Node| made(node.span, Value::Seq(node.items().iter().map(f).collect()));
    let shown = match of {
        Type::OptionalFlag | Type::Duration { optional: true, .. } => return Some(node.clone()),
        Type::Number(number)
            if !matches!(
                number.into,
                crate::stack::keys::Into::OptionalU64 | crate::stack::keys::Into::OptionalU32
            ) =>
        {
            node.clone()
        }
        Type::Number(_) => return Some(node.clone()),
        Type::Duration { .. } if node.as_str() == Some("0s") => return None,
        Type::Size if !is_zero(node) => text(node.span, node.scalar()?),
        Type::Optional(of) => return Some(if node.is_map() { object(node, of) } else { node.clone() }),
        Type::Object(of) | Type::ObjectOrNull(of) | Type::Build(of) if node.is_map() => object(node, of),
        Type::Records(of) | Type::Ports(of) | Type::Mounts(of) | Type::FileReferences(of) => {
            each(&|item| if item.is_map() { object(item, of) } else { item.clone() })
        }
        Type::Attachments(of) => named(node, |value| if value.is_map() { object(value, of) } else { value.clone() }),
        Type::Ulimits(of) => named(node, |value| match &value.value {
            Value::Map(_) => object(value, of),
            Value::Int(0) => made(value.span, Value::Map(Vec::new())),
            _ => value.clone(),
        }),
        _ => node.clone(),
    };
    (!is_zero(&shown)).then_some(shown)
}

fn named(node: &Node, each: impl Fn(&Node) -> Node) -> Node {
    let entries = node.entries().iter().map(|e| Entry { value: each(&e.value), ..e.clone() });
    made(node.span, Value::Map(entries.collect()))
}

/// A tree as YAML text.
#[must_use]
pub fn yaml(root: &Node) -> String {
    let mut out = String::new();
    block(root, 0, &mut out);
    out
}

fn block(node: &Node, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                let _ = write!(out, "{pad}{}:", scalar(&entry.key));
                behind(&entry.value, indent + 2, out);
            }
        }
        Value::Seq(items) => {
            for item in items {
                let _ = write!(out, "{pad}-");
                match &item.value {
                    Value::Map(entries) if !entries.is_empty() => {
                        let mut below = String::new();
                        block(item, indent + 2, &mut below);
                        // The first key stands beside the dash.
                        let _ = write!(out, " {}", below.trim_start_matches(' '));
                    }
                    _ => behind(item, indent + 2, out),
                }
            }
        }
        _ => {
            let _ = writeln!(out, "{pad}{}", scalar(node));
        }
    }
}

/// What follows a colon or a dash.
fn behind(node: &Node, indent: usize, out: &mut String) {
    match &node.value {
        Value::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
        Value::Seq(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Map(_) | Value::Seq(_) => {
            out.push('\n');
            block(node, indent, out);
        }
        // docker's writer loses the line break with which a literal block begins.
        Value::Str(text) if text.starts_with('\n') && is_block(text) => {
            let rest = Node { span: node.span, value: Value::Str(text[1..].to_owned()) };
            // Of two, the second one is not lost: quotes keep it.
            let _ = if text[1..].starts_with('\n') {
                writeln!(out, " {}", quoted(&text[1..]))
            } else {
                behind(&rest, indent, out);
                Ok(())
            };
        }
        Value::Str(text) if is_literal(text) => {
            let chomp = if text.ends_with('\n') { "" } else { "-" };
            let _ = writeln!(out, " |{chomp}");
            for line in text.lines() {
                let _ = if line.is_empty() { writeln!(out) } else { writeln!(out, "{}{line}", " ".repeat(indent)) };
            }
        }
        _ => {
            let _ = writeln!(out, " {}", scalar(node));
        }
    }
}

/// Whether docker's writer would choose a literal block: lines without tabs, controls, and blanks at their ends.
fn is_block(text: &str) -> bool {
    !text.contains(" \n")
        && !text.ends_with(' ')
        && text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{feff}')
}

/// Several lines that a literal block holds as they are.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && body.lines().all(|line| !line.ends_with([' ', '\t']))
        && text.chars().all(|c| c == '\n' || c == '\t' || c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric())
}

fn scalar(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value::show_float(*value),
        Value::Date(text) => Time::parse(text).map_or_else(|| text.clone(), |time| time.rfc3339()),
        Value::Str(text) | Value::Unknown(text) if is_plain(text) => text.clone(),
        Value::Str(text) | Value::Unknown(text) => quoted(text),
        Value::Seq(_) | Value::Map(_) => String::new(),
    }
}

/// Whether a text without quotes is read back as the same string, by YAML 1.1 too.
fn is_plain(text: &str) -> bool {
    let safe = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '-' | '.' | '/' | '=' | '+' | ' ' | ':' | '@' | '$' | '(' | ')' | ',' | '~')
    };
    let word = text.to_ascii_lowercase();
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '$'))
        && !text.ends_with([' ', ':'])
        && text.chars().all(safe)
        && !text.contains(": ")
        && !matches!(word.as_str(), "y" | "n" | "yes" | "no" | "on" | "off")
        && !is_sixty_based(text)
        && yaml::parse(FileId(0), text).root.as_str() == Some(text)
}

/// A number of YAML 1.1 such as `22:22`.
fn is_sixty_based(text: &str) -> bool {
    text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '_'))
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = if u32::from(c) < 0x100 {
                    write!(out, "\\x{:02x}", u32::from(c))
                } else {
                    write!(out, "\\u{:04x}", u32::from(c))
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
