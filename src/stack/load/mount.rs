//! The short form of mounts: `[source:]target[:options]`, as the docker client reads it.

/// What a short form stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    /// Whether the source is a path of the node.
    pub bind: bool,
    /// Empty where none is named.
    pub source: String,
    pub target: String,
    pub read_only: bool,
    pub nocopy: bool,
    pub propagation: Option<String>,
    /// Options that nobody knows: they are lost.
    pub lost: Vec<String>,
}

/// Reads a short form.
///
/// # Errors
/// What docker says of it.
pub fn parse(text: &str) -> Result<Spec, String> {
    let mut spec = Spec::default();
    if text.is_empty() {
        return Err("invalid empty volume spec".to_owned());
    }
    if text.len() <= 2 {
        text.clone_into(&mut spec.target);
        return Ok(spec);
    }
    let wrong = |why: &str| Err(format!("invalid spec: {text}: {why}"));
    let mut section = String::new();
    // A NUL ends the client's loop, wherever it stands.
    for c in text.chars().map(Some).chain([None]) {
        let end = matches!(c, None | Some('\0'));
        match c {
            Some(':') if is_drive(&section) => section.push(':'),
            Some(c) if c != ':' && !end => section.push(c),
            _ => {
                if section.is_empty() {
                    return wrong("empty section between colons");
                }
                if spec.source.is_empty() && end {
                    spec.target = std::mem::take(&mut section);
                } else if spec.source.is_empty() {
                    spec.source = std::mem::take(&mut section);
                } else if spec.target.is_empty() {
                    spec.target = std::mem::take(&mut section);
                } else if !end {
                    return wrong("too many colons");
                } else {
                    options(&std::mem::take(&mut section), &mut spec);
                }
            }
        }
    }
    spec.bind = is_path(&spec.source);
    Ok(spec)
}

fn options(text: &str, spec: &mut Spec) {
    for option in text.split(',') {
        match option {
            "ro" => spec.read_only = true,
            "rw" => spec.read_only = false,
            "nocopy" => spec.nocopy = true,
            "rprivate" | "private" | "rshared" | "shared" | "rslave" | "slave" => {
                spec.propagation = Some(option.to_owned());
            }
            lost => spec.lost.push(lost.to_owned()),
        }
    }
}

/// One letter before a colon is taken for a Windows drive.
fn is_drive(section: &str) -> bool {
    let mut chars = section.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
}

/// Whether a source is a path, and no volume's name.
fn is_path(source: &str) -> bool {
    if source.starts_with(['.', '/', '~']) {
        return true;
    }
    let mut chars = source.chars();
    let (first, second) = (chars.next(), chars.next());
    source.starts_with("\\\\") || first.is_some_and(char::is_alphabetic) && second == Some(':')
}

/// Whether a path is absolute on Windows: a drive or a share, and a slash behind it.
#[must_use]
pub fn is_windows_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let slash = |at: usize| matches!(bytes.get(at), Some(b'/' | b'\\'));
    let length = match bytes {
        [letter, b':', ..] if letter.is_ascii_alphabetic() => 2,
        _ => share(bytes),
    };
    length > 0 && slash(length)
}

/// The length of `\\server\share`; 0 where there is none.
fn share(bytes: &[u8]) -> usize {
    let slash = |at: usize| matches!(bytes.get(at), Some(b'/' | b'\\'));
    let length = bytes.len();
    if length < 5 || !slash(0) || !slash(1) || slash(2) || bytes[2] == b'.' {
        return 0;
    }
    let Some(behind) = (3..length - 1).find(|&n| slash(n)) else { return 0 };
    let name = behind + 1;
    if slash(name) || bytes[name] == b'.' {
        return 0;
    }
    (name..length).find(|&n| slash(n)).unwrap_or(length)
}
