//! What the docker client refuses in the middle of a deploy, after it has created networks, secrets and configs.

use super::resolved::{declared, is_external, items, services, shown, stacks, text};
use crate::app::known::reference_error;
use crate::discover::is_made_later;
use crate::rules::{Checks, Context, Ruling};
use crate::source::{folder, join};
use crate::stack::Stack;
use crate::stack::load::Stage;
use crate::syntax::tree::{Entry, Node};
use crate::violation::{Layer, Severity, Violation};

pub(in crate::rules) const CHECKS: Checks = &[
    ("stack-image-invalid", stack_image_invalid),
    ("stack-invalid-enum", stack_invalid_enum),
    ("stack-missing-file", stack_missing_file),
    ("stack-spec-conflict", stack_spec_conflict),
    ("stack-undefined-reference", stack_undefined_reference),
];

fn stack_undefined_reference(c: &Context<'_>, out: &mut Ruling) {
    for (stack, service) in services(c) {
        let node = &service.value;
        let mut refer = |kind: &str, name: &Node, place: crate::source::Span| {
            let Some(name) = name.as_str() else { return };
            let section = format!("{kind}s");
            match declared(&stack.loaded, &section).iter().find(|e| e.name() == name) {
                None => {
                    let message = format!("the {kind} `{name}` is not declared");
                    let help = format!(
                        "declare it under the top-level `{section}`, with `external: true` if it is there already"
                    );
                    let docker = format!("service {}: undefined {kind} {name:?}", service.name());
                    out.violation(Violation::at(place, message).help(help).docker(docker));
                }
                Some(entry) if is_external(&entry.value) => {
                    out.unknown(place, format!("the {kind} `{name}` must be there before the deploy"));
                }
                Some(_) => out.holds(place, format!("the {kind} `{name}` is declared")),
            }
        };
        for entry in node.get("networks").map(Node::entries).unwrap_or_default() {
            if entry.name() != "default" {
                refer("network", &entry.key, entry.key.span);
            }
        }
        for mount in items(node, &["volumes"]) {
            let kind = mount.get("type").and_then(Node::as_str).unwrap_or("volume");
            let Some(source) = mount.get("source").filter(|s| s.as_str().is_some_and(|s| !s.is_empty())) else {
                continue;
            };
            let group = source.as_str().is_some_and(|s| s.starts_with("group:"));
            if kind == "volume" || kind == "cluster" && !group {
                refer("volume", source, source.span);
            }
        }
        for kind in ["secret", "config"] {
            for reference in items(node, &[&format!("{kind}s")]) {
                if let Some(source) = reference.get("source") {
                    refer(kind, source, source.span);
                }
            }
        }
        if let Some(config) = node.at(&["credential_spec", "config"]) {
            refer("config", config, config.span);
        }
    }
}

fn stack_image_invalid(c: &Context<'_>, out: &mut Ruling) {
    for (stack, service) in services(c) {
        let name = service.name();
        let image = service.value.get("image").filter(|i| i.is_unknown() || i.as_str() != Some(""));
        let Some(image) = image else {
            // An overlay that nobody lays on its base says less than a stack.
            let alone = stack.files.len() == 1 && service.value.get("build").is_none() && is_overlay(c, stack, name);
            if alone || stack.loaded.refusals.iter().any(|r| r.stage == Stage::Decode) {
                out.unknown(service.key.span, "the file may be laid on another one");
                continue;
            }
            let place = service.value.entry("build").map_or(service.key.span, |e| e.key.span);
            let docker = format!("invalid image reference for service {name}: no image specified");
            let help = "build and push the image before the deploy, and name it in `image`";
            out.violation(
                Violation::at(place, format!("`{name}` has no image: Swarm never builds")).help(help).docker(docker),
            );
            continue;
        };
        let Some(text) = image.as_str() else {
            out.unknown(image.span, "the image comes from a variable");
            continue;
        };
        match reference_error(text) {
            None => out.holds(image.span, format!("`{text}` is an image reference")),
            Some(why) => {
                let mut message = format!("`{}` is no image reference", shown(c, stack, image));
                if why.contains("lowercase") {
                    message += ": the repository must be lower case";
                }
                let docker = format!("invalid image reference for service {name}: {why}");
                out.violation(Violation::at(image.span, message).docker(docker));
            }
        }
    }
}

/// Whether another stack or Compose file of the repository gives this service an image: the two are meant as one.
fn is_overlay(c: &Context<'_>, stack: &Stack, service: &str) -> bool {
    c.app.stacks.iter().any(|other| {
        other.files != stack.files
            && folder(c.sources.path(other.file())) == folder(c.sources.path(stack.file()))
            && other
                .root
                .at(&["services", service])
                .is_some_and(|s| s.get("image").is_some() || s.get("build").is_some())
    })
}

fn stack_missing_file(c: &Context<'_>, out: &mut Ruling) {
    for stack in stacks(c) {
        for refusal in stack.loaded.refusals.iter().filter(|r| r.stage == Stage::EnvFile) {
            out.violation(super::load::violation(refusal));
        }
        for kind in ["config", "secret"] {
            for object in declared(&stack.loaded, &format!("{kind}s")) {
                if is_external(&object.value) || object.value.get("driver").is_some() {
                    continue;
                }
                let Some(file) = object.value.get("file") else { continue };
                let Some(path) = file.as_str() else {
                    out.unknown(file.span, "the path comes from a variable");
                    continue;
                };
                let written = shown(c, stack, file);
                if file.span == object.key.span {
                    let message = format!("the {kind} `{}` has no file", object.name());
                    out.violation(Violation::at(file.span, message).help("name its `file`, or declare it `external`"));
                    continue;
                }
                let relative = join("", path).filter(|_| !path.starts_with(['/', '~']) && !written.starts_with('~'));
                let there = relative.as_ref().is_some_and(|p| c.sources.exists(p));
                let made = relative.as_ref().is_none_or(|p| is_made_later(c.sources, p));
                if there {
                    out.holds(file.span, format!("`{written}` is there"));
                } else if made {
                    out.unknown(file.span, format!("`{written}` must be there at the deploy"));
                } else {
                    let docker = format!("open {path}: no such file or directory");
                    let violation = Violation::at(file.span, format!("`{written}` does not exist")).docker(docker);
                    let violation = violation.help("the path is relative to the folder of the first stack file");
                    // The pipeline may write a secret; it is rightly not in git.
                    let pipeline = kind == "secret" && c.app.history.repository;
                    out.violation(if pipeline { violation.severity(Severity::Warning) } else { violation });
                }
            }
        }
    }
}

/// Keys whose words only the client's conversion or the engine knows: path, what it is, the words, whether case counts.
type Words = (&'static [&'static str], &'static str, &'static [&'static str], bool, Layer);

const WORDS: &[Words] = &[
    (&["deploy", "mode"], "mode", &["replicated", "global", "replicated-job", "global-job"], true, Layer::Convert),
    (&["deploy", "endpoint_mode"], "endpoint mode", &["vip", "dnsrr"], false, Layer::Engine),
    (
        &["deploy", "restart_policy", "condition"],
        "restart condition",
        &["any", "on-failure", "none"],
        true,
        Layer::Engine,
    ),
    (
        &["deploy", "update_config", "failure_action"],
        "failure action",
        &["pause", "continue", "rollback"],
        true,
        Layer::Engine,
    ),
    (
        &["deploy", "rollback_config", "failure_action"],
        "failure action",
        &["pause", "continue", "rollback"],
        true,
        Layer::Engine,
    ),
];

const PROPAGATIONS: &[&str] = &["rprivate", "private", "rshared", "shared", "rslave", "slave"];

fn stack_invalid_enum(c: &Context<'_>, out: &mut Ruling) {
    for (_, service) in services(c) {
        let node = &service.value;
        let mut judge = |(word, span): (&str, crate::source::Span), what: &str, known: &[&str], exact: bool, layer| {
            if known.iter().any(|k| *k == word || !exact && k.eq_ignore_ascii_case(word)) {
                out.holds(span, format!("`{word}` is a {what}"));
            } else {
                let message = format!("`{word}` is no {what}: {}", known.join(", "));
                out.violation(Violation::at(span, message).layer(layer));
            }
        };
        for (path, what, known, exact, layer) in WORDS {
            if let Some(found) = text(node, path) {
                judge(found, what, known, *exact, *layer);
            }
        }
        if let Some((word, span)) =
            text(node, &["restart"]).filter(|_| node.at(&["deploy", "restart_policy"]).is_none())
        {
            let mut parts = word.split(':');
            let (name, count) = (parts.next().unwrap_or_default(), parts.next());
            let known = ["no", "always", "unless-stopped", "on-failure"];
            let broken = count.is_some_and(|n| !n.is_empty() && n.parse::<i64>().is_err()) || parts.next().is_some();
            judge(if broken { (word, span) } else { (name, span) }, "restart policy", &known, true, Layer::Convert);
        }
        for mount in items(node, &["volumes"]) {
            if let Some(found) = text(mount, &["type"]) {
                judge(found, "mount type", &["volume", "bind", "tmpfs", "npipe", "cluster"], true, Layer::Convert);
            }
            if let Some(found) = text(mount, &["bind", "propagation"]) {
                judge(found, "propagation", PROPAGATIONS, false, Layer::Engine);
            }
        }
        for port in items(node, &["ports"]) {
            let silent = [
                ("protocol", "protocol", &["tcp", "udp", "sctp"][..], "over tcp", "tcp"),
                ("mode", "publish mode", &["ingress", "host"][..], "as ingress", "ingress"),
            ];
            for (key, what, known, _, instead) in silent {
                let Some((word, span)) = text(port, &[key]) else { continue };
                if known.iter().any(|k| k.eq_ignore_ascii_case(word)) {
                    continue;
                }
                let message = format!("`{word}` is no {what}: the port is published as {instead}");
                let violation = Violation::at(span, message).severity(Severity::Warning).layer(Layer::Dropped);
                out.violation(violation.help(format!("known are {}", known.join(", "))));
            }
        }
    }
}

fn stack_spec_conflict(c: &Context<'_>, out: &mut Ruling) {
    for (stack, service) in services(c) {
        let node = &service.value;
        let mode = text(node, &["deploy", "mode"]).map_or("replicated", |(mode, _)| mode);
        let known_mode = !node.at(&["deploy", "mode"]).is_some_and(Node::is_unknown);
        let key = |path: &[&str], name: &str| node.at(path).and_then(|n| n.entry(name)).map(|e| e.key.span);
        if let Some(span) =
            key(&["deploy"], "replicas").filter(|_| known_mode && matches!(mode, "global" | "global-job"))
        {
            let docker =
                format!("service {}: replicas can only be used with replicated or replicated-job mode", service.name());
            let message = format!("`replicas` has no place in mode `{mode}`");
            out.violation(Violation::at(span, message).layer(Layer::Convert).docker(docker));
        }
        if let Some(span) = key(&["deploy"], "update_config").filter(|_| known_mode && mode.ends_with("-job")) {
            let violation =
                Violation::at(span, "a job takes no `update_config`").docker("Jobs may not have an update config");
            out.violation(violation.layer(Layer::Engine));
        }
        let disabled = node.at(&["healthcheck", "disable"]).and_then(Node::as_bool) == Some(true);
        if let Some(span) =
            key(&["healthcheck"], "test").filter(|_| disabled && !items(node, &["healthcheck", "test"]).is_empty())
        {
            let docker = format!("service {}: test and disable can't be set at the same time", service.name());
            out.violation(
                Violation::at(span, "`test` and `disable` exclude each other").layer(Layer::Convert).docker(docker),
            );
        }
        mounts(service, out);
        targets(service, out);
        let spec: Vec<&Entry> = node
            .get("credential_spec")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .filter(|e| e.value.as_str().is_some_and(|t| !t.is_empty()))
            .collect();
        if let [first, second, ..] = spec.as_slice() {
            let message = format!("both `{}` and `{}` in `credential_spec`", first.name(), second.name());
            out.violation(Violation::at(second.key.span, message).layer(Layer::Convert));
        }
        for resource in ["memory", "cpus"] {
            let amount = |part: &str| {
                let found = node.at(&["deploy", "resources", part, resource])?;
                #[expect(clippy::cast_precision_loss, reason = "amounts of memory are far below the limit")]
                let value = match found.as_int() {
                    Some(bytes) => bytes as f64,
                    None => super::engine::cpus(found.as_str()?)?,
                };
                Some((value, found))
            };
            if let (Some((limit, most)), Some((reserved, least))) = (amount("limits"), amount("reservations"))
                && reserved > limit
                && limit > 0.0
            {
                let (least_shown, most_shown) = (shown(c, stack, least), shown(c, stack, most));
                let message = format!("the reservation of {least_shown} is above the limit of {most_shown}");
                let violation = Violation::at(least.span, message).severity(Severity::Warning).layer(Layer::Task);
                out.violation(violation.help("reserve no more than the limit: the task may never use it"));
            }
        }
    }
}

/// Mounts whose parts do not go together, and two at one place.
fn mounts(service: &Entry, out: &mut Ruling) {
    let mounts = items(&service.value, &["volumes"]);
    for (n, mount) in mounts.iter().enumerate() {
        let kind = text(mount, &["type"]).map_or("volume", |(kind, _)| kind);
        let source = text(mount, &["source"]);
        if let Some((_, span)) = source.filter(|_| kind == "tmpfs") {
            let docker = "invalid tmpfs source, source must be empty";
            out.violation(Violation::at(span, "a tmpfs has no source").layer(Layer::Convert).docker(docker));
        }
        for options in ["bind", "volume", "tmpfs"] {
            let fits = options == kind || options == "bind" && kind == "npipe";
            let known = matches!(kind, "bind" | "volume" | "tmpfs" | "npipe" | "cluster");
            if let Some(entry) = mount.entry(options).filter(|_| !fits && known) {
                let message = format!("`{options}` options on a mount of type `{kind}`");
                let docker = format!("{options} options are incompatible with type {kind}");
                out.violation(Violation::at(entry.key.span, message).layer(Layer::Convert).docker(docker));
            }
        }
        let Some((target, span)) = text(mount, &["target"]) else { continue };
        if let Some(first) = mounts[..n].iter().find(|m| text(m, &["target"]).is_some_and(|(t, _)| t == target)) {
            let violation =
                Violation::at(span, format!("two mounts at `{target}`")).related(first.span, "the first one");
            out.violation(
                violation.layer(Layer::Engine).docker(format!("ContainerSpec: duplicate mount point: {target}")),
            );
        }
    }
}

/// Two secrets or two configs under one name in the container.
fn targets(service: &Entry, out: &mut Ruling) {
    for kind in ["secret", "config"] {
        let references = items(&service.value, &[&format!("{kind}s")]);
        let target = |n: &Node| text(n, &["target"]).or_else(|| text(n, &["source"])).map(|(t, _)| t.to_owned());
        for (n, reference) in references.iter().enumerate() {
            let Some(name) = target(reference) else { continue };
            if let Some(first) = references[..n].iter().find(|r| target(r).as_ref() == Some(&name)) {
                let message = format!("two {kind}s named `{name}` in the container");
                let violation = Violation::at(reference.span, message).related(first.span, "the first one");
                let docker = format!("duplicate {kind} target for {name} not allowed");
                out.violation(violation.layer(Layer::Convert).docker(docker));
            }
        }
    }
}
