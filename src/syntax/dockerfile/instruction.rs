//! A logical line → an instruction with its flags and typed body, refused where BuildKit refuses it.

use std::ops::Range;

use super::flag;
use super::heredoc;
use super::lines::Logical;
use super::words;
use super::{Body, Command, Flag, Form, Heredoc, Instruction, Pair};
use crate::source::{At, Span};
use crate::syntax::spliced::Spliced;

struct Reader<'l> {
    line: &'l Spliced,
    heredocs: &'l [Heredoc],
    escape: char,
    /// The instruction's arguments behind its flags.
    args: Range<usize>,
    name: String,
}

/// What ends a keyword: ASCII blanks alone.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\x0B' | '\x0C' | '\r' | ' ')
}

type Parsed<T> = Result<T, At<String>>;

pub(super) fn parse(logical: &Logical, escape: char, errors: &mut Vec<At<String>>) -> Instruction {
    let line = &logical.text;
    let shown = line.text.trim_end();
    let start = line.text.len() - line.text.trim_start().len();
    let mut instruction = at(line, start..shown.len(), &logical.heredocs, escape, errors);
    // It begins where its first line does, even where that holds nothing but the continuation.
    instruction.span = line.span.to(instruction.span);
    if let Some(last) = logical.heredocs.last() {
        instruction.span = instruction.span.to(last.content.span);
    }
    instruction
}

fn at(
    line: &Spliced,
    range: Range<usize>,
    heredocs: &[Heredoc],
    escape: char,
    errors: &mut Vec<At<String>>,
) -> Instruction {
    let text = &line.text[range.clone()];
    let keyword_end = text.find(is_blank).unwrap_or(text.len());
    let name = text[..keyword_end].to_ascii_lowercase();
    let keyword = At::new(name.clone(), line.span(range.start, range.start + keyword_end));
    let mut reader = Reader { line, heredocs, escape, args: range.start + keyword_end..range.end, name };
    let span = line.span(range.start, range.end);
    let flags = reader.flags(errors);
    let body = match reader.body(errors) {
        Ok(body) => body,
        Err(error) => {
            errors.push(error);
            Body::Invalid
        }
    };
    Instruction { span, keyword, flags, body }
}

impl Reader<'_> {
    fn text(&self) -> &str {
        &self.line.text[self.args.clone()]
    }

    fn span(&self, range: &Range<usize>) -> Span {
        self.line.span(range.start, range.end)
    }

    fn whole(&self) -> Span {
        self.line.span
    }

    fn trim(&mut self) {
        let text = self.text();
        let (left, right) = (text.len() - text.trim_start().len(), text.trim_end().len());
        self.args = self.args.start + left..self.args.start + right.max(left);
    }

    fn error<T>(&self, message: impl Into<String>) -> Parsed<T> {
        Err(At::new(message.into(), self.whole()))
    }

    fn upper(&self) -> String {
        self.name.to_uppercase()
    }

    fn flags(&mut self, errors: &mut Vec<At<String>>) -> Vec<Flag> {
        let mut flags: Vec<Flag> = Vec::new();
        self.trim();
        while self.text().starts_with("--") {
            let Some(word) = words::raw(self.text(), self.escape).into_iter().next() else { break };
            let range = self.args.start + word.start..self.args.start + word.end;
            let raw = self.line.text[range.clone()].to_owned();
            self.args.start = range.end;
            self.trim();
            if raw == "--" {
                break;
            }
            let raw = words::unquote(&raw[2..], self.escape);
            let (name, value) = raw.split_once('=').map_or((raw.as_str(), None), |(n, v)| (n, Some(v.to_owned())));
            let span = self.span(&range);
            // BuildKit does not look at the flags of the first two; an instruction that does not exist is said so once.
            let unread = matches!(self.name.as_str(), "arg" | "stopsignal") || self.is_no_healthcheck();
            if !unread && KEYWORDS.contains(&self.name.as_str()) {
                let again = flags.iter().any(|f| f.name == name);
                let wrong = flag::wrong(&self.name, name, value.as_deref(), again);
                errors.extend(wrong.into_iter().map(|wrong| At::new(wrong, span)));
            }
            flags.push(Flag { name: name.to_owned(), value, span });
        }
        flags
    }

    /// `HEALTHCHECK NONE`, whatever flags stand in front.
    fn is_no_healthcheck(&self) -> bool {
        self.name == "healthcheck" && words::behind_flags(self.text()).trim().eq_ignore_ascii_case("none")
    }

    fn body(&mut self, errors: &mut Vec<At<String>>) -> Parsed<Body> {
        self.trim();
        Ok(match self.name.as_str() {
            "from" => self.from()?,
            "arg" => Body::Arg(self.args_list()?),
            "env" => Body::Env(self.name_values()?),
            "label" => Body::Label(self.name_values()?),
            "run" => Body::Run(self.run()?),
            "cmd" => Body::Cmd(self.command()?),
            "entrypoint" => Body::Entrypoint(self.command()?),
            "shell" => match self.json()? {
                Some(words) if !words.is_empty() => Body::Shell(words),
                Some(_) => return self.error("`SHELL` requires at least one argument"),
                None => return self.error("`SHELL` requires its arguments as a JSON array"),
            },
            "copy" | "add" => self.copy()?,
            "expose" => Body::Expose(self.some(self.plain_words())?),
            "volume" => {
                let words = match self.json()? {
                    Some(words) => words,
                    None => self.plain_words(),
                };
                let words = self.some(words)?;
                if words.iter().any(|w| w.value.trim().is_empty()) {
                    return self.error("`VOLUME` names an empty path");
                }
                Body::Volume(words)
            }
            "user" => Body::User(self.one()?),
            "workdir" => Body::Workdir(self.one()?),
            "stopsignal" => Body::StopSignal(self.one()?),
            "maintainer" => Body::Maintainer(self.one()?),
            "healthcheck" => self.healthcheck()?,
            "onbuild" => self.onbuild(errors)?,
            "" => Body::Invalid,
            name => {
                let message = match nearest(name) {
                    Some(near) => format!("`{}` is no instruction: is it `{}`?", self.upper(), near.to_uppercase()),
                    None => format!("`{}` is no instruction", self.upper()),
                };
                return self.error(message);
            }
        })
    }

    /// Words split at white space, quotes being ordinary characters.
    fn plain_words(&self) -> Vec<At<String>> {
        let text = self.text();
        let mut found = Vec::new();
        let mut at = 0;
        for word in text.split_whitespace() {
            let start = at + text[at..].find(word).unwrap_or(0);
            at = start + word.len();
            let range = self.args.start + start..self.args.start + at;
            found.push(At::new(word.to_owned(), self.span(&range)));
        }
        found
    }

    fn some(&self, words: Vec<At<String>>) -> Parsed<Vec<At<String>>> {
        if words.is_empty() {
            self.error(format!("`{}` requires at least one argument", self.upper()))
        } else {
            Ok(words)
        }
    }

    fn one(&self) -> Parsed<At<String>> {
        if self.text().is_empty() {
            return self.error(format!("`{}` requires exactly one argument", self.upper()));
        }
        Ok(At::new(self.text().to_owned(), self.span(&self.args)))
    }

    /// The words of a JSON array; nothing where the arguments are no JSON, which makes them a shell's.
    fn json(&self) -> Parsed<Option<Vec<At<String>>>> {
        let Some(items) = words::json(self.text()) else { return Ok(None) };
        let mut found = Vec::new();
        for item in items {
            let Some((value, range)) = item else {
                return self.error(format!("the JSON array of `{}` holds something that is no string", self.upper()));
            };
            let range = self.args.start + range.start..self.args.start + range.end;
            found.push(At::new(value, self.span(&range)));
        }
        Ok(Some(found))
    }

    fn from(&self) -> Parsed<Body> {
        let words = self.plain_words();
        match words.as_slice() {
            [image] => Ok(Body::From { image: image.clone(), name: None }),
            [image, r#as, name] if r#as.value.eq_ignore_ascii_case("as") => {
                let lower = name.value.to_ascii_lowercase();
                let sound = lower.starts_with(|c: char| c.is_ascii_lowercase())
                    && lower
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
                if !sound {
                    return Err(At::new(format!("`{}` is no name for a build stage", name.value), name.span));
                }
                Ok(Body::From { image: image.clone(), name: Some(At::new(lower, name.span)) })
            }
            _ => self.error("`FROM` takes an image, or an image, `AS` and a name"),
        }
    }

    fn ranges(&self) -> Vec<Range<usize>> {
        let start = self.args.start;
        words::pairs(self.text(), self.escape).into_iter().map(|w| start + w.start..start + w.end).collect()
    }

    fn pair(&self, range: &Range<usize>) -> Pair {
        let word = &self.line.text[range.clone()];
        match word.find('=') {
            Some(at) => {
                let (name, value) = (range.start..range.start + at, range.start + at + 1..range.end);
                Pair {
                    name: At::new(words::unquote(&self.line.text[name.clone()], self.escape), self.span(&name)),
                    value: Some(At::new(self.line.text[value.clone()].to_owned(), self.span(&value))),
                }
            }
            None => Pair { name: At::new(words::unquote(word, self.escape), self.span(range)), value: None },
        }
    }

    fn args_list(&self) -> Parsed<Vec<Pair>> {
        let pairs: Vec<Pair> = self.ranges().iter().map(|range| self.pair(range)).collect();
        if pairs.is_empty() {
            return self.error("`ARG` requires at least one argument");
        }
        if self.ranges().iter().any(|range| self.line.text[range.clone()].starts_with('=')) {
            return self.error("`ARG` names nothing before the `=`");
        }
        Ok(pairs)
    }

    /// `ENV a=1 b=2`, or the old `ENV a the rest`.
    fn name_values(&self) -> Parsed<Vec<Pair>> {
        let ranges = self.ranges();
        let Some(first) = ranges.first() else {
            return self.error(format!("`{}` requires at least one argument", self.upper()));
        };
        if !self.line.text[first.clone()].contains('=') {
            let text = self.text();
            let name_end = text.find(is_blank).unwrap_or(text.len());
            let value = text[name_end..].trim_start();
            if value.is_empty() {
                return self.error(format!("`{}` must have two arguments", self.upper()));
            }
            let name = self.args.start..self.args.start + name_end;
            let value = self.args.end - value.len()..self.args.end;
            return Ok(vec![Pair {
                name: At::new(self.line.text[name.clone()].to_owned(), self.span(&name)),
                value: Some(At::new(self.line.text[value.clone()].to_owned(), self.span(&value))),
            }]);
        }
        for range in &ranges {
            let word = &self.line.text[range.clone()];
            if !word.contains('=') {
                return Err(At::new(format!("`{word}` has no `=`: it must read name=value"), self.span(range)));
            }
            if word.starts_with('=') {
                return Err(At::new(format!("`{}` names nothing before the `=`", self.upper()), self.span(range)));
            }
        }
        Ok(ranges.iter().map(|range| self.pair(range)).collect())
    }

    fn command(&self) -> Parsed<Command> {
        let form = match self.json()? {
            Some(words) => Form::Exec(words),
            None => Form::Shell(self.line.part(self.args.start, self.args.end)),
        };
        Ok(Command { span: self.span(&self.args), form, heredocs: Vec::new() })
    }

    fn run(&self) -> Parsed<Command> {
        Ok(Command { heredocs: self.heredocs.to_vec(), ..self.command()? })
    }

    fn copy(&self) -> Parsed<Body> {
        let mut words = match self.json()? {
            Some(words) => words,
            None => self.plain_words(),
        };
        if words.len() < 2 {
            return self.error(format!("`{}` requires at least two arguments", self.upper()));
        }
        let target = words.pop().expect("there are two");
        if !heredoc::find(&target.value).is_empty() {
            return self.error(format!("`{}` cannot copy to a heredoc", self.upper()));
        }
        let sources = words.into_iter().filter(|w| !w.value.starts_with("<<") || self.heredocs.is_empty()).collect();
        Ok(Body::Copy { sources, target, heredocs: self.heredocs.to_vec() })
    }

    fn healthcheck(&mut self) -> Parsed<Body> {
        let text = self.text();
        let kind_end = text.find(char::is_whitespace).unwrap_or(text.len());
        match text[..kind_end].to_ascii_uppercase().as_str() {
            "NONE" if matches!(text[kind_end..].trim(), "" | "[]") => Ok(Body::Healthcheck(None)),
            "NONE" => self.error("`HEALTHCHECK NONE` takes no arguments"),
            "CMD" => {
                self.args.start += kind_end;
                self.trim();
                if self.text().is_empty() {
                    return self.error("`HEALTHCHECK CMD` names no command");
                }
                match self.json()? {
                    Some(words) if words.is_empty() => self.error("`HEALTHCHECK CMD` names no command"),
                    _ => Ok(Body::Healthcheck(Some(self.command()?))),
                }
            }
            "" => self.error("`HEALTHCHECK` requires at least one argument"),
            other => self.error(format!("`HEALTHCHECK {other}` is unknown: it takes `CMD` or `NONE`")),
        }
    }

    fn onbuild(&self, errors: &mut Vec<At<String>>) -> Parsed<Body> {
        if self.text().is_empty() {
            return self.error("`ONBUILD` requires at least one argument");
        }
        let trigger = self.text().split(is_blank).next().unwrap_or_default().to_ascii_uppercase();
        if matches!(trigger.as_str(), "ONBUILD" | "FROM" | "MAINTAINER") {
            return self.error(format!("`{trigger}` is not allowed as an `ONBUILD` trigger"));
        }
        // Of a trigger, BuildKit checks the grammar alone; the rest comes up where it is triggered.
        let mut ignored = Vec::new();
        let inner = at(self.line, self.args.clone(), self.heredocs, self.escape, &mut ignored);
        let grammar = matches!(inner.keyword.value.as_str(), "env" | "label");
        errors.extend(
            ignored
                .into_iter()
                .filter(|e| grammar && !e.value.contains("at least") || e.value.contains("JSON array of")),
        );
        Ok(Body::OnBuild(Box::new(inner)))
    }
}

const KEYWORDS: &[&str] = &[
    "from",
    "arg",
    "env",
    "label",
    "run",
    "cmd",
    "entrypoint",
    "shell",
    "copy",
    "add",
    "expose",
    "volume",
    "user",
    "workdir",
    "stopsignal",
    "maintainer",
    "healthcheck",
    "onbuild",
];

fn nearest(word: &str) -> Option<&'static str> {
    crate::spelling::nearest(word, KEYWORDS.iter().copied())
}
