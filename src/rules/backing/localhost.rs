//! What the code falls back to where nothing is given: an address of the task itself.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::literal::{host_of, is_loopback};
use crate::app::{Deployed, Process, Runners, locator, owners};
use crate::code::{SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{FileId, Span};
use crate::violation::{Severity, Violation};

/// Names of variables that say where a backing service is.
fn locates(name: &str, default: &str) -> bool {
    const SERVICES: &[&str] = &[
        "OTEL",
        "OTLP",
        "JAEGER",
        "ZIPKIN",
        "STATSD",
        "DB",
        "DATABASE",
        "POSTGRES",
        "POSTGRESQL",
        "PG",
        "PGHOST",
        "MYSQL",
        "MARIADB",
        "REDIS",
        "MONGO",
        "MONGODB",
        "RABBITMQ",
        "RABBIT",
        "AMQP",
        "KAFKA",
        "NATS",
        "ELASTICSEARCH",
        "ELASTIC",
        "ES",
        "MEMCACHED",
        "CACHE",
        "BROKER",
        "QUEUE",
        "SMTP",
        "MAIL",
        "EMAIL",
        "CELERY",
        "MINIO",
        "S3",
        "INFLUXDB",
        "INFLUX",
        "CLICKHOUSE",
        "CASSANDRA",
        "NEO4J",
        "MQTT",
        "COUCHDB",
        "SQLALCHEMY",
        "JDBC",
        "DATASOURCE",
        "MONGOHOST",
        "REDISHOST",
        "OPENSEARCH",
        "MEILISEARCH",
        "TYPESENSE",
        "VALKEY",
        "ETCD",
        "CONSUL",
    ];
    if let Some(found) = locator::url(default.strip_prefix("jdbc:").unwrap_or(default)) {
        let scheme = found.scheme.unwrap_or_default().to_ascii_lowercase();
        let schemed = locator::is_backing_scheme(scheme.split('+').next().unwrap_or_default());
        return schemed || name.split('_').any(|w| SERVICES.contains(&w.to_ascii_uppercase().as_str()));
    }
    name.to_ascii_uppercase().split('_').any(|w| SERVICES.contains(&w))
}

/// Addresses that a process listens on, or shows, are no services'.
fn is_of_itself(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "BIND",
        "LISTEN",
        "ORIGIN",
        "ORIGINS",
        "CORS",
        "ALLOWED",
        "CALLBACK",
        "REDIRECT",
        "PUBLIC",
        "FRONTEND",
        "DOMAIN",
        "SITE",
        "HEALTH",
        "HEALTHCHECK",
    ];
    let upper = name.to_ascii_uppercase();
    let inner = ["LISTEN", "ADVERTISE", "CALLBACK", "REDIRECT"].iter().any(|w| upper.contains(w));
    inner
        || upper.starts_with("BASE_URL")
        || upper.contains("_BASE_URL")
        || upper.split('_').any(|w| WORDS.contains(&w))
}

fn loopback_default(c: &Context<'_>, fact: &SourceFact) -> Option<(String, String)> {
    let name = fact.text("name")?;
    let default = fact.text("default")?;
    // `ADMIN_FRONTEND_REDIS_URL` is no address of the frontend.
    let scheme = locator::url(default).and_then(|u| u.scheme).unwrap_or_default();
    let backing = locator::is_backing_scheme(scheme.split('+').next().unwrap_or_default());
    if is_of_itself(name) && !backing || !locates(name, default) && !names_a_sibling(c, fact, name) {
        return None;
    }
    // Of a list of brokers, the first.
    let first = default.split(',').next()?;
    let host = host_of(first).or_else(|| locator::url(first)?.hosts.first().cloned())?;
    is_loopback(&host).then(|| (name.to_owned(), host))
}

/// `ORDERS_URL` where a service `orders` stands beside those that run the code.
fn names_a_sibling(c: &Context<'_>, fact: &SourceFact, name: &str) -> bool {
    const ENDS: &[&str] = &[
        "URL", "URI", "HOST", "ADDR", "ADDRESS", "ENDPOINT", "SERVICE", "API", "SVC", "BASE", "INTERNAL", "PORT",
        "GRPC", "REPLICAS", "SERVERS", "HOSTS", "URLS",
    ];
    let plain = |text: &str| {
        let upper = text.to_ascii_uppercase().replace('-', "_");
        let words: Vec<&str> = upper.split('_').filter(|w| !ENDS.contains(w)).collect();
        words.join("_")
    };
    let stem = plain(name);
    let beside = |d: &Deployed<'_>| {
        let own = d.service.name.value.as_str();
        d.stack.services.iter().any(|s| s.name.value != own && plain(&s.name.value) == stem)
    };
    // What browsers call, and what an app calls itself, is no sibling.
    const SHOWN: &[&str] =
        &["APP", "WEB", "DASHBOARD", "CLIENT", "UI", "ADMIN", "PORTAL", "SERVER", "BACKEND", "FRONT", "NGINX"];
    !stem.is_empty()
        && name.contains('_')
        && !stem.split('_').any(|w| SHOWN.contains(&w))
        && source::services(c, fact).iter().any(beside)
}

/// What one variable chooses, as given or as the code falls back: the drivers of Laravel.
fn chosen<'c>(c: &Context<'c>, deployed: &Deployed<'c>, names: &[&str]) -> Vec<Option<&'c str>> {
    let reads = c.app.code.of(What::ReadsEnv).filter(|f| f.text("name").is_some_and(|n| names.contains(&n)));
    reads
        .filter(|f| c.app.is_run_by(f.span.file, deployed.process, c.sources))
        .map(|f| match deployed.process.environment.get(f.text("name").unwrap_or_default()) {
            Some(given) => given.text(),
            None => f.text("default"),
        })
        .collect()
}

/// Whether Laravel never opens what a variable locates: the connection of another driver than the one that is chosen.
fn is_spare(c: &Context<'_>, deployed: &Deployed<'_>, fact: &SourceFact, name: &str) -> bool {
    let path = c.sources.path(fact.span.file);
    if !path.contains("config/") || !path.ends_with(".php") {
        return false;
    }
    let is = |names: &[&str], drivers: &[&str]| {
        let all = chosen(c, deployed, names);
        all.is_empty() || all.iter().any(|value| value.is_some_and(|v| drivers.contains(&v)))
    };
    if path.ends_with("config/reverb.php") {
        return !is(&["REVERB_SCALING_ENABLED"], &["true", "1"]);
    }
    match name.split('_').next().unwrap_or_default() {
        "MEMCACHED" | "BEANSTALK" | "BEANSTALKD" | "SQS" | "DYNAMODB" => true,
        "TYPESENSE" => !is(&["SCOUT_DRIVER"], &["typesense"]),
        "MEILISEARCH" => !is(&["SCOUT_DRIVER"], &["meilisearch"]),
        "DB" => !is(&["DB_CONNECTION"], &["mysql", "mariadb", "pgsql", "sqlsrv"]),
        "MAIL" => !is(&["MAIL_MAILER", "MAIL_DRIVER"], &["smtp"]),
        "REDIS" => !is(
            &[
                "CACHE_STORE",
                "CACHE_DRIVER",
                "QUEUE_CONNECTION",
                "QUEUE_DRIVER",
                "SESSION_DRIVER",
                "BROADCAST_CONNECTION",
                "BROADCAST_DRIVER",
            ],
            &["redis"],
        ),
        _ => false,
    }
}

/// Whether what a process starts takes a field of the settings: `settings.redis_url`.
fn takes(c: &Context<'_>, process: &Process, own: FileId, field: &str) -> bool {
    let reached = c.app.imports.from_start(process);
    let files = if reached.is_empty() { &process.runs } else { reached };
    let taken = format!(".{field}");
    files.iter().filter(|f| **f != own).any(|f| {
        c.sources
            .text(*f)
            .match_indices(&taken)
            .any(|(at, m)| !c.sources.text(*f)[at + m.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// Whether a service lacks a variable that its code falls back without; nothing where that is not known.
fn is_without(
    c: &Context<'_>,
    out: &mut Ruling,
    deployed: &Deployed<'_>,
    fact: &SourceFact,
    name: &str,
    reads: &[(Span, &str)],
) -> Option<bool> {
    let provided = &deployed.process.provided;
    let service = &deployed.service.name;
    // A start script that falls back sets the variable itself.
    let script = deployed.process.chain.scripts.iter().any(|s| s.file == fact.span.file);
    let given = if script { provided.is_given(name) } else { provided.has(name) };
    if given {
        out.holds(fact.span.to(fact.place("default")), format!("`{}` provides `{name}`", service.value));
        return Some(false);
    }
    if crate::rules::config::contract::is_for_builds(c, deployed)
        || !owners::may_use(c.app, deployed.process, fact.span, c.sources)
        // A job of the release does without most of what the app needs.
        || deployed.is_one_off()
        || service.value.contains("migrat")
    {
        return None;
    }
    if provided.open.is_some() {
        out.unknown(service.span, "what its environment holds is not known");
        return None;
    }
    // Rails lays `DATABASE_URL` over the file of its databases.
    if c.sources.path(fact.span.file).ends_with("config/database.yml") && provided.has("DATABASE_URL") {
        return Some(false);
    }
    if is_spare(c, deployed, fact, name) || source::is_reassigned(c, deployed, fact) {
        return Some(false);
    }
    // The whole address is asked for where its parts are not given: `DB_HOST` before `DATABASE_URL`.
    let stem = ["_URL", "_URI", "_DSN"].iter().find_map(|end| name.strip_suffix(end));
    let parts = |o: &SourceFact| {
        let part = o.text("name").unwrap_or_default();
        o.span.file == fact.span.file && stem.is_some_and(|s| part == format!("{s}_HOST")) && provided.has(part)
    };
    if c.app.code.of(What::ReadsEnv).any(parts) || is_only_shown(c, fact) {
        return Some(false);
    }
    // A second choice, where the first is given: `process.env.A || process.env.B || "localhost"`.
    let mut choices = c.app.code.of(What::ReadsEnv).filter(|o| is_of_same(fact, o));
    let chosen = choices.any(|o| o.text("name").is_some_and(|name| provided.has(name)));
    let first = reads.iter().find(|(span, _)| span.contains(fact.span));
    Some(!chosen && first.is_none_or(|(_, outer)| !provided.has(outer)))
}

/// Whether the name that a read is given to only stands in what is logged.
fn is_only_shown(c: &Context<'_>, fact: &SourceFact) -> bool {
    static GIVEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:const|let|var)\s+(\w+)\s*=\s*$").expect("a sound pattern"));
    let before = &c.sources.text(fact.span.file)[..fact.span.start as usize];
    let start = before.char_indices().rev().nth(120).map_or(0, |(at, _)| at);
    let before = &before[start..];
    let Some(name) = GIVEN.captures(before).map(|found| found[1].to_owned()) else { return false };
    let word = Regex::new(&format!(r"\b{name}\b")).expect("a name is a sound pattern");
    let uses: Vec<&str> = c.sources.text(fact.span.file).lines().filter(|line| word.is_match(line)).collect();
    let logged = |line: &&&str| ["console.", "logger.", "log("].iter().any(|mark| line.contains(mark));
    uses.len() > 1 && uses.iter().filter(logged).count() + 1 == uses.len()
}

/// Another choice of the same chain, which stands before: `A || B || "localhost"` is a read of `A` within one of `B`.
fn is_of_same(fact: &SourceFact, other: &SourceFact) -> bool {
    fact.span.contains(other.span) && other.span.start == fact.span.start && other.span.end < fact.span.end
}

pub(in crate::rules) fn localhost_backing_default(c: &Context<'_>, out: &mut Ruling) {
    let help = "let the start fail where the variable is missing: in a task, `localhost` is the task itself";
    let mut said = BTreeSet::new();
    let used: BTreeSet<&str> = c
        .app
        .code
        .of(What::Connects)
        .filter_map(|f| match &f.parts.get("locator")?.value {
            Value::Environment { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let reads: Vec<(Span, &str)> =
        c.app.code.of(What::ReadsEnv).filter_map(|f| Some((f.parts.get("default")?.span, f.text("name")?))).collect();
    for fact in c.app.code.of(What::ReadsEnv) {
        let Some((name, host)) = loopback_default(c, fact) else { continue };
        // A field of a class of settings counts where something takes it.
        let field = fact.has("fields").then(|| c.text(fact.place("name")));
        if source::is_configured(c, fact) || !said.insert((fact.span.file, name.clone())) {
            continue;
        }
        let part = fact.place("default");
        let span = fact.span.to(part);
        match c.app.runners(fact.span.file, c.sources) {
            Runners::Nobody => {}
            Runners::Unknown => {
                let message = format!("`{name}` falls back to `{host}`{}", source::UNDEPLOYED);
                out.violation(Violation::at(span, message).help(help).severity(Severity::Note));
            }
            Runners::Services(services) => {
                let without: Vec<Deployed<'_>> = services
                    .into_iter()
                    .filter(|deployed| is_without(c, out, deployed, fact, &name, &reads) == Some(true))
                    .filter(|d| field.is_none_or(|field| takes(c, d.process, fact.span.file, field)))
                    .collect();
                let Some(first) = without.first() else { continue };
                if fact.has("conditional") && !fact.has("asked") {
                    out.unknown(span, "it is read under a condition");
                    continue;
                }
                let others = match without.len() - 1 {
                    0 => String::new(),
                    n => format!(" and {n} more"),
                };
                let whom = if others.is_empty() { "does" } else { "do" };
                let service = &first.service.name.value;
                let message = format!("`{name}` falls back to `{host}` and `{service}`{others} {whom} not provide it");
                let mut violation = Violation::at(span, message).help(help);
                for deployed in without.iter().take(3) {
                    violation = violation.related(deployed.service.name.span, "this service runs the code");
                }
                // Without its collector, an app works on.
                let telemetry = ["OTEL", "OTLP", "JAEGER", "ZIPKIN", "STATSD"].iter().any(|w| name.contains(w));
                // Where no client is seen to use it, nothing may: of a sibling's it is likely.
                let lesser = telemetry || field.is_some() || fact.has("unnamed");
                out.violation(if !lesser && used.contains(name.as_str()) {
                    violation
                } else if !lesser && names_a_sibling(c, fact, &name) {
                    violation.severity(Severity::Warning)
                } else {
                    violation.severity(Severity::Note)
                });
            }
        }
    }
}
