//! Queries → patterns, each behind its gate: a regex that hits every file in which the pattern could match. A pattern is
//! compiled when its gate first hits.

use std::sync::OnceLock;

use regex::Regex;
use regex::bytes::{RegexSet, RegexSetBuilder};
use tree_sitter::Query;

use super::What;
use super::language::Language;

/// The patterns of one language.
pub(super) struct Patterns {
    language: Language,
    all: Vec<Pattern>,
    gates: RegexSet,
}

/// One pattern of a query.
pub(super) struct Pattern {
    pub pass: Pass,
    text: String,
    gate: String,
    compiled: OnceLock<Compiled>,
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

/// A pattern that is ready to run.
pub(super) struct Compiled {
    pub query: Query,
    /// For each capture: what it is of, and which part; nothing for a capture that only a predicate uses.
    pub captures: Vec<Option<(What, Option<&'static str>)>>,
    pub notes: Vec<(&'static str, String)>,
    /// Captures whose arguments or keys must, or must not, have one of these names.
    pub keys: Vec<KeyTest>,
    /// What the file must hold elsewhere: the import that gives a common name its meaning.
    pub only: Option<Regex>,
}

pub(super) struct KeyTest {
    pub capture: u32,
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
        Self { language, all, gates }
    }

    /// The patterns whose gates hit.
    pub(super) fn gated(&self, text: &str) -> Vec<&Pattern> {
        self.gates.matches(text.as_bytes()).iter().map(|at| &self.all[at]).collect()
    }

    /// All of them, as if there were no gates.
    pub(super) fn all(&self) -> Vec<&Pattern> {
        self.all.iter().collect()
    }

    /// Those that tell what names stand for.
    pub(super) fn definitions(&self) -> impl Iterator<Item = &Pattern> {
        self.all.iter().filter(|p| p.pass == Pass::Definitions)
    }

    pub(super) fn compiled<'p>(&self, pattern: &'p Pattern) -> &'p Compiled {
        pattern.compiled.get_or_init(|| Compiled::new(self.language, &pattern.text))
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let gate = directive(text, "gate!").or_else(|| directive(text, "file-has?"));
        let gate = gate.unwrap_or_else(|| panic!("a pattern has no gate: {text}"));
        let pass = if text.contains("@reads-env") {
            Pass::Environment
        } else if text.contains("@calls.") {
            Pass::Calls
        } else if text.contains("@defines.") {
            Pass::Definitions
        } else {
            Pass::Facts
        };
        Self { pass, text: text.to_owned(), gate, compiled: OnceLock::new() }
    }
}

/// The argument of a directive, as the regex that it is.
fn directive(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("(#{name} \""))?;
    rest.split_once("\")").map(|(argument, _)| argument.replace("\\\\", "\\"))
}

impl Compiled {
    fn new(language: Language, text: &str) -> Self {
        let query = Query::new(&language.grammar(), text)
            .unwrap_or_else(|error| panic!("{language:?}: {error}\nin the pattern\n{text}"));
        let captures = query.capture_names().iter().map(|name| capture(name)).collect();
        let notes = query
            .property_settings(0)
            .iter()
            .map(|p| (word(&p.key), p.value.as_deref().unwrap_or_default().to_owned()))
            .collect();
        let keys = query
            .general_predicates(0)
            .iter()
            .filter(|p| p.operator.ends_with("key?"))
            .map(|p| {
                let mut test = KeyTest { capture: 0, names: Vec::new(), present: &*p.operator == "has-key?" };
                for arg in &p.args {
                    match arg {
                        tree_sitter::QueryPredicateArg::Capture(capture) => test.capture = *capture,
                        tree_sitter::QueryPredicateArg::String(name) => test.names.push(name.to_string()),
                    }
                }
                test
            })
            .collect();
        let only = directive(text, "file-has?").map(|only| Regex::new(&only).expect("the patterns are sound"));
        Self { query, captures, notes, keys, only }
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
        "asked",
        "placeholder",
        "configuration",
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
