//! Credentials that are written in the source.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::bytes::{RegexSet, RegexSetBuilder};

use crate::app::credential;
use crate::app::locator;
use crate::app::{Deployed, Runners};
use crate::code::{Language, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{Class, File, FileId, Span, folder, has_word, is_within, name};
use crate::syntax::settings;
use crate::violation::{Severity, Violation};

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
    ("an Azure access key", r"\bSharedAccessKey=[A-Za-z0-9+/]{42,44}="),
    ("a Groq key", r"\bgsk_[A-Za-z0-9]{52}\b"),
    ("a DeepSeek key", r"\bsk-[0-9a-f]{32}\b"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{34}\b"),
    ("a DigitalOcean token", r"\bdop_v1_[0-9a-f]{64}\b"),
    ("an AWS secret key", r"(?i)\baws_secret_access_key[\x22']?\s*[:=]\s*[\x22']?[A-Za-z0-9/+]{40}\b"),
    ("Django's secret key", r"(?m)^SECRET_KEY\s*=\s*[\x22']django-insecure-[^\x22']{40,}"),
    ("a password in a command", r"--(?:http-|ftp-|proxy-|user-)?passw(?:or)?d[= ][A-Za-z0-9+/_!@#%^*.-]{6,}"),
    (
        "a password of a Google account",
        r"(?i)\bpassw(?:or)?d[\x22']?\s*(?::=|=>|[:=,])\s*[\x22']?[a-z]{4} [a-z]{4} [a-z]{4} [a-z]{4}\b",
    ),
    (
        PASSWORD_PAIR,
        r"(?i)\b(?:server|data source|host)\s*=\s*[^;\x22'\s]+;[^\x22'\n]*?\b(?:password|pwd)\s*=\s*[^;\x22'\s]{3,}",
    ),
    (
        SIGNING,
        r"(?i)(?:\bsecret_key|\bsecret_key_base|\[[\x22'](?:jwt_)?secret_key[\x22']\]|\bjwt_?secret|\bjwt_?key|\bcookieValidationKey[\x22'])\s*(?:=>|=|:=|:)\s*(?:\[\]byte\()?[\x22'][^\x22'\n\s]{6,}[\x22']",
    ),
    (SIGNING, r"\b(?:app|application|server)\.secret_key\s*=\s*[\x22'][^\x22'\n]{6,}[\x22']"),
    (SIGNING, r"\bset :session_secret,\s*[\x22'][^\x22'\n\s]{6,}[\x22']"),
    (
        SIGNING,
        r"(?i)\b(?:secret_?key|jwt_?(?:secret|key)|session_?(?:secret|key))\s*:?=\s*\[\]byte\(\x22[^\x22\n]{6,}\x22",
    ),
    (
        SIGNING,
        r"\b(?:SymmetricSecurityKey\(\s*(?:System\.Text\.)?Encoding\.\w+\.GetBytes|hmacShaKeyFor|NewCookieStore\(\[\]byte)\(\s*\x22[^\x22\n]{6,}\x22",
    ),
    (SIGNING, r"\bjwt\.(?:sign|verify|encode|decode)\([^(){}\n]*,\s*[\x22'][^\x22'\n\s]{6,}[\x22']"),
    (SIGNING, r"\bsession\(\s*\{\s*(?:[^{}]*,\s*)?secret:\s*[\x22'][^\x22'\n]{6,}[\x22']"),
    (
        NAMED,
        r"(?i)\b[a-z_.]*(?:password|passwd|secret|secret_?key|api_?key|access_?key|auth_?token|access_?token|signing_?key|encryption_?key)[\x22']?\]?\s*(?:=>|:=|=|:|,)\s*[\x22'][A-Za-z0-9+/=_!@#$%^&*.-]{16,}[\x22']",
    ),
    ("a password", r"\b[a-z][a-z0-9+]{1,20}://[^\s:@/\x22'`<>{}$]*:[^\s@/\x22'`<>{}$]{3,}@[A-Za-z0-9.-]+"),
];

/// `Server=db;Password=…`
const PASSWORD_PAIR: &str = "a password of a database";
/// What a framework is given to sign with.
const SIGNING: &str = "the key that signs sessions or tokens";
/// What is named as a credential, and looks like nothing else.
const NAMED: &str = "a credential";

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
        .filter(|(id, f)| {
            f.class == Class::App && (c.app.code.files.contains_key(id) || is_settings(&f.path) || is_key(f))
        })
        .map(|(id, _)| id)
        .collect();
    let of = |id: &FileId| secrets_of(c, *id).into_iter().chain(settings_of(c, *id));
    let found: Vec<Violation> = files.par_iter().flat_map_iter(of).collect();
    let spare: Vec<Span> = c.app.code.of(What::ReadsEnv).filter_map(|f| super::fallback::unneeded(c, f)).collect();
    let found: Vec<Violation> =
        found.into_iter().filter(|v| !spare.iter().any(|s| s.contains(v.span) || v.span.contains(*s))).collect();
    let told: Vec<Span> = found.iter().map(|v| v.span).collect();
    for violation in found {
        out.violation(violation);
    }
    super::fallback::known_keys(c, &told, out);
    super::shared::known_passwords(c, &told, out);
}

fn is_settings(path: &str) -> bool {
    let file = name(path);
    file.starts_with("application")
        && (file.ends_with(".yml") || file.ends_with(".properties") || file.ends_with(".yaml"))
        || file.starts_with("appsettings")
            && file.ends_with(".json")
            && !["Development", "Test", "Local"].iter().any(|word| file.contains(word))
}

/// A file that is made to hold a key.
fn is_key(file: &File) -> bool {
    let lower = file.path.to_ascii_lowercase();
    let own = name(&lower);
    let end = own.rsplit_once('.').map_or("", |(_, end)| end);
    let account = end == "json" && ["credential", "account", "firebase", "gcp"].iter().any(|w| own.contains(w));
    let named = end.is_empty() && ["id_rsa", "id_ed25519", "id_ecdsa", "key"].iter().any(|w| own.contains(w));
    const NOBODY: &[&str] = &[
        "test",
        "tests",
        "example",
        "sample",
        "fixture",
        "localhost",
        "dev",
        "local",
        "snakeoil",
        "dummy",
        "development",
        "demo",
        "benchmark",
        "integration",
        "ci",
        "demoselfsign",
        "selfsigned",
    ];
    (matches!(end, "pem" | "key" | "p8") || account || named) && !has_word(&lower.replace('/', "-"), NOBODY)
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
            // Of settings, every value is read by its key.
            if FORMS[at].0 == NAMED && is_settings(c.sources.path(file)) {
                continue;
            }
            if browser && (FORMS[at].0.contains("Google") || FORMS[at].0 == NAMED && is_of_browser(c, file)) {
                continue;
            }
            // The name of a credential that says it is public.
            let name = hit.as_str().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if FORMS[at].0 == NAMED && name.contains('_') && !credential::is_secret_name(name) {
                continue;
            }
            let whole = Span::new(file, hit.start(), hit.end());
            let Some(Secret { what, value, sure }) = read(FORMS[at].0, hit.as_str()) else { continue };
            let span = Span::new(file, hit.start() + value.start, hit.start() + value.end);
            let help = "take it out of the code, replace it, and hand it to the service as a Swarm secret";
            if is_made_up(text, hit.start()) {
                continue;
            }
            // Django's settings of production have their own.
            let runs: Vec<Deployed<'_>> = match c.app.runners(file, c.sources) {
                Runners::Services(services) if c.sources.path(file).contains("settings") => services,
                _ => Vec::new(),
            };
            if !runs.is_empty() && runs.iter().all(|d| source::is_given_again(c, d, span)) {
                continue;
            }
            let message = format!("{what} is written in the source");
            // Of many keys in one file, the first says it; of two forms of one, the surer.
            if found.iter().any(|v| v.message == message || v.span.contains(span) || whole.contains(v.span)) {
                continue;
            }
            let violation = Violation::at(whole, message).help(help).secret(span);
            // A key of TLS may be of a certificate that nobody trusts.
            let tls = has_word(&c.sources.path(file).replace('/', "-"), &["cert", "certs", "ssl", "tls", "https"]);
            // A file with a key that no image takes along opens nothing there.
            let taken = || c.app.images.iter().any(|i| c.app.carries(i, c.sources.path(file), c.sources));
            let account = c.sources.path(file).ends_with(".json");
            let open = sure && !tls && (account || !is_key(c.sources.file(file)) || taken());
            found.push(if open { violation } else { violation.severity(Severity::Warning) });
        }
    }
    found
}

/// Whether a file is of a package that browsers load: what it knows, everyone may.
fn is_of_browser(c: &Context<'_>, file: FileId) -> bool {
    let path = c.sources.path(file);
    let own = c.app.manifests.iter().filter(|m| is_within(path, folder(c.sources.path(m.file))));
    let nearest = own.max_by_key(|m| folder(c.sources.path(m.file)).len());
    nearest.is_some_and(|m| m.dependency("@angular/core").is_some() || m.dependency("react-scripts").is_some())
}

/// Settings that are named as credentials, and hold one.
fn settings_of(c: &Context<'_>, file: FileId) -> Vec<Violation> {
    let path = c.sources.path(file);
    if !is_settings(path) {
        return Vec::new();
    }
    let mut found: Vec<Violation> = Vec::new();
    for (key, value) in settings::read(file, path, c.sources.text(file)) {
        // `${DB_PASSWORD:hV7qP2xLw9Zt}` has it all the same.
        let text = value.value.as_str();
        let default = text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).and_then(|t| t.split_once(':'));
        let secret = default.map_or(text, |(_, default)| default);
        let development = key.starts_with("%dev") || key.starts_with("%test");
        let named = !development && credential::is_secret_name(&key.replace(['.', '-'], "_"));
        if named && is_real(secret) && is_strong(secret, 10) {
            let help = "take it out of the settings, replace it, and hand it to the service as a Swarm secret";
            let violation = Violation::at(value.span, format!("`{key}` carries a credential")).help(help);
            // The password of a file opens nothing without the file.
            let lower = key.to_ascii_lowercase().replace(['-', '_', '.'], "");
            let of_file = ["certificate", "pfx", "keystore", "truststore", "keypassword"];
            let lesser = of_file.iter().any(|w| lower.contains(w));
            let severity = if lesser { Severity::Note } else { Severity::Warning };
            found.push(violation.secret(value.span).severity(severity));
        }
    }
    found
}

/// Passwords of examples.
pub(super) const COMMON: &[&str] =
    &["postgres", "password", "passwort", "secret", "mysecret", "rabbitmq", "mongodb", "123456", "12345678"];

/// A credential that a text holds.
struct Secret {
    what: String,
    /// Where it stands in the text.
    value: Range<usize>,
    /// It is one by its form alone, or opens what the world reaches.
    sure: bool,
}

/// The credential in what a form has hit; nothing for a placeholder, or a password of the developer's own machine.
fn read(form: &str, text: &str) -> Option<Secret> {
    let password = |value: Range<usize>, host: &str| {
        let secret = &text[value.clone()];
        // `postgres` and its like are nobody's password but a template's.
        let sure = is_far(host) && secret.len() > 5 && !COMMON.contains(&secret.to_ascii_lowercase().as_str());
        let named = !is_local(host) && is_strong(secret, 8);
        (is_real(secret) && (sure || named)).then(|| Secret { what: format!("a password for `{host}`"), value, sure })
    };
    match form {
        "a password" => {
            let url = locator::url(text)?;
            password(url.password.clone()?, url.hosts.first()?)
        }
        PASSWORD_PAIR => {
            let lower = text.to_ascii_lowercase();
            let value = text.rfind('=').map(|at| at + 1)?..text.len();
            let host = text[lower.find('=')? + 1..].trim_start();
            let host = host.strip_prefix("tcp:").unwrap_or(host).split([',', ';', ':', '\\']).next()?;
            password(value, host)
        }
        SIGNING | NAMED => {
            let (start, end) = (quote_before(text)? + 1, text.len() - 1);
            let secret = &text[start..end];
            // `airbrake_api_key` is what something is called.
            let called = secret.contains('_') && secret.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            // Flask and Go's cookies take any words.
            let words = text.contains(".secret_key") || text.contains("[]byte(");
            let strong =
                form == SIGNING && (words || !secret.contains([' ', '.'])) || is_strong(secret, 16) && is_mixed(secret);
            let public = secret.starts_with("AIza") || secret.starts_with("pk_") || secret.starts_with("pk.");
            (!called && is_real(secret) && strong && !public).then(|| Secret {
                what: form.to_owned(),
                value: start..end,
                sure: false,
            })
        }
        _ => {
            let made_up = credential::is_placeholder(text) || text.contains("EXAMPLE");
            // Most keys of Google's are for maps, which browsers are given.
            let sure = !text.starts_with("AIza");
            (!made_up).then(|| Secret { what: form.to_owned(), value: 0..text.len(), sure })
        }
    }
}

/// A value that stands for itself, and not in another's place.
fn is_real(secret: &str) -> bool {
    !credential::is_placeholder(secret) && credential::is_literal_secret(secret)
}

/// Where the quotation begins that a text ends with.
fn quote_before(text: &str) -> Option<usize> {
    let last = text.chars().last().filter(|c| matches!(c, '"' | '\''))?;
    text[..text.len() - 1].rfind(last)
}

/// Letters and digits, of some length: no word, and nobody's first choice.
fn is_strong(secret: &str, length: usize) -> bool {
    let digits = secret.chars().filter(char::is_ascii_digit).count();
    secret.len() >= length && digits >= 2 && secret.chars().filter(char::is_ascii_alphabetic).count() >= 4
}

/// Upper and lower case with many different characters, or a long hexadecimal number: no name of something.
fn is_mixed(secret: &str) -> bool {
    let different: BTreeSet<char> = secret.chars().collect();
    let cases = secret.contains(|c: char| c.is_ascii_uppercase()) && secret.contains(|c: char| c.is_ascii_lowercase());
    let digits = secret.chars().filter(char::is_ascii_digit).count();
    let hex = secret.len() >= 32 && secret.chars().all(|c| c.is_ascii_hexdigit());
    !secret.contains("://") && (cases && digits >= 3 && different.len() >= 10 || hex && different.len() >= 8)
}

/// A host of the developer's own machine, or of nobody.
fn is_local(host: &str) -> bool {
    let local = ["localhost", "127.0.0.1", "::1", "(localdb)", ".", "host.docker.internal", "0.0.0.0"];
    host.is_empty()
        || local.iter().any(|l| host.eq_ignore_ascii_case(l))
        || host.starts_with("127.")
        || host.contains("example")
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
    ["test", "fake", "dummy", "mock", "example", "sample", "fixture", "expired", "actual token", "seeds/"]
        .iter()
        .any(|w| before.contains(w))
}

fn is_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    // An answer of an interface, copied into a block.
    let open = text[..at].rfind("/*").is_some_and(|open| text[open..at].find("*/").is_none());
    if open && !text[..at].contains("/*\"") {
        return true;
    }
    ["//", "#", "*", "/*", "<!--", "--"].iter().any(|mark| line.starts_with(mark))
}
