//! Words as BuildKit splits and unquotes them.

use std::ops::Range;

/// Splits at white space outside quotes, as the shell lexer of BuildKit does; quotes and escapes stay in the words.
pub(super) fn raw(text: &str, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    let mut quote: Option<char> = None;
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(start..at);
            }
            continue;
        }
        start.get_or_insert(at);
        match quote {
            None if c == escape => {
                chars.next();
            }
            None if c == '\'' || c == '"' => quote = Some(c),
            Some('"') if c == escape => {
                chars.next();
            }
            Some(q) if c == q => quote = None,
            _ => {}
        }
    }
    if let Some(start) = start {
        words.push(start..text.len());
    }
    words
}

/// Splits a list of `name=value`: a space may be escaped, and inside quotes stands for itself.
pub(super) fn pairs(text: &str, escape: char) -> Vec<Range<usize>> {
    raw(text, escape)
}

/// The word without its quotes and escapes; variables are left alone.
pub(super) fn unquote(word: &str, escape: char) -> String {
    let mut out = String::new();
    let mut quote: Option<char> = None;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == escape => out.extend(chars.next()),
            Some(q) if c == q => quote = None,
            Some('"') if c == escape && chars.peek().is_some_and(|&n| n == '"' || n == '$' || n == escape) => {
                out.extend(chars.next());
            }
            _ => out.push(c),
        }
    }
    out
}

/// The text behind its leading `--flags`.
pub(super) fn behind_flags(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with("--") {
        let Some(word) = raw(rest, '\\').into_iter().next() else { return "" };
        let alone = &rest[word.clone()] == "--";
        rest = rest[word.end..].trim_start();
        if alone {
            break;
        }
    }
    rest
}

/// An element of a JSON array that is a string, with its place; nothing for any other.
type Element = Option<(String, Range<usize>)>;

/// The text as one JSON array of anything: its elements (nothing where one is no string) with their ranges. With
/// anything behind the array it is none, and BuildKit reads a shell's line.
pub(super) fn json(text: &str) -> Option<Vec<Element>> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with('[') {
        return None;
    }
    let offset = text.len() - trimmed.len();
    let values: Vec<serde_json::Value> = serde_json::from_str(trimmed).ok()?;
    // The values are sound: walk the text again for their places.
    let mut ranges = Vec::new();
    let bytes = trimmed.as_bytes();
    let mut at = 1;
    for value in &values {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b',') {
            at += 1;
        }
        let start = at;
        match value {
            serde_json::Value::String(_) => {
                at += 1;
                while bytes.get(at).is_some_and(|&b| b != b'"') {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            _ => return Some(values.iter().map(|_| None).collect()),
        }
        ranges.push(offset + start..offset + at);
    }
    Some(
        values
            .into_iter()
            .zip(ranges)
            .map(|(value, range)| match value {
                serde_json::Value::String(text) => Some((text, range)),
                _ => None,
            })
            .collect(),
    )
}
