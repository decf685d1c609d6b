//! Versions and ranges, as far as they are written.

use std::fmt;

/// `3.12` of `3.12.7-slim`: as many parts as are known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(Vec<u64>);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

impl Version {
    /// The version that a text begins with.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', 'V', '=']).trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let parts: Vec<u64> = text[..end].split('.').map_while(|p| p.parse().ok()).collect();
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// The version of an image's tag; nothing for `latest`, `alpine`, `lts`.
    pub(super) fn of_tag(tag: &str) -> Option<Self> {
        tag.starts_with(|c: char| c.is_ascii_digit()).then(|| Self::parse(tag)).flatten()
    }

    /// Its first `parts` parts.
    pub(super) fn cut(mut self, parts: usize) -> Self {
        self.0.truncate(parts);
        self
    }

    /// Whether one may be the other, as far as both are known.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a == b)
    }

    fn at(&self, part: usize) -> u64 {
        self.0.get(part).copied().unwrap_or(0)
    }

    /// The first version that is none of its own: `18` → `19`, `3.12` → `3.13`.
    fn next(&self) -> Self {
        let mut parts = self.0.clone();
        if let Some(last) = parts.last_mut() {
            *last += 1;
        }
        Self(parts)
    }

    fn below(&self, other: &Self) -> bool {
        for part in 0..self.0.len().max(other.0.len()) {
            match self.at(part).cmp(&other.at(part)) {
                std::cmp::Ordering::Less => return true,
                std::cmp::Ordering::Greater => return false,
                std::cmp::Ordering::Equal => {}
            }
        }
        false
    }
}

/// Whether a range surely has no version in common with `version`. Ranges of npm, pip, Bundler and Composer.
pub(super) fn excludes(range: &str, version: &Version) -> bool {
    !range.split("||").any(|alternative| {
        alternative
            .split([',', ' '])
            .collect::<Vec<_>>()
            .join(" ")
            .split("  ")
            .all(|_| intersects(alternative, version))
    })
}

/// Whether all comparators of one alternative leave room for a version that begins like `version`.
fn intersects(alternative: &str, version: &Version) -> bool {
    let spaced = alternative.replace(',', " ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        // `>= 18` is one comparator.
        match words.last_mut() {
            Some(last) if last.chars().all(|c| "<>=~^!".contains(c)) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    if let Some(at) = words.iter().position(|w| w == "-")
        && at > 0
        && at + 1 < words.len()
    {
        words[at - 1] = format!(">={}", words[at - 1]);
        words[at + 1] = format!("<={}", words[at + 1]);
        words.remove(at);
    }
    words.iter().all(|word| admits(word, version))
}

fn admits(word: &str, version: &Version) -> bool {
    let split = word.find(|c: char| !"<>=~^!".contains(c)).unwrap_or(word.len());
    let (operator, rest) = word.split_at(split);
    let Some(bound) = Version::parse(rest.split(['x', 'X', '*']).next().unwrap_or(rest).trim_end_matches('.')) else {
        return true;
    };
    // Everything that begins like `version` lies from it up to, and without, its next.
    let (low, high) = (version, version.next());
    match operator {
        ">=" | ">" => bound.below(&high),
        "<" => low.below(&bound),
        "<=" => !bound.below(low) || bound.agrees(low),
        "^" => {
            let major = Version(vec![bound.at(0) + 1]);
            bound.below(&high) && low.below(&major)
        }
        "~" | "~>" | "~=" => {
            let keep = match (operator, bound.0.len()) {
                ("~", 1) | (_, 1 | 2) if operator != "~" || bound.0.len() == 1 => 1,
                (_, n) => (n - 1).min(2),
            };
            bound.below(&high) && low.below(&Version(bound.0[..keep.max(1)].to_vec()).next())
        }
        "!=" => true,
        _ => bound.agrees(version),
    }
}
