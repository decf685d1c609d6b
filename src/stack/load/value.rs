//! Words as Go reads and writes them: durations, sizes, numbers, times, command lines.

use crate::syntax::time::Time;
use crate::syntax::tree::{Node, Value};

/// `time.ParseDuration`: nanoseconds.
#[must_use]
pub fn duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = |s: &str| s.find(|c: char| !c.is_ascii_digit()).unwrap_or(s.len());
        let whole = digits(rest);
        let mut value: u64 = 0;
        for digit in rest[..whole].bytes() {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|v| *v <= 1 << 63)?;
        }
        rest = &rest[whole..];
        let (mut fraction, mut scale, mut part) = (0_u64, 1.0_f64, 0);
        if let Some(behind) = rest.strip_prefix('.') {
            part = digits(behind);
            let mut full = false;
            for digit in behind[..part].bytes() {
                // What does not fit is cut off.
                full |= fraction > ((1 << 63) - 1) / 10;
                if full {
                    continue;
                }
                let next = fraction * 10 + u64::from(digit - b'0');
                if next > 1 << 63 {
                    full = true;
                } else {
                    fraction = next;
                    scale *= 10.0;
                }
            }
            rest = &behind[part..];
        }
        if whole == 0 && part == 0 {
            return None;
        }
        let end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
        let unit: u64 = match &rest[..end] {
            "ns" => 1,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[end..];
        value = value.checked_mul(unit).filter(|v| *v <= 1 << 63)?;
        if fraction > 0 {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "Go computes the fraction in the same way"
            )]
            let part = (fraction as f64 * (unit as f64 / scale)) as u64;
            value = value.checked_add(part).filter(|v| *v <= 1 << 63)?;
        }
        total = total.checked_add(value).filter(|v| *v <= 1 << 63)?;
    }
    if negative { Some(0_i64.wrapping_sub_unsigned(total)) } else { i64::try_from(total).ok() }
}

/// `time.Duration.String`.
#[must_use]
pub fn show_duration(nanoseconds: i64) -> String {
    let total = nanoseconds.unsigned_abs();
    if total == 0 {
        return "0s".to_owned();
    }
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let decimal = |value: u64, digits: usize| -> String {
        let scale = 10_u64.pow(u32::try_from(digits).unwrap_or(0));
        let part = format!("{:0digits$}", value % scale);
        let part = part.trim_end_matches('0');
        if part.is_empty() { (value / scale).to_string() } else { format!("{}.{part}", value / scale) }
    };
    match total {
        0..1_000 => format!("{sign}{total}ns"),
        1_000..1_000_000 => format!("{sign}{}\u{b5}s", decimal(total, 3)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", decimal(total, 6)),
        _ => {
            let minutes = total / 60_000_000_000;
            let seconds = decimal(total % 60_000_000_000, 9);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `units.RAMInBytes`: bytes, or what docker says of it.
pub fn size(text: &str) -> Result<i64, String> {
    let Some(last) = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ') else {
        return Err(format!("invalid size: '{text}'"));
    };
    let (number, suffix) = if text.as_bytes()[last] == b' ' {
        (&text[..last], &text[last + 1..])
    } else {
        (&text[..=last], &text[last + 1..])
    };
    let mut value = float(number).ok_or_else(|| format!("strconv.ParseFloat: parsing \"{number}\": invalid syntax"))?;
    if value < 0.0 {
        return Err(format!("invalid size: '{text}'"));
    }
    let bad = || format!("invalid suffix: '{}'", suffix.to_lowercase());
    if suffix.len() > 3 {
        return Err(bad());
    }
    let lower = suffix.to_lowercase();
    let power = match lower.as_bytes() {
        [] | [b'b'] => 0,
        [unit] | [unit, b'b'] | [unit, b'i', b'b'] => 1 + b"kmgtp".iter().position(|u| u == unit).ok_or_else(bad)?,
        _ => return Err(bad()),
    };
    for _ in 0..power {
        value *= 1024.0;
    }
    Ok(truncate(value))
}

/// `int64(f)` on amd64: what does not fit becomes the least number.
#[expect(clippy::cast_possible_truncation, reason = "the range is looked at first")]
#[must_use]
pub fn truncate(value: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) { value as i64 } else { i64::MIN }
}

/// `uint64(f)` on amd64, for what is not below 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is looked at first")]
pub(super) fn truncate_unsigned(value: f64) -> i128 {
    if value < 18_446_744_073_709_551_616.0 { i128::from(value as u64) } else { 1 << 63 }
}

/// `strconv.ParseFloat`: underscores between digits and hexadecimal numbers with an exponent too.
pub(super) fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return matches!(unsigned.to_ascii_lowercase().as_str(), "nan" | "inf" | "infinity")
            .then(|| text.to_ascii_lowercase().parse().ok())
            .flatten();
    }
    let bytes = unsigned.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_hexdigit);
    let apart = |at: usize| bytes[at] != b'_' || digit(at.checked_sub(1)) && digit(Some(at + 1));
    if !(0..bytes.len()).all(apart) {
        return None;
    }
    let plain = text.replace('_', "");
    let lower = plain.to_ascii_lowercase();
    let (sign, magnitude) = lower.strip_prefix('-').map_or((1.0, lower.trim_start_matches('+')), |rest| (-1.0, rest));
    match magnitude.strip_prefix("0x") {
        Some(hexadecimal) => hexadecimal_float(hexadecimal).map(|value| sign * value),
        None => plain.parse().ok(),
    }
    .filter(|value: &f64| value.is_finite())
}

/// `1.8p4`: a hexadecimal number and a power of two.
#[expect(clippy::cast_precision_loss, reason = "sixteen digits are enough for what people write")]
fn hexadecimal_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = u64::from_str_radix(&format!("{whole}{part}"), 16).ok()?;
    let places = i32::try_from(part.len()).ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    Some(digits as f64 * 2_f64.powi(exponent.checked_sub(4 * places)?))
}

/// A number as `fmt.Sprint` and the YAML encoder write it: the shortest form, with an exponent from a million on.
#[must_use]
pub fn show_float(value: f64) -> String {
    if value == 0.0 {
        return if value.is_sign_negative() { "-0".to_owned() } else { "0".to_owned() };
    }
    let shortest = format!("{value:e}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// A value as `fmt.Sprint` writes it; nothing for null and what is not known.
pub(super) fn sprint(node: &Node) -> Option<String> {
    Some(match &node.value {
        Value::Float(value) => show_float(*value),
        Value::Seq(items) => format!("[{}]", items.iter().map(sprint_any).collect::<Vec<_>>().join(" ")),
        Value::Map(entries) => {
            let mut pairs: Vec<(&str, String)> = entries.iter().map(|e| (e.name(), sprint_any(&e.value))).collect();
            pairs.sort();
            let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
            format!("map[{}]", pairs.join(" "))
        }
        Value::Date(text) => Time::parse(text).map_or_else(|| text.clone(), |time| time.sprint()),
        _ => node.scalar()?,
    })
}

fn sprint_any(node: &Node) -> String {
    sprint(node).unwrap_or_else(|| "<nil>".to_owned())
}

/// A scalar as `%s` prints it, which is meant for strings.
pub(super) fn sprint_as_string(node: &Node) -> Option<String> {
    let text = sprint(node)?;
    Some(match node.value {
        Value::Int(number) if number > i128::from(i64::MAX) => format!("%!s(uint64={text})"),
        Value::Int(_) => format!("%!s(int={text})"),
        Value::Float(_) => format!("%!s(float64={text})"),
        _ => text,
    })
}

/// What `shlex.Split` makes of a line: its words as far as they go, and why it stops.
#[must_use]
pub fn shlex(line: &str) -> (Vec<String>, Option<&'static str>) {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let (mut quote, mut broken) = (None, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '#') if word.is_none() => while chars.next().is_some_and(|c| c != '\n') {},
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            (Some(q), _) if c == q => quote = None,
            (None | Some('"'), '\\') => {
                let escaped = chars.next();
                broken = broken.or(escaped.is_none().then_some("EOF found after escape character"));
                word.get_or_insert_default().extend(escaped);
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (words, broken.or(quote.map(|_| "EOF found when expecting closing quote")))
}
