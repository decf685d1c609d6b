//! A folder of written cases (`<stage>/<case>/case.json` and the files beside it) → cases to start from.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::generate::Case;

/// None where the folder is not there.
pub(crate) fn read(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for stage in listed(folder) {
        for case in listed(&folder.join(stage)) {
            cases.extend(one(&case));
        }
    }
    cases
}

fn listed(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    paths
}

fn one(folder: &Path) -> Option<Case> {
    let described: Value = serde_json::from_str(&fs::read_to_string(folder.join("case.json")).ok()?).ok()?;
    let compose: Vec<String> =
        described["compose"].as_array()?.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let env = described["env"].as_object().into_iter().flatten();
    let env = env.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    let mut case = Case { files: Vec::new(), compose, env };
    for path in listed(folder) {
        let name = path.strip_prefix(folder).ok()?.to_string_lossy().into_owned();
        if path.is_file() && name != "case.json" && fs::metadata(&path).ok()?.len() < 100_000 {
            case.files.push((name, fs::read(&path).ok()?));
        }
    }
    // A case whose files lie elsewhere is nothing to start from.
    case.compose.iter().all(|name| case.files.iter().any(|(known, _)| known == name)).then_some(case)
}
