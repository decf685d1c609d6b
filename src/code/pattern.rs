//! Patterns, each behind its gate: a regex that hits every file in which the pattern could match.

use std::sync::OnceLock;

use regex::Regex;
use regex::bytes::{RegexSet, RegexSetBuilder};

use super::language::Language;
use super::query::{self, Query};
use super::{Gates, What};

/// The patterns of one language.
pub(super) struct Patterns {
    language: Language,
    all: Vec<Pattern>,
    gates: RegexSet,
    calls: Vec<usize>,
    definitions: Vec<usize>,
}

/// One pattern of a language's file.
pub(super) struct Pattern {
    pub pass: Pass,
    text: String,
    gate: String,
    /// What the file must hold elsewhere, where that is more than the gate: the import that gives a common name its meaning.
    only: Option<(String, OnceLock<Regex>)>,
    /// Read when a file first needs it.
    queried: OnceLock<Queried>,
}

/// When a pattern runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// First: the values of other facts may come from the environment.
    Environment,
    Facts,
    /// When the calls of functions that read the environment are looked for.
    Calls,
    /// When a name is met whose value is wanted.
    Definitions,
}

/// A pattern as it is matched.
pub(super) struct Queried {
    pub query: Query,
    /// For each capture: what it is of, and which part; nothing for a capture that only a predicate uses.
    pub captures: Vec<Option<(What, Option<&'static str>)>>,
    pub notes: Vec<(&'static str, String)>,
    /// Captures whose arguments or keys must, or must not, have one of these names.
    pub keys: Vec<KeyTest>,
}

pub(super) struct KeyTest {
    pub capture: usize,
    pub names: Vec<String>,
    /// What must be found: a name among the keys, or none.
    pub present: bool,
}

impl Patterns {
    /// Reads queries.
    ///
    /// # Panics
    /// When a pattern has no gate or a gate is no regex: a test reads them all.
    pub(super) fn read(language: Language, texts: &[&str]) -> Self {
        let all: Vec<Pattern> = texts.iter().flat_map(|text| split(text)).map(Pattern::new).collect();
        // A word's boundary by ASCII: by Unicode, the automaton gives way to a slow one.
        let gates = RegexSetBuilder::new(all.iter().map(|p| &p.gate)).unicode(false).build();
        let gates = gates.expect("the gates are sound patterns");
        let of = |pass: Pass| (0..all.len()).filter(|at| all[*at].pass == pass).collect();
        let (calls, definitions) = (of(Pass::Calls), of(Pass::Definitions));
        Self { language, all, gates, calls, definitions }
    }

    /// The places of the patterns that run over a text: those whose gates hit.
    pub(super) fn hits(&self, text: &str, gates: Gates) -> Vec<usize> {
        let fits = |at: &usize| {
            self.all[*at].only.as_ref().is_none_or(|(only, read)| {
                read.get_or_init(|| Regex::new(only).expect("the patterns are sound")).is_match(text)
            })
        };
        match gates {
            Gates::Kept => self.gates.matches(text.as_bytes()).iter().filter(fits).collect(),
            Gates::Open => (0..self.all.len()).filter(fits).collect(),
        }
    }

    /// When the pattern at a place runs.
    pub(super) fn pass(&self, at: usize) -> Pass {
        self.all[at].pass
    }

    /// Those that tell what names stand for.
    pub(super) fn definitions(&self) -> &[usize] {
        &self.definitions
    }

    /// Those that see calls of functions.
    pub(super) fn calls(&self) -> &[usize] {
        &self.calls
    }

    /// The patterns as they are written.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<&str> {
        self.all.iter().map(|p| p.text.as_str()).collect()
    }

    /// The pattern at a place, read.
    ///
    /// # Panics
    /// When it is no sound query, with its text: a test reads them all.
    pub(super) fn queried(&self, at: usize) -> &Queried {
        let pattern = &self.all[at];
        pattern.queried.get_or_init(|| {
            let read = query::read(&self.language.grammar(), &pattern.text);
            let query = read.unwrap_or_else(|wrong| panic!("{:?}: {wrong}: {}", self.language, pattern.text));
            Queried::new(query)
        })
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let only = directive(text, "file-has?");
        let gate = directive(text, "gate!");
        let pass = if text.contains("@reads-env") {
            Pass::Environment
        } else if text.contains("@calls.") {
            Pass::Calls
        } else if text.contains("@defines.") {
            Pass::Definitions
        } else {
            Pass::Facts
        };
        let gate = gate.or_else(|| only.clone()).unwrap_or_else(|| panic!("a pattern has no gate: {text}"));
        Self {
            pass,
            text: text.to_owned(),
            gate,
            only: only.map(|only| (only, OnceLock::new())),
            queried: OnceLock::new(),
        }
    }
}

/// The argument of a directive, as the regex that it is.
fn directive(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("(#{name} \""))?;
    rest.split_once("\")").map(|(argument, _)| argument.replace("\\\\", "\\"))
}

impl Queried {
    fn new(query: Query) -> Self {
        let captures = query.captures.iter().map(|name| capture(name)).collect();
        let notes = query.settings.iter().map(|(key, value)| (word(key), value.clone())).collect();
        let keys = query.others.iter().map(|(name, capture, names)| KeyTest {
            capture: *capture,
            names: names.clone(),
            present: name == "has-key?",
        });
        let keys = keys.collect();
        Self { query, captures, notes, keys }
    }
}

/// `listens.port` → what it is of, and the part.
fn capture(name: &str) -> Option<(What, Option<&'static str>)> {
    if name.starts_with('_') {
        return None;
    }
    let (what, part) = name.split_once('.').map_or((name, None), |(what, part)| (what, Some(part)));
    let what = What::parse(what).unwrap_or_else(|| panic!("`{name}` is no word for a fact"));
    Some((what, part.map(word)))
}

/// The words of queries that facts keep.
pub(super) fn word(text: &str) -> &'static str {
    const WORDS: &[&str] = &[
        "by",
        "default",
        "destructive",
        "file",
        "function",
        "host",
        "in",
        "kind",
        "locator",
        "loopback",
        "name",
        "override",
        "path",
        "port",
        "required",
        "signal",
        "sink",
        "store",
        "value",
        "optional",
        "fields",
        "server",
        "setting",
        "variable",
        "guarded",
        "inside",
        "conditional",
        "own",
        "asked",
        "asserted",
        "placeholder",
        "configuration",
        "tool",
    ];
    WORDS.iter().find(|w| **w == text).unwrap_or_else(|| panic!("`{text}` is no word of queries"))
}

/// The top-level patterns of a query's text.
fn split(text: &str) -> Vec<&str> {
    let mut patterns = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    let (mut quoted, mut escaped, mut comment) = (false, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if comment => comment = c != '\n',
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            ';' => comment = true,
            '(' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    patterns.push(&text[start..=at]);
                }
            }
            _ => {}
        }
    }
    patterns
}
