//! Who is PID 1, and what the stop signal does to it.

use crate::app::chain::{Chain, Link, Step, Written};
use crate::app::image::Image;
use crate::app::{Process, server};
use crate::rules::{Context, Ruling};
use crate::source::Span;
use crate::syntax::dockerfile::{Command, Form};
use crate::syntax::shell::{Script, Statement};
use crate::violation::{Severity, Violation};

/// A process that is meant to run until it is told to stop.
fn runs_on(c: &Context<'_>, process: &Process) -> bool {
    c.app.deployed_of(process).is_none_or(|d| !d.is_one_off())
}

pub(super) fn shell_form_command(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        let service = c.app.deployed_of(process).map(|d| d.service);
        if service.is_some_and(|s| s.entrypoint.is_some()) || !runs_on(c, process) {
            continue;
        }
        if let Some(Command { form: Form::Shell(_), span, .. }) = &image.entrypoint {
            if image.cmd.is_some() {
                let message = "`ENTRYPOINT` in shell form: `CMD` is never used";
                out.violation(Violation::at(*span, message).help("write both as JSON arrays"));
            } else {
                judge(image, image.entrypoint.as_ref(), "ENTRYPOINT", &process.chain, out);
            }
            continue;
        }
        if service.is_none_or(|s| s.command.is_none()) {
            judge(image, image.cmd.as_ref(), "CMD", &process.chain, out);
        }
    }
}

fn judge(image: &Image, command: Option<&Command>, keyword: &str, chain: &Chain, out: &mut Ruling) {
    let Some(command) = command else { return };
    let Form::Shell(_) = &command.form else {
        out.holds(command.span, format!("`{keyword}` is a JSON array"));
        return;
    };
    // PowerShell and cmd have rules of their own.
    if image
        .shell
        .as_ref()
        .and_then(|s| s.first())
        .is_some_and(|s| !crate::syntax::shell::is_shell(crate::source::name(s)))
    {
        return;
    }
    let script = command.script().unwrap_or_default();
    let hands_over = !chain.mains.is_empty()
        && chain.main_steps().all(|s| !s.under.iter().any(|l| matches!(l, Link::Shell(at) if *at == command.span)));
    if hands_over {
        out.holds(command.span, format!("the shell of `{keyword}` hands over by `exec`"));
        return;
    }
    let bash = image.shell.as_ref().and_then(|s| s.first()).is_some_and(|s| s.ends_with("bash"));
    let reference = image.base.reference.as_ref();
    let family = image.base.known.and_then(|k| k.family(reference.and_then(|r| r.tag.as_deref())));
    let family = family.or_else(|| reference.filter(|r| r.short().starts_with("alpine")).map(|_| "alpine"));
    // busybox's and bash's shell become the last command of the line; dash stays above it.
    let becomes_last = (bash || matches!(family, Some("alpine" | "busybox"))) && app_is_last(&script);
    let certain = becomes_last || family.is_some() || script.single().is_none();
    let (message, severity) = if becomes_last || !certain {
        (format!("`{keyword}` in shell form: a shell starts the command"), Severity::Note)
    } else {
        (format!("`{keyword}` in shell form: a shell receives the stop signal"), Severity::Warning)
    };
    out.violation(
        Violation::at(command.span, message)
            .help("write it as a JSON array, or begin it with `exec`")
            .severity(severity),
    );
}

/// The line's last command is the one that stays: nothing comes behind it, and no pipe or `&` is around it.
fn app_is_last(script: &Script) -> bool {
    fn last(statement: &Statement) -> bool {
        match statement {
            Statement::Command(command) => !matches!(command.program(), Some("echo" | "exit" | "true" | ":")),
            Statement::And(_, right) => last(right),
            _ => false,
        }
    }
    script.statements.last().is_some_and(last)
}

pub(super) fn entrypoint_without_exec(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        if !runs_on(c, process) {
            continue;
        }
        let chain = &process.chain;
        let waits = chain.reached().any(|s| s.program() == "wait") && chain.reached().any(|s| s.program() == "trap");
        for step in chain.main_steps() {
            let Some(Link::Script(file, call)) = step.under.last() else { continue };
            if step.written != Written::Script || waits || step.around.looped || step.around.background {
                continue;
            }
            let arguments = step.first.starts_with("$@") || step.first.starts_with("${@");
            let deployed = process.service.is_some();
            if !(arguments || server::is_long_running(step) || deployed && is_app(step)) {
                continue;
            }
            let shown = if arguments { "$@" } else { step.wrappers.first().map_or(step.program(), String::as_str) };
            let message = format!("`{shown}` is started without `exec`");
            let violation = Violation::at(step.line, message)
                .help("put `exec` in front: the script stays PID 1 and does not pass the stop signal on")
                .related(*call, format!("`{}` is started here", c.sources.path(*file)));
            out.violation(violation);
        }
        for step in chain.main_steps().filter(|s| s.exec && s.written == Written::Script) {
            out.holds(step.span, format!("`{}` takes the script's place", step.program()));
        }
    }
}

/// A program of the app, or an interpreter that runs one: not a tool that does its work and ends.
fn is_app(step: &Step) -> bool {
    let path = step.argv.first().map_or("", |a| a.text());
    path.starts_with("/app/") || path.starts_with("./") || path.starts_with("/usr/local/bin/") && !path.ends_with(".sh")
}

const PACKAGE_MANAGERS: &[&str] = &["npm", "yarn", "pnpm", "composer", "bun", "bunx"];

pub(super) fn package_manager_as_pid1(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        if !runs_on(c, process) {
            continue;
        }
        let chain = &process.chain;
        for step in chain.main_steps() {
            let Some((name, span)) = manager_above(step) else {
                if step.under.is_empty() && server::is_long_running(step) {
                    out.holds(step.span, format!("`{}` is PID 1", step.program()));
                }
                continue;
            };
            let severity =
                if matches!(name, "uv" | "pdm" | "hatch" | "rye") { Severity::Note } else { Severity::Warning };
            let message = format!("`{name}` is the main process");
            let help = "start the app itself: the command that the script runs, as a JSON array";
            out.violation(Violation::at(span, message).help(help).severity(severity));
        }
    }
}

/// The package manager that stays as the main process above a step, or that the step is.
fn manager_above(step: &Step) -> Option<(&str, Span)> {
    for link in &step.under {
        match link {
            // A shell above it is spoken of elsewhere; the manager is still what the shell waits for.
            Link::Shell(_) | Link::Script(..) => {}
            Link::Init => return None,
            Link::PackageManager(name, span) => return Some((name.as_str(), *span)),
            Link::Other(name, span) if matches!(name.as_str(), "uv" | "pdm" | "hatch" | "rye") => {
                return Some((name.as_str(), *span));
            }
            Link::Other(..) => return None,
        }
    }
    let program = step.program();
    let args = step.args();
    let verb = args.iter().find(|a| !a.starts_with('-')).copied().unwrap_or_default();
    let starts = match program {
        "npm" => matches!(verb, "start" | "run" | "run-script" | "exec"),
        "yarn" | "pnpm" => {
            !matches!(verb, "install" | "add" | "build" | "ci" | "") || program == "yarn" && verb == "start"
        }
        "composer" => matches!(verb, "run" | "run-script"),
        // `bun run server.ts` is the runtime.
        "bun" => verb == "run" && args.iter().filter(|a| !a.starts_with('-')).nth(1).is_some_and(|f| !f.contains('.')),
        _ => false,
    };
    (PACKAGE_MANAGERS.contains(&program) && starts).then_some((program, step.span))
}

pub(super) fn harmful_stop_signal(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let image = c.app.image_of(process);
        let deployed = c.app.deployed_of(process);
        let stack_signal = deployed.and_then(|d| d.service.text(&["stop_signal"]));
        if stack_signal.as_ref().is_some_and(|t| t.fact.is_unknown()) {
            out.unknown(stack_signal.expect("it is there").span, "the stop signal comes from a variable");
            continue;
        }
        let image_signal = image.and_then(|i| i.stop_signal.as_ref()).map(|s| (s.value.clone(), s.span));
        let told = stack_signal.as_ref().and_then(|t| Some((t.text()?.to_owned(), t.span))).or(image_signal);
        if let Some((signal, span)) = &told {
            if matches!(signal.as_str(), "SIGKILL" | "KILL" | "9") {
                let message = format!("`{signal}` cannot be caught by the process");
                out.violation(Violation::at(*span, message).help("leave it to the default, `SIGTERM`"));
                continue;
            }
            let term = matches!(signal.as_str(), "SIGTERM" | "TERM" | "15");
            if let Some((name, what, severity)) = deployed.filter(|_| term).and_then(|d| overridden(&d)) {
                let message = format!("`{name}` {what} on `{signal}`");
                out.violation(
                    Violation::at(*span, message)
                        .help("drop it: the image sets the signal that stops it gracefully")
                        .severity(severity),
                );
                continue;
            }
            out.holds(*span, format!("`{signal}` stops it"));
        }
        let default = told.as_ref().is_none_or(|(signal, _)| matches!(signal.as_str(), "SIGTERM" | "TERM" | "15"));
        for step in process.chain.main_steps().filter(|_| default) {
            uwsgi(c, image, step, out);
        }
    }
}

/// What a well-known image does on SIGTERM, where its own signal is another.
fn overridden<'a>(deployed: &crate::app::Deployed<'a>) -> Option<(&'a str, &'static str, Severity)> {
    let known = deployed.process.known?;
    let tag = deployed.process.reference.as_ref().and_then(|r| r.tag.as_deref()).unwrap_or_default();
    let drops = "drops its open connections";
    match known.name.as_str() {
        "nginx" | "haproxy" | "httpd" => Some((known.name.as_str(), drops, Severity::Warning)),
        "php" if tag.contains("fpm") => Some(("php-fpm", drops, Severity::Warning)),
        "php" if tag.contains("apache") => Some(("apache", drops, Severity::Warning)),
        _ if known.kind.as_deref() == Some("postgresql") => {
            Some(("postgres", "waits for every session", Severity::Note))
        }
        _ => None,
    }
}

/// uwsgi takes SIGTERM for "reload" unless it is told otherwise.
fn uwsgi(c: &Context<'_>, image: Option<&Image>, step: &Step, out: &mut Ruling) {
    let program = server::program(step);
    if program.name != "uwsgi" {
        return;
    }
    let on_line = program.args.iter().any(|a| a.text().starts_with("--die-on-term"));
    let file =
        program.option(&["--ini", "-y", "--yaml", "--xml"]).and_then(crate::fact::Fact::into_value).or_else(|| {
            program.args.iter().map(crate::stack::Argument::text).find(|a| a.ends_with(".ini")).map(str::to_owned)
        });
    let text = match (&file, image) {
        (Some(file), Some(image)) => image
            .locate(file, c.sources, &c.app.images)
            .and_then(|(f, _)| c.sources.find(&f))
            .map(|id| c.sources.text(id)),
        _ => None,
    };
    let in_file =
        text.is_some_and(|t| t.lines().any(|l| !l.trim_start().starts_with([';', '#']) && l.contains("die-on-term")));
    if on_line || in_file {
        out.holds(step.span, "`uwsgi` ends on `SIGTERM`");
    } else if file.is_some() && text.is_none() {
        out.unknown(step.span, "the config of `uwsgi` is not here");
    } else {
        out.violation(Violation::at(step.span, "`uwsgi` reloads on `SIGTERM`").help("set `die-on-term = true`"));
    }
}
