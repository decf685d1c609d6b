//! `${NAME:-default}` in a stack file: what docker's template makes of it, as far as the environment is known.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::fact::Fact;
use crate::source::Span;
use crate::syntax::tree::Node;

pub type Variables = BTreeMap<String, String>;

/// The environment of the deploy.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub variables: Variables,
    /// These are all there are: what is missing is unset. Otherwise it is unknown.
    pub complete: bool,
}

/// A scalar of a stack file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As written, variables included.
    pub raw: String,
    pub span: Span,
    /// What docker makes of it.
    pub fact: Fact<String>,
    pub references: Vec<Reference>,
}

/// One variable in a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub name: String,
    /// Of `:-` or `-`.
    pub default: Option<String>,
    /// `:?` or `?`: the deploy stops where it is unset.
    pub required: bool,
    /// The reference as written.
    pub raw: String,
}

impl Text {
    /// The text of a scalar; nothing for null and collections.
    #[must_use]
    pub fn of(node: &Node, environment: &Environment) -> Option<Self> {
        node.scalar().map(|raw| Self::new(raw, node.span, environment))
    }

    #[must_use]
    pub fn new(raw: String, span: Span, environment: &Environment) -> Self {
        let Filled { fact, references, .. } = fill(&raw, environment);
        Self { raw, span, fact, references }
    }

    /// A text that no interpolation touches.
    #[must_use]
    pub fn plain(raw: String, span: Span) -> Self {
        Self { fact: Fact::Known(raw.clone()), raw, span, references: Vec::new() }
    }

    /// The value, be it certain or a default.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.fact.text()
    }
}

/// A text after its variables were filled in.
pub(super) struct Filled {
    pub fact: Fact<String>,
    pub references: Vec<Reference>,
    pub error: Option<Refused>,
    /// A `$` that begins no variable, in a text that docker takes all the same: its place.
    pub dropped: Option<usize>,
}

/// Why docker refuses a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// A `$` that begins no variable, and its place in the text.
    Invalid(usize),
    /// The variable, and the message that was written for this case.
    Required(String, String),
}

/// docker's grammar: a `$`, then another `$`, a name, or a name in braces; behind the name `-`, `:-`, `?` or `:?` and a
/// text up to the closing brace or the end of the value, with and without braces.
static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    let name = "[_a-z][_a-z0-9]*(?::?[-?][^}]*)?";
    Regex::new(&format!(r"\$(?i:(?P<escaped>\$)|(?P<named>{name})|\{{(?P<braced>{name})\}}|(?P<invalid>))"))
        .expect("the pattern is a constant")
});

/// Fills in the variables of `raw`.
pub(super) fn fill(raw: &str, environment: &Environment) -> Filled {
    let mut references = Vec::new();
    let (mut assumed, mut unknown) = (false, false);
    let mut error = None;
    let mut invalid = None;
    let text = TEMPLATE.replace_all(raw, |found: &Captures<'_>| {
        if found.name("escaped").is_some() {
            return "$".to_owned();
        }
        let Some(inner) = found.name("named").or_else(|| found.name("braced")) else {
            let first = *invalid.get_or_insert(found.get(0).map_or(0, |m| m.start()));
            error = Some(Refused::Invalid(first));
            return String::new();
        };
        let mut reference = reference(inner.as_str());
        found[0].clone_into(&mut reference.raw);
        let (name, default, rule) = operator(inner.as_str());
        // Each variable that is filled in makes the client forget what it found wrong before.
        error = None;
        let value = environment.variables.get(name);
        let settled = environment.complete || name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        references.push(reference);
        match (value, rule) {
            (Some(value), Rule::SoftDefault | Rule::SoftRequired) if value.is_empty() => {
                if rule == Rule::SoftDefault {
                    default.to_owned()
                } else {
                    error = Some(Refused::Required(name.to_owned(), default.to_owned()));
                    String::new()
                }
            }
            (Some(value), _) => value.clone(),
            (None, Rule::SoftDefault | Rule::HardDefault) => {
                assumed |= !settled;
                default.to_owned()
            }
            (None, Rule::SoftRequired | Rule::HardRequired) if settled => {
                error = Some(Refused::Required(name.to_owned(), default.to_owned()));
                String::new()
            }
            (None, Rule::None) if settled => String::new(),
            (None, _) => {
                unknown = true;
                String::new()
            }
        }
    });
    let fact = match (unknown || error.is_some(), assumed) {
        (true, _) => Fact::Unknown,
        (false, true) => Fact::Assumed(text.into_owned()),
        (false, false) => Fact::Known(text.into_owned()),
    };
    let dropped = invalid.filter(|_| error.is_none());
    Filled { fact, references, error, dropped }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    None,
    SoftDefault,
    HardDefault,
    SoftRequired,
    HardRequired,
}

/// The name that docker looks up, what stands behind the operator, and which it takes for the operator: it searches the
/// whole substitution for `:-`, then `-`, then `:?`, then `?`.
fn operator(inner: &str) -> (&str, &str, Rule) {
    const ORDER: &[(&str, Rule)] =
        &[(":-", Rule::SoftDefault), ("-", Rule::HardDefault), (":?", Rule::SoftRequired), ("?", Rule::HardRequired)];
    ORDER.iter().find_map(|(sign, rule)| inner.split_once(sign).map(|(name, rest)| (name, rest, *rule))).unwrap_or((
        inner,
        "",
        Rule::None,
    ))
}

fn reference(inner: &str) -> Reference {
    let (_, rest, rule) = operator(inner);
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let default = matches!(rule, Rule::SoftDefault | Rule::HardDefault).then(|| rest.to_owned());
    let required = matches!(rule, Rule::SoftRequired | Rule::HardRequired);
    Reference { name: inner[..end].to_owned(), default, required, raw: String::new() }
}
