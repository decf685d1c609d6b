//! The queries on source code: they compile, and their gates let everything pass that they match.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use twelvelint::code::{Code, Gates, Language, SourceFact, Value, What};
use twelvelint::config::Config;
use twelvelint::discover::{Request, discover, in_memory};
use twelvelint::source::{Sources, Tracking};
use twelvelint::{example, rules};

fn facts(code: &Code, sources: &Sources) -> Vec<String> {
    let show = |f: &SourceFact| {
        let place = sources.place(f.span.file, f.span.start);
        format!(
            "{}:{}:{} {:?} {:?} {:?}",
            sources.path(f.span.file),
            place.line,
            place.column,
            f.what,
            f.notes,
            f.parts
        )
    };
    code.facts.iter().map(show).collect()
}

fn with_and_without_gates(sources: &Sources) -> usize {
    let kept = facts(&Code::read(sources, Gates::Kept), sources);
    let open = facts(&Code::read(sources, Gates::Open), sources);
    let missed: Vec<&String> = open.iter().filter(|f| !kept.contains(f)).collect();
    assert!(missed.is_empty(), "a gate is shut to what its pattern matches:\n{missed:#?}");
    kept.len()
}

#[test]
fn gates_are_supersets() {
    let mut seen = 0;
    for fixture in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).expect("fixtures") {
        let root = fixture.expect("an entry").path();
        if root.is_dir() {
            let request = Request { root, ..Request::default() };
            let (sources, _) = discover(&request, &Config::default()).expect("a fixture can be read");
            seen += with_and_without_gates(&sources);
        }
    }
    for case in rules::all().iter().flat_map(|rule| &rule.page.examples) {
        let (files, _) = example::strip(case);
        if files.keys().any(|path| Language::of_path(path).is_some()) {
            seen += with_and_without_gates(&in_memory(files).0);
        }
    }
    assert!(seen > 50, "fixtures and examples hold source");
}

/// Every pattern of every language compiles: with open gates, one file of a language runs them all.
#[test]
fn every_pattern_compiles() {
    for name in ["a.sh", "a.cs", "a.go", "a.java", "a.js", "a.kt", "a.php", "a.py", "a.rb", "a.rs", "a.tsx", "a.ts"] {
        let tracking = Tracking::Tracked { executable: false };
        let files = BTreeMap::from([(name.to_owned(), (b"\n".to_vec(), tracking))]);
        let (sources, _) = in_memory(files);
        let code = Code::read(&sources, Gates::Open);
        assert!(code.facts.is_empty(), "{name} says nothing");
        assert_eq!(code.files.len(), 1, "{name} is of a language");
    }
}

fn read(name: &str, text: Vec<u8>) -> Code {
    let files = BTreeMap::from([(name.to_owned(), (text, Tracking::Tracked { executable: false }))]);
    Code::read(&in_memory(files).0, Gates::Kept)
}

/// What nobody wrote by hand ends, and is known not to have been read.
#[test]
fn hostile_files_end() {
    let minified = "process.env.X;var a=function(){return 1};".repeat(250_000).into_bytes();
    assert_eq!(read("a.js", minified).unread.len(), 1, "ten megabytes are not read");
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[2] | 1
    };
    let mut noise: Vec<u8> = (0..900_000).map(|_| random()).collect();
    noise.extend(b"\nprocess.env.X\n");
    read("a.js", noise);
    let chain = format!("const x = process.env.A{};", " || \"localhost\"".repeat(4000));
    read("a.js", chain.into_bytes());
    let deep = format!("const x = {}process.env.A{};", "(".repeat(20_000), ")".repeat(20_000));
    read("a.js", deep.into_bytes());
    let deep = format!("import os\nx = {}os.environ['A']{}\n", "[".repeat(20_000), "]".repeat(20_000));
    read("a.py", deep.into_bytes());
    let many = format!("const x = [\n{}];", "\"postgres://u:p@db/1\",\n".repeat(30_000));
    read("a.js", many.into_bytes());
}

/// What is known of each library, shown once: `idioms/<file>` and the facts beside it, in `<file>.facts`.
#[test]
fn every_idiom_is_known() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/idioms");
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the idioms") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|n| n.to_str()).expect("plain names").to_owned();
        if Language::of_path(&name).is_none() {
            continue;
        }
        let text = std::fs::read(&path).expect("an idiom is a file");
        let tracking = Tracking::Tracked { executable: false };
        let (sources, _) = in_memory(BTreeMap::from([(name.clone(), (text, tracking))]));
        let code = Code::read(&sources, Gates::Kept);
        let mut shown = String::new();
        for fact in &code.facts {
            let what = word(fact);
            let line = sources.place(fact.span.file, fact.span.start).line;
            let parts = fact.parts.iter().map(|(part, found)| format!(" {part}={}", value(&found.value)));
            let notes = fact.notes.iter().map(|(note, text)| format!(" {note}:{text}"));
            let _ = writeln!(shown, "{line} {what}{}{}", parts.collect::<String>(), notes.collect::<String>());
        }
        let beside = folder.join(format!("{name}.facts"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&beside, &shown).expect("the facts can be written");
        }
        if std::fs::read_to_string(&beside).unwrap_or_default() != shown {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "other facts: {wrong:?}: review, then UPDATE=1 cargo test");
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Environment { name, default: None } => format!("${name}"),
        Value::Environment { name, default: Some(default) } => format!("${name}|{default:?}"),
        Value::Unknown => "?".to_owned(),
    }
}

fn word(fact: &SourceFact) -> &'static str {
    What::ALL.iter().find(|(_, what)| *what == fact.what).expect("every fact has its word").0
}
