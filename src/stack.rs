//! What a stack or Compose file says: services, ports, mounts and networks, every value as far as it is known.

mod constraint;
pub mod interpolate;
pub mod keys;
pub mod load;
pub mod merge;
mod mount;
mod port;
mod service;

use std::collections::BTreeMap;

pub use constraint::Constraint;
pub use interpolate::{Environment, Reference, Text, Variables};
pub use mount::{Mount, MountKind};
pub use port::{Port, Published};
pub use service::{Argument, Attachment, Build, Healthcheck, Mode, Service, Setting};

use crate::source::{At, FileId, Span};
use crate::syntax::tree::Node;

/// One stack or Compose file, or several that are deployed as one.
#[derive(Debug)]
pub struct Stack {
    /// In the order of `-c`.
    pub files: Vec<FileId>,
    pub role: Role,
    /// As written, the files laid on each other.
    pub root: Node,
    /// What the docker client makes of it.
    pub loaded: load::Loaded,
    pub services: Vec<Service>,
    pub volumes: BTreeMap<String, Volume>,
    /// Top-level networks; external ones are named true.
    pub networks: BTreeMap<String, bool>,
}

/// What a file of services is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Deployed by `docker stack deploy`.
    Swarm,
    /// Only ever run by `docker compose`: judged for development parity, not as a stack.
    Compose,
}

/// A top-level volume.
#[derive(Debug, Clone)]
pub struct Volume {
    pub span: Span,
    pub external: bool,
    pub driver: Option<Text>,
    /// Its name has a placeholder such as `{{.Task.Slot}}`: every task has its own.
    pub per_task: bool,
    /// `driver_opts`, by name.
    pub options: BTreeMap<String, Text>,
}

/// Where a volume's data lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// On the node that runs the task.
    Node,
    /// Reachable from every node.
    Network,
    /// Its driver, or who made it, decides.
    Unknown,
}

impl Volume {
    #[must_use]
    pub fn storage(&self) -> Storage {
        if self.external || self.per_task {
            return Storage::Unknown;
        }
        match self.driver.as_ref().map(|d| d.fact.text()) {
            None | Some(Some("local")) => {}
            Some(_) => return Storage::Unknown,
        }
        let option = |name: &str| self.options.get(name).map(|t| t.fact.text());
        match option("type") {
            None if self.options.is_empty() => Storage::Node,
            Some(None) => Storage::Unknown,
            Some(Some(kind))
                if ["nfs", "nfs4", "cifs", "smb", "smb3", "glusterfs", "ceph", "9p", "lustre"].contains(&kind) =>
            {
                Storage::Network
            }
            // `type: none, o: bind` and tmpfs stay on the node, but where the folder itself is on a shared file system.
            _ => match option("device") {
                Some(Some(device)) if is_shared_folder(device) => Storage::Unknown,
                _ => Storage::Node,
            },
        }
    }
}

impl Stack {
    /// Reads the merged tree of `files`.
    #[must_use]
    pub fn new(files: Vec<FileId>, role: Role, root: Node, loaded: load::Loaded, environment: &Environment) -> Self {
        let services = root
            .get("services")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter_map(|e| Service::new(e, environment))
            .collect();
        let mut volumes = BTreeMap::new();
        for entry in root.get("volumes").map(Node::entries).unwrap_or_default() {
            volumes.insert(entry.name().to_owned(), volume(&entry.value, entry.key.span, environment));
        }
        let mut networks = BTreeMap::new();
        for entry in root.get("networks").map(Node::entries).unwrap_or_default() {
            networks.insert(entry.name().to_owned(), external(&entry.value));
        }
        Self { files, role, root, loaded, services, volumes, networks }
    }

    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|s| s.name.value == name)
    }

    /// The file that says most: the first.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.files[0]
    }

    /// Where a mount's data lives.
    #[must_use]
    pub fn storage(&self, mount: &Mount) -> Storage {
        match mount.kind {
            MountKind::Bind | MountKind::Anonymous => Storage::Node,
            MountKind::Tmpfs | MountKind::Unknown => Storage::Unknown,
            MountKind::Volume => {
                match mount.source.as_ref().and_then(|s| s.fact.text()).map(|name| self.volumes.get(name)) {
                    Some(Some(volume)) => volume.storage(),
                    // Undeclared: the deploy refuses it, and Compose too.
                    Some(None) => Storage::Node,
                    None => Storage::Unknown,
                }
            }
        }
    }
}

/// A folder of a node that by its name is mounted on every node.
fn is_shared_folder(path: &str) -> bool {
    const WORDS: &[&str] =
        &["gluster", "glusterfs", "gfs", "nfs", "efs", "ceph", "cephfs", "shared", "lustre", "smb", "cifs", "nas"];
    path.split(['/', '-', '_']).any(|part| WORDS.contains(&part.to_ascii_lowercase().as_str()))
}

/// `external: true`, or the old map form.
fn external(node: &Node) -> bool {
    node.get("external")
        .is_some_and(|e| e.as_bool() == Some(true) || e.is_map() || e.as_str().is_some_and(|s| s == "true"))
}

fn volume(node: &Node, span: Span, environment: &Environment) -> Volume {
    let options = node
        .get("driver_opts")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|e| Some((e.name().to_owned(), Text::of(&e.value, environment)?)))
        .collect();
    let per_task = node.get("name").and_then(Node::scalar).is_some_and(|name| name.contains("{{"));
    Volume {
        span,
        external: external(node),
        per_task,
        driver: node.get("driver").and_then(|d| Text::of(d, environment)),
        options,
    }
}

/// Whether a tree looks like a file of services: what `docker compose` or `docker stack` would read.
#[must_use]
pub fn is_services_file(root: &Node) -> bool {
    if root.get("apiVersion").is_some() || root.get("kind").is_some() {
        return false;
    }
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    !services.is_empty()
        && services.iter().all(|s| s.value.is_map() || s.value.is_null())
        && services.iter().any(|s| {
            [
                "image",
                "build",
                "deploy",
                "command",
                "entrypoint",
                "environment",
                "env_file",
                "ports",
                "volumes",
                "extends",
                "healthcheck",
                "networks",
                "secrets",
                "configs",
                "depends_on",
                "restart",
                "labels",
                "logging",
            ]
            .iter()
            .any(|key| s.value.get(key).is_some())
        })
}

/// Whether `docker stack deploy` would refuse the file for what only Compose knows at its top.
#[must_use]
pub fn is_compose_only(root: &Node) -> bool {
    root.get("name").is_some() || root.get("include").is_some() || is_old(root)
}

/// A format before 3, which only Compose and the first Swarm read.
#[must_use]
pub fn is_old(root: &Node) -> bool {
    root.get("version").and_then(Node::scalar).is_some_and(|version| version.starts_with(['1', '2']))
}

/// Where the file itself says that it is a Swarm stack: a key that Compose refuses or has no use for.
#[must_use]
pub fn swarm_evidence(root: &Node) -> Option<At<String>> {
    for service in root.get("services").map(Node::entries).unwrap_or_default() {
        for key in ["placement", "update_config", "rollback_config", "endpoint_mode", "labels"] {
            if let Some(entry) = service.value.get("deploy").and_then(|d| d.entry(key)) {
                return Some(At::new(format!("deploy.{key}"), entry.key.span));
            }
        }
        // Compose takes `mode: replicated`, which says nothing; the other modes are Swarm's.
        let mode = service.value.get("deploy").and_then(|d| d.entry("mode"));
        if let Some(mode) = mode.filter(|m| m.value.as_str().is_some_and(|m| m != "replicated")) {
            return Some(At::new("deploy.mode".to_owned(), mode.key.span));
        }
    }
    for section in ["secrets", "configs"] {
        for entry in root.get(section).map(Node::entries).unwrap_or_default() {
            if external(&entry.value) {
                return Some(At::new(format!("{section}.external"), entry.key.span));
            }
        }
    }
    let networks = root.get("networks").map(Node::entries).unwrap_or_default();
    networks
        .iter()
        .find_map(|n| n.value.entry("attachable"))
        .map(|e| At::new("networks.attachable".to_owned(), e.key.span))
}

/// Every service runs on the host's network and none says anything to Swarm: only Compose does that.
#[must_use]
pub fn is_host_only(root: &Node) -> bool {
    let services = root.get("services").map(Node::entries).unwrap_or_default();
    services.len() > 1
        && services.iter().all(|s| {
            s.value.get("deploy").is_none() && s.value.get("network_mode").and_then(Node::as_str) == Some("host")
        })
}
