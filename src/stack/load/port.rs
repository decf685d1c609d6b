//! The short form of ports: `[ip:][published[-end]:]target[-end][/protocol]`, as the docker client reads it.

use std::net::IpAddr;

/// What a short form stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Empty where none is named.
    pub ip: String,
    pub protocol: String,
    /// Container ports and what each is published as, in docker's order; 0 for a port that the engine picks.
    pub ports: Vec<(u16, u16)>,
}

/// Reads a short form; nothing where docker refuses it.
#[must_use]
pub fn parse(text: &str) -> Option<Spec> {
    let parts: Vec<&str> = text.split(':').collect();
    let (ip, host, container) = match parts.as_slice() {
        [container] => (String::new(), "", *container),
        [host, container] => (String::new(), *host, *container),
        [ip @ .., host, container] => (ip.join(":"), *host, *container),
        [] => return None,
    };
    let mut slashes = container.split('/');
    let container = slashes.next().filter(|c| !c.is_empty())?;
    let protocol = slashes.next().filter(|p| !p.is_empty()).unwrap_or("tcp").to_lowercase();
    let ip = match ip.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']').filter(|i| !i.contains(['[', ']']))?.to_owned(),
        None => ip,
    };
    if !ip.is_empty() && ip.parse::<IpAddr>().is_err() {
        return None;
    }
    let (start, end) = range(container)?;
    let (host_start, host_end) = if host.is_empty() { (0, 0) } else { range(host)? };
    if !host.is_empty() && end - start != host_end - host_start && start != end {
        return None;
    }
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        return None;
    }
    let mut ports = Vec::new();
    if start == end {
        ports.extend((host_start..=host_end).map(|published| (start, published)));
    } else {
        for target in start..=end {
            let published = if host.is_empty() { 0 } else { host_start + (target - start) };
            ports.push((target, published));
        }
        // The client sorts them as text.
        ports.sort_by_key(|(target, _)| target.to_string());
    }
    Some(Spec { ip, protocol, ports })
}

/// `80` or `80-90`.
fn range(text: &str) -> Option<(u16, u16)> {
    let number = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<u16>().ok()).flatten();
    let mut parts = text.split('-');
    let start = number(parts.next()?)?;
    let Some(end) = parts.next() else { return Some((start, start)) };
    let end = number(end)?;
    (start <= end).then_some((start, end))
}
