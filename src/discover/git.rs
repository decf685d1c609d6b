//! What only git knows: which files are tracked, with what mode, and what the index holds.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::{ErrorCode, Index, Oid, Repository};

use crate::error::Error;
use crate::source::{Reader, Tracking, folder, join};

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
const LINK: u32 = 0o120_000;

impl Git {
    /// The repository around `root`; nothing where there is none.
    pub(super) fn open(root: &Path) -> Result<Option<Self>, Error> {
        match Repository::discover(root) {
            Ok(repository) => {
                let top = repository.workdir().map(|t| t.canonicalize().unwrap_or_else(|_| t.to_owned()));
                let folder = repository.path().to_owned();
                Ok(Some(Self { repository: Some(repository), top, folder }))
            }
            Err(error) if error.code() == ErrorCode::NotFound => match around(root) {
                None => Ok(None),
                Some(broken) => Err(Error::Repository {
                    path: broken,
                    why: "what `.git` names is no repository, or cannot be read".to_owned(),
                    help: "a worktree or submodule needs the repository that its `.git` file names".to_owned(),
                }),
            },
            // Another user's repository, as in a CI container: its index can be read without trusting its config.
            Err(error) if error.code() == ErrorCode::Owner => {
                Self::foreign(root).map(Some).ok_or_else(|| not_ours(root))
            }
            Err(error) => Err(Error::Repository {
                path: root.to_owned(),
                why: error.message().to_owned(),
                help: "run `git status` there to see what is wrong with it".to_owned(),
            }),
        }
    }

    fn foreign(root: &Path) -> Option<Self> {
        let top = around(root)?;
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

    /// The name of the repository that it was cloned from.
    pub(super) fn origin(&self) -> Option<String> {
        let remote = self.repository.as_ref()?.find_remote("origin").ok()?;
        let url = remote.url().ok()?.trim_end_matches('/').trim_end_matches(".git");
        url.rsplit(['/', ':']).next().map(str::to_owned)
    }

    /// The root as the index sees it: relative to the top, with a `/` at its end; empty for the top itself.
    fn prefix(&self, root: &Path) -> String {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let below =
            self.top.as_ref().and_then(|top| root.strip_prefix(top).ok().map(Path::to_owned)).unwrap_or_default();
        let below = below.to_string_lossy().replace('\\', "/");
        if below.is_empty() { below } else { below + "/" }
    }

    fn open_index(&self, root: &Path) -> Result<Index, Error> {
        let index = match (std::env::var_os("GIT_INDEX_FILE"), &self.repository) {
            // `git commit -a` and `git commit FILE` have their hooks judge an index of their own.
            (Some(file), _) => Index::open(&self.top.as_deref().unwrap_or(&self.folder).join(file)),
            (None, Some(repository)) => repository.index(),
            (None, None) => Index::open(&self.folder.join("index")),
        };
        index.map_err(|error| Error::Repository {
            path: root.to_owned(),
            why: format!("its index cannot be read: {}", error.message()),
            help: "a split or sparse index is one: `git update-index --no-split-index`, \
                   `git sparse-checkout reapply --no-sparse-index`"
                .to_owned(),
        })
    }

    /// Whether the index may have a file below the root; a bare repository has none to ask.
    pub(super) fn has(&self, root: &Path, path: &str) -> Result<bool, Error> {
        let inside = format!("{}{path}", self.prefix(root));
        Ok(self.bare() || self.open_index(root)?.get_path(Path::new(&inside), 0).is_some())
    }

    /// Path, mode and content of what is in the index; in a bare repository, of what the last commit holds.
    fn entries(&self, root: &Path) -> Result<Vec<(String, u32, Oid)>, Error> {
        if let Some(repository) = self.repository.as_ref().filter(|_| self.bare()) {
            return head(repository).map_err(|error| Error::Repository {
                path: root.to_owned(),
                why: format!("it has no commit: {}", error.message()),
                help: "a bare repository is judged by its last commit".to_owned(),
            });
        }
        let prefix = self.prefix(root);
        Ok(self
            .open_index(root)?
            .iter()
            // Stages other than 0 are the sides of an unresolved merge: ours is near enough.
            .filter(|entry| matches!((entry.flags >> 12) & 3, 0 | 2) && entry.mode != COMMIT)
            .filter_map(|entry| {
                let path = String::from_utf8_lossy(&entry.path).into_owned();
                Some((path.strip_prefix(&prefix)?.to_owned(), entry.mode, entry.id))
            })
            .collect())
    }

    /// The tracked files below the root.
    pub(super) fn index(&self, root: &Path) -> Result<BTreeMap<String, Tracking>, Error> {
        Ok(self.entries(root)?.into_iter().map(|(path, mode, _)| (path, tracked(mode))).collect())
    }

    /// The files of the index, or in a bare repository of its last commit, with their content.
    pub(super) fn blobs(&self, root: &Path) -> Result<(BTreeMap<String, Tracking>, Blobs), Error> {
        if self.repository.is_none() {
            return Err(not_ours(root));
        }
        let repository = Repository::open(&self.folder).map_err(|e| Error::Repository {
            path: root.to_owned(),
            why: e.message().to_owned(),
            help: "run `git status` there to see what is wrong with it".to_owned(),
        })?;
        let entries: BTreeMap<String, (u32, Oid)> =
            self.entries(root)?.into_iter().map(|(path, mode, id)| (path, (mode, id))).collect();
        let (mut paths, mut ids) = (BTreeMap::new(), BTreeMap::new());
        for path in entries.keys() {
            // A link stands for the file that it leads to; one that leads to a folder or out of here, for none.
            if let Some((mode, id)) = behind_links(&repository, &entries, path) {
                paths.insert(path.clone(), tracked(mode));
                ids.insert(path.clone(), id);
            }
        }
        Ok((paths, Blobs { repository: Mutex::new(repository), root: root.to_owned(), ids }))
    }
}

fn tracked(mode: u32) -> Tracking {
    Tracking::Tracked { executable: mode & EXECUTABLE != 0 }
}

fn not_ours(root: &Path) -> Error {
    let path = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    Error::Repository {
        path: root.to_owned(),
        why: "it belongs to another user".to_owned(),
        help: format!("allow it with `git config --global --add safe.directory {}`", path.display()),
    }
}

/// The nearest folder around `root` that has a `.git`.
fn around(root: &Path) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    root.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()).map(Path::to_owned)
}

fn behind_links(repository: &Repository, entries: &BTreeMap<String, (u32, Oid)>, path: &str) -> Option<(u32, Oid)> {
    let mut path = path.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        let &(mode, id) = entries.get(&path)?;
        if mode != LINK {
            return Some((mode, id));
        }
        let blob = repository.find_blob(id).ok()?;
        let to = std::str::from_utf8(blob.content()).ok().filter(|to| !to.starts_with('/'))?;
        path = join(folder(&path), to)?;
    }
    None
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
    /// Where the root lies on the disk.
    root: PathBuf,
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

    fn is_unstaged(&self, path: &str) -> bool {
        !self.exists(path) && self.root.join(path).is_file()
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
