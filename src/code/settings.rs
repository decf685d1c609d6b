//! Files that configure what code does → facts: flattened to keys and values, and held against `settings.yml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use globset::{GlobBuilder, GlobMatcher};
use rayon::prelude::*;
use regex::{Captures, Regex};

use super::pattern::word;
use super::{Part, SourceFact, Value, What};
use crate::source::{At, Class, FileId, Kind, Sources, has_word, name};
use crate::syntax::tree::Node;
use crate::syntax::{settings, yaml};

/// One kind of file.
struct Table {
    files: Vec<GlobMatcher>,
    /// How an environment variable that overrides a setting is called.
    variable: Option<Naming>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy)]
enum Naming {
    /// `spring.datasource.url` ← `SPRING_DATASOURCE_URL`.
    Spring,
    /// `ConnectionStrings.Db` ← `ConnectionStrings__Db`.
    Dotnet,
    /// `%env(DATABASE_URL)%` of Symfony.
    Symfony,
    /// `<%= ENV["DB_HOST"] %>` of Rails.
    Erb,
}

struct Row {
    what: What,
    key: GlobMatcher,
    value: Option<Regex>,
    part: Option<&'static str>,
    notes: BTreeMap<&'static str, String>,
}

fn glob(pattern: &str) -> GlobMatcher {
    let glob = GlobBuilder::new(pattern).literal_separator(false).build();
    glob.expect("the table's patterns are sound").compile_matcher()
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let parsed = yaml::parse(FileId(u32::MAX), include_str!("settings.yml"));
    parsed.root.items().iter().map(table).collect()
});

fn table(node: &Node) -> Table {
    let files = node.get("files").map(Node::strings).unwrap_or_default();
    let variable = match node.get("variable").and_then(Node::scalar).as_deref() {
        Some("spring") => Some(Naming::Spring),
        Some("dotnet") => Some(Naming::Dotnet),
        Some("symfony") => Some(Naming::Symfony),
        Some("erb") => Some(Naming::Erb),
        _ => None,
    };
    Table {
        files: files.iter().map(|f| glob(&f.value)).collect(),
        variable,
        rows: node.get("facts").map(Node::items).unwrap_or_default().iter().map(row).collect(),
    }
}

fn row(node: &Node) -> Row {
    let text = |key: &str| node.get(key).and_then(Node::scalar);
    let what = text("what").and_then(|w| What::parse(&w)).expect("a row says what its fact is");
    let notes = node.get("notes").map(Node::entries).unwrap_or_default();
    Row {
        what,
        key: glob(&text("key").expect("a row has a key")),
        value: text("value").map(|v| Regex::new(&v).expect("a row's value is a sound pattern")),
        part: text("part").map(|p| word(&p)),
        notes: notes.iter().map(|e| (word(e.name()), e.value.scalar().unwrap_or_default())).collect(),
    }
}

/// The facts of every such file.
pub(super) fn read(sources: &Sources) -> Vec<SourceFact> {
    let files: Vec<(FileId, &Table)> = sources
        .files()
        .filter(|(_, f)| f.class == Class::App)
        .filter(|(_, f)| !super::is_for_development(&f.path) || is_chosen_profile(sources, &f.path))
        .filter_map(|(id, f)| {
            let matches = |g: &GlobMatcher| {
                g.is_match(name(&f.path)) || g.glob().glob().contains('/') && f.path.ends_with(g.glob().glob())
            };
            Some((id, TABLES.iter().find(|t| t.files.iter().any(matches))?))
        })
        .collect();
    files.par_iter().flat_map_iter(|(id, table)| of_file(sources, *id, table)).collect()
}

/// Whether a stack, an image or its variables choose a profile of Spring that is called as developers' are.
fn is_chosen_profile(sources: &Sources, path: &str) -> bool {
    let own =
        name(path).strip_prefix("application-").and_then(|rest| rest.rsplit_once('.')).map(|(profile, _)| profile);
    let Some(own) = own else { return false };
    let chooses = |line: &str| {
        let told = line.split_once("SPRING_PROFILES_ACTIVE").or_else(|| line.split_once("spring.profiles.active"));
        told.is_some_and(|(_, rest)| rest.split(|c: char| !(c.is_alphanumeric() || c == '-')).any(|word| word == own))
    };
    sources
        .files()
        .filter(|(_, f)| f.class == Class::App && matches!(f.kind, Kind::Stack | Kind::Dockerfile | Kind::Dotenv))
        .any(|(id, _)| sources.text(id).lines().any(chooses))
}

fn of_file(sources: &Sources, file: FileId, table: &Table) -> Vec<SourceFact> {
    let mut facts = Vec::new();
    for (key, value) in settings::read(file, sources.path(file), sources.text(file)) {
        if key.split('.').any(|part| part.strip_prefix("springProfile=").is_some_and(is_development_profile)) {
            continue;
        }
        match table.variable {
            Some(Naming::Spring) => facts.extend(placeholders(&key, &value)),
            Some(Naming::Symfony) => facts.extend(reads(&SYMFONY, &value, is_needed)),
            Some(Naming::Erb) if !is_other_section(&key) => facts.extend(reads(&ERB, &value, is_needed)),
            Some(Naming::Dotnet | Naming::Erb) | None => {}
        }
        for row in &table.rows {
            if !row.key.is_match(&key) || row.value.as_ref().is_some_and(|v| !v.is_match(&value.value)) {
                continue;
            }
            let mut notes = row.notes.clone();
            notes.insert("setting", key.clone());
            match table.variable {
                Some(Naming::Spring) => notes.insert("variable", spring_variable(&key)),
                Some(Naming::Dotnet) => notes.insert("variable", key.replace('.', "__")),
                Some(Naming::Erb) if sources.path(file).ends_with("database.yml") => {
                    notes.insert("variable", "DATABASE_URL".to_owned())
                }
                Some(Naming::Symfony | Naming::Erb) | None => None,
            };
            let evaluated = match table.variable {
                Some(Naming::Spring) => evaluate(&value.value),
                Some(Naming::Symfony | Naming::Erb) if value.value.contains(['%', '<']) => Value::Unknown,
                _ => Value::Text(value.value.clone()),
            };
            let part = Part { span: value.span, value: evaluated };
            let parts = row.part.map(|name| (name, part)).into_iter().collect();
            facts.push(SourceFact {
                what: row.what,
                span: value.span,
                parts,
                notes,
                doubtful: false,
                callers: Vec::new(),
            });
        }
    }
    // The pattern of old files goes with the file that is written.
    let is_old = |f: &SourceFact| f.note("setting").is_some_and(|s| s.ends_with("fileNamePattern"));
    if facts.iter().any(|f| f.note("sink") == Some("file") && !is_old(f)) {
        facts.retain(|f| !is_old(f));
    }
    facts
}

fn is_development_profile(profile: &str) -> bool {
    has_word(
        &profile.to_ascii_lowercase().replace([',', ' '], "."),
        &["dev", "development", "local", "test", "default"],
    )
}

static PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{([A-Z][A-Z0-9_]*)(?::([^}]*))?\}").expect("a sound pattern"));

static SYMFONY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"%env\((?:(?:string|int|bool|float|resolve|json|file|csv|url|trim|base64):)*([A-Z][A-Z0-9_]*)\)%")
        .expect("a sound pattern")
});
static ERB: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"ENV(?:\.fetch\(|\[)\s*["']([A-Z][A-Z0-9_]*)["']\s*[\])]?\s*(?:(?:,|\|\||\)?\s*\{)\s*["']([^"']*)["'])?"#,
    )
    .expect("a sound pattern")
});

/// Rails reads the section of its environment.
fn is_other_section(key: &str) -> bool {
    matches!(key.split('.').next(), Some("development" | "test"))
}

/// Whether a read of Symfony or Rails fails without its variable.
fn is_needed(found: &Captures<'_>, value: &str) -> bool {
    let whole = found.get(0).expect("the match");
    let after = value[whole.end()..].trim_start();
    found.get(2).is_none() && !whole.as_str().contains("ENV[") && !after.starts_with([',', '{', '|'])
}

/// What a value reads from the environment: the variable is the first group of the pattern, its default the second.
fn reads(pattern: &Regex, value: &At<String>, needed: impl Fn(&Captures<'_>, &str) -> bool) -> Vec<SourceFact> {
    let read = |found: Captures<'_>| {
        let part = |text: &str| Part { span: value.span, value: Value::Text(text.to_owned()) };
        let mut parts = BTreeMap::from([("name", part(&found[1]))]);
        parts.extend(found.get(2).map(|default| ("default", part(default.as_str()))));
        let notes = needed(&found, &value.value).then(|| ("required", String::new())).into_iter().collect();
        // Nobody knows which of them the app asks for in the end.
        SourceFact { what: What::ReadsEnv, span: value.span, parts, notes, doubtful: true, callers: Vec::new() }
    };
    pattern.captures_iter(&value.value).map(read).collect()
}

/// `${DB_URL}` of Spring: a whole value has to be resolved when the application starts.
fn placeholders(key: &str, value: &At<String>) -> Vec<SourceFact> {
    let mut facts = reads(&PLACEHOLDER, value, |found, _| found.get(2).is_none());
    for fact in &mut facts {
        fact.notes.insert("variable", spring_variable(key));
        fact.notes.insert("setting", key.to_owned());
        fact.doubtful = false;
    }
    facts
}

/// The variable that overrides a property: `spring.datasource.url` → `SPRING_DATASOURCE_URL`.
fn spring_variable(key: &str) -> String {
    key.to_ascii_uppercase().replace('.', "_").replace('-', "")
}

fn evaluate(text: &str) -> Value {
    match PLACEHOLDER.captures(text) {
        Some(found) => {
            let default = found.get(2).map(|_| PLACEHOLDER.replace_all(text, "$2").into_owned());
            Value::Environment { name: found[1].to_owned(), default }
        }
        None if text.contains("${") || text.contains("#{") || text.contains("%env(") => Value::Unknown,
        None => Value::Text(text.to_owned()),
    }
}
