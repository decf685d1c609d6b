//! package.json and composer.json.

use super::{Dependency, Manifest};
use crate::source::At;
use crate::syntax::data;
use crate::syntax::spliced::Spliced;
use crate::syntax::tree::{Entry, Node};

pub(super) fn package(manifest: &mut Manifest, text: &str) {
    let Some(root) = read(manifest, text) else { return };
    for (key, dev) in [("dependencies", false), ("optionalDependencies", false), ("devDependencies", true)] {
        collect(manifest, &root, key, dev, |version| {
            ["file:", "link:", "workspace:", "portal:", "npm:"].iter().any(|p| version.starts_with(p))
                || version.contains('#') && !version.ends_with('#')
        });
    }
    scripts(manifest, &root, text);
    manifest.runtime = root.at(&["engines", "node"]).and_then(Node::text).map(|at| ("node".to_owned(), at));
    manifest.workspace_root = root.get("workspaces").is_some();
    manifest.package = root.get("name").and_then(Node::scalar);
    let published = ["main", "module", "exports", "types", "files", "bin"].iter().any(|key| root.get(key).is_some());
    let private = root.get("private").and_then(Node::as_bool) == Some(true);
    manifest.library = published && !private && manifest.script("start").is_none();
}

pub(super) fn composer(manifest: &mut Manifest, text: &str) {
    let Some(root) = read(manifest, text) else { return };
    for (key, dev) in [("require", false), ("require-dev", true)] {
        collect(manifest, &root, key, dev, |_| false);
    }
    // `php` and `ext-…` are the platform, not packages.
    if let Some(php) = manifest.dependency("php").and_then(|d| d.requirement.clone()) {
        manifest.runtime = Some(("php".to_owned(), php));
    }
    manifest.dependencies.retain(|d| d.name.value.contains('/'));
    scripts(manifest, &root, text);
    manifest.package = root.get("name").and_then(Node::scalar);
    manifest.library = root.get("type").and_then(Node::as_str).is_some_and(|t| t != "project");
}

fn read(manifest: &mut Manifest, text: &str) -> Option<Node> {
    match data::json(manifest.file, text) {
        Ok(root) => Some(root),
        Err(error) => {
            manifest.errors.push(error);
            None
        }
    }
}

fn collect(manifest: &mut Manifest, root: &Node, key: &str, dev: bool, fixed: impl Fn(&str) -> bool) {
    let Some(entry) = root.entry(key) else { return };
    if !dev {
        manifest.declared_at = entry.key.span;
    }
    for Entry { key, value, .. } in entry.value.entries() {
        let Some(name) = key.text() else { continue };
        let requirement = value.text();
        let fixed = requirement.as_ref().is_some_and(|r| fixed(&r.value));
        manifest.dependencies.push(Dependency { name, requirement, dev, fixed });
    }
}

fn scripts(manifest: &mut Manifest, root: &Node, text: &str) {
    for entry in root.get("scripts").map(Node::entries).unwrap_or_default() {
        let Some(value) = entry.value.as_str() else { continue };
        let key = At::new(entry.name().to_owned(), entry.key.span);
        let source = text.get(entry.value.span.range()).unwrap_or_default();
        manifest.scripts.push((key, Spliced::align(value, source, entry.value.span)));
    }
}
