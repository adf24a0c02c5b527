//! Who is judged.

use std::net::IpAddr;

/// Everything that a policy can ask about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The verified e-mail address of somebody who signed in.
    pub email: Option<&'a str>,
    /// The service token that the request authenticated with.
    pub service_token: Option<TokenIdentity<'a>>,
    /// The visitor's address; an IPv4-mapped IPv6 address counts as IPv4.
    pub ip: IpAddr,
}

/// An authenticated service token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenIdentity<'a> {
    /// Its id, a UUID.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}
