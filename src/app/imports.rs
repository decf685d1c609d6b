//! Which files a start imports: of several programs in one repository, each has its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::{App, Process, by_hand};
use crate::code::Language;
use crate::source::{FileId, Sources, folder, join};

/// The files that each main process is known to import, by the place of its command.
#[derive(Debug, Default)]
pub struct Imports {
    of: BTreeMap<Vec<FileId>, BTreeSet<FileId>>,
    starts: BTreeMap<usize, Vec<FileId>>,
    code: BTreeSet<FileId>,
    /// Modules that some process starts with and that no code imports.
    own: BTreeSet<FileId>,
    /// Modules in a folder of settings, by their paths.
    settings: BTreeMap<FileId, String>,
    /// Names of those that another one of them imports.
    settings_imported: BTreeSet<String>,
    /// Django's commands, by their names.
    commands: BTreeMap<FileId, String>,
    /// Files of one environment of Rails, by its name.
    environments: BTreeMap<FileId, String>,
    /// Programs that people run by hand, by their paths.
    by_hand: BTreeMap<FileId, String>,
}

static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|\bimport\s*)["']([^"'\n]+)["']"#).expect("a sound pattern")
});
static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\s*(?:from\s+([.\w]+)\s+import\s+(\([^)]*\)|[^\n(]*)|import\s+([\w., ]+))")
        .expect("a sound pattern")
});
/// A program that is started by its file's name.
static STARTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"["']([\w./-]+\.(?:py|js|mjs|cjs|ts))["']"#).expect("a sound pattern"));
/// A module that is found by a name in a string, or by listing a folder: what is imported cannot be told.
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"import_module|__import__|INSTALLED_APPS|autodiscover|readdirSync|require\([^\x22'\x60)]|import\([^\x22'\x60)]|glob\(|@Module|register_blueprint_from|autoload|config_from_object|from_object\(|from_pyfile\(|import_string|include=\[|DJANGO_SETTINGS_MODULE")
        .expect("a sound pattern")
});

impl Imports {
    pub(super) fn of(app: &App, sources: &Sources) -> Self {
        let mut imports = Self { code: app.code.files.keys().copied().collect(), ..Self::default() };
        imports.by_hand = by_hand::files(app, sources).iter().map(|f| (*f, sources.path(*f).to_owned())).collect();
        for file in app.code.files.keys() {
            let path = sources.path(*file);
            let environment = path.rsplit_once("config/environments/").and_then(|(_, file)| file.strip_suffix(".rb"));
            if let Some(name) = environment {
                imports.environments.insert(*file, name.to_owned());
            }
            let command = path.rsplit_once("management/commands/").and_then(|(_, file)| file.strip_suffix(".py"));
            if let Some(name) = command {
                imports.commands.insert(*file, name.to_owned());
            }
            if path.contains("settings/") && path.ends_with(".py") {
                imports.settings.insert(*file, path.to_owned());
                for import in PYTHON.captures_iter(sources.text(*file)) {
                    let module = import.get(1).map_or("", |m| m.as_str());
                    imports.settings_imported.extend(module.rsplit('.').next().map(str::to_owned));
                }
            }
        }
        for (at, process) in app.processes.iter().enumerate() {
            let starts = starts(app, process, sources);
            if starts.is_empty() {
                continue;
            }
            let known = imports.of.entry(starts.clone()).or_default();
            if known.is_empty() {
                *known = closure(&starts, process, app, sources).unwrap_or_default();
            }
            imports.own.extend(starts.iter().filter(|file| app.code.lone.contains(file)));
            imports.starts.insert(at, starts);
        }
        imports
    }

    /// The files that a process's start imports; empty where that is not known.
    #[must_use]
    pub fn from_start(&self, process: &Process) -> &BTreeSet<FileId> {
        static NONE: BTreeSet<FileId> = BTreeSet::new();
        self.starts.get(&process.index).and_then(|starts| self.of.get(starts)).unwrap_or(&NONE)
    }

    /// Whether the file that a process starts with is one of the repository's.
    #[must_use]
    pub fn has_start(&self, process: &Process) -> bool {
        self.starts.contains_key(&process.index)
    }

    /// Rails reads the file of its environment, Django one module of settings: those beside it are others', but for what
    /// they share.
    fn is_other_settings(&self, process: &Process, file: FileId) -> bool {
        if let Some(name) = self.environments.get(&file) {
            let told = ["RAILS_ENV", "RACK_ENV"].iter().find_map(|v| process.environment.get(*v)?.text());
            return told.map_or(name != "production", |told| told != name);
        }
        let Some(module) = process.environment.get("DJANGO_SETTINGS_MODULE").and_then(|v| v.text()) else {
            return false;
        };
        let Some(path) = self.settings.get(&file) else { return false };
        let stem = path.trim_end_matches(".py");
        let shared = ["base", "common", "default", "defaults", "__init__", "shared"].iter().any(|w| stem.ends_with(w));
        let last = stem.rsplit('/').next().unwrap_or(stem);
        !shared
            && !self.settings_imported.contains(last)
            && !stem.replace('/', ".").ends_with(module)
            && !stem.ends_with(&module.replace('.', "/"))
    }

    /// Whether a file is a program that people run by hand, and the process does not start it.
    pub(super) fn is_by_hand(&self, process: &Process, file: FileId) -> bool {
        self.by_hand.get(&file).is_some_and(|path| !by_hand::is_started(process, path))
    }

    /// Whether a process's start may come to a file: not where all that it imports is known, and the file is none of it.
    pub(super) fn may_reach(&self, process: &Process, file: FileId) -> bool {
        if self.is_other_settings(process, file) {
            return false;
        }
        if process.chain.scripts.iter().any(|s| s.file == file) {
            return true;
        }
        if self.is_by_hand(process, file) {
            return false;
        }
        // A command of Django runs where the start gives its name.
        if let Some(command) = self.commands.get(&file)
            && !process.chain.steps.iter().any(|s| s.has(command))
        {
            return false;
        }
        let starts = self.starts.get(&process.index);
        if starts.is_some_and(|own| self.own.contains(&file) && !own.contains(&file)) {
            return false;
        }
        let reached = self.from_start(process);
        reached.is_empty() || reached.contains(&file) || !self.code.contains(&file)
    }
}

/// The files of the repository that a process's main commands name.
fn starts(app: &App, process: &Process, sources: &Sources) -> Vec<FileId> {
    let Some(image) = app.image_of(process) else { return Vec::new() };
    let mut found = Vec::new();
    for step in process.chain.main_steps() {
        let mut own = None;
        for word in step.argv.iter().skip(1).map(crate::stack::Argument::text) {
            let module = word.split(':').next().unwrap_or_default();
            let mut names = vec![word.to_owned(), format!("{word}.js"), format!("{word}/index.js")];
            if !module.is_empty() && module.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
                let path = module.replace('.', "/");
                names.extend([format!("{path}.py"), format!("{path}/__main__.py"), format!("{path}/__init__.py")]);
            }
            let located = names.iter().find_map(|n| image.locate(n, sources, &app.images));
            let built = || source_of(word).iter().find_map(|n| one_of(process, n, sources));
            let file = located.and_then(|(p, _)| sources.find(&p)).or_else(built);
            if let Some(file) = file.filter(|f| process.runs.contains(f)) {
                own = Some(file);
                break;
            }
        }
        // One way in that is not known leaves all open.
        match own {
            Some(file) => found.push(file),
            None => return Vec::new(),
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The one file that a process runs at the end of a path.
fn one_of(process: &Process, path: &str, sources: &Sources) -> Option<FileId> {
    let is_it = |file: &&FileId| {
        let rest = sources.path(**file).strip_suffix(path);
        rest.is_some_and(|above| above.is_empty() || above.ends_with('/'))
    };
    let mut found = process.runs.iter().filter(is_it);
    found.next().copied().filter(|_| found.next().is_none())
}

/// What a compiled file was made of: `dist/server.js` of `src/server.ts`, where the compiler keeps the folders.
fn source_of(word: &str) -> Vec<String> {
    let stem = word.trim_start_matches("./").trim_start_matches("/app/");
    let stem = stem.strip_suffix(".js").unwrap_or(stem);
    let Some(below) = ["dist/", "build/", "out/", "lib/"].iter().find_map(|made| stem.strip_prefix(made)) else {
        return Vec::new();
    };
    ["src/", ""].iter().map(|at| format!("{at}{below}.ts")).collect()
}

fn closure(starts: &[FileId], process: &Process, app: &App, sources: &Sources) -> Option<BTreeSet<FileId>> {
    let mut reached: BTreeSet<FileId> = starts.iter().copied().collect();
    let mut left: Vec<FileId> = starts.to_vec();
    while let Some(file) = left.pop() {
        let text = sources.text(file);
        if OPEN.is_match(text) {
            return None;
        }
        for next in imported(file, text, app.code.files.get(&file).copied()?, process, sources)? {
            if reached.insert(next) {
                left.push(next);
            }
        }
    }
    Some(reached)
}

/// The files that one imports; nothing where an import of one's own code is not found.
fn imported(file: FileId, text: &str, language: Language, process: &Process, sources: &Sources) -> Option<Vec<FileId>> {
    let path = sources.path(file);
    let at = folder(path);
    let own = |path: &str| sources.find(path).filter(|f| process.runs.contains(f));
    let mut found = Vec::new();
    // `Popen(["python", "main.py"])`, `fork("./worker.js")`
    for name in STARTED.captures_iter(text) {
        // What was compiled has its sources elsewhere.
        if ["dist/", "build/", "out/", "lib/"].iter().any(|made| name[1].contains(made)) {
            return None;
        }
        found.extend(join(at, &name[1]).and_then(|path| own(&path)));
    }
    match language {
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            for import in SCRIPT.captures_iter(text) {
                let name = &import[1];
                if name.starts_with(['@', '~', '#']) && !name.starts_with("@types") && name.contains('/') {
                    // It may be an alias of a folder of one's own.
                    if name.starts_with("@/") || name.starts_with(['~', '#']) {
                        return None;
                    }
                    continue;
                }
                if !name.starts_with('.') {
                    continue;
                }
                let base = join(at, name)?;
                let stem = base
                    .rsplit_once('.')
                    .filter(|(_, e)| matches!(*e, "js" | "mjs" | "cjs" | "jsx"))
                    .map_or(base.as_str(), |(s, _)| s);
                let candidates = ["", ".js", ".ts", ".tsx", ".mjs", ".cjs", ".jsx", "/index.js", "/index.ts"];
                found.extend(
                    candidates
                        .iter()
                        .find_map(|end| own(&format!("{base}{end}")).or_else(|| own(&format!("{stem}{end}")))),
                );
            }
        }
        Language::Python => {
            for import in PYTHON.captures_iter(text) {
                let modules: Vec<String> = match (import.get(1), import.get(3)) {
                    (Some(from), _) => {
                        let names = import.get(2).map_or("", |n| n.as_str());
                        let from = from.as_str();
                        let glue = if from.ends_with('.') { "" } else { "." };
                        let below =
                            names.split([',', '(', '\n']).map(|n| n.split_whitespace().next().unwrap_or_default());
                        std::iter::once(from.to_owned())
                            .chain(below.filter(|n| !n.is_empty()).map(|n| format!("{from}{glue}{n}")))
                            .collect()
                    }
                    (None, Some(names)) => names
                        .as_str()
                        .split(',')
                        .map(|n| n.split_whitespace().next().unwrap_or_default().to_owned())
                        .collect(),
                    _ => continue,
                };
                for module in modules {
                    found.extend(python_module(&module, at, &own));
                }
            }
        }
        _ => return None,
    }
    Some(found)
}

fn python_module(module: &str, at: &str, own: &impl Fn(&str) -> Option<FileId>) -> Vec<FileId> {
    let dots = module.chars().take_while(|c| *c == '.').count();
    let rest = module.trim_start_matches('.').replace('.', "/");
    let mut bases = Vec::new();
    if dots > 0 {
        let mut base = at;
        for _ in 1..dots {
            base = folder(base);
        }
        bases.push(base.to_owned());
    } else {
        // The folder of the file, or one above it, is on the path.
        let mut base = at;
        loop {
            bases.push(base.to_owned());
            if base.is_empty() {
                break;
            }
            base = folder(base);
        }
    }
    for base in bases {
        let prefix = if base.is_empty() { rest.clone() } else { format!("{base}/{rest}") };
        let module: Vec<FileId> =
            [format!("{prefix}.py"), format!("{prefix}/__init__.py")].iter().filter_map(|p| own(p)).collect();
        if !module.is_empty() {
            return module;
        }
    }
    Vec::new()
}
