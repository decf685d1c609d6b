//! One finding a line.

use std::io::{self, Write};

use super::{Style, open, place, statistics, summary};
use crate::Outcome;

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in open(outcome) {
        let at = place(outcome, style, finding.violation.span);
        writeln!(out, "{at}: {}[{}] {}", finding.severity, finding.rule.name, finding.violation.message)?;
    }
    if style.statistics {
        statistics(outcome, out)?;
    }
    if !style.quiet {
        writeln!(out, "{}", summary(outcome, style))?;
    }
    Ok(())
}
