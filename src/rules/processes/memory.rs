//! What requests leave behind in the memory of the process.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::code::What;
use crate::rules::{Context, Ruling, source};
use crate::source::FileId;
use crate::violation::{Severity, Violation};

/// Names of what each task may well keep to itself.
static OWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)cache|memo|metric|pool|registr|client|connection|conns|handler|route|limit|socket|listener|subscri|counter|stats|lock|inflight|pending|timer|hook")
        .expect("a sound pattern")
});

pub(in crate::rules) fn module_level_state(c: &Context<'_>, out: &mut Ruling) {
    let written: BTreeSet<(FileId, &str)> =
        c.app.code.of(What::Remembers).map(|f| (f.span.file, c.text(f.place("name")))).collect();
    for fact in c.app.code.of(What::Keeps) {
        let name = c.text(fact.place("name"));
        if OWN.is_match(name) || !written.contains(&(fact.span.file, name)) || source::services(c, fact).is_empty() {
            continue;
        }
        let message = format!("`{name}` is kept in the memory of each task and written by requests");
        let violation = Violation::at(fact.span, message)
            .help("keep it in a service that every task reaches: the next request may come to another task");
        source::report(c, out, fact, violation, |_| Severity::Note);
    }
}
