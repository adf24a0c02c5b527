//! How a sign-in starts: the signed state that travels with it.

use crossgate_gate::LoginRedirect;
use crossgate_model::{Host, Snapshot};
use crossgate_token::MacKey;
use crossgate_token::meta::{self, FETCH_SECONDS, Meta, NAVIGATION_SECONDS};

use crate::{AppSession, locations, site};

/// Starts a sign-in for somebody on `host`, bound to the browser that holds `session`. Returns the URL of the login host's
/// page. `again` marks a sign-in that is started over; `now` is in Unix seconds.
#[must_use]
pub fn start(
    snapshot: &Snapshot,
    host: &Host,
    redirect: &LoginRedirect<'_>,
    session: &AppSession,
    key: &MacKey,
    again: bool,
    now: i64,
) -> String {
    let lifetime = if redirect.fetch.is_some() { FETCH_SECONDS } else { NAVIGATION_SECONDS };
    let fetch = redirect.fetch.as_ref();
    let state = Meta {
        aud: redirect.application.aud.clone(),
        host: host.as_str().to_owned(),
        path: redirect.return_path.as_str().to_owned(),
        initiator: fetch
            .and_then(|fetch| fetch.origin.as_ref())
            .map(|origin| origin.as_str().to_owned()),
        site: fetch
            .and_then(|fetch| fetch.site)
            .and_then(|site| site::recorded(site, snapshot.public.scheme)),
        appsession_hash: session.hash(),
        issued_at: now,
        expires_at: now.saturating_add(lifetime),
        fetch: fetch.is_some(),
    };
    let token = meta::seal(key, &state);
    locations::login_page(
        snapshot,
        host,
        redirect.application,
        &redirect.return_path,
        &token,
        again,
    )
}
