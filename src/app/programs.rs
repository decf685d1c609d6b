//! Of several programs that one repository makes, those that an image starts, and the code that they are made of: Cargo's
//! packages, .NET's projects, Go's packages, the apps of a Nest workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::image::Image;
use super::{App, Process};
use crate::source::{FileId, Sources, folder, is_within, join, name};
use crate::syntax::dockerfile::Body;
use crate::syntax::manifest::{Ecosystem, Manifest};

/// What an image's programs are made of, in each language of which that is known.
pub(super) struct Programs<'a> {
    rust: Option<Cargo<'a>>,
    dotnet: Option<Projects<'a>>,
    go: Option<Packages<'a>>,
    /// The apps that the start names, of those below `apps/`.
    apps: BTreeSet<String>,
}

impl<'a> Programs<'a> {
    pub(super) fn of(
        app: &'a App,
        process: &Process,
        stages: &[&Image],
        carried: &[FileId],
        sources: &'a Sources,
    ) -> Self {
        let words = words(app, process, stages, true);
        let paths: Vec<&str> = carried.iter().map(|id| sources.path(*id)).collect();
        let speaks = |end: &str| paths.iter().any(|p| p.ends_with(end));
        Self {
            rust: speaks(".rs").then(|| {
                // Of several programs in one image, each process starts one.
                let argv = process.chain.steps.iter().flat_map(|s| &s.argv);
                let started = Cargo::of(app, &argv.map(|word| word.text().to_owned()).collect(), sources);
                let named = || Cargo::of(app, &self::words(app, process, stages, false), sources);
                if started.used.is_some() { started } else { named() }
            }),
            dotnet: speaks(".cs").then(|| Projects::of(app, &words, sources)).flatten(),
            go: speaks(".go").then(|| Packages::of(app, &words, carried, sources)).flatten(),
            apps: apps(process, &self::words(app, process, stages, false), &paths),
        }
    }

    /// The folders of Cargo's packages that hold them.
    pub(super) fn roots(&self) -> Vec<String> {
        self.rust.as_ref().map(|cargo| cargo.roots.iter().map(|at| (*at).to_owned()).collect()).unwrap_or_default()
    }

    /// Whether it is known of every source file of that language whether it is part of them.
    pub(super) fn tell(&self, path: &str) -> bool {
        match path.rsplit_once('.').map_or("", |(_, end)| end) {
            "rs" => self.rust.as_ref().is_some_and(|cargo| cargo.used.is_some()),
            "cs" => self.dotnet.is_some(),
            _ => false,
        }
    }

    /// Whether a source file is part of none of them.
    pub(super) fn leave_out(&self, path: &str) -> bool {
        match path.rsplit_once('.').map_or("", |(_, end)| end) {
            "rs" => self.rust.as_ref().is_some_and(|cargo| cargo.leave_out(path)),
            "cs" => self.dotnet.as_ref().is_some_and(|projects| projects.leave_out(path)),
            "go" => self.go.as_ref().is_some_and(|packages| packages.leave_out(path)),
            "ts" | "js" => !self.apps.is_empty() && app_of(path).is_some_and(|a| !self.apps.contains(a)),
            _ => false,
        }
    }
}

/// The words in which a build and a start name programs: arguments of commands, what is copied from stage to stage, and
/// from the context where that is asked for.
fn words(app: &App, process: &Process, stages: &[&Image], context: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for instruction in stages.iter().flat_map(|image| app.instructions(image)) {
        match &instruction.body {
            Body::Run(command) => {
                let script = command.script();
                // The words of `make` are targets.
                for command in script.iter().flat_map(|s| s.commands()).filter(|c| c.program() != Some("make")) {
                    found.extend(command.words.iter().map(|w| w.text().to_owned()));
                }
            }
            Body::Copy { sources, .. } if context || instruction.flag("from").is_some() => {
                found.extend(sources.iter().map(|s| s.value.clone()));
            }
            _ => {}
        }
    }
    found.extend(process.chain.main_steps().flat_map(|s| &s.argv).map(|word| word.text().to_owned()));
    // One Dockerfile builds several programs: `go build ./cmd/${SERVICE}` with `args: {SERVICE: orders}`.
    let build = app.deployed_of(process).and_then(|d| d.service.build.as_ref());
    for argument in build.into_iter().flat_map(|b| &b.args) {
        let Some(value) = argument.value.as_ref().and_then(|v| v.text()) else { continue };
        let name = &argument.name.value;
        let written = [format!("${{{name}}}"), format!("${name}")];
        let given = |word: &String| written.iter().fold(word.clone(), |word, mark| word.replace(mark, value));
        found = found.iter().map(given).collect();
    }
    found
}

/// Packages of Cargo by their folders.
struct Cargo<'a> {
    folders: Vec<&'a str>,
    /// Those that the programs are built from; nothing where no program is named.
    used: Option<BTreeSet<&'a str>>,
    /// Of them, those that hold a program that is started.
    roots: BTreeSet<&'a str>,
    /// The programs that are started, with `_`.
    programs: BTreeSet<String>,
}

impl<'a> Cargo<'a> {
    fn of(app: &'a App, words: &BTreeSet<String>, sources: &'a Sources) -> Self {
        static BIN: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"(?s)\[\[bin\]\][^\[]*?name\s*=\s*"([^"]+)""#).expect("a sound pattern"));
        let plain = |text: &str| text.replace('-', "_");
        let named: BTreeSet<String> = words.iter().map(|w| plain(name(w))).collect();
        let packages: Vec<(&Manifest, &str)> = app
            .manifests
            .iter()
            .filter(|m| m.ecosystem == Ecosystem::Rust && m.package.is_some())
            .map(|m| (m, folder(sources.path(m.file))))
            .collect();
        let (mut roots, mut programs) = (BTreeSet::new(), BTreeSet::new());
        for (manifest, at) in &packages {
            let mut own: BTreeSet<String> = manifest.package.iter().map(|p| plain(p)).collect();
            own.extend(BIN.captures_iter(sources.text(manifest.file)).map(|found| plain(&found[1])));
            let bins = sources.below(at).filter_map(|(_, file)| {
                let below = file.path.strip_prefix(at)?.trim_start_matches('/').strip_prefix("src/bin/")?;
                Some(plain(below.split(['/', '.']).next()?))
            });
            own.extend(bins);
            let started: Vec<String> = own.intersection(&named).cloned().collect();
            if !started.is_empty() {
                roots.insert(*at);
                programs.extend(started);
            }
        }
        let mut used: BTreeSet<&str> = roots.clone();
        let mut left: Vec<&str> = roots.iter().copied().collect();
        while let Some(at) = left.pop() {
            let Some((manifest, _)) = packages.iter().find(|(_, other)| *other == at) else { continue };
            for (other, below) in &packages {
                let package = other.package.as_deref().map(plain);
                let depends = manifest.dependencies.iter().any(|d| package.as_deref() == Some(&plain(&d.name.value)));
                if depends && used.insert(below) {
                    left.push(below);
                }
            }
        }
        let folders = packages.iter().map(|(_, at)| *at).collect();
        Self { folders, used: (!roots.is_empty()).then_some(used), roots, programs }
    }

    fn leave_out(&self, path: &str) -> bool {
        let Some(at) = nearest(&self.folders, path) else { return false };
        let below = path.strip_prefix(at).unwrap_or(path).trim_start_matches('/');
        // It runs while the package is built.
        if below == "build.rs" {
            return true;
        }
        let Some(used) = &self.used else { return false };
        let program = below.strip_prefix("src/bin/").and_then(|rest| rest.split(['/', '.']).next());
        !used.contains(at)
            || program.is_some_and(|program| !self.programs.contains(&program.replace('-', "_")))
            || below == "src/main.rs" && !self.roots.contains(at)
    }
}

/// Projects of .NET by their folders.
struct Projects<'a> {
    folders: Vec<&'a str>,
    used: BTreeSet<&'a str>,
    roots: BTreeSet<&'a str>,
}

impl<'a> Projects<'a> {
    /// Nothing where no project is named.
    fn of(app: &'a App, words: &BTreeSet<String>, sources: &'a Sources) -> Option<Self> {
        static REFERENCE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"<ProjectReference\s[^>]*Include="([^"]+)""#).expect("a sound pattern"));
        let projects: Vec<(FileId, &str)> = app
            .manifests
            .iter()
            .filter(|m| m.ecosystem == Ecosystem::Dotnet)
            .map(|m| (m.file, sources.path(m.file)))
            .collect();
        let started = |path: &str| {
            let stem = name(path).rsplit_once('.').map_or("", |(stem, _)| stem);
            words.iter().any(|w| name(w).strip_suffix(".dll") == Some(stem))
        };
        let mut left: Vec<&str> = projects.iter().map(|(_, path)| *path).filter(|path| started(path)).collect();
        let roots: BTreeSet<&str> = left.iter().map(|path| folder(path)).collect();
        let mut used = roots.clone();
        while let Some(path) = left.pop() {
            let Some((file, _)) = projects.iter().find(|(_, other)| *other == path) else { continue };
            for reference in REFERENCE.captures_iter(sources.text(*file)) {
                let Some(target) = join(folder(path), &reference[1].replace('\\', "/")) else { continue };
                if let Some((_, other)) = projects.iter().find(|(_, other)| *other == target)
                    && used.insert(folder(other))
                {
                    left.push(other);
                }
            }
        }
        let folders = projects.iter().map(|(_, path)| folder(path)).collect();
        (!roots.is_empty()).then_some(Self { folders, used, roots })
    }

    fn leave_out(&self, path: &str) -> bool {
        let Some(at) = nearest(&self.folders, path) else { return false };
        // Of a project that another one refers to, the start is not run.
        let start = matches!(name(path), "Program.cs" | "Startup.cs") && folder(path) == at;
        !self.used.contains(at) || start && !self.roots.contains(at)
    }
}

/// Packages of Go, by their folders, that the programs import.
struct Packages<'a> {
    modules: Vec<&'a str>,
    used: BTreeSet<String>,
}

impl<'a> Packages<'a> {
    /// Nothing where no program is found.
    fn of(app: &'a App, words: &BTreeSet<String>, carried: &[FileId], sources: &'a Sources) -> Option<Self> {
        static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w./~-]+)"\s*(?://.*)?$"#).expect("a sound pattern")
        });
        let modules: Vec<(&str, &str)> = app
            .manifests
            .iter()
            .filter(|m| m.ecosystem == Ecosystem::Go)
            .filter_map(|m| Some((m.package.as_deref()?, folder(sources.path(m.file)))))
            .collect();
        let mut files: BTreeMap<&str, Vec<FileId>> = BTreeMap::new();
        for id in carried.iter().filter(|id| sources.path(**id).ends_with(".go")) {
            files.entry(folder(sources.path(*id))).or_default().push(*id);
        }
        let is_program = |at: &&str| files[at].iter().any(|id| declares_main(sources.text(*id)));
        let mut programs: Vec<&str> = files.keys().copied().filter(is_program).collect();
        let named = |at: &&str| {
            let own = name(at);
            at.split('/').any(|part| part == "cmd") && words.iter().any(|w| names_command(w, own))
        };
        // One module makes several programs: those that the build names.
        if programs.iter().any(named) {
            programs.retain(|at| named(at));
        }
        if programs.is_empty() || modules.is_empty() {
            return None;
        }
        let mut used: BTreeSet<String> = programs.iter().map(|at| (*at).to_owned()).collect();
        let mut left: Vec<String> = used.iter().cloned().collect();
        while let Some(at) = left.pop() {
            for text in files.get(at.as_str()).into_iter().flatten().map(|id| sources.text(*id)) {
                for import in IMPORT.captures_iter(text) {
                    let target = modules.iter().find_map(|(module, below)| {
                        let rest = import[1].strip_prefix(module)?;
                        let rest = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(""))?;
                        join(below, rest)
                    });
                    if let Some(target) = target
                        && used.insert(target.clone())
                    {
                        left.push(target);
                    }
                }
            }
        }
        Some(Self { modules: modules.iter().map(|(_, at)| *at).collect(), used })
    }

    fn leave_out(&self, path: &str) -> bool {
        nearest(&self.modules, path).is_some() && !self.used.contains(folder(path))
    }
}

fn declares_main(text: &str) -> bool {
    text.lines()
        .find_map(|line| line.strip_prefix("package "))
        .is_some_and(|p| p.split_whitespace().next() == Some("main"))
}

/// `./cmd/web`, `cmd/web/main.go`, `/bin/web` of a stage.
fn names_command(word: &str, program: &str) -> bool {
    word.match_indices("cmd/").any(|(at, mark)| {
        let rest = word[at + mark.len()..].trim_end_matches("main.go");
        rest.split('/').any(|part| part == program)
    })
}

/// The apps below `apps/` that a start names: `nest start orders`, `node dist/apps/orders/main`; or that the image takes from
/// its build: `dist/apps/orders`.
fn apps(process: &Process, words: &BTreeSet<String>, paths: &[&str]) -> BTreeSet<String> {
    let all: BTreeSet<&str> = paths.iter().filter_map(|path| app_of(path)).collect();
    let named = |app: &&str| {
        process.chain.main_steps().any(|step| {
            let nest = step.program() == "nest";
            step.args().iter().any(|word| {
                nest && word == app
                    || word.split('/').zip(word.split('/').skip(1)).any(|(a, b)| a == "apps" && b == *app)
            })
        })
    };
    let started: BTreeSet<String> = all.iter().copied().filter(named).map(str::to_owned).collect();
    let taken = |app: &&str| words.iter().any(|w| w.trim_end_matches('/').ends_with(&format!("dist/apps/{app}")));
    if started.is_empty() { all.into_iter().filter(taken).map(str::to_owned).collect() } else { started }
}

fn app_of(path: &str) -> Option<&str> {
    let below = path.strip_prefix("apps/").or_else(|| Some(path.split_once("/apps/")?.1))?;
    below.split_once('/').map(|(app, _)| app)
}

/// The innermost of some folders that a path lies in.
fn nearest<'f>(folders: &[&'f str], path: &str) -> Option<&'f str> {
    folders.iter().copied().filter(|at| is_within(path, at)).max_by_key(|at| at.len())
}
