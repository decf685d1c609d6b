//! XI. Logs: a stream to stdout, nothing else.

mod servers;
mod shipping;
mod sinks;

use super::{Checks, Context, Ruling};
use crate::app::chain::Step;
use crate::app::command;
use crate::app::known::Role;
use crate::app::server;
use crate::fact::Fact;
use crate::stack::MountKind;
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("buffered-stdout", sinks::buffered_stdout),
    ("command-redirects-logs", command_redirects_logs),
    ("log-directory-mounted", log_directory_mounted),
    ("log-shipping-in-app", shipping::log_shipping_in_app),
    ("logs-to-file", sinks::logs_to_file),
    ("tail-as-main-process", tail_as_main_process),
];

/// A path that is the process's own output, or nowhere in particular.
fn is_output(path: &str) -> bool {
    matches!(path, "-" | "stdout" | "stderr" | "/dev/stdout" | "/dev/stderr" | "/dev/tty" | "/dev/console" | "")
        || path.starts_with("/proc/") && path.contains("/fd/")
        || path.starts_with("/dev/fd/")
        || path.starts_with("php://")
        || path.chars().all(|c| c.is_ascii_digit() || c == '-')
}

/// Programs whose output is their result, not their log.
fn is_filter(step: &Step) -> bool {
    command::ends(step)
        || matches!(
            step.program(),
            "envsubst"
                | "cat"
                | "echo"
                | "printf"
                | "cp"
                | "sed"
                | "awk"
                | "sort"
                | "grep"
                | "curl"
                | "wget"
                | "gzip"
                | "jq"
                | "yq"
                | "base64"
                | "openssl"
                | "command"
                | "which"
                | "tail"
                | "while"
                | "env"
        )
}

fn command_redirects_logs(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        if c.app.deployed_of(process).is_some_and(|d| d.is_one_off()) {
            continue;
        }
        for step in process.chain.main_steps().filter(|s| !is_filter(s) && !s.around.looped) {
            let mut sinks: Vec<(crate::source::Span, Fact<String>)> = Vec::new();
            for redirect in &step.redirects {
                if matches!(redirect.op.as_str(), ">" | ">>" | "&>" | "&>>" | ">|") {
                    let path = redirect.target.literal.clone().map_or(Fact::Unknown, Fact::Known);
                    sinks.push((redirect.span, path));
                }
            }
            if let Some((argument, path)) = command::log_file(&server::program(step)) {
                sinks.push((argument.span, path));
            }
            if step.around.piped {
                let tee = process.chain.reached().find(|s| {
                    s.program() == "tee"
                        && s.around.piped
                        && s.span.file == step.span.file
                        && s.span.start > step.span.start
                });
                if let Some(tee) = tee
                    && let Some(path) = tee.argv.iter().skip(1).find(|a| !a.text().starts_with('-'))
                {
                    sinks.push((tee.span, path.value.clone()));
                }
            }
            let mut clean = true;
            for (span, path) in sinks {
                match path.text() {
                    None => out.unknown(span, "where the logs go comes from a variable"),
                    Some(path) if is_output(path) => {}
                    Some(path) => {
                        clean = false;
                        out.violation(
                            Violation::at(span, format!("logs go to `{path}`"))
                                .help("let them go to stdout: Swarm collects them from there"),
                        );
                    }
                }
            }
            if clean && server::is_long_running(step) {
                out.holds(step.span, format!("the output of `{}` is not redirected", step.program()));
            }
        }
    }
}

fn is_log_folder(target: &str) -> bool {
    let clean = target.trim_end_matches('/').to_ascii_lowercase();
    let last = crate::source::name(&clean);
    clean == "/var/log" || clean.starts_with("/var/log/") && !last.contains('.') || matches!(last, "log" | "logs")
}

fn log_directory_mounted(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let image = deployed.image_repository();
        let collects = ["fluentd", "fluent-bit", "promtail", "filebeat", "vector", "logrotate", "logspout"]
            .iter()
            .any(|c| image.contains(c));
        if collects || deployed.is_one_off() {
            continue;
        }
        // Collectors read logs; the logs of a datastore are its data.
        let exempt = deployed
            .process
            .known
            .is_some_and(|k| k.role.is_backing() || matches!(k.role, Role::Agent | Role::Monitoring));
        for mount in &deployed.service.mounts {
            let Some(target) = mount.target.text() else {
                out.unknown(mount.target_span, "the target comes from a variable");
                continue;
            };
            // The socket of the node's syslog is no folder.
            if !is_log_folder(target)
                || target == "/dev/log"
                || exempt
                || mount.kind == MountKind::Tmpfs
                || mount.read_only.value() == Some(&true)
            {
                continue;
            }
            let violation = Violation::at(mount.target_span, format!("`{target}` is a mounted log directory"))
                .help("let the process log to stdout, and drop the mount");
            out.violation(if deployed.image.is_some() { violation } else { violation.severity(Severity::Note) });
        }
    }
}

/// What only waits, as it is shown.
fn idles(step: &Step) -> Option<&'static str> {
    let args = step.args();
    match step.program() {
        "tail"
            if args.iter().any(|a| {
                a.starts_with("--follow")
                    || a.starts_with('-') && !a.starts_with("--") && a.to_ascii_lowercase().contains('f')
            }) =>
        {
            Some("tail -f")
        }
        "sleep" if args.first() == Some(&"infinity") || args.first() == Some(&"inf") => Some("sleep infinity"),
        "while" => Some("while true"),
        _ => None,
    }
}

fn tail_as_main_process(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let chain = &process.chain;
        let last = chain
            .main_steps()
            .chain(chain.reached().filter(|s| s.program() == "sleep" && !s.around.looped && !s.around.background));
        let mut told = false;
        for step in last {
            let Some(shown) = idles(step).filter(|_| !told) else { continue };
            told = true;
            let starts_app = chain.reached().any(|s| {
                let script = s.program().starts_with("start")
                    || s.program().contains("-start")
                    || server::program(s).verb() == "start";
                s.span != step.span
                    && (s.around.background && !matches!(s.program(), "sleep" | "tail")
                        || server::daemonizes(s).is_some()
                        || server::is_long_running(s)
                        || script)
            });
            let violation = Violation::at(step.span, format!("`{shown}` is the main process"))
                .help("make the app the main process: Swarm sees this one alive while the app is dead");
            out.violation(if starts_app { violation } else { violation.severity(Severity::Note) });
        }
        if !told && let Some(main) = chain.main().filter(|s| server::is_long_running(s)) {
            out.holds(main.span, format!("`{}` is the main process", main.program()));
        }
    }
}
