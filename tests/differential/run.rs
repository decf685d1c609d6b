//! A program and a case's folder → whether it accepted the stack, and what it printed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Longer than any client should take for a file.
const LIMIT: Duration = Duration::from_secs(10);

/// What every program finds in PATH: it shows in the output where a service asks for PATH.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

pub(crate) struct Outcome {
    /// None where it had to be killed.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn accepted(&self) -> bool {
        self.code == Some(0)
    }

    /// One line for a report.
    pub(crate) fn said(&self) -> String {
        let code = self.code.map_or("killed".to_owned(), |code| format!("exit {code}"));
        let lines = self.stderr.lines().filter(|l| !l.is_empty() && !l.contains("level=warning"));
        let said = lines.take(3).collect::<Vec<_>>().join(" / ");
        format!("{code}: {}", said.chars().take(400).collect::<String>())
    }
}

/// Runs the program in the folder with nothing in its environment but PATH, `DOCKER_CONFIG` and `env`.
pub(crate) fn run(
    program: &OsStr,
    first: &[&str],
    folder: &Path,
    compose: &[String],
    env: &[(String, String)],
    scratch: &Path,
) -> Outcome {
    let (out, err) = (scratch.join("stdout"), scratch.join("stderr"));
    let mut command = Command::new(program);
    command.args(first);
    for name in compose {
        command.arg("-c").arg(name);
    }
    command.current_dir(folder).env_clear().env("PATH", PATH).env("DOCKER_CONFIG", scratch);
    command.envs(env.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null());
    command.stdout(File::create(&out).expect("the scratch folder can be written"));
    command.stderr(File::create(&err).expect("the scratch folder can be written"));
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
    let start = Instant::now();
    let status: Option<ExitStatus> = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break Some(status);
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("the child can be killed");
            child.wait().expect("the child can be waited for");
            break None;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    Outcome {
        code: status.map(|s| s.code().unwrap_or_else(|| 128 + s.signal().unwrap_or_default())),
        stdout: read(&out),
        stderr: read(&err),
    }
}
