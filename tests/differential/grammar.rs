//! `grammar.txt` → YAML flow text for any of its nonterminals.

use std::collections::BTreeMap;

use crate::random::Random;

pub(crate) struct Grammar {
    rules: BTreeMap<&'static str, Rule>,
    /// What the mappings hold.
    pub(crate) entries: Vec<Known>,
}

/// A key that some mapping takes, and what the grammar gives to it.
pub(crate) struct Known {
    pub(crate) mapping: &'static str,
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
}

#[derive(Default)]
struct Rule {
    alternatives: Vec<Alternative>,
    entries: Vec<Alternative>,
}

struct Alternative {
    text: &'static str,
    weight: usize,
    since: u32,
    wrong: bool,
    /// An entry that is always there.
    always: bool,
    /// An entry that stands for those of another nonterminal.
    spread: bool,
}

/// Where wrong things are rare, for they hide those further in.
const OUTER: &[&str] = &[
    "file-body",
    "over-body",
    "services",
    "over-services",
    "service-name",
    "service",
    "service-map",
    "networks",
    "top-volumes",
    "secrets",
    "configs",
    "network",
    "volume",
    "secret",
    "config",
];

/// What bounds the text of one file.
pub(crate) struct Bounds {
    /// The minor number of its version.
    pub(crate) minor: u32,
    /// How many wrong things it may hold yet.
    pub(crate) wrong: usize,
    /// Keys that most mappings which may hold them do hold, for several files to meet in them.
    pub(crate) focus: Vec<&'static str>,
}

/// The keys above a mapping's own, from the service on.
const ABOVE: &[(&str, &[&str])] = &[
    ("deploy-map", &["deploy"]),
    ("update-config", &["deploy", "update_config", "rollback_config"]),
    ("restart-policy", &["deploy", "restart_policy"]),
    ("placement", &["deploy", "placement"]),
    ("limits", &["deploy", "resources"]),
    ("reservations", &["deploy", "resources"]),
    ("healthcheck", &["healthcheck"]),
    ("logging", &["logging"]),
    ("build-map", &["build"]),
    ("service-network", &["networks"]),
    ("service-map", &[]),
];

impl Grammar {
    pub(crate) fn read() -> Self {
        let mut rules: BTreeMap<&'static str, Rule> = BTreeMap::new();
        let mut entries = Vec::new();
        let mut name = "";
        for line in include_str!("grammar.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let Some(text) = line.strip_prefix("  ") else {
                name = line;
                continue;
            };
            let rule = rules.entry(name).or_default();
            if let Some(entry) = text.strip_prefix("+ ") {
                let entry = Alternative::read(entry);
                if let (Some((key, value)), false, false) = (entry.text.split_once(": "), entry.wrong, entry.spread) {
                    entries.push(Known { mapping: name, key, value });
                }
                rule.entries.push(entry);
            } else {
                rule.alternatives.push(Alternative::read(text));
            }
        }
        Self { rules, entries }
    }

    /// A key of a service or of something in it, with those above it.
    pub(crate) fn focus(&self, random: &mut Random) -> Vec<&'static str> {
        let (mapping, above) = if random.chance(50) { ABOVE[ABOVE.len() - 1] } else { *random.pick(ABOVE) };
        let own: Vec<&str> = self.entries.iter().filter(|e| e.mapping == mapping).map(|e| e.key).collect();
        above.iter().copied().chain([*random.pick(&own)]).collect()
    }

    /// One text that the nonterminal stands for.
    pub(crate) fn expand(&self, name: &str, random: &mut Random, bounds: &mut Bounds) -> String {
        let rule = self.rules.get(name).unwrap_or_else(|| panic!("the grammar lacks <{name}>"));
        if !rule.entries.is_empty() {
            return format!("{{{}}}", self.mapping(name, rule, random, bounds).join(", "));
        }
        let wrong = bounds.wrong > 0
            && rule.alternatives.iter().any(|a| a.wrong)
            && random.chance(if OUTER.contains(&name) { 3 } else { 20 });
        if wrong {
            bounds.wrong -= 1;
        }
        let from: Vec<&Alternative> =
            rule.alternatives.iter().filter(|a| a.wrong == wrong && a.since <= bounds.minor).collect();
        let mut left = random.below(from.iter().map(|a| a.weight).sum::<usize>().max(1));
        let chosen = from.iter().find(|a| {
            let here = left < a.weight;
            left = left.saturating_sub(a.weight);
            here
        });
        chosen.map_or_else(|| "{}".to_owned(), |chosen| self.fill(chosen.text, random, bounds))
    }

    /// The text with its `<name>`s replaced.
    pub(crate) fn fill(&self, text: &str, random: &mut Random, bounds: &mut Bounds) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('<') {
            let name = rest[start + 1..].split('>').next().unwrap_or_default();
            if rest[start + 1 + name.len()..].starts_with('>') && self.rules.contains_key(name) {
                filled += &rest[..start];
                filled += &self.expand(name, random, bounds);
                rest = &rest[start + name.len() + 2..];
            } else {
                filled += &rest[..=start];
                rest = &rest[start + 1..];
            }
        }
        filled + rest
    }

    fn mapping(&self, name: &str, rule: &Rule, random: &mut Random, bounds: &mut Bounds) -> Vec<String> {
        let mut taken: Vec<(&str, String)> = Vec::new();
        let optional: Vec<&Alternative> =
            rule.entries.iter().filter(|e| !e.always && !e.spread && !e.wrong && e.since <= bounds.minor).collect();
        let most = optional.len().min(if optional.len() > 30 { 7 } else { 4 });
        let count = if most == 0 { 0 } else { random.below(most + 1) };
        let mut chosen: Vec<&Alternative> = rule.entries.iter().filter(|e| e.always).collect();
        chosen.extend((0..count).map(|_| *random.pick(&optional)));
        for key in bounds.focus.clone() {
            let named: Vec<_> = optional.iter().filter(|e| e.text.split(": ").next() == Some(key)).collect();
            if !named.is_empty() && random.chance(85) {
                chosen.push(**random.pick(&named));
            }
        }
        let wrong: Vec<&Alternative> = rule.entries.iter().filter(|e| e.wrong && e.since <= bounds.minor).collect();
        if bounds.wrong > 0 && !wrong.is_empty() && random.chance(if OUTER.contains(&name) { 3 } else { 15 }) {
            bounds.wrong -= 1;
            chosen.push(*random.pick(&wrong));
        }
        for entry in chosen {
            let key = entry.text.split(": ").next().unwrap_or_default();
            // Of keys that differ in case alone docker takes any one.
            if taken.iter().all(|(known, _)| !known.eq_ignore_ascii_case(key)) {
                taken.push((key, self.fill(entry.text, random, bounds)));
            }
        }
        let mut entries: Vec<String> = taken.into_iter().map(|(_, text)| text).collect();
        for spread in rule.entries.iter().filter(|e| e.spread) {
            let name = spread.text.trim_matches(['<', '>']);
            let other = self.rules.get(name).expect("what is spread is a rule");
            entries.extend(self.mapping(name, other, random, bounds));
        }
        entries
    }
}

impl Alternative {
    fn read(mut text: &'static str) -> Self {
        let mut read = Self { text, weight: 1, since: 0, wrong: false, always: false, spread: false };
        loop {
            if let Some(rest) = text.strip_prefix("! ") {
                (read.wrong, text) = (true, rest);
            } else if let Some(rest) = text.strip_prefix("= ") {
                (read.always, text) = (true, rest);
            } else if let Some(rest) = text.strip_prefix("*= ") {
                (read.spread, text) = (true, rest);
            } else if let Some((since, rest)) = number(text.strip_prefix('@'), " ") {
                (read.since, text) = (since, rest);
            } else if let Some((weight, rest)) = number(Some(text), "* ") {
                (read.weight, text) = (weight as usize, rest);
            } else {
                return Self { text, ..read };
            }
        }
    }
}

/// A number in front of `end`, and what follows.
fn number(text: Option<&'static str>, end: &str) -> Option<(u32, &'static str)> {
    let (digits, rest) = text?.split_once(end)?;
    Some((digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?, rest))
}
