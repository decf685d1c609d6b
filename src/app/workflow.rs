//! What workflows of GitHub build: the steps of `docker/build-push-action`, with their matrix and variables put in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::mention::{self, Built};
use crate::syntax::tree::Node;

/// Combinations of a matrix that are looked at.
const MAX_COMBINATIONS: usize = 64;

/// What expressions stand for, by what is written in them: `matrix.image`, `env.REGISTRY`.
type Values = BTreeMap<String, String>;

static EXPRESSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$\{\{\s*([^}]*?)\s*\}\}").expect("a sound pattern"));

/// The builds of a workflow.
pub(super) fn builds(workflow: &Node) -> Vec<Built> {
    let mut found = Vec::new();
    let mut values = Values::new();
    set(&mut values, "env", workflow.get("env"));
    for job in workflow.get("jobs").map_or(&[][..], Node::entries) {
        for combination in combinations(job.value.at(&["strategy", "matrix"])) {
            let mut values = values.clone();
            values.extend(combination);
            set(&mut values, "env", job.value.get("env"));
            steps(job.value.get("steps").map_or(&[][..], Node::items), &mut values, &mut found);
        }
    }
    found
}

/// The combinations of a matrix, at least one.
fn combinations(matrix: Option<&Node>) -> Vec<Values> {
    let Some(matrix) = matrix else { return vec![Values::new()] };
    let mut all = vec![Values::new()];
    let axes = matrix.entries().iter().filter(|e| !matches!(e.name(), "include" | "exclude"));
    for axis in axes.filter(|axis| !axis.value.items().is_empty()) {
        let with = |known: &Values| -> Vec<Values> {
            let one = |item: &Node| {
                let mut values = known.clone();
                put(&mut values, &format!("matrix.{}", axis.name()), item);
                values
            };
            axis.value.items().iter().map(one).collect()
        };
        all = all.iter().flat_map(with).take(MAX_COMBINATIONS).collect();
    }
    let included = matrix.get("include").map_or(&[][..], Node::items);
    let alone = all.len() == 1 && all[0].is_empty();
    for item in included.iter().take(MAX_COMBINATIONS) {
        let mut values = Values::new();
        set(&mut values, "matrix", Some(item));
        // It adds to the combinations that agree with it, and stands alone where there is none.
        let agrees = |known: &&mut Values| {
            let mut both = values.iter().filter(|(key, _)| known.contains_key(*key)).peekable();
            both.peek().is_some() && both.all(|(key, value)| known.get(key) == Some(value))
        };
        let mut fits = all.iter_mut().filter(agrees).peekable();
        if !alone && fits.peek().is_some() {
            fits.for_each(|known| known.extend(values.clone()));
        } else {
            all.push(values);
        }
    }
    if alone && all.len() > 1 {
        all.remove(0);
    }
    all
}

/// Adds the entries of a map below a name.
fn set(values: &mut Values, below: &str, map: Option<&Node>) {
    for entry in map.map_or(&[][..], Node::entries) {
        put(values, &format!("{below}.{}", entry.name()), &entry.value);
    }
}

fn put(values: &mut Values, name: &str, node: &Node) {
    if let Some(text) = node.scalar() {
        let text = filled(&text, values);
        values.insert(name.to_owned(), text);
    }
    set(values, name, Some(node));
}

/// A text with its expressions put in, those that are known.
fn filled(text: &str, values: &Values) -> String {
    let known = |found: &Captures<'_>| values.get(&found[1]).cloned().unwrap_or_else(|| found[0].to_owned());
    EXPRESSION.replace_all(text, known).into_owned()
}

fn steps(steps: &[Node], values: &mut Values, found: &mut Vec<Built>) {
    for step in steps {
        let mut own = values.clone();
        set(&mut own, "env", step.get("env"));
        let uses = step.get("uses").and_then(Node::as_str).unwrap_or_default();
        let with = |key: &str| step.at(&["with", key]).and_then(Node::scalar).map(|text| filled(&text, &own));
        if uses.contains("/metadata-action")
            && let (Some(id), Some(images)) = (step.get("id").and_then(Node::as_str), with("images"))
        {
            values.insert(format!("steps.{id}.outputs.tags"), images);
        } else if uses.contains("/build-push-action") {
            let context = with("context").unwrap_or_else(|| ".".to_owned());
            let context = context.strip_prefix("{{defaultContext}}:").unwrap_or(&context).to_owned();
            let tags = with("tags").unwrap_or_default();
            found.extend(tags.split([',', '\n']).map(str::trim).filter(|tag| !tag.is_empty()).map(|tag| Built {
                tag: tag.to_owned(),
                dockerfile: with("file"),
                target: with("target"),
                context: context.clone(),
                folder: String::new(),
            }));
        } else if let Some(run) = step.get("run").filter(|run| run.as_str().is_some_and(|r| r.contains("docker"))) {
            let folder = step.get("working-directory").and_then(Node::as_str).unwrap_or_default();
            found.extend(mention::builds(&filled(run.as_str().unwrap_or_default(), &own), folder));
        }
    }
}
