//! A number → a case: stack files, the files beside them, the environment.

use std::path::Path;

use crate::grammar::{Bounds, Grammar};
use crate::mutate::mutate;
use crate::random::Random;
use crate::shape::Shape;

/// Files of one folder, and how they are to be read.
#[derive(Clone, Default)]
pub(crate) struct Case {
    /// The names are paths below the folder.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Those behind `-c`, in order.
    pub(crate) compose: Vec<String>,
    /// All of it but PATH.
    pub(crate) env: Vec<(String, String)>,
}

pub(crate) struct Generator {
    grammar: Grammar,
    seeds: Vec<Case>,
    seed: u64,
}

impl Generator {
    pub(crate) fn new(seed: u64, seeds: Vec<Case>) -> Self {
        Self { grammar: Grammar::read(), seeds, seed }
    }

    pub(crate) fn case(&self, number: u64) -> Case {
        let mut random = Random::of(self.seed, number);
        let random = &mut random;
        let way = random.below(100);
        let mut case = match way {
            ..30 if !self.seeds.is_empty() => self.mutant(random),
            ..60 => self.written(random, false),
            _ => self.written(random, true),
        };
        if way >= 30 || self.seeds.is_empty() {
            case.env = environment(random);
        } else {
            for (name, value) in environment(random) {
                if case.env.iter().all(|(known, _)| *known != name) {
                    case.env.push((name, value));
                }
            }
        }
        self.beside(&mut case, random);
        case
    }

    /// A case that somebody wrote, with a thing or two changed.
    fn mutant(&self, random: &mut Random) -> Case {
        let mut case = random.pick(&self.seeds).clone();
        let mut bounds = Bounds { minor: 13, wrong: usize::from(random.chance(25)), focus: Vec::new() };
        let changes = 1 + usize::from(random.chance(35));
        for _ in 0..changes {
            let name = random.pick(&case.compose).clone();
            for (_, content) in case.files.iter_mut().filter(|(n, _)| *n == name) {
                if let Ok(text) = String::from_utf8(content.clone()) {
                    *content = mutate(&text, &self.grammar, random, &mut bounds).into_bytes();
                }
            }
        }
        if random.chance(15) {
            let mut other = self.written(random, false);
            let (_, content) = other.files.remove(0);
            case.files.push(("merged.yml".to_owned(), content));
            let at = random.below(case.compose.len() + 1);
            case.compose.insert(at, "merged.yml".to_owned());
        }
        case
    }

    /// A case from the grammar.
    fn written(&self, random: &mut Random, merged: bool) -> Case {
        let wrong = match random.below(100) {
            ..56 => 0,
            56..92 => 1,
            _ => 2,
        };
        let (minor, version) = version(random, wrong > 0);
        let mut case = Case::default();
        let count = if merged { 2 + usize::from(random.chance(15)) } else { 1 };
        let faulty = random.below(count);
        let focus = if merged { [self.grammar.focus(random), self.grammar.focus(random)].concat() } else { Vec::new() };
        for at in 0..count {
            let wrong = if at == faulty { wrong } else { 0 };
            let mut bounds = Bounds { minor, wrong, focus: focus.clone() };
            let version = if merged && random.chance(1) { "\"3.8\"" } else { &version };
            let nonterminal = if merged { "over-body" } else { "file-body" };
            let mut shape = Shape::read(&self.grammar.expand(nonterminal, random, &mut bounds));
            if let Some(entries) = shape.entries() {
                if !version.is_empty() {
                    let at = random.below(entries.len() + 1);
                    let at = if random.chance(80) { 0 } else { at };
                    entries.insert(at, ("version".to_owned(), Shape::Token(version.to_owned())));
                }
                if random.chance(10) {
                    share(entries, minor);
                }
            }
            let mut text = shape.file(random);
            for _ in 0..usize::from(random.chance(12)) + usize::from(bounds.wrong > 0) {
                text = mutate(&text, &self.grammar, random, &mut bounds);
            }
            let name = if at == 0 { "stack.yml".to_owned() } else { format!("over{at}.yml") };
            case.compose.push(name.clone());
            case.files.push((name, dressed(text, random)));
        }
        if merged && random.chance(5) {
            // What is relative is so to the first file.
            "deep/stack.yml".clone_into(&mut case.files[0].0);
            "deep/stack.yml".clone_into(&mut case.compose[0]);
        }
        if merged && random.chance(3) {
            let again = random.pick(&case.compose).clone();
            case.compose.push(again);
        }
        case
    }

    /// The files that the stack files may name.
    fn beside(&self, case: &mut Case, random: &mut Random) {
        for name in ["a.env", "b.env", "odd.env"] {
            let named = case.files.iter().any(|(_, content)| String::from_utf8_lossy(content).contains(name));
            if !named || case.files.iter().any(|(known, _)| known == name) {
                continue;
            }
            let wrong = usize::from(name == "odd.env" && random.chance(50));
            let mut bounds = Bounds { minor: 13, wrong, focus: Vec::new() };
            let mut content = Vec::new();
            for _ in 0..random.below(6) {
                content.extend(self.grammar.expand("env-line", random, &mut bounds).bytes());
                content.push(b'\n');
            }
            if name == "odd.env" {
                odd(&mut content, random);
            }
            let folder = Path::new(&case.compose[0]).parent().unwrap_or(Path::new(""));
            case.files.push((folder.join(name).to_string_lossy().into_owned(), content));
        }
    }
}

/// The minor number, and the token behind `version:` if there is one.
fn version(random: &mut Random, wrong: bool) -> (u32, String) {
    match random.below(100) {
        ..25 => (13, String::new()),
        25..31 => (13, "'3'".to_owned()),
        31..33 => (13, "\"\"".to_owned()),
        33..37 if wrong => (13, (*random.pick(&["3.8", "\"2\"", "\"3.14\"", "", "null", "\"3.8.0\""])).to_owned()),
        _ => {
            let minor = if random.chance(50) { 7 + random.below(7) } else { random.below(14) };
            (u32::try_from(minor).expect("it is small"), format!("'3.{minor}'"))
        }
    }
}

/// A first service that the second takes over by a merge key.
fn share(entries: &mut Vec<(String, Shape)>, minor: u32) {
    let Some(services) = entries.iter().position(|(key, _)| key == "services") else { return };
    let Some(own) = entries[services].1.entries() else { return };
    if own.is_empty() {
        return;
    }
    let first = own.remove(0);
    let merge = || ("<<".to_owned(), Shape::Token("*base".to_owned()));
    if minor >= 4 {
        let mut inner = vec![merge()];
        for (_, other) in &mut *own {
            if let Some(entries) = other.entries() {
                entries.push(merge());
            }
        }
        inner.push(("image".to_owned(), Shape::Token("own".to_owned())));
        own.insert(0, (first.0, Shape::Map(inner)));
        entries.insert(services, ("x-base".to_owned(), Shape::Marked("&base".to_owned(), Box::new(first.1))));
    } else {
        own.insert(0, (first.0, Shape::Marked("&base".to_owned(), Box::new(first.1))));
        own.push(("taken".to_owned(), Shape::Map(vec![merge()])));
    }
}

/// The text as bytes, seldom with what an editor adds.
fn dressed(text: String, random: &mut Random) -> Vec<u8> {
    match random.below(200) {
        0 => format!("\u{feff}{text}").into_bytes(),
        1 => text.replace('\n', "\r\n").into_bytes(),
        2 => format!("---\n{text}---\nmore: [\n").into_bytes(),
        3 => format!("{text}...\n").into_bytes(),
        4 => [&[0xff, 0xfe][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat(),
        5 => [&[0xfe, 0xff][..], &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat(),
        6 => [text.as_bytes(), b"# \xff\n"].concat(),
        7 => format!("%YAML 1.1\n---\n{text}").into_bytes(),
        8 => text.trim_end().as_bytes().to_vec(),
        9 => format!("\n\n# first\n\n{text}\n\n").into_bytes(),
        _ => text.into_bytes(),
    }
}

/// An env file that nobody should write.
fn odd(content: &mut Vec<u8>, random: &mut Random) {
    match random.below(14) {
        0 => content.splice(0..0, *b"\xef\xbb\xbfBOM=1\n").for_each(drop),
        1 => content.extend(b"CR=1\r\nCS=2\r\n"),
        2 => content.extend(b"BAD=\xff\n"),
        3 => content.extend(b"NUL=a\0b\n"),
        4 => content.extend(b"LAST=no newline"),
        5 => content.extend(format!("LONG={}\n", "x".repeat(66_000)).bytes()),
        6 => content.extend("\u{a0}NBSP=1\n\u{2003}EM=2\nA\u{a0}B=3\n".bytes()),
        7 => content.extend(b"\x0bVT=1\n\x0cFF=2\nV\x0bT=3\n"),
        8 => content.extend(b"LONE=a\rb\n"),
        9 => content.extend(b"TAB=a\tb\n\tLEAD=1\n"),
        10 => content.extend(format!("FITS={}\n", "x".repeat(65_530)).bytes()),
        11 => content.extend(b"#not=1\n #nor=2\nA#B=3\n"),
        12 => content.extend(b"\xef\xbb\xbf"),
        _ => {}
    }
}

fn environment(random: &mut Random) -> Vec<(String, String)> {
    let mut env: Vec<(String, String)> = [
        ("HOME", "/home/tester"),
        ("NAME", "edge"),
        ("LOW", "low"),
        ("EMPTY", ""),
        ("PORT", "8080"),
        ("NUM", "3"),
        ("TRUE", "true"),
        ("RATIO", "0.3"),
        ("MODE", "0440"),
        ("SIZE", "64m"),
        ("DUR", "5s"),
        ("SPACE", "a b"),
        ("DOLLAR", "${NAME} $$"),
        ("LINES", "a\nb"),
        ("HASH", "a #b: c"),
        ("A", "client"),
        ("_U", "under"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    if random.chance(15) {
        let gone = random.below(env.len());
        env.remove(gone);
    }
    if random.chance(15) {
        let at = random.below(env.len());
        (*random.pick(&["", "0", "no", "x y", "-1", "1.5", "yes", "é", "~", "8080", "a=b", "$A"]))
            .clone_into(&mut env[at].1);
    }
    env
}
