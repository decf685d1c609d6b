//! The files of one run: an id for each path, text read once and on demand, places, and masked excerpts.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A file larger than this is not read: nothing that people write by hand comes near it.
const MAX_BYTES: usize = 8 << 20;
/// How far into a file a NUL byte makes it binary, as git does it.
const SNIFF_BYTES: usize = 8000;

/// Which file of [`Sources`]; `Copy`, so that no lifetime follows a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`, in bytes.
    ///
    /// # Panics
    /// When an offset does not fit 32 bits, which [`Sources`] rules out by its size limit.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let small = |offset: usize| u32::try_from(offset).expect("files are under 4 GiB");
        Self { file, start: small(start), end: small(end.max(start)) }
    }

    /// The smallest span that holds both, which are of one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub span: Span,
}

impl<T> At<T> {
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Dockerfile,
    /// `.dockerignore` and `<Dockerfile>.dockerignore`.
    DockerIgnore,
    /// A YAML file that may be a stack or Compose file.
    Stack,
    /// The pipelines of GitHub, GitLab, CircleCI, Jenkins …
    Ci,
    /// `.env` and its relatives.
    Dotenv,
    /// package.json, pyproject.toml, go.mod …
    Manifest,
    /// package-lock.json, poetry.lock, go.sum …
    Lock,
    Procfile,
    Makefile,
    Script,
    /// README and other prose that may name a deploy command.
    Prose,
    Other,
}

/// Whose file it is: only `App` files are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    App,
    Test,
    Example,
    Documentation,
    Vendored,
    Generated,
    Tool,
}

/// What git thinks of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tracking {
    /// In the index; `executable` is its mode bit (100755).
    Tracked {
        executable: bool,
    },
    Untracked,
    Ignored,
    /// There is no repository to ask.
    NoRepository,
}

/// Why a file has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    Missing,
    Binary,
    /// Larger than the limit; its size in bytes.
    TooLarge(usize),
    Failed(String),
}

/// One file of a run.
#[derive(Debug)]
pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    pub kind: Kind,
    pub class: Class,
    pub tracking: Tracking,
    text: OnceLock<Result<String, Unreadable>>,
    lines: OnceLock<Vec<u32>>,
}

/// Where the bytes of files come from: the disk, the git index, an editor's buffers.
pub trait Reader: Send + Sync {
    /// The bytes of `path`, which is relative to the root.
    ///
    /// # Errors
    /// As the store says.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// Whether the root has this file, be it listed in [`Sources`] or not.
    fn exists(&self, path: &str) -> bool;

    /// Whether the work tree has this file and the index that is read has not.
    fn is_unstaged(&self, _path: &str) -> bool {
        false
    }
}

/// Reads below a folder of the disk.
pub struct Disk(pub PathBuf);

impl Reader for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let path = self.0.join(path);
        let meta = std::fs::metadata(&path)?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        // A sparse or endless file must not be swallowed before its size is judged.
        if meta.len() > MAX_BYTES as u64 {
            return Ok(vec![b' '; MAX_BYTES + 1]);
        }
        std::fs::read(path)
    }

    fn exists(&self, path: &str) -> bool {
        self.0.join(path).exists()
    }
}

/// Files kept in memory, as tests and editors have them.
impl Reader for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn exists(&self, path: &str) -> bool {
        self.contains_key(path) || self.keys().any(|k| k.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// A place as editors count it: 1-based line and column, the column in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// All files of a run, sorted by path.
pub struct Sources {
    files: Vec<File>,
    by_path: BTreeMap<String, FileId>,
    reader: Box<dyn Reader>,
}

impl Sources {
    /// The files `(path, kind, class, tracking)`, read through `reader` when their text is asked for.
    #[must_use]
    pub fn new(mut files: Vec<(String, Kind, Class, Tracking)>, reader: Box<dyn Reader>) -> Self {
        files.sort();
        files.dedup_by(|a, b| a.0 == b.0);
        let mut sources = Self { files: Vec::new(), by_path: BTreeMap::new(), reader };
        for (path, kind, class, tracking) in files {
            sources.push(path, kind, class, tracking);
        }
        sources
    }

    fn push(&mut self, path: String, kind: Kind, class: Class, tracking: Tracking) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        self.by_path.insert(path.clone(), id);
        self.files.push(File { path, kind, class, tracking, text: OnceLock::new(), lines: OnceLock::new() });
        id
    }

    pub fn files(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.by_path.values().map(|&id| (id, self.file(id)))
    }

    #[must_use]
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    #[must_use]
    pub fn path(&self, id: FileId) -> &str {
        &self.file(id).path
    }

    /// The listed file of this path, which is relative to the root.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Whether the root has this path, listed or not.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.find(path).is_some() || self.reader.exists(path)
    }

    /// Whether the work tree has this file and the index that is judged has not.
    #[must_use]
    pub fn is_unstaged(&self, path: &str) -> bool {
        self.reader.is_unstaged(path)
    }

    /// Whether a listed file lies below this folder; `""` is the root.
    #[must_use]
    pub fn has_folder(&self, folder: &str) -> bool {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.by_path.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }

    /// The listed files directly in or anywhere below `folder`.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (FileId, &'a File)> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.by_path
            .range(prefix.clone()..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(_, &id)| (id, self.file(id)))
    }

    /// The text, decoded: a UTF-16 file by its byte order mark, other bytes that are no UTF-8 replaced.
    ///
    /// # Errors
    /// Why there is none.
    pub fn read(&self, id: FileId) -> Result<&str, &Unreadable> {
        let file = self.file(id);
        file.text.get_or_init(|| decode(self.reader.read(&file.path), file.kind)).as_deref()
    }

    /// The text, or nothing where [`Self::read`] would say why not.
    #[must_use]
    pub fn text(&self, id: FileId) -> &str {
        self.read(id).unwrap_or_default()
    }

    /// The text of a span; empty where it does not fit the file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or_default()
    }

    /// Offsets at which the lines of a file begin.
    #[must_use]
    pub fn line_starts(&self, id: FileId) -> &[u32] {
        self.file(id).lines.get_or_init(|| {
            let text = self.text(id);
            std::iter::once(0)
                .chain(text.bytes().zip(1u32..).filter(|&(b, _)| b == b'\n').map(|(_, next)| next))
                .collect()
        })
    }

    /// The 0-based number of the line that holds the byte.
    #[must_use]
    pub fn line_of(&self, id: FileId, byte: u32) -> usize {
        self.line_starts(id).partition_point(|&start| start <= byte) - 1
    }

    /// The span of a 0-based line without its end; the last line where there are fewer.
    #[must_use]
    pub fn line_span(&self, id: FileId, line: usize) -> Span {
        let starts = self.line_starts(id);
        let line = line.min(starts.len() - 1);
        let start = starts[line] as usize;
        let text = self.text(id);
        let end = starts.get(line + 1).map_or(text.len(), |&next| next as usize);
        let shown = text[start..end].trim_end_matches(['\n', '\r']);
        Span::new(id, start, start + shown.len())
    }

    /// Line and column of a byte.
    #[must_use]
    pub fn place(&self, id: FileId, byte: u32) -> Place {
        let line = self.line_of(id, byte);
        let start = self.line_starts(id)[line] as usize;
        let text = self.text(id);
        let mut end = (byte as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        // A byte order mark is no character of the line.
        let before = text[start..end].trim_start_matches('\u{feff}');
        Place { line: line + 1, column: before.encode_utf16().count() + 1 }
    }

    /// The text of a span in which each of `secrets` shows as `••••`: a report goes to logs that others read.
    #[must_use]
    pub fn excerpt(&self, span: Span, secrets: &[Span]) -> String {
        let mut shown = String::new();
        let mut at = span.start;
        let mut hidden: Vec<Span> = secrets.iter().copied().filter(|s| s.file == span.file).collect();
        hidden.sort();
        for secret in hidden {
            let (start, end) = (secret.start.max(at), secret.end.min(span.end));
            if start < end {
                shown += self.slice(Span { start: at, end: start, ..span });
                shown += "••••";
                at = end;
            }
        }
        shown + self.slice(Span { start: at, ..span })
    }
}

fn decode(bytes: io::Result<Vec<u8>>, kind: Kind) -> Result<String, Unreadable> {
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Unreadable::Missing),
        Err(e) => return Err(Unreadable::Failed(e.to_string())),
    };
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge(bytes.len()));
    }
    let wide = |order: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| order([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.get(..2) {
        // BuildKit reads bytes: to it, such a Dockerfile is none.
        _ if kind == Kind::Dockerfile => {}
        Some([0xFF, 0xFE]) => return Ok(wide(u16::from_le_bytes)),
        Some([0xFE, 0xFF]) => return Ok(wide(u16::from_be_bytes)),
        _ => {}
    }
    if bytes[..bytes.len().min(SNIFF_BYTES)].contains(&0) {
        return Err(Unreadable::Binary);
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
    })
}

/// `folder` and `path` joined and freed of `.` and `..`, both relative to the root; nothing where that leaves the root.
#[must_use]
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a path is `folder` or lies below it; everything lies in `""`, the root.
#[must_use]
pub fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether one of the words of a name, as in `docker-stack.local.yml`, is one of these.
#[must_use]
pub fn has_word(name: &str, words: &[&str]) -> bool {
    name.split(['.', '-', '_']).any(|word| words.contains(&word))
}

/// The folder of a path; `""` for one at the root.
#[must_use]
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
#[must_use]
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A path as shown and stored: relative to `root` where it is below it, with `/`.
#[must_use]
pub fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
