//! Annotations of GitHub's workflow commands, errors first.

use std::io::{self, Write};

use super::{Style, open, summary};
use crate::Outcome;
use crate::finding::Finding;
use crate::violation::Severity;

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    // Only ten errors and ten warnings of a step are shown: the worst must not be the ones that are cut.
    let mut findings: Vec<&Finding> = open(outcome).collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.severity));
    for finding in findings {
        let span = finding.violation.span;
        let (start, end) = (outcome.sources.place(span.file, span.start), outcome.sources.place(span.file, span.end));
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let help = finding.violation.help.as_ref().map(|h| format!("\n{h}")).unwrap_or_default();
        let path = property(&format!("{}{}", style.prefix, outcome.sources.path(span.file)));
        write!(out, "::{command} file={path},line={},endLine={}", start.line, end.line)?;
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        writeln!(
            out,
            ",title={}::{}",
            property(finding.rule.name),
            data(&format!("{}{help}", finding.violation.message))
        )?;
    }
    writeln!(out, "{}", summary(outcome, style))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
