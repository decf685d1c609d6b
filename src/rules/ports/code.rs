//! The port that the code of a service listens on.

use std::collections::BTreeSet;

use super::address::starts;
use crate::app::Deployed;
use crate::code::{SourceFact, Value, What};
use crate::fact::Fact;
use crate::rules::Context;
use crate::source::Span;

/// The one port that is seen, and where; nothing where there are several, or one is not known.
pub(super) fn port(c: &Context<'_>, deployed: &Deployed<'_>) -> Option<(u16, Span)> {
    let process = deployed.process;
    let mut found: Option<(u16, Span)> = None;
    let own = c.app.code.of(What::Listens).filter(|f| {
        c.app.is_run_by(f.span.file, process, c.sources)
            && (f.parts.contains_key("port") || f.parts.contains_key("host"))
            && (!f.has("guarded") || starts(c, process, f.span.file))
    });
    let mut seen: BTreeSet<Option<u16>> = BTreeSet::new();
    for fact in own {
        let Some(number) = number(deployed, fact) else { continue };
        seen.insert(number.value().copied());
        found = found.or(number.into_value().map(|n| (n, fact.span)));
    }
    found.filter(|_| seen.len() == 1)
}

/// The port of one listener; nothing where it names only a host.
fn number(deployed: &Deployed<'_>, fact: &SourceFact) -> Option<Fact<u16>> {
    let parse = |text: &str| text.rsplit(':').next().and_then(|n| n.trim_matches('/').parse::<u16>().ok());
    let part = fact.parts.get("port").or_else(|| {
        // `0.0.0.0:8080` of Rust and Go is both.
        fact.parts.get("host").filter(|p| p.value.text().is_none_or(|t| parse(t).is_some()))
    })?;
    let number = match &part.value {
        Value::Text(text) => parse(text),
        Value::Environment { name, default } => match deployed.process.environment.get(name) {
            Some(value) => value.text().and_then(parse),
            None if deployed.process.provided.open.is_some() => None,
            None => default.as_deref().and_then(parse),
        },
        Value::Unknown => None,
    };
    Some(number.map_or(Fact::Unknown, Fact::Known))
}
