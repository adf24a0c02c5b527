//! The change of the gateway's config: made, read again, and tried out before it is proposed.

use std::io;
use std::path::Path;

use crossgate_model::{Application, Surroundings, UnauthenticatedFetch};

use super::{Subject, yaml};
use crate::config::Configured;
use crate::finding::ConfigChange;
use crate::{Cause, target};

/// A preflight asks for one method and at most so many headers.
const MAX_STEPS: usize = 33;

/// One setting that is to be other than it is.
struct Setting {
    section: &'static str,
    key: &'static str,
    value: Value,
}

enum Value {
    /// Is set.
    Is(&'static str),
    /// Is added to the list.
    Has(String),
}

/// The change, if the gateway protects the URL and a setting of its repairs this.
pub(super) fn of(subject: &Subject<'_>) -> Option<ConfigChange> {
    let config = subject.config?;
    let application = config.application(subject.target?)?;
    let settings = settings(subject, application);
    if settings.is_empty() {
        return None;
    }
    let name = &application.settings.name;
    let mut text = config.text.clone();
    for setting in &settings {
        text = setting.write(&text, name)?;
    }
    for _ in 0..MAX_STEPS {
        let changed = reread(&text, &config.file)?;
        if works(subject, &changed) {
            let diff = yaml::diff(&config.text, &text, &config.file, name)?;
            return Some(ConfigChange {
                file: config.file.clone(),
                application: name.clone(),
                diff,
            });
        }
        // The preflight may be refused for more than one reason, and names only the first.
        text = next(subject, &changed)?.write(&text, name)?;
    }
    None
}

impl Setting {
    fn write(&self, text: &str, application: &str) -> Option<String> {
        match &self.value {
            Value::Is(value) => yaml::set(text, application, self.section, self.key, value),
            Value::Has(value) => yaml::append(text, application, self.section, self.key, value),
        }
    }
}

/// What the settings refuse next.
fn next(subject: &Subject<'_>, changed: &Configured) -> Option<Setting> {
    let refusal = changed.refusal(subject.preflight?)?;
    let key = match refusal.cause {
        Cause::MethodNotAllowed => "allowed_methods",
        Cause::HeaderNotAllowed => "allowed_headers",
        _ => return None,
    };
    let value = Value::Has(refusal.value.filter(|it| it.len() <= 64)?);
    Some(Setting { section: "cors_headers", key, value })
}

fn settings(subject: &Subject<'_>, application: &Application) -> Vec<Setting> {
    let cors = application.settings.cors.as_ref();
    let mut settings = Vec::new();
    let mut add = |section, key, value| settings.push(Setting { section, key, value });
    match subject.verdict.cause {
        Cause::OriginNotAllowed
        | Cause::MethodNotAllowed
        | Cause::HeaderNotAllowed
        | Cause::AuthBeforeCors => {
            if application.settings.options_preflight_bypass {
                return Vec::new();
            }
            let Some(page) = subject.page.filter(|page| *page != "null") else { return Vec::new() };
            let origin = target::request_origin(page);
            let is_allowed = cors
                .zip(origin)
                .is_some_and(|(cors, origin)| cors.allows_origin(&origin).is_allowed());
            if !is_allowed {
                add("cors_headers", "allowed_origins", Value::Has(page.to_owned()));
            }
            let asked =
                subject.preflight.and_then(|it| it.request.value("access-control-request-method"));
            let method = asked.or(subject.method).unwrap_or("GET").to_ascii_uppercase();
            if cors.is_none() || subject.verdict.cause == Cause::MethodNotAllowed {
                add("cors_headers", "allowed_methods", Value::Has(method));
            }
            let named = subject
                .verdict
                .value
                .clone()
                .filter(|_| subject.verdict.cause == Cause::HeaderNotAllowed);
            let names = subject.request_headers();
            let names = if cors.is_none() {
                names.into_iter().map(str::to_owned).collect()
            } else {
                Vec::from_iter(named)
            };
            for name in names.into_iter().take(32) {
                add("cors_headers", "allowed_headers", Value::Has(name));
            }
            let is_response =
                !subject.verdict.on_preflight && subject.verdict.cause == Cause::OriginNotAllowed;
            if is_allowed && is_response {
                add("crossgate", "response_cors", Value::Is("gateway"));
            }
            if !cors.is_some_and(crossgate_cors::Policy::allows_credentials) {
                add("cors_headers", "allow_credentials", Value::Is("true"));
            }
        }
        Cause::AllowCredentialsMissing if cors.is_some_and(|it| !it.allows_credentials()) => {
            add("cors_headers", "allow_credentials", Value::Is("true"));
        }
        // The gateway can write the headers of responses, too, and then alone.
        Cause::TwoOwners | Cause::ErrorPathWithoutCors if cors.is_some() => {
            add("crossgate", "response_cors", Value::Is("gateway"));
        }
        Cause::NullOriginAfterRedirect | Cause::SessionMissing | Cause::SessionExpired
            if application.settings.unauthenticated_fetch == UnauthenticatedFetch::Redirect =>
        {
            add("crossgate", "unauthenticated_fetch", Value::Is("unauthorized"));
        }
        Cause::ResourcePolicy if !application.settings.cross_site_embeds => {
            add("crossgate", "cross_site_embeds", Value::Is("true"));
        }
        _ => {}
    }
    settings
}

/// The changed config. What it refers to is there: it was for the one that it comes from.
fn reread(text: &str, file: &str) -> Option<Configured> {
    let surroundings = Surroundings {
        environment: &|_| Some("A".repeat(43)),
        read_file: &|_| io::Result::Ok("A".repeat(43)),
        file_exists: &|_| true,
        tls_files: &crossgate_model::UnreadTlsFiles,
    };
    Configured::parse(text, Path::new(file), &surroundings).ok()
}

/// Whether the changed settings do what they are for.
fn works(subject: &Subject<'_>, changed: &Configured) -> bool {
    let Some(application) = subject.target.and_then(|it| changed.application(it)) else {
        return false;
    };
    let settings = &application.settings;
    match subject.verdict.cause {
        Cause::NullOriginAfterRedirect | Cause::SessionMissing | Cause::SessionExpired => {
            settings.unauthenticated_fetch == UnauthenticatedFetch::Unauthorized
        }
        Cause::ResourcePolicy => settings.cross_site_embeds,
        _ => {
            let origin = subject.page.and_then(target::request_origin);
            let trusts = settings
                .cors
                .as_ref()
                .zip(origin)
                .is_some_and(|(cors, origin)| cors.trusts(&origin));
            trusts && subject.preflight.is_none_or(|it| changed.refusal(it).is_none())
        }
    }
}
