//! The docker client's pipeline, re-made: trees → the resolved stack, and every reason for which it would be refused.
//!
//! decode → version → refused keys → variables with casts → schema → the client's own form → merge. The client stops at
//! the first error and gives no place; here every stage goes on with what is sound.

mod cast;
mod decode;
pub mod emit;
mod kind;
pub mod mount;
mod overlay;
pub mod port;
mod schema;
mod section;
mod short;
pub mod value;

use std::collections::BTreeMap;

use super::interpolate::{Environment, Reference};
use super::keys::{self, Fate, STACK, Type};
use crate::source::{At, FileId, Span};
use crate::syntax::tree::{Entry, Node, Value};
use decode::Decoder;
pub use section::join;

/// One `-c` file.
#[derive(Clone, Copy)]
pub struct File<'a> {
    pub id: FileId,
    pub root: &'a Node,
    /// What the YAML decoder refuses.
    pub errors: &'a [At<String>],
}

/// Where the client would stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Decode,
    Version,
    /// Keys of older formats, named before anything else is looked at.
    Refused,
    Interpolation,
    Schema,
    /// Short forms, durations, sizes, names.
    Transform,
    EnvFile,
    Merge,
}

/// One reason for which the stack is refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub stage: Stage,
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
    /// What docker says of it.
    pub docker: String,
}

impl Refusal {
    fn new(stage: Stage, span: Span, message: impl Into<String>, docker: impl Into<String>) -> Self {
        Self { stage, span, message: message.into(), help: None, docker: docker.into() }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Where files that a stack names are read.
pub struct Folder<'a> {
    /// The folder of the first file: what relative paths are joined to.
    pub path: &'a str,
    /// Reads a file by its joined path.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, Unread>,
}

/// Why a named file has no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    Missing,
    /// It lies where nobody looked.
    Unknown,
    Failed(String),
}

/// What became of the files.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The resolved stack in the client's own form: absent keys are absent, durations as Go writes them, sizes in bytes.
    pub root: Node,
    pub refusals: Vec<Refusal>,
    /// What the client warns of and goes on.
    pub notices: Vec<(Span, String)>,
    /// A `$` that docker leaves out without a word.
    pub dropped: Vec<(Span, String)>,
    /// The variables that each scalar was made of, by the place where it is written.
    pub origins: BTreeMap<Span, Vec<Reference>>,
}

impl Loaded {
    /// The stack as `docker stack config` prints it.
    #[must_use]
    pub fn printed(&self) -> Node {
        emit::printed(&self.root)
    }
}

/// Does what the client does before it talks to an engine.
#[must_use]
pub fn load(files: &[File<'_>], environment: &Environment, folder: &Folder<'_>) -> Loaded {
    let mut loaded = Loaded {
        root: decode::made(files.first().map_or(Span::new(FileId(0), 0, 0), |f| f.root.span), Value::Null),
        refusals: Vec::new(),
        notices: Vec::new(),
        dropped: Vec::new(),
        origins: BTreeMap::new(),
    };
    let mut version: Option<String> = None;
    let mut merged: Option<Node> = None;
    for file in files {
        let decoded = decoded(file, &mut loaded.refusals);
        let own = version_of(file.root);
        let first = version.get_or_insert_with(|| own.clone());
        if decoded && *first != own {
            let span = file.root.get("version").map_or(file.root.span, |v| v.span);
            let message = format!("version `{own}` here, `{first}` in the first file");
            let docker = format!("version mismatched between two composefiles : {first} and {own}");
            let refusal = Refusal::new(Stage::Version, span, message, docker);
            loaded.refusals.push(refusal.help("say the same version in every file"));
        }
        if !decoded {
            continue;
        }
        let Some(minor) = minor(file.root, &own, &mut loaded.refusals) else { continue };
        refused_keys(file.root, &mut loaded.refusals);
        let root = cast::interpolate(file.root, environment, &mut loaded);
        schema::validate_json(&root, &mut loaded.refusals);
        schema::validate(&root, minor, &mut loaded.refusals);
        let mut decoder = Decoder { refusals: &mut loaded.refusals, notices: &mut loaded.notices };
        let resolved = section::load(&root, &own, minor, environment, folder, &mut decoder);
        merged = Some(match merged {
            None => resolved,
            Some(base) => merge(&base, &resolved, &mut loaded.refusals),
        });
    }
    if let Some(root) = merged {
        loaded.root = root;
    }
    loaded.refusals.sort_by(|a, b| (a.stage, a.span, &a.message).cmp(&(b.stage, b.span, &b.message)));
    loaded.refusals.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    loaded
}

/// Whether the YAML decoder lets a file through; what it says goes to the refusals.
fn decoded(file: &File<'_>, refusals: &mut Vec<Refusal>) -> bool {
    let mut refuse = |span, message: String, docker: String| {
        refusals.push(Refusal::new(Stage::Decode, span, message, docker));
    };
    for error in file.errors {
        refuse(error.span, error.value.clone(), format!("yaml: {}", error.value));
    }
    if !file.errors.is_empty() {
        return false;
    }
    let docker = "top-level object must be a mapping";
    if !file.root.is_map() {
        refuse(file.root.span, "the file is no mapping".to_owned(), docker.to_owned());
        return false;
    }
    match file.root.entries().iter().find(|e| e.key.as_str().is_none()) {
        Some(entry) => {
            refuse(entry.key.span, "a key must be a string".to_owned(), docker.to_owned());
            false
        }
        None => true,
    }
}

/// The version that picks the schema.
fn version_of(root: &Node) -> String {
    let Some(version) = root.get("version") else { return "3.13".to_owned() };
    match value::sprint(version).unwrap_or_else(|| "<nil>".to_owned()).as_str() {
        "" | "3" => "3.13".to_owned(),
        other => other.to_owned(),
    }
}

fn minor(root: &Node, version: &str, refusals: &mut Vec<Refusal>) -> Option<u8> {
    let span = root.get("version").map_or(root.span, |v| v.span);
    let mut refuse = |message: String, help: &str, docker: String| {
        refusals.push(Refusal::new(Stage::Version, span, message, docker).help(help));
    };
    let written = root.get("version");
    if let Some(Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Date(_)) = written.map(|v| &v.value) {
        let message = format!("the version is a number: docker reads it as {}", value::sprint(written?)?);
        refuse(message, "write it in quotes, or leave it out", "version must be a string".to_owned());
        // Its schema is looked at all the same.
        return keys::minor(version).or(Some(keys::NEWEST));
    }
    let minor = keys::minor(version);
    if minor.is_none() {
        let message = format!("there is no version `{version}` of the stack format");
        refuse(message, "leave it out, or say 3.0 to 3.13", format!("unsupported Compose file version: {version}"));
    }
    minor
}

/// Keys that stop the client before it looks at anything else, even if they are null.
fn refused_keys(root: &Node, refusals: &mut Vec<Refusal>) {
    let Some(Type::Section { of, .. }) = STACK.key("services").map(|k| k.of) else { return };
    for service in root.get("services").map(Node::entries).unwrap_or_default() {
        for entry in service.value.entries() {
            let Some(Fate::Refused(help)) = of.key(entry.name()).map(|k| k.fate) else { continue };
            let message = format!("`{}` is refused by Swarm", entry.name());
            let docker = "Configuration contains forbidden properties";
            refusals.push(Refusal::new(Stage::Refused, entry.key.span, message, docker).help(help));
        }
    }
}

/// Lays the sections of one file on those before: services are merged, everything else is replaced by name.
fn merge(base: &Node, over: &Node, refusals: &mut Vec<Refusal>) -> Node {
    let mut entries = base.entries().to_vec();
    for section in STACK.keys {
        let Type::Section { of, .. } = section.of else { continue };
        let Some(above) = over.entry(section.name) else { continue };
        let Some(known) = entries.iter_mut().find(|e| e.name() == section.name) else {
            entries.push(above.clone());
            continue;
        };
        let mut items: Vec<Entry> = known.value.entries().to_vec();
        for item in above.value.entries() {
            match items.iter_mut().find(|e| e.name() == item.name()) {
                Some(below) if section.name == "services" => {
                    if let Some(conflict) = overlay::conflicts(below.value.entries(), item.value.entries()) {
                        let message = format!("the list `{}` lies on something that is no list", conflict.name());
                        let name = item.name();
                        let docker =
                            format!("cannot merge service {name}: cannot append two slices with different type");
                        let refusal = Refusal::new(Stage::Merge, conflict.key.span, message, docker);
                        refusals.push(refusal.help("use another name"));
                    }
                    below.value = overlay::service(&below.value, &item.value, of);
                }
                Some(below) => *below = item.clone(),
                None => items.push(item.clone()),
            }
        }
        known.value = decode::made(above.value.span, Value::Map(items));
    }
    decode::made(base.span, Value::Map(entries))
}
