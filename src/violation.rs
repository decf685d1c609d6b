//! What a rule says of one place: the words, the places that belong to it, and how sure it is.

use crate::source::Span;

/// How bad a finding is: SARIF's three levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// How sure a finding is that what it says is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    Guess,
    Likely,
    Certain,
}

/// Who would refuse a stack or lose a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The docker client when it loads the file, as `docker stack config` does.
    Load,
    /// The docker client during the deploy.
    Convert,
    /// The daemon when it creates the object.
    Engine,
    /// Only the tasks show it.
    Task,
    /// Accepted, then lost.
    Dropped,
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ }) => {
        impl $type {
            /// Every value with the word that stands for it in pages, config and reports.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
words!(Severity { Note = "note", Warning = "warning", Error = "error" });
words!(Certainty { Guess = "guess", Likely = "likely", Certain = "certain" });
words!(Layer {
    Load = "load",
    Convert = "convert",
    Engine = "engine",
    Task = "task",
    Dropped = "dropped"
});

/// What is wrong at one place. The engine adds the rule's name and, where the rule did not decide them, its
/// severity and certainty.
#[derive(Debug, Clone)]
pub struct Violation {
    pub span: Span,
    /// What is there: lower case, no full stop, names in backticks.
    pub message: String,
    /// Other places that make it true, and what each shows.
    pub related: Vec<(Span, String)>,
    /// What to do, as an imperative.
    pub help: Option<String>,
    /// Parts of the text that no report may show.
    pub secrets: Vec<Span>,
    /// Set where the facts of other files decide it, else the page's.
    pub severity: Option<Severity>,
    pub certainty: Option<Certainty>,
    pub layer: Option<Layer>,
    /// What docker itself says of it.
    pub docker: Option<String>,
}

impl Violation {
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            // What was quoted from a file may hold what a terminal would obey.
            message: message.into().replace(|c: char| c.is_control() && c != '\n', "?"),
            related: Vec::new(),
            help: None,
            secrets: Vec::new(),
            severity: None,
            certainty: None,
            layer: None,
            docker: None,
        }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn related(mut self, span: Span, what: impl Into<String>) -> Self {
        self.related.push((span, what.into()));
        self
    }

    #[must_use]
    pub fn secret(mut self, span: Span) -> Self {
        self.secrets.push(span);
        self
    }

    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    #[must_use]
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layer = Some(layer);
        self
    }

    /// In docker's own words.
    #[must_use]
    pub fn docker(mut self, words: impl Into<String>) -> Self {
        self.docker = Some(words.into());
        self
    }

    #[must_use]
    pub fn certainty(mut self, certainty: Certainty) -> Self {
        self.certainty = Some(certainty);
        self
    }
}
