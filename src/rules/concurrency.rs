//! VIII. Concurrency: one process in a container, in the foreground, so that more of it is more containers.

mod jobs;

use super::{Checks, Context, Ruling};
use crate::app::chain::{Link, Step, Written};
use crate::app::image::Image;
use crate::app::{Process, command, server};
use crate::source::{Sources, Span, join};
use crate::violation::Violation;

pub(super) const CHECKS: Checks = &[
    ("daemonized-process", daemonized_process),
    ("in-process-job-queue", jobs::in_process_job_queue),
    ("many-processes-one-container", many_processes_one_container),
    ("process-type-not-deployed", jobs::process_type_not_deployed),
    ("scheduler-in-replicas", jobs::scheduler_in_replicas),
];

/// The text of a file of the repository that the image has at a path, or that an option of the command names.
fn config_text<'c>(sources: &'c Sources, image: Option<&Image>, all: &[Image], path: &str) -> Option<&'c str> {
    let (file, _) = image?.locate(path, sources, all)?;
    sources.find(&file).map(|id| sources.text(id))
}

/// Whether one of the files that an image copies says `words`; nothing where a copy cannot be followed.
fn copies_say(sources: &Sources, image: &Image, endings: &[&str], words: &[&str]) -> Option<bool> {
    let mut complete = true;
    for copied in &image.copies {
        if copied.from.is_some() || copied.foreign || copied.inline {
            complete = false;
            continue;
        }
        for source in &copied.sources {
            let Some(at) = join(&image.context, &source.value) else { continue };
            let files: Vec<_> = match sources.find(&at) {
                Some(id) => vec![id],
                None => sources.below(&at).map(|(id, _)| id).collect(),
            };
            complete &= !files.is_empty() || !endings.iter().any(|e| at.ends_with(e));
            for id in files {
                let path = sources.path(id);
                if endings.iter().any(|e| path.ends_with(e)) && words.iter().any(|w| sources.text(id).contains(w)) {
                    return Some(true);
                }
            }
        }
    }
    complete.then_some(false)
}

fn daemonized_process(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let image = c.app.image_of(process);
        for step in process.chain.main_steps() {
            match leaves(c, process, image, step) {
                Some(shown) => {
                    let message = format!("`{shown}` leaves the foreground");
                    let help = "start it in the foreground: when PID 1 ends, Swarm starts the task again, for ever";
                    out.violation(Violation::at(step.span, message).help(help));
                }
                None if server::is_long_running(step) => {
                    out.holds(step.span, format!("`{}` stays in the foreground", step.program()));
                }
                None => {}
            }
        }
        // `server &` and nothing behind it: the script ends, and the container with it.
        let waits = process.chain.reached().any(|s| matches!(s.program(), "wait" | "fg" | "tail" | "sleep"));
        if process.chain.mains.is_empty() && !waits && !process.chain.open {
            for step in process.chain.reached().filter(|s| s.around.background && server::is_long_running(s)) {
                let message = format!("`{}` leaves the foreground", step.program());
                out.violation(Violation::at(step.span, message).help("`exec` it without `&`"));
            }
        }
    }
}

/// How a main process leaves the foreground, as it is shown.
fn leaves(c: &Context<'_>, process: &Process, image: Option<&Image>, step: &Step) -> Option<String> {
    if step.around.looped || step.around.test {
        return None;
    }
    if let Some(shown) = server::daemonizes(step) {
        return Some(shown);
    }
    let program = server::program(step);
    let foreground = program.args.iter().any(|a| a.text().contains("daemon off") || a.text().contains("daemonoff"));
    match program.name.as_str() {
        "nginx" if !foreground && !program.has(&["-t", "-T", "-s", "-v", "-V", "-h"]) => {
            // Whether the config says `daemon off` is known where the config is.
            let said = if let Some(image) = image {
                copies_say(c.sources, image, &[".conf", ".template", ".tmpl", ".nginx"], &["daemon off"])?
            } else {
                let mounted = c
                    .app
                    .deployed_of(process)
                    .is_some_and(|d| !d.service.mounts.is_empty() || d.service.node.get("configs").is_some());
                if mounted || process.known.is_none() {
                    return None;
                }
                false
            };
            (!said).then(|| "nginx".to_owned())
        }
        "supervisord" if !program.has(&["-n", "--nodaemon"]) => {
            let path = program.option(&["-c", "--configuration"])?.into_value()?;
            let text = config_text(c.sources, image, &c.app.images, &path)?;
            let stays = text.lines().any(|l| l.replace(' ', "").to_ascii_lowercase().starts_with("nodaemon=true"));
            (!stays).then(|| "supervisord".to_owned())
        }
        _ => None,
    }
}

/// Programs that are made to run several others.
const MANAGERS: &[&str] = &[
    "supervisord",
    "foreman",
    "honcho",
    "overmind",
    "hivemind",
    "goreman",
    "runsvdir",
    "circusd",
    "s6-svscan",
    "concurrently",
    "npm-run-all",
    "multirun",
];

fn many_processes_one_container(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let chain = &process.chain;
        let waits = chain.reached().any(|s| s.program() == "wait");
        for step in chain.reached() {
            if !MANAGERS.contains(&step.program())
                || step.around.background
                || step.around.test
                || !chain
                    .mains
                    .iter()
                    .any(|&m| std::ptr::eq(&raw const chain.steps[m], step) || under(&chain.steps[m], step.program()))
            {
                continue;
            }
            let one = matches!(step.program(), "foreman" | "honcho" | "overmind" | "hivemind" | "goreman")
                && step.args().iter().filter(|a| !a.starts_with('-')).count() > 1;
            let serving = matches!(step.program(), "concurrently" | "npm-run-all") || !one;
            if serving {
                let message = format!("`{}` runs several processes in one container", step.program());
                out.violation(
                    Violation::at(step.span, message)
                        .help("make each a service of the stack, with the same image and its own command"),
                );
            }
        }
        let Some(main) = chain.main_steps().last() else { continue };
        let idle = matches!(main.program(), "tail" | "sleep" | "wait" | "cat");
        if waits || idle || server::daemonizes(main).is_some() {
            continue;
        }
        let mut told: Vec<Span> = Vec::new();
        let stopped = chain.reached().any(|s| s.program() == "kill" && !s.around.function);
        for step in
            chain.reached().filter(|s| s.written != Written::Procfile && !s.around.test && !std::ptr::eq(*s, main))
        {
            let (span, shown) = if let Some(statement) = step.backgrounded.filter(|_| step.around.background) {
                // One statement with `&` may start a script of many commands: it is told once, by its own words.
                let own = step.line == statement;
                let endless = step.program() == "while" && step.written != Written::Stack;
                let stays = server::is_long_running(step) || endless || own && !is_helper(step) && !command::ends(step);
                if !stays || stopped || step.around.looped {
                    continue;
                }
                let line = if step.written == Written::Stack { step.shown() } else { c.text(statement).to_owned() };
                (statement, line.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
            } else {
                let bare = step.program() == "nginx" && step.argv.len() == 1;
                // A server that is stopped again only serves the preparation.
                let temporary = chain.reached().any(|s| s.program() == step.program() && s.has("stop"));
                let stays = server::daemonizes(step).is_some() || bare;
                if step.around.background || step.around.looped || temporary || !stays {
                    continue;
                }
                (step.span, step.words().into_iter().take(3).collect::<Vec<_>>().join(" "))
            };
            if told.contains(&span) {
                continue;
            }
            told.push(span);
            let message = format!("`{shown}` runs beside the main process");
            out.violation(
                Violation::at(span, message)
                    .help("make it a service of the stack, with the same image and its own command")
                    .related(main.span, "this is the main process"),
            );
        }
        let beside = !told.is_empty();
        if !beside && server::is_long_running(main) {
            out.holds(main.span, format!("`{}` is the one process", main.program()));
        }
    }
}

fn under(step: &Step, manager: &str) -> bool {
    step.under.iter().any(|link| matches!(link, Link::Other(name, _) if name == manager))
}

/// Commands in the background that wait, warm up or watch, and end.
fn is_helper(step: &Step) -> bool {
    matches!(
        step.program(),
        "sleep"
            | "tail"
            | "echo"
            | "cat"
            | "curl"
            | "wget"
            | "kill"
            | "mkfifo"
            | "tee"
            | "printf"
            | "read"
            | "sed"
            | "chown"
            | "chmod"
            | "mkdir"
            | "cp"
            | "mv"
            | "rm"
            | "ln"
            | "touch"
            | "wait-for-it.sh"
            | "nc"
            | "sh"
            | "bash"
            | "exit"
            | "set"
            | "test"
            | "["
            | "grep"
            | "find"
            | ":"
            | "true"
            | "kubectl"
            | "apt-get"
    )
}
