//! What two programs made of a stack → in what they differ.

use twelvelint::source::FileId;
use twelvelint::syntax::tree::{Node, Value};
use twelvelint::syntax::yaml;

use crate::run::Outcome;

/// How ours differs from docker's; nothing where they agree.
pub(crate) fn difference(docker: &Outcome, own: &Outcome) -> Option<String> {
    if !matches!(own.code, Some(0 | 1)) {
        return Some(format!("ours crashed: {}", own.said()));
    }
    match (docker.accepted(), own.accepted()) {
        (true, false) => Some(format!("docker accepts, ours refuses: {}", own.said())),
        (false, true) => Some(format!("docker refuses, ours accepts: {}", docker.said())),
        (false, false) if own.stderr.trim().is_empty() => Some("ours refuses without a word".to_owned()),
        (false, false) => None,
        (true, true) => {
            let read = |outcome: &Outcome| yaml::parse(FileId(0), &outcome.stdout);
            let (theirs, ours) = (read(docker), read(own));
            if let Some(error) = ours.errors.first() {
                return Some(format!("our output is no YAML: {}", error.value));
            }
            data(&theirs.root, &ours.root).map(|at| format!("the outputs differ at {at}"))
        }
    }
}

/// Where two trees differ as data, the order of keys aside.
pub(crate) fn data(theirs: &Node, ours: &Node) -> Option<String> {
    match (&theirs.value, &ours.value) {
        (Value::Map(left), Value::Map(right)) => {
            for entry in left {
                let Some(other) = right.iter().find(|e| e.key.value == entry.key.value) else {
                    return Some(format!("{}: we lack it", entry.name()));
                };
                if let Some(at) = data(&entry.value, &other.value) {
                    return Some(format!("{}.{at}", entry.name()));
                }
            }
            let more = right.iter().find(|e| left.iter().all(|l| l.key.value != e.key.value));
            more.map(|e| format!("{}: only we have it", e.name()))
        }
        (Value::Seq(left), Value::Seq(right)) => {
            let mut inner = left.iter().zip(right).enumerate();
            let found = inner.find_map(|(n, (l, r))| data(l, r).map(|at| format!("[{n}].{at}")));
            found.or_else(|| (left.len() != right.len()).then(|| format!("{} items, ours {}", left.len(), right.len())))
        }
        (left, right) if left == right => None,
        (left, right) => Some(format!(": {left:?}, ours {right:?}")),
    }
}
