//! What commands do: build, fetch, migrate, serve for development, or end by design.

use std::collections::BTreeMap;

use super::chain::Step;
use super::server::{Program, program};
use crate::fact::Fact;
use crate::stack::Argument;

fn words(step: &Step, n: usize) -> String {
    step.words().into_iter().take(n).collect::<Vec<_>>().join(" ")
}

/// The build that a step is, as it is shown, and whether it only prepares assets.
#[must_use]
pub fn builds(step: &Step) -> Option<(String, bool)> {
    let program = program(step);
    let verb = program.verb().to_owned();
    let second = program.args.iter().map(Argument::text).filter(|a| !a.starts_with('-')).nth(1).unwrap_or_default();
    let name = program.name.as_str();
    let is_build = |script: &str| {
        matches!(script, "build" | "compile" | "bundle" | "dist")
            || script.starts_with("build:")
            || script.starts_with("compile:")
    };
    let plain = |shown: String| Some((shown, false));
    match name {
        "npm" | "pnpm" | "bun" | "yarn" => match verb.as_str() {
            "run" | "run-script" if is_build(second) => plain(format!("{name} {verb} {second}")),
            "ci" | "install" | "i" | "clean-install" => plain(format!("{name} {verb}")),
            "" if name == "yarn" && program.args.is_empty() => plain("yarn".to_owned()),
            "build" if name != "npm" => plain(format!("{name} build")),
            _ => None,
        },
        "tsc" | "webpack" | "rollup" | "parcel" | "gulp" | "grunt" | "esbuild" | "tsup" => {
            let serves = program.has(&["serve", "--version", "-v", "--help"]);
            (!serves).then(|| (name.to_owned(), false))
        }
        "vite" | "next" | "nuxt" | "nuxi" | "ng" | "vue-cli-service" | "react-scripts" | "astro" | "remix"
        | "gatsby" | "nest" | "turbo"
            if verb == "build" =>
        {
            plain(format!("{name} build"))
        }
        "pip" | "pip3" if verb == "install" => plain(format!("{name} install")),
        "bundle" | "bundler" if verb == "install" => plain(format!("{name} install")),
        "composer" if matches!(verb.as_str(), "install" | "update") => plain(format!("composer {verb}")),
        "poetry" | "pipenv" | "pdm" if matches!(verb.as_str(), "install" | "sync") => plain(format!("{name} {verb}")),
        "uv" if verb == "sync" => plain("uv sync".to_owned()),
        "mvn" | "mvnw" | "gradle" | "gradlew" if !program.args.is_empty() && !program.has(&["--version", "-v"]) => {
            plain(format!("{name} {verb}").trim().to_owned())
        }
        "go" if matches!(verb.as_str(), "run" | "build" | "install") => plain(format!("go {verb}")),
        "cargo" if matches!(verb.as_str(), "run" | "build" | "install") => plain(format!("cargo {verb}")),
        "dotnet"
            if matches!(verb.as_str(), "run" | "build" | "publish" | "restore") && !program.has(&["--no-build"]) =>
        {
            plain(format!("dotnet {verb}"))
        }
        "rake" | "rails" if program.has(&["assets:precompile", "webpacker:compile"]) => {
            Some((format!("{name} assets:precompile"), true))
        }
        "manage.py" if matches!(verb.as_str(), "collectstatic" | "compress" | "compilemessages") => {
            Some((format!("manage.py {verb}"), true))
        }
        "apt-get" | "apt" | "apk" | "yum" | "dnf" if matches!(verb.as_str(), "install" | "add") => {
            plain(format!("{name} {verb}"))
        }
        "gcc" | "g++" | "make" | "cmake" => None,
        _ => None,
    }
}

/// What a step fetches.
pub enum Fetched {
    Code(String),
    Data(String),
}

/// What a step brings from elsewhere that the image does not have.
#[must_use]
pub fn fetches(step: &Step) -> Option<Fetched> {
    const CODE: &[&str] = &[
        "jar", "war", "ear", "js", "mjs", "py", "rb", "php", "phar", "zip", "gz", "tgz", "xz", "bz2", "sh", "so",
        "whl", "gem", "deb", "apk", "rpm", "exe", "bin", "dll",
    ];
    let program = program(step);
    let verb = program.verb();
    let ends_as_code = |text: &str| {
        let text = text.split(['?', '#']).next().unwrap_or(text);
        let file = crate::source::name(text);
        file.rsplit_once('.').is_some_and(|(_, e)| CODE.contains(&e.to_ascii_lowercase().as_str()))
    };
    match program.name.as_str() {
        "git" if matches!(verb, "clone" | "pull") => Some(Fetched::Code(format!("git {verb}"))),
        "aws" if program.has(&["s3"]) && program.has(&["cp", "sync"]) => {
            let from = program.args.iter().map(|a| a.raw.as_str()).find(|a| a.contains("s3://"))?;
            // Towards the bucket is a backup.
            let last = program.args.last().is_some_and(|a| a.raw.contains("s3://"));
            let verb = if program.has(&["cp"]) { "cp" } else { "sync" };
            (!last && ends_as_code(from.trim_matches('"'))).then(|| Fetched::Code(format!("aws s3 {verb}")))
        }
        name @ ("curl" | "wget") => {
            let sends = program.args.iter().map(Argument::text).any(|a| {
                matches!(a, "-X" | "-d" | "-F" | "-T")
                    || ["-X", "--data", "--form", "--upload", "--request"].iter().any(|o| a.starts_with(o))
            });
            if step.around.test || sends {
                return None;
            }
            let output = program.option(&["-o", "-O", "--output", "--output-document"]);
            let by_name = name == "curl"
                && program
                    .args
                    .iter()
                    .any(|a| a.text().starts_with('-') && !a.text().starts_with("--") && a.text().contains('O'));
            let plain_wget = name == "wget"
                && output.is_none()
                && !program.args.iter().any(|a| a.text().contains("spider") || a.text().contains("-q"));
            let redirected =
                step.redirects.iter().find(|r| r.op == ">" && r.fd == Some(1)).map(|r| r.target.text().to_owned());
            let target = output.and_then(Fact::into_value).or(redirected);
            if target.as_deref().is_some_and(|t| matches!(t, "-" | "/dev/null" | "/dev/stdout"))
                || target.is_none() && !by_name && !plain_wget
            {
                return None;
            }
            let url = program.args.iter().map(Argument::text).find(|a| a.contains("://"))?;
            let code = target.as_deref().is_some_and(ends_as_code) || ends_as_code(url);
            Some(if code { Fetched::Code(name.to_owned()) } else { Fetched::Data(name.to_owned()) })
        }
        "npx" if !program.has(&["--no-install", "--offline"]) => {
            let package = program.args.iter().map(Argument::text).find(|a| !a.starts_with('-'))?;
            Some(Fetched::Code(format!("npx {package}")))
        }
        "bunx" | "uvx" | "pipx" => Some(Fetched::Code(format!("{} {verb}", program.name))),
        "pnpm" | "yarn" if verb == "dlx" => Some(Fetched::Code(format!("{} dlx", program.name))),
        _ => None,
    }
}

/// The migration of a database's schema that a step is, as it is shown.
#[must_use]
pub fn migrates(step: &Step) -> Option<String> {
    let program = program(step);
    let verb = program.verb();
    let has = |word: &str| program.has(&[word]);
    // It asks what is to be done, and does nothing.
    if ["--check", "--dry-run", "--plan", "status"].iter().any(|w| has(w)) {
        return None;
    }
    match program.name.as_str() {
        "manage.py" if matches!(verb, "migrate" | "syncdb") => Some(format!("manage.py {verb}")),
        "django-admin" if verb == "migrate" => Some("django-admin migrate".to_owned()),
        "alembic" if has("upgrade") => Some("alembic upgrade".to_owned()),
        "flask" if verb == "db" && has("upgrade") => Some("flask db upgrade".to_owned()),
        "flask" if verb == "deploy" => Some("flask deploy".to_owned()),
        "aerich" | "piccolo" | "yoyo" | "dbmate" | "goose" | "sql-migrate" | "diesel" | "sqlx" | "sea-orm-cli"
        | "migrate" | "atlas"
            if program.args.iter().any(|a| {
                matches!(a.text(), "up" | "upgrade" | "forwards" | "apply" | "migration" | "migrate" | "run")
            }) =>
        {
            Some(words(step, 2))
        }
        "rake" | "rails" => {
            let task = program
                .args
                .iter()
                .map(Argument::text)
                .find(|a| matches!(*a, "db:migrate" | "db:prepare" | "db:setup" | "db:schema:load"))?;
            Some(format!("{} {task}", program.name))
        }
        "prisma" if has("migrate") && has("deploy") => Some("prisma migrate deploy".to_owned()),
        "prisma" if has("migrate") && has("dev") => Some("prisma migrate dev".to_owned()),
        "prisma" if has("db") && has("push") => Some("prisma db push".to_owned()),
        "sequelize" | "sequelize-cli" if has("db:migrate") => Some(format!("{} db:migrate", program.name)),
        "knex" if has("migrate:latest") => Some("knex migrate:latest".to_owned()),
        "typeorm" | "typeorm-ts-node-commonjs" if has("migration:run") => {
            Some(format!("{} migration:run", program.name))
        }
        "drizzle-kit" if matches!(verb, "migrate" | "push") => Some(format!("drizzle-kit {verb}")),
        "node-pg-migrate" | "db-migrate" if has("up") => Some(format!("{} up", program.name)),
        "artisan" if verb == "migrate" || verb == "migrate:fresh" => Some(format!("artisan {verb}")),
        "console" if has("doctrine:migrations:migrate") => Some("console doctrine:migrations:migrate".to_owned()),
        "dotnet" if verb == "ef" && has("update") => Some("dotnet ef database update".to_owned()),
        "flyway" | "liquibase" if has("migrate") || has("update") => Some(words(step, 1)),
        "mix" if verb == "ecto.migrate" => Some("mix ecto.migrate".to_owned()),
        // A script of one's own: `tsx scripts/migrate.ts`.
        "node" | "tsx" | "ts-node" | "python" | "python3" | "php" | "ruby"
            if program.args.iter().map(Argument::text).find(|a| !a.starts_with('-')).is_some_and(is_migration_file) =>
        {
            Some(words(step, 2))
        }
        "npm" | "yarn" | "pnpm" | "bun" => {
            let script = program
                .args
                .iter()
                .map(Argument::text)
                .filter(|a| !a.starts_with('-') && !matches!(*a, "run" | "run-script"))
                .find(|a| is_migration_script(a))?;
            Some(format!("{} {}{script}", program.name, if has("run") { "run " } else { "" }))
        }
        _ => None,
    }
}

/// `migrate.js`, `run-migrations.mjs`
fn is_migration_file(path: &str) -> bool {
    let file = crate::source::name(path).to_ascii_lowercase();
    let Some((stem, _)) = file.rsplit_once('.') else { return false };
    matches!(stem.replace(['-', '_'], "").as_str(), "migrate" | "migrations" | "runmigrations" | "runmigration")
}

fn is_migration_script(name: &str) -> bool {
    let words: Vec<&str> = name.split([':', '-', '_']).collect();
    words.contains(&"migrate")
        || words.contains(&"migrations")
        || words.contains(&"migration") && words.iter().any(|w| matches!(*w, "run" | "up" | "deploy" | "latest"))
        || name == "db:deploy"
}

/// The server for development that a step is, as it is shown.
#[must_use]
pub fn develops(step: &Step, environment: &BTreeMap<String, Fact<String>>) -> Option<String> {
    let mut program = program(step);
    if matches!(program.name.as_str(), "npx" | "bunx") {
        let at = program.args.iter().position(|a| !a.text().starts_with('-'))?;
        program = Program { name: program.args[at].text().to_owned(), args: &program.args[at + 1..] };
    }
    let verb = program.verb();
    let name = program.name.as_str();
    let shown = |words: &str| Some(words.to_owned());
    let flag = |flags: &[&str]| {
        program.args.iter().map(Argument::text).find(|a| flags.contains(a)).map(|f| format!("{name} {f}"))
    };
    match name {
        "manage.py" if matches!(verb, "runserver" | "runserver_plus") => Some(format!("manage.py {verb}")),
        "flask" if verb == "run" => shown("flask run"),
        "fastapi" if verb == "dev" => shown("fastapi dev"),
        "rails" if matches!(verb, "s" | "server") => {
            // What no file says may be set elsewhere: only what is known counts.
            let told = program.option(&["-e", "--environment"]);
            let known =
                told.as_ref().or_else(|| environment.get("RAILS_ENV")).or_else(|| environment.get("RACK_ENV"))?;
            (known.text() == Some("development")).then(|| format!("rails {verb}"))
        }
        "webpack" if matches!(verb, "serve" | "server") => shown("webpack serve"),
        "webpack-dev-server" | "nodemon" | "ts-node-dev" | "air" | "reflex" | "live-server" | "browser-sync" => {
            shown(name)
        }
        "vite"
            if program
                .args
                .first()
                .is_none_or(|a| a.text().starts_with('-') || matches!(a.text(), "dev" | "serve")) =>
        {
            shown("vite")
        }
        "ng" if matches!(verb, "serve" | "s") => shown("ng serve"),
        "vue-cli-service" if verb == "serve" => shown("vue-cli-service serve"),
        "react-scripts" if verb == "start" => shown("react-scripts start"),
        "next" | "nuxt" | "nuxi" | "astro" | "remix" | "svelte-kit" if verb == "dev" => Some(format!("{name} dev")),
        "gatsby" if verb == "develop" => shown("gatsby develop"),
        "php" if program.has(&["-S"]) => shown("php -S"),
        "artisan" if verb == "serve" => shown("artisan serve"),
        "uvicorn" | "gunicorn" | "hypercorn" => flag(&["--reload"]),
        "node" | "bun" | "tsx" | "deno" => flag(&["--watch"]),
        "mvn" | "mvnw" | "gradle" | "gradlew" => {
            let goal = program
                .args
                .iter()
                .map(Argument::text)
                .find(|a| matches!(*a, "spring-boot:run" | "bootRun" | "quarkus:dev" | "quarkusDev"))?;
            Some(format!("{name} {goal}"))
        }
        "dotnet" if verb == "watch" => shown("dotnet watch"),
        "mix" if verb == "phx.server" && environment.get("MIX_ENV").and_then(Fact::text) == Some("dev") => {
            shown("mix phx.server")
        }
        "hugo" | "jekyll" if matches!(verb, "server" | "serve") => Some(format!("{name} {verb}")),
        _ => None,
    }
}

/// Whether a step's program does its work and ends.
#[must_use]
pub fn ends(step: &Step) -> bool {
    let program = program(step);
    let verb = program.verb();
    if migrates(step).is_some() {
        return true;
    }
    match program.name.as_str() {
        "chown" | "chmod" | "mkdir" | "cp" | "mv" | "rm" | "touch" | "echo" | "true" | "printf" | "pg_dump"
        | "pg_restore" | "pg_dumpall" | "mysqldump" | "mongodump" | "createdb" | "rsync" | "tar" | "psql"
        | "wait-for-it.sh" | "ls" | "cat" => true,
        "mc" => matches!(verb, "mb" | "alias" | "cp" | "policy" | "anonymous" | "admin" | "mirror" | "config" | "ilm"),
        "curl" | "wget" => !step.around.looped,
        "restic" | "borg" | "duplicity" => matches!(verb, "backup" | "create" | "prune" | "forget" | "init"),
        "manage.py" => matches!(
            verb,
            "loaddata"
                | "createsuperuser"
                | "collectstatic"
                | "clearsessions"
                | "dumpdata"
                | "flush"
                | "check"
                | "sendreport"
                | "createcachetable"
                | "compilemessages"
        ),
        "rake" | "rails" => program.args.iter().any(|a| a.text().starts_with("db:")),
        "artisan" => matches!(verb, "db:seed" | "storage:link" | "key:generate" | "config:cache" | "schedule:run"),
        "kafka-topics.sh" | "kafka-topics" | "rabbitmqadmin" | "vault" => !matches!(verb, "server"),
        _ => false,
    }
}

/// The compilation that a `RUN`'s command is, as it is shown.
#[must_use]
pub fn compiles(argv: &[&str]) -> Option<String> {
    let name = crate::source::name(argv.first()?);
    let rest: Vec<&str> = argv[1..].iter().copied().filter(|a| !a.starts_with('-')).collect();
    let verb = rest.first().copied().unwrap_or_default();
    let second = rest.get(1).copied().unwrap_or_default();
    match name {
        "npm" | "pnpm" | "bun" | "yarn"
            if matches!(verb, "run" | "run-script") && (second == "build" || second.starts_with("build:")) =>
        {
            Some(format!("{name} {verb} {second}"))
        }
        "yarn" | "pnpm" if verb == "build" => Some(format!("{name} build")),
        "tsc" | "webpack" => Some(name.to_owned()),
        "vite" | "next" | "ng" | "nuxt" if verb == "build" => Some(format!("{name} build")),
        "mvn" | "mvnw" | "gradle" | "gradlew" => {
            let goal = rest.iter().find(|g| {
                matches!(**g, "package" | "install" | "verify" | "build" | "assemble" | "bootJar" | "shadowJar")
            })?;
            Some(format!("{name} {goal}"))
        }
        "go" if matches!(verb, "build" | "install") => Some(format!("go {verb}")),
        "cargo" if verb == "build" || verb == "install" && argv.contains(&"--path") => Some(format!("cargo {verb}")),
        "dotnet" if matches!(verb, "publish" | "build") => Some(format!("dotnet {verb}")),
        "make" | "cmake" | "ninja" => Some(name.to_owned()),
        _ => None,
    }
}

/// The file that a step's own options send its logs to, with the argument that says it.
#[must_use]
pub fn log_file<'s>(program: &Program<'s>) -> Option<(&'s Argument, Fact<String>)> {
    const OPTIONS: &[&str] = &[
        "--access-logfile",
        "--error-logfile",
        "--log-file",
        "--logfile",
        "--logto",
        "--log-output",
        "--log_file",
        "--access-log-file",
        "--logto2",
    ];
    for (at, arg) in program.args.iter().enumerate() {
        let text = arg.text();
        for option in OPTIONS {
            if text == *option {
                let value = program.args.get(at + 1)?;
                return Some((value, value.value.clone()));
            }
            if let Some(rest) = arg.raw.strip_prefix(option).and_then(|r| r.strip_prefix('=')) {
                let fact = if arg.value.is_unknown() { Fact::Unknown } else { Fact::Known(rest.to_owned()) };
                return Some((arg, fact));
            }
        }
    }
    None
}
