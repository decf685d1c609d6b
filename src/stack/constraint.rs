//! A placement constraint in its parts: key, `==` or `!=`, value.

/// `node.role == manager`; blanks around the parts do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constraint<'t> {
    pub key: &'t str,
    /// `==`, not `!=`.
    pub equal: bool,
    pub value: &'t str,
}

impl<'t> Constraint<'t> {
    /// Nothing where the text has neither operator.
    #[must_use]
    pub fn parse(text: &'t str) -> Option<Self> {
        let at = [text.find("=="), text.find("!=")].into_iter().flatten().min()?;
        Some(Self { key: text[..at].trim(), equal: text[at..].starts_with("=="), value: text[at + 2..].trim() })
    }
}
