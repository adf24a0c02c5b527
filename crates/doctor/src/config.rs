//! The gateway's config beside a recording: what the gateway would have said, and what would have to change.

use std::path::Path;
use std::sync::Arc;

use crossgate_cors::{Preflight, Refusal, RequestOrigin};
use crossgate_gate::Gate;
use crossgate_model::{Config, Host, Identifier, Problem, Surroundings};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::har::Entry;
use crate::{Cause, Target, target};

/// A config that can be used, with its text.
pub struct Configured {
    pub(crate) text: String,
    pub(crate) file: String,
    gate: Gate,
}

/// Why the gateway refuses a preflight.
pub(crate) struct SettingsRefusal {
    pub(crate) application: String,
    pub(crate) cause: Cause,
    pub(crate) reason: String,
    pub(crate) value: Option<String>,
}

impl Configured {
    /// Reads a config.
    ///
    /// # Errors
    ///
    /// The problems of one that cannot be used.
    pub fn parse(
        text: &str,
        file: &Path,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let (config, problems) = Config::parse_in(text, file, surroundings);
        let gate = config.map(gate_of).ok_or(problems)?;
        Ok(Self { text: text.to_owned(), file: file.display().to_string(), gate })
    }

    /// The application that protects a URL.
    pub(crate) fn application(&self, url: &Target) -> Option<&Arc<crossgate_model::Application>> {
        let host = Host::parse(url.host()).ok()?;
        self.gate.application(&host, url.path())
    }

    /// Whether the application's settings allow a page; nothing if the URL is none of the gateway's.
    pub(crate) fn allows_origin(&self, url: &Target, page: &str) -> Option<bool> {
        let settings = &self.application(url)?.settings;
        if settings.options_preflight_bypass {
            return None;
        }
        let origin = target::request_origin(page)?;
        Some(settings.cors.as_ref().is_some_and(|cors| cors.allows_origin(&origin).is_allowed()))
    }

    /// Whether the settings allow a preflight; `Ok` if they do, or if it is not the gateway's to answer.
    pub(crate) fn refusal(&self, preflight: &Entry) -> Option<SettingsRefusal> {
        let application = self.application(&preflight.url)?;
        let settings = &application.settings;
        if settings.options_preflight_bypass || preflight.status != 403 {
            return None;
        }
        let name = settings.name.clone();
        let value = |header: &str| preflight.request.value(header).map(str::to_owned);
        let Some(cors) = &settings.cors else {
            return Some(SettingsRefusal {
                application: name,
                cause: Cause::OriginNotAllowed,
                reason: "it has no `cors_headers`, so no page of another origin may call it"
                    .to_owned(),
                value: value("origin"),
            });
        };
        let mut headers = HeaderMap::new();
        for name in ["origin", "access-control-request-method", "access-control-request-headers"] {
            for line in preflight.request.values(name) {
                let line = HeaderValue::from_str(line).ok()?;
                headers.append(HeaderName::from_static(name), line);
            }
        }
        let origin = RequestOrigin::from_headers(&headers);
        let preflight = Preflight::recognise(&Method::OPTIONS, &origin, &headers)?;
        let protected = settings.read_service_tokens_from_header.clone();
        let refusal = cors.answer(&preflight, protected.as_slice()).err()?;
        let (cause, value) = match &refusal {
            Refusal::OriginNotAllowed(origin) => {
                (Cause::OriginNotAllowed, Some(origin.as_str().to_owned()))
            }
            Refusal::MethodNotAllowed(method) => {
                (Cause::MethodNotAllowed, Some(method.to_string()))
            }
            Refusal::HeaderNotAllowed(header) => {
                (Cause::HeaderNotAllowed, Some(header.to_string()))
            }
            Refusal::MalformedOrigin
            | Refusal::MalformedRequestHeaders
            | Refusal::MalformedRequestMethod
            | Refusal::TooManyRequestHeaders => (Cause::MalformedHeader, None),
        };
        Some(SettingsRefusal { application: name, cause, reason: refusal.to_string(), value })
    }
}

/// The gate of a config whose applications have yet to be remembered.
fn gate_of(config: Config) -> Gate {
    let identifiers = config.wanted.iter().enumerate().map(|(number, _)| Identifier {
        id: number.to_string(),
        aud: Some(format!("{number:064x}")),
    });
    let identifiers = identifiers.collect::<Vec<_>>();
    Gate::new(Arc::new(config.snapshot(&identifiers, 0)))
}
