//! requirements.txt, pyproject.toml, Pipfile, and Cargo.toml, which shares their format.

use super::{Dependency, Manifest};
use crate::source::{At, Span};
use crate::syntax::data;
use crate::syntax::tree::{Entry, Node};

pub(super) fn requirements(manifest: &mut Manifest, text: &str) {
    manifest.tool = Some("pip");
    let dev = ["dev", "test", "lint", "doc", "-ci"].iter().any(|word| manifest.name.contains(word));
    let constrained = text.lines().any(|line| {
        let line = line.trim();
        line.starts_with("-c ") || line.starts_with("--constraint") || line.starts_with("--require-hashes")
    });
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begin = start;
        start += line.len();
        let code = line.split(" #").next().unwrap_or(line);
        let shown = code.trim_start_matches('\u{feff}').trim();
        // Options, includes, editable and local packages, and continued hashes.
        if shown.is_empty() || shown.starts_with(['#', '-', '.', '/', '{', '%', '<']) || shown.starts_with("http") {
            continue;
        }
        if let Some(url) = shown.strip_prefix("git+") {
            let offset = begin + line.find(url).unwrap_or(0);
            manifest.dependencies.push(git(manifest, url.split(['#', ' ']).next().unwrap_or(url), offset, dev));
            continue;
        }
        let offset = begin + line.find(shown).unwrap_or(0);
        let marker = shown.split(';').next().unwrap_or(shown).trim_end().trim_end_matches('\\').trim_end();
        manifest.dependencies.push(requirement(manifest, marker, offset, dev, constrained));
    }
    if let Some(first) = manifest.dependencies.first() {
        manifest.declared_at = first.name.span;
    }
}

/// One PEP 508 requirement: `name[extra] >=1, <2` or `name @ url`.
fn requirement(manifest: &Manifest, text: &str, offset: usize, dev: bool, fixed: bool) -> Dependency {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(text.len());
    let name = At::new(text[..end].to_owned(), Span::new(manifest.file, offset, offset + end));
    let rest = &text[end..];
    let rest = if rest.starts_with('[') { rest.split_once(']').map_or("", |(_, r)| r) } else { rest };
    let version = rest.trim().trim_matches(['(', ')']);
    let from = offset + text.len() - rest.trim_start().len();
    let requirement = (!version.is_empty())
        .then(|| At::new(version.to_owned(), Span::new(manifest.file, from, from + version.len())));
    let fixed = fixed || version.starts_with('@') && !version.contains("git+") || text.contains("--hash");
    Dependency { name, requirement, dev, fixed }
}

/// `https://host/repo.git@rev`: the URL is the name, the revision the requirement.
fn git(manifest: &Manifest, url: &str, offset: usize, dev: bool) -> Dependency {
    let path = url.find("://").map_or(0, |n| n + 3);
    let at = url[path..].rfind('@').map(|n| path + n).filter(|&n| url[path..n].contains('/'));
    let end = at.unwrap_or(url.len());
    let name = At::new(url[..end].to_owned(), Span::new(manifest.file, offset, offset + end));
    let requirement = At::new(format!("git+{url}"), Span::new(manifest.file, offset, offset + url.len()));
    Dependency { name, requirement: Some(requirement), dev, fixed: false }
}

fn read(manifest: &mut Manifest, text: &str) -> Option<Node> {
    match data::toml(manifest.file, text) {
        Ok(root) => Some(root),
        Err(error) => {
            manifest.errors.push(error);
            None
        }
    }
}

/// The entries of a TOML table of `name = version`.
fn table(manifest: &mut Manifest, table: Option<&Node>, dev: bool) {
    for Entry { key, value, .. } in table.map(Node::entries).unwrap_or_default() {
        let Some(name) = key.text() else { continue };
        if name.value == "python" {
            manifest.runtime = value.text().map(|at| ("python".to_owned(), at));
            continue;
        }
        let version = if value.is_map() { value.get("version").and_then(Node::text) } else { value.text() };
        let fixed = ["path", "rev", "tag", "workspace", "url", "hash"].iter().any(|key| value.get(key).is_some());
        manifest.dependencies.push(Dependency { name, requirement: version, dev, fixed });
    }
}

/// A TOML list of PEP 508 strings.
fn list(manifest: &mut Manifest, items: Option<&Node>, dev: bool) {
    for item in items.map(Node::items).unwrap_or_default() {
        if let Some(text) = item.as_str() {
            let dependency =
                requirement(manifest, text.split(';').next().unwrap_or(text), item.span.start as usize + 1, dev, false);
            manifest.dependencies.push(dependency);
        }
    }
}

pub(super) fn pyproject(manifest: &mut Manifest, text: &str) {
    let Some(root) = read(manifest, text) else { return };
    let tool = root.get("tool");
    let tools = ["poetry", "pdm", "uv"].into_iter().find(|name| tool.is_some_and(|t| t.get(name).is_some()));
    let backend = root.at(&["build-system", "build-backend"]).and_then(Node::as_str).unwrap_or_default();
    manifest.tool = tools.or_else(|| ["poetry", "pdm"].into_iter().find(|name| backend.starts_with(name)));
    let project = root.get("project");
    list(manifest, project.and_then(|p| p.get("dependencies")), false);
    for group in project.and_then(|p| p.get("optional-dependencies")).map(Node::entries).unwrap_or_default() {
        list(manifest, Some(&group.value), true);
    }
    table(manifest, root.at(&["tool", "poetry", "dependencies"]), false);
    table(manifest, root.at(&["tool", "poetry", "dev-dependencies"]), true);
    for group in root.at(&["tool", "poetry", "group"]).map(Node::entries).unwrap_or_default() {
        table(manifest, group.value.get("dependencies"), true);
    }
    for group in root.get("dependency-groups").map(Node::entries).unwrap_or_default() {
        list(manifest, Some(&group.value), true);
    }
    if let Some(python) = project.and_then(|p| p.get("requires-python")).and_then(Node::text) {
        manifest.runtime = Some(("python".to_owned(), python));
    }
    let declared = project
        .and_then(|p| p.entry("dependencies"))
        .or_else(|| root.at(&["tool", "poetry"]).and_then(|p| p.entry("dependencies")));
    if let Some(entry) = declared {
        manifest.declared_at = entry.key.span;
    }
    manifest.workspace_root = root.at(&["tool", "uv", "workspace"]).is_some();
    manifest.package = project.and_then(|p| p.get("name")).and_then(Node::scalar);
    // A package with classifiers or keywords is made for an index.
    manifest.library = project.is_some_and(|p| p.get("classifiers").is_some() || p.get("keywords").is_some())
        || root.at(&["tool", "poetry", "classifiers"]).is_some();
}

pub(super) fn pipfile(manifest: &mut Manifest, text: &str) {
    let Some(root) = read(manifest, text) else { return };
    table(manifest, root.get("packages"), false);
    table(manifest, root.get("dev-packages"), true);
    if let Some(entry) = root.entry("packages") {
        manifest.declared_at = entry.key.span;
    }
    if let Some(python) = root.at(&["requires", "python_version"]).and_then(Node::text) {
        manifest.runtime = Some(("python".to_owned(), python));
    }
}

pub(super) fn cargo(manifest: &mut Manifest, text: &str) {
    let Some(root) = read(manifest, text) else { return };
    table(manifest, root.get("dependencies"), false);
    table(manifest, root.get("dev-dependencies"), true);
    table(manifest, root.at(&["workspace", "dependencies"]), true);
    manifest.workspace_root = root.get("workspace").is_some();
    manifest.package = root.at(&["package", "name"]).and_then(Node::scalar);
    manifest.library = root.get("lib").is_some() && root.get("bin").is_none() || root.get("package").is_none();
    if let Some(entry) = root.entry("dependencies") {
        manifest.declared_at = entry.key.span;
    }
}
