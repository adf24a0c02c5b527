//! Secrets at rest: AES-256-GCM where a key is given, bound to their place so that none can be moved.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::{StoreError, StoreErrorKind};

/// A key that encrypts the secrets of a store. Never printed.
#[derive(Clone)]
pub struct EncryptionKey(Zeroizing<[u8; 32]>);

impl EncryptionKey {
    /// Takes 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// How secrets are written and read: as they are, or encrypted.
#[derive(Clone)]
pub(crate) struct Vault(Option<EncryptionKey>);

impl Vault {
    pub(crate) const fn new(key: Option<EncryptionKey>) -> Self {
        Self(key)
    }

    pub(crate) const fn encrypts(&self) -> bool {
        self.0.is_some()
    }

    /// A secret as it is written at `place` (table and row).
    pub(crate) fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let Some(key) = &self.0 else { return Ok(secret.to_vec()) };
        let failed = |_| {
            StoreError::new(
                "encrypting a secret",
                StoreErrorKind::WrongKey("the key cannot encrypt"),
            )
        };
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(failed)?;
        let mut sealed = nonce.to_vec();
        let mut text = secret.to_vec();
        let aad = Aad::from(place.as_bytes());
        cipher(key)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text)
            .map_err(failed)?;
        sealed.append(&mut text);
        Ok(sealed)
    }

    /// The secret that was written at `place`.
    pub(crate) fn open(
        &self,
        place: &str,
        written: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let Some(key) = &self.0 else { return Ok(Zeroizing::new(written.to_vec())) };
        let failed = || StoreError::new("decrypting a secret", StoreErrorKind::WrongKey(WRONG));
        let (nonce, text) = written.split_at_checked(NONCE_LEN).ok_or_else(failed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| failed())?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = cipher(key)?
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut text)
            .map_err(|_| failed())?
            .len();
        text.truncate(length);
        Ok(text)
    }
}

pub(crate) const WRONG: &str =
    "the encryption key is not the one that this database was encrypted with";

fn cipher(key: &EncryptionKey) -> Result<LessSafeKey, StoreError> {
    UnboundKey::new(&AES_256_GCM, key.0.as_slice()).map(LessSafeKey::new).map_err(|_| {
        StoreError::new("reading the encryption key", StoreErrorKind::WrongKey("it needs 32 bytes"))
    })
}
