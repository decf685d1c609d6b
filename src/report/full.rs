//! The findings as a person reads them: words, source, help; then the factors.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use super::{Style, factors, open, place, plural, statistics, summary};
use crate::Outcome;
use crate::app::credential;
use crate::finding::Finding;
use crate::source::{FileId, Sources, Span};
use crate::violation::Severity;

/// Of one rule in one file, so many are shown when there are more than [`MANY`].
const SHOWN: usize = 3;
const MANY: usize = 5;

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(110).with_context_lines(1);
    let mut totals: BTreeMap<(FileId, &str), usize> = BTreeMap::new();
    for finding in open(outcome) {
        *totals.entry((finding.violation.span.file, finding.rule.name)).or_default() += 1;
    }
    // Around a place stand others: no excerpt may show what any finding of the run says is secret.
    let secrets: Vec<Span> = outcome.findings.iter().flat_map(|f| f.violation.secrets.iter().copied()).collect();
    let mut written: BTreeMap<(FileId, &str), usize> = BTreeMap::new();
    for finding in open(outcome) {
        let key = (finding.violation.span.file, finding.rule.name);
        let n = written.entry(key).or_default();
        *n += 1;
        let total = totals[&key];
        if total > MANY && *n > SHOWN {
            if *n == SHOWN + 1 {
                let path = outcome.sources.path(key.0);
                writeln!(
                    out,
                    "  … and {} more of {} in {}{path} (--format concise)\n",
                    total - SHOWN,
                    key.1,
                    style.prefix
                )?;
            }
            continue;
        }
        let mut text = String::new();
        let shown = Shown::new(finding, outcome, &secrets, style);
        handler.render_report(&mut text, &shown).map_err(io::Error::other)?;
        writeln!(out, "{}", text.trim_end())?;
        writeln!(out)?;
    }
    for factor in factors(outcome, style) {
        writeln!(
            out,
            "{:>5} {:<20} {:<14} {} of {} decided, {}",
            factor.factor.numeral(),
            factor.factor.name(),
            factor.word.text(),
            factor.decided,
            factor.applicable,
            plural(factor.findings, "finding"),
        )?;
        if style.verbose {
            for (span, what) in &factor.evidence {
                writeln!(out, "        + {}: {what}", place(outcome, style, *span))?;
            }
            for (span, why) in &factor.unknown {
                writeln!(out, "        ? {}: {why}", place(outcome, style, *span))?;
            }
        }
    }
    if style.statistics {
        statistics(outcome, out)?;
    }
    if !style.quiet {
        writeln!(out, "{}", summary(outcome, style))?;
    }
    Ok(())
}

/// A finding as miette draws it.
struct Shown<'o> {
    title: String,
    severity: Severity,
    rule: Option<&'o str>,
    help: Option<String>,
    labels: Vec<(Span, Option<String>)>,
    source: Indexed<'o>,
    related: Vec<Shown<'o>>,
}

impl<'o> Shown<'o> {
    fn new(finding: &'o Finding, outcome: &'o Outcome, secrets: &[Span], style: &Style) -> Self {
        let violation = &finding.violation;
        let file = violation.span.file;
        let mut labels = vec![(violation.span, None)];
        let mut related = Vec::new();
        for (span, what) in &violation.related {
            if span.file == file {
                labels.push((*span, Some(what.clone())));
            } else {
                related.push(Self {
                    title: what.clone(),
                    severity: Severity::Note,
                    rule: None,
                    help: None,
                    labels: vec![(*span, None)],
                    source: Indexed::new(&outcome.sources, &[*span], secrets, style),
                    related: Vec::new(),
                });
            }
        }
        let spans: Vec<Span> = labels.iter().map(|(span, _)| *span).collect();
        Self {
            title: violation.message.clone(),
            severity: finding.severity,
            rule: Some(finding.rule.name),
            help: help(finding),
            labels,
            source: Indexed::new(&outcome.sources, &spans, secrets, style),
            related,
        }
    }
}

/// What to do, and who says so in which words.
fn help(finding: &Finding) -> Option<String> {
    let violation = &finding.violation;
    let said = violation.docker.as_ref().map(|words| format!("docker says: {words}"));
    match (violation.help.clone(), said) {
        (Some(help), Some(said)) => Some(format!("{help}\n{said}")),
        (help, said) => help.or(said),
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let rule = self.rule?;
        Some(Box::new(format!("{}[{rule}]", self.severity)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(span, label)| {
            let lines = self.source.sources.slice(*span);
            // Of a long node, its first line is enough to find it.
            let length = lines.find('\n').unwrap_or(lines.len());
            LabeledSpan::new(label.clone(), span.start as usize, length)
        })))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (!self.related.is_empty()).then(|| Box::new(self.related.iter().map(|r| r as &dyn Diagnostic)) as Box<_>)
    }
}

/// The part of a file that is shown, with the index of its lines: miette's own search goes through the whole text for
/// every label.
struct Indexed<'o> {
    sources: &'o Sources,
    file: FileId,
    /// From the line above the first place to the line below the last, without what must not be shown.
    text: Cow<'o, str>,
    /// Where that begins in the file.
    begin: usize,
    name: String,
}

impl<'o> Indexed<'o> {
    /// The file of some places in it, which are shown with a line above and below.
    fn new(sources: &'o Sources, places: &[Span], secrets: &[Span], style: &Style) -> Self {
        let file = places[0].file;
        let whole = sources.text(file);
        let starts = sources.line_starts(file);
        let lines = |place: &Span| {
            let line = sources.line_of(file, place.start);
            line.saturating_sub(1)..(line + 2).min(starts.len())
        };
        let bytes =
            |line: usize| starts[line] as usize..starts.get(line + 1).map_or(whole.len(), |&next| next as usize);
        let shown: BTreeSet<usize> = places.iter().flat_map(lines).collect();
        let begin = shown.first().map_or(0, |&line| bytes(line).start);
        let end = shown.last().map_or(whole.len(), |&line| bytes(line).end);
        let mut hidden: Vec<Range<usize>> = secrets.iter().filter(|s| s.file == file).map(|s| s.range()).collect();
        for line in shown {
            let at = bytes(line);
            let found = credential::in_line(whole[at.clone()].trim_end());
            hidden.extend(found.into_iter().map(|r| at.start + r.start..at.start + r.end));
        }
        hidden.retain(|range| range.start < end && range.end > begin);
        // What a terminal would obey is not the file's to say.
        let obeyed = |b: u8| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r');
        let mut text = Cow::Borrowed(&whole[begin..end]);
        if !hidden.is_empty() || text.bytes().any(obeyed) {
            // Byte for byte, so that every place stays where it is.
            let mut bytes = text.as_bytes().to_vec();
            for range in hidden {
                bytes[range.start.max(begin) - begin..range.end.min(end) - begin].fill(b'*');
            }
            for byte in bytes.iter_mut().filter(|b| obeyed(**b)) {
                *byte = b'?';
            }
            text = Cow::Owned(String::from_utf8_lossy(&bytes).into_owned());
        }
        Self { sources, file, text, begin, name: super::shown(&format!("{}{}", style.prefix, sources.path(file))) }
    }
}

impl SourceCode for Indexed<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let stop = self.begin + self.text.len();
        if span.offset() < self.begin || end > stop {
            return Err(MietteError::OutOfBounds);
        }
        let line = |byte: usize| self.sources.line_of(self.file, u32::try_from(byte).unwrap_or(u32::MAX));
        let starts = self.sources.line_starts(self.file);
        let first = line(span.offset()).saturating_sub(before);
        let last = (line(end) + after).min(starts.len() - 1);
        // Without lines in front, miette asks for the place itself: its column stands in the header.
        let (start, column) = match before {
            0 => {
                let byte = u32::try_from(span.offset()).unwrap_or(u32::MAX);
                (span.offset(), self.sources.place(self.file, byte).column - 1)
            }
            _ => (starts[first] as usize, 0),
        };
        let start = start.max(self.begin);
        let stop = starts.get(last + 1).map_or(stop, |&next| stop.min(next as usize));
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[start - self.begin..stop - self.begin],
            (start, stop - start).into(),
            first,
            column,
            last - first + 1,
        )))
    }
}
