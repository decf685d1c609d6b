//! The files below a root: what git tracks, and what lies untracked beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::WalkDir;

use super::git::Git;
use super::kind;
use crate::error::Error;
use crate::source::{Kind, Tracking, relative};

/// Folders that are never looked into: they hold what tools put there. What git tracks of them is listed all the same.
const SKIPPED: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    ".jj",
    "node_modules",
    "__pycache__",
    ".venv",
    ".tox",
    ".mypy_cache",
    ".pytest_cache",
    ".gradle",
    ".terraform",
    ".next",
    ".nuxt",
    ".cache",
    ".ruff_cache",
];

/// Every file with what git thinks of it. Ignored files are listed where their name says that a deploy may read them.
pub(super) fn files(root: &Path, git: Option<&Git>) -> Result<BTreeMap<String, Tracking>, Error> {
    let mut files = BTreeMap::new();
    let tracked = git.map(|g| g.index(root)).transpose()?.unwrap_or_default();
    let mut rules = git.map_or_else(Vec::new, |git| rules_above(root, git));
    let above = rules.len();
    let mut walk = WalkDir::new(root).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => {
                return Err(Error::Root { path: root.to_owned(), why: error.to_string() });
            }
            // An unreadable folder holds nothing that a deploy from here could read.
            Err(_) => continue,
        };
        let depth = entry.depth();
        rules.truncate(above + depth);
        let path = entry.path();
        if entry.file_type().is_dir() {
            let skip = depth > 0
                && (entry.file_name().to_str().is_some_and(|n| SKIPPED.contains(&n))
                    || path.join(".git").exists()
                    || git.is_some() && ignored(&rules, path, true));
            if skip {
                walk.skip_current_dir();
                continue;
            }
            rules.push(git.and_then(|_| rules_of(path, &path.join(".gitignore"))));
            continue;
        }
        if entry.file_type().is_symlink() && !path.is_file() {
            continue;
        }
        let shown = relative(root, path);
        let tracking = match (git, tracked.get(&shown)) {
            (None, _) => Tracking::NoRepository,
            (Some(_), Some(&tracking)) => tracking,
            (Some(_), None) if ignored(&rules, path, false) => {
                if matches!(kind(&shown), Kind::Other | Kind::Script | Kind::Prose) {
                    continue;
                }
                Tracking::Ignored
            }
            (Some(_), None) => Tracking::Untracked,
        };
        files.insert(shown, tracking);
    }
    for (path, tracking) in tracked {
        if !files.contains_key(&path) && root.join(&path).is_file() {
            files.insert(path, tracking);
        }
    }
    Ok(files)
}

fn rules_of(folder: &Path, file: &Path) -> Option<Gitignore> {
    if !file.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    // A line that git would not understand either is left out.
    builder.add(file);
    builder.build().ok()
}

/// The ignore rules that hold above the root: the user's, the repository's own, and those of the folders between.
fn rules_above(root: &Path, git: &Git) -> Vec<Option<Gitignore>> {
    let mut rules = vec![Some(Gitignore::global().0)];
    if let Some(top) = &git.top {
        rules.push(rules_of(top, &git.folder.join("info/exclude")));
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let between: Vec<PathBuf> =
            root.ancestors().skip(1).take_while(|f| f.starts_with(top)).map(Path::to_owned).collect();
        rules.extend(between.iter().rev().map(|folder| rules_of(folder, &folder.join(".gitignore"))));
    }
    rules
}

fn ignored(rules: &[Option<Gitignore>], path: &Path, is_dir: bool) -> bool {
    for rule in rules.iter().rev().flatten() {
        let base = rule.path();
        // Rules from above the root are rooted elsewhere than the path as it was given.
        let absolute;
        let path = if path.starts_with(base) || base.as_os_str().is_empty() {
            path
        } else {
            absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            &absolute
        };
        let matched = rule.matched(path.strip_prefix(base).unwrap_or(path), is_dir);
        if !matched.is_none() {
            return matched.is_ignore();
        }
    }
    false
}
