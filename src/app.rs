//! The app: services, images, processes, manifests, and how they hang together. What rules ask.

mod assemble;
mod by_hand;
pub mod chain;
pub mod command;
pub mod credential;
mod group;
pub mod image;
pub mod imports;
pub mod install;
pub mod known;
mod languages;
mod link;
pub mod locator;
pub mod mention;
pub mod owners;
pub mod probe;
mod programs;
pub mod provided;
mod reach;
pub mod server;
mod spring;
mod workflow;

use std::collections::{BTreeMap, BTreeSet};

use crate::code::{Code, Language, SourceFact};
use crate::discover::History;
use crate::fact::Fact;
use crate::source::{At, FileId, Sources, Span};
use crate::stack::{Role, Service, Stack};
use crate::syntax::Unread;
use crate::syntax::dockerfile::{Dockerfile, IgnoreFile, Instruction};
use crate::syntax::env::Variable;
use crate::syntax::manifest::Manifest;
use crate::syntax::tree::Node;
use chain::Chain;
use image::{Image, Purpose};
use imports::Imports;
use known::{Known, Reference};
use mention::Mentions;
use provided::Provided;

/// A whole app, or several in one repository.
pub struct App {
    pub history: History,
    pub dockerfiles: Vec<Dockerfile>,
    pub ignore_files: Vec<(FileId, IgnoreFile)>,
    pub images: Vec<Image>,
    /// The install steps of all Dockerfiles.
    pub installs: Vec<install::Install>,
    pub stacks: Vec<Stack>,
    pub processes: Vec<Process>,
    pub manifests: Vec<Manifest>,
    pub dotenv: Vec<(FileId, Vec<Variable>)>,
    /// Pipelines, as trees.
    pub pipelines: Vec<(FileId, Node)>,
    /// Stack and Compose files as written, one by one.
    pub trees: BTreeMap<FileId, Node>,
    pub mentions: Mentions,
    pub code: Code,
    pub imports: Imports,
    pub unread: Vec<Unread>,
    /// What the tools that read a file would refuse in it.
    pub refused: Vec<(FileId, At<String>)>,
}

/// What a task runs: a service's start, or that of an image which no stack runs.
pub struct Process {
    /// Its place among the app's processes.
    pub index: usize,
    /// Indices of the stack and of the service in it.
    pub service: Option<(usize, usize)>,
    /// Index of the image that a Dockerfile here makes.
    pub image: Option<usize>,
    pub reference: Option<Reference>,
    /// What is known of a third party's image.
    pub known: Option<&'static Known>,
    pub environment: BTreeMap<String, Fact<String>>,
    pub chain: Chain,
    /// The source files that it runs; empty where that is not known.
    pub runs: BTreeSet<FileId>,
    /// The folders of Cargo's packages that hold the programs which it starts; empty where that is not known.
    pub roots: Vec<String>,
    pub provided: Provided,
}

/// Who runs the code of a file.
pub enum Runners<'a> {
    /// These services.
    Services(Vec<Deployed<'a>>),
    /// Nobody: every service's code is known, and this is none of it.
    Nobody,
    Unknown,
}

/// A service of a Swarm stack with all that belongs to it.
#[derive(Clone, Copy)]
pub struct Deployed<'a> {
    pub app: &'a App,
    pub stack: &'a Stack,
    pub service: &'a Service,
    pub process: &'a Process,
    pub image: Option<&'a Image>,
}

impl App {
    /// The services of all Swarm stacks.
    pub fn deployed(&self) -> impl Iterator<Item = Deployed<'_>> {
        self.processes.iter().filter_map(|process| self.deployed_of(process))
    }

    /// The service that a process belongs to.
    #[must_use]
    pub fn deployed_of<'a>(&'a self, process: &'a Process) -> Option<Deployed<'a>> {
        let (stack, service) = process.service?;
        let stack = &self.stacks[stack];
        let image = process.image.map(|i| &self.images[i]);
        Some(Deployed { app: self, stack, service: &stack.services[service], process, image })
    }

    /// Whether a process runs a file, or one that it runs is configured by it.
    #[must_use]
    pub fn is_run_by(&self, file: FileId, process: &Process, sources: &Sources) -> bool {
        if process.runs.contains(&file) && self.imports.may_reach(process, file)
            || process.chain.scripts.iter().any(|s| s.file == file)
        {
            return true;
        }
        if self.code.files.contains_key(&file) {
            return false;
        }
        let path = sources.path(file);
        // It is read when the program starts: what only a stage of the build has is not there.
        if crate::source::name(path) == "Rocket.toml" {
            return self.image_of(process).is_some_and(|image| reach::holds(self, image, path, sources));
        }
        let at = crate::source::folder(path);
        // A project that another one refers to brings code along, not the settings of its own start.
        let start =
            ["Program.cs", "Startup.cs"].iter().find_map(|s| sources.find(crate::source::join(at, s)?.as_str()));
        if crate::source::name(path).starts_with("appsettings") && start.is_some_and(|s| !process.runs.contains(&s)) {
            return false;
        }
        // `CopyToPublishDirectory="Never"`: no image has them.
        if crate::source::name(path).starts_with("appsettings") && is_unpublished(path, sources) {
            return false;
        }
        // .NET reads the settings of one environment beside those of all.
        let environment =
            crate::source::name(path).strip_prefix("appsettings.").and_then(|rest| rest.strip_suffix(".json"));
        let told = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"].iter().find_map(|v| process.environment.get(*v));
        if let Some(own) = environment
            && told.map_or(Some("Production"), |v| v.text()).is_some_and(|told| told != own)
        {
            return false;
        }
        if spring::is_other_profile(process, path, sources) {
            return false;
        }
        const HOLDERS: &[&str] =
            &["src/main/resources", "config/packages/prod", "config/packages", "config", "conf", "prisma"];
        let root = HOLDERS.iter().find_map(|holder| at.strip_suffix(holder)).unwrap_or(at);
        let root = root.trim_end_matches('/');
        self.image_of(process).is_some_and(|image| reach::carries(self, image, path, sources))
            && (process.runs.is_empty()
                || process.runs.iter().any(|other| crate::source::is_within(sources.path(*other), root)))
    }

    /// Whether an image has a file of the repository.
    #[must_use]
    pub fn carries(&self, image: &Image, path: &str, sources: &Sources) -> bool {
        reach::carries(self, image, path, sources)
    }

    /// Who runs a file. One that configures code, such as `application.yml`, goes with the code around it.
    #[must_use]
    pub fn runners(&self, file: FileId, sources: &Sources) -> Runners<'_> {
        let services: Vec<Deployed<'_>> = self
            .processes
            .iter()
            .filter(|p| self.is_run_by(file, p, sources))
            .filter_map(|p| self.deployed_of(p))
            .collect();
        if !services.is_empty() {
            return Runners::Services(services);
        }
        // A script that no start comes to is its author's.
        if self.code.files.get(&file) == Some(&Language::Bash) {
            return Runners::Nobody;
        }
        // Only where it is known what every service runs is it known that none runs this.
        let mut own = self.processes.iter().filter(|p| p.known.is_none()).peekable();
        let closed = self.has_swarm_stack()
            && !self.processes.iter().any(|p| p.runs.contains(&file) && !self.imports.is_by_hand(p, file))
            && own.peek().is_some()
            && own.all(|p| {
                let image = self.image_of(p).filter(|_| p.service.is_some());
                // A path with a variable in it may take anything along.
                let plain = |i: &Image| !i.copies.iter().any(|c| c.sources.iter().any(|s| s.value.contains('$')));
                image.is_some_and(|i| plain(i) && (!p.runs.is_empty() || !self.carries(i, sources.path(file), sources)))
            });
        if closed { Runners::Nobody } else { Runners::Unknown }
    }

    /// Whether something that a process runs, or a file that is no code, names what a fact stands in.
    #[must_use]
    pub fn is_named_by(&self, fact: &SourceFact, process: &Process, sources: &Sources) -> bool {
        let plain = |file: FileId| !self.code.files.contains_key(&file);
        let runs = |file: FileId| plain(file) || self.is_run_by(file, process, sources);
        process.runs.is_empty() || fact.callers.iter().all(|name| self.code.is_named(name, &runs))
    }

    #[must_use]
    pub fn image_of(&self, process: &Process) -> Option<&Image> {
        process.image.map(|i| &self.images[i])
    }

    /// The images that are deployed or might be.
    pub fn release_images(&self) -> impl Iterator<Item = &Image> {
        self.images.iter().filter(|i| i.purpose == Purpose::Release)
    }

    #[must_use]
    pub fn dockerfile(&self, image: &Image) -> &Dockerfile {
        self.dockerfiles.iter().find(|d| d.file == image.file).expect("an image is made from one of the Dockerfiles")
    }

    /// The instructions that an image is made of.
    pub fn instructions(&self, image: &Image) -> impl Iterator<Item = &Instruction> {
        self.dockerfile(image).instructions_of(image.stage)
    }

    /// The image that a stage of a Dockerfile is.
    #[must_use]
    pub fn image_at(&self, file: FileId, stage: usize) -> Option<&Image> {
        self.images.iter().find(|i| i.file == file && i.stage == stage)
    }

    /// The manifest that an install step reads: the one the image has in that folder, else the context's.
    #[must_use]
    pub fn manifest_of(&self, install: &install::Install, sources: &Sources) -> Option<&Manifest> {
        let image = self.image_at(install.file, install.stage)?;
        let names = self.manifests.iter().filter(|m| m.ecosystem == install.ecosystem);
        let mut beside = None;
        for manifest in names {
            let path = format!("{}/{}", install.folder.trim_end_matches('/'), manifest.name);
            if let Some((file, _)) = image.locate(&path, sources, &self.images) {
                if sources.path(manifest.file) == file {
                    return Some(manifest);
                }
            } else if install.mounts && crate::source::folder(sources.path(manifest.file)) == image.context {
                beside = Some(manifest);
            }
        }
        beside
    }

    /// The lock file that governs a manifest: beside it, or in a folder above, where a workspace has it.
    #[must_use]
    pub fn lock_of(&self, manifest: &Manifest, sources: &Sources) -> Option<FileId> {
        self.lock_among(manifest, sources, |_| true)
    }

    /// As [`Self::lock_of`], of the names that `reads` lets pass.
    pub fn lock_among(&self, manifest: &Manifest, sources: &Sources, reads: impl Fn(&str) -> bool) -> Option<FileId> {
        let mut at = crate::source::folder(sources.path(manifest.file));
        loop {
            for name in manifest.possible_locks().iter().filter(|name| reads(name)) {
                if let Some(id) = crate::source::join(at, name).and_then(|p| sources.find(&p)) {
                    return Some(id);
                }
            }
            // Above its own folder, the lock file of a workspace governs, and no other.
            loop {
                if at.is_empty() {
                    return None;
                }
                at = crate::source::folder(at);
                if self.is_workspace(at, sources) {
                    break;
                }
            }
        }
    }

    /// Whether a package manager's workspace is declared in a folder.
    #[must_use]
    pub fn is_workspace(&self, folder: &str, sources: &Sources) -> bool {
        let declared =
            self.manifests.iter().any(|m| m.workspace_root && crate::source::folder(sources.path(m.file)) == folder);
        let marked = ["pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "go.work", "rush.json"];
        declared || marked.iter().any(|mark| crate::source::join(folder, mark).is_some_and(|p| sources.exists(&p)))
    }

    /// The stacks of one role.
    pub fn stacks_of(&self, role: Role) -> impl Iterator<Item = &Stack> {
        self.stacks.iter().filter(move |s| s.role == role)
    }

    #[must_use]
    pub fn has_swarm_stack(&self) -> bool {
        self.stacks_of(Role::Swarm).next().is_some()
    }

    /// The ignore file that holds for an image's build.
    #[must_use]
    pub fn ignore_file(&self, image: &Image, sources: &Sources) -> Option<(FileId, &IgnoreFile)> {
        let own = format!("{}.dockerignore", sources.path(image.file));
        let shared = crate::source::join(&image.context, ".dockerignore").unwrap_or_default();
        [own, shared].iter().find_map(|path| {
            let id = sources.find(path)?;
            self.ignore_files.iter().find(|(file, _)| *file == id).map(|(file, patterns)| (*file, patterns))
        })
    }
}

impl Deployed<'_> {
    /// The replicas and what makes them, for a message; nothing where they are not known to be many.
    #[must_use]
    pub fn many(&self) -> Fact<bool> {
        self.service.many()
    }

    /// A service that people or other services reach: it publishes a port, or a proxy's labels route to it.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        !self.service.ports.is_empty() || self.is_routed()
    }

    /// Labels tell a proxy to route to it.
    #[must_use]
    pub fn is_routed(&self) -> bool {
        self.service.settings(&["deploy", "labels"]).iter().any(|label| {
            let name = label.name.value.as_str();
            name.contains(".http.routers.")
                || name.contains(".http.services.")
                || name == "caddy"
                || name.starts_with("caddy.")
        })
    }

    /// It only ever runs to its end: a job, a service that is never started again, or one that is started again only
    /// when what it does by design, to end, fails.
    #[must_use]
    pub fn is_one_off(&self) -> bool {
        let condition = self.service.text(&["deploy", "restart_policy", "condition"]);
        let condition = condition.as_ref().and_then(|t| t.text());
        self.service.is_job()
            || condition == Some("none")
            || condition == Some("on-failure") && self.process.chain.ends()
    }

    /// What the image is called without registry, tag and digest, in lower case; empty where it is unknown.
    #[must_use]
    pub fn image_repository(&self) -> String {
        self.process.reference.as_ref().map_or(String::new(), |r| r.name().to_ascii_lowercase())
    }

    /// The image's name in a message.
    #[must_use]
    pub fn image_name(&self) -> &str {
        self.service.image.as_ref().map_or("its image", |t| t.raw.as_str())
    }

    /// The place of the first thing that shows how many tasks run.
    #[must_use]
    pub fn replicas_place(&self) -> Option<(Span, String)> {
        let deploy = self.service.node.get("deploy")?;
        let entry = deploy.entry("replicas").or_else(|| deploy.entry("mode"))?;
        Some((entry.span(), format!("`{}` runs more than once", self.service.name.value)))
    }
}

/// Whether the project of .NET beside a file of settings leaves it out of what is published.
fn is_unpublished(path: &str, sources: &Sources) -> bool {
    let at = crate::source::folder(path);
    sources.files().filter(|(_, f)| f.path.ends_with(".csproj") && crate::source::folder(&f.path) == at).any(
        |(id, _)| {
            let text = sources.text(id);
            text.match_indices(crate::source::name(path)).any(|(at, _)| {
                let item: String = text[at..].chars().take(200).collect();
                let item = item.split("</").next().unwrap_or_default();
                item.contains("CopyToPublishDirectory=\"Never\"") || item.contains("<CopyToPublishDirectory>Never")
            })
        },
    )
}
