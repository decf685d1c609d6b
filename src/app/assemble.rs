//! Documents → the app: stacks grouped, Dockerfiles made images, images linked to services, starts followed.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::{self, World};
use super::group::Files;
use super::image::{Image, Purpose};
use super::imports::Imports;
use super::known::{self, Reference};
use super::mention::{self, Mentions};
use super::provided::Provided;
use super::{App, Process, link, workflow};
use crate::code::{Code, Gates};
use crate::config::Config;
use crate::discover::History;
use crate::fact::Fact;
use crate::source::{Class, FileId, Kind, Sources, folder, has_word, join, name};
use crate::stack::{self, Environment, Role, Service, Stack};
use crate::syntax::dockerfile::Dockerfile;
use crate::syntax::env::Variable;
use crate::syntax::tree::Node;
use crate::syntax::{Content, Document, Unread};

impl App {
    /// Puts the documents together.
    #[must_use]
    pub fn assemble(
        documents: Vec<Document>,
        unread: Vec<Unread>,
        history: History,
        sources: &Sources,
        config: &Config,
        environment: &Environment,
    ) -> Self {
        let mentions = mention::find(sources);
        let mut app = Self {
            history,
            dockerfiles: Vec::new(),
            ignore_files: Vec::new(),
            images: Vec::new(),
            installs: Vec::new(),
            stacks: Vec::new(),
            processes: Vec::new(),
            manifests: Vec::new(),
            dotenv: Vec::new(),
            pipelines: Vec::new(),
            trees: BTreeMap::new(),
            mentions,
            code: Code::read(sources, Gates::Kept),
            imports: Imports::default(),
            unread,
            refused: Vec::new(),
        };
        let mut trees: BTreeMap<FileId, Node> = BTreeMap::new();
        for document in documents {
            let file = document.file;
            let class = sources.file(file).class;
            // What a deploy command names is deployed, wherever it lies.
            let named = app.mentions.deploys.iter().any(|d| d.files.iter().any(|f| f == sources.path(file)));
            let given = config.deploy.iter().any(|path| path == sources.path(file));
            let counts =
                class == Class::App || given || named && matches!(class, Class::Documentation | Class::Example);
            if counts {
                app.refused.extend(document.errors().iter().map(|e| (file, e.clone())));
            }
            match document.content {
                Content::Dockerfile(dockerfile) if counts => app.dockerfiles.push(dockerfile),
                Content::DockerIgnore(patterns) => app.ignore_files.push((file, patterns)),
                Content::Yaml(yaml) if sources.file(file).kind == Kind::Ci && !given => {
                    app.pipelines.push((file, yaml.root));
                }
                Content::Yaml(yaml) if given || counts && stack::is_services_file(&yaml.root) => {
                    trees.insert(file, yaml.root);
                }
                Content::Dotenv(environment) => app.dotenv.push((file, environment)),
                Content::Manifest(manifest) => app.manifests.push(manifest),
                Content::Dockerfile(_) | Content::Yaml(_) => {}
            }
        }
        app.mentions.builds.extend(app.pipelines.iter().flat_map(|(_, root)| workflow::builds(root)));
        app.stacks = Files { trees: &trees, sources, config, environment }.group(&app.mentions);
        app.images = images(&app.dockerfiles, &app.stacks, &app.mentions, sources);
        app.installs = app.dockerfiles.iter().flat_map(super::install::find).collect();
        app.processes = processes(&app, sources);
        let runs = super::reach::all(&app, sources);
        for (index, (process, reached)) in app.processes.iter_mut().zip(runs).enumerate() {
            process.index = index;
            process.runs = reached.files;
            process.roots = reached.roots;
        }
        app.imports = Imports::of(&app, sources);
        let provided = Provided::all(&app, sources);
        for (process, provided) in app.processes.iter_mut().zip(provided) {
            process.provided = provided;
        }
        app.trees = trees;
        app
    }
}

/// Every stage of every Dockerfile as an image, with what it is built for and in which folder.
fn images(dockerfiles: &[Dockerfile], stacks: &[Stack], mentions: &Mentions, sources: &Sources) -> Vec<Image> {
    let builds = link::builds(stacks, mentions, sources);
    let mut images = Vec::new();
    for dockerfile in dockerfiles {
        if dockerfile.stages.is_empty() {
            continue;
        }
        let path = sources.path(dockerfile.file);
        let own: Vec<&link::BuildSite> = builds.iter().filter(|b| b.dockerfile == dockerfile.file).collect();
        let context = own.first().map_or_else(|| guess_context(dockerfile, path, sources), |b| b.context.clone());
        let last = dockerfile.stages.len() - 1;
        let targeted = |stage: usize, role: Option<Role>| {
            own.iter().any(|b| {
                role.is_none_or(|r| b.role == r)
                    && b.target.as_ref().map_or(stage == last, |t| dockerfile.find_stage(t, usize::MAX) == Some(stage))
            })
        };
        // A last stage for development, laid on the one that is released, is not what is deployed.
        let named = |stage: usize| dockerfile.stages[stage].name.as_ref().map_or("", |n| n.value.as_str());
        let release = (0..=last).rev().find(|&stage| !is_development_word(named(stage)));
        let release = release
            .filter(|&stage| stage == last || !is_build_word(named(stage)) && !targeted(stage, Some(Role::Compose)));
        let development = is_development(path);
        for stage in 0..=last {
            let purpose = if targeted(stage, Some(Role::Swarm)) {
                Purpose::Release
            } else if development && (stage == last || targeted(stage, None)) {
                Purpose::Development
            } else if Some(stage) == release || release != Some(last) && is_release_word(named(stage)) {
                Purpose::Release
            } else if stage == last || targeted(stage, None) {
                Purpose::Development
            } else {
                Purpose::Internal
            };
            let context = own
                .iter()
                .find(|b| b.target.as_ref().is_some_and(|t| dockerfile.find_stage(t, usize::MAX) == Some(stage)))
                .map_or_else(|| context.clone(), |b| b.context.clone());
            images.push(Image::new(dockerfile, stage, context, purpose));
        }
    }
    images
}

/// Words of names that are given to what is built for developers, tests and builds.
pub(super) fn is_development_word(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "dev",
        "devel",
        "develop",
        "development",
        "devcontainer",
        "local",
        "debug",
        "test",
        "tests",
        "testing",
        "lint",
        "e2e",
        "playwright",
        "cypress",
        "bench",
        "docs",
        "ci",
        "genproto",
        "codegen",
    ];
    has_word(name, WORDS)
}

/// Words of stages that are deployed.
fn is_release_word(name: &str) -> bool {
    has_word(name, &["prod", "production", "release", "final", "runtime"])
}

/// Words of stages on the way to an image.
fn is_build_word(name: &str) -> bool {
    has_word(name, &["build", "builder", "buildx", "base", "deps", "dependencies"])
}

/// `Dockerfile.dev`, `dev.Dockerfile`, `docker/dev/Dockerfile`, `Dockerfile.test` …
fn is_development(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let file = name(&lower).replace("dockerfile", "").replace("containerfile", "");
    const FOLDERS: &[&str] =
        &["dev", "devel", "develop", "development", "local", "devcontainer", "test", "ci", "genproto"];
    let folders = folder(&lower).split('/').any(|f| has_word(f, FOLDERS));
    is_development_word(&file) || is_build_word(&file) || folders
}

/// The folder in which most of what the Dockerfile copies is found: its own, or one above it.
fn guess_context(dockerfile: &Dockerfile, path: &str, sources: &Sources) -> String {
    let wanted: Vec<&str> = dockerfile
        .instructions
        .iter()
        .filter(|i| i.flag("from").is_none())
        .filter_map(|i| match &i.body {
            crate::syntax::dockerfile::Body::Copy { sources, .. } => Some(sources),
            _ => None,
        })
        .flatten()
        .map(|s| s.value.as_str())
        .filter(|s| !matches!(*s, "." | "./" | "/") && !s.contains(['*', '$', '?']) && !s.starts_with("http"))
        .collect();
    let found = |context: &str| {
        wanted
            .iter()
            .filter(|w| join(context, w).is_some_and(|p| sources.find(&p).is_some() || sources.has_folder(&p)))
            .count()
    };
    let own = folder(path).to_owned();
    let mut best = (found(&own), own.clone());
    let mut above = own;
    while !above.is_empty() {
        above = folder(&above).to_owned();
        let count = found(&above);
        if count > best.0 {
            best = (count, above.clone());
        }
    }
    best.1
}

fn processes(app: &App, sources: &Sources) -> Vec<Process> {
    let world = World { sources, manifests: &app.manifests, images: &app.images };
    let mut processes = Vec::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for (s, stack) in app.stacks.iter().enumerate().filter(|(_, s)| s.role == Role::Swarm) {
        for (n, service) in stack.services.iter().enumerate() {
            let image = link::image_of(app, stack, service, sources);
            used.extend(image);
            let reference = service.image.as_ref().and_then(|t| t.text()).map(Reference::parse);
            let known = if image.is_some() { None } else { reference.as_ref().and_then(known::find) };
            let built = image.map(|i| &app.images[i]);
            let environment = environment(service, stack, built, app, sources);
            let chain = chain::of(&world, Some(service), built, &environment);
            processes.push(Process {
                service: Some((s, n)),
                image,
                reference,
                known,
                environment,
                chain,
                runs: BTreeSet::new(),
                roots: Vec::new(),
                provided: Provided::default(),
                index: 0,
            });
        }
    }
    for (at, image) in app.images.iter().enumerate() {
        if image.purpose == Purpose::Release && !used.contains(&at) {
            let environment = image_environment(image, app);
            let chain = chain::of(&world, None, Some(image), &environment);
            processes.push(Process {
                service: None,
                image: Some(at),
                reference: None,
                known: None,
                environment,
                chain,
                runs: BTreeSet::new(),
                roots: Vec::new(),
                provided: Provided::default(),
                index: 0,
            });
        }
    }
    processes
}

/// The variables that the image sets.
fn image_environment(image: &Image, app: &App) -> BTreeMap<String, Fact<String>> {
    let mut found = BTreeMap::new();
    for instruction in app.instructions(image) {
        if let crate::syntax::dockerfile::Body::Env(pairs) = &instruction.body {
            for pair in pairs {
                let value = image.environment.get(&pair.name.value).cloned().unwrap_or(Fact::Unknown);
                found.insert(pair.name.value.clone(), value);
            }
        }
    }
    found
}

/// The variables that a task has, as far as the files tell: the image's, those of env files, the stack's.
fn environment(
    service: &Service,
    stack: &Stack,
    image: Option<&Image>,
    app: &App,
    sources: &Sources,
) -> BTreeMap<String, Fact<String>> {
    let mut found = image.map(|i| image_environment(i, app)).unwrap_or_default();
    for file in &service.env_files {
        for variable in env_file(file.text(), stack, app, sources).unwrap_or_default() {
            let value = variable.value.as_ref().map_or(Fact::Unknown, |v| Fact::Known(v.value.clone()));
            found.insert(variable.name.value.clone(), value);
        }
    }
    for setting in &service.environment {
        let value = setting.value.as_ref().map_or(Fact::Unknown, |t| t.fact.clone());
        found.insert(setting.name.value.clone(), value);
    }
    found
}

/// The variables of an env file, which is named relative to the first stack file.
fn env_file<'a>(path: Option<&str>, stack: &Stack, app: &'a App, sources: &Sources) -> Option<&'a [Variable]> {
    let path = join(folder(sources.path(stack.file())), path?)?;
    let id = sources.find(&path)?;
    app.dotenv.iter().find(|(file, _)| *file == id).map(|(_, variables)| variables.as_slice())
}
