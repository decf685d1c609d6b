//! What the code itself says of config: credentials in it, and files that win over the environment.

use std::sync::LazyLock;

use rayon::prelude::*;
use regex::bytes::{RegexSet, RegexSetBuilder};

use crate::app::credential;
use crate::app::locator;
use crate::code::{Language, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{Class, FileId, Span, name};
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn dotenv_overrides_environment(c: &Context<'_>, out: &mut Ruling) {
    for fact in c.app.code.of(What::LoadsDotenv) {
        if !fact.has("override") {
            continue;
        }
        // Where no image can have the file, nothing is overridden.
        let services = source::services(c, fact);
        let kept_out = !services.is_empty()
            && services
                .iter()
                .all(|d| d.image.is_some_and(|i| !c.app.carries(i, &beside(i.context.as_str()), c.sources)));
        if kept_out || c.text(fact.span).contains("/run/secrets") {
            continue;
        }
        let violation = Violation::at(fact.span, "the `.env` file overrides the environment")
            .help("let the environment win: load the file without overriding");
        let asked_for = fact.has("conditional");
        source::report(c, out, fact, violation, |_| if asked_for { Severity::Note } else { Severity::Warning });
    }
}

fn beside(context: &str) -> String {
    if context.is_empty() { ".env".to_owned() } else { format!("{context}/.env") }
}

/// Forms of credentials that are nothing else.
const FORMS: &[(&str, &str)] = &[
    (
        "a private key",
        r"-----BEGIN (RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY( BLOCK)?-----(\\n|\r?\n|[A-Za-z0-9+/\s])[A-Za-z0-9+/=\\\s]{40,}",
    ),
    ("an AWS access key", r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\b(ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b"),
    ("a Stripe key", r"\b[sr]k_live_[A-Za-z0-9]{16,}\b"),
    ("a Slack token", r"\bxox[abps]-[0-9A-Za-z-]{20,}\b"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    ("an OpenAI key", r"\bsk-(proj|svcacct)-[A-Za-z0-9_-]{40,}"),
    ("an Anthropic key", r"\bsk-ant-[a-z0-9]+-[A-Za-z0-9_-]{40,}"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Slack webhook", r"\bhooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24}"),
    ("a Telegram token", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b"),
    ("an Azure storage key", r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
    ("Django's secret key", r"(?m)^SECRET_KEY\s*=\s*[\x22']django-insecure-[^\x22']{40,}"),
    ("a password", r"\b[a-z][a-z0-9+]{1,20}://[^\s:@/\x22'`<>{}$]*:[^\s@/\x22'`<>{}$]{3,}@[A-Za-z0-9.-]+"),
];

/// As a gate, by bytes: with Unicode, the automaton gives way to a slow one.
static FORMS_SET: LazyLock<RegexSet> = LazyLock::new(|| {
    let patterns = FORMS.iter().map(|(_, pattern)| pattern);
    RegexSetBuilder::new(patterns).unicode(false).build().expect("sound patterns")
});
static FORMS_ALONE: LazyLock<Vec<regex::Regex>> =
    LazyLock::new(|| FORMS.iter().map(|(_, pattern)| regex::Regex::new(pattern).expect("sound patterns")).collect());

pub(in crate::rules) fn secret_in_source(c: &Context<'_>, out: &mut Ruling) {
    let files: Vec<FileId> = c
        .sources
        .files()
        .filter(|(id, f)| f.class == Class::App && (c.app.code.files.contains_key(id) || is_settings(&f.path)))
        .map(|(id, _)| id)
        .collect();
    let found: Vec<Violation> = files.par_iter().flat_map_iter(|id| secrets_of(c, *id)).collect();
    for violation in found {
        out.violation(violation);
    }
}

fn is_settings(path: &str) -> bool {
    let file = name(path);
    file.starts_with("application")
        && (file.ends_with(".yml") || file.ends_with(".properties") || file.ends_with(".yaml"))
        || file.starts_with("appsettings") && file.ends_with(".json") && !file.contains("Development")
}

fn secrets_of(c: &Context<'_>, file: FileId) -> Vec<Violation> {
    let text = c.sources.text(file);
    let mut found: Vec<Violation> = Vec::new();
    for at in FORMS_SET.matches(text.as_bytes()) {
        for hit in FORMS_ALONE[at].find_iter(text) {
            if is_comment(text, hit.start()) {
                continue;
            }
            // In a browser's code, a key of Google is public.
            let browser = c.app.code.files.get(&file).is_some_and(|l| l.family() == Language::JavaScript);
            if browser && FORMS[at].0.contains("Google") {
                continue;
            }
            let (mut what, mut span) = (FORMS[at].0.to_owned(), Span::new(file, hit.start(), hit.end()));
            if what == "a password" {
                let Some(url) = locator::url(hit.as_str()) else { continue };
                let Some(password) = url.password.clone() else { continue };
                let value = hit.as_str().get(password.clone()).unwrap_or_default();
                let host = url.hosts.first().map_or("", String::as_str);
                if !is_far(host) || credential::is_placeholder(value) || !credential::is_literal_secret(value) {
                    continue;
                }
                span = Span::new(file, hit.start() + password.start, hit.start() + password.end);
                what = format!("a password for `{host}`");
            } else if credential::is_placeholder(hit.as_str()) || hit.as_str().contains("EXAMPLE") {
                continue;
            }
            let help = "take it out of the code, replace it, and hand it to the service as a Swarm secret";
            if is_made_up(text, hit.start()) {
                continue;
            }
            let message = format!("{what} is written in the source");
            // Of many keys in one file, the first says it.
            if found.iter().any(|v| v.message == message) {
                continue;
            }
            let whole = Span::new(file, hit.start(), hit.end());
            found.push(Violation::at(whole, message).help(help).secret(span));
        }
    }
    found
}

/// A host of the world, not of a developer's machine or a network of the stack.
fn is_far(host: &str) -> bool {
    let local =
        ["localhost", "example.com", "example.org", "example.net", "host.docker.internal", "test", "invalid", "local"];
    host.contains('.')
        && !local.iter().any(|l| host == *l || host.ends_with(&format!(".{l}")))
        && !host.starts_with("127.")
        && !host.starts_with("0.")
        && !host.starts_with("10.")
        && !host.starts_with("192.168.")
        && !host.starts_with("172.")
}

/// The name that a literal is given says that it is nobody's.
fn is_made_up(text: &str, at: usize) -> bool {
    if text[..at].contains("#[cfg(test)]") {
        return true;
    }
    let mut start = at.saturating_sub(300);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let before = text[start..at].to_ascii_lowercase();
    ["test", "fake", "dummy", "mock", "example", "sample", "fixture", "expired", "actual token"]
        .iter()
        .any(|w| before.contains(w))
}

fn is_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    ["//", "#", "*", "/*", "<!--", "--"].iter().any(|mark| line.starts_with(mark))
}
