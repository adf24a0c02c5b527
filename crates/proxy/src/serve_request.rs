//! The request path on one page: read, decide, act, stamp, record.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use crossgate_gate::{
    AccessEndpoint, Action, EndpointRequest, Gate, Head, Pending, RequestLine, ServeOriginal, Step,
    UpstreamIdentity, Verdict, client_address,
};
use crossgate_session::Credentials;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::ext::Protocol;
use tokio::time::{Instant, timeout};

use crate::Failure;
use crate::account::Account;
use crate::body::ResponseBody;
use crate::connection::Peer;
use crate::forward::{Forwarding, forward};
use crate::serve_original::serve_original;
use crate::server::Worker;
use crate::stamp::stamped;

/// Serves one request.
pub(crate) async fn serve_request(
    worker: &Worker,
    peer: Peer,
    request: Request<Incoming>,
) -> Response<ResponseBody> {
    let started = Instant::now();
    let gateway = &worker.gateway;
    let (gate, request_id) = (gateway.gate(), gateway.request_id());
    let (parts, body) = request.into_parts();
    let client = client_address(peer.ip, &parts.headers, &gate.snapshot().trusted_proxies);
    let visit = Visit { peer, client, request_id: &request_id };
    let method = parts.method.clone();
    let line = RequestLine { method: &method, ..request_line(&parts, &visit) };
    let mut account = Account::new(started, &request_id, client, &method);
    let head = match Head::read(&line, &parts.headers) {
        Ok(head) => head,
        Err(malformed) => {
            let verdict = gate.malformed(malformed);
            let response =
                stamped(gateway.malformed(&verdict, &request_id), &verdict.stamp, &request_id);
            account.record(worker, &verdict, &response);
            return response;
        }
    };
    account.read(&head);
    let (verdict, credentials) = match decide(worker, &gate, &head).await {
        Ok(decided) => decided,
        Err((verdict, failure)) => {
            let response = gateway.failure(head.is_navigation(), failure, &request_id);
            let response = stamped(response, &verdict.stamp, &request_id);
            account.record(worker, &verdict, &response);
            return response;
        }
    };
    account.identity = credentials.as_ref().and_then(Credentials::identity_for_log);
    let navigation = head.is_navigation();
    let response = match &verdict.action {
        Action::Answer(_)
        | Action::AnswerPreflight(_)
        | Action::ExplainRefusal(_)
        | Action::Login(_)
        | Action::RefusePreflight(_) => {
            let response = gateway.answer(&gate, &head, &verdict, &request_id);
            stamped(response, &verdict.stamp, &request_id)
        }
        Action::Endpoint(endpoint) => {
            let again = (*endpoint == AccessEndpoint::Authorized).then(|| parts.clone());
            let request = EndpointRequest {
                parts,
                form: Bytes::new(),
                client,
                public: peer.public,
                request_id: request_id.clone(),
            };
            // What is rare is boxed here and below: this future is moved for each request, and is kept small.
            let endpoint = call_endpoint(worker, &gate, endpoint.clone(), request, body);
            let mut response = match Box::pin(endpoint).await {
                Ok(response) => response,
                Err(failure) => {
                    account.failure = Some(failure);
                    gateway.failure(navigation, failure, &request_id)
                }
            };
            let original = response.extensions_mut().remove::<ServeOriginal>();
            if let Some((parts, original)) = again.zip(original) {
                account.record(worker, &verdict, &response);
                let served = serve_original(worker, &gate, &visit, parts, &response, &original);
                return Box::pin(served).await;
            }
            stamped(response, &verdict.stamp, &request_id)
        }
        Action::Forward(_) | Action::ForwardPreflight { .. } => {
            let identity = match &verdict.action {
                Action::Forward(forward) => forward.identity,
                _ => UpstreamIdentity::None,
            };
            let Head { target, websocket, .. } = head;
            let forwarding = Forwarding {
                worker,
                gate: &gate,
                application: verdict.application,
                target: &target,
                websocket,
                peer,
                request_id: &request_id,
                identity,
                credentials: credentials.as_ref(),
            };
            let asked = Instant::now();
            let answered = forward(&forwarding, &verdict.action, parts, Some(body)).await;
            account.upstream =
                Some((answered.as_ref().ok().map(Response::status), asked.elapsed()));
            match answered {
                Ok(mut response) => {
                    if matches!(verdict.action, Action::Forward(_)) {
                        verdict.stamp.write_on_response(response.headers_mut());
                    }
                    response
                }
                Err(failure) => {
                    account.failure = Some(failure);
                    stamped(
                        gateway.failure(navigation, failure, &request_id),
                        &verdict.stamp,
                        &request_id,
                    )
                }
            }
        }
    };
    account.record(worker, &verdict, &response);
    response
}

/// Who is at the other end, and under which number.
pub(crate) struct Visit<'a> {
    pub(crate) peer: Peer,
    pub(crate) client: IpAddr,
    pub(crate) request_id: &'a str,
}

pub(crate) fn request_line<'a>(parts: &'a Parts, visit: &Visit<'_>) -> RequestLine<'a> {
    RequestLine {
        method: &parts.method,
        authority: parts.uri.authority(),
        path: parts.uri.path(),
        query: parts.uri.query(),
        protocol: parts.extensions.get::<Protocol>().map(Protocol::as_str),
        client: visit.client,
        public: visit.peer.public,
    }
}

/// Decides, with a look at the credentials where the decision needs one.
///
/// # Errors
/// The store is needed and cannot be used; with the verdict on that.
pub(crate) async fn decide<'g>(
    worker: &Worker,
    gate: &'g Gate,
    head: &Head<'_>,
) -> Result<(Verdict<'g>, Option<Credentials>), (Verdict<'g>, Failure)> {
    match gate.before_authentication(head) {
        Step::Decided(verdict) => Ok((verdict, None)),
        Step::Authenticate(pending) => match authenticate(worker, &pending, head).await {
            Ok(credentials) => {
                Ok((pending.decide(head, &credentials.evidence()), Some(credentials)))
            }
            Err(failure) => Err((pending.store_unavailable(), failure)),
        },
    }
}

/// What the presented credentials are worth: from memory, or from the store, which may be gone.
async fn authenticate(
    worker: &Worker,
    pending: &Pending<'_>,
    head: &Head<'_>,
) -> Result<Credentials, Failure> {
    let (sessions, now) = (worker.gateway.sessions(), worker.gateway.now());
    match sessions.try_credentials(pending.application(), head.headers, now) {
        Some(credentials) => Ok(credentials),
        None => {
            let looking = sessions.credentials(pending.application(), head.headers, now);
            Box::pin(looking).await.map_err(|error| {
                tracing::error!(%error, "the store cannot be used");
                Failure::StoreUnavailable
            })
        }
    }
}

/// Reads the form and has the endpoint answer.
async fn call_endpoint(
    worker: &Worker,
    gate: &Arc<Gate>,
    endpoint: AccessEndpoint,
    request: EndpointRequest,
    body: Incoming,
) -> Result<Response<Bytes>, Failure> {
    let limits = &worker.limits;
    let form =
        match timeout(limits.body_pause, Limited::new(body, limits.form_bytes).collect()).await {
            Ok(Ok(form)) => form.to_bytes(),
            Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
                return Err(Failure::BodyTooLarge);
            }
            Ok(Err(_)) => return Err(Failure::BodyBroken),
            Err(_) => return Err(Failure::BodyTimeout),
        };
    Ok(worker
        .gateway
        .endpoint(Arc::clone(gate), endpoint, EndpointRequest { form, ..request })
        .await)
}
