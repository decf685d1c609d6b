//! Every app under `fixtures/` against the `.out` beside it. `UPDATE=1 cargo test` rewrites them: the diff is the review.

use std::fs;
use std::path::Path;

use twelvelint::config::Config;
use twelvelint::discover::Request;
use twelvelint::report::{self, Style};
use twelvelint::stack::Environment;

#[test]
fn every_app_is_judged_as_written_beside_it() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut apps: Vec<_> = fs::read_dir(&fixtures)
        .expect("there are fixtures")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.is_dir())
        .collect();
    apps.sort();
    assert!(apps.len() >= 5, "five whole apps at the least");
    let write = report::format("concise").expect("there is such a format");
    for app in apps {
        let request = Request { root: app.clone(), ..Request::default() };
        let outcome =
            twelvelint::run(&request, &Config::default(), &Environment::default()).expect("the fixture can be read");
        let mut found = Vec::new();
        write(&outcome, &Style::default(), &mut found).expect("memory takes every byte");
        let found = String::from_utf8(found).expect("a report is text");
        let beside = app.with_extension("out");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&beside, &found).expect("the expectation can be written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert!(found == expected, "{} is judged otherwise now:\n{found}", app.display());
    }
}
