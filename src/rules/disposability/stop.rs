//! How a process ends, and what it leaves undone.

use std::collections::BTreeSet;

use crate::app::chain::Link;
use crate::app::known::Role as ImageRole;
use crate::app::{Deployed, Process, server};
use crate::code::{Language, SourceFact, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{FileId, folder, is_within};
use crate::syntax::manifest::Manifest;
use crate::violation::{Severity, Violation};

/// What the runtime of a main process does with SIGTERM as PID 1, where nobody handles it.
fn ignores(c: &Context<'_>, process: &Process, step: &crate::app::chain::Step) -> bool {
    let program = step.program();
    let args: Vec<&str> = step.args();
    let script = |end: &str| args.iter().any(|a| a.ends_with(end));
    match program {
        "node" | "nodejs" => {
            args.iter().any(|a| !a.starts_with('-'))
                && !step.has("-e")
                && !args.iter().any(|a| a.starts_with("--watch"))
        }
        _ if program.starts_with("python") => script(".py") || args.first() == Some(&"-m") || args.contains(&"-m"),
        "php" => script(".php"),
        // A program of Rust dies of no signal that it does not ask for, as PID 1.
        _ => {
            let rust = process.runs.iter().all(|f| c.app.code.files.get(f) == Some(&Language::Rust));
            !process.runs.is_empty() && rust && args.is_empty() && !program.ends_with(".sh")
        }
    }
}

/// Packages of Node and Python that end well by themselves when they are told to.
const HANDLERS: &[&str] = &[
    "close-with-grace",
    "@godaddy/terminus",
    "lightship",
    "http-graceful-shutdown",
    "stoppable",
    "node-graceful-shutdown",
    "@fastify/graceful-shutdown",
    "pm2",
    "exit-hook",
    "async-exit-hook",
    "death",
    "signal-exit",
    "node-cleanup",
    "uvicorn",
    "gunicorn",
    "waitress",
    "hypercorn",
    "celery",
    "next",
    "nuxt",
    "@sveltejs/adapter-node",
    "strapi",
    "@strapi/strapi",
    "ghost",
    "discord.py",
    "aiogram",
    "python-telegram-bot",
    "sanic",
    "arq",
    "faststream",
    "node-graceful",
    "fastify-graceful-shutdown",
    "createLightship",
    "moleculer",
    "@apollo/server",
];

pub(super) fn pid1_ignores_sigterm(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let deployed = c.app.deployed_of(process);
        let Some(image) = c.app.image_of(process) else { continue };
        if deployed.is_some_and(|d| d.is_one_off()) || process.runs.is_empty() {
            continue;
        }
        let text = |key: &str| deployed.and_then(|d| d.service.text(&[key]));
        if let Some(deployed) = deployed.filter(|_| text("init").is_some_and(|t| t.text() != Some("false"))) {
            out.holds(deployed.service.name.span, "an init is PID 1 and forwards signals");
            continue;
        }
        let signal = text("stop_signal").and_then(|t| t.text().map(str::to_owned));
        let signal = signal.or_else(|| image.stop_signal.as_ref().map(|s| s.value.clone()));
        if signal.is_some_and(|s| !s.contains("TERM") && s != "15") {
            continue;
        }
        for step in process.chain.main_steps() {
            let alone = step.under.is_empty()
                && step.wrappers.iter().all(|w| !w.contains("tini") && !w.contains("dumb-init") && !w.contains("init"));
            let bare = step.under.iter().all(|l| matches!(l, Link::Shell(_)));
            if !alone && !bare || step.under.iter().any(|l| matches!(l, Link::Init)) || !ignores(c, process, step) {
                continue;
            }
            if process.runs.iter().any(|f| c.app.code.unread.contains(f)) {
                out.unknown(step.span, "not all of the code could be read");
                continue;
            }
            let handled = c
                .app
                .code
                .of(What::HandlesSignal)
                .find(|f| c.app.is_run_by(f.span.file, process, c.sources) && handles_term(c, f));
            if let Some(handler) = handled {
                out.holds(handler.span, "SIGTERM is handled");
                continue;
            }
            if server::program(step).name == "manage.py" || serves(c, process) {
                out.holds(step.span, "the server that it starts handles SIGTERM");
                continue;
            }
            if let Some(library) = library(c, process) {
                out.holds(library, "a library ends the process well");
                continue;
            }
            // A module that is not of the repository handles its signals itself, or not: nobody knows.
            if !is_own(c, process, step) {
                out.unknown(step.span, "what it runs is not in the repository");
                continue;
            }
            let shown = step.shown();
            let mut message = format!("`{shown}` is PID 1 and has no handler for SIGTERM");
            let help =
                "handle SIGTERM in the code (stop taking work, finish, exit), or set `init: true` for the service";
            let Some(deployed) = deployed else {
                message += source::UNDEPLOYED;
                out.violation(Violation::at(step.span, message).help(help).severity(Severity::Note));
                continue;
            };
            out.violation(
                Violation::at(step.span, message).help(help).related(deployed.service.name.span, "runs without `init`"),
            );
        }
    }
}

/// The code starts a server that handles SIGTERM itself.
fn serves(c: &Context<'_>, process: &Process) -> bool {
    const SERVERS: &[&str] = &[
        "uvicorn.run(",
        // The reloader of Flask's own server.
        "debug=True",
        "FastMCP",
        "hypercorn",
        "waitress",
        "web.run_app(",
        "HttpServer::new",
        "gunicorn.app",
        "socketio.run(",
        "run_polling(",
        "rocket::build",
        "uvicorn.Server(",
        "start_polling(",
        "worker_main(",
        "signal.sigwait(",
        "FastStream(",
        "run_worker(",
        ".work(",
        "startStandaloneServer(",
        "ServiceBroker(",
        "->start(",
        "Loop::addSignal",
        "Sanic(",
        "tornado.ioloop",
    ];
    process.runs.iter().any(|f| {
        let text = c.sources.text(*f);
        SERVERS.iter().any(|server| text.contains(server))
    })
}

/// Whether the file that is started is one of the repository's.
fn is_own(c: &Context<'_>, process: &Process, step: &crate::app::chain::Step) -> bool {
    let known = c.app.imports.has_start(process);
    let compiled = step
        .args()
        .iter()
        .any(|a| a.contains("dist/") || a.contains("build/") || a.contains("lib/") || a.contains("out/"));
    let rust = process.runs.iter().all(|f| c.app.code.files.get(f) == Some(&Language::Rust));
    known || compiled || rust
}

/// A handler of Rust that waits for Ctrl-C only does not see SIGTERM.
fn handles_term(c: &Context<'_>, fact: &SourceFact) -> bool {
    let text = c.text(fact.span);
    if c.app.code.files.get(&fact.span.file) == Some(&Language::Rust) {
        return !text.contains("ctrl_c") && !text.contains("with_graceful_shutdown")
            || c.sources.text(fact.span.file).contains("SignalKind::terminate");
    }
    match fact.parts.get("signal") {
        None => true,
        Some(part) => {
            let signal = c.text(part.span);
            signal.contains("TERM")
                || fact.text("signal").is_none_or(|s| s.contains("TERM"))
                    && !signal.contains("SIGINT")
                    && !signal.contains("SIGHUP")
                    && !signal.contains("SIGUSR")
                    && !signal.contains("SIGPIPE")
                    && !signal.contains("uncaught")
                    && !signal.contains("unhandled")
                    && !signal.contains("exit")
                    && !signal.contains("message")
        }
    }
}

fn library(c: &Context<'_>, process: &Process) -> Option<crate::source::Span> {
    let at = |manifest: &Manifest| folder(c.sources.path(manifest.file));
    let own: BTreeSet<&str> = process
        .runs
        .iter()
        .filter_map(|f| {
            let around = c.app.manifests.iter().map(at).filter(|at| is_within(c.sources.path(*f), at));
            around.max_by_key(|at| at.len())
        })
        .collect();
    c.app.manifests.iter().filter(|m| own.contains(at(m))).find_map(|manifest| {
        manifest
            .dependencies
            .iter()
            .filter(|d| !d.dev)
            .find(|d| HANDLERS.contains(&d.name.value.as_str()))
            .map(|d| d.name.span)
    })
}

pub(super) fn restart_budget_strands_service(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        if service.is_job() || deployed.process.chain.ends() {
            continue;
        }
        let policy = ["deploy", "restart_policy"];
        let Some(node) = service.node.at(&policy) else { continue };
        let text = |key: &str| service.text(&["deploy", "restart_policy", key]);
        let condition = text("condition").and_then(|t| t.text().map(str::to_owned));
        let runs = runs_on(&deployed);
        if condition.as_deref() == Some("none") {
            if runs && let Some(entry) = node.entry("condition") {
                let help = "write `condition: any`: a task that ends is replaced";
                out.violation(
                    Violation::at(entry.span(), "`condition: none` leaves a task that ends down for good").help(help),
                );
            }
            continue;
        }
        if let (Some(entry), Some(attempts)) = (
            node.entry("max_attempts"),
            text("max_attempts").and_then(|t| t.text().and_then(|n| n.parse::<u64>().ok())),
        ) && attempts > 0
            && node.get("window").is_none()
            && (condition.as_deref() != Some("on-failure") || runs)
        {
            let message = format!("`max_attempts: {attempts}` without `window` counts every restart since the deploy");
            let help = "set `window: 120s`: then only restarts within it count";
            out.violation(Violation::at(entry.span(), message).help(help));
        } else if node.get("max_attempts").is_some() {
            out.holds(node.span, "the restarts are counted within a window");
        }
        if condition.as_deref() == Some("on-failure")
            && is_server(&deployed)
            && let Some(entry) = node.entry("condition")
        {
            let message = "`condition: on-failure` leaves a task that ends with 0 down for good";
            out.violation(Violation::at(entry.span(), message).help("write `condition: any`").severity(Severity::Note));
        }
    }
}

/// It is known to work until it is told to stop.
fn is_server(deployed: &Deployed<'_>) -> bool {
    deployed.process.chain.main().is_some_and(server::is_long_running)
        || deployed.process.known.is_some_and(|k| k.role.is_backing() || matches!(k.role, ImageRole::Proxy))
            && deployed.service.command.is_none()
}

/// A service that others reach, or a known server.
fn runs_on(deployed: &Deployed<'_>) -> bool {
    is_server(deployed) || deployed.is_reached()
}

pub(super) fn consumer_auto_ack(c: &Context<'_>, out: &mut Ruling) {
    for fact in c.app.code.of(What::AutoAcks) {
        let by = fact.note("by").unwrap_or_default();
        // The queue may be declared in a file beside it.
        let at = folder(c.sources.path(fact.span.file));
        let beside = c.app.code.files.keys().filter(|f| folder(c.sources.path(**f)) == at);
        let texts: Vec<&str> = beside.map(|f| c.sources.text(*f)).collect();
        // An answer queue, or a stream of which a part may be lost.
        const ANSWERS: &[&str] = &[
            "amq.rabbitmq.reply-to",
            "exclusive: true",
            "exclusive=True",
            "queueDeclare().getQueue",
            "QueueDeclare(\"\"",
            "QueueDeclareAsync()",
        ];
        if texts.iter().any(|text| ANSWERS.iter().any(|mark| text.contains(mark)) || declares_exclusive(text)) {
            continue;
        }
        // A transport of Nest brings messages to its handlers: without one, none is taken.
        if c.text(fact.span).contains("Transport.RMQ") {
            let services = source::services(c, fact);
            let mut own = services.iter().flat_map(|d| &d.process.runs).peekable();
            let handles =
                |f: &FileId| ["@MessagePattern", "@EventPattern"].iter().any(|m| c.sources.text(*f).contains(m));
            if own.peek().is_some() && !own.any(handles) {
                continue;
            }
        }
        let message = format!("messages are acknowledged before they are worked on (`{by}`)");
        let violation = Violation::at(fact.span, message)
            .help("acknowledge a message when its work is done: a task that is stopped gives it back");
        // What a consumer of a log commits is a place, not a message.
        let severity = if by.contains("auto.commit") { Severity::Note } else { Severity::Warning };
        source::report(c, out, fact, violation, |_| severity);
    }
}

/// A queue of Go that dies with its consumer: `QueueDeclare(name, durable, autoDelete, exclusive, …)`.
fn declares_exclusive(text: &str) -> bool {
    text.match_indices("QueueDeclare(").any(|(at, found)| {
        let call = text[at + found.len()..].split(')').next().unwrap_or_default();
        let plain: Vec<&str> = call.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        plain.concat().split(',').nth(3).is_some_and(|exclusive| exclusive.trim() == "true")
    })
}
