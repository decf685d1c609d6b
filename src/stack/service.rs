//! One service of a stack.

use super::constraint::Constraint;
use super::interpolate::{Environment, Text};
use super::load::value::shlex;
use super::mount::Mount;
use super::port::Port;
use crate::fact::Fact;
use crate::source::{At, Span};
use crate::syntax::tree::{Entry, Node};

#[derive(Debug, Clone)]
pub struct Service {
    pub name: At<String>,
    /// The whole of it, for what no field holds.
    pub node: Node,
    pub image: Option<Text>,
    pub build: Option<Build>,
    /// Nothing: the image's own. Empty: cleared.
    pub entrypoint: Option<Vec<Argument>>,
    pub command: Option<Vec<Argument>>,
    pub environment: Vec<Setting>,
    pub env_files: Vec<Text>,
    pub ports: Vec<Port>,
    pub mounts: Vec<Mount>,
    /// Nothing: the default network.
    pub networks: Option<Vec<Attachment>>,
    pub healthcheck: Option<Healthcheck>,
    deploy_environment: Environment,
}

#[derive(Debug, Clone)]
pub struct Build {
    pub span: Span,
    pub context: Text,
    pub dockerfile: Option<Text>,
    pub target: Option<Text>,
    pub args: Vec<Setting>,
}

/// One word of a command line.
#[derive(Debug, Clone)]
pub struct Argument {
    pub value: Fact<String>,
    pub raw: String,
    pub span: Span,
}

/// One variable of the environment; without a value it is the client's.
#[derive(Debug, Clone)]
pub struct Setting {
    pub name: At<String>,
    pub value: Option<Text>,
}

#[derive(Debug, Clone)]
pub struct Attachment {
    pub name: String,
    pub aliases: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Healthcheck {
    pub span: Span,
    pub disabled: bool,
    /// `test` as a list, `CMD` or `CMD-SHELL` first; a string is `CMD-SHELL`.
    pub test: Vec<Argument>,
    pub test_span: Option<Span>,
}

/// How many tasks, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Replicated,
    Global,
    /// Runs to its end, once or so many times.
    Job,
    Unknown,
}

impl Service {
    pub(super) fn new(entry: &Entry, environment: &Environment) -> Option<Self> {
        let name = entry.key.text()?;
        let node = entry.value.clone();
        if !node.is_map() {
            return None;
        }
        let text = |key: &str| node.get(key).and_then(|n| Text::of(n, environment));
        let strings = |key: &str| -> Vec<Text> {
            node.get(key)
                .map(Node::strings)
                .unwrap_or_default()
                .into_iter()
                .map(|at| Text::new(at.value, at.span, environment))
                .collect()
        };
        Some(Self {
            name,
            image: text("image"),
            build: node.get("build").and_then(|b| build(b, environment)),
            entrypoint: node.get("entrypoint").filter(|n| !n.is_null()).map(|n| arguments(n, environment)),
            command: node.get("command").filter(|n| !n.is_null()).map(|n| arguments(n, environment)),
            environment: settings(node.get("environment"), environment),
            env_files: env_files(&node, environment).unwrap_or_else(|| strings("env_file")),
            ports: node
                .get("ports")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(|p| Port::new(p, environment))
                .collect(),
            mounts: node
                .get("volumes")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(|m| Mount::new(m, environment))
                .collect(),
            networks: node.get("networks").filter(|n| !n.is_null()).map(attachments),
            healthcheck: node.entry("healthcheck").map(|h| healthcheck(h, environment)),
            deploy_environment: environment.clone(),
            node,
        })
    }

    /// The scalar at a path of keys, such as `deploy.replicas`.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<Text> {
        self.node.at(path).and_then(|n| Text::of(n, &self.deploy_environment))
    }

    /// The strings of the list at a path of keys.
    #[must_use]
    pub fn texts(&self, path: &[&str]) -> Vec<Text> {
        let strings = self.node.at(path).map(Node::strings).unwrap_or_default();
        strings.into_iter().map(|at| Text::new(at.value, at.span, &self.deploy_environment)).collect()
    }

    /// The entries of a map, or of a list of `name=value`, at a path of keys.
    #[must_use]
    pub fn settings(&self, path: &[&str]) -> Vec<Setting> {
        settings(self.node.at(path), &self.deploy_environment)
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.text(&["deploy", "mode"]).map(|t| t.fact) {
            None => Mode::Replicated,
            Some(fact) => match fact.text() {
                Some("replicated") => Mode::Replicated,
                Some("global") => Mode::Global,
                Some("replicated-job" | "global-job") => Mode::Job,
                _ => Mode::Unknown,
            },
        }
    }

    /// The number of tasks of a replicated service.
    #[must_use]
    pub fn replicas(&self) -> Fact<u64> {
        match self.text(&["deploy", "replicas"]) {
            None => Fact::Known(1),
            Some(text) => text.fact.and_then(|v| v.trim().parse().ok()),
        }
    }

    /// Whether more than one task may run at a time.
    #[must_use]
    pub fn many(&self) -> Fact<bool> {
        match self.mode() {
            Mode::Global => Fact::Known(true),
            Mode::Unknown => Fact::Unknown,
            Mode::Replicated | Mode::Job => self.replicas().map(|n| n > 1),
        }
    }

    #[must_use]
    pub fn is_job(&self) -> bool {
        self.mode() == Mode::Job
    }

    #[must_use]
    pub fn constraints(&self) -> Vec<Text> {
        self.texts(&["deploy", "placement", "constraints"])
    }

    /// Whether the placement allows one node only, or a set of nodes that a label marks.
    #[must_use]
    pub fn pinned(&self) -> Fact<bool> {
        let mut unknown = false;
        for constraint in self.constraints() {
            match constraint.text() {
                Some(text) => {
                    let Some(Constraint { key, equal: true, value }) = Constraint::parse(text) else { continue };
                    let fixes = ["node.hostname", "node.id", "node.ip"].contains(&key)
                        || key.starts_with("node.labels.")
                        || key.starts_with("engine.labels.");
                    if fixes && !value.is_empty() {
                        return Fact::Known(true);
                    }
                }
                None if constraint.raw.contains("==")
                    && ["node.hostname", "node.id", "node.labels.", "engine.labels."]
                        .iter()
                        .any(|k| constraint.raw.trim().starts_with(k)) =>
                {
                    return Fact::Known(true);
                }
                None => unknown = true,
            }
        }
        if unknown { Fact::Unknown } else { Fact::Known(false) }
    }

    /// The variable of the environment of this name, the last one that is written.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.environment.iter().rev().find(|s| s.name.value == name)
    }

    /// The key's place of a path of keys, else the service's name: where absence is reported.
    #[must_use]
    pub fn place(&self, path: &[&str]) -> Span {
        let Some((last, above)) = path.split_last() else { return self.name.span };
        self.node.at(above).and_then(|n| n.entry(last)).map_or(self.name.span, |e| e.key.span)
    }
}

fn build(node: &Node, environment: &Environment) -> Option<Build> {
    let text = |key: &str| node.get(key).and_then(|n| Text::of(n, environment));
    if !node.is_map() {
        let context = Text::of(node, environment)?;
        return Some(Build { span: node.span, context, dockerfile: None, target: None, args: Vec::new() });
    }
    let context = text("context").unwrap_or_else(|| Text::plain(".".to_owned(), node.span));
    let args = settings(node.get("args"), environment);
    Some(Build { span: node.span, context, dockerfile: text("dockerfile"), target: text("target"), args })
}

/// Compose's `env_file: [{path: …}]`.
fn env_files(node: &Node, environment: &Environment) -> Option<Vec<Text>> {
    let items = node.get("env_file")?.items();
    items
        .iter()
        .any(Node::is_map)
        .then(|| items.iter().filter_map(|i| Text::of(i.get("path").unwrap_or(i), environment)).collect())
}

/// A list of `NAME=value`, or a map.
fn settings(node: Option<&Node>, environment: &Environment) -> Vec<Setting> {
    let Some(node) = node else { return Vec::new() };
    if node.is_map() {
        return node
            .entries()
            .iter()
            .filter_map(|e| Some(Setting { name: e.key.text()?, value: Text::of(&e.value, environment) }))
            .collect();
    }
    node.items()
        .iter()
        .filter_map(|item| {
            let raw = item.scalar()?;
            let quoted = usize::from((item.span.end - item.span.start) as usize == raw.len() + 2);
            let start = item.span.start as usize + quoted;
            let file = item.span.file;
            Some(match raw.split_once('=') {
                Some((name, value)) => {
                    let at = start + name.len() + 1;
                    Setting {
                        name: At::new(name.to_owned(), Span::new(file, start, start + name.len())),
                        value: Some(Text::new(value.to_owned(), Span::new(file, at, at + value.len()), environment)),
                    }
                }
                None => Setting { name: At::new(raw, item.span), value: None },
            })
        })
        .collect()
}

fn attachments(node: &Node) -> Vec<Attachment> {
    if node.is_map() {
        return node
            .entries()
            .iter()
            .map(|e| Attachment {
                name: e.name().to_owned(),
                aliases: e
                    .value
                    .get("aliases")
                    .map(Node::strings)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|a| a.value)
                    .collect(),
            })
            .collect();
    }
    node.strings().into_iter().map(|at| Attachment { name: at.value, aliases: Vec::new() }).collect()
}

fn healthcheck(entry: &Entry, environment: &Environment) -> Healthcheck {
    let node = &entry.value;
    let test = node.get("test");
    let arguments: Vec<Argument> = match test {
        Some(test) if test.as_str().is_some() => {
            let shell =
                Argument { value: Fact::Known("CMD-SHELL".to_owned()), raw: "CMD-SHELL".to_owned(), span: test.span };
            std::iter::once(shell).chain(Text::of(test, environment).map(argument)).collect()
        }
        Some(test) => test.items().iter().filter_map(|i| Text::of(i, environment)).map(argument).collect(),
        None => Vec::new(),
    };
    let none = arguments.first().is_some_and(|a| a.value.text() == Some("NONE"));
    let disabled = none || node.get("disable").is_some_and(|d| d.as_bool() == Some(true));
    Healthcheck { span: entry.key.span, disabled, test: arguments, test_span: test.map(|t| t.span) }
}

fn argument(text: Text) -> Argument {
    Argument { value: text.fact, raw: text.raw, span: text.span }
}

/// A list of words, or a string that docker splits as a shell splits words; no shell reads it.
fn arguments(node: &Node, environment: &Environment) -> Vec<Argument> {
    let Some(line) = node.as_str() else {
        return node.items().iter().filter_map(|i| Text::of(i, environment)).map(argument).collect();
    };
    shlex(line).0.into_iter().map(|word| argument(Text::new(word, node.span, environment))).collect()
}
