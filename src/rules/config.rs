//! III. Config: behaviour by the environment, and no credential where others read it.

pub(super) mod contract;
mod dotenv;
mod fallback;
mod secret;
mod shared;
mod switch;

use super::codebase::first_line;
use super::{Checks, Context, Ruling};
use crate::app::credential;
use crate::app::image::{Copied, Image, Purpose};
use crate::source::{Class, FileId, Span, Tracking, folder, has_word, is_within, join, name};
use crate::stack::{Role, Setting, Text};
use crate::syntax::dockerfile::{Body, Pair};
use crate::syntax::env::Variable;
use crate::syntax::tree::{Node, Value};
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("dotenv-overrides-environment", dotenv::dotenv_overrides_environment),
    ("env-var-misspelled", contract::env_var_misspelled),
    ("env-var-unprovided", contract::env_var_unprovided),
    ("environment-name-switch", switch::environment_name_switch),
    ("secret-file-not-read", contract::secret_file_not_read),
    ("secret-in-source", secret::secret_in_source),
    ("env-file-in-image", env_file_in_image),
    ("env-file-tracked", env_file_tracked),
    ("secret-default-in-interpolation", secret_default_in_interpolation),
    ("secret-in-image", secret_in_image),
    ("secret-in-stack-env", secret_in_stack_env),
];

/// The part of a value that is a credential somebody could log in with.
fn real_secret(name: &str, value: &str) -> Option<std::ops::Range<usize>> {
    credential::in_setting(name, value).filter(|range| !credential::is_placeholder(&value[range.clone()]))
}

fn sub(span: Span, range: &std::ops::Range<usize>) -> Span {
    let whole = (span.end - span.start) as usize;
    // A value with escapes is not laid out byte for byte: hide all of it.
    if range.end > whole {
        span
    } else {
        Span::new(span.file, span.start as usize + range.start, span.start as usize + range.end)
    }
}

/// A browser build puts these where everybody reads them: they hold no secrets.
fn is_public(variable: &Variable) -> bool {
    const PREFIXES: &[&str] =
        &["VITE_", "REACT_APP_", "NEXT_PUBLIC_", "PUBLIC_", "NUXT_PUBLIC_", "EXPO_PUBLIC_", "GATSBY_", "VUE_APP_"];
    PREFIXES.iter().any(|prefix| variable.name.value.starts_with(prefix))
}

fn secrets_of(variables: &[Variable]) -> Vec<(&Variable, std::ops::Range<usize>)> {
    variables
        .iter()
        .filter(|v| !is_public(v))
        .filter_map(|v| Some((v, real_secret(&v.name.value, &v.value.as_ref()?.value)?)))
        .collect()
}

/// `.env.example` and its relatives hold no real values.
fn is_sample(path: &str) -> bool {
    let file = name(path).to_ascii_lowercase();
    const WORDS: &[&str] = &[
        "example", "sample", "template", "dist", "tmpl", "tpl", "defaults", "schema", "skeleton", "default", "test",
        "ci", "testing", "travis", "e2e", "github", "dusk", "phpunit",
    ];
    has_word(&file, WORDS)
}

fn is_dot_env(path: &str) -> bool {
    let file = name(path);
    file == ".env" || file.starts_with(".env.")
}

fn env_file_tracked(c: &Context<'_>, out: &mut Ruling) {
    for (file, variables) in &c.app.dotenv {
        let info = c.sources.file(*file);
        if info.class != Class::App || is_sample(&info.path) {
            continue;
        }
        if !matches!(info.tracking, Tracking::Tracked { .. }) {
            out.holds(first_line(c, *file), format!("`{}` is not tracked", info.path));
            continue;
        }
        let secrets = secrets_of(variables);
        for (variable, range) in &secrets {
            let value = variable.value.as_ref().expect("a secret has a value");
            let message = format!("`{}` holds a secret in a tracked file", variable.name.value);
            let help = "take the file out of git, replace the secret, and hand it to services as a Swarm secret";
            out.violation(Violation::at(variable.name.span, message).help(help).secret(sub(value.span, range)));
        }
        if secrets.is_empty() && is_dot_env(&info.path) && !variables.iter().all(is_public) {
            let message = format!("`{}` is tracked by git", name(&info.path));
            let help = "track an example with empty values beside it instead: Swarm does not read it";
            out.violation(Violation::at(first_line(c, *file), message).help(help).severity(Severity::Note));
        }
    }
}

fn secret_in_stack_env(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let labels = [service.settings(&["deploy", "labels"]), service.settings(&["labels"])].concat();
        let hashes = labels.iter().filter(|l| is_user_list(&l.name.value));
        for setting in service.environment.iter().chain(hashes) {
            let Some(value) = &setting.value else { continue };
            judge_setting(c, out, setting, value);
        }
        let words: Vec<_> = service.entrypoint.iter().flatten().chain(service.command.iter().flatten()).collect();
        for pair in words.windows(2) {
            let asked = matches!(pair[0].text(), "--requirepass" | "--masterauth" | "--password" | "--pass");
            let literal = pair[1].value.known().filter(|v| credential::is_literal_secret(v) && **v == pair[1].raw);
            if asked && literal.is_some() {
                let message = "`command` carries a credential";
                let help = "create a Swarm secret and let a start script read it";
                out.violation(Violation::at(pair[1].span, message).help(help).secret(pair[1].span));
            }
        }
    }
}

fn is_user_list(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    label.contains("basicauth.users")
        || label.contains("digestauth.users")
        || label.starts_with("caddy") && label.ends_with("basicauth")
}

fn judge_setting(c: &Context<'_>, out: &mut Ruling, setting: &Setting, value: &Text) {
    let name = &setting.name.value;
    let hash = is_user_list(name) && !value.raw.contains("${") && value.raw.contains(':');
    let range = if hash { Some(0..value.raw.len()) } else { literal_secret(name, value) };
    if let Some(range) = range {
        let quoted = usize::from(c.text(value.span).starts_with(['"', '\'']) && !value.raw.starts_with(['"', '\'']));
        let range = range.start + quoted..range.end + quoted;
        let message = format!("`{name}` carries a credential");
        let help =
            "create a Swarm secret and read it from a file, or take it from the deploy's environment: `${NAME:?}`";
        out.violation(
            Violation::at(setting.name.span.to(value.span), message).help(help).secret(sub(value.span, &range)),
        );
    } else if credential::is_secret_name(name) {
        out.holds(setting.name.span, format!("`{name}` holds no literal secret"));
    }
}

/// A credential that is written out, no part of it coming from a variable.
fn literal_secret(name: &str, value: &Text) -> Option<std::ops::Range<usize>> {
    let text = value.fact.known()?;
    if value.references.is_empty() { credential::in_setting(name, text) } else { None }
}

fn secret_default_in_interpolation(c: &Context<'_>, out: &mut Ruling) {
    for stack in c.app.stacks_of(Role::Swarm) {
        walk(&stack.root, "", &mut |key, node| {
            let Value::Str(raw) = &node.value else { return };
            if !raw.contains('$') {
                return;
            }
            let text = Text::new(raw.clone(), node.span, &crate::stack::Environment::default());
            let (key, raw_value) = match raw.split_once('=') {
                // An item of a list of settings.
                Some((name, value)) if key.is_empty() || key == "environment" || key == "labels" => (name, value),
                _ => (key, raw.as_str()),
            };
            for reference in &text.references {
                let Some(default) = reference.default.as_deref().filter(|d| !d.contains('$')) else {
                    if reference.required && credential::is_secret_name(&reference.name) {
                        out.holds(node.span, format!("`{}` is required", reference.name));
                    }
                    continue;
                };
                // The whole value is the variable, or a URL has it as its password.
                let alone = raw_value.trim() == format!("${{{}:-{default}}}", reference.name)
                    || raw_value.trim() == format!("${{{}-{default}}}", reference.name);
                let secret_name =
                    credential::is_secret_name(&reference.name) || alone && credential::is_secret_name(key);
                let in_url = credential::password_in_url(default);
                let upper = reference.name.to_ascii_uppercase();
                let account = upper.ends_with("USER") || upper.ends_with("NAME") || upper.ends_with("LOGIN");
                // Of a list of users, only a hash lets anybody in.
                let list = is_user_list(key) && !["$apr1$", "$2", "{SHA}"].iter().any(|hash| default.contains(hash));
                let secret =
                    in_url.is_some() || secret_name && !account && !list && credential::is_literal_secret(default);
                if secret {
                    let message = format!("`{}` falls back to a written secret", reference.name);
                    let source = c.text(node.span);
                    let hidden = source.find(default).map_or(node.span, |at| sub(node.span, &(at..at + default.len())));
                    let help = format!("let the deploy stop where it is unset: `${{{}:?}}`", reference.name);
                    let violation = Violation::at(node.span, message).help(help).secret(hidden);
                    // The password of a mail server elsewhere: with the fallback, sending fails, and nothing is open.
                    let client = ["SMTP", "MAIL", "EMAIL"].iter().any(|w| upper.split('_').any(|part| part == *w));
                    out.violation(if client { violation.severity(Severity::Warning) } else { violation });
                }
            }
        });
    }
}

/// Every scalar of a tree with the nearest key above it.
fn walk<'n>(node: &'n Node, key: &'n str, visit: &mut impl FnMut(&'n str, &'n Node)) {
    visit(key, node);
    for entry in node.entries() {
        walk(&entry.value, entry.name(), visit);
    }
    for item in node.items() {
        walk(item, key, visit);
    }
}

fn secret_in_image(c: &Context<'_>, out: &mut Ruling) {
    for image in c.app.release_images() {
        for instruction in c.app.instructions(image) {
            if let Body::Env(pairs) | Body::Arg(pairs) = &instruction.body {
                for pair in pairs {
                    judge_pair(pair, out);
                }
            }
        }
        for copied in image.copies.iter().filter(|copy| copy.from.is_none() && !copy.foreign && !copy.inline) {
            copied.sources.iter().for_each(|source| judge_copy(c, out, image, copied, &source.value));
        }
    }
}

fn judge_pair(pair: &Pair, out: &mut Ruling) {
    let Some(value) = &pair.value else { return };
    let name = &pair.name.value;
    let text = value.value.trim_matches(['"', '\'']);
    if text.contains('$') {
        return;
    }
    let at = value.value.find(text).unwrap_or(0);
    match real_secret(name, text) {
        Some(range) => {
            let message = format!("`{name}` puts a secret in the image");
            let help = "mount it for the step that needs it (`RUN --mount=type=secret`), and give it to the service as a Swarm secret";
            let hidden = sub(value.span, &(range.start + at..range.end + at));
            out.violation(Violation::at(pair.name.span.to(value.span), message).help(help).secret(hidden));
        }
        None if credential::is_secret_name(name) => out.holds(pair.name.span, format!("`{name}` holds no secret")),
        None => {}
    }
}

fn judge_copy(c: &Context<'_>, out: &mut Ruling, image: &Image, copied: &Copied, source: &str) {
    let file = name(source).to_ascii_lowercase();
    let extension = file.rsplit_once('.').map_or("", |(_, e)| e);
    let id = join(&image.context, source).and_then(|p| c.sources.find(&p));
    let text = id.map(|id| c.sources.text(id));
    let is_secret = match (file.as_str(), extension) {
        (".npmrc" | ".pypirc" | ".netrc" | "auth.json" | ".dockercfg", _) => text.is_some_and(holds_token),
        ("id_rsa" | "id_ed25519" | "id_dsa" | "id_ecdsa", _) | (_, "p12" | "pfx" | "jks" | "keystore") => true,
        (_, "pem" | "key") => match text {
            Some(text) => text.contains("PRIVATE KEY-----"),
            None => extension == "key" || file.contains("priv") || file.contains("key"),
        },
        _ => false,
    };
    if is_secret {
        let shown = source.trim_start_matches("./");
        let help = "mount it for the step that needs it (`RUN --mount=type=secret`), or give it to the service as a Swarm secret";
        out.violation(Violation::at(copied.span, format!("`{shown}` puts a secret in the image")).help(help));
    }
}

/// A registry token that is written out.
fn holds_token(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        let key = ["_authToken=", "_auth=", "_password=", "password =", "password "]
            .iter()
            .find_map(|k| line.find(k).map(|at| &line[at + k.len()..]));
        key.is_some_and(|value| !value.trim().is_empty() && !value.trim().starts_with('$'))
    })
}

fn env_file_in_image(c: &Context<'_>, out: &mut Ruling) {
    for image in c.app.images.iter().filter(|i| i.purpose == Purpose::Release) {
        let patterns = c.app.ignore_file(image, c.sources).map(|(_, p)| p);
        let own: Vec<&Copied> =
            image.copies.iter().filter(|copy| copy.from.is_none() && !copy.foreign && !copy.inline).collect();
        for copied in own {
            let mut seen = false;
            for (file, variables) in &c.app.dotenv {
                let path = c.sources.path(*file);
                let judged = c.sources.file(*file).class == Class::App;
                if !judged || !is_dot_env(path) || is_sample(path) || !reaches(image, copied, path) {
                    continue;
                }
                if image.ignores(patterns, path).is_some() {
                    seen = true;
                    out.holds(copied.span, format!("`{path}` is kept out of the build"));
                    continue;
                }
                seen = true;
                // What git does not have and the developer's folder has is there where the image is built by hand.
                let shown = path.strip_prefix(&format!("{}/", image.context)).unwrap_or(path);
                let secret = !secrets_of(variables).is_empty();
                let violation = Violation::at(copied.span, format!("`{shown}` is copied into the image"))
                    .help("name it in .dockerignore")
                    .related(first_line(c, *file), "this file");
                out.violation(if secret { violation } else { violation.severity(Severity::Note) });
            }
            let dot_env = join(&image.context, ".env").unwrap_or_default();
            let whole = copied.sources.iter().any(|s| matches!(s.value.as_str(), "." | "./" | "/"));
            if !seen && whole && ignores_dot_env(c, image) && image.ignores(patterns, &dot_env).is_none() {
                let violation = Violation::at(copied.span, "`.env` is not kept out of the image")
                    .help("name it in .dockerignore: developers have one");
                out.violation(violation.severity(Severity::Note));
            }
        }
    }
}

/// Whether a copy takes in a file of the repository.
fn reaches(image: &Image, copied: &Copied, path: &str) -> bool {
    copied.sources.iter().any(|source| {
        let Some(taken) = join(&image.context, &source.value) else { return false };
        is_within(path, &taken) || crate::app::image::glob(&taken, path)
    })
}

/// A `.gitignore` of the context says that developers have a `.env`.
fn ignores_dot_env(c: &Context<'_>, image: &Image) -> bool {
    let mut at = image.context.as_str();
    loop {
        let rules: Option<FileId> = join(at, ".gitignore").and_then(|p| c.sources.find(&p));
        if rules.is_some_and(|id| {
            c.sources.text(id).lines().any(|l| matches!(l.trim(), ".env" | "/.env" | ".env*" | "*.env" | "**/.env"))
        }) {
            return true;
        }
        if at.is_empty() {
            return false;
        }
        at = folder(at);
    }
}
