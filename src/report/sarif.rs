//! SARIF 2.1.0, as code scanning services read it.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Style;
use crate::Outcome;
use crate::finding::{Finding, Status};
use crate::source::Span;
use crate::violation::Severity;

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<&'static crate::rules::Rule> = outcome.findings.iter().map(|f| f.rule).collect();
    rules.sort_by_key(|r| r.name);
    rules.dedup_by_key(|r| r.name);
    let descriptors: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "name": rule.name.split('-').map(capital).collect::<String>(),
                "shortDescription": {"text": sentence(&rule.page.summary)},
                "fullDescription": {"text": rule.page.reason.replace('\n', " ")},
                "help": {"text": rule.page.reason, "markdown": rule.page.reason},
                "defaultConfiguration": {"level": level(rule.severity())},
                "properties": {"tags": [format!("factor-{}", rule.factor.numeral()), rule.factor.name()]},
            })
        })
        .collect();
    let results: Vec<Value> = outcome
        .findings
        .iter()
        .map(|f| result(f, rules.iter().position(|r| r.name == f.rule.name), outcome, style))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "twelvelint",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://12factor.net",
                "rules": descriptors,
            }},
            "columnKind": "utf16CodeUnits",
            "automationDetails": {"id": "twelvelint/"},
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn sentence(text: &str) -> String {
    format!("{}.", capital(text).trim_end_matches('.'))
}

fn level(severity: Severity) -> &'static str {
    severity.word()
}

fn location(outcome: &Outcome, style: &Style, span: Span) -> Value {
    let sources = &outcome.sources;
    let (start, end) = (sources.place(span.file, span.start), sources.place(span.file, span.end));
    let path = format!("{}{}", style.prefix, sources.path(span.file));
    // A path from another folder than the run's is whole.
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let uri: String = scheme.to_owned() + &path.split('/').map(encode).collect::<Vec<_>>().join("/");
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri},
        "region": {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column},
    }})
}

/// A path's part as a URI has it.
fn encode(part: &str) -> String {
    part.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn result(finding: &Finding, index: Option<usize>, outcome: &Outcome, style: &Style) -> Value {
    let violation = &finding.violation;
    let help = violation.help.as_ref().map(|h| format!(" Help: {h}.")).unwrap_or_default();
    let related: Vec<Value> = violation
        .related
        .iter()
        .enumerate()
        .map(|(n, (span, what))| {
            let mut at = location(outcome, style, *span);
            at["id"] = json!(n + 1);
            at["message"] = json!({"text": what});
            at
        })
        .collect();
    let mut made = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": format!("{}{help}", sentence(&violation.message))},
        "locations": [location(outcome, style, violation.span)],
        "partialFingerprints": {"twelvelint/v1": format!("{:016x}", finding.fingerprint)},
        "properties": {"certainty": finding.certainty.word()},
    });
    if !related.is_empty() {
        made["relatedLocations"] = Value::Array(related);
    }
    if let Status::Suppressed { reason } = &finding.status {
        made["suppressions"] = json!([{"kind": "inSource", "justification": reason.clone().unwrap_or_default()}]);
    }
    made
}
