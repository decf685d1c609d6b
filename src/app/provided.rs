//! What a process has in its environment: the stack's, the image's, what a start script sets, what the code loads.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::{App, Process};
use crate::code::What;
use crate::source::{Class, FileId, Kind, Sources, folder, is_within, join, name};
use crate::stack::{MountKind, Service};
use crate::syntax::manifest::Dependency;

/// Variables that every container has, or that the images of runtimes set.
fn is_of_the_platform(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "PATH",
        "HOME",
        "HOSTNAME",
        "PORT",
        "TZ",
        "PWD",
        "OLDPWD",
        "USER",
        "LANG",
        "LC_ALL",
        "SHELL",
        "TERM",
        "TMPDIR",
        "TEMP",
        "TMP",
        "CI",
        "NODE_ENV",
        "NODE_VERSION",
        "PYTHON_VERSION",
        "JAVA_HOME",
        "GOPATH",
        "RAILS_ENV",
        "RACK_ENV",
        "APP_ENV",
        "DEBUG",
        "NO_COLOR",
        "VIRTUAL_ENV",
        "UID",
        "GID",
        "PPID",
        "EDITOR",
        "SHLVL",
    ];
    const PREFIXES: &[&str] =
        &["ASPNETCORE_", "DOTNET_", "PHP_", "GEM_", "BUNDLE_", "KUBERNETES_", "npm_", "XDG_", "BASH_", "RUBY_"];
    const OF_PIPELINES: &[&str] = &["GITHUB_ACTIONS", "GITHUB_SHA", "GITHUB_REF", "GITHUB_WORKSPACE", "GITHUB_RUN_ID"];
    NAMES.contains(&name)
        || OF_PIPELINES.contains(&name)
        || PREFIXES.iter().any(|p| name.starts_with(p))
        || is_of_a_build(name)
}

/// A build writes these into what it makes; nothing reads them when it runs.
#[must_use]
pub fn is_of_a_build(name: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "VITE_",
        "REACT_APP_",
        "NEXT_PUBLIC_",
        "PUBLIC_",
        "NUXT_PUBLIC_",
        "EXPO_PUBLIC_",
        "GATSBY_",
        "VUE_APP_",
        "STORYBOOK_",
        "VERCEL_",
    ];
    PREFIXES.iter().any(|p| name.starts_with(p))
}

/// `export "$name=$value"`, `source <(…)`, `eval`: a script that may set any variable.
static ANY_VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(export|declare -x)\s+"?\$|\beval\b|set -a|set -o allexport|\bprintenv\b.*_FILE|env \| grep"#)
        .expect("a sound pattern")
});

/// Programs that put variables into the environment of what they start.
const INJECTORS: &[&str] = &[
    "doppler",
    "envconsul",
    "chamber",
    "op",
    "infisical",
    "dotenv",
    "dotenvx",
    "vault",
    "aws-vault",
    "summon",
    "berglas",
    "teller",
];

/// Packages that load `.env` into the environment by themselves.
const LOADERS: &[&str] = &[
    "dotenv",
    "dotenv-rails",
    "python-dotenv",
    "python-decouple",
    "environs",
    "django-environ",
    "vlucas/phpdotenv",
    "laravel/framework",
    "symfony/dotenv",
    "DotNetEnv",
];

/// What a process has in its environment.
#[derive(Debug, Default)]
pub struct Provided {
    /// Variables of the image and of the stack, in upper case.
    given: BTreeSet<String>,
    /// Variables that a start script or the code itself sets.
    set: BTreeSet<String>,
    /// Why variables may be there that no file shows.
    pub open: Option<&'static str>,
}

/// What the app's files say to all of its processes.
struct Shared {
    /// Source files that read a folder of secrets.
    secrets: BTreeSet<FileId>,
    /// A package that loads `.env` is declared.
    loader: bool,
    /// The env files that scripts write, where they stand.
    written: Vec<String>,
}

impl Provided {
    /// What each process has, in their order.
    pub(super) fn all(app: &App, sources: &Sources) -> Vec<Self> {
        let reads_folder = |file: &FileId| sources.text(*file).contains("secrets_dir");
        let loads = |d: &Dependency| LOADERS.contains(&d.name.value.as_str());
        let shared = Shared {
            secrets: app.code.files.keys().copied().filter(reads_folder).collect(),
            loader: app.manifests.iter().any(|m| m.dependencies.iter().any(loads)),
            written: written(sources),
        };
        app.processes.iter().map(|process| Self::of(app, process, sources, &shared)).collect()
    }

    fn of(app: &App, process: &Process, sources: &Sources, shared: &Shared) -> Self {
        let mut found =
            Self { given: process.environment.keys().map(|k| k.to_ascii_uppercase()).collect(), ..Self::default() };
        found.by_host();
        found.by_start(process, sources);
        found.by_code(app, process, sources, shared);
        found.by_files(app, process, sources, shared);
        found
    }

    /// What .NET's host takes for connection strings: `SQLCONNSTR_Shop` is `ConnectionStrings:Shop`.
    fn by_host(&mut self) {
        const PREFIXES: &[&str] =
            &["CUSTOMCONNSTR_", "SQLCONNSTR_", "SQLAZURECONNSTR_", "MYSQLCONNSTR_", "POSTGRESQLCONNSTR_"];
        let strings = self.given.iter().filter_map(|name| PREFIXES.iter().find_map(|p| name.strip_prefix(p)));
        let strings: Vec<String> = strings.map(|name| format!("CONNECTIONSTRINGS__{name}")).collect();
        self.given.extend(strings);
    }

    fn by_start(&mut self, process: &Process, sources: &Sources) {
        for run in &process.chain.scripts {
            let text = sources.text(run.file);
            if ANY_VARIABLE.is_match(text) {
                self.open = Some("its start script may set any variable");
            }
            self.set.extend(assigned(text));
        }
        for step in &process.chain.steps {
            self.set.extend(step.assignments.iter().map(|(name, _)| name.clone()));
            if INJECTORS.contains(&step.program()) || step.wrappers.iter().any(|w| INJECTORS.contains(&name(w))) {
                self.open = Some("its start puts variables into the environment");
            }
        }
    }

    fn by_code(&mut self, app: &App, process: &Process, sources: &Sources, shared: &Shared) {
        let own = |what: What| app.code.of(what).filter(|f| process.runs.contains(&f.span.file));
        self.set.extend(
            own(What::ReadsEnv).filter(|f| f.has("optional")).filter_map(|f| f.text("name").map(str::to_owned)),
        );
        if !process.runs.is_disjoint(&shared.secrets) {
            self.open = Some("secrets are read from a folder");
        }
        let loads = own(What::LoadsDotenv).next().is_some() || own(What::ReadsEnv).any(|f| f.has("fields"));
        if !loads && !shared.loader {
            return;
        }
        let Some(image) = app.image_of(process) else { return };
        for (file, variables) in &app.dotenv {
            let path = sources.path(*file);
            if matches!(name(path), ".env" | ".env.production" | ".env.prod") && app.carries(image, path, sources) {
                self.set.extend(variables.iter().map(|v| v.name.value.clone()));
            }
        }
    }

    /// Files that are mounted for the code to load, or that the build makes, may hold anything.
    fn by_files(&mut self, app: &App, process: &Process, sources: &Sources, shared: &Shared) {
        let makes_env = |text: &str| {
            let makes = ["cp ", "mv ", "> ", "COPY ", "ADD "];
            let env = |l: &str| l.split_whitespace().last().is_some_and(|w| name(w) == ".env");
            text.lines()
                .any(|l| makes.iter().any(|m| l.contains(m)) && (env(l) || l.contains(".env") && !l.contains("COPY")))
        };
        if app.image_of(process).is_some_and(|i| makes_env(sources.text(i.file))) {
            self.open = Some("the build makes an env file");
        }
        // What a script writes beside the sources goes along with them.
        if shared.written.iter().any(|path| app.image_of(process).is_some_and(|i| app.carries(i, path, sources))) {
            self.open = Some("a script makes the env file that the image takes along");
        }
        let Some(deployed) = app.deployed_of(process) else { return };
        let service = deployed.service;
        let base = folder(sources.path(deployed.stack.file()));
        for file in &service.env_files {
            let found = file.text().and_then(|p| join(base, p)).and_then(|p| sources.find(&p));
            if !found.is_some_and(|id| app.dotenv.iter().any(|(f, _)| *f == id)) {
                self.open = Some("what its env file sets is not known");
            }
        }
        // What lies beside the code on the machine hides what the image has.
        let workdir = app.image_of(process).map_or("/", |i| i.workdir.as_str());
        let whole = |target: &str| workdir != "/" && is_within(workdir, target.trim_end_matches('/'));
        let binds = service.mounts.iter().filter(|m| m.kind == MountKind::Bind);
        if binds.filter_map(|m| m.target.text()).any(whole) {
            self.open = Some("a folder of the machine is mounted over its code");
        }
        let settings =
            |t: &str| t.contains(".env") || name(t).starts_with("appsettings") || name(t).starts_with("application.");
        // What another file mounts for the service of the same name lies on the machine.
        let named = |s: &&Service| s.name.value == service.name.value;
        let alike = app.stacks.iter().flat_map(|s| &s.services).filter(named);
        let mounted = alike.flat_map(|s| &s.mounts).filter_map(|m| m.target.text()).any(settings);
        let granted = ["configs", "secrets"].iter().any(|key| {
            let written = sources.slice(service.place(&[key]));
            written.contains(".env") || written.contains("appsettings")
        });
        if mounted || granted {
            self.open = Some("a file of settings is mounted");
        }
    }

    /// Whether the image or the stack gives a variable.
    #[must_use]
    pub fn is_given(&self, name: &str) -> bool {
        self.given.contains(&name.to_ascii_uppercase())
    }

    /// Whether a variable is there for all that is known.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let upper = name.to_ascii_uppercase();
        self.set.contains(name)
            // Where `X_FILE` is given, a start script or the library turns it into `X`.
            || self.given.contains(&format!("{upper}_FILE"))
            || self.given.contains(&upper)
            || is_of_the_platform(name)
    }
}

/// The env files that scripts write: `cp env.production .env`, `cat base prod > .env`.
fn written(sources: &Sources) -> Vec<String> {
    static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)(?:\b(?:cp|mv)\s[^\n]*\s|>\s*)\x22?(?:\./)?\.env\x22?\s*(?:$|;|&|\|)")
            .expect("a sound pattern")
    });
    let is_script = |id: FileId, kind: Kind, path: &str| {
        kind == Kind::Script
            || folder(path).ends_with("bin") && !name(path).contains('.') && sources.text(id).starts_with("#!")
    };
    let scripts = sources.files().filter(|(id, f)| f.class == Class::App && is_script(*id, f.kind, &f.path));
    let writes = scripts.filter(|(id, _)| WRITTEN.is_match(sources.text(*id)));
    // It is run from the root, or from the folder above that of the scripts.
    let mut found: Vec<String> =
        writes.flat_map(|(_, f)| ["", folder(folder(&f.path))].map(|at| join(at, ".env"))).flatten().collect();
    found.sort();
    found.dedup();
    found
}

/// The variables that a script gives a value: `X=1`, `export X=1`, `: ${X:=1}`, `read X`.
fn assigned(text: &str) -> Vec<String> {
    static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)(?:^|[\s;&(])([A-Za-z_][A-Za-z0-9_]*)=|\$\{([A-Za-z_][A-Za-z0-9_]*):?=")
            .expect("a sound pattern")
    });
    ASSIGNED.captures_iter(text).filter_map(|c| Some(c.get(1).or(c.get(2))?.as_str().to_owned())).collect()
}
