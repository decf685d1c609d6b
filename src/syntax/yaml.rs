//! YAML text → spanned tree, with the typing, duplicate-key, merge-key and alias rules of Docker's decoder.
//!
//! Docker decodes with go-yaml v3: YAML 1.1 numbers, only `true`/`false` as booleans, the first document alone.

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};

use super::time::Time;
use super::tree::{Entry, Node, Value};
use crate::source::{At, FileId, Span};

/// What became of a YAML text.
#[derive(Debug)]
pub struct Yaml {
    /// The first document; null where there is none or it does not parse.
    pub root: Node,
    pub comments: Vec<Span>,
    /// Why Docker's decoder refuses the text.
    pub errors: Vec<At<String>>,
}

/// Parses the first document of `text`, as Docker does.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Yaml {
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let whole = Span::new(file, skipped, text.len());
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    options.block_scalar_eof_without_line_feed = true;
    let mut composer = Composer {
        parser: Parser::new_from_str_with_options(&text[skipped..], options),
        file,
        text,
        skipped,
        anchors: Vec::new(),
        comments: Vec::new(),
        errors: Vec::new(),
    };
    let raw = composer.document();
    let Composer { anchors, comments, mut errors, .. } = composer;
    let root = match raw {
        Ok(Some(raw)) => {
            let mut resolver =
                Resolver { anchors: &anchors, open: Vec::new(), errors: &mut errors, decoded: 0, aliased: 0 };
            resolver.node(&raw, 0).unwrap_or(Node { span: whole, value: Value::Null })
        }
        Ok(None) => Node { span: whole, value: Value::Null },
        Err(error) => {
            errors.push(error);
            Node { span: whole, value: Value::Null }
        }
    };
    Yaml { root, comments, errors }
}

struct Raw {
    span: Span,
    kind: RawKind,
}

enum RawKind {
    Scalar {
        text: String,
        plain: bool,
        tag: Option<String>,
    },
    Seq(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
    /// Index into the anchors.
    Alias(usize),
}

struct Composer<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    file: FileId,
    text: &'t str,
    skipped: usize,
    /// Anchored nodes by the parser's id, the last definition of a name having its own id.
    anchors: Vec<(usize, std::rc::Rc<Raw>)>,
    comments: Vec<Span>,
    errors: Vec<At<String>>,
}

type Composed<T> = Result<T, At<String>>;

impl<'t> Composer<'t> {
    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        Span::new(self.file, range.start + self.skipped, range.end + self.skipped)
    }

    fn next(&mut self) -> Composed<Option<(Event<'t>, Span)>> {
        loop {
            match self.parser.next_event() {
                None => return Ok(None),
                Some(Ok((Event::Comment(..), span))) => {
                    let span = self.span(span);
                    self.comments.push(span);
                }
                Some(Ok((event, span))) => {
                    let span = self.span(span);
                    return Ok(Some((event, span)));
                }
                Some(Err(error)) => {
                    let at = error.marker().byte_offset().unwrap_or(0) + self.skipped;
                    let at = at.min(self.text.len());
                    return Err(At::new(error.info(), Span::new(self.file, at, at)));
                }
            }
        }
    }

    fn document(&mut self) -> Composed<Option<Raw>> {
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart => {}
                Event::DocumentStart(_, version) => {
                    if version.is_some_and(|v| (v.major, v.minor) != (1, 1)) {
                        self.errors.push(At::new("found incompatible YAML document".into(), span));
                    }
                    let Some(first) = self.next()? else { return Ok(None) };
                    if matches!(first.0, Event::DocumentEnd) {
                        return Ok(None);
                    }
                    let raw = self.node(first)?;
                    // The end has to be read for the rest of the text to be judged part of this document or not.
                    self.next()?;
                    return Ok(Some(raw));
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn node(&mut self, (event, span): (Event<'t>, Span)) -> Composed<Raw> {
        let (anchor, raw) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                // An absent value is reported as "~" behind the colon.
                let text = if span.start == span.end { String::new() } else { text.into_owned() };
                let kind = RawKind::Scalar { text, plain, tag: tag.as_deref().map(short) };
                let mut span = span;
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    // A block scalar's span runs over the blank lines behind it.
                    let shown = self.text[span.range()].trim_end().len();
                    span = Span::new(self.file, span.start as usize, span.start as usize + shown);
                }
                (anchor, Raw { span, kind })
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        Some((Event::SequenceEnd, end)) => break end,
                        Some(event) => items.push(self.node(event)?),
                        None => break span,
                    }
                };
                (
                    anchor,
                    Raw { span: self.collection(span, end, items.last().map(|i| i.span)), kind: RawKind::Seq(items) },
                )
            }
            Event::MappingStart(_, anchor, _) => {
                let mut entries = Vec::new();
                let end = loop {
                    let key = match self.next()? {
                        Some((Event::MappingEnd, end)) => break end,
                        Some(event) => self.node(event)?,
                        None => break span,
                    };
                    let Some(value) = self.next()? else { break span };
                    entries.push((key, self.node(value)?));
                };
                let last =
                    entries.last().map(|(k, v)| if v.span.file == k.span.file { k.span.to(v.span) } else { k.span });
                (anchor, Raw { span: self.collection(span, end, last), kind: RawKind::Map(entries) })
            }
            Event::Alias(id) => {
                let index = self.anchors.iter().position(|(known, _)| *known == id);
                let Some(index) = index else {
                    let name = &self.text[span.range()].trim_start_matches('*');
                    return Err(At::new(format!("anchor `{name}` contains itself"), span));
                };
                return Ok(Raw { span, kind: RawKind::Alias(index) });
            }
            Event::UnresolvedAlias(name) => return Err(At::new(format!("unknown anchor `{name}` referenced"), span)),
            _ => return Err(At::new("unexpected end of the document".into(), span)),
        };
        if anchor == 0 {
            return Ok(raw);
        }
        let raw = std::rc::Rc::new(raw);
        self.anchors.push((anchor, std::rc::Rc::clone(&raw)));
        Ok(Raw { span: raw.span, kind: RawKind::Alias(self.anchors.len() - 1) })
    }

    /// A block collection's start event is empty and its end lies behind the blank lines: take the last child's end.
    fn collection(&self, start: Span, end: Span, last: Option<Span>) -> Span {
        let flow =
            matches!(self.text.as_bytes().get(start.start as usize), Some(b'[' | b'{')) && start.end > start.start;
        if flow { start.to(end) } else { last.map_or(start, |last| start.to(last)) }
    }
}

fn short(tag: &Tag) -> String {
    let verbatim = tag.suffix().strip_prefix("tag:yaml.org,2002:").filter(|_| tag.handle().is_empty());
    if let Some(name) = verbatim {
        return format!("!!{name}");
    }
    if tag.handle() == "tag:yaml.org,2002:" { format!("!!{}", tag.suffix()) } else { format!("!{}", tag.suffix()) }
}

struct Resolver<'r> {
    anchors: &'r [(usize, std::rc::Rc<Raw>)],
    /// The anchors being expanded.
    open: Vec<usize>,
    errors: &'r mut Vec<At<String>>,
    decoded: u64,
    aliased: u64,
}

impl Resolver<'_> {
    /// Nothing once the text has been given up as an alias bomb.
    fn node(&mut self, raw: &Raw, depth: usize) -> Option<Node> {
        self.decoded += 1;
        if !self.open.is_empty() {
            self.aliased += 1;
        }
        if self.bomb() {
            self.errors.push(At::new("document contains excessive aliasing".into(), raw.span));
            return None;
        }
        let value = match &raw.kind {
            RawKind::Scalar { text, plain, tag } => scalar(text, *plain, tag.as_deref()),
            RawKind::Seq(items) => {
                Value::Seq(items.iter().map(|item| self.node(item, depth + 1)).collect::<Option<_>>()?)
            }
            RawKind::Map(entries) => Value::Map(self.mapping(entries, depth)?),
            RawKind::Alias(index) => {
                let target = std::rc::Rc::clone(&self.anchors[*index].1);
                // The definition itself is stored as an alias of its own anchor: that is no expansion.
                if target.span == raw.span {
                    return self.node(&target, depth);
                }
                self.open.push(*index);
                let node = self.node(&target, depth + 1);
                self.open.pop();
                return node;
            }
        };
        Some(Node { span: raw.span, value })
    }

    /// go-yaml's budget: the share of aliased nodes that it allows falls from 99 % to 10 % as a document grows.
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs no more than 52 bits")]
    fn bomb(&self) -> bool {
        const LOW: f64 = 400_000.0;
        const HIGH: f64 = 4_000_000.0;
        let decoded = self.decoded as f64;
        let allowed = 0.99 - 0.89 * ((decoded - LOW) / (HIGH - LOW)).clamp(0.0, 1.0);
        self.aliased > 100 && self.decoded > 1000 && self.aliased as f64 / decoded > allowed
    }

    fn mapping(&mut self, raw: &[(Raw, Raw)], depth: usize) -> Option<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::with_capacity(raw.len());
        let mut merges = Vec::new();
        let mut merge_seen = false;
        for (key, value) in raw {
            let merge = matches!(&key.kind, RawKind::Scalar { text, plain: true, .. } if text == "<<");
            let key = self.node(key, depth + 1)?;
            // A list may stand there, an alias of one may not.
            let list = |raw: &Raw| {
                let RawKind::Alias(index) = raw.kind else { return false };
                let target = &self.anchors[index].1;
                target.span != raw.span && matches!(target.kind, RawKind::Seq(_))
            };
            if merge && list(value) {
                self.errors.push(At::new("a map merge takes a mapping or a list of mappings".into(), value.span));
            }
            let value = self.node(value, depth + 1)?;
            let twice = if merge { merge_seen } else { entries.iter().any(|e| e.key.value == key.value) };
            if twice {
                let name = key.scalar().unwrap_or_default();
                self.errors.push(At::new(format!("mapping key `{name}` is already defined"), key.span));
            }
            if merge {
                merge_seen = true;
                merges.push(value);
            } else {
                entries.push(Entry { key, value, merged: false });
            }
        }
        for merge in merges {
            let maps = match &merge.value {
                Value::Map(_) => std::slice::from_ref(&merge),
                Value::Seq(items) if items.iter().all(Node::is_map) => items.as_slice(),
                _ => {
                    self.errors.push(At::new("a map merge takes a mapping or a list of mappings".into(), merge.span));
                    continue;
                }
            };
            for entry in maps.iter().flat_map(Node::entries) {
                if !entries.iter().any(|e| e.key.value == entry.key.value) {
                    entries.push(Entry { merged: true, ..entry.clone() });
                }
            }
        }
        Some(entries)
    }
}

/// A scalar typed as go-yaml v3 does it.
fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Value {
    match tag {
        Some("!!str") => return Value::Str(text.to_owned()),
        Some("!!binary") => return Value::Str(base64(text).unwrap_or_else(|| text.to_owned())),
        None if !plain => return Value::Str(text.to_owned()),
        // The non-specific tag `!` makes a plain scalar a string.
        Some("!") => return Value::Str(text.to_owned()),
        _ => {}
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::Str(text.to_owned());
    }
    if Time::parse(text).is_some() {
        return Value::Date(text.to_owned());
    }
    let digits = text.replace('_', "");
    if let Some(value) = integer(&digits) {
        #[expect(clippy::cast_precision_loss, reason = "so does Go")]
        return if tag == Some("!!float") { Value::Float(value as f64) } else { Value::Int(value) };
    }
    match float(&digits) {
        Some(value) => Value::Float(value),
        None => Value::Str(text.to_owned()),
    }
}

/// The text that base64 stands for, white space left out.
fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -value } else { value };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let sound = digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty());
    let exponent_sound = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    if !(sound && exponent_sound) {
        return None;
    }
    // What is too large for a float is a string.
    text.strip_prefix('+').unwrap_or(text).parse().ok().filter(|value: &f64| value.is_finite())
}
