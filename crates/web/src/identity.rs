//! `/cdn-cgi/access/get-identity`: who is signed in, as JSON.

use bytes::Bytes;
use crossgate_gate::{Reason, ReturnPath};
use crossgate_login::{admission, locations};
use crossgate_model::Application;
use crossgate_session::Identity;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::answer::{challenge, problem};
use crate::endpoint::{Asked, EndpointError};
use crate::page::private;
use crate::{Web, words};

impl Web {
    pub(crate) async fn identity(
        &self,
        asked: &Asked<'_>,
    ) -> Result<Response<Bytes>, EndpointError> {
        Ok(match self.person(asked).await? {
            Some(identity) => told(&identity),
            None => nobody(asked),
        })
    }

    /// Whom the cookies or the token of a request to one of our hosts lead to: on the login host by the sign-in's token,
    /// elsewhere by the tokens of the applications there.
    pub(crate) async fn person(
        &self,
        asked: &Asked<'_>,
    ) -> Result<Option<Identity>, EndpointError> {
        self.person_of(asked, asked.head.headers).await
    }

    /// The same for other headers than the request's.
    pub(crate) async fn person_of(
        &self,
        asked: &Asked<'_>,
        headers: &HeaderMap,
    ) -> Result<Option<Identity>, EndpointError> {
        let (gate, host) = (asked.gate, asked.head.target.host());
        let snapshot = gate.snapshot();
        let issuer = snapshot.public.origin(&snapshot.organization.auth_domain);
        let on_login_host = *host == snapshot.organization.auth_domain;
        let audiences = |aud: &str| {
            let application = gate.application_by_aud(aud).filter(|_| !on_login_host);
            (on_login_host && aud == issuer)
                || application.is_some_and(|application| {
                    application
                        .settings
                        .domains
                        .iter()
                        .any(|domain| domain.host.matches(host.as_str()))
                })
        };
        Ok(self.sessions().identity_of(headers, audiences, asked.now).await?)
    }
}

/// Somebody whose cookies lead to a session at an application.
pub(crate) struct Visitor {
    pub(crate) user_id: String,
    pub(crate) email: String,
    /// A policy of the application admits them, from where they are.
    pub(crate) admitted: bool,
}

impl Web {
    /// Whom the application's own cookies lead to: as the data path sees it.
    pub(crate) async fn visitor(
        &self,
        asked: &Asked<'_>,
        application: &Application,
    ) -> Result<Option<Visitor>, EndpointError> {
        let headers = asked.head.headers;
        let credentials = self.sessions().credentials(application, headers, asked.now).await?;
        let person = credentials.evidence().cookie.person();
        Ok(person.map(|person| Visitor {
            user_id: person.user_id.to_owned(),
            email: person.email.to_owned(),
            admitted: admission(application, person.email, asked.head.client).is_some(),
        }))
    }
}

fn told(identity: &Identity) -> Response<Bytes> {
    let members = json!({
        "id": identity.user_id,
        "email": identity.email,
        "idp": { "id": identity.idp_id, "type": "onetimepin" },
        "geo": { "country": identity.country },
        "user_uuid": identity.user_id,
        "iat": identity.signed_in_at,
        "exp": identity.expires_at,
        "ip": identity.ip,
    });
    let mut response = Response::new(Bytes::from(members.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    private(response.headers_mut());
    response
}

fn nobody(asked: &Asked<'_>) -> Response<Bytes> {
    let (snapshot, host) = (asked.gate.snapshot(), asked.head.target.host());
    let on_login_host = *host == snapshot.organization.auth_domain;
    let login_url =
        (!on_login_host).then(|| locations::sign_in_link(snapshot, host, &ReturnPath::root()));
    let reason = Reason::SessionAbsent;
    let words = words::Words {
        what: "No valid session came with this request.",
        todo: "Sign in first.",
        ..words::of_reason(reason)
    };
    let status = StatusCode::UNAUTHORIZED;
    let mut response =
        problem(status, words, reason.code(), asked.request_id, login_url.as_deref());
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge(login_url.as_deref()));
    response
}
