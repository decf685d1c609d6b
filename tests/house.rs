//! The house's own rules: imports go one way, files stay small and say what they are, runs repeat.

use std::fs;
use std::path::{Path, PathBuf};

use twelvelint::config::Config;
use twelvelint::discover::Request;
use twelvelint::report::{self, Style};
use twelvelint::rules;
use twelvelint::stack::Environment;

/// A module imports only from those named before it. The pipeline runs in the same order, but for the readers of text,
/// which config and discovery use too.
const ORDER: &[&str] = &[
    "source",
    "fact",
    "spelling",
    "violation",
    "error",
    "syntax",
    "config",
    "discover",
    "stack",
    "code",
    "app",
    "rules",
    "finding",
    "settle",
    "gate",
    "example",
    "report",
    "cli",
];

fn sources() -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found
}

/// The top module that a file belongs to.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file of src");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn a_module_imports_only_from_its_left() {
    let rank = |name: &str| ORDER.iter().position(|m| *m == name);
    let mut wrong = Vec::new();
    for path in sources() {
        let own = module(&path);
        if matches!(own.as_str(), "lib" | "main") {
            continue;
        }
        let at = rank(&own).unwrap_or_else(|| panic!("the order does not name {own}"));
        let text = fs::read_to_string(&path).expect("a source is text");
        for (used, _) in text.match_indices("crate::").map(|(n, m)| (&text[n + m.len()..], n)) {
            let name: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            // A capital is something of lib.rs: what a whole run comes to, which only its end uses.
            let allowed = if name.is_empty() || name == "run" || name == "judge" {
                at > rank("gate").expect("it is named")
            } else {
                rank(&name).is_some_and(|n| n <= at)
            };
            if !allowed {
                wrong.push(format!("{} uses crate::{name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_small_and_says_what_it_is() {
    for path in sources() {
        let text = fs::read_to_string(&path).expect("a source is text");
        let code = text.lines().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with("//")).count();
        assert!(code <= 400, "{} has {code} lines of code", path.display());
        assert!(text.starts_with("//! "), "{} does not begin with what it turns into what", path.display());
        let word = ["TO", "DO"].concat();
        assert!(!text.contains(&word), "{} has a {word}", path.display());
        assert!(path.file_name().is_some_and(|n| n != "mod.rs"), "{} should stand beside its folder", path.display());
    }
}

#[test]
fn every_page_is_complete() {
    for rule in rules::all() {
        let page = &rule.page;
        assert!(page.reason.len() > 80, "{} gives no reason", rule.name);
        assert!(page.examples.iter().any(|e| e.violates), "{} shows no violation", rule.name);
        assert!(page.examples.iter().any(|e| !e.violates), "{} shows nothing that complies", rule.name);
        assert!(!page.summary.ends_with('.') && page.summary.len() < 90, "{}'s summary is no short phrase", rule.name);
        let words = rule.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(words, "{} is not in kebab case", rule.name);
    }
}

#[test]
fn two_runs_give_equal_bytes() {
    let request =
        Request { root: Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/voting-app"), ..Request::default() };
    let run = || {
        let outcome =
            twelvelint::run(&request, &Config::default(), &Environment::default()).expect("the fixture can be read");
        report::FORMATS.iter().fold(Vec::new(), |mut bytes, (_, write)| {
            write(&outcome, &Style::default(), &mut bytes).expect("memory takes every byte");
            bytes
        })
    };
    assert!(run() == run(), "the same files gave another report");
}

/// The tool keeps its own rules.
#[test]
fn its_own_repository_is_clean() {
    let request = Request { root: PathBuf::from(env!("CARGO_MANIFEST_DIR")), ..Request::default() };
    let outcome =
        twelvelint::run(&request, &Config::default(), &Environment::default()).expect("the repository can be read");
    let findings: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| format!("{} {} {}", outcome.sources.path(f.violation.span.file), f.rule.name, f.violation.message))
        .collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
