//! What two programs made of a stack → in what they differ.

use twelvelint::source::FileId;
use twelvelint::syntax::yaml;

use crate::data::data;
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
