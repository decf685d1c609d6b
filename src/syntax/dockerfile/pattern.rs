//! `.dockerignore`: which paths of a build context Docker leaves out.

use regex::Regex;

use crate::source::{At, FileId, Span};

/// The patterns of one `.dockerignore`, in their order.
#[derive(Debug, Default)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    regex: Regex,
    /// `!pattern`: what it matches is taken in again.
    negated: bool,
    at: At<String>,
}

impl IgnoreFile {
    /// It leaves nothing out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Reads the patterns as Docker does: `#` comments, `!` exceptions, `**` any depth, the last match wins.
    #[must_use]
    pub fn parse(file: FileId, text: &str) -> Self {
        let mut patterns = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let shown = line.trim_start_matches('\u{feff}').trim();
            let offset = start + line.find(shown).unwrap_or(0);
            start += line.len();
            if shown.is_empty() || shown.starts_with('#') {
                continue;
            }
            let (negated, pattern) = shown.strip_prefix('!').map_or((false, shown), |rest| (true, rest.trim()));
            let clean = clean(pattern);
            if let Ok(regex) = Regex::new(&to_regex(&clean)) {
                let at = At::new(shown.to_owned(), Span::new(file, offset, offset + shown.len()));
                patterns.push(Pattern { regex, negated, at });
            }
        }
        Self { patterns }
    }

    /// The pattern that leaves `path` (relative to the context) out; nothing where it is taken in.
    #[must_use]
    pub fn excludes(&self, path: &str) -> Option<&At<String>> {
        let mut verdict = None;
        let mut parents: Vec<&str> = path.match_indices('/').map(|(n, _)| &path[..n]).collect();
        parents.push(path);
        for pattern in &self.patterns {
            if parents.iter().any(|p| pattern.regex.is_match(p)) {
                verdict = (!pattern.negated).then_some(&pattern.at);
            }
        }
        verdict
    }
}

/// Go's filepath.Clean for a slash path, without the leading slash.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn to_regex(pattern: &str) -> String {
    let mut out = String::from("^");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                if chars.peek() == Some(&'/') {
                    chars.next();
                    out += "(.*/)?";
                } else {
                    out += ".*";
                }
            }
            '*' => out += "[^/]*",
            '?' => out += "[^/]",
            '\\' => out += &regex::escape(&chars.next().unwrap_or('\\').to_string()),
            '[' | ']' => out.push(c),
            c => out += &regex::escape(&c.to_string()),
        }
    }
    out + "$"
}
