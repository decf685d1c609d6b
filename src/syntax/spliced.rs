//! Text made of pieces of a file: a Dockerfile line without its continuations, a YAML scalar without its indentation.

use crate::source::{FileId, Span};

/// A text and, for each of its bytes, where in the file it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spliced {
    pub text: String,
    /// Pieces `(offset in text, offset in file)`, ascending in the first.
    pieces: Vec<(u32, u32)>,
    file: FileId,
    /// The whole of it in the file.
    pub span: Span,
}

impl Spliced {
    /// An empty text at `at`, to which pieces are added.
    #[must_use]
    pub fn empty(file: FileId, at: usize) -> Self {
        Self { text: String::new(), pieces: Vec::new(), file, span: Span::new(file, at, at) }
    }

    /// Adds `piece`, which stands at byte `at` of the file.
    pub fn push(&mut self, piece: &str, at: usize) {
        let small = |n: usize| u32::try_from(n).expect("files are under 4 GiB");
        self.pieces.push((small(self.text.len()), small(at)));
        self.text.push_str(piece);
        self.span.end = self.span.end.max(small(at + piece.len()));
    }

    /// A value that a format unquoted, laid beside the source text it came from. Where the two part (an escape that
    /// stands for something else), the rest of the value points at the whole of it.
    #[must_use]
    pub fn align(value: &str, source: &str, span: Span) -> Self {
        let mut spliced = Self { text: value.to_owned(), pieces: Vec::new(), file: span.file, span };
        let mut at = usize::from(source.starts_with(['"', '\'']));
        // A block scalar's header (`|`, `>-`) is a line of its own.
        if source.starts_with(['|', '>']) {
            at = source.find('\n').map_or(source.len(), |n| n + 1);
        }
        let mut expected = usize::MAX;
        let mut offset = 0;
        while let Some(c) = value[offset..].chars().next() {
            let rest = source.get(at..).unwrap_or_default();
            let (taken, step) = if c == '$' && rest.starts_with("$$") {
                // The `$` that an interpolation leaves.
                (c.len_utf8(), 2)
            } else if rest.starts_with(c) {
                (c.len_utf8(), c.len_utf8())
            } else if rest.starts_with("${") {
                // What a variable stands for: it goes on where the text behind the brace goes on.
                let step = rest.find('}').map_or(rest.len(), |n| n + 1);
                let behind = rest[step..].split(['\n', '$', '"', '\'']).next().unwrap_or_default();
                let taken = if behind.is_empty() {
                    value.len() - offset
                } else {
                    value[offset..].find(behind).unwrap_or(value.len() - offset)
                };
                (taken, step)
            } else if c.is_whitespace() && rest.starts_with(char::is_whitespace) {
                // A folded line break.
                (c.len_utf8(), 1)
            } else if c.is_whitespace() && rest.starts_with('\\') {
                (c.len_utf8(), 2.min(rest.len()))
            } else if rest.starts_with(|s: char| s.is_whitespace() || matches!(s, '\\' | '\'' | '"')) {
                // Indentation, or the mark of an escape.
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            } else {
                break;
            };
            if at != expected {
                spliced.pieces.push((
                    u32::try_from(offset).expect("files are under 4 GiB"),
                    span.start + u32::try_from(at).expect("files are under 4 GiB"),
                ));
            }
            at += step;
            offset += taken;
            expected = if step == taken { at } else { usize::MAX };
        }
        spliced
    }

    /// Where the byte range of the text stands in the file.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let end = end.max(start);
        let from = self.place(start).unwrap_or(self.span.start);
        let to = if end > start { self.place(end - 1).map(|n| n + 1) } else { Some(from) };
        let to = to.unwrap_or(self.span.end);
        if to < from { self.span } else { Span { file: self.file, start: from, end: to } }
    }

    fn place(&self, offset: usize) -> Option<u32> {
        let offset = u32::try_from(offset).ok()?;
        let piece = self.pieces.partition_point(|&(start, _)| start <= offset).checked_sub(1)?;
        let (start, at) = self.pieces[piece];
        Some(at + (offset - start))
    }

    /// The part `start..end`, with its places.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Self {
        let mut part = Self {
            text: self.text[start..end].to_owned(),
            pieces: Vec::new(),
            file: self.file,
            span: self.span(start, end),
        };
        let small = |n: usize| u32::try_from(n).expect("files are under 4 GiB");
        if let Some(first) = self.place(start) {
            part.pieces.push((0, first));
        }
        for &(offset, at) in &self.pieces {
            if (offset as usize) > start && (offset as usize) < end {
                part.pieces.push((offset - small(start), at));
            }
        }
        part
    }
}
