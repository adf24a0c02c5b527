//! What the data plane asks of the rest of the gateway.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arrayvec::ArrayString;
use bytes::Bytes;
use crossgate_gate::{
    AccessEndpoint, EndpointRefusal, EndpointRequest, Gate, Head, Reason, Row, Verdict,
};
use crossgate_model::UpstreamUrl;
use crossgate_session::Sessions;
use futures_util::future::BoxFuture;
use http::{Method, Response, StatusCode};

use crate::HealthChange;

/// The rest of the gateway.
pub trait Gateway: Send + Sync + 'static {
    /// The gate of the config in force.
    fn gate(&self) -> Arc<Gate>;
    /// The sessions of the process.
    fn sessions(&self) -> &Sessions;
    /// Unix time in seconds.
    fn now(&self) -> i64;
    /// A new number for a request: what log, pages and `x-request-id` have in common.
    fn request_id(&self) -> ArrayString<16>;
    /// The gateway's own answer to a request, without the headers that every such answer gets.
    fn answer(
        &self,
        gate: &Gate,
        head: &Head<'_>,
        verdict: &Verdict<'_>,
        request_id: &str,
    ) -> Response<Bytes>;
    /// The answer to a request that cannot be read, so that nothing is known of it.
    fn malformed(&self, verdict: &Verdict<'_>, request_id: &str) -> Response<Bytes>;
    /// The answer where something broke. `navigation`: a person looks at it.
    fn failure(&self, navigation: bool, failure: Failure, request_id: &str) -> Response<Bytes>;
    /// Has an endpoint answer. Must not be polled to its end on the caller's thread if it waits for long.
    fn endpoint(
        &self,
        gate: Arc<Gate>,
        endpoint: AccessEndpoint,
        request: EndpointRequest,
    ) -> BoxFuture<'static, Response<Bytes>>;
    /// Takes note of a decision. Must not wait.
    fn record(&self, record: Record<'_>);
    /// Takes note that a connection could not be accepted: out of descriptors, mostly.
    fn accept_failed(&self);
    /// Takes note that a visitor's connection was refused or ended for its own doing; `reason` is a stable kebab-case code. Must not wait.
    fn connection_cut(&self, reason: &'static str);
    /// Takes note that a thread passes an upstream over, or does so no longer. Must not wait.
    fn upstream_health(&self, upstream: &UpstreamUrl, change: HealthChange);
}

/// What broke, in words for people and programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The request's body is larger than the endpoint takes.
    #[error("the request's body is too large")]
    BodyTooLarge,
    /// The client stopped sending its body.
    #[error("the request's body did not arrive in time")]
    BodyTimeout,
    /// The client's connection broke.
    #[error("the request's body broke off")]
    BodyBroken,
    /// The store cannot be used, and the request needs it.
    #[error("the store cannot be used")]
    StoreUnavailable,
    /// As many WebSockets are open, or asked for, as may be.
    #[error("too many WebSockets are open")]
    TooManyWebSockets,
    /// The upstream's answer is not HTTP, or it broke off.
    #[error("the upstream's answer is broken")]
    UpstreamBroken,
    /// No connection within the time allowed.
    #[error("the upstream could not be reached in time")]
    UpstreamConnectTimeout,
    /// All connections are taken.
    #[error("all connections to the upstream are taken")]
    UpstreamOverloaded,
    /// No answer within the time allowed.
    #[error("the upstream did not answer in time")]
    UpstreamResponseTimeout,
    /// It redirects where its answer cannot be a redirect.
    #[error("the upstream redirects")]
    UpstreamRedirected,
    /// Its certificate does not verify, or it speaks no TLS.
    #[error("the upstream's TLS cannot be trusted")]
    UpstreamTls,
    /// Nobody listens, or its name does not resolve.
    #[error("the upstream cannot be reached")]
    UpstreamUnreachable,
    /// The visitor left before there was an answer.
    #[error("the visitor left")]
    VisitorLeft,
    /// The upstream did not agree to a WebSocket as the protocol demands.
    #[error("the upstream's WebSocket handshake is wrong")]
    UpstreamWebSocket,
}

impl Failure {
    /// The stable kebab-case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BodyBroken => "body-broken",
            Self::BodyTimeout => "body-timeout",
            Self::BodyTooLarge => "body-too-large",
            Self::StoreUnavailable => "store-unavailable",
            Self::TooManyWebSockets => "too-many-web-sockets",
            Self::UpstreamBroken => "upstream-broken",
            Self::UpstreamConnectTimeout => "upstream-connect-timeout",
            Self::UpstreamOverloaded => "upstream-overloaded",
            Self::UpstreamRedirected => "upstream-redirected",
            Self::UpstreamResponseTimeout => "upstream-response-timeout",
            Self::UpstreamTls => "upstream-tls",
            Self::UpstreamUnreachable => "upstream-unreachable",
            Self::UpstreamWebSocket => "upstream-websocket",
            Self::VisitorLeft => "visitor-left",
        }
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            // Nobody sees it but the log.
            Self::BodyBroken | Self::VisitorLeft => StatusCode::BAD_REQUEST,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::UpstreamRedirected => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::StoreUnavailable | Self::TooManyWebSockets | Self::UpstreamOverloaded => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::UpstreamBroken
            | Self::UpstreamTls
            | Self::UpstreamUnreachable
            | Self::UpstreamWebSocket => StatusCode::BAD_GATEWAY,
            Self::UpstreamConnectTimeout | Self::UpstreamResponseTimeout => {
                StatusCode::GATEWAY_TIMEOUT
            }
        }
    }
}

/// One decision and what came of it, for the log and the metrics.
#[derive(Debug)]
pub struct Record<'a> {
    /// The request's number.
    pub request_id: &'a str,
    /// The visitor's address.
    pub client: IpAddr,
    /// The method, if it could be read.
    pub method: Option<&'a Method>,
    /// The host, if it could be read.
    pub host: Option<&'a str>,
    /// The path without query, if it could be read.
    pub path: Option<&'a str>,
    /// The application's name.
    pub application: Option<&'a str>,
    /// The row that answered.
    pub row: Row,
    /// Why.
    pub reason: Reason,
    /// What broke after the decision, if something did.
    pub failure: Option<Failure>,
    /// What an endpoint refused with.
    pub endpoint_refusal: Option<EndpointRefusal>,
    /// The policy that decided, and the selector of its rule.
    pub policy: Option<(&'a str, &'static str)>,
    /// E-mail address or service token's name.
    pub identity: Option<&'a str>,
    /// What CORS had to do with it.
    pub cors: Option<CorsOutcome<'a>>,
    /// The status that the visitor got.
    pub status: StatusCode,
    /// The status that the upstream gave.
    pub upstream_status: Option<StatusCode>,
    /// From the request's head to the response's.
    pub duration: Duration,
    /// Of that, waiting for the upstream.
    pub upstream_duration: Option<Duration>,
}

/// What CORS had to do with a request.
#[derive(Clone, Copy, Debug)]
pub struct CorsOutcome<'a> {
    /// A preflight, or an actual request.
    pub preflight: bool,
    /// The origin that asked.
    pub origin: &'a str,
    /// Whether it is allowed.
    pub allowed: bool,
    /// Why a preflight was refused.
    pub refusal: Option<&'static str>,
    /// The method that a preflight asks for.
    pub requested_method: Option<&'a str>,
    /// The method or header that was refused, where it was one of those.
    pub refused: Option<&'a str>,
}
