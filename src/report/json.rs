//! JSON: the whole outcome, or one finding a line.

use std::io::{self, Write};

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::{Style, count};
use crate::Outcome;
use crate::finding::{Finding, Status};
use crate::source::{Sources, Span};
use crate::violation::Severity;

/// The document of `--format json`.
#[derive(Serialize, JsonSchema)]
pub struct Document<'o> {
    pub version: u32,
    pub tool: Tool,
    pub column_unit: &'static str,
    pub verdict: &'static str,
    pub summary: Summary,
    pub factors: Vec<FactorRow<'o>>,
    pub findings: Vec<Row<'o>>,
    pub errors: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub struct Summary {
    pub files: usize,
    pub error: usize,
    pub warning: usize,
    pub note: usize,
    pub suppressed: usize,
    pub baselined: usize,
    pub fixable: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct FactorRow<'o> {
    pub factor: &'static str,
    pub name: &'static str,
    pub verdict: &'static str,
    pub findings: usize,
    pub decided: usize,
    pub applicable: usize,
    pub evidence: Vec<PlaceRow<'o>>,
    pub unknown: Vec<PlaceRow<'o>>,
}

/// A place and what is to be said of it.
#[derive(Serialize, JsonSchema)]
pub struct PlaceRow<'o> {
    pub path: &'o str,
    pub start: Position,
    pub end: Position,
    pub message: &'o str,
}

#[derive(Serialize, JsonSchema)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: u32,
}

/// One finding.
#[derive(Serialize, JsonSchema)]
pub struct Row<'o> {
    pub rule: &'static str,
    pub factor: &'static str,
    pub severity: &'static str,
    pub certainty: &'static str,
    pub layer: Option<&'static str>,
    pub message: &'o str,
    pub help: Option<&'o str>,
    /// What docker itself says of it.
    pub docker: Option<&'o str>,
    pub path: &'o str,
    pub node: Option<String>,
    pub start: Position,
    pub end: Position,
    pub related: Vec<PlaceRow<'o>>,
    pub fix: Option<()>,
    pub fingerprint: String,
    pub status: &'static str,
    pub reason: Option<&'o str>,
    pub url: Option<&'static str>,
}

pub(super) fn write(outcome: &Outcome, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(outcome))?;
    writeln!(out)
}

pub(super) fn write_lines(outcome: &Outcome, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in &outcome.findings {
        serde_json::to_writer(&mut *out, &row(finding, outcome))?;
        writeln!(out)?;
    }
    Ok(())
}

/// The JSON Schema of [`Document`].
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Document<'static>)
}

/// The outcome as JSON shows it.
#[must_use]
pub fn document(outcome: &Outcome) -> Document<'_> {
    Document {
        version: 1,
        tool: Tool { name: "twelvelint", version: env!("CARGO_PKG_VERSION") },
        column_unit: "utf16",
        verdict: if outcome.verdict.failed { "fail" } else { "pass" },
        summary: Summary {
            files: outcome.sources.files().count(),
            error: count(outcome, Severity::Error),
            warning: count(outcome, Severity::Warning),
            note: count(outcome, Severity::Note),
            suppressed: outcome.findings.iter().filter(|f| !f.is_open()).count(),
            baselined: 0,
            fixable: 0,
        },
        factors: outcome
            .verdict
            .factors
            .iter()
            .map(|f| FactorRow {
                factor: f.factor.numeral(),
                name: f.factor.name(),
                verdict: f.word.text(),
                findings: f.findings,
                decided: f.decided,
                applicable: f.applicable,
                evidence: places(&f.evidence, &outcome.sources),
                unknown: places(&f.unknown, &outcome.sources),
            })
            .collect(),
        findings: outcome.findings.iter().map(|f| row(f, outcome)).collect(),
        errors: Vec::new(),
    }
}

fn places<'o>(all: &'o [(Span, String)], sources: &'o Sources) -> Vec<PlaceRow<'o>> {
    all.iter()
        .map(|(span, message)| PlaceRow {
            path: sources.path(span.file),
            start: position(sources, *span, span.start),
            end: position(sources, *span, span.end),
            message,
        })
        .collect()
}

fn position(sources: &Sources, span: Span, byte: u32) -> Position {
    let place = sources.place(span.file, byte);
    Position { line: place.line, column: place.column, byte }
}

fn row<'o>(finding: &'o Finding, outcome: &'o Outcome) -> Row<'o> {
    let sources = &outcome.sources;
    let violation = &finding.violation;
    let span = violation.span;
    let (status, reason) = match &finding.status {
        Status::Open => ("open", None),
        Status::Suppressed { reason } => ("suppressed", reason.as_deref()),
    };
    Row {
        rule: finding.rule.name,
        factor: finding.rule.factor.numeral(),
        severity: finding.severity.word(),
        certainty: finding.certainty.word(),
        layer: finding.layer.map(crate::violation::Layer::word),
        message: &violation.message,
        help: violation.help.as_deref(),
        docker: violation.docker.as_deref(),
        path: sources.path(span.file),
        node: outcome.app.trees.get(&span.file).and_then(|tree| tree.route(span)),
        start: position(sources, span, span.start),
        end: position(sources, span, span.end),
        related: places(&violation.related, sources),
        fix: None,
        fingerprint: format!("{:016x}", finding.fingerprint),
        status,
        reason,
        url: finding.rule.page.references.first().map(String::as_str),
    }
}
