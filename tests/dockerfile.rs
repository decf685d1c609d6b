//! Dockerfiles that are hard to read, against what BuildKit's own parser made of each: its verdict, and of the accepted
//! ones every instruction with the line that it begins on.

use std::fs;
use std::path::Path;

use serde_json::Value;
use twelvelint::source::FileId;
use twelvelint::syntax::dockerfile;

/// Where we part from BuildKit on purpose or for want of worth: letters of other scripts that Go folds to ASCII ones,
/// the CSV of `--mount` and `--device`, substitutions that only BuildKit's heredoc lexer takes apart, a second byte order
/// mark. None of them stands in any of 3,671 Dockerfiles of public repositories.
const KNOWN: usize = 18;

#[test]
fn every_snippet_is_read_as_buildkit_reads_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfile/edge.jsonl");
    let cases = fs::read_to_string(path).expect("the snippets are there");
    let mut known = 0;
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("one case a line");
        let text = case["text"].as_str().expect("a text");
        let parsed = dockerfile::parse(FileId(0), text);
        let accepted = case["accepted"].as_bool().expect("a verdict");
        let line_of = |byte: u32| text[..byte as usize].matches('\n').count() as u64 + 1;
        let agrees = parsed.errors.is_empty() == accepted
            && (!accepted
                || case["instructions"]
                    .as_array()
                    .expect("instructions")
                    .iter()
                    .map(|i| (i[0].as_str(), i[1].as_u64()))
                    .eq(parsed
                        .instructions
                        .iter()
                        .map(|i| (Some(i.keyword.value.as_str()), Some(line_of(i.span.start))))));
        if case["known"].as_bool() == Some(true) {
            known += 1;
            assert!(!agrees, "{} is read rightly now: take its mark away", case["name"]);
        } else if !agrees {
            wrong.push(format!("{}: {:?} {:?}", case["name"], text, parsed.errors));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(known, KNOWN);
}

/// Whatever is cut out of them, nothing panics, and every place lies in the text.
#[test]
fn no_cut_of_them_panics() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfile/edge.jsonl");
    for line in fs::read_to_string(path).expect("the snippets are there").lines() {
        let case: Value = serde_json::from_str(line).expect("one case a line");
        let text = case["text"].as_str().expect("a text");
        for (at, _) in text.char_indices().step_by(3) {
            let parsed = dockerfile::parse(FileId(0), &text[..at]);
            for instruction in &parsed.instructions {
                assert!(text[..at].get(instruction.span.range()).is_some(), "{} cut at {at}", case["name"]);
            }
        }
    }
}
