//! Which languages a process speaks.

use std::collections::BTreeSet;

use super::image::Image;
use super::known::Role;
use super::reach::closure;
use super::{App, Process, command, server};
use crate::code::Language;
use crate::syntax::dockerfile::Body;

const SCRIPT: &[Language] = &[Language::JavaScript, Language::TypeScript, Language::Tsx];
const JVM: &[Language] = &[Language::Java, Language::Kotlin];

/// The languages of what a program runs; nothing for one that is compiled or unknown.
fn spoken(program: &str) -> Option<&'static [Language]> {
    let stem = program.split_once('.').map_or(program, |(stem, _)| stem);
    Some(match stem {
        "node" | "nodejs" | "npm" | "npx" | "yarn" | "pnpm" | "bun" | "deno" | "ts-node" | "tsx" | "nodemon"
        | "pm2" | "pm2-runtime" | "next" | "nuxt" | "nest" | "vite" | "ng" => SCRIPT,
        _ if stem.starts_with("python") => &[Language::Python],
        "gunicorn" | "uvicorn" | "hypercorn" | "daphne" | "uwsgi" | "celery" | "flask" | "fastapi" | "manage"
        | "rq" | "dramatiq" | "streamlit" | "waitress-serve" | "alembic" | "django-admin" | "granian" | "poetry"
        | "uv" | "pipenv" | "huey_consumer" | "arq" => &[Language::Python],
        "java" | "catalina" | "mvn" | "mvnw" | "gradle" | "gradlew" => JVM,
        "ruby" | "bundle" | "rails" | "rake" | "puma" | "unicorn" | "sidekiq" | "rackup" | "thin" | "thrust" => {
            &[Language::Ruby]
        }
        "php" | "php-fpm" | "apache2-foreground" | "artisan" | "console" | "frankenphp" | "composer" | "rr" => {
            &[Language::Php]
        }
        "dotnet" => &[Language::CSharp],
        "nginx" | "caddy" | "httpd" | "httpd-foreground" | "traefik" | "haproxy" | "lighttpd" | "serve"
        | "http-server" | "tail" | "sleep" | "pytest" => &[],
        _ => return None,
    })
}

/// A build that does not go on to run what it made, as `go run` and `mvn spring-boot:run` do.
fn ends_there(shown: &str) -> bool {
    ["install", "ci", "build", "compile", "bundle", "sync", "update", "publish"]
        .iter()
        .any(|verb| shown.ends_with(verb))
}

/// The language of what a build compiles.
fn compiler(program: &str, verb: &str) -> Option<Language> {
    match (program, verb) {
        ("go", "build" | "install") => Some(Language::Go),
        ("cargo", "build" | "install") => Some(Language::Rust),
        ("dotnet", "publish" | "build") => Some(Language::CSharp),
        _ => None,
    }
}

/// The languages of what a process runs: by the program that it starts, else by what its image was built with.
pub(super) fn languages(app: &App, process: &Process, image: &Image) -> BTreeSet<Language> {
    let mut found = BTreeSet::new();
    let mut told = false;
    for step in process.chain.main_steps() {
        // What installs or bundles runs none of the app.
        let bundles = ["webpack", "shakapacker", "vite"].iter().any(|w| step.shown().contains(w));
        if command::builds(step).is_some_and(|(shown, _)| ends_there(&shown)) || bundles && step.program() != "node" {
            told = true;
            continue;
        }
        // What only tests is no service.
        if matches!(step.program(), "cargo" | "go" | "dotnet" | "mvn" | "gradle")
            && step.args().first() == Some(&"test")
        {
            told = true;
            continue;
        }
        let program = server::program(step);
        let by_name = spoken(&program.name).or_else(|| spoken(step.program()));
        if let Some(languages) = by_name {
            told = true;
            found.extend(languages);
        }
    }
    // A web server's own start runs none of the app.
    let serves = image.base.known.is_some_and(|known| known.role == Role::Proxy) && process.chain.mains.is_empty();
    if serves || told && (!found.is_empty() || !process.chain.open) {
        return found;
    }
    // A program that was built, or one that is not known: the builds and the images that it was built in tell its language.
    for stage in closure(app, image) {
        for instruction in app.instructions(stage) {
            let Body::Run(command) = &instruction.body else { continue };
            let script = command.script();
            found.extend(
                script.iter().flat_map(|s| s.commands()).filter_map(|c| compiler(c.program()?, c.words.get(1)?.text())),
            );
        }
        let base = stage.base.reference.as_ref().map_or("", |r| r.short());
        let languages: &[Language] = match base {
            "golang" | "go" => &[Language::Go],
            "rust" | "cargo-chef" | "rust-musl-builder" => &[Language::Rust],
            "node" | "bun" | "deno" => SCRIPT,
            "python" | "uv" | "uwsgi-nginx-flask" | "uvicorn-gunicorn-fastapi" | "pypy" | "miniconda3" => {
                &[Language::Python]
            }
            "ruby" => &[Language::Ruby],
            "php" | "frankenphp" | "wordpress" | "nginx-php" => &[Language::Php],
            "maven" | "gradle" | "eclipse-temurin" | "openjdk" | "amazoncorretto" | "tomcat" | "jetty" | "corretto" => {
                JVM
            }
            "sdk" | "aspnet" | "dotnet-sdk" => &[Language::CSharp],
            _ => &[],
        };
        found.extend(languages);
    }
    // The browser's part is built beside a server in another language.
    if found.iter().any(|l| !SCRIPT.contains(l)) && image.base.reference.as_ref().is_none_or(|r| r.short() != "node") {
        found.retain(|l| !SCRIPT.contains(l));
    }
    found
}
