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
    /// The program, or the call, ends where it is missing: `if (!x) throw`, `assert x`, `raise unless x`.
    pub stops: bool,
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
            let name = own_name(parent, text);
            let lower = name.to_ascii_lowercase();
            let config = lower.contains("config") || lower.contains("settings");
            around.development |= config
                && (lower.starts_with("dev") || lower.starts_with("test") || lower.starts_with("local"))
                || kind == "mod_item" && lower.split('_').any(|w| matches!(w, "test" | "tests"));
        }
        around.stops |= is_asserted(parent, at, text) || is_tested(parent, at, text);
        around.inside |= is_left_before(at, text) || kind == "function_item" && answers(parent, text);
        around.development |= is_of_tests(parent, text);
        if FUNCTIONS.contains(&kind) {
            let name = name_of(parent, text);
            around.inside |= !(STARTS.contains(&name) || MAKERS.contains(&name) && is_of_config(parent, text));
        }
        if matches!(
            kind,
            "expression_case"
                | "default_case"
                | "switch_case"
                | "switch_default"
                | "case_clause"
                | "when_entry"
                | "match_arm"
                | "switch_section"
        ) {
            around.conditional = true;
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
                | "unless_modifier"
        ) {
            // Kotlin gives its condition no name.
            let condition = parent.child_by_field_name("condition").or_else(|| parent.named_child(0));
            if condition.is_some_and(|c| c.id() == at.id()) {
                around.asked = true;
                around.stops |= stops(parent, at, text);
            }
            // `if err := load(); err != nil`: what stands before the condition always runs.
            let before = parent.child_by_field_name("initializer").is_some_and(|i| i.id() == at.id());
            if let Some(condition) = condition.filter(|c| c.id() != at.id() && !before) {
                let says = &text[condition.byte_range()];
                // Where there is something to migrate is where it counts.
                around.conditional |= !says.contains("PendingMigrations");
                around.guarded |= says.contains("__name__") || says.contains("require.main");
                let other = parent.child_by_field_name("alternative").is_some_and(|a| a.id() == at.id());
                let negated = kind.starts_with("unless")
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

/// A function that tests alone may call: it takes Go's `*testing.T`, or Rust leaves it out of what is built.
fn is_of_tests(function: Node<'_>, text: &str) -> bool {
    match function.kind() {
        "function_declaration" => function
            .child_by_field_name("parameters")
            .is_some_and(|p| ["testing.T", "testing.B"].iter().any(|t| text[p.byte_range()].contains(t))),
        "function_item" => {
            let above = function.prev_named_sibling().filter(|s| s.kind() == "attribute_item");
            above.is_some_and(|a| text[a.byte_range()].contains("cfg(test)") || text[a.byte_range()].ends_with("test]"))
        }
        _ => false,
    }
}

/// The nearest node around one that is of a kind.
pub(super) fn enclosing(node: Node<'_>, of_kind: impl Fn(&str) -> bool) -> Option<Node<'_>> {
    std::iter::successors(node.parent(), Node::parent).find(|around| of_kind(around.kind()))
}

/// Whether a place runs while a request is answered.
pub(super) fn is_in_request(node: Node<'_>, text: &str) -> bool {
    std::iter::successors(node.parent(), Node::parent).any(|around| answers(around, text))
}

/// Whether a function answers requests: a callback of a route, under a route's decorator, with a request's parameters.
fn answers(function: Node<'_>, text: &str) -> bool {
    let of = |node: Option<Node<'_>>| node.map_or("", |n| &text[n.byte_range()]);
    match function.kind() {
        "arrow_function" | "function_expression" => {
            let call = function.parent().filter(|p| p.kind() == "arguments").and_then(|p| p.parent());
            let called = call.and_then(|c| c.child_by_field_name("function"));
            called.is_some_and(|c| ROUTE.is_match(&text[c.byte_range()]))
        }
        "function_definition" => {
            let decorated = function.parent().filter(|p| p.kind() == "decorated_definition");
            let above = decorated.map_or("", |d| &text[d.start_byte()..function.start_byte()]);
            DECORATED.is_match(above)
        }
        // What Axum, Actix and Rocket hand to a handler.
        "function_item" => {
            const GIVEN: &[&str] = &[
                "HttpRequest",
                "web::",
                "State<",
                "State(",
                "Json<",
                "Json(",
                "Query<",
                "Query(",
                "Form<",
                "Form(",
                "CookieJar",
                "Request<",
                "Multipart",
                "HeaderMap",
            ];
            let parameters = of(function.child_by_field_name("parameters"));
            // `#[get("/orders")]`
            let above = function.prev_named_sibling().filter(|s| s.kind() == "attribute_item");
            ROUTED.is_match(of(above)) || GIVEN.iter().any(|given| parameters.contains(given))
        }
        "function_declaration" | "method_declaration" | "func_literal" => {
            let parameters = of(function.child_by_field_name("parameters"));
            ["http.ResponseWriter", "*gin.Context", "echo.Context", "*fiber.Ctx"].iter().any(|t| parameters.contains(t))
        }
        _ => false,
    }
}

static ROUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(app|router|server|api|fastify|routes)\.(get|post|put|patch|delete|all|use)$")
        .expect("a sound pattern")
});
static ROUTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^#\[(get|post|put|patch|delete|head|options|route)\(").expect("a sound pattern"));
static DECORATED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"@\w+\.(route|get|post|put|patch|delete)\(").expect("a sound pattern"));

/// Whether a branch does nothing but end what runs where its condition finds something missing.
fn stops(branch: Node<'_>, condition: Node<'_>, text: &str) -> bool {
    let says = &text[condition.byte_range()];
    // Of two, one may do.
    if says.contains("&&")
        || says.contains(" and ")
        || says.contains(" -a ")
        || branch.child_by_field_name("alternative").is_some()
    {
        return false;
    }
    let body = ["consequence", "body"].iter().find_map(|field| branch.child_by_field_name(field));
    // Kotlin gives its branches no names.
    let body = match body.or_else(|| branch.named_child(1)) {
        // In the shell, the branch is all that follows.
        Some(body) if body.kind().contains("command") || body.kind().contains("redirected") => {
            &text[condition.end_byte()..branch.end_byte()]
        }
        Some(body) => &text[body.byte_range()],
        None => "",
    };
    let says = says.replace("is not None", "");
    let plain = body.len() < MAX_STOP && !body.contains("if ") && !body.contains("if(");
    let absent = branch.kind().starts_with("unless") || MISSING.is_match(&says);
    absent && plain && (STOP.is_match(body) || GIVES_UP.is_match(body) && is_loading(branch, text))
}

/// Whether a part of the program leaves before it comes to a place.
pub(super) fn is_skipped(node: Node<'_>, text: &str) -> bool {
    std::iter::successors(Some(node), Node::parent).any(|at| is_left_before(at, text))
}

/// What stands behind `return if …` and `next unless …` may never be come to. Go leaves where something went wrong.
fn is_left_before(at: Node<'_>, text: &str) -> bool {
    // Each step back costs as much as the whole way: a list of thousands is no list of statements.
    std::iter::successors(at.prev_named_sibling(), Node::prev_named_sibling).take(MAX_BEFORE).any(|before| {
        let body = match before.kind() {
            "if_modifier" | "unless_modifier" => before.child_by_field_name("body"),
            "if_statement" if before.child_by_field_name("alternative").is_none() => {
                before.child_by_field_name("consequence")
            }
            _ => None,
        };
        // Where something went wrong, all ends.
        let condition = before.child_by_field_name("condition").map_or("", |c| &text[c.byte_range()]);
        if condition.contains("err") {
            return false;
        }
        let says =
            body.map_or("", |b| text[b.byte_range()].trim_matches(|c: char| "{};".contains(c) || c.is_whitespace()));
        LEFT.is_match(says)
    })
}

/// How many statements before a place are looked at.
const MAX_BEFORE: usize = 200;

static LEFT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(return|next|continue|break)\b[^\n]{0,80}$").expect("a sound pattern"));

/// It stands in a function that reads a configuration, without which a program does not start.
fn is_loading(node: Node<'_>, text: &str) -> bool {
    let function = enclosing(node, |kind| matches!(kind, "function_declaration" | "method_declaration"));
    function.is_some_and(|function| LOADING.is_match(own_name(function, text)))
}

/// It stands in a class that is a configuration.
fn is_of_config(node: Node<'_>, text: &str) -> bool {
    let classes = std::iter::successors(node.parent(), Node::parent).filter(|n| n.kind().contains("class"));
    let named = classes.map(|class| own_name(class, text)).find(|name| !name.is_empty());
    named.is_some_and(|name| LOADING.is_match(name))
}

pub(super) fn own_name<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    node.child_by_field_name("name").map_or("", |n| &text[n.byte_range()])
}

/// `[ -z "$X" ] && exit 1`, `[ -n "$X" ] || exit 1`
fn is_tested(parent: Node<'_>, at: Node<'_>, text: &str) -> bool {
    if parent.kind() != "list" || parent.named_child(0).is_none_or(|first| first.id() != at.id()) {
        return false;
    }
    let rest = text[at.end_byte()..parent.end_byte()].trim_start();
    let says = &text[at.byte_range()];
    let absent = if rest.starts_with("&&") { says.contains("-z ") } else { says.contains("-n ") };
    absent && rest.len() < MAX_STOP && STOP.is_match(rest)
}

/// `assert x`, `assert(x)`, `requireNotNull(x)`: the call ends where its first argument is missing.
fn is_asserted(parent: Node<'_>, at: Node<'_>, text: &str) -> bool {
    if parent.kind() == "assert_statement" {
        return parent.named_child(0).is_some_and(|c| c.id() == at.id());
    }
    let call = match parent.kind() {
        "arguments" | "argument_list" | "value_arguments" => parent.parent(),
        _ => None,
    };
    let first = parent.named_child(0).is_some_and(|c| c.id() == at.id());
    let Some(call) = call.filter(|_| first) else { return false };
    let called = text[call.start_byte()..parent.start_byte()].trim();
    let is = |name: &&str| called.strip_suffix(*name).is_some_and(|of| of.is_empty() || of.ends_with('.'));
    ASSERTS.iter().any(is)
}

/// Functions that end the call where their first argument is missing.
const ASSERTS: &[&str] = &[
    "assert",
    "assert.ok",
    "invariant",
    "nullthrows",
    "requireNotNull",
    "checkNotNull",
    "requireNonNull",
    "notNull",
    "hasText",
    "ThrowIfNull",
    "ThrowIfNullOrEmpty",
    "ThrowIfNullOrWhiteSpace",
    "NotNull",
    "NotNullOrEmpty",
];

/// A longer branch does more than to end.
const MAX_STOP: usize = 400;

/// What a condition says of something that is not there.
static MISSING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"^\(?\s*!|-z |[|(]\s*!|\bnot |is None|[^!=]={2,3} ?(undefined|null|nil|None|''|""|false)|\.(nil|blank|empty)\?|is_none\(|IsNullOr|[iI]sEmpty|[iI]sBlank|\bempty\(|len\([^)]*\) ?== ?0|^\(?typeof"#,
    )
    .expect("a sound pattern")
});

/// Go hands an error up.
static GIVES_UP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"return [^\n]*(errors\.New|[eE]rrorf)\(").expect("a sound pattern"));
static LOADING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)config|conf$|env|settings|^main$|^run$|^load$").expect("a sound pattern"));

/// What ends a program or a call.
pub(super) static STOP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bthrow\b|\braise\b|\babort\b|\bdie\(|\bpanic\b|\b[eE]xit\w*\b|\.Fatal|\bfail\w*\(|\berror\(|bail!")
        .expect("a sound pattern")
});

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
/// What a function is called: by its name, by the variable or key that it is given to, by what takes it as a callback.
fn name_of<'t>(function: Node<'_>, text: &'t str) -> &'t str {
    if let Some(name) = function.child_by_field_name("name") {
        return &text[name.byte_range()];
    }
    let Some(holder) = function.parent() else { return "" };
    let of = |node: Option<Node<'_>>| node.map_or("", |n| &text[n.byte_range()]);
    match holder.kind() {
        "variable_declarator" => of(holder.child_by_field_name("name")),
        "pair" => of(holder.child_by_field_name("key")),
        // `(async () => { … })()` runs where it stands.
        "parenthesized_expression" if holder.parent().is_some_and(|p| p.kind() == "call_expression") => "main",
        "arguments" => {
            let called = holder.parent().and_then(|call| call.child_by_field_name("function"));
            of(called.and_then(|f| f.child_by_field_name("property")))
        }
        _ => "",
    }
}

/// What makes an object: a config is made when the program starts.
const MAKERS: &[&str] = &["constructor", "__init__", "initialize"];

/// Names of what a start calls.
const STARTS: &[&str] = &[
    "main",
    "Main",
    "bootstrap",
    "start",
    "init",
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
    "useFactory",
    "then",
    "listen",
    "ready",
    "boot",
    "init_app",
    "lifespan",
    "on_startup",
    "startup",
    "validate_env",
    "checkEnv",
    "connect",
    "connectDB",
    "connectDb",
    "startup_event",
];

static DEVELOPMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bdebug\b|development|is_?dev|\bdev\b|\btest(ing)?\b|is_?test|\blocal\b").expect("a sound pattern")
});
static PRODUCTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)production|is_?prod|\bprod\b").expect("a sound pattern"));

/// The list that a loop goes through with this name, and the loop: `for k in list`, `list.forEach((k) => …)`.
pub(super) fn loop_over<'t>(name: Node<'t>, text: &str) -> Option<(Node<'t>, Node<'t>)> {
    let wanted = &text[name.byte_range()];
    let is_it = |node: Node<'_>| {
        text[node.byte_range()].trim_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '$') == wanted
    };
    let mut at = name;
    while let Some(parent) = at.parent() {
        let kind = parent.kind();
        let field = |name: &str| parent.child_by_field_name(name);
        if kind.contains("for") || kind == "range_clause" {
            // Go keeps the clause apart from the body; a comprehension has its own.
            let clause = if kind == "for_statement" && field("left").is_none() {
                parent.named_child(0).filter(|c| c.kind() == "range_clause")
            } else {
                None
            };
            let holder = clause.unwrap_or(parent);
            let left = ["left", "pattern", "name"].iter().find_map(|f| holder.child_by_field_name(f));
            let right = ["right", "value"].iter().find_map(|f| holder.child_by_field_name(f));
            if let (Some(left), Some(right)) = (left, right) {
                let last =
                    left.named_child(u32::try_from(left.named_child_count()).ok()?.saturating_sub(1)).unwrap_or(left);
                if is_it(left) || is_it(last) {
                    return Some((list_of(right), parent));
                }
            }
        }
        if kind.contains("comprehension") || kind == "generator_expression" {
            let mut cursor = parent.walk();
            let clause = parent.named_children(&mut cursor).find(|c| c.kind() == "for_in_clause")?;
            let (left, right) = (clause.child_by_field_name("left")?, clause.child_by_field_name("right")?);
            if is_it(left) {
                return Some((list_of(right), parent));
            }
        }
        if kind == "foreach_statement" && field("left").is_none() {
            let (right, left) = (parent.named_child(0)?, parent.named_child(1)?);
            if is_it(left) {
                return Some((right, parent));
            }
        }
        // Ruby: `%w[A B].each { |k| ENV.fetch(k) }`
        if matches!(kind, "block" | "do_block") && field("parameters").is_some_and(is_it) {
            let call = parent.parent()?;
            return Some((call.child_by_field_name("receiver")?, call));
        }
        if matches!(kind, "arrow_function" | "function_expression") {
            let own = field("parameter").or_else(|| field("parameters")?.named_child(0));
            if own.is_some_and(is_it) {
                let call = parent.parent()?.parent()?;
                let list = call.child_by_field_name("function")?.child_by_field_name("object")?;
                return Some((list, call));
            }
        }
        at = parent;
    }
    None
}

/// The elements' holder: Go writes `[]string{…}`.
fn list_of(node: Node<'_>) -> Node<'_> {
    node.child_by_field_name("body").filter(|_| node.kind() == "composite_literal").unwrap_or(node)
}
