//! The text of `cases.txt` into stack files, each with what it promises.

/// Who refuses or loses something, as in `layer` of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// The client refuses it, as `docker stack config` does.
    Load,
    /// The client refuses it while it deploys.
    Convert,
    /// The engine refuses it.
    Engine,
    /// The deploy succeeds, and no task comes up.
    Task,
    /// The deploy succeeds, and the service lacks it.
    Dropped,
    /// All is well.
    Nothing,
}

impl Promise {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "load" => Self::Load,
            "convert" => Self::Convert,
            "engine" => Self::Engine,
            "task" => Self::Task,
            "dropped" => Self::Dropped,
            "nothing" => Self::Nothing,
            _ => return None,
        })
    }

    /// The `layer` of the finding that foretells it.
    pub(crate) fn layer(self) -> Option<&'static str> {
        Some(match self {
            Self::Load => "load",
            Self::Convert => "convert",
            Self::Engine => "engine",
            Self::Task => "task",
            Self::Dropped => "dropped",
            Self::Nothing => return None,
        })
    }
}

pub(crate) struct Case<'t> {
    /// Also the name of the stack.
    pub(crate) name: &'t str,
    pub(crate) promise: Promise,
    /// What the refusal or the failed task says; of something dropped, what `docker service inspect` does not show.
    pub(crate) text: &'t str,
    /// Name and content; the first is the stack file.
    pub(crate) files: Vec<(&'t str, &'t str)>,
}

/// Every case of a text in which a line `=== name: promise text` begins a case, the stack file follows, and a line
/// `--- name` begins one more file.
pub(crate) fn cases(text: &str) -> Vec<Case<'_>> {
    let (_, all) = text.split_once("\n=== ").expect("there is a case");
    all.split("\n=== ")
        .map(|case| {
            let (head, body) = case.split_once('\n').expect("a case has a stack file");
            let (name, said) = head.split_once(": ").expect("a case has a name and a promise");
            let (word, text) = said.split_once(' ').unwrap_or((said, ""));
            let mut parts = body.split("--- ");
            let stack = parts.next().expect("what is split has a first part");
            let more = parts.map(|part| part.split_once('\n').expect("a file has a name and a content"));
            Case {
                name,
                promise: Promise::parse(word).unwrap_or_else(|| panic!("{name} promises `{word}`")),
                text,
                files: [("stack.yml", stack)].into_iter().chain(more).collect(),
            }
        })
        .collect()
}
