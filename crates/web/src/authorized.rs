//! `/cdn-cgi/access/authorized` on an application's host: the result of a sign-in comes back.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use crossgate_cors::Origin;
use crossgate_gate::{LoginRedirect, Reason, ReturnPath, ServeOriginal, Stamp};
use crossgate_login::{Arrival, LeaveKeys, Mismatch, Redemption, admission, lifetime, locations};
use crossgate_model::SameSite;
use crossgate_session::SessionError;
use http::header::{SET_COOKIE, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::answer::{challenge, problem, redirect_to};
use crate::endpoint::{Asked, EndpointError, hide_url};
use crate::page::{ContinuePage, Forms, Link, page};
use crate::problem::Problem;
use crate::{Web, cookies, random, words};

impl Web {
    pub(crate) async fn authorized(
        &self,
        asked: &Asked<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let master = self.sessions().master();
        let keys = LeaveKeys { meta: master.meta(), code: master.code() };
        let mut response = match Arrival::read(asked.gate, asked.head, keys, asked.now) {
            Arrival::NotOffered => not_offered(),
            Arrival::FetchRefused { return_path, page, .. } => {
                refused_fetch(asked, &return_path, page.as_ref())
            }
            Arrival::FrameRefused { return_path } => frame_goes_on(asked, &return_path),
            Arrival::Permitted(redemption) => self.redeem(asked, redemption).await?,
            Arrival::Mismatch(mismatch) => self.mismatch(asked, mismatch).await?,
        };
        hide_url(&mut response);
        Ok(response)
    }

    /// Uses the code up, then opens the application to the sign-in that it stands for.
    async fn redeem(
        &self,
        asked: &Asked<'_>,
        redemption: Redemption<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let store = self.sessions().store();
        let fresh = store.consume(redemption.code_id, redemption.code_ends).await?;
        let session = if fresh { store.session(&redemption.sid).await? } else { None };
        let session = session
            .filter(|session| session.revoked_at.is_none() && session.expires_at > asked.now);
        let application = redemption.application;
        let admitted = session.and_then(|session| {
            let admission = admission(application, &session.email, asked.head.client)?;
            Some(lifetime(application, admission, session.expires_at, asked.now))
        });
        let opened = match admitted {
            Some(lifetime) => {
                match self
                    .sessions()
                    .open_application(application, &redemption.sid, lifetime, asked.now)
                    .await
                {
                    Ok(opened) => Some(opened),
                    Err(SessionError::Ended) => None,
                    Err(error) => return Err(error.into()),
                }
            }
            None => None,
        };
        let Some(opened) = opened else {
            if redemption.fetch {
                let page = redemption.page.as_ref();
                return Ok(refused_fetch(asked, &redemption.return_path, page));
            }
            if redemption.frame {
                return Ok(frame_goes_on(asked, &redemption.return_path));
            }
            let Redemption { return_path, again, .. } = redemption;
            return self
                .mismatch(asked, Mismatch { application: Some(application), return_path, again })
                .await;
        };
        let snapshot = asked.gate.snapshot();
        let original =
            locations::original(snapshot, asked.head.target.host(), &redemption.return_path);
        let strict = application.settings.cookies.same_site == SameSite::Strict;
        let mut response = if let Some(initiator) = &redemption.serve_for {
            let return_path = redemption.return_path.clone();
            let mut response = Response::new(Bytes::new());
            let original = ServeOriginal { return_path, initiator: initiator.clone() };
            response.extensions_mut().insert(original);
            response
        } else if strict && !redemption.fetch && !redemption.frame {
            let name = &application.settings.name;
            let template =
                ContinuePage { brand: &self.brand(), application: name, href: &original };
            page(StatusCode::OK, &template, Forms::None)
        } else {
            redirect_to(StatusCode::FOUND, &original)
        };
        for cookie in cookies::opened(application, &opened, false, asked.now) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        if redemption.fetch {
            for_null(&mut response);
        }
        Ok(response)
    }

    /// A navigation that does not fit goes to the original URL if the visitor is signed in there, else starts over, once.
    async fn mismatch(
        &self,
        asked: &Asked<'_>,
        mismatch: Mismatch<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        let (head, snapshot) = (asked.head, asked.gate.snapshot());
        let Some(application) = mismatch.application else {
            return Ok(self.lost(
                asked,
                StatusCode::NOT_FOUND,
                "unknown-application",
                words::UNKNOWN_APPLICATION,
                None,
            ));
        };
        let credentials = self.sessions().credentials(application, head.headers, asked.now).await?;
        if credentials.evidence().cookie.person().is_some() {
            let original = locations::original(snapshot, head.target.host(), &mismatch.return_path);
            return Ok(redirect_to(StatusCode::FOUND, &original));
        }
        if mismatch.again {
            let link = locations::sign_in_link(snapshot, head.target.host(), &mismatch.return_path);
            let words = words::COOKIE_NOT_RETURNED;
            return Ok(self.lost(
                asked,
                StatusCode::BAD_REQUEST,
                "cookie-not-returned",
                words,
                Some(&link),
            ));
        }
        let redirect =
            LoginRedirect { application, return_path: mismatch.return_path, fetch: None };
        let fresh = random::bytes::<32>()?;
        let mut random = |bytes: &mut [u8]| {
            for (byte, fresh) in bytes.iter_mut().zip(fresh) {
                *byte = fresh;
            }
        };
        Ok(self.start(asked.gate, head, &redirect, true, asked.now, &mut random))
    }

    fn lost(
        &self,
        asked: &Asked<'_>,
        status: StatusCode,
        code: &str,
        words: words::Words,
        link: Option<&str>,
    ) -> Response<Bytes> {
        let link = link.map(|href| Link { href, text: "Sign in again" });
        self.message(status, words, code, asked.request_id, None, link)
    }
}

/// The constant answer to whatever is neither a top-level navigation nor a bound fetch.
pub(crate) fn not_offered() -> Response<Bytes> {
    let words = words::NOT_OFFERED;
    let status = StatusCode::FORBIDDEN;
    Problem {
        status,
        code: "sign-in-not-offered",
        detail: words.what,
        request_id: None,
        login_url: None,
        ways: None,
    }
    .response()
}

/// To where a hidden frame ends, with or without a session.
fn frame_goes_on(asked: &Asked<'_>, return_path: &ReturnPath) -> Response<Bytes> {
    let host = asked.head.target.host();
    redirect_to(StatusCode::FOUND, &locations::original(asked.gate.snapshot(), host, return_path))
}

/// Row 18's 401, for the page that started the fetch and whose origin has become `null` on the way.
fn refused_fetch(
    asked: &Asked<'_>,
    return_path: &ReturnPath,
    page: Option<&Origin>,
) -> Response<Bytes> {
    let host = asked.head.target.host();
    let login_url = locations::page_link(asked.gate, host, return_path.path(), page);
    let reason = Reason::SessionAbsent;
    let words = words::of_reason(reason);
    let mut response =
        problem(StatusCode::UNAUTHORIZED, words, reason.code(), asked.request_id, Some(&login_url));
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge(Some(&login_url)));
    for_null(&mut response);
    response
}

/// Lets the bound initiator, now `null`, read the answer.
pub(crate) fn for_null(response: &mut Response<Bytes>) {
    Stamp::for_bound_null().write(response.headers_mut());
}
