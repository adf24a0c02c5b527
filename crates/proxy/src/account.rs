//! What is noted of a request, for the record.

use std::net::IpAddr;
use std::time::Duration;

use crossgate_cors::{Preflight, Refusal};
use crossgate_gate::{Action, EndpointRefusal, Head, Verdict};
use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::reply::Reply;
use crate::server::Worker;
use crate::{CorsOutcome, Failure, Record};

/// Notes on one request.
pub(crate) struct Account<'a> {
    started: Instant,
    request_id: &'a str,
    client: IpAddr,
    method: Option<&'a Method>,
    target: Option<(&'a str, &'a str)>,
    origin: Option<Origin<'a>>,
    pub(crate) identity: Option<&'a str>,
    upstream: Option<(Option<StatusCode>, Duration)>,
    ended: Option<Instant>,
    pub(crate) failure: Option<Failure>,
}

struct Origin<'a> {
    text: &'a str,
    preflight: bool,
    requested_method: Option<&'a str>,
}

impl<'a> Account<'a> {
    pub(crate) const fn new(
        started: Instant,
        request_id: &'a str,
        client: IpAddr,
        method: Option<&'a Method>,
    ) -> Self {
        Self {
            started,
            request_id,
            client,
            method,
            target: None,
            origin: None,
            identity: None,
            upstream: None,
            ended: None,
            failure: None,
        }
    }

    /// Notes what a readable request asks for.
    pub(crate) fn read(&mut self, head: &'a Head<'_>) {
        self.target = Some((head.target.host().as_str(), head.target.path()));
        let foreign = head.origin.one().filter(|_| !head.origin_is_own());
        self.origin = foreign.map(|origin| {
            let preflight = Preflight::recognise(head.method, &head.origin, head.headers);
            let method = preflight.as_ref().and_then(Preflight::requested_method);
            Origin {
                text: origin.as_str(),
                preflight: preflight.is_some(),
                requested_method: method,
            }
        });
    }

    /// Notes that the upstream, which was asked at `asked_at`, has answered just now, or failed to.
    pub(crate) fn answered(&mut self, asked_at: Instant, status: Option<StatusCode>) {
        let now = Instant::now();
        self.upstream = Some((status, now.saturating_duration_since(asked_at)));
        self.ended = Some(now);
    }

    /// Hands the record over.
    pub(crate) fn record(self, worker: &Worker, verdict: &Verdict<'_>, reply: &Reply) {
        let (host, path) = self.target.unzip();
        let ended = self.ended.unwrap_or_else(Instant::now);
        worker.gateway.record(Record {
            request_id: self.request_id,
            client: self.client,
            method: self.method,
            host,
            path,
            application: verdict.application.map(|application| application.settings.name.as_str()),
            row: verdict.row,
            reason: verdict.reason,
            failure: self.failure,
            endpoint_refusal: match reply {
                Reply::Own(response) => response.extensions().get::<EndpointRefusal>().copied(),
                Reply::Upstream { .. } | Reply::Tunnel { .. } => None,
            },
            policy: verdict.policy.map(|hit| (hit.policy, hit.rule)),
            identity: self.identity,
            cors: self.origin.as_ref().map(|origin| cors(origin, verdict)),
            status: reply.status(),
            upstream_status: self.upstream.and_then(|(status, _)| status),
            duration: ended.saturating_duration_since(self.started),
            upstream_duration: self.upstream.map(|(_, duration)| duration),
        });
    }
}

fn cors<'o>(origin: &Origin<'o>, verdict: &'o Verdict<'_>) -> CorsOutcome<'o> {
    let refusal = match &verdict.action {
        Action::ForwardPreflight { judgement: Some(Err(refusal)), .. }
        | Action::ExplainRefusal(refusal)
        | Action::RefusePreflight(Some(refusal)) => Some(refusal),
        _ => None,
    };
    let code = match &verdict.action {
        Action::RefusePreflight(None) => Some(verdict.reason.code()),
        _ => refusal.map(Refusal::code),
    };
    let allowed = match &verdict.action {
        Action::AnswerPreflight(_) | Action::ForwardPreflight { judgement: Some(Ok(())), .. } => {
            true
        }
        _ => code.is_none() && verdict.stamp.grant.is_some(),
    };
    let refused = match refusal {
        Some(Refusal::MethodNotAllowed(name) | Refusal::HeaderNotAllowed(name)) => {
            Some(name.as_str())
        }
        _ => None,
    };
    CorsOutcome {
        preflight: origin.preflight,
        origin: origin.text,
        allowed,
        refusal: code,
        requested_method: origin.requested_method,
        refused,
    }
}
