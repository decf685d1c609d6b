//! What the operator got wrong: a path, a flag, the config. Never a finding, always exit code 2.

use std::path::PathBuf;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    #[error("cannot check `{}`: {why}", path.display())]
    Root { path: PathBuf, why: String },

    #[error("git cannot open the repository at `{}`: {why}", path.display())]
    #[diagnostic(help("{help}"))]
    Repository { path: PathBuf, why: String, help: String },

    #[error("{message}")]
    Config {
        message: String,
        #[source_code]
        text: std::sync::Arc<NamedSource<String>>,
        #[label("here")]
        at: SourceSpan,
        #[help]
        help: Option<String>,
    },

    #[error("{message}")]
    Usage {
        message: String,
        #[help]
        help: Option<String>,
    },

    #[error("the rule page `{page}` is broken: {why}")]
    Page { page: String, why: String },

    #[error("cannot write `{path}`: {why}")]
    Output { path: PathBuf, why: std::io::Error },

    #[error("cannot write the report: {0}")]
    Write(#[from] std::io::Error),
}

impl Error {
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }
}
