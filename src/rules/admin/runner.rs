//! Who runs the migrations, and whether the image has the admin code.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::app::command;
use crate::app::image::Image;
use crate::code::What;
use crate::rules::{Context, Ruling};
use crate::source::{Class, Kind, Sources, folder, join, name};
use crate::violation::Violation;

/// Words of commands that migrate, as pipelines, Makefiles and scripts write them.
static RUNS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(manage\.py|django-admin|artisan|console|rails|rake|flask db|flask --app \S+ db|alembic|prisma|knex|sequelize(-cli)?|typeorm\S*|drizzle-kit|db-migrate|node-pg-migrate|dbmate|goose|diesel|sqlx|sea-orm-cli|flyway|liquibase|aerich|mikro-orm|phinx|ecto|atlas|\bmigrate\b[^\n]*-(path|source|database))[^\n]*(migrat|upgrade|db:prepare|db:setup|db push|\bup\b)|ef database update",
    )
    .expect("a sound pattern")
});

/// The folder of a known tool's migrations that a path lies in.
fn migrations_of(path: &str, sources: &Sources) -> Option<String> {
    let at = folder(path);
    let file = name(path);
    let within = |mark: &str| {
        let spot = format!("/{path}").find(&format!("/{mark}/"))?;
        Some(path[..spot + mark.len()].to_owned())
    };
    if file == "env.py" && sources.text(sources.find(path)?).contains("alembic") {
        return Some(at.to_owned());
    }
    if name(at) == "migrations"
        && file.len() > 4
        && file.ends_with(".py")
        && file[..4].chars().all(|c| c.is_ascii_digit())
    {
        return Some(at.to_owned());
    }
    if file == "migration.sql" {
        return within("prisma/migrations");
    }
    if file.ends_with(".rb") {
        return within("db/migrate");
    }
    if file.ends_with(".php") {
        return within("database/migrations");
    }
    if file.ends_with(".up.sql") {
        return Some(at.to_owned());
    }
    let knex = name(at) == "migrations" && (file.ends_with(".js") || file.ends_with(".ts"));
    let beside = ["knexfile.js", "knexfile.ts"].iter().any(|f| join(folder(at), f).is_some_and(|p| sources.exists(&p)));
    (knex && beside).then(|| at.to_owned())
}

/// Whether something in the repository runs migrations.
fn is_run(c: &Context<'_>) -> bool {
    let by_start = c.app.processes.iter().flat_map(|p| &p.chain.steps).any(|s| command::migrates(s).is_some());
    let by_command = c.app.stacks.iter().flat_map(|s| &s.services).any(|service| {
        let words = service.command.iter().flatten().chain(service.entrypoint.iter().flatten());
        RUNS.is_match(&words.map(|a| a.raw.as_str()).collect::<Vec<_>>().join(" "))
    });
    let by_code = c.app.code.of(What::Migrates).next().is_some();
    let by_file = c.sources.files().any(|(id, file)| {
        let talks = matches!(file.kind, Kind::Prose | Kind::Lock | Kind::DockerIgnore | Kind::Stack);
        let code = c.app.code.files.contains_key(&id) && !file.path.ends_with(".sh") && file.kind != Kind::Script;
        !talks && !code && file.class != Class::Vendored && RUNS.is_match(c.sources.text(id))
    });
    by_start || by_command || by_code || by_file
}

pub(in crate::rules) fn migrations_without_runner(c: &Context<'_>, out: &mut Ruling) {
    let mut folders: Vec<String> = c
        .sources
        .files()
        .filter(|(_, f)| f.class == Class::App)
        .filter_map(|(_, f)| migrations_of(&f.path, c.sources))
        .collect();
    folders.sort();
    folders.dedup();
    left_out(c, &folders, out);
    if is_run(c) {
        return;
    }
    for image in c.app.release_images() {
        let carried = folders.iter().find(|f| has_some(c, image, f));
        let Some(carried) = carried else { continue };
        let message = format!("nothing here runs the migrations of `{carried}`");
        let help = "run them once per release: a service with `mode: replicated-job` and the image of the app";
        out.violation(Violation::at(image.base.span, message).help(help));
    }
}

fn has_some(c: &Context<'_>, image: &Image, at: &str) -> bool {
    c.sources.files().any(|(_, f)| folder(&f.path).starts_with(at) && c.app.carries(image, &f.path, c.sources))
}

/// Names of scripts that people run against the app's state.
fn is_admin(file: &str) -> bool {
    let lower = file.to_ascii_lowercase();
    ["migrat", "backfill", "admin", "rails", "rake", "console", "env.py", "user", "fix", "import", "recalc", "reindex"]
        .iter()
        .any(|word| lower.contains(word))
}

/// A script that works with the app's models.
fn works_on_state(text: &str) -> bool {
    ["django.setup()", "models import", "create_app(", "PrismaClient(", "ActiveRecord"].iter().any(|w| text.contains(w))
}

/// Lines of `.dockerignore` that keep migrations and admin scripts out of the image.
fn left_out(c: &Context<'_>, migrations: &[String], out: &mut Ruling) {
    let mut told = BTreeSet::new();
    for image in c.app.release_images() {
        let Some((_, patterns)) = c.app.ignore_file(image, c.sources) else { continue };
        let app = !migrations.is_empty()
            || ["manage.py", "bin/rails", "artisan"]
                .iter()
                .any(|f| join(&image.context, f).is_some_and(|p| c.sources.exists(&p)));
        for (id, file) in c.sources.files().filter(|_| app) {
            let below = if image.context.is_empty() {
                Some(file.path.as_str())
            } else {
                file.path.strip_prefix(&image.context).and_then(|p| p.strip_prefix('/'))
            };
            let Some(below) = below else { continue };
            let first = below.split('/').next().unwrap_or_default();
            let admin = below == "manage.py"
                || matches!(first, "bin" | "scripts" | "alembic")
                    && (is_admin(name(below)) || works_on_state(c.sources.text(id)))
                || migrations.iter().any(|m| folder(&file.path).starts_with(m.as_str()));
            let line = image.ignores(Some(patterns), &file.path).filter(|_| admin && file.class == Class::App);
            if let Some(line) = line.filter(|l| told.insert(l.span) && l.value.trim() != "*" && !l.value.contains("**"))
            {
                let message = format!("`{}` leaves the admin code out of the image", line.value);
                out.violation(
                    Violation::at(line.span, message)
                        .help("ship it with the app: a one-off task runs it with the release's image"),
                );
            }
        }
    }
}
