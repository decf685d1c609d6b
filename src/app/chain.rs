//! The start chain: what really runs when a task starts, followed through stack, Dockerfile, scripts, package.json,
//! Procfile and Makefile, each step with its place.

mod command;
mod follow;
mod lead;
mod project;
mod wrapper;

use std::collections::BTreeMap;

use super::image::Image;
use crate::fact::Fact;
use crate::source::{FileId, Span};
use crate::stack::{Argument, Service};
use crate::syntax::dockerfile::{Command, Form};
use crate::syntax::shell::{self, Around, Redirect};
use crate::syntax::spliced::Spliced;

pub use follow::World;
pub use wrapper::is_wrapper;

/// Everything that a start runs, in order.
#[derive(Debug, Default)]
pub struct Chain {
    pub steps: Vec<Step>,
    /// The steps at which a start ends up: the main processes, one for each way through the scripts.
    pub mains: Vec<usize>,
    /// Scripts of the repository that it goes through, with the place of their call.
    pub scripts: Vec<ScriptRun>,
    /// A part could not be followed: what it would have shown is unknown.
    pub open: bool,
    /// Where it begins: the stack's or Dockerfile's command.
    pub origin: Option<Span>,
}

/// A script of the repository that a start runs.
#[derive(Debug)]
pub struct ScriptRun {
    pub file: FileId,
    pub script: shell::Script,
    /// Where it is called.
    pub call: Span,
    /// The arguments it is given, its own name first.
    pub argv: Vec<Argument>,
    /// It is sourced, or a shell was told to read it: its mode and first line do not matter.
    pub read: bool,
    /// Processes above it that stay alive.
    pub depth: usize,
}

/// One command.
#[derive(Debug, Clone)]
pub struct Step {
    /// Without what wraps it: `exec`, `tini --`, `gosu user`, `bundle exec` …
    pub argv: Vec<Argument>,
    pub span: Span,
    pub written: Written,
    pub around: Around,
    /// Replaces the process that starts it.
    pub exec: bool,
    pub redirects: Vec<Redirect>,
    /// Environment set in front of it.
    pub assignments: Vec<(String, Fact<String>)>,
    /// The processes above it that stay alive, the first being PID 1.
    pub under: Vec<Link>,
    /// What wraps it, outermost first.
    pub wrappers: Vec<String>,
    /// Its first word as written, which may be `$@`.
    pub first: String,
    /// The line that starts it, where `span` is that of the arguments which it is given.
    pub line: Span,
    /// The statement that is put in the background, with it in it.
    pub backgrounded: Option<Span>,
}

/// Where a step is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    Stack,
    Dockerfile,
    Script,
    Package,
    Procfile,
    Makefile,
}

/// A process that stays above another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The shell of a shell-form command, or of `sh -c`.
    Shell(Span),
    Script(FileId, Span),
    /// npm, yarn, pnpm, composer …
    PackageManager(String, Span),
    /// A manager of several processes, or of none.
    Other(String, Span),
    /// tini, dumb-init: forwards signals.
    Init,
}

impl Step {
    /// The program without its folder.
    #[must_use]
    pub fn program(&self) -> &str {
        self.argv.first().map_or("", |a| crate::source::name(a.text()))
    }

    /// The words as far as they are known.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        self.argv.iter().map(Argument::text).collect()
    }

    /// The words behind the program.
    #[must_use]
    pub fn args(&self) -> Vec<&str> {
        self.argv.iter().skip(1).map(Argument::text).collect()
    }

    #[must_use]
    pub fn has(&self, arg: &str) -> bool {
        self.argv.iter().any(|a| a.text() == arg)
    }

    /// The value of `--name value`, `--name=value` or `-nvalue`.
    #[must_use]
    pub fn option(&self, names: &[&str]) -> Option<&Argument> {
        self.argv
            .iter()
            .enumerate()
            .find_map(|(at, arg)| names.contains(&arg.text()).then(|| self.argv.get(at + 1)).flatten())
    }

    /// The value of an option, in whichever form it is given.
    #[must_use]
    pub fn option_text(&self, names: &[&str]) -> Option<String> {
        if let Some(arg) = self.option(names) {
            return Some(arg.text().to_owned());
        }
        self.argv.iter().find_map(|arg| {
            names.iter().find_map(|name| {
                let rest = arg.text().strip_prefix(name)?;
                if name.starts_with("--") {
                    rest.strip_prefix('=').map(str::to_owned)
                } else {
                    (!rest.is_empty()).then(|| rest.trim_start_matches('=').to_owned())
                }
            })
        })
    }

    /// The words from the program on, as they are shown.
    #[must_use]
    pub fn shown(&self) -> String {
        self.words().join(" ")
    }

    /// The place of the words `from..to` of the command, else the whole of it.
    #[must_use]
    pub fn place(&self) -> Span {
        match (self.argv.first(), self.argv.last()) {
            (Some(first), Some(last)) if first.span.file == last.span.file && first.span.start <= last.span.start => {
                first.span.to(last.span)
            }
            _ => self.span,
        }
    }
}

impl Argument {
    /// The value where it is known, else as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.value.text().unwrap_or(&self.raw)
    }
}

impl Chain {
    /// The main processes.
    pub fn main_steps(&self) -> impl Iterator<Item = &Step> {
        self.mains.iter().map(|&at| &self.steps[at])
    }

    /// The one main process; nothing where there are several ways, or none is known.
    #[must_use]
    pub fn main(&self) -> Option<&Step> {
        match self.mains.as_slice() {
            [only] => self.steps.get(*only),
            _ => None,
        }
    }

    /// Every way through the start does its work and ends.
    #[must_use]
    pub fn ends(&self) -> bool {
        let ends = |step: &Step| super::command::ends(step) && !step.around.looped && !step.around.background;
        !self.open && !self.mains.is_empty() && self.main_steps().all(ends)
    }

    /// The steps that a start comes to: not those of functions that nothing calls.
    pub fn reached(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| !s.around.function)
    }
}

/// Follows what `service` starts, in `image` where its Dockerfile is known.
#[must_use]
pub fn of(
    world: &World<'_>,
    service: Option<&Service>,
    image: Option<&Image>,
    environment: &BTreeMap<String, Fact<String>>,
) -> Chain {
    let mut tracer = follow::Tracer::new(world, image, environment);
    let own_entrypoint = service.and_then(|s| s.entrypoint.clone());
    let own_command = service.and_then(|s| s.command.clone());
    let image_entrypoint = image.and_then(|i| i.entrypoint.as_ref()).filter(|_| own_entrypoint.is_none());
    // An entrypoint of the stack clears the image's CMD.
    let image_cmd = image.and_then(|i| i.cmd.as_ref()).filter(|_| own_entrypoint.is_none() && own_command.is_none());
    if let Some(Command { form: Form::Shell(line), span, .. }) = image_entrypoint {
        // A shell-form ENTRYPOINT takes no arguments.
        tracer.chain.origin = Some(*span);
        tracer.shell_form(line, *span);
        return tracer.finish();
    }
    let mut argv: Vec<Argument> = own_entrypoint.unwrap_or_default();
    let written = if argv.is_empty() && image_entrypoint.is_some() || argv.is_empty() && own_command.is_none() {
        Written::Dockerfile
    } else {
        Written::Stack
    };
    if let Some(Command { form: Form::Exec(words), .. }) = image_entrypoint {
        argv.extend(words.iter().map(known_argument));
    }
    match (own_command, image_cmd) {
        (Some(command), _) => argv.extend(command),
        (None, Some(Command { form: Form::Exec(words), .. })) => argv.extend(words.iter().map(known_argument)),
        (None, Some(Command { form: Form::Shell(line), span, .. })) => {
            if argv.is_empty() {
                tracer.chain.origin = Some(*span);
                tracer.shell_form(line, *span);
                return tracer.finish();
            }
            argv.extend(shell_words(image, line, *span));
        }
        (None, None) => {}
    }
    tracer.chain.origin = argv.first().map(|a| a.span);
    if argv.is_empty() {
        tracer.chain.open = true;
    } else {
        tracer.start(argv, written);
    }
    tracer.finish()
}

fn known_argument(word: &crate::source::At<String>) -> Argument {
    Argument { value: Fact::Known(word.value.clone()), raw: word.value.clone(), span: word.span }
}

/// What a shell-form CMD gives an exec-form ENTRYPOINT: the shell, `-c`, and the line.
fn shell_words(image: Option<&Image>, line: &Spliced, span: Span) -> Vec<Argument> {
    let shell = image.and_then(|i| i.shell.clone()).unwrap_or_else(|| vec!["/bin/sh".to_owned(), "-c".to_owned()]);
    let word = |text: String| Argument { value: Fact::Known(text.clone()), raw: text, span };
    shell.into_iter().map(word).chain([word(line.text.clone())]).collect()
}
