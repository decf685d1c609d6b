//! The sections of one file in the client's own form: environments read, paths joined, external names settled.

use super::decode::{Decoder, entry, made, text};
use super::mount::is_windows_absolute;
use super::{Folder, Refusal, Stage, Unread};
use crate::source::Span;
use crate::stack::interpolate::Environment;
use crate::stack::keys::{Object, STACK, Type};
use crate::syntax::tree::{Entry, Node, Value};

/// Reads every section.
pub(super) fn load(
    root: &Node,
    version: &str,
    minor: u8,
    environment: &Environment,
    folder: &Folder<'_>,
    decoder: &mut Decoder<'_>,
) -> Node {
    let mut entries = vec![entry(root.span, "version", text(root.span, version))];
    for key in STACK.keys {
        let Type::Section { of, .. } = key.of else { continue };
        let Some(section) = root.entry(key.name) else { continue };
        let mut items = Vec::new();
        for item in section.value.entries() {
            let value =
                if item.value.is_null() { made(item.value.span, Value::Map(Vec::new())) } else { item.value.clone() };
            if !value.is_map() {
                // The schema does not look at networks with odd names.
                if !value.is_unknown() && !decoder.refusals.iter().any(|r| r.span == value.span) {
                    let message = format!("`{}` must be a mapping", item.name());
                    decoder.refuse(value.span, message, format!("'[{}]' expected a map", item.name()));
                }
                continue;
            }
            let decoded = decoder.object(&value, of);
            let mut reader = Reader { decoder: &mut *decoder, environment, folder, minor };
            let value = match key.name {
                "services" => reader.service(item, decoded),
                kind => reader.declared(kind.trim_end_matches('s'), item, decoded, of),
            };
            items.push(Entry { value, ..item.clone() });
        }
        let section_value = made(section.value.span, Value::Map(items));
        entries.push(Entry { value: section_value, ..section.clone() });
    }
    entries.extend(extras(root));
    made(root.span, Value::Map(entries))
}

fn extras(node: &Node) -> Vec<Entry> {
    node.entries().iter().filter(|e| e.name().starts_with("x-")).cloned().collect()
}

fn set(node: &mut Node, name: &str, value: Node) {
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|e| e.name() != name);
        entries.push(entry(value.span, name, value));
    }
}

struct Reader<'r, 'd> {
    decoder: &'r mut Decoder<'d>,
    environment: &'r Environment,
    folder: &'r Folder<'r>,
    minor: u8,
}

impl Reader<'_, '_> {
    fn refuse(&mut self, stage: Stage, span: Span, message: String, docker: String) {
        self.decoder.refusals.push(Refusal::new(stage, span, message, docker));
    }

    fn service(&mut self, item: &Entry, mut service: Node) -> Node {
        let variables = self.variables(&service);
        set(&mut service, "environment", variables);
        if let Some(mounts) = service.get("volumes") {
            let items = mounts.items().iter().map(|mount| self.mount(mount)).collect();
            let mounts = made(mounts.span, Value::Seq(items));
            set(&mut service, "volumes", mounts);
        }
        if let Value::Map(entries) = &mut service.value {
            entries.extend(extras(&item.value));
        }
        service
    }

    /// The variables of the env files and of `environment`; a name without a value, or with an empty one, is the client's.
    fn variables(&mut self, service: &Node) -> Node {
        let mut pairs: Vec<Entry> = Vec::new();
        let mut add = |name: &str, value: Node, environment: &Environment| {
            let empty = value.is_null() || value.as_str() == Some("");
            let value = match environment.variables.get(name).filter(|_| empty) {
                Some(own) => text(value.span, own.as_str()),
                None => value,
            };
            pairs.retain(|e| e.name() != name);
            pairs.push(entry(value.span, name, value));
        };
        let mut read: Vec<(String, Node)> = Vec::new();
        for file in service.get("env_file").map(Node::items).unwrap_or_default() {
            let Some(path) = file.as_str() else { continue };
            for (name, value) in self.env_file(file.span, path) {
                read.retain(|(known, _)| *known != name);
                read.push((name, text(file.span, value)));
            }
        }
        for (name, value) in read {
            add(&name, value, self.environment);
        }
        for pair in service.get("environment").map(Node::entries).unwrap_or_default() {
            add(pair.name(), pair.value.clone(), self.environment);
        }
        let span = service.get("environment").map_or(service.span, |e| e.span);
        made(span, Value::Map(pairs))
    }

    /// The lines of an env file as docker reads them: no quotes, no comments behind values, no variables.
    fn env_file(&mut self, span: Span, path: &str) -> Vec<(String, String)> {
        let joined = join(self.folder.path, path);
        let bytes = match (self.folder.read)(&joined) {
            Ok(bytes) => bytes,
            Err(Unread::Unknown) => return Vec::new(),
            Err(Unread::Missing) => {
                let docker = format!("open {joined}: no such file or directory");
                self.refuse(Stage::EnvFile, span, format!("`{path}` does not exist"), docker);
                return Vec::new();
            }
            Err(Unread::Failed(why)) => {
                let docker = format!("read {joined}: {why}");
                self.refuse(Stage::EnvFile, span, format!("`{path}` cannot be read: {why}"), docker);
                return Vec::new();
            }
        };
        match lines(&bytes, self.environment) {
            Ok(found) => found,
            Err((line, why)) => {
                let docker = format!("invalid env file ({joined}): {why}");
                self.refuse(Stage::EnvFile, span, format!("line {line} of `{path}` is no variable: {why}"), docker);
                Vec::new()
            }
        }
    }

    fn mount(&mut self, mount: &Node) -> Node {
        let mut mount = mount.clone();
        if mount.get("type").and_then(Node::as_str) != Some("bind") {
            return mount;
        }
        let source = mount.get("source").cloned();
        let (span, path) = match source.as_ref().map(|s| (s.span, &s.value)) {
            Some((_, Value::Unknown(_))) => return mount,
            Some((span, Value::Str(path))) if !path.is_empty() => (span, path.clone()),
            other => {
                let span = other.map_or(mount.span, |(span, _)| span);
                let docker = "invalid mount config for type \"bind\": field Source must not be empty";
                self.refuse(Stage::Transform, span, "the bind has no source".to_owned(), docker.to_owned());
                return mount;
            }
        };
        let mut path = path;
        if path.starts_with('~') {
            match self.environment.variables.get("HOME") {
                Some(home) => path = path.replacen('~', home, 1),
                None if !self.environment.complete => return mount,
                None => {
                    let notice = "cannot expand '~', because the environment lacks HOME".to_owned();
                    self.decoder.notices.push((span, notice));
                }
            }
        }
        if !path.starts_with('/') && !is_windows_absolute(&path) {
            path = join(self.folder.path, &path);
        }
        set(&mut mount, "source", text(span, path));
        mount
    }

    /// A network, volume, secret or config: whose name it has, and what excludes what.
    fn declared(&mut self, kind: &str, item: &Entry, mut object: Node, of: &'static Object) -> Node {
        let name = item.name();
        let at = |key: &str| item.value.entry(key).map_or(item.key.span, |e| e.key.span);
        let external = object.get("external").cloned();
        let is_external = external.as_ref().is_some_and(|e| e.is_map() || e.as_bool() == Some(true));
        let unknown = external.as_ref().is_some_and(Node::is_unknown);
        let filled = |key: &str| object.get(key).is_some_and(|n| !super::overlay::is_zero(n));
        if is_external {
            let old = external.as_ref().and_then(|e| e.get("name")).filter(|n| !super::overlay::is_zero(n)).cloned();
            let clash = ["driver", "driver_opts", "labels"].into_iter().find(|key| kind == "volume" && filled(key));
            if let Some(key) = clash {
                let docker = format!("conflicting parameters \"external\" and {key:?} specified for volume {name:?}");
                self.refuse(Stage::Transform, at(key), format!("`external` and `{key}` exclude each other"), docker);
            }
            if let Some(old) = old {
                if filled("name") {
                    let docker =
                        format!("{kind} {name}: {kind}.external.name and {kind}.name conflict; only use {kind}.name");
                    self.refuse(
                        Stage::Transform,
                        old.span,
                        "`external.name` and `name` exclude each other".to_owned(),
                        docker,
                    );
                }
                if self.minor >= if kind == "volume" { 4 } else { 5 } {
                    let notice = format!("{kind} {name}: {kind}.external.name is deprecated in favor of {kind}.name");
                    self.decoder.notices.push((old.span, notice));
                }
                set(&mut object, "name", old);
            } else if !filled("name") {
                set(&mut object, "name", text(item.key.span, name));
            }
            let flag = made(external.map_or(item.key.span, |e| e.span), Value::Bool(true));
            set(&mut object, "external", flag);
            if kind == "volume" && item.value.entry("x-cluster-spec").is_some() {
                let message = "the client panics at `x-cluster-spec` of an external volume".to_owned();
                let docker = "panic: cannot have key \"x-cluster-spec\" in inlined map".to_owned();
                self.refuse(Stage::Transform, at("x-cluster-spec"), message, docker);
            }
        } else if matches!(kind, "secret" | "config") && !unknown {
            if filled("driver") {
                if filled("file") {
                    let docker =
                        format!("{kind} {name}: {kind}.driver and {kind}.file conflict; only use {kind}.driver");
                    self.refuse(
                        Stage::Transform,
                        at("file"),
                        "`driver` and `file` exclude each other".to_owned(),
                        docker,
                    );
                }
            } else if !object.get("file").is_some_and(Node::is_unknown) {
                let file = object.get("file").cloned().unwrap_or_else(|| text(item.key.span, ""));
                let path = join(self.folder.path, file.as_str().unwrap_or_default());
                set(&mut object, "file", text(file.span, path));
            }
        }
        // A network that the schema does not look at may name the client's own field.
        let field = item.value.entry("Extras").or_else(|| item.value.entry("extras"));
        if let (Some(field), Value::Map(entries)) =
            (field.filter(|_| kind == "network" && !is_external), &mut object.value)
        {
            entries.extend(field.value.entries().iter().cloned());
        }
        // The client keeps these keys of an external network or volume only.
        if is_external || matches!(kind, "secret" | "config") {
            let own = extras(&item.value).into_iter().filter(|e| of.key(e.name()).is_none());
            if let Value::Map(entries) = &mut object.value {
                entries.extend(own);
            }
        }
        object
    }
}

/// `filepath.Join` of the folder and a path that is not absolute.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let rooted = folder.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Longer lines are refused by Go's scanner.
const MAX_LINE: usize = 64 * 1024;

/// `NAME=value` lines; a name alone takes the client's value or is dropped. An error has its line, from 1 on.
fn lines(bytes: &[u8], environment: &Environment) -> Result<Vec<(String, String)>, (usize, String)> {
    let mut found = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let number = n + 1;
        let raw = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() >= MAX_LINE {
            return Err((number, "bufio.Scanner: token too long".to_owned()));
        }
        let text = std::str::from_utf8(raw).map_err(|_| (number, "invalid utf8 bytes".to_owned()))?;
        let text = if n == 0 { text.trim_start_matches('\u{feff}') } else { text };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if name.is_empty() {
            return Err((number, format!("no variable name on line '{text}'")));
        }
        if name.contains([' ', '\t']) {
            return Err((number, format!("variable '{name}' contains whitespaces")));
        }
        if let Some(value) = value.or_else(|| environment.variables.get(name).map(String::as_str)) {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}
