//! A page's example → the findings it marks and the findings that the rules make of it.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::rules::page::{Example, ExampleFile};
use crate::source::Tracking;
use crate::violation::Severity;
use crate::{Input, Outcome};

/// One expected or actual finding of an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub path: String,
    /// 1-based, in the file as it is linted: without the marks.
    pub line: usize,
    /// Where it differs from the page's.
    pub severity: Option<Severity>,
    pub message: String,
}

/// Files by path, with what git thinks of each.
type Files = BTreeMap<String, (Vec<u8>, Tracking)>;

/// The files of an example without their marks, and the marks.
#[must_use]
pub fn strip(example: &Example) -> (Files, Vec<Mark>) {
    let mut files = BTreeMap::new();
    let mut marks = Vec::new();
    for file in &example.files {
        let (text, found) = strip_file(file);
        marks.extend(found);
        let text = if file.attributes.iter().any(|a| a == "crlf") { text.replace('\n', "\r\n") } else { text };
        let text = if file.attributes.iter().any(|a| a == "nul") { format!("{text}\0") } else { text };
        let has = |word: &str| file.attributes.iter().any(|a| a == word);
        let tracking = if !example.repository {
            Tracking::NoRepository
        } else if has("untracked") {
            Tracking::Untracked
        } else if has("ignored") {
            Tracking::Ignored
        } else {
            Tracking::Tracked { executable: has("executable") }
        };
        files.insert(file.path.clone(), (text.into_bytes(), tracking));
    }
    marks.sort();
    (files, marks)
}

/// The mark in a line: what stands in front of it, its severity, its words.
#[must_use]
pub fn mark_in(line: &str) -> Option<(&str, Option<Severity>, &str)> {
    let (at, rest) =
        ["# finding", "// finding"].iter().find_map(|m| line.find(m).map(|at| (at, &line[at + m.len()..])))?;
    let (severity, message) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (word, message) = rest.split_once("]: ")?;
            (Some(Severity::parse(word)?), message)
        }
        None => (None, rest.strip_prefix(": ")?),
    };
    Some((line[..at].trim_end(), severity, message))
}

fn strip_file(file: &ExampleFile) -> (String, Vec<Mark>) {
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut number = 1;
    for line in file.text.lines() {
        match mark_in(line) {
            Some((before, severity, message)) => {
                marks.push(Mark { path: file.path.clone(), line: number, severity, message: message.to_owned() });
                if before.trim().is_empty() {
                    continue;
                }
                text += before;
            }
            None => text += line,
        }
        text.push('\n');
        number += 1;
    }
    (text, marks)
}

/// Runs an example through the whole path; only the rules that `config` asks for.
#[must_use]
pub fn run(example: &Example, config: &Config) -> Outcome {
    let (files, _) = strip(example);
    crate::judge(Input::Memory(files), config)
}

/// What the run says, as marks.
#[must_use]
pub fn marks(outcome: &Outcome, rule: &str) -> Vec<Mark> {
    let mut marks: Vec<Mark> = outcome
        .findings
        .iter()
        .filter(|f| f.rule.name == rule)
        .map(|f| Mark {
            path: outcome.sources.path(f.violation.span.file).to_owned(),
            line: outcome.sources.place(f.violation.span.file, f.violation.span.start).line,
            severity: (f.severity != f.rule.severity()).then_some(f.severity),
            message: f.violation.message.clone(),
        })
        .collect();
    marks.sort();
    marks
}
