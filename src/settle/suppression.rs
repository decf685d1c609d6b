//! `# twelvelint: ignore[rule] reason` comments: what each covers, which are of use, which are malformed.

use std::sync::LazyLock;

use regex::Regex;

use crate::app::App;
use crate::config::Config;
use crate::finding::{Finding, Status};
use crate::rules::find;
use crate::source::{Class, FileId, Kind, Sources, Span};
use crate::spelling::nearest;
use crate::syntax::tree::Node;
use crate::violation::Violation;

/// A comment that suppresses.
struct Suppression {
    /// The comment.
    span: Span,
    rules: Vec<String>,
    reason: Option<String>,
    covers: Span,
    used: bool,
}

static COMMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^|[ \t])(?:#|//|--|;|/\*)[ \t]*twelvelint:([^\n]*)").expect("a sound pattern")
});
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(ignore|ignore-file)\s*\[([^\]]*)\]\s*(.*?)\s*(?:\*/)?$").expect("a sound pattern")
});

/// Marks the findings that comments suppress; gives the rule and the words for every comment that is wrong itself.
pub(super) fn apply(
    findings: &mut [Finding],
    app: &App,
    sources: &Sources,
    config: &Config,
) -> Vec<(&'static str, Violation)> {
    let mut problems = Vec::new();
    let mut suppressions = Vec::new();
    for (id, file) in sources.files() {
        let read = !matches!(file.kind, Kind::Other | Kind::Prose | Kind::Lock)
            || app.code.files.contains_key(&id)
            || findings.iter().any(|f| f.violation.span.file == id);
        if read && file.class == Class::App && sources.text(id).contains("twelvelint:") {
            collect(id, app, sources, config, &mut suppressions, &mut problems);
        }
    }
    for finding in findings.iter_mut() {
        let at = Span { end: finding.violation.span.start, ..finding.violation.span };
        for suppression in &mut suppressions {
            if suppression.covers.contains(at) && suppression.rules.iter().any(|r| r == finding.rule.name) {
                suppression.used = true;
                finding.status = Status::Suppressed { reason: suppression.reason.clone() };
            }
        }
    }
    for suppression in suppressions.iter().filter(|s| !s.used) {
        // A rule that was not run could not have found anything.
        let ran = suppression.rules.iter().filter_map(|r| find(r)).any(|r| crate::rules::enabled(r, config));
        if ran {
            let rules = suppression.rules.join(", ");
            let violation =
                Violation::at(suppression.span, format!("nothing here breaks `{rules}`")).help("delete the comment");
            problems.push(("unused-suppression", violation));
        }
    }
    problems
}

fn collect(
    id: FileId,
    app: &App,
    sources: &Sources,
    config: &Config,
    suppressions: &mut Vec<Suppression>,
    problems: &mut Vec<(&'static str, Violation)>,
) {
    let text = sources.text(id);
    for found in COMMENT.captures_iter(text) {
        let whole = found.get(0).expect("the match itself");
        let shown = whole.as_str().trim();
        let start = whole.start() + whole.as_str().find(shown).unwrap_or(0);
        let span = Span::new(id, start, start + shown.len());
        let mut wrong = |message: String, help: &str| {
            problems.push(("malformed-suppression", Violation::at(span, message).help(help)));
        };
        let Some(body) = BODY.captures(&found[1]) else {
            wrong("this comment suppresses nothing".to_owned(), "write `twelvelint: ignore[rule] reason`");
            continue;
        };
        let rules: Vec<String> = body[2].split(',').map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()).collect();
        if rules.is_empty() {
            wrong("it names no rule".to_owned(), "name the rules that may be broken here: `ignore[rule] reason`");
            continue;
        }
        if let Some(unknown) = rules.iter().find(|r| find(r).is_none()) {
            let near = nearest(unknown, crate::rules::all().iter().map(|r| r.name));
            let help = near
                .map_or_else(|| "`twelvelint rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            wrong(format!("there is no rule `{unknown}`"), &help);
            continue;
        }
        let reason = Some(body[3].to_owned()).filter(|r| !r.is_empty());
        if reason.is_none() && config.require_reason {
            wrong("it gives no reason".to_owned(), "say behind the bracket why this is right here");
        }
        let covers =
            if &body[1] == "ignore-file" { Span::new(id, 0, text.len()) } else { covered(id, span, app, sources) };
        suppressions.push(Suppression { span, rules, reason, covers, used: false });
    }
}

/// The node on the comment's line, or the one below the comment lines.
fn covered(id: FileId, comment: Span, app: &App, sources: &Sources) -> Span {
    let mut line = sources.line_of(id, comment.start);
    let last = sources.line_starts(id).len() - 1;
    let alone = |line: usize| {
        let text = sources.slice(sources.line_span(id, line)).trim_start();
        text.starts_with(['#', ';']) || text.starts_with("//") || text.starts_with("--") || text.starts_with("/*")
    };
    while alone(line) && line < last {
        line += 1;
    }
    let target = sources.line_span(id, line);
    let mut covers = target;
    if let Some(dockerfile) = app.dockerfiles.iter().find(|d| d.file == id) {
        for instruction in &dockerfile.instructions {
            if instruction.span.start <= target.end && target.start <= instruction.span.end {
                covers = covers.to(instruction.span);
            }
        }
    }
    if let Some(tree) = app.trees.get(&id)
        && let Some(node) = beginning_at(tree, target)
    {
        covers = covers.to(node);
    }
    covers
}

/// The largest entry or item of a tree that begins on a line.
fn beginning_at(node: &Node, line: Span) -> Option<Span> {
    for entry in node.entries().iter().filter(|e| !e.merged) {
        let span = entry.span();
        if line.start <= span.start && span.start <= line.end {
            return Some(span);
        }
        if span.start <= line.start
            && line.start <= span.end
            && let Some(found) = beginning_at(&entry.value, line)
        {
            return Some(found);
        }
    }
    for item in node.items() {
        if line.start <= item.span.start && item.span.start <= line.end {
            return Some(item.span);
        }
        if item.span.start <= line.start
            && line.start <= item.span.end
            && let Some(found) = beginning_at(item, line)
        {
            return Some(found);
        }
    }
    None
}
