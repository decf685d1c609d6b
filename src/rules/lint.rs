//! What keeps the other rules from being judged: unreadable files.

use super::Checks;

pub(super) const CHECKS: Checks = &[];

/// Rules that are found while findings are settled: no check of the app could know them.
pub(super) const SETTLED: &[&str] = &["malformed-suppression", "unused-suppression"];
