//! Logs that the app sends over the network itself.

use std::sync::LazyLock;

use regex::Regex;

use crate::code::{Language, SourceFact, What};
use crate::rules::{Context, Ruling, source};
use crate::source::name;
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn log_shipping_in_app(c: &Context<'_>, out: &mut Ruling) {
    for fact in c.app.code.of(What::Logs).filter(|f| f.note("sink") == Some("network")) {
        // A trail of what people did is no log of the process.
        let trail = name(c.sources.path(fact.span.file)).to_ascii_lowercase().contains("audit");
        if trail || source::services(c, fact).is_empty() || is_reference(c, fact) {
            continue;
        }
        let message = format!("logs are shipped by the app (`{}`)", shown(c, fact));
        let violation = Violation::at(fact.span, message)
            .help("write to standard output, and name the collector under `logging.driver` of the service");
        source::report(c, out, fact, violation, |_| Severity::Note);
    }
}

/// The library that a transport of winston comes from, else the class.
fn shown(c: &Context<'_>, fact: &SourceFact) -> String {
    static MODULE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"["']((?:@[\w-]+/)?(?:winston3?-[a-z0-9-]+|fluent-logger|gelf-pro|pino-socket))["'/]"#)
            .expect("a sound pattern")
    });
    let script = c.app.code.files.get(&fact.span.file).is_some_and(|l| l.family() == Language::JavaScript);
    let module = MODULE.captures(c.sources.text(fact.span.file)).filter(|_| script).map(|found| found[1].to_owned());
    module.unwrap_or_else(|| {
        let class = c.text(fact.place("name")).trim_matches(['"', '\'']);
        class.rsplit(['.', '\\']).next().unwrap_or(class).to_owned()
    })
}

/// `SyslogUdpHandler::class` names a class without making one of it.
fn is_reference(c: &Context<'_>, fact: &SourceFact) -> bool {
    c.text(fact.span).ends_with("::class")
}
