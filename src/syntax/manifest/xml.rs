//! pom.xml and .NET project files.

use roxmltree::{Document, Node};

use super::{Dependency, Manifest};
use crate::source::{At, Span};

fn read<'t>(manifest: &mut Manifest, text: &'t str) -> Option<Document<'t>> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) => Some(document),
        Err(error) => {
            let place = error.pos();
            let line: usize = text.split_inclusive('\n').take(place.row as usize - 1).map(str::len).sum();
            let at = (line + place.col as usize - 1).min(text.len());
            manifest.errors.push(At::new(error.to_string(), Span::new(manifest.file, at, at)));
            None
        }
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|c| c.tag_name().name() == name)
}

fn text(manifest: &Manifest, node: Node<'_, '_>) -> Option<At<String>> {
    let inner = node.first_child().filter(Node::is_text)?;
    let range = inner.range();
    Some(At::new(inner.text()?.trim().to_owned(), Span::new(manifest.file, range.start, range.end)))
}

pub(super) fn maven(manifest: &mut Manifest, source: &str) {
    let Some(document) = read(manifest, source) else { return };
    let root = document.root_element();
    if let Some(node) = child(root, "dependencies") {
        let range = node.range();
        manifest.declared_at = Span::new(manifest.file, range.start, range.start + "<dependencies>".len());
    }
    for node in root.descendants().filter(|n| n.tag_name().name() == "dependency") {
        let Some(name) = child(node, "artifactId").and_then(|n| text(manifest, n)) else { continue };
        let requirement = child(node, "version").and_then(|n| text(manifest, n));
        let dev = child(node, "scope").and_then(|n| n.text()).is_some_and(|s| s.trim() == "test");
        // Without a version, the parent's or a BOM's dependency management fixes it.
        let fixed = requirement.is_none();
        manifest.dependencies.push(Dependency { name, requirement, dev, fixed });
    }
    let property = |name: &str| child(root, "properties").and_then(|p| child(p, name));
    let java = property("java.version")
        .or_else(|| property("maven.compiler.release"))
        .or_else(|| property("maven.compiler.source"));
    if let Some(version) = java.and_then(|n| text(manifest, n)).filter(|v| !v.value.starts_with('$')) {
        manifest.runtime = Some(("java".to_owned(), version));
    }
    manifest.workspace_root = child(root, "modules").is_some();
    manifest.package = child(root, "artifactId").and_then(|n| n.text()).map(|t| t.trim().to_owned());
}

pub(super) fn project(manifest: &mut Manifest, source: &str) {
    let Some(document) = read(manifest, source) else { return };
    for node in document.descendants().filter(|n| n.tag_name().name() == "PackageReference") {
        let place = |name: &str| {
            let attribute = node.attribute_node(name)?;
            let range = attribute.range_value();
            Some(At::new(attribute.value().to_owned(), Span::new(manifest.file, range.start, range.end)))
        };
        let Some(name) = place("Include") else { continue };
        let requirement = place("Version");
        // Central package management keeps the version elsewhere.
        let fixed = requirement.is_none();
        manifest.dependencies.push(Dependency { name, requirement, dev: false, fixed });
    }
    if let Some(node) = document.descendants().find(|n| n.tag_name().name() == "TargetFramework")
        && let Some(version) = text(manifest, node)
        && let Some(number) = version.value.strip_prefix("net")
    {
        manifest.runtime = Some(("dotnet".to_owned(), At::new(number.to_owned(), version.span)));
    }
    manifest.library = !source.contains("Microsoft.NET.Sdk.Web") && !source.contains("<OutputType>Exe");
}
