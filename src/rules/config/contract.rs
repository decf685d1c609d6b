//! The environment that the code reads against the one that the stack provides.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::app::Deployed;
use crate::app::image::Image;
use crate::app::known::Role;
use crate::app::owners::may_use;
use crate::app::provided::is_of_a_build;
use crate::code::{Language, SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{Span, name};
use crate::spelling::distance;
use crate::stack::Setting;
use crate::violation::{Severity, Violation};

/// The services whose code is known.
pub(in crate::rules) fn known<'a>(c: &Context<'a>) -> impl Iterator<Item = Deployed<'a>> {
    let app = c.app;
    app.deployed().filter(|d| d.image.is_some())
}

/// Facts that are the process's own: in its code, or in a file that configures it.
fn own<'a>(c: &'a Context<'a>, deployed: &'a Deployed<'a>, what: What) -> impl Iterator<Item = &'a SourceFact> {
    c.app.code.of(what).filter(move |f| c.app.is_run_by(f.span.file, deployed.process, c.sources))
}

/// A file that only says what is built, or one that is laid over another: what a service is given stands elsewhere.
pub(in crate::rules) fn is_for_builds(c: &Context<'_>, deployed: &Deployed<'_>) -> bool {
    deployed.stack.files.iter().any(|file| {
        let text = c.sources.text(*file);
        text.contains("!reset") || text.contains("!override") || name(c.sources.path(*file)).contains(".build.")
    })
}

pub(in crate::rules) fn env_var_unprovided(c: &Context<'_>, out: &mut Ruling) {
    for deployed in known(c) {
        let service = &deployed.service.name;
        if is_for_builds(c, &deployed) {
            continue;
        }
        let provided = &deployed.process.provided;
        let mut told: BTreeSet<String> = BTreeSet::new();
        let located: BTreeSet<&str> = own(c, &deployed, What::Connects)
            .filter(|f| !f.has("conditional"))
            .filter_map(|f| match &f.parts.get("locator")?.value {
                Value::Environment { name, default: None } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let reads: Vec<&SourceFact> = own(c, &deployed, What::ReadsEnv).collect();
        let borne: BTreeSet<&str> = reads
            .iter()
            .filter(|f| f.parts.contains_key("default") || f.has("optional"))
            .filter_map(|f| f.text("name"))
            .collect();
        let defaults: Vec<Span> = reads.iter().filter_map(|f| Some(f.parts.get("default")?.span)).collect();
        for fact in reads {
            let Some(variable) = fact.text("name") else { continue };
            if borne.contains(variable) || is_of_a_build(variable) || fact.has("guarded") {
                continue;
            }
            // django-environ's scheme gives types and defaults by keyword: `Env(DEBUG=(bool, False))`.
            let text = c.sources.text(fact.span.file);
            let python = c.app.code.files.get(&fact.span.file) == Some(&Language::Python);
            let schemed =
                python && (text.contains(&format!("{variable}=(")) || text.contains("Env(") && text.contains("**"));
            let required = fact.has("required") && !schemed;
            // A second choice is asked for where the first is missing.
            let nested = defaults.iter().any(|d| d.contains(fact.span));
            // A job may do without a service that the app needs.
            let locates = located.contains(variable)
                && !["MAIL", "SMTP", "RESULT_BACKEND"].iter().any(|w| variable.contains(w))
                && !fact.has("conditional")
                && !deployed.is_one_off();
            if nested || !required && !locates {
                continue;
            }
            // What a function or a branch needs, only who comes there misses; a feature that is off never does. Where the
            // program ends without it, it was a check of the start.
            let ends = matches!(c.app.code.files.get(&fact.span.file), Some(Language::Go | Language::Bash));
            if !ends && fact.has("inside") || fact.has("conditional") && !fact.has("asked") {
                continue;
            }
            if source::is_overridden(c, fact, &[deployed]) || source::is_configured(c, fact) {
                continue;
            }
            if !may_use(c.app, deployed.process, fact.span, c.sources) {
                continue;
            }
            if provided.has(variable) {
                out.holds(fact.place("name"), format!("`{}` provides `{variable}`", service.value));
                continue;
            }
            if let Some(why) = provided.open {
                out.unknown(service.span, why);
                continue;
            }
            if !told.insert(variable.to_owned()) {
                continue;
            }
            let message = format!("`{variable}` is read and `{}` does not provide it", service.value);
            let help = format!("give it under `environment:` of `{}`, or a default in the code", service.value);
            // `process.env.X!` tells the compiler, and stops nothing.
            let bound = fact.note("setting").is_some_and(|key| !is_resolved(c, &deployed, key));
            let stops = required && !fact.doubtful && !fact.has("asserted") && !bound;
            let severity = match (fact.has("unnamed"), stops) {
                (true, _) => Severity::Note,
                (false, true) => Severity::Error,
                (false, false) => Severity::Warning,
            };
            out.violation(
                Violation::at(fact.place("name"), message)
                    .help(help)
                    .related(service.span, "this service runs the code")
                    .severity(severity),
            );
        }
    }
}

/// Whether Spring has to resolve what a property is made of: one of its own, or one that the code asks for by `${…}`. What
/// is bound to a class stays as it is written.
fn is_resolved(c: &Context<'_>, deployed: &Deployed<'_>, key: &str) -> bool {
    let own =
        ["spring.", "quarkus.", "server.", "micronaut.", "datasources.", "mp."].iter().any(|p| key.starts_with(p));
    let asked = || format!("${{{key}");
    own || deployed.process.runs.iter().any(|file| c.sources.text(*file).contains(&asked()))
}

pub(in crate::rules) fn env_var_misspelled(c: &Context<'_>, out: &mut Ruling) {
    for deployed in known(c) {
        let provided = &deployed.process.provided;
        let reads: BTreeMap<&str, &SourceFact> = own(c, &deployed, What::ReadsEnv)
            .filter(|f| !f.doubtful)
            .filter_map(|f| Some((f.text("name")?, f)))
            .collect();
        // Spring reads any property by the variable of its name.
        let spring = deployed
            .process
            .runs
            .iter()
            .any(|f| matches!(c.app.code.files.get(f), Some(Language::Java | Language::Kotlin)))
            || reads.values().any(|f| !c.app.code.files.contains_key(&f.span.file));
        if reads.is_empty() || spring {
            continue;
        }
        let texts = LazyCell::new(|| texts(c, &deployed).collect::<Vec<&str>>());
        for setting in &deployed.service.environment {
            let given = setting.name.value.as_str();
            if reads.keys().any(|r| r.eq_ignore_ascii_case(given)) {
                continue;
            }
            let meant = reads.iter().find(|(read, _)| {
                is_slip(given, read) && !provided.has(read) && deployed.service.setting(read).is_none()
            });
            if let Some((read, fact)) = meant.filter(|_| !is_read_elsewhere(&texts, given)) {
                let message = format!("`{given}` is read by nothing, `{read}` is");
                out.violation(
                    Violation::at(setting.name.span, message)
                        .help(format!("write `{read}`"))
                        .related(fact.place("name"), "read here"),
                );
            }
        }
    }
}

/// One word of the name is a slip of the pen, or the words stand in another order.
fn is_slip(given: &str, read: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (given.split('_').collect(), read.split('_').collect());
    if a.len() > 1 && a.len() == b.len() {
        let (mut x, mut y) = (a.clone(), b.clone());
        x.sort_unstable();
        y.sort_unstable();
        if x == y && a != b {
            return true;
        }
    }
    if a.len() != b.len() {
        return given.replace('_', "") == read.replace('_', "");
    }
    let a_words = a.len();
    let differing: Vec<(&str, &str)> = a.into_iter().zip(b).filter(|(x, y)| x != y).collect();
    let [(x, y)] = differing.as_slice() else { return false };
    if matches!((*x, *y), ("URI", "URL") | ("URL", "URI") | ("DB", "DATABASE") | ("DATABASE", "DB")) {
        return true;
    }
    // `PASS` for `PASSWORD`, `MONGO` for `MONGODB`: short for the same.
    if x.len().min(y.len()) > 2 && (x.starts_with(y) || y.starts_with(x)) && a_words > 1 {
        return true;
    }
    let digits = |w: &str| w.chars().filter(char::is_ascii_digit).collect::<String>();
    let length = x.len().min(y.len());
    digits(x) == digits(y) && length >= 4 && distance(x, y) <= if length > 6 { 2 } else { 1 }
}

/// Its name stands somewhere in what the service runs: a script, a file of settings, the Dockerfile.
fn is_read_elsewhere(texts: &[&str], name: &str) -> bool {
    let runtime = ["NODE_", "JAVA_", "PYTHON", "GUNICORN_", "UVICORN_", "WEB_", "CELERY_", "SPRING_", "LOG", "MALLOC_"];
    runtime.iter().any(|p| name.starts_with(p))
        || texts.iter().any(|text| text.contains(name) || reads_alike(text, name))
}

/// Names that begin alike are put together: `f"SHOP_{key}"`.
fn reads_alike(text: &str, name: &str) -> bool {
    let Some((first, _)) = name.split_once('_') else { return false };
    ["\"", "'", "{", "$", "`", "%"].iter().any(|end| text.contains(&format!("{first}_{end}")))
}

/// The texts of what a service runs and of what configures it.
fn texts<'a>(c: &'a Context<'a>, deployed: &'a Deployed<'a>) -> impl Iterator<Item = &'a str> {
    let scripts = deployed.process.chain.scripts.iter().map(|s| s.file);
    let image = deployed.image;
    let files = c.sources.files().filter(move |(id, f)| {
        let configures =
            ["yml", "yaml", "properties", "toml", "json", "ini", "conf", "cfg", "xml", "env", "tmpl", "template", "sh"];
        deployed.process.runs.contains(id)
            || f.path.rsplit_once('.').is_some_and(|(_, e)| configures.contains(&e))
                && !deployed.stack.files.contains(id)
                && image.is_some_and(|i| c.app.carries(i, &f.path, c.sources))
    });
    let dockerfile = image.map(|i| i.file);
    files.map(|(id, _)| id).chain(scripts).chain(dockerfile).map(|id| c.sources.text(id))
}

/// An image on a plain runtime: nothing in it but its own code turns `X_FILE` into `X`.
fn is_plain(image: &Image) -> bool {
    image.base.is_scratch() || image.base.known.is_some_and(|k| matches!(k.role, Role::Runtime | Role::Os))
}

/// Variables of libraries that take a file's name.
fn is_of_a_library(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "SSL_CERT_FILE",
        "PGPASSFILE",
        "NETRC",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "KUBECONFIG",
        "AWS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ];
    NAMES.contains(&name) || !name.ends_with("_FILE")
}

/// A text that reads any variable's file: `_FILE` glued to a name, a folder of secrets.
static ANY_FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"["'`}%+*]_FILE\b|file_env|secrets_dir|configtree:|AddKeyPerFile"#).expect("a sound pattern")
});

pub(in crate::rules) fn secret_file_not_read(c: &Context<'_>, out: &mut Ruling) {
    for deployed in known(c).filter(|d| !d.process.runs.is_empty()) {
        let service = deployed.service;
        if !deployed.image.is_some_and(is_plain) {
            continue;
        }
        if deployed.process.runs.iter().any(|f| c.app.code.unread.contains(f)) {
            out.unknown(service.name.span, "not all of its code could be read");
            continue;
        }
        let secret =
            |s: &Setting| s.value.as_ref().and_then(|v| v.text()).is_some_and(|v| v.starts_with("/run/secrets/"));
        if service.node.get("secrets").is_none() && !service.environment.iter().any(secret) {
            continue;
        }
        let own: Vec<&str> = texts(c, &deployed).collect();
        let reads = |word: &str| own.iter().any(|text| text.contains(word));
        let any = own.iter().any(|text| ANY_FILE.is_match(text));
        let whole = own.iter().any(|text| {
            text.match_indices("/run/secrets").any(|(at, m)| {
                let rest = &text[at + m.len()..];
                !rest.starts_with('/') || rest[1..].starts_with(['$', '{', '"', '\'', '%', '*', '#'])
            })
        });
        let mut named: BTreeSet<String> = BTreeSet::new();
        for setting in &service.environment {
            let Some(path) = setting.value.as_ref().and_then(|v| v.text()) else { continue };
            let Some(secret) = path.strip_prefix("/run/secrets/") else { continue };
            named.insert(secret.to_owned());
            let variable = setting.name.value.as_str();
            if is_of_a_library(variable) || any || reads(variable) || reads(path) {
                out.holds(setting.name.span, format!("`{variable}` is read"));
                continue;
            }
            let message = format!("`{variable}` is read by nothing that `{}` runs", service.name.value);
            let help =
                "read the file in the code or in a start script: `_FILE` is a custom of official images, not of Docker";
            let span = setting.value.as_ref().map_or(setting.name.span, |v| setting.name.span.to(v.span));
            out.violation(Violation::at(span, message).help(help).related(service.name.span, "this service"));
        }
        for node in service.node.get("secrets").map(crate::syntax::tree::Node::items).unwrap_or_default() {
            let text = |key: &str| node.get(key).and_then(crate::syntax::tree::Node::scalar);
            let source = node.scalar().or_else(|| text("source"));
            let Some(source) = source.filter(|s| !s.contains('$')) else { continue };
            let target = text("target").unwrap_or_else(|| source.clone());
            let file = name(&target).to_owned();
            let in_command = service
                .command
                .iter()
                .flatten()
                .chain(service.entrypoint.iter().flatten())
                .any(|a| a.raw.contains(&file));
            let in_setting = service
                .environment
                .iter()
                .any(|s| s.value.as_ref().is_some_and(|v| v.raw.contains(&file) || v.raw.contains("/run/secrets")));
            if any || whole || named.contains(&file) || in_command || in_setting || reads(&file) || reads(&source) {
                continue;
            }
            let message = format!("the secret `{source}` is read by nothing that `{}` runs", service.name.value);
            let help = format!("read `/run/secrets/{file}` in the code, or take the grant away");
            out.violation(Violation::at(node.span, message).help(help).severity(Severity::Warning));
        }
    }
}
