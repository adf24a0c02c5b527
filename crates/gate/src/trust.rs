//! What an application thinks of the origin that a request comes from.

use std::sync::Arc;

use crossgate_cors::{OriginHeader, RequestOrigin};
use crossgate_model::Application;
use http::{HeaderMap, HeaderValue};

use crate::Head;

/// The standing of a request's origin with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It is the origin of the host that is asked.
    pub own: bool,
    /// Its scripts may read answers: it is named in `allowed_origins` (or all are), or trusted.
    pub allowed: bool,
    /// It may send credentialed writes.
    pub trusted: bool,
    /// It may open WebSockets: as `trusted`, but never for being anybody or nobody.
    pub trusted_for_websocket: bool,
}

/// The CORS headers that an answer to a request gets: the one stamping point, for the gateway's own answers and, where the gateway owns
/// those, for the upstream's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The origin that may read the answer, and whether with credentials.
    pub grant: Option<(RequestOrigin, bool)>,
    /// Whether another origin could have got another answer.
    pub varies: bool,
    /// The value of `Access-Control-Expose-Headers`.
    pub exposed: Option<HeaderValue>,
    /// Whether the upstream's CORS headers are replaced.
    pub owns_responses: bool,
}

/// Whether an application trusts an origin because its settings name it: never for being anybody or nobody.
#[must_use]
pub fn trusts_by_name(application: &Application, origin: &RequestOrigin) -> bool {
    let cors = application.settings.cors.as_ref();
    is_listed(application, origin) || cors.is_some_and(|cors| cors.trusts_for_websocket(origin))
}

fn is_listed(application: &Application, origin: &RequestOrigin) -> bool {
    origin.tuple().is_some_and(|origin| application.settings.trusted_origins.contains(origin))
}

impl Standing {
    /// Judges the origin of `head`.
    #[must_use]
    pub fn of(head: &Head<'_>, application: &Application) -> Self {
        let OriginHeader::One(origin) = &head.origin else {
            return Self {
                own: false,
                allowed: false,
                trusted: false,
                trusted_for_websocket: false,
            };
        };
        let listed = is_listed(application, origin);
        let cors = application.settings.cors.as_ref();
        let trusted = listed || cors.is_some_and(|cors| cors.trusts(origin));
        Self {
            own: head.origin_is_own(),
            allowed: trusted || cors.is_some_and(|cors| cors.allows_origin(origin).is_allowed()),
            trusted,
            trusted_for_websocket: trusts_by_name(application, origin),
        }
    }
}

impl Stamp {
    /// The stamp for the gateway's own answers to `head`.
    #[must_use]
    pub fn of(head: &Head<'_>, application: &Application) -> Self {
        let settings = &application.settings;
        let varies = settings.cors.is_some() || !settings.trusted_origins.is_empty();
        let owned = settings.cors.as_ref().filter(|cors| cors.owns_responses());
        let stamp = Self {
            grant: None,
            varies,
            exposed: owned.and_then(|cors| cors.exposed_headers().cloned()),
            owns_responses: owned.is_some(),
        };
        let OriginHeader::One(origin) = &head.origin else { return stamp };
        let listed = is_listed(application, origin);
        let cors = settings.cors.as_ref().filter(|cors| cors.allows_origin(origin).is_allowed());
        let credentials = listed || cors.is_some_and(crossgate_cors::Policy::allows_credentials);
        let grant = (listed || cors.is_some()).then(|| (origin.clone(), credentials));
        Self { grant, ..stamp }
    }

    /// For the page that started a chain of the gateway's own redirects, and whose origin has become `null` on the way.
    #[must_use]
    pub fn for_bound_null() -> Self {
        Self { grant: Some((RequestOrigin::Null, true)), varies: true, ..Self::default() }
    }

    /// The stamp for answers about sessions: only pages that one of these applications trusts by name may read them.
    pub(crate) fn by_name<'a>(
        head: &Head<'_>,
        mut applications: impl Iterator<Item = &'a Arc<Application>>,
    ) -> Self {
        let OriginHeader::One(origin) = &head.origin else {
            return Self { varies: true, ..Self::default() };
        };
        let named = applications.any(|application| trusts_by_name(application, origin));
        Self { grant: named.then(|| (origin.clone(), true)), varies: true, ..Self::default() }
    }

    /// Writes the headers, replacing what stands there.
    pub fn write(&self, headers: &mut HeaderMap) {
        if let Some((origin, credentials)) = &self.grant {
            crossgate_cors::stamp_origin(origin, *credentials, headers, self.exposed.as_ref());
        } else if self.varies {
            crossgate_cors::vary_on(headers, "Origin");
        }
    }

    /// As [`Self::write`], on a response of the upstream's: if the gateway owns those, nothing of the upstream's stays.
    pub fn write_on_response(&self, headers: &mut HeaderMap) {
        if self.owns_responses {
            crossgate_cors::stamp_nobody(headers);
            self.write(headers);
        }
    }
}
