//! `match:` of a page → what it finds: one thing, named by data. A second condition makes a rule code.

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use super::{Context, Ruling, source};
use crate::code::What;
use crate::source::{Class, Tracking};
use crate::spelling::nearest;
use crate::stack::Role;
use crate::syntax::tree::{Entry, Node};
use crate::violation::Violation;

/// What a page matches, and what is said of each match; `{match}` in the words stands for what was found.
#[derive(Debug, Clone)]
pub struct Matcher {
    target: Target,
    /// What the value, the arguments, the version or the literal has to look like.
    value: Option<Regex>,
    message: String,
}

#[derive(Debug, Clone)]
enum Target {
    /// A path of keys in a stack, `*` for any one: `services.*.privileged`.
    StackKey(Vec<String>),
    /// A Dockerfile's instruction, in capitals.
    Instruction(String),
    /// The name of a package in any manifest, `*` for any part of it.
    Dependency(GlobMatcher),
    /// What source code does, by the word of the queries, and the part whose literal counts.
    Fact(What, Option<String>),
    /// A path that git tracks.
    Path(GlobMatcher),
}

/// The matchers and the keys that each takes.
const KINDS: &[&str] = &["stack-key", "instruction", "dependency", "fact", "path"];

/// What is wrong, and at which node.
type Wrong<'n> = (&'n Node, String);

impl Matcher {
    /// Reads a page's `match` with its `message`.
    pub(super) fn read(entry: &Entry, message: String) -> Result<Self, Wrong<'_>> {
        let mut target = None;
        let (mut value, mut part) = (None, None);
        for entry in entry.value.entries() {
            let text = entry.value.scalar().ok_or((&entry.value, format!("`{}` takes one text", entry.name())))?;
            let wrong = |why: String| (&entry.value, why);
            let glob = || GlobBuilder::new(&text).literal_separator(false).build().map(|g| g.compile_matcher());
            let found = match entry.name() {
                "stack-key" => Target::StackKey(text.split('.').map(str::to_owned).collect()),
                "instruction" => Target::Instruction(text.to_ascii_uppercase()),
                "dependency" => Target::Dependency(glob().map_err(|e| wrong(e.to_string()))?),
                "path" => Target::Path(glob().map_err(|e| wrong(e.to_string()))?),
                "fact" => {
                    let words = What::ALL.iter().map(|(word, _)| *word);
                    let what = What::parse(&text).ok_or_else(|| {
                        let near = nearest(&text, words).map_or(String::new(), |n| format!(": did you mean `{n}`?"));
                        wrong(format!("`{text}` is no fact of source code{near}"))
                    })?;
                    Target::Fact(what, None)
                }
                "value" => {
                    value = Some(Regex::new(&text).map_err(|e| wrong(format!("`value` is no regex: {e}")))?);
                    continue;
                }
                "part" => {
                    part = Some(text);
                    continue;
                }
                other => {
                    let known = KINDS.iter().copied().chain(["value", "part"]);
                    let near = nearest(other, known).map_or(String::new(), |n| format!(": did you mean `{n}`?"));
                    return Err((&entry.key, format!("unknown key `{other}`{near}")));
                }
            };
            if target.replace(found).is_some() {
                return Err((&entry.key, "a page matches one thing: a second condition makes it code".to_owned()));
            }
        }
        let target = match (target, part) {
            (Some(Target::Fact(what, _)), part) => Target::Fact(what, part),
            (Some(target), None) => target,
            (Some(_), Some(_)) => return Err((&entry.key, "`part` belongs to a `fact`".to_owned())),
            (None, _) => return Err((&entry.key, format!("`match` names one of {}", KINDS.join(", ")))),
        };
        Ok(Self { target, value, message })
    }

    fn holds(&self, text: &str) -> bool {
        self.value.as_ref().is_none_or(|value| value.is_match(text))
    }

    fn violation(&self, span: crate::source::Span, found: &str) -> Violation {
        Violation::at(span, self.message.replace("{match}", found))
    }

    /// Finds every match.
    pub(super) fn check(&self, c: &Context<'_>, out: &mut Ruling) {
        match &self.target {
            Target::StackKey(path) => {
                for stack in c.app.stacks_of(Role::Swarm) {
                    self.keys(&stack.root, path, &mut Vec::new(), out);
                }
            }
            Target::Instruction(name) => {
                for image in c.app.release_images() {
                    for instruction in c.app.instructions(image) {
                        let text = c.text(instruction.span);
                        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
                        if word.eq_ignore_ascii_case(name) && self.holds(rest.trim()) {
                            out.violation(self.violation(instruction.span, word));
                        }
                    }
                }
            }
            Target::Dependency(name) => {
                let own = c.app.manifests.iter().filter(|m| c.sources.file(m.file).class == Class::App);
                for dependency in own.flat_map(|m| &m.dependencies) {
                    let version = dependency.requirement.as_ref().map_or("", |v| v.value.as_str());
                    if name.is_match(&dependency.name.value) && self.holds(version) {
                        out.violation(self.violation(dependency.name.span, &dependency.name.value));
                    }
                }
            }
            Target::Fact(what, part) => {
                for fact in c.app.code.of(*what) {
                    let span = part.as_deref().map_or(fact.span, |p| fact.place(p));
                    let literal = match part {
                        Some(part) => fact.text(part).map(str::to_owned),
                        None => Some(c.text(span).to_owned()),
                    };
                    let Some(text) = literal.filter(|t| self.holds(t)) else { continue };
                    let shown = if part.is_some() { text } else { fact.note("by").unwrap_or_default().to_owned() };
                    source::report(c, out, fact, self.violation(span, &shown), |_| c.severity());
                }
            }
            Target::Path(pattern) => {
                for (id, file) in c.sources.files() {
                    if matches!(file.tracking, Tracking::Tracked { .. }) && pattern.is_match(&file.path) {
                        out.violation(self.violation(c.sources.line_span(id, 0), &file.path));
                    }
                }
            }
        }
    }

    /// The entries at a path of keys.
    fn keys(&self, node: &Node, path: &[String], above: &mut Vec<String>, out: &mut Ruling) {
        let [first, rest @ ..] = path else { return };
        for entry in node.entries().iter().filter(|e| first == "*" || e.name() == first) {
            above.push(entry.name().to_owned());
            if rest.is_empty() {
                let text = entry.value.scalar().unwrap_or_default();
                if self.holds(&text) {
                    out.violation(self.violation(entry.span(), &above.join(".")));
                }
            } else {
                self.keys(&entry.value, rest, above, out);
            }
            above.pop();
        }
        // `-` items of a list, and `NAME=value` in it.
        for item in node.items() {
            let text = item.scalar().unwrap_or_default();
            let name = text.split('=').next().unwrap_or_default();
            if rest.is_empty() && !text.is_empty() && (first == "*" || name == first) {
                let value = text.split_once('=').map_or(text.as_str(), |(_, value)| value);
                if self.holds(value) {
                    out.violation(self.violation(item.span, &above.join(".")));
                }
            } else if item.is_map() {
                self.keys(item, path, above, out);
            }
        }
    }
}
