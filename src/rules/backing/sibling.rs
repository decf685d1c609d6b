//! Other services of the same stack that the code looks for at an address of its own.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::literal::{before, is_loopback, is_second_choice, is_talk};
use crate::app::{Deployed, locator};
use crate::code::{SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::Span;
use crate::stack::Published;
use crate::violation::{Severity, Violation};

/// The host and the port that a URL asks for.
fn asked(fact: &SourceFact) -> Option<(String, u16)> {
    let Value::Text(text) = &fact.parts.get("locator")?.value else { return None };
    // `grpc.Dial("orders:50051")`
    if let Some((host, port)) = text.split_once(':').filter(|_| !text.contains('/')) {
        return Some((host.to_owned(), port.parse().ok()?));
    }
    let found = locator::url(text)?;
    let host = found.hosts.first()?.clone();
    let default = if found.scheme.as_deref() == Some("https") { 443 } else { 80 };
    let rest = text.split("://").nth(1)?;
    let port = rest.split(['/', '?']).next()?.rsplit_once(':').and_then(|(_, p)| p.parse().ok());
    Some((host, port.unwrap_or(default)))
}

/// A list of who may ask, what a page or a document shows, a second choice.
fn is_shown(c: &Context<'_>, span: Span) -> bool {
    static WORDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)origin|cors|allow|white_?list|trusted|redirect|callback|connect-src|csp|referer|swagger|openapi|health|usage|readme")
            .expect("a sound pattern")
    });
    static CHOICE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(\bor|\?|get; set; \}\s*=)\s*(new Uri\()?[\x22'`]?$").expect("a sound pattern"));
    let text = &c.sources.text(span.file)[..span.start as usize];
    let start = text.char_indices().rev().nth(160).map_or(0, |(at, _)| at);
    WORDS.is_match(&text[start..])
        || WORDS.is_match(c.sources.path(span.file))
        || CHOICE.is_match(before(c, span))
        || is_talk(c, span)
        || is_second_choice(c, span)
}

/// The code calls the address, or keeps it under a name of a service: what only names itself is a page's own.
fn is_called(c: &Context<'_>, span: Span) -> bool {
    static CALLS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)axios|\bfetch\(|http\.(get|post)|NewRequest|requests\.|httpx|(get|post|put)Async\(|BaseAddress|getForObject|postForObject|WebClient|RestTemplate|reqwest|Net::HTTP|HTTParty|Faraday|file_get_contents|(_ms|service|service_?url|gateway_?url|backend_?url)\s*(:\s*(&'?\w*\s*)?\w+)?\s*:?=",
        )
        .expect("a sound pattern")
    });
    let path = c.sources.path(span.file);
    let shown = [".tsx", ".jsx", ".vue", ".html"].iter().any(|end| path.ends_with(end))
        || path
            .split('/')
            .any(|f| matches!(f, "frontend" | "client" | "pages" | "components" | "environments" | "web" | "ui"));
    !shown && CALLS.is_match(before(c, span))
}

/// The ports that others reach a service by: those that it publishes, and those that they aim at.
fn ports(deployed: &Deployed<'_>) -> BTreeSet<u16> {
    let published = deployed.service.ports.iter().filter_map(|p| match p.published {
        Published::Port(port) => Some(port),
        Published::Any | Published::Unknown => None,
    });
    let targets = deployed.service.ports.iter().filter_map(|p| p.target.value().copied());
    let exposed = deployed.image.into_iter().flat_map(|i| &i.expose).filter_map(|p| p.value.value().copied());
    let given = deployed.process.environment.get("PORT").and_then(|v| v.text()?.parse().ok());
    published.chain(targets).chain(exposed).chain(given).collect()
}

pub(super) fn siblings(c: &Context<'_>, out: &mut Ruling) {
    let defaults: Vec<Span> =
        c.app.code.of(What::ReadsEnv).filter_map(|f| Some(f.parts.get("default")?.span)).collect();
    let all: Vec<Deployed<'_>> = c.app.deployed().collect();
    let mut said = BTreeSet::new();
    for fact in c.app.code.of(What::Connects).filter(|f| f.note("kind") == Some("http")) {
        let Some((host, port)) = asked(fact) else { continue };
        let span = fact.place("locator");
        let code = c.app.code.files.contains_key(&span.file);
        if defaults.iter().any(|d| d.contains(span)) || fact.has("unnamed") || code && is_shown(c, span) {
            continue;
        }
        if is_loopback(&host) && (fact.has("conditional") || matches!(port, 80 | 443) || !is_called(c, span)) {
            continue;
        }
        let services = source::services(c, fact);
        if source::is_overridden(c, fact, &services) {
            continue;
        }
        // The name is a registry's, and the client asks it: Spring Cloud.
        let balanced = |d: &Deployed<'_>| d.process.runs.iter().any(|f| c.sources.text(*f).contains("@LoadBalanced"));
        if [".java", ".kt"].iter().any(|end| c.sources.path(span.file).ends_with(end)) && services.iter().any(balanced)
        {
            continue;
        }
        let found = services.iter().find_map(|deployed| {
            let beside = all.iter().filter(|d| {
                d.stack.file() == deployed.stack.file() && d.service.name.value != deployed.service.name.value
            });
            let is_it = |other: &&Deployed<'_>| {
                if is_loopback(&host) {
                    ports(other).contains(&port) && !ports(deployed).contains(&port)
                } else {
                    other.service.name.value == host
                }
            };
            Some((*deployed, *beside.into_iter().find(is_it)?))
        });
        let Some((deployed, other)) = found else { continue };
        if !said.insert((fact.span.file, host.clone(), port)) {
            continue;
        }
        let name = &other.service.name;
        let message = if is_loopback(&host) {
            format!("`{host}:{port}` is the task itself: `{}` is another one", name.value)
        } else {
            format!("the address of `{host}` is written in the code")
        };
        let help = "read it from the environment, so that each deploy says where its services are";
        let violation = Violation::at(span, message)
            .help(help)
            .related(deployed.service.name.span, "this service runs the code")
            .related(name.span, "this service is looked for");
        out.violation(violation.severity(Severity::Warning));
    }
}
