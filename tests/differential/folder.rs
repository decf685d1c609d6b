//! A folder of checked-out repositories → the stack files in it.

use std::fs;
use std::path::{Path, PathBuf};

use twelvelint::source::FileId;
use twelvelint::syntax::yaml;

use crate::generate::Case;

/// Every YAML file that is named like a stack file or holds services.
pub(crate) fn stack_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy();
        let yaml = Path::new(&*name).extension().is_some_and(|e| e == "yml" || e == "yaml");
        let inside_git = entry.path().components().any(|c| c.as_os_str() == ".git");
        if !yaml || inside_git || !entry.file_type().is_file() {
            continue;
        }
        let named = name.contains("compose") || name.contains("stack");
        if named || fs::read_to_string(entry.path()).is_ok_and(|text| serves(&text)) {
            files.push(entry.into_path());
        }
    }
    files
}

fn serves(text: &str) -> bool {
    text.lines().any(|l| l.starts_with("services:")) && yaml::parse(FileId(0), text).root.get("services").is_some()
}

/// The file in its place, as a case.
pub(crate) fn case(file: &Path) -> (PathBuf, Case) {
    let folder = file.parent().expect("a file has a folder").to_owned();
    let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
    let env = vec![("HOME".to_owned(), "/home/tester".to_owned())];
    (folder, Case { files: Vec::new(), compose: vec![name], env })
}
