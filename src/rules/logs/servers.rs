//! Where the configurations of servers and frameworks send the logs: nginx, supervisord, Rails.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::sinks::is_stream;
use crate::app::image::Image;
use crate::app::{Deployed, Process, server};
use crate::rules::{Context, Ruling};
use crate::source::{Class, FileId, Kind, Span};
use crate::violation::{Severity, Violation};

const HELP: &str = "write to /dev/stdout and /dev/stderr: `docker service logs` takes it from there";

pub(super) fn check(c: &Context<'_>, out: &mut Ruling) {
    for (id, file) in c.sources.files().filter(|(_, f)| f.class == Class::App && f.kind == Kind::Other) {
        if file.path.ends_with(".conf") || file.path.ends_with(".ini") {
            nginx(c, out, id);
            supervisord(c, out, id);
        }
    }
    let mut said = BTreeSet::new();
    for deployed in c.app.deployed() {
        rails(c, out, &deployed, &mut said);
    }
}

/// The process whose image has a file of configuration for a program that it starts, or installs.
fn carrier<'a>(c: &Context<'a>, id: FileId, program: &str) -> Option<(&'a Process, &'a Image)> {
    let path = c.sources.path(id);
    c.app.processes.iter().filter_map(|p| Some((p, c.app.image_of(p)?))).find(|(process, image)| {
        let starts = process.chain.main_steps().any(|s| server::program(s).name == program);
        let base = image.base.reference.as_ref().is_some_and(|r| r.short() == program);
        // It is put where the program reads it, not only taken along with all the rest.
        let placed = image.copies.iter().any(|copied| {
            copied.sources.iter().any(|s| {
                let source = s.value.trim_start_matches("./").trim_end_matches('/');
                !matches!(source, "" | "." | "*")
                    && (path.ends_with(source) || path.contains(&format!("{source}/")))
                    && copied.target.contains(program.trim_end_matches('d'))
            })
        });
        let installs = placed && c.sources.text(image.file).contains(program);
        (starts || base || installs) && c.app.carries(image, path, c.sources)
    })
}

fn severity(process: &Process, also: bool) -> Severity {
    match (process.service.is_some(), also) {
        (true, false) => Severity::Error,
        (true, true) => Severity::Warning,
        (false, _) => Severity::Note,
    }
}

static NGINX_LOG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*((access_log|error_log)\s+([^\s;]+)[^;\n]*;)").expect("a sound pattern"));

fn nginx(c: &Context<'_>, out: &mut Ruling, id: FileId) {
    let text = c.sources.text(id);
    if !text.contains("_log") {
        return;
    }
    let Some((process, image)) = carrier(c, id, "nginx") else { return };
    // The images of nginx link the files of its default to the streams.
    let base = image.base.reference.as_ref().map_or("", |r| r.short());
    let links = base.contains("nginx") || base.contains("openresty") || c.sources.text(image.file).contains("/dev/std");
    let streams = NGINX_LOG.captures_iter(text).any(|f| is_stream(&f[3]));
    // What is said of all servers counts where one of them says nothing itself.
    let of_all = text.contains("http {") && !text.contains("server {");
    let own = |word: &str| {
        let beside = c.sources.files().filter(|(other, f)| *other != id && f.path.ends_with(".conf"));
        beside.filter(|(_, f)| c.app.carries(image, &f.path, c.sources)).any(|(other, _)| {
            let text = c.sources.text(other);
            text.contains("server {") && text.contains(word)
        })
    };
    for found in NGINX_LOG.captures_iter(text) {
        let path = &found[3];
        // Beside its own start, what goes wrong is said where the servers say.
        if of_all && &found[2] == "access_log" && own("access_log") {
            continue;
        }
        let default = matches!(path, "/var/log/nginx/access.log" | "/var/log/nginx/error.log");
        let nowhere =
            matches!(path, "off" | "stderr" | "syslog") || path.starts_with("syslog:") || path.starts_with("memory:");
        if default && links || nowhere || is_stream(path) || path.contains('$') {
            continue;
        }
        let hit = found.get(1).expect("group 1");
        let message = format!("logs are written to `{path}`");
        let violation = Violation::at(Span::new(id, hit.start(), hit.end()), message).help(HELP);
        // The first says it for the file.
        out.violation(violation.severity(severity(process, streams)));
        return;
    }
}

/// What supervisord does with the output of the programs that it starts.
fn supervisord(c: &Context<'_>, out: &mut Ruling, id: FileId) {
    static OUTPUT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^[ \t]*(?:stdout|stderr)_logfile[ \t]*=[ \t]*(\S+)").expect("a sound pattern")
    });
    let text = c.sources.text(id);
    if !text.contains("[program:") {
        return;
    }
    let Some((process, _)) = carrier(c, id, "supervisord").or_else(|| carrier(c, id, "supervisor")) else { return };
    for found in OUTPUT.captures_iter(text) {
        let hit = found.get(1).expect("group 1");
        let path = hit.as_str();
        let nowhere = matches!(path.to_ascii_uppercase().as_str(), "NONE" | "AUTO" | "SYSLOG");
        if nowhere || path.starts_with("/dev/") || path.starts_with("/proc/") || path.contains('%') {
            continue;
        }
        let message = format!("logs are written to `{path}`");
        let violation = Violation::at(Span::new(id, hit.start(), hit.end()), message).help(HELP);
        out.violation(violation.severity(severity(process, false)));
        return;
    }
}

/// Rails writes `log/production.log` unless a logger or the variable of its template says otherwise.
/// <https://guides.rubyonrails.org/configuring.html#config-logger>
fn rails(c: &Context<'_>, out: &mut Ruling, deployed: &Deployed<'_>, said: &mut BTreeSet<FileId>) {
    const VARIABLE: &str = "RAILS_LOG_TO_STDOUT";
    const GEMS: &[&str] = &["rails_12factor", "rails_stdout_logging", "rails_semantic_logger"];
    let process = deployed.process;
    let environment = process.environment.get("RAILS_ENV").and_then(|v| v.text());
    let path = |file: &FileId| c.sources.path(*file);
    let production = process.runs.iter().find(|f| path(f).ends_with("config/environments/production.rb"));
    let (Some(&file), Some("production")) = (production, environment) else { return };
    let helped = c.app.manifests.iter().any(|m| m.dependencies.iter().any(|d| GEMS.contains(&d.name.value.as_str())));
    let linked = deployed.image.is_some_and(|i| c.sources.text(i.file).contains("/dev/stdout"));
    let scripts = process.chain.scripts.iter().any(|s| c.sources.text(s.file).contains("/dev/stdout"));
    if helped || linked || scripts {
        return;
    }
    let text = c.sources.text(file);
    let says = |text: &str, word: &str| {
        text.match_indices(word)
            .map(|(at, _)| at)
            .find(|at| !text[..*at].rsplit('\n').next().unwrap_or_default().contains('#'))
    };
    let own = process.runs.iter().filter(|f| path(f).contains("config/"));
    let loggers = ["STDOUT", "$stdout", "config.logger ="];
    let (at, message) = if let Some(at) = says(text, VARIABLE) {
        // Beside the variable something else may choose it.
        if text[at..].lines().next().is_some_and(|line| line.contains("||")) {
            return;
        }
        let set = format!("{VARIABLE}=");
        let scripted = process.chain.scripts.iter().any(|s| c.sources.text(s.file).contains(&set));
        if scripted || process.provided.is_given(VARIABLE) {
            out.holds(Span::new(file, at, at + VARIABLE.len()), "logs go to the standard streams");
            return;
        }
        if process.provided.open.is_some() {
            out.unknown(deployed.service.name.span, "what its environment holds is not known");
            return;
        }
        (at..at + VARIABLE.len(), format!("`{VARIABLE}` is not set: logs are written to `log/production.log`"))
    } else if own.clone().any(|f| loggers.iter().any(|word| says(c.sources.text(*f), word).is_some())) {
        return;
    } else {
        let head = "Rails.application.configure";
        let Some(at) = text.find(head) else { return };
        (at..at + head.len(), "logs are written to `log/production.log`".to_owned())
    };
    if !said.insert(file) {
        return;
    }
    let help = "give the app a logger of standard output: `ActiveSupport::Logger.new(STDOUT)`";
    let violation = Violation::at(Span::new(file, at.start, at.end), message).help(help);
    out.violation(
        violation.related(deployed.service.name.span, "this service runs the code").severity(Severity::Error),
    );
}
