//! Compound commands: groups, `if`, loops, `case`, functions, bracketed tests.

use super::grammar::Parser;
use super::{Command, Statement, Word};

impl Parser<'_> {
    pub(super) fn command(&mut self) -> Option<Statement> {
        self.blanks();
        let start = self.at;
        if self.rest().starts_with("((") {
            self.skip_balanced('(', ')');
            return Some(Statement::Command(self.opaque(start, "((")));
        }
        if self.peek() == Some('(') {
            self.bump();
            let body = self.list(&[]);
            if self.bump() != Some(')') {
                self.broken = true;
            }
            return Some(Statement::Subshell(body, self.redirects()));
        }
        if self.take_word("{") {
            let body = self.list(&["}"]);
            self.expect("}");
            return Some(Statement::Group(body, self.redirects()));
        }
        if self.take_word("[[") {
            while self.at < self.end && !self.at_word("]]") {
                if matches!(self.peek(), Some('"' | '\'' | '\\' | '$')) {
                    self.word();
                } else {
                    self.bump();
                }
            }
            self.take_word("]]");
            return Some(Statement::Command(self.opaque(start, "[[")));
        }
        if self.take_word("if") {
            return Some(self.if_statement());
        }
        if self.at_word("while") || self.at_word("until") {
            self.at += 5;
            let condition = self.list(&["do"]);
            let body = self.do_group();
            let span = self.span(start, self.at);
            return Some(Statement::Loop { condition, body, span });
        }
        if self.at_word("for") || self.at_word("select") {
            self.word();
            self.blanks();
            if self.rest().starts_with("((") {
                self.skip_balanced('(', ')');
            }
            while !self.at_word("do") && !matches!(self.peek(), None | Some('\n' | ';')) {
                let before = self.at;
                self.word();
                self.blanks();
                if self.at == before {
                    self.bump();
                }
            }
            if self.peek() == Some(';') {
                self.bump();
            }
            let body = self.do_group();
            let span = self.span(start, self.at);
            return Some(Statement::Loop { condition: Vec::new(), body, span });
        }
        if self.take_word("case") {
            return Some(self.case_statement());
        }
        let keyword = self.take_word("function");
        self.blanks();
        if let Some(name) = self.function_name(keyword) {
            self.lines();
            let body = match self.command() {
                Some(Statement::Group(body, _) | Statement::Subshell(body, _)) => body,
                Some(other) => vec![other],
                None => Vec::new(),
            };
            return Some(Statement::Function { name, body });
        }
        self.simple().map(Statement::Command)
    }

    /// A bracketed test as a command of one word.
    fn opaque(&mut self, start: usize, name: &str) -> Command {
        let span = self.span(start, self.at);
        let raw = self.text()[start..self.at].to_owned();
        let program =
            Word { raw: name.to_owned(), literal: Some(name.to_owned()), span: Some(span), ..Word::default() };
        let rest = Word { raw, span: Some(span), ..Word::default() };
        Command { span, assignments: Vec::new(), words: vec![program, rest], redirects: self.redirects() }
    }

    fn if_statement(&mut self) -> Statement {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.list(&["then"]);
            self.expect("then");
            let body = self.list(&["elif", "else", "fi"]);
            branches.push((condition, body));
            if !self.take_word("elif") {
                break;
            }
        }
        if self.take_word("else") {
            otherwise = self.list(&["fi"]);
        }
        self.expect("fi");
        self.redirects();
        Statement::If { branches, otherwise }
    }

    fn do_group(&mut self) -> Vec<Statement> {
        self.expect("do");
        let body = self.list(&["done"]);
        self.expect("done");
        self.redirects();
        body
    }

    fn case_statement(&mut self) -> Statement {
        self.blanks();
        let subject = self.word();
        self.expect("in");
        let mut arms = Vec::new();
        loop {
            self.lines();
            if self.at >= self.end || self.take_word("esac") {
                break;
            }
            // The patterns, up to their bracket.
            if self.peek() == Some('(') {
                self.bump();
            }
            let start = self.at;
            while let Some(c) = self.peek() {
                match c {
                    ')' => break,
                    '"' | '\'' | '$' | '\\' => {
                        self.word();
                    }
                    _ => {
                        self.bump();
                    }
                }
            }
            let patterns: Vec<String> =
                self.text()[start..self.at].split('|').map(|p| p.trim().trim_matches(['"', '\'']).to_owned()).collect();
            self.bump();
            arms.push((patterns, self.list(&["esac"])));
            self.lines();
            if self.rest().starts_with(";;") {
                self.at += 2;
                if self.peek() == Some('&') {
                    self.bump();
                }
            } else if self.peek() == Some(')') {
                self.broken = true;
                self.bump();
            }
        }
        self.redirects();
        Statement::Case { subject, arms }
    }

    /// `name()` in front of a body; with the word `function`, the brackets may be missing.
    fn function_name(&mut self, keyword: bool) -> Option<String> {
        let rest = self.rest();
        let length =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))).unwrap_or(rest.len());
        let name = &rest[..length];
        if name.is_empty() {
            return None;
        }
        let behind = rest[length..].trim_start_matches([' ', '\t']);
        let brackets =
            behind.strip_prefix('(').map(|b| b.trim_start_matches([' ', '\t'])).and_then(|b| b.strip_prefix(')'));
        match brackets {
            Some(body) => {
                self.at += rest.len() - body.len();
                Some(name.to_owned())
            }
            None if keyword => {
                self.at += length;
                Some(name.to_owned())
            }
            None => None,
        }
    }
}
