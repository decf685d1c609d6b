//! What the tool foretells of a stack, an engine does: each case of `engine/cases.txt` is judged and really deployed.
#![cfg(target_os = "linux")]

#[path = "engine/case.rs"]
mod case;
#[path = "engine/daemon.rs"]
mod daemon;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use case::{Case, Promise};
use daemon::{Answer, Engine, ask};
use serde_json::Value;

/// A deploy waits for the engine most of its time.
const AT_ONCE: usize = 8;

#[test]
fn an_engine_does_what_the_tool_foretells() {
    let cases = case::cases(include_str!("engine/cases.txt"));
    let engine = match Engine::start() {
        Ok(engine) => engine,
        Err(lack) => {
            // Not by `eprintln`, which the harness would keep to itself.
            let _ = writeln!(io::stderr(), "tests/engine.rs: skipped, as no engine can be started: {lack}");
            return;
        }
    };
    // What takes longest comes first.
    let mut order: Vec<(usize, &Case<'_>)> = cases.iter().enumerate().collect();
    order.sort_by_key(|(_, case)| !matches!(case.promise, Promise::Task | Promise::Nothing));
    let waiting = Mutex::new(order.into_iter());
    let wrong = Mutex::new(Vec::new());
    scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                let next = || waiting.lock().expect("taking the next does not panic").next();
                while let Some((place, case)) = next() {
                    for complaint in judged(case).into_iter().chain(deployed(&engine, case)) {
                        let line = (place, format!("{} ({:?}): {complaint}", case.name, case.promise));
                        wrong.lock().expect("pushing does not panic").push(line);
                    }
                }
            });
        }
    });
    drop(engine);
    let mut wrong = wrong.into_inner().expect("pushing does not panic");
    wrong.sort();
    let lines: Vec<&str> = wrong.iter().map(|(_, line)| line.as_str()).collect();
    assert!(lines.is_empty(), "{} complaints on {} cases\n{}", lines.len(), cases.len(), lines.join("\n"));
}

/// Where the tool's findings differ from the promise.
fn judged(case: &Case<'_>) -> Option<String> {
    let folder = laid_out(case);
    let answer = ask(Command::new(env!("CARGO_BIN_EXE_twelvelint"))
        .args(["check", "--isolated", "--target", "swarm", "--format", "json", "-c", "stack.yml", "."])
        .current_dir(folder.path()))
    .expect("the tool runs");
    let Some(report) = serde_json::from_str::<Value>(&answer.out).ok().filter(|_| matches!(answer.code, Some(0 | 1)))
    else {
        return Some(format!("the tool ends with {:?}: {}", answer.code, answer.err));
    };
    let findings: Vec<&Value> = report["findings"].as_array().expect("findings are a list").iter().collect();
    let layered: Vec<String> = findings
        .iter()
        .filter(|f| f["layer"].is_string())
        .map(|f| {
            format!("{} {} {} `{}`", f["severity"], f["layer"], f["rule"], f["message"].as_str().unwrap_or_default())
        })
        .collect();
    let error = |finding: &Value| finding["severity"] == "error";
    let foretold = match case.promise {
        Promise::Load | Promise::Convert | Promise::Engine => {
            findings.iter().any(|f| f["layer"].as_str() == case.promise.layer() && error(f))
        }
        Promise::Task | Promise::Dropped => findings.iter().any(|f| f["layer"].as_str() == case.promise.layer()),
        Promise::Nothing => !findings.iter().any(|f| f["layer"].is_string() && error(f)),
    };
    (!foretold).then(|| format!("the tool says {layered:?}"))
}

/// Where the engine's deeds differ from the promise. It is given a second chance: of many stacks at once it sometimes
/// does not find the network that it has just made.
fn deployed(engine: &Engine, case: &Case<'_>) -> Option<String> {
    let first = seen(engine, case, case.name)?;
    let second = seen(engine, case, &format!("{}-2", case.name))?;
    Some(format!("{first}; a second time: {second}"))
}

fn seen(engine: &Engine, case: &Case<'_>, stack: &str) -> Option<String> {
    let folder = laid_out(case);
    let docker = |arguments: &[&str]| engine.docker(folder.path(), arguments).expect("the client runs");

    let config = docker(&["stack", "config", "-c", "stack.yml"]);
    if case.promise == Promise::Load {
        return (!refused(&config, case.text)).then(|| told("docker stack config", &config));
    }
    if config.code != Some(0) {
        return Some(told("docker stack config", &config));
    }
    let deploy = docker(&["stack", "deploy", "--resolve-image", "never", "-c", "stack.yml", stack]);
    let by_engine = deploy.err.contains("Error response from daemon");
    let complaint = match case.promise {
        Promise::Load => None,
        Promise::Convert if refused(&deploy, case.text) && !by_engine => None,
        Promise::Engine if refused(&deploy, case.text) && by_engine => None,
        Promise::Convert | Promise::Engine => Some(told("docker stack deploy", &deploy)),
        _ if deploy.code != Some(0) => Some(told("docker stack deploy", &deploy)),
        Promise::Task => tasks_until(engine, folder.path(), stack, |tasks| tasks.iter().any(|t| fails(t, case.text))),
        Promise::Dropped => {
            let services = docker(&["stack", "services", "--quiet", stack]);
            let inspect = ["service", "inspect"].into_iter().chain(services.out.lines()).collect::<Vec<_>>();
            let shown = docker(&inspect);
            if shown.code == Some(0) {
                shown.out.contains(case.text).then(|| format!("`docker service inspect` shows `{}`", case.text))
            } else {
                Some(told("docker service inspect", &shown))
            }
        }
        Promise::Nothing => tasks_until(engine, folder.path(), stack, |tasks| {
            !tasks.is_empty() && tasks.iter().all(|t| t.starts_with("Running") || t.starts_with("Complete"))
        }),
    };
    docker(&["stack", "rm", stack]);
    complaint
}

fn refused(answer: &Answer, text: &str) -> bool {
    answer.code.is_some_and(|code| code != 0) && answer.err.contains(text)
}

/// A task is a line of its state and its error.
fn fails(task: &str, text: &str) -> bool {
    ["Rejected", "Failed", "Pending"].iter().any(|state| task.starts_with(state)) && task.contains(text)
}

/// None once the tasks are as they should be, or what they are after some time.
fn tasks_until(engine: &Engine, folder: &Path, stack: &str, wanted: impl Fn(&[&str]) -> bool) -> Option<String> {
    let begin = Instant::now();
    loop {
        let arguments = ["stack", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", stack];
        let shown = engine.docker(folder, &arguments).expect("the client runs");
        if wanted(&shown.out.lines().collect::<Vec<_>>()) {
            return None;
        }
        if begin.elapsed() > Duration::from_secs(30) {
            return Some(told("docker stack ps", &shown));
        }
        sleep(Duration::from_millis(300));
    }
}

fn told(command: &str, answer: &Answer) -> String {
    format!("`{command}` ends with {:?} and says {:?} {:?}", answer.code, answer.err.trim(), answer.out.trim())
}

fn laid_out(case: &Case<'_>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in &case.files {
        fs::write(folder.path().join(name), content).expect("a file of a case can be written");
    }
    folder
}
