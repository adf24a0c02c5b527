//! The ways in which a page can get a session at an application that has answered 401.

use std::net::IpAddr;
use std::sync::Arc;

use crossgate_cors::{Origin, RequestOrigin, same_site};
use crossgate_gate::{Gate, ReturnPath, trusts_by_name};
use crossgate_model::{Application, Host};

use crate::locations;

#[cfg(test)]
mod tests;

/// URLs of the endpoints that can help. Only for pages that the application trusts by name, and its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// On the page's own host: gives a ticket for the application.
    pub ticket: Option<String>,
    /// On the application's host: takes the ticket.
    pub exchange: Option<String>,
    /// A hidden frame that signs in without asking, if the visitor is known to the login host. The page adds a `nonce`.
    pub frame: Option<String>,
    /// A window that signs in and closes.
    pub popup: Option<String>,
    /// Whether frame or popup have led to a session.
    pub status: Option<String>,
}

impl Ways {
    /// The ways that a page of origin `page` has to a session at `application`, which covers `path` of `host`, for a
    /// visitor from the address `client`.
    ///
    /// Frame and popup are those of the application itself where the page is of its site. Where it is not, a session that
    /// they began there would not be the page's: then they are those of the page's own host, and the ticket does the rest.
    #[must_use]
    pub fn of(
        gate: &Gate,
        application: &Arc<Application>,
        host: &Host,
        path: &str,
        page: &Origin,
        client: IpAddr,
    ) -> Self {
        let own = is_own(gate, host, page);
        if !own && !trusts_by_name(application, &RequestOrigin::Tuple(page.clone())) {
            return Self::default();
        }
        let pages_host = Host::parse(page.host()).ok().filter(|host| is_own(gate, host, page));
        let pages_host = pages_host.filter(|host| gate.applications_on(host).next().is_some());
        let at_page = pages_host
            .as_ref()
            .filter(|_| !own)
            .and_then(|host| {
                Some(Place { application: gate.application(host, "/")?, host, path: "/" })
            })
            .filter(|place| place.signs_in(client));
        let at_application = Place { application, host, path };
        let near = match (at_page, is_near(gate, host, page)) {
            (Some(place), false) => place,
            (None, _) | (Some(_), true) => at_application,
        };
        let near = Some(near).filter(|place| place.signs_in(client));
        let tickets = pages_host.as_ref().filter(|_| !own);
        let endpoint = |host: &Host, name: &str| {
            format!("{}/cdn-cgi/access/{name}", gate.snapshot().public.origin(host))
        };
        Self {
            ticket: tickets.map(|host| endpoint(host, "ticket")),
            exchange: tickets.map(|_| endpoint(at_application.host, "exchange")),
            frame: near.as_ref().filter(|place| place.frames(gate, page)).map(|place| {
                let origin = page.as_str();
                place.endpoint(gate, "frame", &[("origin", origin)])
            }),
            popup: near.as_ref().map(|place| place.endpoint(gate, "popup", &[])),
            status: near.as_ref().map(|place| place.endpoint(gate, "status", &[])),
        }
    }
}

/// An application where somebody may sign in.
#[derive(Clone, Copy)]
struct Place<'a> {
    application: &'a Arc<Application>,
    host: &'a Host,
    path: &'a str,
}

impl Place<'_> {
    /// Whether somebody could sign in, and the gateway's own paths would see the cookie.
    fn signs_in(&self, client: IpAddr) -> bool {
        let settings = &self.application.settings;
        settings.cookies.path == "/" && settings.policies.could_allow(client)
    }

    /// Whether the login host's cookies go along in a frame of the page.
    fn frames(&self, gate: &Gate, page: &Origin) -> bool {
        is_near(gate, self.host, page)
            && is_near(gate, &gate.snapshot().organization.auth_domain, page)
    }

    fn endpoint(&self, gate: &Gate, name: &str, more: &[(&str, &str)]) -> String {
        let top = locations::top_of_application(gate, self.host, self.path);
        let query = [&[("path", top.as_str())], more].concat();
        locations::original(gate.snapshot(), self.host, &ReturnPath::to_endpoint(name, &query))
    }
}

fn is_own(gate: &Gate, host: &Host, page: &Origin) -> bool {
    gate.snapshot().public.is_origin_of(host, page)
}

fn is_near(gate: &Gate, host: &Host, page: &Origin) -> bool {
    match Origin::parse(gate.snapshot().public.origin(host).as_bytes()) {
        Ok(RequestOrigin::Tuple(own)) => same_site(&own, page),
        Ok(RequestOrigin::Null) | Err(_) => false,
    }
}
