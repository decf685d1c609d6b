//! A place in the code → when it runs: under which conditions, in which kind of class or function.

use std::sync::LazyLock;

use regex::Regex;
use tree_sitter::Node;

/// What stands around a place.
#[derive(Default)]
pub(super) struct Surroundings {
    /// It only runs in development or under a test.
    pub development: bool,
    /// It only runs where its file is the one that is started: `if __name__ == "__main__"`.
    pub guarded: bool,
    /// It is in a function, which may never be called.
    pub inside: bool,
    /// It is what a condition asks.
    pub asked: bool,
    /// It only runs under a condition.
    pub conditional: bool,
}

/// Looks at what a node stands in.
pub(super) fn surroundings(node: Node<'_>, text: &str) -> Surroundings {
    let mut around = Surroundings::default();
    let mut at = node;
    while let Some(parent) = at.parent() {
        let kind = parent.kind();
        if kind.contains("class") || kind == "mod_item" {
            let name = parent.child_by_field_name("name").map_or("", |n| &text[n.byte_range()]);
            let lower = name.to_ascii_lowercase();
            let config = lower.contains("config") || lower.contains("settings");
            around.development |= config
                && (lower.starts_with("dev") || lower.starts_with("test") || lower.starts_with("local"))
                || kind == "mod_item" && matches!(name, "test" | "tests");
        }
        if FUNCTIONS.contains(&kind) {
            let name = parent.child_by_field_name("name").map_or("", |n| &text[n.byte_range()]);
            around.inside |= !STARTS.contains(&name);
        }
        if matches!(
            kind,
            "if_statement"
                | "if"
                | "if_expression"
                | "ternary_expression"
                | "conditional_expression"
                | "unless"
                | "if_modifier"
        ) {
            // Kotlin gives its condition no name.
            let condition = parent.child_by_field_name("condition").or_else(|| parent.named_child(0));
            around.asked |= condition.is_some_and(|c| c.id() == at.id());
            if let Some(condition) = condition.filter(|c| c.id() != at.id()) {
                around.conditional = true;
                let says = &text[condition.byte_range()];
                around.guarded |= says.contains("__name__") || says.contains("require.main");
                let other = parent.child_by_field_name("alternative").is_some_and(|a| a.id() == at.id());
                let negated = kind == "unless"
                    || says.contains("!=")
                    || says.starts_with("(!")
                    || says.starts_with('!')
                    || says.starts_with("not ");
                let development = DEVELOPMENT.is_match(says) && !PRODUCTION.is_match(says);
                let production = PRODUCTION.is_match(says);
                around.development |= development && negated == other || production && negated != other;
            }
        }
        at = parent;
    }
    around
}

/// Bodies that run when somebody calls them. Go's run from `main` mostly, and end the whole program.
const FUNCTIONS: &[&str] = &[
    "function_definition",
    "method",
    "singleton_method",
    "arrow_function",
    "function_expression",
    "method_definition",
    "method_declaration",
    "local_function_statement",
    "constructor_declaration",
];
/// Names of what a start calls.
const STARTS: &[&str] = &[
    "main",
    "Main",
    "bootstrap",
    "start",
    "init",
    "__init__",
    "setup",
    "run",
    "configure",
    "create_app",
    "createApp",
    "startServer",
    "ConfigureServices",
    "Configure",
    "register",
    "validateEnv",
    "loadConfig",
    "load_config",
];

static DEVELOPMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bdebug\b|development|is_?dev|\bdev\b|\btest(ing)?\b|is_?test|\blocal\b").expect("a sound pattern")
});
static PRODUCTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)production|is_?prod|\bprod\b").expect("a sound pattern"));
