//! A stack file's text → the same text with one thing changed.

use twelvelint::source::FileId;
use twelvelint::syntax::tree::Node;
use twelvelint::syntax::yaml;

use crate::grammar::{Bounds, Grammar};
use crate::random::Random;

/// Something in the text that can be changed.
struct Spot {
    start: usize,
    end: usize,
    kind: Kind,
    /// The key below which it stands.
    below: String,
    /// The mapping or list around it is written in braces or brackets.
    flow: bool,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Key,
    Value,
    /// From a key to the end of its value.
    Entry,
    Item,
}

fn spots(node: &Node, below: &str, text: &str, found: &mut Vec<Spot>) {
    let flow = text.as_bytes().get(node.span.start as usize).is_some_and(|b| matches!(b, b'{' | b'['));
    let mut push = |start: u32, end: u32, kind, below: &str| {
        let (start, end) = (start as usize, end as usize);
        if start <= end && text.get(start..end).is_some() {
            found.push(Spot { start, end, kind, below: below.to_owned(), flow });
        }
    };
    for entry in node.entries().iter().filter(|e| !e.merged) {
        let (key, value) = (entry.key.span, entry.value.span);
        push(key.start, key.end, Kind::Key, below);
        if value.start >= key.end {
            push(value.start, value.end, Kind::Value, entry.name());
            push(key.start, value.end, Kind::Entry, below);
        }
    }
    for item in node.items() {
        push(item.span.start, item.span.end, Kind::Item, below);
    }
    for entry in node.entries().iter().filter(|e| !e.merged) {
        spots(&entry.value, entry.name(), text, found);
    }
    for item in node.items() {
        spots(item, below, text, found);
    }
}

/// Changes one thing; the text itself where nothing fits.
pub(crate) fn mutate(text: &str, grammar: &Grammar, random: &mut Random, bounds: &mut Bounds) -> String {
    let parsed = yaml::parse(FileId(0), text);
    let mut found = Vec::new();
    spots(&parsed.root, "", text, &mut found);
    let way = random.below(100);
    if found.is_empty() || way < 3 {
        return noise(text, random);
    }
    match way {
        ..45 => fitting(text, &found, grammar, random, bounds),
        45..60 => inserted(text, &found, grammar, random, bounds),
        60..66 => replaced(text, &found, Kind::Value, &grammar.expand("any", random, bounds), random),
        66..69 => replaced(text, &found, Kind::Item, &grammar.expand("any", random, bounds), random),
        69..72 => replaced(text, &found, Kind::Value, &grammar.expand("dollar", random, bounds), random),
        72..75 => {
            let key = random.pick(&grammar.entries).key;
            replaced(text, &found, Kind::Key, key, random)
        }
        75..81 => removed(text, &found, random),
        81..85 => doubled(text, &found, random),
        85..88 => wrapped(text, &found, random),
        88..93 => swapped(text, &found, random),
        93..97 => aliased(text, &found, random),
        _ => versioned(text, random),
    }
}

fn one<'s>(found: &'s [Spot], kind: Kind, random: &mut Random) -> Option<&'s Spot> {
    let of: Vec<&Spot> = found.iter().filter(|s| s.kind == kind).collect();
    if of.is_empty() { None } else { Some(*random.pick(&of)) }
}

fn with(text: &str, spot: &Spot, by: &str) -> String {
    format!("{}{by}{}", &text[..spot.start], &text[spot.end..])
}

fn replaced(text: &str, found: &[Spot], kind: Kind, by: &str, random: &mut Random) -> String {
    one(found, kind, random).map_or_else(|| text.to_owned(), |spot| with(text, spot, by))
}

/// A value by another of those that the grammar gives to its key.
fn fitting(text: &str, found: &[Spot], grammar: &Grammar, random: &mut Random, bounds: &mut Bounds) -> String {
    let known: Vec<(&Spot, &str)> = found
        .iter()
        .filter(|s| s.kind == Kind::Value)
        .flat_map(|s| grammar.entries.iter().filter(|e| e.key == s.below).map(move |e| (s, e.value)))
        .collect();
    if known.is_empty() {
        return text.to_owned();
    }
    let (spot, value) = *random.pick(&known);
    with(text, spot, &grammar.fill(value, random, bounds))
}

/// One more entry, mostly of the kind that stands there.
fn inserted(text: &str, found: &[Spot], grammar: &Grammar, random: &mut Random, bounds: &mut Bounds) -> String {
    let Some(spot) = one(found, Kind::Key, random) else { return text.to_owned() };
    let beside = &text[spot.start..spot.end];
    let mappings: Vec<&str> = grammar.entries.iter().filter(|e| e.key == beside).map(|e| e.mapping).collect();
    let (key, value) = if random.chance(10) {
        (*random.pick(&["x-a", "x-b", "bogus", "version", "<<", "name", "labels"]), "<any>")
    } else if mappings.is_empty() {
        // A service, a network or the like: its neighbour.
        ("new1", if spot.below == "services" { "<service>" } else { "{}" })
    } else {
        let mapping = *random.pick(&mappings);
        let fitting: Vec<_> = grammar.entries.iter().filter(|e| e.mapping == mapping).collect();
        let entry = random.pick(&fitting);
        (entry.key, entry.value)
    };
    let entry = format!("{key}: {}", grammar.fill(value, random, bounds));
    let column = spot.start - text[..spot.start].rfind('\n').map_or(0, |at| at + 1);
    let end = if spot.flow { ", ".to_owned() } else { format!("\n{}", " ".repeat(column)) };
    format!("{}{entry}{end}{}", &text[..spot.start], &text[spot.start..])
}

fn removed(text: &str, found: &[Spot], random: &mut Random) -> String {
    let Some(spot) = one(found, Kind::Entry, random) else { return text.to_owned() };
    let rest = text[spot.end..].trim_start_matches([',', ' ']);
    let rest = rest.strip_prefix('\n').unwrap_or(rest);
    let before = if spot.flow { &text[..spot.start] } else { text[..spot.start].trim_end_matches(' ') };
    format!("{before}{rest}")
}

/// An item or an entry twice.
fn doubled(text: &str, found: &[Spot], random: &mut Random) -> String {
    let kind = if random.chance(80) { Kind::Item } else { Kind::Entry };
    let Some(spot) = one(found, kind, random) else { return text.to_owned() };
    let own = &text[spot.start..spot.end];
    let line = text[..spot.start].rfind('\n').map_or(0, |at| at + 1);
    let between = if spot.flow { ", ".to_owned() } else { format!("\n{}", &text[line..spot.start]) };
    with(text, spot, &format!("{own}{between}{own}"))
}

fn wrapped(text: &str, found: &[Spot], random: &mut Random) -> String {
    let kind = if random.chance(70) { Kind::Value } else { Kind::Item };
    let Some(spot) = one(found, kind, random) else { return text.to_owned() };
    let own = &text[spot.start..spot.end];
    if own.contains('\n') {
        return with(text, spot, "[]");
    }
    let (open, close) = random.pick(&[
        ("[", "]"),
        ("{a: ", "}"),
        ("\"", "\""),
        ("'", "'"),
        ("!!str ", ""),
        ("", " # note"),
        ("&v ", ""),
    ]);
    with(text, spot, &format!("{open}{own}{close}"))
}

/// A value as another of the same file is.
fn swapped(text: &str, found: &[Spot], random: &mut Random) -> String {
    let single: Vec<&Spot> = found
        .iter()
        .filter(|s| matches!(s.kind, Kind::Value | Kind::Item) && !text[s.start..s.end].contains('\n'))
        .collect();
    if single.is_empty() {
        return text.to_owned();
    }
    let (to, from) = (*random.pick(&single), *random.pick(&single));
    with(text, to, &text[from.start..from.end])
}

/// A value anchored, and a later one its alias.
fn aliased(text: &str, found: &[Spot], random: &mut Random) -> String {
    let single: Vec<&Spot> = found
        .iter()
        .filter(|s| matches!(s.kind, Kind::Value | Kind::Item) && !text[s.start..s.end].contains('\n'))
        .collect();
    if single.len() < 2 {
        return text.to_owned();
    }
    let (a, b) = (*random.pick(&single), *random.pick(&single));
    let (first, later) = if a.start < b.start { (a, b) } else { (b, a) };
    if first.end > later.start {
        return text.to_owned();
    }
    let aliased = with(text, later, "*v");
    with(&aliased, first, &format!("&v {}", &text[first.start..first.end]))
}

fn versioned(text: &str, random: &mut Random) -> String {
    let version = random.pick(VERSIONS);
    let mut kept: String = text.split_inclusive('\n').filter(|l| !l.starts_with("version:")).collect();
    kept.insert_str(0, &format!("version: {version}\n"));
    kept
}

const VERSIONS: &[&str] = &[
    "\"3.0\"",
    "\"3.1\"",
    "\"3.2\"",
    "\"3.3\"",
    "\"3.4\"",
    "\"3.5\"",
    "\"3.6\"",
    "\"3.7\"",
    "\"3.8\"",
    "\"3.9\"",
    "\"3.10\"",
    "\"3.11\"",
    "\"3.12\"",
    "\"3.13\"",
    "\"3\"",
    "\"\"",
    "'3.8'",
    "3",
    "3.8",
    "3.10",
    "\"3.14\"",
    "\"2\"",
    "\"2.4\"",
    "\"1\"",
    "\"4\"",
    "\"v3\"",
    "\" 3.8\"",
    "\"3.8.0\"",
    "",
    "true",
    "[]",
    "\"$V\"",
    "!!str 3.8",
    "\"3.08\"",
    "\"../x\"",
    "2031-05-04",
];

/// One letter more, less or other.
fn noise(text: &str, random: &mut Random) -> String {
    const LETTERS: &[&str] = &[
        " ", "  ", "\t", "\n", ":", ": ", "-", "- ", "#", " #", "\"", "'", "[", "]", "{", "}", ",", "&a ", "*a", "!",
        "|", ">", "%", "@", "`", "$", "\\", "\r", "\u{85}", "\u{a0}", "\u{feff}", "\u{7f}", "\0", "---\n", "...\n",
        "?", "? ", "~", "0", "x",
    ];
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = *random.pick(&places);
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    let removed = if random.chance(50) { width } else { 0 };
    let added = if removed > 0 && random.chance(50) { "" } else { *random.pick(LETTERS) };
    format!("{}{added}{}", &text[..at], &text[at + removed..])
}
