//! What rules on source code share: who runs it, and what that does to a finding.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{Context, Ruling};
use crate::app::{Deployed, Runners};
use crate::code::{Language, SourceFact, function_around};
use crate::source::{FileId, Span};
use crate::violation::{Certainty, Severity, Violation};

/// What a message ends with where no service is known to run the code.
pub(super) const UNDEPLOYED: &str = " (not known to be deployed)";

/// What a message ends with where nothing is seen to come to the code.
pub(super) const UNNAMED: &str = " (nothing is seen to use this code)";

/// Reports what the code does at a place, as bad as `severity` makes it for the services that run it; one step less where
/// none is known to; not at all where it is known that none does.
pub(super) fn report(
    c: &Context<'_>,
    out: &mut Ruling,
    fact: &SourceFact,
    violation: Violation,
    severity: impl Fn(&[Deployed<'_>]) -> Severity,
) {
    let mut violation = violation;
    let level = match c.app.runners(fact.span.file, c.sources) {
        Runners::Nobody => return,
        Runners::Services(all) => {
            let services = users(c, fact, &all);
            for deployed in services.iter().take(3) {
                let name = &deployed.service.name;
                violation = violation.related(name.span, format!("`{}` runs this code", name.value));
            }
            let level = severity(&services);
            if fact.has("unnamed") || services.is_empty() {
                violation.message += UNNAMED;
                Severity::Note
            } else {
                level
            }
        }
        Runners::Unknown => {
            violation.message += UNDEPLOYED;
            // What not even an image carries may never leave its author's machine.
            let built = c.app.processes.iter().any(|p| c.app.is_run_by(fact.span.file, p, c.sources));
            match severity(&[]) {
                Severity::Error if built => Severity::Warning,
                _ => Severity::Note,
            }
        }
    };
    if fact.doubtful {
        violation = violation.certainty(Certainty::Guess);
    }
    out.violation(violation.severity(level));
}

/// Of the services that run a file, those whose code comes to a fact in it.
fn users<'a>(c: &Context<'a>, fact: &SourceFact, services: &[Deployed<'a>]) -> Vec<Deployed<'a>> {
    services.iter().filter(|d| c.app.is_named_by(fact, d.process, c.sources)).copied().collect()
}

/// Whether one of the services runs in several tasks, or might.
pub(super) fn many(services: &[Deployed<'_>]) -> bool {
    services.iter().any(|d| d.many().value() == Some(&true))
}

/// Adds where the stack asks for several tasks.
pub(super) fn with_replicas(mut violation: Violation, services: &[Deployed<'_>]) -> Violation {
    for deployed in services.iter().filter(|d| d.many().value() == Some(&true)) {
        if let Some((span, what)) = deployed.replicas_place() {
            violation = violation.related(span, what);
        }
    }
    violation
}

/// Whether every service that runs a fact's code sets the variable that overrides it. Spring reads `DDL_AUTO` and
/// `DDLAUTO` alike.
pub(super) fn is_overridden(c: &Context<'_>, fact: &SourceFact, services: &[Deployed<'_>]) -> bool {
    let Some(variable) = fact.note("variable") else { return false };
    let plain = |name: &str| name.replace(['_', '.', '-'], "").to_ascii_uppercase();
    let set = |d: &Deployed<'_>| {
        let told =
            d.process.environment.keys().any(|k| plain(k) == plain(variable)) || d.process.provided.has(variable);
        // `--spring.datasource.url=…` in a command, or in a variable that the command ends with.
        let named = |key: &str| {
            // Also where the rest of the value is a variable's.
            let stack = d.service.environment.iter().any(|e| e.value.as_ref().is_some_and(|v| v.raw.contains(key)));
            stack
                || d.process.environment.values().any(|v| v.text().is_some_and(|t| t.contains(key)))
                || d.process.chain.main_steps().any(|s| s.shown().contains(key))
        };
        told || fact.note("setting").is_some_and(|key| named(key) || is_in_profile(c, d, fact, key))
    };
    !services.is_empty() && services.iter().all(set)
}

/// Whether code that runs with a file of settings of .NET speaks of a key of it; true of other files.
pub(super) fn is_read(c: &Context<'_>, fact: &SourceFact, services: &[Deployed<'_>]) -> bool {
    let (Some(key), file) = (fact.note("setting"), crate::source::name(c.sources.path(fact.span.file))) else {
        return true;
    };
    let own = key.rsplit('.').next().unwrap_or(key);
    // Serilog reads its section by itself.
    if !file.starts_with("appsettings") || key.starts_with("Serilog") || key.starts_with("Kestrel") || own == key {
        return true;
    }
    let runs: BTreeSet<FileId> = services.iter().flat_map(|d| &d.process.runs).copied().collect();
    // A method that extends what others set up reads it where somebody calls the method.
    let is_called = |name: &str| {
        let called = Regex::new(&format!(r"\.{}\b", regex::escape(name))).expect("a name is a sound pattern");
        runs.iter().any(|f| called.is_match(c.sources.text(*f)))
    };
    // A section is asked for by its name, what it holds by a class; of connections, each has its own.
    let section = key.split('.').rev().nth(1).filter(|s| *s != "ConnectionStrings").unwrap_or(own);
    let defines = |text: &str, at: usize| {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        ["const string ", " static ", "class ", "using ", "namespace "].iter().any(|word| line.contains(word))
    };
    let reads = |text: &str| {
        let mut places = text.match_indices(section).filter(|(at, _)| !defines(text, *at));
        text.contains(own) && places.any(|(at, _)| function_around(text, at, Language::CSharp).is_none_or(is_called))
    };
    runs.is_empty() || runs.iter().any(|f| reads(c.sources.text(*f)))
}

/// Whether the profile that a service runs with says otherwise: `application-docker.yml`, `appsettings.Docker.json`.
fn is_in_profile(c: &Context<'_>, deployed: &Deployed<'_>, fact: &SourceFact, key: &str) -> bool {
    let path = c.sources.path(fact.span.file);
    let at = crate::source::folder(path);
    let active = deployed.process.environment.get("SPRING_PROFILES_ACTIVE").and_then(|v| v.text());
    // `java -Dspring.profiles.active=docker -jar app.jar`
    let started = deployed.process.chain.main_steps().find_map(|step| {
        let shown = step.shown();
        let rest = shown.split_once("spring.profiles.active=")?.1;
        Some(rest.split([' ', '"', '\'']).next().unwrap_or_default().to_owned())
    });
    let active = active.or(started.as_deref());
    if crate::source::name(path) == "appsettings.json" {
        let told = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];
        let told = told.iter().find_map(|v| deployed.process.environment.get(*v)?.text()).unwrap_or("Production");
        let overlay = format!("appsettings.{told}.json").to_ascii_lowercase();
        let beside = |other: &str| {
            crate::source::folder(other) == at && crate::source::name(other).to_ascii_lowercase() == overlay
        };
        return c.sources.files().filter(|(_, f)| beside(&f.path)).any(|(id, f)| {
            let settings = crate::syntax::settings::read(id, &f.path, c.sources.text(id));
            settings.iter().any(|(other, _)| other == key)
        });
    }
    // Quarkus keeps its profiles in one file: `%prod.quarkus.datasource.jdbc.url`.
    if key.starts_with("quarkus.") {
        let told = deployed.process.environment.get("QUARKUS_PROFILE").map_or(Some("prod"), |v| v.text());
        let settings = crate::syntax::settings::read(fact.span.file, path, c.sources.text(fact.span.file));
        return told.is_some_and(|profile| settings.iter().any(|(other, _)| *other == format!("%{profile}.{key}")));
    }
    let Some(active) = active.filter(|_| crate::source::name(path).starts_with("application.")) else { return false };
    active.split(',').map(str::trim).any(|profile| {
        ["properties", "yml", "yaml"].iter().any(|end| {
            let file = crate::source::join(at, &format!("application-{profile}.{end}"));
            let id = file.and_then(|f| c.sources.find(&f));
            id.is_some_and(|id| {
                let settings = crate::syntax::settings::read(id, c.sources.path(id), c.sources.text(id));
                settings.iter().any(|(other, _)| other == key)
            })
        })
    })
}

/// Whether a setting that code of .NET or Spring asks its configuration for stands in a file of settings.
pub(super) fn is_configured(c: &Context<'_>, fact: &SourceFact) -> bool {
    let Some(name) = fact.text("name") else { return false };
    let path = c.sources.path(fact.span.file);
    // Spring's placeholders name properties too.
    if [".java", ".kt", ".yml", ".yaml", ".properties"].iter().any(|end| path.ends_with(end)) {
        let given = |text: &str| {
            text.lines().any(|l| {
                l.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with([':', '=']))
            })
        };
        let settings = |file: &str| file.starts_with("application") || file.starts_with("bootstrap");
        return c.sources.files().any(|(id, f)| settings(crate::source::name(&f.path)) && given(c.sources.text(id)));
    }
    if !fact.has("configuration") {
        return false;
    }
    let key = format!("\"{}\"", name.rsplit("__").next().unwrap_or(name));
    c.sources.files().any(|(id, file)| {
        let name = crate::source::name(&file.path);
        name.starts_with("appsettings") && name.ends_with(".json") && c.sources.text(id).contains(&key)
    })
}

/// Whether the module of Django's settings that a process reads gives a name of another module its own value.
pub(super) fn is_reassigned(c: &Context<'_>, deployed: &Deployed<'_>, fact: &SourceFact) -> bool {
    is_given_again(c, deployed, fact.span)
}

/// The same of what stands at a place. Where the module is not told, that of production counts.
pub(super) fn is_given_again(c: &Context<'_>, deployed: &Deployed<'_>, span: Span) -> bool {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^([A-Z][A-Z0-9_]*)\s*=").expect("a sound pattern"));
    let path = c.sources.path(span.file);
    if !path.ends_with(".py") {
        return false;
    }
    let at = crate::source::folder(path);
    let told = deployed.process.environment.get("DJANGO_SETTINGS_MODULE").and_then(|v| v.text());
    let own = |other: &str| match told {
        Some(module) => other.ends_with(&format!("{}.py", module.replace('.', "/"))),
        None => crate::source::folder(other) == at && crate::source::name(other).contains("prod"),
    };
    if own(path) {
        return false;
    }
    let text = c.sources.text(span.file);
    let line = text[span.start as usize..].find('\n').map_or(text.len(), |end| span.start as usize + end);
    let Some(name) = NAME.captures_iter(&text[..line]).last().and_then(|found| found.get(1)) else { return false };
    let again = Regex::new(&format!(r"(?m)^{}\s*(=|\[|\.update)", name.as_str())).expect("a name is a sound pattern");
    deployed.process.runs.iter().any(|f| own(c.sources.path(*f)) && again.is_match(c.sources.text(*f)))
}

/// The services that run a fact's code; empty where none is known to.
pub(super) fn services<'a>(c: &Context<'a>, fact: &SourceFact) -> Vec<Deployed<'a>> {
    match c.app.runners(fact.span.file, c.sources) {
        Runners::Services(services) => users(c, fact, &services),
        Runners::Nobody | Runners::Unknown => Vec::new(),
    }
}
