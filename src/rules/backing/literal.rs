//! Where the code itself looks for its backing services.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::app::credential::password_in_url;
use crate::app::locator;
use crate::code::{Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::Span;
use crate::violation::{Severity, Violation};

/// The host that a literal names as the place of a backing service: of a URL, of `host:port`, or alone.
pub(super) fn host_of(text: &str) -> Option<String> {
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
            // SqlClient's protocol: `Server=tcp:db,1433`.
            let rest = text[at + mark.len()..].trim_start_matches("tcp:");
            let host: String = rest.chars().take_while(|c| c.is_alphanumeric() || ".-_".contains(*c)).collect();
            // `Data Source=app.db` is a file, and so is what nothing else is said of.
            let file = [".db", ".sqlite", ".sqlite3", ".db3"].iter().any(|end| host.ends_with(end))
                || mark == "data source=" && !lower.trim_end_matches(';').contains(';');
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

pub(super) fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0" | "host.docker.internal") || host.starts_with("127.")
}

pub(in crate::rules) fn hardcoded_backing_url(c: &Context<'_>, out: &mut Ruling) {
    let mut said = BTreeSet::new();
    let defaults: Vec<Span> =
        c.app.code.of(What::ReadsEnv).filter_map(|f| Some(f.parts.get("default")?.span)).collect();
    super::sibling::siblings(c, out);
    for fact in c.app.code.of(What::Connects).filter(|f| f.note("kind") != Some("http")) {
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
        let reassigned = !services.is_empty() && services.iter().all(|d| source::is_reassigned(c, d, fact));
        if reassigned || source::is_overridden(c, fact, &services) || !source::is_read(c, fact, &services) {
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
        // `sqlx.Connect("postgres", dsn)`: the first is a driver.
        if (call.starts_with("sql.") || call.starts_with("sqlx.")) && !text.contains([':', '=', '/', '.']) {
            continue;
        }
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
        // An answer that shows it.
        let above = &c.sources.text(fact.span.file)[..fact.span.start as usize];
        let answers = above.rfind('{').map_or(above, |at| &above[..at]).trim_end();
        if [".json(", ".send("].iter().any(|end| answers.ends_with(end)) {
            continue;
        }
        // `if [ -z "$BROKER_URL" ]; then BROKER_URL=…`
        let script = path.ends_with(".sh") && fact.has("conditional");
        if script || is_second_choice(c, span) {
            continue;
        }
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

/// `if not URL: URL = "…"`: what a name is given where it has no value yet.
pub(super) fn is_second_choice(c: &Context<'_>, span: Span) -> bool {
    static GIVEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*(?:self\.|this\.)?([A-Za-z_]\w*)\s*=[^=]").expect("a sound pattern"));
    let before = before(c, span);
    let Some(name) = GIVEN.captures(before).map(|found| found[1].to_owned()) else { return false };
    let above: Vec<&str> =
        c.sources.text(span.file)[..span.start as usize - before.len()].lines().rev().take(6).collect();
    let asks = [
        format!("not {name}"),
        format!("!{name}"),
        format!("{name} is None"),
        format!("{name} == \"\""),
        format!("{name} == null"),
        format!("{name} == undefined"),
        format!("{name} == nil"),
    ];
    above
        .iter()
        .any(|line| line.contains("if") && asks.iter().any(|ask| line.replace("===", "==").contains(ask.as_str())))
}

/// What stands on its line before a place.
pub(super) fn before<'c>(c: &Context<'c>, span: Span) -> &'c str {
    c.sources.text(span.file)[..span.start as usize].rsplit('\n').next().unwrap_or_default()
}

/// What is compared, printed, put together or shown as an example.
pub(super) fn is_talk(c: &Context<'_>, span: Span) -> bool {
    static TALK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)starts_?with|has_?prefix|includes\(|contains\(|replace|match|console\.|log(ger)?\.|print|throw |raise |error\(|example|help|usage|placeholder|descri|default|orElse|\?\?|\|\||\?:|test|==|case |regex|#|//|in \(")
            .expect("a sound pattern")
    });
    let after = c.sources.text(span.file)[span.end as usize..].trim_start_matches(['"', '\'', '`']).trim_start();
    // The last of several choices stands on a line of its own.
    let above = c.sources.text(span.file)[..span.start as usize].trim_end_matches(['"', '\'', '`']).trim_end();
    if ["||", "??", " or", "?:"].iter().any(|end| above.ends_with(end)) {
        return true;
    }
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
