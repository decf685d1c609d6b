//! Datastores inside the process, or in files of its container, in place of a backing service.

use std::sync::LazyLock;

use regex::Regex;

use super::literal::{before, is_talk};
use crate::app::Deployed;
use crate::app::known::Role;
use crate::code::{SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::FileId;
use crate::stack::{MountKind, Storage};
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn embedded_datastore(c: &Context<'_>, out: &mut Ruling) {
    for fact in c.app.code.of(What::Embeds) {
        let kind = fact.note("kind").unwrap_or("SQLite");
        let path = fact.text("path");
        let memory =
            fact.note("in") == Some("memory") || path.is_some_and(|p| p.contains(":memory:") || p == "sqlite://");
        if path.is_some_and(|p| {
            p.contains("/tmp")
                || p.contains("/var/cache")
                || p.to_ascii_lowercase().contains("cache")
                || p.contains("test")
                || p.contains("mode=ro")
        }) {
            continue;
        }
        // Files that are made, searched or handed on are no store.
        let lower = c.sources.path(fact.span.file).to_ascii_lowercase();
        if ["backup", "search", "export", "dump", "migrat", "import", "commands/", "poc", "exploit"]
            .iter()
            .any(|w| lower.contains(w))
        {
            continue;
        }
        // Another engine in the same file: the deploy chooses.
        let laravel = c.sources.path(fact.span.file).ends_with("config/database.php");
        let chosen = !laravel && ENGINE.is_match(c.sources.text(fact.span.file));
        if memory && fact.has("inside")
            || fact.parts.len() == 1 && fact.place("path").contains(fact.span) && is_talk(c, fact.span)
        {
            continue;
        }
        if fact.parts.len() == 1 && before(c, fact.place("path")).trim_end_matches(['"', '\'']).ends_with("startswith(")
        {
            continue;
        }
        let opened = fact.has("inside") && path.is_none() || chosen || fact.has("conditional");
        let services = source::services(c, fact);
        // Laravel's driver by default: an env file chooses another, where one is brought, or a server stands beside it.
        if laravel
            && !services.is_empty()
            && services.iter().all(|d| d.process.provided.open.is_some() || has_server(c, d))
        {
            continue;
        }
        // What `startproject` writes, where nothing has a model.
        if c.sources.path(fact.span.file).ends_with("settings.py") && !services.is_empty() {
            const MARKS: &[&str] =
                &["models.Model", "AbstractUser", "AbstractBaseUser", "admin.site.urls", ".session[", "login("];
            let own: Vec<FileId> = services.iter().flat_map(|d| &d.process.runs).copied().collect();
            let whole = own.iter().any(|f| c.sources.path(*f).ends_with("urls.py"));
            if whole && !own.iter().any(|f| MARKS.iter().any(|m| c.sources.text(*f).contains(m))) {
                continue;
            }
        }
        let all = |set: &dyn Fn(&Deployed<'_>) -> bool| !services.is_empty() && services.iter().all(set);
        let given = match fact.parts.get("path").map(|p| &p.value) {
            Some(Value::Environment { name, .. }) => all(&|d| d.process.environment.contains_key(name)),
            _ => false,
        };
        // A default that the service's environment replaces.
        let replaced = falls_back_from(c, fact).is_some_and(|name| all(&|d| d.process.provided.has(name)));
        if given || replaced || source::is_overridden(c, fact, &services) {
            continue;
        }
        let message = if memory {
            format!("data is kept in the memory of the process ({kind})")
        } else {
            format!("data is kept in {} {kind} file of the container", if kind.starts_with('H') { "an" } else { "a" })
        };
        let help = "connect to a database service: a file lives and dies with one task, and replicas do not share it";
        let violation = Violation::at(fact.span, message).help(help);
        source::report(c, out, fact, violation, |services| {
            let lost = |d: &Deployed<'_>| {
                memory
                    || !d.service.mounts.iter().any(|m| {
                        matches!(m.kind, MountKind::Volume | MountKind::Bind) && m.target.text() != Some("/tmp")
                    })
            };
            let bad = services.iter().any(|d| lost(d) || d.many().value() == Some(&true) && !shares(d));
            if opened {
                Severity::Note
            } else if bad {
                Severity::Error
            } else {
                Severity::Warning
            }
        });
    }
}

/// Code that opens a database of a server.
static ENGINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"backends\.(postgresql|mysql)|Use(Npgsql|SqlServer|MySql)\b|\b(postgres|mysql|sqlserver)\.(Open|New)\(|["'](postgres|postgresql|pgx|mysql|mariadb)["']"#,
    )
    .expect("a sound pattern")
});

/// A volume that every node reaches is mounted.
pub(in crate::rules) fn shares(deployed: &Deployed<'_>) -> bool {
    deployed.service.mounts.iter().any(|m| deployed.stack.storage(m) == Storage::Network)
}

/// Whether a server of databases stands beside a service.
fn has_server(c: &Context<'_>, deployed: &Deployed<'_>) -> bool {
    let mut beside = c.app.deployed().filter(|d| d.stack.file() == deployed.stack.file());
    beside.any(|d| d.process.known.is_some_and(|k| k.role == Role::Datastore))
}

/// The variable whose read falls back to a literal.
fn falls_back_from<'c>(c: &Context<'c>, fact: &SourceFact) -> Option<&'c str> {
    let read = c.app.code.of(What::ReadsEnv).find(|r| {
        r.span.file == fact.span.file
            && (r.span.contains(fact.span) || r.parts.get("default").is_some_and(|d| d.span.contains(fact.span)))
    });
    read?.text("name")
}
