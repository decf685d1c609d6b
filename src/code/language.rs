//! The languages: which files are theirs, their grammar, their queries.

use std::sync::OnceLock;

use super::pattern::Patterns;
use crate::source::name;

/// A language whose source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    Bash,
    CSharp,
    Go,
    Java,
    JavaScript,
    Kotlin,
    Php,
    Python,
    Ruby,
    Rust,
    Tsx,
    TypeScript,
}

impl Language {
    /// Every language that the build has.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "bash")]
        Self::Bash,
        #[cfg(feature = "csharp")]
        Self::CSharp,
        #[cfg(feature = "go")]
        Self::Go,
        #[cfg(feature = "java")]
        Self::Java,
        #[cfg(feature = "javascript")]
        Self::JavaScript,
        #[cfg(feature = "kotlin")]
        Self::Kotlin,
        #[cfg(feature = "php")]
        Self::Php,
        #[cfg(feature = "python")]
        Self::Python,
        #[cfg(feature = "ruby")]
        Self::Ruby,
        #[cfg(feature = "rust")]
        Self::Rust,
        #[cfg(feature = "typescript")]
        Self::Tsx,
        #[cfg(feature = "typescript")]
        Self::TypeScript,
    ];

    /// The language of a file, by its name; nothing for one that the build has not.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let language = match name(path).rsplit_once('.')?.1 {
            "sh" | "bash" => Self::Bash,
            "cs" => Self::CSharp,
            "go" => Self::Go,
            "java" => Self::Java,
            "js" | "mjs" | "cjs" | "jsx" => Self::JavaScript,
            "kt" => Self::Kotlin,
            "php" => Self::Php,
            "py" => Self::Python,
            "rb" | "ru" => Self::Ruby,
            "rs" => Self::Rust,
            "tsx" => Self::Tsx,
            "ts" | "mts" | "cts" => Self::TypeScript,
            _ => return None,
        };
        Self::ALL.contains(&language).then_some(language)
    }

    /// Languages that call each other's functions by name count as one.
    #[must_use]
    pub fn family(self) -> Self {
        match self {
            Self::TypeScript | Self::Tsx => Self::JavaScript,
            Self::Kotlin => Self::Java,
            other => other,
        }
    }

    pub(super) fn grammar(self) -> tree_sitter::Language {
        match self {
            #[cfg(feature = "bash")]
            Self::Bash => tree_sitter_bash::LANGUAGE.into(),
            #[cfg(feature = "csharp")]
            Self::CSharp => tree_sitter_c_sharp::LANGUAGE.into(),
            #[cfg(feature = "go")]
            Self::Go => tree_sitter_go::LANGUAGE.into(),
            #[cfg(feature = "java")]
            Self::Java => tree_sitter_java::LANGUAGE.into(),
            #[cfg(feature = "javascript")]
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            #[cfg(feature = "kotlin")]
            Self::Kotlin => tree_sitter_kotlin_ng::LANGUAGE.into(),
            #[cfg(feature = "php")]
            Self::Php => tree_sitter_php::LANGUAGE_PHP.into(),
            #[cfg(feature = "python")]
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            #[cfg(feature = "ruby")]
            Self::Ruby => tree_sitter_ruby::LANGUAGE.into(),
            #[cfg(feature = "rust")]
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            #[cfg(feature = "typescript")]
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            #[cfg(feature = "typescript")]
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            #[expect(unreachable_patterns, reason = "only a build without all languages has more")]
            _ => unreachable!("a language of the build"),
        }
    }

    /// The patterns, read once.
    pub(super) fn patterns(self) -> &'static Patterns {
        static READ: [OnceLock<Patterns>; 12] = [const { OnceLock::new() }; 12];
        READ[self as usize].get_or_init(|| Patterns::read(self, self.queries()))
    }

    fn queries(self) -> &'static [&'static str] {
        match self {
            Self::Bash => &[include_str!("bash.scm")],
            Self::CSharp => &[include_str!("csharp.scm")],
            Self::Go => &[include_str!("go.scm")],
            Self::Java => &[include_str!("java.scm")],
            Self::JavaScript => &[include_str!("javascript.scm")],
            Self::Kotlin => &[include_str!("kotlin.scm")],
            Self::Php => &[include_str!("php.scm")],
            Self::Python => &[include_str!("python.scm")],
            Self::Ruby => &[include_str!("ruby.scm")],
            Self::Rust => &[include_str!("rust.scm")],
            Self::Tsx | Self::TypeScript => &[include_str!("javascript.scm"), include_str!("typescript.scm")],
        }
    }
}
