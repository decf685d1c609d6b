//! V. Build, release, run: strictly apart; what runs was built before, and is known by its name.

mod context;
mod runnable;

use super::{Checks, Context, Ruling};
use crate::app::chain::{Link, Step};
use crate::app::command::{self, Fetched};
use crate::app::image::{Copied, absolute};
use crate::app::known::Reference;
use crate::fact::Fact;
use crate::source::{Span, join, name};
use crate::stack::MountKind;
use crate::syntax::dockerfile::Body;
use crate::violation::{Certainty, Severity, Violation};

pub(super) const CHECKS: Checks = &[
    ("build-at-run", build_at_run),
    ("build-tools-in-final-stage", build_tools_in_final_stage),
    ("code-fetched-at-run", code_fetched_at_run),
    ("code-mounted-over-image", code_mounted_over_image),
    ("context-without-dockerignore", context::context_without_dockerignore),
    ("dockerfile-invalid", dockerfile_invalid),
    ("entrypoint-not-runnable", runnable::entrypoint_not_runnable),
    ("image-not-pullable", context::image_not_pullable),
    ("moving-base-image", moving_base_image),
    ("mutable-image-tag", mutable_image_tag),
];

fn dockerfile_invalid(c: &Context<'_>, out: &mut Ruling) {
    for dockerfile in &c.app.dockerfiles {
        for error in &dockerfile.errors {
            let violation = Violation::at(error.span, error.value.clone());
            // What somebody has yet to write stops no deploy of what is there.
            let blank = dockerfile.instructions.is_empty();
            out.violation(if blank { violation.severity(Severity::Warning) } else { violation });
        }
        if dockerfile.errors.is_empty() {
            out.holds(c.sources.line_span(dockerfile.file, 0), "BuildKit accepts it");
        }
    }
}

/// Whether a step is part of another that was spoken of: what a package script runs inside.
fn inside(step: &Step, told: &[Span]) -> bool {
    step.under.iter().any(|link| matches!(link, Link::PackageManager(_, span) if told.contains(span)))
}

/// Steps that a start really runs: not tests of conditions, not words of a message.
fn started<'c>(c: &Context<'c>) -> impl Iterator<Item = (&'c crate::app::Process, &'c Step)> {
    let app = c.app;
    app.processes
        .iter()
        .filter(|p| app.deployed_of(p).is_none_or(|d| !d.is_one_off()))
        .flat_map(|p| p.chain.reached().map(move |s| (p, s)))
}

fn build_at_run(c: &Context<'_>, out: &mut Ruling) {
    let mut told: Vec<Span> = Vec::new();
    for (process, step) in started(c) {
        let Some((shown, assets)) = command::builds(step).filter(|_| !inside(step, &told)) else { continue };
        told.push(step.span);
        let violation = Violation::at(step.span, format!("`{shown}` runs when the container starts"))
            .help("run it in the Dockerfile: a start only starts");
        // Where building is all that it does, the image is a tool; where a variable asks for it, somebody has to.
        let tool = process.chain.main().is_some_and(|m| std::ptr::eq(m, step))
            && process.service.is_none()
            && !shown.ends_with(" run")
            && !shown.contains(":run");
        let severity = if step.around.conditional || tool {
            Severity::Note
        } else if assets {
            Severity::Warning
        } else {
            Severity::Error
        };
        out.violation(violation.severity(severity));
    }
    for process in &c.app.processes {
        if let Some(main) = process
            .chain
            .main()
            .filter(|m| !told.contains(&m.span) && !process.chain.open && command::builds(m).is_none())
        {
            out.holds(main.span, format!("the start runs `{}`", main.program()));
        }
    }
}

fn code_fetched_at_run(c: &Context<'_>, out: &mut Ruling) {
    for (process, step) in started(c) {
        // Of an image that is not known, nobody can say what it has installed.
        if step.program() == "npx" && process.image.is_none() {
            continue;
        }
        let help = "put it into the image: what starts today has to be what was tested";
        match command::fetches(step) {
            Some(Fetched::Code(shown)) => out.violation(
                Violation::at(step.span, format!("`{shown}` fetches code when the container starts")).help(help),
            ),
            Some(Fetched::Data(shown)) => {
                let message = format!("`{shown}` fetches data when the container starts");
                out.violation(
                    Violation::at(step.span, message)
                        .help("a start that needs the network fails with it")
                        .severity(Severity::Note),
                );
            }
            None => {}
        }
    }
}

fn build_tools_in_final_stage(c: &Context<'_>, out: &mut Ruling) {
    for image in c.app.release_images() {
        let mut found = false;
        for instruction in c.app.instructions(image) {
            let Body::Run(run) = &instruction.body else { continue };
            let Some(script) = run.script() else { continue };
            let commands = script.commands();
            let cleans = commands
                .iter()
                .any(|c| c.argv().iter().any(|a| matches!(*a, "del" | "purge" | "autoremove" | "remove" | "erase")));
            if cleans || found {
                continue;
            }
            for command in commands {
                if let Some(shown) = command::compiles(&command.argv()).filter(|_| !found) {
                    found = true;
                    let message = format!("`{shown}` leaves its tools in the final stage");
                    out.violation(
                        Violation::at(command.span, message)
                            .help("build in a stage of its own, and copy the result into a small one"),
                    );
                }
            }
        }
        if !found {
            out.holds(image.base.span, "the final stage builds nothing");
        }
    }
}

fn code_mounted_over_image(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let Some(image) = deployed.image else { continue };
        for mount in deployed.service.mounts.iter().filter(|m| matches!(m.kind, MountKind::Bind | MountKind::Volume)) {
            let Some(target) = mount.target.text().map(|t| absolute("/", t)) else {
                out.unknown(mount.span, "the target comes from a variable");
                continue;
            };
            // The image says that data goes there.
            if image.volumes.iter().any(|v| absolute("/", &v.value) == target) || target == "/" {
                continue;
            }
            let covered = image.copies.iter().find(|copied| covers(c, image, copied, &target));
            match covered {
                Some(copied) => {
                    let source = mount.source.as_ref().map_or("it", |s| s.raw.as_str());
                    let violation = Violation::at(mount.span, format!("`{source}` covers `{target}` of the image"))
                        .help("deploy the image alone: what is mounted over the code is another release on every node")
                        .related(copied.span, "the code goes there");
                    out.violation(violation);
                }
                None => out.holds(mount.span, format!("`{target}` holds no code of the image")),
            }
        }
    }
}

/// Whether a mount at `target` hides what a copy brought: its folder, or one around it.
fn covers(c: &Context<'_>, image: &crate::app::image::Image, copied: &Copied, target: &str) -> bool {
    let goes = copied.target.trim_end_matches('/');
    let is_folder = |source: &str| {
        let clean = source.trim_end_matches('/');
        matches!(clean, "" | ".")
            || copied.from.is_some()
            || join(&image.context, clean).is_some_and(|p| c.sources.has_folder(&p))
    };
    if copied.inline || copied.foreign {
        return false;
    }
    copied.sources.iter().any(|s| {
        let lands =
            if is_folder(&s.value) || !copied.folder { goes.to_owned() } else { format!("{goes}/{}", name(&s.value)) };
        let file = !is_folder(&s.value) && name(&lands).contains('.');
        // A single file over a single file is configuration.
        lands == target && !file || lands.starts_with(&format!("{target}/")) && target == image.workdir
    })
}

/// Tags that are moved to another image again and again.
const MOVING: &[&str] =
    &["latest", "stable", "main", "master", "dev", "develop", "edge", "nightly", "canary", "unstable", "trunk", "head"];

/// What is wrong with how a reference names its image.
fn moves(reference: &Reference) -> Option<&'static str> {
    if reference.digest.is_some() {
        return None;
    }
    let Some(tag) = reference.tag.as_deref() else { return Some("has no tag") };
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or(tag).to_ascii_lowercase();
    // `main-3f2c1ab`, `stable-11031`, `nightly-20261123`: what follows tells one build from the next.
    let numbered = first != "latest" && parts.any(names_a_build);
    let unversioned = !tag.contains(|c: char| c.is_ascii_digit()) && !CODENAMES.iter().any(|name| tag.contains(name));
    let moving = MOVING.contains(&first.as_str()) && !numbered || tag.ends_with("-latest") || unversioned;
    moving.then_some("has a moving tag")
}

/// Releases of distributions: their tags move from patch to patch only.
const CODENAMES: &[&str] = &[
    "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "trusty", "xenial", "bionic",
    "focal", "jammy", "kinetic", "lunar", "mantic", "noble", "oracular", "plucky", "questing", "resolute", "nonroot",
    "debug",
];

/// A commit, a build's number, or a version.
fn names_a_build(part: &str) -> bool {
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let hex = part.len() >= 7 && part.chars().all(|c| c.is_ascii_hexdigit());
    hex || digits >= 3 || part.starts_with(|c: char| c.is_ascii_digit()) && part.contains('.')
}

/// A reference that a template still has to fill in.
fn is_template(text: &str) -> bool {
    text.contains(['{', '}', '%', '<', '>', '@']) && !text.contains("@sha256:")
}

fn mutable_image_tag(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let Some(image) = &deployed.service.image else { continue };
        let Some(text) = image.text() else {
            out.unknown(image.span, "the image comes from a variable");
            continue;
        };
        if is_template(text) {
            out.unknown(image.span, "a template fills it in");
            continue;
        }
        match moves(&Reference::parse(text)) {
            None => out.holds(image.span, format!("`{text}` names one release")),
            Some(what) => {
                let mut violation = Violation::at(image.span, format!("`{text}` {what}"))
                    .help("name the release: a version, the commit (`:${GIT_SHA:?}`), or a digest");
                if matches!(image.fact, Fact::Assumed(_)) {
                    violation = violation.certainty(Certainty::Likely);
                }
                out.violation(if deployed.image.is_some() { violation } else { violation.severity(Severity::Warning) });
            }
        }
    }
}

fn moving_base_image(c: &Context<'_>, out: &mut Ruling) {
    for image in c.app.release_images() {
        let base = &image.base;
        let Some(reference) = &base.reference else {
            out.unknown(base.span, "the base comes from an argument");
            continue;
        };
        if base.is_scratch() {
            continue;
        }
        let text = base.text.text().unwrap_or_default();
        // An argument without a value leaves a hole where the name or tag would be.
        if reference.repository.is_empty() || text.ends_with(':') || is_template(text) {
            continue;
        }
        match moves(reference) {
            None => out.holds(base.span, format!("`{text}` names one release")),
            Some(what) => out.violation(
                Violation::at(base.span, format!("`{text}` {what}"))
                    .help("name a version, so that a rebuild of this commit gives this image"),
            ),
        }
    }
}
