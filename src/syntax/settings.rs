//! Properties, YAML, JSON, XML and INI → keys, joined by dots, and values with their places.

use super::tree::Node;
use super::{data, yaml};
use crate::source::{At, FileId, Span};

/// Every key and value of a file, in its order; what its format refuses is left out. An XML attribute's key ends in
/// `.@name`; the items of a list share its key.
#[must_use]
pub fn read(file: FileId, path: &str, text: &str) -> Vec<(String, At<String>)> {
    let mut found = Vec::new();
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "yml" | "yaml" => tree(&yaml::parse(file, text).root, "", &mut found),
        "json" => {
            if let Ok(root) = data::jsonc(file, text) {
                tree(&root, "", &mut found);
            }
        }
        "xml" | "config" => xml(file, text, &mut found),
        "prisma" | "toml" => sections(file, text, &mut found),
        _ => lines(file, text, &mut found),
    }
    found
}

fn tree(node: &Node, key: &str, found: &mut Vec<(String, At<String>)>) {
    for entry in node.entries() {
        let below = if key.is_empty() { entry.name().to_owned() } else { format!("{key}.{}", entry.name()) };
        tree(&entry.value, &below, found);
    }
    for item in node.items() {
        tree(item, key, found);
    }
    if let Some(value) = node.text().or_else(|| node.scalar().map(|text| At::new(text, node.span))) {
        found.push((key.to_owned(), value));
    }
}

fn lines(file: FileId, text: &str, found: &mut Vec<(String, At<String>)>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let shown = line.trim();
        if shown.starts_with(['#', ';', '!', '[']) {
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        let begin = at + line.len() - value.len() + (value.len() - value.trim_start().len());
        let value = value.trim();
        let span = Span::new(file, begin, begin + value.len());
        found.push((key.trim().to_owned(), At::new(value.to_owned(), span)));
    }
}

/// `[section]` of TOML, and `kind name {` of Prisma, before the keys that stand in them.
fn sections(file: FileId, text: &str, found: &mut Vec<(String, At<String>)>) {
    let mut section = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let shown = line.trim();
        if let Some(name) = shown.strip_prefix('[').and_then(|s| s.strip_suffix(']')) {
            name.trim_matches(['[', ']']).clone_into(&mut section);
        } else if let Some(head) = shown.strip_suffix('{') {
            section = head.split_whitespace().collect::<Vec<_>>().join(".");
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !shown.starts_with(['#', '/'])) {
            let trimmed = value.trim();
            let quoted = trimmed.strip_prefix('"').and_then(|v| v.split('"').next());
            let value = quoted.unwrap_or(trimmed);
            let begin = at + line.find(value).unwrap_or(0);
            let key = if section.is_empty() { key.trim().to_owned() } else { format!("{section}.{}", key.trim()) };
            found.push((key, At::new(value.to_owned(), Span::new(file, begin, begin + value.len()))));
        }
    }
}

fn xml(file: FileId, text: &str, found: &mut Vec<(String, At<String>)>) {
    let Ok(document) = roxmltree::Document::parse(text) else { return };
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        // Which profile a part is for belongs to its path.
        let part = |n: roxmltree::Node<'_, '_>| match n.attribute("name") {
            Some(profile) if n.tag_name().name() == "springProfile" => format!("springProfile={profile}"),
            _ => n.tag_name().name().to_owned(),
        };
        let mut names: Vec<String> = node.ancestors().filter(roxmltree::Node::is_element).map(part).collect();
        names.reverse();
        let key = names.join(".");
        for attribute in node.attributes() {
            let range = attribute.range_value();
            let value = At::new(attribute.value().to_owned(), Span::new(file, range.start, range.end));
            found.push((format!("{key}.@{}", attribute.name()), value));
        }
        if let Some(inner) = node.first_child().filter(roxmltree::Node::is_text)
            && let Some(value) = inner.text().map(str::trim).filter(|t| !t.is_empty())
        {
            let range = inner.range();
            let begin = range.start + text[range.clone()].find(value).unwrap_or(0);
            found.push((key, At::new(value.to_owned(), Span::new(file, begin, begin + value.len()))));
        }
    }
}
