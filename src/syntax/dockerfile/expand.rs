//! Variables in a Dockerfile: `$NAME`, `${NAME:-default}`, with what is known of each name at that line.

use std::collections::BTreeMap;

use super::{Body, Dockerfile, Pair};
use crate::fact::Fact;
use crate::source::At;
use crate::syntax::MAX_EXPANDED;

/// The variables in force at one line of a Dockerfile.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    vars: BTreeMap<String, Fact<String>>,
    /// The base image may bring more: an unset name is unknown, not empty.
    open: bool,
}

/// Build arguments that BuildKit sets by itself.
const PREDEFINED: &[&str] = &[
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
];

impl Environment {
    /// What `FROM` lines see: the `ARG`s before the first of them.
    #[must_use]
    pub fn global(file: &Dockerfile) -> Self {
        let mut environment = Self::default();
        for name in PREDEFINED {
            environment.vars.insert((*name).to_owned(), Fact::Unknown);
        }
        for instruction in file.preamble() {
            if let Body::Arg(pairs) = &instruction.body {
                for pair in pairs {
                    let value = environment.argument(pair, file.escape);
                    environment.vars.insert(pair.name.value.clone(), value);
                }
            }
        }
        environment
    }

    /// What the stage sees at its end, the stages it is built on included.
    #[must_use]
    pub fn of_stage(file: &Dockerfile, stage: usize) -> Self {
        let global = Self::global(file);
        let mut environment = Self { vars: BTreeMap::new(), open: true };
        for part in file.lineage(stage) {
            // Build arguments end with their stage; ENV goes on. One scope is near enough: names are rarely both.
            for instruction in file.stage(part) {
                environment.apply(&instruction.body, &global, file.escape);
            }
        }
        environment
    }

    /// Takes in what one instruction sets.
    pub fn apply(&mut self, body: &Body, global: &Self, escape: char) {
        match body {
            Body::Arg(pairs) => {
                for pair in pairs {
                    let value = match (&pair.value, global.vars.get(&pair.name.value)) {
                        (None, Some(value)) => value.clone(),
                        _ => self.argument(pair, escape),
                    };
                    self.vars.insert(pair.name.value.clone(), value);
                }
            }
            Body::Env(pairs) => {
                // All values of one ENV see the variables before it.
                let values: Vec<_> =
                    pairs.iter().map(|p| p.value.as_ref().map(|v| self.expand(&v.value, escape))).collect();
                for (pair, value) in pairs.iter().zip(values) {
                    self.vars.insert(pair.name.value.clone(), value.unwrap_or(Fact::Unknown));
                }
            }
            _ => {}
        }
    }

    fn argument(&self, pair: &Pair, escape: char) -> Fact<String> {
        match &pair.value {
            // An argument without a default has to come from the build's command line.
            None => Fact::Unknown,
            Some(At { value, .. }) => match self.expand(value, escape) {
                Fact::Known(text) => Fact::Assumed(text),
                other => other,
            },
        }
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact<String>> {
        self.vars.get(name)
    }

    /// The word without quotes, its variables filled in.
    #[must_use]
    pub fn expand(&self, word: &str, escape: char) -> Fact<String> {
        let mut out = String::new();
        let mut assumed = false;
        let mut quote: Option<char> = None;
        let chars: Vec<char> = word.chars().collect();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            at += 1;
            match (quote, c) {
                (None, '\'' | '"') => quote = Some(c),
                (Some(q), _) if c == q => quote = None,
                (Some('\''), _) => out.push(c),
                (_, _) if c == escape => {
                    if let Some(&next) = chars.get(at) {
                        if quote == Some('"') && next != '"' && next != '$' && next != escape {
                            out.push(c);
                        }
                        out.push(next);
                        at += 1;
                    }
                }
                (_, '$') => match self.variable(&chars, &mut at, escape) {
                    Some(Fact::Known(text)) => out += &text,
                    Some(Fact::Assumed(text)) => {
                        assumed = true;
                        out += &text;
                    }
                    Some(Fact::Unknown) => return Fact::Unknown,
                    None => out.push('$'),
                },
                _ => out.push(c),
            }
            if out.len() > MAX_EXPANDED {
                return Fact::Unknown;
            }
        }
        if assumed { Fact::Assumed(out) } else { Fact::Known(out) }
    }

    /// The value of the variable behind a `$` at `at`; nothing where no name follows.
    fn variable(&self, chars: &[char], at: &mut usize, escape: char) -> Option<Fact<String>> {
        let name_at =
            |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').count();
        if chars.get(*at) != Some(&'{') {
            let length = name_at(*at);
            if length == 0 {
                return None;
            }
            let name: String = chars[*at..*at + length].iter().collect();
            *at += length;
            return Some(self.lookup(&name));
        }
        let length = name_at(*at + 1);
        let name: String = chars[*at + 1..*at + 1 + length].iter().collect();
        let rest = *at + 1 + length;
        let mut depth = 1;
        let mut end = rest;
        while let Some(&c) = chars.get(end) {
            match c {
                '{' if chars[end - 1] == '$' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            end += 1;
        }
        *at = (end + 1).min(chars.len());
        let modifier: String = chars[rest..end.max(rest)].iter().collect();
        let value = self.lookup(&name);
        let (op, word) = match modifier.strip_prefix(':').unwrap_or(&modifier).chars().next() {
            None => return Some(value),
            Some(op) => {
                let colon = usize::from(modifier.starts_with(':'));
                (op, &modifier[(colon + op.len_utf8()).min(modifier.len())..])
            }
        };
        let unset = match &value {
            Fact::Known(text) | Fact::Assumed(text) => text.is_empty(),
            Fact::Unknown => return Some(Fact::Unknown),
        };
        Some(match op {
            '-' if unset => self.expand(word, escape),
            '+' if unset => Fact::Known(String::new()),
            '+' => self.expand(word, escape),
            '-' | '?' => value,
            // Pattern removal and replacement.
            _ => Fact::Unknown,
        })
    }

    fn lookup(&self, name: &str) -> Fact<String> {
        match self.vars.get(name) {
            Some(value) => value.clone(),
            None if self.open => Fact::Unknown,
            None => Fact::Known(String::new()),
        }
    }
}
