//! Rules: pages of `rules/` joined with the checks of this folder. From the app to what is wrong with it.

mod admin;
mod backing;
mod build;
mod codebase;
mod concurrency;
mod config;
mod dependencies;
mod disposability;

mod lint;
mod logs;
mod matcher;
pub mod own;
pub mod page;
mod parity;
mod ports;
mod processes;
mod source;
pub mod stack;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rayon::prelude::*;

use crate::app::App;
use crate::config::Config;
use crate::source::{Sources, Span};
use crate::violation::{Certainty, Layer, Severity, Violation};
use page::Page;

/// Which of the twelve, or what stands around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    Codebase,
    Dependencies,
    Config,
    BackingServices,
    Build,
    Processes,
    PortBinding,
    Concurrency,
    Disposability,
    Parity,
    Logs,
    Admin,
    /// What Swarm makes of the stack.
    Stack,
    /// What keeps the other rules from being judged: unreadable files, suppressions.
    Lint,
}

impl Factor {
    /// Every factor with its numeral, its name, its folder of pages.
    pub const ALL: &'static [(Self, &'static str, &'static str, &'static str)] = &[
        (Self::Codebase, "I", "codebase", "01-codebase"),
        (Self::Dependencies, "II", "dependencies", "02-dependencies"),
        (Self::Config, "III", "config", "03-config"),
        (Self::BackingServices, "IV", "backing services", "04-backing-services"),
        (Self::Build, "V", "build, release, run", "05-build-release-run"),
        (Self::Processes, "VI", "processes", "06-processes"),
        (Self::PortBinding, "VII", "port binding", "07-port-binding"),
        (Self::Concurrency, "VIII", "concurrency", "08-concurrency"),
        (Self::Disposability, "IX", "disposability", "09-disposability"),
        (Self::Parity, "X", "dev/prod parity", "10-dev-prod-parity"),
        (Self::Logs, "XI", "logs", "11-logs"),
        (Self::Admin, "XII", "admin processes", "12-admin-processes"),
        (Self::Stack, "stack", "swarm stack", "stack"),
        (Self::Lint, "lint", "linting", "lint"),
    ];

    fn row(self) -> &'static (Self, &'static str, &'static str, &'static str) {
        Self::ALL.iter().find(|row| row.0 == self).expect("every factor has its row")
    }

    /// `I` … `XII`, `stack`, `lint`.
    #[must_use]
    pub fn numeral(self) -> &'static str {
        self.row().1
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().2
    }

    /// Its folder below `rules/`.
    #[must_use]
    pub fn folder(self) -> &'static str {
        self.row().3
    }

    /// The factor of a numeral or of a page's folder.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == word || row.3 == word).map(|row| row.0)
    }
}

/// What a check sees.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub app: &'a App,
    pub sources: &'a Sources,
    pub config: &'a Config,
    rule: &'static Rule,
}

impl Context<'_> {
    /// The values of one of the rule's options: the user's, else the page's.
    #[must_use]
    pub fn option(&self, name: &str) -> Vec<String> {
        let own = self.config.rules.get(self.rule.name).and_then(|r| r.options.get(name));
        own.or_else(|| self.rule.page.options.get(name)).cloned().unwrap_or_default()
    }

    /// The name of the rule that is asked.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.rule.name
    }

    /// The severity that the rule's page gives it.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.sources.slice(span)
    }

    #[must_use]
    pub fn path(&self, span: Span) -> &str {
        self.sources.path(span.file)
    }
}

/// What a check found out: what is wrong, what could not be decided, what was seen to be right.
#[derive(Debug, Default)]
pub struct Ruling {
    pub violations: Vec<Violation>,
    pub unknown: Vec<(Span, String)>,
    pub evidence: Vec<(Span, String)>,
}

impl Ruling {
    pub(crate) fn violation(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    pub(crate) fn unknown(&mut self, span: Span, why: impl Into<String>) {
        self.unknown.push((span, why.into()));
    }

    pub(crate) fn holds(&mut self, span: Span, what: impl Into<String>) {
        self.evidence.push((span, what.into()));
    }

    /// Whether there was anything to judge.
    #[must_use]
    pub fn applicable(&self) -> bool {
        !(self.violations.is_empty() && self.unknown.is_empty() && self.evidence.is_empty())
    }
}

/// From the app to what is wrong with it.
pub type Check = fn(&Context<'_>, &mut Ruling);
/// The checks of one factor by the names of their pages.
type Checks = &'static [(&'static str, Check)];

/// A page and its check.
pub struct Rule {
    pub name: &'static str,
    pub factor: Factor,
    pub page: Page,
    check: Option<Check>,
    /// A project's, not the binary's.
    pub own: bool,
}

impl Rule {
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.page.severity
    }

    #[must_use]
    pub fn certainty(&self) -> Certainty {
        self.page.certainty
    }

    #[must_use]
    pub fn layer(&self) -> Option<Layer> {
        self.page.layer
    }
}

const CHECKS: &[(Factor, &[Checks])] = &[
    (Factor::Codebase, &[codebase::CHECKS]),
    (Factor::Dependencies, &[dependencies::CHECKS]),
    (Factor::Config, &[config::CHECKS]),
    (Factor::BackingServices, &[backing::CHECKS]),
    (Factor::Build, &[build::CHECKS]),
    (Factor::Processes, &[processes::CHECKS]),
    (Factor::PortBinding, &[ports::CHECKS]),
    (Factor::Concurrency, &[concurrency::CHECKS]),
    (Factor::Disposability, &[disposability::CHECKS]),
    (Factor::Parity, &[parity::CHECKS]),
    (Factor::Logs, &[logs::CHECKS]),
    (Factor::Admin, &[admin::CHECKS]),
    (Factor::Stack, stack::PARTS),
    (Factor::Lint, &[lint::CHECKS]),
];

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut rules: Vec<Rule> = page::embedded()
        .map(|(factor, name, text)| {
            let page = Page::parse(name, text).expect("the pages in the binary are tested");
            let check = CHECKS
                .iter()
                .filter(|(f, _)| *f == factor)
                .flat_map(|(_, c)| c.iter().copied().flatten())
                .find(|(n, _)| *n == name);
            Rule { name, factor, page, check: check.map(|(_, check)| *check), own: false }
        })
        .collect();
    rules.extend(own::rules());
    rules.sort_by_key(|rule| (rule.factor, rule.name));
    rules
});

/// All rules, by factor and name.
#[must_use]
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The rule of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    all().iter().find(|rule| rule.name == name)
}

/// The names of all rules and of the options that each takes, as the config needs them.
#[must_use]
pub fn known() -> BTreeMap<&'static str, Vec<String>> {
    all().iter().map(|rule| (rule.name, rule.page.options.keys().cloned().collect())).collect()
}

/// The names of checks that have no page, and of pages that have no check.
#[must_use]
pub fn orphans() -> Vec<String> {
    let pageless = CHECKS
        .iter()
        .flat_map(|(factor, checks)| checks.iter().copied().flatten().map(move |(name, _)| (factor, *name)))
        .filter(|(factor, name)| find(name).is_none_or(|rule| rule.factor != **factor));
    let checkless = all()
        .iter()
        .filter(|rule| rule.check.is_none() && rule.page.matcher.is_none() && !lint::SETTLED.contains(&rule.name));
    pageless.map(|(_, name)| name.to_owned()).chain(checkless.map(|rule| rule.name.to_owned())).collect()
}

/// Whether the config asks for a rule.
#[must_use]
pub fn enabled(rule: &Rule, config: &Config) -> bool {
    let named =
        |words: &[String]| words.iter().any(|w| w == rule.name || w.eq_ignore_ascii_case(rule.factor.numeral()));
    let own = config.rules.get(rule.name);
    let off = own.is_some_and(|r| r.off);
    let asked =
        config.pedantic || own.is_some_and(|r| r.severity.is_some()) || config.select.iter().any(|w| w == rule.name);
    (config.select.is_empty() || named(&config.select))
        && !named(&config.ignore)
        && !off
        && (asked || !rule.page.pedantic)
}

/// Runs every rule that the config asks for.
#[must_use]
pub fn check(app: &App, sources: &Sources, config: &Config) -> Vec<(&'static Rule, Ruling)> {
    let asked: Vec<&'static Rule> = all().iter().filter(|rule| enabled(rule, config)).collect();
    asked
        .into_par_iter()
        .filter_map(|rule| {
            let mut ruling = Ruling::default();
            let context = Context { app, sources, config, rule };
            match (rule.check, &rule.page.matcher) {
                (Some(check), _) => check(&context, &mut ruling),
                (None, Some(matcher)) => matcher.check(&context, &mut ruling),
                (None, None) => return None,
            }
            merge_twins(&mut ruling.violations, rule.severity());
            Some((rule, ruling))
        })
        .collect()
}

/// Two services that run one image say the same of one place: once is enough, at the higher severity.
fn merge_twins(violations: &mut Vec<Violation>, default: Severity) {
    let mut kept: Vec<Violation> = Vec::new();
    for violation in violations.drain(..) {
        match kept.iter_mut().find(|k| k.span == violation.span && k.message == violation.message) {
            Some(twin) => {
                if violation.severity.unwrap_or(default) > twin.severity.unwrap_or(default) {
                    *twin = violation;
                }
            }
            None => kept.push(violation),
        }
    }
    *violations = kept;
}

/// The rules as a Markdown table, as the README shows them.
#[must_use]
pub fn table() -> String {
    use std::fmt::Write as _;
    let mut text = String::from("| factor | rule | default | what it finds |\n| --- | --- | --- | --- |\n");
    for rule in all() {
        let (numeral, factor, folder) = (rule.factor.numeral(), rule.factor.name(), rule.factor.folder());
        let (name, severity, summary) = (rule.name, rule.severity(), &rule.page.summary);
        let level = if rule.page.pedantic { format!("{severity}, pedantic") } else { severity.to_string() };
        let _ = writeln!(text, "| {numeral} {factor} | [`{name}`](rules/{folder}/{name}.md) | {level} | {summary} |");
    }
    text
}
