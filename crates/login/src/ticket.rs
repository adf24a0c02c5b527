//! The ticket exchange: a page that is signed in on its own host opens a session at another application that lists it.
//!
//! The page's own host gives the ticket ([`Wanted`]), the application's host takes it ([`Exchange`]). Neither step needs a
//! redirect or a cookie of another site. What they check about the request and the config is here; the session, the
//! policies and the single use are for the caller.

mod refusal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crossgate_cors::{Origin, OriginHeader, RequestOrigin, SecFetchMode, SecFetchSite, same_site};
use crossgate_gate::{Gate, Head, Target, trusts_by_name};
use crossgate_model::{Application, Host, SameSite};
use crossgate_token::SealKey;
use crossgate_token::ticket::{self, Ticket, TicketError};
use http::uri::Authority;

pub use refusal::TicketRefusal;

/// Tickets of one sign-in in a window: a page that opens with many neighbours, many times over.
pub const TICKETS_PER_SIGN_IN: u32 = 60;
/// The window of [`TICKETS_PER_SIGN_IN`], in seconds.
pub const TICKETS_WINDOW_SECONDS: i64 = 60;

/// The longest URL that a ticket is asked for, in bytes.
const MAX_URL: usize = 4096;

/// What a page wants a ticket for. Said by the config alone: nobody has looked for a session yet.
#[derive(Debug)]
pub struct Wanted<'g> {
    /// The application to be opened.
    pub application: &'g Arc<Application>,
    /// Its host.
    pub host: Host,
    /// The path of the URL that the page named.
    pub path: String,
    /// The page's origin.
    pub page: Origin,
}

/// A ticket that counts, if it was not used before.
#[derive(Debug)]
pub struct Exchange<'g> {
    /// The application to be opened.
    pub application: &'g Arc<Application>,
    /// The sign-in that the session will stem from.
    pub sid: String,
    /// The ticket's id: it counts once.
    pub id: [u8; 16],
    /// When the ticket ends, in Unix seconds.
    pub ends: i64,
    /// The page is of another site: its cookies are kept apart for that site.
    pub cross_site: bool,
}

impl<'g> Wanted<'g> {
    /// Reads `POST /cdn-cgi/access/ticket`: a fetch by a page of the same origin, whose body is the URL that it wants to
    /// call.
    ///
    /// # Errors
    /// Whatever can be said without knowing who asks.
    pub fn read(gate: &'g Gate, head: &Head<'_>, body: &[u8]) -> Result<Self, TicketRefusal> {
        let own_site = head.fetch.site.is_none_or(|site| site == SecFetchSite::SameOrigin);
        let page = match &head.origin {
            OriginHeader::One(RequestOrigin::Tuple(origin)) if head.origin_is_own() && own_site => {
                origin.clone()
            }
            _ => return Err(TicketRefusal::NotSameOrigin),
        };
        if !is_fetch(head) {
            return Err(TicketRefusal::NotAFetch);
        }
        let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= MAX_URL);
        let url = text
            .and_then(|text| url::Url::parse(text.trim()).ok())
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .ok_or(TicketRefusal::Unreadable)?;
        let (host, path) = place(&url).ok_or(TicketRefusal::Unreadable)?;
        let ours = [head.public, gate.snapshot().public]
            .iter()
            .any(|public| public.origin(&host) == url.origin().ascii_serialization());
        let application = gate
            .application(&host, &path)
            .filter(|_| ours)
            .ok_or(TicketRefusal::UnknownApplication)?;
        if !trusts_by_name(application, &RequestOrigin::Tuple(page.clone())) {
            return Err(TicketRefusal::NotTrusted);
        }
        if is_cross_site(&url.origin().ascii_serialization(), &page)
            && application.settings.cookies.same_site != SameSite::None
        {
            return Err(TicketRefusal::SameSiteCookie);
        }
        Ok(Self { application, host, path, page })
    }

    /// The ticket for the sign-in `sid`. `id` names it, so that it counts once; `nonce` is for sealing. Both are random.
    #[must_use]
    pub fn ticket(
        &self,
        sid: &str,
        key: &SealKey,
        id: [u8; 16],
        nonce: [u8; 12],
        now: i64,
    ) -> String {
        let ticket = Ticket {
            id,
            sid: sid.to_owned(),
            aud: self.application.aud.clone(),
            bound: ticket::bound_to(self.page.as_str(), self.host.as_str()),
            expires_at: now.saturating_add(ticket::LIFETIME_SECONDS),
        };
        ticket::seal(key, nonce, &ticket)
    }
}

impl<'g> Exchange<'g> {
    /// Reads `POST /cdn-cgi/access/exchange`: a fetch by the page that the ticket was given to, whose body is the ticket.
    ///
    /// # Errors
    /// Whatever can be said without the store.
    pub fn read(
        gate: &'g Gate,
        head: &Head<'_>,
        body: &[u8],
        key: &SealKey,
        now: i64,
    ) -> Result<Self, TicketRefusal> {
        let host = head.target.host();
        let OriginHeader::One(page) = &head.origin else { return Err(TicketRefusal::NotTrusted) };
        let listed =
            gate.applications_on(host).any(|application| trusts_by_name(application, page));
        let Some(origin) = page.tuple().filter(|_| listed) else {
            return Err(TicketRefusal::NotTrusted);
        };
        if !is_fetch(head) {
            return Err(TicketRefusal::NotAFetch);
        }
        let ticket = ticket::open(key, body, now).map_err(|error| match error {
            TicketError::Expired => TicketRefusal::Expired,
            TicketError::Forged => TicketRefusal::Invalid,
        })?;
        let application = gate
            .applications_on(host)
            .find(|application| application.aud == ticket.aud)
            .filter(|_| ticket.is_for(origin.as_str(), host.as_str()))
            .ok_or(TicketRefusal::Invalid)?;
        if !trusts_by_name(application, page) {
            return Err(TicketRefusal::NotTrusted);
        }
        let cross_site = is_cross_site(&head.public.origin(host), origin);
        if cross_site && application.settings.cookies.same_site != SameSite::None {
            return Err(TicketRefusal::SameSiteCookie);
        }
        Ok(Self {
            application,
            sid: ticket.sid,
            id: ticket.id,
            ends: ticket.expires_at,
            cross_site,
        })
    }
}

/// A script's fetch, and not a form: those navigate.
fn is_fetch(head: &Head<'_>) -> bool {
    match head.fetch.mode {
        Some(mode) => matches!(mode, SecFetchMode::Cors | SecFetchMode::SameOrigin),
        None => true,
    }
}

/// Host and path of a URL, in the one reading that requests get.
fn place(url: &url::Url) -> Option<(Host, String)> {
    let authority: Authority = url.host_str()?.parse().ok()?;
    let target =
        Target::read(Some(authority.as_str()), std::iter::empty(), url.path(), None).ok()?;
    Some((target.host().clone(), target.path().to_owned()))
}

fn is_cross_site(own: &str, page: &Origin) -> bool {
    match Origin::parse(own.as_bytes()) {
        Ok(RequestOrigin::Tuple(own)) => !same_site(&own, page),
        Ok(RequestOrigin::Null) | Err(_) => true,
    }
}
