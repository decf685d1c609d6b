//! `check`: which root and files are meant, with which config, and where the reports go.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{CLEAN, CheckArgs, Color, FAILED, FOUND, Target, certainty, note, severity, write};
use crate::Outcome;
use crate::config::{Config, Patterns, read_file};
use crate::discover::{self, Request};
use crate::error::Error;
use crate::report::{self, Report, Style};
use crate::rules::{self, Factor};
use crate::source::{FileId, Kind, relative};
use crate::spelling::nearest;
use crate::stack::{Environment, Variables};
use crate::syntax::env;

/// What the paths on the command line mean.
struct Asked {
    request: Request,
    /// Only findings in these are shown; empty: all.
    shown: Vec<String>,
    /// In front of paths in reports for people.
    prefix: String,
}

pub(super) fn check(args: &CheckArgs) -> Result<u8, Error> {
    let begun = Instant::now();
    rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs)
        .stack_size(16 << 20)
        .build_global()
        .map_err(|e| Error::usage(e.to_string()))?;
    let outputs = outputs(args)?;
    let asked = asked(args)?;
    let config = configured(args, &asked)?;
    if args.show_config {
        write(format!("{config:#?}\n").as_bytes())?;
        return Ok(CLEAN);
    }
    let environment = Environment { variables: variables(args.env_file.as_deref())?, complete: false };
    let mut outcome = crate::run(&asked.request, &config, &environment)?;
    if args.show_files {
        return show_files(&outcome, &asked.prefix);
    }
    if !asked.shown.is_empty() {
        let sources = &outcome.sources;
        outcome.findings.retain(|f| asked.shown.iter().any(|s| s == sources.path(f.violation.span.file)));
        outcome.verdict.failed =
            config.fail_on.is_some_and(|least| outcome.findings.iter().any(|f| f.is_open() && f.severity >= least));
    }
    let color = match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    let style = Style {
        color,
        prefix: asked.prefix,
        quiet: args.quiet,
        verbose: args.verbose,
        statistics: args.statistics,
        millis: Some(begun.elapsed().as_millis()),
    };
    if nothing_to_check(&outcome) {
        let named = args.paths.iter().any(|p| p != Path::new("."));
        note("nothing to check: no stack, Compose file, Dockerfile, manifest or .env file was found");
        if named && !args.staged {
            return Ok(FAILED);
        }
    }
    let sources = &outcome.sources;
    let code = &outcome.app.code.files;
    let unchecked = |path: &&String| {
        sources.find(path).is_none_or(|file| sources.file(file).kind == Kind::Other && !code.contains_key(&file))
    };
    let unchecked: Vec<&String> = asked.shown.iter().filter(unchecked).collect();
    for path in &unchecked {
        note(&format!("`{path}` is nothing that is checked, or it is excluded"));
    }
    if !unchecked.is_empty() && unchecked.len() == asked.shown.len() {
        return Ok(FAILED);
    }
    let plain = Style { color: false, ..style.clone() };
    for (format, path) in outputs {
        let mut bytes = Vec::new();
        format(&outcome, &plain, &mut bytes)?;
        std::fs::write(path, bytes).map_err(|why| Error::Output { path: path.into(), why })?;
    }
    let mut bytes = Vec::new();
    writer(&args.format)?(&outcome, &style, &mut bytes)?;
    match write(&bytes) {
        // The reader of the report left; the verdict is the same.
        Err(Error::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok(if outcome.verdict.failed { FOUND } else { CLEAN })
}

/// What `--output` asks for: formats, and the files to write.
fn outputs(args: &CheckArgs) -> Result<Vec<(Report, &str)>, Error> {
    let split = |output| {
        let wrong = || Error::usage(format!("`--output {output}` is not FORMAT=FILE"));
        let (format, path) = str::split_once(output, '=').ok_or_else(wrong)?;
        Ok((writer(format)?, path))
    };
    args.output.iter().map(|output| split(output.as_str())).collect()
}

fn writer(format: &str) -> Result<Report, Error> {
    report::format(format).ok_or_else(|| {
        let known: Vec<&str> = report::FORMATS.iter().map(|(name, _)| *name).collect();
        Error::Usage {
            message: format!("there is no format `{format}`"),
            help: Some(format!("known are: {}", known.join(", "))),
        }
    })
}

fn nothing_to_check(outcome: &Outcome) -> bool {
    let app = &outcome.app;
    app.stacks.is_empty()
        && app.dockerfiles.is_empty()
        && app.manifests.is_empty()
        && app.dotenv.is_empty()
        && app.refused.is_empty()
        && app.unread.is_empty()
}

fn show_files(outcome: &Outcome, prefix: &str) -> Result<u8, Error> {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (_, file) in outcome.sources.files().filter(|(_, f)| f.kind != Kind::Other) {
        let _ = writeln!(text, "{prefix}{}\t{:?}\t{:?}", file.path, file.kind, file.class);
    }
    write(text.as_bytes())?;
    Ok(CLEAN)
}

fn asked(args: &CheckArgs) -> Result<Asked, Error> {
    let here = std::env::current_dir().map_err(|e| Error::Root { path: ".".into(), why: e.to_string() })?;
    let mut overlay = BTreeMap::new();
    let standard_input = args.paths.iter().any(|p| p == Path::new("-"));
    if args.stdin_filename.is_some() && !standard_input || args.paths.len() > 1 && standard_input {
        return Err(Error::usage("standard input is judged alone: `--stdin-filename PATH -`".to_owned()));
    }
    if standard_input {
        let Some(name) = &args.stdin_filename else {
            return Err(Error::Usage {
                message: "standard input has no name".to_owned(),
                help: Some("say what it stands for: `--stdin-filename docker-stack.yml -`".to_owned()),
            });
        };
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text)?;
        let path = here.join(name);
        let (root, walked) = root_of_file(&path);
        let inside = relative(&root, &path);
        overlay.insert(inside.clone(), text);
        let prefix = prefix(&here, &root);
        let only = if walked { Vec::new() } else { vec![PathBuf::from(&inside)] };
        return Ok(Asked {
            request: Request { root, only, named: vec![inside.clone()], staged: args.staged, overlay },
            shown: vec![inside],
            prefix,
        });
    }
    for path in &args.paths {
        if let Err(e) = std::fs::metadata(path) {
            return Err(Error::Root { path: path.clone(), why: e.to_string() });
        }
    }
    if let [one] = args.paths.as_slice()
        && one.is_dir()
    {
        let prefix = prefix(&here, &here.join(one));
        return Ok(Asked {
            request: Request { root: one.clone(), staged: args.staged, ..Request::default() },
            shown: Vec::new(),
            prefix,
        });
    }
    // Several: they are parts of what lies around them all.
    let absolute: Vec<PathBuf> = args.paths.iter().map(|p| clean(&here.join(p))).collect();
    let mut root = absolute[0].clone();
    if root.is_file() {
        root.pop();
    }
    while !absolute.iter().all(|p| p.starts_with(&root)) {
        root.pop();
    }
    let files: Vec<&PathBuf> = absolute.iter().filter(|p| p.is_file()).collect();
    let (mut only, mut shown) = (Vec::new(), Vec::new());
    if files.len() == absolute.len() {
        let (top, walked) = root_of_file(&absolute[0]);
        if walked && absolute.iter().all(|p| p.starts_with(&top)) {
            root = top;
        } else {
            only = absolute.iter().map(|p| PathBuf::from(relative(&root, p))).collect();
        }
        shown = absolute.iter().map(|p| relative(&root, p)).collect();
    } else {
        only = absolute.iter().map(|p| PathBuf::from(relative(&root, p))).collect();
    }
    let named = files.iter().map(|path| relative(&root, path)).collect();
    let prefix = prefix(&here, &root);
    Ok(Asked { request: Request { root, only, named, staged: args.staged, overlay }, shown, prefix })
}

/// The top of the repository that a file lies in, which is walked; else its folder, which is not.
fn root_of_file(path: &Path) -> (PathBuf, bool) {
    let folder = path.parent().unwrap_or(path);
    for above in folder.ancestors() {
        if above.join(".git").exists() {
            return (above.to_owned(), true);
        }
    }
    // A buffer that was never saved may stand for a file whose folder is still to come.
    (folder.ancestors().find(|f| f.is_dir()).unwrap_or(folder).to_owned(), false)
}

/// Without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// What leads from where the user stands to the root: in front of a path, it can be opened.
fn prefix(here: &Path, root: &Path) -> String {
    let root = clean(root);
    if let Ok(below) = root.strip_prefix(here) {
        let below = below.to_string_lossy().replace('\\', "/");
        return if below.is_empty() { below } else { below + "/" };
    }
    if let Ok(above) = here.strip_prefix(&root) {
        return "../".repeat(above.components().count());
    }
    format!("{}/", root.display())
}

fn configured(args: &CheckArgs, asked: &Asked) -> Result<Config, Error> {
    let start = asked.request.root.canonicalize().unwrap_or_else(|_| asked.request.root.clone());
    if !args.isolated
        && let Some(folder) = rules::own::nearest(&start)
    {
        rules::own::load(&folder)?;
    }
    let known = rules::known();
    let mut config = match &args.config {
        Some(path) => Config::load(path, &known)?,
        None if args.isolated => Config::default(),
        None if args.staged => Config::nearest(&start, &known, discover::staged)?,
        None => Config::nearest(&start, &known, |path| path.is_file().then(|| read_file(path)).transpose())?,
    };
    for word in args.select.iter().chain(&args.ignore) {
        if rules::find(word).is_none() && Factor::ALL.iter().all(|row| !row.1.eq_ignore_ascii_case(word)) {
            let names = rules::all().iter().map(|r| r.name).chain(Factor::ALL.iter().map(|row| row.1));
            let help = nearest(word, names).map(|near| format!("did you mean `{near}`?"));
            return Err(Error::Usage { message: format!("there is no rule or factor `{word}`"), help });
        }
    }
    config.select.clone_from(&args.select);
    config.ignore.clone_from(&args.ignore);
    if let Some(word) = &args.fail_on {
        config.fail_on = severity(word);
    }
    config.pedantic |= args.pedantic;
    if let Some(word) = &args.min_certainty {
        config.min_certainty = certainty(word);
    }
    config.no_ignores = args.no_ignores;
    config.target_swarm |= args.target == Some(Target::Swarm);
    if !args.exclude.is_empty() {
        let given = Patterns::new(args.exclude.iter().map(String::as_str));
        config.exclude.push(given.map_err(|(n, why)| Error::usage(format!("`--exclude {}`: {why}", args.exclude[n])))?);
    }
    let root = clean(&std::env::current_dir().unwrap_or_default().join(&asked.request.root));
    for stack in &args.stacks {
        let path = clean(&std::env::current_dir().unwrap_or_default().join(stack));
        if !path.is_file() {
            return Err(Error::Root { path: stack.clone(), why: "there is no such file".to_owned() });
        }
        if !path.starts_with(&root) {
            return Err(Error::usage(format!(
                "`{}` lies outside of `{}`",
                stack.display(),
                asked.request.root.display()
            )));
        }
        config.deploy.push(relative(&root, &path));
    }
    Ok(config)
}

/// The variables of an env file.
pub(super) fn variables(path: Option<&Path>) -> Result<Variables, Error> {
    let Some(path) = path else { return Ok(Variables::new()) };
    let text = read_file(path)?;
    let read = env::parse(FileId(u32::MAX), &text);
    Ok(read.into_iter().filter_map(|v| Some((v.name.value, v.value?.value))).collect())
}
