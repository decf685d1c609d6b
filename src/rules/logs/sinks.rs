//! Where the code writes its logs.

use std::collections::BTreeSet;

use regex::Regex;

use crate::app::server;
use crate::code::{Language, SourceFact, Value, What};
use crate::rules::{Context, Ruling, source};
use crate::source::{Span, name};
use crate::syntax::dockerfile::Body;
use crate::syntax::manifest::Ecosystem;
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn logs_to_file(c: &Context<'_>, out: &mut Ruling) {
    let mut told: BTreeSet<Span> = BTreeSet::new();
    let mut written_to = BTreeSet::new();
    for fact in c.app.code.of(What::Logs) {
        if fact.note("sink") == Some("stdout") {
            if !source::services(c, fact).is_empty() {
                out.holds(fact.span, "logs go to the standard streams");
            }
            continue;
        }
        if fact.note("sink") != Some("file") || !told.insert(fact.span) || is_contained(&told, fact.span) {
            continue;
        }
        let services = source::services(c, fact);
        if source::is_overridden(c, fact, &services) {
            continue;
        }
        // The variable that chooses another place may stand where nobody looks.
        if fact.note("variable") == Some("LOG_CHANNEL") && services.iter().any(|d| d.process.provided.open.is_some()) {
            out.unknown(fact.span, "what chooses the place of the logs is not known");
            continue;
        }
        let config = c.sources.path(fact.span.file);
        if config.contains("logback") && !is_appended(c.sources.text(fact.span.file), fact)
            || config.contains("log4rs") && !is_chosen(c, fact)
        {
            continue;
        }
        let part = fact.parts.get("file");
        let written = part.map(|p| c.text(p.span)).unwrap_or_default();
        let path = fact.text("file").filter(|p| !p.contains("${") || p.starts_with('/') || p.contains('/'));
        if is_stream(path.unwrap_or(written)) || links_to_stream(c, fact, path) {
            continue;
        }
        // A name that is not resolved may be anything: a stream, a class.
        let unresolved = path.is_none() && part.is_some_and(|p| p.value == Value::Unknown) && !names_a_file(written);
        if matches!(part.map(|p| &p.value), Some(Value::Environment { default: None, .. })) || unresolved {
            out.unknown(fact.span, "where the log goes is not known");
            continue;
        }
        // `if log_file: FileHandler(log_file)` with what the caller gives.
        let given = path.is_none() && !written.is_empty() && written.chars().all(|c| c.is_alphanumeric() || c == '_');
        let assigned = Regex::new(&format!(r"(?m)^\s*{written}\s*=[^=]"))
            .is_ok_and(|p| p.is_match(c.sources.text(fact.span.file)));
        if given && !assigned && fact.has("conditional") && part.is_some_and(|p| p.value == Value::Unknown) {
            out.unknown(fact.span, "where the log goes is not known");
            continue;
        }
        let message = match path {
            Some(path) => format!("logs are written to `{path}`"),
            None => "logs are written to a file".to_owned(),
        };
        let help = "write to standard output: `docker service logs` and the logging driver take it from there";
        // Every line that is written by hand to one file is one thing to mend.
        if !written_to.insert((fact.span.file, message.clone())) && c.text(fact.span).starts_with("file_put_contents") {
            continue;
        }
        let violation = Violation::at(fact.place("file"), message).help(help);
        if fact.parts.contains_key("name") && !is_used(c, fact) {
            continue;
        }
        // A file that is opened for a logger which says so itself.
        let opened = c.text(fact.span).starts_with("os.");
        let given =
            |o: &SourceFact| o.span.file == fact.span.file && o.span != fact.span && o.note("sink") == Some("file");
        if opened && c.app.code.of(What::Logs).any(given) {
            continue;
        }
        if !is_loaded(c, fact) {
            continue;
        }
        // A file that a library would read which the app does not have.
        let nlog = name(c.sources.path(fact.span.file)).eq_ignore_ascii_case("nlog.config");
        let projects: Vec<_> = c.app.manifests.iter().filter(|m| m.ecosystem == Ecosystem::Dotnet).collect();
        let declared = projects.iter().any(|m| m.dependencies.iter().any(|d| d.name.value.starts_with("NLog")));
        if nlog && !projects.is_empty() && !declared {
            continue;
        }
        // Lines that are written by hand are a trace of something; the app's log is a library's.
        let also = c.text(fact.span).starts_with("file_put_contents") || also_streams(c, fact);
        source::report(c, out, fact, violation, |services| {
            if services.is_empty() || also { Severity::Warning } else { Severity::Error }
        });
    }
    super::servers::check(c, out);
}

/// Settings of Python's logging and of Serilog count where some code, or a start, speaks of them.
fn is_loaded(c: &Context<'_>, fact: &SourceFact) -> bool {
    let file = name(c.sources.path(fact.span.file));
    let words: &[&str] = if file.starts_with("logging.y") {
        &["logging.yaml", "logging.yml", "log_config", "log-config"]
    } else if fact.note("setting").is_some_and(|key| key.starts_with("Serilog.")) {
        &["Serilog"]
    } else {
        return true;
    };
    let says = |text: &str| words.iter().any(|w| text.contains(w));
    let services = source::services(c, fact);
    let mut own = services.iter().flat_map(|d| &d.process.runs).peekable();
    own.peek().is_none()
        || own.any(|id| says(c.sources.text(*id)))
        || c.app.processes.iter().flat_map(|p| p.chain.main_steps()).any(|s| says(&s.shown()))
}

/// A handler of a dictionary of logging counts where a logger names it.
fn is_used(c: &Context<'_>, fact: &SourceFact) -> bool {
    let quoted = c.text(fact.place("name")).trim_matches(['"', '\'']);
    let text = c.sources.text(fact.span.file);
    text.matches(&format!("\"{quoted}\"")).count() + text.matches(&format!("'{quoted}'")).count() > 1
}

fn is_contained(told: &BTreeSet<Span>, span: Span) -> bool {
    told.iter().any(|other| *other != span && other.contains(span))
}

pub(super) fn is_stream(path: &str) -> bool {
    [
        "/dev/std",
        "/dev/fd",
        "/proc/self/fd",
        "/proc/1/fd",
        "php://",
        "STDOUT",
        "STDERR",
        "sys.std",
        "os.Stdout",
        "os.devnull",
        "/dev/null",
    ]
    .iter()
    .any(|s| path.contains(s))
}

/// Words of an expression that make a path.
fn names_a_file(written: &str) -> bool {
    let lower = written.to_ascii_lowercase();
    lower.contains(".log")
        || lower.contains("log_file")
        || lower.contains("logfile")
        || lower.contains("log_path")
        || lower.contains("logs/")
        || lower.contains("\"log\"")
        || lower.contains("'log'")
        || lower.contains("log_dir")
        || lower.contains("logdir")
        || lower.contains("'logs'")
        || lower.contains("\"logs\"")
}

/// `RUN ln -sf /dev/stdout /var/log/app.log` in the image.
fn links_to_stream(c: &Context<'_>, fact: &SourceFact, path: Option<&str>) -> bool {
    let Some(path) = path else { return false };
    let services = source::services(c, fact);
    !services.is_empty()
        && services.iter().all(|d| {
            d.image.is_some_and(|image| {
                c.app.instructions(image).any(|i| match &i.body {
                    Body::Run(command) => command.script().is_some_and(|s| {
                        s.commands().into_iter().any(|cmd| {
                            cmd.program() == Some("ln")
                                && cmd
                                    .words
                                    .iter()
                                    .any(|w| w.text().starts_with("/dev/std") || w.text().starts_with("/proc/"))
                                && cmd.words.iter().any(|w| {
                                    w.text().ends_with(path.trim_start_matches("./"))
                                        || path.ends_with(w.text().trim_start_matches("./"))
                                })
                        })
                    }),
                    _ => false,
                })
            })
        })
}

/// The same service logs to the standard streams too.
fn also_streams(c: &Context<'_>, fact: &SourceFact) -> bool {
    let services = source::services(c, fact);
    // Spring Boot goes on writing to the console.
    if fact.note("setting").is_some_and(|s| s.starts_with("logging.file")) {
        return true;
    }
    let library = library(c, fact);
    let sink = |o: &&SourceFact| {
        o.note("sink") == Some("stdout") && (!c.sources.path(o.span.file).contains("log4rs") || is_chosen(c, o))
    };
    let seen = c.app.code.of(What::Logs).filter(sink).any(|o| {
        services.iter().any(|d| c.app.is_run_by(o.span.file, d.process, c.sources))
            && library == self::library(c, o)
            && !is_print(c, o)
    });
    // Beside a sink that is made in another way.
    const MARKS: &[&str] = &[
        ".Console(",
        "StreamHandler",
        "sys.stdout",
        "sys.stderr",
        "transports.Console",
        "stdout",
        "STDOUT",
        "ConsoleAppender",
        "console.log(",
        "console.info(",
        "console[",
    ];
    let text = c.sources.text(fact.span.file);
    // Laravel's channels stand beside one another, and one is chosen.
    let code = c.app.code.files.get(&fact.span.file).is_some_and(|l| *l != Language::Php);
    let beside = code && MARKS.iter().any(|mark| text.contains(mark));
    // loguru writes to stderr until that is taken away.
    let runs = |mark: &str| services.iter().flat_map(|d| &d.process.runs).any(|f| c.sources.text(*f).contains(mark));
    let loguru = text.contains("loguru") && c.text(fact.span).starts_with("logger.add") && !runs("logger.remove(");
    // Serilog has sinks in code and in its settings.
    let serilog = fact.note("setting").is_some_and(|s| s.starts_with("Serilog.")) && runs("WriteTo.Console(");
    seen || beside || loguru || serilog
}

/// Whether a logger of log4rs has the appender that a setting is of.
fn is_chosen(c: &Context<'_>, fact: &SourceFact) -> bool {
    let Some(name) = fact.note("setting").and_then(|key| key.split('.').nth(1)) else { return true };
    let file = fact.span.file;
    let settings = crate::syntax::settings::read(file, c.sources.path(file), c.sources.text(file));
    settings.iter().any(|(key, value)| key.ends_with(".appenders") && value.value == name)
}

fn library(c: &Context<'_>, fact: &SourceFact) -> Option<Language> {
    c.app.code.files.get(&fact.span.file).map(|l| l.family())
}

/// `console.log` is no sink of a logging library; `os.Stdout` may be anything's.
fn is_print(c: &Context<'_>, fact: &SourceFact) -> bool {
    let text = c.text(fact.span);
    text.starts_with("console.")
}

/// nginx in an image of one's own: its image links the default paths to the standard streams, and no others.
pub(in crate::rules) fn buffered_stdout(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let Some(deployed) = c.app.deployed_of(process) else { continue };
        let set = |name: &str| process.environment.get(name).is_some_and(|v| v.text() != Some(""));
        if set("PYTHONUNBUFFERED") || deployed.service.text(&["tty"]).is_some_and(|t| t.text() == Some("true")) {
            out.holds(deployed.service.name.span, "Python writes at once");
            continue;
        }
        for step in process.chain.main_steps() {
            if !step.program().starts_with("python")
                || step
                    .args()
                    .iter()
                    .take_while(|a| a.starts_with('-'))
                    .any(|a| a.contains('u') && !a.starts_with("--"))
            {
                continue;
            }
            if step.assignments.iter().any(|(n, _)| n == "PYTHONUNBUFFERED") {
                continue;
            }
            let program = server::program(step);
            if matches!(program.name.as_str(), "gunicorn" | "uvicorn" | "celery" | "flask" | "manage.py" | "pytest") {
                continue;
            }
            let imported = c.app.imports.from_start(process);
            let prints = c.app.code.of(What::Prints).find(|f| {
                process.runs.contains(&f.span.file)
                    && (imported.is_empty() || imported.contains(&f.span.file))
                    && !f.has("guarded")
            });
            let unbuffers = process.runs.iter().any(|f| {
                let text = c.sources.text(*f);
                text.contains("line_buffering")
                    || text.contains("PYTHONUNBUFFERED")
                    || text.contains("sys.stdout.flush")
            });
            if let Some(print) = prints.filter(|_| !unbuffers) {
                let violation = Violation::at(step.span, "Python holds back what it prints (no `PYTHONUNBUFFERED`)")
                    .help("set `ENV PYTHONUNBUFFERED=1`, or start Python with `-u`")
                    .related(print.span, "prints here");
                out.violation(violation);
            }
        }
    }
}

/// Whether a logger of logback refers to the appender that a fact stands in; what is in a comment refers to nothing.
fn is_appended(text: &str, fact: &SourceFact) -> bool {
    let before = &text[..fact.span.start as usize];
    let Some(name) = before.rfind("<appender").and_then(|at| before[at..].split("name=").nth(1)) else { return true };
    let name = name.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    let mut rest = text;
    let mut plain = String::new();
    while let Some((head, tail)) = rest.split_once("<!--") {
        plain.push_str(head);
        rest = tail.split_once("-->").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let refers = |quote: char| plain.contains(&format!("ref={quote}{name}{quote}"));
    name.is_empty() || refers('"') || refers('\'')
}
