//! `/cdn-cgi/access/ticket` on a page's own host: what opens another application to the page, once.

use bytes::Bytes;
use crossgate_gate::EndpointRefusal;
use crossgate_login::ticket::{TICKETS_PER_SIGN_IN, TICKETS_WINDOW_SECONDS, TicketRefusal, Wanted};
use crossgate_login::{Ways, admission, locations};
use crossgate_session::Identity;
use crossgate_token::ticket;
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::answer::{challenge, problem_with_ways};
use crate::endpoint::{Asked, EndpointError};
use crate::page::private;
use crate::{Web, problem, random, words};

const CF_ACCESS_TOKEN: HeaderName = HeaderName::from_static("cf-access-token");

impl Web {
    pub(crate) async fn ticket(&self, asked: &Asked<'_>) -> Result<Response<Bytes>, EndpointError> {
        let wanted = match Wanted::read(asked.gate, asked.head, asked.form) {
            Ok(wanted) => wanted,
            Err(refusal) => return Ok(refused(asked, refusal, None)),
        };
        let Some(identity) = self.page_session(asked).await? else {
            return Ok(refused(asked, TicketRefusal::SessionAbsent, Some(&wanted)));
        };
        if admission(wanted.application, &identity.email, asked.head.client).is_none() {
            return Ok(refused(asked, TicketRefusal::NotAllowed, None));
        }
        let (store, limit) = (self.sessions().store(), TICKETS_PER_SIGN_IN);
        let bucket = format!("ticket:{}", identity.sid);
        if !store.count(&bucket, asked.now, TICKETS_WINDOW_SECONDS, limit).await?.within {
            return Ok(refused(asked, TicketRefusal::TooMany, None));
        }
        let key = self.sessions().master().ticket();
        let sealed =
            wanted.ticket(&identity.sid, key, random::bytes()?, random::bytes()?, asked.now);
        Ok(given(asked, &wanted, &sealed))
    }

    /// Who is signed in on the page's own host, by cookie, and still admitted by the application that they are signed in
    /// to: a session that has lost its own application opens no other.
    async fn page_session(&self, asked: &Asked<'_>) -> Result<Option<Identity>, EndpointError> {
        let mut headers = asked.head.headers.clone();
        headers.remove(CF_ACCESS_TOKEN);
        let identity = self.person_of(asked, &headers).await?;
        Ok(identity.filter(|identity| {
            let application = asked.gate.application_by_aud(&identity.aud);
            application.is_some_and(|application| {
                admission(application, &identity.email, asked.head.client).is_some()
            })
        }))
    }
}

fn given(asked: &Asked<'_>, wanted: &Wanted<'_>, sealed: &str) -> Response<Bytes> {
    let origin = asked.gate.snapshot().public.origin(&wanted.host);
    let body = json!({
        "ticket": sealed,
        "expires_in": ticket::LIFETIME_SECONDS,
        "exchange": format!("{origin}/cdn-cgi/access/exchange"),
        "status": locations::status(asked.gate, &wanted.host, &wanted.path),
        "ways": problem::written(&ways(asked, wanted)),
    });
    let mut response = Response::new(Bytes::from(body.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    private(response.headers_mut());
    response
}

/// A refusal. Where somebody could help by signing in, and the application is known to list the page, it says how.
fn refused(
    asked: &Asked<'_>,
    refusal: TicketRefusal,
    wanted: Option<&Wanted<'_>>,
) -> Response<Bytes> {
    let absent = refusal == TicketRefusal::SessionAbsent;
    let login_url =
        absent.then(|| locations::application_link(asked.gate, asked.head.target.host(), "/"));
    refuse(asked, refusal, login_url.as_deref(), wanted.map(|wanted| ways(asked, wanted)).as_ref())
}

/// A refusal of this endpoint or of the other one.
pub(crate) fn refuse(
    asked: &Asked<'_>,
    refusal: TicketRefusal,
    login_url: Option<&str>,
    ways: Option<&Ways>,
) -> Response<Bytes> {
    let (status, code) = (refusal.status(), refusal.code());
    let words = words::of_ticket(refusal);
    let mut response = problem_with_ways(status, words, code, asked.request_id, login_url, ways);
    response.extensions_mut().insert(EndpointRefusal(code));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge(login_url));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let seconds = HeaderValue::from(TICKETS_WINDOW_SECONDS);
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}

fn ways(asked: &Asked<'_>, wanted: &Wanted<'_>) -> Ways {
    let Wanted { application, host, path, page } = wanted;
    Ways::of(asked.gate, application, host, path, page, asked.head.client)
}
