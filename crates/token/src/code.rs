//! `code`: what the login host tells `authorized`, encrypted.
//!
//! AES-256-GCM over a plaintext of one length, so that neither the URL nor its length says whether the visitor is signed
//! in. A code answers one statement ([`crate::meta`]) for one application, once.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce};
use aws_lc_rs::digest::{Context, SHA256};

use crate::SealKey;
use crate::octets::{self, Octets};

#[cfg(test)]
mod tests;

/// How long a code is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 30;

/// The longest session id that a code can carry, in bytes.
pub const MAX_SID: usize = 64;

/// Characters of any code.
pub const LENGTH: usize = (NONCE_LEN + PLAINTEXT + TAG) * 4 / 3 + 1;

const PLAINTEXT: usize = 16 + 1 + 1 + MAX_SID + 32 + 32 + 8;
const TAG: usize = 16;
const PURPOSE: &[u8] = b"crossgate code v1";

const DENIED: u8 = 0;
const PERMITTED: u8 = 1;

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Names the code, so that it counts once.
    pub id: [u8; 16],
    /// What the login host decided.
    pub outcome: Outcome,
    /// [`aud_hash`] of the application.
    pub aud_hash: [u8; 32],
    /// [`meta_hash`] of the statement that it answers.
    pub meta_hash: [u8; 32],
    /// Unix seconds; no longer valid from then on.
    pub expires_at: i64,
}

/// What the login host decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not signed in, or not allowed; the number says why.
    Denied(u8),
    /// Signed in and allowed.
    Permitted {
        /// The sign-in, at most [`MAX_SID`] bytes.
        sid: String,
    },
}

/// Why a code does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Genuine, but its time is over.
    #[error("the code has expired")]
    Expired,
    /// Not sealed by this installation, or altered.
    #[error("the code is not genuine")]
    Forged,
    /// Not of the form of a code at all.
    #[error("the code cannot be read")]
    Malformed,
}

/// Seals a code: [`LENGTH`] characters of base64url, whatever it says. The random `nonce` is used for this code only.
///
/// A session id that is too long to carry is no permission: such a code says `Denied(u8::MAX)`.
#[must_use]
#[expect(clippy::expect_used, reason = "AES-GCM refuses only plaintexts of gigabytes")]
pub fn seal(key: &SealKey, nonce: [u8; NONCE_LEN], code: &Code) -> String {
    let (kind, detail, sid) = match &code.outcome {
        Outcome::Permitted { sid } if sid.len() <= MAX_SID => {
            (PERMITTED, sid.len(), sid.as_bytes())
        }
        Outcome::Permitted { .. } => (DENIED, usize::from(u8::MAX), &[][..]),
        Outcome::Denied(reason) => (DENIED, usize::from(*reason), &[][..]),
    };
    let mut bytes = Vec::with_capacity(PLAINTEXT + TAG);
    bytes.extend(code.id);
    bytes.push(kind);
    bytes.push(u8::try_from(detail).unwrap_or(u8::MAX));
    bytes.extend(sid);
    bytes.resize(bytes.len() + MAX_SID - sid.len(), 0);
    bytes.extend(code.aud_hash);
    bytes.extend(code.meta_hash);
    bytes.extend(code.expires_at.to_be_bytes());
    key.key()
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(PURPOSE),
            &mut bytes,
        )
        .expect("a short plaintext");
    octets::to_text(&[&nonce[..], &bytes].concat())
}

/// Opens a code that is valid at `now`.
///
/// # Errors
/// [`CodeError`].
pub fn open(key: &SealKey, code: &str, now: i64) -> Result<Code, CodeError> {
    if code.len() != LENGTH {
        return Err(CodeError::Malformed);
    }
    let mut bytes = octets::from_text(code).ok_or(CodeError::Malformed)?;
    let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>().ok_or(CodeError::Malformed)?;
    let said = key
        .key()
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(PURPOSE), sealed)
        .map_err(|_| CodeError::Forged)?;
    let code = read(said).ok_or(CodeError::Malformed)?;
    if now >= code.expires_at { Err(CodeError::Expired) } else { Ok(code) }
}

/// What a code says of the application that it is for.
#[must_use]
pub fn aud_hash(aud: &str) -> [u8; 32] {
    labelled_hash(b"aud ", aud)
}

/// What a code says of the statement that it answers.
#[must_use]
pub fn meta_hash(token: &str) -> [u8; 32] {
    labelled_hash(b"meta", token)
}

fn read(said: &[u8]) -> Option<Code> {
    let mut said = Octets(said);
    let id = said.array()?;
    let kind = said.byte()?;
    let detail = said.byte()?;
    let room = said.bytes(MAX_SID)?;
    let outcome = match kind {
        DENIED => Outcome::Denied(detail),
        PERMITTED => {
            let sid = std::str::from_utf8(room.get(..usize::from(detail))?).ok()?;
            Outcome::Permitted { sid: sid.to_owned() }
        }
        _ => return None,
    };
    let code = Code {
        id,
        outcome,
        aud_hash: said.array()?,
        meta_hash: said.array()?,
        expires_at: said.time()?,
    };
    said.end()?;
    Some(code)
}

fn labelled_hash(label: &[u8; 4], text: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(label);
    context.update(text.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}
