//! `${NAME:-default}` in a stack file: what docker's template makes of it, as far as the environment is known.

use std::collections::BTreeMap;

use crate::fact::Fact;
use crate::source::Span;
use crate::syntax::tree::Node;

/// The deploy's environment as far as it was given; names that are missing are unknown, not unset.
pub type Variables = BTreeMap<String, String>;

/// A scalar of a stack file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As written, variables included.
    pub raw: String,
    pub span: Span,
    /// What docker makes of it.
    pub fact: Fact<String>,
    pub references: Vec<Reference>,
}

/// One variable in a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub name: String,
    /// Of `:-` or `-`.
    pub default: Option<String>,
    /// `:?` or `?`: the deploy stops where it is unset.
    pub required: bool,
}

impl Text {
    /// The text of a scalar; nothing for null and collections.
    #[must_use]
    pub fn of(node: &Node, variables: &Variables) -> Option<Self> {
        node.scalar().map(|raw| Self::new(raw, node.span, variables))
    }

    #[must_use]
    pub fn new(raw: String, span: Span, variables: &Variables) -> Self {
        let (fact, references) = interpolate(&raw, variables);
        Self { raw, span, fact, references }
    }

    /// A text that no interpolation touches.
    #[must_use]
    pub fn plain(raw: String, span: Span) -> Self {
        Self { fact: Fact::Known(raw.clone()), raw, span, references: Vec::new() }
    }

    /// The value, be it certain or a default.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.fact.text()
    }
}

/// Fills in the variables of `raw`. docker's grammar: a `$`, then another `$`, a name, or a name in braces; behind the
/// name `-`, `:-`, `?` or `:?` and a text up to the closing brace or the end of the value.
fn interpolate(raw: &str, variables: &Variables) -> (Fact<String>, Vec<Reference>) {
    let mut out = String::new();
    let mut references = Vec::new();
    let (mut assumed, mut unknown) = (false, false);
    let mut rest = raw;
    while let Some(at) = rest.find('$') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        if let Some(next) = rest.strip_prefix('$') {
            out.push('$');
            rest = next;
            continue;
        }
        let braced = rest.starts_with('{');
        let body = if braced { &rest[1..] } else { rest };
        let length = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
        let name = &body[..length];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            // docker refuses this: whatever it stands for is not known.
            unknown = true;
            out.push('$');
            continue;
        }
        let behind = &body[length..];
        let end = if braced { behind.find('}').unwrap_or(behind.len()) } else { suffix_end(behind) };
        let suffix = &behind[..end];
        rest = &behind[(end + usize::from(braced)).min(behind.len())..];
        let (empty_counts, operator) = suffix.strip_prefix(':').map_or((false, suffix), |s| (true, s));
        let default = operator.strip_prefix('-').map(str::to_owned);
        let required = operator.starts_with('?');
        match (variables.get(name), &default) {
            (Some(value), Some(default)) if value.is_empty() && empty_counts => out += default,
            (Some(value), _) => out += value,
            (None, Some(default)) => {
                assumed = true;
                out += default;
            }
            (None, None) => unknown = true,
        }
        references.push(Reference { name: name.to_owned(), default, required });
    }
    out += rest;
    let fact = match (unknown, assumed) {
        (true, _) => Fact::Unknown,
        (false, true) => Fact::Assumed(out),
        (false, false) => Fact::Known(out),
    };
    (fact, references)
}

/// Without braces, a suffix swallows everything up to a `}` or the end.
fn suffix_end(behind: &str) -> usize {
    let operator = behind.strip_prefix(':').unwrap_or(behind);
    if operator.starts_with(['-', '?']) { behind.find('}').unwrap_or(behind.len()) } else { 0 }
}
