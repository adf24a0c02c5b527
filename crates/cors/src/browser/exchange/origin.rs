//! Which origin a request says (Fetch, "append a request `Origin` header").

use http::Method;

use super::super::{Browser, Destination, Engine, Mode, origin_of, redirect};
use super::{Exchange, Tainting};
use crate::{Origin, RequestOrigin};

impl Exchange {
    /// Fetch, "serializing a request origin".
    pub(super) fn serialised_origin(&self) -> RequestOrigin {
        if redirect::is_tainted(&self.initiator, &self.urls) {
            RequestOrigin::Null
        } else {
            self.initiator.clone()
        }
    }

    pub(super) fn origin_of_preflight(&self, engine: Engine) -> RequestOrigin {
        if engine.preflight_forgets_redirect_taint() {
            self.initiator.clone()
        } else {
            self.serialised_origin()
        }
    }

    /// Fetch, "append a request `Origin` header", with the default referrer policy.
    pub(super) fn origin_header(&self, browser: &Browser) -> Option<RequestOrigin> {
        if self.tainting == Tainting::Cors {
            return Some(self.serialised_origin());
        }
        let is_element =
            self.request.mode == Mode::Cors && self.request.destination != Destination::Empty;
        let said_anyhow = (is_element && browser.engine.elements_say_origin_at_home())
            || (self.has_credentials() && self.access(browser).may_be_granted_storage_access());
        if matches!(self.request.method, Method::GET | Method::HEAD) && !said_anyhow {
            return None;
        }
        if browser.engine.any_redirect_taints_without_cors()
            && redirect::crosses_origins(&self.urls)
        {
            return Some(RequestOrigin::Null);
        }
        let target = origin_of(self.url());
        let forgiven = target.tuple().is_some_and(Origin::is_secure)
            && !browser.engine.hides_origin_from_plain_loopback();
        let downgrade = |origin: &Origin| {
            origin.scheme() == "https" && self.url().scheme() == "http" && !forgiven
        };
        if self.request.mode != Mode::Cors && self.initiator.tuple().is_some_and(downgrade) {
            return Some(RequestOrigin::Null);
        }
        Some(self.serialised_origin())
    }
}
