//! The function that a place in a text stands in, by how code is laid out: what begins at the margin ends there. So a use
//! is known to stand in code that itself needs a caller without a parse of its file.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::found::HOOKS;
use crate::code::Language;

/// How far above a place the head of its function is looked for, in bytes.
const MAX_ABOVE: usize = 64 << 10;

/// Whether a name stands where its function or class is defined.
pub(super) fn is_definition(text: &str, at: Range<usize>) -> bool {
    const WORDS: &[&str] = &["def", "fn", "func", "function", "class", "struct", "interface", "record", "type"];
    let before = &text[..at.start];
    let last = before.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    // `func (s *Server) name(`, and the type of which it is a method.
    let method = line.starts_with("func (") && line.matches('(').count() == 1;
    before.ends_with(char::is_whitespace) && WORDS.contains(&last)
        || method && (!line.contains(')') || line.trim_end().ends_with(')'))
        || text[at.end..].strip_prefix('(').is_some_and(|rest| rest.trim_start().starts_with("this "))
}

/// The function around a place that runs only where something names it; in Go, for a method that others may call by an
/// interface, its type. Nothing where it stands in no such function, or where that is not plain.
#[must_use]
pub fn function_around(text: &str, at: usize, language: Language) -> Option<&str> {
    let start = (at.saturating_sub(MAX_ABOVE)..=at).find(|i| text.is_char_boundary(*i))?;
    let above = &text[start..at];
    match language {
        Language::CSharp => extension(above),
        Language::Go | Language::Rust | Language::JavaScript | Language::Python => at_margin(above, text, at, language),
        _ => None,
    }
}

/// `func name(`, `fn name(`, `def name(`, `function name(` at the margin, with nothing at the margin after it.
fn at_margin<'t>(above: &'t str, text: &'t str, at: usize, language: Language) -> Option<&'t str> {
    static GO: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^func (?:\((?:\w+ )?\*?(\w+)(?:\[[^\])]*\])?\) )?(\w+)").expect("a sound pattern")
    });
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        let head = r"^(?:pub(?:\([a-z]+\))? |export |async |unsafe |const )*(?:fn|def|function) (\w+)";
        Regex::new(head).expect("a sound pattern")
    });
    let closes = |line: &str| match language {
        Language::Python => line.starts_with(|c: char| !c.is_whitespace() && !"#)]}".contains(c)),
        // A list of parameters over several lines ends at the margin, too.
        _ => line.starts_with(|c: char| !c.is_whitespace() && !"/)]".contains(c)) && !line.starts_with("} else"),
    };
    // The place may stand in the head itself, as the type of a parameter does.
    let mut end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let offset = at - above.len();
    let (line, before) = loop {
        let start = text[offset..end].rfind('\n').map(|newline| offset + newline);
        // The first line of what is looked at may be cut.
        let line = &text[start.map_or(offset, |newline| newline + 1)..end];
        if closes(line) && (start.is_some() || offset == 0) {
            let before = start.map_or("", |newline| text[offset..newline].rsplit('\n').next().unwrap_or_default());
            break (line, before);
        }
        end = start?;
    };
    if language == Language::Go {
        let found = GO.captures(line)?;
        let (own, of) = (found.get(2)?.as_str(), found.get(1).map(|t| t.as_str()));
        return match of {
            Some(of) if own.starts_with(|c: char| c.is_ascii_uppercase()) => Some(of),
            None if matches!(own, "main" | "init") => None,
            _ => Some(own),
        };
    }
    let own = PLAIN.captures(line)?.get(1)?.as_str();
    let hooked = own == "main" || language == Language::Python && HOOKS.contains(&own);
    (!hooked && !before.starts_with(['@', '#'])).then_some(own)
}

/// Whether a use of C# stands under `if (app.Environment.IsDevelopment())`.
pub(super) fn is_for_developers(text: &str, at: usize) -> bool {
    let start = (at.saturating_sub(400)..=at).find(|i| text.is_char_boundary(*i)).unwrap_or(at);
    let above = &text[start..at];
    let Some(asks) = above.rfind("IsDevelopment()") else { return false };
    let line = above[..asks].rsplit('\n').next().unwrap_or_default().trim_start();
    let between = &above[asks..];
    let depth = between.matches('{').count().checked_sub(between.matches('}').count());
    // Without braces, the next statement alone.
    let held = depth.is_some_and(|d| d > 0) || !between.contains(['{', '}', ';']);
    line.starts_with("if") && !line.contains('!') && held
}

/// The method of C# around a place that extends another type.
fn extension(above: &str) -> Option<&str> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^([ \t]*)[\w ]*\bstatic [^(\n=;]*?\b(\w+)(?:<[^>(\n]*>)?\(\s*this ").expect("a sound pattern")
    });
    let head = HEAD.captures_iter(above).last()?;
    let (indent, own) = (head.get(1)?.as_str(), head.get(2)?.as_str());
    let end = format!("\n{indent}}}");
    (!above[head.get(0)?.end()..].contains(&end)).then_some(own)
}
