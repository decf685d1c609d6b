//! Which Dockerfile makes the image that a service runs. A wrong link is the worst of false alarms: no evidence, no link.

use super::App;
use super::image::Purpose;
use super::known::{self, Reference};
use super::mention::Mentions;
use crate::source::{FileId, Sources, folder, is_within, join, name};
use crate::stack::{Build, Role, Service, Stack};

/// A place that builds a Dockerfile.
#[derive(Debug)]
pub(super) struct BuildSite {
    pub(super) dockerfile: FileId,
    pub(super) context: String,
    pub(super) target: Option<String>,
    pub(super) role: Role,
}

/// Every build that stack files, Compose files and commands name.
pub(super) fn builds(stacks: &[Stack], mentions: &Mentions, sources: &Sources) -> Vec<BuildSite> {
    let mut sites = Vec::new();
    for stack in stacks {
        for service in &stack.services {
            if let Some(build) = &service.build
                && let Some((dockerfile, context)) = place(build, sources)
            {
                let target = build.target.as_ref().and_then(|t| t.text().map(str::to_owned));
                sites.push(BuildSite { dockerfile, context, target, role: stack.role });
            }
        }
    }
    for built in &mentions.builds {
        if let Some((dockerfile, context)) =
            place_of_command(built.dockerfile.as_deref(), &built.context, &built.folder, sources)
        {
            sites.push(BuildSite { dockerfile, context, target: built.target.clone(), role: Role::Compose });
        }
    }
    sites
}

/// The Dockerfile and context that a `build` names, relative to the file that says so.
fn place(build: &Build, sources: &Sources) -> Option<(FileId, String)> {
    let from = folder(sources.path(build.span.file));
    let context = join(from, build.context.text()?)?;
    let file = build.dockerfile.as_ref().map_or(Some("Dockerfile"), |d| d.text())?;
    let path = join(&context, file)?;
    sources.find(&path).map(|id| (id, context))
}

fn place_of_command(file: Option<&str>, context: &str, from: &str, sources: &Sources) -> Option<(FileId, String)> {
    for base in [from, ""] {
        let Some(context) = join(base, context) else { continue };
        let candidates = match file {
            Some(file) => [join(base, file), join(&context, file)],
            None => [join(&context, "Dockerfile"), None],
        };
        if let Some(id) = candidates.into_iter().flatten().find_map(|p| sources.find(&p)) {
            return Some((id, context));
        }
    }
    None
}

/// The index of the image that a service of a Swarm stack runs.
pub(super) fn image_of(app: &App, stack: &Stack, service: &Service, sources: &Sources) -> Option<usize> {
    if let Some(build) = &service.build {
        return by_build(app, build, sources);
    }
    let image = service.image.as_ref()?;
    let written = Reference::parse(&strip_variables(&image.raw));
    if image.text().map(Reference::parse).as_ref().and_then(known::find).is_some() {
        return None;
    }
    // The development Compose file builds the same image, or the service of the same name.
    let mut by_name = None;
    for other in app.stacks.iter().filter(|s| s.role == Role::Compose) {
        for candidate in &other.services {
            let Some(build) = &candidate.build else { continue };
            let same_image = candidate.image.as_ref().is_some_and(|i| {
                let reference = Reference::parse(&strip_variables(&i.raw));
                !reference.short().is_empty() && reference.short() == written.short()
            });
            if same_image {
                return by_build(app, build, sources);
            }
            if candidate.name.value == service.name.value && near(other, stack, sources) {
                by_name = by_name.or_else(|| by_build(app, build, sources));
            }
        }
    }
    // A command builds an image of that name.
    for built in &app.mentions.builds {
        let reference = Reference::parse(&strip_variables(&built.tag));
        if !reference.short().is_empty() && reference.short() == written.short() {
            let found = place_of_command(built.dockerfile.as_deref(), &built.context, &built.folder, sources);
            if let Some((dockerfile, _)) = found {
                return release(app, dockerfile, built.target.as_deref());
            }
        }
    }
    if by_name.is_some() && is_own(&written, image.raw.as_str()) {
        return by_name;
    }
    single(app, stack, &written, image.raw.as_str(), sources)
}

/// `${REGISTRY}/web:${TAG}` → `/web:`, which still tells the name.
fn strip_variables(raw: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('$') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        let end = if let Some(body) = rest.strip_prefix('{') {
            body.find('}').map_or(rest.len(), |n| n + 2)
        } else {
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
        };
        rest = &rest[end..];
    }
    out + rest
}

fn by_build(app: &App, build: &Build, sources: &Sources) -> Option<usize> {
    let (dockerfile, _) = place(build, sources)?;
    let target = build.target.as_ref().and_then(|t| t.text());
    let found = release(app, dockerfile, target)?;
    if app.images[found].purpose != Purpose::Development {
        return Some(found);
    }
    // What the development Compose file builds for development is not what is deployed: the last stage may be.
    release(app, dockerfile, None).filter(|last| app.images[*last].purpose == Purpose::Release)
}

fn release(app: &App, dockerfile: FileId, target: Option<&str>) -> Option<usize> {
    let parsed = app.dockerfiles.iter().find(|d| d.file == dockerfile)?;
    let stage = target.and_then(|t| parsed.find_stage(t, usize::MAX)).or(parsed.stages.len().checked_sub(1))?;
    app.images.iter().position(|i| i.file == dockerfile && i.stage == stage)
}

/// The Compose file stands in the stack file's folder or above or below it.
fn near(other: &Stack, stack: &Stack, sources: &Sources) -> bool {
    let (a, b) = (folder(sources.path(other.file())), folder(sources.path(stack.file())));
    is_within(a, b) || is_within(b, a) || folder(a) == folder(b)
}

/// An image of a registry of one's own, or of a namespace that no well-known image has.
fn is_own(reference: &Reference, raw: &str) -> bool {
    const PUBLIC: &[&str] = &[
        "ghcr.io",
        "quay.io",
        "lscr.io",
        "gcr.io",
        "mcr.microsoft.com",
        "registry.k8s.io",
        "public.ecr.aws",
        "docker.elastic.co",
        "registry.gitlab.com",
    ];
    let private = reference.registry.as_deref().is_some_and(|r| !PUBLIC.contains(&r));
    private || raw.starts_with('$') || reference.repository.contains('/') || reference.registry.is_some()
}

/// One Dockerfile that is released and one image of one's own: they belong together.
fn single(app: &App, stack: &Stack, written: &Reference, raw: &str, sources: &Sources) -> Option<usize> {
    const PUBLIC: &[&str] = &[
        "ghcr.io",
        "quay.io",
        "lscr.io",
        "gcr.io",
        "mcr.microsoft.com",
        "registry.k8s.io",
        "public.ecr.aws",
        "docker.elastic.co",
    ];
    let mut released = app.images.iter().enumerate().filter(|(_, i)| i.purpose == Purpose::Release);
    let (at, image) = released.next()?;
    if released.next().is_some() || !is_own(written, raw) {
        return None;
    }
    let own: std::collections::BTreeSet<String> = stack
        .services
        .iter()
        .filter_map(|s| s.image.as_ref())
        .filter(|i| i.text().map(Reference::parse).as_ref().and_then(known::find).is_none())
        .map(|i| strip_variables(&i.raw))
        .map(|r| Reference::parse(&r).name())
        .filter(|n| n.contains('/'))
        .collect();
    let private = written.registry.as_deref().is_some_and(|r| !PUBLIC.contains(&r)) || raw.starts_with('$');
    let names = [name(&image.context), name(folder(sources.path(image.file)))];
    // In a namespace of a public registry, a word of the image's name has to be one of the app's own.
    let own_words: Vec<String> = names
        .into_iter()
        .chain(app.manifests.iter().filter_map(|m| m.package.as_deref()))
        .flat_map(|n| n.split(['/', '-', '_', '.']))
        .filter(|w| w.len() > 2 && !matches!(*w, "app" | "docker" | "server" | "service" | "web" | "api"))
        .map(str::to_ascii_lowercase)
        .collect();
    let named =
        written.repository.to_ascii_lowercase().split(['/', '-', '_', '.']).any(|w| own_words.iter().any(|o| o == w));
    (own.len() <= 1 && (private || named)).then_some(at)
}
