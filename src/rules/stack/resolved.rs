//! Ways into the resolved stack that several checks of this folder go.

use crate::rules::Context;
use crate::source::Span;
use crate::stack::load::Loaded;
use crate::stack::{Role, Stack};
use crate::syntax::tree::{Entry, Node};

/// The Swarm stacks.
pub(super) fn stacks<'a>(c: &Context<'a>) -> impl Iterator<Item = &'a Stack> + use<'a> {
    c.app.stacks_of(Role::Swarm)
}

/// Every service with its stack, resolved.
pub(super) fn services<'a>(c: &Context<'a>) -> impl Iterator<Item = (&'a Stack, &'a Entry)> + use<'a> {
    stacks(c).flat_map(|stack| declared(&stack.loaded, "services").iter().map(move |service| (stack, service)))
}

/// What a top-level section declares.
pub(super) fn declared<'a>(loaded: &'a Loaded, section: &str) -> &'a [Entry] {
    loaded.root.get(section).map(Node::entries).unwrap_or_default()
}

/// A scalar as the user wrote it, or what its variables make of it.
pub(super) fn shown(c: &Context<'_>, stack: &Stack, node: &Node) -> String {
    let written = c.text(node.span).trim_matches(['"', '\'']).to_owned();
    if stack.loaded.origins.contains_key(&node.span) { node.scalar().unwrap_or(written) } else { written }
}

/// The text below a path of keys, where it is known and not empty.
pub(super) fn text<'a>(node: &'a Node, path: &[&str]) -> Option<(&'a str, Span)> {
    let found = node.at(path)?;
    found.as_str().filter(|t| !t.is_empty()).map(|t| (t, found.span))
}

/// The items of a list below a path of keys.
pub(super) fn items<'a>(node: &'a Node, path: &[&str]) -> &'a [Node] {
    node.at(path).map(Node::items).unwrap_or_default()
}

/// Whether an object is made by somebody else.
pub(super) fn is_external(object: &Node) -> bool {
    object.get("external").is_some_and(|e| e.as_bool() == Some(true) || e.is_unknown())
}
