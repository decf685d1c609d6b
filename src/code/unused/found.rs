//! What frameworks and people find without its name being written anywhere: hooks, folders that are listed, starts.

use crate::source::{folder, name};

/// Functions that gunicorn, Alembic, Locust and others look for in a module.
pub(super) const HOOKS: &[&str] = &[
    "upgrade",
    "downgrade",
    "setup",
    "teardown",
    "handler",
    "lambda_handler",
    "application",
    "create_app",
    "main",
    "post_fork",
    "pre_fork",
    "when_ready",
    "on_starting",
    "on_exit",
    "worker_exit",
    "worker_int",
    "child_exit",
    "run",
    "execute",
    "register",
    "load",
    "lifespan",
    "startup",
    "shutdown",
    "deploy",
    "forward",
    "process",
    "upload",
];

/// Modules that something finds without their name.
pub(super) fn is_found(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "pages",
        "app",
        "routes",
        "api",
        "server",
        "plugins",
        "migrations",
        "commands",
        "management",
        "versions",
        "cogs",
        "middleware",
        "middlewares",
        "templatetags",
        "functions",
        "jobs",
        "tasks",
        "hooks",
        "extensions",
        "dags",
        "handlers",
        "events",
        "config",
        "settings",
        "initializers",
        "boot",
        "bin",
        "scripts",
    ];
    const STEMS: &[&str] = &[
        "__init__",
        "__main__",
        "main",
        "app",
        "manage",
        "wsgi",
        "asgi",
        "index",
        "server",
        "conftest",
        "settings",
        "config",
        "urls",
        "models",
        "admin",
        "apps",
        "views",
        "tasks",
        "signals",
        "celery",
        "run",
        "start",
        "bot",
        "worker",
        "application",
        "middleware",
        "instrumentation",
        "proxy",
        "celeryconfig",
        "routes",
        "setup",
    ];
    let file = name(path);
    let first = file.split('.').next().unwrap_or(file);
    STEMS.contains(&first)
        || file.contains(".config.")
        || first.contains("gunicorn")
        || folder(path).rsplit('/').next().is_some_and(|last| FOLDERS.contains(&last))
}

/// A module that a program starts with.
pub(super) fn is_start(path: &str) -> bool {
    matches!(
        stem(path),
        "Program" | "main" | "app" | "manage" | "wsgi" | "asgi" | "server" | "index" | "run" | "__main__"
    )
}

/// The name by which others import a module.
pub(super) fn stem(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(stem, _)| stem)
}
