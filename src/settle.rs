//! Rulings → findings: severities as configured, suppressions honoured and judged themselves, order and fingerprints.

mod suppression;

use std::collections::BTreeMap;

use crate::app::App;
use crate::config::Config;
use crate::finding::{Finding, Status};
use crate::rules::{Rule, Ruling, enabled, find};
use crate::source::Sources;
use crate::violation::Violation;

/// Settles what the rules say.
#[must_use]
pub fn settle(rulings: &mut [(&'static Rule, Ruling)], app: &App, sources: &Sources, config: &Config) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for (rule, ruling) in rulings.iter_mut() {
        findings.extend(ruling.violations.drain(..).map(|violation| finding(rule, violation, config)));
    }
    for finding in &mut findings {
        let path = sources.path(finding.violation.span.file);
        let off =
            config.overrides.iter().find(|o| o.off.iter().any(|r| r == finding.rule.name) && o.paths.is_match(path));
        if let Some(off) = off {
            finding.status = Status::Suppressed { reason: off.reason.clone() };
        }
    }
    if !config.no_ignores {
        for (name, violation) in suppression::apply(&mut findings, app, sources, config) {
            let rule = find(name).expect("the lint rules have pages");
            if enabled(rule, config) {
                findings.push(finding(rule, violation, config));
            }
        }
    }
    findings.retain(|f| f.certainty >= config.min_certainty);
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.violation.span.file, f.violation.span.start, f.rule.name);
        key(a).cmp(&key(b)).then_with(|| a.violation.message.cmp(&b.violation.message))
    });
    fingerprints(&mut findings, sources);
    findings
}

fn finding(rule: &'static Rule, violation: Violation, config: &Config) -> Finding {
    let configured = config.rules.get(rule.name).and_then(|r| r.severity);
    Finding {
        severity: configured.or(violation.severity).unwrap_or(rule.severity()),
        certainty: violation.certainty.unwrap_or(rule.certainty()),
        layer: violation.layer.or(rule.layer()),
        rule,
        violation,
        fingerprint: 0,
        status: Status::Open,
    }
}

/// Rule, path, text with white space folded, and which one of several alike: never the line number.
fn fingerprints(findings: &mut [Finding], sources: &Sources) {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    for finding in findings {
        let mut hash = Fnv::default();
        hash.write(finding.rule.name);
        hash.write(sources.path(finding.violation.span.file));
        for word in sources.slice(finding.violation.span).split_whitespace() {
            hash.write(word);
        }
        hash.write(&finding.violation.message);
        let nth = seen.entry(hash.0).or_default();
        *nth += 1;
        hash.write(&nth.to_string());
        finding.fingerprint = hash.0;
    }
}

/// FNV-1a: small, and the same on every machine and in every version.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, text: &str) {
        // A byte that no text holds keeps "ab" + "c" apart from "a" + "bc".
        for byte in text.bytes().chain([0xFF]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
