//! The request path on one page: read, decide, act, stamp, record.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use crossgate_gate::{
    AccessEndpoint, Action, EndpointRequest, Gate, Head, Malformed, Pending, RequestLine,
    ServeOriginal, Step, UpstreamIdentity, Verdict, client_address,
};
use crossgate_http1::RequestTarget;
use crossgate_session::Credentials;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response};
use tokio::time::Instant;

use crate::Failure;
use crate::account::Account;
use crate::body_source::BodySource;
use crate::connection::Peer;
use crate::form::read_form;
use crate::forward::{Forwarding, forward};
use crate::patience::Patience;
use crate::reply::Reply;
use crate::serve_original::serve_original;
use crate::server::Worker;

/// A request as it came, whatever the protocol.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) target: RequestTarget<'a>,
    /// The protocol of an extended CONNECT.
    pub(crate) protocol: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
}

/// Who is at the other end, and under which number.
#[derive(Clone, Copy)]
pub(crate) struct Visit<'a> {
    pub(crate) peer: &'a Peer,
    pub(crate) client: IpAddr,
    pub(crate) request_id: &'a str,
}

/// Serves one request.
pub(crate) async fn serve_request<S: BodySource>(
    worker: &Worker,
    peer: &Peer,
    asked: Asked<'_>,
    body: &mut S,
    patience: &mut Patience,
) -> Reply {
    let started = Instant::now();
    let gateway = &worker.gateway;
    let (gate, request_id) = (gateway.gate(), gateway.request_id());
    let request_id = request_id.as_str();
    let client = client_address(peer.ip, asked.headers, &gate.snapshot().trusted_proxies);
    let visit = Visit { peer, client, request_id };
    let mut account = Account::new(started, request_id, client, Some(asked.method));
    let head = match Head::read(&asked.line(&visit), asked.headers) {
        Ok(head) => head,
        Err(malformed) => return refuse(worker, &gate, account, request_id, malformed),
    };
    account.read(&head);
    if let Some((verdict, response)) = peer.door.stops(&gate, &head) {
        let response =
            response.unwrap_or_else(|| gateway.answer(&gate, &head, &verdict, request_id));
        let reply = Reply::stamped(response, &verdict.stamp, request_id);
        account.record(worker, &verdict, &reply);
        return reply;
    }
    let (verdict, credentials) = match decide(worker, &gate, &head).await {
        Ok(decided) => decided,
        Err((verdict, failure)) => {
            let response = gateway.failure(head.is_navigation(), failure, request_id);
            let reply = Reply::stamped(response, &verdict.stamp, request_id);
            account.record(worker, &verdict, &reply);
            return reply;
        }
    };
    account.identity = credentials.as_ref().and_then(Credentials::identity_for_log);
    let failed = |failure| {
        let response = gateway.failure(head.is_navigation(), failure, request_id);
        Reply::stamped(response, &verdict.stamp, request_id)
    };
    let reply = match &verdict.action {
        Action::Answer(_)
        | Action::AnswerPreflight(_)
        | Action::ExplainRefusal(_)
        | Action::Login(_)
        | Action::RefusePreflight(_) => {
            let response = gateway.answer(&gate, &head, &verdict, request_id);
            Reply::stamped(response, &verdict.stamp, request_id)
        }
        Action::Endpoint(endpoint) => {
            // What is rare is boxed here and below: this future is moved for each request, and is kept small.
            let calling = call_endpoint(
                worker,
                &gate,
                endpoint.clone(),
                asked.kept(&head),
                &visit,
                body,
                patience,
            );
            match Box::pin(calling).await {
                Ok(mut response) => {
                    let original = response.extensions_mut().remove::<ServeOriginal>();
                    if let Some(original) =
                        original.filter(|_| *endpoint == AccessEndpoint::Authorized)
                    {
                        let granted = Reply::Own(response);
                        account.record(worker, &verdict, &granted);
                        let Reply::Own(granted) = granted else { return granted };
                        let served =
                            serve_original(worker, &gate, &visit, &asked, &granted, &original);
                        return Box::pin(served).await;
                    }
                    Reply::stamped(response, &verdict.stamp, request_id)
                }
                Err(failure) => {
                    account.failure = Some(failure);
                    failed(failure)
                }
            }
        }
        Action::Forward(_) | Action::ForwardPreflight { .. } => {
            let identity = match &verdict.action {
                Action::Forward(forward) => forward.identity,
                _ => UpstreamIdentity::None,
            };
            let asked_at = Instant::now();
            let forwarding = Forwarding {
                at: asked_at,
                worker,
                gate: &gate,
                application: verdict.application,
                method: head.method,
                target: &head.target,
                headers: asked.headers,
                websocket: head.websocket.then_some(asked.protocol.is_some()),
                peer,
                request_id,
                identity,
                credentials: credentials.as_ref(),
            };
            let answered = forward(&forwarding, &verdict.action, body, patience).await;
            account.answered(asked_at, answered.as_ref().ok().map(Reply::status));
            match answered {
                Ok(mut reply) => {
                    if verdict.stamp.owns_responses && matches!(verdict.action, Action::Forward(_))
                    {
                        verdict.stamp.write_on_response(reply.headers_mut());
                    }
                    reply
                }
                Err(failure) => {
                    account.failure = Some(failure);
                    failed(failure)
                }
            }
        }
    };
    account.record(worker, &verdict, &reply);
    reply
}

/// Refuses a request of which not even the head could be read: row 1.
pub(crate) fn refuse_unread(worker: &Worker, peer: &Peer, malformed: Malformed) -> Reply {
    let (gate, request_id) = (worker.gateway.gate(), worker.gateway.request_id());
    let account = Account::new(Instant::now(), &request_id, peer.ip, None);
    refuse(worker, &gate, account, &request_id, malformed)
}

fn refuse(
    worker: &Worker,
    gate: &Gate,
    account: Account<'_>,
    request_id: &str,
    malformed: Malformed,
) -> Reply {
    let verdict = gate.malformed(malformed);
    let response = worker.gateway.malformed(&verdict, request_id);
    let reply = Reply::stamped(response, &verdict.stamp, request_id);
    account.record(worker, &verdict, &reply);
    reply
}

impl<'a> Asked<'a> {
    pub(crate) fn line(&self, visit: &Visit<'_>) -> RequestLine<'a> {
        RequestLine {
            method: self.method,
            authority: self.target.authority,
            path: self.target.path,
            query: self.target.query,
            protocol: self.protocol,
            client: visit.client,
            public: visit.peer.public,
        }
    }

    /// The same, to be kept, with the target that was decided on.
    fn kept(&self, head: &Head<'_>) -> Option<Parts> {
        let mut uri = http::uri::Parts::default();
        uri.path_and_query = Some(head.target.path_and_query().clone());
        if let Some(authority) = self.target.authority {
            uri.scheme = Some(http::uri::Scheme::HTTP);
            uri.authority = Some(authority.parse().ok()?);
        }
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = http::Uri::from_parts(uri).ok()?;
        *request.headers_mut() = self.headers.clone();
        Some(request.into_parts().0)
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
async fn call_endpoint<S: BodySource>(
    worker: &Worker,
    gate: &Arc<Gate>,
    endpoint: AccessEndpoint,
    parts: Option<Parts>,
    visit: &Visit<'_>,
    body: &mut S,
    patience: &mut Patience,
) -> Result<Response<Bytes>, Failure> {
    let form = read_form(body, &worker.limits, patience).await?;
    let request = EndpointRequest {
        parts: parts.ok_or(Failure::BodyBroken)?,
        form,
        client: visit.client,
        public: visit.peer.public,
        request_id: visit.request_id.to_owned(),
    };
    Ok(worker.gateway.endpoint(Arc::clone(gate), endpoint, request).await)
}
