//! The endpoints below `/cdn-cgi/access/`.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use crossgate_gate::{AccessEndpoint, EndpointRequest, Gate, Head, RequestLine};
use crossgate_session::SessionError;
use crossgate_store::StoreError;
use http::header::REFERRER_POLICY;
use http::{HeaderValue, Response, StatusCode};

use crate::random::NoRandomness;
use crate::{Web, client, words};

/// Why an endpoint cannot answer as it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndpointError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl EndpointError {
    const fn answer(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Store(_) | Self::Session(SessionError::Store(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "store-unavailable")
            }
            Self::Session(_) | Self::Randomness(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "endpoint-failed")
            }
        }
    }
}

/// A request to an endpoint and what it is answered with.
pub(crate) struct Asked<'a> {
    pub(crate) gate: &'a Gate,
    pub(crate) head: &'a Head<'a>,
    pub(crate) form: &'a Bytes,
    pub(crate) request_id: &'a str,
    pub(crate) now: i64,
}

impl Web {
    /// Answers a request to an endpoint.
    pub async fn endpoint(
        &self,
        gate: Arc<Gate>,
        endpoint: AccessEndpoint,
        request: EndpointRequest,
        now: i64,
    ) -> Response<Bytes> {
        let EndpointRequest { parts, form, client, public, request_id, .. } = &request;
        let line = RequestLine {
            method: &parts.method,
            authority: parts.uri.authority().map(http::uri::Authority::as_str),
            path: parts.uri.path(),
            query: parts.uri.query(),
            protocol: None,
            client: *client,
            public: *public,
        };
        let Ok(head) = Head::read(&line, &parts.headers) else {
            return self.failure(false, StatusCode::BAD_REQUEST, "unreadable-target", request_id);
        };
        let asked = Asked { gate: &gate, head: &head, form, request_id, now };
        if let Some(refused) = self.throttled(&asked, &endpoint) {
            return refused;
        }
        let answered = match &endpoint {
            AccessEndpoint::Authorized => self.authorized(&asked).await,
            AccessEndpoint::Callback => Ok(self.callback(&asked)),
            AccessEndpoint::Certs => Ok(self.certs()),
            AccessEndpoint::ClientScript => Ok(client::script(&head)),
            AccessEndpoint::ClientTypes => Ok(client::types(&head)),
            AccessEndpoint::Exchange => self.exchange(&asked).await,
            AccessEndpoint::Frame => self.frame(&asked).await,
            AccessEndpoint::GetIdentity => self.identity(&asked).await,
            AccessEndpoint::Login { host } => self.login(&asked, host.as_deref()).await,
            AccessEndpoint::Logout => self.logout(&asked).await,
            AccessEndpoint::Popup => self.popup(&asked).await,
            AccessEndpoint::Return => Ok(self.return_to_page(&asked)),
            AccessEndpoint::Status => self.status(&asked).await,
            AccessEndpoint::Ticket => self.ticket(&asked).await,
        };
        answered.unwrap_or_else(|error| {
            let (status, code) = error.answer();
            tracing::error!(code, request_id, %error, "an endpoint could not answer");
            self.failure(head.is_navigation(), status, code, request_id)
        })
    }

    /// No identity provider sends anybody back here yet.
    fn callback(&self, asked: &Asked<'_>) -> Response<Bytes> {
        let words = words::Words {
            title: "Nobody was expected here",
            what: "Identity providers send people back to this address, and no sign-in is waiting for one.",
            todo: "Open the application again to start a new sign-in.",
        };
        self.message(
            StatusCode::BAD_REQUEST,
            words,
            "callback-unexpected",
            asked.request_id,
            None,
            None,
        )
    }
}

/// Codes in the URL go no further than here.
pub(crate) fn hide_url(response: &mut Response<Bytes>) {
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
