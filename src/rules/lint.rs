//! What keeps the other rules from being judged: files that cannot be read.

use super::codebase::first_line;
use super::{Checks, Context, Ruling};
use crate::source::{Class, Kind, Unreadable};
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[("unreadable-file", unreadable_file)];

/// Rules that are found while findings are settled: no check of the app could know them.
pub(super) const SETTLED: &[&str] = &["malformed-suppression", "unused-suppression"];

fn unreadable_file(c: &Context<'_>, out: &mut Ruling) {
    for unread in &c.app.unread {
        let file = c.sources.file(unread.file);
        let why = match &unread.why {
            // Deleted since it was listed: there is nothing to judge.
            Unreadable::Missing => continue,
            Unreadable::Binary => "is no text".to_owned(),
            Unreadable::TooLarge(bytes) => format!("has {bytes} bytes"),
            Unreadable::Failed(why) => format!("cannot be read: {why}"),
        };
        if file.class == Class::App {
            let violation = Violation::at(first_line(c, unread.file), format!("`{}` {why}", file.path));
            // A YAML file may be anything; a Dockerfile that cannot be read builds nothing.
            let sure = file.kind == Kind::Dockerfile;
            out.violation(if sure { violation.severity(Severity::Error) } else { violation });
        }
    }
}
