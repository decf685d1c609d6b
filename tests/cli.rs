//! What a user types and sees: the sessions under `tests/cli`, and a commit. `TRYCMD=overwrite cargo test` rewrites the
//! sessions.

use std::fs;
use std::path::Path;
use std::process::Command;

use git2::{IndexEntry, Repository};

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/cli/*.md").case("tests/cli/*.toml");
}

const BROKEN: &str =
    "services:\n  web:\n    image: nginx:1.29\n    volumes: [./html:/usr/share/nginx/html]\n    deploy: {}\n";
const WHOLE: &str = "services:\n  web:\n    image: nginx:1.29\n    deploy: {}\n";

/// Exit code and output of the hook's command in a repository.
fn staged(root: &Path) -> (Option<i32>, String) {
    let hooks = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml"));
    let hooks = hooks.expect("the hooks are defined");
    let entry = hooks.lines().find_map(|l| l.trim().strip_prefix("entry: twelvelint ")).expect("a hook has an entry");
    let run = Command::new(env!("CARGO_BIN_EXE_twelvelint"))
        .args(entry.split(' '))
        .args(["--select", "relative-bind-mount", "--format", "concise"])
        .current_dir(root)
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("the tool runs");
    (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned())
}

fn stage(repository: &Repository, content: &str) {
    let entry = IndexEntry {
        ctime: git2::IndexTime::new(0, 0),
        mtime: git2::IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: git2::Oid::ZERO_SHA1,
        flags: 0,
        flags_extended: 0,
        path: b"stack.yml".to_vec(),
    };
    let mut index = repository.index().expect("a repository has an index");
    index.add_frombuffer(&entry, content.as_bytes()).expect("the index takes a file");
    index.write().expect("the index can be written");
}

/// A commit is judged by what it holds, not by what lies in the work tree.
#[test]
fn the_hook_judges_the_index() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = Repository::init(folder.path()).expect("a repository");

    stage(&repository, BROKEN);
    fs::write(folder.path().join("stack.yml"), WHOLE).expect("the work tree can be written");
    let (code, shown) = staged(folder.path());
    assert_eq!(code, Some(1), "{shown}");
    assert!(shown.starts_with("stack.yml:4:"), "{shown}");

    stage(&repository, WHOLE);
    fs::write(folder.path().join("stack.yml"), BROKEN).expect("the work tree can be written");
    let (code, shown) = staged(folder.path());
    assert_eq!(code, Some(0), "{shown}");
}

/// `twelvelint … | head -1`: the reader left, which is no fault of the run and no reason to panic.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_panic() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let run = Command::new(env!("CARGO_BIN_EXE_twelvelint"))
        .args(["rules", "--format", "json"])
        .stdout(writer)
        .output()
        .expect("the tool runs");
    assert!(!String::from_utf8_lossy(&run.stderr).contains("panicked"));
}
