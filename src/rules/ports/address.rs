//! On which address a process listens: its own loopback, or a socket file, which nobody else reaches.

use crate::app::chain::Step;
use crate::app::{Deployed, Process, server};
use crate::code::{SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::name;
use crate::stack::Argument;
use crate::violation::{Severity, Violation};

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches("http://").trim_start_matches("https://").trim_start_matches("tcp://");
    let host = host.trim_start_matches('[');
    host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("::1")
}

/// Somebody outside the task is meant to reach it.
fn is_reached(c: &Context<'_>, process: &Process) -> bool {
    let Some(deployed) = c.app.deployed_of(process) else {
        return c.app.image_of(process).is_some_and(|i| !i.expose.is_empty());
    };
    deployed.is_reached() || is_named(c, &deployed)
}

/// Another service of the stack names it.
fn is_named(c: &Context<'_>, deployed: &Deployed<'_>) -> bool {
    let own = deployed.service.name.value.as_str();
    deployed.stack.services.iter().filter(|s| s.name.value != own).any(|other| {
        let values = other.environment.iter().filter_map(|s| s.value.as_ref()).map(|v| v.raw.as_str());
        values
            .chain(other.command.iter().flatten().map(|a| a.raw.as_str()))
            .any(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).any(|word| word == own))
    }) || c.app.stacks.is_empty()
}

/// What a server's command line says of its address.
enum Address {
    /// It names the loopback.
    Told(String),
    /// It names nothing, and the server's own default is the loopback.
    Default,
    Elsewhere,
}

fn address(step: &Step, process: &Process) -> Option<(String, Address)> {
    let program = server::program(step);
    let env = |name: &str| process.environment.contains_key(name);
    let told = |names: &[&str]| program.option(names);
    let judge = |fact: Option<crate::fact::Fact<String>>, default: bool| match fact {
        Some(fact) => match fact.text() {
            Some(host) if is_loopback(host) => {
                let shown = if host.contains("localhost") { "localhost" } else { "127.0.0.1" };
                Address::Told(shown.to_owned())
            }
            _ => Address::Elsewhere,
        },
        None if default => Address::Default,
        None => Address::Elsewhere,
    };
    let file = program.has(&["-c", "--config", "--fd", "--uds"]);
    let shown = program.name.clone();
    let address = match program.name.as_str() {
        "uvicorn" => judge(told(&["--host"]), !env("UVICORN_HOST") && !file),
        "gunicorn" => judge(told(&["-b", "--bind"]), false),
        "hypercorn" => judge(told(&["-b", "--bind"]), !file),
        "daphne" => judge(told(&["-b", "--bind"]), !program.has(&["-u", "-e", "--endpoint", "--fd"])),
        "flask" if program.has(&["run"]) => judge(told(&["-h", "--host"]), !env("FLASK_RUN_HOST")),
        "fastapi" if program.verb() == "dev" => judge(told(&["--host"]), true),
        "manage.py" if program.verb() == "runserver" => {
            let at = program.args.iter().map(Argument::text).skip(1).find(|a| !a.starts_with('-'));
            match at {
                None => Address::Default,
                Some(text) if is_loopback(text) => Address::Told("127.0.0.1".to_owned()),
                Some(text) if text.parse::<u16>().is_ok() => Address::Default,
                Some(_) => Address::Elsewhere,
            }
        }
        "artisan" if program.verb() == "serve" => judge(told(&["--host"]), !env("SERVER_HOST")),
        "php" if program.has(&["-S"]) => judge(told(&["-S"]), false),
        "vite" | "ng" if program.name == "vite" || program.verb() == "serve" => {
            // Without a value, `--host` means every address.
            if program.args.last().is_some_and(|a| a.text() == "--host") || program.verb() == "build" {
                Address::Elsewhere
            } else {
                judge(told(&["--host"]), true)
            }
        }
        "puma" => judge(told(&["-b", "--bind"]), false),
        "rails" if matches!(program.verb(), "s" | "server") => {
            judge(told(&["-b", "--binding"]), !env("BINDING") && !env("RAILS_ENV"))
        }
        "waitress-serve" => judge(told(&["--host", "--listen"]), false),
        "next" if program.verb() == "start" => judge(told(&["-H", "--hostname"]), false),
        "dotnet" => judge(told(&["--urls"]), false),
        _ => return None,
    };
    Some((shown, address))
}

pub(in crate::rules) fn binds_loopback(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let reached = is_reached(c, process);
        for step in process.chain.main_steps() {
            let Some((shown, address)) = address(step, process) else { continue };
            let message = match address {
                Address::Told(host) => format!("`{shown}` listens on {host} only"),
                Address::Default => format!("`{shown}` listens on 127.0.0.1 unless told otherwise"),
                Address::Elsewhere => {
                    out.holds(step.span, format!("`{shown}` does not listen on the loopback"));
                    continue;
                }
            };
            // Of a third party's image, neither its config nor its variables are known.
            let foreign = process.image.is_none() && message.contains("unless told");
            if !reached || foreign && !matches!(shown.as_str(), "flask" | "uvicorn") || configured(c, process, &shown) {
                continue;
            }
            let violation = Violation::at(step.span, message).help("listen on every address: 0.0.0.0");
            out.violation(if process.service.is_some() { violation } else { violation.severity(Severity::Warning) });
        }
    }
    for fact in c.app.code.of(What::Listens).filter(|f| f.has("loopback")) {
        by_default(c, fact, out);
    }
    for fact in c.app.code.of(What::Listens) {
        let services = source::services(c, fact);
        let told = fact
            .text("host")
            .or_else(|| fallback(fact, &services))
            .or_else(|| fact.text("port"))
            .filter(|h| h.contains(|c: char| c.is_alphabetic() || c == '.'));
        let Some(host) = told.filter(|h| is_loopback(h)) else { continue };
        // Port 0 is for the process itself, as is a server for development.
        let file = name(c.sources.path(fact.span.file));
        if fact.text("port") == Some("0")
            || crate::source::has_word(file, &["dev", "devserver", "development", "probe", "health", "healthcheck"])
        {
            continue;
        }
        // A server of Python that is started by its own command does not come to the developer's one in the code.
        const SERVERS: &[&str] = &["gunicorn", "uwsgi", "uvicorn", "hypercorn", "daphne", "waitress-serve"];
        let served = |d: &Deployed<'_>| {
            d.process.chain.main_steps().any(|s| SERVERS.contains(&server::program(s).name.as_str()))
        };
        if file.ends_with(".py") && !services.is_empty() && services.iter().all(served) {
            continue;
        }
        // The profiler's own listener.
        if fact.text("port").is_some_and(|p| p.ends_with(":6060"))
            && c.sources.text(fact.span.file).contains("net/http/pprof")
        {
            continue;
        }
        // A guard keeps it to the file that is started.
        if fact.has("guarded") && !c.app.processes.iter().any(|p| starts(c, p, fact.span.file)) {
            continue;
        }
        // Beside another listener it may be for itself alone.
        let other = c.app.code.of(What::Listens).any(|o| {
            o.span.file == fact.span.file
                && o.span != fact.span
                && !o.has("loopback")
                && !o.text("host").or_else(|| o.text("port")).is_some_and(is_loopback)
        });
        if other || !services.is_empty() && !services.iter().any(|d| is_reached(c, d.process)) {
            continue;
        }
        if source::is_overridden(c, fact, &services)
            || fact.note("variable").is_some_and(|v| services.iter().any(|d| d.process.environment.contains_key(v)))
        {
            continue;
        }
        let bare = host.split("://").last().unwrap_or(host);
        let bare = if bare.starts_with("[::1]") || bare.starts_with("::1") {
            "::1"
        } else {
            bare.split([':', '/']).next().unwrap_or(bare)
        };
        let violation =
            Violation::at(fact.span, format!("listens on `{bare}` only")).help("listen on every address: 0.0.0.0");
        source::report(c, out, fact, violation, |_| Severity::Error);
    }
}

/// The host that a listener falls back to where no service that runs it gives the variable.
fn fallback<'f>(fact: &'f SourceFact, services: &[Deployed<'_>]) -> Option<&'f str> {
    let Value::Environment { name, default: Some(default) } = &fact.parts.get("host")?.value else { return None };
    let given = |d: &Deployed<'_>| d.process.provided.has(name) || d.process.provided.open.is_some();
    (!services.is_empty() && !services.iter().any(given)).then_some(default)
}

/// A server that listens on the loopback because nobody told it otherwise.
fn by_default(c: &Context<'_>, fact: &SourceFact, out: &mut Ruling) {
    let server = fact.note("server").unwrap_or_default();
    let services = source::services(c, fact);
    if services.is_empty() || fact.has("guarded") && !services.iter().any(|d| starts(c, d.process, fact.span.file)) {
        return;
    }
    let names: &[&str] = match server {
        "Kestrel" => {
            &["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_URLS", "URLS", "HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS"]
        }
        "Rocket" => &["ROCKET_ADDRESS"],
        _ => &[],
    };
    let told = services.iter().any(|d| {
        let base = d.image.and_then(|i| i.base.reference.as_ref()).map_or("", |r| r.repository.as_str());
        // Microsoft's own images set the port.
        names.iter().any(|n| d.process.environment.contains_key(*n)) || server == "Kestrel" && base.contains("dotnet/")
    });
    let elsewhere =
        c.app.code.of(What::Listens).any(|o| {
            o.span != fact.span && services.iter().any(|d| c.app.is_run_by(o.span.file, d.process, c.sources))
        });
    let mut files = c.sources.files().filter(|(_, f)| matches!(name(&f.path), "Rocket.toml" | "appsettings.json"));
    let configured =
        files.any(|(id, _)| ["address", "\"Urls\"", "\"Kestrel\""].iter().any(|w| c.sources.text(id).contains(w)));
    let reached = services.iter().any(|d| is_reached(c, d.process));
    if told || elsewhere || configured || !reached {
        return;
    }
    let message = format!("`{server}` listens on 127.0.0.1 unless told otherwise");
    source::report(c, out, fact, Violation::at(fact.span, message).help("listen on every address: 0.0.0.0"), |_| {
        Severity::Error
    });
}

/// A file of the server's own config may say another address.
fn configured(c: &Context<'_>, process: &Process, server: &str) -> bool {
    let Some(image) = c.app.image_of(process) else { return false };
    let names: &[&str] = match server {
        "gunicorn" => &["gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py"],
        "vite" => &["vite.config.js", "vite.config.ts", "vite.config.mjs"],
        "ng" => &["angular.json"],
        "puma" | "rails" => &["config/puma.rb"],
        "hypercorn" => &["hypercorn.toml", "hypercorn.conf.py"],
        "flask" => &[".flaskenv"],
        _ => &[],
    };
    c.sources.files().any(|(id, f)| {
        names.iter().any(|n| f.path.ends_with(n))
            && c.app.carries(image, &f.path, c.sources)
            && c.sources.text(id).contains(if server == "flask" { "HOST" } else { "host" })
    })
}

/// Whether the main process is this file.
pub(in crate::rules) fn starts(c: &Context<'_>, process: &Process, file: crate::source::FileId) -> bool {
    let path = c.sources.path(file);
    process.chain.main_steps().any(|step| {
        step.argv.iter().skip(1).any(|word| {
            let text = word.text();
            name(text) == name(path)
                || format!("{}.py", text.replace('.', "/")).ends_with(name(path))
                    && path.ends_with(&format!("{}.py", text.replace('.', "/")))
        })
    })
}

pub(in crate::rules) fn non_http_socket_binding(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        for step in process.chain.main_steps() {
            let program = server::program(step);
            let is_socket =
                |text: &str| text.starts_with("unix:") || text.ends_with(".sock") || text.contains(".sock?");
            let values = |names: &[&str]| -> Vec<String> {
                program
                    .args
                    .iter()
                    .enumerate()
                    .filter_map(|(at, arg)| {
                        let text = arg.text();
                        let name = names
                            .iter()
                            .find(|n| text == **n || n.starts_with("--") && text.starts_with(&format!("{n}=")))?;
                        Some(text.strip_prefix(&format!("{name}=")).map_or_else(
                            || program.args.get(at + 1).map_or(String::new(), |a| a.text().to_owned()),
                            str::to_owned,
                        ))
                    })
                    .collect()
            };
            let bound = match program.name.as_str() {
                "gunicorn" | "hypercorn" | "puma" => values(&["-b", "--bind"]),
                "uvicorn" => values(&["--uds"]).into_iter().map(|v| format!("unix:{v}")).collect(),
                "daphne" => values(&["-u", "--unix-socket"]).into_iter().map(|v| format!("unix:{v}")).collect(),
                "uwsgi" => values(&["--socket", "-s", "--uwsgi-socket", "--http-socket", "--http"]),
                "waitress-serve" => values(&["--unix-socket"]).into_iter().map(|v| format!("unix:{v}")).collect(),
                "unicorn" | "thin" => values(&["-l", "--listen", "-S", "--socket"]),
                _ => continue,
            };
            if bound.is_empty() || !bound.iter().all(|b| is_socket(b)) {
                continue;
            }
            let message = format!("`{}` listens on a unix socket, which only its own container reaches", program.name);
            let violation = Violation::at(step.span, message)
                .help("listen on a TCP port, so that the mesh and other services reach it");
            out.violation(if process.service.is_some() { violation } else { violation.severity(Severity::Note) });
        }
    }
    for fact in c.app.code.of(What::Listens) {
        let Some(path) = fact.text("path") else { continue };
        let other =
            c.app.code.of(What::Listens).any(|o| {
                o.span.file == fact.span.file && o.parts.contains_key("port") && !o.parts.contains_key("path")
            });
        if other {
            continue;
        }
        if path.contains("/run/docker/plugins") || path.contains("docker.sock") {
            continue;
        }
        let path = path.trim_start_matches("unix://").trim_start_matches("unix:");
        let message = format!("`{path}` is a unix socket, which only its own container reaches");
        let violation = Violation::at(fact.span, message)
            .help("listen on a TCP port, so that the mesh and other services reach it");
        source::report(c, out, fact, violation, |_| Severity::Warning);
    }
}
