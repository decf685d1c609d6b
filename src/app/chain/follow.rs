//! Goes from a command to what it starts.

use std::collections::{BTreeMap, BTreeSet};

use super::wrapper::{Stays, wrapped};
use super::{Chain, Link, ScriptRun, Step, Written};
use crate::app::image::Image;
use crate::fact::Fact;
use crate::source::{FileId, Kind, Sources, Span, name};
use crate::stack::Argument;
use crate::syntax::manifest::{Ecosystem, Manifest};
use crate::syntax::shell::{self, Around, Redirect, Script, Statement, Word};
use crate::syntax::spliced::Spliced;

/// How far a chain is followed.
const MAX_DEPTH: usize = 16;
const MAX_STEPS: usize = 500;
const MAX_WORK: usize = 5000;

/// What a chain can lead through.
pub struct World<'w> {
    pub sources: &'w Sources,
    pub manifests: &'w [Manifest],
    pub images: &'w [Image],
}

/// Where a command stands on the way.
#[derive(Clone)]
struct Here {
    around: Around,
    written: Written,
    under: Vec<Link>,
    wrappers: Vec<String>,
    /// The folder of the image that it runs in.
    cwd: String,
    depth: usize,
    exec: bool,
    redirects: Vec<Redirect>,
    assignments: Vec<(String, Fact<String>)>,
    /// `$1` … of the script that it stands in.
    positional: Vec<Argument>,
    span: Span,
    /// The command's first word as written.
    first: String,
}

pub(super) struct Tracer<'w> {
    world: &'w World<'w>,
    image: Option<&'w Image>,
    environment: BTreeMap<String, Fact<String>>,
    functions: BTreeMap<String, Vec<Statement>>,
    pub(super) chain: Chain,
    /// The steps that the ways through the script so far end with.
    last: BTreeSet<usize>,
    /// The mains of ways that have ended by `exec`.
    ended: BTreeSet<usize>,
    /// Commands looked at: a script that calls itself must come to an end.
    work: usize,
}

/// Whether a list of statements goes on behind its end.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Flow {
    On,
    Ended,
}

impl<'w> Tracer<'w> {
    pub(super) fn new(
        world: &'w World<'w>,
        image: Option<&'w Image>,
        environment: &BTreeMap<String, Fact<String>>,
    ) -> Self {
        Self {
            world,
            image,
            environment: environment.clone(),
            functions: BTreeMap::new(),
            chain: Chain::default(),
            last: BTreeSet::new(),
            ended: BTreeSet::new(),
            work: 0,
        }
    }

    pub(super) fn finish(mut self) -> Chain {
        self.ended.append(&mut self.last);
        self.chain.mains = self.ended.into_iter().collect();
        self.chain
    }

    fn here(&self, span: Span, written: Written) -> Here {
        Here {
            around: Around::default(),
            written,
            under: Vec::new(),
            wrappers: Vec::new(),
            cwd: self.image.map_or_else(|| "/".to_owned(), |i| i.workdir.clone()),
            depth: 0,
            exec: true,
            redirects: Vec::new(),
            assignments: Vec::new(),
            positional: Vec::new(),
            span,
            first: String::new(),
        }
    }

    pub(super) fn start(&mut self, argv: Vec<Argument>, written: Written) {
        let span = match (argv.first(), argv.last()) {
            (Some(first), Some(last)) if first.span.file == last.span.file && first.span.start <= last.span.start => {
                first.span.to(last.span)
            }
            (Some(first), _) => first.span,
            _ => return,
        };
        let here = self.here(span, written);
        self.run(argv, here);
    }

    pub(super) fn shell_form(&mut self, line: &Spliced, span: Span) {
        let mut here = self.here(span, Written::Dockerfile);
        here.under.push(Link::Shell(span));
        here.exec = false;
        let script = shell::parse(line);
        self.script(&script, &here);
    }

    fn script(&mut self, script: &Script, here: &Here) -> Flow {
        self.chain.open |= script.broken;
        self.list(&script.statements, here)
    }

    fn list(&mut self, statements: &[Statement], here: &Here) -> Flow {
        let mut here = here.clone();
        for statement in statements {
            if self.statement(statement, &mut here) == Flow::Ended {
                return Flow::Ended;
            }
        }
        Flow::On
    }

    fn statement(&mut self, statement: &Statement, here: &mut Here) -> Flow {
        let inside = |here: &Here, change: fn(&mut Around)| {
            let mut inner = here.clone();
            change(&mut inner.around);
            inner
        };
        match statement {
            Statement::Command(command) => self.command(command, here),
            Statement::Pipeline(parts) => {
                let inner = inside(here, |a| a.piped = true);
                let before = self.last.clone();
                let mut first = None;
                for part in parts {
                    self.last.clone_from(&before);
                    self.statement(part, &mut inner.clone());
                    first.get_or_insert_with(|| self.last.clone());
                }
                self.last = first.unwrap_or(before);
                Flow::On
            }
            Statement::And(left, right) => {
                let tested = Script { statements: vec![statement.clone()], broken: false };
                let conditional = tested.steps().last().is_some_and(|s| s.around.conditional);
                if conditional {
                    let mut inner = inside(here, |a| a.test = true);
                    let before = self.last.clone();
                    self.statement(left, &mut inner);
                    self.last.clone_from(&before);
                    let mut inner = inside(here, |a| a.conditional = true);
                    self.statement(right, &mut inner);
                    self.last.extend(before);
                    return Flow::On;
                }
                if self.statement(left, here) == Flow::Ended {
                    return Flow::Ended;
                }
                self.statement(right, here)
            }
            Statement::Or(left, right) => {
                self.statement(left, here);
                let after = self.last.clone();
                let mut inner = inside(here, |a| a.conditional = true);
                self.statement(right, &mut inner);
                // What runs only on failure (`|| exit 1`, `|| true`) is no way to end.
                self.last = after;
                Flow::On
            }
            Statement::Background(inner) => {
                let before = self.last.clone();
                let mut around = inside(here, |a| a.background = true);
                around.exec = false;
                self.statement(inner, &mut around);
                self.last = before;
                Flow::On
            }
            Statement::Group(body, redirects) | Statement::Subshell(body, redirects) => {
                let mut inner = here.clone();
                inner.redirects.extend(redirects.iter().cloned());
                let flow = self.list(body, &inner);
                if matches!(statement, Statement::Subshell(..)) { Flow::On } else { flow }
            }
            Statement::If { branches, otherwise } => {
                let before = self.last.clone();
                let mut ends = BTreeSet::new();
                let mut on = otherwise.is_empty();
                if on {
                    ends.extend(before.iter().copied());
                }
                for (condition, body) in branches {
                    self.last.clone_from(&before);
                    self.list(condition, &inside(here, |a| a.test = true));
                    self.last.clone_from(&before);
                    if self.list(body, &inside(here, |a| a.conditional = true)) == Flow::On {
                        on = true;
                        ends.extend(self.last.iter().copied());
                    }
                }
                self.last.clone_from(&before);
                if !otherwise.is_empty() && self.list(otherwise, &inside(here, |a| a.conditional = true)) == Flow::On {
                    on = true;
                    ends.extend(self.last.iter().copied());
                }
                self.last = if on { ends } else { BTreeSet::new() };
                if on { Flow::On } else { Flow::Ended }
            }
            Statement::Case { arms, .. } => {
                let before = self.last.clone();
                let mut ends = before.clone();
                for arm in arms {
                    self.last.clone_from(&before);
                    if self.list(arm, &inside(here, |a| a.conditional = true)) == Flow::On {
                        ends.extend(self.last.iter().copied());
                    }
                }
                self.last = ends;
                Flow::On
            }
            Statement::Loop { condition, body, span } => {
                let before = self.last.clone();
                self.list(
                    condition,
                    &inside(here, |a| {
                        a.test = true;
                        a.looped = true;
                    }),
                );
                self.last = before;
                self.list(body, &inside(here, |a| a.looped = true));
                if is_endless(condition, body) {
                    let mut here = here.clone();
                    here.span = *span;
                    let word = |text: &str| Argument {
                        value: Fact::Known(text.to_owned()),
                        raw: text.to_owned(),
                        span: *span,
                    };
                    self.leaf(vec![word("while"), word("true")], here, true);
                    self.ended.append(&mut self.last);
                    return Flow::Ended;
                }
                Flow::On
            }
            Statement::Function { name, body } => {
                self.functions.insert(name.clone(), body.clone());
                Flow::On
            }
        }
    }

    fn command(&mut self, command: &shell::Command, here: &mut Here) -> Flow {
        self.work += 1;
        if self.work > MAX_WORK {
            self.chain.open = true;
            return Flow::Ended;
        }
        let assignments: Vec<(String, Fact<String>)> =
            command.assignments.iter().map(|a| (a.name.clone(), self.expand(&a.value, here))).collect();
        if command.words.is_empty() {
            for (name, value) in assignments {
                // In a branch that may not be taken, the variable is either.
                let value = if here.around.conditional { Fact::Unknown } else { value };
                self.environment.insert(name, value);
            }
            return Flow::On;
        }
        let mut argv: Vec<Argument> = Vec::new();
        for word in &command.words {
            if matches!(word.raw.as_str(), "\"$@\"" | "$@" | "$*" | "\"$*\"" | "${@}" | "\"${@}\"") {
                argv.extend(here.positional.iter().skip(1).cloned());
                continue;
            }
            let value = self.expand(word, here);
            argv.push(Argument { value, raw: word.raw.clone(), span: word.span.unwrap_or(command.span) });
        }
        let Some(first) = argv.first() else {
            // `exec "$@"` of a script that is given nothing.
            return Flow::On;
        };
        let program = first.text().to_owned();
        match program.as_str() {
            "cd" => {
                if let Some(to) = argv.get(1).and_then(|a| a.value.text()) {
                    here.cwd = super::super::image::absolute(&here.cwd, to);
                }
                return Flow::On;
            }
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                for arg in &argv[1..] {
                    if let Some((name, value)) = arg.text().split_once('=') {
                        let fact = if arg.value.is_unknown() { Fact::Unknown } else { Fact::Known(value.to_owned()) };
                        self.environment.insert(name.to_owned(), fact);
                    }
                }
                return Flow::On;
            }
            "set" if argv.get(1).is_some_and(|a| a.text() == "--") => {
                let mut positional = here.positional.iter().take(1).cloned().collect::<Vec<_>>();
                positional.extend(argv[2..].iter().cloned());
                // Within a branch, the arguments are either the old ones or these.
                if here.around.conditional {
                    self.chain.open = true;
                } else {
                    here.positional = positional;
                }
                return Flow::On;
            }
            "set" | "umask" | "ulimit" | "trap" | "unset" | ":" | "true" | "shopt" | "return" | "[" | "[[" | "(("
            | "test" | "let" | "break" | "continue" => {
                self.push(argv, command, here, false);
                return Flow::On;
            }
            "shift" => {
                if here.positional.len() > 1 {
                    here.positional.remove(1);
                }
                return Flow::On;
            }
            "exit" => {
                self.push(argv, command, here, false);
                return if here.around.conditional { Flow::Ended } else { Flow::On };
            }
            "exec" if argv.len() == 1 => {
                // `exec > file`: the whole script's output goes there.
                here.redirects.extend(command.redirects.iter().cloned());
                return Flow::On;
            }
            _ => {}
        }
        if let Some(body) = self.functions.get(&program).cloned()
            && here.depth < MAX_DEPTH
        {
            let mut inner = here.clone();
            inner.depth += 1;
            inner.positional = argv;
            self.list(&body, &inner);
            return Flow::On;
        }
        let mut inner = here.clone();
        inner.span = command.span;
        command.words[0].raw.trim_matches('"').clone_into(&mut inner.first);
        inner.redirects.extend(command.redirects.iter().cloned());
        inner.assignments.extend(assignments);
        inner.exec = program == "exec";
        if inner.exec && !here.around.background {
            // What execs is no longer there.
            if let Some(Link::Shell(_) | Link::Script(..)) = inner.under.last() {
                inner.under.pop();
            }
        }
        let exec = inner.exec;
        self.run(argv, inner);
        if exec && !here.around.background {
            self.ended.append(&mut self.last);
            return Flow::Ended;
        }
        Flow::On
    }

    fn push(&mut self, argv: Vec<Argument>, command: &shell::Command, here: &Here, main: bool) {
        let mut here = here.clone();
        here.span = command.span;
        here.redirects.extend(command.redirects.iter().cloned());
        self.leaf(argv, here, main);
    }

    fn leaf(&mut self, argv: Vec<Argument>, here: Here, main: bool) {
        if self.chain.steps.len() >= MAX_STEPS {
            self.chain.open = true;
            return;
        }
        self.chain.steps.push(Step {
            argv,
            span: here.span,
            written: here.written,
            around: here.around,
            exec: here.exec,
            redirects: here.redirects,
            assignments: here.assignments,
            under: here.under,
            wrappers: here.wrappers,
            first: here.first,
        });
        if main {
            self.last = BTreeSet::from([self.chain.steps.len() - 1]);
        }
    }

    /// Follows one command into what it starts.
    fn run(&mut self, argv: Vec<Argument>, mut here: Here) {
        if here.depth > MAX_DEPTH {
            self.chain.open = true;
            return;
        }
        here.depth += 1;
        let Some(first) = argv.first() else { return };
        let program = name(first.text()).to_owned();
        // A script of the repository comes before what its name would mean elsewhere.
        if let Some(file) = self.locate(first.text(), &here)
            && self.follow_script(file, &argv, &here, false)
        {
            return;
        }
        if let Some(found) = wrapped(&argv) {
            here.wrappers.push(program.clone());
            if program == "env" || program == "cross-env" {
                for arg in &argv[1..found.inner] {
                    if let Some((name, value)) = arg.text().split_once('=') {
                        here.assignments.push((name.to_owned(), Fact::Known(value.to_owned())));
                    }
                }
            }
            match found.stays {
                Stays::No => {}
                Stays::Init => here.under.push(Link::Init),
                Stays::Yes => here.under.push(Link::Other(program, here.span)),
            }
            self.run(argv[found.inner..].to_vec(), here);
            return;
        }
        if shell::is_shell(&program) {
            self.run_shell(argv, here);
            return;
        }
        if matches!(program.as_str(), "." | "source") {
            match argv.get(1).and_then(|a| self.locate(a.text(), &here)) {
                Some(file) => {
                    self.follow_script(file, &argv[1..], &here, true);
                }
                None => self.leaf(argv, here, false),
            }
            return;
        }
        if matches!(program.as_str(), "su" | "runuser")
            && let Some(at) = argv.iter().position(|a| a.text() == "-c")
            && let Some(line) = argv.get(at + 1).cloned()
        {
            here.under.push(Link::Other(program, here.span));
            self.run_line(&line, here);
            return;
        }
        if self.follow_project(&program, &argv, &here) {
            return;
        }
        let builtin = matches!(
            program.as_str(),
            "echo" | "printf" | "sleep" | "wait" | "mkdir" | "chown" | "chmod" | "rm" | "kill" | "read"
        );
        self.leaf(argv, here, !builtin || self.last.is_empty());
    }

    /// `sh -c LINE`, `sh FILE`.
    fn run_shell(&mut self, argv: Vec<Argument>, mut here: Here) {
        let mut at = 1;
        while let Some(arg) = argv.get(at) {
            let text = arg.text();
            if text.starts_with('-') && text.contains('c') && !text.starts_with("--") {
                if let Some(line) = argv.get(at + 1).cloned() {
                    here.under.push(Link::Shell(here.span));
                    here.positional = argv[at + 2..].to_vec();
                    self.run_line(&line, here);
                    return;
                }
            } else if !text.starts_with('-') {
                break;
            } else if text == "-o" {
                at += 1;
            }
            at += 1;
        }
        if let Some(file) = argv.get(at).and_then(|a| self.locate(a.text(), &here))
            && self.follow_script(file, &argv[at..], &here, true)
        {
            return;
        }
        self.chain.open |= argv.get(at).is_some();
        self.leaf(argv, here, true);
    }

    /// A line that a shell reads, given as one word.
    fn run_line(&mut self, line: &Argument, mut here: Here) {
        let Some(text) = line.value.text() else {
            self.chain.open = true;
            // The text as written still shows most commands.
            let script = shell::parse(&self.spliced(&line.raw, line.span));
            here.exec = false;
            self.script(&script, &here);
            return;
        };
        here.exec = false;
        let script = shell::parse(&self.spliced(text, line.span));
        self.script(&script, &here);
    }

    fn spliced(&self, text: &str, span: Span) -> Spliced {
        Spliced::align(text, self.world.sources.slice(span), span)
    }

    /// The file of the repository that a command names.
    fn locate(&self, path: &str, here: &Here) -> Option<FileId> {
        let image = self.image?;
        let candidates = if path.contains('/') {
            vec![super::super::image::absolute(&here.cwd, path)]
        } else {
            ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"]
                .iter()
                .map(|folder| format!("{folder}/{path}"))
                .chain([super::super::image::absolute(&here.cwd, path)])
                .collect()
        };
        candidates.iter().find_map(|path| {
            let (file, _) = image.locate(path, self.world.sources, self.world.images)?;
            self.world.sources.find(&file)
        })
    }

    /// Goes through a shell script; false where the file is something else.
    fn follow_script(&mut self, file: FileId, argv: &[Argument], here: &Here, read: bool) -> bool {
        let text = self.world.sources.text(file);
        let first = text.lines().next().unwrap_or_default();
        let path = self.world.sources.path(file);
        let by_name = self.world.sources.file(file).kind == Kind::Script;
        let interpreter = first
            .strip_prefix("#!")
            .map(|i| i.split_whitespace().map(name).filter(|w| *w != "env" && !w.starts_with('-')).collect::<Vec<_>>());
        let is_shell = match &interpreter {
            Some(words) => words.first().is_some_and(|w| shell::is_shell(w)) || words.first() == Some(&"with-contenv"),
            None => by_name || read && !path.contains('.'),
        };
        if !is_shell {
            return false;
        }
        if self.chain.scripts.iter().any(|s| s.file == file && s.call == here.span) || here.depth > MAX_DEPTH {
            self.chain.open = true;
            return true;
        }
        let mut whole = Spliced::empty(file, 0);
        whole.push(text, 0);
        let script = shell::parse(&whole);
        let mut inner = here.clone();
        inner.written = Written::Script;
        let sourced = read
            && argv.len() <= 1
            && here.depth > 0
            && matches!(here.wrappers.last().map(String::as_str), Some("." | "source"));
        if !sourced {
            inner.under.push(Link::Script(file, here.span));
        }
        inner.exec = false;
        inner.positional = argv.to_vec();
        inner.around = Around { function: false, ..here.around };
        self.chain.scripts.push(ScriptRun {
            file,
            script: script.clone(),
            call: here.span,
            argv: argv.to_vec(),
            read,
            depth: here.under.len(),
        });
        self.script(&script, &inner);
        true
    }

    /// npm, yarn, make, foreman: what the project's own files say they run.
    fn follow_project(&mut self, program: &str, argv: &[Argument], here: &Here) -> bool {
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
            self.script(&parsed, &inner);
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
    fn follow_npx(&mut self, argv: &[Argument], here: &Here) -> bool {
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

    fn follow_make(&mut self, target: Option<&str>, argv: &[Argument], here: &Here) -> bool {
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

    fn follow_procfile(&mut self, program: &str, argv: &[Argument], here: &Here) -> bool {
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
    fn manifest(&self, ecosystem: Ecosystem, cwd: &str) -> Option<&'w Manifest> {
        let image = self.image?;
        let wanted = if ecosystem == Ecosystem::Php { "composer.json" } else { "package.json" };
        let (file, _) =
            image.locate(&format!("{}/{wanted}", cwd.trim_end_matches('/')), self.world.sources, self.world.images)?;
        let id = self.world.sources.find(&file)?;
        self.world.manifests.iter().find(|m| m.file == id)
    }

    /// What a word stands for, variables filled in as far as the environment is known.
    fn expand(&self, word: &Word, here: &Here) -> Fact<String> {
        if let Some(literal) = &word.literal {
            return Fact::Known(literal.clone());
        }
        if !word.substitutions.is_empty() {
            return Fact::Unknown;
        }
        let mut out = word.raw.replace('"', "");
        for variable in &word.variables {
            let value = match variable.name.parse::<usize>() {
                Ok(n) => here.positional.get(n).map_or(Fact::Unknown, |a| a.value.clone()),
                Err(_) => self.environment.get(&variable.name).cloned().unwrap_or(Fact::Unknown),
            };
            let text = value.into_value().or_else(|| variable.default.clone().filter(|d| !d.contains('$')));
            let Some(text) = text else { return Fact::Unknown };
            out = replace(&out, &variable.name, &text);
        }
        if out.contains('$') { Fact::Unknown } else { Fact::Assumed(out) }
    }
}

/// `while true` without a way out.
fn is_endless(condition: &[Statement], body: &[Statement]) -> bool {
    let always = matches!(condition, [Statement::Command(c)] if matches!(c.argv().as_slice(), ["true" | ":" | "/bin/true"] | ["[", "1", "]"] | ["sleep", ..]));
    let body = Script { statements: body.to_vec(), broken: false };
    always && !body.commands().iter().any(|c| matches!(c.program(), Some("break" | "exit" | "exec" | "return")))
}

/// The folder that `--prefix`, `--cwd` or `-C` names, else the one the command runs in.
fn argv_folder(argv: &[Argument], here: &Here) -> String {
    let named = argv
        .iter()
        .position(|a| matches!(a.text(), "--prefix" | "--cwd" | "-C" | "--dir"))
        .and_then(|n| argv.get(n + 1));
    named.map_or_else(|| here.cwd.clone(), |a| super::super::image::absolute(&here.cwd, a.text()))
}

/// Puts `value` where `$name` or `${name…}` stands.
fn replace(text: &str, name: &str, value: &str) -> String {
    let plain = format!("${name}");
    let braced = format!("${{{name}");
    if let Some(at) = text.find(&braced) {
        let end = text[at..].find('}').map_or(text.len(), |n| at + n + 1);
        return format!("{}{value}{}", &text[..at], &text[end..]);
    }
    text.replacen(&plain, value, 1)
}
