//! XII. Admin processes: one-off, with the release's own image, apart from the app's start.

mod runner;
mod ways;

use std::collections::BTreeSet;

use super::{Checks, Context, Ruling, source};
use crate::app::chain::Link;
use crate::app::image::Image;
use crate::app::{Deployed, command, locator};
use crate::code::{SourceFact, What};
use crate::fact::Fact;
use crate::source::{Span, name};
use crate::stack::Mode;
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("admin-backdoor-in-process", ways::admin_backdoor_in_process),
    ("admin-image-differs", admin_image_differs),
    ("migration-on-start", migration_on_start),
    ("migrations-without-runner", runner::migrations_without_runner),
    ("one-off-restarts-forever", one_off_restarts_forever),
    ("schema-auto-sync", ways::schema_auto_sync),
];

fn migration_on_start(c: &Context<'_>, out: &mut Ruling) {
    migrates_in_code(c, out);
    for process in &c.app.processes {
        let deployed = c.app.deployed_of(process);
        // An image that is built for migrations is run once for each release.
        let built = |i: &Image| name(c.sources.path(i.file)).to_ascii_lowercase().contains("migrat");
        if deployed.is_some_and(|d| d.is_one_off()) || c.app.image_of(process).is_some_and(built) {
            continue;
        }
        let chain = &process.chain;
        let mut told: Vec<Span> = Vec::new();
        for (at, step) in chain.steps.iter().enumerate().filter(|(_, s)| !s.around.function) {
            let inside = step.under.iter().any(|l| matches!(l, Link::PackageManager(_, span) if told.contains(span)));
            // What only migrates is a one-off, and another rule's.
            if inside || chain.mains.contains(&at) {
                continue;
            }
            let Some(shown) = command::migrates(step) else { continue };
            // `RAILS_ENV=test rails db:prepare`
            if step.assignments.iter().any(|(_, value)| value.text() == Some("test")) || chain.ends() {
                continue;
            }
            told.push(step.span);
            let severity = severity(deployed, step.around.conditional);
            let mut violation = Violation::at(step.span, format!("`{shown}` runs at every start"))
                .help("make it a service of its own: same image, `deploy.mode: replicated-job`, run once per release")
                .severity(severity);
            if let Some((span, what)) =
                deployed.and_then(|d| d.replicas_place()).filter(|_| severity == Severity::Error)
            {
                violation = violation.related(span, what);
            }
            out.violation(violation);
        }
        if told.is_empty()
            && let Some(main) = chain.main().filter(|_| !chain.open)
        {
            out.holds(main.span, "the start migrates nothing");
        }
    }
}

/// The code itself migrates when it starts.
fn migrates_in_code(c: &Context<'_>, out: &mut Ruling) {
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let syncs = c.app.code.of(What::SyncsSchema).filter(|f| !f.has("unnamed"));
    told.extend(syncs.flat_map(|f| source::services(c, f)).map(|d| d.process.index));
    // Where a function of one's own is called counts where what it does is not seen.
    let (own, known): (Vec<&SourceFact>, Vec<&SourceFact>) = c.app.code.of(What::Migrates).partition(|f| f.has("own"));
    for fact in known.into_iter().chain(own) {
        // What a function does that no start is known to call, and what people run by hand or ask for over HTTP.
        let path = c.sources.path(fact.span.file);
        let by_hand = ["commands/", "Commands/", "Controllers/", "Listeners/"].iter().any(|w| path.contains(w));
        let provider = !path.ends_with(".php") || path.contains("Providers/") || path.contains("bootstrap/");
        let called = !fact.has("inside") || path.ends_with(".cs");
        if !called || by_hand || !provider || fact.has("own") && is_a_tool(c, fact) {
            continue;
        }
        // A program that only migrates is the one-off that the rule asks for.
        let migrator =
            |d: &Deployed<'_>| d.is_one_off() || d.service.name.value.to_ascii_lowercase().contains("migrat");
        let services = source::services(c, fact);
        if !services.is_empty() && services.iter().all(migrator) {
            continue;
        }
        if fact.has("own") && (services.is_empty() || services.iter().any(|d| told.contains(&d.process.index))) {
            continue;
        }
        told.extend(services.iter().map(|d| d.process.index));
        let by = fact.note("by").unwrap_or_default();
        let violation = Violation::at(fact.span, format!("`{by}` runs at every start"))
            .help("make it a service of its own: same image, `deploy.mode: replicated-job`, run once per release");
        // They take a lock: several tasks wait for one another.
        let locks = matches!(by.to_ascii_lowercase().as_str(), "flyway" | "liquibase");
        source::report(c, out, fact, violation, |services| {
            if locks {
                return Severity::Note;
            }
            services.iter().map(|d| severity(Some(*d), fact.has("conditional"))).max().unwrap_or(Severity::Warning)
        });
    }
}

/// Whether a call of one's own migration is a program's that does nothing else, or a command's.
fn is_a_tool(c: &Context<'_>, fact: &SourceFact) -> bool {
    let path = c.sources.path(fact.span.file).to_ascii_lowercase();
    let text = c.sources.text(fact.span.file);
    let commands =
        ["cobra.Command", "cli.Command", "urfave/cli", "#[derive(Parser", "Subcommand", "argparse", "commander"];
    fact.has("guarded")
        || fact.has("conditional")
        || ["migrat", "reset", "seed"].iter().any(|w| path.contains(w))
        || path.contains("alembic")
        || commands.iter().any(|w| text.contains(w))
}

/// Several tasks that migrate at once are worse than one; a switch that has to be set is better than none.
fn severity(deployed: Option<Deployed<'_>>, conditional: bool) -> Severity {
    if conditional {
        return Severity::Note;
    }
    let Some(deployed) = deployed else { return Severity::Warning };
    let start_first =
        deployed.service.text(&["deploy", "update_config", "order"]).is_some_and(|t| t.text() == Some("start-first"));
    if start_first || deployed.many().value() == Some(&true) { Severity::Error } else { Severity::Warning }
}

fn one_off_restarts_forever(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        if !deployed.process.chain.ends() {
            if deployed.process.chain.open && deployed.process.chain.mains.is_empty() && service.command.is_some() {
                out.unknown(service.name.span, "what the command does is not known");
            }
            continue;
        }
        let name = &service.name.value;
        let condition = service.text(&["deploy", "restart_policy", "condition"]).map(|t| t.fact);
        let policy = service.node.at(&["deploy", "restart_policy"]).is_some();
        // Without a policy of the deploy, the client reads `restart: on-failure` as one; `no` it throws away.
        let by_restart = !policy
            && service.text(&["restart"]).is_some_and(|t| t.text().is_some_and(|r| r.starts_with("on-failure")));
        let kept = match condition {
            Some(Fact::Unknown) => {
                out.unknown(service.name.span, "the restart condition comes from a variable");
                continue;
            }
            Some(fact) => matches!(fact.text(), Some("none" | "on-failure")),
            None => by_restart,
        };
        let zero = service.replicas().value() == Some(&0) && service.mode() == Mode::Replicated;
        if kept || service.is_job() || service.mode() == Mode::Unknown || zero {
            out.holds(service.name.span, format!("`{name}` ends, and stays ended"));
            continue;
        }
        let message = format!("`{name}` ends by design, and Swarm starts it again for ever");
        let mut violation = Violation::at(service.name.span, message)
            .help("set `deploy.mode: replicated-job`, or `deploy.restart_policy.condition: on-failure`");
        if let Some(main) = deployed.process.chain.main() {
            violation = violation.related(main.place(), "this ends");
        }
        out.violation(violation);
    }
}

/// `repository` and `tag` of an image as written, variables and all.
fn parts(raw: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    let mut colon = None;
    for (at, c) in raw.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => colon = Some(at),
            '/' if depth == 0 => colon = None,
            _ => {}
        }
    }
    colon.map_or((raw, ""), |at| (&raw[..at], &raw[at + 1..]))
}

fn is_admin(deployed: &Deployed<'_>) -> bool {
    deployed.service.is_job() || deployed.process.chain.ends()
}

fn admin_image_differs(c: &Context<'_>, out: &mut Ruling) {
    for admin in c.app.deployed().filter(is_admin) {
        let Some(image) = &admin.service.image else { continue };
        let (repository, tag) = parts(&image.raw);
        let apps: Vec<Deployed<'_>> = c
            .app
            .deployed()
            .filter(|d| d.process.service.map(|s| s.0) == admin.process.service.map(|s| s.0) && !is_admin(d))
            .filter(|d| d.service.image.as_ref().is_some_and(|i| parts(&i.raw).0 == repository))
            .collect();
        let Some(app) = apps.first() else { continue };
        let name = &admin.service.name.value;
        let app_image = app.service.image.as_ref().expect("apps were chosen by their image");
        let app_tag = parts(&app_image.raw).1;
        if apps.iter().any(|d| d.service.image.as_ref().is_some_and(|i| parts(&i.raw).1 == tag)) {
            out.holds(image.span, format!("`{name}` runs the app's release"));
            lacks(&admin, app, out);
            continue;
        }
        if tag.contains('$') && app_tag.contains('$') {
            out.unknown(image.span, "two variables may be equal");
            continue;
        }
        let (shown, app_shown) =
            (if tag.is_empty() { "latest" } else { tag }, if app_tag.is_empty() { "latest" } else { app_tag });
        let message = format!("`{name}` runs `{shown}`, but `{}` runs `{app_shown}`", app.service.name.value);
        out.violation(
            Violation::at(image.span, message)
                .help("run the admin process from the release's own image")
                .related(app_image.span, "the app's release"),
        );
    }
}

/// A migration without the variable that says where the database is.
fn lacks(admin: &Deployed<'_>, app: &Deployed<'_>, out: &mut Ruling) {
    let migrates = admin.process.chain.reached().any(|s| command::migrates(s).is_some());
    if !migrates || !admin.service.env_files.is_empty() {
        return;
    }
    for setting in &app.service.environment {
        let name = &setting.name.value;
        let upper = name.to_ascii_uppercase();
        let database = ["DATABASE", "DB", "POSTGRES", "PG", "MYSQL", "MONGO", "SQL"]
            .iter()
            .any(|w| upper.split('_').any(|p| p == *w));
        // The value may be a variable: what its name says is enough.
        let locates = locator::of_setting(name, "postgres://db/x").is_some()
            && ["URL", "URI", "DSN", "HOST"].iter().any(|w| upper.ends_with(w));
        let has =
            admin.service.environment.iter().any(|s| s.name.value == *name || s.name.value == format!("{name}_FILE"));
        if database && locates && !has {
            let message =
                format!("`{}` lacks `{name}`, which `{}` has", admin.service.name.value, app.service.name.value);
            let violation = Violation::at(admin.service.name.span, message)
                .help("give it the app's environment: an anchor keeps the two alike");
            out.violation(violation.related(setting.name.span, "the app has it here"));
            return;
        }
    }
}
