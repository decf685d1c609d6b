//! One source file → its facts: the gates, a parse with limits, the patterns whose gates hit.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use streaming_iterator::StreamingIterator;
use tree_sitter::{Node, ParseOptions, Parser, QueryCursor, QueryCursorOptions, Tree};

use super::around::{is_in_request, surroundings};
use super::language::Language;
use super::pattern::{KeyTest, Pass, Queried};
use super::reads::{fields, settle_name};
use super::unused::named_by_callers;
use super::value::{Scope, Value, literal};
use super::{Gates, Part, SourceFact, What};
use crate::source::{FileId, Sources, Span};

/// A larger file is not written by hand.
const MAX_BYTES: usize = 1 << 20;
/// For the parse, and again for the patterns. Real files take some milliseconds.
const MAX_TIME: Duration = Duration::from_millis(500);
/// How many matches may be open at once.
const MAX_MATCHES: u32 = 1 << 14;
/// The mean length of a line from which on a file is a tool's output.
const MINIFIED: usize = 400;

/// The queries of one language that a run needs.
pub(super) struct Queries {
    /// What reads the environment comes first: other values may come from there.
    environment: Vec<Queried>,
    facts: Vec<Queried>,
}

/// Up to so many files, it takes longer to analyse a query than to walk their trees: several are analysed side by side.
const FEW_FILES: usize = 150;
/// How many patterns are a query then.
const FEW_PATTERNS: usize = 16;

/// How many sets of patterns are kept for the next run in the same process.
const KEPT: usize = 512;

impl Queries {
    /// The queries of these patterns, made once.
    pub(super) fn of(language: Language, places: &BTreeSet<usize>, files: usize) -> Arc<Self> {
        type Kept = BTreeMap<(Language, bool, BTreeSet<usize>), Arc<Queries>>;
        static KEEP: Mutex<Kept> = Mutex::new(BTreeMap::new());
        let key = (language, files > FEW_FILES, places.clone());
        let keep = || KEEP.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = keep().get(&key) {
            return Arc::clone(known);
        }
        let made = Arc::new(Self::new(language, places, files));
        let mut kept = keep();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&made));
        made
    }

    fn new(language: Language, places: &BTreeSet<usize>, files: usize) -> Self {
        let patterns = language.patterns();
        let size = if files > FEW_FILES { usize::MAX } else { FEW_PATTERNS };
        let of = |pass: Pass| -> Vec<Queried> {
            let own: Vec<usize> = places.iter().copied().filter(|at| patterns.pass(*at) == pass).collect();
            own.par_chunks(size.min(own.len().max(1))).map(|chunk| patterns.queried(chunk)).collect()
        };
        let (environment, facts) = rayon::join(|| of(Pass::Environment), || of(Pass::Facts));
        Self { environment, facts }
    }
}

/// The patterns that run over a file; nothing where it is too large to be read.
pub(super) fn hits(sources: &Sources, file: FileId, language: Language, gates: Gates) -> Option<Vec<usize>> {
    let text = small(sources, file)?;
    if is_made(text) {
        return Some(Vec::new());
    }
    let patterns = language.patterns();
    let mut hits = patterns.hits(text, gates);
    hits.retain(|at| matches!(patterns.pass(*at), Pass::Environment | Pass::Facts));
    Some(hits)
}

/// The text of a file that is not too large.
fn small(sources: &Sources, file: FileId) -> Option<&str> {
    sources.read(file).ok().filter(|text| text.len() <= MAX_BYTES)
}

/// `//go:build ignore`: a script that stands beside a package of Go.
fn is_left_out(text: &str) -> bool {
    let head = text.lines().take_while(|line| !line.starts_with("package "));
    head.take(30).any(|line| matches!(line.trim(), "//go:build ignore" | "// +build ignore"))
}

/// A tool wrote it, or only a tool reads it: `dotnet ef` alone runs a factory for the design time.
fn is_made(text: &str) -> bool {
    is_minified(text) || is_generated(text) || text.contains("IDesignTimeDbContextFactory") || is_left_out(text)
}

/// The facts of a file; nothing where it could not be read to its end.
pub(super) fn scan(
    sources: &Sources,
    file: FileId,
    language: Language,
    queries: &Queries,
    hits: &[usize],
) -> Option<Vec<SourceFact>> {
    let text = sources.text(file);
    let tree = parse(language, text)?;
    let mut scan = FileScan::new(file, language, text, tree.root_node());
    for queried in &queries.environment {
        scan.run(queried, hits)?;
    }
    scan.settle_reads();
    for queried in &queries.facts {
        scan.run(queried, hits)?;
    }
    scan.settle_required();
    Some(scan.facts)
}

/// The calls of functions that read the environment, each with whether it fails without the variable.
pub(super) fn calls(
    sources: &Sources,
    file: FileId,
    language: Language,
    helpers: &BTreeMap<String, bool>,
) -> Option<Vec<SourceFact>> {
    let calls = |text: &&str| helpers.keys().any(|name| text.contains(name.as_str()));
    let text = small(sources, file).filter(calls).filter(|text| !is_made(text))?;
    let tree = parse(language, text)?;
    let mut scan = FileScan::new(file, language, text, tree.root_node());
    let calls = language.patterns().calls();
    let all: Vec<usize> = calls.known.iter().map(|k| k.at).collect();
    scan.run(calls, &all)?;
    Some(scan.calls_of(helpers))
}

fn is_minified(text: &str) -> bool {
    text.len() > 8 * MINIFIED && text.len() / (text.bytes().filter(|b| *b == b'\n').count() + 1) > MINIFIED
}

/// The marks that generators set in the first lines: `Code generated … DO NOT EDIT.`, `@generated`, `<auto-generated>`.
fn is_generated(text: &str) -> bool {
    let mut end = text.len().min(600);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    head.contains("DO NOT EDIT") || head.contains("@generated") || head.contains("<auto-generated")
}

fn parse(language: Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).expect("the grammars fit the library");
    let until = Instant::now() + MAX_TIME;
    let mut late = |_: &tree_sitter::ParseState| {
        if Instant::now() > until { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut late);
    let bytes = text.as_bytes();
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
}

fn is_identifier(node: Node<'_>) -> bool {
    matches!(node.kind(), "identifier" | "variable_name" | "simple_identifier")
}

/// One file while it is read.
pub(super) struct FileScan<'t> {
    file: FileId,
    pub(super) language: Language,
    pub(super) scope: Scope<'t>,
    /// The time that the patterns took; not that of compiling them, which happens once.
    spent: Duration,
    pub(super) facts: Vec<SourceFact>,
}

impl<'t> FileScan<'t> {
    fn new(file: FileId, language: Language, text: &'t str, root: Node<'t>) -> Self {
        let scope = Scope { text, root, reads: Vec::new(), names: OnceCell::new() };
        Self { file, language, scope, spent: Duration::ZERO, facts: Vec::new() }
    }

    /// Adds the facts of a query's patterns at these places, in ascending order; nothing where the time is up.
    fn run(&mut self, queried: &Queried, places: &[usize]) -> Option<()> {
        if !queried.known.iter().any(|k| places.contains(&k.at)) {
            return Some(());
        }
        let started = Instant::now();
        let until = started + MAX_TIME.saturating_sub(self.spent);
        let mut late = |_: &tree_sitter::QueryCursorState| {
            if Instant::now() > until { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(MAX_MATCHES);
        let options = QueryCursorOptions::new().progress_callback(&mut late);
        let text = self.scope.text;
        let mut matches = cursor.matches_with_options(&queried.query, self.scope.root, text.as_bytes(), options);
        let mut development = Vec::new();
        // In the order of the patterns: of two that tell of one place, the first one counts.
        let mut facts: Vec<(usize, SourceFact)> = Vec::new();
        while let Some(found) = matches.next() {
            let known = &queried.known[found.pattern_index];
            if places.binary_search(&known.at).is_err()
                || !known.keys.iter().all(|test| holds(test, found.captures, text))
            {
                continue;
            }
            let mut parts = BTreeMap::new();
            let mut whole: Option<(What, Range<usize>)> = None;
            let mut doubtful = false;
            for capture in found.captures {
                let Some((what, part)) = &queried.captures[capture.index as usize] else { continue };
                let node = capture.node;
                doubtful |= node.has_error() || node.parent().is_some_and(|p| p.is_error());
                match part {
                    Some(part) => {
                        let value = self.scope.evaluate(node, &|| definitions(self.language, self.scope.root, text));
                        parts.insert(*part, Part { span: self.span(node.byte_range()), value });
                        whole.get_or_insert((*what, node.byte_range()));
                    }
                    None => whole = Some((*what, node.byte_range())),
                }
            }
            let Some((what, range)) = whole else { continue };
            let first = found.captures[0].node;
            let around = surroundings(first, text);
            if around.development && what != What::Compares {
                // It tells nothing of a deploy, but what stands there may be asked for.
                if what == What::ReadsEnv
                    && let Some(name) = parts.get("name").and_then(|p| p.value.text())
                {
                    development.push((range, name.to_owned(), None));
                }
                continue;
            }
            let mut notes: BTreeMap<&'static str, String> = known.notes.iter().cloned().collect();
            if around.guarded {
                notes.insert("guarded", String::new());
            }
            if around.asked && what == What::ReadsEnv {
                notes.insert("asked", String::new());
            }
            if around.stops && what == What::ReadsEnv {
                notes.insert("required", String::new());
            }
            if what == What::Requires && !around.stops || what == What::Remembers && !is_in_request(first, text) {
                continue;
            }
            if around.conditional {
                notes.insert("conditional", String::new());
            }
            if around.inside {
                notes.insert("inside", String::new());
            }
            let callers = named_by_callers(first, self.language, text);
            if !callers.is_empty() {
                notes.insert("callers", callers.join(" "));
            }
            settle_name(&mut parts, &mut notes);
            if notes.contains_key("fields") {
                fields(&mut parts, &mut notes, first, text);
            }
            if what == What::ReadsEnv
                && parts.get("name").is_some_and(|p| p.value == Value::Unknown)
                && let Some(name) = found
                    .captures
                    .iter()
                    .filter(|c| matches!(queried.captures[c.index as usize], Some((_, Some("name")))))
                    .map(|c| c.node)
                    .find(|n| is_identifier(*n))
            {
                let listed = self.listed(name, around.stops);
                if listed.is_empty() {
                    facts.extend(self.helper(name).map(|fact| (known.at, fact)));
                }
                facts.extend(listed.into_iter().map(|fact| (known.at, fact)));
                continue;
            }
            facts.push((known.at, SourceFact { what, span: self.span(range), parts, notes, doubtful }));
        }
        drop(matches);
        facts.sort_by_key(|(at, _)| *at);
        self.facts.extend(facts.into_iter().map(|(_, fact)| fact));
        self.scope.reads.extend(development);
        self.spent += started.elapsed();
        (self.spent <= MAX_TIME).then_some(())
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

/// The values that each name of a file is given.
pub(super) fn definitions<'t>(language: Language, root: Node<'t>, text: &'t str) -> BTreeMap<&'t str, Vec<Node<'t>>> {
    let mut names: BTreeMap<&str, Vec<Node<'t>>> = BTreeMap::new();
    let queried = language.patterns().definitions();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&queried.query, root, text.as_bytes());
    while let Some(found) = matches.next() {
        let part = |wanted: &str| {
            let named = |index: u32| queried.captures[index as usize].as_ref().and_then(|(_, part)| *part);
            found.captures.iter().find(|c| named(c.index) == Some(wanted)).map(|c| c.node)
        };
        if let (Some(name), Some(value)) = (part("name"), part("value")) {
            let values = names.entry(&text[name.byte_range()]).or_default();
            if values.iter().all(|v| v.id() != value.id()) {
                values.push(value);
            }
        }
    }
    names
}

/// Whether the arguments or keys below a capture have one of the names, or none; a spread may have any.
fn holds(test: &KeyTest, captures: &[tree_sitter::QueryCapture<'_>], text: &str) -> bool {
    let Some(capture) = captures.iter().find(|c| c.index == test.capture) else { return !test.present };
    let mut found = false;
    let mut open = false;
    keys(capture.node, text, 0, &mut |key| match key {
        Some(key) => found |= test.names.iter().any(|n| n == key),
        None => open = true,
    });
    if test.present { found } else { !found && !open }
}

fn keys(node: Node<'_>, text: &str, depth: usize, visit: &mut dyn FnMut(Option<&str>)) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        let kind = child.kind();
        if kind.contains("spread") || kind.contains("splat") {
            visit(None);
            continue;
        }
        if kind == "shorthand_property_identifier" {
            visit(Some(&text[child.byte_range()]));
            continue;
        }
        let key = ["key", "name", "keyword", "left"].iter().find_map(|field| child.child_by_field_name(field));
        if let Some(key) = key {
            let source = &text[key.byte_range()];
            let plain = literal(key, source).unwrap_or_else(|| source.to_owned());
            visit(Some(plain.trim_start_matches(':').trim_end_matches(':')));
        } else if depth < 2 {
            // An options object of JavaScript that is not written here may hold any key.
            if depth == 0
                && node.kind() == "arguments"
                && matches!(kind, "identifier" | "call_expression" | "call" | "member_expression" | "variable_name")
            {
                visit(None);
            }
            keys(child, text, depth + 1, visit);
        }
    }
}
