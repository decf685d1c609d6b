//! The steps of a Dockerfile that install an app's dependencies.

use super::image::absolute;
use crate::fact::Fact;
use crate::source::{FileId, Span};
use crate::syntax::dockerfile::{Body, Dockerfile, Environment, Form};
use crate::syntax::manifest::Ecosystem;
use crate::syntax::shell::Command;

/// One install command of a `RUN`.
#[derive(Debug)]
pub struct Install {
    pub file: FileId,
    pub stage: usize,
    pub span: Span,
    pub ecosystem: Ecosystem,
    pub tool: String,
    /// `install`, `ci`, `sync` …; empty where the tool's name alone installs.
    pub verb: String,
    pub args: Vec<String>,
    /// The folder of the image in which it runs.
    pub folder: String,
    /// The `RUN` mounts files of the context.
    pub mounts: bool,
    /// `CI` is set, which makes some tools hold to the lock file.
    pub ci: bool,
    /// Variables set in the image that make the tool hold to the lock file.
    pub frozen: bool,
}

impl Install {
    #[must_use]
    pub fn has(&self, args: &[&str]) -> bool {
        self.args.iter().any(|a| args.contains(&a.as_str()) || args.iter().any(|w| a.starts_with(&format!("{w}="))))
    }

    /// Words that are no options: packages to be added.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.args.iter().filter(|a| !a.starts_with('-')).count()
    }

    /// The command's first words, as they are shown.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.verb.is_empty() { self.tool.clone() } else { format!("{} {}", self.tool, self.verb) }
    }
}

/// Every install command of a Dockerfile.
#[must_use]
pub fn find(dockerfile: &Dockerfile) -> Vec<Install> {
    let mut found = Vec::new();
    let mut workdirs: Vec<String> = Vec::new();
    for (stage, of) in dockerfile.stages.iter().enumerate() {
        let environment = Environment::of_stage(dockerfile, stage);
        let set =
            |name: &str| environment.get(name).and_then(Fact::text).is_some_and(|v| !matches!(v, "" | "0" | "false"));
        let ci = set("CI");
        let frozen =
            set("UV_FROZEN") || set("UV_LOCKED") || set("YARN_ENABLE_IMMUTABLE_INSTALLS") || set("BUNDLE_FROZEN");
        let mut workdir = of.parent.and_then(|p| workdirs.get(p).cloned()).unwrap_or_else(|| "/".to_owned());
        for instruction in dockerfile.stage(stage) {
            match &instruction.body {
                Body::Workdir(path) => {
                    if let Some(path) = environment.expand(&path.value, dockerfile.escape).into_value() {
                        workdir = absolute(&workdir, &path);
                    }
                }
                Body::Run(run) if matches!(run.form, Form::Shell(_)) => {
                    let mounts = instruction.flags.iter().any(|f| {
                        f.name == "mount"
                            && f.value
                                .as_deref()
                                .is_some_and(|v| !v.contains("type=cache") && !v.contains("type=secret"))
                    });
                    let mut folder = workdir.clone();
                    for command in run.script().unwrap_or_default().commands() {
                        if command.program() == Some("cd") {
                            if let Some(to) = command.words.get(1).and_then(|w| w.literal.as_deref()) {
                                folder = absolute(&folder, to);
                            }
                        } else if let Some((ecosystem, tool, verb, args)) = recognise(command) {
                            let ci = ci || command.assignments.iter().any(|a| a.name == "CI");
                            let span = command.span;
                            let folder = args_folder(&args).map_or_else(|| folder.clone(), |f| absolute(&folder, &f));
                            found.push(Install {
                                file: dockerfile.file,
                                stage,
                                span,
                                ecosystem,
                                tool,
                                verb,
                                args,
                                folder,
                                mounts,
                                ci,
                                frozen,
                            });
                        }
                    }
                }
                _ => {}
            }
        }
        workdirs.push(workdir);
    }
    found
}

fn args_folder(args: &[String]) -> Option<String> {
    let at = args
        .iter()
        .position(|a| matches!(a.as_str(), "--prefix" | "--cwd" | "--dir" | "-C" | "--project" | "--directory"))?;
    args.get(at + 1).cloned()
}

fn recognise(command: &Command) -> Option<(Ecosystem, String, String, Vec<String>)> {
    let argv = command.argv();
    let mut words = argv.as_slice();
    // `corepack pnpm install`, `python -m pip install`, `exec …`
    match (command.program()?, words.get(1).copied()) {
        ("corepack" | "exec" | "env", _) => words = &words[1..],
        ("python" | "python3", Some("-m")) => words = &words[2..],
        _ => {}
    }
    let tool = crate::source::name(words.first()?).to_owned();
    let rest = &words[1..];
    let at = rest.iter().position(|w| !w.starts_with('-'));
    let verb = at.map_or("", |n| rest[n]);
    let (ecosystem, installs) = match tool.as_str() {
        "npm" => (Ecosystem::Node, matches!(verb, "install" | "i" | "ci" | "clean-install" | "update" | "add")),
        "yarn" => (
            Ecosystem::Node,
            matches!(verb, "" | "install" | "upgrade") && !rest.contains(&"--version") && !rest.contains(&"-v"),
        ),
        "pnpm" => (Ecosystem::Node, matches!(verb, "install" | "i" | "update" | "fetch")),
        "bun" => (Ecosystem::Node, matches!(verb, "install" | "i" | "update")),
        "poetry" => (Ecosystem::Python, matches!(verb, "install" | "update" | "lock" | "sync")),
        "pipenv" => (Ecosystem::Python, matches!(verb, "install" | "sync" | "update")),
        "pdm" => (Ecosystem::Python, matches!(verb, "install" | "sync" | "update")),
        "uv" => (Ecosystem::Python, matches!(verb, "sync" | "lock")),
        "pip" | "pip3" => (Ecosystem::Python, verb == "install"),
        "cargo" => (Ecosystem::Rust, matches!(verb, "build" | "install" | "update" | "b" | "rustc" | "chef")),
        "go" => (Ecosystem::Go, matches!(verb, "build" | "install" | "get" | "mod")),
        "bundle" | "bundler" => (Ecosystem::Ruby, matches!(verb, "" | "install" | "update")),
        "composer" => (Ecosystem::Php, matches!(verb, "install" | "update" | "i" | "u")),
        "mix" => (Ecosystem::Elixir, verb == "deps.get"),
        "mvn" | "mvnw" | "gradle" | "gradlew" => (Ecosystem::Java, true),
        "dotnet" => (Ecosystem::Dotnet, matches!(verb, "restore" | "build" | "publish")),
        _ => return None,
    };
    if !installs {
        return None;
    }
    let mut args: Vec<String> = rest.iter().map(|w| (*w).to_owned()).collect();
    if let Some(at) = at {
        args.remove(at);
    }
    Some((ecosystem, tool, verb.to_owned(), args))
}
