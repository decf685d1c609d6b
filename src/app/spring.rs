//! The profiles of Spring that a process runs with.

use super::Process;
use crate::source::{Sources, folder, name};

/// Whether a file of settings is of a profile that the process is known not to have: `application-docker.yml` where
/// nothing chooses `docker`.
pub(super) fn is_other_profile(process: &Process, path: &str, sources: &Sources) -> bool {
    let own =
        name(path).strip_prefix("application-").and_then(|rest| rest.rsplit_once('.')).map(|(profile, _)| profile);
    own.is_some_and(|own| active(process, path, sources).is_some_and(|all| !all.iter().any(|p| p == own)))
}

/// The profiles that are chosen; nothing where that is not known.
fn active(process: &Process, path: &str, sources: &Sources) -> Option<Vec<String>> {
    const VARIABLE: &str = "SPRING_PROFILES_ACTIVE";
    let list = |text: &str| text.split(',').map(|p| p.trim().to_owned()).collect();
    // `java -Dspring.profiles.active=docker`, `--spring.profiles.active=docker`, also by a variable of the command.
    let said = process.chain.steps.iter().map(crate::app::chain::Step::shown);
    let given = process.environment.values().map(|v| v.text().unwrap_or("spring.profiles").to_owned());
    let mut open = false;
    for text in said.chain(given) {
        let Some((_, rest)) = text.split_once("spring.profiles") else { continue };
        let told = rest.strip_prefix(".active=").map(|r| r.split([' ', '"', '\'']).next().unwrap_or_default());
        match told.filter(|t| !t.contains('$')) {
            Some(told) => return Some(list(told)),
            None => open = true,
        }
    }
    if let Some(value) = process.environment.get(VARIABLE) {
        return value.text().map(list);
    }
    let at = folder(path);
    let beside = sources.below(at).filter(|(_, f)| folder(&f.path) == at && is_base(name(&f.path)));
    let settings: Vec<(String, String)> = beside
        .flat_map(|(id, f)| crate::syntax::settings::read(id, &f.path, sources.text(id)))
        .map(|(key, value)| (key, value.value))
        .filter(|(key, _)| key.starts_with("spring.profiles"))
        .collect();
    // What one profile includes, and what is not written here.
    let plain = settings.iter().all(|(key, value)| key == "spring.profiles.active" && !value.contains(['$', '@']));
    if open || !plain || process.provided.open.is_some() || process.provided.has(VARIABLE) {
        return None;
    }
    Some(settings.iter().flat_map(|(_, value)| list(value)).collect::<Vec<String>>())
}

fn is_base(file: &str) -> bool {
    ["application.", "bootstrap."].iter().any(|start| file.starts_with(start))
}
