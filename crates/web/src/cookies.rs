//! Every cookie that the pages set: names, scopes, lifetimes. All are Secure and host-only.
//! Partitioned are only those that a page of another site got with a ticket: browsers that keep third-party cookies apart
//! keep no others for it.

use crossgate_gate::{Gate, Head};
use crossgate_login::AppSession;
use crossgate_model::{Application, SameSite};
use crossgate_session::{ApplicationTokens, TeamSession};
use crossgate_token::cookie::{self, SetCookie};
use crossgate_token::device;
use http::HeaderValue;

/// How long a browser keeps what ties its sign-ins at an application's host to it, in seconds.
const APP_SESSION_SECONDS: i64 = 24 * 60 * 60;

/// How long a browser keeps what its forms on the login host are bound to, in seconds.
const BROWSER_SECONDS: i64 = 4 * 60 * 60;

/// `__Host-CF_AppSession`. Fetches from other sites start sign-ins, too, so it goes with every request.
pub(crate) fn app_session(session: &AppSession, now: i64) -> Option<HeaderValue> {
    let cookie = SetCookie::new(cookie::APP_SESSION, session.as_str());
    written(&until(cookie, now, APP_SESSION_SECONDS).same_site(cookie::SameSite::None))
}

/// `__Host-CF_Session`: only the login host's own pages need it.
pub(crate) fn browser(value: &str, now: i64) -> Option<HeaderValue> {
    written(&until(SetCookie::new(cookie::SESSION, value), now, BROWSER_SECONDS))
}

/// `__Host-CF_Device`: only the login host's own forms look at it.
pub(crate) fn device(value: &str, now: i64) -> Option<HeaderValue> {
    let cookie = until(SetCookie::new(cookie::DEVICE, value), now, device::LIFETIME_SECONDS);
    written(&cookie.same_site(cookie::SameSite::Strict))
}

/// The value of `Set-Cookie` for the login host's `CF_Authorization`; nothing where the token is no cookie's value. `now` is in unix
/// seconds.
#[must_use]
pub fn team(session: &TeamSession, same_site: SameSite, now: i64) -> Option<HeaderValue> {
    let cookie = SetCookie::new(cookie::AUTHORIZATION, &session.token);
    written(&cookie.same_site(attribute(same_site)).until(session.expires_at, now))
}

/// An application's token and, where it binds its token, the binding cookie. `partitioned` keeps both for the site of the
/// page that asked.
pub(crate) fn opened(
    application: &Application,
    tokens: &ApplicationTokens,
    partitioned: bool,
    now: i64,
) -> impl Iterator<Item = HeaderValue> {
    let settings = &application.settings.cookies;
    let same_site = attribute(settings.same_site);
    let name = format!("{}{}", cookie::AUTHORIZATION, application.cookie_suffix);
    let token =
        SetCookie::new(&name, &tokens.token).path(&settings.path).http_only(settings.http_only);
    let token = token.same_site(same_site).partitioned(partitioned);
    let token = written(&token.until(tokens.expires_at, now));
    let binding = tokens.binding.as_deref().and_then(|value| {
        let name = format!("{}{}", cookie::BINDING, application.cookie_suffix);
        let binding = SetCookie::new(&name, value).same_site(same_site).partitioned(partitioned);
        written(&binding.until(tokens.expires_at, now))
    });
    token.into_iter().chain(binding)
}

/// Makes the browser forget the gateway's cookies on this host: those that it sent, by name, on `/` and, for tokens, on
/// the paths that applications scope theirs to. What it did on this device stays known.
pub(crate) fn expired(gate: &Gate, head: &Head<'_>) -> Vec<HeaderValue> {
    let mut names: Vec<&str> = cookie::cookies(head.headers)
        .filter(|(name, _)| cookie::is_gateway_cookie(name) && *name != cookie::DEVICE.as_bytes())
        .filter_map(|(name, _)| std::str::from_utf8(name).ok())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut expired = Vec::new();
    for name in names {
        expired.extend(written(&SetCookie::expired(name)));
        if name.starts_with(cookie::AUTHORIZATION) {
            for application in &gate.snapshot().applications {
                let settings = &application.settings;
                let scoped = settings.cookies.path != "/"
                    && name.strip_prefix(cookie::AUTHORIZATION) == Some(&application.cookie_suffix)
                    && settings
                        .domains
                        .iter()
                        .any(|domain| domain.host.matches(head.target.host().as_str()));
                if scoped {
                    expired.extend(written(&SetCookie::expired(name).path(&settings.cookies.path)));
                }
            }
        }
    }
    expired
}

fn until(cookie: SetCookie<'_>, now: i64, seconds: i64) -> SetCookie<'_> {
    cookie.until(now.saturating_add(seconds), now)
}

/// The header's value. Our names and values are well formed; a path that no cookie can have gives a cookie that is not set.
fn written(cookie: &SetCookie<'_>) -> Option<HeaderValue> {
    cookie.header_value().ok()
}

const fn attribute(same_site: SameSite) -> cookie::SameSite {
    match same_site {
        SameSite::Lax => cookie::SameSite::Lax,
        SameSite::None => cookie::SameSite::None,
        SameSite::Strict => cookie::SameSite::Strict,
    }
}
