//! Dockerfile text → instructions and stages with spans, by BuildKit's line rules; after an error it goes on with the
//! next instruction.

mod expand;
mod flag;
mod heredoc;
mod instruction;
mod lines;
mod pattern;
mod words;

pub use expand::Environment;
pub use pattern::IgnoreFile;

use super::shell;
use super::spliced::Spliced;
use crate::source::{At, FileId, Span};

/// A parsed Dockerfile.
#[derive(Debug)]
pub struct Dockerfile {
    pub file: FileId,
    pub instructions: Vec<Instruction>,
    pub stages: Vec<Stage>,
    /// The character that escapes: `\`, or a backtick by directive.
    pub escape: char,
    pub comments: Vec<Span>,
    /// Why BuildKit refuses the file.
    pub errors: Vec<At<String>>,
}

/// One `FROM` and what follows it.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The name behind `AS`, in lower case.
    pub name: Option<At<String>>,
    /// The base as written.
    pub base: At<String>,
    /// The earlier stage that `base` names.
    pub parent: Option<usize>,
    /// Indices into [`Dockerfile::instructions`], the `FROM` first.
    pub instructions: std::ops::Range<usize>,
}

#[derive(Debug, Clone)]
pub struct Instruction {
    /// From the keyword to the last byte, heredocs included.
    pub span: Span,
    /// In lower case.
    pub keyword: At<String>,
    pub flags: Vec<Flag>,
    pub body: Body,
}

/// `--name` or `--name=value`.
#[derive(Debug, Clone)]
pub struct Flag {
    pub name: String,
    pub value: Option<String>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum Body {
    From {
        image: At<String>,
        name: Option<At<String>>,
    },
    Arg(Vec<Pair>),
    Env(Vec<Pair>),
    Label(Vec<Pair>),
    Run(Command),
    Cmd(Command),
    Entrypoint(Command),
    Shell(Vec<At<String>>),
    /// `COPY` and `ADD`.
    Copy {
        sources: Vec<At<String>>,
        target: At<String>,
        heredocs: Vec<Heredoc>,
    },
    Expose(Vec<At<String>>),
    Volume(Vec<At<String>>),
    User(At<String>),
    Workdir(At<String>),
    StopSignal(At<String>),
    Healthcheck(Option<Command>),
    OnBuild(Box<Instruction>),
    Maintainer(At<String>),
    /// Refused: the error says why.
    Invalid,
}

/// `NAME=value`; an `ARG` may have no value.
#[derive(Debug, Clone)]
pub struct Pair {
    pub name: At<String>,
    /// As written, quotes and variables included.
    pub value: Option<At<String>>,
}

/// What `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK CMD` hold.
#[derive(Debug, Clone)]
pub struct Command {
    pub span: Span,
    pub form: Form,
    pub heredocs: Vec<Heredoc>,
}

#[derive(Debug, Clone)]
pub enum Form {
    /// A JSON array: the words are the program's.
    Exec(Vec<At<String>>),
    /// A line that a shell reads.
    Shell(Spliced),
}

#[derive(Debug, Clone)]
pub struct Heredoc {
    pub name: String,
    /// Variables in it are expanded: its name was not quoted.
    pub expand: bool,
    /// `<<-`: leading tabs are cut.
    pub chomp: bool,
    pub content: Spliced,
}

impl Instruction {
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    #[must_use]
    pub fn flag_value(&self, name: &str) -> Option<&str> {
        self.flag(name)?.value.as_deref()
    }
}

impl Command {
    /// The shell script it is; nothing for the exec form. A `RUN <<EOF` alone runs the heredoc.
    #[must_use]
    pub fn script(&self) -> Option<shell::Script> {
        let Form::Shell(line) = &self.form else { return None };
        if let [only] = self.heredocs.as_slice()
            && line.text.trim_start().starts_with("<<")
            && line.text.split_whitespace().count() == 1
        {
            return Some(shell::parse(&only.content));
        }
        let mut script = shell::parse(line);
        // `RUN sh <<EOF` and the like: what the heredocs hold runs too when their reader is a shell.
        if !self.heredocs.is_empty() && script.commands().first().is_some_and(|c| c.is_shell()) {
            for heredoc in &self.heredocs {
                script.append(shell::parse(&heredoc.content));
            }
        }
        Some(script)
    }
}

impl Dockerfile {
    #[must_use]
    pub fn stage(&self, index: usize) -> &[Instruction] {
        &self.instructions[self.stages[index].instructions.clone()]
    }

    /// The instructions before the first `FROM`.
    #[must_use]
    pub fn preamble(&self) -> &[Instruction] {
        let end = self.stages.first().map_or(self.instructions.len(), |stage| stage.instructions.start);
        &self.instructions[..end]
    }

    /// The stage that `reference` names: a stage's name, or its number.
    #[must_use]
    pub fn find_stage(&self, reference: &str, before: usize) -> Option<usize> {
        stage_named(&self.stages[..before.min(self.stages.len())], reference)
            .or_else(|| reference.parse().ok().filter(|&n: &usize| n < before))
    }

    /// The stage and those it is built on, the first base first.
    #[must_use]
    pub fn lineage(&self, stage: usize) -> Vec<usize> {
        let mut line = vec![stage];
        while let Some(parent) = line.last().and_then(|&s| self.stages[s].parent) {
            line.push(parent);
        }
        line.reverse();
        line
    }

    /// The instructions that make a stage: those of the stages that it is built on, then its own.
    pub fn instructions_of(&self, stage: usize) -> impl Iterator<Item = &Instruction> {
        self.lineage(stage).into_iter().flat_map(|part| self.stage(part))
    }
}

/// Parses a Dockerfile.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Dockerfile {
    let lines::Lines { logical, escape, comments, mut errors } = lines::split(file, text);
    let mut instructions = Vec::new();
    for line in &logical {
        instructions.push(instruction::parse(line, escape, &mut errors));
    }
    let stages = stages(&instructions, &mut errors);
    if stages.is_empty() && errors.is_empty() {
        let at = Span::new(file, 0, text.lines().next().map_or(0, str::len));
        errors.push(At::new("the file has no `FROM`: nothing can be built from it".into(), at));
    }
    errors.sort_by_key(|e| e.span);
    let mut dockerfile = Dockerfile { file, instructions, stages, escape, comments, errors };
    // A stage may be named through an argument: `FROM ${BASE}`.
    let global = Environment::global(&dockerfile);
    for index in 0..dockerfile.stages.len() {
        let base = &dockerfile.stages[index].base.value;
        if base.contains('$')
            && let Some(name) = global.expand(base, escape).into_value()
        {
            dockerfile.stages[index].parent = stage_named(&dockerfile.stages[..index], &name);
        }
    }
    dockerfile
}

/// The last stage of a name, which BuildKit compares without case.
fn stage_named(stages: &[Stage], name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    stages.iter().rposition(|stage| stage.name.as_ref().is_some_and(|n| n.value == name))
}

fn stages(instructions: &[Instruction], errors: &mut Vec<At<String>>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for (index, instruction) in instructions.iter().enumerate() {
        if let Some(stage) = stages.last_mut() {
            stage.instructions.end = index;
        }
        match &instruction.body {
            Body::From { image, name } => {
                stages.push(Stage {
                    name: name.clone(),
                    base: image.clone(),
                    parent: stage_named(&stages, &image.value),
                    instructions: index..instructions.len(),
                });
            }
            Body::Arg(_) | Body::Invalid => {}
            _ if stages.is_empty() => {
                let message = format!("`{}` stands before the first `FROM`", instruction.keyword.value.to_uppercase());
                errors.push(At::new(message, instruction.keyword.span));
            }
            _ => {}
        }
    }
    if let Some(stage) = stages.last_mut() {
        stage.instructions.end = instructions.len();
    }
    stages
}
