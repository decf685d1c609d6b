//! Every page's every example; every Complies example against every rule.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use twelvelint::config::Config;
use twelvelint::{example, rules};

/// What is said of suppressions depends on what the other rules find.
fn only(rule: &rules::Rule) -> Config {
    let select = if rule.factor == rules::Factor::Lint { Vec::new() } else { vec![rule.name.to_owned()] };
    Config { select, ..Config::default() }
}

#[test]
fn every_example_finds_what_it_marks() {
    let mut wrong = String::new();
    let mut examples = 0;
    for rule in rules::all() {
        for case in &rule.page.examples {
            examples += 1;
            let (_, expected) = example::strip(case);
            let found = example::marks(&example::run(case, &only(rule)), rule.name);
            if expected != found || case.violates == expected.is_empty() {
                let kind = if case.violates { "violates" } else { "complies" };
                let _ = writeln!(wrong, "\n{} / {} ({kind})", rule.name, case.title);
                for mark in expected.iter().filter(|m| !found.contains(m)) {
                    let _ = writeln!(
                        wrong,
                        "  not found: {}:{} {:?} {}",
                        mark.path, mark.line, mark.severity, mark.message
                    );
                }
                for mark in found.iter().filter(|m| !expected.contains(m)) {
                    let _ = writeln!(
                        wrong,
                        "  found too: {}:{} {:?} {}",
                        mark.path, mark.line, mark.severity, mark.message
                    );
                }
            }
        }
    }
    assert!(examples > 100, "the pages hold their examples");
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the Complies examples of one rule show of the others. Reviewed line by line: a line here is no false alarm.
#[test]
fn complies_examples_keep_the_other_rules_too() {
    let mut lines = BTreeSet::new();
    for rule in rules::all() {
        for case in rule.page.examples.iter().filter(|e| !e.violates) {
            let outcome = example::run(case, &Config::default());
            for finding in outcome.findings.iter().filter(|f| f.rule.name != rule.name && f.is_open()) {
                let span = finding.violation.span;
                let place = outcome.sources.place(span.file, span.start);
                lines.insert(format!(
                    "{} / {}: {}:{} {}[{}] {}",
                    rule.name,
                    case.title,
                    outcome.sources.path(span.file),
                    place.line,
                    finding.severity,
                    finding.rule.name,
                    finding.violation.message
                ));
            }
        }
    }
    let text = lines.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cross.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).expect("the file of cross-findings can be written");
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    let new: Vec<&str> = text.lines().filter(|l| !reviewed.lines().any(|r| r == *l)).collect();
    let gone: Vec<&str> = reviewed.lines().filter(|l| !text.lines().any(|r| r == *l)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "new:\n{}\ngone:\n{}\nreview, then UPDATE=1 cargo test",
        new.join("\n"),
        gone.join("\n")
    );
}

#[test]
fn every_page_has_its_check_and_every_check_its_page() {
    assert_eq!(rules::orphans(), Vec::<String>::new());
}
