//! The healthcheck in force: what it runs, and which ports it asks.

use super::Deployed;
use super::image::{Health, Image};
use crate::source::{Sources, Span};
use crate::syntax::dockerfile::{Command, Form};
use crate::syntax::shell::{self, Script};
use crate::syntax::spliced::Spliced;

/// A healthcheck.
#[derive(Debug)]
pub struct Probe {
    /// Where its command is written.
    pub span: Span,
    /// The words of each command, as far as they are literal.
    pub commands: Vec<Vec<String>>,
    /// What a shell reads; nothing for the exec form.
    pub script: Option<Script>,
    /// The text as written.
    pub text: String,
    /// Nothing in it depends on a variable.
    pub literal: bool,
}

/// Whether there is a healthcheck.
#[derive(Debug)]
pub enum Presence {
    Probe(Probe),
    /// Turned off, or of a form that the engine never runs.
    None,
    /// The base or a third party's image decides, and is not known.
    Unknown,
}

impl Probe {
    /// A probe of a Dockerfile.
    #[must_use]
    pub fn of_command(command: &Command) -> Self {
        match &command.form {
            Form::Exec(words) => Self::exec(words.iter().map(|w| w.value.clone()).collect(), command.span),
            Form::Shell(line) => Self::shell(line, command.span),
        }
    }

    fn exec(words: Vec<String>, span: Span) -> Self {
        // `["CMD", "sh", "-c", "…"]` is a shell's as well.
        if words.len() >= 3
            && shell::is_shell(crate::source::name(&words[0]))
            && words[1].starts_with('-')
            && words[1].contains('c')
        {
            let inner =
                Spliced::align(&words[2], &words[2], Span { file: span.file, start: span.start, end: span.end });
            let mut probe = Self::shell(&inner, span);
            probe.commands.insert(0, words);
            return probe;
        }
        Self {
            span,
            literal: !words.iter().any(|w| w.contains('$')),
            text: words.join(" "),
            commands: vec![words],
            script: None,
        }
    }

    fn shell(line: &Spliced, span: Span) -> Self {
        let script = shell::parse(line);
        let commands =
            script.commands().iter().map(|c| c.words.iter().map(|w| w.text().to_owned()).collect()).collect();
        Self {
            span,
            commands,
            literal: !line.text.contains('$') && !script.broken,
            text: line.text.clone(),
            script: Some(script),
        }
    }

    /// The ports of its own task that it asks; nothing where one of them is not known.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        let mut ports = Vec::new();
        for words in &self.commands {
            let program = words.first().map_or("", |w| crate::source::name(w));
            let option = |names: &[&str]| {
                words
                    .iter()
                    .position(|w| names.contains(&w.as_str()))
                    .and_then(|at| words.get(at + 1))
                    .and_then(|w| w.parse::<u16>().ok())
            };
            match program {
                "curl" | "wget" | "http" => ports.extend(words[1..].iter().filter_map(|w| url_port(w))),
                "nc" | "ncat" | "netcat" => {
                    let plain: Vec<&String> = words[1..].iter().filter(|w| !w.starts_with('-')).collect();
                    if let [.., host, port] = plain.as_slice()
                        && is_self(host)
                    {
                        ports.extend(port.parse::<u16>().ok());
                    }
                }
                "pg_isready" | "redis-cli" | "psql" => ports.extend(option(&["-p", "--port"])),
                "mysqladmin" | "mariadb-admin" | "mysql" => ports.extend(option(&["-P", "--port"])),
                _ => {}
            }
        }
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}

impl Probe {
    /// The hosts that it asks by name: not the task itself.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts = Vec::new();
        for command in &self.commands {
            for (at, word) in command.iter().enumerate() {
                let word = word.trim_matches(['"', '\'']);
                let host = match word.split_once("://") {
                    Some(("http" | "https", rest)) => rest.split(['/', '?', '#']).next().unwrap_or_default(),
                    Some(_) => continue,
                    None if at > 0 && matches!(command[at - 1].as_str(), "-h" | "--host" | "-H") => word,
                    None if word.starts_with("--host=") => &word["--host=".len()..],
                    None if at + 2 == command.len()
                        && matches!(crate::source::name(&command[0]), "nc" | "ncat" | "netcat")
                        && at > 0 =>
                    {
                        word
                    }
                    None => continue,
                };
                let host = host.rsplit('@').next().unwrap_or_default();
                let host = host.split(':').next().unwrap_or_default();
                if !host.is_empty() && !is_self(host) && !host.contains(['$', '.']) {
                    hosts.push(host.to_owned());
                }
            }
        }
        hosts.sort();
        hosts.dedup();
        hosts
    }
}

/// The port of a URL at the task itself.
fn url_port(word: &str) -> Option<u16> {
    let word = word.trim_matches(['"', '\'']);
    let (scheme, rest) = match word.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
        Some(_) => return None,
        None if is_self(word.split([':', '/']).next()?) => ("http", word),
        None => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    if authority.contains('$') {
        return None;
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if !is_self(host) {
        return None;
    }
    match port {
        Some(port) => port.parse().ok(),
        None => Some(if scheme == "https" { 443 } else { 80 }),
    }
}

fn is_self(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    matches!(host, "localhost" | "0.0.0.0" | "::1" | "::") || host.starts_with("127.")
}

/// The healthcheck that a service's tasks have.
#[must_use]
pub fn of(deployed: &Deployed<'_>, sources: &Sources) -> Presence {
    if let Some(healthcheck) = &deployed.service.healthcheck {
        if healthcheck.disabled {
            return Presence::None;
        }
        if let Some(span) = healthcheck.test_span {
            let words: Vec<String> = healthcheck.test.iter().map(|a| a.text().to_owned()).collect();
            let literal = healthcheck.test.iter().all(|a| !a.value.is_unknown());
            let mut probe = match words.first().map(String::as_str) {
                Some("CMD-SHELL") if words.len() > 1 => {
                    let last = &healthcheck.test[1];
                    // `$$` of the file is the `$` that the shell sees.
                    Probe::shell(
                        &Spliced::align(&last.text().replace("$$", "$"), sources.slice(last.span), last.span),
                        span,
                    )
                }
                Some("CMD") => Probe::exec(words[1..].to_vec(), span),
                _ => return Presence::None,
            };
            probe.literal &= literal;
            return Presence::Probe(probe);
        }
    }
    match deployed.image {
        Some(image) => of_image(image),
        None => match deployed.process.known.and_then(|k| k.healthcheck) {
            Some(false) => Presence::None,
            _ => Presence::Unknown,
        },
    }
}

/// The healthcheck that an image has.
#[must_use]
pub fn of_image(image: &Image) -> Presence {
    match &image.healthcheck {
        Health::Probe(command) => Presence::Probe(Probe::of_command(command)),
        Health::Disabled(_) => Presence::None,
        Health::Inherited if image.base.is_scratch() => Presence::None,
        Health::Inherited => match image.base.known.and_then(|k| k.healthcheck) {
            Some(false) => Presence::None,
            _ => Presence::Unknown,
        },
    }
}
