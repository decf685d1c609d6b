//! Where the code itself looks for its backing services.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::app::credential::password_in_url;
use crate::app::{Process, Runners, locator};
use crate::code::{SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{FileId, Span};
use crate::violation::{Severity, Violation};

/// The host that a literal names as the place of a backing service: of a URL, of `host:port`, or alone.
fn host_of(text: &str) -> Option<String> {
    let text = text.trim();
    let jdbc = text.strip_prefix("jdbc:").unwrap_or(text);
    if let Some(found) = locator::url(jdbc) {
        let scheme = found.scheme.as_deref()?.to_ascii_lowercase();
        let schemed = locator::is_backing_scheme(scheme.split('+').next()?) || locator::is_backing_scheme(&scheme);
        return found.hosts.first().filter(|h| schemed && is_name(h)).cloned();
    }
    // `Host=db;Database=app`, `tcp(db:3306)/app`, `host=db user=app`, `pgsql:host=db`
    let lower = text.to_ascii_lowercase();
    for mark in ["host=", "server=", "data source=", "tcp("] {
        if let Some(at) = lower.find(mark) {
            let rest = &text[at + mark.len()..];
            let host: String = rest.chars().take_while(|c| c.is_alphanumeric() || ".-_".contains(*c)).collect();
            // `Data Source=app.db` is a file.
            let file = [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|end| host.ends_with(end));
            return (is_name(&host) && !file).then_some(host);
        }
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(h, p)| (h, Some(p)));
    let plain =
        host.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c)) && port.is_none_or(|p| p.parse::<u16>().is_ok());
    (plain && is_name(host)).then(|| host.to_owned())
}

fn is_name(host: &str) -> bool {
    !host.is_empty()
        && host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !matches!(
            host,
            "example.com"
                | "hostname"
                | "host"
                | "HOST"
                | "your-host"
                | "true"
                | "false"
                | "null"
                | "redis_url"
                | "database_url"
        )
        && !host.ends_with("example.com")
        && !host.contains(['[', '<', '{', '*'])
        && !is_of_a_variable(host)
        && !["your", "xxx", "my-"].iter().any(|w| host.to_ascii_lowercase().contains(w))
}

/// `DATABASE_REPLICA_URL`: a constant holds the name of a variable.
fn is_of_a_variable(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "host.docker.internal") || host.starts_with("127.")
}

pub(in crate::rules) fn hardcoded_backing_url(c: &Context<'_>, out: &mut Ruling) {
    let mut said = BTreeSet::new();
    let defaults: Vec<Span> =
        c.app.code.of(What::ReadsEnv).filter_map(|f| Some(f.parts.get("default")?.span)).collect();
    for fact in c.app.code.of(What::Connects) {
        let Some(part) = fact.parts.get("locator") else { continue };
        let services = source::services(c, fact);
        if let Value::Environment { name, .. } = &part.value {
            out.holds(part.span, format!("the address comes from `{name}`"));
            continue;
        }
        let Some(host) = part.value.text().and_then(host_of) else { continue };
        let far = ["sendgrid.net", "gmail.com", "amazonaws.com", "mailgun.org", "office365.com", "mailtrap.io"];
        if far.iter().any(|end| host.ends_with(end)) {
            continue;
        }
        if defaults.iter().any(|d| d.contains(part.span))
            || fact.note("kind") == Some("url")
                && (services.is_empty() || is_loopback(&host) || is_no_address(c, part.span, &defaults))
        {
            continue;
        }
        if source::is_overridden(c, fact, &services) {
            continue;
        }
        let text = part.value.text().unwrap_or_default();
        // Laravel's queues and caches that are not chosen stand in their files all the same.
        let path = c.sources.path(fact.span.file);
        if path.ends_with("config/queue.php")
            || path.ends_with("config/cache.php")
            || path.ends_with("config/broadcasting.php")
        {
            continue;
        }
        // A function of that name takes other words too, and a cache in memory has a label.
        let call = c.text(fact.span);
        let wants_url = [
            "create_engine",
            "create_async_engine",
            "from_url",
            "create_pool",
            "LOCATION",
            "Sequelize",
            "DataSource(",
            "Database(",
        ]
        .iter()
        .any(|w| call.contains(w));
        if wants_url && !text.contains(':') {
            continue;
        }
        if !text.contains([':', '=']) && text.contains(['/', '\\', ' ']) {
            continue;
        }
        let span = definition(c, part.span, text);
        let message = format!("the address of `{host}` is written in the code");
        if !said.insert((fact.span.file, host.clone())) {
            continue;
        }
        let help = "read it from the environment, so that each deploy says where its services are";
        let mut violation = Violation::at(span, message).help(help);
        if let Some(password) = password_in_url(text) {
            let start = c.text(span).find(text).unwrap_or(0);
            violation = violation.secret(Span::new(
                span.file,
                span.start as usize + start + password.start,
                span.start as usize + start + password.end,
            ));
        }
        // A setting that the environment overrides, or a URL of which it is not seen who takes it.
        let lesser = fact.has("variable") || fact.note("kind") == Some("url");
        source::report(c, out, fact, violation, |_| if lesser { Severity::Warning } else { Severity::Error });
    }
}

/// A URL that nothing connects to as it stands: what a read of the environment falls back to, what is compared, printed,
/// or shown as an example.
fn is_no_address(c: &Context<'_>, span: Span, defaults: &[Span]) -> bool {
    let before = before(c, span);
    // `user:password` is nobody's.
    if password_in_url(c.text(span)).is_some()
        && ["//user:", "//username:", "//root:pass@"].iter().any(|w| c.text(span).contains(w))
    {
        return true;
    }
    // A name that reads of the environment fall back to.
    let name = before.split(['=', ':']).next().unwrap_or_default().split_whitespace().last().unwrap_or_default();
    let fallback = !name.is_empty() && defaults.iter().any(|d| d.file == span.file && c.text(*d) == name);
    fallback || is_talk(c, span)
}

/// What stands on its line before a place.
fn before<'c>(c: &Context<'c>, span: Span) -> &'c str {
    c.sources.text(span.file)[..span.start as usize].rsplit('\n').next().unwrap_or_default()
}

/// What is compared, printed, put together or shown as an example.
pub(super) fn is_talk(c: &Context<'_>, span: Span) -> bool {
    static TALK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)starts_?with|has_?prefix|includes\(|contains\(|replace|match|console\.|log(ger)?\.|print|throw |raise |error\(|example|help|usage|placeholder|descri|default|orElse|\?\?|\|\||\?:|test|==|case |regex|#|//|in \(")
            .expect("a sound pattern")
    });
    let after = c.sources.text(span.file)[span.end as usize..].trim_start_matches(['"', '\'', '`']).trim_start();
    TALK.is_match(before(c, span)) || ["+ ", "% ", ".format", "=>"].iter().any(|mark| after.starts_with(mark))
}

/// Where a literal is written that a name stands for: in the same file, once.
fn definition(c: &Context<'_>, span: Span, text: &str) -> Span {
    if c.text(span).contains(text) {
        return span;
    }
    let whole = c.sources.text(span.file);
    let mut places = whole.match_indices(text);
    match (places.next(), places.next()) {
        (Some((at, _)), None) => Span::new(span.file, at, at + text.len()),
        _ => span,
    }
}

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

fn loopback_default(fact: &SourceFact) -> Option<(String, String)> {
    let name = fact.text("name")?;
    let default = fact.text("default")?;
    if is_of_itself(name) || !locates(name, default) {
        return None;
    }
    // Of a list of brokers, the first.
    let first = default.split(',').next()?;
    let host = host_of(first).or_else(|| locator::url(first)?.hosts.first().cloned())?;
    is_loopback(&host).then(|| (name.to_owned(), host))
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
        let Some((name, host)) = loopback_default(fact) else { continue };
        // A field of a class of settings counts where something takes it.
        let field = fact.has("fields").then(|| c.text(fact.place("name")));
        // Laravel's drivers that are not chosen.
        let spare = ["MEMCACHED_", "BEANSTALK", "SQS_", "DYNAMODB_"].iter().any(|p| name.starts_with(p));
        let php = c.sources.path(fact.span.file).ends_with(".php");
        if php && spare || source::is_configured(c, fact) || !said.insert((fact.span.file, name.clone())) {
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
                for deployed in services {
                    let provided = &deployed.process.provided;
                    let service = &deployed.service.name;
                    // A start script that falls back sets the variable itself.
                    let script = deployed.process.chain.scripts.iter().any(|s| s.file == fact.span.file);
                    let given = if script { provided.is_given(&name) } else { provided.has(&name) };
                    if given {
                        out.holds(span, format!("`{}` provides `{name}`", service.value));
                        continue;
                    }
                    if provided.open.is_some() {
                        out.unknown(service.span, "what its environment holds is not known");
                        continue;
                    }
                    if !c.app.imports.may_reach(deployed.process, fact.span.file) {
                        continue;
                    }
                    // A second choice, where the first is given.
                    let first = reads.iter().find(|(span, _)| span.contains(fact.span));
                    if first.is_some_and(|(_, outer)| provided.has(outer)) {
                        continue;
                    }
                    if field.is_some_and(|field| !takes(c, deployed.process, fact.span.file, field)) {
                        continue;
                    }
                    if fact.has("conditional") && !fact.has("asked") {
                        out.unknown(span, "it is read under a condition");
                        continue;
                    }
                    let message =
                        format!("`{name}` falls back to `{host}` and `{}` does not provide it", service.value);
                    let violation =
                        Violation::at(span, message).help(help).related(service.span, "this service runs the code");
                    // Without its collector, an app works on.
                    let telemetry = ["OTEL", "OTLP", "JAEGER", "ZIPKIN", "STATSD"].iter().any(|w| name.contains(w));
                    // Where no client is seen to use it, nothing may.
                    out.violation(match (telemetry || field.is_some(), used.contains(name.as_str())) {
                        (true, _) => violation.severity(Severity::Note),
                        (_, true) => violation,
                        _ => violation.severity(Severity::Warning),
                    });
                }
            }
        }
    }
}
