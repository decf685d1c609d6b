//! Code that nothing names: a function that is never called, a module that is never imported. What it does may never be
//! done.

mod found;
mod within;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;
use tree_sitter::Node;

use super::around::own_name;
use super::{Code, Language, Naming};
use crate::source::{Class, FileId, Kind, Sources, folder, name};
use found::{HOOKS, is_found, is_start, stem};
pub use within::function_around;
use within::{is_definition, is_for_developers};

/// Files beside the code that may name a part of it are no larger.
const MAX_OTHER: usize = 64 << 10;

/// The functions and classes around a place that run only where something names them.
pub(super) fn named_by_callers<'t>(node: Node<'_>, language: Language, text: &'t str) -> Vec<&'t str> {
    let around = std::iter::successors(node.parent(), Node::parent);
    around.filter(|at| needs_a_caller(*at, language, text)).filter_map(|at| named_as(at, text)).collect()
}

/// By which name others come to a function or class: a method that they may call by an interface, by its type's.
fn named_as<'t>(at: Node<'_>, text: &'t str) -> Option<&'t str> {
    let own = own_name(at, text);
    if at.kind() != "method_declaration" || own.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some(own);
    }
    let Some(receiver) = at.child_by_field_name("receiver") else { return Some(own) };
    let of = text[receiver.byte_range()].rsplit([' ', '*', '(']).find(|part| part.starts_with(char::is_alphabetic))?;
    Some(of.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(of))
}

/// Frameworks call methods, and what an attribute or a decorator stands at, without a name.
fn needs_a_caller(at: Node<'_>, language: Language, text: &str) -> bool {
    let above = at.parent().map_or("", |p| p.kind());
    let called = own_name(at, text);
    match (language.family(), at.kind()) {
        (Language::Go, "function_declaration") => !matches!(called, "main" | "init"),
        (Language::Go, "method_declaration") => true,
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
            let extends = EXTENDS.is_match(&text[at.byte_range()]);
            !matches!(called, "Program" | "Startup") && held.is_none() && !extends
        }
        // A method that extends another type.
        (Language::CSharp, "method_declaration") => {
            let parameters = at.child_by_field_name("parameters").map_or("", |p| &text[p.byte_range()]);
            EXTENDS.find(parameters).is_some_and(|found| found.start() == 0)
        }
        _ => false,
    }
}

/// The parameters of a method of C# that extends another type.
static EXTENDS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\(\s*this ").expect("a sound pattern"));

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
    fn count<'t>(&self, text: &'t str, language: Option<Language>) -> BTreeMap<&'t str, Times<'t>> {
        let mut found: BTreeMap<&str, Times<'_>> = BTreeMap::new();
        for hit in self.pattern.find_iter(text) {
            // What is commented out names nothing.
            let line = text[..hit.start()].rsplit('\n').next().unwrap_or_default().trim_start();
            if language.is_some() && ["//", "#", "* "].iter().any(|mark| line.starts_with(mark)) {
                continue;
            }
            let times = found.entry(hit.as_str()).or_default();
            times.all += 1;
            times.module += usize::from(names_a_module(text, hit.range(), language));
            let unlikely = language == Some(Language::CSharp) && is_for_developers(text, hit.start());
            if !unlikely && !is_definition(text, hit.range()) && !times.within.contains(&None) {
                times.within.insert(language.and_then(|l| function_around(text, hit.start(), l)));
            }
        }
        found
    }
}

#[derive(Debug, Default)]
struct Times<'t> {
    all: usize,
    module: usize,
    /// The functions in which it is used; `None` for a use in what needs no caller.
    within: BTreeSet<Option<&'t str>>,
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
#[derive(Default)]
struct Named<'t> {
    count: BTreeMap<&'t str, usize>,
    holders: BTreeMap<&'t str, BTreeSet<FileId>>,
    users: BTreeMap<String, BTreeSet<Naming>>,
}

/// How many callers of callers are looked up: each step is one more pass over the files.
const MAX_STEPS: usize = 4;

impl<'t> Named<'t> {
    /// Where names stand, and where those of the functions stand that they are used in, and so on.
    fn find(functions: &BTreeSet<&str>, stems: &BTreeSet<&str>, code: &Code, sources: &'t Sources) -> Self {
        let mut named = Self::default();
        let mut wanted: BTreeSet<String> = functions.union(stems).map(|n| (*n).to_owned()).collect();
        for _ in 0..MAX_STEPS {
            let Some(search) = Search::new(wanted.iter().map(String::as_str)) else { break };
            named.add(&search, code, sources);
            for name in std::mem::take(&mut wanted) {
                named.users.entry(name).or_default();
            }
            // What is used where no caller is needed is used; only of the rest is more to be known.
            let open = named.users.values().filter(|users| users.iter().all(|u| u.within.is_some()));
            let within: Vec<&String> = open.flatten().filter_map(|u| u.within.as_ref()).collect();
            wanted = within.into_iter().filter(|name| !named.users.contains_key(*name)).cloned().collect();
        }
        named
    }

    fn add(&mut self, search: &Search, code: &Code, sources: &'t Sources) {
        let own: Vec<FileId> = code.files.keys().copied().collect();
        let others = sources
            .files()
            .filter(|(id, file)| !code.files.contains_key(id) && may_name(file.class, file.kind, &file.path));
        let others: Vec<FileId> = others.map(|(id, _)| id).collect();
        let counted: Vec<(FileId, BTreeMap<&str, Times<'_>>)> = own
            .par_iter()
            .chain(others.par_iter())
            .map(|id| (*id, sources.text(*id)))
            .filter(|(id, text)| code.files.contains_key(id) || text.len() <= MAX_OTHER)
            .map(|(id, text)| (id, search.count(text, code.files.get(&id).map(|l| l.family()))))
            .collect();
        for (id, found) in counted {
            for (name, times) in found {
                *self.count.entry(name).or_default() += times.all;
                if times.module > 0 {
                    self.holders.entry(name).or_default().insert(id);
                }
                let users = self.users.entry(name.to_owned()).or_default();
                users.extend(times.within.into_iter().map(|w| Naming { file: id, within: w.map(str::to_owned) }));
            }
        }
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
    let stems: BTreeSet<&str> = beside.iter().map(|f| stem(sources.path(*f))).collect();
    let mut named = Named::find(&functions, &stems, code, sources);
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
    let once: BTreeSet<String> =
        functions.into_iter().filter(|f| named.count.get(f).is_none_or(|n| *n < 2)).map(str::to_owned).collect();
    let by_code = |file: &FileId| named.others(*file, sources).any(|other| code.files.contains_key(&other));
    code.lone = modules.into_iter().filter(|file| !by_code(file)).collect();
    code.named = std::mem::take(&mut named.users);
    let uncalled = |name: &String| once.contains(name) || !code.is_named(name, &|_| true);
    let dead: BTreeSet<String> = code.facts.iter().flat_map(|f| &f.callers).filter(|n| uncalled(n)).cloned().collect();
    for fact in &mut code.facts {
        let known = code.files.get(&fact.span.file).is_some_and(|l| whole.contains(&l.family()));
        if !known {
            fact.callers.clear();
        }
        let called = !known || !fact.callers.iter().any(|name| dead.contains(name));
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
