//! `.env` text → names and values with spans.

use crate::source::{At, FileId, Span};

/// One line of a dotenv file.
#[derive(Debug, Clone)]
pub struct Variable {
    pub name: At<String>,
    /// Without the quotes around it; nothing for a bare name.
    pub value: Option<At<String>>,
}

/// Reads `NAME=value` lines; `export`, quotes and comments are taken as dotenv libraries take them.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begin = start;
        start += line.len();
        let body = line.trim_end();
        let shown = body.trim_start_matches('\u{feff}').trim_start();
        let shown = shown.strip_prefix("export ").unwrap_or(shown).trim_start();
        if shown.is_empty() || shown.starts_with('#') {
            continue;
        }
        let offset = begin + body.len() - shown.len();
        let (name, rest) = shown.split_once('=').map_or((shown, None), |(name, value)| (name, Some(value)));
        let trimmed = name.trim_end();
        if trimmed.is_empty() || trimmed.contains(char::is_whitespace) {
            continue;
        }
        let at = Span::new(file, offset, offset + trimmed.len());
        let value = rest.map(|raw| {
            let value_start = offset + name.len() + 1;
            let lead = raw.len() - raw.trim_start().len();
            let raw = raw.trim_start();
            let (text, inner) = match raw.chars().next() {
                Some(q @ ('"' | '\'')) => match raw[1..].find(q) {
                    Some(end) => (&raw[1..=end], 1),
                    None => (&raw[1..], 1),
                },
                _ => (raw.split(" #").next().unwrap_or(raw).trim_end(), 0),
            };
            let from = value_start + lead + inner;
            At::new(text.to_owned(), Span::new(file, from, from + text.len()))
        });
        variables.push(Variable { name: At::new(trimmed.to_owned(), at), value });
    }
    variables
}
