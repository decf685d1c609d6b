//! Which settings carry a credential: by the variable's name and by what its value looks like.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::locator;

/// `NAME=value`, `name: value`, `--name value`, `ENV NAME value`.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    let value = r#"["']?([^\s"',\]]+)"#;
    let pattern = format!(
        r#"([A-Za-z_][\w.-]*)["']?\s*[=:]\s*{value}|--?([a-z][\w-]*)["',\s]+{value}|\b([A-Z][A-Z0-9_]+)\s+{value}"#
    );
    Regex::new(&pattern).expect("it is a pattern")
});
/// `user:password` behind the switch of curl and wget, the password behind those of redis-cli and mysql.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?:-u|--user)["',\s=]+[\w.@-]+:([^\s"',]+)|redis-cli.*\s-a["',\s]+([^\s"',]+)|(?:mysql|mariadb)\S*.*\s-p([^\s"',]+)"#;
    Regex::new(pattern).expect("it is a pattern")
});

/// Whatever looks like a credential in one line of any file, as ranges of its bytes: what no report may show, whether or
/// not a rule speaks of it.
#[must_use]
pub fn in_line(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Every name is tried: the value of one may be the name of the next.
    let mut from = 0;
    while let Some(setting) = SETTING.captures_at(line, from) {
        let parts = [(1, 2), (3, 4), (5, 6)].into_iter().find_map(|(n, v)| setting.get(n).zip(setting.get(v)));
        let Some((name, value)) = parts else { break };
        from = name.end();
        let secret = in_setting(&name.as_str().replace(['-', '.'], "_"), value.as_str());
        found.extend(secret.map(|s| value.start() + s.start..value.start() + s.end));
    }
    for (at, _) in line.match_indices("://") {
        let start = line[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        found.extend(password_in_url(&line[start..]).map(|s| start + s.start..start + s.end));
    }
    for login in LOGIN.captures_iter(line) {
        let password = login.iter().skip(1).flatten().next();
        found.extend(password.filter(|p| !p.as_str().starts_with('$')).map(|p| p.range()));
    }
    found
}

/// A literal that is a credential, as a range of the value's bytes.
#[must_use]
pub fn in_setting(name: &str, value: &str) -> Option<Range<usize>> {
    if value.is_empty() || value.contains('$') && value.contains('{') {
        return None;
    }
    if let Some(password) = password_in_url(value).or_else(|| password_in_pairs(value)) {
        return Some(password);
    }
    // Four digits are a number of something, but where the name says password.
    let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_uppercase();
    let digits = value.len() <= 4 && value.chars().all(|c| c.is_ascii_digit());
    let password = matches!(last.as_str(), "PASSWORD" | "PASSWD" | "PASS");
    (is_secret_name(name) && is_literal_secret(value) && (!digits || password)).then_some(0..value.len())
}

/// The password of a URL with user and password.
#[must_use]
pub fn password_in_url(value: &str) -> Option<Range<usize>> {
    let range = locator::url(value)?.password?;
    let password = &value[range.clone()];
    (!password.starts_with(['$', '<', '{', '%']) && !password.starts_with("***")).then_some(range)
}

/// The password of `Server=db;User Id=sa;Password=…`.
fn password_in_pairs(value: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for pair in value.split(';') {
        let begin = start;
        start += pair.len() + 1;
        let Some((key, secret)) = pair.split_once('=') else { continue };
        let named = matches!(key.trim().to_ascii_lowercase().as_str(), "password" | "pwd");
        // One pair alone is a setting of its own, not a connection string.
        if named && value.contains(';') && !secret.trim().is_empty() && !secret.contains(['$', '{', '<']) {
            return Some(begin + key.len() + 1..begin + pair.len());
        }
    }
    None
}

/// Whether a variable's name says that its value is secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let Some(last) = words.last().map(|w| w.trim_end_matches(|c: char| c.is_ascii_digit())) else { return false };
    // What stands last decides what the value is: a file, a name, a duration, a switch.
    const NOT_LAST: &[&str] = &[
        "FILE",
        "PATH",
        "DIR",
        "NAME",
        "ID",
        "TTL",
        "EXPIRY",
        "EXPIRES",
        "EXPIRATION",
        "TIMEOUT",
        "LENGTH",
        "REALM",
        "URL",
        "URI",
        "ENABLED",
        "DISABLED",
        "TYPE",
        "ALGORITHM",
        "ALGO",
        "HEADER",
        "FIELD",
        "MIN",
        "MAX",
        "AGE",
        "LIFETIME",
        "ISSUER",
        "AUDIENCE",
        "POLICY",
        "PREFIX",
        "SUFFIX",
        "FORMAT",
        "HASHER",
        "ROUNDS",
        "COST",
        "REGEX",
        "PATTERN",
        "VERSION",
        "COUNT",
        "SIZE",
        "HOST",
        "PORT",
        "USER",
        "USERNAME",
        "EMAIL",
        "ENDPOINT",
        "SECONDS",
        "MINUTES",
        "HOURS",
        "DAYS",
        "LIMIT",
        "REQUIRED",
        "RESET",
        "HINT",
        "LABEL",
        "PROVIDER",
        "BACKEND",
        "DRIVER",
        "MODE",
        "METHOD",
        "SCHEME",
        "INTERVAL",
        "LOCATION",
        "COMMAND",
        "CMD",
        "KEYS",
        "SECRETS",
        "ENCRYPTION",
        "PLUGIN",
        "ENCODER",
        "STORE",
        "SOURCE",
        "MANAGER",
        "CHARSET",
        "STRENGTH",
        "LINK",
        "GRANT",
        "AUTHENTICATION",
        "AUTH",
        "MECHANISM",
        "SCOPE",
        "HASH",
        "ATTEMPTS",
        "SERVICE",
        "CLASS",
        "REGION",
    ];
    const PUBLIC: &[&str] = &[
        "PUBLIC",
        "PUBLISHABLE",
        "SITE",
        "ALLOW",
        "RANDOM",
        "VERIFY",
        "REQUIRE",
        "ENABLE",
        "DISABLE",
        "USE",
        "SHOW",
        "NO",
        "SKIP",
        "MIN",
        "MAX",
        "GENERATE",
    ];
    const WORDS: &[&str] = &[
        "PASSWORD",
        "PASSWD",
        "PASS",
        "PWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "PASSWORDS",
        "AUTHTOKEN",
        "SECRETKEY",
        "PRIVATEKEY",
        "JWT",
        "SALT",
    ];
    if NOT_LAST.contains(&last) || words.iter().any(|w| PUBLIC.contains(w)) {
        return false;
    }
    // Algolia's key for searching stands in what browsers load.
    if words.contains(&"ALGOLIA") && words.contains(&"SEARCH") {
        return false;
    }
    // `OAUTH_GITHUB_APP_KEY` says who the app is.
    if words.contains(&"OAUTH") && words.ends_with(&["APP", "KEY"]) {
        return false;
    }
    // `PWD` alone is the shell's working directory.
    if words == ["PWD"] || words == ["OLDPWD"] {
        return false;
    }
    let key = last == "KEY"
        && words.iter().any(|w| {
            matches!(
                *w,
                "API"
                    | "SECRET"
                    | "PRIVATE"
                    | "ENCRYPTION"
                    | "SIGNING"
                    | "MASTER"
                    | "APP"
                    | "AUTH"
                    | "JWT"
                    | "SESSION"
                    | "COOKIE"
                    | "ADMIN"
                    | "DEPLOY"
                    | "FERNET"
                    | "HMAC"
                    | "LICENSE"
            )
        });
    let short = last == "PW"
        || last.len() > 4 && last.ends_with("PASS") && !matches!(last, "BYPASS" | "COMPASS" | "ENCOMPASS" | "TRESPASS");
    let glued = words
        .iter()
        .any(|w| w.ends_with("PASSWORD") || w.ends_with("PASSWD") || w.ends_with("SECRET") || w.ends_with("APIKEY"));
    key || short
        || glued
        || WORDS.contains(&last)
        || words.len() > 1 && words.iter().any(|w| matches!(*w, "PASSWORD" | "PASSWD"))
        || words.contains(&"SECRET") && last == "BASE"
}

/// Whether a value stands for itself: no path, no switch, no number, nothing to be filled in.
#[must_use]
pub fn is_literal_secret(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    !(value.is_empty()
        || value.starts_with(['/', '.', '$', '<', '{', '['])
        || value.starts_with("file:")
        || matches!(
            lower.as_str(),
            "true"
                | "false"
                | "yes"
                | "no"
                | "on"
                | "off"
                | "none"
                | "null"
                | "nil"
                | "undefined"
                | "random"
                | "auto"
                | "generate"
                | "generated"
                | "base64"
                | "disabled"
                | "enabled"
        )
        || value.contains("{{")
        || locator::url(value).is_some_and(|l| l.password.is_none())
        || is_media_type(value)
        || value.starts_with('%')
        || [".pem", ".key", ".crt", ".p12", ".json"].iter().any(|e| lower.ends_with(e))
        || is_reference(&lower)
        || is_duration(&lower)
        || is_schedule(value)
        || matches!(
            lower.as_str(),
            "header" | "cookie" | "include" | "query" | "body" | "bearer" | "basic" | "x-csrf-token"
        )
        || lower.chars().all(|c| matches!(c, 'x' | '*' | '.' | '-' | '_')))
}

/// `vault:secret/db#password`: where the secret is, not what it is.
fn is_reference(value: &str) -> bool {
    ["vault:", "arn:", "env:", "secret:", "op://", "ssm:", "aws-sm:", "docker-secret", "sm://", "gcp:", "azure:"]
        .iter()
        .any(|p| value.starts_with(p))
}

/// `15m`, `30d`: how long a token lives.
fn is_duration(value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < value.len() && matches!(unit, "ms" | "s" | "m" | "h" | "d" | "w" | "y")
}

/// `0 0 1 * * MON-FRI`: when passwords are cleaned.
fn is_schedule(value: &str) -> bool {
    let fields: Vec<&str> = value.split_whitespace().collect();
    let plain = |f: &&str| f.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "*/,-?#".contains(c));
    fields.len() >= 5 && fields.iter().all(plain)
}

fn is_media_type(value: &str) -> bool {
    value.starts_with("application/") || value.starts_with("text/")
}

/// Whether a value asks to be replaced: nobody can log in with it anywhere that matters.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    const WORDS: &[&str] = &[
        "0123456789abcdef",
        "changeme",
        "change-me",
        "change_me",
        "changethis",
        "change_this",
        "change-this",
        "change me",
        "replaceme",
        "replace_with",
        "replace-with",
        "replacewith",
        "changed-in",
        "be-changed",
        "be_changed",
        "change_in",
        "change-in",
        "replace_me",
        "replace-me",
        "todo",
        "fixme",
        "xxx",
        "your",
        "example",
        "placeholder",
        "dummy",
        "insert",
        "redacted",
        "notset",
        "not-set",
        "not_set",
        "unset",
        "fake",
        "changeit",
        "replacethis",
        "asdf",
        "qwerty",
        "editme",
        "hashedpassword",
        "sample",
        "somesecret",
        "alphanumeric",
        "random-string",
        "random_string",
        "randomstring",
        "long-and-random",
        "generate",
        "secret_here",
        "…",
    ];
    // The name of a variable, which something reads by it: `secret = "JWT_SECRET"`.
    let variable = value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    lower.is_empty()
        || variable && is_secret_name(value)
        || lower.starts_with(['<', '$', '{', '[', '*'])
        || lower.ends_with("here")
        || WORDS.iter().any(|word| lower.contains(word))
        || matches!(
            lower.as_str(),
            "none"
                | "null"
                | "test"
                | "secret"
                | "password"
                | "pass"
                | "token"
                | "key"
                | "true"
                | "false"
                | "no"
                | "yes"
                | "default"
                | "empty"
                | "-"
        )
        || lower.chars().all(|c| matches!(c, 'x' | '*' | '.' | '-' | '_' | '0'))
}
