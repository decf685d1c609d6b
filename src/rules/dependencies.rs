//! II. Dependencies: declared, fixed, and shipped with the app.

mod pins;
mod shipped;

use super::codebase::first_line;
use super::{Checks, Context, Ruling};
use crate::app::install::Install;
use crate::source::{Class, FileId, Span, Tracking, folder, is_within, join, name};
use crate::syntax::manifest::{Ecosystem, Manifest};
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("dev-dependency-at-runtime", shipped::dev_dependency_at_runtime),
    ("host-runtime-mounted", shipped::host_runtime_mounted),
    ("install-ignores-lock", install_ignores_lock),
    ("lockfile-ignored", lockfile_ignored),
    ("lockfile-missing", lockfile_missing),
    ("lockfile-not-copied", lockfile_not_copied),
    ("manifest-invalid", manifest_invalid),
    ("undeclared-system-tool", shipped::undeclared_system_tool),
    ("unpinned-dependency", pins::unpinned_dependency),
];

/// The manifests of the app itself.
fn manifests<'c>(c: &Context<'c>) -> impl Iterator<Item = &'c Manifest> {
    let sources = c.sources;
    c.app.manifests.iter().filter(move |m| sources.file(m.file).class == Class::App)
}

fn manifest_invalid(c: &Context<'_>, out: &mut Ruling) {
    for manifest in manifests(c) {
        for error in &manifest.errors {
            out.violation(Violation::at(error.span, error.value.clone()));
        }
    }
}

/// Whether a Dockerfile installs what a manifest declares.
fn is_built(c: &Context<'_>, manifest: &Manifest) -> bool {
    let at = folder(c.sources.path(manifest.file));
    c.app.installs.iter().filter(|i| i.ecosystem == manifest.ecosystem).any(|install| {
        let Some(image) = c.app.image_at(install.file, install.stage) else { return false };
        at == image.context
            || at.starts_with(&format!("{}/", image.context))
                && c.app.manifest_of(install, c.sources).is_some_and(|m| m.file == manifest.file)
    })
}

/// Made to be depended upon, and no Dockerfile here runs it.
fn is_library(c: &Context<'_>, manifest: &Manifest) -> bool {
    if is_built(c, manifest) {
        return false;
    }
    let at = folder(c.sources.path(manifest.file));
    let rust = manifest.ecosystem == Ecosystem::Rust
        && !["src/main.rs", "src/bin"].iter().any(|p| join(at, p).is_some_and(|p| c.sources.exists(&p)));
    manifest.library || rust
}

fn lockfile_missing(c: &Context<'_>, out: &mut Ruling) {
    for manifest in manifests(c) {
        if manifest.lock_names().is_empty() || !manifest.dependencies.iter().any(|d| !d.dev) || is_library(c, manifest)
        {
            continue;
        }
        if let Some(lock) = c.app.lock_of(manifest, c.sources) {
            out.holds(first_line(c, lock), format!("`{}` fixes `{}`", name(c.sources.path(lock)), manifest.name));
            continue;
        }
        let message = format!("`{}` has dependencies and no lock file", manifest.name);
        let help = format!("write `{}`, track it, and install from it", manifest.lock_names()[0]);
        let severity = if is_built(c, manifest) { Severity::Error } else { Severity::Warning };
        out.violation(Violation::at(manifest.declared_at, message).help(help).severity(severity));
    }
}

fn lockfile_ignored(c: &Context<'_>, out: &mut Ruling) {
    for manifest in manifests(c).filter(|m| !is_library(c, m)) {
        let Some(lock) = c.app.lock_of(manifest, c.sources) else { continue };
        let path = c.sources.path(lock);
        let how = match c.sources.file(lock).tracking {
            Tracking::Ignored => "is ignored by git",
            Tracking::Untracked => "is not tracked by git",
            Tracking::Tracked { .. } | Tracking::NoRepository => {
                out.holds(first_line(c, lock), format!("`{path}` is tracked"));
                continue;
            }
        };
        out.violation(
            Violation::at(first_line(c, lock), format!("`{path}` {how}"))
                .help(format!("track it: `git add -f {path}`")),
        );
    }
    for install in &c.app.installs {
        let Some(image) = c.app.image_at(install.file, install.stage) else { continue };
        let Some((_, patterns)) = c.app.ignore_file(image, c.sources) else { continue };
        let found = c.app.manifest_of(install, c.sources).and_then(|m| c.app.lock_of(m, c.sources));
        let Some(lock) = found else { continue };
        if let Some(pattern) = image.ignores(Some(patterns), c.sources.path(lock)) {
            let lock = name(c.sources.path(lock));
            let message = format!("`{lock}` is kept out of the build");
            out.violation(
                Violation::at(pattern.span, message)
                    .help(format!("let it in with `!{lock}`"))
                    .related(install.span, "this step installs without it"),
            );
        }
    }
}

fn install_ignores_lock(c: &Context<'_>, out: &mut Ruling) {
    for install in &c.app.installs {
        let Some(lock) = governing(c, install) else { continue };
        if !in_image(c, install, lock) {
            continue;
        }
        let lock = name(c.sources.path(lock));
        match keeps(install) {
            Some(true) => out.holds(install.span, format!("`{}` holds to `{lock}`", install.shown())),
            Some(false) => {
                let message = format!("`{}` may depart from `{lock}`", install.shown());
                out.violation(Violation::at(install.span, message).help(instead(install)));
            }
            None => {}
        }
    }
}

/// The lock file of the manifest that an install step reads, if it is one that this tool reads.
fn governing(c: &Context<'_>, install: &Install) -> Option<FileId> {
    let manifest = c.app.manifest_of(install, c.sources)?;
    c.app.lock_among(manifest, c.sources, |file| match install.tool.as_str() {
        "npm" => matches!(file, "package-lock.json" | "npm-shrinkwrap.json"),
        "yarn" => file == "yarn.lock",
        "pnpm" => file == "pnpm-lock.yaml",
        "bun" => file.starts_with("bun.lock"),
        "poetry" => file == "poetry.lock",
        "pdm" => file == "pdm.lock",
        "uv" => file == "uv.lock",
        "pipenv" => file == "Pipfile.lock",
        "pip" | "pip3" => false,
        _ => true,
    })
}

/// Whether an install step fails rather than depart from its lock file; nothing where the question does not arise.
fn keeps(install: &Install) -> Option<bool> {
    let frozen = install.has(&[
        "--frozen-lockfile",
        "--immutable",
        "--frozen",
        "--locked",
        "--deploy",
        "--ignore-pipfile",
        "--pure-lockfile",
    ]) || install.frozen;
    match (install.tool.as_str(), install.verb.as_str()) {
        ("npm", "ci" | "clean-install")
        | ("poetry" | "pdm", "install" | "sync")
        | ("composer", "install" | "i")
        | ("pipenv", "sync") => Some(true),
        ("bundle" | "bundler", "install" | "") => Some(true),
        (_, "update" | "upgrade" | "u") => Some(false),
        ("npm", "install" | "i")
            if install.packages() > 0 || install.has(&["-g", "--global", "--package-lock-only"]) =>
        {
            None
        }
        ("npm", "install" | "i") => Some(false),
        ("yarn" | "bun", _) if install.packages() > 0 => None,
        ("yarn", "" | "install") | ("bun", "install" | "i") => Some(frozen),
        ("pnpm", "install" | "i") if install.packages() > 0 => None,
        ("pnpm", "install" | "i") => Some(frozen || install.ci),
        ("pnpm", "fetch") => Some(true),
        ("cargo", "build" | "b" | "rustc") => Some(frozen || install.has(&["--offline"])),
        // Of a tool from the registry, the lock file here says nothing.
        ("cargo", "install") if !install.has(&["--path"]) => None,
        ("cargo", "install") => Some(frozen),
        ("uv", "sync") => Some(frozen),
        ("pipenv", "install") if install.packages() > 0 => None,
        ("pipenv", "install") => Some(frozen),
        _ => None,
    }
}

fn instead(install: &Install) -> &'static str {
    match install.tool.as_str() {
        "npm" => "install with `npm ci`",
        "yarn" => "install with `yarn install --immutable` (`--frozen-lockfile` in Yarn 1)",
        "pnpm" => "install with `pnpm install --frozen-lockfile`",
        "bun" => "install with `bun install --frozen-lockfile`",
        "cargo" => "add `--locked`",
        "uv" => "add `--locked`, or `--frozen`",
        "poetry" => "install with `poetry install`",
        "composer" => "install with `composer install`",
        "pipenv" => "install with `pipenv sync`",
        _ => "install what the lock file names",
    }
}

/// Whether the lock file is in the image when a step installs.
fn in_image(c: &Context<'_>, install: &Install, lock: FileId) -> bool {
    install.mounts || copied_before(c, install, c.sources.path(lock)).is_some()
}

/// The copy in front of an install step that brings a file of the repository.
fn copied_before(c: &Context<'_>, install: &Install, path: &str) -> Option<Span> {
    let image = c.app.image_at(install.file, install.stage)?;
    for copied in image.copies.iter().rev().filter(|copy| copy.span.end <= install.span.start) {
        if copied.foreign {
            continue;
        }
        if let Some(stage) = copied.from {
            let other = c.app.image_at(install.file, stage)?;
            let brings = other.copies.iter().any(|o| o.sources.iter().any(|s| takes(&other.context, &s.value, path)));
            if brings {
                return Some(copied.span);
            }
            continue;
        }
        if copied.sources.iter().any(|s| takes(&image.context, &s.value, path)) {
            return Some(copied.span);
        }
    }
    None
}

/// Whether a source of a COPY takes in a file of the repository.
fn takes(context: &str, source: &str, path: &str) -> bool {
    let Some(pattern) = join(context, source) else { return false };
    is_within(path, &pattern) || pattern == context || crate::app::image::glob(&pattern, path)
}

fn lockfile_not_copied(c: &Context<'_>, out: &mut Ruling) {
    for install in c.app.installs.iter().filter(|i| !i.mounts) {
        let Some(lock) = governing(c, install) else { continue };
        if matches!(install.tool.as_str(), "go" | "dotnet") || keeps(install).is_none() {
            continue;
        }
        let manifest = c.app.manifest_of(install, c.sources).expect("a lock file governs a manifest");
        let Some(copy) = copied_before(c, install, c.sources.path(manifest.file)) else { continue };
        if in_image(c, install, lock) {
            out.holds(copy, format!("`{}` is copied before the install", name(c.sources.path(lock))));
            continue;
        }
        // A workspace's lock file outside of the build context cannot be copied.
        let reachable =
            c.app.image_at(install.file, install.stage).is_some_and(|i| is_within(c.sources.path(lock), &i.context));
        if !reachable {
            out.unknown(copy, "the lock file lies outside of the build context");
            continue;
        }
        let lock = name(c.sources.path(lock));
        let message = format!("`{lock}` is not copied with `{}`", manifest.name);
        out.violation(
            Violation::at(copy, message)
                .help(format!("copy both: `COPY {} {lock} ./`", manifest.name))
                .related(install.span, "this step installs without it"),
        );
    }
}
