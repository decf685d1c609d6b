//! From a command to the program or script that it starts: wrappers, shells, scripts of the repository.

use super::follow::{Here, MAX_DEPTH, Tracer};
use super::wrapper::{Stays, wrapped};
use super::{Link, ScriptRun, Written};
use crate::app::image::absolute;
use crate::fact::Fact;
use crate::source::{FileId, Kind, Span, name};
use crate::stack::Argument;
use crate::syntax::shell::{self, Around};
use crate::syntax::spliced::Spliced;

impl Tracer<'_> {
    /// Follows one command into what it starts.
    pub(super) fn run(&mut self, argv: Vec<Argument>, mut here: Here) {
        if here.depth > MAX_DEPTH {
            self.chain.open = true;
            return;
        }
        here.depth += 1;
        let Some(first) = argv.first() else { return };
        let program = name(first.text()).to_owned();
        // A script of the repository comes before what its name would mean elsewhere.
        if !matches!(first.text(), "." | "source")
            && let Some(file) = self.locate(first.text(), &here)
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
    pub(super) fn run_shell(&mut self, argv: Vec<Argument>, mut here: Here) {
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
    pub(super) fn run_line(&mut self, line: &Argument, mut here: Here) {
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

    pub(super) fn spliced(&self, text: &str, span: Span) -> Spliced {
        Spliced::align(text, self.world.sources.slice(span), span)
    }

    /// The file of the repository that a command names.
    pub(super) fn locate(&self, path: &str, here: &Here) -> Option<FileId> {
        let image = self.image?;
        if matches!(name(path), "" | "." | "..") {
            return None;
        }
        let candidates = if path.contains('/') {
            vec![absolute(&here.cwd, path)]
        } else {
            ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"]
                .iter()
                .map(|folder| format!("{folder}/{path}"))
                .chain([absolute(&here.cwd, path)])
                .collect()
        };
        candidates.iter().find_map(|path| {
            let (file, _) = image.locate(path, self.world.sources, self.world.images)?;
            self.world.sources.find(&file)
        })
    }

    /// Goes through a shell script; false where the file is something else.
    pub(super) fn follow_script(&mut self, file: FileId, argv: &[Argument], here: &Here, read: bool) -> bool {
        let text = self.world.sources.text(file);
        let first = text.lines().next().unwrap_or_default();
        let path = self.world.sources.path(file);
        let by_name = self.world.sources.file(file).kind == Kind::Script;
        let interpreter = first.strip_prefix("#!").map(|i| {
            i.split_whitespace()
                .map(name)
                .filter(|w| !matches!(*w, "env" | "dumb-init" | "tini" | "catatonit") && !w.starts_with('-'))
                .collect::<Vec<_>>()
        });
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
        inner.wrappers.clear();
        inner.positional = argv.to_vec();
        inner.around = Around { function: false, ..here.around };
        self.chain.scripts.push(ScriptRun {
            file,
            script: script.clone(),
            call: here.span,
            argv: argv.to_vec(),
            read,
            depth: here.under.iter().filter(|link| **link != Link::Init).count(),
        });
        self.script(&script, &inner);
        true
    }
}
