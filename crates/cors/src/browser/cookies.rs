//! Cookies (RFC 6265bis, "Storage Model" and "Retrieval Model"), with third-party rules and CHIPS.
//!
//! Own code, since the cookie crates model neither `SameSite` at sending nor partitions.

mod access;
mod attributes;
mod date;

use std::time::SystemTime;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::Site;

pub(super) use access::Access;
use attributes::Attributes;

/// Cookies of one domain; above it the oldest goes.
const MOST_OF_A_DOMAIN: usize = 180;
/// Cookies altogether.
const MOST: usize = 3_000;
/// Of name and value together.
const MOST_BYTES: usize = 4_096;

/// A cookie as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cookie {
    /// Its name; may be empty.
    pub name: Box<str>,
    /// Its value.
    pub value: Box<str>,
    /// The host, or with `host_only: false` the domain, that it goes to.
    pub domain: Box<str>,
    /// Whether it goes to exactly that host.
    pub host_only: bool,
    /// The path below which it is sent.
    pub path: Box<str>,
    /// Whether it is sent over secure connections only.
    pub secure: bool,
    /// Whether scripts cannot see it.
    pub http_only: bool,
    /// What `SameSite` says.
    pub same_site: SameSite,
    /// The jar it is in; nothing for the common one.
    pub partition: Option<Partition>,
    /// When it ends; nothing for a session cookie.
    pub expires: Option<SystemTime>,
}

/// A jar of its own for what is embedded in a site (CHIPS).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Partition {
    /// The site in the address bar.
    pub site: Site,
    /// Whether the page is in a frame of another site, or in a sandboxed one; in Chromium also whether
    /// the cookie's host is of another site than the address bar.
    pub cross_site_ancestor: bool,
}

/// The `SameSite` attribute.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SameSite {
    /// `Lax`
    Lax,
    /// `None`
    None,
    /// `Strict`
    Strict,
    /// Not there, or not known: each engine has a default.
    Unspecified,
}

/// All cookies of a profile, the oldest first. Bounded, as browsers' jars are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CookieJar {
    cookies: Vec<Cookie>,
}

impl CookieJar {
    /// Puts a cookie in, in place of one of the same name, domain, path and partition. For a
    /// driver that knows what a browser has; responses store theirs by themselves.
    pub fn insert(&mut self, cookie: Cookie) {
        self.cookies.retain(|old| !is_same(old, &cookie));
        let same_domain = |old: &&Cookie| old.domain == cookie.domain;
        if self.cookies.iter().filter(same_domain).count() >= MOST_OF_A_DOMAIN
            && let Some(oldest) = self.cookies.iter().position(|old| old.domain == cookie.domain)
        {
            self.cookies.remove(oldest);
        }
        if self.cookies.len() >= MOST {
            self.cookies.remove(0);
        }
        self.cookies.push(cookie);
    }

    /// The cookies, expired ones included, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Cookie> {
        self.cookies.iter()
    }

    /// The value of the `Cookie` header for a URL; nothing where no cookie goes there.
    pub(super) fn header(
        &self,
        url: &Url,
        access: &Access,
        now: SystemTime,
    ) -> Option<HeaderValue> {
        let mut sent: Vec<&Cookie> =
            self.cookies.iter().filter(|cookie| cookie.goes_to(url, access, now)).collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let mut line = String::new();
        for cookie in sent {
            if !line.is_empty() {
                line.push_str("; ");
            }
            if !cookie.name.is_empty() {
                line.push_str(&cookie.name);
                line.push('=');
            }
            line.push_str(&cookie.value);
        }
        if line.is_empty() { None } else { HeaderValue::try_from(line).ok() }
    }

    /// Stores what a response sets, as far as the rules let it.
    pub(super) fn store(
        &mut self,
        url: &Url,
        access: &Access,
        headers: &HeaderMap,
        now: SystemTime,
    ) {
        for line in headers.get_all(SET_COOKIE) {
            if let Some(cookie) = accept(line, url, access, now) {
                self.replace(cookie, url, now);
            }
        }
    }

    fn replace(&mut self, cookie: Cookie, url: &Url, now: SystemTime) {
        let shadows = |old: &Cookie| {
            old.secure && old.name == cookie.name && domains_overlap(&old.domain, &cookie.domain)
        };
        if !is_secure(url) && self.cookies.iter().any(shadows) {
            return;
        }
        if cookie.expires.is_some_and(|expires| expires <= now) {
            self.cookies.retain(|old| !is_same(old, &cookie));
        } else {
            self.insert(cookie);
        }
    }
}

impl Cookie {
    fn goes_to(&self, url: &Url, access: &Access, now: SystemTime) -> bool {
        let host = url.host_str().unwrap_or_default();
        let host_fits = if self.host_only {
            *host == *self.domain
        } else {
            attributes::domain_matches(host, &self.domain)
        };
        host_fits
            && path_matches(url.path(), &self.path)
            && (!self.secure || is_secure(url))
            && self.expires.is_none_or(|expires| expires > now)
            && access.reads_jar(self.partition.as_ref())
            && access.sends(self.same_site)
    }
}

/// RFC 6265bis, "Storage Model": the cookie that a line makes, if it may.
fn accept(line: &HeaderValue, url: &Url, access: &Access, now: SystemTime) -> Option<Cookie> {
    let text = String::from_utf8_lossy(line.as_bytes());
    let (pair, attributes) = text.split_once(';').unwrap_or((&text, ""));
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    let (name, value) = (name.trim_matches([' ', '\t']), value.trim_matches([' ', '\t']));
    if name.is_empty() && pair.contains('=') && !access.takes_empty_names() {
        return None;
    }
    let malformed = name.is_empty() && value.is_empty() || name.len() + value.len() > MOST_BYTES;
    if malformed || pair.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return None;
    }
    let attributes = Attributes::read(attributes, now);
    let (domain, host_only) = attributes.domain_for(url.host_str()?)?;
    let says_root = attributes.path.as_deref() == Some("/");
    let path = attributes.path.unwrap_or_else(|| default_path(url.path()));
    let (name_in_lower_case, secure) = (name.to_ascii_lowercase(), attributes.secure);
    let prefix_fits = if name_in_lower_case.starts_with("__host-") {
        let root = says_root || (*path == *"/" && access.takes_default_path_for_host_prefix());
        secure && host_only && !attributes.has_domain && root
    } else {
        !name_in_lower_case.starts_with("__secure-") || secure
    };
    let acceptable = prefix_fits
        && (!secure || is_secure(url))
        && (!attributes.partitioned || secure)
        && access.stores(attributes.same_site, secure);
    if !acceptable {
        return None;
    }
    Some(Cookie {
        partition: access.writes_jar(attributes.partitioned)?,
        name: name.into(),
        value: value.into(),
        domain,
        host_only,
        path,
        secure,
        http_only: attributes.http_only,
        same_site: attributes.same_site,
        expires: attributes.expires,
    })
}

fn is_same(one: &Cookie, other: &Cookie) -> bool {
    one.name == other.name
        && one.domain == other.domain
        && one.host_only == other.host_only
        && one.path == other.path
        && one.partition == other.partition
}

fn domains_overlap(one: &str, other: &str) -> bool {
    attributes::domain_matches(one, other) || attributes::domain_matches(other, one)
}

/// Secure connections, and plain ones to the computer itself, as browsers have it.
fn is_secure(url: &Url) -> bool {
    super::origin_of(url).tuple().is_some_and(crate::Origin::is_secure)
}

/// RFC 6265bis, "default-path".
fn default_path(path: &str) -> Box<str> {
    match path.rfind('/') {
        None | Some(0) => "/".into(),
        Some(end) => path.get(..end).unwrap_or("/").into(),
    }
}

/// RFC 6265bis, "path-match".
fn path_matches(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || cookie_path.ends_with('/') || rest.starts_with('/'))
}
