//! `.twelvelint.yml` → a config whose every wrong word is an error with its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use miette::NamedSource;

use crate::error::Error;
use crate::source::{At, FileId, Span};
use crate::spelling::nearest;
use crate::violation::{Certainty, Severity};

mod read;

/// The name of the config file.
pub const FILE_NAME: &str = ".twelvelint.yml";

/// What a run is asked to do, by the config file and then the command line.
#[derive(Debug, Clone)]
pub struct Config {
    pub policy: Policy,
    /// Findings at or above it fail the run; nothing: none do.
    pub fail_on: Option<Severity>,
    pub min_certainty: Certainty,
    /// Stack files that their names do not reveal.
    pub stacks: Patterns,
    /// Folders declared as apps of their own.
    pub apps: Vec<String>,
    pub exclude: Patterns,
    /// Those of the command line.
    pub exclude_too: Patterns,
    /// The files of one stack, in the order of `-c`.
    pub deploy: Vec<String>,
    /// Every suppression has to say why.
    pub require_reason: bool,
    /// The Swarm has one node: what binds an app to a node does no harm.
    pub single_node: bool,
    pub rules: BTreeMap<String, RuleConfig>,
    pub overrides: Vec<Override>,
    /// Rules and factors that alone run; empty: all.
    pub select: Vec<String>,
    pub ignore: Vec<String>,
    /// Compose files are judged as stacks too.
    pub target_swarm: bool,
    /// Suppression comments are not honoured.
    pub no_ignores: bool,
}

/// Globs of the config and of the command line.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    sets: Vec<GlobSet>,
    /// What leads from the config's folder, in which its globs are written, to the root.
    below: String,
}

impl Patterns {
    /// Whether a path from the root is one of these.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        let path = format!("{}{path}", self.below);
        self.sets.iter().any(|set| set.is_match(&path))
    }
}

impl From<GlobSet> for Patterns {
    fn from(set: GlobSet) -> Self {
        Self { sets: vec![set], below: String::new() }
    }
}

/// How far configuration may live in the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// A non-secret config file baked into the image is allowed.
    Seed,
    /// Environment variables only.
    Strict,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleConfig {
    pub off: bool,
    pub severity: Option<Severity>,
    /// Options of the rule: text or numbers by name.
    pub options: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone)]
pub struct Override {
    pub paths: Patterns,
    pub off: Vec<String>,
    pub reason: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            policy: Policy::Seed,
            fail_on: Some(Severity::Error),
            min_certainty: Certainty::Guess,
            stacks: Patterns::default(),
            apps: Vec::new(),
            exclude: Patterns::default(),
            exclude_too: Patterns::default(),
            deploy: Vec::new(),
            require_reason: false,
            single_node: false,
            rules: BTreeMap::new(),
            overrides: Vec::new(),
            select: Vec::new(),
            ignore: Vec::new(),
            target_swarm: false,
            no_ignores: false,
        }
    }
}

/// A rule's name and the options that it takes.
pub type KnownRules<'r> = &'r BTreeMap<&'r str, Vec<String>>;

impl Config {
    /// The nearest config file from `start` upwards, not above the root of its git repository.
    #[must_use]
    pub fn find(start: &Path) -> Option<PathBuf> {
        for folder in start.ancestors() {
            let file = folder.join(FILE_NAME);
            if file.is_file() {
                return Some(file);
            }
            if folder.join(".git").exists() {
                return None;
            }
        }
        None
    }

    /// Has the globs of a config file hold for paths from `root`, which lies in the file's folder or below it.
    pub fn rebase(&mut self, file: &Path, root: &Path) {
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // The file itself may be in git's index alone.
        let Some(folder) = file.parent().map(whole) else { return };
        let root = whole(root);
        let Ok(below) = root.strip_prefix(folder) else { return };
        let below: String = below.components().flat_map(|c| [c.as_os_str().to_string_lossy(), "/".into()]).collect();
        let paths = self.overrides.iter_mut().map(|o| &mut o.paths);
        for patterns in paths.chain([&mut self.stacks, &mut self.exclude]) {
            patterns.below.clone_from(&below);
        }
    }

    /// Reads a config file.
    ///
    /// # Errors
    /// [`Error::Config`] at the first word that is not understood.
    pub fn load(path: &Path, rules: KnownRules<'_>) -> Result<Self, Error> {
        let text =
            std::fs::read_to_string(path).map_err(|e| Error::Root { path: path.to_owned(), why: e.to_string() })?;
        Self::parse(&path.display().to_string(), &text, rules)
    }

    /// Reads the text of a config file.
    ///
    /// # Errors
    /// [`Error::Config`] at the first word that is not understood.
    pub fn parse(name: &str, text: &str, rules: KnownRules<'_>) -> Result<Self, Error> {
        read::config(text, rules).map_err(|wrong| wrong.into_error(name, text))
    }
}

/// A wrong word of the config.
pub(crate) struct Wrong {
    pub(crate) at: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Wrong {
    fn new(at: Span, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    fn unknown<'w>(what: &str, word: &At<String>, known: impl Iterator<Item = &'w str> + Clone) -> Self {
        let help = match nearest(&word.value, known.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are: {}", known.collect::<Vec<_>>().join(", ")),
        };
        Self { at: word.span, message: format!("unknown {what} `{}`", word.value), help: Some(help) }
    }

    fn into_error(self, name: &str, text: &str) -> Error {
        let range = self.at.range();
        Error::Config {
            message: self.message,
            text: std::sync::Arc::new(NamedSource::new(name, text.to_owned())),
            at: (range.start, range.len()).into(),
            help: self.help,
        }
    }
}

/// The file id under which config text is parsed: it is not one of the sources.
pub(crate) const CONFIG: FileId = FileId(u32::MAX);

fn globs(patterns: &[At<String>]) -> Result<Patterns, Wrong> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let wrong = |why: String| Wrong::new(pattern.span, why);
        for glob in path_globs(&pattern.value).map_err(wrong)? {
            set.add(glob);
        }
    }
    let set = set.build();
    let first = patterns.first().map_or(Span::new(CONFIG, 0, 0), |p| p.span);
    set.map(Patterns::from).map_err(|e| Wrong::new(first, e.to_string()))
}

/// A pattern's globs: `./` and a leading `/` mean the folder that it is written for, and a folder's name stands for all
/// that is in it.
///
/// # Errors
/// What is wrong with the pattern.
pub fn path_globs(pattern: &str) -> Result<[Glob; 2], String> {
    if pattern.starts_with('!') {
        return Err("a pattern cannot be taken back by `!`".to_owned());
    }
    let plain = pattern.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    let glob = |p: &str| Glob::new(p).map_err(|e| e.kind().to_string());
    Ok([glob(plain)?, glob(&format!("{plain}/**"))?])
}
