//! `/cdn-cgi/access/status`: whether a page's calls would find a session, as JSON.
//!
//! A page that has opened a window to sign in asks here until it may go on: windows of another origin may be cut off from
//! the page that opened them.

use bytes::Bytes;
use crossgate_cors::{OriginHeader, SecFetchSite};
use crossgate_gate::{ReturnPath, trusts_by_name};
use crossgate_login::Fields;
use crossgate_login::ticket::TicketRefusal;
use crossgate_model::Application;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::endpoint::{Asked, EndpointError};
use crate::page::private;
use crate::problem::Problem;
use crate::{Web, words};

impl Web {
    pub(crate) async fn status(&self, asked: &Asked<'_>) -> Result<Response<Bytes>, EndpointError> {
        let query = Fields::read(asked.head.target.query().unwrap_or_default().as_bytes());
        let path = query.one("path").and_then(|path| ReturnPath::parse(path).ok());
        let path = path.unwrap_or_else(ReturnPath::root);
        let application = asked.gate.application(asked.head.target.host(), path.path());
        let Some(application) = application.filter(|application| may_ask(asked, application))
        else {
            return Ok(not_told(asked));
        };
        if application.settings.cookies.path != "/" {
            // Its cookie does not come here.
            return Ok(told(None, false));
        }
        let visitor = self.visitor(asked, application).await?;
        let allowed = visitor.as_ref().is_some_and(|visitor| visitor.admitted);
        Ok(told(Some(visitor.is_some()), allowed))
    }
}

/// Pages that the application trusts by name, its own, and whoever is no other site's page.
fn may_ask(asked: &Asked<'_>, application: &Application) -> bool {
    let head = asked.head;
    match &head.origin {
        OriginHeader::One(origin) => head.origin_is_own() || trusts_by_name(application, origin),
        OriginHeader::Absent => match head.fetch.site {
            None | Some(SecFetchSite::SameOrigin | SecFetchSite::None) => true,
            Some(_) => false,
        },
        OriginHeader::Invalid => false,
    }
}

/// `None` where it cannot be known here.
fn told(signed_in: Option<bool>, allowed: bool) -> Response<Bytes> {
    let body = json!({ "signed_in": signed_in, "allowed": allowed });
    let mut response = Response::new(Bytes::from(body.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    private(response.headers_mut());
    response
}

/// The same whether or not there is an application or a session.
fn not_told(asked: &Asked<'_>) -> Response<Bytes> {
    let refusal = TicketRefusal::NotTrusted;
    Problem {
        status: StatusCode::FORBIDDEN,
        code: refusal.code(),
        detail: words::of_ticket(refusal).what,
        request_id: Some(asked.request_id),
        login_url: None,
        ways: None,
    }
    .response()
}
