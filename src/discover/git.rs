//! What only git knows: which files are tracked, with what mode, and what the index holds.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::{ErrorCode, Index, Oid, Repository};

use crate::error::Error;
use crate::source::{Reader, Tracking, folder};

/// A repository that holds the root.
pub(super) struct Git {
    /// Nothing where git refuses to open it for its owner's sake: then the index file alone is read.
    repository: Option<Repository>,
    /// The top of the work tree; nothing in a bare repository.
    pub(super) top: Option<PathBuf>,
    /// `.git`, wherever it is.
    pub(super) folder: PathBuf,
}

/// Mode bits of index entries.
const EXECUTABLE: u32 = 0o111;
const COMMIT: u32 = 0o160_000;

impl Git {
    /// The repository around `root`; nothing where there is none.
    pub(super) fn open(root: &Path) -> Result<Option<Self>, Error> {
        match Repository::discover(root) {
            Ok(repository) => {
                let top = repository.workdir().map(|t| t.canonicalize().unwrap_or_else(|_| t.to_owned()));
                let folder = repository.path().to_owned();
                Ok(Some(Self { repository: Some(repository), top, folder }))
            }
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            // Another user's repository, as in a CI container: its index can be read without trusting its config.
            Err(error) if error.code() == ErrorCode::Owner => Ok(Self::foreign(root)),
            Err(error) => Err(Error::Repository {
                path: root.to_owned(),
                why: error.message().to_owned(),
                help: "run `git status` there to see what is wrong with it".to_owned(),
            }),
        }
    }

    fn foreign(root: &Path) -> Option<Self> {
        let root = root.canonicalize().ok()?;
        let top = root.ancestors().find(|f| f.join(".git").exists())?.to_owned();
        let dot_git = top.join(".git");
        let folder = if dot_git.is_file() {
            // A worktree's or submodule's `.git` file names the folder.
            let text = std::fs::read_to_string(&dot_git).ok()?;
            top.join(text.strip_prefix("gitdir:")?.trim())
        } else {
            dot_git
        };
        Some(Self { repository: None, top: Some(top), folder })
    }

    pub(super) fn bare(&self) -> bool {
        self.top.is_none()
    }

    /// The root as the index sees it: relative to the top, with a `/` at its end; empty for the top itself.
    fn prefix(&self, root: &Path) -> String {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let below =
            self.top.as_ref().and_then(|top| root.strip_prefix(top).ok().map(Path::to_owned)).unwrap_or_default();
        let below = below.to_string_lossy().replace('\\', "/");
        if below.is_empty() { below } else { below + "/" }
    }

    fn entries(&self, root: &Path) -> Vec<(String, u32, Oid)> {
        let index = match &self.repository {
            Some(repository) => repository.index(),
            None => Index::open(&self.folder.join("index")),
        };
        let Ok(index) = index else { return Vec::new() };
        let prefix = self.prefix(root);
        index
            .iter()
            // Stages other than 0 are the sides of an unresolved merge: ours is near enough.
            .filter(|entry| matches!((entry.flags >> 12) & 3, 0 | 2) && entry.mode != COMMIT)
            .filter_map(|entry| {
                let path = String::from_utf8_lossy(&entry.path).into_owned();
                Some((path.strip_prefix(&prefix)?.to_owned(), entry.mode, entry.id))
            })
            .collect()
    }

    /// The tracked files below the root.
    pub(super) fn index(&self, root: &Path) -> BTreeMap<String, Tracking> {
        self.entries(root)
            .into_iter()
            .map(|(path, mode, _)| (path, Tracking::Tracked { executable: mode & EXECUTABLE != 0 }))
            .collect()
    }

    /// The files of the index, or in a bare repository of its last commit, with their content.
    pub(super) fn blobs(&self, root: &Path) -> Result<(BTreeMap<String, Tracking>, Blobs), Error> {
        let refuse = |why: String| Error::Repository {
            path: root.to_owned(),
            why,
            help: format!("allow it with `git config --global --add safe.directory {}`", root.display()),
        };
        let Some(repository) = &self.repository else {
            return Err(refuse("it belongs to another user".to_owned()));
        };
        let entries = if self.bare() {
            head(repository).map_err(|e| refuse(e.message().to_owned()))?
        } else {
            self.entries(root)
        };
        let paths = entries
            .iter()
            .map(|(path, mode, _)| (path.clone(), Tracking::Tracked { executable: mode & EXECUTABLE != 0 }))
            .collect();
        let ids = entries.into_iter().map(|(path, _, id)| (path, id)).collect();
        let repository = Repository::open(&self.folder).map_err(|e| refuse(e.message().to_owned()))?;
        Ok((paths, Blobs { repository: Mutex::new(repository), ids }))
    }
}

fn head(repository: &Repository) -> Result<Vec<(String, u32, Oid)>, git2::Error> {
    let tree = repository.head()?.peel_to_tree()?;
    let mut entries = Vec::new();
    tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(git2::ObjectType::Blob) {
            let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            let mode = u32::try_from(entry.filemode()).unwrap_or_default();
            entries.push((format!("{folder}{name}"), mode, entry.id()));
        }
        git2::TreeWalkResult::Ok
    })?;
    Ok(entries)
}

/// Reads files out of git's object store.
pub(super) struct Blobs {
    repository: Mutex<Repository>,
    ids: BTreeMap<String, Oid>,
}

impl Reader for Blobs {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let id = self.ids.get(path).ok_or(io::ErrorKind::NotFound)?;
        let repository = self.repository.lock().expect("no reader panics while it holds the lock");
        let blob = repository.find_blob(*id).map_err(|e| io::Error::other(e.message().to_owned()))?;
        Ok(blob.content().to_vec())
    }

    fn exists(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.ids.contains_key(path)
            || self.ids.range(below.clone()..).next().is_some_and(|(p, _)| p.starts_with(&below))
    }
}

/// Tracked trees that tools make, with the first file of each: (tree, file).
pub(super) fn generated<'p>(tracked: impl Iterator<Item = &'p String>) -> Vec<(String, String)> {
    const TREES: &[&str] = &["node_modules", "__pycache__", ".next", ".nuxt", ".venv"];
    let paths: Vec<&str> = tracked.map(String::as_str).collect();
    let has = |path: &str| paths.binary_search(&path).is_ok();
    let mut found: Vec<(String, String)> = Vec::new();
    for path in &paths {
        let parts: Vec<&str> = path.split('/').collect();
        for (depth, part) in parts[..parts.len() - 1].iter().enumerate() {
            let tree = parts[..=depth].join("/");
            let around = folder(&tree);
            let beside = |name: &str| if around.is_empty() { name.to_owned() } else { format!("{around}/{name}") };
            let inner = |name: &str| has(&format!("{tree}/{name}"));
            let made = match *part {
                // A JavaScript action for GitHub has to bring its modules.
                "node_modules" => !has(&beside("action.yml")) && !has(&beside("action.yaml")),
                "venv" | "env" | ".venv" => inner("pyvenv.cfg"),
                "debug" => around.ends_with("target") && has(&format!("{}Cargo.toml", prefix(folder(around)))),
                "Debug" => crate::source::name(around) == "bin",
                part => TREES.contains(&part),
            };
            if made {
                if !found.iter().any(|(known, _)| *known == tree) {
                    found.push((tree, (*path).to_owned()));
                }
                break;
            }
        }
    }
    found
}

fn prefix(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}
