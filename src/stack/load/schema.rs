//! The schema of each version: which keys and types the client lets pass, every error with its place.

use std::collections::BTreeSet;

use super::kind::{fits, is_integer, is_name, is_number, is_string, json, string};
use super::{Refusal, Stage, port, value};
use crate::source::Span;
use crate::spelling::nearest;
use crate::stack::keys::{COMPOSE_ONLY, Fate, Key, NEWEST, Number, Object, STACK, Type};
use crate::syntax::tree::{Entry, Node, Value};

/// Looks at a whole file.
pub(super) fn validate(root: &Node, minor: u8, refusals: &mut Vec<Refusal>) {
    let mut walk = Walk { minor, path: Vec::new(), refusals };
    if minor < 10 && root.get("version").is_none() {
        walk.refuse(root.span, "the file has no `version`".to_owned(), None, "version is required");
    }
    walk.object(root, &STACK);
}

/// Mappings with keys that are no strings, and numbers that JSON cannot hold.
pub(super) fn validate_json(node: &Node, refusals: &mut Vec<Refusal>) {
    let mut refuse = |span, message: &str, docker: &str| {
        refusals.push(Refusal::new(Stage::Schema, span, message, docker).help("write it in quotes"));
    };
    match &node.value {
        Value::Float(number) if !number.is_finite() => {
            let shown = if number.is_nan() {
                "NaN"
            } else if *number > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            let docker = format!("json: unsupported value: {shown}");
            refuse(node.span, "the client cannot write this number", &docker);
        }
        Value::Seq(items) => items.iter().for_each(|item| validate_json(item, refusals)),
        Value::Map(entries) => {
            for entry in entries {
                if entry.key.as_str().is_none() {
                    let docker = "json: unsupported type: map[interface {}]interface {}";
                    refuse(entry.key.span, "a key must be a string", docker);
                }
            }
            for entry in entries {
                validate_json(&entry.value, refusals);
            }
        }
        _ => {}
    }
}

struct Walk<'r> {
    minor: u8,
    path: Vec<String>,
    refusals: &'r mut Vec<Refusal>,
}

impl Walk<'_> {
    fn refuse(&mut self, span: Span, message: String, help: Option<String>, docker: &str) {
        let place = if self.path.is_empty() { "(root)".to_owned() } else { self.path.join(".") };
        let docker = format!("{place} {docker}");
        self.refusals.push(Refusal { help, ..Refusal::new(Stage::Schema, span, message, docker) });
    }

    /// `KEY` as a message names it.
    fn label(&self) -> String {
        let named = |part: &String| part.parse::<usize>().is_err();
        let item = self.path.last().is_some_and(|last| !named(last));
        match self.path.iter().rev().find(|part| named(part)) {
            Some(key) if item => format!("an item of `{key}`"),
            Some(key) => format!("`{key}`"),
            None => "the file".to_owned(),
        }
    }

    /// A mapping as a message names it: what it is where names are free, else its key.
    fn parent(&self, object: &Object) -> String {
        let named = matches!(object.what, "a stack" | "a service" | "a network" | "a volume" | "a secret" | "a config");
        let key = self.path.iter().rev().find(|part| part.parse::<usize>().is_err());
        key.filter(|_| !named).map_or_else(|| object.what.to_owned(), |key| format!("`{key}`"))
    }

    fn wrong_type(&mut self, node: &Node, words: &[&str]) {
        let list = match words {
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
            [] => return,
        };
        let article = if list.starts_with('i') { "an" } else { "a" };
        let help = match (&node.value, words) {
            (Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Date(_), words) if words.contains(&"string") => {
                Some("write it in quotes".to_owned())
            }
            (Value::Str(text), ["integer" | "number"]) if text.parse::<f64>().is_ok() => {
                Some("write it without quotes".to_owned())
            }
            (Value::Str(text), ["boolean"]) => match text.to_lowercase().as_str() {
                "yes" | "on" | "y" | "true" => Some("write `true`".to_owned()),
                "no" | "off" | "n" | "false" => Some("write `false`".to_owned()),
                _ => None,
            },
            (Value::Map(_), words) if words.contains(&"list") && !words.contains(&"mapping") => {
                Some("write a list: the mapping is docker compose's".to_owned())
            }
            _ => None,
        };
        let message = format!("{} must be {article} {list}", self.label());
        self.refuse(node.span, message, help, &format!("must be a {list}"));
    }

    fn below(&mut self, part: impl Into<String>, then: impl FnOnce(&mut Self)) {
        self.path.push(part.into());
        then(self);
        self.path.pop();
    }

    fn object(&mut self, node: &Node, object: &'static Object) {
        for required in object.required.iter().filter(|r| node.entry(r).is_none()) {
            let message = format!("{} has no `{required}`", object.what);
            self.refuse(node.span, message, None, &format!("{required} is required"));
        }
        for entry in node.entries() {
            let name = entry.name();
            let extension = name.starts_with("x-") && object.extensions.is_some_and(|since| since <= self.minor);
            match object.key(name) {
                Some(Key { fate: Fate::Refused(_), .. }) => {}
                Some(key) if key.since <= self.minor => self.below(name, |w| w.value(&entry.value, &key.of)),
                known => {
                    let open = object.open.is_some_and(|since| since <= self.minor);
                    if !extension && !open {
                        self.unknown(entry, object, known);
                    }
                }
            }
        }
    }

    /// A key that the version does not have.
    fn unknown(&mut self, entry: &Entry, object: &'static Object, known: Option<&Key>) {
        let name = entry.name();
        let foreign = COMPOSE_ONLY.iter().find(|(what, key, _)| *what == object.what && *key == name);
        let (message, help) = if let Some(key) = known.filter(|key| key.since <= NEWEST) {
            let message = format!("`{name}` came with version 3.{}: the file says 3.{}", key.since, self.minor);
            (message, Some(format!("say `version: \"3.{}\"` or leave the version out", key.since.max(10))))
        } else if let Some((.., help)) = foreign {
            (format!("`{name}` is a key of docker compose that Swarm refuses"), Some((*help).to_owned()))
        } else {
            let near = nearest(name, object.keys.iter().map(|k| k.name)).map(|n| format!("did you mean `{n}`?"));
            let help = if name.starts_with("x-") { Some("put it at the top of the file".to_owned()) } else { near };
            (format!("`{name}` is no key of {}", self.parent(object)), help)
        };
        self.refuse(entry.key.span, message, help, &format!("Additional property {name} is not allowed"));
    }

    fn value(&mut self, node: &Node, of: &Type) {
        if node.is_unknown() {
            return;
        }
        if let Type::Unread(of) = of {
            return self.value(node, of);
        }
        if !fits(node, of) {
            return self.wrong_type(node, of.words());
        }
        match of {
            Type::Choice(words) => {
                let text = node.as_str().unwrap_or_default();
                if !words.contains(&text) {
                    let list = words.join(", ");
                    let message = format!("`{text}` is none of {list}");
                    let docker = format!("must be one of the following: \"{}\"", words.join("\", \""));
                    self.refuse(node.span, message, None, &docker);
                }
            }
            Type::Number(Number { minimum: Some(least), .. })
                if node.as_int().is_some_and(|n| n < i128::from(*least)) =>
            {
                let message = format!("{} must not be below {least}", self.label());
                self.refuse(node.span, message, None, &format!("Must be greater than or equal to {least}"));
            }
            Type::Duration { checked, .. } if *checked <= self.minor => {
                let text = string(node).unwrap_or_default();
                if value::duration(&text).is_none() {
                    let help = "write a number and its unit, such as `30s` or `1m30s`".to_owned();
                    self.refuse(
                        node.span,
                        format!("`{text}` is no duration"),
                        Some(help),
                        "Does not match format 'duration'",
                    );
                }
            }
            Type::Strings { unique } => self.strings(node, *unique),
            Type::StringOrList => self.strings(node, true),
            Type::Command | Type::Test => self.strings(node, false),
            Type::StringsOrNumbers => {
                self.items(node, |w, item| {
                    if !(is_string(item) || is_number(item)) {
                        w.wrong_type(item, &["string", "number"]);
                    }
                });
                self.unique(node);
            }
            Type::Mapping { .. } | Type::Hosts if node.is_map() => {
                self.pairs(node, true, &["string", "number", "null"]);
            }
            Type::Mapping { .. } | Type::Hosts => self.strings(node, true),
            Type::Options { null } => {
                let words: &[&str] = if *null { &["string", "number", "null"] } else { &["string", "number"] };
                self.pairs(node, false, words);
            }
            Type::Object(object) | Type::ObjectOrNull(object) | Type::Optional(object) | Type::Build(object)
                if node.is_map() =>
            {
                self.object(node, object);
            }
            Type::Records(object) => {
                self.items(
                    node,
                    |w, item| {
                        if item.is_map() { w.object(item, object) } else { w.wrong_type(item, &["mapping"]) }
                    },
                );
            }
            Type::FileReferences(object) => self.items(node, |w, item| match &item.value {
                Value::Map(_) => w.object(item, object),
                _ if is_string(item) => {}
                _ => w.wrong_type(item, &["string", "mapping"]),
            }),
            Type::Ports(object) => self.ports(node, object),
            Type::Mounts(object) => {
                if self.minor < 2 {
                    return self.strings(node, true);
                }
                self.items(node, |w, item| match &item.value {
                    Value::Map(_) => w.object(item, object),
                    _ if is_string(item) => {}
                    _ => w.wrong_type(item, &["string", "mapping"]),
                });
            }
            Type::Attachments(object) if node.is_map() => {
                self.named(node, is_name, true, "a network's name", |w, value| match &value.value {
                    Value::Map(_) => w.object(value, object),
                    Value::Null => {}
                    _ => w.wrong_type(value, &["mapping", "null"]),
                });
            }
            Type::Attachments(_) => self.strings(node, true),
            Type::Ulimits(object) => {
                let lower = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
                self.named(node, lower, false, "a ulimit's name", |w, value| match &value.value {
                    Value::Map(_) => w.object(value, object),
                    _ if is_integer(value) => {}
                    _ => w.wrong_type(value, &["integer", "mapping"]),
                });
            }
            Type::External { open } => {
                for entry in node.entries() {
                    match entry.name() {
                        "name" => self.below("name", |w| {
                            if !is_string(&entry.value) && !entry.value.is_unknown() {
                                w.wrong_type(&entry.value, &["string"]);
                            }
                        }),
                        name if !open => {
                            let message = format!("`{name}` is no key of `external`");
                            let docker = format!("Additional property {name} is not allowed");
                            self.refuse(entry.key.span, message, None, &docker);
                        }
                        _ => {}
                    }
                }
            }
            Type::Section { of, null, closed } => {
                self.named(node, is_name, *closed, of.what, |w, value| match &value.value {
                    Value::Map(_) => w.object(value, of),
                    Value::Null if *null => {}
                    _ => w.wrong_type(value, if *null { &["mapping", "null"] } else { &["mapping"] }),
                });
            }
            _ => {}
        }
    }

    fn items(&mut self, node: &Node, mut each: impl FnMut(&mut Self, &Node)) {
        for (n, item) in node.items().iter().enumerate().filter(|(_, item)| !item.is_unknown()) {
            self.below(n.to_string(), |w| each(w, item));
        }
    }

    fn strings(&mut self, node: &Node, unique: bool) {
        self.items(node, |w, item| {
            if !is_string(item) {
                w.wrong_type(item, &["string"]);
            }
        });
        if unique {
            self.unique(node);
        }
    }

    fn unique(&mut self, node: &Node) {
        let mut seen = BTreeSet::new();
        for item in node.items().iter().filter(|item| !item.is_unknown()) {
            if !seen.insert(json(item)) {
                let shown = item.scalar().map_or_else(|| "an item".to_owned(), |text| format!("`{text}`"));
                let message = format!("the list holds {shown} twice");
                self.refuse(item.span, message, None, "array items must be unique");
            }
        }
    }

    /// A mapping of free names to scalars; where it is not closed, the schema does not look below odd names.
    fn pairs(&mut self, node: &Node, closed: bool, words: &[&str]) {
        for entry in node.entries() {
            let name = entry.name();
            let matched = if closed { name.contains(|c| c != '\n') } else { !name.is_empty() && !name.contains('\n') };
            let value = &entry.value;
            let fits = is_string(value)
                || is_number(value)
                || value.is_unknown()
                || value.is_null() && words.contains(&"null");
            if matched && !fits {
                self.below(name, |w| w.wrong_type(value, words));
            } else if !matched && closed {
                let docker = format!("Additional property {name} is not allowed");
                self.refuse(entry.key.span, "a name must not be empty".to_owned(), None, &docker);
            }
        }
    }

    fn named(
        &mut self,
        node: &Node,
        pattern: impl Fn(&str) -> bool,
        closed: bool,
        what: &str,
        mut each: impl FnMut(&mut Self, &Node),
    ) {
        for entry in node.entries() {
            let name = entry.name();
            if pattern(name) {
                if !entry.value.is_unknown() {
                    self.below(name, |w| each(w, &entry.value));
                }
            } else if closed {
                let message = format!("`{name}` is no name for {what}: letters, digits, `.`, `_` and `-` only");
                self.refuse(entry.key.span, message, None, &format!("Additional property {name} is not allowed"));
            }
        }
    }

    fn ports(&mut self, node: &Node, object: &'static Object) {
        self.items(node, |w, item| match &item.value {
            Value::Map(_) if w.minor >= 2 => w.object(item, object),
            Value::Int(number) => w.port(item, &number.to_string()),
            // The schema takes the whole part of a fraction written as one number over another: let the client refuse it.
            Value::Float(_) => {}
            Value::Str(text) => w.port(item, text),
            Value::Date(text) => w.port(item, text),
            _ if w.minor >= 2 => w.wrong_type(item, &["number", "string", "mapping"]),
            _ => w.wrong_type(item, &["string", "number"]),
        });
        self.unique(node);
    }

    fn port(&mut self, item: &Node, text: &str) {
        if port::parse(text).is_none() {
            let help = "write `[published:]target[/protocol]`, such as `8080:80` or `53:53/udp`".to_owned();
            let message = if text.is_empty() { "the port is empty".to_owned() } else { format!("`{text}` is no port") };
            self.refuse(item.span, message, Some(help), "Does not match format 'ports'");
        }
    }
}
