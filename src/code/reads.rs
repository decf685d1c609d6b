//! Reads of the environment: what several patterns tell of one, which of them have to be there, and through which
//! functions of one's own they go.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::around::{STOP, enclosing, is_skipped, loop_over};
use super::scan::{FileScan, definitions};
use super::value::{Value, literal};
use super::{Part, SourceFact, What};

/// How far behind a loop over names the program may end.
const MAX_AFTER: usize = 300;

/// Fields of a class or struct that are filled from the environment: their names are the variables'.
pub(super) fn fields(
    parts: &mut BTreeMap<&'static str, Part>,
    notes: &mut BTreeMap<&'static str, String>,
    at: Node<'_>,
    text: &str,
) {
    let Some(part) = parts.get_mut("name") else { return };
    let written = &text[part.span.range()];
    let tag = ["env:\"", "envconfig:\""].iter().find_map(|mark| written.split_once(mark)).map(|(_, rest)| rest);
    let Some(tag) = tag else {
        let prefix = prefix(at, text).unwrap_or_default();
        part.value = Value::Text(format!("{prefix}{written}").to_ascii_uppercase());
        return;
    };
    // Go's tags: `env:"PORT,required" envDefault:"8080"`.
    let (inner, rest) = tag.split_once('"').unwrap_or((tag, ""));
    part.value = Value::Text(inner.split(',').next().unwrap_or_default().to_ascii_uppercase());
    let required = inner.split(',').skip(1).any(|word| matches!(word.trim(), "required" | "notEmpty"))
        || written.contains("required:\"true\"");
    if required {
        notes.insert("required", String::new());
    }
    if let Some((_, default)) = written.split_once("efault:\"").or_else(|| rest.split_once("efault:\"")) {
        let default = Value::Text(default.split('"').next().unwrap_or_default().to_owned());
        let span = part.span;
        parts.insert("default", Part { span, value: default });
        notes.remove("required");
    }
}

/// Names that are written otherwise than the variable is: `${NAME:default}` of Spring, `A:B` of .NET.
pub(super) fn settle_name(parts: &mut BTreeMap<&'static str, Part>, notes: &mut BTreeMap<&'static str, String>) {
    let Some(part) = parts.get_mut("name") else { return };
    let Some(written) = part.value.text().map(str::to_owned) else { return };
    if let Some(section) = notes.get("configuration") {
        let prefix = if section.is_empty() { String::new() } else { format!("{section}__") };
        part.value = Value::Text(format!("{prefix}{}", written.replace(':', "__")));
    }
    if notes.contains_key("placeholder") {
        let inner = written.split_once("${").and_then(|(_, rest)| rest.split_once('}')).map_or("", |(inner, _)| inner);
        let (name, default) = inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default)));
        part.value = Value::Text(name.to_owned());
        let span = part.span;
        match default {
            Some(default) => {
                let value = Value::Text(default.to_owned());
                parts.insert("default", Part { span, value });
            }
            None => {
                notes.insert("required", String::new());
            }
        }
    }
}

/// What pydantic-settings puts before the names of a class's fields: `env_prefix="APP_"`. Fields that are classes
/// themselves are filled from several variables.
fn prefix(at: Node<'_>, text: &str) -> Option<String> {
    let class = enclosing(at, |kind| kind == "class_definition")?;
    let (_, rest) = text[class.byte_range()].split_once("env_prefix")?;
    let value = rest.trim_start_matches([' ', '=', ':', '"', '\'']);
    Some(value.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

/// It reads one variable, by a name that a variable can have.
fn names_variable(fact: &SourceFact) -> bool {
    fact.text("name").is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// What people call variables.
fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

impl<'t> FileScan<'t> {
    /// The function around a read of the variable that its first parameter names.
    pub(super) fn helper(&self, name: Node<'t>) -> Option<SourceFact> {
        let text = self.scope.text;
        let mut at = name;
        loop {
            at = at.parent()?;
            let kind = at.kind();
            let function =
                kind.contains("function") || kind.contains("method") || kind == "lambda" || kind == "func_literal";
            if function && !kind.contains("call") && !kind.contains("invocation") && !kind.ends_with("_body") {
                break;
            }
        }
        let parameters = at.child_by_field_name("parameters").or_else(|| at.child_by_field_name("parameter"))?;
        let first = parameters.named_child(0).unwrap_or(parameters);
        if !text[first.byte_range()].contains(&text[name.byte_range()]) {
            return None;
        }
        let own = at.child_by_field_name("name").or_else(|| at.parent()?.child_by_field_name("name"))?;
        const STOPS: &[&str] =
            &["throw ", "panic(", "raise ", ".Fatal", "process.exit", "os.Exit", "abort ", "sys.exit"];
        let mut notes = BTreeMap::new();
        // In a long body, what stops may have another reason.
        let short = at.byte_range().len() < 400;
        if short && STOPS.iter().any(|stop| text[at.byte_range()].contains(stop)) {
            notes.insert("required", String::new());
        }
        let part = Part { span: self.span(own.byte_range()), value: Value::Unknown };
        let parts = [("name", part)].into();
        Some(SourceFact {
            what: What::EnvHelper,
            span: self.span(at.byte_range()),
            parts,
            notes,
            doubtful: false,
            callers: Vec::new(),
        })
    }

    /// A read for each name of a list that a loop goes through: `for (const key of ["A", "B"]) process.env[key]`.
    pub(super) fn listed(&self, name: Node<'t>, stops: bool) -> Vec<SourceFact> {
        let text = self.scope.text;
        let Some((list, around)) = loop_over(name, text) else { return Vec::new() };
        let list = match self.scope.definition(list, &|| definitions(self.language, self.tree, text)) {
            Some(only) => only,
            None => list,
        };
        // What is missing is collected, and then said.
        let after = &text[around.end_byte()..];
        let after = &after[..after.char_indices().nth(MAX_AFTER).map_or(after.len(), |(at, _)| at)];
        let ends = stops || STOP.is_match(after) && text[around.byte_range()].contains(['!', 'n']);
        let skipped = is_skipped(around, text);
        let mut cursor = list.walk();
        list.named_children(&mut cursor)
            .filter_map(|item| {
                let source = &text[item.byte_range()];
                let variable = literal(item, source).filter(|v| is_variable(v))?;
                let part = Part { span: self.span(item.byte_range()), value: Value::Text(variable) };
                let mut notes = BTreeMap::new();
                if ends {
                    notes.insert("required", String::new());
                }
                if skipped {
                    notes.insert("inside", String::new());
                }
                let span = self.span(item.byte_range());
                Some(SourceFact {
                    what: What::ReadsEnv,
                    span,
                    parts: [("name", part)].into(),
                    notes,
                    doubtful: false,
                    callers: Vec::new(),
                })
            })
            .collect()
    }

    /// One read is seen by several patterns, each telling a part of it.
    pub(super) fn settle_reads(&mut self) {
        let mut kept: Vec<SourceFact> = Vec::new();
        for fact in std::mem::take(&mut self.facts) {
            let same = |k: &&mut SourceFact| {
                k.what == What::ReadsEnv && fact.what == What::ReadsEnv && k.place("name") == fact.place("name")
            };
            match kept.iter_mut().find(same) {
                Some(known) => {
                    known.parts.extend(fact.parts);
                    known.notes.extend(fact.notes);
                    known.span = known.span.to(fact.span);
                }
                None => kept.push(fact),
            }
        }
        for fact in &mut kept {
            // `?? throw`, `|| raise`: no default, but an end.
            let ends = |part: &Part| {
                let text = &self.scope.text[part.span.range()];
                part.value == Value::Unknown && text.len() < 300 && STOP.is_match(text)
            };
            if fact.parts.get("default").is_some_and(ends) {
                fact.parts.remove("default");
                fact.notes.insert("required", String::new());
            }
            // What a condition asks for may be missing, unless the program then ends. What is caught or written is borne.
            if fact.has("asked") && !fact.has("required") {
                fact.notes.insert("optional", String::new());
            }
            if fact.has("optional") {
                fact.notes.remove("required");
            }
        }
        for fact in &kept {
            if let (What::ReadsEnv, Some(name)) = (fact.what, fact.text("name")) {
                let default = fact.text("default").map(str::to_owned);
                self.scope.reads.push((fact.span.range(), name.to_owned(), default));
            }
        }
        self.facts = kept;
    }

    /// `const x = process.env.X; if (!x) throw …`: what the variable was read from is required.
    pub(super) fn settle_required(&mut self) {
        // Each with whether it is asked for when the program starts, not in a function that may never be called.
        let asked: Vec<(String, bool)> = self
            .facts
            .iter()
            .filter(|f| f.what == What::Requires)
            .filter_map(|f| match &f.parts.get("name")?.value {
                Value::Environment { name, default: None } => Some((name.clone(), !f.has("inside"))),
                _ => None,
            })
            .collect();
        // One that is looked for first, or read in a way that bears its absence, is not required.
        let borne: Vec<String> = self
            .facts
            .iter()
            .filter(|f| f.what == What::ReadsEnv && !f.has("required"))
            .filter(|f| f.has("optional") || f.parts.contains_key("default"))
            .filter_map(|f| f.text("name").map(str::to_owned))
            .collect();
        for fact in self.facts.iter_mut().filter(|f| f.what == What::ReadsEnv) {
            if fact.text("name").is_some_and(|n| borne.iter().any(|b| b == n)) {
                fact.notes.remove("required");
            }
            let ask = fact.text("name").and_then(|n| asked.iter().find(|(a, _)| a == n));
            if let Some((_, at_start)) = ask.filter(|_| !fact.parts.contains_key("default")) {
                fact.notes.insert("required", String::new());
                if *at_start {
                    fact.notes.remove("inside");
                }
            }
        }
        self.facts.retain(|f| f.what != What::Requires && (f.what != What::ReadsEnv || names_variable(f)));
    }

    /// The calls of helpers, as reads of the environment.
    pub(super) fn calls_of(&mut self, names: &BTreeMap<String, bool>) -> Vec<SourceFact> {
        let text = self.scope.text;
        let calls = std::mem::take(&mut self.facts).into_iter().filter(|f| f.what == What::Calls);
        calls
            .filter_map(|mut call| {
                let function = call.parts.get("function")?.span.range();
                let required = *names.get(&text[function])?;
                call.text("name").filter(|name| is_variable(name))?;
                call.what = What::ReadsEnv;
                if required && !call.parts.contains_key("default") {
                    call.notes.insert("required", String::new());
                }
                Some(call)
            })
            .collect()
    }
}
