//! What one target of a Dockerfile makes: base, files, tools, and how it starts.

use std::cell::RefCell;
use std::collections::HashMap;

use globset::{Glob, GlobMatcher};

use super::known::{self, Known, Reference};
use crate::fact::Fact;
use crate::source::{At, FileId, Sources, Span, join, name};
use crate::syntax::dockerfile::{Body, Command, Dockerfile, Environment, Form, IgnoreFile, Instruction};

/// One target of a Dockerfile, with the context it is built in.
#[derive(Debug)]
pub struct Image {
    pub file: FileId,
    /// The stage that is built.
    pub stage: usize,
    /// The build context's folder, relative to the root.
    pub context: String,
    pub purpose: Purpose,
    pub base: Base,
    pub workdir: String,
    pub environment: Environment,
    pub entrypoint: Option<Command>,
    pub cmd: Option<Command>,
    /// Set by `SHELL`.
    pub shell: Option<Vec<String>>,
    pub expose: Vec<At<Fact<u16>>>,
    pub volumes: Vec<At<String>>,
    pub healthcheck: Health,
    pub stop_signal: Option<At<String>>,
    pub copies: Vec<Copied>,
    /// Words of the `RUN`s that install packages, and what was copied into a folder of programs.
    pub installed: Vec<String>,
    /// Something ran whose effect on the image cannot be told.
    pub opaque: bool,
    /// Paths that a `RUN` made executable, or whose line ends it turned; `None` for a whole tree.
    pub chmod: Vec<String>,
    pub unixed: Vec<String>,
}

/// What an image is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Deployed, or might be.
    Release,
    /// Only built for development or tests.
    Development,
    /// A stage on the way to another: nothing builds it alone.
    Internal,
}

#[derive(Debug, Clone)]
pub struct Base {
    /// The `FROM` at the bottom of the stage's lineage.
    pub span: Span,
    pub text: Fact<String>,
    pub reference: Option<Reference>,
    pub known: Option<&'static Known>,
}

#[derive(Debug, Clone)]
pub enum Health {
    /// The Dockerfile says nothing: the base decides.
    Inherited,
    Disabled(Span),
    Probe(Command),
}

/// One `COPY` or `ADD`.
#[derive(Debug, Clone)]
pub struct Copied {
    pub span: Span,
    /// The stage it copies from; nothing for the build context.
    pub from: Option<usize>,
    /// It copies from another image.
    pub foreign: bool,
    /// As written, variables filled in.
    pub sources: Vec<At<String>>,
    /// An absolute path of the image.
    pub target: String,
    /// The target is a folder: its path ends in `/`, or there are several sources.
    pub folder: bool,
    pub chmod: Option<String>,
    /// The stage that the instruction belongs to.
    pub stage: usize,
    /// Names of files that come from heredocs.
    pub inline: bool,
}

impl Image {
    /// Reads the facts of `stage`.
    #[must_use]
    pub fn new(dockerfile: &Dockerfile, stage: usize, context: String, purpose: Purpose) -> Self {
        let environment = Environment::of_stage(dockerfile, stage);
        let lineage = dockerfile.lineage(stage);
        let mut image = Self {
            file: dockerfile.file,
            stage,
            context,
            purpose,
            base: base(dockerfile, lineage[0]),
            workdir: "/".to_owned(),
            environment,
            entrypoint: None,
            cmd: None,
            shell: None,
            expose: Vec::new(),
            volumes: Vec::new(),
            healthcheck: Health::Inherited,
            stop_signal: None,
            copies: Vec::new(),
            installed: Vec::new(),
            opaque: false,
            chmod: Vec::new(),
            unixed: Vec::new(),
        };
        image.workdir = default_workdir(image.base.known);
        for part in lineage {
            for instruction in dockerfile.stage(part) {
                image.apply(dockerfile, part, instruction);
            }
        }
        image
    }

    fn apply(&mut self, dockerfile: &Dockerfile, stage: usize, instruction: &Instruction) {
        let expand = |text: &str| self.environment.expand(text, dockerfile.escape).into_value();
        match &instruction.body {
            Body::Entrypoint(command) => {
                self.entrypoint = Some(command.clone());
                // An ENTRYPOINT resets the base's CMD, and the Dockerfile's own stands behind it.
                self.cmd = None;
            }
            Body::Cmd(command) => self.cmd = Some(command.clone()),
            Body::Shell(words) => self.shell = Some(words.iter().map(|w| w.value.clone()).collect()),
            Body::Workdir(path) => {
                if let Some(path) = expand(&path.value) {
                    self.workdir = absolute(&self.workdir, &path);
                }
            }
            Body::Expose(ports) => {
                for port in ports {
                    let fact = self.environment.expand(&port.value, dockerfile.escape);
                    let fact = fact.and_then(|t| t.split(['/', '-']).next().and_then(|n| n.parse().ok()));
                    self.expose.push(At::new(fact, port.span));
                }
            }
            Body::Volume(paths) => {
                let paths: Vec<At<String>> =
                    paths.iter().filter_map(|p| Some(At::new(expand(&p.value)?, p.span))).collect();
                self.volumes.extend(paths);
            }
            Body::StopSignal(signal) => self.stop_signal = Some(signal.clone()),
            Body::Healthcheck(None) => self.healthcheck = Health::Disabled(instruction.span),
            Body::Healthcheck(Some(command)) => self.healthcheck = Health::Probe(command.clone()),
            Body::Copy { sources, target, heredocs } => {
                let from = instruction.flag_value("from");
                let stage_from = from.and_then(|name| dockerfile.find_stage(name, stage));
                // Above the context there is nothing: `../..` is the context.
                let within = |path: String| path.trim_start_matches("../").to_owned();
                let sources: Vec<At<String>> = sources
                    .iter()
                    .map(|s| At::new(within(expand(&s.value).unwrap_or_else(|| s.value.clone())), s.span))
                    .collect();
                let to = expand(&target.value).unwrap_or_else(|| target.value.clone());
                let folder = to.ends_with('/') || sources.len() > 1 || matches!(to.as_str(), "." | "..");
                self.copies.push(Copied {
                    span: instruction.span,
                    from: stage_from,
                    foreign: from.is_some() && stage_from.is_none()
                        || to.contains('$')
                        || sources.iter().any(|s| s.value.contains('$')),
                    folder,
                    target: absolute(&self.workdir, &to),
                    chmod: instruction.flag_value("chmod").map(str::to_owned),
                    sources,
                    stage,
                    inline: !heredocs.is_empty(),
                });
                if let Some(copied) = self.copies.last()
                    && (copied.from.is_some() || copied.foreign || copied.target.contains("/bin"))
                {
                    let names: Vec<String> =
                        copied.sources.iter().map(|s| name(s.value.trim_end_matches('/')).to_owned()).collect();
                    let target = name(&copied.target).to_owned();
                    // A whole tree of another stage may hold any program.
                    self.opaque |= copied.sources.iter().any(|s| {
                        matches!(
                            s.value.trim_end_matches('/'),
                            "" | "/usr"
                                | "/usr/local"
                                | "/usr/bin"
                                | "/usr/local/bin"
                                | "/bin"
                                | "/opt"
                                | "/rootfs"
                                | "/out"
                        )
                    }) && (copied.from.is_some() || copied.foreign);
                    self.installed.extend(names);
                    self.installed.push(target);
                }
            }
            Body::Run(command) => self.run(command),
            _ => {}
        }
    }

    fn run(&mut self, command: &Command) {
        let script = match &command.form {
            Form::Shell(_) => command.script().unwrap_or_default(),
            Form::Exec(words) => {
                self.installed.extend(words.iter().skip(1).map(|w| w.value.clone()));
                return;
            }
        };
        self.opaque |= script.broken;
        for command in script.commands() {
            let expanded: Vec<String> = command
                .words
                .iter()
                .map(|w| self.environment.expand(&w.raw, '\\').into_value().unwrap_or_else(|| w.text().to_owned()))
                .collect();
            let argv: Vec<&str> = expanded.iter().map(String::as_str).collect();
            let Some(program) = command.program() else { continue };
            let rest = &argv[1..];
            match program {
                "chmod" => self.chmod.extend(rest[1.min(rest.len())..].iter().map(|a| absolute(&self.workdir, a))),
                "dos2unix" => self.unixed.extend(rest.iter().map(|a| absolute(&self.workdir, a))),
                "sed" if rest.iter().any(|a| a.contains("\\r")) => {
                    self.unixed.extend(rest.iter().map(|a| absolute(&self.workdir, a)));
                }
                "apt-get" | "apt" | "apk" | "yum" | "dnf" | "microdnf" | "zypper" | "aptitude" | "pacman"
                | "install_packages" | "apt-install" => {
                    if rest.iter().any(|a| matches!(*a, "remove" | "purge" | "del" | "autoremove" | "erase")) {
                        let gone = rest.to_vec();
                        self.installed.retain(|i| !gone.contains(&i.as_str()));
                    } else {
                        // A list in a variable, or of a file, may hold anything.
                        self.opaque |= command.words.iter().any(|w| w.literal.is_none());
                        self.installed.extend(rest.iter().filter(|a| !a.starts_with('-')).map(|a| package(a)));
                    }
                }
                "ln" | "mv" | "cp" | "install" => self.installed.extend(rest.iter().map(|a| name(a).to_owned())),
                "curl" | "wget" | "tar" | "unzip" | "npm" | "pip" | "pip3" | "go" | "cargo" | "gem" | "make" => {
                    self.installed.extend(rest.iter().map(|a| name(a).to_owned()));
                }
                _ => {}
            }
            let path = command.words.first().map_or("", |w| w.text());
            let own = path.contains('/') && !path.starts_with("/usr/") && !path.starts_with("/bin/");
            // A script of the context, or one that was fetched, may install anything.
            self.opaque |= own
                || program.ends_with(".sh")
                || rest.iter().any(|a| a.ends_with(".sh"))
                || crate::syntax::shell::is_shell(program);
        }
    }

    /// Whether a program of this name is in the image.
    #[must_use]
    pub fn has_tool(&self, tool: &str) -> Fact<bool> {
        let names: &[&str] = match tool {
            "nc" | "netcat" | "ncat" => {
                &["nc", "netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat", "ncat", "busybox-extras", "nmap"]
            }
            "pg_isready" | "psql" => &["postgresql-client", "postgresql", "libpq"],
            "mysqladmin" | "mysql" => &["default-mysql-client", "mysql-client", "mariadb-client", "mysql"],
            "redis-cli" => &["redis-tools", "redis", "redis-server", "valkey-cli"],
            "python" | "python3" => &["python3", "python", "python3-minimal", "python3.11", "python3.12"],
            "wget" => &["wget", "wget2"],
            _ => &[],
        };
        let installed = |name: &str| {
            self.installed.iter().any(|i| i == name || i.starts_with(name) && i[name.len()..].starts_with('-'))
        };
        if installed(tool) || names.iter().any(|n| installed(n)) {
            return Fact::Known(true);
        }
        let Some(known) = self.base.known else {
            return if self.base.is_scratch() && !self.opaque { Fact::Known(false) } else { Fact::Unknown };
        };
        let content = known.content(self.base.reference.as_ref().and_then(|r| r.tag.as_deref()));
        if content.tools.iter().any(|t| t == tool)
            || content.shell.as_ref().is_some_and(|s| s.iter().any(|s| s == tool))
        {
            return Fact::Known(true);
        }
        let absent = content.lacks.iter().any(|t| t == tool)
            || content.shell.as_ref().is_some_and(|s| matches!(tool, "sh" | "bash") && !s.iter().any(|s| s == tool));
        if absent && !self.opaque { Fact::Known(false) } else { Fact::Unknown }
    }

    /// The file of the repository that the image has at `path`, and the copy that brought it.
    #[must_use]
    pub fn locate<'i>(&'i self, path: &str, sources: &Sources, all: &'i [Self]) -> Option<(String, &'i Copied)> {
        let path = absolute(&self.workdir, path);
        self.locate_in(&path, sources, all, 0)
    }

    fn locate_in<'i>(
        &'i self,
        path: &str,
        sources: &Sources,
        all: &'i [Self],
        depth: usize,
    ) -> Option<(String, &'i Copied)> {
        if depth > 8 {
            return None;
        }
        for copied in self.copies.iter().rev() {
            if copied.foreign || copied.inline {
                continue;
            }
            for source in &copied.sources {
                for inner in inner_paths(copied, &source.value, path) {
                    if let Some(stage) = copied.from {
                        let other = all.iter().find(|i| i.file == self.file && i.stage == stage);
                        if let Some(found) =
                            other.and_then(|o| o.locate_in(&absolute(&o.workdir, &inner), sources, all, depth + 1))
                        {
                            return Some(found);
                        }
                    } else if let Some(file) = join(&self.context, &inner)
                        && sources.find(&file).is_some()
                    {
                        return Some((file, copied));
                    }
                }
            }
        }
        None
    }

    /// The folder of the repository whose content the image has at `path`.
    #[must_use]
    pub fn locate_folder(&self, path: &str, sources: &Sources, all: &[Self]) -> Option<String> {
        const MARKS: &[&str] = &["package.json", "Procfile", "Makefile", "composer.json", "Gemfile", "manage.py"];
        MARKS.iter().find_map(|mark| {
            let (file, _) = self.locate(&format!("{}/{mark}", path.trim_end_matches('/')), sources, all)?;
            Some(crate::source::folder(&file).to_owned())
        })
    }

    /// Whether the build context's ignore file leaves a path of the repository out.
    #[must_use]
    pub fn ignores<'p>(&self, patterns: Option<&'p IgnoreFile>, path: &str) -> Option<&'p At<String>> {
        let below =
            if self.context.is_empty() { Some(path) } else { path.strip_prefix(&self.context)?.strip_prefix('/') };
        patterns?.excludes(below?)
    }
}

impl Base {
    #[must_use]
    pub fn is_scratch(&self) -> bool {
        self.text.text() == Some("scratch")
    }

    /// The family of its distribution, where the table knows it.
    #[must_use]
    pub fn shows(&self) -> &str {
        self.text.text().unwrap_or("its base")
    }
}

fn base(dockerfile: &Dockerfile, stage: usize) -> Base {
    let stage = &dockerfile.stages[stage];
    let text = Environment::global(dockerfile).expand(&stage.base.value, dockerfile.escape);
    let reference = text.text().map(Reference::parse);
    let known = reference.as_ref().and_then(known::find);
    Base { span: stage.base.span, text, reference, known }
}

fn default_workdir(known: Option<&Known>) -> String {
    match known.map(|k| k.name.as_str()) {
        Some("php" | "wordpress") => "/var/www/html",
        Some("golang") => "/go",
        _ => "/",
    }
    .to_owned()
}

/// The package's name without the version behind it.
fn package(word: &str) -> String {
    word.split(['=', '<', '>', '~']).next().unwrap_or(word).to_owned()
}

/// A path of the image, made absolute and clean.
#[must_use]
pub fn absolute(workdir: &str, path: &str) -> String {
    let path = path.trim_matches(['"', '\'']);
    let joined = if path.starts_with('/') { join("", path) } else { join(workdir, path) };
    format!("/{}", joined.unwrap_or_default())
}

/// The paths in a copy's source that end up at `path` of the image.
fn inner_paths(copied: &Copied, source: &str, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let clean = source.trim_start_matches("./").trim_end_matches('/');
    let target = copied.target.trim_end_matches('/');
    let Some(rest) = path.strip_prefix(target) else { return found };
    if !rest.is_empty() && !rest.starts_with('/') {
        return found;
    }
    let rest = rest.trim_start_matches('/');
    if rest.is_empty() {
        found.push(clean.to_owned());
        return found;
    }
    // A folder's content goes into the target; a file keeps its name there.
    if matches!(clean, "" | ".") {
        found.push(rest.to_owned());
        return found;
    }
    if clean.contains(['*', '?']) {
        let folder = crate::source::folder(clean);
        if !rest.contains('/') && glob(name(clean), rest) {
            found.push(if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") });
        }
        return found;
    }
    if name(clean) == rest {
        found.push(clean.to_owned());
    }
    found.push(format!("{clean}/{rest}"));
    found
}

/// `*` and `?` within one name.
#[must_use]
pub fn glob(pattern: &str, text: &str) -> bool {
    thread_local! {
        /// A pattern of one `COPY` is asked for every file of a repository.
        static KNOWN: RefCell<HashMap<String, Option<GlobMatcher>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if !known.contains_key(pattern) {
            let made = Glob::new(pattern).ok().map(|glob| glob.compile_matcher());
            known.insert(pattern.to_owned(), made);
        }
        known[pattern].as_ref().is_some_and(|glob| glob.is_match(text))
    })
}
