//! The master key and the keys derived from it, one for each purpose.
//!
//! Derivation is HKDF-SHA256 (RFC 5869) with a label as `info`: a value made under one key is nothing under another
//! (sec-C7-O16).

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Okm, Prk, Salt};
use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

/// The secret that an installation has one of, 32 random bytes. Overwritten when dropped.
pub struct MasterKey([u8; 32]);

/// Authenticates sign-in state ([`crate::meta`]).
pub struct MacKey(Key);

/// Authenticates one-time PINs ([`crate::pin`]).
pub struct PinKey(Key);

/// Authenticates form tokens ([`crate::csrf`]).
pub struct CsrfKey(Key);

/// Authenticates device cookies ([`crate::device`]).
pub struct DeviceKey(Key);

/// Encrypts the code that carries a sign-in's outcome ([`crate::code`]), or tickets ([`crate::ticket`]): each has its own.
pub struct SealKey(LessSafeKey);

impl MasterKey {
    /// Takes the key's bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key for sign-in state.
    #[must_use]
    pub fn meta(&self) -> MacKey {
        MacKey(self.mac_key("meta"))
    }

    /// The key for codes.
    #[must_use]
    pub fn code(&self) -> SealKey {
        self.seal_key("code")
    }

    /// The key for tickets.
    #[must_use]
    pub fn ticket(&self) -> SealKey {
        self.seal_key("ticket")
    }

    /// The key for one-time PINs.
    #[must_use]
    pub fn pin(&self) -> PinKey {
        PinKey(self.mac_key("pin"))
    }

    /// The key for form tokens.
    #[must_use]
    pub fn csrf(&self) -> CsrfKey {
        CsrfKey(self.mac_key("csrf"))
    }

    /// The key for device cookies.
    #[must_use]
    pub fn device(&self) -> DeviceKey {
        DeviceKey(self.mac_key("device"))
    }

    fn seal_key(&self, label: &str) -> SealKey {
        SealKey(LessSafeKey::new(
            self.derive(label, &AES_256_GCM, |material| UnboundKey::from(material)),
        ))
    }

    fn mac_key(&self, label: &str) -> Key {
        self.derive(label, HMAC_SHA256, |material| Key::from(material))
    }

    #[expect(
        clippy::expect_used,
        reason = "HKDF refuses only more than 255 blocks, and every key is one block"
    )]
    fn derive<L: aws_lc_rs::hkdf::KeyType, K>(
        &self,
        label: &str,
        length: L,
        key: impl FnOnce(Okm<'_, L>) -> K,
    ) -> K {
        let master: Prk = Salt::new(HKDF_SHA256, b"crossgate v1").extract(&self.0);
        let info = [label.as_bytes()];
        key(master.expand(&info, length).expect("one block"))
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl SealKey {
    pub(crate) const fn key(&self) -> &LessSafeKey {
        &self.0
    }
}

/// A key that computes HMAC-SHA256.
pub(crate) trait Mac {
    fn key(&self) -> &Key;

    /// The code of several parts, each with its length, so that no two lists of parts are the same bytes.
    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = Context::with_key(self.key());
        for part in parts {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }

    /// Compares in constant time.
    fn is_mac(&self, parts: &[&[u8]], mac: &[u8]) -> bool {
        self.mac(parts).ct_eq(mac).into()
    }
}

impl Mac for MacKey {
    fn key(&self) -> &Key {
        &self.0
    }
}

impl Mac for PinKey {
    fn key(&self) -> &Key {
        &self.0
    }
}

impl Mac for CsrfKey {
    fn key(&self) -> &Key {
        &self.0
    }
}

impl Mac for DeviceKey {
    fn key(&self) -> &Key {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Mac as _, MasterKey};

    #[test]
    fn keys_of_different_purposes_or_masters_have_nothing_in_common() {
        let (one, other) = (MasterKey::new([1; 32]), MasterKey::new([2; 32]));
        let parts: &[&[u8]] = &[b"same"];
        let macs = [
            one.meta().mac(parts),
            one.pin().mac(parts),
            one.csrf().mac(parts),
            one.device().mac(parts),
            other.meta().mac(parts),
        ];
        for (index, mac) in macs.iter().enumerate() {
            assert!(!macs[index + 1..].contains(mac));
        }
        assert_eq!(one.meta().mac(parts), MasterKey::new([1; 32]).meta().mac(parts));
    }

    #[test]
    fn the_borders_between_parts_count() {
        let key = MasterKey::new([1; 32]).meta();
        assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
        assert_ne!(key.mac(&[b"ab"]), key.mac(&[b"ab", b""]));
    }
}
