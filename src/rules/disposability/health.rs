//! Healthchecks: there, with a tool that the image has, and able to fail.

use crate::app::known::Known;
use crate::app::probe::{self, Presence, Probe};
use crate::app::{Deployed, Process};
use crate::fact::Fact;
use crate::rules::{Context, Ruling};
use crate::syntax::shell::Statement;
use crate::violation::{Severity, Violation};

/// The healthchecks of all processes.
fn probes<'c>(c: &Context<'c>) -> impl Iterator<Item = (&'c Process, Presence)> {
    let (app, sources) = (c.app, c.sources);
    app.processes.iter().map(move |process| {
        let presence = match app.deployed_of(process) {
            Some(deployed) => probe::of(&deployed, sources),
            None => app.image_of(process).map_or(Presence::Unknown, probe::of_image),
        };
        (process, presence)
    })
}

pub(super) fn healthcheck_missing(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        if service.is_job() || deployed.is_one_off() {
            continue;
        }
        match probe::of(&deployed, c.sources) {
            Presence::Probe(probe) => out.holds(probe.span, format!("`{name}` has a healthcheck")),
            Presence::Unknown => {
                out.unknown(service.name.span, format!("the image of `{name}` may have a healthcheck"));
            }
            // `disable: true` is somebody's decision.
            Presence::None if service.healthcheck.as_ref().is_some_and(|h| h.disabled) => {}
            // Only the first form of a test that the engine does not run: the stack's own rule speaks of it.
            Presence::None if service.healthcheck.as_ref().is_some_and(|h| !h.test.is_empty()) => {}
            Presence::None => {
                let gates = service.node.at(&["deploy", "update_config"]).is_some();
                let violation = Violation::at(service.name.span, format!("`{name}` has no healthcheck"))
                    .help("add `healthcheck:` with a probe of the port that it serves: until it succeeds, no request is sent to a new task");
                out.violation(if is_served(&deployed) || gates {
                    violation
                } else {
                    violation.severity(Severity::Note)
                });
            }
        }
    }
}

fn is_served(deployed: &Deployed<'_>) -> bool {
    deployed.is_reached()
}

pub(super) fn healthcheck_tool_missing(c: &Context<'_>, out: &mut Ruling) {
    for (process, presence) in probes(c) {
        let Presence::Probe(probe) = presence else { continue };
        let image = c.app.image_of(process);
        for tool in tools(&probe) {
            let has = match (image, process.known) {
                (Some(image), _) => image.has_tool(short(&tool)),
                (None, Some(known)) => known_has(known, process, short(&tool)),
                (None, None) => Fact::Unknown,
            };
            match has {
                Fact::Known(true) | Fact::Assumed(true) => out.holds(probe.span, format!("the image has `{tool}`")),
                Fact::Unknown => out.unknown(probe.span, format!("whether the image has `{tool}` is not known")),
                _ => {
                    let message = format!("the healthcheck runs `{tool}`, which the image does not have");
                    let mut violation = Violation::at(probe.span, message)
                        .help("probe with a program that the image has, or install it");
                    if let Some(image) = image {
                        violation = violation.related(image.base.span, "the image stands on this");
                    }
                    out.violation(violation);
                    // What comes behind a missing shell does not matter.
                    break;
                }
            }
        }
    }
}

fn short(tool: &str) -> &str {
    crate::source::name(tool)
}

/// The programs that a probe needs, of those that the table speaks of: the shell first.
fn tools(probe: &Probe) -> Vec<String> {
    const ASKED: &[&str] = &[
        "curl",
        "wget",
        "nc",
        "ncat",
        "netcat",
        "bash",
        "sh",
        "pg_isready",
        "psql",
        "mysqladmin",
        "redis-cli",
        "mongosh",
        "python",
        "python3",
        "node",
        "php",
        "ruby",
        "perl",
    ];
    let mut found = Vec::new();
    let wrapped = probe
        .commands
        .first()
        .is_some_and(|w| crate::syntax::shell::is_shell(short(w.first().map_or("", String::as_str))));
    if probe.script.is_some() && !wrapped {
        found.push("/bin/sh".to_owned());
    }
    for words in &probe.commands {
        if let Some(program) = words.first()
            && ASKED.contains(&short(program))
            && !found.contains(program)
        {
            found.push(program.clone());
        }
    }
    // `a || b` needs only one of them.
    let alternatives = probe.script.as_ref().is_some_and(|s| s.statements.iter().any(|s| matches!(s, Statement::Or(_, right) if matches!(right.as_ref(), Statement::Command(c) if c.program() != Some("exit") && c.program() != Some("false") && c.program() != Some("kill")))));
    if alternatives {
        found.truncate(1);
    }
    found
}

fn known_has(known: &Known, process: &Process, tool: &str) -> Fact<bool> {
    let content = known.content(process.reference.as_ref().and_then(|r| r.tag.as_deref()));
    let shells = content.shell.as_ref();
    if content.tools.iter().any(|t| t == tool) || shells.is_some_and(|s| s.iter().any(|s| s == tool)) {
        return Fact::Known(true);
    }
    let no_shell = matches!(tool, "sh" | "bash") && shells.is_some_and(|s| !s.iter().any(|s| s == tool));
    if content.lacks.iter().any(|t| t == tool) || no_shell { Fact::Known(false) } else { Fact::Unknown }
}

pub(super) fn healthcheck_cannot_fail(c: &Context<'_>, out: &mut Ruling) {
    for (_, presence) in probes(c) {
        let Presence::Probe(probe) = presence else { continue };
        // PowerShell is another language.
        let lower = probe.text.to_ascii_lowercase();
        if lower.contains("powershell") || lower.contains("invoke-webrequest") || lower.contains("pwsh") {
            continue;
        }
        if !probe.literal && probe.script.as_ref().is_none_or(|s| s.statements.is_empty()) {
            out.unknown(probe.span, "the probe comes from a variable");
            continue;
        }
        match wrong(&probe) {
            Some((message, severity)) => {
                let violation = Violation::at(probe.span, message)
                    .help("let the probe end with a failure when the process cannot serve: `curl -f URL`");
                out.violation(violation.severity(severity));
            }
            None => out.holds(probe.span, "the healthcheck can fail"),
        }
    }
}

fn wrong(probe: &Probe) -> Option<(String, Severity)> {
    let Some(script) = &probe.script else {
        let words = probe.commands.first()?;
        let program = words.first()?;
        if words.len() == 1 && program.contains(' ') {
            return Some(("`CMD` runs no shell: the whole text is taken for a program".to_owned(), Severity::Error));
        }
        return always(words).map(|m| (m, Severity::Warning));
    };
    let last = script.statements.last()?;
    let message = match last {
        Statement::Or(_, right) => match right.as_ref() {
            Statement::Command(command) if matches!(command.argv().as_slice(), ["true" | ":"]) => {
                Some(format!("`|| {}` hides the result of the healthcheck", command.argv()[0]))
            }
            Statement::Command(command) if command.argv() == ["exit", "0"] => {
                Some("`|| exit 0` hides the result of the healthcheck".to_owned())
            }
            _ => command_of(last),
        },
        Statement::Command(command) if command.argv() == ["exit", "0"] => {
            Some("`exit 0` hides the result of the healthcheck".to_owned())
        }
        Statement::Command(command)
            if matches!(command.argv().as_slice(), ["true" | ":"]) && script.statements.len() > 1 =>
        {
            Some(format!("`{}` hides the result of the healthcheck", command.argv()[0]))
        }
        // An `if` whose condition does not hold is a success.
        Statement::If { otherwise, .. } if otherwise.is_empty() => {
            Some("an `if` without `else` hides the result of the healthcheck".to_owned())
        }
        other => command_of(other),
    };
    message.map(|m| (m, Severity::Warning))
}

/// What is wrong with the command that decides the result.
fn command_of(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Command(command) => always(&command.argv().iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()),
        Statement::Or(left, _) => command_of(left),
        Statement::And(left, right) => command_of(left).and(command_of(right)),
        // The last part of a pipeline decides: `curl … | grep -q up`.
        Statement::Pipeline(parts) => parts.last().and_then(|p| match p {
            Statement::Command(command)
                if matches!(command.program(), Some("cat" | "tee" | "jq" | "tail" | "head")) =>
            {
                None
            }
            other => command_of(other),
        }),
        _ => None,
    }
}

fn always(words: &[String]) -> Option<String> {
    let program = crate::source::name(words.first()?);
    match program {
        "echo" | "true" | ":" | "printf" => Some(format!("`{program}` always succeeds")),
        "curl" => {
            let fails = words[1..].iter().any(|w| {
                w == "--fail"
                    || w == "--fail-with-body"
                    || w.starts_with('-') && !w.starts_with("--") && w.contains('f')
            });
            // What is written out is looked at by something else, and another scheme has no HTTP status.
            let other = words.iter().any(|w| {
                w.starts_with("-w")
                    || w == "--write-out"
                    || w.contains("telnet://")
                    || w.contains("$(")
                    || w == "--unix-socket"
            });
            (!fails && !other).then(|| "`curl` without `-f` succeeds on every HTTP status".to_owned())
        }
        _ => None,
    }
}

pub(super) fn healthcheck_needs_own_dns(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let Presence::Probe(probe) = probe::of(&deployed, c.sources) else { continue };
        let own = deployed.service.name.value.as_str();
        let hostname = deployed.service.text(&["hostname"]).and_then(|t| t.text().map(str::to_owned));
        let aliases: Vec<&str> =
            deployed.service.networks.iter().flatten().flat_map(|n| n.aliases.iter().map(String::as_str)).collect();
        for host in probe.hosts() {
            if hostname.as_deref() == Some(host.as_str()) {
                continue;
            }
            if host == own || aliases.contains(&host.as_str()) {
                let message = format!("the probe asks for `{host}`, a name that is there only after the first probe");
                out.violation(
                    Violation::at(probe.span, message).help("ask `127.0.0.1`: the probe runs in the task itself"),
                );
            } else if deployed.stack.service(&host).is_some() {
                let message = format!("the probe asks for `{host}`: it fails when that service does");
                let help = "ask `127.0.0.1`: a probe that depends on another service restarts both";
                out.violation(Violation::at(probe.span, message).help(help).severity(Severity::Warning));
            }
        }
    }
}
