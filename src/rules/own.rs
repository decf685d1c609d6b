//! `.twelvelint/rules/*.md` → rules of one's own beside those of the binary.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::page::{self, Page};
use super::{Factor, Rule};
use crate::error::Error;

/// Where a project keeps its own pages.
pub const FOLDER: &str = ".twelvelint/rules";

/// Read once, before the first rule is asked for: the names of rules are part of the config's grammar.
static OWN: OnceLock<Vec<(String, Factor, Page)>> = OnceLock::new();

/// The nearest folder of own pages, from `start` up to the root of its repository.
#[must_use]
pub fn nearest(start: &Path) -> Option<PathBuf> {
    for folder in start.ancestors() {
        let found = folder.join(FOLDER);
        if found.is_dir() {
            return Some(found);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads the pages of a folder; from then on they are rules like all others.
///
/// # Errors
/// The first page that is wrong, with the line and what is wrong there.
pub fn load(folder: &Path) -> Result<(), Error> {
    let unreadable = |why: std::io::Error| Error::Root { path: folder.to_owned(), why: why.to_string() };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).map_err(unreadable)?.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "md"));
    paths.sort();
    let mut pages = Vec::new();
    for path in paths {
        let name = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        let text = crate::config::read_file(&path)?;
        let wrong = |why: &str| Error::Page { page: path.display().to_string(), why: why.to_owned() };
        if page::embedded().any(|(_, known, _)| known == name) {
            return Err(wrong("there is a rule of this name already"));
        }
        let page = Page::parse(&path.display().to_string(), &text)?;
        if page.matcher.is_none() {
            return Err(wrong("it says nothing to `match`"));
        }
        let factor = page.factor.ok_or_else(|| wrong("`factor` is missing: I to XII, or stack"))?;
        pages.push((name, factor, page));
    }
    // A second folder would come too late: the rules are known.
    OWN.set(pages).map_err(|_| Error::usage("own rules are read once"))
}

/// The rules that were read.
pub(super) fn rules() -> Vec<Rule> {
    let own = OWN.get().map(Vec::as_slice).unwrap_or_default();
    own.iter()
        .map(|(name, factor, page)| Rule { name, factor: *factor, page: page.clone(), check: None, own: true })
        .collect()
}
