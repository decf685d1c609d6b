//! Patterns in tree-sitter's query language, read and matched here: its library studies every pattern against the whole
//! grammar before the first match, which takes longer than to read a small app. A test holds the two against each other.
//! <https://tree-sitter.github.io/tree-sitter/using-parsers/queries/>
//!
//! What the patterns need of the language is here: nodes, fields and their absence, `_`, `.`, `?`, `[…]`, captures,
//! predicates. There are no `*`, `+`, groups of siblings and supertypes.

mod matcher;
mod read;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

pub(super) use matcher::Tree;
pub(super) use read::read;

/// One pattern.
#[derive(Debug)]
pub(super) struct Query {
    /// What it may begin with.
    roots: Vec<Step>,
    /// The names of its captures, in the order in which they stand in it.
    pub captures: Vec<String>,
    tests: Vec<Test>,
    /// `#set!`: keys and their values.
    pub settings: Vec<(String, String)>,
    /// Predicates that are not tree-sitter's own: the name, the capture, the strings.
    pub others: Vec<(String, usize, Vec<String>)>,
}

/// One node of a pattern.
#[derive(Debug)]
struct Step {
    kind: Kind,
    field: Option<u16>,
    /// Fields that the node must not have.
    without: Vec<u16>,
    captures: Vec<usize>,
    children: Vec<Child>,
    /// No named node may follow the last child.
    closed: bool,
}

/// Which nodes a step is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Is(u16),
    Named,
    Any,
}

/// What stands among the children of a node, in their order, with others between.
#[derive(Debug)]
struct Child {
    /// One of these.
    of: Vec<Step>,
    optional: bool,
    /// No named node may stand between it and what is before it.
    next: bool,
}

/// A predicate on the text of captures. It holds for one that captured nothing.
#[derive(Debug)]
struct Test {
    capture: usize,
    holds: bool,
    against: Against,
}

#[derive(Debug)]
enum Against {
    Texts(Vec<String>),
    Capture(usize),
    Regex(String, OnceLock<Regex>),
}

impl Test {
    /// Whether the text passes; one that is compared with another capture always does until that is known.
    fn passes(&self, text: &str) -> bool {
        match &self.against {
            Against::Texts(texts) => texts.iter().any(|t| t == text) == self.holds,
            Against::Capture(_) => true,
            Against::Regex(source, read) => {
                let regex = read.get_or_init(|| regex(source).expect("the patterns are sound"));
                regex.is_match(text.as_bytes()) == self.holds
            }
        }
    }
}

/// By ASCII: Unicode's classes take long to compile, and names in code have none.
fn regex(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).unicode(false).build()
}
