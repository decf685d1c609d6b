//! Image references, and what is known of the images that many people run.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::source::FileId;
use crate::syntax::tree::Node;
use crate::syntax::yaml;

/// `registry/repository:tag@digest` in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The registry's host; nothing for Docker Hub.
    pub registry: Option<String>,
    /// With its namespace; `library/` is dropped.
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

impl Reference {
    /// Takes a reference apart; it is not checked for what a registry would refuse.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (text, digest) = text.split_once('@').map_or((text, None), |(t, d)| (t, Some(d.to_owned())));
        let slash = text.rfind('/').map_or(0, |n| n + 1);
        let (name, tag) = match text[slash..].find(':') {
            Some(at) => (&text[..slash + at], Some(text[slash + at + 1..].to_owned())),
            None => (text, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), rest),
            _ => (None, name),
        };
        let registry =
            registry.filter(|host| !matches!(*host, "docker.io" | "index.docker.io" | "registry-1.docker.io"));
        let repository =
            if registry.is_none() { repository.strip_prefix("library/").unwrap_or(repository) } else { repository };
        Self { registry: registry.map(str::to_owned), repository: repository.to_owned(), tag, digest }
    }

    /// The name without tag and digest.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.repository),
            None => self.repository.clone(),
        }
    }

    /// The last part of the name.
    #[must_use]
    pub fn short(&self) -> &str {
        crate::source::name(&self.repository)
    }
}

/// What an image is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Datastore,
    Broker,
    Cache,
    Search,
    ObjectStore,
    Proxy,
    Runtime,
    Os,
    App,
    Agent,
    AdminUi,
    Mail,
    Monitoring,
    Registry,
    Tool,
}

impl Role {
    const ALL: &'static [(&'static str, Self)] = &[
        ("datastore", Self::Datastore),
        ("broker", Self::Broker),
        ("cache", Self::Cache),
        ("search", Self::Search),
        ("object-store", Self::ObjectStore),
        ("proxy", Self::Proxy),
        ("runtime", Self::Runtime),
        ("os", Self::Os),
        ("app", Self::App),
        ("agent", Self::Agent),
        ("admin-ui", Self::AdminUi),
        ("mail", Self::Mail),
        ("monitoring", Self::Monitoring),
        ("registry", Self::Registry),
        ("tool", Self::Tool),
    ];

    /// A service that an app is connected to by its config.
    #[must_use]
    pub fn is_backing(self) -> bool {
        matches!(self, Self::Datastore | Self::Broker | Self::Cache | Self::Search | Self::ObjectStore)
    }
}

/// Facts of one image; what is not known of it is absent.
#[derive(Debug, Clone)]
pub struct Known {
    pub name: String,
    pub role: Role,
    /// The type of service in plain words: `postgresql`, `redis` …
    pub kind: Option<String>,
    pub ports: Vec<u16>,
    pub data: Vec<String>,
    pub healthcheck: Option<bool>,
    pub stop_signal: Option<String>,
    /// The family of its distribution: `debian`, `alpine`, `distroless` …
    pub family: Option<String>,
    /// Its entrypoint is an init that forwards signals.
    pub init: bool,
    variants: BTreeMap<String, Content>,
    content: Content,
}

/// What a variant of an image holds.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// The ports of a variant, where they are others.
    pub ports: Vec<u16>,
    /// The shells that it has; empty: none.
    pub shell: Option<Vec<String>>,
    pub tools: Vec<String>,
    pub lacks: Vec<String>,
}

static TABLE: LazyLock<BTreeMap<String, Known>> = LazyLock::new(|| {
    let parsed = yaml::parse(FileId(u32::MAX), include_str!("images.yml"));
    let mut table = BTreeMap::new();
    for node in parsed.root.items() {
        let Some(known) = known(node) else { continue };
        for alias in node.get("also").map(Node::strings).unwrap_or_default() {
            table.insert(alias.value, known.clone());
        }
        table.insert(known.name.clone(), known);
    }
    table
});

fn strings(node: &Node, key: &str) -> Vec<String> {
    node.get(key).map(Node::strings).unwrap_or_default().into_iter().map(|at| at.value).collect()
}

fn known(node: &Node) -> Option<Known> {
    let role = node.get("role")?.as_str()?;
    Some(Known {
        name: node.get("image")?.scalar()?,
        role: Role::ALL.iter().find(|(word, _)| *word == role)?.1,
        kind: node.get("kind").and_then(Node::scalar),
        ports: strings(node, "ports").iter().filter_map(|p| p.parse().ok()).collect(),
        data: strings(node, "data"),
        healthcheck: node.get("healthcheck").and_then(Node::as_bool),
        stop_signal: node.get("stop_signal").and_then(Node::scalar),
        family: node.get("family").and_then(Node::scalar),
        init: node.get("init").and_then(Node::as_bool).unwrap_or(false),
        variants: node
            .get("variants")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|e| (e.name().to_owned(), content(&e.value)))
            .collect(),
        content: content(node),
    })
}

fn content(node: &Node) -> Content {
    Content {
        ports: strings(node, "ports").iter().filter_map(|p| p.parse().ok()).collect(),
        shell: node.get("shell").map(|_| strings(node, "shell")),
        tools: strings(node, "tools"),
        lacks: strings(node, "lacks"),
    }
}

/// The facts of an image, by its name.
#[must_use]
pub fn find(reference: &Reference) -> Option<&'static Known> {
    // The architectures' own namespaces hold the same images.
    const ARCHITECTURES: &[&str] =
        &["amd64/", "arm32v5/", "arm32v6/", "arm32v7/", "arm64v8/", "i386/", "ppc64le/", "riscv64/", "s390x/"];
    let name = reference.name();
    let plain = ARCHITECTURES.iter().find_map(|a| name.strip_prefix(a)).unwrap_or(&name);
    TABLE.get(plain)
}

/// Whether Docker's library has, or had, an image of this name: <https://github.com/docker-library/official-images>
#[must_use]
pub fn is_official(name: &str) -> bool {
    OFFICIAL.split_whitespace().any(|official| official == name)
}

const OFFICIAL: &str = "\
    adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash \
    bonita buildpack-deps busybox caddy cassandra celery centos chronograf cirros clearlinux clefos clickhouse clojure \
    composer consul convertigo couchbase couchdb crate crux dart debian django docker drupal eclipse-mosquitto \
    eclipse-temurin eggdrop elasticsearch elixir emqx erlang euleros express-gateway fedora flink fluentd friendica \
    fsharp gazebo gcc geonetwork ghost glassfish golang gradle groovy haproxy haskell haxe hello-seattle hello-world \
    hipache hitch hola-mundo httpd hylang ibm-semeru-runtimes ibmjava influxdb iojs irssi java jenkins jetty jobber \
    joomla jruby julia kaazing-gateway kapacitor kibana known kong krakend lightstreamer liquibase logstash mageia \
    mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j \
    neurodebian nextcloud nginx node notary nuxeo odoo open-liberty opencart openjdk opensuse oraclelinux orientdb \
    owncloud percona perl photon php php-zendserver phpmyadmin piwik plone postfixadmin postgres pypy python r-base \
    rabbitmq rails rakudo-star rapidoid redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust \
    sapmachine satosa scratch sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl \
    teamspeak telegraf thrift tomcat tomee traefik ubuntu ubuntu-debootstrap ubuntu-upstart unit varnish vault \
    websphere-liberty wordpress xwiki yourls znc zookeeper";

/// Whether a word is the name of a well-known server: of a datastore, a broker, a proxy, of what watches others.
#[must_use]
pub fn is_server(word: &str) -> bool {
    let own = |known: &&Known| crate::source::name(&known.name) == word;
    TABLE.values().filter(own).any(|known| !matches!(known.role, Role::App | Role::Os | Role::Runtime | Role::Tool))
}

impl Known {
    /// The ports that an image of this tag listens on; empty where that is not known.
    #[must_use]
    pub fn ports(&self, tag: Option<&str>) -> Vec<u16> {
        let own = self.content(tag).ports;
        let more: Vec<u16> = own.into_iter().filter(|p| !self.ports.contains(p)).collect();
        self.ports.iter().copied().chain(more).collect()
    }

    /// The family of the distribution that the tag names, by its own words where it says so.
    #[must_use]
    pub fn family(&self, tag: Option<&str>) -> Option<&str> {
        if tag.is_some_and(|t| t.contains("alpine")) { Some("alpine") } else { self.family.as_deref() }
    }

    /// What the variant that the tag names holds; nothing known where the tag names one that the table does not have.
    #[must_use]
    pub fn content(&self, tag: Option<&str>) -> Content {
        let tag = tag.unwrap_or_default();
        // The longest variant name is the most exact: `alpine-slim` before `alpine`.
        let mut names: Vec<&String> = self.variants.keys().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let found = names
            .into_iter()
            .find(|name| tag.match_indices(name.as_str()).any(|(at, _)| at == 0 || tag.as_bytes()[at - 1] == b'-'));
        match found {
            Some(name) => self.variants[name].clone(),
            None if tag.split('-').all(ordinary) => self.content.clone(),
            None => Content::default(),
        }
    }
}

/// A part of a tag that changes nothing of what the image holds: a version, or the name of a distribution's release.
fn ordinary(part: &str) -> bool {
    const NAMES: &[&str] = &[
        "",
        "latest",
        "lts",
        "stable",
        "current",
        "mainline",
        "bookworm",
        "bullseye",
        "buster",
        "trixie",
        "stretch",
        "jammy",
        "noble",
        "focal",
        "bionic",
        "lts_bookworm",
        "jdk",
        "jre",
        "jod",
        "iron",
        "hydrogen",
        "krypton",
        "apache",
        "fpm",
        "cli",
        "management",
        "community",
        "oss",
        "ce",
        "dev",
        "rc",
        "beta",
        "alpha",
        "rolling",
        "oracle",
        "oraclelinux9",
    ];
    NAMES.contains(&part)
        || part.starts_with(|c: char| c.is_ascii_digit())
        || part.starts_with('v') && part[1..].starts_with(|c: char| c.is_ascii_digit())
        || part.starts_with("php")
        || part.starts_with("ubi")
}

/// docker's grammar of an image reference, the registry's host in front.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let host = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    let part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*";
    let digest = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    let pattern = format!(
        r"^(?:(?:{host}(?:\.{host})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?({part}(?:/{part})*)(?::[0-9A-Za-z_][0-9A-Za-z_.-]{{0,127}})?(?:@({digest}))?$"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

/// What docker says of a text that is no image reference: `reference.ParseAnyReference` of the distribution library.
#[must_use]
pub fn reference_error(text: &str) -> Option<String> {
    let hexadecimal = |t: &str| t.len() == 64 && t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hexadecimal(text) || text.strip_prefix("sha256:").is_some_and(hexadecimal) {
        return None;
    }
    let invalid = Some("invalid reference format".to_owned());
    let host = text
        .split_once('/')
        .filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost" || host.to_lowercase() != *host);
    let (host, rest) = host.unwrap_or(("docker.io", text));
    let name = rest.split_once(':').map_or(rest, |(name, _)| name);
    if name.to_lowercase() != name && !name.contains('@') {
        return Some(format!("invalid reference format: repository name ({name}) must be lowercase"));
    }
    let whole = format!("{host}/{rest}");
    let Some(found) = REFERENCE.captures(&whole).filter(|_| whole.is_ascii()) else { return invalid };
    if found.get(1).is_some_and(|name| name.len() + host.len() > 254) {
        return Some("repository name must not be more than 255 characters".to_owned());
    }
    let digest = found.get(2)?.as_str();
    let (algorithm, hash) = digest.split_once(':')?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Some("unsupported digest algorithm".to_owned()),
    };
    (hash.len() != length || hash.bytes().any(|b| b.is_ascii_uppercase()))
        .then(|| "invalid checksum digest length".to_owned())
}
