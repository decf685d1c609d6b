//! I. Codebase: one codebase in version control, and all that a deploy reads in it.

mod apps;
mod clones;

use super::{Checks, Context, Ruling};
use crate::app::credential;
use crate::app::image::Purpose;
use crate::discover;
use crate::source::{Class, FileId, Span, Tracking, folder, is_within, join};
use crate::stack::{Role, Stack};
use crate::syntax::tree::Node;
use crate::violation::Violation;

pub(super) const CHECKS: Checks = &[
    ("clones-code-at-build", clones::clones_code_at_build),
    ("deploy-input-untracked", deploy_input_untracked),
    ("generated-tree-tracked", generated_tree_tracked),
    ("not-a-repository", not_a_repository),
    ("several-apps-one-repo", apps::several_apps_one_repo),
    ("shared-code-by-path", apps::shared_code_by_path),
];

/// The first line of a file, where what is to be said of all of it stands.
pub(super) fn first_line(c: &Context<'_>, file: FileId) -> Span {
    c.sources.line_span(file, 0)
}

fn deploy_input_untracked(c: &Context<'_>, out: &mut Ruling) {
    if !c.app.history.repository {
        return;
    }
    for stack in c.app.stacks_of(Role::Swarm) {
        for &file in &stack.files {
            judge(c, out, file, first_line(c, file));
        }
        for (path, span) in named_inputs(c, stack) {
            match c.sources.find(&path) {
                Some(file) => judge(c, out, file, span),
                None if in_other_repository(c, &path) => {
                    out.unknown(span, format!("`{path}` is in another repository"));
                }
                None if c.sources.exists(&path) => out.violation(untracked(&path, "is ignored by git", span)),
                // What the work tree has and the index does not will be missing in every clone of the commit.
                None if c.sources.is_unstaged(&path) => {
                    out.violation(untracked(&path, "is not in git's index", span));
                }
                None => out.unknown(span, format!("`{path}` is not here")),
            }
        }
    }
    for image in c.app.images.iter().filter(|i| i.purpose == Purpose::Release) {
        judge(c, out, image.file, first_line(c, image.file));
    }
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        for script in &process.chain.scripts {
            let path = c.sources.path(script.file);
            let copied = image.copies.iter().rev().find(|copy| {
                copy.sources.iter().any(|s| join(&image.context, &s.value).is_some_and(|p| is_within(path, &p)))
            });
            judge(c, out, script.file, copied.map_or(script.call, |copy| copy.span));
        }
    }
}

/// The configs and environment files of a stack: paths from the root, and where they are named.
fn named_inputs(c: &Context<'_>, stack: &Stack) -> Vec<(String, Span)> {
    let base = folder(c.sources.path(stack.file()));
    let mut inputs = Vec::new();
    for entry in stack.root.get("configs").map(Node::entries).unwrap_or_default() {
        if let Some(file) = entry.value.get("file") {
            inputs.extend(file.text());
        }
    }
    for service in &stack.services {
        inputs.extend(service.env_files.iter().map(|t| crate::source::At::new(t.raw.clone(), t.span)));
    }
    // What a variable names is known at the deploy only.
    inputs
        .into_iter()
        .filter(|at| !at.value.contains('$') && !at.value.starts_with(['/', '~']))
        .filter_map(|at| join(base, &at.value).map(|path| (path, at.span)))
        .collect()
}

/// A submodule tracks its own files.
fn in_other_repository(c: &Context<'_>, path: &str) -> bool {
    let mut folder = folder(path);
    while !folder.is_empty() {
        if c.sources.exists(&format!("{folder}/.git")) {
            return true;
        }
        folder = crate::source::folder(folder);
    }
    false
}

fn judge(c: &Context<'_>, out: &mut Ruling, file: FileId, span: Span) {
    let path = c.sources.path(file);
    let how = match c.sources.file(file).tracking {
        Tracking::Tracked { .. } => {
            out.holds(span, format!("`{path}` is tracked"));
            return;
        }
        Tracking::NoRepository => return,
        Tracking::Untracked => "is not tracked by git",
        Tracking::Ignored => "is ignored by git",
    };
    if has_secrets(c, file) || rendered(c, path) {
        return;
    }
    out.violation(untracked(path, how, span));
}

fn untracked(path: &str, how: &str, span: Span) -> Violation {
    Violation::at(span, format!("`{path}` {how}")).help(format!("track it: `git add -f {path}`"))
}

/// An environment file with credentials belongs outside of git.
fn has_secrets(c: &Context<'_>, file: FileId) -> bool {
    let variables = c.app.dotenv.iter().find(|(id, _)| *id == file).map(|(_, v)| v.as_slice()).unwrap_or_default();
    variables
        .iter()
        .any(|v| v.value.as_ref().is_some_and(|value| credential::in_setting(&v.name.value, &value.value).is_some()))
}

/// A tracked template of the same name makes it.
fn rendered(c: &Context<'_>, path: &str) -> bool {
    const ENDINGS: &[&str] = &["j2", "jinja", "jinja2", "tmpl", "tpl", "template", "gotmpl", "erb", "in", "dist"];
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    ENDINGS.iter().any(|ending| {
        [format!("{path}.{ending}"), format!("{stem}.{ending}"), format!("{stem}.{ending}.{extension}")]
            .iter()
            .any(|p| c.sources.find(p).is_some())
    })
}

fn generated_tree_tracked(c: &Context<'_>, out: &mut Ruling) {
    for (tree, first) in &c.app.history.generated {
        let around = folder(tree);
        let beside = if around.is_empty() { "x".to_owned() } else { format!("{around}/x") };
        let Some(file) = c.sources.find(first) else { continue };
        if matches!(discover::class(&beside), Class::App | Class::Generated) {
            let violation = Violation::at(first_line(c, file), format!("`{tree}` is tracked"));
            out.violation(
                violation.help(format!("`git rm -r --cached {tree}`, and name it in .gitignore and .dockerignore")),
            );
        }
    }
}

fn not_a_repository(c: &Context<'_>, out: &mut Ruling) {
    let dockerfiles = c.app.dockerfiles.iter().map(|d| d.file);
    let stacks = c.app.stacks_of(Role::Swarm).flat_map(|s| s.files.iter().copied());
    let Some(first) = dockerfiles.chain(stacks).min() else { return };
    let span = first_line(c, first);
    if c.app.history.repository {
        out.holds(span, "the app is in a repository");
    } else {
        out.violation(
            Violation::at(span, "no repository holds this app").help("`git init`, commit, and deploy from a commit"),
        );
    }
}
