//! A root → the files of the app, what each is, and what git knows of it.

mod class;
mod git;
mod walk;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

pub use class::{class, kind};

use crate::config::Config;
use crate::error::Error;
use crate::source::{Class, Disk, Kind, Reader, Sources, Tracking};

/// What is asked to be looked at.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The folder that is one app, or several.
    pub root: PathBuf,
    /// Below the root: only these files and folders are listed; empty: all.
    pub only: Vec<PathBuf>,
    /// Files that were named one by one: part of the app, whatever folder they lie in.
    pub named: Vec<String>,
    /// The content of the git index instead of the work tree's.
    pub staged: bool,
    /// Texts that stand for a file's content: standard input, an editor's buffers.
    pub overlay: BTreeMap<String, Vec<u8>>,
}

/// What git knows of the root.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// There is a repository (git, or another system's folder).
    pub repository: bool,
    /// Tracked trees that tools generate, each with its first file.
    pub generated: Vec<(String, String)>,
    /// What it is called: its folder, and what it was cloned from.
    pub names: Vec<String>,
}

/// Finds the files.
///
/// # Errors
/// When the root cannot be read, or git cannot give the index that was asked for.
pub fn discover(request: &Request, config: &Config) -> Result<(Sources, History), Error> {
    let root = &request.root;
    let meta = std::fs::metadata(root).map_err(|e| Error::Root { path: root.clone(), why: e.to_string() })?;
    if !meta.is_dir() {
        return Err(Error::Root { path: root.clone(), why: "it is no folder".to_owned() });
    }
    let git = git::Git::open(root)?;
    let (paths, reader): (BTreeMap<String, Tracking>, Box<dyn Reader>) = match &git {
        Some(git) if request.staged || git.bare() => {
            let (paths, blobs) = git.blobs(root)?;
            (paths, Box::new(blobs))
        }
        None if request.staged => {
            return Err(Error::Root { path: root.clone(), why: "`--staged` needs a git repository".to_owned() });
        }
        git => (walk::files(root, git.as_ref())?, Box::new(Disk(root.clone()))),
    };
    let history = History {
        repository: git.is_some() || other_repository(root),
        names: folder_name(root).into_iter().chain(git.as_ref().and_then(git::Git::origin)).collect(),
        generated: git::generated(paths.iter().filter(|(_, t)| matches!(t, Tracking::Tracked { .. })).map(|(p, _)| p)),
    };
    let mut listed: Vec<(String, Kind, Class, Tracking)> = Vec::new();
    let unsaved = if git.is_some() { Tracking::Untracked } else { Tracking::NoRepository };
    let overlay = request.overlay.keys().filter(|p| !paths.contains_key(*p)).map(|p| (p.clone(), unsaved));
    for (path, tracking) in overlay.collect::<Vec<_>>().into_iter().chain(paths) {
        if excluded(&path, request, config) && !request.overlay.contains_key(&path) {
            continue;
        }
        let class = if request.named.contains(&path) { Class::App } else { class(&path) };
        listed.push((path.clone(), kind(&path), class, tracking));
    }
    let reader: Box<dyn Reader> = if request.overlay.is_empty() {
        reader
    } else {
        Box::new(Overlay { files: request.overlay.clone(), below: reader })
    };
    Ok((Sources::new(listed, reader), history))
}

fn excluded(path: &str, request: &Request, config: &Config) -> bool {
    let listed = request.only.is_empty()
        || request.only.iter().any(|only| Path::new(path).starts_with(only) || only.as_os_str().is_empty());
    !listed || config.exclude.iter().any(|patterns| patterns.is_match(path))
}

/// A file's text in git's index; nothing where the index has no such file.
///
/// # Errors
/// When git cannot give the index.
pub fn staged(path: &Path) -> Result<Option<String>, Error> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str())) else {
        return Ok(None);
    };
    match git::Git::open(folder)? {
        Some(git) if git.has(folder, name)? => {
            let (_, blobs) = git.blobs(folder)?;
            Ok(blobs.read(name).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => Ok(None),
    }
}

/// Whether a path that is not there may be there at the deploy: git would ignore it, or a pattern of it stands beside it.
#[must_use]
pub fn is_made_later(sources: &Sources, path: &str) -> bool {
    let patterns = ["example", "sample", "dist", "template", "tmpl", "default"];
    would_ignore(sources, path) || patterns.iter().any(|end| sources.find(&format!("{path}.{end}")).is_some())
}

/// Whether git would ignore a path, by the rules of the folders above it.
fn would_ignore(sources: &Sources, path: &str) -> bool {
    let mut folder = crate::source::folder(path);
    loop {
        let rules = crate::source::join(folder, ".gitignore").and_then(|p| sources.find(&p));
        if let Some(rules) = rules {
            let mut builder = ignore::gitignore::GitignoreBuilder::new("");
            for line in sources.text(rules).lines() {
                // A line that git would not understand either is left out.
                let _ = builder.add_line(None, line);
            }
            let below = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
            let matched = builder.build().map(|rules| rules.matched_path_or_any_parents(below, false).is_ignore());
            if matched.unwrap_or(false) {
                return true;
            }
        }
        if folder.is_empty() {
            return false;
        }
        folder = crate::source::folder(folder);
    }
}

fn folder_name(root: &Path) -> Option<String> {
    let root = root.canonicalize().ok()?;
    Some(root.file_name()?.to_string_lossy().into_owned())
}

/// Mercurial and Jujutsu keep their repository in a folder of the root or above it.
fn other_repository(root: &Path) -> bool {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    root.ancestors().any(|folder| [".hg", ".jj", ".svn", ".fslckout"].iter().any(|name| folder.join(name).exists()))
}

/// Texts laid over another reader's.
struct Overlay {
    files: BTreeMap<String, Vec<u8>>,
    below: Box<dyn Reader>,
}

impl Reader for Overlay {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.get(path).map_or_else(|| self.below.read(path), |text| Ok(text.clone()))
    }

    fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.below.exists(path)
    }

    fn is_unstaged(&self, path: &str) -> bool {
        self.below.is_unstaged(path)
    }
}

/// Files of memory as a run sees them: for tests, examples and editors.
#[must_use]
pub fn in_memory(files: BTreeMap<String, (Vec<u8>, Tracking)>) -> (Sources, History) {
    let repository = files.values().all(|(_, t)| *t != Tracking::NoRepository)
        || files.keys().any(|p| p == ".git" || p.starts_with(".hg/") || p.starts_with(".jj/"));
    let tracked = files.iter().filter(|(_, (_, t))| matches!(t, Tracking::Tracked { .. })).map(|(p, _)| p);
    let history = History { repository, generated: git::generated(tracked), names: Vec::new() };
    let listed = files.iter().map(|(path, (_, tracking))| (path.clone(), kind(path), class(path), *tracking)).collect();
    let texts: BTreeMap<String, Vec<u8>> = files.into_iter().map(|(path, (text, _))| (path, text)).collect();
    (Sources::new(listed, Box::new(texts)), history)
}
