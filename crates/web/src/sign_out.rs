//! `/cdn-cgi/access/logout`, on every host.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use crossgate_login::{Fields, SignOut, locations, sign_out};
use http::header::{HeaderName, SET_COOKIE};
use http::{HeaderValue, Response, StatusCode};

use crate::answer::redirect_to;
use crate::endpoint::{Asked, EndpointError};
use crate::page::{Forms, SignOutPage, SignedOutPage, page};
use crate::{Web, cookies};

/// Cookies of one host can stem from several sign-ins, but not from many.
const MAX_SIGN_INS: usize = 8;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

impl Web {
    pub(crate) async fn logout(&self, asked: &Asked<'_>) -> Result<Response<Bytes>, EndpointError> {
        let query = Fields::read(asked.head.target.query().unwrap_or_default().as_bytes());
        let form = Fields::read(asked.form);
        let wanted = form.one("returnTo").or_else(|| query.one("returnTo"));
        let return_to = wanted.and_then(|text| locations::return_to(asked.gate, text));
        if sign_out(asked.head) == SignOut::Ask {
            let template = SignOutPage { brand: &self.brand(), return_to: return_to.as_deref() };
            return Ok(page(
                StatusCode::OK,
                &template,
                Forms::OwnAndOnwards(asked.gate.snapshot().public.scheme.as_str()),
            ));
        }
        self.end_session(asked).await?;
        let mut response = match &return_to {
            Some(location) => redirect_to(StatusCode::SEE_OTHER, location),
            None => page(StatusCode::OK, &SignedOutPage { brand: &self.brand() }, Forms::None),
        };
        for cookie in cookies::expired(asked.gate, asked.head) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        // Not "cookies": that would clear the whole registrable domain, sibling hosts included.
        response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
        Ok(response)
    }

    /// Ends the sign-ins behind the cookies of this host, everywhere. On disk before the answer says so.
    async fn end_session(&self, asked: &Asked<'_>) -> Result<(), EndpointError> {
        for _ in 0..MAX_SIGN_INS {
            let Some(identity) = self.person(asked).await? else { break };
            self.sessions().sign_out(&identity.sid, asked.now).await?;
        }
        Ok(())
    }
}
