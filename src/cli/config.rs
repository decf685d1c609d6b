//! `config`: the resolved stack, as `docker stack config` prints it, or everything for which docker would refuse it.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use super::check::variables;
use super::{CLEAN, Color, ConfigArgs, FOUND, note, write};
use crate::app::App;
use crate::config::Config;
use crate::discover::History;
use crate::error::Error;
use crate::report::{self, Style};
use crate::rules::stack::load::rulings;
use crate::source::{At, Class, FileId, Kind, Sources, Span, Tracking};
use crate::stack::Environment;
use crate::stack::load::{File, Folder, Loaded, Unread, emit, load};
use crate::syntax::yaml::{self, Yaml};
use crate::{Outcome, gate, settle};

pub(super) fn config(args: &ConfigArgs) -> Result<u8, Error> {
    let mut bytes: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &args.files {
        bytes.push((path.display().to_string(), content(path)?));
    }
    let folder = folder(&args.files[0])?;
    let listed = bytes.iter().map(|(n, _)| (n.clone(), Kind::Stack, Class::App, Tracking::NoRepository)).collect();
    let stored: BTreeMap<String, Vec<u8>> = bytes.iter().cloned().collect();
    let sources = Sources::new(listed, Box::new(stored));
    let parsed: Vec<(FileId, Yaml)> = bytes
        .iter()
        .map(|(name, bytes)| {
            let id = sources.find(name).expect("every file is listed");
            (id, parse(id, &sources, bytes))
        })
        .collect();
    let files: Vec<File<'_>> =
        parsed.iter().map(|(id, yaml)| File { id: *id, root: &yaml.root, errors: &yaml.errors }).collect();
    let environment = environment(args.env_file.as_deref())?;
    let loaded = load(&files, &environment, &Folder { path: &folder, read: &|path| read(path) });
    if loaded.refusals.is_empty() {
        for (span, notice) in &loaded.notices {
            let place = sources.place(span.file, span.start);
            note(&format!("{}:{}: warning: {notice}", sources.path(span.file), place.line));
        }
        write(emit::yaml(&loaded.printed()).as_bytes())?;
        return Ok(CLEAN);
    }
    note(&refusal(&loaded, sources, args.color)?);
    Ok(FOUND)
}

/// The refusals as findings, as `check` shows them.
fn refusal(loaded: &Loaded, sources: Sources, color: Color) -> Result<String, Error> {
    let config = Config { no_ignores: true, ..Config::default() };
    let history = History { repository: true, ..History::default() };
    let app = App::assemble(Vec::new(), Vec::new(), history, &sources, &config, &Environment::default());
    let mut rulings = rulings(loaded);
    let findings = settle::settle(&mut rulings, &app, &sources, &config);
    let count = findings.len();
    let mut verdict = gate::verdict(&findings, &[], &config);
    verdict.factors.clear();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    let style = Style { color, quiet: true, ..Style::default() };
    let outcome = Outcome { sources, app, findings, verdict };
    let mut text = Vec::new();
    let full = report::format("full").expect("the format is always there");
    full(&outcome, &style, &mut text)?;
    let text = String::from_utf8_lossy(&text);
    Ok(format!(
        "{text}docker refuses this stack: {}",
        if count == 1 { "1 error".to_owned() } else { format!("{count} errors") }
    ))
}

fn content(path: &Path) -> Result<Vec<u8>, Error> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|e| Error::Root { path: path.to_owned(), why: e.to_string() })
}

/// The folder that relative paths of all files are joined to: that of the first.
fn folder(first: &Path) -> Result<String, Error> {
    let here = std::env::current_dir().map_err(|e| Error::Root { path: ".".into(), why: e.to_string() })?;
    let path = if first == Path::new("-") { here } else { here.join(first).parent().map_or(here, PathBuf::from) };
    Ok(path.to_string_lossy().into_owned())
}

/// What the YAML decoder makes of a file; bytes that are no text are refused by it.
fn parse(id: FileId, sources: &Sources, bytes: &[u8]) -> Yaml {
    let mut parsed = yaml::parse(id, sources.text(id));
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let wrong = match sources.read(id) {
        Err(_) => Some((0, "control characters are not allowed")),
        Ok(_) if wide => None,
        Ok(_) => std::str::from_utf8(bytes).err().map(|e| (e.valid_up_to(), "the text is not UTF-8")),
    };
    if let Some((at, why)) = wrong {
        parsed.errors.insert(0, At::new(why.to_owned(), Span::new(id, at, at)));
    }
    parsed
}

/// All that the deploy would see: the process's environment, and beneath it the variables of a file.
fn environment(file: Option<&Path>) -> Result<Environment, Error> {
    let mut all = variables(file)?;
    let own = std::env::vars_os();
    all.extend(own.map(|(k, v)| (k.to_string_lossy().into_owned(), v.to_string_lossy().into_owned())));
    Ok(Environment { variables: all, complete: true })
}

fn read(path: &str) -> Result<Vec<u8>, Unread> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(Unread::Missing),
        Err(e) => Err(Unread::Failed(e.to_string())),
    }
}
