//! `.twelvelint.yml` → a config whose every wrong word is an error with its place.

use std::collections::BTreeMap;
use std::path::Path;

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
    /// The rules that only a person can judge are on too.
    pub pedantic: bool,
    /// Stack files that their names do not reveal.
    pub stacks: Patterns,
    /// Folders declared as apps of their own.
    pub apps: Vec<String>,
    /// The config's and the command line's.
    pub exclude: Vec<Patterns>,
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
    set: GlobSet,
    /// What leads from the config's folder, in which its globs are written, to the root.
    below: String,
}

impl Patterns {
    /// Whether a path from the root is one of these.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.set.is_match(format!("{}{path}", self.below))
    }

    /// Patterns as people write them: `./` and a leading `/` mean the folder that they are written for, and a folder's
    /// name stands for all that is in it.
    ///
    /// # Errors
    /// The first pattern that is wrong, by its number, and what is wrong with it.
    pub fn new<'p>(patterns: impl Iterator<Item = &'p str>) -> Result<Self, (usize, String)> {
        let mut set = GlobSetBuilder::new();
        for (n, pattern) in patterns.enumerate() {
            if pattern.starts_with('!') {
                return Err((n, "a pattern cannot be taken back by `!`".to_owned()));
            }
            let plain = pattern.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
            for glob in [plain.to_owned(), format!("{plain}/**")] {
                set.add(Glob::new(&glob).map_err(|e| (n, e.kind().to_string()))?);
            }
        }
        let set = set.build().map_err(|e| (0, e.to_string()))?;
        Ok(Self { set, below: String::new() })
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
            pedantic: false,
            stacks: Patterns::default(),
            apps: Vec::new(),
            exclude: Vec::new(),
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
    /// The nearest config file from `root` upwards, not above the top of its git repository, as far as `read` has it;
    /// the default where it has none. `root` is canonical.
    ///
    /// # Errors
    /// Those of `read`, and [`Error::Config`] at the first word that is not understood.
    pub fn nearest(
        root: &Path,
        rules: KnownRules<'_>,
        read: impl Fn(&Path) -> Result<Option<String>, Error>,
    ) -> Result<Self, Error> {
        for folder in root.ancestors() {
            let path = folder.join(FILE_NAME);
            if let Some(text) = read(&path)? {
                let mut config = Self::parse(&path.display().to_string(), &text, rules)?;
                config.rebase(root.strip_prefix(folder).expect("it is an ancestor"));
                return Ok(config);
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        Ok(Self::default())
    }

    /// Has the globs, which are written for the config's folder, hold for paths from `below` it.
    fn rebase(&mut self, below: &Path) {
        let below: String = below.components().flat_map(|c| [c.as_os_str().to_string_lossy(), "/".into()]).collect();
        let paths = self.overrides.iter_mut().map(|o| &mut o.paths);
        for patterns in paths.chain([&mut self.stacks]).chain(&mut self.exclude) {
            patterns.below.clone_from(&below);
        }
    }

    /// Reads a config file.
    ///
    /// # Errors
    /// [`Error::Config`] at the first word that is not understood.
    pub fn load(path: &Path, rules: KnownRules<'_>) -> Result<Self, Error> {
        Self::parse(&path.display().to_string(), &read_file(path)?, rules)
    }

    /// Reads the text of a config file.
    ///
    /// # Errors
    /// [`Error::Config`] at the first word that is not understood.
    pub fn parse(name: &str, text: &str, rules: KnownRules<'_>) -> Result<Self, Error> {
        read::config(text, rules).map_err(|wrong| wrong.into_error(name, text))
    }
}

/// The text of a file of the disk.
///
/// # Errors
/// When it cannot be read.
pub fn read_file(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|e| Error::Root { path: path.to_owned(), why: e.to_string() })
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
    Patterns::new(patterns.iter().map(|p| p.value.as_str())).map_err(|(n, why)| Wrong::new(patterns[n].span, why))
}
