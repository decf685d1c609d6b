//! Which source files each process runs: what its image carries, in the languages that its main process speaks, of the
//! part of the repository that it is started in.

use std::collections::{BTreeMap, BTreeSet};

use super::image::{Copied, Image};
use super::languages::languages;
use super::programs::Programs;
use super::{App, Process};
use crate::code::Language;
use crate::source::{FileId, Sources, folder, is_within, join, name};
use crate::syntax::dockerfile::Body;
use crate::syntax::manifest::Manifest;

/// What a process runs.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Source files; empty where that is not known.
    pub files: BTreeSet<FileId>,
    /// The folders of the packages that hold its programs, where that is known.
    pub roots: Vec<String>,
}

/// What each process runs.
pub(super) fn all(app: &App, sources: &Sources) -> Vec<Reached> {
    let units = units(app, sources);
    let mut carried: BTreeMap<usize, Vec<FileId>> = BTreeMap::new();
    let mut found = Vec::new();
    for process in &app.processes {
        let (Some(at), Some(image)) = (process.image, app.image_of(process)) else {
            found.push(Reached::default());
            continue;
        };
        let carried = carried.entry(at).or_insert_with(|| {
            app.code.files.keys().copied().filter(|id| carries(app, image, sources.path(*id), sources)).collect()
        });
        found.push(Started { app, process, image, sources }.runs(carried, &units));
    }
    found
}

/// A process with the image that it is started in.
struct Started<'a> {
    app: &'a App,
    process: &'a Process,
    image: &'a Image,
    sources: &'a Sources,
}

impl Started<'_> {
    /// Of the files that the image carries, those that the process runs.
    fn runs(&self, carried: &[FileId], units: &[String]) -> Reached {
        let languages = languages(self.app, self.process, self.image);
        let spoken = |id: &FileId| self.app.code.files.get(id).is_some_and(|l| languages.contains(l));
        let mut carried: Vec<FileId> = carried.iter().copied().filter(spoken).collect();
        if carried.is_empty()
            && let Some(root) = built_outside(self.app, self.image, self.sources)
        {
            let within = self.app.code.files.iter().filter(|(id, _)| is_within(self.sources.path(**id), &root));
            let compiled = [Language::Go, Language::Rust];
            let one = languages.is_empty().then(|| compiled.iter().find(|l| within.clone().all(|(_, o)| o == *l)));
            let spoken = |l: &Language| languages.contains(l) || one.flatten() == Some(l);
            carried = within.filter(|(_, l)| spoken(l)).map(|(id, _)| *id).collect();
        }
        let unit = |id: FileId| unit_of(units, self.sources.path(id));
        let held: BTreeSet<&str> = carried.iter().map(|id| unit(*id)).collect();
        let built = self.parts(units);
        let named: BTreeSet<&str> = if built.is_empty() {
            held.iter().copied().filter(|u| self.is_named(u, units)).collect()
        } else {
            held.iter().copied().filter(|u| built.contains(u)).collect()
        };
        let named = self.with_packages(named, &held);
        let several = held.len() > 1 && !named.is_empty();
        let programs = Programs::of(self.app, self.process, &closure(self.app, self.image), &carried, self.sources);
        let scripts = self.process.chain.main_steps().any(|s| is_script(&s.shown()));
        let files = carried
            .into_iter()
            .filter(|id| !several || named.contains(unit(*id)) || programs.tell(self.sources.path(*id)))
            .filter(|id| {
                let path = self.sources.path(*id);
                let by_hand = is_script(path) || path.starts_with("bin/") && path.ends_with(".py");
                (scripts || !by_hand) && !programs.leave_out(path)
            })
            .collect();
        Reached { files, roots: programs.roots() }
    }

    /// The parts of the repository that the last stage has; empty where that is not known.
    fn parts<'u>(&self, units: &'u [String]) -> BTreeSet<&'u str> {
        let made = self.built(units);
        if made.is_empty() {
            return made;
        }
        let own = self.image.copies.iter().filter(|c| c.stage == self.image.stage && c.from.is_none() && !c.foreign);
        let takes = |path: &str| {
            let mut sources = own.clone().filter(|c| !c.inline).flat_map(|c| &c.sources);
            sources.any(|source| covers(&self.image.context, &source.value, path))
        };
        let started = units.iter().map(String::as_str).filter(|unit| self.is_started(unit, units));
        // Where it takes the sources of one part as they are, what was built of another is for a browser.
        let whole: BTreeSet<&str> = units.iter().map(String::as_str).filter(|unit| takes(unit)).collect();
        let rest: BTreeSet<&str> = whole.difference(&made).copied().chain(started).collect();
        if rest.is_empty() { made } else { rest }
    }

    /// The parts that what the last stage takes was built in: `/app/apps/web/dist` of a stage that has the repository in
    /// `/app`. Empty where one of its copies may come from anywhere.
    fn built<'u>(&self, units: &'u [String]) -> BTreeSet<&'u str> {
        let mut found = BTreeSet::new();
        for copied in self.image.copies.iter().filter(|c| c.stage == self.image.stage) {
            let Some(stage) = copied.from else { continue };
            for source in &copied.sources {
                let Some(path) = origin(self.app, self.image, stage, &source.value, 0) else {
                    found.extend(self.deployed_to(stage, &source.value).map(|path| unit_of(units, path)));
                    continue;
                };
                // What `turbo prune` puts apart.
                let path = path.strip_prefix("out/full/").or_else(|| path.strip_prefix("out/json/")).unwrap_or(&path);
                let modules = path.contains("node_modules") || path.ends_with("package.json");
                let unit = unit_of(units, path);
                if unit.is_empty() && !modules {
                    return BTreeSet::new();
                }
                if !unit.is_empty() {
                    found.insert(unit);
                }
            }
        }
        found
    }

    /// The part of a workspace that `pnpm --filter PACKAGE deploy FOLDER` puts where a path of a stage is.
    fn deployed_to(&self, stage: usize, path: &str) -> Option<&'_ str> {
        let image = self.app.image_at(self.image.file, stage)?;
        self.app.instructions(image).find_map(|instruction| {
            let Body::Run(command) = &instruction.body else { return None };
            let script = command.script()?;
            script.commands().into_iter().find_map(|command| {
                let words: Vec<&str> = command.words.iter().map(super::super::syntax::shell::Word::text).collect();
                let deploys = command.program() == Some("pnpm") && words.contains(&"deploy");
                let to = words.iter().any(|w| w.starts_with('/') && is_within(path, w.trim_end_matches('/')));
                let at = words.iter().position(|w| matches!(*w, "--filter" | "-F"));
                let package = at
                    .and_then(|at| words.get(at + 1).copied())
                    .or_else(|| words.iter().find_map(|w| w.strip_prefix("--filter=")))
                    .filter(|_| deploys && to)?;
                let manifest = self.app.manifests.iter().find(|m| m.package.as_deref() == Some(package))?;
                Some(folder(self.sources.path(manifest.file)))
            })
        })
    }

    /// Parts of the repository together with those that they depend on as packages of the same workspace.
    fn with_packages<'u>(&self, named: BTreeSet<&'u str>, held: &BTreeSet<&'u str>) -> BTreeSet<&'u str> {
        let of = |unit: &str| -> Vec<&Manifest> {
            self.app.manifests.iter().filter(|m| folder(self.sources.path(m.file)) == unit).collect()
        };
        let mut found = named.clone();
        let mut left: Vec<&str> = named.into_iter().collect();
        while let Some(unit) = left.pop() {
            for other in held {
                let depends = of(other)
                    .iter()
                    .filter_map(|m| m.package.as_deref())
                    .any(|package| of(unit).iter().any(|m| m.dependencies.iter().any(|d| d.name.value == package)));
                if depends && found.insert(other) {
                    left.push(other);
                }
            }
        }
        found
    }

    /// Whether the file that is started lies in a part of the repository.
    fn is_started(&self, unit: &str, units: &[String]) -> bool {
        self.process.chain.main_steps().any(|step| {
            step.argv.iter().skip(1).any(|word| {
                let file = self.image.locate(word.text(), self.sources, &self.app.images);
                file.is_some_and(|(path, _)| self.sources.find(&path).is_some() && unit_of(units, &path) == unit)
            })
        })
    }

    /// Whether something of the build or the start speaks of this part of the repository.
    fn is_named(&self, unit: &str, units: &[String]) -> bool {
        let Self { app, image, sources, .. } = self;
        let dockerfile = sources.path(image.file);
        if !unit.is_empty() && is_within(dockerfile, unit) {
            return true;
        }
        if self.is_started(unit, units) {
            return true;
        }
        let within = |full: &str| is_within(full, unit) && !unit.is_empty() || unit.is_empty() && image.context == full;
        let copied = closure(app, image).into_iter().flat_map(|i| &i.copies).any(|copied| {
            copied.from.is_none()
                && !copied.foreign
                && copied
                    .sources
                    .iter()
                    .any(|s| join(&image.context, &s.value).is_some_and(|full| full != image.context && within(&full)))
        });
        if copied {
            return true;
        }
        if unit.is_empty() {
            return false;
        }
        let package =
            app.manifests.iter().find(|m| folder(sources.path(m.file)) == unit).and_then(|m| m.package.as_deref());
        let short = name(unit);
        let text = sources.text(image.file);
        let words = text.split(|c: char| !(c.is_alphanumeric() || "-_./@".contains(c)));
        words.filter(|w| !w.is_empty()).any(|word| {
            let word = word.trim_start_matches("./").trim_end_matches('/');
            word == unit
                || package == Some(word)
                || word.ends_with(&format!("/{unit}"))
                || word == short && short.len() > 3
        })
    }
}

/// Whether the last stage itself has a file, not only a stage that it takes something from.
pub(super) fn holds(app: &App, image: &Image, path: &str, sources: &Sources) -> bool {
    let direct = image.copies.iter().filter(|c| !c.foreign && !c.inline).any(|copied| {
        copied.sources.iter().any(|source| match copied.from {
            None => covers(&image.context, &source.value, path),
            Some(stage) => origin(app, image, stage, &source.value, 0).is_some_and(|at| is_within(path, &at)),
        })
    });
    direct && carries(app, image, path, sources)
}

/// The path of the repository that stands at a path of a stage, as far as its copies tell.
fn origin(app: &App, image: &Image, stage: usize, path: &str, depth: usize) -> Option<String> {
    let other = app.image_at(image.file, stage).filter(|_| depth < 8)?;
    let path = super::image::absolute(&other.workdir, path);
    other.copies.iter().rev().filter(|c| !c.foreign && !c.inline).find_map(|copied| {
        let rest = path.strip_prefix(copied.target.trim_end_matches('/'))?;
        let rest = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(""))?;
        copied.sources.iter().find_map(|source| {
            let below = format!("{}/{rest}", source.value.trim_end_matches('/'));
            match copied.from {
                Some(from) => origin(app, image, from, &below, depth + 1),
                None => join(&other.context, &below),
            }
        })
    })
}

/// What people run by hand lies in a folder of scripts or tools; a start that names one says otherwise.
fn is_script(text: &str) -> bool {
    text.split(['/', ' ']).any(|part| matches!(part, "scripts" | "tools" | "seed" | "seeds" | "seeders"))
}

/// Files that configure what an image's code does, such as `application.yml`, go with the code beside them.
pub(super) fn carries(app: &App, image: &Image, path: &str, sources: &Sources) -> bool {
    // What a build outside of Docker packs has the settings of its sources.
    if path.contains("src/main/resources/") && built_outside(app, image, sources).is_some_and(|r| is_within(path, &r)) {
        return true;
    }
    let patterns = app.ignore_file(image, sources).map(|(_, p)| p);
    image.ignores(patterns, path).is_none() && copies(app, image, path, 0)
}

/// The folder of the sources of what an image takes in ready-made: `COPY target/*.jar`, of which nothing is tracked.
fn built_outside(app: &App, image: &Image, sources: &Sources) -> Option<String> {
    const OUTPUTS: &[&str] = &["target", "build", "dist", "out", "bin", "publish", "release"];
    let made = |source: &str| {
        let clean = source.trim_start_matches("./").trim_start_matches('/');
        let parts: Vec<&str> = clean.split('/').collect();
        let output = parts.iter().position(|p| OUTPUTS.contains(p));
        let packed = [".jar", ".war", ".dll"].iter().any(|end| clean.ends_with(end)) || clean.contains("JAR_FILE");
        let program = parts.len() == 1 && !clean.contains(['.', '*', '$']) && !clean.is_empty();
        let root = join(&image.context, &parts[..output.unwrap_or(0)].join("/"))?;
        let path = join(&image.context, clean)?;
        let absent = sources.find(&path).is_none() && !sources.has_folder(&path) && !sources.exists(&path);
        ((output.is_some() || packed || program) && absent).then_some(root)
    };
    let from_context = |copied: &&Copied| {
        let written = app.instructions(image).find(|i| i.span == copied.span);
        copied.from.is_none() && !copied.inline && written.is_some_and(|i| i.flag("from").is_none())
    };
    image.copies.iter().filter(from_context).flat_map(|c| &c.sources).find_map(|s| made(&s.value))
}

fn copies(app: &App, image: &Image, path: &str, depth: usize) -> bool {
    if depth > 8 {
        return false;
    }
    let taken = |copied: &Copied| match copied.from {
        Some(stage) => app.image_at(image.file, stage).is_some_and(|other| copies(app, other, path, depth + 1)),
        None if copied.foreign || copied.inline => false,
        None => copied.sources.iter().any(|source| covers(&image.context, &source.value, path)),
    };
    image.copies.iter().any(taken) || mounts_context(app, image) && is_within(path, &image.context)
}

/// Whether a source of `COPY` takes a path of the repository along.
fn covers(context: &str, source: &str, path: &str) -> bool {
    let clean = source.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    if clean.contains(['*', '?', '[']) {
        let below =
            if context.is_empty() { Some(path) } else { path.strip_prefix(context).and_then(|p| p.strip_prefix('/')) };
        let Some(below) = below else { return false };
        let parts = clean.split('/').count();
        let head: Vec<&str> = below.split('/').take(parts).collect();
        return super::image::glob(clean, &head.join("/"));
    }
    join(context, clean).is_some_and(|full| is_within(path, &full))
}

/// `RUN --mount=type=bind` builds from the context without a copy.
fn mounts_context(app: &App, image: &Image) -> bool {
    app.instructions(image).flat_map(|i| &i.flags).filter(|flag| flag.name == "mount").any(|flag| {
        let mount = flag.value.as_deref().unwrap_or_default();
        mount.contains("type=bind")
            && !mount.contains("from=")
            && (!mount.contains("source=") || mount.contains("source=.,") || mount.ends_with("source=."))
    })
}

/// The folders that have a manifest of their own: what is installed, built and started as one.
fn units(app: &App, sources: &Sources) -> Vec<String> {
    let mut units: Vec<String> = app.manifests.iter().map(|m| folder(sources.path(m.file)).to_owned()).collect();
    units.push(String::new());
    units.sort();
    units.dedup();
    units
}

fn unit_of<'u>(units: &'u [String], path: &str) -> &'u str {
    units.iter().filter(|u| is_within(path, u)).max_by_key(|u| u.len()).map_or("", String::as_str)
}

/// The stages that an image is made from.
pub(super) fn closure<'a>(app: &'a App, image: &'a Image) -> Vec<&'a Image> {
    let mut stages = vec![image];
    let mut at = 0;
    while at < stages.len() {
        let next: Vec<&Image> = stages[at]
            .copies
            .iter()
            .filter_map(|c| app.image_at(image.file, c.from?))
            .filter(|i| !stages.iter().any(|s| s.stage == i.stage))
            .collect();
        for image in next {
            if !stages.iter().any(|s| s.stage == image.stage) {
                stages.push(image);
            }
        }
        at += 1;
    }
    stages
}
