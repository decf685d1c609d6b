//! Stack files that nobody wrote, judged by `docker stack config` and by `twelvelint config`: the verdicts and the
//! resolved stacks are equal.
//!
//! The environment says how much:
//!
//!     DIFFERENTIAL_FILES=20000    how many cases, 300 of itself
//!     DIFFERENTIAL_FIRST=0        the number of the first one
//!     DIFFERENTIAL_SEED=1         other cases under the same numbers
//!     DIFFERENTIAL_CASES=folder   written cases to start from, those of tests/oracle of itself
//!     DIFFERENTIAL_KEEP=folder    where the cases in which the two differ are left
//!     DIFFERENTIAL_FOLDER=folder  instead: every real stack file below the folder, in its place
//!     DIFFERENTIAL_RECORD=folder  instead: the cases and what docker makes of them, for a comparison without docker
//!
//! Without a docker client that knows `stack config` and the newest keys there is nothing to compare with: the test
//! says so and passes.

#[path = "differential/compare.rs"]
mod compare;
#[path = "differential/data.rs"]
mod data;
#[path = "differential/folder.rs"]
mod folder;
#[path = "differential/generate.rs"]
mod generate;
#[path = "differential/grammar.rs"]
mod grammar;
#[path = "differential/mutate.rs"]
mod mutate;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/run.rs"]
mod run;
#[path = "differential/seeds.rs"]
mod seeds;
#[path = "differential/shape.rs"]
mod shape;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use generate::{Case, Generator};
use run::{Outcome, run};

/// Docker's verdict is asked for again before it is said to differ: some of it hangs on the order of Go's maps.
const AGAIN: usize = 10;

#[test]
fn docker_and_we_resolve_every_stack_alike() {
    let Some(docker) = docker() else { return };
    if let Some(folder) = setting("DIFFERENTIAL_FOLDER") {
        let folder = PathBuf::from(folder).canonicalize().expect("DIFFERENTIAL_FOLDER is a folder");
        let files = folder::stack_files(&folder);
        let judged = judge(&docker, files.len(), &|at, _| folder::case(&files[at]));
        assert!(judged.finish(), "docker and twelvelint differ");
        return;
    }
    let number = |name, default| setting(name).map_or(default, |v| v.parse().expect("a number"));
    let first: u64 = number("DIFFERENTIAL_FIRST", 0);
    let count = usize::try_from(number("DIFFERENTIAL_FILES", 300)).expect("so many fit");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let seeds = seeds::read(&setting("DIFFERENTIAL_CASES").map_or(tests, PathBuf::from));
    let generator = Generator::new(number("DIFFERENTIAL_SEED", 1), seeds);
    if let Some(folder) = setting("DIFFERENTIAL_RECORD") {
        return record(&docker, Path::new(&folder), first, count, &generator);
    }
    let judged = judge(&docker, count, &|at, scratch| {
        let case = generator.case(first + at as u64);
        let folder = scratch.join(format!("{:05}", first + at as u64));
        written(&case, &folder);
        (folder, case)
    });
    assert!(judged.finish(), "docker and twelvelint differ");
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A line that the test harness does not hold back.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr takes a line");
}

/// The client, if there is one that knows what we know.
fn docker() -> Option<OsString> {
    let skipped = |why: &str| {
        say(&format!("differential: skipped, {why}"));
        None
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("docker")).find(|file| file.is_file());
    let Some(docker) = found else { return skipped("there is no docker client") };
    let scratch = tempfile::tempdir().expect("a folder for the probe");
    let newest = "services:\n  a:\n    oom_score_adj: 1\n    volumes: [{type: volume, source: a, target: /a, volume: {subpath: b}}]\n";
    fs::write(scratch.path().join("stack.yml"), newest).expect("the probe can be written");
    let compose = ["stack.yml".to_owned()];
    let outcome = run(docker.as_os_str(), &["stack", "config"], scratch.path(), &compose, &[], scratch.path());
    if !outcome.accepted() || !outcome.stdout.contains("subpath") {
        return skipped("its `docker stack config` is absent or older than client 28");
    }
    Some(docker.into_os_string())
}

fn written(case: &Case, folder: &Path) {
    for (name, content) in &case.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a case's folder can be made");
        fs::write(path, content).expect("a case can be written");
    }
}

#[derive(Default)]
struct Judged {
    accepted: AtomicUsize,
    refused: AtomicUsize,
    differ: Mutex<Vec<String>>,
}

impl Judged {
    /// Prints the counts; whether all agree.
    fn finish(self) -> bool {
        let mut differ = self.differ.into_inner().expect("no thread panicked with the lock");
        differ.sort();
        let (accepted, refused) = (self.accepted.into_inner(), self.refused.into_inner());
        for difference in &differ {
            say(difference);
        }
        let agree = accepted + refused - differ.len();
        say(&format!(
            "differential: docker accepts {accepted}, refuses {refused}; {agree} agree, {} do not",
            differ.len()
        ));
        differ.is_empty()
    }
}

/// Runs both on each case that `make` makes.
fn judge(docker: &OsStr, count: usize, make: &(dyn Fn(usize, &Path) -> (PathBuf, Case) + Sync)) -> Judged {
    let judged = Judged::default();
    shared(count, &|at, scratch| {
        let (folder, case) = make(at, scratch);
        let (theirs, ours, difference) = both(docker, &folder, &case, scratch);
        let counted = if theirs.accepted() { &judged.accepted } else { &judged.refused };
        counted.fetch_add(1, Ordering::Relaxed);
        if let Some(difference) = difference {
            let text = report(&folder, &case, &theirs, &ours, &difference);
            keep(&folder, &case, &text);
            judged.differ.lock().expect("no thread panicked with the lock").push(text);
        }
        if folder.starts_with(scratch) {
            fs::remove_dir_all(&folder).expect("a case's folder can be removed");
        }
    });
    judged
}

/// Calls `work` for every number below `count`, on every core.
fn shared(count: usize, work: &(dyn Fn(usize, &Path) + Sync)) {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let scratch = tempfile::tempdir().expect("a folder to work in");
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    work(at, scratch.path());
                }
            });
        }
    });
}

fn asked(docker: &OsStr, folder: &Path, case: &Case, scratch: &Path) -> Outcome {
    run(docker, &["stack", "config"], folder, &case.compose, &case.env, scratch)
}

fn both(docker: &OsStr, folder: &Path, case: &Case, scratch: &Path) -> (Outcome, Outcome, Option<String>) {
    let program = OsStr::new(env!("CARGO_BIN_EXE_twelvelint"));
    let mut theirs = asked(docker, folder, case, scratch);
    let ours = run(program, &["config"], folder, &case.compose, &case.env, scratch);
    let mut difference = compare::difference(&theirs, &ours);
    for _ in 0..AGAIN {
        if difference.is_none() {
            break;
        }
        theirs = asked(docker, folder, case, scratch);
        difference = compare::difference(&theirs, &ours);
    }
    (theirs, ours, difference)
}

fn report(folder: &Path, case: &Case, theirs: &Outcome, ours: &Outcome, difference: &str) -> String {
    let shown = |name: &String| {
        let content = fs::read(folder.join(name)).unwrap_or_default();
        let start: String = String::from_utf8_lossy(&content).chars().take(1500).collect();
        format!("-- {name}\n{}\n", start.trim_end())
    };
    let files: String = case.compose.iter().map(shown).collect();
    let said = format!("-- docker: {}\n-- ours: {}\n", theirs.said(), ours.said());
    format!("== {}: {difference}\n{files}{said}", folder.display())
}

/// Leaves the case where `DIFFERENTIAL_KEEP` says, with the report and how to run it.
fn keep(folder: &Path, case: &Case, text: &str) {
    let Some(kept) = setting("DIFFERENTIAL_KEEP") else { return };
    let kept = Path::new(&kept).join(folder.file_name().unwrap_or_default());
    written(case, &kept);
    fs::create_dir_all(&kept).expect("the folder to keep a case in can be made");
    fs::write(kept.join("difference.txt"), text).expect("a difference can be kept");
    fs::write(kept.join("case.json"), described(case).to_string()).expect("a case can be kept");
}

fn described(case: &Case) -> serde_json::Value {
    let env: serde_json::Map<_, _> =
        case.env.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    serde_json::json!({"compose": case.compose, "env": env})
}

/// Writes the cases and what docker makes of each, a line of `recorded.jsonl` each.
fn record(docker: &OsStr, folder: &Path, first: u64, count: usize, generator: &Generator) {
    fs::create_dir_all(folder).expect("the folder to record in can be made");
    let folder = folder.canonicalize().expect("it was just made");
    let lines = fs::OpenOptions::new().create(true).append(true).open(folder.join("recorded.jsonl"));
    let lines = Mutex::new(lines.expect("the record can be written"));
    shared(count, &|at, scratch| {
        let number = first + at as u64;
        let case = generator.case(number);
        let own = folder.join(format!("{number:05}"));
        written(&case, &own);
        let outcome = asked(docker, &own, &case, scratch);
        let mut line = described(&case);
        line["folder"] = own.to_string_lossy().into();
        line["exit"] = outcome.code.into();
        line["stdout"] = outcome.stdout.clone().into();
        line["stderr"] = outcome.said().into();
        let mut lines = lines.lock().expect("no thread panicked with the lock");
        writeln!(lines, "{line}").expect("the record can be written");
    });
}
