//! Which Dockerfile makes the image that a service runs. A wrong link is the worst of false alarms: no evidence, no link.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::App;
use super::assemble::is_development_word;
use super::image::{Image, Purpose};
use super::known::{self, Reference};
use super::mention::{Built, Mentions};
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

/// The index of the image that a service of a Swarm stack runs. What one service tells of its image is true of others
/// that run the same one.
pub(super) fn image_of(app: &App, stack: &Stack, service: &Service, sources: &Sources) -> Option<usize> {
    let same = |other: &&Service| {
        let text = |s: &Service| s.image.as_ref().map(|i| i.raw.clone());
        other.name.value != service.name.value && text(other).is_some() && text(other) == text(service)
    };
    told_by(app, stack, service, sources).or_else(|| {
        let mut others = stack.services.iter().filter(same).filter(|_| service.build.is_none());
        others.find_map(|other| told_by(app, stack, other, sources))
    })
}

/// What a service itself tells of its image.
fn told_by(app: &App, stack: &Stack, service: &Service, sources: &Sources) -> Option<usize> {
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
    for other in app.stacks.iter().filter(|s| s.file() != stack.file()) {
        for candidate in &other.services {
            let Some(build) = &candidate.build else { continue };
            let same_image = candidate.image.as_ref().is_some_and(|i| {
                let reference = Reference::parse(&strip_variables(&i.raw));
                !reference.short().is_empty() && reference.short() == written.short()
            });
            if same_image {
                return released_by(app, build, sources);
            }
            if candidate.name.value == service.name.value && near(other, stack, sources) {
                by_name = by_name.or_else(|| released_by(app, build, sources));
            }
        }
    }
    match by_command(app, &written, &image.raw, sources) {
        Some(Told::One(found)) => return Some(found),
        Some(Told::Several) => return None,
        None => {}
    }
    let by_name = by_name.filter(|at| fits(&written, &app.images[*at]));
    if by_name.is_some() && is_own(&written, image.raw.as_str()) {
        return by_name;
    }
    by_folder(app, stack, &written, &image.raw, sources)
        .or_else(|| by_part(app, stack, service, &written, sources))
        .or_else(|| single(app, stack, &written, image.raw.as_str(), sources))
        .filter(|at| fits(&written, &app.images[*at]))
}

/// An image that is called after a server of others is made of one.
fn fits(written: &Reference, image: &Image) -> bool {
    let short = written.short().to_ascii_lowercase();
    let base = image.base.reference.as_ref().map_or("", |r| r.short());
    let called = short.rsplit(['-', '_']).next().unwrap_or_default();
    called == "server" || !known::is_server(called) || base.contains(called)
}

/// What the commands say that build an image.
enum Told {
    One(usize),
    /// Each builds another Dockerfile.
    Several,
}

/// A command or a pipeline builds an image of that name.
fn by_command(app: &App, written: &Reference, raw: &str, sources: &Sources) -> Option<Told> {
    let mut same: Vec<(bool, &Built)> = Vec::new();
    for built in &app.mentions.builds {
        let reference = Reference::parse(&strip_variables(&built.tag));
        let short = reference.short();
        let by_variable = variable(raw).is_some() && variable(raw) == variable(&built.tag);
        if by_variable || !short.is_empty() && short == written.short() {
            same.push((reference.repository == written.repository, built));
        }
    }
    // The whole name tells more than its last part.
    same.sort_by_key(|(whole, _)| !whole);
    let of = |(whole, built): (bool, &Built)| {
        let found = place_of_command(built.dockerfile.as_deref(), &built.context, &built.folder, sources);
        Some((whole, release(app, found?.0, built.target.as_deref())?))
    };
    let found: Vec<(bool, usize)> = same.into_iter().filter_map(of).collect();
    let (whole, at) = *found.first()?;
    // Two that are called the same: nobody knows which one is meant.
    let one = found.iter().all(|(w, other)| *w != whole || app.images[*other].file == app.images[at].file);
    Some(if one { Told::One(at) } else { Told::Several })
}

/// The variable that a whole reference is: `${WEB_IMAGE}` → `WEB_IMAGE`.
fn variable(raw: &str) -> Option<&str> {
    let name = raw.trim_matches('"').strip_prefix('$')?.trim_start_matches(['{', '(']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    let rest = &name[end..];
    let whole = rest.trim_end_matches(['}', ')']);
    let default = whole.starts_with([':', '-']) && !whole.contains(['$', '}']) && raw.ends_with('}');
    (whole.is_empty() || default || whole.starts_with(':') && !whole.contains('/')).then_some(&name[..end])
}

/// The Dockerfile in the folder that the image is named after: `acme/shop-orders` is built in `services/orders`.
fn by_folder(app: &App, stack: &Stack, written: &Reference, raw: &str, sources: &Sources) -> Option<usize> {
    let wanted = called(written, raw)?;
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, image) in app.images.iter().enumerate().filter(|(_, i)| i.purpose == Purpose::Release) {
        let names = names_of(app, image, sources);
        let fit = names.iter().filter(|n| is_called(&wanted, n, app, stack)).map(String::len).max();
        found.extend(fit.map(|length| (length, at)));
    }
    let longest = found.iter().map(|(length, _)| *length).max()?;
    let best: Vec<usize> = found.into_iter().filter(|(length, _)| *length == longest).map(|(_, at)| at).collect();
    match best.as_slice() {
        [only] => Some(*only),
        // Beside `Dockerfile.worker`, `Dockerfile` is what the folder is called after.
        several => several.iter().copied().find(|at| {
            let path = sources.path(app.images[*at].file);
            let beside = |other: &usize| folder(sources.path(app.images[*other].file)) == folder(path);
            name(path) == "Dockerfile" && several.iter().all(beside)
        }),
    }
}

/// What an image is called: the last part of its name, or the variable that stands for it.
fn called(written: &Reference, raw: &str) -> Option<String> {
    let short = written.short().to_owned();
    let name = if short.is_empty() { variable(raw)?.to_owned() } else { short };
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let plain = ["-image", "-image-name", "-image-tag"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    (plain.len() > 1 && plain != "image").then(|| plain.to_owned())
}

/// What the place of a Dockerfile calls its image: its folder, its context's, `orders.Dockerfile`.
fn names_of(app: &App, image: &Image, sources: &Sources) -> Vec<String> {
    const PLAIN: &[&str] = &[
        "docker",
        "dockerfiles",
        "build",
        "deploy",
        "deployment",
        "src",
        "infra",
        "prod",
        "production",
        "main",
        "app",
    ];
    let path = sources.path(image.file);
    let above = || std::iter::successors(Some(folder(path)), |at| Some(folder(at))).take_while(|at| !at.is_empty());
    let own = above().map(name).find(|n| !PLAIN.contains(n));
    // `frontend/react-app`, where nothing else below `frontend` is built.
    let only = above().filter(|at| {
        let others = app.dockerfiles.iter().map(|d| sources.path(d.file)).filter(|other| is_within(other, at));
        others.count() == 1
    });
    let top = only.last().map(name).filter(|n| part(n).is_some());
    let file = name(path).to_ascii_lowercase();
    let suffix = file.strip_prefix("dockerfile").or_else(|| file.strip_suffix("dockerfile"));
    let suffix = suffix.map(|s| s.trim_matches(['.', '-', '_']).to_owned()).filter(|s| !PLAIN.contains(&s.as_str()));
    let all = [own.map(str::to_owned), top.map(str::to_owned), Some(name(&image.context).to_owned()), suffix];
    let lower = all.into_iter().flatten().map(|n| n.to_ascii_lowercase().replace(['_', '.'], "-"));
    lower.filter(|n| n.len() > 1).collect()
}

/// Whether an image's name is that of a folder, or ends with it behind the app's own name.
fn is_called(wanted: &str, named: &str, app: &App, stack: &Stack) -> bool {
    // `order-service` is built in `order`.
    let plain = ["-service", "-svc", "-api", "-app", "-server"].iter().find_map(|end| wanted.strip_suffix(end));
    if wanted == named || plain == Some(named) {
        return true;
    }
    let Some(before) = wanted.strip_suffix(named).and_then(|rest| rest.strip_suffix('-')) else { return false };
    // Other images of the stack begin in the same way, or what is developed here is called so.
    let begin = format!("{before}-");
    let alike = stack.services.iter().filter_map(|s| s.image.as_ref()).filter_map(|image| {
        let name = called(&Reference::parse(&strip_variables(&image.raw)), &image.raw)?;
        name.starts_with(&begin).then_some(name)
    });
    if alike.collect::<BTreeSet<String>>().len() > 1 {
        return true;
    }
    let own = own_words(app, []);
    before.split('-').all(|word| own.contains(word) || word.len() < 3)
}

/// What stands for one part of an app, whatever it is called.
fn part(word: &str) -> Option<u8> {
    match word {
        "server" | "backend" | "back" | "api" => Some(0),
        "client" | "frontend" | "front" | "web" | "ui" => Some(1),
        _ => None,
    }
}

/// `shop-backend` is built in `server`, where no other Dockerfile is of that part; `acme/shop-worker` of the service
/// `worker` in `worker`. Other images have to be called in the same way, for others' programs have a server too.
fn by_part(app: &App, stack: &Stack, service: &Service, written: &Reference, sources: &Sources) -> Option<usize> {
    let short = written.short().to_ascii_lowercase().replace(['_', '.'], "-");
    let short = short.strip_suffix("-image").unwrap_or(&short);
    let last = short.rsplit('-').next().filter(|last| !last.is_empty())?;
    let before = short.strip_suffix(last)?.trim_end_matches('-');
    let released = || app.images.iter().enumerate().filter(|(_, i)| i.purpose == Purpose::Release);
    let is_of = |image: &Image, last: &str| {
        let names = names_of(app, image, sources);
        names.iter().any(|n| n == last || part(n).is_some() && part(n) == part(last))
    };
    let named = service.name.value.to_ascii_lowercase().replace('_', "-") == last;
    if part(last).is_none() && !named {
        return None;
    }
    let own = own_words(app, []);
    let of_app = !before.is_empty() && before.split('-').all(|word| own.contains(word) || word.len() < 3);
    let local = is_local(written);
    // Another image of the same owner is called after a part, too.
    let owner = |reference: &Reference| {
        reference.name().rsplit_once('/').map(|(owner, _)| owner.to_owned()).filter(|owner| owner != "library")
    };
    let beside = || {
        stack.services.iter().filter_map(|s| s.image.as_ref()).any(|image| {
            let other = Reference::parse(&strip_variables(&image.raw));
            let called = other.short().to_ascii_lowercase().replace(['_', '.'], "-");
            let called = called.strip_suffix("-image").unwrap_or(&called);
            let (head, tail) = called.rsplit_once('-').unwrap_or(("", called));
            owner(&other).is_some()
                && owner(&other) == owner(written)
                && head == before
                && tail != last
                && released().any(|(_, i)| is_of(i, tail))
        })
    };
    if !of_app && !local && !beside() {
        return None;
    }
    let mut found = released().filter(|(_, image)| is_of(image, last));
    let (at, _) = found.next()?;
    found.next().is_none().then_some(at)
}

/// A name of one part that no image of Docker's library has: it is built here.
fn is_local(reference: &Reference) -> bool {
    reference.registry.is_none()
        && !reference.repository.is_empty()
        && !reference.repository.contains('/')
        && !known::is_official(&reference.repository)
}

/// Words of what is developed here: of its packages, and of folders.
fn own_words<'a>(app: &'a App, folders: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    const PLAIN: &[&str] = &["app", "docker", "server", "service", "web", "api"];
    // Whose it is, as in `github.com/acme/shop` and `@acme/shop`, others of the same owner are called too.
    let names = folders.into_iter().chain(app.manifests.iter().filter_map(|m| m.package.as_deref()).map(name));
    let names = names.chain(app.history.names.iter().map(String::as_str));
    let words = names.flat_map(|n| n.split(|c: char| !c.is_ascii_alphanumeric())).map(str::to_ascii_lowercase);
    words.filter(|w| w.len() > 2 && !PLAIN.contains(&w.as_str())).collect()
}

/// `${REGISTRY}/web:${TAG:-1}` → `/web:1`, which still tells the name; also `$(REGISTRY)` and `${{ env.REGISTRY }}`.
fn strip_variables(raw: &str) -> String {
    static DEFAULT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{[A-Za-z0-9_]+:?-([^${}]*)\}").expect("a sound pattern"));
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z0-9_]+|\{\{.*?\}\}|\$").expect("a sound pattern")
    });
    VARIABLE.replace_all(&DEFAULT.replace_all(raw, "$1"), "").into_owned()
}

/// What another file builds, as it is released: not the stage that is built for developers.
fn released_by(app: &App, build: &Build, sources: &Sources) -> Option<usize> {
    let found = by_build(app, build, sources)?;
    let (file, stage) = (app.images[found].file, app.images[found].stage);
    let stages = &app.dockerfiles.iter().find(|d| d.file == file)?.stages;
    let named = |at: usize| stages[at].name.as_ref().map_or("", |n| n.value.as_str());
    if !is_development_word(named(stage)) {
        return Some(found);
    }
    let other = (0..stages.len()).rev().find(|at| !is_development_word(named(*at)))?;
    app.images.iter().position(|i| i.file == file && i.stage == other)
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

/// An image of a registry of one's own, or of a namespace that no well-known image has.
fn is_own(reference: &Reference, raw: &str) -> bool {
    raw.starts_with('$') || reference.repository.contains('/') || reference.registry.is_some()
}

/// Words of variables that say nothing of whose image it is.
const OF_ANY: &[&str] = &[
    "image",
    "name",
    "tag",
    "docker",
    "registry",
    "ci",
    "app",
    "repo",
    "repository",
    "release",
    "full",
    "my",
    "the",
    "api",
    "web",
    "server",
    "service",
    "backend",
    "worker",
];

/// One Dockerfile that is released and one image of one's own: they belong together.
fn single(app: &App, stack: &Stack, written: &Reference, raw: &str, sources: &Sources) -> Option<usize> {
    let mut released = app.images.iter().enumerate().filter(|(_, i)| i.purpose == Purpose::Release);
    let (at, image) = released.next()?;
    if released.next().is_some() {
        return None;
    }
    let own: BTreeSet<String> = stack
        .services
        .iter()
        .filter_map(|s| s.image.as_ref())
        .filter(|i| i.text().map(Reference::parse).as_ref().and_then(known::find).is_none())
        .map(|i| Reference::parse(&strip_variables(&i.raw)).name())
        .collect();
    // In a namespace of a public registry, a word of the image's name has to be one of the app's own.
    let words = own_words(app, [name(&image.context), name(folder(sources.path(image.file)))]);
    // `${EVOLUTION_API_IMAGE}` is called after something else.
    let strange = |variable: &str| {
        let lower = variable.to_ascii_lowercase();
        !lower.split('_').all(|w| OF_ANY.contains(&w) || words.contains(w))
    };
    if written.short().is_empty() && variable(raw).is_some_and(strange) {
        return None;
    }
    let local = |n: &String| is_local(&Reference::parse(n));
    let private = is_own(written, raw)
        && (written.registry.as_deref().is_some_and(|r| !PUBLIC.contains(&r)) || raw.starts_with('$'));
    let named = |name: &str| name.to_ascii_lowercase().split(['/', '-', '_', '.']).any(|w| words.contains(w));
    let alone = own.iter().filter(|n| named(n)).count() <= 1 && named(&written.repository);
    let only = private && own.iter().filter(|n| n.contains('/')).count() <= 1;
    let built = is_local(written) && own.iter().filter(|n| local(n)).count() == 1;
    (alone || only || built).then_some(at)
}
