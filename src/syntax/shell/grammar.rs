//! The grammar: lists, pipelines, compound commands, redirections, here-documents.

use super::{Assignment, Command, Redirect, Script, Statement, Word};
use crate::source::Span;
use crate::syntax::spliced::Spliced;

/// Deeper nesting is given up: nobody writes it by hand.
const MAX_DEPTH: usize = 100;

pub(super) struct Parser<'t> {
    source: &'t Spliced,
    pub(super) at: usize,
    pub(super) end: usize,
    depth: usize,
    pub(super) broken: bool,
    /// Here-documents announced on this line: terminator, tabs cut.
    pending: Vec<(String, bool)>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(source: &'t Spliced, start: usize, end: usize) -> Self {
        Self { source, at: start, end, depth: 0, broken: false, pending: Vec::new() }
    }

    pub(super) fn text(&self) -> &'t str {
        &self.source.text
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.source.text[self.at.min(self.end)..self.end]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.source.span(start, end)
    }

    /// The script between two places of the same text, as in `$(…)`.
    pub(super) fn inner(&mut self, start: usize, end: usize) -> Script {
        if self.depth >= MAX_DEPTH {
            self.broken = true;
            return Script { statements: Vec::new(), broken: true };
        }
        let mut parser = Parser { depth: self.depth + 1, ..Parser::new(self.source, start, end) };
        parser.script()
    }

    pub(super) fn script(&mut self) -> Script {
        let mut statements = Vec::new();
        while self.at < self.end {
            let before = self.at;
            statements.extend(self.list(&[]));
            if self.at == before {
                // Something no list can start with, such as a stray `)`: go on behind it.
                self.broken = true;
                self.bump();
            }
        }
        Script { statements, broken: self.broken }
    }

    /// Skips blanks, continued lines and comments.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => {
                    self.bump();
                }
                Some('\\') if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => {
                    self.bump();
                    while self.bump().is_some_and(|c| c != '\n') {}
                }
                Some('#') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.bump();
                    }
                }
                _ => return,
            }
        }
    }

    /// Skips blanks, line ends, and the here-documents that begin behind a line end.
    pub(super) fn lines(&mut self) {
        loop {
            self.blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.bump();
            for (name, chomp) in std::mem::take(&mut self.pending) {
                self.here_document(&name, chomp);
            }
        }
    }

    fn here_document(&mut self, name: &str, chomp: bool) {
        while self.at < self.end {
            let rest = self.rest();
            let (line, length) = rest.find('\n').map_or((rest, rest.len()), |n| (&rest[..n], n + 1));
            self.at += length;
            let line = line.trim_end_matches('\r');
            if (if chomp { line.trim_start_matches('\t') } else { line }) == name {
                return;
            }
        }
    }

    /// Whether a reserved word stands here, as a word of its own.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.rest().strip_prefix(word).is_some_and(|rest| {
            rest.chars()
                .next()
                .is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>'))
        })
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn expect(&mut self, word: &str) {
        self.lines();
        if !self.take_word(word) {
            self.broken = true;
        }
    }

    /// Statements up to one of `stops`, a closing bracket, or the end.
    pub(super) fn list(&mut self, stops: &[&str]) -> Vec<Statement> {
        let mut statements = Vec::new();
        if self.depth >= MAX_DEPTH {
            self.broken = true;
            self.at = self.end;
            return statements;
        }
        self.depth += 1;
        loop {
            self.lines();
            while self.peek() == Some(';') && !self.rest().starts_with(";;") {
                self.bump();
                self.lines();
            }
            let stop = stops.iter().any(|s| self.at_word(s)) || self.rest().starts_with(";;");
            if stop || matches!(self.peek(), None | Some(')')) {
                break;
            }
            let before = self.at;
            let Some(statement) = self.and_or() else {
                if self.at == before {
                    self.broken = true;
                    self.bump();
                }
                continue;
            };
            self.blanks();
            if self.peek() == Some('&') && !self.rest().starts_with("&&") {
                self.bump();
                statements.push(Statement::Background(Box::new(statement)));
            } else {
                statements.push(statement);
            }
        }
        self.depth -= 1;
        statements
    }

    fn and_or(&mut self) -> Option<Statement> {
        let mut left = self.pipeline()?;
        loop {
            self.blanks();
            let and = self.rest().starts_with("&&");
            if !and && !self.rest().starts_with("||") {
                return Some(left);
            }
            self.at += 2;
            self.lines();
            let Some(right) = self.pipeline() else {
                self.broken = true;
                return Some(left);
            };
            left = if and {
                Statement::And(Box::new(left), Box::new(right))
            } else {
                Statement::Or(Box::new(left), Box::new(right))
            };
        }
    }

    fn pipeline(&mut self) -> Option<Statement> {
        self.blanks();
        while self.at_word("!") || self.at_word("time") {
            self.at += if self.at_word("!") { 1 } else { 4 };
            self.blanks();
        }
        let first = self.command()?;
        let mut parts = vec![first];
        loop {
            self.blanks();
            if !self.rest().starts_with('|') || self.rest().starts_with("||") {
                break;
            }
            self.bump();
            if self.peek() == Some('&') {
                self.bump();
            }
            self.lines();
            let Some(part) = self.command() else {
                self.broken = true;
                break;
            };
            parts.push(part);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Statement::Pipeline(parts)) }
    }

    pub(super) fn simple(&mut self) -> Option<Command> {
        let start = self.at;
        let mut command = Command {
            span: self.span(start, start),
            assignments: Vec::new(),
            words: Vec::new(),
            redirects: Vec::new(),
        };
        let mut last = start;
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect() {
                command.redirects.push(redirect);
                last = self.at;
                continue;
            }
            let begin = self.at;
            let word = self.word();
            if self.at == begin {
                break;
            }
            last = self.at;
            match assignment(&word).filter(|_| command.words.is_empty()) {
                Some((name, offset)) => {
                    let literal = word.literal.as_ref().map(|_| unassigned(&word));
                    let value = Word {
                        raw: word.raw[offset..].to_owned(),
                        literal,
                        span: Some(self.span(begin + offset, last)),
                        ..word
                    };
                    command.assignments.push(Assignment { name, value });
                }
                None => command.words.push(word),
            }
        }
        if last == start {
            return None;
        }
        command.span = self.span(start, last);
        Some(command)
    }

    pub(super) fn redirects(&mut self) -> Vec<Redirect> {
        let mut found = Vec::new();
        loop {
            self.blanks();
            match self.redirect() {
                Some(redirect) => found.push(redirect),
                None => return found,
            }
        }
    }

    fn redirect(&mut self) -> Option<Redirect> {
        const OPERATORS: &[&str] = &["&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">&", ">|", ">", "<"];
        let start = self.at;
        let rest = self.rest();
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let op = OPERATORS.iter().find(|op| rest[digits..].starts_with(**op))?;
        // `<(…)` and `>(…)` are words of their own.
        let process = digits == 0 && matches!(*op, "<" | ">") && rest[1..].starts_with('(');
        self.at += digits + op.len();
        if process {
            let inner = self.at + 1;
            let end = self.skip_balanced('(', ')').max(inner);
            let script = self.inner(inner, end);
            let span = self.span(start, self.at);
            let raw = self.text()[start..self.at].to_owned();
            let target = Word { raw, substitutions: vec![script], span: Some(span), ..Word::default() };
            return Some(Redirect { fd: None, op: (*op).to_owned(), target, span });
        }
        self.blanks();
        let target = self.word();
        if matches!(*op, "<<" | "<<-") {
            let name: String = target.raw.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
            self.pending.push((name, *op == "<<-"));
        }
        let fd = rest[..digits].parse().ok().or(match *op {
            "&>" | "&>>" => None,
            op if op.starts_with('>') => Some(1),
            _ => Some(0),
        });
        let span = self.span(start, self.at);
        Some(Redirect { fd, op: (*op).to_owned(), target, span })
    }
}

/// `NAME=…` or `NAME+=…`: the name and where the value starts.
fn assignment(word: &Word) -> Option<(String, usize)> {
    let at = word.raw.find('=')?;
    let name = word.raw[..at].trim_end_matches('+');
    let name = name.split('[').next().unwrap_or(name);
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    sound.then(|| (name.to_owned(), at + 1))
}

fn unassigned(word: &Word) -> String {
    word.literal.as_deref().and_then(|text| text.split_once('=')).map(|(_, value)| value.to_owned()).unwrap_or_default()
}
