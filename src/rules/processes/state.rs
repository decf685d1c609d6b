//! State that a process keeps to itself: sessions, uploads, live connections.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::app::Deployed;
use crate::code::{SourceFact, Value, What};
use crate::rules::backing::embedded::shares;
use crate::rules::{Context, Ruling, source};
use crate::stack::{MountKind, Storage};
use crate::violation::{Severity, Violation};

/// Facts of one kind that lie in code which the same service runs.
fn beside<'a>(c: &'a Context<'a>, fact: &'a SourceFact, what: What) -> impl Iterator<Item = &'a SourceFact> {
    let services = source::services(c, fact);
    c.app.code.of(what).filter(move |other| {
        if services.is_empty() {
            let near = |f: &SourceFact| c.sources.path(f.span.file).split('/').next().map(str::to_owned);
            return near(other) == near(fact) || other.span.file == fact.span.file;
        }
        services.iter().any(|d| c.app.is_run_by(other.span.file, d.process, c.sources))
    })
}

pub(in crate::rules) fn in_memory_session(c: &Context<'_>, out: &mut Ruling) {
    let mut said = BTreeSet::new();
    for fact in c.app.code.of(What::Session) {
        let store = fact.note("store");
        if store == Some("shared") {
            out.holds(fact.span, "sessions are kept in a service of their own");
            continue;
        }
        let by = fact.note("by").unwrap_or_default();
        let kind = fact.note("kind");
        // The memory cache of ASP.NET holds sessions only where there are some.
        if kind == Some("session") || by.is_empty() {
            continue;
        }
        if beside(c, fact, What::Session).any(|o| o.note("store") == Some("shared")) {
            continue;
        }
        if by == "AddDistributedMemoryCache"
            && !beside(c, fact, What::Session).any(|o| o.note("kind") == Some("session"))
        {
            continue;
        }
        let store = match (store, by) {
            (Some("cache"), _) => {
                let cache = beside(c, fact, What::Session).find(|o| o.note("kind") == Some("cache"));
                match cache.and_then(|o| o.parts.get("store")).map(|p| c.text(p.span)) {
                    Some(text) if text.contains("memory_store") || text.contains("LocMem") => "memory",
                    Some(text) if text.contains("file_store") => "files",
                    _ => continue,
                }
            }
            (Some(store), _) => store,
            (None, _) => continue,
        };
        if source::is_overridden(c, fact, &source::services(c, fact)) {
            continue;
        }
        if by == "SESSION_TYPE" && !beside_any(c, fact, &["flask_session"]) {
            continue;
        }
        // One service's sessions are kept in one place, however many of its files start them.
        let services = source::services(c, fact);
        let names: Vec<String> = services.iter().map(|d| d.service.name.value.clone()).collect();
        if !said.insert((by.to_owned(), store.to_owned(), names)) {
            continue;
        }
        let place = if store == "files" { "in files of the container" } else { "in the memory of the process" };
        let help = "keep them in a service that every task reaches (Redis, a database), or in a signed cookie";
        let violation = Violation::at(fact.span, format!("sessions are kept {place} (`{by}`)")).help(help);
        source::report(c, out, fact, source::with_replicas(violation, &services), |services| {
            if source::many(services) { Severity::Error } else { Severity::Warning }
        });
    }
}

pub(in crate::rules) fn local_upload_storage(c: &Context<'_>, out: &mut Ruling) {
    let mut said = BTreeSet::new();
    for fact in c.app.code.of(What::Uploads) {
        if fact.note("store") == Some("shared") {
            out.holds(fact.span, "uploads are kept in an object store");
            continue;
        }
        if beside(c, fact, What::Uploads).any(|o| o.note("store") == Some("shared")) {
            continue;
        }
        let by = fact.note("by").unwrap_or_default();
        let path = fact.text("path").map_or_else(|| c.text(fact.place("path")).to_owned(), str::to_owned);
        if by == "active_storage" && !c.app.code.files.keys().any(|f| c.sources.text(*f).contains("_attached ")) {
            continue;
        }
        if !said.insert((fact.span.file, by.to_owned())) {
            continue;
        }
        // Django's storages are chosen elsewhere: what stands under `MEDIA_ROOT` is then nothing.
        let text = c.sources.text(fact.span.file);
        let chosen = text.contains("\nSTORAGES") && !text.contains("FileSystemStorage");
        if is_removed(c, fact) || by == "MEDIA_ROOT" && (chosen || !takes_files(c, fact)) {
            continue;
        }
        const SCRATCH: &[&str] = &["/tmp", "tempnam", "tmp_", "tempfile", "tmpdir", "TemporaryFile"];
        let lower = path.to_ascii_lowercase();
        if SCRATCH.iter().any(|mark| path.contains(mark)) || lower.contains("tmpdir") || lower.contains("tempdir") {
            continue;
        }
        if matches!(fact.parts.get("path").map(|p| &p.value), Some(Value::Environment { default: None, .. })) {
            continue;
        }
        if source::is_overridden(c, fact, &source::services(c, fact)) {
            continue;
        }
        // Laravel has a disk by default: what counts is that something is stored on it.
        if by == "FILESYSTEM_DISK" && !stores(c, fact) {
            continue;
        }
        let help = "put them into an object store, or on a volume that every node reaches";
        let violation =
            Violation::at(fact.span, format!("uploads are kept in files of the container (`{by}`)")).help(help);
        source::report(c, out, fact, source::with_replicas(violation, &source::services(c, fact)), |services| {
            let lost = services.iter().any(|d| d.many().value() == Some(&true) && !shares(d));
            let kept = !services.is_empty() && services.iter().all(|d| is_mounted(d, &path));
            match (lost, kept) {
                (true, _) => Severity::Error,
                (false, false) => Severity::Warning,
                // One task with a volume: the rules on volumes speak of it.
                (false, true) => Severity::Note,
            }
        });
    }
}

/// Whether a folder that the code names is a volume's.
fn is_mounted(deployed: &Deployed<'_>, path: &str) -> bool {
    let folder = path.trim_matches(['"', '\'', '`', '.', '/']);
    let first = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    !folder.is_empty()
        && deployed.service.mounts.iter().filter_map(|m| m.target.value()).any(|target| {
            let target = target.trim_matches('/');
            crate::source::is_within(folder, target)
                || target.ends_with(&format!("/{}", folder.split('/').next().unwrap_or_default()))
                || target.ends_with(&format!("/{folder}"))
                || folder.ends_with(&first(target)) && first(target).len() > 3
        })
}

/// What is written is removed when the request is done.
fn is_removed(c: &Context<'_>, fact: &SourceFact) -> bool {
    let text = c.sources.text(fact.span.file);
    [
        "defer os.Remove",
        "RemoveAll(",
        "createTempFile",
        "sys_get_temp_dir",
        "tempfile.",
        "TemporaryDirectory",
        "deleteOnExit",
    ]
    .iter()
    .any(|w| text.contains(w))
        || fact.note("by") != Some("MEDIA_ROOT") && passes_on(c, fact)
}

/// Whether a service that takes files removes each when it has done with it: `unlinkSync(req.file.path)`.
fn passes_on(c: &Context<'_>, fact: &SourceFact) -> bool {
    static REMOVED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(unlink|unlinkSync|rm|rmSync|remove|removeSync|unlinkAsync)\(\s*[\w.?\[\]]*[fF]iles?(\[\w+\])?\??\.path\b")
            .expect("a sound pattern")
    });
    // `const path = req.file.path`, and then `unlink(path)`.
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\w+)\s*=\s*[\w.?\[\]]*\bfiles?(?:\[\w+\])?\??\.path\b").expect("a sound pattern")
    });
    let removes = |text: &str| {
        let removed =
            |name: &str| ["unlink", "unlinkSync", "rm"].iter().any(|f| text.contains(&format!("{f}({name})")));
        REMOVED.is_match(text) || NAMED.captures_iter(text).any(|found| removed(&found[1]))
    };
    let services = source::services(c, fact);
    services.iter().flat_map(|d| &d.process.runs).any(|f| removes(c.sources.text(*f)))
}

/// Whether the code of Django takes files from people at all.
fn takes_files(c: &Context<'_>, fact: &SourceFact) -> bool {
    let elsewhere = ["S3Storage", "S3Boto3Storage", "GoogleCloudStorage", "AzureStorage"];
    if elsewhere.iter().any(|w| c.sources.text(fact.span.file).contains(w)) {
        return false;
    }
    let marks = ["FileField", "ImageField", "request.FILES", "default_storage", "FileSystemStorage", "UploadedFile"];
    source::services(c, fact).is_empty() || beside_any(c, fact, &marks)
}

fn stores(c: &Context<'_>, fact: &SourceFact) -> bool {
    static STORES: LazyLock<Regex> = LazyLock::new(|| {
        // Without the name of a disk, the one by default.
        Regex::new(
            r#"(?:\)|\]|\w)->store(?:As|Publicly|PubliclyAs)?\(|Storage::(put|putFile|putFileAs|append|writeStream)\(|Storage::disk\((['"](local|public)['"])?\)"#,
        )
        .expect("a sound pattern")
    });
    let services = source::services(c, fact);
    // `$this->store(…)` is a method of its own class.
    let stores = |text: &str| {
        STORES
            .find_iter(text)
            .any(|found| !(found.as_str().contains("->store") && text[..=found.start()].ends_with("$this")))
    };
    services.iter().flat_map(|d| &d.process.runs).any(|f| stores(c.sources.text(*f)))
}

/// Whether a file that runs in a service with the fact's code has one of these marks.
fn beside_any(c: &Context<'_>, fact: &SourceFact, marks: &[&str]) -> bool {
    let services = source::services(c, fact);
    services.iter().flat_map(|d| &d.process.runs).any(|f| marks.iter().any(|m| c.sources.text(*f).contains(m)))
}

pub(in crate::rules) fn realtime_without_adapter(c: &Context<'_>, out: &mut Ruling) {
    let mut said = BTreeSet::new();
    for fact in c.app.code.of(What::Realtime) {
        let by = fact.note("by").unwrap_or_default();
        // Several collections of one file are one place of the clients.
        if !said.insert((fact.span.file, by)) {
            continue;
        }
        if let Some(adapter) = beside(c, fact, What::Adapts).next() {
            out.holds(adapter.span, "messages are carried between the tasks");
            continue;
        }
        let help = "add an adapter that carries messages between the tasks (Redis, PostgreSQL, NATS)";
        let violation = Violation::at(fact.span, format!("`{by}` reaches only the clients of its own task")).help(help);
        source::report(c, out, fact, source::with_replicas(violation, &source::services(c, fact)), |services| {
            if services.is_empty() || source::many(services) { Severity::Warning } else { Severity::Note }
        });
    }
}

pub(in crate::rules) fn shared_local_volume(c: &Context<'_>, out: &mut Ruling) {
    let deployed: Vec<Deployed<'_>> = c.app.deployed().collect();
    let mut said = BTreeSet::new();
    for (at, second) in deployed.iter().enumerate() {
        for mount in &second.service.mounts {
            let Some(source) = own_source(second, mount) else { continue };
            let twin = deployed[..at].iter().find_map(|first| {
                if !std::ptr::eq(first.stack, second.stack) {
                    return None;
                }
                let other =
                    first.service.mounts.iter().find(|m| own_source(first, m).as_deref() == Some(source.as_str()))?;
                let writes = mount.read_only.known() != Some(&true) || other.read_only.known() != Some(&true);
                (writes && !together(first, second)).then_some((first, other))
            });
            let Some((first, other)) = twin else { continue };
            // One folder of many services is one thing to mend.
            if !said.insert((second.stack.file(), source.clone())) {
                continue;
            }
            let message =
                format!("`{source}` is also mounted by `{}`, and every node has its own", first.service.name.value);
            let help = "pin both services to one node by a label, or use a volume driver that every node reaches";
            // The same path of the node may hold what is each node's own.
            let apart = mount.kind == MountKind::Volume && apart(first, second);
            let violation = Violation::at(mount.span, message).help(help).related(other.span, "mounted here too");
            out.violation(if apart { violation.severity(Severity::Error) } else { violation });
        }
    }
}

/// The local volume or folder that a mount shows, where it is the node's own.
fn own_source(deployed: &Deployed<'_>, mount: &crate::stack::Mount) -> Option<String> {
    if !matches!(mount.kind, MountKind::Volume | MountKind::Bind)
        || deployed.stack.storage(mount) != Storage::Node
        || deployed.is_one_off()
    {
        return None;
    }
    let source = mount.source.as_ref()?.text()?;
    const SYSTEM: &[&str] =
        &["/var/run", "/run", "/proc", "/sys", "/etc", "/dev", "/var/lib/docker", "/var/log", "/lib", "/usr", "/"];
    let of_the_node = mount.kind == MountKind::Bind
        && (SYSTEM.iter().any(|s| source == *s || *s != "/" && crate::source::is_within(source, s))
            || !source.starts_with('/'));
    let network =
        ["gfs", "gluster", "nfs", "efs", "ceph", "mnt"].iter().any(|w| source.split('/').any(|p| p.contains(w)));
    // `D:\\data` of Windows is no volume `D`.
    let drive = source.len() == 1;
    let foreign = drive || of_the_node || source.contains("{{") || mount.kind == MountKind::Bind && network;
    (!foreign).then(|| source.to_owned())
}

/// Both surely run on the same node, or on every one.
fn together(a: &Deployed<'_>, b: &Deployed<'_>) -> bool {
    let pins = |d: &Deployed<'_>| -> Vec<String> {
        d.service.constraints().iter().map(|t| t.raw.replace(' ', "")).filter(|t| t.contains("==")).collect()
    };
    let (x, y) = (pins(a), pins(b));
    let global = |d: &Deployed<'_>| d.service.mode() == crate::stack::Mode::Global;
    let unknown = |d: &Deployed<'_>| d.service.constraints().iter().any(|t| t.fact.is_unknown());
    global(a) && global(b) || unknown(a) || unknown(b) || x.iter().any(|pin| y.contains(pin))
}

/// Both surely run on different nodes.
fn apart(a: &Deployed<'_>, b: &Deployed<'_>) -> bool {
    let pin = |d: &Deployed<'_>, key: &str| {
        d.service
            .constraints()
            .iter()
            .find_map(|t| t.raw.replace(' ', "").strip_prefix(&format!("{key}==")).map(str::to_owned))
    };
    ["node.hostname", "node.id", "node.role"].iter().any(|key| match (pin(a, key), pin(b, key)) {
        (Some(x), Some(y)) => x != y,
        _ => false,
    })
}
