//! The command line: what was typed → a request and a config → a report and an exit code.

mod check;
mod config;
mod pages;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::error::Error;
use crate::report::FORMATS;
use crate::violation::{Certainty, Severity};

/// Nothing at or above the threshold was found.
const CLEAN: u8 = 0;
/// Findings at or above the threshold.
const FOUND: u8 = 1;
/// It could not be checked.
const FAILED: u8 = 2;

/// Says before a Docker Swarm deploy where an app breaks the twelve factors, and what Docker will refuse or lose.
#[derive(Parser)]
#[command(name = "twelvelint", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge an app: a folder, files of it, or `-` for standard input.
    Check(Box<CheckArgs>),
    /// Print the resolved stack as `docker stack config` does, or every reason for which docker refuses it.
    Config(ConfigArgs),
    /// Show a rule's page, or what Swarm makes of a key of the stack file.
    Explain {
        /// The rule's name, or the end of a key's path such as `deploy.replicas`.
        rule: String,
    },
    /// List every rule.
    Rules {
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
        /// Run the examples of a project's own pages instead.
        #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".twelvelint/rules")]
        test: Option<PathBuf>,
    },
    /// Print the completions for a shell.
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum ListFormat {
    Table,
    Markdown,
    Json,
}

#[derive(clap::Args)]
struct CheckArgs {
    /// Folders or files; `-` reads standard input.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,

    /// The path that standard input stands for.
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    stdin_filename: Option<PathBuf>,
    /// Judge what git's index holds, not the work tree.
    #[arg(long, help_heading = "Input")]
    staged: bool,
    /// A stack file; repeat it in the order of `docker stack deploy -c`.
    #[arg(short = 'c', long = "stack", value_name = "FILE", help_heading = "Input")]
    stacks: Vec<PathBuf>,
    /// Variables for interpolation, as the deploy has them. Docker itself never reads `.env`.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    env_file: Option<PathBuf>,
    /// Leave out paths that match.
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    exclude: Vec<String>,
    /// Judge Compose files as stacks too.
    #[arg(long, value_enum, help_heading = "Input")]
    target: Option<Target>,

    /// Only these rules or factors.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    select: Vec<String>,
    /// Without these rules or factors.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,
    /// The severity that fails the run.
    #[arg(long, value_parser = ["error", "warning", "note", "never"], help_heading = "Rules")]
    fail_on: Option<String>,
    /// Leave out findings that are less certain.
    #[arg(long, value_parser = ["guess", "likely", "certain"], help_heading = "Rules")]
    min_certainty: Option<String>,
    /// Also the rules that only a person can judge.
    #[arg(long, help_heading = "Rules")]
    pedantic: bool,
    /// Do not honour suppression comments.
    #[arg(long, help_heading = "Rules")]
    no_ignores: bool,

    /// How the findings are written.
    #[arg(long, default_value = "full", value_parser = format_names(), help_heading = "Output")]
    format: String,
    /// Also write a format to a file.
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    output: Vec<String>,
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    color: Color,
    /// Count the findings by factor and rule.
    #[arg(long, help_heading = "Output")]
    statistics: bool,
    /// Nothing but the findings.
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
    /// What was seen to be right and what could not be decided too.
    #[arg(short, long, help_heading = "Output")]
    verbose: bool,
    /// How many threads; 0: as many as there are cores.
    #[arg(long, default_value_t = 0, help_heading = "Output")]
    jobs: usize,

    /// This config file, not the nearest `.twelvelint.yml`.
    #[arg(long, value_name = "FILE", help_heading = "Config")]
    config: Option<PathBuf>,
    /// No config file.
    #[arg(long, conflicts_with = "config", help_heading = "Config")]
    isolated: bool,
    /// List the files that would be judged, and stop.
    #[arg(long, help_heading = "Config")]
    show_files: bool,
    /// Show what the config comes to, and stop.
    #[arg(long, help_heading = "Config")]
    show_config: bool,
}

#[derive(clap::Args)]
struct ConfigArgs {
    /// A stack file, or `-` for standard input; repeat it in the order of `docker stack deploy -c`.
    #[arg(short = 'c', long = "compose-file", value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Variables beside those of the environment, which win. Docker itself never reads `.env`.
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Target {
    Swarm,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum Color {
    Auto,
    Always,
    Never,
}

fn format_names() -> clap::builder::PossibleValuesParser {
    FORMATS.iter().map(|(name, _)| *name).collect::<Vec<_>>().into()
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { FAILED } else { CLEAN };
            // Nothing can be done where not even this can be written.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    // Deeply nested input is walked by recursion: more stack than the main thread has costs nothing.
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || dispatch(cli));
    let code = match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(code))) => code,
        Ok(Ok(Err(Error::Write(error)))) if error.kind() == std::io::ErrorKind::BrokenPipe => CLEAN,
        Ok(Ok(Err(error))) => {
            report(&error);
            FAILED
        }
        Ok(Err(_)) | Err(_) => FAILED,
    };
    ExitCode::from(code)
}

fn dispatch(cli: Cli) -> Result<u8, Error> {
    match cli.command {
        Command::Check(args) => check::check(&args),
        Command::Config(args) => config::config(&args),
        Command::Explain { rule } => pages::explain(&rule),
        Command::Rules { test: Some(folder), .. } => pages::test(&folder),
        Command::Rules { format, test: None } => pages::list(format),
        Command::Completions { shell } => {
            let mut command = Cli::command();
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut command, "twelvelint", &mut text);
            write(&text)?;
            Ok(CLEAN)
        }
    }
}

fn write(bytes: &[u8]) -> Result<(), Error> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Shows what the operator got wrong.
fn report(error: &Error) {
    let mut text = String::new();
    let handler =
        miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor()).with_links(false);
    if handler.render_report(&mut text, error).is_err() {
        text = error.to_string();
    }
    note(&text);
}

/// A word to the user that is no part of the report.
fn note(text: &str) {
    use std::io::Write;
    // Nothing can be done where not even this can be written.
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

fn severity(word: &str) -> Option<Severity> {
    Severity::parse(word)
}

fn certainty(word: &str) -> Certainty {
    Certainty::parse(word).unwrap_or(Certainty::Guess)
}
