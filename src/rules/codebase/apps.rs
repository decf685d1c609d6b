//! One repository, one app: apps that are deployed apart, and code of one that another takes by its path.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::rules::{Context, Ruling};
use crate::source::{Span, folder, has_word, is_within, join, name};
use crate::stack::{Role, Stack};
use crate::violation::Violation;

/// Folders with a manifest, a Dockerfile and a Swarm stack of their own, each with the stack.
fn deployed_alone<'a>(c: &Context<'a>) -> Vec<(&'a str, &'a Stack)> {
    let mut found: Vec<(&str, &Stack)> = Vec::new();
    for stack in c.app.stacks_of(Role::Swarm) {
        let at = folder(c.sources.path(stack.file()));
        let manifest = c.app.manifests.iter().any(|m| folder(c.sources.path(m.file)) == at);
        if !at.is_empty() && manifest && has_dockerfile(c, at) && found.iter().all(|(other, _)| *other != at) {
            found.push((at, stack));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found
}

fn has_dockerfile(c: &Context<'_>, at: &str) -> bool {
    c.app.dockerfiles.iter().any(|d| folder(c.sources.path(d.file)) == at)
}

pub(in crate::rules) fn several_apps_one_repo(c: &Context<'_>, out: &mut Ruling) {
    let apps = deployed_alone(c);
    for (at, (second, stack)) in apps.iter().enumerate().skip(1) {
        let first = apps[..at].iter().find(|(first, other)| {
            !is_within(second, first)
                && !is_within(first, second)
                && !is_one_workspace(c, first, second)
                && !together(c, first, second)
                && !speaks_of(c, stack, first)
                && !speaks_of(c, other, second)
        });
        let Some((first, _)) = first else { continue };
        let message = format!("`{second}` is an app of its own beside `{first}`");
        let line = c.sources.line_span(stack.file(), first_line(c.sources.text(stack.file())));
        out.violation(
            Violation::at(line, message)
                .help("give each app a repository, or deploy them as services of one stack where they are one app"),
        );
    }
}

/// The number of the first line that says something.
fn first_line(text: &str) -> usize {
    text.lines().position(|l| !l.trim().is_empty() && !l.trim_start().starts_with(['#', '-'])).unwrap_or(0)
}

/// Both lie in one workspace of a package manager.
fn is_one_workspace(c: &Context<'_>, a: &str, b: &str) -> bool {
    let mut above = std::iter::successors(Some(folder(a)), |at| (!at.is_empty()).then(|| folder(at)));
    above.any(|at| is_within(b, at) && c.app.is_workspace(at, c.sources))
}

/// A stack or Compose file above both builds or names them: they are developed as one.
fn together(c: &Context<'_>, a: &str, b: &str) -> bool {
    c.app.stacks.iter().any(|stack| {
        let at = folder(c.sources.path(stack.file()));
        at != a && at != b && is_within(a, at) && is_within(b, at)
    })
}

/// The stack names the other app: its image, its folder, its service.
fn speaks_of(c: &Context<'_>, stack: &Stack, other: &str) -> bool {
    let text = c.sources.text(stack.file()).to_ascii_lowercase();
    has_word(&text.replace(|c: char| !c.is_ascii_alphanumeric(), "-"), &[name(other)])
}

/// `file:../x`, `link:../x`, `replace a => ../x`, `path = "../x"`, `-e ../x`
static BY_PATH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)"[^"\n]+"\s*:\s*"(?:file|link|portal):(\.\.?/[^"\n]+)"|=>\s*(\.\./\S+)|\bpath\s*=\s*"(\.\./[^"\n]+)"|^(?:-e\s+)?(\.\./[^\s#]+)|@\s*file:(\.\./[^\s"']+)"#,
    )
    .expect("a sound pattern")
});

pub(in crate::rules) fn shared_code_by_path(c: &Context<'_>, out: &mut Ruling) {
    for manifest in &c.app.manifests {
        let text = c.sources.text(manifest.file);
        let own = folder(c.sources.path(manifest.file));
        let mut told = BTreeSet::new();
        for found in BY_PATH.captures_iter(text) {
            let (Some(path), Some(whole)) = (found.iter().skip(1).flatten().next(), found.get(0)) else { continue };
            let Some(target) = join(own, path.as_str().trim_end_matches('/')) else { continue };
            let Some(app) = app_of(c, &target, own) else { continue };
            if !told.insert(path.as_str()) || is_one_image(c, own, app) {
                continue;
            }
            let written = path.as_str().trim_end_matches('/');
            let message = format!("`{written}` is the code of another app");
            let start = whole.start() + whole.as_str().len() - whole.as_str().trim_start().len();
            let span = Span::new(manifest.file, start, whole.end());
            out.violation(
                Violation::at(span, message)
                    .help("publish what both need as a package with versions, or as one of a workspace"),
            );
        }
    }
}

/// The folder around a path that is an app: with a Dockerfile, and not around the one that takes it.
fn app_of<'t>(c: &Context<'_>, target: &'t str, own: &str) -> Option<&'t str> {
    const SHARED: &[&str] = &["packages", "package", "shared", "libs", "lib", "crates", "common", "libraries"];
    if has_word(&folder(target).replace('/', "-"), SHARED) && !target.ends_with("/lib") {
        return None;
    }
    let mut at = target;
    while !at.is_empty() {
        if is_within(own, at) {
            return None;
        }
        if has_dockerfile(c, at) {
            return Some(at).filter(|at| !is_one_workspace(c, at, own));
        }
        at = folder(at);
    }
    None
}

/// One Dockerfile takes both folders.
fn is_one_image(c: &Context<'_>, own: &str, other: &str) -> bool {
    c.app.images.iter().any(|image| {
        let takes = |path: &str| {
            image
                .copies
                .iter()
                .filter(|copy| copy.from.is_none() && !copy.foreign)
                .flat_map(|copy| &copy.sources)
                .any(|s| join(&image.context, &s.value).is_some_and(|full| !full.is_empty() && is_within(&full, path)))
        };
        !own.is_empty() && takes(own) && takes(other) && !has_dockerfile(c, own)
    })
}
