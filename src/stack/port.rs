//! Published ports, in the short and the long form.

use super::interpolate::{Environment, Text};
use crate::fact::Fact;
use crate::source::Span;
use crate::syntax::tree::Node;

/// One published port.
#[derive(Debug, Clone)]
pub struct Port {
    pub span: Span,
    /// Where the container's port is written.
    pub target_span: Span,
    pub target: Fact<u16>,
    pub published: Published,
    /// The IP that the short form names.
    pub host_ip: Option<String>,
    /// `mode: host`: bound on the node that runs the task.
    pub host_mode: bool,
    pub udp: bool,
}

/// The port outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The engine picks one.
    Any,
    Port(u16),
    Unknown,
}

impl Port {
    pub(super) fn new(node: &Node, environment: &Environment) -> Option<Self> {
        if node.is_map() {
            return Some(Self::long(node, environment));
        }
        let text = Text::of(node, environment)?;
        let mut port = Self {
            span: node.span,
            target_span: node.span,
            target: Fact::Unknown,
            published: Published::Unknown,
            host_ip: None,
            host_mode: false,
            udp: text.raw.ends_with("/udp"),
        };
        let assumed = matches!(text.fact, Fact::Assumed(_));
        match text.text() {
            Some(value) => port.short(value, assumed),
            // `${PORT:?}:80` still tells the target.
            None => {
                if let Some((_, target)) = text.raw.rsplit_once([':', '}']).filter(|(_, t)| !t.contains(['$', '{'])) {
                    port.target = number(target).map_or(Fact::Unknown, Fact::Known);
                }
            }
        }
        Some(port)
    }

    fn long(node: &Node, environment: &Environment) -> Self {
        let value = |key: &str| node.get(key).and_then(|n| Text::of(n, environment));
        let published = match value("published") {
            None => Published::Any,
            Some(text) => match text.text().and_then(number) {
                Some(0) => Published::Any,
                Some(port) => Published::Port(port),
                None => Published::Unknown,
            },
        };
        Self {
            span: node.span,
            target_span: node.get("target").map_or(node.span, |t| t.span),
            target: value("target").map_or(Fact::Unknown, |t| t.fact.and_then(|v| number(&v))),
            published,
            host_ip: value("host_ip").and_then(|t| t.text().map(str::to_owned)),
            host_mode: value("mode").is_some_and(|t| t.text() == Some("host")),
            udp: value("protocol").is_some_and(|t| t.text() == Some("udp")),
        }
    }

    /// `[ip:][published:]target[/protocol]`
    fn short(&mut self, text: &str, assumed: bool) {
        let body = text.split('/').next().unwrap_or(text);
        let (rest, target) = match body.rsplit_once(':') {
            Some((rest, target)) => (Some(rest), target),
            None => (None, body),
        };
        if let Some(port) = number(target) {
            self.target = if assumed { Fact::Assumed(port) } else { Fact::Known(port) };
        }
        let Some(rest) = rest else {
            self.published = Published::Any;
            return;
        };
        let (ip, published) = match rest.rsplit_once(':') {
            Some((ip, published)) => (Some(ip), published),
            None => (None, rest),
        };
        self.host_ip = ip.map(|ip| ip.trim_matches(['[', ']']).to_owned());
        self.published = match published {
            "" | "0" => Published::Any,
            text => number(text).map_or(Published::Unknown, Published::Port),
        };
    }
}

/// A port; the first of a range.
fn number(text: &str) -> Option<u16> {
    text.split('/').next()?.split('-').next()?.trim().parse().ok()
}
