//! `explain` and `rules`.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::{CLEAN, FOUND, ListFormat, write};
use crate::config::Config;
use crate::error::Error;
use crate::example;
use crate::rules::{self, Rule};
use crate::spelling::nearest;
use crate::stack::keys::{self, Fate, Key};

/// The project's own pages, where the working directory has some.
fn own() -> Result<(), Error> {
    let here = std::env::current_dir().map_err(|e| Error::Root { path: ".".into(), why: e.to_string() })?;
    rules::own::nearest(&here).map_or(Ok(()), |folder| rules::own::load(&folder))
}

/// Runs the examples of own pages: what each marks against what the rule finds in it.
pub(super) fn test(folder: &Path) -> Result<u8, Error> {
    rules::own::load(folder)?;
    let mut text = String::new();
    let (mut run, mut wrong) = (0, 0);
    for rule in rules::all().iter().filter(|r| r.own) {
        let config = Config { select: vec![rule.name.to_owned()], ..Config::default() };
        if rule.page.examples.is_empty() {
            let _ = writeln!(text, "{}: no example shows what it finds", rule.name);
            wrong += 1;
        }
        for case in &rule.page.examples {
            run += 1;
            let (_, expected) = example::strip(case);
            let found = example::marks(&example::run(case, &config), rule.name);
            if expected == found && case.violates != expected.is_empty() {
                continue;
            }
            wrong += 1;
            let _ = writeln!(text, "{}: {}", rule.name, case.title);
            let missing = expected.iter().filter(|m| !found.contains(m)).map(|m| ("not found", m));
            for (what, mark) in missing.chain(found.iter().filter(|m| !expected.contains(m)).map(|m| ("found too", m)))
            {
                let _ = writeln!(text, "  {what}: {}:{} {}", mark.path, mark.line, mark.message);
            }
            if case.violates && expected.is_empty() {
                let _ = writeln!(text, "  it marks no finding");
            }
        }
    }
    let _ = writeln!(text, "{run} examples, {wrong} wrong");
    write(text.as_bytes())?;
    Ok(if wrong > 0 { FOUND } else { CLEAN })
}

/// Shows a rule's page, or the row of a key of the stack file.
pub(super) fn explain(name: &str) -> Result<u8, Error> {
    own()?;
    let keys = keys_named(name);
    if rules::find(name).is_none() && !keys.is_empty() {
        write(keys.concat().as_bytes())?;
        return Ok(CLEAN);
    }
    let Some(rule) = rules::find(name) else {
        let near = nearest(name, rules::all().iter().map(|r| r.name));
        let help = near.map_or_else(|| "`twelvelint rules` lists them".to_owned(), |n| format!("did you mean `{n}`?"));
        return Err(Error::Usage { message: format!("there is no rule `{name}`"), help: Some(help) });
    };
    write(page(rule).as_bytes())?;
    Ok(CLEAN)
}

/// The rows of the keys whose path ends in `name`, such as `replicas` or `deploy.replicas`.
fn keys_named(name: &str) -> Vec<String> {
    let ends = |path: &str| path == name || path.ends_with(&format!(".{name}"));
    let found = keys::reference().into_iter().filter(|(path, _)| ends(path));
    found.map(|(path, key)| row(&path, key)).collect()
}

fn row(path: &str, key: &Key) -> String {
    let fate = match key.fate {
        Fate::Honoured => "honoured".to_owned(),
        Fate::Ignored(_, help) => format!("ignored with a notice: {help}"),
        Fate::Dropped(help) => format!("dropped in silence: {help}"),
        Fate::Misread(help) => format!("misread: {help}"),
        Fate::Refused(help) => format!("refused: {help}"),
    };
    let since =
        if key.since > keys::NEWEST { "in no schema, yet read".to_owned() } else { format!("since 3.{}", key.since) };
    let (about, of) = (key.about, key.of.words().join(" or "));
    format!("{path}\n  {about}\n  {of}, {since}\n  {fate}\n")
}

fn page(rule: &Rule) -> String {
    let layer = rule.layer().map(|l| format!(", layer {l}")).unwrap_or_default();
    let mut text = format!(
        "{} ({}, {})\n{}: {}, {}{layer}\n\n{}\n",
        rule.name,
        rule.factor.numeral(),
        rule.factor.name(),
        rule.page.summary,
        rule.severity(),
        rule.certainty(),
        rule.page.reason,
    );
    for (name, values) in &rule.page.options {
        let _ = writeln!(text, "\nOption `{name}`, by default: {}", values.join(", "));
    }
    for example in &rule.page.examples {
        let _ = writeln!(text, "\n{}: {}", if example.violates { "Violates" } else { "Complies" }, example.title);
        for file in &example.files {
            let _ = writeln!(text, "\n    {}", file.path);
            for line in file.text.lines() {
                let _ = writeln!(text, "    {}", format!("  {line}").trim_end());
            }
        }
    }
    if !rule.page.references.is_empty() {
        let _ = writeln!(text, "\n{}", rule.page.references.join("\n"));
    }
    text
}

/// Lists every rule.
pub(super) fn list(format: ListFormat) -> Result<u8, Error> {
    own()?;
    let text = match format {
        ListFormat::Table => table(),
        ListFormat::Markdown => rules::table(),
        ListFormat::Json => as_json(),
    };
    write(text.as_bytes())?;
    Ok(CLEAN)
}

fn table() -> String {
    let mut text = String::new();
    for rule in rules::all() {
        let _ = writeln!(
            text,
            "{:<5} {:<8} {:<34} {}",
            rule.factor.numeral(),
            rule.severity(),
            rule.name,
            rule.page.summary
        );
    }
    text
}

fn as_json() -> String {
    let rows: Vec<serde_json::Value> = rules::all()
        .iter()
        .map(|rule| {
            json!({
                "name": rule.name,
                "factor": rule.factor.numeral(),
                "severity": rule.severity().word(),
                "certainty": rule.certainty().word(),
                "layer": rule.layer().map(crate::violation::Layer::word),
                "summary": rule.page.summary,
                "reason": rule.page.reason,
                "options": rule.page.options,
                "references": rule.page.references,
            })
        })
        .collect();
    format!("{}\n", serde_json::to_string_pretty(&rows).expect("strings and numbers are JSON"))
}
