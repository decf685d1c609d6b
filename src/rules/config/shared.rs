//! Passwords of the stack that the source of its services repeats.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::secret::COMMON;
use crate::app::credential::{is_placeholder, is_secret_name};
use crate::rules::{Context, Ruling};
use crate::source::{FileId, Span, has_word, name};
use crate::violation::{Severity, Violation};

/// A literal password that a service of a stack is given.
struct Given<'a> {
    span: Span,
    /// Of a password that many have, the services that have it: it counts beside the address of one of them.
    of: Option<BTreeSet<&'a str>>,
}

/// The literal passwords that the services of stacks are given.
fn given<'a>(c: &'a Context<'a>) -> BTreeMap<&'a str, Given<'a>> {
    const PLAIN: &[&str] = &["admin123", "changeit", "keycloak", "elastic", "mongo", "mysql", "redis", "rootpassword"];
    let mut found: BTreeMap<&str, Given<'_>> = BTreeMap::new();
    for deployed in c.app.deployed() {
        for setting in deployed.service.environment.iter().filter(|s| is_secret_name(&s.name.value)) {
            let Some(value) = setting.value.as_ref() else { continue };
            let Some(text) = value.text().filter(|t| !value.raw.contains('$') && t.len() > 5) else { continue };
            let lower = text.to_ascii_lowercase();
            let plain = COMMON.contains(&lower.as_str()) || PLAIN.contains(&lower.as_str()) || is_placeholder(text);
            // What a server of others is given, its clients need.
            let served = deployed.process.known.is_some() && !is_placeholder(text);
            if (!plain || served) && !text.contains(['/', ' ', ':']) && text.is_ascii() {
                let of = plain.then(BTreeSet::new);
                let known = found.entry(text).or_insert(Given { span: setting.name.span, of });
                known.of.as_mut().map(|of| of.insert(deployed.service.name.value.as_str()));
            }
        }
    }
    found
}

/// A file of settings that a release reads.
fn is_settings(path: &str) -> bool {
    let file = name(path);
    let kind = file.contains("application") && [".yml", ".yaml", ".properties"].iter().any(|end| file.ends_with(end))
        || file.starts_with("appsettings") && file.ends_with(".json");
    kind && !has_word(&file.to_ascii_lowercase(), &["dev", "development", "local", "test", "testing"])
}

/// Source and settings that know a password by heart, which the stack gives to a service; but for those that are told of
/// already.
pub(super) fn known_passwords(c: &Context<'_>, told: &[Span], out: &mut Ruling) {
    let given = given(c);
    if given.is_empty() {
        return;
    }
    let all: Vec<String> = given.keys().map(|p| regex::escape(p)).collect();
    let all = all.join("|");
    // `password: "…"`, `Password=…;`, `PASSWORD = '…'`; and the user's part of a URL.
    let named = format!(
        r#"(?i)\b[\w.-]*(?:password|passwd|pwd)["']?\]?\s*(?:=>|:=|=|:)\s*["']?(?-i:({all}))(?:["';,&\s]|$)|://[^\s:@/"']*:(?-i:({all}))@"#
    );
    let Ok(pattern) = Regex::new(&named) else { return };
    let mut said: BTreeSet<FileId> = BTreeSet::new();
    for (id, file) in c.sources.files() {
        let code = c.app.code.files.contains_key(&id) && !c.app.code.lone.contains(&id);
        let runs = || c.app.deployed().any(|d| c.app.is_run_by(id, d.process, c.sources));
        if !(code || is_settings(&file.path)) || !runs() {
            continue;
        }
        let text = c.sources.text(id);
        for found in pattern.captures_iter(text) {
            let hit = found.get(1).or_else(|| found.get(2)).expect("one of the two");
            let start = text[..hit.start()].rfind('\n').map_or(0, |at| at + 1);
            let line = text[start..].lines().next().unwrap_or_default().trim_start();
            let comment = line.starts_with('#') || line.starts_with("//") || line.starts_with('*');
            // What is for the machine of a developer, or the second choice behind a variable.
            let near = ["localhost", "127.0.0.1", "getenv", "env(", "??", "||", "unwrap_or", "test"]
                .iter()
                .any(|w| line.contains(w));
            let quoted = !code
                || text[hit.end()..].starts_with(['"', '\'', ';', '@', '&']) && !text[..hit.start()].ends_with(' ');
            let span = Span::new(id, hit.start(), hit.end());
            let given = &given[hit.as_str()];
            let names = |host: &&str| {
                let marks = [format!("//{host}"), format!("{host}:"), format!("@{host}"), format!("={host}")];
                marks.iter().any(|mark| text.contains(mark.as_str()))
            };
            if given.of.as_ref().is_some_and(|of| !of.iter().any(names)) {
                continue;
            }
            if comment || near || !quoted || told.iter().any(|t| t.contains(span)) || !said.insert(id) {
                continue;
            }
            let help =
                "read it from the environment or a Swarm secret: whoever reads the source opens the service with it";
            let violation =
                Violation::at(span, "a password of the stack is written in the source").help(help).secret(span);
            out.violation(violation.related(given.span, "given here").severity(Severity::Warning));
        }
    }
}
