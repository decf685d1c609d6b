//! Programs that only start another one: how many words are theirs, and whether they stay above it.

use crate::stack::Argument;

/// What a wrapper's words say.
pub(super) struct Wrapped {
    /// The index of the wrapped command's first word.
    pub(super) inner: usize,
    /// The wrapper stays above it, forwarding signals (an init) or not.
    pub(super) stays: Stays,
}

#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) enum Stays {
    /// It replaces itself by the command.
    No,
    Init,
    /// It waits for the command to end.
    Yes,
}

/// Options of wrappers that take a value in the next word.
const VALUED: &[&str] = &[
    "-u",
    "-n",
    "-c",
    "-t",
    "-s",
    "-k",
    "-p",
    "-i",
    "-f",
    "-e",
    "--user",
    "--directory",
    "-C",
    "-timeout",
    "-wait",
    "-template",
    "--timeout",
    "-g",
    "-l",
    "--env-file",
    "--with",
    "--project",
    "--group",
    "--extra",
    "-wait-retry-interval",
    "-stdout",
    "-stderr",
];

/// Whether a program only starts another one.
#[must_use]
pub fn is_wrapper(program: &str) -> bool {
    kind(program).is_some()
}

fn kind(program: &str) -> Option<Stays> {
    Some(match program {
        "exec"
        | "env"
        | "gosu"
        | "su-exec"
        | "setpriv"
        | "chroot"
        | "nice"
        | "ionice"
        | "stdbuf"
        | "setuidgid"
        | "s6-setuidgid"
        | "chpst"
        | "with-contenv"
        | "command"
        | "unbuffer"
        | "numactl"
        | "nohup"
        | "setsid"
        | "ddtrace-run"
        | "opentelemetry-instrument"
        | "docker-php-entrypoint"
        | "docker-entrypoint.sh"
        | "docker-entrypoint"
        | "entrypoint.sh"
        | "wait-for-it"
        | "wait-for-it.sh"
        | "wait-for"
        | "wait-for.sh"
        | "cnb-launcher"
        | "launcher"
        | "newrelic-admin"
        | "eatmydata"
        | "catchsegv" => Stays::No,
        "tini" | "tini-static" | "dumb-init" | "catatonit" | "docker-init" | "pid1" => Stays::Init,
        "dockerize" | "doppler" | "infisical" | "dotenvx" | "dotenv" | "xvfb-run" | "sudo" | "su" | "runuser"
        | "time" | "timeout" | "cross-env" | "env-cmd" | "chamber" | "aws-vault" | "op" => Stays::Yes,
        _ => return None,
    })
}

/// How the command `argv` wraps another; nothing where it is a command of its own.
pub(super) fn wrapped(argv: &[Argument]) -> Option<Wrapped> {
    let program = crate::source::name(argv.first()?.text());
    let two = argv.get(1).map(Argument::text);
    // Tools of a language that run a program of the project.
    let project = match (program, two) {
        ("bundle" | "bundler" | "pnpm" | "yarn", Some("exec")) | ("poetry" | "pipenv", Some("run")) => {
            Some((2, Stays::No))
        }
        ("uv" | "pdm" | "hatch" | "rye" | "conda", Some("run")) => Some((2, Stays::Yes)),
        _ => None,
    };
    let (start, stays) = match project {
        Some(found) => found,
        None => (1, kind(program)?),
    };
    if program == "newrelic-admin" || matches!(program, "doppler" | "infisical" | "dotenvx" | "op") {
        let inner = argv.iter().position(|a| matches!(a.text(), "--" | "run-program" | "run")).map(|n| n + 1)?;
        let inner = if argv.get(inner).is_some_and(|a| a.text() == "--") { inner + 1 } else { inner };
        return (inner < argv.len()).then_some(Wrapped { inner, stays });
    }
    if program.starts_with("wait-for") {
        let inner = argv.iter().position(|a| a.text() == "--")? + 1;
        return (inner < argv.len()).then_some(Wrapped { inner, stays });
    }
    let mut at = start;
    while let Some(arg) = argv.get(at) {
        let text = arg.text();
        if text == "--" {
            at += 1;
            break;
        }
        let assignment = matches!(program, "env" | "cross-env") && text.contains('=') && !text.starts_with('-');
        if text.starts_with('-') {
            at += if VALUED.contains(&text) && program != "env" && program != "exec" { 2 } else { 1 };
        } else if assignment {
            at += 1;
        } else {
            break;
        }
    }
    // These name who to be, or for how long, in front of the command.
    if matches!(program, "gosu" | "su-exec" | "chroot" | "setuidgid" | "s6-setuidgid" | "chpst" | "timeout" | "chamber")
        && argv.get(at - 1).is_none_or(|a| a.text() != "--")
    {
        at += 1;
    }
    if program == "su" || program == "runuser" {
        return None;
    }
    (at < argv.len()).then_some(Wrapped { inner: at, stays })
}
