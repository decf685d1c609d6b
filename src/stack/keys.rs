//! What a stack file may say: every key's type, the version that it came with, and what Swarm makes of it.

#[rustfmt::skip]
mod cluster;
mod foreign;
#[rustfmt::skip]
mod table;

pub use foreign::COMPOSE_ONLY;
pub use table::STACK;

use crate::violation::Severity;

/// The newest format, which a file without `version` has.
pub const NEWEST: u8 = 13;

/// The version of a key that the client reads and no schema knows.
const UNLISTED: u8 = u8::MAX;

/// One key of a mapping.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub of: Type,
    /// The minor version of the format 3 that it came with.
    pub since: u8,
    pub fate: Fate,
    /// What it is for, in a few words.
    pub about: &'static str,
}

/// What becomes of a key on Swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Honoured,
    /// Named in the deploy's notice and left out: what that costs, and what to write instead.
    Ignored(Severity, &'static str),
    /// Left out without a word.
    Dropped(&'static str),
    /// Read, but not as what it says.
    Misread(&'static str),
    /// Stops the deploy before anything else is looked at.
    Refused(&'static str),
}

/// A mapping with named keys.
#[derive(Debug)]
pub struct Object {
    /// `a service`, for messages.
    pub what: &'static str,
    pub keys: &'static [Key],
    /// From which minor version on other keys are let pass.
    pub open: Option<u8>,
    /// From which minor version on `x-…` is allowed.
    pub extensions: Option<u8>,
    pub required: &'static [&'static str],
    /// Every key is written out, if empty.
    pub whole: bool,
}

/// What a value is: what the schema lets pass, and what the client reads it into.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    Text,
    TextOrNull,
    /// A number passes the schema, and the client cannot read it.
    TextOrNumber,
    Choice(&'static [&'static str]),
    Flag,
    /// A flag that may be absent, which is not the same as false.
    OptionalFlag,
    Number(Number),
    /// Go's durations; healthchecks are checked by the schema since 3.4 only.
    Duration {
        optional: bool,
        checked: u8,
    },
    /// `64m`: bytes.
    Size,
    Strings {
        unique: bool,
    },
    StringOrList,
    /// A list, or a line that is split as a shell splits it.
    Command,
    /// A healthcheck's test: a list, or a line for the shell.
    Test,
    StringsOrNumbers,
    /// A mapping or a list of `name=value`; with `bare`, a name alone is not the empty value.
    Mapping {
        bare: bool,
    },
    Hosts,
    /// A mapping of free names to strings and numbers, and null where it says so.
    Options {
        null: bool,
    },
    /// A mapping that is always there, if empty.
    Object(&'static Object),
    ObjectOrNull(&'static Object),
    /// A mapping that may be absent.
    Optional(&'static Object),
    /// A list of mappings.
    Records(&'static Object),
    Build(&'static Object),
    Ports(&'static Object),
    Mounts(&'static Object),
    FileReferences(&'static Object),
    Attachments(&'static Object),
    Ulimits(&'static Object),
    /// `external`: a flag, or the old mapping with a name.
    External {
        open: bool,
    },
    /// The names of a top-level section and what they stand for; a network with an odd name escapes the schema.
    Section {
        of: &'static Object,
        null: bool,
        closed: bool,
    },
    /// The schema looks at it, and the client never reads it.
    Unread(&'static Type),
}

/// A number: what the schema lets pass, and Go's type.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// The schema wants an integer; `2.0` is one.
    pub whole: bool,
    pub minimum: Option<i64>,
    pub into: Into,
}

/// The Go type that a number is read into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    OptionalU64,
    U64,
    OptionalU32,
    U32,
    I64,
    F32,
}

impl Type {
    /// The words of the types that the schema lets pass, as docker says them.
    #[must_use]
    pub fn words(&self) -> &'static [&'static str] {
        match self {
            Self::Text | Self::Choice(_) | Self::Duration { .. } | Self::Size => &["string"],
            Self::TextOrNull => &["string", "null"],
            Self::TextOrNumber => &["string", "number"],
            Self::Flag | Self::OptionalFlag => &["boolean"],
            Self::Number(number) if number.whole => &["integer"],
            Self::Number(_) => &["number"],
            Self::Strings { .. }
            | Self::StringsOrNumbers
            | Self::Records(_)
            | Self::Ports(_)
            | Self::Mounts(_)
            | Self::FileReferences(_) => &["list"],
            Self::StringOrList | Self::Command | Self::Test => &["string", "list"],
            Self::Mapping { .. } | Self::Hosts | Self::Attachments(_) => &["mapping", "list"],
            Self::Options { .. } | Self::Object(_) | Self::Optional(_) | Self::Ulimits(_) => &["mapping"],
            Self::ObjectOrNull(_) => &["mapping", "null"],
            Self::Section { .. } => &["mapping"],
            Self::Build(_) => &["string", "mapping"],
            Self::External { .. } => &["boolean", "mapping"],
            Self::Unread(of) => of.words(),
        }
    }

    /// The mapping that stands below, in whatever form.
    #[must_use]
    pub fn object(&self) -> Option<&'static Object> {
        match self {
            Self::Object(of)
            | Self::ObjectOrNull(of)
            | Self::Optional(of)
            | Self::Records(of)
            | Self::Build(of)
            | Self::Ports(of)
            | Self::Mounts(of)
            | Self::FileReferences(of)
            | Self::Attachments(of)
            | Self::Ulimits(of)
            | Self::Section { of, .. } => Some(of),
            Self::Unread(of) => of.object(),
            _ => None,
        }
    }

    /// Whether free names stand between the key and the mapping below it.
    #[must_use]
    pub fn names(&self) -> bool {
        matches!(self, Self::Section { .. } | Self::Attachments(_) | Self::Ulimits(_))
    }
}

impl Object {
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

const fn key(name: &'static str, of: Type, since: u8, fate: Fate, about: &'static str) -> Key {
    Key { name, of, since, fate, about }
}

const fn object(what: &'static str, keys: &'static [Key]) -> Object {
    Object { what, keys, open: None, extensions: None, required: &[], whole: false }
}

const fn open(what: &'static str, keys: &'static [Key]) -> Object {
    Object { open: Some(0), ..object(what, keys) }
}

/// The minor version of `3.x`; nothing for any other format.
#[must_use]
pub fn minor(version: &str) -> Option<u8> {
    match version {
        "" | "3" => Some(NEWEST),
        _ => {
            let minor = version.strip_prefix("3.")?;
            (0..=NEWEST).find(|n| n.to_string() == minor)
        }
    }
}

/// A key of the reference: its path below the top, with `*` for a free name and `[]` for an item.
#[must_use]
pub fn reference() -> Vec<(String, &'static Key)> {
    fn walk(prefix: &str, object: &'static Object, found: &mut Vec<(String, &'static Key)>) {
        for key in object.keys {
            let path = if prefix.is_empty() { key.name.to_owned() } else { format!("{prefix}.{}", key.name) };
            found.push((path.clone(), key));
            let Some(below) = key.of.object() else { continue };
            let items = matches!(key.of, Type::Records(_) | Type::Ports(_) | Type::Mounts(_) | Type::FileReferences(_));
            let path = match (key.of.names(), items) {
                (true, _) => format!("{path}.*"),
                (false, true) => format!("{path}[]"),
                (false, false) => path,
            };
            walk(&path, below, found);
        }
    }
    let mut found = Vec::new();
    walk("", &STACK, &mut found);
    found
}
