//! The language's version: in the released image, in version files, manifests, other Dockerfiles and pipelines.

use super::version::{Version, excludes};
use crate::app::image::{Image, Purpose};
use crate::rules::{Context, Ruling};
use crate::source::{At, Class, Span, folder, name};
use crate::syntax::tree::Node;
use crate::violation::Violation;

/// A runtime: its name, the images that have it, and how many parts of its version tell releases apart.
struct Runtime {
    name: &'static str,
    images: &'static [&'static str],
    parts: usize,
    files: &'static [&'static str],
    /// GitHub's action and its input.
    action: (&'static str, &'static str),
}

const RUNTIMES: &[Runtime] = &[
    Runtime {
        name: "node",
        images: &["node"],
        parts: 1,
        files: &[".nvmrc", ".node-version"],
        action: ("actions/setup-node", "node-version"),
    },
    Runtime {
        name: "python",
        images: &["python"],
        parts: 2,
        files: &[".python-version"],
        action: ("actions/setup-python", "python-version"),
    },
    Runtime {
        name: "ruby",
        images: &["ruby"],
        parts: 2,
        files: &[".ruby-version"],
        action: ("ruby/setup-ruby", "ruby-version"),
    },
    Runtime {
        name: "php",
        images: &["php"],
        parts: 2,
        files: &[".php-version"],
        action: ("shivammathur/setup-php", "php-version"),
    },
    Runtime {
        name: "java",
        images: &["eclipse-temurin", "openjdk", "amazoncorretto", "bellsoft/liberica-openjdk-alpine"],
        parts: 1,
        files: &[".java-version"],
        action: ("actions/setup-java", "java-version"),
    },
];

/// Something that names a version of a runtime.
struct Said {
    span: Span,
    text: String,
    /// A range such as `>=20`.
    range: bool,
}

pub(super) fn runtime_version_drift(c: &Context<'_>, out: &mut Ruling) {
    for runtime in RUNTIMES {
        let released: Vec<(&Image, Version)> = c
            .app
            .images
            .iter()
            .filter(|i| i.purpose == Purpose::Release)
            .filter_map(|i| Some((i, version_of(i, runtime)?)))
            .collect();
        if released.is_empty() {
            continue;
        }
        for said in said(c, runtime) {
            let near: Vec<&(&Image, Version)> =
                released.iter().filter(|(image, _)| speaks_of(c, said.span, image)).collect();
            let fits = |version: &Version| {
                if said.range {
                    !excludes(&said.text, version)
                } else {
                    Version::parse(&said.text).is_none_or(|v| v.agrees(version))
                }
            };
            // Images of the file's own folder come first: they are what it was written for. What a pipeline or the
            // root says of images that do not agree among themselves is nobody's in particular.
            let at = folder(c.sources.path(said.span.file));
            let beside: Vec<&&(&Image, Version)> = near.iter().filter(|(image, _)| image.context == at).collect();
            let candidates: Vec<&&(&Image, Version)> = if beside.is_empty() { near.iter().collect() } else { beside };
            let agree = candidates.windows(2).all(|pair| pair[0].1 == pair[1].1);
            let misfit = candidates.first().filter(|_| agree && !candidates.iter().any(|(_, v)| fits(v)));
            let Some((image, version)) = misfit else {
                if !near.is_empty() {
                    out.holds(said.span, format!("`{}` {} fits the release", runtime.name, said.text));
                }
                continue;
            };
            let shown = if said.range {
                said.text.clone()
            } else {
                Version::parse(&said.text).map_or_else(|| said.text.clone(), |v| v.cut(runtime.parts).to_string())
            };
            let dockerfile = name(c.sources.path(image.file));
            let message = format!("`{}` {shown} here, but {version} in `{dockerfile}`", runtime.name);
            out.violation(
                Violation::at(said.span, message)
                    .help("use the release's version everywhere")
                    .related(image.base.span, "the release"),
            );
        }
    }
}

fn version_of(image: &Image, runtime: &Runtime) -> Option<Version> {
    let reference = image.base.reference.as_ref()?;
    if reference.registry.is_some() || !runtime.images.contains(&reference.repository.as_str()) {
        return None;
    }
    Version::of_tag(reference.tag.as_deref()?).map(|v| v.cut(runtime.parts))
}

/// Whether what a file says is about an image: it lies in the build context or around it. Pipelines speak of all.
fn speaks_of(c: &Context<'_>, span: Span, image: &Image) -> bool {
    let path = c.sources.path(span.file);
    if c.app.pipelines.iter().any(|(file, _)| *file == span.file) {
        return true;
    }
    let at = folder(path);
    let context = image.context.as_str();
    at == context
        || at.is_empty() && !c.sources.exists(&format!("{context}/{}", name(path)))
        || context.starts_with(&format!("{at}/")) && !c.sources.exists(&format!("{context}/{}", name(path)))
}

fn said(c: &Context<'_>, runtime: &Runtime) -> Vec<Said> {
    let mut found = Vec::new();
    for (id, file) in c.sources.files().filter(|(_, f)| f.class == Class::App) {
        let base = name(&file.path);
        if runtime.files.contains(&base) {
            let text = c.sources.text(id).lines().next().unwrap_or_default().trim();
            // `lts/*`, `system`, `ruby-3.3.6`
            let version = text.trim_start_matches("ruby-").trim_start_matches('v');
            if version.starts_with(|c: char| c.is_ascii_digit()) {
                found.push(Said { span: c.sources.line_span(id, 0), text: version.to_owned(), range: false });
            }
        }
        if base == ".tool-versions" {
            found.extend(tool_versions(c, id, runtime));
        }
    }
    for manifest in c.app.manifests.iter().filter(|m| c.sources.file(m.file).class == Class::App) {
        if let Some((name, at)) = &manifest.runtime
            && name == runtime.name
            && !at.value.contains('$')
        {
            let range =
                !at.value.starts_with(|c: char| c.is_ascii_digit()) || at.value.contains(['x', '*', '|', ' ', ',']);
            // A plain version of a manifest of Java or Ruby is the least that it needs, or exactly it: only Ruby's is exact.
            let text = if runtime.name == "java" { format!(">={}", at.value) } else { at.value.clone() };
            found.push(Said { span: at.span, text, range: range || runtime.name == "java" });
        }
    }
    for image in c.app.images.iter().filter(|i| i.purpose == Purpose::Development) {
        if let Some(version) = version_of(image, runtime) {
            found.push(Said { span: image.base.span, text: version.to_string(), range: false });
        }
    }
    found.extend(of_pipelines(c, runtime));
    found
}

/// `nodejs 20.1.0` in `.tool-versions`.
fn tool_versions(c: &Context<'_>, id: crate::source::FileId, runtime: &Runtime) -> Option<Said> {
    let tool = if runtime.name == "node" { "nodejs" } else { runtime.name };
    for (line, text) in c.sources.text(id).lines().enumerate() {
        let mut words = text.split_whitespace();
        if words.next() == Some(tool) {
            let version = words.next().filter(|v| v.starts_with(|c: char| c.is_ascii_digit()))?;
            return Some(Said { span: c.sources.line_span(id, line), text: version.to_owned(), range: false });
        }
    }
    None
}

/// The versions that pipelines set up; nothing where one of them is a matrix, or one of them fits.
fn of_pipelines(c: &Context<'_>, runtime: &Runtime) -> Vec<Said> {
    let mut found: Vec<At<String>> = Vec::new();
    let mut open = false;
    for (_, root) in &c.app.pipelines {
        for job in root.get("jobs").map(Node::entries).unwrap_or_default() {
            for step in job.value.get("steps").map(Node::items).unwrap_or_default() {
                let uses = step.get("uses").and_then(Node::as_str).unwrap_or_default();
                if uses.split('@').next() != Some(runtime.action.0) {
                    continue;
                }
                let Some(version) = step.get("with").and_then(|w| w.get(runtime.action.1)) else { continue };
                // `3.10` without quotes is the number 3.1: what is written counts.
                let written = c.text(version.span).trim_matches(['"', '\'']).to_owned();
                if written.contains("${{") || written.contains(['*', '\n', '/']) {
                    open = true;
                } else {
                    found.push(At::new(written, version.span));
                }
            }
        }
    }
    let released: Vec<Version> =
        c.app.images.iter().filter(|i| i.purpose == Purpose::Release).filter_map(|i| version_of(i, runtime)).collect();
    let fits = |at: &At<String>| Version::parse(&at.value).is_none_or(|v| released.iter().any(|r| v.agrees(r)));
    if open || found.iter().any(fits) {
        return Vec::new();
    }
    found
        .into_iter()
        .map(|at| Said {
            range: at.value.starts_with(['<', '>', '^', '~']) || at.value.contains('x'),
            text: at.value,
            span: at.span,
        })
        .collect()
}
