//! The flags of instructions, refused where BuildKit refuses them.

/// A flag's shape.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Text,
    /// May be given more than once.
    Texts,
    Bool,
}
use Takes::{Bool, Text, Texts};

/// The flags that each instruction knows (BuildKit, `instructions/parse.go`).
const FLAGS: &[(&str, &[(&str, Takes)])] = &[
    (
        "add",
        &[
            ("chown", Text),
            ("chmod", Text),
            ("link", Bool),
            ("keep-git-dir", Bool),
            ("checksum", Text),
            ("exclude", Texts),
            ("unpack", Bool),
        ],
    ),
    (
        "copy",
        &[("from", Text), ("chown", Text), ("chmod", Text), ("link", Bool), ("parents", Bool), ("exclude", Texts)],
    ),
    ("from", &[("platform", Text)]),
    (
        "healthcheck",
        &[("interval", Text), ("timeout", Text), ("start-period", Text), ("start-interval", Text), ("retries", Text)],
    ),
    ("run", &[("mount", Texts), ("network", Text), ("security", Text), ("device", Texts)]),
];

/// What is wrong with a flag of an instruction, both in lower case; `again`: the instruction has it already.
pub(super) fn wrong(instruction: &str, name: &str, value: Option<&str>, again: bool) -> Vec<String> {
    let known = FLAGS.iter().find(|(known, _)| *known == instruction).map_or(&[][..], |(_, flags)| flags);
    let Some((_, takes)) = known.iter().find(|(known, _)| *known == name) else {
        return vec![format!("`{}` has no flag `--{name}`", instruction.to_uppercase())];
    };
    let mut found = Vec::new();
    if *takes != Texts && again {
        found.push(format!("the flag `--{name}` is given twice"));
    }
    match (takes, value) {
        (Bool, Some(v)) if !v.eq_ignore_ascii_case("true") && !v.eq_ignore_ascii_case("false") => {
            found.push(format!("`--{name}` is `true` or `false`, not `{v}`"));
        }
        (_, Some(v)) => found.extend(wrong_value(name, v)),
        (Text | Texts, None) => found.push(format!("the flag `--{name}` has no value")),
        (Bool, None) => {}
    }
    found
}

/// What is wrong with a flag's value; the values that only the build itself judges are let pass.
fn wrong_value(flag: &str, value: &str) -> Option<String> {
    let known = |words: &[&str]| {
        (!words.contains(&value)).then(|| format!("`--{flag}` is one of {}, not `{value}`", words.join(", ")))
    };
    match flag {
        "network" => known(&["default", "none", "host"]),
        "security" => known(&["insecure", "sandbox"]),
        "mount" if value.is_empty() => Some("`--mount` names nothing".to_owned()),
        "mount" => value.split(',').filter_map(|f| f.split_once('=')).find_map(|(key, from)| {
            let variable = key.eq_ignore_ascii_case("from") && from.find('$').is_some_and(|at| at + 1 < from.len());
            variable.then(|| "`from` of a mount takes no variable: name a stage that stands on it".to_owned())
        }),
        "interval" | "timeout" | "start-period" | "start-interval" if !value.is_empty() => match nanoseconds(value) {
            None => Some(format!("`--{flag}` is no duration: `{value}`")),
            Some(0) => None,
            Some(n) if n < 1_000_000 => Some(format!("`--{flag}` is less than 1ms: `{value}`")),
            Some(_) => None,
        },
        "retries" if !value.is_empty() => match value.parse::<i32>() {
            Ok(n) if n >= 0 => None,
            _ => Some(format!("`--retries` is no number of times: `{value}`")),
        },
        _ => None,
    }
}

/// A duration in Go's notation.
fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        total += value
            * match &rest[..end] {
                "ns" => 1.0,
                "us" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "m" => 6e10,
                "h" => 3.6e12,
                _ => return None,
            };
        rest = &rest[end..];
    }
    #[expect(clippy::cast_precision_loss, reason = "only the order of magnitude is looked at")]
    let limit = i64::MAX as f64;
    #[expect(clippy::cast_possible_truncation, reason = "it was compared with the largest")]
    (total < limit).then_some((sign * total) as i64)
}
