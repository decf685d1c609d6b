//! YAML flow text of the grammar → a tree of raw tokens → YAML text in mixed styles.

use crate::random::Random;

pub(crate) enum Shape {
    /// A token as it is written.
    Token(String),
    /// A tag or an anchor in front of something.
    Marked(String, Box<Self>),
    Seq(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Shape {
    pub(crate) fn read(text: &str) -> Self {
        if text.starts_with(['{', '[', '"', '\'', '&', '!']) {
            let mut reader = Reader { rest: text };
            let read = reader.value();
            if reader.rest.trim().is_empty() {
                return read;
            }
        }
        Self::Token(text.to_owned())
    }

    /// The entries of a mapping, behind whatever marks it.
    pub(crate) fn entries(&mut self) -> Option<&mut Vec<(String, Self)>> {
        match self {
            Self::Map(entries) => Some(entries),
            Self::Marked(_, inner) => inner.entries(),
            _ => None,
        }
    }

    fn flow(&self) -> String {
        match self {
            Self::Token(text) => text.clone(),
            Self::Marked(mark, inner) => format!("{mark} {}", inner.flow()),
            Self::Seq(items) => format!("[{}]", items.iter().map(Self::flow).collect::<Vec<_>>().join(", ")),
            Self::Map(entries) => {
                let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {}", value.flow())).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// The text of a whole file.
    pub(crate) fn file(&self, random: &mut Random) -> String {
        let mut text = String::new();
        match self {
            Self::Map(entries) if !entries.is_empty() => block_map(entries, 0, random, &mut text),
            _ => text = self.flow() + "\n",
        }
        text
    }

    /// Writes what stands behind a colon or a dash, with the line's end.
    fn block(&self, indent: usize, random: &mut Random, text: &mut String) {
        let flow = random.chance(15);
        match self {
            Self::Map(entries) if !entries.is_empty() && !flow => {
                text.push('\n');
                block_map(entries, indent + 2, random, text);
            }
            Self::Seq(items) if !items.is_empty() && !flow => {
                text.push('\n');
                let inner = indent + if random.chance(50) { 0 } else { 2 };
                for item in items {
                    *text += &" ".repeat(inner);
                    text.push('-');
                    item.block(inner, random, text);
                }
            }
            Self::Marked(mark, inner) if !flow => {
                text.push(' ');
                *text += mark;
                inner.block(indent, random, text);
            }
            Self::Token(token) => match literal(token).filter(|_| random.chance(4)) {
                Some(content) => {
                    *text += *random.pick(&[" |-\n", " |\n", " >-\n", " >\n", " |+\n"]);
                    text.extend([&" ".repeat(indent + 2), content, "\n"]);
                }
                None => text.extend([" ", token, "\n"]),
            },
            _ => text.extend([" ", &self.flow(), "\n"]),
        }
    }
}

fn block_map(entries: &[(String, Shape)], indent: usize, random: &mut Random, text: &mut String) {
    for (key, value) in entries {
        if random.chance(2) {
            *text += "# a note: {not} [read]\n";
        }
        text.extend([&" ".repeat(indent), key.as_str(), ":"]);
        value.block(indent, random, text);
    }
}

/// What a quoted token holds, where that may stand in a block scalar.
fn literal(token: &str) -> Option<&str> {
    let content = token.strip_prefix('"')?.strip_suffix('"')?;
    (!content.is_empty() && !content.starts_with(' ') && !content.contains(['\\', '"'])).then_some(content)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn value(&mut self) -> Shape {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next() {
            Some('[') => {
                let mut items = Vec::new();
                self.rest = &self.rest[1..];
                while !self.closes(']') {
                    items.push(self.value());
                }
                Shape::Seq(items)
            }
            Some('{') => {
                let mut entries = Vec::new();
                self.rest = &self.rest[1..];
                while !self.closes('}') {
                    let key = self.value().flow();
                    self.rest = self.rest.trim_start();
                    let value = match self.rest.strip_prefix(':') {
                        Some(rest) => {
                            self.rest = rest;
                            self.value()
                        }
                        None => Shape::Token(String::new()),
                    };
                    entries.push((key, value));
                }
                Shape::Map(entries)
            }
            Some('&' | '!') => match self.rest.split_once(' ') {
                Some((mark, rest)) => {
                    self.rest = rest;
                    Shape::Marked(mark.to_owned(), Box::new(self.value()))
                }
                None => self.token(self.rest.len()),
            },
            Some(quote @ ('"' | '\'')) => {
                let mut escaped = false;
                let end = self.rest[1..].find(|c| {
                    let ends = c == quote && !escaped;
                    escaped = c == '\\' && !escaped && quote == '"';
                    ends
                });
                self.token(end.map_or(self.rest.len(), |end| end + 2))
            }
            _ => {
                let ends = |(at, c): (usize, char)| {
                    let colon = c == ':' && self.rest[at + 1..].starts_with([' ', ',', '}', ']']);
                    matches!(c, ',' | ']' | '}') || colon || c == ':' && at + 1 == self.rest.len()
                };
                let end = self.rest.char_indices().find(|found| ends(*found)).map_or(self.rest.len(), |(at, _)| at);
                self.token(end)
            }
        }
    }

    fn token(&mut self, end: usize) -> Shape {
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        Shape::Token(token.trim_end().to_owned())
    }

    /// Whether the collection ends here; takes its end, or the comma in front of the next item.
    fn closes(&mut self, end: char) -> bool {
        self.rest = self.rest.trim_start_matches([' ', ',']);
        match self.rest.chars().next() {
            None => true,
            Some(c) if c == end => {
                self.rest = &self.rest[1..];
                true
            }
            // The other kind's end: what is written is no YAML, and is left so.
            Some(']' | '}' | ':') => {
                self.rest = &self.rest[1..];
                false
            }
            Some(_) => false,
        }
    }
}
