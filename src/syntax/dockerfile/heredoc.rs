//! The words `<<NAME` of a line, as BuildKit's shell lexer finds them.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::words;

/// A here-document that a line announces.
pub(super) struct Announced {
    /// Where the word stands in the line.
    pub(super) place: Range<usize>,
    pub(super) name: String,
    /// Its name is not quoted: variables in the body are filled in.
    pub(super) expand: bool,
    /// `<<-`: leading tabs are cut.
    pub(super) chomp: bool,
}

/// The here-documents of a line. Where BuildKit's lexer gives up (an open quote, a substitution that it does not know),
/// it sees none, and says nothing.
pub(super) fn find(line: &str) -> Vec<Announced> {
    let mut lexer = Lexer { chars: line.char_indices().peekable(), end: line.len() };
    let mut found = Vec::new();
    loop {
        match lexer.word() {
            Ok(Some((place, word))) => found.extend(announced(place, &word)),
            Ok(None) => return found,
            Err(GivenUp) => return Vec::new(),
        }
    }
}

/// `3<<-"EOF"`: digits, the operator, an optional dash, blanks, and a name of one word.
fn announced(place: Range<usize>, word: &str) -> Option<Announced> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\x0C', '\r', ' ']);
    if rest.is_empty() || rest.contains('<') || words::raw(rest, '\\').len() != 1 {
        return None;
    }
    let name = words::unquote(rest, '\\');
    let quotes = |text: &str| text.matches(['"', '\'']).count();
    let expand = quotes(word) <= quotes(&name);
    (!name.is_empty()).then_some(Announced { place, name, expand, chomp })
}

struct GivenUp;

struct Lexer<'l> {
    chars: Peekable<CharIndices<'l>>,
    end: usize,
}

impl Lexer<'_> {
    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|&(_, c)| c)
    }

    fn bump(&mut self) -> Option<char> {
        self.chars.next().map(|(_, c)| c)
    }

    fn at(&mut self) -> usize {
        self.chars.peek().map_or(self.end, |&(at, _)| at)
    }

    fn word(&mut self) -> Result<Option<(Range<usize>, String)>, GivenUp> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
        let start = self.at();
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| !c.is_whitespace()) {
            self.bump();
            word.push(c);
            match c {
                '\\' => word.extend(self.bump()),
                '\'' => loop {
                    let inner = self.bump().ok_or(GivenUp)?;
                    word.push(inner);
                    if inner == '\'' {
                        break;
                    }
                },
                '"' => self.double_quoted(&mut word)?,
                '<' if self.peek() == Some('<') => {
                    self.bump();
                    word.push('<');
                    while let Some(blank @ ('\t' | '\r' | ' ')) = self.peek() {
                        self.bump();
                        word.push(blank);
                    }
                }
                '$' => self.dollar(&mut word)?,
                _ => {}
            }
        }
        let end = self.at();
        Ok((end > start).then_some((start..end, word)))
    }

    fn double_quoted(&mut self, word: &mut String) -> Result<(), GivenUp> {
        loop {
            let c = self.bump().ok_or(GivenUp)?;
            word.push(c);
            match c {
                '"' => return Ok(()),
                '\\' => word.extend(self.bump()),
                '$' => self.dollar(word)?,
                _ => {}
            }
        }
    }

    /// A substitution behind its `$`.
    fn dollar(&mut self, word: &mut String) -> Result<(), GivenUp> {
        if self.peek() != Some('{') {
            return Ok(());
        }
        word.extend(self.bump());
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            return Err(GivenUp);
        }
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
            self.bump();
            word.push(c);
        }
        match self.bump() {
            Some('}') => {
                word.push('}');
                return Ok(());
            }
            Some(':') if self.bump().is_some_and(|c| c != '#' && c != '%') => {}
            Some('+' | '-' | '?' | '#' | '%') => {}
            Some('/') => {
                if self.peek() == Some('/') {
                    self.bump();
                }
                self.until('/')?;
            }
            // `${x,,}`, `${x[0]}`, `${x=y}`: bash's own.
            _ => return Err(GivenUp),
        }
        self.until('}')?;
        // What was collected of the word is lost, as in BuildKit.
        word.clear();
        Ok(())
    }

    /// Goes behind `stop`, through quotes and further substitutions.
    fn until(&mut self, stop: char) -> Result<(), GivenUp> {
        let mut lost = String::new();
        loop {
            match self.bump().ok_or(GivenUp)? {
                c if c == stop => return Ok(()),
                '\\' => {
                    self.bump();
                }
                '\'' => while self.bump().ok_or(GivenUp)? != '\'' {},
                '"' => self.double_quoted(&mut lost)?,
                '$' => self.dollar(&mut lost)?,
                _ => {}
            }
        }
    }
}
