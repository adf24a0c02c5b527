//! `ticket`: lets a page that is signed in at one application open a session at another, once.
//!
//! It goes from the page's own host to the page and from there to the other application's host, in bodies and never in a
//! URL. It is encrypted, so that the page learns nothing of the sign-in, and bound to the page's origin, to the
//! application and to its host.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use aws_lc_rs::digest::{Context, SHA256};
use subtle::ConstantTimeEq as _;

use crate::SealKey;
use crate::octets::{self, Octets};

#[cfg(test)]
mod tests;

/// How long a ticket is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 30;

/// The longest ticket that is read, in characters.
pub const MAX_LENGTH: usize = 512;

const PURPOSE: &[u8] = b"crossgate ticket v1";

/// What a ticket says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Names the ticket, so that it counts once.
    pub id: [u8; 16],
    /// The sign-in that the session is to stem from.
    pub sid: String,
    /// The audience tag of the application that it opens.
    pub aud: String,
    /// [`bound_to`] the page's origin and the application's host.
    pub bound: [u8; 32],
    /// Unix seconds; no longer valid from then on.
    pub expires_at: i64,
}

/// Why a ticket does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Genuine, but its time is over.
    #[error("the ticket has expired")]
    Expired,
    /// Not sealed by this installation, altered, or not a ticket at all.
    #[error("the ticket is not genuine")]
    Forged,
}

impl Ticket {
    /// Whether it was made for a page of this origin (serialised) and an application on this host. Compared in constant
    /// time.
    #[must_use]
    pub fn is_for(&self, origin: &str, host: &str) -> bool {
        self.bound.ct_eq(&bound_to(origin, host)).into()
    }
}

/// What a ticket says of the page's origin and of the application's host.
#[must_use]
pub fn bound_to(origin: &str, host: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in [origin, host] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Seals a ticket as base64url. The random `nonce` is used for this ticket only.
#[must_use]
#[expect(clippy::expect_used, reason = "AES-GCM refuses only plaintexts of gigabytes")]
pub fn seal(key: &SealKey, nonce: [u8; NONCE_LEN], ticket: &Ticket) -> String {
    let mut bytes = Vec::new();
    bytes.extend(ticket.id);
    bytes.extend(ticket.bound);
    bytes.extend(ticket.expires_at.to_be_bytes());
    octets::put_text(&mut bytes, &ticket.sid);
    octets::put_text(&mut bytes, &ticket.aud);
    key.key()
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(PURPOSE),
            &mut bytes,
        )
        .expect("a short plaintext");
    octets::to_text(&[&nonce[..], &bytes].concat())
}

/// Opens a ticket that is valid at `now`.
///
/// # Errors
/// [`TicketError`]. Expiry is told only of genuine tickets.
pub fn open(key: &SealKey, ticket: &[u8], now: i64) -> Result<Ticket, TicketError> {
    if ticket.len() > MAX_LENGTH {
        return Err(TicketError::Forged);
    }
    let mut bytes = octets::from_text(ticket).ok_or(TicketError::Forged)?;
    let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>().ok_or(TicketError::Forged)?;
    let said = key
        .key()
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(PURPOSE), sealed)
        .map_err(|_| TicketError::Forged)?;
    let ticket = read(said).ok_or(TicketError::Forged)?;
    if now >= ticket.expires_at { Err(TicketError::Expired) } else { Ok(ticket) }
}

fn read(said: &[u8]) -> Option<Ticket> {
    let mut said = Octets(said);
    let (id, bound, expires_at) = (said.array()?, said.array()?, said.time()?);
    let (sid, aud) = (said.text()?.to_owned(), said.text()?.to_owned());
    said.end()?;
    Some(Ticket { id, sid, aud, bound, expires_at })
}
