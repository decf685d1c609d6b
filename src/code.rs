//! Source code → facts, in the same words for every language. The knowledge is data: `code/<language>.scm`, a tree-sitter
//! query whose patterns each carry a gate, and `code/settings.yml` for files that configure what code does.

mod around;
mod language;
mod pattern;
mod query;
mod reads;
mod scan;
mod settings;
mod unused;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::source::{Class, FileId, Kind, Sources, Span, folder, has_word, name};

pub use language::Language;
pub use unused::function_around;
pub use value::Value;

macro_rules! whats {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// What a place in the code does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum What { $($(#[$doc])* $variant),+ }

        impl What {
            /// Every kind of fact with the word that stands for it in queries.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];
        }
    };
}

whats! {
    /// `.name`, `.default`; `required` where it fails without.
    ReadsEnv = "reads-env",
    /// A variable (`.name`) without which the code stops.
    Requires = "requires",
    /// `override` where the file wins over the environment.
    LoadsDotenv = "loads-dotenv",
    /// `.host`, `.port`; `loopback` where that is the default.
    Listens = "listens",
    /// `sink`: file, stdout, network; `.file`.
    Logs = "logs",
    /// `store`: memory, file, shared; `by` the library.
    Session = "session",
    /// `.path`; `by`.
    Uploads = "uploads",
    /// A client of a backing service: `.locator`.
    Connects = "connects",
    /// A datastore inside the process or its files: `kind`, `in` memory or file, `.path`.
    Embeds = "embeds",
    Schedules = "schedules",
    /// What keeps a schedule to one task: a lock, an election.
    Elects = "elects",
    /// Puts a job into a queue: `by`.
    Enqueues = "enqueues",
    /// Works a queue off inside the process, where it should not: `by`.
    InlineJobs = "inline-jobs",
    Realtime = "realtime",
    /// An adapter that carries messages between tasks.
    Adapts = "adapts",
    /// `.signal`.
    HandlesSignal = "handles-signal",
    /// `.name`.
    RunsCommand = "runs-command",
    /// Looks whether a command is there before it is run: `.name`.
    LooksForCommand = "looks-for-command",
    Migrates = "migrates",
    /// `by`; `destructive`.
    SyncsSchema = "syncs-schema",
    /// `by`.
    Backdoor = "backdoor",
    /// Acknowledges before the work: `by`.
    AutoAcks = "auto-acks",
    Prints = "prints",
    /// A function (`.name`) whose body reads the variable that its parameter names.
    EnvHelper = "env-helper",
    /// A call of a function (`.function`) with a literal first argument (`.name`) and perhaps a second (`.default`).
    Calls = "calls",
    /// A name (`.name`) that is given a value (`.value`).
    Defines = "defines",
    /// A variable (`.name`) is compared with a literal (`.value`).
    Compares = "compares",
    /// A module-level collection (`.name`) that can be changed.
    Keeps = "keeps",
    /// A collection (`.name`) is changed while a request is answered.
    Remembers = "remembers",
    /// A file of secrets is read by name: `.name`.
    ReadsFile = "reads-file",
}

impl What {
    /// The fact of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, what)| *what)
    }
}

/// One thing that the code does at one place.
#[derive(Debug, Clone)]
pub struct SourceFact {
    pub what: What,
    pub span: Span,
    /// The captured parts by their names: `host`, `port` …
    pub parts: BTreeMap<&'static str, Part>,
    /// What the pattern says of every match: `by` = `express-session` …
    pub notes: BTreeMap<&'static str, String>,
    /// It stands where the parser lost its way: in a template, in a newer syntax.
    pub doubtful: bool,
    /// The functions and classes around it that run only where something names them.
    pub callers: Vec<String>,
}

/// A captured expression.
#[derive(Debug, Clone)]
pub struct Part {
    pub span: Span,
    pub value: Value,
}

impl SourceFact {
    /// The literal text of a part.
    #[must_use]
    pub fn text(&self, part: &str) -> Option<&str> {
        self.parts.get(part)?.value.text()
    }

    /// What the pattern says under this name.
    #[must_use]
    pub fn note(&self, name: &str) -> Option<&str> {
        self.notes.get(name).map(String::as_str)
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.notes.contains_key(name)
    }

    /// The place of a part, else of the whole.
    #[must_use]
    pub fn place(&self, part: &str) -> Span {
        self.parts.get(part).map_or(self.span, |p| p.span)
    }
}

/// All that the source tells.
#[derive(Debug, Default)]
pub struct Code {
    /// By file and place.
    pub facts: Vec<SourceFact>,
    /// The files of each language that belong to the app.
    pub files: BTreeMap<FileId, Language>,
    /// Files that are too large or took too long: what they do is not known.
    pub unread: BTreeSet<FileId>,
    /// Modules of Python and JavaScript that no other code names: programs of their own, or what is found in other ways.
    pub lone: BTreeSet<FileId>,
    /// The places that name each function and class of [`SourceFact::callers`], where it is not defined, and each function
    /// that they stand in.
    pub named: BTreeMap<String, BTreeSet<Naming>>,
}

/// A place that names a function or class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Naming {
    pub file: FileId,
    /// The function around it, where that needs a caller itself.
    pub within: Option<String>,
}

/// Whether a pattern runs only where its gate hits. Nothing but time depends on it, as a test shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gates {
    Kept,
    Open,
}

/// A file of settings that only development and tests use: `settings/local.py`, `environments/development.rb`,
/// `application-dev.yml`, `appsettings.Development.json`.
fn is_for_development(path: &str) -> bool {
    const WORDS: &[&str] = &["dev", "devel", "development", "local", "test", "testing", "tests", "ci", "e2e"];
    const FOLDERS: &[&str] = &["settings", "config", "configs", "environments", "env", "env_settings"];
    let lower = path.to_ascii_lowercase();
    let file = name(&lower);
    let in_folder = folder(&lower).rsplit('/').next().is_some_and(|f| FOLDERS.contains(&f));
    let named =
        ["settings", "config", "application", "appsettings", "logback", "log4j2"].iter().any(|w| file.starts_with(w));
    const TOOLS: &[&str] = &[
        "drizzle",
        "vite",
        "vitest",
        "webpack",
        "rollup",
        "esbuild",
        "playwright",
        "cypress",
        "tailwind",
        "postcss",
        "eslint",
        "babel",
        "jest",
        "prisma",
        "tsup",
        "commitlint",
        "prettier",
    ];
    // What configures a tool of developers, which the app does not run: `drizzle.config.ts`.
    let tool = TOOLS.iter().any(|t| file.starts_with(&format!("{t}.config.")));
    // Capistrano and mina run from a developer's machine.
    let deploys = lower.ends_with("config/deploy.rb") || lower.contains("config/deploy/");
    // `TestingConfig.ts`
    let made = file.contains("config") && ["testing", "testconfig", "development"].iter().any(|w| file.starts_with(w));
    tool || deploys || made || (in_folder || named) && has_word(file, WORDS)
}

/// Whether a Dockerfile takes a file by its name: then it is deployed, whatever it is called.
fn is_copied(sources: &Sources, path: &str) -> bool {
    let copies = |line: &str| {
        let words = line.trim_start();
        (words.starts_with("COPY ") || words.starts_with("ADD "))
            && words.split_whitespace().any(|word| name(word.trim_matches(['"', ',', '[', ']'])) == name(path))
    };
    let mut dockerfiles = sources.files().filter(|(_, f)| f.kind == Kind::Dockerfile && f.class == Class::App);
    dockerfiles.any(|(id, _)| sources.text(id).lines().any(copies))
}

/// The app's own source files, with their languages.
fn own_files(sources: &Sources) -> BTreeMap<FileId, Language> {
    sources
        .files()
        .filter(|(_, f)| f.class == Class::App && (!is_for_development(&f.path) || is_copied(sources, &f.path)))
        .filter_map(|(id, f)| Some((id, Language::of_path(&f.path)?)))
        .collect()
}

impl Code {
    /// Reads the app's own source files and the files that configure them.
    #[must_use]
    pub fn read(sources: &Sources, gates: Gates) -> Self {
        let files = own_files(sources);
        let read = |(&id, &language): (&FileId, &Language)| {
            let facts = match scan::hits(sources, id, language, gates) {
                Some(hits) if hits.is_empty() => Some(Vec::new()),
                Some(hits) => scan::scan(sources, id, language, &hits),
                None => None,
            };
            (id, facts)
        };
        let scanned: Vec<(FileId, Option<Vec<SourceFact>>)> = files.par_iter().map(read).collect();
        let mut code = Self { files, ..Self::default() };
        for (id, facts) in scanned {
            match facts {
                Some(facts) => code.facts.extend(facts),
                None => {
                    code.unread.insert(id);
                }
            }
        }
        code.read_through_helpers(sources);
        unused::mark(&mut code, sources);
        code.facts.extend(settings::read(sources));
        code.facts.retain(|f| !matches!(f.what, What::EnvHelper | What::Defines | What::Calls));
        code.facts.sort_by_key(|f| (f.span, f.what));
        code
    }

    /// How many of the app's source files a gate hits: the plain pass that the reading of code is measured against.
    #[must_use]
    pub fn gated(sources: &Sources) -> usize {
        own_files(sources)
            .iter()
            .filter(|(id, l)| !l.patterns().hits(sources.text(**id), Gates::Kept).is_empty())
            .count()
    }

    /// `getEnv("PORT", "8080")` of one's own reads `PORT` where its body reads what its parameter names.
    fn read_through_helpers(&mut self, sources: &Sources) {
        let mut helpers: BTreeMap<Language, BTreeMap<String, bool>> = BTreeMap::new();
        for fact in self.facts.iter().filter(|f| f.what == What::EnvHelper) {
            let (Some(&language), Some(name)) = (self.files.get(&fact.span.file), fact.parts.get("name")) else {
                continue;
            };
            let known = helpers.entry(language.family()).or_default();
            let required = known.entry(sources.slice(name.span).to_owned()).or_default();
            *required |= fact.has("required");
        }
        if helpers.is_empty() {
            return;
        }
        let found: Vec<SourceFact> = self
            .files
            .par_iter()
            .filter_map(|(&id, &language)| Some((id, language, helpers.get(&language.family())?)))
            .flat_map_iter(|(id, language, names)| scan::calls(sources, id, language, names).unwrap_or_default())
            .collect();
        self.facts.extend(found);
        // What a client is given may come from such a call.
        let reads: Vec<(Span, Value)> = self
            .of(What::ReadsEnv)
            .filter_map(|f| {
                let default = f.text("default").map(str::to_owned);
                Some((f.span, Value::Environment { name: f.text("name")?.to_owned(), default }))
            })
            .collect();
        for fact in self.facts.iter_mut().filter(|f| f.what == What::Connects) {
            let Some(part) = fact.parts.get_mut("locator").filter(|p| p.value == Value::Unknown) else { continue };
            if let Some((_, value)) = reads.iter().find(|(span, _)| part.span.contains(*span)) {
                part.value = value.clone();
            }
        }
    }

    /// Whether a function or class is named by what runs: by what needs no caller, or by what is so named itself. `runs`
    /// tells which files count. True of names that were not looked for.
    #[must_use]
    pub fn is_named(&self, name: &str, runs: &dyn Fn(FileId) -> bool) -> bool {
        let mut left = vec![name];
        let mut seen = BTreeSet::from([name]);
        while let Some(name) = left.pop() {
            let Some(users) = self.named.get(name) else { return true };
            for user in users.iter().filter(|u| runs(u.file)) {
                match user.within.as_deref() {
                    None => return true,
                    Some(within) if seen.insert(within) => left.push(within),
                    Some(_) => {}
                }
            }
        }
        false
    }

    /// The facts of one kind.
    pub fn of(&self, what: What) -> impl Iterator<Item = &SourceFact> {
        self.facts.iter().filter(move |f| f.what == what)
    }
}
