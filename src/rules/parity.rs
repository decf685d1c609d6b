//! X. Dev/prod parity: the same services, versions and modes in development, in CI and in the release.

mod modes;
mod runtime;
mod version;

use super::{Checks, Context, Ruling};
use crate::app::known::{self, Reference, Role as ImageRole};
use crate::source::{FileId, Span, folder, is_within, name};
use crate::stack::{Role, Stack};
use crate::syntax::tree::Node;
use crate::violation::Violation;
use version::Version;

pub(super) const CHECKS: Checks = &[
    ("backing-type-drift", backing_type_drift),
    ("backing-version-drift", backing_version_drift),
    ("debug-mode-in-release", modes::debug_mode_in_release),
    ("dev-server-in-release", modes::dev_server_in_release),
    ("runtime-version-drift", runtime::runtime_version_drift),
    ("service-set-drift", service_set_drift),
];

/// A backing service that some file declares.
struct Backing {
    file: FileId,
    /// The service's name in that file; empty in a pipeline.
    service: String,
    reference: Reference,
    kind: String,
    role: ImageRole,
    span: Span,
}

impl Backing {
    fn new(file: FileId, service: &str, image: &str, span: Span) -> Option<Self> {
        let reference = Reference::parse(image);
        let known = known::find(&reference).filter(|k| k.role.is_backing())?;
        Some(Self { file, service: service.to_owned(), kind: known.kind.clone()?, role: known.role, reference, span })
    }

    /// The version as far as it matters: MySQL breaks between minor versions.
    fn version(&self) -> Option<Version> {
        let parts = if self.kind == "mysql" { 2 } else { 1 };
        Version::of_tag(self.reference.tag.as_deref()?).map(|v| v.cut(parts))
    }
}

fn of_stacks(c: &Context<'_>, role: Role) -> Vec<Backing> {
    let mut found = Vec::new();
    for stack in c.app.stacks_of(role) {
        for service in &stack.services {
            let Some(image) = &service.image else { continue };
            let Some(text) = image.text() else { continue };
            found.extend(Backing::new(image.span.file, &service.name.value, text, image.span));
        }
    }
    found
}

/// The services of GitHub's and GitLab's jobs, and CircleCI's images.
fn of_pipelines(c: &Context<'_>) -> Vec<Backing> {
    let mut found = Vec::new();
    for (file, root) in &c.app.pipelines {
        let jobs = root.get("jobs").map_or_else(|| root.entries(), Node::entries);
        for job in jobs.iter().map(|e| &e.value).chain([root]) {
            let services = job.get("services");
            let images = services
                .map(Node::entries)
                .unwrap_or_default()
                .iter()
                .filter_map(|e| e.value.get("image").or(Some(&e.value)))
                .chain(services.map(Node::items).unwrap_or_default().iter().filter_map(|i| i.get("name").or(Some(i))))
                .chain(job.get("docker").map(Node::items).unwrap_or_default().iter().filter_map(|i| i.get("image")));
            for node in images {
                if let Some(image) = node.as_str().filter(|t| !t.contains('$')) {
                    found.extend(Backing::new(*file, "", image, node.span));
                }
            }
        }
    }
    found
}

/// Whether two files speak of one app: one lies in the other's folder, or below it. Pipelines speak of all.
fn belong(c: &Context<'_>, development: &Backing, release: &Backing) -> bool {
    if development.service.is_empty() {
        return true;
    }
    is_near(c, development.file, release.file)
}

/// One file lies in the other's folder, or below it.
fn is_near(c: &Context<'_>, a: FileId, b: FileId) -> bool {
    let (a, b) = (folder(c.sources.path(a)), folder(c.sources.path(b)));
    is_within(a, b) || is_within(b, a)
}

fn backing_version_drift(c: &Context<'_>, out: &mut Ruling) {
    let released = of_stacks(c, Role::Swarm);
    for development in of_stacks(c, Role::Compose).into_iter().chain(of_pipelines(c)) {
        let same: Vec<&Backing> =
            released.iter().filter(|r| r.kind == development.kind && belong(c, &development, r)).collect();
        let Some(first) = same.first() else { continue };
        let (Some(here), Some(versions)) =
            (development.version(), same.iter().map(|r| r.version()).collect::<Option<Vec<_>>>())
        else {
            out.unknown(development.span, "a version is not known");
            continue;
        };
        let short = development.reference.short();
        if versions.contains(&here) {
            out.holds(development.span, format!("`{short}` {here} as in the release"));
            continue;
        }
        let stack = name(c.sources.path(first.file));
        let message = format!("`{short}` {here} here, but {} in `{stack}`", versions[0]);
        out.violation(
            Violation::at(development.span, message)
                .help("use the release's version everywhere")
                .related(first.span, "the release"),
        );
    }
}

fn backing_type_drift(c: &Context<'_>, out: &mut Ruling) {
    let released = of_stacks(c, Role::Swarm);
    let developed = of_stacks(c, Role::Compose);
    for development in &developed {
        let near: Vec<&Backing> = released.iter().filter(|r| belong(c, development, r)).collect();
        if near.is_empty() || near.iter().any(|r| r.kind == development.kind) {
            continue;
        }
        let same_name = near.iter().find(|r| r.service == development.service && !r.service.is_empty());
        // The only database here and the only database there are the same one under two names.
        let databases =
            |all: &mut dyn Iterator<Item = &Backing>| all.filter(|b| b.role == ImageRole::Datastore).count();
        let only = development.role == ImageRole::Datastore
            && databases(&mut developed.iter().filter(|d| d.file == development.file)) == 1
            && databases(&mut near.iter().copied()) == 1;
        let other = same_name.or_else(|| near.iter().find(|r| only && r.role == ImageRole::Datastore));
        let Some(other) = other else { continue };
        let stack = name(c.sources.path(other.file));
        let message =
            format!("`{}` here, but `{}` in `{stack}`", development.reference.short(), other.reference.short());
        out.violation(
            Violation::at(development.span, message)
                .help("develop against what the release runs on")
                .related(other.span, "the release"),
        );
    }
}

/// A backing service that development has, and the release neither has nor names.
fn service_set_drift(c: &Context<'_>, out: &mut Ruling) {
    let released = of_stacks(c, Role::Swarm);
    for development in of_stacks(c, Role::Compose) {
        let stacks = c.app.stacks_of(Role::Swarm).map(Stack::file);
        let near: Vec<FileId> = stacks.filter(|file| is_near(c, development.file, *file)).collect();
        // What other services bring along.
        let beside = matches!(development.kind.as_str(), "zookeeper" | "consul" | "etcd");
        if beside || near.is_empty() || released.iter().any(|r| r.kind == development.kind) {
            continue;
        }
        // Another datastore there is another rule's.
        let drifts = released.iter().any(|r| r.service == development.service && belong(c, &development, r));
        let names = words_of(&development.kind);
        let named = near.iter().any(|stack| {
            let text = c.sources.text(*stack).to_ascii_lowercase();
            names.iter().any(|n| {
                text.contains(&format!("{n}_"))
                    || text.contains(&format!("{n}://"))
                    || text.contains(&format!("{n}+srv://"))
                    || text.contains(&format!("/{n}:"))
                    || text.contains(&format!("{n}ql://"))
            })
        });
        if drifts || named {
            continue;
        }
        let service = &development.service;
        let message = format!("`{service}` runs in development and the stack neither has it nor names it");
        out.violation(
            Violation::at(development.span, message)
                .help("add it to the stack, or hand the app its address; drop it here where nothing uses it"),
        );
    }
}

/// The words by which a kind of backing service is named in variables and URLs.
fn words_of(kind: &str) -> Vec<&str> {
    match kind {
        "postgres" | "postgresql" => vec!["postgres", "pg", "database", "db", "postgresql"],
        "mysql" | "mariadb" => vec!["mysql", "mariadb", "database", "db"],
        "mongo" | "mongodb" => vec!["mongo", "mongodb"],
        "rabbitmq" => vec!["rabbitmq", "rabbit", "amqp", "broker"],
        "redis" | "valkey" => vec!["redis", "valkey", "rediss"],
        "minio" => vec!["minio", "s3"],
        "memcached" => vec!["memcached", "memcache"],
        "elasticsearch" | "opensearch" => vec!["elasticsearch", "elastic", "opensearch", "es"],
        other => vec![other],
    }
}
