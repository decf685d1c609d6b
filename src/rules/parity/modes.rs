//! What is made for development and runs in the release: servers and modes.

use std::sync::LazyLock;

use regex::Regex;

use crate::app::chain::Step;
use crate::app::image::Image;
use crate::app::{command, server};
use crate::fact::Fact;
use crate::rules::{Context, Ruling};
use crate::source::Span;
use crate::stack::Text;
use crate::syntax::dockerfile::Body;
use crate::violation::{Certainty, Severity, Violation};

pub(super) fn dev_server_in_release(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        for step in process.chain.main_steps() {
            if c.app.deployed_of(process).is_some_and(|d| is_for_developers(c, d.stack)) {
                continue;
            }
            match command::develops(step, &process.environment) {
                Some(shown) => {
                    let violation = Violation::at(step.span, format!("`{shown}` is for development"))
                        .help("start the server that is made for production");
                    // An image that no stack runs may only ever be built by a developer.
                    let deployed = process.service.is_some();
                    out.violation(if deployed {
                        violation
                    } else {
                        violation.severity(Severity::Warning).certainty(Certainty::Likely)
                    });
                }
                None if server::is_long_running(step) => {
                    out.holds(step.span, format!("`{}` is no server for development", step.program()));
                }
                None => {}
            }
        }
    }
}

/// `docker-stack.local.yml`: deployed, but to a developer's own Swarm.
fn is_for_developers(c: &Context<'_>, stack: &crate::stack::Stack) -> bool {
    stack.files.iter().any(|file| {
        let name = crate::source::name(c.sources.path(*file)).to_ascii_lowercase();
        crate::source::has_word(&name, &["local", "dev", "develop", "development", "test", "testing"])
    })
}

/// What a variable says of the mode.
enum Mode {
    /// A switch that is on.
    On,
    /// The name of a development environment.
    Named,
    /// Channels of a library's debug output.
    Channels,
}

fn mode(name: &str, value: &str) -> Option<Mode> {
    let lower = value.trim().to_ascii_lowercase();
    match name {
        "NODE_ENV"
        | "FLASK_ENV"
        | "RAILS_ENV"
        | "RACK_ENV"
        | "ASPNETCORE_ENVIRONMENT"
        | "DOTNET_ENVIRONMENT"
        | "MIX_ENV" => matches!(lower.as_str(), "development" | "dev").then_some(Mode::Named),
        "APP_ENV" => matches!(lower.as_str(), "development" | "dev" | "local").then_some(Mode::Named),
        "DEBUG" | "FLASK_DEBUG" | "APP_DEBUG" | "DJANGO_DEBUG" | "WP_DEBUG" | "WORDPRESS_DEBUG" => match lower.as_str()
        {
            "1" | "true" | "yes" | "on" => Some(Mode::On),
            _ if name == "DEBUG" && (lower.contains(':') || lower == "*") && !lower.contains("//") => {
                Some(Mode::Channels)
            }
            _ => None,
        },
        _ => None,
    }
}

fn judge(name: &str, text: &str, sure: bool, span: Span, released: bool, out: &mut Ruling) {
    let Some(mode) = mode(name, text) else {
        if matches!(name, "NODE_ENV" | "RAILS_ENV" | "APP_DEBUG" | "FLASK_DEBUG" | "ASPNETCORE_ENVIRONMENT") {
            out.holds(span, format!("`{name}` is `{text}`"));
        }
        return;
    };
    let message = match mode {
        Mode::On => format!("`{name}` is on in the release"),
        Mode::Named | Mode::Channels => format!("`{name}` is `{text}` in the release"),
    };
    let mut violation = Violation::at(span, message).help("drop it, or set the production value");
    if matches!(mode, Mode::Channels) {
        violation = violation.severity(Severity::Note);
    } else if !released {
        violation = violation.severity(Severity::Warning);
    }
    if !sure {
        violation = violation.certainty(Certainty::Likely).severity(Severity::Warning);
    }
    out.violation(violation);
}

pub(super) fn debug_mode_in_release(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed().filter(|d| !is_for_developers(c, d.stack)) {
        for setting in &deployed.service.environment {
            if let Some(Text { fact, .. }) = &setting.value
                && let Some(text) = fact.text()
            {
                let span = setting.value.as_ref().map_or(setting.name.span, |v| setting.name.span.to(v.span));
                judge(&setting.name.value, text, fact.known().is_some(), span, true, out);
            }
        }
        for file in &deployed.service.env_files {
            let base = crate::source::folder(c.sources.path(deployed.stack.file()));
            let id = file.text().and_then(|p| crate::source::join(base, p)).and_then(|p| c.sources.find(&p));
            let variables =
                c.app.dotenv.iter().find(|(f, _)| Some(*f) == id).map(|(_, v)| v.as_slice()).unwrap_or_default();
            for variable in variables {
                // The stack's own environment wins.
                if let Some(value) =
                    variable.value.as_ref().filter(|_| deployed.service.setting(&variable.name.value).is_none())
                {
                    judge(&variable.name.value, &value.value, true, variable.name.span.to(value.span), true, out);
                }
            }
        }
    }
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        let service = c.app.deployed_of(process).map(|d| d.service);
        for instruction in c.app.instructions(image) {
            let Body::Env(pairs) = &instruction.body else { continue };
            for pair in pairs {
                let name = &pair.name.value;
                let overridden = service.is_some_and(|s| s.setting(name).is_some() || !s.env_files.is_empty());
                // A later ENV of the same name wins.
                let Some(value) = pair.value.as_ref().filter(|_| !overridden) else { continue };
                let last = image.environment.get(name).and_then(Fact::text).map(str::to_owned);
                if let Some(text) = last.filter(|l| *l == value.value.trim_matches(['"', '\''])) {
                    judge(name, &text, true, pair.name.span.to(value.span), service.is_some(), out);
                }
            }
        }
        for step in process.chain.main_steps() {
            debug_server(c, image, step, out);
        }
    }
}

static DEBUG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^[^#\n]*?\b(\w+\.run)\(([^)#]*\bdebug\s*=\s*True)").expect("a sound pattern"));

/// `python app.py` whose `app.run(debug=True)` is what serves.
fn debug_server(c: &Context<'_>, image: &Image, step: &Step, out: &mut Ruling) {
    if !step.program().starts_with("python") {
        return;
    }
    let Some(script) = step.argv.iter().skip(1).map(crate::stack::Argument::text).find(|a| !a.starts_with('-')) else {
        return;
    };
    let Some(file) = image.locate(script, c.sources, &c.app.images).and_then(|(path, _)| c.sources.find(&path)) else {
        return;
    };
    if let Some(found) = DEBUG.captures(c.sources.text(file)) {
        let name = found.get(1).expect("group 1");
        let span = Span::new(file, name.start(), found.get(0).expect("the match").end());
        let violation = Violation::at(span, format!("`{}` has `debug=True`", name.as_str()))
            .help("serve with a server for production, and keep the debugger out")
            .severity(Severity::Warning);
        out.violation(violation.related(step.span, "the start runs this file"));
    }
}
