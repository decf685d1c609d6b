//! Commands in pipelines, Makefiles, scripts and READMEs that name a stack file, an image or a Dockerfile.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::{Class, FileId, Kind, Sources, Span, folder, join};
use crate::stack::load::value::shlex;

/// `docker stack deploy -c a -c b`
#[derive(Debug, Clone)]
pub struct Deploy {
    pub span: Span,
    /// The stack files in their order, as paths of the repository where they are found.
    pub files: Vec<String>,
}

/// `docker build -t TAG -f FILE --target T CONTEXT`
#[derive(Debug, Clone)]
pub struct Built {
    pub tag: String,
    pub dockerfile: Option<String>,
    pub target: Option<String>,
    pub context: String,
    /// The folder of the file that says so.
    pub folder: String,
}

#[derive(Debug, Default)]
pub struct Mentions {
    /// Names that pipelines and scripts with a deploy set: `export TAG=…`, `TAG: …` under `env`.
    pub variables: BTreeSet<String>,
    pub deploys: Vec<Deploy>,
    pub builds: Vec<Built>,
    /// Files that a command of Compose lays over one another, in their order.
    pub combined: Vec<Vec<String>>,
}

static DEPLOY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)docker\s+(?:--?[\w-]+[= ]\S+\s+)*stack\s+(?:deploy|up|config)\b((?:[^\n\\]|\\\r?\n|\\[^\n])*)")
        .expect("a sound pattern")
});
/// A variable that a shell, a Makefile or a pipeline's `env` sets.
static SET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^|[\s;&(])(?:export\s+)?([A-Za-z_]\w*)(?:[:?]?=|:\s+\S)").expect("a sound pattern")
});
static BUILD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)docker\s+(?:buildx\s+|image\s+)?build\b((?:[^\n\\]|\\\r?\n|\\[^\n])*)").expect("a sound pattern")
});

/// `docker compose -f a -f b config`, whose output is deployed.
static CONFIG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"docker(?:-|\s+)compose((?:\s+(?:-f|--file)[ =]\S+)+)\s+(?:--\S+\s+)*config").expect("a sound pattern")
});

/// `docker compose -f a -f b up`
static COMBINED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"docker(?:-|\s+)compose((?:\s+(?:--\S+\s+)?(?:-f|--file)[ =]\S+){2,})").expect("a sound pattern")
});

/// Reads what the files say of deploys and builds.
#[must_use]
pub fn find(sources: &Sources) -> Mentions {
    let mut mentions = Mentions::default();
    for (id, file) in sources.files() {
        let may = matches!(file.kind, Kind::Ci | Kind::Makefile | Kind::Script | Kind::Prose | Kind::Stack)
            || file.path.ends_with("Jenkinsfile")
            || file.path.ends_with("package.json");
        if !may || matches!(file.class, Class::Vendored | Class::Test | Class::Generated) {
            continue;
        }
        let text = sources.text(id);
        if !text.contains("docker") {
            continue;
        }
        // Folders of editors and assistants hold words, not deploys.
        let hidden = file.path.split('/').any(|f| {
            f.starts_with('.')
                && ![".github", ".gitlab", ".circleci", ".gitlab-ci.yml", ".drone.yml", ".travis.yml"].contains(&f)
        });
        if hidden {
            continue;
        }
        if text.contains("stack deploy") && file.kind != Kind::Prose && file.kind != Kind::Stack {
            mentions.variables.extend(SET.captures_iter(text).filter_map(|f| Some(f.get(1)?.as_str().to_owned())));
        }
        read(sources, id, folder(&file.path), text, &mut mentions);
    }
    // What a pipeline or script does counts for more than what prose says somebody might do.
    let is_prose = |deploy: &Deploy| sources.file(deploy.span.file).kind == Kind::Prose;
    if !mentions.deploys.iter().all(is_prose) {
        mentions.deploys.retain(|d| !is_prose(d));
    }
    mentions
}

fn read(sources: &Sources, id: FileId, folder: &str, text: &str, mentions: &mut Mentions) {
    for found in DEPLOY.captures_iter(text) {
        let whole = found.get(0).expect("the match itself");
        let words = words(found.get(1).map_or("", |m| m.as_str()));
        let files: Vec<String> = options(&words, &["-c", "--compose-file"])
            .into_iter()
            .map(|path| resolve(sources, folder, &path))
            .collect();
        if !files.is_empty() && !files.iter().any(|f| f.contains('<')) {
            mentions.deploys.push(Deploy { span: Span::new(id, whole.start(), whole.end()), files });
        }
    }
    if text.contains("stack deploy") || text.contains("stack up") {
        for found in CONFIG.captures_iter(text) {
            let whole = found.get(0).expect("the match itself");
            let words = words(found.get(1).map_or("", |m| m.as_str()));
            let files: Vec<String> =
                options(&words, &["-f", "--file"]).into_iter().map(|path| resolve(sources, folder, &path)).collect();
            mentions.deploys.push(Deploy { span: Span::new(id, whole.start(), whole.end()), files });
        }
    }
    for found in COMBINED.captures_iter(text) {
        let words = words(found.get(1).map_or("", |m| m.as_str()));
        let files = options(&words, &["-f", "--file"]);
        mentions.combined.push(files.iter().map(|path| resolve(sources, folder, path)).collect());
    }
    mentions.builds.extend(builds(text, folder));
}

/// The builds that the commands of a text make in a folder.
pub(super) fn builds(text: &str, folder: &str) -> Vec<Built> {
    let mut made = Vec::new();
    for found in BUILD.captures_iter(text) {
        let words = words(found.get(1).map_or("", |m| m.as_str()));
        let Some(context) = words.iter().enumerate().rev().find(|(n, w)| {
            !w.starts_with('-')
                && !n
                    .checked_sub(1)
                    .is_some_and(|p| words[p].starts_with('-') && !words[p].contains('=') && takes_value(&words[p]))
        }) else {
            continue;
        };
        let first = |names: &[&str]| options(&words, names).into_iter().next();
        for tag in options(&words, &["-t", "--tag"]) {
            made.push(Built {
                tag,
                dockerfile: first(&["-f", "--file"]),
                target: first(&["--target"]),
                context: context.1.clone(),
                folder: folder.to_owned(),
            });
        }
    }
    made
}

fn takes_value(option: &str) -> bool {
    !matches!(
        option,
        "--no-cache" | "--pull" | "--push" | "--load" | "-q" | "--quiet" | "--rm" | "--force-rm" | "--squash"
    )
}

/// The words up to the end of the command; `$(…)` of a Makefile or a shell is part of a word.
fn words(text: &str) -> Vec<String> {
    let mut open = 0;
    let ends = |c: char| {
        match c {
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            '|' | ';' | '&' | '`' | ')' => return open == 0,
            _ => {}
        }
        false
    };
    let end = text.find(ends).unwrap_or(text.len());
    shlex(&text[..end].replace("\\\n", " ").replace("\\\r\n", " "))
        .0
        .into_iter()
        .map(|w| w.trim_matches([',', '"', '\'']).to_owned())
        .filter(|w| !w.is_empty() && w != "\\")
        .collect()
}

/// The values of `-c X`, `-cX`, `--compose-file X` and `--compose-file=X`.
fn options(words: &[String], names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for name in names {
            if word == name {
                found.extend(words.get(at + 1).cloned());
            } else if let Some(value) = word.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
                found.push(value.to_owned());
            }
        }
    }
    found
}

/// A path as a command names it: from the file's folder, from the root, or from a folder that has one of that name.
fn resolve(sources: &Sources, folder: &str, path: &str) -> String {
    let candidates = [join(folder, path), join("", path)];
    for candidate in candidates.into_iter().flatten() {
        if sources.find(&candidate).is_some() {
            return candidate;
        }
    }
    // `cd deploy && docker stack deploy -c stack.yml`
    let name = crate::source::name(path);
    let mut same = sources.files().filter(|(_, f)| crate::source::name(&f.path) == name).map(|(_, f)| f.path.clone());
    match (same.next(), same.next()) {
        (Some(only), None) => only,
        _ => path.to_owned(),
    }
}
