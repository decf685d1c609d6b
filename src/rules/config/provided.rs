//! What a service's task has in its environment: the stack's, the image's, what a start script sets, what the code loads.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::app::Deployed;
use crate::code::What;
use crate::rules::Context;
use crate::source::{folder, join, name};

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
    const PREFIXES: &[&str] = &[
        "ASPNETCORE_",
        "DOTNET_",
        "PHP_",
        "GEM_",
        "BUNDLE_",
        "KUBERNETES_",
        "GITHUB_",
        "npm_",
        "XDG_",
        "BASH_",
        "RUBY_",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|p| name.starts_with(p)) || is_of_a_build(name)
}

/// A build writes these into what it makes; nothing reads them when it runs.
pub(super) fn is_of_a_build(name: &str) -> bool {
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

/// What a service's task has in its environment.
pub(in crate::rules) struct Provided<'a> {
    deployed: Deployed<'a>,
    /// Variables that a start script or the code itself sets.
    set: BTreeSet<String>,
    /// Why variables may be there that no file shows.
    pub(super) open: Option<&'static str>,
}

impl<'a> Provided<'a> {
    pub(in crate::rules) fn of(c: &Context<'a>, deployed: Deployed<'a>) -> Self {
        let mut set = BTreeSet::new();
        let mut open = None;
        let service = deployed.service;
        for file in &service.env_files {
            let base = folder(c.sources.path(deployed.stack.file()));
            let found = file.text().and_then(|p| join(base, p)).and_then(|p| c.sources.find(&p));
            if !found.is_some_and(|id| c.app.dotenv.iter().any(|(f, _)| *f == id)) {
                open = Some("what its env file sets is not known");
            }
        }
        for run in &deployed.process.chain.scripts {
            let text = c.sources.text(run.file);
            if ANY_VARIABLE.is_match(text) {
                open = Some("its start script may set any variable");
            }
            set.extend(assigned(text));
        }
        for step in &deployed.process.chain.steps {
            set.extend(step.assignments.iter().map(|(name, _)| name.clone()));
            if INJECTORS.contains(&step.program()) || step.wrappers.iter().any(|w| INJECTORS.contains(&name(w))) {
                open = Some("its start puts variables into the environment");
            }
        }
        for fact in c.app.code.of(What::ReadsEnv).filter(|f| f.has("optional")) {
            if deployed.process.runs.contains(&fact.span.file) {
                set.extend(fact.text("name").map(str::to_owned));
            }
        }
        if deployed.process.runs.iter().any(|f| c.sources.text(*f).contains("secrets_dir")) {
            open = Some("secrets are read from a folder");
        }
        let loads = c.app.code.of(What::LoadsDotenv).any(|f| deployed.process.runs.contains(&f.span.file))
            || c.app.code.of(What::ReadsEnv).any(|f| f.has("fields") && deployed.process.runs.contains(&f.span.file));
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
        let declared =
            c.app.manifests.iter().any(|m| m.dependencies.iter().any(|d| LOADERS.contains(&d.name.value.as_str())));
        if loads || declared {
            for (file, variables) in &c.app.dotenv {
                let path = c.sources.path(*file);
                let carried = deployed.image.is_some_and(|i| c.app.carries(i, path, c.sources));
                if carried && matches!(name(path), ".env" | ".env.production" | ".env.prod") {
                    set.extend(variables.iter().map(|v| v.name.value.clone()));
                }
            }
        }
        // A file that is mounted for the code to load may hold anything.
        // The build may make the file that the code loads.
        let makes_env = |text: &str| {
            text.lines().any(|l| (l.contains("cp ") || l.contains("mv ") || l.contains("> ")) && l.contains(".env"))
        };
        if deployed.image.is_some_and(|i| makes_env(c.sources.text(i.file))) {
            open = Some("the build makes an env file");
        }
        let mounted = service.mounts.iter().filter_map(|m| m.target.text()).any(|t| t.contains(".env"));
        let granted = ["configs", "secrets"].iter().any(|key| c.text(service.place(&[key])).contains(".env"));
        if mounted || granted {
            open = Some("an env file is mounted");
        }
        Self { deployed, set, open }
    }

    /// Variables may be there that no file shows.
    pub(in crate::rules) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(in crate::rules) fn has(&self, name: &str) -> bool {
        let same = |known: &str| known == name || known.eq_ignore_ascii_case(name);
        self.deployed.process.environment.keys().any(|k| same(k))
            || self.set.contains(name)
            // Where `X_FILE` is given, a start script or the library turns it into `X`.
            || self.deployed.process.environment.contains_key(&format!("{name}_FILE"))
            || is_of_the_platform(name)
    }
}

/// The variables that a script gives a value: `X=1`, `export X=1`, `: ${X:=1}`, `read X`.
fn assigned(text: &str) -> Vec<String> {
    static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)(?:^|[\s;&(])([A-Za-z_][A-Za-z0-9_]*)=|\$\{([A-Za-z_][A-Za-z0-9_]*):?=")
            .expect("a sound pattern")
    });
    ASSIGNED.captures_iter(text).filter_map(|c| Some(c.get(1).or(c.get(2))?.as_str().to_owned())).collect()
}
