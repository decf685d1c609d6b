//! Shell text → commands with words, redirections and the structure around them, by the POSIX grammar and what bash
//! adds to it.

mod compound;
mod grammar;
mod word;

use super::spliced::Spliced;
use crate::source::Span;

/// A list of statements.
#[derive(Debug, Clone, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// A part could not be read: what is missing is unknown, not absent.
    pub broken: bool,
}

#[derive(Debug, Clone)]
pub enum Statement {
    Command(Command),
    /// `a | b`
    Pipeline(Vec<Self>),
    /// `a && b`
    And(Box<Self>, Box<Self>),
    /// `a || b`
    Or(Box<Self>, Box<Self>),
    /// `a &`
    Background(Box<Self>),
    /// `{ …; }`, with the redirections behind it.
    Group(Vec<Self>, Vec<Redirect>),
    /// `( … )`
    Subshell(Vec<Self>, Vec<Redirect>),
    If {
        branches: Vec<(Vec<Self>, Vec<Self>)>,
        otherwise: Vec<Self>,
    },
    /// `while`, `until`, `for` and `select`; `condition` is empty for the last two.
    Loop {
        condition: Vec<Self>,
        body: Vec<Self>,
        span: Span,
    },
    Case {
        subject: Word,
        /// Each with its patterns, as written but for quotes.
        arms: Vec<(Vec<String>, Vec<Self>)>,
    },
    Function {
        name: String,
        body: Vec<Self>,
    },
}

impl Statement {
    /// `[ … ]`, `[[ … ]]`, `test …`: what stands in front of `&&` as a condition.
    #[must_use]
    pub fn is_test(&self) -> bool {
        match self {
            Self::Command(command) => {
                matches!(command.program(), Some("[" | "[[" | "test" | "command" | "which" | "grep"))
            }
            Self::And(left, right) | Self::Or(left, right) => left.is_test() || right.is_test(),
            _ => false,
        }
    }
}

/// A simple command: assignments, words and redirections.
#[derive(Debug, Clone)]
pub struct Command {
    pub span: Span,
    pub assignments: Vec<Assignment>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
}

#[derive(Debug, Clone)]
pub struct Assignment {
    pub name: String,
    pub value: Word,
}

/// One word of a command.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// As written.
    pub raw: String,
    /// Without quotes; nothing where it holds a variable or substitution.
    pub literal: Option<String>,
    /// What variables it names.
    pub variables: Vec<Variable>,
    pub substitutions: Vec<Script>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// `${NAME:-default}`, unquoted.
    pub default: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Redirect {
    /// The descriptor in front of it, or the operator's own: 1 for `>`, 0 for `<`; both outputs for `&>`.
    pub fd: Option<u32>,
    pub op: String,
    pub target: Word,
    pub span: Span,
}

impl Word {
    /// The text that the word has, variables with a default taken at it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.literal.as_deref().unwrap_or(&self.raw)
    }
}

/// A command and what surrounds it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'s> {
    pub command: &'s Command,
    pub around: Around,
}

/// What surrounds a command on the way to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Around {
    /// Inside `if`, `case`, or behind `&&` or `||`: it may not run.
    pub conditional: bool,
    /// It is the test of an `if`, `while` or `until`.
    pub test: bool,
    pub looped: bool,
    pub background: bool,
    pub piped: bool,
    /// Only runs when its function is called.
    pub function: bool,
}

impl Command {
    /// The words as text.
    #[must_use]
    pub fn argv(&self) -> Vec<&str> {
        self.words.iter().map(Word::text).collect()
    }

    /// The program's name without its folder.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        self.words.first().map(|word| crate::source::name(word.text()))
    }

    /// Whether it starts a shell that reads its standard input.
    #[must_use]
    pub fn is_shell(&self) -> bool {
        self.words.is_empty()
            || self.program().is_some_and(is_shell) && self.words[1..].iter().all(|w| w.text().starts_with('-'))
    }
}

/// Whether a program is a shell, by its name.
#[must_use]
pub fn is_shell(program: &str) -> bool {
    matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}

impl Script {
    /// Every command, those of functions included, in the order they are written.
    #[must_use]
    pub fn commands(&self) -> Vec<&Command> {
        self.steps().into_iter().map(|step| step.command).collect()
    }

    /// Every command with what surrounds it.
    #[must_use]
    pub fn steps(&self) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        walk(&self.statements, Around::default(), &mut steps);
        steps
    }

    /// Adds what another script runs after this one.
    pub fn append(&mut self, other: Self) {
        self.statements.extend(other.statements);
        self.broken |= other.broken;
    }

    /// The one command it is; nothing where it is more, or none.
    #[must_use]
    pub fn single(&self) -> Option<&Command> {
        match self.statements.as_slice() {
            [Statement::Command(command)] if !self.broken => Some(command),
            _ => None,
        }
    }
}

fn walk<'s>(statements: &'s [Statement], around: Around, steps: &mut Vec<Step<'s>>) {
    for statement in statements {
        visit(statement, around, steps);
    }
}

fn visit<'s>(statement: &'s Statement, around: Around, steps: &mut Vec<Step<'s>>) {
    match statement {
        Statement::Command(command) => steps.push(Step { command, around }),
        Statement::Pipeline(parts) => walk(parts, Around { piped: true, ..around }, steps),
        Statement::And(left, right) | Statement::Or(left, right) => {
            visit(left, around, steps);
            // `a && b` is how people write "a, then b": only `||` makes the right side an alternative.
            let conditional = around.conditional || matches!(statement, Statement::Or(..)) || left.is_test();
            visit(right, Around { conditional, ..around }, steps);
        }
        Statement::Background(inner) => visit(inner, Around { background: true, ..around }, steps),
        Statement::Group(body, _) | Statement::Subshell(body, _) => walk(body, around, steps),
        Statement::If { branches, otherwise } => {
            let inside = Around { conditional: true, ..around };
            for (condition, body) in branches {
                walk(condition, Around { test: true, ..around }, steps);
                walk(body, inside, steps);
            }
            walk(otherwise, inside, steps);
        }
        Statement::Loop { condition, body, .. } => {
            walk(condition, Around { test: true, looped: true, ..around }, steps);
            walk(body, Around { looped: true, ..around }, steps);
        }
        Statement::Case { arms, .. } => {
            for (_, arm) in arms {
                walk(arm, Around { conditional: true, ..around }, steps);
            }
        }
        Statement::Function { body, .. } => walk(body, Around { function: true, ..around }, steps),
    }
}

/// Parses a shell text.
#[must_use]
pub fn parse(text: &Spliced) -> Script {
    grammar::Parser::new(text, 0, text.text.len()).script()
}
