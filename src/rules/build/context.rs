//! What a build takes in, and whether the nodes get at what comes out.

use std::collections::BTreeSet;

use crate::app::image::Purpose;
use crate::app::known::{self, Reference};
use crate::rules::{Context, Ruling};
use crate::source::join;
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn context_without_dockerignore(c: &Context<'_>, out: &mut Ruling) {
    let mut told = BTreeSet::new();
    for image in &c.app.images {
        let released = c.app.images.iter().any(|i| i.file == image.file && i.purpose == Purpose::Release);
        let ignored = c.app.ignore_file(image, c.sources).is_some_and(|(_, patterns)| !patterns.is_empty());
        if !released || image.purpose == Purpose::Development {
            continue;
        }
        for copied in image.copies.iter().filter(|copy| copy.from.is_none() && !copy.foreign && !copy.inline) {
            let whole = copied.sources.iter().any(|s| matches!(s.value.as_str(), "." | "./" | "/" | "./." | "*"));
            if !whole || !told.insert(copied.span) {
                continue;
            }
            if ignored {
                out.holds(copied.span, "a `.dockerignore` says what stays out");
                continue;
            }
            let env = join(&image.context, ".env").is_some_and(|p| c.sources.exists(&p));
            let harmful = image.context.is_empty() && c.app.history.repository || env;
            let violation =
                Violation::at(copied.span, "the whole context is copied and no `.dockerignore` leaves anything out")
                    .help("add a `.dockerignore` with `.git`, `.env*` and what is built or installed locally");
            out.violation(if harmful { violation } else { violation.severity(Severity::Note) });
        }
    }
}

pub(in crate::rules) fn image_not_pullable(c: &Context<'_>, out: &mut Ruling) {
    for deployed in c.app.deployed() {
        let Some(image) = &deployed.service.image else { continue };
        let Some(text) = image.text().filter(|_| !image.raw.contains('$')) else { continue };
        let reference = Reference::parse(text);
        let local = reference.registry.as_deref() == Some("localhost");
        if !local
            && (reference.registry.is_some() || reference.repository.contains('/') || known::find(&reference).is_some())
        {
            continue;
        }
        let built = deployed.service.build.is_some()
            || c.app
                .mentions
                .builds
                .iter()
                .any(|b| Reference::parse(&b.tag).name() == reference.name() && !b.tag.is_empty())
            || c.app.stacks.iter().flat_map(|s| &s.services).any(|s| {
                s.build.is_some()
                    && s.image
                        .as_ref()
                        .is_some_and(|i| i.text().is_some_and(|t| Reference::parse(t).name() == reference.name()))
            });
        if !built {
            continue;
        }
        let help = "name it with a registry that every node reaches, push it, and deploy that name";
        out.violation(
            Violation::at(image.span, format!("`{text}` is built here and the nodes cannot pull it")).help(help),
        );
    }
}
