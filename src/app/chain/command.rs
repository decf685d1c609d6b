//! One command of a script: builtins, assignments, functions, variables; then what it starts.

use std::collections::BTreeSet;

use super::follow::{Flow, Here, MAX_DEPTH, MAX_STEPS, MAX_WORDS, MAX_WORK, Tracer};
use super::{Link, Step};
use crate::app::image::absolute;
use crate::fact::Fact;
use crate::stack::Argument;
use crate::syntax::MAX_EXPANDED;
use crate::syntax::shell::{self, Word};

impl Tracer<'_> {
    pub(super) fn command(&mut self, command: &shell::Command, here: &mut Here) -> Flow {
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
        if argv.len() > MAX_WORDS {
            self.chain.open = true;
            argv.truncate(MAX_WORDS);
        }
        // `exec "$@"` of a script that is given nothing: what starts is known only where it is given something.
        let given = command.words.iter().any(|w| w.raw.contains("$@") || w.raw.contains("$*") || w.raw == "\"${@}\"");
        if given && argv.iter().all(|a| a.text() == "exec") {
            self.chain.open = true;
            self.last.clear();
            return if argv.is_empty() { Flow::On } else { Flow::Ended };
        }
        let Some(first) = argv.first() else { return Flow::On };
        let program = first.text().to_owned();
        match program.as_str() {
            "cd" => {
                if let Some(to) = argv.get(1).and_then(|a| a.value.text()) {
                    here.cwd = absolute(&here.cwd, to);
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
        inner.line = command.span;
        // What `"$@"` starts is written where the arguments are.
        let (from, to) = (argv.iter().find(|a| a.text() != "exec").map(|a| a.span), argv.last().map(|a| a.span));
        if let (true, Some(from), Some(to)) = (given, from, to) {
            inner.span = if from.file == to.file && from.start <= to.start { from.to(to) } else { from };
        }
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

    pub(super) fn push(&mut self, argv: Vec<Argument>, command: &shell::Command, here: &Here, main: bool) {
        let mut here = here.clone();
        here.span = command.span;
        here.line = command.span;
        here.redirects.extend(command.redirects.iter().cloned());
        self.leaf(argv, here, main);
    }

    pub(super) fn leaf(&mut self, argv: Vec<Argument>, here: Here, main: bool) {
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
            line: here.line,
            backgrounded: here.backgrounded,
        });
        if main {
            self.last = BTreeSet::from([self.chain.steps.len() - 1]);
        }
    }

    /// What a word stands for, variables filled in as far as the environment is known.
    pub(super) fn expand(&self, word: &Word, here: &Here) -> Fact<String> {
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
            if out.len() > MAX_EXPANDED {
                return Fact::Unknown;
            }
        }
        if out.contains('$') { Fact::Unknown } else { Fact::Assumed(out) }
    }
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
