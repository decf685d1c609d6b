//! IX. Disposability: easy to stop, easy to replace.

mod health;
mod signals;
mod stop;

use super::{Checks, Context, Ruling};
use crate::app::server::{self, Drain};
use crate::fact::Fact;
use crate::violation::{Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("consumer-auto-ack", stop::consumer_auto_ack),
    ("entrypoint-without-exec", signals::entrypoint_without_exec),
    ("grace-period-too-short", grace_period_too_short),
    ("harmful-stop-signal", signals::harmful_stop_signal),
    ("healthcheck-cannot-fail", health::healthcheck_cannot_fail),
    ("healthcheck-missing", health::healthcheck_missing),
    ("healthcheck-needs-own-dns", health::healthcheck_needs_own_dns),
    ("healthcheck-tool-missing", health::healthcheck_tool_missing),
    ("package-manager-as-pid1", signals::package_manager_as_pid1),
    ("pid1-ignores-sigterm", stop::pid1_ignores_sigterm),
    ("restart-budget-strands-service", stop::restart_budget_strands_service),
    ("shell-form-command", signals::shell_form_command),
];

/// What Swarm waits between the stop signal and the kill, in seconds, when nothing says otherwise.
const DEFAULT_GRACE: u64 = 10;

fn grace_period_too_short(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let service = deployed.service;
        let name = &service.name.value;
        let told = service.text(&["stop_grace_period"]);
        let grace = match told.as_ref().map(|t| t.fact.clone().and_then(|v| server::seconds(&v))) {
            None => DEFAULT_GRACE,
            Some(Fact::Known(seconds) | Fact::Assumed(seconds)) => seconds,
            Some(Fact::Unknown) => {
                out.unknown(service.place(&["stop_grace_period"]), "the grace period comes from a variable");
                continue;
            }
        };
        let least = c.option("seconds").first().and_then(|v| v.parse().ok()).unwrap_or_default();
        if grace < least {
            let message = format!("`{name}` is killed after {grace} s: the configuration asks for {least}");
            out.violation(Violation::at(service.place(&["stop_grace_period"]), message));
            continue;
        }
        let environment = &deployed.process.environment;
        let by_step = deployed
            .process
            .chain
            .main_steps()
            .filter_map(|s| server::drain(s).map(|(program, drain)| (program, drain, s.span)));
        let by_setting =
            server::drain_of_environment(environment).map(|(program, drain)| (program, drain, service.name.span));
        for (program, drain, place) in by_step.chain(by_setting) {
            let span = service.place(&["stop_grace_period"]);
            let (how_long, severity) = match drain {
                // Somebody who set a period for a worker knows its work.
                Drain::Work if told.is_some() => continue,
                Drain::Work => ("until its tasks end".to_owned(), Severity::Warning),
                Drain::Told(seconds) | Drain::Default(seconds) if seconds <= grace => {
                    out.holds(span, format!("`{program}` drains for {seconds} s"));
                    continue;
                }
                Drain::Told(seconds) => (format!("for {seconds} s"), Severity::Warning),
                // A web server's requests are short as a rule.
                Drain::Default(seconds) if program == "gunicorn" => (format!("for {seconds} s"), Severity::Note),
                Drain::Default(seconds) => (format!("for {seconds} s"), Severity::Warning),
            };
            let message = format!("`{name}` is killed after {grace} s, but `{program}` drains {how_long}");
            out.violation(
                Violation::at(span, message)
                    .help("set `stop_grace_period` above it")
                    .related(place, "this is what drains")
                    .severity(severity),
            );
        }
    }
}
