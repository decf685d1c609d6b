//! Physical lines → logical ones: directives, comments, continuations and heredocs, as BuildKit's parser reads them.

use super::Heredoc;
use super::heredoc;
use super::words;
use crate::source::{At, FileId, Span};
use crate::syntax::spliced::Spliced;

/// One instruction's text and the heredocs below it.
pub(super) struct Logical {
    pub(super) text: Spliced,
    pub(super) heredocs: Vec<Heredoc>,
}

pub(super) struct Lines {
    pub(super) logical: Vec<Logical>,
    pub(super) escape: char,
    pub(super) comments: Vec<Span>,
    pub(super) errors: Vec<At<String>>,
}

/// BuildKit's limit for a physical line, its end included.
const MAX_LINE: usize = 65_536;

/// The physical lines of a text with their offsets, line ends included.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn next(&mut self) -> Option<(usize, &'t str)> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let end = rest.find('\n').map_or(rest.len(), |n| n + 1);
        let start = self.at;
        self.at += end;
        Some((start, rest[..end].trim_end_matches(['\r', '\n'])))
    }
}

pub(super) fn split(file: FileId, text: &str) -> Lines {
    let body = text.trim_start_matches('\u{feff}');
    let mut scanner = Scanner { text, at: text.len() - body.len() };
    let mut lines = Lines { logical: Vec::new(), escape: '\\', comments: Vec::new(), errors: Vec::new() };
    directives(file, body, scanner.at, &mut lines);
    while let Some((start, line)) = scanner.next() {
        if scanner.at - start > MAX_LINE {
            lines.errors.push(At::new("the line has more than 65535 bytes".into(), Span::new(file, start, start)));
            break;
        }
        let trimmed = line.trim_start_matches(is_space);
        let start = start + line.len() - trimmed.len();
        if trimmed.starts_with('#') {
            lines.comments.push(Span::new(file, start, start + trimmed.len()));
            continue;
        }
        let mut logical = Spliced::empty(file, start);
        let (content, mut goes_on) = continuation(trimmed, lines.escape);
        logical.push(content, start);
        if !goes_on && content.is_empty() {
            continue;
        }
        while goes_on {
            let Some((start, line)) = scanner.next() else { break };
            let trimmed = line.trim_start_matches(is_space);
            if trimmed.starts_with('#') {
                let start = start + line.len() - trimmed.len();
                lines.comments.push(Span::new(file, start, start + trimmed.len()));
                continue;
            }
            if trimmed.is_empty() {
                continue;
            }
            let (content, more) = continuation(line, lines.escape);
            goes_on = more;
            logical.push(content, start);
        }
        if logical.text.trim().is_empty() {
            lines.errors.push(At::new("nothing follows this continued line".into(), logical.span));
            continue;
        }
        let heredocs = heredocs(file, &logical, &mut scanner, &mut lines);
        lines.logical.push(Logical { text: logical, heredocs });
    }
    lines
}

fn is_space(c: char) -> bool {
    // Go's unicode.IsSpace, by which BuildKit trims.
    c.is_whitespace()
}

/// The line without its continuation mark, and whether there was one.
fn continuation(line: &str, escape: char) -> (&str, bool) {
    let shown = line.trim_end_matches([' ', '\t']);
    match shown.strip_suffix(escape) {
        // An escaped escape continues nothing.
        Some(rest) if !rest.ends_with(escape) => (rest, true),
        _ => (line, false),
    }
}

/// `# escape=`, `# syntax=` and `# check=`, which stand before anything else.
fn directives(file: FileId, body: &str, offset: usize, lines: &mut Lines) {
    let mut seen: Vec<String> = Vec::new();
    let mut at = offset;
    for line in body.split_inclusive('\n') {
        let span = Span::new(file, at, at + line.trim_end().len());
        at += line.len();
        let blank = ['\t', '\n', '\x0C', '\r', ' '];
        let shown = line.trim_end_matches(['\r', '\n']).trim_start_matches(is_space);
        let Some((name, raw)) = shown.strip_prefix('#').and_then(|rest| rest.split_once('=')) else { return };
        let name = name.trim_start_matches(is_space).trim_end_matches(blank).to_ascii_lowercase();
        // Nothing at all ends the directives; of blanks alone, the last one is the value.
        let value = match raw.trim_matches(blank) {
            "" => &raw[raw.char_indices().next_back().map_or(0, |(at, _)| at)..],
            value => value,
        };
        if value.is_empty() || !matches!(name.as_str(), "escape" | "syntax" | "check") {
            return;
        }
        if seen.contains(&name) {
            lines.errors.push(At::new(format!("the parser directive `{name}` is given twice"), span));
            return;
        }
        if name == "escape" {
            match value {
                "\\" => {}
                "`" => lines.escape = '`',
                _ => lines
                    .errors
                    .push(At::new(format!("`{value}` is no escape character: `\\` and a backtick are"), span)),
            }
        }
        seen.push(name);
    }
}

fn heredocs(file: FileId, logical: &Spliced, scanner: &mut Scanner<'_>, lines: &mut Lines) -> Vec<Heredoc> {
    let mut found = Vec::new();
    if !logical.text.contains("<<") || !may_hold_heredoc(&logical.text) {
        return found;
    }
    for heredoc::Announced { place, name, expand, chomp } in heredoc::find(&logical.text) {
        let mut content = Spliced::empty(file, scanner.at);
        let mut terminated = false;
        while let Some((start, line)) = scanner.next() {
            let shown = if chomp { line.trim_start_matches('\t') } else { line };
            if shown == name {
                terminated = true;
                break;
            }
            content.push(shown, start + line.len() - shown.len());
            if start + line.len() < scanner.text.len() {
                content.push("\n", start + line.len());
            }
        }
        if !terminated {
            let message = format!("the heredoc `{name}` is never closed");
            lines.errors.push(At::new(message, logical.span(place.start, place.end)));
        }
        found.push(Heredoc { name, expand, chomp, content });
    }
    found
}

/// `RUN`, `COPY` and `ADD` take heredocs, alone or behind `ONBUILD`, unless they are written as JSON.
fn may_hold_heredoc(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let (keyword, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        match keyword.to_ascii_lowercase().as_str() {
            "onbuild" => rest = args.trim_start(),
            "run" | "copy" | "add" => return words::json(words::behind_flags(args)).is_none(),
            _ => return false,
        }
    }
}
