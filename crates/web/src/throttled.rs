//! Steps of a sign-in that come too often.

use bytes::Bytes;
use crossgate_gate::{AccessEndpoint, EndpointRefusal};
use crossgate_login::throttle::TooMany;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Response, StatusCode};

use crate::Web;
use crate::endpoint::Asked;

impl Web {
    /// Counts a step, and answers in its place if there were too many. What only reads, and signing out, is not counted.
    pub(crate) fn throttled(
        &self,
        asked: &Asked<'_>,
        endpoint: &AccessEndpoint,
    ) -> Option<Response<Bytes>> {
        match endpoint {
            AccessEndpoint::Authorized
            | AccessEndpoint::Callback
            | AccessEndpoint::Exchange
            | AccessEndpoint::Frame
            | AccessEndpoint::Login { .. }
            | AccessEndpoint::Popup
            | AccessEndpoint::Return
            | AccessEndpoint::Ticket => {}
            AccessEndpoint::Certs
            | AccessEndpoint::ClientScript
            | AccessEndpoint::ClientTypes
            | AccessEndpoint::GetIdentity
            | AccessEndpoint::Logout
            | AccessEndpoint::Status => return None,
        }
        let TooMany(seconds) = self.step_of_sign_in(asked.head.client, asked.now).err()?;
        let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "too-many-sign-ins");
        let answer = self.failure(asked.head.is_navigation(), status, code, asked.request_id);
        Some(refused(answer, code, seconds.into()))
    }
}

/// An answer that says when to come again, and under what it is recorded.
pub(crate) fn refused(
    mut answer: Response<Bytes>,
    code: &'static str,
    seconds: i64,
) -> Response<Bytes> {
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    answer.extensions_mut().insert(EndpointRefusal(code));
    answer
}
