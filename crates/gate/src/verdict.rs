//! What becomes of a request, and why.

use std::sync::Arc;

use crossgate_cors::{Origin, SecFetchSite};
use crossgate_model::{Application, IngressRule};
use http::StatusCode;

use crate::{AccessEndpoint, ReturnPath, Stamp};

/// The decision on a request.
#[must_use]
#[derive(Debug)]
pub struct Verdict<'g> {
    /// The row of the request path that answered.
    pub row: Row,
    /// Why.
    pub reason: Reason,
    /// The application, once it is known.
    pub application: Option<&'g Arc<Application>>,
    /// The policy that decided, if one did.
    pub policy: Option<PolicyHit<'g>>,
    /// The CORS headers of whatever the gateway itself answers to this request.
    pub stamp: Stamp,
    /// What to do.
    pub action: Action<'g>,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Action<'g> {
    /// Answer with an error.
    Answer(Answer),
    /// Answer the preflight.
    AnswerPreflight(crossgate_cors::Answer),
    /// Let an endpoint answer.
    Endpoint(AccessEndpoint),
    /// Send it to the upstream.
    Forward(Forward<'g>),
    /// Send a preflight to the upstream, bare of everything that could act.
    ForwardPreflight {
        /// The rule that names the upstream.
        ingress: &'g IngressRule,
        /// With `cors_report_only`: what the settings would have answered.
        judgement: Option<Result<(), crossgate_cors::Refusal>>,
    },
    /// Send the visitor to the login host.
    Login(LoginRedirect<'g>),
    /// Refuse the preflight: 403 without allow headers.
    RefusePreflight(Option<crossgate_cors::Refusal>),
    /// With `cors_debug`: refuse the preflight so that the browser's console says why.
    ExplainRefusal(crossgate_cors::Refusal),
}

/// An error answer of the gateway's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// How it is written.
    pub format: Format,
    /// Whether it names a way to sign in.
    pub sign_in: bool,
}

/// How an error answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// An HTML page.
    Page,
}

/// A request that goes to the upstream.
#[derive(Debug)]
pub struct Forward<'g> {
    /// The rule that names the upstream.
    pub ingress: &'g IngressRule,
    /// As whom.
    pub identity: UpstreamIdentity,
}

/// As whom a request goes to the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamIdentity {
    /// Nobody: a bypass policy.
    None,
    /// A session without identity.
    NonIdentity,
    /// The person of the cookie.
    Cookie,
    /// The person of the `cf-access-token` header.
    Header,
    /// The service token.
    ServiceToken,
}

/// A redirect to the login host.
#[derive(Debug)]
pub struct LoginRedirect<'g> {
    /// The application to sign in to.
    pub application: &'g Arc<Application>,
    /// Where to return to on the application's host.
    pub return_path: ReturnPath,
    /// For a fetch that goes through the two-site flow: who started it.
    pub fetch: Option<FetchInitiator>,
}

/// Who started a fetch that goes through the two-site flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchInitiator {
    /// The origin of the page; `None` is an allowed `null`.
    pub origin: Option<Origin>,
    /// Its `Sec-Fetch-Site`, if it sent one.
    pub site: Option<SecFetchSite>,
}

/// The policy that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyHit<'g> {
    /// Its name.
    pub policy: &'g str,
    /// The selector of the rule that matched.
    pub rule: &'static str,
}

/// Why an endpoint refused, as its answer's `code` says: for the log. Travels in the extensions of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointRefusal(pub &'static str);

/// A row of the table in `docs/request-path.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub u8);

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// Why a request got its answer: what the log line says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable kebab-case code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

reasons! {
    /// An authority asks for the answer to its challenge.
    AcmeChallenge = "acme-challenge",
    /// A header imitates one of the gateway's.
    AliasedHeader = "aliased-header",
    /// A policy admits the person.
    Allowed = "allowed",
    /// The path has several readings, and a decision depends on it.
    AmbiguousPath = "ambiguous-path",
    /// A bypass policy applies.
    Bypass = "bypass",
    /// Another site embeds the resource without CORS.
    CrossSiteEmbed = "cross-site-embed",
    /// A fetch with `Origin: null` that the gateway has not redirected itself.
    NullNotBound = "null-not-bound",
    /// Another site sends a write with this site's cookie.
    CrossSiteWrite = "cross-site-write",
    /// An endpoint of the gateway's.
    Endpoint = "endpoint",
    /// The request's head did not arrive in time.
    HeadTimeout = "head-timeout",
    /// The request's head is longer than any in earnest.
    HeadTooLarge = "head-too-large",
    /// What was sent is no request, or it has two readings.
    MalformedMessage = "malformed-message",
    /// The `cf-access-token` header is doubled, not valid, or of somebody else than the cookie.
    HeaderTokenRefused = "header-token-refused",
    /// The listener leads to HTTPS.
    HttpsRedirect = "https-redirect",
    /// The host is another one than those that the connection's certificate is for.
    Misdirected = "misdirected",
    /// CONNECT or TRACE.
    MethodNotOffered = "method-not-offered",
    /// The endpoint exists for other methods.
    MethodNotAllowed = "method-not-allowed",
    /// No application covers the host and path.
    NoApplication = "no-application",
    /// No path below `/cdn-cgi/access/` that exists.
    NoEndpoint = "no-endpoint",
    /// No ingress rule covers the path.
    NoIngress = "no-ingress",
    /// A rule without identity admits the visitor.
    NonIdentity = "non-identity",
    /// Rules without identity already exclude the visitor.
    NonIdentityExcluded = "non-identity-excluded",
    /// No policy admits the person.
    NotAllowed = "not-allowed",
    /// A preflight to the gateway's own paths.
    PreflightToEndpoint = "preflight-to-endpoint",
    /// The preflight asks for what the settings allow.
    PreflightAllowed = "preflight-allowed",
    /// The preflight goes to the upstream.
    PreflightForwarded = "preflight-forwarded",
    /// Nothing is configured for preflights.
    PreflightNotConfigured = "preflight-not-configured",
    /// The preflight asks for what the settings do not allow.
    PreflightRefused = "preflight-refused",
    /// Service-token headers are doubled or half.
    ServiceTokenMalformed = "service-token-malformed",
    /// The service token is good, but no policy admits it.
    ServiceTokenNotAllowed = "service-token-not-allowed",
    /// The service token is not good.
    ServiceTokenRefused = "service-token-refused",
    /// A policy admits the service token.
    ServiceTokenAllowed = "service-token-allowed",
    /// There is no session.
    SessionAbsent = "session-absent",
    /// The session's time is over.
    SessionExpired = "session-expired",
    /// The session's cookie is not valid here.
    SessionInvalid = "session-invalid",
    /// The binding cookie is missing or another one's.
    SessionNotBound = "session-not-bound",
    /// The session was ended.
    SessionRevoked = "session-revoked",
    /// The store is needed, and cannot be used.
    StoreUnavailable = "store-unavailable",
    /// Only a service token could let the visitor in.
    ServiceAuthRequired = "service-auth-required",
    /// The host is not served here.
    UnknownHost = "unknown-host",
    /// Host or path have no single reading.
    UnreadableTarget = "unreadable-target",
    /// The page that opens the WebSocket is not trusted.
    WebSocketOrigin = "websocket-origin",
}
