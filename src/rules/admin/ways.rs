//! Ways into a running app, and code that changes its schema.

use std::collections::BTreeSet;

use crate::app::chain::Step;
use crate::app::server;
use crate::code::What;
use crate::rules::{Context, Ruling, source};
use crate::source::{FileId, Span};
use crate::syntax::manifest::Ecosystem;
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn schema_auto_sync(c: &Context<'_>, out: &mut Ruling) {
    let help = "change the schema by migrations that a job of the release runs once";
    let message = |by: &str, destructive: bool| {
        let does = match (destructive, by) {
            (true, _) => "drops and recreates the schema at every start",
            // What is there already stays as it is.
            (false, "EnsureCreated" | "create_all" | "create_tables" | "generate_schemas") => {
                "makes the schema when the app starts, and never changes it"
            }
            _ => "changes the schema at every start",
        };
        format!("`{by}` {does}")
    };
    let mut said = BTreeSet::new();
    for fact in c.app.code.of(What::SyncsSchema) {
        let by = fact.note("by").unwrap_or_default();
        let services = source::services(c, fact);
        // What is in memory has no schema from before.
        let settings = !c.app.code.files.contains_key(&fact.span.file);
        let memory = settings && c.sources.text(fact.span.file).contains("jdbc:h2:mem");
        let provided = services.iter().flat_map(|d| &d.process.runs);
        let memory = memory
            || by == "EnsureCreated" && provided.clone().any(|f| c.sources.text(*f).contains("UseInMemoryDatabase("));
        if memory || source::is_overridden(c, fact, &services) {
            continue;
        }
        // What migrations have made is there already, and without a model there is nothing to make.
        let above = &c.sources.text(fact.span.file)[..fact.span.start as usize];
        let migrated = || above.lines().rev().take(6).any(|l| l.contains(".Migrate(") || l.contains(".MigrateAsync("));
        let modelled = |f: &FileId| c.sources.text(*f).contains("@Entity");
        let bare = by.starts_with("ddl-auto") && provided.clone().next().is_some() && !provided.clone().any(modelled);
        if bare || by == "EnsureCreated" && migrated() {
            continue;
        }
        // Many models of one service are one thing to mend.
        let runs: Vec<usize> = services.iter().map(|d| d.process.index).collect();
        let place = if runs.is_empty() { Some(fact.span.file) } else { None };
        if !said.insert((place, runs, by.to_owned())) {
            continue;
        }
        if by == "drop_all" {
            continue;
        }
        // What only runs by hand does not run at every start.
        let reached = services.is_empty() || services.iter().any(|d| !d.is_one_off());
        if !reached
            || fact.has("guarded")
                && !services
                    .iter()
                    .any(|d| !d.is_one_off() && crate::rules::ports::address::starts(c, d.process, fact.span.file))
        {
            continue;
        }
        // What is asked for over HTTP is no start.
        let asked = c
            .sources
            .path(fact.span.file)
            .split('/')
            .any(|f| matches!(f, "Controllers" | "controllers" | "controller"));
        if asked || is_command(c, fact.span) {
            continue;
        }
        let destructive = fact.has("destructive");
        let violation = Violation::at(fact.span, message(by, destructive)).help(help);
        source::report(c, out, fact, violation, |_| if destructive { Severity::Error } else { Severity::Warning });
    }
    for process in &c.app.processes {
        let deployed = c.app.deployed_of(process);
        if deployed.is_some_and(|d| d.is_one_off()) {
            continue;
        }
        for step in process.chain.reached() {
            let words = step.words();
            if words.windows(3).any(|w| w[0].ends_with("prisma") && w[1] == "db" && w[2] == "push") {
                let violation = Violation::at(step.span, message("prisma db push", false)).help(help);
                // A branch may be for an empty database only.
                let always = deployed.is_some() && !step.around.conditional;
                out.violation(if always { violation } else { violation.severity(Severity::Note) });
            }
        }
    }
    for deployed in c.app.deployed() {
        let Some(setting) = deployed.service.setting("SPRING_JPA_HIBERNATE_DDL_AUTO") else { continue };
        let Some(value) = setting.value.as_ref() else { continue };
        if let Some(mode @ ("update" | "create" | "create-drop")) = value.text() {
            let destructive = mode != "update";
            let span = setting.name.span.to(value.span);
            let violation = Violation::at(span, message(&format!("ddl-auto: {mode}"), destructive)).help(help);
            out.violation(if destructive { violation.severity(Severity::Error) } else { violation });
        }
    }
}

/// It stands in a command of the command line: `@app.cli.command()`, `@click.command()`.
fn is_command(c: &Context<'_>, span: Span) -> bool {
    let text = &c.sources.text(span.file)[..span.start as usize];
    let Some(at) = text.rfind("\ndef ") else { return false };
    let above: Vec<&str> = text[..at].lines().rev().take(3).take_while(|l| l.trim_start().starts_with('@')).collect();
    above.iter().any(|l| l.contains("command"))
        || text[at..].starts_with("\ndef init_db")
        || text[at..].starts_with("\ndef create_db")
}

/// The words of a start that open a debugger or a console to others.
fn opens(step: &Step) -> Option<(String, bool)> {
    let program = server::program(step);
    let debugger = |what: &str| Some((format!("`{what}` opens a debugger to whoever reaches the port"), true));
    // `nodemon -x "node --inspect=0.0.0.0:9229 app.js"`
    for word in step.args().iter().flat_map(|arg| arg.split(' ')) {
        if let Some((flag, at)) = word.split_once('=').filter(|(f, _)| f.starts_with("--inspect"))
            && (at.starts_with("0.0.0.0") || at.starts_with("[::]") || at.starts_with("::"))
        {
            return debugger(&format!("{flag}={at}"));
        }
        if word.contains("jdwp") && (word.contains("address=*") || word.contains("address=0.0.0.0")) {
            return debugger("jdwp");
        }
    }
    if program.name == "debugpy"
        && program.option(&["--listen"]).is_some_and(|l| l.text().is_some_and(|t| t.starts_with("0.0.0.0")))
    {
        return debugger("debugpy");
    }
    if program.name == "dlv"
        && program.args.iter().any(|a| {
            a.text().contains("--listen=:")
                || a.text().contains("--listen=0.0.0.0")
                || a.text().contains("--listen=[::]")
        })
    {
        return debugger("dlv");
    }
    let words = step.shown();
    if words.contains("jmxremote.port") && words.contains("jmxremote.authenticate=false") {
        return Some(("`jmxremote` opens JMX without a password".to_owned(), true));
    }
    (program.name == "sshd").then(|| ("`sshd` is a way into the running container".to_owned(), false))
}

pub(in crate::rules) fn admin_backdoor_in_process(c: &Context<'_>, out: &mut Ruling) {
    let help = "leave it out of the release; start a one-off task with the same image to look inside";
    for process in &c.app.processes {
        let deployed = c.app.deployed_of(process);
        let bastion = process.chain.main_steps().all(|s| server::program(s).name == "sshd") && process.runs.is_empty();
        for step in process.chain.reached() {
            let Some((message, debugger)) = opens(step) else { continue };
            if !debugger && bastion || step.around.conditional {
                continue;
            }
            let violation = Violation::at(step.span, message).help(help);
            out.violation(match (debugger, deployed.is_some()) {
                (true, true) => violation.severity(Severity::Error),
                (true, false) | (false, true) => violation.severity(Severity::Warning),
                (false, false) => violation.severity(Severity::Note),
            });
        }
        if let Some(deployed) = deployed {
            flower(&deployed, out, help);
        }
        options(c, process, out, help);
    }
    for fact in c.app.code.of(What::Backdoor) {
        let by = fact.note("by").unwrap_or_default();
        if fact.has("conditional") {
            continue;
        }
        // A setting of a framework: what answers on the app's own port.
        if !c.app.code.files.contains_key(&fact.span.file) {
            let message = format!("`{by}` is a way into the running process");
            source::report(c, out, fact, Violation::at(fact.span, message).help(help), |_| Severity::Warning);
            continue;
        }
        let host = c.text(fact.place("host"));
        if !host.contains("0.0.0.0") && !host.contains("\"\"") && !host.contains("''") && !host.contains("::") {
            continue;
        }
        let message = format!("`{by}` opens a debugger to whoever reaches the port");
        source::report(c, out, fact, Violation::at(fact.span, message).help(help), |_| Severity::Error);
    }
    for deployed in c.app.deployed() {
        let console = match deployed.image_repository().as_str() {
            "adminer" => "adminer",
            "phpmyadmin" | "phpmyadmin/phpmyadmin" => "phpmyadmin",
            "dpage/pgadmin4" => "pgadmin",
            "mongo-express" => "mongo-express",
            "rediscommander/redis-commander" => "redis-commander",
            _ => continue,
        };
        // A file of servers alone, without a service of the app, is a developer's, or the console's own.
        let stack = deployed.stack.file();
        let mut beside = c.app.deployed().filter(|d| d.stack.file() == stack);
        let app = beside.any(|d| d.process.known.is_none() || d.service.node.get("deploy").is_some());
        let asked_for = deployed.service.node.get("profiles").is_some();
        if let Some(port) = deployed.service.ports.first().filter(|_| app && !asked_for) {
            out.violation(
                Violation::at(port.target_span, format!("`{console}` is published with the app"))
                    .help("reach it through a tunnel, or start it when it is needed"),
            );
        }
    }
    for manifest in c.app.manifests.iter().filter(|m| m.ecosystem == Ecosystem::Ruby && m.name == "Gemfile") {
        if let Some(gem) = manifest.dependency("web-console").filter(|d| !d.dev) {
            let violation = Violation::at(gem.name.span, "`web-console` is active outside development")
                .help("move it into `group :development`");
            out.violation(violation);
        }
    }
}

/// Celery's console, published without a password. <https://flower.readthedocs.io/en/latest/auth.html>
fn flower(deployed: &crate::app::Deployed<'_>, out: &mut Ruling, help: &str) {
    let Some(port) = deployed.service.ports.first() else { return };
    let environment = &deployed.process.environment;
    let closed = |step: &Step| {
        let shown = step.shown();
        shown.contains("basic_auth")
            || shown.contains("basic-auth")
            || shown.contains("--auth")
            || shown.contains("--conf")
    };
    let known = environment.keys().any(|k| k.starts_with("FLOWER_")) || deployed.process.provided.open.is_some();
    for step in deployed.process.chain.main_steps() {
        let program = server::program(step);
        let starts = program.name == "flower" || program.name == "celery" && program.has(&["flower"]);
        if starts && !closed(step) && !known {
            let violation = Violation::at(step.span, "`flower` is published without a password").help(help);
            out.violation(violation.related(port.target_span, "published here").severity(Severity::Warning));
        }
    }
}

/// `NODE_OPTIONS` and `JAVA_TOOL_OPTIONS` of the stack and of the image.
fn options(c: &Context<'_>, process: &crate::app::Process, out: &mut Ruling, help: &str) {
    let judge = |text: &str, span: Span, out: &mut Ruling| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let inspect =
            words.iter().find(|w| w.starts_with("--inspect") && (w.contains("=0.0.0.0") || w.contains("=[::]")));
        let shown = match inspect {
            Some(word) => (*word).to_owned(),
            None if text.contains("jdwp") && (text.contains("address=*") || text.contains("address=0.0.0.0")) => {
                "jdwp".to_owned()
            }
            None => return,
        };
        let message = format!("`{shown}` opens a debugger to whoever reaches the port");
        let deployed = process.service.is_some();
        let severity = if deployed { Severity::Error } else { Severity::Warning };
        out.violation(Violation::at(span, message).help(help).severity(severity));
    };
    let names = ["NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JAVA_OPTS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"];
    if let Some(deployed) = c.app.deployed_of(process) {
        for setting in deployed.service.environment.iter().filter(|s| names.contains(&s.name.value.as_str())) {
            if let Some(value) = &setting.value {
                judge(value.text().unwrap_or(&value.raw), setting.name.span.to(value.span), out);
            }
        }
    }
    if let Some(image) = c.app.image_of(process) {
        for instruction in c.app.instructions(image) {
            let crate::syntax::dockerfile::Body::Env(pairs) = &instruction.body else { continue };
            for pair in pairs.iter().filter(|p| names.contains(&p.name.value.as_str())) {
                if let Some(value) = &pair.value {
                    judge(&value.value, pair.name.span.to(value.span), out);
                }
            }
        }
    }
}
