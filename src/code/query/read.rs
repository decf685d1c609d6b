//! The text of a pattern → its steps.

use std::sync::OnceLock;

use super::{Against, Child, Kind, Query, Step, Test, regex};

/// Reads one pattern: a node in parentheses with the predicates beside it.
///
/// # Errors
/// What is wrong, in words: a kind or field that the grammar has not, syntax that is not supported.
pub(in crate::code) fn read(grammar: &tree_sitter::Language, text: &str) -> Result<Query, String> {
    let tokens = tokens(text)?;
    let mut reader = Reader { grammar, tokens: &tokens, at: 0, query: Query::empty() };
    let grouped = matches!(tokens.as_slice(), [Token::Open, Token::Open | Token::Either, ..]);
    if grouped {
        reader.at += 1;
    }
    let (mut roots, _) = reader.item()?;
    while grouped && reader.peek() != Some(&Token::Close) {
        reader.predicate()?;
    }
    reader.at += usize::from(grouped);
    if let Some(rest) = reader.peek() {
        return Err(format!("{rest:?} stands after the pattern"));
    }
    for root in &mut roots {
        root.field = None;
    }
    Ok(Query { roots, ..reader.query })
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'t> {
    Open,
    Close,
    Either,
    End,
    Anchor,
    Optional,
    Capture(&'t str),
    Field(&'t str),
    Without(&'t str),
    /// `#eq?`
    Predicate(&'t str),
    Text(String),
    Word(&'t str),
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = |from: usize| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '?' | '!');
            let end = rest[from..].find(|c| !is_part(c)).map_or(rest.len(), |end| from + end);
            (&rest[from..end], end)
        };
        let (token, length) = match c {
            c if c.is_whitespace() => {
                rest = rest.trim_start();
                continue;
            }
            ';' => {
                rest = rest.split_once('\n').map_or("", |(_, after)| after);
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::Either, 1),
            ']' => (Token::End, 1),
            '.' => (Token::Anchor, 1),
            '?' => (Token::Optional, 1),
            '@' => {
                let (name, end) = word(1);
                let name = name.trim_end_matches('?');
                (Token::Capture(name), end.min(1 + name.len()))
            }
            '!' => {
                let (name, end) = word(1);
                (Token::Without(name), end)
            }
            '#' => {
                let (name, end) = word(1);
                (Token::Predicate(name), end)
            }
            '"' => {
                let (text, length) = quoted(rest)?;
                (Token::Text(text), length)
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let (name, end) = word(0);
                match rest[end..].strip_prefix(':') {
                    Some(_) => (Token::Field(name), end + 1),
                    None => (Token::Word(name), end),
                }
            }
            other => return Err(format!("`{other}` is not supported")),
        };
        tokens.push(token);
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// A string and how many bytes it takes with its quotes.
fn quoted(text: &str) -> Result<(String, usize), String> {
    let mut plain = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((plain, at + 1)),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some('t') => plain.push('\t'),
                Some('0') => plain.push('\0'),
                Some(c) => plain.push(c),
                None => break,
            },
            c => plain.push(c),
        }
    }
    Err("a string has no end".to_owned())
}

impl Query {
    fn empty() -> Self {
        Self { roots: Vec::new(), captures: Vec::new(), tests: Vec::new(), settings: Vec::new(), others: Vec::new() }
    }
}

struct Reader<'t, 'g> {
    grammar: &'g tree_sitter::Language,
    tokens: &'t [Token<'t>],
    at: usize,
    query: Query,
}

impl<'t> Reader<'t, '_> {
    fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<&'t Token<'t>, String> {
        let token = self.tokens.get(self.at).ok_or("the pattern has no end")?;
        self.at += 1;
        Ok(token)
    }

    fn take(&mut self, token: &Token<'_>) -> bool {
        let taken = self.peek() == Some(token);
        self.at += usize::from(taken);
        taken
    }

    /// A node, a string, `_`, or one of several, with the field before it and what is behind it; whether it may miss.
    fn item(&mut self) -> Result<(Vec<Step>, bool), String> {
        let mut field = None;
        if let Some(Token::Field(name)) = self.peek() {
            self.at += 1;
            field = Some(self.field(name)?);
        }
        let mut steps = match self.next()? {
            Token::Either => {
                let mut steps = Vec::new();
                while !self.take(&Token::End) {
                    let (some, optional) = self.item()?;
                    if optional {
                        return Err("`?` in `[…]` is not supported".to_owned());
                    }
                    steps.extend(some);
                }
                steps
            }
            Token::Text(text) => vec![Step::of(Kind::Is(self.kind(text, false)?))],
            Token::Word("_") => vec![Step::of(Kind::Any)],
            Token::Open => vec![self.node()?],
            other => return Err(format!("{other:?} stands where a node is expected")),
        };
        let optional = self.take(&Token::Optional);
        while let Some(Token::Capture(name)) = self.peek() {
            self.at += 1;
            let place = self.capture(name);
            for step in &mut steps {
                step.captures.push(place);
            }
        }
        if field.is_some() {
            for step in &mut steps {
                step.field = field;
            }
        }
        Ok((steps, optional))
    }

    /// What is behind the parenthesis of a node.
    fn node(&mut self) -> Result<Step, String> {
        let Token::Word(kind) = self.next()? else { return Err("groups are not supported".to_owned()) };
        let kind = if *kind == "_" { Kind::Named } else { Kind::Is(self.kind(kind, true)?) };
        let mut step = Step::of(kind);
        let mut next = false;
        loop {
            match self.peek() {
                Some(Token::Close) => {
                    self.at += 1;
                    step.closed = next;
                    return Ok(step);
                }
                Some(Token::Anchor) => {
                    self.at += 1;
                    next = true;
                }
                Some(Token::Without(name)) => {
                    self.at += 1;
                    step.without.push(self.field(name)?);
                }
                _ => {
                    let (of, optional) = self.item()?;
                    step.children.push(Child { of, optional, next });
                    next = false;
                }
            }
        }
    }

    /// `(#eq? @a "b")`
    fn predicate(&mut self) -> Result<(), String> {
        let (Token::Open, Token::Predicate(name)) = (self.next()?, self.next()?) else {
            return Err("a predicate is expected".to_owned());
        };
        let (mut captures, mut texts) = (Vec::new(), Vec::new());
        loop {
            match self.next()? {
                Token::Close => break,
                Token::Capture(name) => captures.push(self.capture(name)),
                Token::Text(text) => texts.push(text.clone()),
                Token::Word(word) => texts.push((*word).to_owned()),
                other => return Err(format!("{other:?} stands in a predicate")),
            }
        }
        let holds = !name.starts_with("not-");
        let mut test = |capture: usize, against: Against| self.query.tests.push(Test { capture, holds, against });
        match (name.trim_start_matches("not-"), captures.as_slice(), texts.as_slice()) {
            ("eq?", &[capture, other], []) => test(capture, Against::Capture(other)),
            ("eq?", &[capture], [_]) | ("any-of?", &[capture], _) => test(capture, Against::Texts(texts)),
            ("match?", &[capture], [source]) => {
                regex(source).map_err(|e| e.to_string())?;
                test(capture, Against::Regex(source.clone(), OnceLock::new()));
            }
            ("set!", [], [key, value @ ..]) => {
                self.query.settings.push((key.clone(), value.first().cloned().unwrap_or_default()));
            }
            // What the gates of a pattern say is read from its text.
            ("gate!" | "file-has?", [], [_]) => {}
            ("has-key?" | "lacks-key?", &[capture], _) => {
                self.query.others.push(((*name).to_owned(), capture, texts));
            }
            _ => return Err(format!("`#{name}` with these arguments is not supported")),
        }
        Ok(())
    }

    fn capture(&mut self, name: &str) -> usize {
        let known = self.query.captures.iter().position(|c| c == name);
        known.unwrap_or_else(|| {
            self.query.captures.push(name.to_owned());
            self.query.captures.len() - 1
        })
    }

    fn field(&self, name: &str) -> Result<u16, String> {
        let id = self.grammar.field_id_for_name(name).ok_or_else(|| format!("there is no field `{name}`"))?;
        Ok(id.get())
    }

    fn kind(&self, name: &str, named: bool) -> Result<u16, String> {
        let id = self.grammar.id_for_node_kind(name, named);
        if id == 0 || self.grammar.node_kind_is_supertype(id) {
            return Err(format!("there are no nodes `{name}`"));
        }
        Ok(id)
    }
}

impl Step {
    fn of(kind: Kind) -> Self {
        Self { kind, field: None, without: Vec::new(), captures: Vec::new(), children: Vec::new(), closed: false }
    }
}
