//! Code that nothing names: a function that is never called, a module that is never imported. What it does may never be
//! done.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;
use tree_sitter::Node;

use super::around::own_name;
use super::{Code, Language};
use crate::source::{Class, FileId, Kind, Sources, folder, name};

/// Files beside the code that may name a part of it are no larger.
const MAX_OTHER: usize = 64 << 10;

/// The functions and classes around a place that run only where something names them.
pub(super) fn named_by_callers<'t>(node: Node<'_>, language: Language, text: &'t str) -> Vec<&'t str> {
    let around = std::iter::successors(node.parent(), Node::parent);
    around.filter(|at| needs_a_caller(*at, language, text)).map(|at| own_name(at, text)).collect()
}

/// Frameworks call methods, and what an attribute or a decorator stands at, without a name.
fn needs_a_caller(at: Node<'_>, language: Language, text: &str) -> bool {
    let above = at.parent().map_or("", |p| p.kind());
    let called = own_name(at, text);
    match (language.family(), at.kind()) {
        (Language::Go, "function_declaration") => !matches!(called, "main" | "init"),
        // Another package calls a method by an interface, but never one in lower case.
        (Language::Go, "method_declaration") => called.starts_with(|c: char| c.is_ascii_lowercase()),
        (Language::Rust, "function_item") => {
            let attributed = at.prev_named_sibling().is_some_and(|s| s.kind() == "attribute_item");
            called != "main" && !attributed && above == "source_file"
        }
        (Language::Python, "function_definition") => above == "module" && !HOOKS.contains(&called),
        (Language::JavaScript, "function_declaration") => above == "program",
        (Language::CSharp, "class_declaration") => {
            let held = at.children(&mut at.walk()).find(|child| {
                // What a container gives out as its interface is named where it is registered.
                let own = text[child.byte_range()].trim_start_matches([':', ' ']).trim() == format!("I{called}");
                child.kind() == "attribute_list" || child.kind() == "base_list" && !own
            });
            // Methods that extend another type are called without the name of their class.
            let extends = text[at.byte_range()].contains("(this ");
            !matches!(called, "Program" | "Startup") && held.is_none() && !extends
        }
        // A method that extends another type.
        (Language::CSharp, "method_declaration") => {
            at.child_by_field_name("parameters").is_some_and(|p| text[p.byte_range()].starts_with("(this "))
        }
        _ => false,
    }
}

/// Functions that gunicorn, Alembic, Locust and others look for in a module.
const HOOKS: &[&str] = &[
    "upgrade",
    "downgrade",
    "setup",
    "teardown",
    "handler",
    "lambda_handler",
    "application",
    "create_app",
    "main",
    "post_fork",
    "pre_fork",
    "when_ready",
    "on_starting",
    "on_exit",
    "worker_exit",
    "worker_int",
    "child_exit",
    "run",
    "execute",
    "register",
    "load",
    "lifespan",
    "startup",
    "shutdown",
    "deploy",
    "forward",
    "process",
    "upload",
];

/// Modules that something finds without their name.
fn is_found(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "pages",
        "app",
        "routes",
        "api",
        "server",
        "plugins",
        "migrations",
        "commands",
        "management",
        "versions",
        "cogs",
        "middleware",
        "middlewares",
        "templatetags",
        "functions",
        "jobs",
        "tasks",
        "hooks",
        "extensions",
        "dags",
        "handlers",
        "events",
        "config",
        "settings",
        "initializers",
        "boot",
        "bin",
        "scripts",
    ];
    const STEMS: &[&str] = &[
        "__init__",
        "__main__",
        "main",
        "app",
        "manage",
        "wsgi",
        "asgi",
        "index",
        "server",
        "conftest",
        "settings",
        "config",
        "urls",
        "models",
        "admin",
        "apps",
        "views",
        "tasks",
        "signals",
        "celery",
        "run",
        "start",
        "bot",
        "worker",
        "application",
        "middleware",
        "instrumentation",
        "proxy",
        "celeryconfig",
        "routes",
        "setup",
    ];
    let file = name(path);
    let first = file.split('.').next().unwrap_or(file);
    STEMS.contains(&first)
        || file.contains(".config.")
        || first.contains("gunicorn")
        || folder(path).rsplit('/').next().is_some_and(|last| FOLDERS.contains(&last))
}

/// A module that a program starts with.
fn is_start(path: &str) -> bool {
    matches!(
        stem(path),
        "Program" | "main" | "app" | "manage" | "wsgi" | "asgi" | "server" | "index" | "run" | "__main__"
    )
}

/// The name by which others import a module.
fn stem(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(stem, _)| stem)
}

/// What is searched for, and in how many places it stands.
struct Search {
    pattern: Regex,
}

impl Search {
    fn new<'n>(names: impl Iterator<Item = &'n str>) -> Option<Self> {
        let names: BTreeSet<String> = names.filter(|n| n.len() > 1).map(regex::escape).collect();
        if names.is_empty() {
            return None;
        }
        // The longer first: `users.service` before `users`.
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_by_key(|n| std::cmp::Reverse(n.len()));
        Regex::new(&format!(r"(?-u:\b)(?:{})(?-u:\b)", names.join("|"))).ok().map(|pattern| Self { pattern })
    }

    /// How often each name stands in a text, and of them how often as a module's.
    fn count<'t>(&self, text: &'t str, language: Option<Language>) -> BTreeMap<&'t str, Times> {
        let mut found: BTreeMap<&str, Times> = BTreeMap::new();
        for hit in self.pattern.find_iter(text) {
            // What is commented out names nothing.
            let line = text[..hit.start()].rsplit('\n').next().unwrap_or_default().trim_start();
            if language.is_some() && ["//", "#", "* "].iter().any(|mark| line.starts_with(mark)) {
                continue;
            }
            let times = found.entry(hit.as_str()).or_default();
            times.all += 1;
            times.module += usize::from(names_a_module(text, hit.range(), language));
            times.defined += usize::from(is_definition(text, hit.range()));
        }
        found
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Times {
    all: usize,
    module: usize,
    defined: usize,
}

/// Whether a name stands where its function or class is defined.
fn is_definition(text: &str, at: Range<usize>) -> bool {
    const WORDS: &[&str] = &["def", "fn", "func", "function", "class", "struct", "interface", "record"];
    let last = text[..at.start].trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let line = text[..at.start].rsplit('\n').next().unwrap_or_default();
    // `func (s *Server) name(`
    let method = line.starts_with("func (") && line.trim_end().ends_with(')') && line.matches('(').count() == 1;
    text[..at.start].ends_with(char::is_whitespace) && (WORDS.contains(&last) || method)
        || text[at.end..].starts_with("(this ")
}

/// Whether a name stands where a module may: JavaScript imports by a string, and what Python defines or calls is no module.
fn names_a_module(text: &str, at: Range<usize>, language: Option<Language>) -> bool {
    let (before, after) = (&text[..at.start], &text[at.end..]);
    match language {
        Some(Language::JavaScript) => {
            let line = after.split('\n').next().unwrap_or_default();
            let quoted = line.find(['"', '\'', '`']).map(|end| &line[..end]);
            let path = |rest: &str| rest.chars().all(|c| c.is_alphanumeric() || ".-?!_/".contains(c));
            // A word in quotes is a path where it looks like one, or is made into one.
            let before = before.rsplit('\n').next().unwrap_or_default();
            quoted.is_some_and(|rest| {
                path(rest)
                    && (before.ends_with('/')
                        || rest.contains(['.', '/'])
                        || ["join(", "resolve(", "import"].iter().any(|w| before.contains(w)))
            })
        }
        Some(Language::Python) => {
            let line = before.rsplit('\n').next().unwrap_or_default();
            let rest = after.split('\n').next().unwrap_or_default();
            // `from . import (`, then a name on each line.
            let listed = line.trim().is_empty() && (rest.trim() == "," || rest.trim().is_empty());
            let imported = line.contains("import ") || line.trim_start().starts_with("from ");
            // `"pkg.module"`, `module.function`, `module:app`
            let part = line.ends_with(['.', '"', '\'', '/']) || rest.starts_with(['.', ':', '"', '\'']);
            (listed || imported || part) && !rest.starts_with('(')
        }
        Some(_) => true,
        // A start, or the settings of one; not a target of a Makefile, or a word that means something else.
        None => {
            let started = ["node ", "python ", "python3 ", "-m ", "-r ", "ruby ", "deno run ", "bun "];
            let target = after.strip_prefix(':').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic()));
            before.ends_with(['.', '/', '"', '\'', '`'])
                || started.iter().any(|w| before.ends_with(w))
                || after.starts_with('.')
                || target
        }
    }
}

/// A file that is a program of its own, and no module: a script that gives nothing to others.
fn is_program(text: &str, language: Language) -> bool {
    static GIVES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\s*export\b|\bexports\b").expect("a sound pattern"));
    match language {
        Language::JavaScript => !GIVES.is_match(text),
        Language::Python => text.contains("__name__ == \"__main__\"") || text.contains("__name__ == '__main__'"),
        _ => false,
    }
}

/// Where the names of functions and modules stand.
struct Named<'t> {
    count: BTreeMap<&'t str, usize>,
    holders: BTreeMap<&'t str, BTreeSet<FileId>>,
    /// Those that name it where it is not defined.
    users: BTreeMap<&'t str, BTreeSet<FileId>>,
}

impl<'t> Named<'t> {
    fn find(search: &Search, code: &Code, sources: &'t Sources) -> Self {
        let mut named = Self { count: BTreeMap::new(), holders: BTreeMap::new(), users: BTreeMap::new() };
        let own: Vec<FileId> = code.files.keys().copied().collect();
        let others = sources
            .files()
            .filter(|(id, file)| !code.files.contains_key(id) && may_name(file.class, file.kind, &file.path));
        let others: Vec<FileId> = others.map(|(id, _)| id).collect();
        let counted: Vec<(FileId, BTreeMap<&str, Times>)> = own
            .par_iter()
            .chain(others.par_iter())
            .map(|id| (*id, sources.text(*id)))
            .filter(|(id, text)| code.files.contains_key(id) || text.len() <= MAX_OTHER)
            .map(|(id, text)| (id, search.count(text, code.files.get(&id).map(|l| l.family()))))
            .collect();
        for (id, found) in counted {
            for (name, times) in found {
                *named.count.entry(name).or_default() += times.all;
                if times.module > 0 {
                    named.holders.entry(name).or_default().insert(id);
                }
                if times.all > times.defined {
                    named.users.entry(name).or_default().insert(id);
                }
            }
        }
        named
    }

    /// The other files that name a module.
    fn others(&self, file: FileId, sources: &Sources) -> impl Iterator<Item = FileId> {
        let holders = self.holders.get(stem(sources.path(file)));
        holders.into_iter().flatten().copied().filter(move |other| *other != file)
    }
}

/// Marks the facts of what nothing names as `unnamed`, and finds the modules that no code imports.
pub(super) fn mark(code: &mut Code, sources: &Sources) {
    let scripted = |file: &FileId| {
        let language = code.files.get(file).map(|l| l.family());
        matches!(language, Some(Language::Python | Language::JavaScript))
    };
    let modules: BTreeSet<FileId> = code.facts.iter().map(|f| f.span.file).filter(scripted).collect();
    let folders: BTreeSet<&str> = modules.iter().map(|f| folder(sources.path(*f))).collect();
    let beside: Vec<FileId> =
        code.files.keys().copied().filter(|f| scripted(f) && folders.contains(folder(sources.path(*f)))).collect();
    let functions: BTreeSet<&str> = code.facts.iter().flat_map(|f| &f.callers).map(String::as_str).collect();
    let stems = beside.iter().map(|f| stem(sources.path(*f)));
    let Some(search) = Search::new(functions.iter().copied().chain(stems)) else { return };
    let named = Named::find(&search, code, sources);
    let imported = |file: &FileId| named.others(*file, sources).next().is_some();
    // A folder of which no module is imported by its name is listed, and all of it is run; not that of the start.
    let starts: BTreeSet<&str> =
        code.files.keys().map(|f| sources.path(*f)).filter(|p| is_start(p)).map(folder).collect();
    let alone: BTreeSet<&str> = folders.difference(&starts).copied().collect();
    let imports: BTreeSet<&str> = beside
        .iter()
        .filter(|f| !is_found(sources.path(**f)) && imported(f))
        .map(|f| folder(sources.path(*f)))
        .collect();
    let listed: BTreeSet<&str> = alone.difference(&imports).copied().collect();
    // Where the program itself is not there, what it names is not known.
    let whole: BTreeSet<Language> =
        code.files.iter().filter(|(f, _)| is_start(sources.path(**f))).map(|(_, l)| l.family()).collect();
    let unused: BTreeSet<FileId> = modules
        .iter()
        .copied()
        .filter(|file| !is_found(sources.path(*file)) && !imported(file))
        .filter(|file| {
            let (path, language) = (sources.path(*file), code.files[file].family());
            is_program(sources.text(*file), language) || whole.contains(&language) && !listed.contains(folder(path))
        })
        .collect();
    let used = functions.iter().map(|f| ((*f).to_owned(), named.users.get(f).cloned().unwrap_or_default()));
    let used: BTreeMap<String, BTreeSet<FileId>> = used.collect();
    let uncalled: BTreeSet<String> =
        functions.into_iter().filter(|f| named.count.get(f).is_none_or(|n| *n < 2)).map(str::to_owned).collect();
    let by_code = |file: &FileId| named.others(*file, sources).any(|other| code.files.contains_key(&other));
    code.lone = modules.into_iter().filter(|file| !by_code(file)).collect();
    code.named = used;
    for fact in &mut code.facts {
        let known = code.files.get(&fact.span.file).is_some_and(|l| whole.contains(&l.family()));
        if !known {
            fact.callers.clear();
        }
        let called = !known || !fact.callers.iter().any(|name| uncalled.contains(name));
        if unused.contains(&fact.span.file) || !called {
            fact.notes.insert("unnamed", String::new());
        }
    }
}

/// Files beside the code in which a start or a configuration names a part of it.
fn may_name(class: Class, kind: Kind, path: &str) -> bool {
    const ENDS: &[&str] =
        &["toml", "cfg", "ini", "conf", "yml", "yaml", "json", "xml", "properties", "service", "bat", "ps1", "env"];
    let plain = name(path).rsplit_once('.').is_none_or(|(_, end)| ENDS.contains(&end));
    class == Class::App && !matches!(kind, Kind::Lock | Kind::Prose) && (plain || kind != Kind::Other)
}
