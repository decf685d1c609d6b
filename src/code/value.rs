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
    pub root: Node<'t>,
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
            let known = self.names.get_or_init(names);
            return match known.get(source).map(Vec::as_slice) {
                Some([only]) if only.id() != node.id() && !within(*only, node) => {
                    self.at_depth(*only, names, depth + 1)
                }
                _ => Value::Unknown,
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

/// The first argument of a call that opens a file.
fn opened<'t>(node: Node<'t>, text: &str) -> Option<Node<'t>> {
    const OPENERS: &[&str] = &["OpenFile", "os.Create", "createWriteStream", "open", "File.open", "File.new", "File"];
    let function = ["function", "constructor", "method", "type"].iter().find_map(|f| node.child_by_field_name(f))?;
    let name = &text[function.byte_range()];
    let arguments = node.child_by_field_name("arguments")?;
    OPENERS.iter().any(|o| name == *o || name.ends_with(&format!(".{o}"))).then(|| arguments.named_child(0))?
}

fn within(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
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
    if matches!(kind, "simple_symbol" | "hash_key_symbol") {
        return Some(source.to_owned());
    }
    if matches!(
        kind,
        "argument"
            | "expression_list"
            | "value_argument"
            | "literal"
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
    if !kind.contains("string") && !matches!(kind, "word" | "heredoc_body" | "property_identifier" | "field_identifier")
    {
        return None;
    }
    if matches!(kind, "word" | "property_identifier" | "field_identifier") {
        return Some(source.to_owned());
    }
    if matches!(kind, "string_fragment" | "string_content" | "string_literal_content") {
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
