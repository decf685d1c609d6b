//! Files that win over the environment.

use crate::code::What;
use crate::rules::{Context, Ruling, source};
use crate::violation::{Severity, Violation};

pub(in crate::rules) fn dotenv_overrides_environment(c: &Context<'_>, out: &mut Ruling) {
    for fact in c.app.code.of(What::LoadsDotenv) {
        if !fact.has("override") {
            continue;
        }
        // Where no image can have the file, nothing is overridden.
        let services = source::services(c, fact);
        let kept_out = !services.is_empty()
            && services
                .iter()
                .all(|d| d.image.is_some_and(|i| !c.app.carries(i, &beside(i.context.as_str()), c.sources)));
        if kept_out || c.text(fact.span).contains("/run/secrets") {
            continue;
        }
        let violation = Violation::at(fact.span, "the `.env` file overrides the environment")
            .help("let the environment win: load the file without overriding");
        let asked_for = fact.has("conditional");
        source::report(c, out, fact, violation, |_| if asked_for { Severity::Note } else { Severity::Warning });
    }
}

fn beside(context: &str) -> String {
    if context.is_empty() { ".env".to_owned() } else { format!("{context}/.env") }
}
