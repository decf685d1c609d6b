//! Ours against tree-sitter's own: the same matches of every pattern in every file of code that the project holds.

use std::collections::BTreeSet;
use std::path::Path;

use streaming_iterator::StreamingIterator;
use tree_sitter::{Parser, QueryCursor};

use super::{Query, Tree, read};
use crate::code::Language;

/// A pattern, and each capture's name and bytes.
type Match = (usize, Vec<(String, std::ops::Range<usize>)>);

fn ours(language: Language, patterns: &[&str], tree: &tree_sitter::Tree, text: &str) -> BTreeSet<String> {
    let queries: Vec<Query> = patterns.iter().map(|p| read(&language.grammar(), p).expect("it is sound")).collect();
    let found = Tree::new(tree.root_node(), text).matches(&queries.iter().collect::<Vec<_>>(), None);
    let shown = found.expect("there is no limit").into_iter().map(|(at, found)| {
        let capture =
            |(c, node): &(usize, tree_sitter::Node<'_>)| (queries[at].captures[*c].clone(), node.byte_range());
        (at, found.captures.iter().map(capture).collect())
    });
    shown.map(|found: Match| format!("{found:?}")).collect()
}

fn theirs(language: Language, patterns: &[&str], tree: &tree_sitter::Tree, text: &str) -> BTreeSet<String> {
    let query = tree_sitter::Query::new(&language.grammar(), &patterns.join("\n")).expect("it is sound");
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut shown = BTreeSet::new();
    while let Some(found) = matches.next() {
        let capture = |c: &tree_sitter::QueryCapture<'_>| {
            (query.capture_names()[c.index as usize].to_owned(), c.node.byte_range())
        };
        let found: Match = (found.pattern_index, found.captures.iter().map(capture).collect());
        shown.insert(format!("{found:?}"));
    }
    shown
}

fn parsed(language: Language, text: &str) -> tree_sitter::Tree {
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).expect("the grammar fits");
    parser.parse(text, None).expect("it has no limit")
}

#[test]
fn matches_are_those_of_the_library() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = 0;
    for language in Language::ALL {
        let patterns = language.patterns().texts();
        let mut whole = String::new();
        for folder in ["fixtures", "tests/idioms", "rules"] {
            for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().flatten() {
                let of = Language::of_path(&entry.path().to_string_lossy());
                if of == Some(*language) || of == Some(Language::TypeScript) && *language == Language::Tsx {
                    whole.push_str(&std::fs::read_to_string(entry.path()).expect("it can be read"));
                    whole.push('\n');
                    files += 1;
                }
            }
        }
        let tree = parsed(*language, &whole);
        let (ours, theirs) = (ours(*language, &patterns, &tree, &whole), theirs(*language, &patterns, &tree, &whole));
        let more: Vec<_> = ours.difference(&theirs).collect();
        let less: Vec<_> = theirs.difference(&ours).collect();
        assert!(more.is_empty() && less.is_empty(), "{language:?}: only ours {more:#?}, only theirs {less:#?}");
        assert!(!ours.is_empty(), "{language:?}: something is found");
    }
    assert!(files > 60, "there is code to read: {files} files");
}

#[test]
fn what_is_not_supported_is_said() {
    for (pattern, said) in [
        ("((call (identifier)+))", "`+` is not supported"),
        ("((call ((identifier) . (identifier))))", "groups are not supported"),
        ("((no_such_node))", "there are no nodes `no_such_node`"),
        ("((expression))", "there are no nodes `expression`"),
        ("((call nothing: (_)))", "there is no field `nothing`"),
        ("((call) @a (#is? @a local))", "`#is?` with these arguments is not supported"),
        ("((call) @a (#match? @a \"(\"))", "regex parse error"),
        ("((call", "the pattern has no end"),
        ("((call)) (call)", "Open stands after the pattern"),
        ("((call) @a (#eq? @a \"b))", "a string has no end"),
    ] {
        let wrong = read(&Language::Python.grammar(), pattern).expect_err(pattern);
        assert!(wrong.contains(said), "{pattern}: {wrong}");
    }
}
