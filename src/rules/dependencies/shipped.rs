//! What the app runs and does not bring along: development dependencies, tools, runtimes of the node.

use std::collections::BTreeSet;

use crate::app::chain::Step;
use crate::app::image::{Copied, Image};
use crate::app::install::Install;
use crate::app::known::Role;
use crate::app::{Process, server};
use crate::code::Language;
use crate::code::What;
use crate::fact::Fact;
use crate::rules::{Context, Ruling, source};
use crate::source::{folder, is_within, name};
use crate::stack::MountKind;
use crate::syntax::dockerfile::Body;
use crate::syntax::manifest::{Dependency, Ecosystem};
use crate::violation::{Severity, Violation};

/// The package that a program comes with, where it is called otherwise.
fn package(program: &str) -> &str {
    match program {
        "tsc" => "typescript",
        "nest" => "@nestjs/cli",
        "ng" => "@angular/cli",
        "dotenv" => "dotenv-cli",
        "sequelize" => "sequelize-cli",
        other => other,
    }
}

/// The packages whose programs or modules a step needs.
fn needs(step: &Step) -> Vec<(String, Ecosystem)> {
    let mut found: Vec<(String, Ecosystem)> = Vec::new();
    let node = |program: &str| (package(program).to_owned(), Ecosystem::Node);
    for wrapper in step.wrappers.iter().map(|w| name(w)) {
        found.push(node(wrapper));
    }
    let written = step.program();
    found.push(node(written));
    if written == "node" {
        // `node -r ts-node/register`, `--import tsx`
        let args = step.args();
        for pair in args.windows(2) {
            if matches!(pair[0], "-r" | "--require" | "--import" | "--loader" | "--experimental-loader") {
                let module = pair[1];
                let parts = if module.starts_with('@') { 2 } else { 1 };
                found.push(node(&module.split('/').take(parts).collect::<Vec<_>>().join("/")));
            }
        }
    }
    let program = server::program(step);
    for name in [written, program.name.as_str()] {
        found.push((name.to_owned(), Ecosystem::Python));
        found.push((name.to_owned(), Ecosystem::Ruby));
    }
    found
}

/// Whether an install step leaves development dependencies out.
fn omits(c: &Context<'_>, image: &Image, install: &Install) -> bool {
    // A variable that is set behind the install does nothing to it.
    let before = c.app.instructions(image).any(|i| {
        matches!(&i.body, Body::Env(pairs) if pairs.iter().any(|p| p.name.value == "NODE_ENV"))
            && i.span.start < install.span.start
    });
    let set = |name: &str| image.environment.get(name).and_then(Fact::text).map(str::to_owned);
    match install.ecosystem {
        Ecosystem::Node => {
            let told = ["--omit=dev", "--production", "--prod", "-P", "--only=production", "--only=prod", "--omit"];
            let kept = install
                .args
                .iter()
                .any(|a| matches!(a.as_str(), "--include=dev" | "--production=false" | "--prod=false" | "--dev"));
            let production = set("NODE_ENV").is_some_and(|v| v == "production" && before) && install.tool != "pnpm"
                || set("NPM_CONFIG_PRODUCTION").is_some_and(|v| v == "true");
            !kept && (install.has(&told) || production)
        }
        Ecosystem::Python => match install.tool.as_str() {
            "poetry" => {
                install
                    .args
                    .windows(2)
                    .any(|w| matches!((w[0].as_str(), w[1].as_str()), ("--only", "main") | ("--without", "dev")))
                    || install.has(&["--no-dev", "--only=main", "--without=dev"])
            }
            "uv" => install.has(&["--no-dev", "--no-default-groups"]) || set("UV_NO_DEV").is_some_and(|v| v != "0"),
            "pipenv" => !install.has(&["--dev", "-d"]),
            _ => false,
        },
        Ecosystem::Ruby => set("BUNDLE_WITHOUT").is_some_and(|v| v.contains("development")),
        _ => false,
    }
}

/// The image's modules come from installs that all leave development dependencies out.
fn leaves_out(c: &Context<'_>, image: &Image, ecosystem: Ecosystem) -> bool {
    let dockerfile = c.app.dockerfile(image);
    let mut stages: BTreeSet<usize> = dockerfile.lineage(image.stage).into_iter().collect();
    let mut left: Vec<usize> = Vec::new();
    let brings = |copied: &Copied| {
        let whole = copied.sources.iter().any(|s| {
            let path = s.value.trim_end_matches('/');
            path.ends_with("node_modules")
                || path.ends_with(".venv")
                || path.ends_with("site-packages")
                || path.contains("bundle")
                || !path.contains('.') && path.split('/').count() <= 2
        });
        copied.from.filter(|_| whole)
    };
    left.extend(image.copies.iter().filter_map(brings));
    while let Some(stage) = left.pop() {
        for below in dockerfile.lineage(stage) {
            stages.insert(below);
        }
    }
    let installs: Vec<&Install> = c
        .app
        .installs
        .iter()
        .filter(|i| i.file == image.file && i.ecosystem == ecosystem && stages.contains(&i.stage))
        .collect();
    let pruned = stages.iter().any(|stage| {
        dockerfile.stage(*stage).iter().any(|i| match &i.body {
            Body::Run(command) => command.script().is_some_and(|s| {
                s.commands().into_iter().any(|cmd| {
                    let words: Vec<&str> = cmd.words.iter().map(crate::syntax::shell::Word::text).collect();
                    words.get(1) == Some(&"prune")
                        && words.iter().any(|w| matches!(*w, "--production" | "--prod" | "--omit=dev"))
                })
            }),
            _ => false,
        })
    });
    // What is installed by name needs no manifest.
    let plain = installs.iter().filter(|i| match i.tool.as_str() {
        "pip" | "pip3" => i.has(&["-r", "--requirement"]),
        _ => i.packages() == 0 || i.ecosystem != Ecosystem::Node,
    });
    let mut plain = plain.peekable();
    plain.peek().is_some()
        && (pruned || plain.all(|i| c.app.image_at(i.file, i.stage).is_some_and(|at| omits(c, at, i))))
}

pub(in crate::rules) fn dev_dependency_at_runtime(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        // What the build is told may make it install them.
        let told = c.app.stacks.iter().flat_map(|s| &s.services).filter_map(|s| s.build.as_ref()).any(|build| {
            build
                .args
                .iter()
                .any(|a| a.name.value == "NODE_ENV" && a.value.as_ref().is_none_or(|v| v.text() != Some("production")))
        });
        // What the start itself installs is there.
        let installs = process.chain.reached().filter_map(crate::app::command::builds);
        let told = told || installs.map(|(shown, _)| shown).any(|shown| shown.contains("install") || shown == "yarn");
        for step in process.chain.reached().filter(|_| !told) {
            for (package, ecosystem) in needs(step) {
                let Some(dependency) = only_for_development(c, process, &package, ecosystem) else { continue };
                let installed = image.installed.iter().any(|i| {
                    *i == package
                        || i.strip_prefix(package.as_str())
                            .is_some_and(|rest| rest.starts_with(['@', '=', '[', '<', '>', '~']))
                });
                if installed || !leaves_out(c, image, ecosystem) {
                    continue;
                }
                let message = format!("`{package}` is a development dependency that the image leaves out");
                let violation = Violation::at(step.span, message)
                    .help("declare it as a dependency, or build what it makes before the start")
                    .related(dependency.name.span, "declared for development only");
                let deployed = process.service.is_some();
                out.violation(if deployed { violation } else { violation.severity(Severity::Warning) });
            }
        }
    }
}

/// The declaration of a package that only development asks for, in a manifest that the image has.
fn only_for_development<'a>(
    c: &Context<'a>,
    process: &Process,
    package: &str,
    ecosystem: Ecosystem,
) -> Option<&'a Dependency> {
    let image = c.app.image_of(process)?;
    let manifests = c
        .app
        .manifests
        .iter()
        .filter(|m| m.ecosystem == ecosystem && is_within(folder(c.sources.path(m.file)), &image.context));
    let mut found = None;
    for manifest in manifests.filter(|m| c.app.carries(image, c.sources.path(m.file), c.sources)) {
        for dependency in manifest.dependencies.iter().filter(|d| d.name.value.eq_ignore_ascii_case(package)) {
            if !dependency.dev {
                return None;
            }
            found = Some(dependency);
        }
    }
    found
}

/// Programs that no image of a plain runtime has, with the packages that bring them.
const TOOLS: &[(&str, &[&str])] = &[
    ("ffmpeg", &["ffmpeg"]),
    ("ffprobe", &["ffmpeg"]),
    ("convert", &["imagemagick", "graphicsmagick"]),
    ("magick", &["imagemagick"]),
    ("identify", &["imagemagick"]),
    ("gm", &["graphicsmagick"]),
    ("wkhtmltopdf", &["wkhtmltopdf", "wkhtmltox"]),
    ("pdftotext", &["poppler-utils", "poppler"]),
    ("pdftoppm", &["poppler-utils", "poppler"]),
    ("pdfinfo", &["poppler-utils", "poppler"]),
    ("gs", &["ghostscript"]),
    ("tesseract", &["tesseract-ocr", "tesseract"]),
    ("pandoc", &["pandoc"]),
    ("libreoffice", &["libreoffice"]),
    ("soffice", &["libreoffice"]),
    ("exiftool", &["libimage-exiftool-perl", "exiftool", "perl-image-exiftool"]),
    ("inkscape", &["inkscape"]),
    ("rsvg-convert", &["librsvg2-bin", "librsvg", "rsvg-convert"]),
    ("pg_dump", &["postgresql-client", "postgresql"]),
    ("pg_restore", &["postgresql-client", "postgresql"]),
    ("psql", &["postgresql-client", "postgresql"]),
    ("mysqldump", &["mysql-client", "mariadb-client", "default-mysql-client"]),
    ("mongodump", &["mongodb-database-tools", "mongo-tools", "mongodb-tools"]),
    ("dot", &["graphviz"]),
    ("pdflatex", &["texlive"]),
    ("phantomjs", &["phantomjs"]),
    // Debian's docker.io recommends it.
    ("git", &["git", "docker.io"]),
    ("rsync", &["rsync"]),
    ("docker", &["docker"]),
    ("kubectl", &["kubectl"]),
    ("qpdf", &["qpdf"]),
    ("pdftk", &["pdftk"]),
    ("mediainfo", &["mediainfo"]),
    ("sox", &["sox"]),
    ("jq", &["jq"]),
    ("clamscan", &["clamav"]),
    ("nmap", &["nmap"]),
    ("traceroute", &["traceroute", "inetutils-traceroute"]),
    ("systemctl", &["systemd"]),
    ("pg_isready", &["postgresql-client", "postgresql"]),
    ("mysql", &["mysql-client", "mariadb-client", "default-mysql-client"]),
    ("mysqladmin", &["mysql-client", "mariadb-client", "default-mysql-client"]),
    ("mongosh", &["mongodb-mongosh"]),
    ("redis-cli", &["redis-tools", "redis", "valkey"]),
    ("envsubst", &["gettext-base", "gettext"]),
    ("aws", &["awscli", "aws-cli"]),
    ("rclone", &["rclone"]),
    ("restic", &["restic"]),
    ("supervisord", &["supervisor"]),
    ("sshpass", &["sshpass"]),
    ("gosu", &["gosu"]),
    ("su-exec", &["su-exec"]),
    ("dockerize", &["dockerize"]),
];

/// What scripts call that small images leave out.
const SCRIPTED: &[&str] = &["curl", "wget", "nc", "netcat"];

/// Whether the image surely lacks a tool.
fn lacks(image: &Image, tool: &str) -> bool {
    let has = image.has_tool(tool);
    if image.opaque || has == Fact::Known(true) {
        return false;
    }
    let Some((_, packages)) = TOOLS.iter().find(|(t, _)| *t == tool) else { return has == Fact::Known(false) };
    let installed = |name: &str| {
        image
            .installed
            .iter()
            .any(|i| i == name || i.starts_with(&format!("{name}-")) || i.starts_with(&format!("{name}1")))
    };
    if installed(tool) || packages.iter().any(|p| installed(p)) || image.installed.iter().any(|i| i.contains(tool)) {
        return false;
    }
    if image.base.is_scratch() {
        return true;
    }
    let Some(known) = image.base.known else { return false };
    let tag = image.base.reference.as_ref().and_then(|r| r.tag.as_deref()).unwrap_or_default();
    let small = tag.contains("slim")
        || tag.contains("alpine")
        || known.family.as_deref().is_some_and(|f| f.contains("alpine") || f.contains("distroless"));
    let plain_os = known.role == Role::Os;
    // Full images of runtimes bring git and ImageMagick along, busybox its own traceroute.
    let brought = matches!(tool, "traceroute") && tag.contains("alpine");
    // Images of JVMs and of .NET are small under any tag.
    let lean = matches!(
        known.name.as_str(),
        "eclipse-temurin" | "mcr.microsoft.com/dotnet/aspnet" | "mcr.microsoft.com/dotnet/runtime" | "amazoncorretto"
    );
    matches!(known.role, Role::Runtime | Role::Os)
        && (small
            || plain_os
            || lean
            || known.name == "php" && matches!(tool, "convert" | "identify" | "magick")
            || !matches!(tool, "git" | "convert" | "identify" | "magick" | "rsync" | "docker"))
        && !brought
}

pub(in crate::rules) fn undeclared_system_tool(c: &Context<'_>, out: &mut Ruling) {
    let mut told = BTreeSet::new();
    for fact in c.app.code.of(What::RunsCommand) {
        // Of `"pdftoppm $file"`, the first word is plain.
        let written = c.text(fact.place("name")).trim_start_matches(['"', '\'', '`']);
        let text = fact.note("tool").or_else(|| fact.text("name")).unwrap_or(written);
        let tool = text.split([' ', '"', '\'']).next().unwrap_or_default();
        // Beside those that no image of a runtime has, a script's own commands, where an image is known to lack them.
        let scripted = c.app.code.files.get(&fact.span.file) == Some(&Language::Bash) && SCRIPTED.contains(&tool);
        if !scripted && !TOOLS.iter().any(|(t, _)| *t == tool) {
            continue;
        }
        let guarded = c.app.code.of(What::LooksForCommand).any(|g| g.text("name") == Some(tool));
        // `wait-for-it.sh` takes `nc` for busybox alone.
        let caught = ["FileNotFoundError", "ENOENT", "command -v", "CommandNotFound", "WAITFORIT_"]
            .iter()
            .any(|w| c.sources.text(fact.span.file).contains(w));
        if guarded || caught || !told.insert((fact.span.file, tool.to_owned())) {
            continue;
        }
        let carriers = c.app.processes.iter().filter(|p| c.app.is_run_by(fact.span.file, p, c.sources));
        let mut images = carriers.filter_map(|p| c.app.image_of(p)).peekable();
        if images.peek().is_none() {
            continue;
        }
        let bases: Vec<&Image> = images.collect();
        if !bases.iter().all(|i| lacks(i, tool)) {
            continue;
        }
        let mut violation =
            Violation::at(fact.place("name"), format!("`{tool}` is run and the image does not have it"))
                .help("install it in the image: nothing is there that the image does not bring");
        for base in bases.iter().take(2) {
            violation = violation.related(base.base.span, format!("`{}` does not have it", base.base.shows()));
        }
        source::report(c, out, fact, violation, |_| Severity::Warning);
    }
}

pub(in crate::rules) fn host_runtime_mounted(c: &Context<'_>, out: &mut Ruling) {
    const PROGRAMS: &[&str] = &[
        "/usr/bin",
        "/usr/local/bin",
        "/usr/sbin",
        "/bin",
        "/sbin",
        "/usr/lib",
        "/usr/local/lib",
        "/lib",
        "/lib64",
        "/usr/lib64",
        "/usr/share/java",
        "/usr/libexec",
    ];
    const CERTIFICATES: &[&str] = &[
        "/etc/ssl/certs",
        "/etc/pki",
        "/usr/share/ca-certificates",
        "/usr/local/share/ca-certificates",
        "/etc/ca-certificates",
    ];
    for deployed in c.app.deployed() {
        for mount in deployed.service.mounts.iter().filter(|m| m.kind == MountKind::Bind) {
            let Some(path) = mount.source.as_ref().and_then(|s| s.text()) else { continue };
            // An agent looks at the node, and kernel modules are the node's by nature.
            let target = mount.target.text().unwrap_or_default();
            if is_within(path, "/lib/modules")
                || is_within(path, "/usr/src")
                || target.starts_with("/host")
                || target.starts_with("/rootfs")
                || deployed.process.known.is_some_and(|k| k.role == Role::Agent)
            {
                continue;
            }
            let runtime = PROGRAMS.iter().any(|p| is_within(path, p)) && !path.ends_with(".sock")
                || is_within(path, "/opt")
                    && ["client", "jdk", "jre", "java", "sdk", "/bin", "/lib", "runtime"]
                        .iter()
                        .any(|w| path.contains(w));
            let certificates = CERTIFICATES.iter().any(|p| is_within(path, p));
            if !runtime && !certificates {
                continue;
            }
            let violation = Violation::at(mount.span, format!("`{path}` is taken from the node"))
                .help("bring it along in the image: a task may start on any node");
            out.violation(if certificates { violation.severity(Severity::Note) } else { violation });
        }
    }
}
