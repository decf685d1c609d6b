//! What is known of the programs that apps are served and worked by: where they listen, how long they drain, when they
//! leave the foreground. Sources: the programs' own defaults (gunicorn config.py, sidekiq config.rb, celery defaults.py …).

use std::collections::BTreeMap;

use super::chain::Step;
use crate::fact::Fact;
use crate::stack::Argument;

/// A step as its program and arguments, the runner in front of a module or script taken off.
#[derive(Debug, Clone)]
pub struct Program<'s> {
    pub name: String,
    pub args: &'s [Argument],
}

impl Program<'_> {
    #[must_use]
    pub fn has(&self, words: &[&str]) -> bool {
        self.args.iter().any(|a| words.contains(&a.text()))
    }

    /// The value of `--name value`, `--name=value` or `-nvalue`, known or not.
    #[must_use]
    pub fn option(&self, names: &[&str]) -> Option<Fact<String>> {
        for (at, arg) in self.args.iter().enumerate() {
            let text = arg.text();
            if names.contains(&text) {
                return self.args.get(at + 1).map(|a| a.value.clone());
            }
            for name in names {
                let Some(rest) = text.strip_prefix(name).filter(|r| !r.is_empty()) else { continue };
                let rest =
                    if name.starts_with("--") { rest.strip_prefix('=') } else { Some(rest.trim_start_matches('=')) };
                if let Some(rest) = rest {
                    return Some(if arg.value.is_unknown() {
                        Fact::Unknown
                    } else {
                        arg.value.clone().map(|_| rest.to_owned())
                    });
                }
            }
        }
        None
    }

    /// The first word that is no option.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.args.iter().map(Argument::text).find(|a| !a.starts_with('-')).unwrap_or_default()
    }
}

/// The program that a step runs: `python -m gunicorn …` and `php artisan …` are what they run.
#[must_use]
pub fn program(step: &Step) -> Program<'_> {
    let name = step.program();
    let args = step.argv.get(1..).unwrap_or_default();
    let first = args.first().map_or("", Argument::text);
    let is_python = name.starts_with("python") || name == "pypy3";
    if is_python {
        let skip = args.iter().position(|a| !matches!(a.text(), "-u" | "-O" | "-OO" | "-B" | "-I")).unwrap_or(0);
        let rest = &args[skip..];
        match rest.first().map(Argument::text) {
            Some("-m") if rest.len() > 1 => return Program { name: rest[1].text().to_owned(), args: &rest[2..] },
            Some(script) if script.ends_with("manage.py") => {
                return Program { name: "manage.py".to_owned(), args: &rest[1..] };
            }
            _ => {}
        }
    }
    if name == "php" && first.ends_with("bin/console") {
        return Program { name: "console".to_owned(), args: &args[1..] };
    }
    if name == "php" && first.ends_with("artisan") {
        return Program { name: "artisan".to_owned(), args: &args[1..] };
    }
    if matches!(name, "ruby" | "node")
        && (first.contains("/bin/") || first.starts_with("bin/") || first.contains(".bin/"))
    {
        return Program { name: crate::source::name(first).to_owned(), args: &args[1..] };
    }
    Program { name: name.to_owned(), args }
}

/// A program that serves or works until it is told to stop.
#[must_use]
pub fn is_long_running(step: &Step) -> bool {
    let program = program(step);
    match program.name.as_str() {
        "gunicorn" | "uvicorn" | "hypercorn" | "daphne" | "waitress-serve" | "uwsgi" | "puma" | "unicorn" | "thin"
        | "rackup" | "sidekiq" | "resque" | "nginx" | "httpd" | "apache2" | "apache2-foreground"
        | "httpd-foreground" | "php-fpm" | "caddy" | "haproxy" | "traefik" | "envoy" | "redis-server" | "mongod"
        | "mysqld" | "postgres" | "memcached" | "rabbitmq-server" | "supervisord" | "pm2-runtime" | "http-server"
        | "serve" | "json-server" | "nodemon" | "ts-node" | "tsx" | "ts-node-dev" | "deno" | "cron" | "crond"
        | "sshd" | "catalina.sh" | "vite" | "next" | "nuxt" | "streamlit" | "jupyter" | "prometheus" => true,
        "celery" => program.has(&["worker", "beat", "flower"]),
        "rq" | "dramatiq" | "huey_consumer" | "arq" | "faktory_worker" => true,
        "flask" | "fastapi" => matches!(program.verb(), "run" | "dev"),
        "manage.py" => matches!(program.verb(), "runserver" | "runserver_plus" | "rqworker" | "qcluster" | "runworker"),
        "rails" => matches!(program.verb(), "s" | "server"),
        "artisan" => matches!(
            program.verb(),
            "serve" | "queue:work" | "queue:listen" | "horizon" | "schedule:work" | "octane:start"
        ),
        "rake" => program.has(&["jobs:work", "resque:work"]),
        "node" | "bun" => {
            program.args.iter().any(|a| !a.text().starts_with('-')) && !program.has(&["-e", "-p", "--eval"])
        }
        "java" => {
            program.has(&["-jar"])
                || program.args.iter().any(|a| a.text().starts_with("org.springframework.boot.loader"))
        }
        "dotnet" => program.args.first().is_some_and(|a| a.text().ends_with(".dll")),
        _ => false,
    }
}

/// The port that a command line names. Defaults do not count: a config file may say otherwise.
#[must_use]
pub fn port(step: &Step, environment: &BTreeMap<String, Fact<String>>) -> Option<Fact<u16>> {
    let program = program(step);
    let number = |fact: Fact<String>| fact.and_then(|text| last_number(&text));
    let env = |name: &str| environment.get(name).cloned().map(number);
    let option = |names: &[&str]| program.option(names).map(number);
    match program.name.as_str() {
        "gunicorn" => {
            option(&["-b", "--bind"]).or_else(|| if program.has(&["-c", "--config"]) { None } else { env("PORT") })
        }
        "uvicorn" => option(&["--port"]).or_else(|| env("UVICORN_PORT")),
        "hypercorn" => option(&["-b", "--bind"]),
        "daphne" | "http-server" => option(&["-p", "--port"]),
        "waitress-serve" => option(&["--port", "--listen"]),
        "flask" if program.verb() == "run" => option(&["-p", "--port"]).or_else(|| env("FLASK_RUN_PORT")),
        "fastapi" => option(&["--port"]),
        "manage.py" if program.verb() == "runserver" => {
            let address =
                program.args.iter().map(Argument::text).find(|a| a.starts_with(|c: char| c.is_ascii_digit()))?;
            last_number(address).map(Fact::Known)
        }
        "puma" => option(&["-p", "--port", "-b", "--bind"]),
        "rails" | "thin" | "rackup" => option(&["-p", "--port"]),
        "php" => option(&["-S"]),
        "artisan" if program.verb() == "serve" => option(&["--port"]),
        "next" if program.verb() == "start" => option(&["-p", "--port"]).or_else(|| env("PORT")),
        "vite" | "serve" => option(&["--port", "-l", "--listen", "-p"]),
        "redis-server" => option(&["--port"]),
        "java" => program.args.iter().find_map(|a| {
            let value = a.text().strip_prefix("--server.port=").or_else(|| a.text().strip_prefix("-Dserver.port="))?;
            last_number(value).map(Fact::Known)
        }),
        _ => None,
    }
}

/// The port of `0.0.0.0:8000`, `tcp://[::]:8000`, `8000`.
fn last_number(text: &str) -> Option<u16> {
    if text.starts_with("unix:") || text.contains(".sock") {
        return None;
    }
    text.rsplit(':').next()?.trim_matches('/').parse().ok()
}

/// How long a program finishes its work when it is told to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drain {
    /// So many seconds, as its command line or environment says.
    Told(u64),
    /// So many seconds by its own default.
    Default(u64),
    /// Until its current work ends, however long that is.
    Work,
}

/// The drain time of a step, with the name to show.
#[must_use]
pub fn drain(step: &Step) -> Option<(&'static str, Drain)> {
    let program = program(step);
    let told = |names: &[&str]| match program.option(names)? {
        Fact::Known(text) | Fact::Assumed(text) => text.parse().ok().map(Drain::Told),
        Fact::Unknown => None,
    };
    match program.name.as_str() {
        "sidekiq" => Some((
            "sidekiq",
            if program.has(&["-C", "--config"]) {
                return None;
            } else {
                told(&["-t", "--timeout"]).unwrap_or(Drain::Default(25))
            },
        )),
        "gunicorn" => Some((
            "gunicorn",
            if program.has(&["-c", "--config"]) && told(&["--graceful-timeout"]).is_none() {
                return None;
            } else {
                told(&["--graceful-timeout"]).unwrap_or(Drain::Default(30))
            },
        )),
        "uvicorn" => told(&["--timeout-graceful-shutdown"]).map(|d| ("uvicorn", d)),
        "hypercorn" => told(&["--graceful-timeout"]).map(|d| ("hypercorn", d)),
        "celery" if program.has(&["worker"]) => Some(("celery", Drain::Work)),
        "rq" => Some(("rq", Drain::Work)),
        "dramatiq" => Some(("dramatiq", Drain::Default(600))),
        "artisan" if matches!(program.verb(), "queue:work" | "horizon") => Some(("artisan", Drain::Work)),
        _ => None,
    }
}

/// The drain time that a variable of the environment sets.
#[must_use]
pub fn drain_of_environment(environment: &BTreeMap<String, Fact<String>>) -> Option<(&'static str, Drain)> {
    let told = environment.get("SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE")?.text()?;
    seconds(told).map(|s| ("spring", Drain::Told(s)))
}

/// A duration in Go's notation, or plain seconds, in whole seconds.
#[must_use]
pub fn seconds(text: &str) -> Option<u64> {
    if let Ok(plain) = text.parse() {
        return Some(plain);
    }
    let mut total = 0.0;
    let mut number = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            continue;
        }
        let value: f64 = number.parse().ok()?;
        number.clear();
        total += value
            * match c {
                'h' => 3600.0,
                'm' if chars.peek() == Some(&'s') => {
                    chars.next();
                    0.001
                }
                'm' => 60.0,
                's' => 1.0,
                _ => return None,
            };
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of positive numbers that people write"
    )]
    number.is_empty().then_some(total as u64)
}

/// What makes a command leave the foreground, as it is shown; nothing where it stays.
#[must_use]
pub fn daemonizes(step: &Step) -> Option<String> {
    let program = program(step);
    let name = program.name.as_str();
    let flag = |flags: &[&str]| {
        program
            .args
            .iter()
            .map(Argument::text)
            .find(|a| flags.iter().any(|f| a == f || a.starts_with(&format!("{f}="))))
            .map(|f| format!("{name} {f}"))
    };
    match name {
        "gunicorn" | "unicorn" | "unicorn_rails" => flag(&["--daemon", "-D", "--daemonize"]),
        "uwsgi" => flag(&["--daemonize", "--daemonize2", "-d"]),
        "celery" if program.has(&["multi"]) => Some("celery multi".to_owned()),
        "celery" => flag(&["--detach", "-D"]),
        "thin" => flag(&["-d", "--daemonize"]),
        "memcached" => flag(&["-d", "--daemon"]),
        "haproxy" | "php-fpm" => flag(&["-D", "--daemonize"]),
        "mongod" => flag(&["--fork"]),
        "redis-server" => {
            (program.option(&["--daemonize"])?.text()? == "yes").then(|| "redis-server --daemonize yes".to_owned())
        }
        "pm2"
            if matches!(program.verb(), "start" | "startOrRestart" | "startOrReload")
                && !program.has(&["--no-daemon"]) =>
        {
            Some(format!("pm2 {}", program.verb()))
        }
        "forever" | "apachectl" | "apache2ctl" | "catalina.sh" if program.verb() == "start" => {
            Some(format!("{name} start"))
        }
        "httpd" | "apache2"
            if program.option(&["-k"]).is_some_and(|k| k.text() == Some("start"))
                && !program.args.iter().any(|a| a.text().contains("FOREGROUND")) =>
        {
            Some(format!("{name} -k start"))
        }
        "pg_ctl" if program.has(&["start"]) => Some("pg_ctl start".to_owned()),
        "service" if program.args.get(1).is_some_and(|a| matches!(a.text(), "start" | "restart")) => {
            Some(format!("service {} {}", program.args[0].text(), program.args[1].text()))
        }
        _ if step.argv.first().is_some_and(|a| a.text().starts_with("/etc/init.d/"))
            && matches!(program.verb(), "start" | "restart") =>
        {
            Some(format!("{} {}", step.argv[0].text(), program.verb()))
        }
        "cron" | "crond" if !program.args.iter().any(|a| a.text().starts_with('-') && a.text().contains('f')) => {
            Some(name.to_owned())
        }
        "sshd" if !program.args.iter().any(|a| a.text().starts_with('-') && a.text().contains(['D', 'd'])) => {
            Some(name.to_owned())
        }
        "rsyslogd" if !program.has(&["-n"]) => Some(name.to_owned()),
        "nmbd" | "smbd" | "avahi-daemon" if program.has(&["-D", "--daemonize"]) => Some(format!("{name} -D")),
        _ => None,
    }
}
