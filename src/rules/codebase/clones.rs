//! Other codebases that a build takes in as they happen to be.

use std::collections::BTreeSet;

use crate::rules::{Context, Ruling};
use crate::syntax::dockerfile::{Body, Form};
use crate::violation::{Severity, Violation};

/// `git clone` of a branch, and `ADD` of a repository, take another codebase as it happens to be.
pub(in crate::rules) fn clones_code_at_build(c: &Context<'_>, out: &mut Ruling) {
    let mut told = BTreeSet::new();
    let help = "name a commit or a tag, or depend on it as a package: the same Dockerfile then makes the same image";
    for image in c.app.release_images() {
        let dockerfile = c.app.dockerfile(image);
        // An image that only packages what others made is of one codebase: theirs.
        let own = c.app.images.iter().filter(|i| i.file == image.file).flat_map(|i| &i.copies).any(|copy| {
            copy.from.is_none()
                && !copy.foreign
                && copy.sources.iter().any(|s| !s.value.trim_start_matches("./").contains('.') || s.value == ".")
        });
        let level = |violation: Violation| if own { violation } else { violation.severity(Severity::Note) };
        let mut stages = dockerfile.lineage(image.stage);
        stages.extend(image.copies.iter().filter_map(|copy| copy.from).flat_map(|s| dockerfile.lineage(s)));
        for instruction in stages.into_iter().flat_map(|s| dockerfile.stage(s)) {
            if !told.insert(instruction.span) {
                continue;
            }
            match &instruction.body {
                Body::Run(command) if matches!(command.form, Form::Shell(_)) => {
                    let Some(script) = command.script() else { continue };
                    let commands = script.commands();
                    let later = c.sources.text(image.file)[instruction.span.start as usize..].contains("git checkout");
                    let pinned = later
                        || commands.iter().any(|cmd| {
                            cmd.program() == Some("git")
                                && cmd.words.iter().any(|w| matches!(w.text(), "checkout" | "reset" | "switch"))
                        });
                    for cmd in commands.iter().filter(|cmd| cmd.program() == Some("git")) {
                        let words: Vec<&str> = cmd.words.iter().map(crate::syntax::shell::Word::text).collect();
                        let Some(at) = words.iter().position(|w| *w == "clone") else { continue };
                        let Some(shown) = cloned(&words[at + 1..], &image.environment).filter(|_| !pinned) else {
                            continue;
                        };
                        if is_tool(&words.join(" ")) {
                            continue;
                        }
                        let message = format!("`git clone {shown}` takes what its branch holds at the build");
                        out.violation(level(Violation::at(instruction.span, message).help(help)));
                    }
                }
                Body::Copy { sources, .. } => {
                    for added in sources.iter().filter(|s| {
                        (s.value.ends_with(".git") || s.value.contains(".git#"))
                            && (s.value.contains("://") || s.value.starts_with("git@"))
                    }) {
                        let pinned = added.value.split_once('#').is_some_and(|(_, at)| is_fixed(at));
                        if !pinned {
                            let message = format!("`ADD {}` takes what its branch holds at the build", added.value);
                            out.violation(level(Violation::at(instruction.span, message).help(help)));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A commit, or a tag that is named like a version.
fn is_fixed(at: &str) -> bool {
    let commit = at.len() >= 7 && at.chars().all(|c| c.is_ascii_hexdigit());
    let version = at.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-' || c == '/');
    commit || version.starts_with(|c: char| c.is_ascii_digit()) && version.contains('.')
}

/// The words of a clone without options, where it names no commit or version.
fn cloned(words: &[&str], environment: &crate::syntax::dockerfile::Environment) -> Option<String> {
    let mut shown = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = words[at];
        if matches!(
            word,
            "-b" | "--branch" | "--depth" | "--origin" | "-o" | "--reference" | "-c" | "--config" | "-j" | "--jobs"
        ) {
            let value = words.get(at + 1).map_or("", |v| *v);
            let value = environment.expand(value, '\\').into_value().unwrap_or_else(|| value.to_owned());
            if matches!(word, "-b" | "--branch") && (is_fixed(&value) || value.contains('$')) {
                return None;
            }
            at += 2;
            continue;
        }
        if let Some(value) = word.strip_prefix("--branch=")
            && (is_fixed(value) || value.contains('$'))
        {
            return None;
        }
        if !word.starts_with('-') {
            shown.push(word);
        }
        at += 1;
    }
    (!shown.is_empty()).then(|| shown.join(" "))
}

/// Tools that are put beside the app, not into it.
fn is_tool(words: &str) -> bool {
    ["oh-my-zsh", "nvm", "rbenv", "ruby-build", "pyenv", "asdf", "vcpkg", "dotfiles", "/tmp/", "zsh-"]
        .iter()
        .any(|w| words.contains(w))
}
