//! Keys that the code falls back to where its service is given none.

use std::collections::BTreeSet;

use super::contract::is_for_builds;
use crate::app::credential::is_secret_name;
use crate::app::owners::may_use;
use crate::app::{Deployed, Runners};
use crate::code::{SourceFact, What};
use crate::rules::{Context, Ruling, source};
use crate::source::Span;
use crate::violation::{Severity, Violation};

/// Variables of keys that sign or encrypt: who knows one makes sessions and tokens of anybody.
fn signs(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split('_').collect();
    let has = |wanted: &[&str]| words.iter().any(|w| wanted.contains(w));
    let of_others = has(&["CLIENT", "API", "AWS", "S3", "ACCESS", "MINIO", "PUBLIC", "STRIPE", "WEBHOOK", "TEST"]);
    is_secret_name(name) && has(&["SECRET", "JWT", "SIGNING", "SESSION", "COOKIE", "ENCRYPTION"]) && !of_others
}

/// Variables of the password of whoever may do everything: `ADMIN_PASSWORD`, `DJANGO_SUPERUSER_PASSWORD`.
fn administers(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split('_').collect();
    let whose = ["ADMIN", "SUPERUSER", "ROOT", "ADMINISTRATOR"].iter().any(|w| words.contains(w));
    whose && words.last().is_some_and(|w| matches!(*w, "PASSWORD" | "PASS" | "PASSWD"))
}

/// What a variable falls back to, where that is a key as it stands.
fn fallback<'f>(c: &Context<'_>, fact: &'f SourceFact) -> Option<(&'f str, &'f str)> {
    let (name, default) = (fact.text("name")?, fact.text("default")?);
    // What stands elsewhere in the file is compared, and refused where it would count.
    let compared = c.sources.text(fact.span.file).matches(default).count() > 1;
    let plain = default.len() > 3 && !default.contains(['$', '{', '\n']) && !default.starts_with('/');
    ((signs(name) || administers(name)) && plain && !compared).then_some((name, default))
}

/// Where a variable's default stands that no service comes to: each that runs the code provides the variable.
pub(super) fn unneeded(c: &Context<'_>, fact: &SourceFact) -> Option<Span> {
    let (name, default) = (fact.text("name")?, fact.place("default"));
    let services = source::services(c, fact);
    let given = !services.is_empty() && services.iter().all(|d| d.process.provided.has(name));
    (given && fact.parts.contains_key("default")).then_some(default)
}

/// A signing key that everybody can read counts where a service starts without its own.
pub(super) fn known_keys(c: &Context<'_>, told: &[Span], out: &mut Ruling) {
    let help = "let the start fail where the variable is missing, and hand the key to the service as a Swarm secret";
    let mut said: BTreeSet<(crate::source::FileId, &str)> = BTreeSet::new();
    for fact in c.app.code.of(What::ReadsEnv).filter(|f| !f.doubtful && !f.has("guarded")) {
        let Some((name, default)) = fallback(c, fact) else { continue };
        let Runners::Services(services) = c.app.runners(fact.span.file, c.sources) else { continue };
        if fact.has("conditional") && !fact.has("asked") || source::is_configured(c, fact) {
            continue;
        }
        let without: Vec<Deployed<'_>> = services
            .into_iter()
            .filter(|d| !d.is_one_off() && !is_for_builds(c, d))
            .filter(|d| may_use(c.app, d.process, fact.span, c.sources))
            .filter(|d| !d.process.provided.has(name) && d.process.provided.open.is_none())
            .filter(|d| !source::is_reassigned(c, d, fact) && !source::is_overridden(c, fact, &[*d]))
            .collect();
        let Some(first) = without.first() else { continue };
        if !said.insert((fact.span.file, name)) {
            continue;
        }
        let part = fact.place("default");
        if told.iter().any(|t| t.contains(part) || part.contains(*t)) {
            continue;
        }
        let service = &first.service.name.value;
        let what = if administers(name) { "password" } else { "key" };
        let message =
            format!("`{name}` falls back to a {what} that is written here, and `{service}` does not provide it");
        let mut violation = Violation::at(fact.span.to(part), message).help(help);
        if let Some(at) = c.text(part).find(default) {
            let start = part.start as usize + at;
            violation = violation.secret(Span::new(part.file, start, start + default.len()));
        }
        for deployed in without.iter().take(3) {
            violation = violation.related(deployed.service.name.span, "this service runs the code");
        }
        let level = if fact.has("unnamed") { Severity::Note } else { Severity::Warning };
        out.violation(violation.severity(level));
    }
}
