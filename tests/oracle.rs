//! Every recorded stack case against what docker said: the verdict, the resolved stack, the layer that refuses or loses.

#[path = "differential/data.rs"]
mod data;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use data::data;
use serde_json::Value as Json;
use twelvelint::config::Config;
use twelvelint::source::{FileId, Tracking};
use twelvelint::stack::Environment;
use twelvelint::stack::load::{File, Folder, Loaded, Unread, emit, load};
use twelvelint::syntax::yaml::{self, Yaml};
use twelvelint::violation::{Layer, Severity};
use twelvelint::{Input, judge};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

fn cases(manifest: &str) -> Vec<Json> {
    let text = std::fs::read_to_string(folder().join(manifest)).expect("the manifest is there");
    let manifest: Json = serde_json::from_str(&text).expect("the manifest is JSON");
    let cases = manifest["cases"].as_array().expect("it lists cases");
    cases.iter().filter(|case| case["unstable"].as_bool() != Some(true)).cloned().collect()
}

fn text<'j>(case: &'j Json, key: &str) -> &'j str {
    case[key].as_str().unwrap_or_default()
}

fn files(case: &Json) -> Vec<&str> {
    case["compose"].as_array().expect("a case names its files").iter().filter_map(Json::as_str).collect()
}

/// What `twelvelint config` makes of a case, in its environment alone.
fn resolve(case: &Json) -> Loaded {
    let home = folder().join(text(case, "id"));
    let mut environment = Environment { complete: true, ..Environment::default() };
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        environment.variables.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    let parsed: Vec<Yaml> = files(case)
        .iter()
        .zip(0..)
        .map(|(name, id)| {
            let bytes = std::fs::read(home.join(name)).expect("a case has its files");
            let mut parsed = yaml::parse(FileId(id), &String::from_utf8_lossy(&bytes));
            if std::str::from_utf8(&bytes).is_err() {
                let span = parsed.root.span;
                parsed.errors.push(twelvelint::source::At::new("the text is not UTF-8".to_owned(), span));
            }
            parsed
        })
        .collect();
    let given: Vec<File<'_>> =
        parsed.iter().zip(0..).map(|(y, id)| File { id: FileId(id), root: &y.root, errors: &y.errors }).collect();
    let read = |path: &str| match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Unread::Missing),
        Err(error) => Err(Unread::Failed(error.to_string())),
    };
    load(&given, &environment, &Folder { path: &home.to_string_lossy(), read: &read })
}

#[test]
fn docker_and_config_say_the_same() {
    let mut wrong = String::new();
    let mut judged = 0;
    for case in cases("manifest.json").iter().filter(|c| text(c, "mode") == "config") {
        judged += 1;
        let id = text(case, "id");
        let accepted = text(case, "verdict") == "accept";
        let loaded = resolve(case);
        if loaded.refusals.is_empty() != accepted {
            let own: Vec<&str> = loaded.refusals.iter().map(|r| r.message.as_str()).collect();
            let _ = writeln!(wrong, "{id}: docker {} {:?}, here {own:?}", text(case, "verdict"), text(case, "message"));
        } else if accepted {
            let home = folder().join(id);
            let parent = home.parent().expect("a case lies in its stage");
            let output = text(case, "output")
                .replace("<DIR>", &home.to_string_lossy())
                .replace("<PARENT>", &parent.to_string_lossy());
            let theirs = yaml::parse(FileId(0), &output).root;
            let printed = emit::yaml(&loaded.printed());
            let ours = yaml::parse(FileId(0), &printed).root;
            if let Some(at) = data(&theirs, &ours) {
                let _ = writeln!(wrong, "{id} at {at}: docker\n{output}\nhere\n{printed}");
            }
        }
    }
    assert!(judged > 300, "the cases are there");
    assert!(wrong.is_empty(), "{wrong}");
}

/// What no file tells: other stacks, objects of the cluster, and what is inside of an image.
const OF_THE_CLUSTER: &[&str] = &[
    "f-convert/config-external-missing",
    "f-convert/secret-external-missing",
    "g-daemon/port-taken-by-other-stack",
    "h-runtime/command-missing-binary",
    "h-runtime/crash-after-monitor",
    "h-runtime/healthcheck-failing",
    "h-runtime/image-empty-digest",
    "h-runtime/image-not-local",
];

#[test]
fn every_deploy_is_foreseen_in_its_layer() {
    let mut wrong = String::new();
    let mut judged = 0;
    let load = cases("manifest.json").into_iter().filter(|c| text(c, "mode") == "deploy-load");
    for case in &load.chain(cases("manifest-deploy.json")).collect::<Vec<_>>() {
        let id = text(case, "id");
        judged += 1;
        let outcome = judge(Input::Memory(app(case)), &Config { deploy: deploy(case), ..Config::default() });
        let found: Vec<(&str, Severity, Option<Layer>)> =
            outcome.findings.iter().map(|f| (f.rule.name, f.severity, f.layer)).collect();
        let error = |layer| found.iter().any(|f| f.1 == Severity::Error && f.2 == Some(layer));
        let any = |layer| found.iter().any(|f| f.2 == Some(layer));
        let foreseen = match text(case, "verdict") {
            "reject" if text(case, "message").contains("Error response from daemon") => error(Layer::Engine),
            "reject" if text(case, "mode") == "deploy-load" => error(Layer::Load) || error(Layer::Convert),
            "reject" => error(Layer::Convert),
            "late-fail" => any(Layer::Task),
            _ if text(case, "stage") == "i-silent-drop" => any(Layer::Dropped),
            _ => ![Layer::Load, Layer::Convert, Layer::Engine, Layer::Task].into_iter().any(error),
        };
        if foreseen == OF_THE_CLUSTER.contains(&id) {
            let _ =
                writeln!(wrong, "{id}: docker {} {:?}, here {found:?}", text(case, "verdict"), text(case, "message"));
        }
    }
    assert!(judged > 90, "the cases are there");
    assert!(wrong.is_empty(), "{wrong}");
}

fn deploy(case: &Json) -> Vec<String> {
    files(case).into_iter().map(str::to_owned).collect()
}

/// The files of a case, with those that it makes.
fn app(case: &Json) -> BTreeMap<String, (Vec<u8>, Tracking)> {
    let home = folder().join(text(case, "id"));
    let mut app = BTreeMap::new();
    for entry in std::fs::read_dir(&home).expect("a case has its folder") {
        let path = entry.expect("the folder can be read").path();
        if let (Some(name), Ok(bytes)) = (path.file_name().and_then(|n| n.to_str()), std::fs::read(&path)) {
            app.insert(name.to_owned(), (bytes, Tracking::NoRepository));
        }
    }
    let own: Json = serde_json::from_slice(&app["case.json"].0).expect("a case is JSON");
    for (name, size) in own["make"].as_object().into_iter().flatten() {
        let size = usize::try_from(size.as_u64().unwrap_or(0)).expect("sizes are small");
        app.insert(name.clone(), (vec![b'x'; size], Tracking::NoRepository));
    }
    app
}
