//! A violation with its rule's name on it, and what became of it.

use crate::rules::Rule;
use crate::violation::{Certainty, Layer, Severity, Violation};

pub struct Finding {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub certainty: Certainty,
    pub layer: Option<Layer>,
    pub violation: Violation,
    /// The same for the same words in the same file, wherever they move to.
    pub fingerprint: u64,
    pub status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Open,
    /// A comment or the config says that it is known, and why.
    Suppressed {
        reason: Option<String>,
    },
}

impl Finding {
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }
}
