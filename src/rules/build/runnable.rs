//! Whether the kernel can start the script that an image names.

use crate::app::chain::ScriptRun;
use crate::app::image::{Copied, Image, absolute, glob};
use crate::fact::Fact;
use crate::rules::{Context, Ruling};
use crate::source::{Kind, Tracking, is_within, join, name};
use crate::syntax::dockerfile::{Body, Form};
use crate::violation::Violation;

pub(super) fn entrypoint_not_runnable(c: &Context<'_>, out: &mut Ruling) {
    for process in &c.app.processes {
        let Some(image) = c.app.image_of(process) else { continue };
        // Only what starts a container is started by the kernel alone: a shell reads what comes behind it.
        let first = process.chain.scripts.first().filter(|run| !run.read && run.depth == 0);
        match first {
            Some(run) => judge(c, image, run, out),
            None => never_copied(c, image, process, out),
        }
    }
}

fn judge(c: &Context<'_>, image: &Image, run: &ScriptRun, out: &mut Ruling) {
    let path = c.sources.path(run.file);
    let text = c.sources.text(run.file);
    let inside = absolute(&image.workdir, run.argv.first().map_or("", |a| a.text()));
    let mut wrong = |message: String, help: &str| {
        out.violation(
            Violation::at(run.call, message).help(help).related(c.sources.line_span(run.file, 0), "this script"),
        );
    };
    let first = text.lines().next().unwrap_or_default();
    let mut sound = true;
    if c.sources.file(run.file).tracking == (Tracking::Tracked { executable: false })
        && !made_executable(c, image, path, &inside)
    {
        sound = false;
        wrong(
            format!("`{path}` is not executable"),
            &format!("`git update-index --chmod=+x {path}`, or `COPY --chmod=0755`"),
        );
    }
    if text.split_inclusive('\n').next().is_some_and(|l| l.ends_with("\r\n")) && !turned(c, image, path, &inside) {
        sound = false;
        wrong(format!("`{path}` has CRLF line ends"), "say `eol=lf` for it in .gitattributes");
    }
    match first.trim_end().strip_prefix("#!") {
        None => {
            sound = false;
            wrong(format!("`{path}` has no `#!` line"), "begin it with `#!/bin/sh`");
        }
        Some(line) => {
            let mut words = line.split_whitespace();
            let program = words.next().unwrap_or_default();
            let interpreter =
                if name(program) == "env" { words.find(|w| !w.starts_with('-')).unwrap_or_default() } else { program };
            if image.has_tool(name(interpreter)) == Fact::Known(false) {
                sound = false;
                wrong(
                    format!("`{path}` needs `{interpreter}`, which `{}` lacks", image.base.shows()),
                    "install it, or write the script for `/bin/sh`",
                );
            }
        }
    }
    if sound {
        out.holds(run.call, format!("`{path}` can be started"));
    }
}

/// The build makes it executable: `COPY --chmod`, or `RUN chmod` in this stage or the one that it comes from.
fn made_executable(c: &Context<'_>, image: &Image, path: &str, inside: &str) -> bool {
    let same_file = || c.app.images.iter().filter(|i| i.file == image.file);
    let brings = |copied: &Copied| {
        copied.sources.iter().any(|s| join(&image.context, &s.value).is_some_and(|p| is_within(path, &p)))
    };
    let by_copy = same_file().flat_map(|i| &i.copies).any(|copied| copied.chmod.is_some() && brings(copied));
    by_copy || same_file().flat_map(|i| &i.chmod).any(|made| matches(made, inside, path))
}

/// Whether a path of a `chmod`, `sed` or `dos2unix` takes in the script.
fn matches(made: &str, inside: &str, path: &str) -> bool {
    let folder = made.trim_end_matches('/');
    made == inside
        || name(made) == name(path)
        || inside.starts_with(&format!("{folder}/"))
        || made.contains('*') && (glob(made, inside) || glob(name(made), name(path)))
}

/// Git or the build turns the line ends.
fn turned(c: &Context<'_>, image: &Image, path: &str, inside: &str) -> bool {
    let attributes =
        c.sources.files().filter(|(_, f)| name(&f.path) == ".gitattributes").any(|(id, _)| {
            c.sources.text(id).lines().any(|line| line.contains("eol=lf") || line.contains("text=auto"))
        });
    let same_file = c.app.images.iter().filter(|i| i.file == image.file);
    attributes || same_file.flat_map(|i| &i.unixed).any(|made| matches(made, inside, path))
}

/// A script of the repository is named, and no copy brings it.
fn never_copied(c: &Context<'_>, image: &Image, process: &crate::app::Process, out: &mut Ruling) {
    let Some(first) = process.chain.steps.first() else { return };
    let Some(argument) = first.argv.first().filter(|_| first.under.is_empty() && first.wrappers.is_empty()) else {
        return;
    };
    let file = name(argument.text());
    let by_path = argument.text().contains('/') && file.ends_with(".sh");
    // The base, another image, or a step of the build may bring it.
    let foreign = image.base.known.is_none()
        || image.copies.iter().any(|copy| copy.foreign || copy.from.is_some() || copy.inline);
    if !by_path || foreign || mentioned(c, image, file) {
        return;
    }
    let mut same = c
        .sources
        .files()
        .filter(|(_, f)| name(&f.path) == file && f.kind == Kind::Script && is_within(&f.path, &image.context));
    if let (Some((_, script)), None) = (same.next(), same.next()) {
        let message = format!("`{}` is never copied into the image", script.path);
        out.violation(Violation::at(argument.span, message).help("copy it, or name another command"));
    }
}

/// A `RUN` names the file: it may make it.
fn mentioned(c: &Context<'_>, image: &Image, file: &str) -> bool {
    c.app.instructions(image).any(|i| match &i.body {
        Body::Run(run) => match &run.form {
            Form::Shell(line) => {
                const BRINGS: &[&str] = &[
                    "git clone",
                    "tar ",
                    "unzip",
                    "7z ",
                    "jar x",
                    "dpkg",
                    "rpm ",
                    "make ",
                    "install",
                    "curl",
                    "wget",
                    " add ",
                ];
                line.text.contains(file) || BRINGS.iter().any(|word| line.text.contains(word))
            }
            Form::Exec(words) => words.iter().any(|w| w.value.contains(file)),
        },
        _ => false,
    })
}
