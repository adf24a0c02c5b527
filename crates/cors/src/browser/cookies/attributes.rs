//! The attributes of a `Set-Cookie` line (RFC 6265bis, "The Set-Cookie Header Field").

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{SameSite, date};

/// Longer values are ignored.
const MOST_BYTES: usize = 1_024;
/// No cookie lives longer.
const LONGEST_LIFE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What a line says beside name and value.
pub(super) struct Attributes {
    domain: Option<Box<str>>,
    pub(super) has_domain: bool,
    pub(super) path: Option<Box<str>>,
    pub(super) expires: Option<SystemTime>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) partitioned: bool,
    pub(super) same_site: SameSite,
}

impl Attributes {
    /// Reads `; name=value` pairs. Of several with one name the last counts; `Max-Age` goes before
    /// `Expires`.
    pub(super) fn read(text: &str, now: SystemTime) -> Self {
        let mut read = Self {
            domain: None,
            has_domain: false,
            path: None,
            expires: None,
            secure: false,
            http_only: false,
            partitioned: false,
            same_site: SameSite::Unspecified,
        };
        let (mut expires, mut max_age) = (None, None);
        for attribute in text.split(';') {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim_matches([' ', '\t']);
            if value.len() > MOST_BYTES {
                continue;
            }
            match name.trim_matches([' ', '\t']).to_ascii_lowercase().as_str() {
                "domain" => {
                    let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
                    read.has_domain = !domain.is_empty();
                    read.domain = Some(domain.into()).filter(|_| read.has_domain);
                }
                "path" => read.path = value.starts_with('/').then(|| value.into()),
                "expires" => expires = date::parse(value).or(expires),
                "max-age" => max_age = seconds(value).or(max_age),
                "secure" => read.secure = true,
                "httponly" => read.http_only = true,
                "partitioned" => read.partitioned = true,
                "samesite" => read.same_site = same_site(value),
                _ => {}
            }
        }
        let last = now.checked_add(LONGEST_LIFE).unwrap_or(now);
        let after = |life| now.checked_add(life).map_or(last, |end| end.min(last));
        read.expires = match max_age {
            Some(None) => Some(UNIX_EPOCH),
            Some(Some(life)) => Some(after(life)),
            None => expires.map(|end| end.min(last)),
        };
        read
    }

    /// The domain of a cookie that this host sets, and whether it is for that host alone; nothing
    /// where the host may not set it.
    pub(super) fn domain_for(&self, host: &str) -> Option<(Box<str>, bool)> {
        match self.domain.as_deref() {
            None => Some((host.into(), true)),
            Some(domain) if is_public_suffix(domain) => {
                (domain == host && domain != "localhost").then(|| (host.into(), true))
            }
            Some(domain) => domain_matches(host, domain)
                .then(|| (domain.into(), domain == host && is_address(host))),
        }
    }
}

/// RFC 6265bis, "domain-match".
pub(super) fn domain_matches(host: &str, domain: &str) -> bool {
    host == domain
        || (!is_address(host)
            && host.strip_suffix(domain).is_some_and(|labels| labels.ends_with('.')))
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn is_public_suffix(domain: &str) -> bool {
    !is_address(domain) && psl::suffix_str(domain).is_some_and(|suffix| suffix == domain)
}

/// `Some(None)` for an age of zero or less.
fn seconds(value: &str) -> Option<Option<Duration>> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let age = if digits.len() == value.len() { digits.parse().unwrap_or(u64::MAX) } else { 0 };
    Some((age > 0).then(|| Duration::from_secs(age)))
}

fn same_site(value: &str) -> SameSite {
    match value.to_ascii_lowercase().as_str() {
        "lax" => SameSite::Lax,
        "none" => SameSite::None,
        "strict" => SameSite::Strict,
        _ => SameSite::Unspecified,
    }
}
