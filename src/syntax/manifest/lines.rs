//! Manifests that are programs or line formats: go.mod, Gemfile, build.gradle, mix.exs. Read by their idioms.

use std::sync::LazyLock;

use regex::Regex;

use super::{Dependency, Manifest};
use crate::source::{At, Span};

fn at(manifest: &Manifest, found: regex::Match<'_>) -> At<String> {
    At::new(found.as_str().to_owned(), Span::new(manifest.file, found.start(), found.end()))
}

macro_rules! pattern {
    ($name:ident, $regex:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($regex).expect("a sound pattern"));
    };
}

pattern!(GO_REQUIRE, r"(?m)^\s*(?:require\s+)?([\w.~-]+\.[\w./~-]+)\s+(v[\w.+-]+)");
pattern!(GO_VERSION, r"(?m)^go\s+(\d[\w.]*)");
pattern!(GEM, r#"(?m)^\s*gem\s+['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?([^\n]*)"#);
pattern!(RUBY_VERSION, r#"(?m)^\s*ruby\s+['"]([^'"]+)['"]"#);
pattern!(
    GRADLE,
    r#"(?m)^\s*(implementation|api|runtimeOnly|compileOnly|testImplementation|compile)\s*\(?\s*['"]([^'":]+:[^'":]+):([^'":]+)"#
);
pattern!(
    GRADLE_JAVA,
    r"(?:JavaLanguageVersion\.of\(|sourceCompatibility\s*=\s*(?:JavaVersion\.VERSION_|'|\x22)?)(\d[\d_.]*)"
);
pattern!(MIX, r#"\{:(\w+),\s*"([^"]+)""#);

pub(super) fn go(manifest: &mut Manifest, text: &str) {
    let module = text.lines().find_map(|line| line.strip_prefix("module "));
    manifest.package = module.map(|m| m.split("//").next().unwrap_or(m).trim().trim_matches('"').to_owned());
    for found in GO_REQUIRE.captures_iter(text) {
        let (name, version) =
            (at(manifest, found.get(1).expect("group 1")), at(manifest, found.get(2).expect("group 2")));
        manifest.dependencies.push(Dependency { name, requirement: Some(version), dev: false, fixed: true });
    }
    if let Some(found) = GO_VERSION.captures(text).and_then(|c| c.get(1)) {
        manifest.runtime = Some(("go".to_owned(), at(manifest, found)));
    }
    if let Some(first) = manifest.dependencies.first() {
        manifest.declared_at = first.name.span;
    }
}

pub(super) fn gemfile(manifest: &mut Manifest, text: &str) {
    for found in GEM.captures_iter(text) {
        let name = at(manifest, found.get(1).expect("group 1"));
        let requirement = found.get(2).map(|m| at(manifest, m));
        let rest = found.get(3).map_or("", |m| m.as_str());
        let fixed = ["path:", ":path", "ref:", "tag:", ":ref", ":tag"].iter().any(|key| rest.contains(key));
        manifest.dependencies.push(Dependency { name, requirement, dev: false, fixed });
    }
    let groups = development_groups(text);
    for gem in &mut manifest.dependencies {
        gem.dev |= groups.iter().any(|group| group.contains(&(gem.name.span.start as usize)));
    }
    if let Some(found) = RUBY_VERSION.captures(text).and_then(|c| c.get(1)) {
        manifest.runtime = Some(("ruby".to_owned(), at(manifest, found)));
    }
    if let Some(first) = manifest.dependencies.first() {
        manifest.declared_at = first.name.span;
    }
    // A library's Gemfile takes its dependencies from the gemspec.
    manifest.library = text.lines().any(|line| line.trim_start().starts_with("gemspec"));
}

/// The bytes of the `group :development, :test do … end` of a Gemfile that no other group is in.
fn development_groups(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut open = None;
    for line in text.split_inclusive('\n') {
        let shown = line.trim();
        if let Some(names) = shown.strip_prefix("group ").and_then(|rest| rest.strip_suffix(" do")) {
            let all = names.split(',').map(|n| n.trim().trim_start_matches(':').trim_matches('"'));
            open = all.into_iter().all(|n| matches!(n, "development" | "test")).then_some(at);
        } else if shown == "end" {
            found.extend(open.take().map(|start| start..at));
        }
        at += line.len();
    }
    found
}

pub(super) fn gradle(manifest: &mut Manifest, text: &str) {
    for found in GRADLE.captures_iter(text) {
        let dev = found.get(1).is_some_and(|m| m.as_str().starts_with("test"));
        let name = at(manifest, found.get(2).expect("group 2"));
        let requirement = found.get(3).map(|m| at(manifest, m));
        manifest.dependencies.push(Dependency { name, requirement, dev, fixed: false });
    }
    if let Some(found) = GRADLE_JAVA.captures(text).and_then(|c| c.get(1)) {
        manifest.runtime = Some(("java".to_owned(), at(manifest, found)));
    }
}

pub(super) fn mix(manifest: &mut Manifest, text: &str) {
    for found in MIX.captures_iter(text) {
        let name = at(manifest, found.get(1).expect("group 1"));
        let requirement = found.get(2).map(|m| at(manifest, m));
        manifest.dependencies.push(Dependency { name, requirement, dev: false, fixed: false });
    }
    if let Some(first) = manifest.dependencies.first() {
        manifest.declared_at = first.name.span;
    }
}
