//! Rust's libraries: of a library's types, those that a program names, itself or through one that it names.

use std::sync::LazyLock;

use regex::Regex;

use super::{App, Process};
use crate::code::Language;
use crate::source::{Sources, Span, is_within};

/// Further than this, types of one file hold one another no more.
const MAX_DEPTH: usize = 4;

/// Where what others name begins.
static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:impl(?:<[^>\n]*>)?\s+(?:[\w:<>, ]+\s+for\s+)?|pub (?:async )?fn )(\w+)")
        .expect("a sound pattern")
});

/// The type in whose `impl` a place stands, or the function of a module.
fn owner(text: &str, at: usize) -> Option<&str> {
    let found = ITEM.captures_iter(&text[..at]).last()?;
    let start = found.get(0)?.start();
    // A brace at the beginning of a line ends the block.
    (!text[start..at].contains("\n}")).then(|| found.get(1).map_or("", |name| name.as_str()))
}

/// Whether a process may come to a place of Rust's code: not where it is in a method of a library's type that the
/// program never names.
#[must_use]
pub fn may_use(app: &App, process: &Process, span: Span, sources: &Sources) -> bool {
    let path = sources.path(span.file);
    if app.code.files.get(&span.file) != Some(&Language::Rust) {
        return true;
    }
    let text = sources.text(span.file);
    let Some(name) = owner(text, span.start as usize) else { return true };
    let others = process.runs.iter().filter(|f| **f != span.file);
    if !is_made_in(text, name) && !others.clone().any(|f| has_word(sources.text(*f), name)) {
        return process.runs.is_empty();
    }
    if process.roots.is_empty() || process.roots.iter().any(|root| is_within(path, root)) {
        return true;
    }
    let own = process.runs.iter().filter(|f| process.roots.iter().any(|root| is_within(sources.path(**f), root)));
    let own: Vec<&str> = own.map(|f| sources.text(*f)).collect();
    is_named(name, text, &own, MAX_DEPTH)
}

/// Whether the file of a type does more with it than to declare it.
fn is_made_in(text: &str, name: &str) -> bool {
    const DECLARES: &[&str] = &["struct", "enum", "impl", "for", "->", "fn"];
    words(text, name).filter(|at| owner(text, *at) != Some(name)).any(|at| {
        let before = text[..at].trim_end();
        !DECLARES.iter().any(|word| before.ends_with(word)) && !before.ends_with('>')
    })
}

fn is_named(name: &str, text: &str, own: &[&str], depth: usize) -> bool {
    if own.iter().any(|other| has_word(other, name)) {
        return true;
    }
    let call = format!("{name}::");
    let holders = text.match_indices(&call).filter_map(|(at, _)| owner(text, at)).filter(|holder| *holder != name);
    depth > 0 && holders.take(8).any(|holder| is_named(holder, text, own, depth - 1))
}

fn has_word(text: &str, word: &str) -> bool {
    words(text, word).next().is_some()
}

/// Where a word stands.
fn words(text: &str, word: &str) -> impl Iterator<Item = usize> {
    let plain = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(word).filter_map(move |(at, found)| {
        let alone = plain(text[..at].chars().next_back()) && plain(text[at + found.len()..].chars().next());
        alone.then_some(at)
    })
}
