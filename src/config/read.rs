//! The spanned tree of a config → [`Config`].

use super::{CONFIG, Config, KnownRules, Override, Patterns, Policy, RuleConfig, Wrong, globs};
use crate::source::At;
use crate::syntax::tree::{Entry, Node, Value};
use crate::syntax::yaml;
use crate::violation::{Certainty, Severity};

const KEYS: &[&str] = &[
    "policy",
    "fail-on",
    "min-certainty",
    "pedantic",
    "stacks",
    "apps",
    "exclude",
    "require-reason",
    "single-node",
    "rules",
    "overrides",
];

pub(super) fn config(text: &str, rules: KnownRules<'_>) -> Result<Config, Wrong> {
    let parsed = yaml::parse(CONFIG, text);
    if let Some(error) = parsed.errors.into_iter().next() {
        return Err(Wrong::new(error.span, error.value));
    }
    let mut config = Config::default();
    if !parsed.root.is_map() && !parsed.root.is_null() {
        return Err(Wrong::new(parsed.root.span, "the config is a mapping of keys"));
    }
    for entry in parsed.root.entries() {
        let value = &entry.value;
        match entry.name() {
            "policy" => config.policy = one_of(value, &[("seed", Policy::Seed), ("strict", Policy::Strict)])?,
            "fail-on" => config.fail_on = fail_on(value)?,
            "min-certainty" => config.min_certainty = one_of(value, Certainty::ALL)?,
            "pedantic" => config.pedantic = boolean(value)?,
            "stacks" => config.stacks = globs(&strings(value)?)?,
            "apps" => config.apps = strings(value)?.into_iter().map(|at| at.value).collect(),
            "exclude" => config.exclude = vec![globs(&strings(value)?)?],
            "require-reason" => config.require_reason = boolean(value)?,
            "single-node" => config.single_node = boolean(value)?,
            "rules" => {
                for entry in map(value)? {
                    let name = known_rule(&entry.key, rules)?;
                    config.rules.insert(name.clone(), rule(&entry.value, &name, rules)?);
                }
            }
            "overrides" => {
                let Value::Seq(items) = &value.value else {
                    return Err(Wrong::new(value.span, "a list of overrides is expected here"));
                };
                for item in items {
                    config.overrides.push(override_of(item, rules)?);
                }
            }
            _ => return Err(unknown("key", entry, KEYS)),
        }
    }
    Ok(config)
}

fn unknown(what: &str, entry: &Entry, known: &[&str]) -> Wrong {
    let word = At::new(entry.key.scalar().unwrap_or_default(), entry.key.span);
    Wrong::unknown(what, &word, known.iter().copied())
}

fn map(node: &Node) -> Result<&[Entry], Wrong> {
    if node.is_map() { Ok(node.entries()) } else { Err(Wrong::new(node.span, "a mapping is expected here")) }
}

fn strings(node: &Node) -> Result<Vec<At<String>>, Wrong> {
    match &node.value {
        Value::Str(_) => Ok(node.strings()),
        Value::Seq(items) => match items.iter().find(|item| item.text().is_none()) {
            None => Ok(node.strings()),
            Some(item) => Err(Wrong::new(item.span, "a string is expected here")),
        },
        _ => Err(Wrong::new(node.span, "a list of strings is expected here")),
    }
}

fn boolean(node: &Node) -> Result<bool, Wrong> {
    node.as_bool().ok_or_else(|| Wrong::new(node.span, "`true` or `false` is expected here"))
}

fn one_of<T: Copy>(node: &Node, words: &[(&str, T)]) -> Result<T, Wrong> {
    let word = node.text().unwrap_or_else(|| At::new(String::new(), node.span));
    let found = words.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
    found.ok_or_else(|| Wrong::unknown("value", &word, words.iter().map(|(name, _)| *name)))
}

fn fail_on(node: &Node) -> Result<Option<Severity>, Wrong> {
    let words: Vec<(&str, Option<Severity>)> =
        Severity::ALL.iter().map(|(word, s)| (*word, Some(*s))).chain([("never", None)]).collect();
    one_of(node, &words)
}

fn known_rule(node: &Node, rules: KnownRules<'_>) -> Result<String, Wrong> {
    let word = node.text().unwrap_or_else(|| At::new(String::new(), node.span));
    if rules.contains_key(word.value.as_str()) {
        Ok(word.value)
    } else {
        Err(Wrong::unknown("rule", &word, rules.keys().copied()))
    }
}

/// `off`, a severity, or a mapping of `severity` and the rule's own options.
fn rule(node: &Node, name: &str, rules: KnownRules<'_>) -> Result<RuleConfig, Wrong> {
    let level = |node: &Node| -> Result<(bool, Option<Severity>), Wrong> {
        // YAML 1.2 leaves `off` a string.
        let mut words: Vec<(&str, (bool, Option<Severity>))> =
            Severity::ALL.iter().map(|(word, s)| (*word, (false, Some(*s)))).collect();
        words.push(("off", (true, None)));
        one_of(node, &words)
    };
    if !node.is_map() {
        let (off, severity) = level(node)?;
        return Ok(RuleConfig { off, severity, ..RuleConfig::default() });
    }
    let mut config = RuleConfig::default();
    let options = &rules[name];
    for entry in node.entries() {
        if entry.name() == "severity" {
            (config.off, config.severity) = level(&entry.value)?;
        } else if options.iter().any(|o| o == entry.name()) {
            if entry.value.is_map() || entry.value.items().iter().any(|item| item.scalar().is_none()) {
                return Err(Wrong::new(entry.value.span, "a value or a list of values is expected here"));
            }
            let values = match entry.value.scalar() {
                Some(one) => vec![one],
                None => entry.value.items().iter().filter_map(Node::scalar).collect(),
            };
            config.options.insert(entry.name().to_owned(), values);
        } else {
            let known: Vec<&str> = options.iter().map(String::as_str).chain(["severity"]).collect();
            return Err(unknown(&format!("option of `{name}`"), entry, &known));
        }
    }
    Ok(config)
}

fn override_of(node: &Node, rules: KnownRules<'_>) -> Result<Override, Wrong> {
    for key in ["paths", "off"] {
        if map(node)?.iter().all(|entry| entry.name() != key) {
            return Err(Wrong::new(node.span, format!("an override needs `{key}`")));
        }
    }
    let mut made = Override { paths: Patterns::default(), off: Vec::new(), reason: None };
    for entry in map(node)? {
        match entry.name() {
            "paths" => made.paths = globs(&strings(&entry.value)?)?,
            "off" => {
                strings(&entry.value)?;
                let nodes = if entry.value.items().is_empty() {
                    std::slice::from_ref(&entry.value)
                } else {
                    entry.value.items()
                };
                made.off = nodes.iter().map(|n| known_rule(n, rules)).collect::<Result<_, _>>()?;
            }
            "reason" => match entry.value.scalar() {
                Some(reason) => made.reason = Some(reason),
                None => return Err(Wrong::new(entry.value.span, "a text is expected here")),
            },
            _ => return Err(unknown("key", entry, &["paths", "off", "reason"])),
        }
    }
    Ok(made)
}
