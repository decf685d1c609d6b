//! The outcome → bytes, in every format.

mod concise;
mod full;
mod github;
pub mod json;
mod sarif;

use std::io::{self, Write};

use crate::Outcome;
use crate::finding::Finding;
use crate::gate::{FactorVerdict, Word};
use crate::source::{Kind, Span};
use crate::stack::Role;
use crate::violation::Severity;

/// How a report is shown.
#[derive(Debug, Clone, Default)]
pub struct Style {
    pub color: bool,
    /// Put in front of paths: from where the user stands to the root.
    pub prefix: String,
    /// Nothing but the findings.
    pub quiet: bool,
    /// What was seen to be right and what could not be decided too.
    pub verbose: bool,
    /// Counts by factor and rule.
    pub statistics: bool,
    /// How long the run took, in milliseconds; nothing keeps the output the same every time.
    pub millis: Option<u128>,
}

/// A writer of one format.
pub type Report = fn(&Outcome, &Style, &mut dyn Write) -> io::Result<()>;

/// Every format by its name.
pub const FORMATS: &[(&str, Report)] = &[
    ("full", full::write),
    ("concise", concise::write),
    ("json", json::write),
    ("jsonl", json::write_lines),
    ("sarif", sarif::write),
    ("github", github::write),
];

/// The writer of a format.
#[must_use]
pub fn format(name: &str) -> Option<Report> {
    FORMATS.iter().find(|(known, _)| *known == name).map(|(_, report)| *report)
}

fn open(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    outcome.findings.iter().filter(|f| f.is_open())
}

fn count(outcome: &Outcome, severity: Severity) -> usize {
    open(outcome).filter(|f| f.severity == severity).count()
}

/// `path:line:column` as the user sees it.
fn place(outcome: &Outcome, style: &Style, span: Span) -> String {
    let place = outcome.sources.place(span.file, span.start);
    format!("{}{}:{}:{}", shown(&style.prefix), shown(outcome.sources.path(span.file)), place.line, place.column)
}

/// A name without what a terminal would obey.
fn shown(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

fn plural(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What was looked at and what came of it, in one line.
fn summary(outcome: &Outcome, style: &Style) -> String {
    let app = &outcome.app;
    let stacks = app.stacks_of(Role::Swarm).count();
    let composes = app.stacks_of(Role::Compose).count();
    let mut parts = Vec::new();
    if stacks > 0 {
        parts.push(plural(stacks, "stack"));
    }
    if composes > 0 {
        parts.push(plural(composes, "Compose file"));
    }
    if !app.dockerfiles.is_empty() {
        parts.push(plural(app.dockerfiles.len(), "Dockerfile"));
    }
    if !app.manifests.is_empty() {
        parts.push(plural(app.manifests.len(), "manifest"));
    }
    if !app.code.files.is_empty() {
        parts.push(plural(app.code.files.len(), "source file"));
    }
    if parts.is_empty() {
        parts.push(plural(outcome.sources.files().filter(|(_, f)| f.kind != Kind::Other).count(), "file"));
    }
    let time = style.millis.map(|ms| format!(" in {ms} ms")).unwrap_or_default();
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(|s| count(outcome, s));
    let suppressed = outcome.findings.iter().filter(|f| !f.is_open()).count();
    let hidden = if suppressed > 0 { format!(", {suppressed} suppressed") } else { String::new() };
    format!(
        "Checked {}{time}: {}, {}, {}{hidden}",
        parts.join(", "),
        plural(errors, "error"),
        plural(warnings, "warning"),
        plural(notes, "note"),
    )
}

/// A line for each factor that has something to say.
fn factors<'o>(outcome: &'o Outcome, style: &Style) -> Vec<&'o FactorVerdict> {
    outcome.verdict.factors.iter().filter(|f| style.verbose || matches!(f.word, Word::Fail | Word::AtRisk)).collect()
}

fn statistics(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: std::collections::BTreeMap<(crate::rules::Factor, &str), usize> = std::collections::BTreeMap::new();
    for finding in open(outcome) {
        *counts.entry((finding.rule.factor, finding.rule.name)).or_default() += 1;
    }
    for ((factor, rule), n) in counts {
        writeln!(out, "{n:>5}  {:<5}  {rule}", factor.numeral())?;
    }
    Ok(())
}
