//! What is generated is current: the README's rule table, the schema of the JSON report. `UPDATE=1 cargo test` rewrites
//! them: the diff is the review. And what the README shows as output is output.

use std::fs;
use std::path::{Path, PathBuf};

use twelvelint::config::Config;
use twelvelint::discover::Request;
use twelvelint::report::{self, Style};
use twelvelint::rules;
use twelvelint::stack::Environment;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn current(path: &Path, wanted: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, wanted).expect("a generated file can be written");
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == wanted, "{} is not current: UPDATE=1 cargo test", path.display());
}

#[test]
fn the_readme_lists_every_rule() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("there is a README");
    let (before, rest) = readme.split_once("<!-- rules -->\n").expect("the table's first mark");
    let (_, after) = rest.split_once("<!-- /rules -->").expect("the table's last mark");
    current(&path, &format!("{before}<!-- rules -->\n{}<!-- /rules -->{after}", rules::table()));
}

#[test]
fn the_schema_of_the_report_is_published() {
    let schema = serde_json::to_string_pretty(&report::json::schema()).expect("a schema is JSON") + "\n";
    current(&root().join("src/report/schema.json"), &schema);
}

/// Between `…` lines, what the README shows stands in the real output to the letter.
#[test]
fn the_readme_shows_real_output() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let mut shown = 0;
    for part in readme.split("<!-- output: ").skip(1) {
        let (app, rest) = part.split_once(" -->\n```text\n").expect("a block behind the mark");
        let (block, _) = rest.split_once("\n```").expect("the block's end");
        let request = Request { root: root().join(app), ..Request::default() };
        let outcome =
            twelvelint::run(&request, &Config::default(), &Environment::default()).expect("the fixture can be read");
        let mut found = Vec::new();
        let style = Style { prefix: format!("{app}/"), ..Style::default() };
        report::format("full").expect("there is such a format")(&outcome, &style, &mut found)
            .expect("memory takes every byte");
        let found = String::from_utf8(found).expect("a report is text");
        for piece in block.split("…\n") {
            let piece = piece.trim_end();
            assert!(found.contains(piece), "the README shows what is not said any more:\n{piece}\n\nof:\n{found}");
            shown += 1;
        }
    }
    assert!(shown > 1, "the README shows output");
}
