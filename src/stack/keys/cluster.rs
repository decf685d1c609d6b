//! The keys of `x-cluster-spec`: a volume of the cluster.

use super::Fate::Honoured;
use super::Type::{Mapping, Optional, Records, Size, Strings, Text};
use super::{Object, Type, UNLISTED, key, open};

const LABELS: Type = Mapping { bare: false };

pub(super) static CLUSTER_SPEC: Object = open(
    "a cluster volume",
    &[
        key("access_mode", Optional(&ACCESS_MODE), 10, Honoured, "who may use it at once"),
        key("accessibility_requirements", Optional(&REQUIREMENTS), 10, Honoured, "where it must be reachable"),
        key("availability", Text, 10, Honoured, "active, pause or drain"),
        key("capacity_range", Optional(&CAPACITY), 10, Honoured, "how large"),
        key("group", Text, 10, Honoured, "its group"),
        key("secrets", Records(&VOLUME_SECRET), UNLISTED, Honoured, "secrets for the plugin"),
    ],
);


static ACCESS_MODE: Object = open(
    "an access mode",
    &[
        key("block_volume", Optional(&BLOCK), 10, Honoured, "used as a block device"),
        key("mount_volume", Optional(&MOUNT_VOLUME), 10, Honoured, "used as a file system"),
        key("scope", Text, 10, Honoured, "single or multi"),
        key("sharing", Text, 10, Honoured, "none, readonly, onewriter or all"),
    ],
);

static BLOCK: Object = open("a block volume", &[]);

static MOUNT_VOLUME: Object = open(
    "a mounted volume",
    &[
        key("fs_type", Text, 10, Honoured, "the file system"),
        key("mount_flags", Strings { unique: false }, 10, Honoured, "options of the mount"),
    ],
);

static REQUIREMENTS: Object = open(
    "requirements",
    &[
        key("preferred", Records(&TOPOLOGY), 10, Honoured, "where it should be"),
        key("requisite", Records(&TOPOLOGY), 10, Honoured, "where it must be"),
    ],
);

static TOPOLOGY: Object = open("a topology", &[key("segments", LABELS, 10, Honoured, "names of places")]);

static CAPACITY: Object = open(
    "a capacity",
    &[
        key("limit_bytes", Size, 10, Honoured, "at most"),
        key("required_bytes", Size, 10, Honoured, "at least"),
    ],
);

static VOLUME_SECRET: Object = open(
    "a volume's secret",
    &[key("key", Text, 10, Honoured, "the plugin's name for it"), key("secret", Text, 10, Honoured, "the secret")],
);
