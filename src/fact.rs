//! Three-valued facts: what is not known is neither so nor otherwise.

/// A value as far as the files tell it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fact<T> {
    Known(T),
    /// So unless somebody overrides it: a `${X:-default}`, a build argument.
    Assumed(T),
    Unknown,
}

impl<T> Fact<T> {
    /// The value, be it certain or only the default.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Known(value) | Self::Assumed(value) => Some(value),
            Self::Unknown => None,
        }
    }

    /// The value where nothing can change it.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Assumed(_) | Self::Unknown => None,
        }
    }

    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Known(value) | Self::Assumed(value) => Some(value),
            Self::Unknown => None,
        }
    }

    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Assumed(value) => Fact::Assumed(f(value)),
            Self::Unknown => Fact::Unknown,
        }
    }

    /// As [`Option::and_then`]: a value that does not fit is unknown.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Option<U>) -> Fact<U> {
        match self {
            Self::Known(value) => f(value).map_or(Fact::Unknown, Fact::Known),
            Self::Assumed(value) => f(value).map_or(Fact::Unknown, Fact::Assumed),
            Self::Unknown => Fact::Unknown,
        }
    }
}

impl Fact<String> {
    /// The text, be it certain or only the default.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.value().map(String::as_str)
    }
}
