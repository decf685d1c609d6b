//! The characters of one word → its literal text, its variables and its substitutions.

use super::grammar::Parser;
use super::{Script, Variable, Word};

/// Collects a word while the parser walks over it.
#[derive(Default)]
struct Builder {
    literal: Option<String>,
    variables: Vec<Variable>,
    substitutions: Vec<Script>,
}

impl Builder {
    fn push(&mut self, c: char) {
        if let Some(text) = &mut self.literal {
            text.push(c);
        }
    }

    fn unknown(&mut self) {
        self.literal = None;
    }
}

impl Parser<'_> {
    /// Reads one word from here; empty where none starts.
    pub(super) fn word(&mut self) -> Word {
        let start = self.at;
        let mut builder = Builder { literal: Some(String::new()), ..Builder::default() };
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | ')' => break,
                '(' => {
                    // An array, an extended glob, or a function's parentheses, which the grammar asks for first.
                    if self.at == start {
                        break;
                    }
                    self.skip_balanced('(', ')');
                    builder.unknown();
                }
                '\\' => {
                    self.bump();
                    match self.bump() {
                        Some('\n') => {}
                        Some(c) => builder.push(c),
                        None => {}
                    }
                }
                '\'' => {
                    self.bump();
                    while let Some(c) = self.bump() {
                        if c == '\'' {
                            break;
                        }
                        builder.push(c);
                    }
                }
                '"' => {
                    self.bump();
                    self.double_quoted(&mut builder);
                }
                '$' => self.dollar(&mut builder),
                '`' => self.backticks(&mut builder),
                _ => {
                    self.bump();
                    builder.push(c);
                }
            }
        }
        let raw = self.text()[start..self.at].to_owned();
        let span = (self.at > start).then(|| self.span(start, self.at));
        let Builder { literal, variables, substitutions } = builder;
        Word { raw, literal, variables, substitutions, span }
    }

    fn double_quoted(&mut self, builder: &mut Builder) {
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.bump();
                    return;
                }
                '\\' => {
                    self.bump();
                    match self.bump() {
                        Some('\n') => {}
                        Some(c @ ('$' | '`' | '"' | '\\')) => builder.push(c),
                        Some(c) => {
                            builder.push('\\');
                            builder.push(c);
                        }
                        None => {}
                    }
                }
                '$' => self.dollar(builder),
                '`' => self.backticks(builder),
                _ => {
                    self.bump();
                    builder.push(c);
                }
            }
        }
        self.broken = true;
    }

    fn backticks(&mut self, builder: &mut Builder) {
        self.bump();
        let start = self.at;
        while let Some(c) = self.bump() {
            match c {
                '`' => {
                    let inner = self.inner(start, self.at - 1);
                    builder.substitutions.push(inner);
                    builder.unknown();
                    return;
                }
                '\\' => {
                    self.bump();
                }
                _ => {}
            }
        }
        self.broken = true;
    }

    fn dollar(&mut self, builder: &mut Builder) {
        self.bump();
        match self.peek() {
            Some('(') if self.rest().starts_with("((") => {
                self.skip_balanced('(', ')');
                builder.unknown();
            }
            Some('(') => {
                let start = self.at + 1;
                let end = self.skip_balanced('(', ')').max(start);
                let inner = self.inner(start, end);
                builder.substitutions.push(inner);
                builder.unknown();
            }
            Some('{') => {
                let start = self.at + 1;
                let end = self.skip_balanced('{', '}').max(start);
                let inner = self.text()[start..end].to_owned();
                let name_end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
                let (name, rest) = inner.split_at(name_end);
                let default =
                    rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-')).or_else(|| rest.strip_prefix(":="));
                let default = default.or_else(|| rest.strip_prefix('='));
                if !name.is_empty() {
                    let default = default.map(|d| d.trim_matches(['"', '\'']).to_owned());
                    builder.variables.push(Variable { name: name.to_owned(), default });
                }
                builder.unknown();
            }
            Some(c) if c.is_ascii_alphanumeric() || c == '_' => {
                let start = self.at;
                if c.is_ascii_digit() {
                    self.bump();
                } else {
                    while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
                        self.bump();
                    }
                }
                let name = self.text()[start..self.at].to_owned();
                builder.variables.push(Variable { name, default: None });
                builder.unknown();
            }
            Some(c @ ('@' | '*' | '#' | '?' | '!' | '-' | '$')) => {
                self.bump();
                builder.variables.push(Variable { name: c.to_string(), default: None });
                builder.unknown();
            }
            Some('\'' | '"') => {}
            _ => builder.push('$'),
        }
    }

    /// Goes behind the bracket that closes the one at this place, quotes and escapes left out of the count, and says
    /// where that bracket stands: the end of the text where there is none.
    pub(super) fn skip_balanced(&mut self, open: char, close: char) -> usize {
        let mut depth = 0_usize;
        while let Some(c) = self.bump() {
            match c {
                '\\' => {
                    self.bump();
                }
                '\'' => while self.bump().is_some_and(|c| c != '\'') {},
                '"' => {
                    while let Some(c) = self.bump() {
                        match c {
                            '\\' => {
                                self.bump();
                            }
                            '"' => break,
                            _ => {}
                        }
                    }
                }
                c if c == open => depth += 1,
                c if c == close => {
                    depth -= 1;
                    if depth == 0 {
                        return self.at - close.len_utf8();
                    }
                }
                _ => {}
            }
        }
        self.broken = true;
        self.at
    }
}
