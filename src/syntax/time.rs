//! The timestamps that an unquoted YAML scalar can be, read and written as Go does.

/// A moment with the offset that it was written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// Year, month, day, hour, minute, second.
    parts: [u32; 6],
    nanoseconds: u32,
    /// Minutes east of Greenwich.
    offset: i32,
}

impl Time {
    /// `2031-05-04`, alone, with ` 15:04:05`, or with `T15:04:05+02:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
            return None;
        }
        let year = text[..4].parse().ok()?;
        let (month, rest) = number(&text[5..])?;
        let (day, rest) = number(rest.strip_prefix('-')?)?;
        let mut time = Self { parts: [year, month, day, 0, 0, 0], nanoseconds: 0, offset: 0 };
        if !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
            return None;
        }
        let zoned = match rest.as_bytes().first() {
            None => return Some(time),
            Some(b'T' | b't') => true,
            Some(b' ') => false,
            Some(_) => return None,
        };
        let (hour, rest) = number(&rest[1..])?;
        let (minute, rest) = number(rest.strip_prefix(':')?)?;
        let (second, mut rest) = number(rest.strip_prefix(':')?)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        time.parts[3..].copy_from_slice(&[hour, minute, second]);
        if let Some(fraction) = rest.strip_prefix(['.', ',']).filter(|f| f.starts_with(|c: char| c.is_ascii_digit())) {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            time.nanoseconds = format!("{:0<9}", &fraction[..end.min(9)]).parse().ok()?;
            rest = &fraction[end..];
        }
        if !zoned {
            return rest.is_empty().then_some(time);
        }
        if rest != "Z" {
            let sign = match rest.as_bytes() {
                [b'+', _, _, b':', _, _] => 1,
                [b'-', _, _, b':', _, _] => -1,
                _ => return None,
            };
            let two = |at: std::ops::Range<usize>| {
                rest.get(at).filter(|s| s.bytes().all(|b| b.is_ascii_digit())).and_then(|s| s.parse::<i32>().ok())
            };
            let (hours, minutes) = (two(1..3)?, two(4..6)?);
            if hours > 24 || minutes > 60 {
                return None;
            }
            time.offset = sign * (hours * 60 + minutes);
        }
        Some(time)
    }

    /// `2031-05-04T00:00:00Z`, as the YAML and JSON encoders write it.
    #[must_use]
    pub fn rfc3339(&self) -> String {
        let zone = if self.offset == 0 { "Z".to_owned() } else { self.zone(":") };
        format!("{}T{}{zone}", self.date(), self.clock())
    }

    /// `2031-05-04 00:00:00 +0000 UTC`, as `fmt.Sprint` writes it.
    #[must_use]
    pub fn sprint(&self) -> String {
        let name = if self.offset == 0 { "UTC".to_owned() } else { self.zone("") };
        format!("{} {} {} {name}", self.date(), self.clock(), self.zone(""))
    }

    fn date(&self) -> String {
        let [year, month, day, ..] = self.parts;
        format!("{year:04}-{month:02}-{day:02}")
    }

    fn clock(&self) -> String {
        let [.., hour, minute, second] = self.parts;
        let fraction = format!(".{:09}", self.nanoseconds);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        format!("{hour:02}:{minute:02}:{second:02}{fraction}")
    }

    fn zone(&self, between: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
    }
}

/// One or two digits, and what stands behind them.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}
