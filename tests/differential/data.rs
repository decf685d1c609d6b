//! Two trees → where they differ as data, the order of keys aside.

use twelvelint::syntax::tree::{Node, Value};

/// The first place at which `ours` is not what `theirs` is.
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
