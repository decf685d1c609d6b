//! One spanned tree for every data format: YAML, JSON and TOML become the same nodes.

use crate::source::{At, Span};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub span: Span,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    /// An unquoted YAML date or a TOML date: the text as written.
    Date(String),
    /// What a variable makes of it is not known: the text as written.
    Unknown(String),
    Seq(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Node,
    pub value: Node,
    /// Came in by a YAML merge key `<<`.
    pub merged: bool,
}

impl Entry {
    /// The key's text; empty for a key that is no scalar.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.as_str().unwrap_or_default()
    }

    /// From the key's first byte to the value's last; the key alone where the value stands elsewhere.
    #[must_use]
    pub fn span(&self) -> Span {
        if self.value.span.start >= self.key.span.end { self.key.span.to(self.value.span) } else { self.key.span }
    }
}

impl Node {
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    #[must_use]
    pub fn as_int(&self) -> Option<i128> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The items of a sequence; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.value, Value::Unknown(_))
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.name() == key)
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value below a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A scalar as the text that a program would be given; nothing for null and collections.
    #[must_use]
    pub fn scalar(&self) -> Option<String> {
        Some(match &self.value {
            Value::Str(text) | Value::Date(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => value.to_string(),
            Value::Null | Value::Unknown(_) | Value::Seq(_) | Value::Map(_) => return None,
        })
    }

    /// The scalar with its place.
    #[must_use]
    pub fn text(&self) -> Option<At<String>> {
        self.scalar().map(|text| At::new(text, self.span))
    }

    /// The strings of a sequence, or the one string that stands where a sequence may.
    #[must_use]
    pub fn strings(&self) -> Vec<At<String>> {
        match &self.value {
            Value::Seq(items) => items.iter().filter_map(Self::text).collect(),
            _ => self.text().into_iter().collect(),
        }
    }
}

impl Node {
    /// The route of keys to the smallest entry that holds `span`, such as `services.web.ports[0]`.
    #[must_use]
    pub fn route(&self, span: Span) -> Option<String> {
        use std::fmt::Write as _;
        let mut route = String::new();
        let mut node = self;
        loop {
            let entry = node.entries().iter().find(|e| e.span().contains(span));
            if let Some(entry) = entry {
                if !route.is_empty() {
                    route.push('.');
                }
                route += entry.name();
                node = &entry.value;
                continue;
            }
            match node.items().iter().enumerate().find(|(_, item)| item.span.contains(span)) {
                Some((n, item)) => {
                    let _ = write!(route, "[{n}]");
                    node = item;
                }
                None => return (!route.is_empty()).then_some(route),
            }
        }
    }
}
