//! Manifests of eleven package managers → what an app declares it depends on, and what its scripts run.

mod lines;
mod node;
mod python;
mod xml;

use super::spliced::Spliced;
use crate::source::{At, FileId, Span, folder, name};

/// Whose packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    Node,
    Python,
    Go,
    Rust,
    Ruby,
    Php,
    Java,
    Dotnet,
    Elixir,
}

/// What one manifest says.
#[derive(Debug)]
pub struct Manifest {
    pub file: FileId,
    pub ecosystem: Ecosystem,
    /// The file's name: `package.json`, `pyproject.toml` …
    pub name: String,
    /// The package's own name.
    pub package: Option<String>,
    pub dependencies: Vec<Dependency>,
    /// Scripts of package.json and composer.json.
    pub scripts: Vec<(At<String>, Spliced)>,
    /// The runtime that it asks for, such as `node` `>=20`.
    pub runtime: Option<(String, At<String>)>,
    /// Where the dependencies are declared, for what is to be said of them all.
    pub declared_at: Span,
    /// It declares workspaces: its members' lock file is its own.
    pub workspace_root: bool,
    /// Which tool manages it where its format leaves that open: poetry, pdm, uv, pip …
    pub tool: Option<&'static str>,
    /// Made to be depended upon, not to be run.
    pub library: bool,
    /// What its own format refuses.
    pub errors: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub struct Dependency {
    pub name: At<String>,
    /// The version asked for, as written.
    pub requirement: Option<At<String>>,
    pub dev: bool,
    /// A reason that the version is fixed elsewhere or none is needed: a path, a hash, a workspace.
    pub fixed: bool,
}

impl Manifest {
    fn new(file: FileId, path: &str, ecosystem: Ecosystem) -> Self {
        Self {
            file,
            ecosystem,
            name: name(path).to_owned(),
            package: None,
            dependencies: Vec::new(),
            scripts: Vec::new(),
            runtime: None,
            declared_at: Span::new(file, 0, 0),
            workspace_root: false,
            tool: None,
            library: false,
            errors: Vec::new(),
        }
    }

    #[must_use]
    pub fn script(&self, name: &str) -> Option<&Spliced> {
        self.scripts.iter().find(|(key, _)| key.value == name).map(|(_, text)| text)
    }

    #[must_use]
    pub fn dependency(&self, name: &str) -> Option<&Dependency> {
        self.dependencies.iter().find(|d| d.name.value == name)
    }

    /// The names of lock files that would govern it; none where its ecosystem has no lock by default.
    #[must_use]
    pub fn lock_names(&self) -> &'static [&'static str] {
        match (self.ecosystem, self.name.as_str(), self.tool) {
            (Ecosystem::Node, ..) => {
                &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"]
            }
            (Ecosystem::Python, "Pipfile", _) => &["Pipfile.lock"],
            (Ecosystem::Python, _, Some("poetry")) => &["poetry.lock"],
            (Ecosystem::Python, _, Some("pdm")) => &["pdm.lock"],
            (Ecosystem::Python, _, Some("uv")) => &["uv.lock"],
            (Ecosystem::Go, ..) => &["go.sum"],
            (Ecosystem::Rust, ..) => &["Cargo.lock"],
            (Ecosystem::Ruby, ..) => &["Gemfile.lock", "gems.locked"],
            (Ecosystem::Php, ..) => &["composer.lock"],
            (Ecosystem::Elixir, ..) => &["mix.lock"],
            _ => &[],
        }
    }
}

impl Manifest {
    /// The names of lock files that may stand beside it, be one expected or not.
    #[must_use]
    pub fn possible_locks(&self) -> &'static [&'static str] {
        match (self.name.as_str(), self.tool) {
            ("pyproject.toml", None) => &["uv.lock", "poetry.lock", "pdm.lock"],
            _ => self.lock_names(),
        }
    }
}

/// The ecosystem of a manifest, by its path.
#[must_use]
pub fn ecosystem(path: &str) -> Option<Ecosystem> {
    let file_name = name(path);
    let extension = file_name.rsplit_once('.').map_or("", |(_, e)| e);
    // `requirements/base.txt` is as usual as `requirements.txt`.
    let requirements = file_name.starts_with("requirements") || name(folder(path)) == "requirements";
    Some(match file_name {
        "package.json" => Ecosystem::Node,
        "pyproject.toml" | "Pipfile" => Ecosystem::Python,
        "go.mod" => Ecosystem::Go,
        "Cargo.toml" => Ecosystem::Rust,
        "Gemfile" => Ecosystem::Ruby,
        "composer.json" => Ecosystem::Php,
        "pom.xml" | "build.gradle" | "build.gradle.kts" => Ecosystem::Java,
        "mix.exs" => Ecosystem::Elixir,
        _ if requirements && extension == "txt" => Ecosystem::Python,
        _ if matches!(extension, "csproj" | "fsproj") => Ecosystem::Dotnet,
        _ => return None,
    })
}

/// Whether a file name is that of a lock file.
#[must_use]
pub fn is_lock(file_name: &str) -> bool {
    matches!(
        file_name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "bun.lock"
            | "bun.lockb"
            | "Pipfile.lock"
            | "poetry.lock"
            | "pdm.lock"
            | "uv.lock"
            | "go.sum"
            | "Cargo.lock"
            | "Gemfile.lock"
            | "gems.locked"
            | "composer.lock"
            | "mix.lock"
            | "packages.lock.json"
            | "gradle.lockfile"
    )
}

/// Reads a manifest; a part that its format refuses stands in [`Manifest::errors`], what can be read is read.
///
/// # Panics
/// When the file's name is no manifest's.
#[must_use]
pub fn parse(file: FileId, path: &str, text: &str) -> Manifest {
    let file_name = name(path);
    let kind = ecosystem(path).expect("the kind of a file says that it is a manifest");
    let mut manifest = Manifest::new(file, path, kind);
    match (kind, file_name) {
        (Ecosystem::Node, _) => node::package(&mut manifest, text),
        (Ecosystem::Php, _) => node::composer(&mut manifest, text),
        (Ecosystem::Python, "pyproject.toml") => python::pyproject(&mut manifest, text),
        (Ecosystem::Python, "Pipfile") => python::pipfile(&mut manifest, text),
        (Ecosystem::Python, _) => python::requirements(&mut manifest, text),
        (Ecosystem::Rust, _) => python::cargo(&mut manifest, text),
        (Ecosystem::Java, "pom.xml") => xml::maven(&mut manifest, text),
        (Ecosystem::Dotnet, _) => xml::project(&mut manifest, text),
        (Ecosystem::Go, _) => lines::go(&mut manifest, text),
        (Ecosystem::Ruby, _) => lines::gemfile(&mut manifest, text),
        (Ecosystem::Java, _) => lines::gradle(&mut manifest, text),
        (Ecosystem::Elixir, _) => lines::mix(&mut manifest, text),
    }
    manifest
}
