//! Text → documents with spans. Knows formats, not factors.

pub mod data;
pub mod dockerfile;
pub mod env;
pub mod manifest;
pub mod settings;
pub mod shell;
pub mod spliced;
pub mod time;
pub mod tree;
pub mod yaml;

use rayon::prelude::*;

use crate::source::{At, Class, FileId, Kind, Sources, Unreadable};
use dockerfile::{Dockerfile, IgnoreFile};
use manifest::Manifest;
use yaml::Yaml;

/// Bytes of a value when its variables are filled in, beyond which it is unknown: `a=$a$a` doubles it with every line.
pub const MAX_EXPANDED: usize = 64 * 1024;

/// One parsed file.
#[derive(Debug)]
pub struct Document {
    pub file: FileId,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Dockerfile(Dockerfile),
    DockerIgnore(IgnoreFile),
    /// Stack and Compose files, and CI pipelines.
    Yaml(Yaml),
    Dotenv(Vec<env::Variable>),
    Manifest(Manifest),
}

/// A file that could not be read or understood, and why.
#[derive(Debug)]
pub struct Unread {
    pub file: FileId,
    pub why: Unreadable,
}

/// Parses every file whose kind says that it can be; all others are read when something asks for them.
#[must_use]
pub fn parse(sources: &Sources) -> (Vec<Document>, Vec<Unread>) {
    let files: Vec<FileId> =
        sources.files().filter(|(_, f)| wanted(f.kind) && f.class != Class::Vendored).map(|(id, _)| id).collect();
    let results: Vec<Result<Document, Unread>> =
        files.into_par_iter().filter_map(|id| document(sources, id).transpose()).collect();
    let mut documents = Vec::new();
    let mut unread = Vec::new();
    for result in results {
        match result {
            Ok(document) => documents.push(document),
            Err(why) => unread.push(why),
        }
    }
    (documents, unread)
}

fn wanted(kind: Kind) -> bool {
    matches!(kind, Kind::Dockerfile | Kind::DockerIgnore | Kind::Stack | Kind::Ci | Kind::Dotenv | Kind::Manifest)
}

/// Nothing for a template: what it will be is not known before something fills it in.
fn document(sources: &Sources, file: FileId) -> Result<Option<Document>, Unread> {
    let text = sources.read(file).map_err(|why| Unread { file, why: why.clone() })?;
    if is_template(text) || sources.path(file).contains("{{") {
        return Ok(None);
    }
    let content = match sources.file(file).kind {
        Kind::Dockerfile => Content::Dockerfile(dockerfile::parse(file, text)),
        Kind::DockerIgnore => Content::DockerIgnore(IgnoreFile::parse(file, text)),
        Kind::Dotenv => Content::Dotenv(env::parse(file, text)),
        Kind::Manifest => Content::Manifest(manifest::parse(file, sources.path(file), text)),
        _ => Content::Yaml(yaml::parse(file, text)),
    };
    Ok(Some(Document { file, content }))
}

/// A line begins with the mark of Jinja, Go templates, ERB, or of a script that replaces words.
fn is_template(text: &str) -> bool {
    text.lines().any(|line| ["{{", "{%", "<%", "%%"].iter().any(|mark| line.trim_start().starts_with(mark)))
}

impl Document {
    /// Why the tools that read this file would refuse it.
    #[must_use]
    pub fn errors(&self) -> &[At<String>] {
        match &self.content {
            Content::Dockerfile(file) => &file.errors,
            Content::Yaml(file) => &file.errors,
            Content::Manifest(manifest) => &manifest.errors,
            Content::DockerIgnore(_) | Content::Dotenv(_) => &[],
        }
    }
}
