//! Stack and Compose files → the stacks that they are deployed as.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::is_development_word;
use super::mention::Mentions;
use crate::config::Config;
use crate::discover::is_made_later;
use crate::source::{FileId, Sources, folder, has_word, join, name};
use crate::stack::load::{self, Folder, Unread};
use crate::stack::{self, Environment, Role, Stack, merge};
use crate::syntax::tree::{Entry, Node};

/// What is needed to tell stacks apart.
pub(super) struct Files<'a> {
    pub trees: &'a BTreeMap<FileId, Node>,
    pub sources: &'a Sources,
    pub config: &'a Config,
    pub environment: &'a Environment,
}

impl Files<'_> {
    /// Which files are deployed as one, and what each group is for.
    pub(super) fn group(&self, mentions: &Mentions) -> Vec<Stack> {
        let mut stacks = Vec::new();
        let mut taken: BTreeSet<FileId> = BTreeSet::new();
        let mut seen: BTreeSet<Vec<FileId>> = BTreeSet::new();
        let given = std::iter::once(&self.config.deploy).filter(|files| !files.is_empty());
        for deploy in given.chain(mentions.deploys.iter().map(|d| &d.files)) {
            let files: Option<Vec<FileId>> =
                deploy.iter().map(|p| self.sources.find(p).filter(|id| self.trees.contains_key(id))).collect();
            let Some(files) = files.filter(|f| !f.is_empty()) else { continue };
            if seen.insert(files.clone()) {
                taken.extend(&files);
                stacks.push(self.stack(files, Role::Swarm));
            }
        }
        let templates = self.templates();
        for (&file, tree) in self.trees {
            if taken.contains(&file) || templates.contains(&file) {
                continue;
            }
            let path = self.sources.path(file);
            let lower = name(path).to_ascii_lowercase();
            let named = (lower.contains("stack") || lower.contains("swarm"))
                && !stack::is_host_only(tree)
                && !stack::is_old(tree);
            let evident = stack::swarm_evidence(tree).is_some() && !stack::is_compose_only(tree);
            let all = self.config.target_swarm && !self.is_developers(path);
            let swarm = named || evident || self.config.stacks.is_match(path) || all;
            let role = if swarm { Role::Swarm } else { Role::Compose };
            // `docker-compose.override.yml` is laid on its base by Compose itself.
            let laid = || self.base_of(file, tree).map_or_else(|| vec![file], |base| vec![base, file]);
            let files = self.below(file, mentions).unwrap_or_else(laid);
            stacks.push(self.stack(files, role));
        }
        // A base of Compose that others are laid over is judged with them: alone it is not whole.
        let bases: BTreeSet<(Role, FileId)> =
            stacks.iter().filter(|s| s.files.len() > 1).filter_map(|s| Some((s.role, *s.files.first()?))).collect();
        stacks.retain(|s| {
            let alone = s.files.len() == 1 && bases.contains(&(s.role, s.files[0])) && !taken.contains(&s.files[0]);
            !alone || stack::swarm_evidence(&self.trees[&s.files[0]]).is_some()
        });
        stacks.sort_by(|a, b| (a.role, &a.files).cmp(&(b.role, &b.files)));
        stacks
    }

    /// A file that its name keeps to developers and tests, beside others that are not: `docker-compose.dev.yml`.
    fn is_developers(&self, path: &str) -> bool {
        let developers = |path: &str| is_development_word(&name(path).to_ascii_lowercase());
        developers(path) && self.trees.keys().any(|other| !developers(self.sources.path(*other)))
    }

    fn stack(&self, files: Vec<FileId>, role: Role) -> Stack {
        let mut merged = self.trees[&files[0]].clone();
        for file in &files[1..] {
            merged = merge::merge(&merged, &self.trees[file]);
        }
        let read = |path: &str| self.read(path);
        let path = folder(self.sources.path(files[0]));
        let given: Vec<load::File<'_>> =
            files.iter().map(|id| load::File { id: *id, root: &self.trees[id], errors: &[] }).collect();
        // Nobody asks what docker's client would make of a file that only Compose reads.
        let given = if role == Role::Swarm { given } else { Vec::new() };
        let loaded = load::load(&given, self.environment, &Folder { path, read: &read });
        Stack::new(files, role, merged, loaded, self.environment)
    }

    /// A file that a stack names. What git ignores, and what lies outside, may be there at the deploy.
    fn read(&self, path: &str) -> Result<Vec<u8>, Unread> {
        if let Some(id) = self.sources.find(path) {
            return self.sources.read(id).map(|text| text.as_bytes().to_vec()).map_err(|_| Unread::Unknown);
        }
        let outside = path.starts_with('/') || path.starts_with("..");
        if outside || self.sources.exists(path) || is_made_later(self.sources, path) {
            return Err(Unread::Unknown);
        }
        Err(Unread::Missing)
    }

    /// Files that others only take services from: `extends: {file: base.yml}`. What has Compose's own name is run too.
    fn templates(&self) -> BTreeSet<FileId> {
        let of = |file: FileId, tree: &Node| -> Vec<FileId> {
            let at = folder(self.sources.path(file));
            let services = tree.get("services").map(Node::entries).unwrap_or_default();
            let named = services.iter().filter_map(|s| s.value.get("extends")?.get("file")?.scalar());
            let found = named.filter(|path| !name(path).contains("compose")).filter_map(|path| join(at, &path));
            found.filter_map(|path| self.sources.find(&path)).filter(|other| *other != file).collect()
        };
        self.trees.iter().flat_map(|(file, tree)| of(*file, tree)).collect()
    }

    /// A file with those that a command lays it over.
    fn below(&self, file: FileId, mentions: &Mentions) -> Option<Vec<FileId>> {
        mentions.combined.iter().find_map(|paths| {
            let files: Option<Vec<FileId>> =
                paths.iter().map(|p| self.sources.find(p).filter(|id| self.trees.contains_key(id))).collect();
            let files = files?;
            let at = files.iter().position(|f| *f == file).filter(|at| *at > 0)?;
            Some(files[..=at].to_vec())
        })
    }

    /// The file that an overlay is laid on: it has services without image and build that a Compose file beside it has.
    fn base_of(&self, file: FileId, tree: &Node) -> Option<FileId> {
        let services = tree.get("services")?.entries();
        let partial = services.iter().any(|s| {
            s.value.get("image").is_none() && s.value.get("build").is_none() && s.value.get("extends").is_none()
        });
        let path = self.sources.path(file);
        let at = folder(path);
        const BASES: &[&str] = &["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"];
        // Compose itself lays `docker-compose.override.yml` on its base.
        let named = has_word(name(path), &["override"]);
        // What only chooses images and variables has its ports and its order below.
        const WHOLE: &[&str] = &["ports", "expose", "depends_on", "networks", "command"];
        let thin = services.len() > 1
            && (name(path).starts_with("docker-compose.") || name(path).starts_with("compose."))
            && !BASES.contains(&name(path))
            && stack::swarm_evidence(tree).is_none()
            && services.iter().all(|s| WHOLE.iter().all(|key| s.value.get(key).is_none()));
        if !partial && !named && !thin {
            return None;
        }
        let stacks: &[&str] = if partial { &["docker-stack.yml", "stack.yml"] } else { &[] };
        BASES.iter().chain(stacks).find_map(|base| {
            let id = self.sources.find(&join(at, base)?)?;
            let base = self.trees.get(&id).filter(|_| id != file)?.get("services")?;
            let known = |s: &&Entry| base.get(s.name()).is_some();
            let same =
                if partial || named { services.iter().any(|s| known(&s)) } else { services.iter().all(|s| known(&s)) };
            same.then_some(id)
        })
    }
}
