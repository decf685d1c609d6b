//! Proxies that send a client to the task that it had before.

use std::sync::LazyLock;

use regex::Regex;

use crate::rules::{Context, Ruling};
use crate::source::{Class, Kind, Span, name};
use crate::violation::Violation;

/// Directives of proxies that tie a client to one task.
static STICKY: LazyLock<[(&str, Regex); 5]> = LazyLock::new(|| {
    [
        ("ip_hash", r"(?m)^\s*(ip_hash)\s*;"),
        ("sticky", r"(?m)^\s*(sticky)\s+(cookie|learn|route)\b"),
        ("balance source", r"(?m)^\s*(balance\s+source)\b"),
        ("cookie", r"(?m)^\s*(cookie\s+\S+\s+insert\b[^\n]*)"),
        ("lb_policy ip_hash", r"(?m)^\s*(lb_policy\s+(ip_hash|cookie|client_ip_hash)\b)"),
    ]
    .map(|(shown, pattern)| (shown, Regex::new(pattern).expect("a sound pattern")))
});

pub(in crate::rules) fn sticky_sessions(c: &Context<'_>, out: &mut Ruling) {
    let help =
        "keep sessions in a service that every task reaches: a task that is replaced takes its clients' state along";
    for deployed in c.app.deployed() {
        for path in [&["deploy", "labels"][..], &["labels"][..]] {
            let mut told = false;
            for label in deployed.service.settings(path) {
                let name = label.name.value.to_ascii_lowercase();
                let off = label.value.as_ref().is_some_and(|v| v.text() == Some("false"));
                let sticky = name.starts_with("traefik.")
                    && (name.contains("loadbalancer.sticky")
                        || name.contains("loadbalancer.stickiness")
                        || name.ends_with(".sticky"));
                let caddy = name.starts_with("caddy")
                    && name.ends_with("lb_policy")
                    && label.value.as_ref().is_some_and(|v| {
                        v.text().is_some_and(|t| {
                            t.starts_with("ip_hash") || t.starts_with("cookie") || t.starts_with("client_ip_hash")
                        })
                    });
                if (sticky || caddy) && !off && !told {
                    told = true;
                    let shown = if caddy {
                        format!("lb_policy {}", label.value.as_ref().and_then(|v| v.text()).unwrap_or_default())
                    } else {
                        label.name.value.clone()
                    };
                    out.violation(
                        Violation::at(label.name.span, format!("`{shown}` ties a client to one task")).help(help),
                    );
                }
            }
        }
    }
    for (id, file) in c.sources.files().filter(|(_, f)| f.class == Class::App && f.kind == Kind::Other) {
        let lower = name(&file.path).to_ascii_lowercase();
        let proxy = lower.ends_with(".conf")
            || lower.ends_with(".cfg")
            || lower.ends_with(".conf.template")
            || lower.contains("caddyfile");
        if !proxy {
            continue;
        }
        let text = c.sources.text(id);
        for (shown, pattern) in STICKY.iter() {
            for found in pattern.captures_iter(text) {
                let hit = found.get(1).expect("group 1");
                if *shown == "ip_hash" && is_one_address(text, hit.start())
                    || lower.contains("caddyfile") && has_one_upstream(text, hit.start())
                {
                    continue;
                }
                let words = if shown.contains("lb_policy") { hit.as_str() } else { shown };
                let span = Span::new(id, hit.start(), hit.end());
                out.violation(Violation::at(span, format!("`{words}` ties a client to one task")).help(help));
            }
        }
    }
}

/// An upstream of nginx with one server, which is the address of a whole service: there is nothing to choose from.
fn is_one_address(text: &str, at: usize) -> bool {
    let Some(start) = text[..at].rfind("upstream") else { return false };
    let block = text[start..].split('}').next().unwrap_or_default();
    let servers: Vec<&str> = block.lines().map(str::trim).filter(|l| l.starts_with("server ")).collect();
    matches!(servers.as_slice(), [one] if !one.contains("tasks."))
}

/// The same of Caddy: `reverse_proxy web:8080 {` without a list that changes.
fn has_one_upstream(text: &str, at: usize) -> bool {
    let Some(start) = text[..at].rfind("reverse_proxy") else { return false };
    let head = text[start..].lines().next().unwrap_or_default();
    let upstreams = head.split_whitespace().skip(1).filter(|w| *w != "{" && !w.starts_with(['@', '/', '*'])).count();
    let block = text[start..].split("\n}").next().unwrap_or_default();
    let more = block.lines().take_while(|l| l.trim() != "}").any(|l| l.trim_start().starts_with("to "));
    upstreams == 1 && !head.contains("tasks.") && !text[start..at].contains("dynamic ") && !more
}
