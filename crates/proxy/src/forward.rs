//! To the upstream and back.

use std::sync::Arc;

use crossgate_gate::{Action, Gate, Target, UpstreamIdentity};
use crossgate_model::{Application, IngressRule};
use crossgate_session::Credentials;
use http::header::{CONNECTION, CONTENT_LENGTH, SET_COOKIE, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::{Body, Incoming};

use crate::body::{RequestBody, ResponseBody};
use crate::connection::Peer;
use crate::server::Worker;
use crate::standing::Standing;
use crate::tunnel::Tunnel;
use crate::upstream_request::{Provenance, bare_preflight, rewrite};
use crate::{Failure, upstream_response};

/// A request that was decided to go to the upstream.
pub(crate) struct Forwarding<'a> {
    pub(crate) worker: &'a Worker,
    pub(crate) gate: &'a Gate,
    pub(crate) application: Option<&'a Arc<Application>>,
    /// What was decided on.
    pub(crate) target: &'a Target,
    pub(crate) websocket: bool,
    pub(crate) peer: Peer,
    pub(crate) request_id: &'a str,
    pub(crate) identity: UpstreamIdentity,
    pub(crate) credentials: Option<&'a Credentials>,
}

/// Sends the request that was decided on, and brings the response. No body is an empty one.
pub(crate) async fn forward(
    forwarding: &Forwarding<'_>,
    action: &Action<'_>,
    mut parts: Parts,
    body: Option<Incoming>,
) -> Result<Response<ResponseBody>, Failure> {
    let (ingress, preflight) = match action {
        Action::Forward(forward) => (forward.ingress, false),
        Action::ForwardPreflight { ingress, .. } => (*ingress, true),
        Action::Answer(_)
        | Action::AnswerPreflight(_)
        | Action::ExplainRefusal(_)
        | Action::Endpoint(_)
        | Action::Login(_)
        | Action::RefusePreflight(_) => return Err(Failure::UpstreamUnreachable),
    };
    let extended = parts.method == Method::CONNECT;
    let has_body = body.as_ref().is_some_and(|body| !body.is_end_stream());
    if forwarding.websocket && !extended && has_body {
        // What follows the head is the WebSocket's, or the body: it cannot be both.
        return Err(Failure::BodyBroken);
    }
    let visitor = forwarding.websocket.then(|| {
        let mut request = Request::new(());
        std::mem::swap(request.extensions_mut(), &mut parts.extensions);
        hyper::upgrade::on(&mut request)
    });
    forwarding.rewrite(&mut parts, ingress, preflight)?;
    let tunnel = match visitor {
        Some(visitor) => Some(Tunnel::prepare(visitor, &mut parts.headers, extended)?),
        None => None,
    };
    let body = match body.filter(|_| !preflight && tunnel.is_none()) {
        None => RequestBody::Empty,
        Some(body) => RequestBody::streaming(body, forwarding.worker.limits.body_pause),
    };
    let upstreams = forwarding.upstreams(ingress);
    let mut response = upstreams.send(Request::from_parts(parts, body)).await?;
    let switches = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    upstream_response::rewrite(response.headers_mut());
    match tunnel {
        Some(tunnel) if switches => {
            if tunnel.is_upgrade() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("Upgrade"));
                response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
            }
            tunnel.open(&mut response, &forwarding.worker.tunnels, forwarding.standing())?;
        }
        // Nobody asked to switch.
        None if switches => return Err(Failure::UpstreamBroken),
        Some(_) | None => {}
    }
    if preflight {
        response.headers_mut().remove(SET_COOKIE);
    }
    Ok(response.map(ResponseBody::Upstream))
}

impl Forwarding<'_> {
    /// Turns the visitor's head into the upstream's.
    fn rewrite(
        &self,
        parts: &mut Parts,
        ingress: &IngressRule,
        preflight: bool,
    ) -> Result<(), Failure> {
        let snapshot = self.gate.snapshot();
        let provenance = Provenance {
            host: self.target.host(),
            public: self.peer.public,
            peer: self.peer.ip,
            peer_is_trusted: snapshot.trusted_proxies.iter().any(|net| net.contains(&self.peer.ip)),
            request_id: self.request_id,
        };
        let settings = self.application.map(|application| &application.settings);
        rewrite(
            &mut parts.headers,
            &provenance,
            ingress.origin_request.host_header.as_deref(),
            settings.and_then(|settings| settings.read_service_tokens_from_header.as_ref()),
            self.credentials.and_then(|credentials| credentials.upstream(self.identity)),
            settings.is_some_and(|settings| settings.forward_authorization_cookie),
        );
        if preflight {
            bare_preflight(&mut parts.headers);
        }
        if self.websocket {
            parts.method = Method::GET;
            parts.headers.remove(CONTENT_LENGTH);
        }
        parts.uri =
            Uri::try_from(self.target.path_and_query()).map_err(|_| Failure::UpstreamBroken)?;
        parts.version = Version::HTTP_11;
        parts.extensions.clear();
        Ok(())
    }

    fn standing(&self) -> Standing {
        let gateway = Arc::clone(&self.worker.gateway);
        Standing { gateway, identity: self.identity, credentials: self.credentials.cloned() }
    }

    fn upstreams(&self, ingress: &IngressRule) -> std::rc::Rc<crate::balance::Balanced> {
        let generation = self.gate.snapshot().generation;
        self.worker.upstreams.of(generation, ingress, self.worker.limits)
    }
}
