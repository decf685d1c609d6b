//! From npm, make and foreman to what the project's own files say they run.

use super::follow::{Here, Tracer};
use super::{Link, Written};
use crate::app::image::absolute;
use crate::source::name;
use crate::stack::Argument;
use crate::syntax::manifest::{Ecosystem, Manifest};
use crate::syntax::shell::{self, Around};
use crate::syntax::spliced::Spliced;

impl<'w> Tracer<'w> {
    /// npm, yarn, make, foreman: what the project's own files say they run.
    pub(super) fn follow_project(&mut self, program: &str, argv: &[Argument], here: &Here) -> bool {
        let args: Vec<&str> = argv.iter().skip(1).map(Argument::text).collect();
        let script = match (program, args.iter().find(|a| !a.starts_with('-')).copied()) {
            ("npm", Some("start" | "test" | "stop")) | ("yarn" | "pnpm", Some("start" | "test")) => {
                args.iter().find(|a| !a.starts_with('-')).copied()
            }
            ("npm" | "yarn" | "pnpm" | "bun" | "composer", Some("run" | "run-script")) => {
                args.iter().filter(|a| !a.starts_with('-')).nth(1).copied()
            }
            ("yarn" | "pnpm" | "bun", Some(other)) => Some(other),
            ("npx", Some(_)) => {
                return self.follow_npx(argv, here);
            }
            ("make", target) => return self.follow_make(target, argv, here),
            ("foreman" | "honcho" | "overmind" | "hivemind" | "goreman", Some("start" | "s")) => {
                return self.follow_procfile(program, argv, here);
            }
            _ => None,
        };
        let Some(script) = script else { return false };
        let ecosystem = if program == "composer" { Ecosystem::Php } else { Ecosystem::Node };
        let Some(manifest) = self.manifest(ecosystem, &argv_folder(argv, here)) else {
            // The folder is unknown, but the manager is seen.
            let package_manager = matches!(program, "npm" | "pnpm" | "yarn" | "composer")
                || program == "bun" && args.first() == Some(&"run");
            if package_manager {
                self.chain.open = true;
            }
            return false;
        };
        let mut found = false;
        let mut inner = here.clone();
        inner.under.push(Link::PackageManager(program.to_owned(), here.span));
        inner.exec = false;
        inner.written = Written::Package;
        inner.wrappers.clear();
        let names = [format!("pre{script}"), script.to_owned(), format!("post{script}")];
        let before = self.chain.steps.len();
        let line = argv.to_vec();
        for (n, name) in names.iter().enumerate() {
            let Some((_, text)) = manifest.scripts.iter().find(|(key, _)| key.value == *name) else { continue };
            if !found {
                // The manager itself is a step: it is what PID 1 may turn out to be.
                self.leaf(line.clone(), here.clone(), false);
            }
            found = true;
            let parsed = shell::parse(text);
            inner.span = text.span;
            inner.around = Around { conditional: here.around.conditional, ..here.around };
            let kept = self.last.clone();
            let first = self.chain.steps.len();
            self.script(&parsed, &inner);
            // What stands behind the script's name goes to its last command; npm wants `--` in front.
            if n == 1
                && let Some(step) = self.chain.steps[first..].last_mut()
            {
                step.argv.extend(passed_on(program, script, argv));
            }
            if n == 2 {
                self.last = kept;
            }
        }
        if !found {
            self.chain.steps.truncate(before);
            // `npm start` without a script runs `node server.js`.
            return false;
        }
        true
    }

    /// `npx prog` of a program that the project depends on is that program.
    pub(super) fn follow_npx(&mut self, argv: &[Argument], here: &Here) -> bool {
        let Some(at) = argv.iter().skip(1).position(|a| !a.text().starts_with('-')).map(|n| n + 1) else {
            return false;
        };
        let program = argv[at].text().to_owned();
        let declared = self
            .manifest(Ecosystem::Node, &here.cwd)
            .is_some_and(|m| m.dependencies.iter().any(|d| d.name.value == program || name(&d.name.value) == program));
        if !declared {
            return false;
        }
        let mut inner = here.clone();
        inner.under.push(Link::PackageManager("npx".to_owned(), here.span));
        inner.wrappers.push("npx".to_owned());
        self.run(argv[at..].to_vec(), inner);
        true
    }

    pub(super) fn follow_make(&mut self, target: Option<&str>, argv: &[Argument], here: &Here) -> bool {
        let Some(file) = ["Makefile", "makefile", "GNUmakefile"]
            .iter()
            .find_map(|n| self.locate(&format!("{}/{n}", here.cwd), here))
        else {
            return false;
        };
        let text = self.world.sources.text(file);
        let mut at = 0;
        let mut inside = false;
        let mut recipe = Spliced::empty(file, 0);
        for line in text.split_inclusive('\n') {
            let begin = at;
            at += line.len();
            if let Some(body) = line.strip_prefix('\t') {
                if inside {
                    let shown = body.trim_start_matches(['@', '-', '+']);
                    recipe.push(shown, begin + 1 + body.len() - shown.len());
                }
            } else if let Some((names, _)) =
                line.split_once(':').filter(|(n, rest)| !n.starts_with(['.', '#', ' ']) && !rest.starts_with('='))
            {
                inside = target.map_or(recipe.text.is_empty(), |t| names.split_whitespace().any(|n| n == t));
            }
        }
        if recipe.text.is_empty() {
            return false;
        }
        self.leaf(argv.to_vec(), here.clone(), false);
        let mut inner = here.clone();
        inner.under.push(Link::Other("make".to_owned(), here.span));
        inner.written = Written::Makefile;
        inner.exec = false;
        let script = shell::parse(&recipe);
        self.script(&script, &inner);
        true
    }

    pub(super) fn follow_procfile(&mut self, program: &str, argv: &[Argument], here: &Here) -> bool {
        let only = argv.iter().skip(2).map(Argument::text).find(|a| !a.starts_with('-')).map(str::to_owned);
        self.leaf(argv.to_vec(), here.clone(), true);
        let kept = self.last.clone();
        let Some(file) = self.locate(&format!("{}/Procfile", here.cwd), here) else { return true };
        let text = self.world.sources.text(file);
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let begin = at;
            at += line.len();
            let Some((name, command)) = line.split_once(':').filter(|(n, _)| !n.starts_with('#')) else { continue };
            if only.as_ref().is_some_and(|o| o != name.trim()) {
                continue;
            }
            let mut body = Spliced::empty(file, begin);
            let lead = command.len() - command.trim_start().len();
            body.push(command.trim(), begin + name.len() + 1 + lead);
            let mut inner = here.clone();
            inner.under.push(Link::Other(program.to_owned(), here.span));
            inner.written = Written::Procfile;
            inner.exec = false;
            inner.around.background = only.is_none();
            let script = shell::parse(&body);
            self.script(&script, &inner);
        }
        if only.is_none() {
            self.last = kept;
        }
        true
    }

    /// The manifest in a folder of the image; without an image that is known, the only one of the repository.
    pub(super) fn manifest(&self, ecosystem: Ecosystem, cwd: &str) -> Option<&'w Manifest> {
        let image = self.image?;
        let wanted = if ecosystem == Ecosystem::Php { "composer.json" } else { "package.json" };
        let (file, _) =
            image.locate(&format!("{}/{wanted}", cwd.trim_end_matches('/')), self.world.sources, self.world.images)?;
        let id = self.world.sources.find(&file)?;
        self.world.manifests.iter().find(|m| m.file == id)
    }
}

/// The folder that `--prefix`, `--cwd` or `-C` names, else the one the command runs in.
fn argv_folder(argv: &[Argument], here: &Here) -> String {
    let named = argv
        .iter()
        .position(|a| matches!(a.text(), "--prefix" | "--cwd" | "-C" | "--dir"))
        .and_then(|n| argv.get(n + 1));
    named.map_or_else(|| here.cwd.clone(), |a| absolute(&here.cwd, a.text()))
}

/// The words behind a script's name that its command is given.
fn passed_on(program: &str, script: &str, argv: &[Argument]) -> Vec<Argument> {
    let behind = argv.iter().position(|a| a.text() == script).map_or(argv.len(), |at| at + 1);
    let rest = &argv[behind..];
    match rest.iter().position(|a| a.text() == "--") {
        Some(at) => rest[at + 1..].to_vec(),
        None if program == "npm" => Vec::new(),
        None => rest.to_vec(),
    }
}
