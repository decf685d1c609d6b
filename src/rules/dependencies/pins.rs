//! Which version a dependency asks for.

use super::manifests;
use crate::rules::{Context, Ruling};
use crate::syntax::manifest::{Dependency, Ecosystem};
use crate::violation::Violation;

/// What is wrong with how a dependency names its version.
enum Loose {
    None,
    Range(String),
    Any(String),
    Branch,
}

pub(super) fn unpinned_dependency(c: &Context<'_>, out: &mut Ruling) {
    for manifest in manifests(c) {
        let locked = c.app.lock_of(manifest, c.sources).is_some();
        for dependency in manifest.dependencies.iter().filter(|d| !d.dev && !d.fixed) {
            let name = &dependency.name.value;
            // A package of this repository has the version that the commit has.
            if c.app.manifests.iter().any(|m| m.package.as_deref() == Some(name)) {
                continue;
            }
            let Some(loose) = loose(manifest.ecosystem, &manifest.name, dependency, locked) else {
                out.holds(dependency.name.span, format!("`{name}` is fixed"));
                continue;
            };
            let message = match loose {
                Loose::None => format!("`{name}` has no version"),
                Loose::Range(range) => format!("`{name}` has a range: `{range}`"),
                Loose::Any(version) => format!("`{name}` takes any version: `{version}`"),
                Loose::Branch => format!("`{name}` follows a moving branch"),
            };
            let help = if matches!(manifest.ecosystem, Ecosystem::Python) {
                "name one version: `==1.2.3`"
            } else {
                "name a version"
            };
            out.violation(Violation::at(dependency.name.span, message).help(help));
        }
    }
}

fn loose(ecosystem: Ecosystem, file: &str, dependency: &Dependency, locked: bool) -> Option<Loose> {
    let version = dependency.requirement.as_ref().map(|r| r.value.trim());
    match ecosystem {
        Ecosystem::Python if file.ends_with(".txt") => match version {
            None => Some(Loose::None),
            Some(v) if v.contains("git+") => moving(v).then_some(Loose::Branch),
            Some(v) if v.contains("==") => None,
            Some(v) => Some(Loose::Range(v.to_owned())),
        },
        Ecosystem::Node => match version {
            Some(v @ ("latest" | "*" | "x" | "X" | "")) => Some(Loose::Any(v.to_owned())),
            // A hash behind the address is told apart when the manifest is read.
            Some(v) if !locked && (v.starts_with("git") || v.starts_with("github:") || v.contains(".git")) => {
                Some(Loose::Branch)
            }
            _ => None,
        },
        Ecosystem::Php => match version {
            Some(v) if v.starts_with("dev-") || v == "@dev" => Some(Loose::Branch),
            Some("*") => Some(Loose::Any("*".to_owned())),
            _ => None,
        },
        Ecosystem::Ruby => (version.is_none() && !locked).then_some(Loose::None),
        Ecosystem::Java => match version {
            Some(v)
                if matches!(v, "LATEST" | "RELEASE" | "latest.release" | "latest.integration") || v.ends_with('+') =>
            {
                Some(Loose::Any(v.to_owned()))
            }
            _ => None,
        },
        Ecosystem::Dotnet => match version {
            Some(v) if v.contains('*') => Some(Loose::Any(v.to_owned())),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a git address names no revision, or a branch.
fn moving(address: &str) -> bool {
    let path = address.find("://").map_or(address, |n| &address[n + 3..]);
    let path = path.split('#').next().unwrap_or(path);
    match path.rsplit_once('@').filter(|(before, _)| before.contains('/')) {
        None => true,
        Some((_, revision)) => matches!(revision, "main" | "master" | "develop" | "dev" | "trunk" | "HEAD"),
    }
}
