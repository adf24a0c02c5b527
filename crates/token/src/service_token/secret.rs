//! A service token's secret: `cfast_`, 40 letters and digits, 8 of checksum.
//!
//! The checksum is CRC-32 (ISO-HDLC) over prefix and body, in lower-case hexadecimal. It is no protection: it lets
//! scanners of source code tell a secret from a string that looks like one, and lets us refuse a mistyped one unhashed.

use aws_lc_rs::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

const PREFIX: &str = "cfast_";
const BODY: usize = 40;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = PREFIX.len() + BODY + 8;

/// A service token's secret. Has no `Debug`, and is overwritten when dropped.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

/// What is stored of a secret: its SHA-256. A slow hash would add nothing, as no secret is guessable.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl ClientSecret {
    /// Makes one from 29 random bytes: 232 bits, which 40 letters and digits hold without loss or bias.
    #[must_use]
    pub fn from_random(random: [u8; 29]) -> Self {
        let mut number = Zeroizing::new(random);
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        text.push_str(PREFIX);
        for _ in 0..BODY {
            let digit = divide(&mut number[..]);
            text.push(char::from(*ALPHABET.get(digit).unwrap_or(&b'0')));
        }
        let checksum = checksum(text.as_bytes());
        text.push_str(&checksum);
        Self(text)
    }

    /// Reads one; `None` if its form or its checksum is not a secret's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let (covered, sum) = text.split_at_checked(PREFIX.len() + BODY)?;
        let body = covered.strip_prefix(PREFIX)?;
        let well_formed = body.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (well_formed && sum == checksum(covered.as_bytes()))
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The secret's text, to be shown once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        SecretHash(hash)
    }
}

impl SecretHash {
    /// A hash as stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether this is the hash of `secret`. Compared in constant time.
    #[must_use]
    pub fn verify(&self, secret: &ClientSecret) -> bool {
        self.0.ct_eq(&secret.hash().0).into()
    }
}

/// Divides a big-endian number by 62 in place; returns the remainder.
fn divide(number: &mut [u8]) -> usize {
    let mut remainder = 0_u16;
    for byte in number {
        let dividend = remainder * 256 + u16::from(*byte);
        *byte = u8::try_from(dividend / 62).unwrap_or(u8::MAX);
        remainder = dividend % 62;
    }
    usize::from(remainder)
}

fn checksum(bytes: &[u8]) -> String {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    format!("{:08x}", !crc)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(checksum(b"123456789"), "cbf43926");
    }
}
