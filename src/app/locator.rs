//! Values that say where a backing service is: URLs, DSNs, `host:port`, and variables that name a host.

/// Where a backing service is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locator {
    pub scheme: Option<String>,
    pub hosts: Vec<String>,
    pub port: Option<u16>,
    /// The password in it, as a range of the value's bytes.
    pub password: Option<std::ops::Range<usize>>,
}

/// Schemes of services that an app keeps its state in or talks through.
const BACKING: &[&str] = &[
    "postgres",
    "postgresql",
    "postgis",
    "mysql",
    "mysql2",
    "mariadb",
    "redis",
    "rediss",
    "mongodb",
    "mongodb+srv",
    "amqp",
    "amqps",
    "pyamqp",
    "memcached",
    "memcache",
    "kafka",
    "nats",
    "cassandra",
    "couchdb",
    "neo4j",
    "bolt",
    "clickhouse",
    "sqlserver",
    "mssql",
    "oracle",
    "ldap",
    "ldaps",
    "smtp",
    "smtps",
    "influxdb",
    "elasticsearch",
    "etcd",
    "zookeeper",
    "mqtt",
    "mqtts",
    "beanstalk",
    "beanstalkd",
    "s3",
    "db2",
    "cockroachdb",
    "pgsql",
    "postgresql+psycopg2",
    "postgresql+asyncpg",
    "postgresql+psycopg",
    "mysql+pymysql",
    "mysql+aiomysql",
    "postgres+asyncpg",
    "ecto",
    "tcp",
    "valkey",
];

/// Whether a URL's scheme is that of a backing service.
#[must_use]
pub fn is_backing_scheme(scheme: &str) -> bool {
    BACKING.contains(&scheme.to_ascii_lowercase().as_str())
}

/// Takes a URL in `value` apart; nothing where it holds none.
#[must_use]
pub fn url(value: &str) -> Option<Locator> {
    let at = value.find("://")?;
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
    let start = value[..at].trim_end_matches(of_scheme).len();
    let scheme = &value[start..at];
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let begin = at + 3;
    let end = value[begin..]
        .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | ';'))
        .map_or(value.len(), |n| begin + n);
    // A password may hold an `@`: the last one ends it.
    let user_end = value[begin..end].rfind('@').map(|n| begin + n);
    let password = user_end.and_then(|stop| {
        let from = begin + value[begin..stop].find(':')? + 1;
        (from < stop).then_some(from..stop)
    });
    let authority = &value[user_end.map_or(begin, |n| n + 1)..end];
    let mut port = None;
    let mut hosts = Vec::new();
    for host in authority.split(',') {
        let host = host.trim_start_matches("tcp(").trim_end_matches(')');
        let (name, number) = if host.starts_with('[') {
            let end = host.find(']').unwrap_or(host.len());
            (host[1..end].to_owned(), host.get(end + 2..))
        } else {
            host.split_once(':').map_or((host.to_owned(), None), |(name, port)| (name.to_owned(), Some(port)))
        };
        port = port.or(number.and_then(|n| n.parse().ok()));
        if !name.is_empty() {
            hosts.push(name);
        }
    }
    Some(Locator { scheme: Some(scheme.to_owned()), hosts, port, password })
}

/// Words in a variable's name that make its value a host to connect to.
const HOST_NAMES: &[&str] = &[
    "HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS", "ENDPOINT", "URL", "URI", "DSN", "BROKER", "BROKERS", "HOSTS",
    "SERVERS", "NODES",
];
/// Words that name a backing service.
const SERVICE_NAMES: &[&str] = &[
    "DB",
    "DATABASE",
    "POSTGRES",
    "POSTGRESQL",
    "PG",
    "PGHOST",
    "MYSQL",
    "MARIADB",
    "REDIS",
    "MONGO",
    "MONGODB",
    "RABBITMQ",
    "RABBIT",
    "AMQP",
    "MEMCACHED",
    "MEMCACHE",
    "ELASTICSEARCH",
    "ELASTIC",
    "OPENSEARCH",
    "KAFKA",
    "NATS",
    "CACHE",
    "QUEUE",
    "BROKER",
    "SMTP",
    "MAIL",
    "LDAP",
    "S3",
    "MINIO",
    "SQL",
    "CASSANDRA",
    "COUCHDB",
    "INFLUXDB",
    "CLICKHOUSE",
    "NEO4J",
    "SOLR",
    "MEILISEARCH",
    "TYPESENSE",
    "ETCD",
    "ZOOKEEPER",
    "CONSUL",
    "VAULT",
    "MQTT",
    "CELERY",
    "SIDEKIQ",
    "VALKEY",
    "SEARCH",
];

/// What a variable of the environment names as the place of a backing service; nothing where it names none.
#[must_use]
pub fn of_setting(name: &str, value: &str) -> Option<Locator> {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split(['_', '.', '-']).collect();
    if words.iter().any(|w| {
        matches!(
            *w,
            "LISTEN"
                | "BIND"
                | "ALLOWED"
                | "CORS"
                | "ORIGIN"
                | "ORIGINS"
                | "PROXY"
                | "HEALTHCHECK"
                | "PUBLIC"
                | "TRUSTED"
                | "WHITELIST"
                | "CALLBACK"
                | "REDIRECT"
        )
    }) {
        return None;
    }
    // These run inside the process that names them.
    if ["h2:", "hsqldb:", "derby:", "sqlite:"].iter().any(|embedded| value.contains(embedded)) {
        return None;
    }
    if let Some(locator) = url(value) {
        let scheme = locator.scheme.as_deref().unwrap_or_default();
        let service = words.iter().any(|w| SERVICE_NAMES.contains(w));
        return (is_backing_scheme(scheme) && !matches!(scheme, "tcp")
            || service && matches!(scheme, "http" | "https" | "tcp"))
        .then_some(locator);
    }
    let names_service = words.iter().any(|w| SERVICE_NAMES.contains(w));
    let last_host = words.last().is_some_and(|w| HOST_NAMES.contains(w)) || upper == "PGHOST";
    if !names_service || !last_host {
        return None;
    }
    let mut hosts = Vec::new();
    let mut port = None;
    for part in value.split(',') {
        let (host, number) = part.trim().split_once(':').map_or((part.trim(), None), |(h, p)| (h, Some(p)));
        if !is_host(host) || number.is_some_and(|n| n.parse::<u16>().is_err()) {
            return None;
        }
        port = port.or(number.and_then(|n| n.parse().ok()));
        hosts.push(host.to_owned());
    }
    Some(Locator { scheme: None, hosts, port, password: None })
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && !text.chars().all(|c| c.is_ascii_digit())
        && !matches!(text, "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null")
}
