//! What a service mounts, in the short and the long form.

use super::interpolate::{Environment, Text};
use crate::fact::Fact;
use crate::source::Span;
use crate::syntax::tree::Node;

#[derive(Debug, Clone)]
pub struct Mount {
    pub span: Span,
    /// Where the source is written; the whole mount in the short form.
    pub source_span: Span,
    pub target_span: Span,
    pub kind: MountKind,
    /// A volume's name or a path of the node.
    pub source: Option<Text>,
    pub target: Fact<String>,
    pub read_only: Fact<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountKind {
    Bind,
    Volume,
    /// A volume without a name: a new one for every task.
    Anonymous,
    Tmpfs,
    /// A variable decides.
    Unknown,
}

impl Mount {
    pub(super) fn new(node: &Node, environment: &Environment) -> Option<Self> {
        if node.is_map() { Some(Self::long(node, environment)) } else { Self::short(node, environment) }
    }

    fn long(node: &Node, environment: &Environment) -> Self {
        let value = |key: &str| node.get(key).and_then(|n| Text::of(n, environment));
        let source = value("source");
        let kind = match value("type").map(|t| t.fact) {
            Some(Fact::Known(kind) | Fact::Assumed(kind)) => match kind.as_str() {
                "bind" => MountKind::Bind,
                "volume" if source.is_none() => MountKind::Anonymous,
                "volume" => MountKind::Volume,
                "tmpfs" => MountKind::Tmpfs,
                _ => MountKind::Unknown,
            },
            _ => MountKind::Unknown,
        };
        let place = |key: &str| node.get(key).map_or(node.span, |n| n.span);
        Self {
            span: node.span,
            source_span: place("source"),
            target_span: place("target"),
            kind,
            source,
            target: value("target").map_or(Fact::Unknown, |t| t.fact),
            read_only: value("read_only").map_or(Fact::Known(false), |t| t.fact.map(|v| v == "true")),
        }
    }

    /// `[source:]target[:options]`
    fn short(node: &Node, environment: &Environment) -> Option<Self> {
        let text = Text::of(node, environment)?;
        let span = node.span;
        let parts = split(&text.raw);
        let part = |index: usize| parts.get(index).map(|p| Text::new((*p).to_owned(), span, environment));
        let (source, target) = if parts.len() == 1 { (None, part(0)?) } else { (part(0), part(1)?) };
        let options = part(2).map_or(Fact::Known(String::new()), |t| t.fact);
        let kind = match &source {
            None if target.fact.is_unknown() => MountKind::Unknown,
            None => MountKind::Anonymous,
            Some(source) => match (&source.fact, source.raw.chars().next()) {
                // What is in front of a variable decides already.
                (_, Some('.' | '/' | '~')) => MountKind::Bind,
                (Fact::Known(path) | Fact::Assumed(path), _) if path.starts_with(['.', '/', '~']) => MountKind::Bind,
                (Fact::Known(_), _) => MountKind::Volume,
                _ => MountKind::Unknown,
            },
        };
        let read_only = options.map(|o| o.split(',').any(|o| o == "ro"));
        Some(Self { span, source_span: span, target_span: span, kind, source, target: target.fact, read_only })
    }
}

/// Splits at colons outside `${…}`.
fn split(raw: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    for (at, c) in raw.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&raw[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&raw[start..]);
    parts
}
