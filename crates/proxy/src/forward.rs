//! To the upstream and back.

use std::sync::Arc;

use crossgate_gate::{Action, Gate, Target, UpstreamIdentity, is_trusted_proxy};
use crossgate_model::{Application, IngressRule};
use crossgate_session::Credentials;
use http::header::SET_COOKIE;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;

use crate::Failure;
use crate::body_source::{BodySource, Withheld};
use crate::connection::Peer;
use crate::crowd::Place;
use crate::patience::Patience;
use crate::reply::Reply;
use crate::server::Worker;
use crate::standing::Standing;
use crate::tunnel::WebSocketRequest;
use crate::upstream_request::UpstreamRequest;

/// A request that was decided to go to the upstream.
pub(crate) struct Forwarding<'a> {
    /// When that was decided.
    pub(crate) at: Instant,
    pub(crate) worker: &'a Worker,
    pub(crate) gate: &'a Gate,
    pub(crate) application: Option<&'a Arc<Application>>,
    /// What was decided on.
    pub(crate) method: &'a Method,
    pub(crate) target: &'a Target,
    pub(crate) headers: &'a HeaderMap,
    /// Whether it asks for a WebSocket, and if so whether by extended CONNECT.
    pub(crate) websocket: Option<bool>,
    pub(crate) peer: &'a Peer,
    pub(crate) request_id: &'a str,
    pub(crate) identity: UpstreamIdentity,
    pub(crate) credentials: Option<&'a Credentials>,
}

/// Sends the request that was decided on, and waits for the head of the response.
pub(crate) async fn forward<S: BodySource>(
    forwarding: &Forwarding<'_>,
    action: &Action<'_>,
    body: &mut S,
    patience: &mut Patience,
) -> Result<Reply, Failure> {
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
    let upstreams = forwarding.upstreams(ingress);
    let Some(extended) = forwarding.websocket else {
        let request = forwarding.request(ingress, preflight, None);
        let answer = if preflight {
            Box::pin(upstreams.ask(&request, &mut Withheld(body), patience, forwarding.at)).await?
        } else {
            upstreams.ask(&request, body, patience, forwarding.at).await?
        };
        // Nobody asked to switch.
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Failure::UpstreamBroken);
        }
        let mut reply = Reply::Upstream { answer, headers: None };
        if preflight {
            reply.headers_mut().remove(SET_COOKIE);
        }
        return Ok(reply);
    };
    if !extended && !body.is_over() {
        // What follows the head is the WebSocket's, or the body: it cannot be both.
        return Err(Failure::BodyBroken);
    }
    let place = forwarding.worker.place_of_web_socket(forwarding.peer.ip)?;
    let websocket = WebSocketRequest::new(extended)?;
    let request = forwarding.request(ingress, preflight, Some(websocket.own_key()));
    let answer =
        Box::pin(upstreams.ask(&request, &mut Withheld(body), patience, forwarding.at)).await?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(Reply::Upstream { answer, headers: None });
    }
    let mut headers = answer.headers();
    let status = websocket.agree(&mut headers)?;
    let upstream = answer.into_connection().ok_or(Failure::UpstreamWebSocket)?;
    Ok(Reply::Tunnel { status, headers, upstream, standing: forwarding.standing(place) })
}

impl<'a> Forwarding<'a> {
    fn request(
        &'a self,
        ingress: &'a IngressRule,
        preflight: bool,
        websocket: Option<Option<&'a str>>,
    ) -> UpstreamRequest<'a> {
        let snapshot = self.gate.snapshot();
        let settings = self.application.map(|application| &application.settings);
        UpstreamRequest {
            method: self.method,
            target: self.target,
            headers: self.headers,
            peer: &self.peer.address,
            public: self.peer.public,
            peer_is_trusted: is_trusted_proxy(self.peer.ip, &snapshot.trusted_proxies),
            request_id: self.request_id,
            host_header: ingress.origin_request.host_header.as_deref(),
            service_token_header: settings
                .and_then(|settings| settings.read_service_tokens_from_header.as_ref()),
            assertion: self.credentials.and_then(|credentials| credentials.upstream(self.identity)),
            assertion_cookie: settings
                .is_some_and(|settings| settings.forward_authorization_cookie),
            preflight,
            websocket,
        }
    }

    fn standing(&self, place: Place) -> Standing {
        let gateway = Arc::clone(&self.worker.gateway);
        let credentials = self.credentials.cloned();
        Standing { gateway, identity: self.identity, credentials, _place: place }
    }

    fn upstreams(&self, ingress: &IngressRule) -> std::rc::Rc<crate::balance::Balanced> {
        let generation = self.gate.snapshot().generation;
        self.worker.upstreams.of(generation, ingress, self.worker.limits)
    }
}
