//! Programs beside the app's own start that people run by hand: those that only a script of package.json names, and those of
//! Ruby that nothing requires.

use std::collections::BTreeSet;

use super::chain::Step;
use super::{App, Process};
use crate::code::Language;
use crate::source::{FileId, Sources, folder, is_within, name};

/// The files of such programs.
pub(super) fn files(app: &App, sources: &Sources) -> BTreeSet<FileId> {
    let script = |file: &FileId| is_scripts(app, sources.path(*file), sources);
    let of_scripts = app.code.lone.iter().copied().filter(script);
    let of_ruby = app.code.files.iter().filter(|(_, l)| **l == Language::Ruby).map(|(id, _)| *id);
    let of_ruby = of_ruby.filter(|file| is_required_by_none(app, *file, sources));
    of_scripts.chain(of_ruby).collect()
}

/// Whether a process starts such a program, or may.
pub(super) fn is_started(process: &Process, path: &str) -> bool {
    const RUNTIMES: &[&str] = &[
        "node",
        "bun",
        "deno",
        "tsx",
        "ts-node",
        "next",
        "nest",
        "ruby",
        "puma",
        "rackup",
        "rails",
        "unicorn",
        "thin",
        "bundle",
        "sidekiq",
        "passenger",
        "thrust",
    ];
    let plain = name(path);
    let stem = plain.rsplit_once('.').map_or(plain, |(stem, _)| stem);
    let chain = &process.chain;
    // A shell alone waits for somebody.
    let idle = |step: &Step| matches!(step.program(), "sh" | "bash") && step.argv.len() == 1;
    let tells = |step: &Step| RUNTIMES.contains(&step.program()) || idle(step);
    let known = !chain.open && chain.main().is_some() && chain.main_steps().all(tells);
    !known || chain.steps.iter().any(|s| s.shown().contains(stem))
}

/// `"migrate:safe": "ts-node src/database/migrate.ts"`
fn is_scripts(app: &App, path: &str, sources: &Sources) -> bool {
    app.manifests.iter().filter(|m| m.name == "package.json").any(|manifest| {
        let at = folder(sources.path(manifest.file));
        let below = path.strip_prefix(at).unwrap_or(path).trim_start_matches('/');
        let names = |text: &str| text.split([' ', '"', '\'']).any(|word| word.trim_start_matches("./") == below);
        is_within(path, at) && manifest.scripts.iter().any(|(_, command)| names(&command.text))
    })
}

/// A file beside `config.ru` or the Gemfile that no other one requires.
fn is_required_by_none(app: &App, file: FileId, sources: &Sources) -> bool {
    let path = sources.path(file);
    let at = folder(path);
    let root = ["config.ru", "Gemfile"].iter().any(|f| crate::source::join(at, f).is_some_and(|p| sources.exists(&p)));
    let stem = name(path).trim_end_matches(".rb");
    const STARTS: &[&str] =
        &["app", "application", "main", "server", "config", "init", "boot", "environment", "worker"];
    if !root || STARTS.contains(&stem) {
        return false;
    }
    let asks = |text: &str| {
        let listed = ["\"*.rb\"", "'*.rb'", "./*.rb"].iter().any(|list| text.contains(list));
        listed || text.match_indices(stem).any(|(at, _)| text[at + stem.len()..].starts_with(['"', '\'', '.']))
    };
    let ruby = app.code.files.iter().filter(|(id, l)| **l == Language::Ruby && **id != file).map(|(id, _)| *id);
    let rack =
        sources.below(at).filter(|(_, f)| f.path.ends_with(".ru") || f.path.ends_with("Rakefile")).map(|(id, _)| id);
    !ruby.chain(rack).any(|other| asks(sources.text(other)))
}
