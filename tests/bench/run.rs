//! How long a whole run takes, as ratios: against reading the same files once, and against the linters of one file that
//! are installed. `cargo bench -- FOLDER…` measures other apps than the fixtures.
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use twelvelint::code::{Code, Gates};
use twelvelint::config::Config;
use twelvelint::discover::Request;
use twelvelint::report::{self, Style};
use twelvelint::source::Kind;
use twelvelint::stack::Environment;

fn main() {
    let given: Vec<PathBuf> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).map(PathBuf::from).collect();
    let apps = if given.is_empty() { fixtures() } else { given };
    println!(
        "{:<28} {:>6} {:>14} {:>14} {:>14} {:>14}",
        "app", "files", "/ reading", "code / gates", "hadolint /", "dclint /"
    );
    for app in apps {
        measure(&app);
    }
    println!();
    println!("`code / gates`: reading the source code over the plain pass of the gates' regexes over the same files.");
    println!(
        "`/ reading`: a run over reading once what it reads. `hadolint /`, `dclint /`: that tool's process on the app's"
    );
    println!(
        "Dockerfiles or stack files over our process on the whole app; `-`: it is not installed, or has nothing to read."
    );
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = fs::read_dir(folder).expect("there are fixtures");
    let mut apps: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).filter(|p| p.is_dir()).collect();
    apps.sort();
    apps
}

fn measure(app: &Path) {
    let request = Request { root: app.to_owned(), ..Request::default() };
    let run = || twelvelint::run(&request, &Config::default(), &Environment::default()).expect("the app can be read");
    let outcome = run();
    let of = |kinds: &[Kind]| -> Vec<PathBuf> {
        outcome.sources.files().filter(|(_, f)| kinds.contains(&f.kind)).map(|(_, f)| app.join(&*f.path)).collect()
    };
    let (dockerfiles, stacks) = (of(&[Kind::Dockerfile]), of(&[Kind::Stack]));
    let read: Vec<PathBuf> = outcome
        .sources
        .files()
        .filter(|(id, f)| f.kind != Kind::Other || outcome.app.code.files.contains_key(id))
        .map(|(_, f)| app.join(&*f.path))
        .collect();
    let write = report::format("json").expect("there is such a format");

    let whole = median(|| {
        let mut out = Vec::new();
        write(&run(), &Style::default(), &mut out).expect("memory takes every byte");
        black_box(out);
    });
    let reading = median(|| {
        for path in &read {
            black_box(fs::read(path).ok());
        }
    });
    let sources = &outcome.sources;
    let code = median(|| {
        black_box(Code::read(sources, Gates::Kept));
    });
    let gates = median(|| {
        black_box(Code::gated(sources));
    });
    let ours = process("twelvelint", Path::new(env!("CARGO_BIN_EXE_twelvelint")), &["check".into(), app.to_owned()]);
    let peer = |name: &str, files: &[PathBuf]| {
        let theirs = (!files.is_empty()).then(|| process(name, Path::new(name), files)).flatten();
        theirs.zip(ours).map_or_else(|| "-".to_owned(), |(theirs, ours)| ratio(theirs, ours))
    };
    println!(
        "{:<28} {:>6} {:>14} {:>14} {:>14} {:>14}",
        app.file_name().map_or_else(|| app.display().to_string(), |n| n.to_string_lossy().into_owned()),
        outcome.sources.files().count(),
        ratio(whole, reading),
        ratio(code, gates),
        peer("hadolint", &dockerfiles),
        peer("dclint", &stacks),
    );
}

/// The time of a tool's process; nothing when it cannot be started.
fn process(name: &str, program: &Path, arguments: &[PathBuf]) -> Option<Duration> {
    let run = || {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok()
    };
    run().then(|| {
        median(|| {
            assert!(run(), "{name} started once and does not start again");
        })
    })
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn ratio(a: Duration, b: Duration) -> String {
    format!("{:.1}", a.as_secs_f64() / b.as_secs_f64())
}
