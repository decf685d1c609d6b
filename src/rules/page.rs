//! A rule's page: front matter, reason, and the examples that are its tests.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::Factor;
use super::matcher::Matcher;
use crate::error::Error;
use crate::source::FileId;
use crate::spelling::nearest;
use crate::syntax::tree::Node;
use crate::syntax::yaml;
use crate::violation::{Certainty, Layer, Severity};

static PAGES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// What a page says.
#[derive(Debug, Clone)]
pub struct Page {
    pub summary: String,
    pub severity: Severity,
    pub certainty: Certainty,
    pub layer: Option<Layer>,
    /// Written in a project's own page; the folder says it of the binary's.
    pub factor: Option<Factor>,
    /// Nothing but a person can judge what it finds: off unless it is asked for.
    pub pedantic: bool,
    /// What it matches, where no code judges.
    pub matcher: Option<Matcher>,
    /// The options that a config may set, with what holds when it does not.
    pub options: BTreeMap<String, Vec<String>>,
    pub references: Vec<String>,
    /// Why it matters and what to do: the text between the front matter and the examples.
    pub reason: String,
    pub examples: Vec<Example>,
    /// The page as written.
    pub text: String,
}

/// One small app.
#[derive(Debug, Clone)]
pub struct Example {
    pub title: String,
    /// It breaks the rule; else it keeps it.
    pub violates: bool,
    pub repository: bool,
    pub files: Vec<ExampleFile>,
}

#[derive(Debug, Clone)]
pub struct ExampleFile {
    pub path: String,
    /// The words behind the path: `untracked`, `ignored`, `executable`, `crlf`.
    pub attributes: Vec<String>,
    /// As written, marks included.
    pub text: String,
    /// The page's line (1-based) at which the text begins.
    pub line: usize,
}

/// The pages in the binary: factor, name and text.
pub fn embedded() -> impl Iterator<Item = (Factor, &'static str, &'static str)> {
    PAGES.dirs().flat_map(|dir| {
        let factor = dir.path().to_str().and_then(Factor::parse).expect("a folder of pages is a factor's");
        dir.files().map(move |file| {
            let name = file.path().file_stem().and_then(|s| s.to_str()).expect("a page's name is plain text");
            (factor, name, file.contents_utf8().expect("a page is UTF-8"))
        })
    })
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// [`Error::Page`] with the line and key that are wrong.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let wrong = |why: String| Error::Page { page: name.to_owned(), why };
        let body = text.strip_prefix("---\n").ok_or_else(|| wrong("it does not begin with `---`".to_owned()))?;
        let (front, rest) =
            body.split_once("\n---\n").ok_or_else(|| wrong("its front matter is not closed by `---`".to_owned()))?;
        let parsed = yaml::parse(FileId(u32::MAX), front);
        let line = |node: &Node| front[..(node.span.start as usize).min(front.len())].matches('\n').count() + 2;
        if let Some(error) = parsed.errors.first() {
            return Err(wrong(error.value.clone()));
        }
        const KEYS: &[&str] = &[
            "summary",
            "severity",
            "certainty",
            "layer",
            "options",
            "references",
            "factor",
            "match",
            "message",
            "pedantic",
        ];
        for entry in parsed.root.entries() {
            if !KEYS.contains(&entry.name()) {
                let near = nearest(entry.name(), KEYS.iter().copied())
                    .map_or(String::new(), |k| format!(": did you mean `{k}`?"));
                return Err(wrong(format!("line {}: unknown key `{}`{near}", line(&entry.key), entry.name())));
            }
        }
        let word = |key: &str| parsed.root.get(key).and_then(Node::scalar);
        let needed = |key: &str| word(key).ok_or_else(|| wrong(format!("`{key}` is missing")));
        let matcher = match parsed.root.entry("match") {
            None => None,
            Some(entry) => {
                let message = word("message").ok_or_else(|| wrong("`message` is missing".to_owned()))?;
                let matcher = Matcher::read(entry, message);
                Some(matcher.map_err(|(node, why)| wrong(format!("line {}: {why}", line(node))))?)
            }
        };
        let factor = match parsed.root.get("factor") {
            None => None,
            Some(node) => {
                let name = node.scalar().unwrap_or_default();
                let unknown = || wrong(format!("line {}: `factor: {name}` is unknown: I to XII, or stack", line(node)));
                Some(Factor::parse(&name).ok_or_else(unknown)?)
            }
        };
        let (reason, examples) =
            rest.split_once("\n## ").map_or((rest, ""), |(reason, _)| (reason, &rest[reason.len()..]));
        let first_line = text.len() - examples.len();
        let first_line = text[..first_line].matches('\n').count() + 1;
        let severity = needed("severity")?;
        let certainty = needed("certainty")?;
        Ok(Self {
            factor,
            pedantic: parsed.root.get("pedantic").and_then(Node::as_bool) == Some(true),
            matcher,
            summary: needed("summary")?,
            severity: Severity::parse(&severity).ok_or_else(|| wrong(format!("`severity: {severity}` is unknown")))?,
            certainty: Certainty::parse(&certainty)
                .ok_or_else(|| wrong(format!("`certainty: {certainty}` is unknown")))?,
            layer: match word("layer") {
                None => None,
                Some(layer) => Some(Layer::parse(&layer).ok_or_else(|| wrong(format!("`layer: {layer}` is unknown")))?),
            },
            options: parsed
                .root
                .get("options")
                .map(Node::entries)
                .unwrap_or_default()
                .iter()
                .map(|e| (e.name().to_owned(), e.value.strings().into_iter().map(|at| at.value).collect()))
                .collect(),
            references: parsed
                .root
                .get("references")
                .map(Node::strings)
                .unwrap_or_default()
                .into_iter()
                .map(|at| at.value)
                .collect(),
            reason: reason.trim().to_owned(),
            examples: read_examples(examples, first_line).map_err(wrong)?,
            text: text.to_owned(),
        })
    }
}

fn read_examples(text: &str, first_line: usize) -> Result<Vec<Example>, String> {
    let mut examples: Vec<Example> = Vec::new();
    let mut violates = None;
    let mut fence: Option<ExampleFile> = None;
    for (n, line) in text.lines().enumerate() {
        let number = first_line + n;
        if let Some(file) = &mut fence {
            if line == "```" {
                let example = examples.last_mut().ok_or(format!("line {number}: a fence stands outside an example"))?;
                example.files.extend(fence.take());
            } else {
                file.text += line;
                file.text.push('\n');
            }
        } else if let Some(title) = line.strip_prefix("### ") {
            let violates =
                violates.ok_or(format!("line {number}: an example stands outside `## Violates` and `## Complies`"))?;
            let (title, repository) = title.strip_suffix(" (no repository)").map_or((title, true), |t| (t, false));
            examples.push(Example { title: title.to_owned(), violates, repository, files: Vec::new() });
        } else if let Some(section) = line.strip_prefix("## ") {
            violates = match section {
                "Violates" => Some(true),
                "Complies" => Some(false),
                other => return Err(format!("line {number}: unknown section `{other}`")),
            };
        } else if let Some(info) = line.strip_prefix("```") {
            let mut words = info.split_whitespace().skip(1).map(str::to_owned);
            let path = words.next().ok_or(format!("line {number}: a fence names its language and its file"))?;
            fence = Some(ExampleFile { path, attributes: words.collect(), text: String::new(), line: number + 1 });
        }
    }
    if fence.is_some() {
        return Err("its last fence is not closed".to_owned());
    }
    Ok(examples)
}
