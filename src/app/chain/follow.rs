//! Goes from a command to what it starts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Chain, Link, Written};
use crate::app::image::{Image, glob};
use crate::fact::Fact;
use crate::source::{Sources, Span};
use crate::stack::Argument;
use crate::syntax::manifest::Manifest;
use crate::syntax::shell::{self, Around, Redirect, Script, Statement, Word};
use crate::syntax::spliced::Spliced;

/// How far a chain is followed.
pub(super) const MAX_DEPTH: usize = 16;
pub(super) const MAX_STEPS: usize = 500;
pub(super) const MAX_WORK: usize = 5000;
/// Words of a command: `set -- "$@" "$@"` doubles them with every line.
pub(super) const MAX_WORDS: usize = 1000;

/// What a chain can lead through.
pub struct World<'w> {
    pub sources: &'w Sources,
    pub manifests: &'w [Manifest],
    pub images: &'w [Image],
}

/// Where a command stands on the way.
#[derive(Clone)]
pub(super) struct Here {
    pub(super) around: Around,
    pub(super) written: Written,
    pub(super) under: Vec<Link>,
    pub(super) wrappers: Vec<String>,
    /// The folder of the image that it runs in.
    pub(super) cwd: String,
    pub(super) depth: usize,
    pub(super) exec: bool,
    pub(super) redirects: Vec<Redirect>,
    pub(super) assignments: Vec<(String, Fact<String>)>,
    /// `$1` … of the script that it stands in.
    pub(super) positional: Vec<Argument>,
    pub(super) span: Span,
    /// The command's first word as written.
    pub(super) first: String,
    /// The line that starts it.
    pub(super) line: Span,
    /// The statement in the background that it belongs to.
    pub(super) backgrounded: Option<Span>,
}

pub(super) struct Tracer<'w> {
    pub(super) world: &'w World<'w>,
    pub(super) image: Option<&'w Image>,
    pub(super) environment: BTreeMap<String, Fact<String>>,
    pub(super) functions: BTreeMap<String, Vec<Statement>>,
    pub(super) chain: Chain,
    /// The steps that the ways through the script so far end with.
    pub(super) last: BTreeSet<usize>,
    /// The mains of ways that have ended by `exec`.
    pub(super) ended: BTreeSet<usize>,
    /// Commands looked at: a script that calls itself must come to an end.
    pub(super) work: usize,
}

/// Whether a list of statements goes on behind its end.
#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) enum Flow {
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

    pub(super) fn here(&self, span: Span, written: Written) -> Here {
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
            line: span,
            backgrounded: None,
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

    pub(super) fn script(&mut self, script: &Script, here: &Here) -> Flow {
        self.chain.open |= script.broken;
        self.list(&script.statements, here)
    }

    pub(super) fn list(&mut self, statements: &[Statement], here: &Here) -> Flow {
        let mut here = here.clone();
        for statement in statements {
            if self.statement(statement, &mut here) == Flow::Ended {
                return Flow::Ended;
            }
        }
        Flow::On
    }

    pub(super) fn statement(&mut self, statement: &Statement, here: &mut Here) -> Flow {
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
                let ended = self.ended.clone();
                let mut first = None;
                for part in parts {
                    self.last.clone_from(&before);
                    self.statement(part, &mut inner.clone());
                    first.get_or_insert_with(|| self.last.clone());
                }
                self.last = first.unwrap_or(before);
                // What execs in a pipe has only replaced its own subshell.
                self.last.extend(std::mem::replace(&mut self.ended, ended));
                Flow::On
            }
            Statement::And(left, right) => {
                if left.is_test() {
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
                let before = (self.last.clone(), self.ended.clone());
                let mut around = inside(here, |a| a.background = true);
                around.exec = false;
                let whole = Script { statements: vec![inner.as_ref().clone()], broken: false };
                around.backgrounded = here.backgrounded.or_else(|| whole.commands().first().map(|c| c.span));
                self.statement(inner, &mut around);
                (self.last, self.ended) = before;
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
                    match self.decided(condition, here) {
                        // What went before it may have been taken instead.
                        Some(true) if ends.is_empty() || ends == before => {
                            self.last = before;
                            return self.list(body, here);
                        }
                        Some(false) => continue,
                        _ => {}
                    }
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
            Statement::Case { subject, arms } => {
                // What is told decides which way is taken.
                if let Some(arm) = self.chosen(subject, arms, here) {
                    return self.list(arm, here);
                }
                let before = self.last.clone();
                let mut ends = before.clone();
                for (_, arm) in arms {
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
}

impl Tracer<'_> {
    /// Whether `[ A = B ]` holds, where both are known.
    fn decided(&self, condition: &[Statement], here: &Here) -> Option<bool> {
        let [Statement::Command(command)] = condition else { return None };
        let [test, left, operator, right, rest @ ..] = command.words.as_slice() else { return None };
        let plain = match test.raw.as_str() {
            "[" | "[[" => rest.len() == 1,
            "test" => rest.is_empty(),
            _ => false,
        };
        let text = |word: &Word| self.expand(word, here).into_value().filter(|_| plain);
        let (left, right) = (text(left)?, text(right)?);
        let same = left == right || operator.raw == "==" && glob(&right, &left);
        match operator.raw.as_str() {
            "=" | "==" => Some(same),
            "!=" => Some(!same),
            _ => None,
        }
    }

    /// The arm that a `case` takes, an empty one where none fits; nothing where that is not known.
    fn chosen<'s>(
        &self,
        subject: &Word,
        arms: &'s [(Vec<String>, Vec<Statement>)],
        here: &Here,
    ) -> Option<&'s [Statement]> {
        let whole = matches!(subject.raw.trim_matches('"'), "$@" | "$*" | "${@}" | "${*}");
        let text = if whole {
            let words: Option<Vec<&str>> = here.positional.iter().skip(1).map(|a| a.value.text()).collect();
            words.filter(|words| !words.is_empty())?.join(" ")
        } else {
            self.expand(subject, here).into_value()?
        };
        for (patterns, arm) in arms {
            if patterns.iter().any(|p| p.contains(['$', '`', '['])) {
                return None;
            }
            let fits = |pattern: &String| pattern == "*" || *pattern == text || glob(pattern, &text);
            if patterns.iter().any(fits) {
                return Some(arm);
            }
        }
        Some(&[])
    }
}

/// `while true` without a way out.
fn is_endless(condition: &[Statement], body: &[Statement]) -> bool {
    let always = matches!(condition, [Statement::Command(c)] if matches!(c.argv().as_slice(), ["true" | ":" | "/bin/true"] | ["[", "1", "]"] | ["sleep", ..]));
    let body = Script { statements: body.to_vec(), broken: false };
    always && !body.commands().iter().any(|c| matches!(c.program(), Some("break" | "exit" | "exec" | "return")))
}
