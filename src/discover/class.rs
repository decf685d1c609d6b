//! A path → what the file is and whose it is. Classed once, here: no rule asks a path again.

use crate::source::{Class, Kind, folder, name};
use crate::syntax::manifest;

/// What a file is, by its name.
#[must_use]
pub fn kind(path: &str) -> Kind {
    let file = name(path);
    let lower = file.to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, e)| e);
    let folder = folder(path);
    if lower.ends_with(".dockerignore") {
        return Kind::DockerIgnore;
    }
    if is_dockerfile(&lower, extension) {
        return Kind::Dockerfile;
    }
    if manifest::is_lock(file) {
        return Kind::Lock;
    }
    if manifest::ecosystem(path).is_some() {
        return Kind::Manifest;
    }
    let ci_file = matches!(
        lower.as_str(),
        ".gitlab-ci.yml"
            | "azure-pipelines.yml"
            | "bitbucket-pipelines.yml"
            | ".drone.yml"
            | ".travis.yml"
            | "jenkinsfile"
            | ".woodpecker.yml"
            | "appveyor.yml"
            | "cloudbuild.yaml"
            | "buildspec.yml"
    );
    if ci_file
        || folder.ends_with(".github/workflows")
        || folder.ends_with(".circleci")
        || folder.ends_with(".gitlab/ci")
    {
        return Kind::Ci;
    }
    if matches!(extension, "patch" | "diff" | "orig" | "bak") {
        return Kind::Other;
    }
    if lower == ".env" || lower.starts_with(".env.") || lower.starts_with(".env-") || extension == "env" {
        return Kind::Dotenv;
    }
    match (lower.as_str(), extension) {
        ("procfile", _) => Kind::Procfile,
        ("makefile" | "gnumakefile" | "justfile", _) | (_, "mk") => Kind::Makefile,
        (_, "yml" | "yaml") => Kind::Stack,
        (_, "sh" | "bash") => Kind::Script,
        (_, "md" | "rst" | "adoc") => Kind::Prose,
        _ => Kind::Other,
    }
}

fn is_dockerfile(lower: &str, extension: &str) -> bool {
    const OTHERS: &[&str] = &[
        "go", "rs", "js", "ts", "md", "txt", "py", "sh", "rb", "java", "pest", "hs", "php", "json", "yml", "yaml",
        "html", "png", "svg", "tmpl", "template", "tpl", "j2", "jinja", "jinja2", "erb", "in", "mustache", "patch",
        "diff", "orig", "bak", "swp", "lock", "toml", "cs", "kt", "vim", "rst", "snap", "hbs", "ejs", "m4",
    ];
    if matches!(extension, "dockerfile" | "containerfile") {
        return true;
    }
    let stem = lower.starts_with("dockerfile") || lower.starts_with("containerfile");
    let rest = lower.trim_start_matches("dockerfile").trim_start_matches("containerfile");
    stem && !lower.contains("template")
        && (rest.is_empty() || rest.starts_with(['.', '-', '_']))
        && !OTHERS.contains(&extension)
}

/// Whose file it is, by the folders it lies in and its name.
#[must_use]
pub fn class(path: &str) -> Class {
    let lower = path.to_ascii_lowercase();
    // `.examples` and `_docs` are what their words say.
    // Below `src/main/java`, folders are the words of a package: `com/example` is nobody's example.
    let lower = match lower.split_once("/src/main/").filter(|_| !lower.contains("/resources/")) {
        Some((before, rest)) => format!("{before}/src/main/{}", name(rest)),
        None if lower.starts_with("src/main/") => format!("src/main/{}", name(&lower)),
        None => lower,
    };
    let mut folders: Vec<&str> = lower
        .split('/')
        .map(|f| if f.starts_with(".github") { f } else { f.trim_start_matches('.').trim_matches('_') })
        .collect();
    let file = folders.pop().unwrap_or_default();
    let within = |words: &[&str]| folders.iter().any(|f| words.contains(f));
    if lower.split('/').any(|f| matches!(f, ".yarn" | ".venv" | ".bundle")) {
        return Class::Vendored;
    }
    if within(&[
        "node_modules",
        "vendor",
        "vendored",
        "third_party",
        "third-party",
        "bower_components",
        "site-packages",
        "venv",
        "jspm_packages",
        "pods",
    ]) {
        return Class::Vendored;
    }
    if within(&[
        "test",
        "tests",
        "testing",
        "spec",
        "specs",
        "e2e",
        "testdata",
        "fixtures",
        "mocks",
        "integration-tests",
        "cypress",
        "playwright",
        "benchmarks",
        "bench",
    ]) || folders.iter().any(|f| {
        f.ends_with("-test")
            || f.ends_with("-tests")
            || f.ends_with("_test") && *f != "to_test"
            || f.ends_with("_tests")
            || f.ends_with(".tests")
            || f.ends_with(".test")
            || f.strip_prefix("test-").is_some_and(|what| {
                ["server", "util", "helper", "app", "data", "support", "project"].contains(&what.trim_end_matches('s'))
            })
            || ["unittest", "integrationtest", "functionaltest", "testbase", "testutil", "acceptancetest"]
                .iter()
                .any(|w| f.contains(w))
    }) || is_test_file(file)
        || path.split('/').rev().skip(1).any(is_test_folder)
        || lower.contains("src/it/")
    {
        return Class::Test;
    }
    // What is put away stands at the top.
    let away = folders.first().is_some_and(|f| {
        matches!(*f, "archive" | "archived" | "archives" | "backup" | "backups" | "old" | "deprecated")
    });
    if away
        || within(&[
            "example",
            "examples",
            "sample",
            "samples",
            "demo",
            "demos",
            "tutorial",
            "tutorials",
            "templates",
            "template",
            "cookbook",
        ])
        || folders.iter().any(|f| f.ends_with("-templates"))
    {
        return Class::Example;
    }
    // A copy that somebody kept is not what is deployed.
    let kept = file.split(['.', '-', '_']).skip(1).any(|w| matches!(w, "backup" | "bak" | "old" | "orig" | "copy"));
    if kind(path) == Kind::Other
        && (file.contains(".example.") || file.contains(".sample.") || file.contains("-sample."))
    {
        return Class::Example;
    }
    if kept && (file.ends_with(".yml") || file.ends_with(".yaml")) {
        return Class::Example;
    }
    if within(&["doc", "docs", "documentation", "website", "man"]) {
        return Class::Documentation;
    }
    if within(&["dist", "build", "out", ".next", ".nuxt", "__pycache__", "target", "generated", "gen", "coverage"])
        && kind(path) == Kind::Other
        // What .NET builds stands in `bin/Release/net8.0`.
        || lower.contains("bin/debug/")
        || lower.contains("bin/release/")
        || file.contains(".min.")
        || file.contains(".generated.")
        || file.ends_with(".pb.go")
        || file.ends_with("_pb2.py")
    {
        return Class::Generated;
    }
    // .NET Aspire's description of the app, which starts it for developers and writes the files that deploy it.
    if folders.iter().any(|f| f.ends_with(".apphost")) {
        return Class::Tool;
    }
    if within(&[".devcontainer", ".vscode", ".idea", "hack", ".gitpod"]) || file == ".gitpod.dockerfile" {
        return Class::Tool;
    }
    Class::App
}

fn is_test_file(file: &str) -> bool {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    stem.ends_with("_test")
        || stem.ends_with("_spec")
        || stem.ends_with(".test")
        || stem.ends_with(".spec")
        || stem.starts_with("test_")
        || stem.starts_with("test-") && (file.ends_with(".yml") || file.ends_with(".yaml"))
        || stem.ends_with(".stories")
        || matches!(stem, "conftest" | "jest.config" | "karma.conf" | "test" | "tests") && file.contains('.')
        || file.contains("-test.y")
        || file.contains(".test.y")
        || file.contains("dockerfile.test")
        || file.contains("test.dockerfile")
        || file.contains("dockerfile-test")
        || file.contains("compose.ci")
        || file.contains("compose-test")
        || file.contains("compose.test")
        || file.contains("compose-e2e")
}

/// `EndToEndUiTests`, `src/dockerTest`: by a word that begins with a capital.
fn is_test_folder(folder: &str) -> bool {
    ["Test", "Tests"].iter().any(|end| {
        let before = folder.strip_suffix(end);
        before.is_some_and(|b| b.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()))
    })
}
