//! `/cdn-cgi/access/popup`: a window that signs in and closes. `/cdn-cgi/access/return`: from a sign-in to the page that
//! asked for it.

use bytes::Bytes;
use crossgate_cors::{Origin, RequestOrigin};
use crossgate_gate::{LoginRedirect, Reason, ReturnPath};
use crossgate_login::{Fields, Kind, locations};
use http::{Response, StatusCode};

use crate::answer::redirect_to;
use crate::authorized::not_offered;
use crate::endpoint::{Asked, EndpointError};
use crate::page::{ContinuePage, Forms};
use crate::scripted::closing;
use crate::{Web, random, words};

impl Web {
    pub(crate) async fn popup(&self, asked: &Asked<'_>) -> Result<Response<Bytes>, EndpointError> {
        let query = Fields::read(asked.head.target.query().unwrap_or_default().as_bytes());
        let path = wanted_path(&query);
        let application = asked.gate.application(asked.head.target.host(), path.path());
        let Some(application) = application.filter(|_| Kind::of(asked.head) == Kind::TopLevel)
        else {
            return Ok(not_offered());
        };
        let visitor = self.visitor(asked, application).await?;
        let admitted = visitor.as_ref().is_some_and(|visitor| visitor.admitted);
        let been_there = query.has("done");
        // A cookie below a path does not come here: that the visitor came back is all there is to know.
        let unseen = been_there && application.settings.cookies.path != "/";
        if admitted || unseen {
            let email = visitor.as_ref().map(|visitor| visitor.email.as_str());
            return Ok(closing(&self.brand(), &application.settings.name, email));
        }
        if been_there {
            let (status, code, words) = match visitor {
                Some(_) => {
                    let reason = Reason::NotAllowed;
                    (StatusCode::FORBIDDEN, reason.code(), words::of_reason(reason))
                }
                None => {
                    (StatusCode::BAD_REQUEST, "cookie-not-returned", words::COOKIE_NOT_RETURNED)
                }
            };
            return Ok(self.message(status, words, code, asked.request_id, None, None));
        }
        let back = [("path", path.as_str()), ("done", "1")];
        let return_path = ReturnPath::to_endpoint("popup", &back);
        let redirect = LoginRedirect { application, return_path, fetch: None };
        let fresh = random::bytes::<32>()?;
        let mut random = |bytes: &mut [u8]| {
            for (byte, fresh) in bytes.iter_mut().zip(fresh) {
                *byte = fresh;
            }
        };
        Ok(self.start(asked.gate, asked.head, &redirect, false, asked.now, &mut random))
    }
}

impl Web {
    /// On to the start page of an origin that the application lists, else to the application itself.
    pub(crate) fn return_to_page(&self, asked: &Asked<'_>) -> Response<Bytes> {
        let (gate, host) = (asked.gate, asked.head.target.host());
        let query = Fields::read(asked.head.target.query().unwrap_or_default().as_bytes());
        let path = wanted_path(&query);
        let origin = query.one("origin").and_then(|text| Origin::parse(text.as_bytes()).ok());
        let page = origin.as_ref().and_then(RequestOrigin::tuple).and_then(|origin| {
            let page = locations::listed_page(gate, host, &path, origin)?;
            Some((origin.scheme() == gate.snapshot().public.scheme.as_str(), page))
        });
        match page {
            Some((true, page)) => redirect_to(StatusCode::FOUND, &page),
            // Redirects that follow a form of the login page stay on its scheme: see `Forms`.
            Some((false, page)) => {
                let template =
                    ContinuePage { brand: &self.brand(), application: &page, href: &page };
                crate::page::page(StatusCode::OK, &template, Forms::None)
            }
            None => {
                redirect_to(StatusCode::FOUND, &locations::original(gate.snapshot(), host, &path))
            }
        }
    }
}

fn wanted_path(query: &Fields) -> ReturnPath {
    let path = query.one("path").and_then(|path| ReturnPath::parse(path).ok());
    path.unwrap_or_else(ReturnPath::root)
}
