//! How often codes may be asked for and tried.
//!
//! Codes are short, so guesses are counted per address over all sign-ins in parallel, and mails so that nobody's mailbox is
//! flooded. The counters of an address are split: a browser that has signed in with it before has its own, so
//! that strangers cannot lock its owner out.

use std::net::IpAddr;

use crate::hash::short_hex;
use crate::throttle::network;

/// A counter and how far it may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The counter's name. Holds a hash in place of an address.
    pub bucket: String,
    /// How many within the window.
    pub limit: u32,
    /// The window, in seconds.
    pub window_seconds: i64,
}

/// Mails to one address in a window.
pub const MAILS_PER_ADDRESS: u32 = 10;
/// The window of [`MAILS_PER_ADDRESS`], in seconds.
pub const MAILS_WINDOW_SECONDS: i64 = 15 * 60;
/// Codes asked for from one network in a window: an office signs in behind one address in the morning.
pub const REQUESTS_PER_NETWORK: u32 = 200;
/// The window of [`REQUESTS_PER_NETWORK`], in seconds.
pub const REQUESTS_WINDOW_SECONDS: i64 = 60 * 60;
/// Codes asked for by all browsers in that window that are not known to have signed in before.
pub const REQUESTS_IN_ALL: u32 = 20_000;
/// Codes tried for one address in a window: with six digits, a guess in 50,000 windows.
pub const TRIES_PER_ADDRESS: u32 = 20;
/// Codes tried from one network in that window.
pub const TRIES_PER_NETWORK: u32 = 400;
/// Codes tried by all browsers in that window that are not known to have signed in before.
pub const TRIES_IN_ALL: u32 = 40_000;
/// The window of [`TRIES_PER_ADDRESS`], in seconds.
pub const TRIES_WINDOW_SECONDS: i64 = 60 * 60;

/// Counters of asking for a code. All are counted, whether or not a mail goes out.
///
/// `known` is the value of a device cookie that vouches for this browser having signed in with the address.
#[must_use]
pub fn asking(email: &str, client: IpAddr, known: Option<&[u8]>) -> Vec<Limit> {
    let mails = Limit {
        bucket: address_bucket("mail", email, known),
        limit: MAILS_PER_ADDRESS,
        window_seconds: MAILS_WINDOW_SECONDS,
    };
    let window_seconds = REQUESTS_WINDOW_SECONDS;
    let limit = |bucket, limit| Limit { bucket, limit, window_seconds };
    let of_network = limit(format!("asks:{:x}", network(client)), REQUESTS_PER_NETWORK);
    let of_all = known.is_none().then(|| limit("asks".to_owned(), REQUESTS_IN_ALL));
    [mails, of_network].into_iter().chain(of_all).collect()
}

/// Counters of trying a code.
#[must_use]
pub fn trying(email: &str, client: IpAddr, known: Option<&[u8]>) -> Vec<Limit> {
    let window_seconds = TRIES_WINDOW_SECONDS;
    let limit = |bucket, limit| Limit { bucket, limit, window_seconds };
    let of_address = limit(address_bucket("try", email, known), TRIES_PER_ADDRESS);
    let of_network = limit(format!("tries:{:x}", network(client)), TRIES_PER_NETWORK);
    let of_all = known.is_none().then(|| limit("tries".to_owned(), TRIES_IN_ALL));
    [of_address, of_network].into_iter().chain(of_all).collect()
}

fn address_bucket(what: &str, email: &str, known: Option<&[u8]>) -> String {
    let email = email.to_ascii_lowercase();
    match known {
        Some(device) => format!("{what}:{}", short_hex(&[b"known", email.as_bytes(), device])),
        None => format!("{what}:{}", short_hex(&[b"address", email.as_bytes()])),
    }
}

#[cfg(test)]
mod tests {
    use super::{asking, trying};

    const HOME: &str = "192.0.2.1";

    #[test]
    fn counters_are_shared_and_split_as_they_should() {
        let ask = |email: &str, client: &str, known: Option<&[u8]>| {
            let limits = asking(email, client.parse().unwrap(), known);
            (limits[0].bucket.clone(), limits[1].bucket.clone())
        };
        let first = ask("alice@acme.example", HOME, None);
        assert_eq!(
            first,
            ask("Alice@ACME.example", HOME, None),
            "case does not make another address"
        );
        assert_ne!(first.0, ask("bob@acme.example", HOME, None).0, "addresses have their own");
        assert_ne!(
            first.0,
            ask("alice@acme.example", HOME, Some(b"device")).0,
            "a known browser has its own"
        );
        assert_ne!(
            ask("alice@acme.example", HOME, Some(b"one")).0,
            ask("alice@acme.example", HOME, Some(b"two")).0,
            "each known browser has its own"
        );
        assert_eq!(first.1, ask("bob@acme.example", HOME, None).1, "a network shares one");
        assert_eq!(
            first.1,
            ask("bob@acme.example", "::ffff:192.0.2.1", None).1,
            "mapped is the same network"
        );
        assert_eq!(
            ask("a@b.example", "2001:db8::1", None).1,
            ask("a@b.example", "2001:db8::2:ffff", None).1,
            "a /64 is one party"
        );
        assert_ne!(
            ask("a@b.example", "2001:db8::1", None).1,
            ask("a@b.example", "2001:db8:0:1::1", None).1
        );
        assert_ne!(
            first.0,
            trying("alice@acme.example", HOME.parse().unwrap(), None)[0].bucket,
            "mails and tries are counted apart"
        );
    }

    #[test]
    fn no_address_stands_in_a_counters_name() {
        for limit in asking("alice@acme.example", HOME.parse().unwrap(), None) {
            assert!(!limit.bucket.contains("alice"), "{}", limit.bucket);
        }
    }

    #[test]
    fn all_strangers_share_a_counter_that_known_browsers_are_not_in() {
        let buckets = |limits: Vec<super::Limit>| {
            limits.into_iter().map(|limit| limit.bucket).collect::<Vec<_>>()
        };
        let (home, away) = (HOME.parse().unwrap(), "198.51.100.7".parse().unwrap());
        for ask in [asking, trying] {
            let one = buckets(ask("alice@acme.example", home, None));
            let other = buckets(ask("bob@acme.example", away, None));
            assert_eq!(one.iter().filter(|bucket| other.contains(bucket)).count(), 1);
            let known = buckets(ask("alice@acme.example", home, Some(b"device")));
            assert!(known.iter().all(|bucket| !other.contains(bucket)));
        }
    }
}
