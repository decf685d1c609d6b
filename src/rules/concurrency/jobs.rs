//! Work beside requests: schedules that every task runs, queues that nobody works off, jobs inside the web process.

use std::collections::BTreeSet;

use crate::app::server;
use crate::code::What;
use crate::rules::{Context, Ruling, source};
use crate::source::{Class, File, FileId, Kind, Span};
use crate::stack::{Argument, Role};
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn scheduler_in_replicas(c: &Context<'_>, out: &mut Ruling) {
    let help = "run the schedule in a service of its own with one replica, or let the tasks elect one";
    for process in &c.app.processes {
        let Some(deployed) = c.app.deployed_of(process) else { continue };
        for step in process.chain.main_steps() {
            let program = server::program(step);
            let beat = program.name == "celery"
                && program.has(&["worker"])
                && program.has(&["-B", "--beat"])
                && !step.shown().contains("redbeat");
            let cron = matches!(program.name.as_str(), "cron" | "crond" | "supercronic" | "dcron");
            let alone = program.name == "celery" && program.has(&["beat"]);
            if !(beat || cron || alone) {
                continue;
            }
            let many = deployed.many();
            let shown = if cron {
                program.name.clone()
            } else if beat {
                "celery -B".to_owned()
            } else {
                "celery beat".to_owned()
            };
            let severity = match many.value() {
                Some(true) if cron => Severity::Warning,
                Some(true) => Severity::Error,
                _ => Severity::Note,
            };
            if severity == Severity::Note && (alone || cron) {
                out.holds(step.span, "one task runs the schedule");
                continue;
            }
            let mut violation = Violation::at(step.span, format!("`{shown}` runs its jobs in every task"))
                .help(help)
                .severity(severity);
            if let Some((span, what)) = deployed.replicas_place().filter(|_| many.value() == Some(&true)) {
                violation = violation.related(span, what);
            }
            out.violation(violation);
        }
    }
    let mut told: BTreeSet<(FileId, String)> = BTreeSet::new();
    for fact in c.app.code.of(What::Schedules) {
        let by = fact.note("by").unwrap_or_default().to_owned();
        let services = source::services(c, fact);
        let elects = c.app.code.of(What::Elects).any(|e| {
            e.span.file == fact.span.file || services.iter().any(|d| c.app.is_run_by(e.span.file, d.process, c.sources))
        });
        // django-crontab does nothing before `manage.py crontab add`.
        let added = |d: &crate::app::Deployed<'_>| {
            let says = |text: &str| text.contains("crontab add");
            d.process.chain.steps.iter().any(|s| says(&s.shown()))
                || d.process.chain.scripts.iter().any(|s| says(c.sources.text(s.file)))
                || d.image.is_some_and(|i| says(c.sources.text(i.file)))
        };
        if by == "django-crontab" && !services.is_empty() && !services.iter().any(added) {
            continue;
        }
        // The number of the task in the environment lets one of them do the work.
        let numbered = services.iter().any(|d| {
            d.service.environment.iter().any(|s| s.value.as_ref().is_some_and(|v| v.raw.contains(".Task.Slot")))
        });
        if elects || numbered {
            out.holds(fact.span, "one of the tasks is chosen to run the schedule");
            continue;
        }
        if !told.insert((fact.span.file, by.clone()))
            || !services.is_empty() && services.iter().all(crate::app::Deployed::is_one_off)
        {
            continue;
        }
        let violation = Violation::at(fact.span, format!("`{by}` runs its jobs in every task")).help(help);
        let violation = source::with_replicas(violation, &services);
        source::report(c, out, fact, violation, |services| {
            if services.is_empty() || source::many(services) { Severity::Warning } else { Severity::Note }
        });
    }
}

/// Everything that the services of all stacks are started with, and what their images start.
fn commands(c: &Context<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for process in &c.app.processes {
        found.extend(process.chain.steps.iter().map(crate::app::chain::Step::shown));
    }
    for service in c.app.stacks_of(Role::Swarm).flat_map(|s| &s.services) {
        let words: Vec<&str> =
            service.command.iter().flatten().chain(service.entrypoint.iter().flatten()).map(Argument::text).collect();
        found.push(words.join(" "));
    }
    found
}

/// A service whose command is not known may be any process type.
fn is_open(c: &Context<'_>) -> bool {
    c.app.deployed().any(|d| {
        d.service.command.iter().flatten().chain(d.service.entrypoint.iter().flatten()).any(|a| a.value.is_unknown())
            || d.process.image.is_none() && d.process.known.is_none() && d.service.command.is_none()
    })
}

/// Commands that start all the types of a Procfile.
const STARTS_ALL: &[&str] = &["foreman start", "honcho start", "overmind start", "goreman start"];

/// A script that a container may start by a way that is not followed; not one for developers.
fn may_start(file: &File) -> bool {
    let own = crate::source::name(&file.path);
    let script = own.ends_with(".sh") || !own.contains('.');
    file.class == Class::App
        && script
        && !matches!(file.kind, Kind::Prose | Kind::Manifest | Kind::Procfile)
        && !matches!(own, "Makefile" | "dev" | "setup" | "start-dev" | "LICENSE")
}

pub(in crate::rules) fn process_type_not_deployed(c: &Context<'_>, out: &mut Ruling) {
    if !c.app.deployed().any(|d| d.image.is_some() || d.service.command.is_some()) || is_open(c) {
        return;
    }
    let commands = commands(c);
    // A manager starts all the types of the Procfile in one container.
    if commands.iter().any(|cmd| STARTS_ALL.iter().any(|m| cmd.contains(m)))
        || c.sources.files().any(|(_, f)| f.kind == Kind::Procfile)
            && c.sources
                .files()
                .any(|(id, f)| may_start(f) && STARTS_ALL.iter().any(|m| c.sources.text(id).contains(m)))
    {
        return;
    }
    let names: Vec<String> = c.app.deployed().map(|d| d.service.name.value.to_ascii_lowercase()).collect();
    for (id, file) in c.sources.files().filter(|(_, f)| f.kind == Kind::Procfile && f.class == Class::App) {
        if crate::source::name(&file.path) != "Procfile" {
            continue;
        }
        let text = c.sources.text(id);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            let Some((kind, command)) = line.split_once(':') else { continue };
            let kind = kind.trim();
            if kind.is_empty()
                || kind.starts_with('#')
                || matches!(kind, "web" | "release" | "postdeploy")
                || kind.contains(' ')
            {
                continue;
            }
            let lower = kind.to_ascii_lowercase();
            let named = names.iter().any(|n| {
                n.split(['-', '_']).any(|w| w == lower || w.trim_end_matches('s') == lower.trim_end_matches('s'))
            });
            let words: Vec<&str> = command.split_whitespace().collect();
            let key: Vec<&str> = words
                .iter()
                .copied()
                .filter(|w| {
                    !w.starts_with('-')
                        && !matches!(*w, "bundle" | "exec" | "python" | "node" | "npm" | "run" | "poetry" | "uv")
                        && !w.contains(['$', '/', '"', '\'', '='])
                })
                .collect();
            let run = commands.iter().any(|cmd| !key.is_empty() && key.iter().all(|w| cmd.contains(w)));
            if named || run {
                continue;
            }
            let message = format!("no service runs the process type `{kind}`");
            let help = format!("add a service `{kind}` to the stack: the same image, `command: {}`", command.trim());
            out.violation(Violation::at(Span::new(id, at, at + line.trim_end().len()), message).help(help));
        }
    }
    let mut told: BTreeSet<String> = BTreeSet::new();
    for fact in c.app.code.of(What::Enqueues) {
        let by = fact.note("by").unwrap_or_default();
        let marks: &[&str] = match by {
            "celery" => &["celery"],
            "sidekiq" => &["sidekiq"],
            "rq" => &["rq ", "rqworker", "rq worker"],
            "laravel" => &["queue:work", "queue:listen", "horizon", "octane"],
            _ => continue,
        };
        let services = source::services(c, fact);
        let declared = c.app.manifests.iter().any(|m| {
            m.dependencies.iter().any(|d| {
                d.name.value.to_ascii_lowercase().contains(if by == "laravel" { "laravel/framework" } else { by })
            })
        });
        if services.is_empty()
            || !declared
            || told.contains(by)
            || commands.iter().any(|cmd| marks.iter().any(|m| cmd.contains(m)))
        {
            continue;
        }
        // Celery without a worker, unless the deploy says otherwise.
        let eager = by == "celery" && c.app.code.files.keys().any(|f| c.sources.text(*f).contains("ALWAYS_EAGER"));
        let inline = eager
            || c.app.code.of(What::InlineJobs).next().is_some()
            || c.app
                .deployed()
                .any(|d| d.process.environment.get("QUEUE_CONNECTION").is_some_and(|v| v.text() == Some("sync")));
        if inline {
            continue;
        }
        told.insert(by.to_owned());
        let message = format!("`{by}` jobs are queued here and no service works them off");
        let violation = Violation::at(fact.span, message)
            .help("add a service with the worker's command: same image, other command");
        source::report(c, out, fact, violation, |_| Severity::Warning);
    }
}

pub(in crate::rules) fn in_process_job_queue(c: &Context<'_>, out: &mut Ruling) {
    let help = "put jobs into a queue outside the process, and let a service of its own work them off";
    for fact in c.app.code.of(What::InlineJobs) {
        let by = fact.text("name").or_else(|| fact.note("by")).unwrap_or_default();
        let violation = Violation::at(fact.span, format!("jobs run inside the web process (`{by}`)")).help(help);
        // What is short and may be lost is fine there: nobody but its author knows.
        let small = fact.note("kind") == Some("background");
        source::report(c, out, fact, violation, |_| if small { Severity::Note } else { Severity::Warning });
    }
    for deployed in c.app.deployed().filter(|d| d.image.is_some()) {
        if let Some(setting) = deployed.service.setting("QUEUE_CONNECTION")
            && let Some(value) = setting.value.as_ref().filter(|v| v.text() == Some("sync"))
        {
            let span = setting.name.span.to(value.span);
            out.violation(Violation::at(span, "jobs run inside the web process (`QUEUE_CONNECTION=sync`)").help(help));
        }
    }
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        if c.app.deployed_of(process).is_some_and(|d| d.service.setting("QUEUE_CONNECTION").is_some()) {
            continue;
        }
        for instruction in c.app.instructions(image) {
            let crate::syntax::dockerfile::Body::Env(pairs) = &instruction.body else { continue };
            for pair in pairs.iter().filter(|p| p.name.value == "QUEUE_CONNECTION") {
                if let Some(value) = pair.value.as_ref().filter(|v| v.value == "sync") {
                    let span = pair.name.span.to(value.span);
                    out.violation(
                        Violation::at(span, "jobs run inside the web process (`QUEUE_CONNECTION=sync`)").help(help),
                    );
                }
            }
        }
    }
}
