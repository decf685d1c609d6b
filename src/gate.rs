//! Findings and rulings → the verdict: of the run, and of each factor with what was decided and what was seen.

use crate::config::Config;
use crate::finding::Finding;
use crate::rules::{Factor, Rule, Ruling};
use crate::source::Span;
use crate::violation::{Certainty, Severity};

/// What a run comes to.
pub struct Verdict {
    /// A finding at or above the threshold is open.
    pub failed: bool,
    pub factors: Vec<FactorVerdict>,
}

/// What is to be said of one factor.
pub struct FactorVerdict {
    pub factor: Factor,
    pub word: Word,
    /// Open findings.
    pub findings: usize,
    /// Rules that had something to judge and could judge all of it.
    pub decided: usize,
    /// Rules that had something to judge.
    pub applicable: usize,
    /// What was seen to be right.
    pub evidence: Vec<(Span, String)>,
    /// What could not be decided, and why.
    pub unknown: Vec<(Span, String)>,
}

/// One word for a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Something was seen that keeps it, and nothing that breaks it.
    Pass,
    /// A certain error is open.
    Fail,
    /// Only warnings, or errors that are not certain.
    AtRisk,
    /// What there is to judge could not be decided.
    Unknown,
    /// There is nothing to judge.
    NotApplicable,
}

impl Word {
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::AtRisk => "at-risk",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// Judges the settled findings.
#[must_use]
pub fn verdict(findings: &[Finding], rulings: &[(&'static Rule, Ruling)], config: &Config) -> Verdict {
    let failed = config.fail_on.is_some_and(|least| findings.iter().any(|f| f.is_open() && f.severity >= least));
    let factors = Factor::ALL
        .iter()
        .map(|row| row.0)
        .filter(|f| *f != Factor::Lint)
        .map(|f| of_factor(f, findings, rulings))
        .collect();
    Verdict { failed, factors }
}

fn of_factor(factor: Factor, findings: &[Finding], rulings: &[(&'static Rule, Ruling)]) -> FactorVerdict {
    let open: Vec<&Finding> = findings.iter().filter(|f| f.is_open() && f.rule.factor == factor).collect();
    let found = |rule: &Rule| findings.iter().any(|f| f.rule.name == rule.name);
    let own: Vec<&(&Rule, Ruling)> =
        rulings.iter().filter(|(r, ruling)| r.factor == factor && (ruling.applicable() || found(r))).collect();
    let decided = own.iter().filter(|(_, ruling)| ruling.unknown.is_empty()).count();
    let collect = |pick: fn(&Ruling) -> &Vec<(Span, String)>| -> Vec<(Span, String)> {
        let mut all: Vec<(Span, String)> = own.iter().flat_map(|(_, ruling)| pick(ruling).iter().cloned()).collect();
        all.sort();
        all.dedup();
        all
    };
    let evidence = collect(|r| &r.evidence);
    let unknown = collect(|r| &r.unknown);
    let word = if open.iter().any(|f| f.severity == Severity::Error && f.certainty >= Certainty::Likely) {
        Word::Fail
    } else if open.iter().any(|f| f.severity >= Severity::Warning) {
        Word::AtRisk
    } else if own.is_empty() {
        Word::NotApplicable
    } else if decided == 0 || evidence.is_empty() && !unknown.is_empty() {
        Word::Unknown
    } else {
        Word::Pass
    };
    FactorVerdict { factor, word, findings: open.len(), decided, applicable: own.len(), evidence, unknown }
}
