//! Expressions → what is known of their value: a literal, something from the environment, or nothing.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use tree_sitter::Node;

/// The value of an expression, as far as its file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    /// It comes from a variable of the environment.
    Environment {
        name: String,
        default: Option<String>,
    },
    Unknown,
}

impl Value {
    /// The literal.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// How far a name is followed to what it stands for.
const MAX_DEPTH: usize = 4;
/// How many nodes of one expression are looked at.
const MAX_NODES: usize = 200;

/// One file, in which names are looked up.
pub(super) struct Scope<'t> {
    pub text: &'t str,
    /// What reads the environment: its bytes, the variable, and the default.
    pub reads: Vec<(std::ops::Range<usize>, String, Option<String>)>,
    /// The values that each name is given.
    pub names: OnceCell<BTreeMap<&'t str, Vec<Node<'t>>>>,
}

impl<'t> Scope<'t> {
    /// The value of an expression; `names` gives the definitions of the file when a name is met.
    pub(super) fn evaluate(&self, node: Node<'t>, names: &dyn Fn() -> BTreeMap<&'t str, Vec<Node<'t>>>) -> Value {
        self.at_depth(node, names, 0)
    }

    fn at_depth(&self, node: Node<'t>, names: &dyn Fn() -> BTreeMap<&'t str, Vec<Node<'t>>>, depth: usize) -> Value {
        let source = &self.text[node.byte_range()];
        if let Some(text) = literal(node, source) {
            return Value::Text(text);
        }
        if let Some(inner) = unwrapped(node, self.text) {
            return self.at_depth(inner, names, depth + 1);
        }
        // Of several, the first: `["kafka-1:9092", "kafka-2:9092"]`.
        if let Some(first) = first_of(node) {
            return self.at_depth(first, names, depth + 1);
        }
        if let Some(text) = template(node, source) {
            return Value::Text(text);
        }
        if let Some((_, name, default)) = self
            .reads
            .iter()
            .filter(|(range, ..)| node.start_byte() <= range.start && range.end <= node.end_byte())
            .min_by_key(|(range, _, default)| (range.start, default.is_none()))
        {
            return Value::Environment { name: name.clone(), default: default.clone() };
        }
        if depth >= MAX_DEPTH {
            return Value::Unknown;
        }
        if is_name(node) {
            return match self.definition(node, names) {
                Some(only) => self.at_depth(only, names, depth + 1),
                // `const { PORT } = process.env`
                None if !self.names.get_or_init(names).contains_key(source) => self.unpacked(source),
                None => Value::Unknown,
            };
        }
        // `os.OpenFile("app.log", …)` stands for its file.
        if let Some(first) = opened(node, self.text) {
            return self.at_depth(first, names, depth + 1);
        }
        // `":" + port`, `Number(port)`: it comes from where its one name comes from.
        let mut found = Value::Unknown;
        let mut cursor = node.walk();
        let mut left = vec![node];
        let mut seen = 0;
        while let Some(node) = left.pop() {
            seen += 1;
            if seen > MAX_NODES {
                break;
            }
            if is_name(node) {
                if let value @ Value::Environment { .. } = self.at_depth(node, names, depth + 1) {
                    found = value;
                    break;
                }
                continue;
            }
            left.extend(node.named_children(&mut cursor));
        }
        found
    }
}

impl<'t> Scope<'t> {
    /// The one value that a name is given in its file.
    pub(super) fn definition(
        &self,
        node: Node<'t>,
        names: &dyn Fn() -> BTreeMap<&'t str, Vec<Node<'t>>>,
    ) -> Option<Node<'t>> {
        match self.names.get_or_init(names).get(&self.text[node.byte_range()]).map(Vec::as_slice) {
            Some([only]) if only.id() != node.id() && !within(*only, node) && is_seen(*only, node, self.text) => {
                Some(*only)
            }
            _ => None,
        }
    }

    /// A variable of the environment that is taken out under its own name.
    fn unpacked(&self, name: &str) -> Value {
        let read = self.reads.iter().find(|(range, variable, _)| {
            variable == name && self.text[range.clone()].split('=').next().is_some_and(|n| n.trim() == name)
        });
        read.map_or(Value::Unknown, |(_, name, default)| Value::Environment {
            name: name.clone(),
            default: default.clone(),
        })
    }
}

/// The first argument of a call that opens a file.
fn opened<'t>(node: Node<'t>, text: &str) -> Option<Node<'t>> {
    const OPENERS: &[&str] = &["OpenFile", "os.Create", "createWriteStream", "open", "File.open", "File.new", "File"];
    let function = ["function", "constructor", "method", "type"].iter().find_map(|f| node.child_by_field_name(f))?;
    let name = &text[function.byte_range()];
    let arguments = node.child_by_field_name("arguments")?;
    let opens = OPENERS.iter().any(|o| name == *o || name.ends_with(&format!(".{o}")));
    let first = arguments.named_child(0).filter(|_| opens)?;
    // `Path("app.log").open("w")` opens what stands before it.
    let mode = first.byte_range().len() < 6;
    (!mode)
        .then_some(first)
        .or_else(|| function.child_by_field_name("object")?.child_by_field_name("arguments")?.named_child(0))
}

/// What stands for its one value: `|_| "x".to_string()`, `String::from("x")`, `{ "x" }`, `"x".into()`.
fn unwrapped<'t>(node: Node<'t>, text: &str) -> Option<Node<'t>> {
    const CONVERSIONS: &[&str] = &["to_string", "to_owned", "into", "as_str", "freeze", "to_s", "trim"];
    let of = |node: Option<Node<'_>>| node.map_or("", |n| &text[n.byte_range()]);
    let last = |node: Node<'t>| node.named_child(u32::try_from(node.named_child_count()).ok()?.checked_sub(1)?);
    match node.kind() {
        "closure_expression" => node.child_by_field_name("body"),
        "block" | "do_block" | "block_body" | "body_statement" | "lambda_literal" | "statements" => last(node),
        "arrow_function" => node.child_by_field_name("body").filter(|b| b.kind() != "statement_block"),
        "call_expression" => {
            let function = node.child_by_field_name("function")?;
            match function.kind() {
                "field_expression" if CONVERSIONS.contains(&of(function.child_by_field_name("field"))) => {
                    function.child_by_field_name("value")
                }
                "scoped_identifier" if matches!(&text[function.byte_range()], "String::from" | "Some") => {
                    node.child_by_field_name("arguments")?.named_child(0)
                }
                _ => None,
            }
        }
        "call" if CONVERSIONS.contains(&of(node.child_by_field_name("method"))) => node.child_by_field_name("receiver"),
        _ => None,
    }
}

/// The first element of a list.
fn first_of(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "array"
        | "list"
        | "tuple"
        | "array_initializer"
        | "array_expression"
        | "initializer_expression"
        | "element_value_array_initializer"
        | "literal_value" => node.named_child(0),
        "composite_literal" => node.child_by_field_name("body"),
        "array_creation_expression"
        | "implicit_array_creation_expression"
        | "collection_expression"
        | "array_element_initializer"
        | "reference_expression" => node.named_child(u32::try_from(node.named_child_count()).ok()?.checked_sub(1)?),
        _ => None,
    }
}

/// A URL of which the host is written out and other parts come from elsewhere: `postgres://${user}@db/app`. What comes
/// from elsewhere is a `$`.
fn template(node: Node<'_>, source: &str) -> Option<String> {
    if !node.kind().contains("string") || !source.contains("://") {
        return None;
    }
    let mut text = String::new();
    let mut cursor = node.walk();
    for part in node.named_children(&mut cursor) {
        let kind = part.kind();
        let start = part.start_byte() - node.start_byte();
        let written = source.get(start..start + part.byte_range().len())?;
        if kind.contains("content") || kind.contains("fragment") || kind.contains("escape") || kind == "string_start" {
            text.push_str(if kind == "string_start" { "" } else { written });
        } else if kind != "string_end" {
            text.push('$');
        }
    }
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (text.contains('$') && !host.is_empty() && !host.contains('$')).then_some(text)
}

fn within(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

/// Whether a name that is defined at one place means that at another: what a function declares, only it knows.
fn is_seen(definition: Node<'_>, at: Node<'_>, text: &str) -> bool {
    const FUNCTIONS: &[&str] = &[
        "function_definition",
        "function_declaration",
        "function_expression",
        "function_item",
        "func_literal",
        "arrow_function",
        "method",
        "singleton_method",
        "method_definition",
        "method_declaration",
        "local_function_statement",
        "constructor_declaration",
    ];
    let above = || std::iter::successors(definition.parent(), Node::parent);
    let Some(function) = above().find(|n| FUNCTIONS.contains(&n.kind())) else { return true };
    // What is only assigned there may be declared further out.
    let assigned = above()
        .take(2)
        .any(|n| matches!(n.kind(), "assignment_expression" | "assignment_statement" | "augmented_assignment"));
    assigned || within(function, at) || text[function.byte_range()].contains("global ")
}

fn is_name(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "identifier" | "variable_name" | "constant" | "shorthand_property_identifier" | "simple_identifier" | "name"
    )
}

/// The text of a literal without its quotes; nothing for one that is put together.
pub(super) fn literal(node: Node<'_>, source: &str) -> Option<String> {
    let kind = node.kind();
    if matches!(kind, "true" | "false" | "True" | "False" | "boolean_literal" | "boolean" | "null" | "None" | "nil") {
        return Some(source.to_owned());
    }
    if kind.contains("integer") || kind.contains("int_literal") || kind == "number" || kind == "number_literal" {
        return Some(source.replace('_', ""));
    }
    if matches!(kind, "simple_symbol" | "hash_key_symbol" | "bare_string") {
        return Some(source.to_owned());
    }
    if matches!(
        kind,
        "argument"
            | "expression_list"
            | "value_argument"
            | "literal"
            | "literal_element"
            | "parenthesized_expression"
            | "element_value_array_initializer"
    ) && node.named_child_count() == 1
    {
        let inner = node.named_child(0)?;
        let start = inner.start_byte() - node.start_byte();
        return literal(inner, source.get(start..start + inner.byte_range().len())?);
    }
    // The shell's names of variables stand for themselves; PHP's begin with `$`.
    if kind == "variable_name" && !source.starts_with('$') {
        return Some(source.to_owned());
    }
    const WORDS: &[&str] =
        &["word", "property_identifier", "field_identifier", "shorthand_property_identifier_pattern"];
    if !kind.contains("string") && kind != "heredoc_body" && !WORDS.contains(&kind) {
        return None;
    }
    if WORDS.contains(&kind) {
        return Some(source.to_owned());
    }
    if kind.starts_with("string_") && (kind.ends_with("fragment") || kind.ends_with("content"))
        || kind.ends_with("string_literal_content")
    {
        return Some(source.to_owned());
    }
    if kind == "concatenated_string" || kind == "binary_expression" {
        return None;
    }
    let mut cursor = node.walk();
    let whole = node.named_children(&mut cursor).all(|child| {
        let kind = child.kind();
        kind.starts_with("string") && kind != "string_interpolation"
            || kind.contains("content")
            || kind.contains("escape")
            || kind.contains("fragment")
    });
    if !whole {
        return None;
    }
    let bare = source.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '@' || c == '#' || c == '$');
    let bare = bare.trim_end_matches('#');
    for quote in ["\"\"\"", "'''", "\"", "'", "`"] {
        if let Some(inner) = bare.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Some(inner.to_owned());
        }
    }
    None
}
