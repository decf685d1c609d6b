//! JSON and TOML text → the spanned tree.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};
use toml::de::{DeTable, DeValue};

use super::tree::{Entry, Node, Value};
use crate::source::{At, FileId, Span};

/// Deeper nesting is refused: the parser below recurses.
const MAX_DEPTH: usize = 500;

/// Parses JSON, as strictly as the package managers do.
///
/// # Errors
/// What is wrong and where.
pub fn json(file: FileId, text: &str) -> Result<Node, At<String>> {
    read_json(file, text, false)
}

/// Parses JSON with comments and trailing commas, as .NET and TypeScript read their settings.
///
/// # Errors
/// What is wrong and where.
pub fn jsonc(file: FileId, text: &str) -> Result<Node, At<String>> {
    read_json(file, text, true)
}

fn read_json(file: FileId, text: &str, comments: bool) -> Result<Node, At<String>> {
    let body = text.trim_start_matches('\u{feff}');
    let skipped = text.len() - body.len();
    if let Some(at) = too_deep(body) {
        return Err(At::new("nested too deeply".into(), Span::new(file, at + skipped, at + skipped)));
    }
    let strict = ParseOptions {
        allow_comments: comments,
        allow_loose_object_property_names: false,
        allow_trailing_commas: comments,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = jsonc_parser::parse_to_ast(body, &CollectOptions::default(), &strict).map_err(|e| {
        let range = e.range();
        let message = e.kind().to_string();
        let message = message[..1].to_lowercase() + &message[1..];
        At::new(message, Span::new(file, range.start + skipped, range.end + skipped))
    })?;
    let span = |range: jsonc_parser::common::Range| Span::new(file, range.start + skipped, range.end + skipped);
    match parsed.value {
        Some(value) => Ok(from_json(&value, &span)),
        None => Err(At::new("the file is empty".into(), Span::new(file, 0, 0))),
    }
}

/// Where brackets are nested deeper than [`MAX_DEPTH`].
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => {
                bytes.next();
            }
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn from_json(value: &ast::Value<'_>, span: &impl Fn(jsonc_parser::common::Range) -> Span) -> Node {
    let of = match value {
        ast::Value::StringLit(text) => Value::Str(text.value.to_string()),
        ast::Value::NumberLit(number) => match number.value.parse() {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Float(number.value.parse().unwrap_or(f64::NAN)),
        },
        ast::Value::BooleanLit(value) => Value::Bool(value.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => Value::Seq(array.elements.iter().map(|item| from_json(item, span)).collect()),
        ast::Value::Object(object) => Value::Map(
            object
                .properties
                .iter()
                .map(|property| Entry {
                    key: Node {
                        span: span(property.name.range()),
                        value: Value::Str(property.name.as_str().to_owned()),
                    },
                    value: from_json(&property.value, span),
                    merged: false,
                })
                .collect(),
        ),
    };
    Node { span: span(value.range()), value: of }
}

/// Parses TOML.
///
/// # Errors
/// What is wrong and where.
pub fn toml(file: FileId, text: &str) -> Result<Node, At<String>> {
    match DeTable::parse(text) {
        Ok(table) => {
            let span = Span::new(file, 0, text.len());
            Ok(Node { span, value: from_table(file, table.get_ref()) })
        }
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            Err(At::new(error.message().to_owned(), Span::new(file, range.start, range.end)))
        }
    }
}

fn from_table(file: FileId, table: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let range = key.span();
            Entry {
                key: Node {
                    span: Span::new(file, range.start, range.end),
                    value: Value::Str(key.get_ref().to_string()),
                },
                value: from_toml(file, value),
                merged: false,
            }
        })
        .collect();
    entries.sort_by_key(|entry| entry.key.span);
    Value::Map(entries)
}

fn from_toml(file: FileId, value: &toml::Spanned<DeValue<'_>>) -> Node {
    let range = value.span();
    let of = match value.get_ref() {
        DeValue::String(text) => Value::Str(text.to_string()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Str(number.as_str().to_owned()),
        },
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::Seq(items.iter().map(|item| from_toml(file, item)).collect()),
        DeValue::Table(table) => from_table(file, table),
    };
    Node { span: Span::new(file, range.start, range.end), value: of }
}
