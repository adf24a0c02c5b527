//! `/cdn-cgi/access/login/HOST` on the login host: the sign-in page and its forms.

#[cfg(test)]
mod tests;

mod form;
mod one_time_pin;

use bytes::Bytes;
use crossgate_login::one_time_pin::{Complaint, Flow};
use crossgate_login::{Decision, Entry, EntryError, LeaveKeys, SignedIn, Visit};
use crossgate_token::code::Outcome;
use http::header::SET_COOKIE;
use http::{HeaderValue, Method, Response, StatusCode};
use url::form_urlencoded::Serializer;

use crate::answer::redirect_to;
use crate::authorized::{for_null, not_offered};
use crate::endpoint::{Asked, EndpointError};
use crate::page::{AddressPage, CodePage, Forms, Link, NotAllowedPage, page};
use crate::{Web, random, words};
use form::Browser;

impl Web {
    pub(crate) async fn login(
        &self,
        asked: &Asked<'_>,
        host: Option<&str>,
    ) -> Result<Response<Bytes>, EndpointError> {
        if *asked.head.method == Method::POST {
            return self.login_form(asked, host.unwrap_or_default()).await;
        }
        let key = self.sessions().master().meta();
        let entry = match Entry::read(
            asked.gate,
            asked.head,
            host.unwrap_or_default(),
            None,
            key,
            asked.now,
        ) {
            Ok(entry) => entry,
            Err(error) => return Ok(self.no_entry(asked, &error)),
        };
        let session = self.sessions().team_session(asked.head.headers, asked.now).await?;
        let person =
            session.as_ref().map(|session| SignedIn { email: &session.email, sid: &session.sid });
        let visit = entry.visit();
        match entry.decide(person, asked.head.client) {
            Decision::Ask => self.ask_address(asked, visit, &Browser::of(asked)?, "", None),
            Decision::NotAllowed => {
                let email = person.map_or("", |person| person.email);
                Ok(self.not_allowed(asked, visit, email))
            }
            Decision::Leave(outcome) => {
                let location = self.way_back(asked, visit, outcome)?;
                let mut response = redirect_to(StatusCode::FOUND, &location);
                if let Entry::Fetch(_) = entry {
                    for_null(&mut response);
                }
                Ok(response)
            }
        }
    }

    /// The answer to an arrival that leads to no sign-in.
    fn no_entry(&self, asked: &Asked<'_>, error: &EntryError) -> Response<Bytes> {
        let (status, code, words) = match error {
            EntryError::NotOffered => return not_offered(),
            EntryError::Expired { start } => return redirect_to(StatusCode::FOUND, start),
            EntryError::UnknownApplication => {
                (StatusCode::NOT_FOUND, "unknown-application", words::UNKNOWN_APPLICATION)
            }
            EntryError::Invalid => {
                (StatusCode::BAD_REQUEST, "link-incomplete", words::LINK_INCOMPLETE)
            }
        };
        self.message(status, words, code, asked.request_id, None, None)
    }

    fn way_back(
        &self,
        asked: &Asked<'_>,
        visit: &Visit<'_>,
        outcome: Outcome,
    ) -> Result<String, EndpointError> {
        let master = self.sessions().master();
        let keys = LeaveKeys { meta: master.meta(), code: master.code() };
        Ok(visit.leave(asked.gate, outcome, keys, random::bytes()?, random::bytes()?, asked.now))
    }

    fn ask_address(
        &self,
        asked: &Asked<'_>,
        visit: &Visit<'_>,
        browser: &Browser,
        email: &str,
        complaint: Option<Complaint>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let status = status_of(complaint);
        let template = AddressPage {
            brand: &self.brand(),
            application: &visit.application.settings.name,
            host: visit.host.as_str(),
            action: &own_url(visit, None),
            csrf: &browser.csrf_token(self.sessions().master()),
            meta: &visit.typing_state(self.sessions().master().meta(), asked.now),
            email,
            complaint: complaint.map(one_time_pin::in_words),
        };
        Ok(with_cookie(page(status, &template, onwards(asked)), browser, asked.now))
    }

    fn ask_code(
        &self,
        asked: &Asked<'_>,
        visit: &Visit<'_>,
        browser: &Browser,
        flow: &Flow,
        complaint: Option<Complaint>,
    ) -> Response<Bytes> {
        let status = status_of(complaint);
        let state = visit.typing_state(self.sessions().master().meta(), asked.now);
        let template = CodePage {
            brand: &self.brand(),
            application: &visit.application.settings.name,
            action: &own_url(visit, None),
            another: &own_url(visit, Some(&state)),
            csrf: &browser.csrf_token(self.sessions().master()),
            meta: &state,
            flow: &flow.nonce,
            email: flow.email.as_str(),
            complaint: complaint.map(one_time_pin::in_words),
        };
        with_cookie(page(status, &template, onwards(asked)), browser, asked.now)
    }

    fn not_allowed(&self, asked: &Asked<'_>, visit: &Visit<'_>, email: &str) -> Response<Bytes> {
        let state = visit.typing_state(self.sessions().master().meta(), asked.now);
        let settings = &visit.application.settings;
        let template = NotAllowedPage {
            brand: &self.brand(),
            application: &settings.name,
            email,
            message: settings.custom_deny_message.as_deref(),
            another: &own_url(visit, Some(&state)),
            request_id: asked.request_id,
        };
        page(StatusCode::FORBIDDEN, &template, Forms::None)
    }

    fn form_outdated(&self, asked: &Asked<'_>, start: &str) -> Response<Bytes> {
        let link = Some(Link { href: start, text: "Start again" });
        self.message(
            StatusCode::FORBIDDEN,
            words::FORM_OUTDATED,
            "form-outdated",
            asked.request_id,
            None,
            link,
        )
    }
}

/// The page's own address: for its forms, which carry the state themselves, or, with state, for a link that asks for
/// another address.
fn own_url(visit: &Visit<'_>, another: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    query
        .append_pair("kid", &visit.application.aud)
        .append_pair("redirect_url", visit.return_path.as_str());
    if visit.again {
        query.append_pair("again", "1");
    }
    if let Some(state) = another {
        query.append_pair("meta", state).append_pair("another", "1");
    }
    format!("/cdn-cgi/access/login/{}?{}", visit.host, query.finish())
}

fn onwards(asked: &Asked<'_>) -> Forms {
    Forms::OwnAndOnwards(asked.gate.snapshot().public.scheme.as_str())
}

const fn status_of(complaint: Option<Complaint>) -> StatusCode {
    match complaint {
        None => StatusCode::OK,
        Some(Complaint::TooOften) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Lets the browser keep the value that its forms are bound to.
fn with_cookie(mut response: Response<Bytes>, browser: &Browser, now: i64) -> Response<Bytes> {
    set(&mut response, browser.fresh_cookie(now));
    response
}

fn set(response: &mut Response<Bytes>, cookie: Option<HeaderValue>) {
    response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
}
