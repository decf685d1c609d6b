//! twelvelint: a whole app in, the truth about its deploy out.
//!
//! discover → parse → assemble → check → settle → verdict → report. A module imports only from those named before it:
//! source, fact, spelling, violation, error, syntax, config, discover, stack, code, app, rules, finding, settle, gate, report,
//! cli.

pub mod app;
pub mod cli;
pub mod code;
pub mod config;
pub mod discover;
pub mod error;
pub mod example;
pub mod fact;
pub mod finding;
pub mod gate;
pub mod report;
pub mod rules;
pub mod settle;
pub mod source;
pub mod spelling;
pub mod stack;
pub mod syntax;
pub mod violation;

use std::collections::BTreeMap;

use app::App;
use config::Config;
use discover::{History, Request};
use error::Error;
use finding::Finding;
use gate::Verdict;
use source::{Sources, Tracking};
use stack::Environment;

/// Everything that a run has found out.
pub struct Outcome {
    pub sources: Sources,
    pub app: App,
    pub findings: Vec<Finding>,
    pub verdict: Verdict,
}

/// Where the files come from.
pub enum Input {
    Found(Sources, History),
    /// Path → content and what git thinks of it.
    Memory(BTreeMap<String, (Vec<u8>, Tracking)>),
}

/// The program in one function: from a request to all that is to be said.
///
/// # Errors
/// When what is asked for cannot be looked at.
pub fn run(request: &Request, config: &Config, environment: &Environment) -> Result<Outcome, Error> {
    let (sources, history) = discover::discover(request, config)?;
    Ok(judge_with(Input::Found(sources, history), config, environment))
}

/// Judges files that are there already.
#[must_use]
pub fn judge(input: Input, config: &Config) -> Outcome {
    judge_with(input, config, &Environment::default())
}

fn judge_with(input: Input, config: &Config, environment: &Environment) -> Outcome {
    let (sources, history) = match input {
        Input::Found(sources, history) => (sources, history),
        Input::Memory(files) => discover::in_memory(files),
    };
    let (documents, unread) = syntax::parse(&sources);
    let app = App::assemble(documents, unread, history, &sources, config, environment);
    let mut rulings = rules::check(&app, &sources, config);
    let findings = settle::settle(&mut rulings, &app, &sources, config);
    let verdict = gate::verdict(&findings, &rulings, config);
    Outcome { sources, app, findings, verdict }
}
