//! One-time PINs: six digits that are mailed, of which only a code under a key is stored.

use crate::PinKey;
use crate::secret::Mac as _;
use subtle::ConstantTimeEq as _;

/// Digits of a PIN.
pub const DIGITS: usize = 6;

/// Makes a PIN from 16 random bytes.
///
/// All values are equally likely to within 2^-108: 128 bits divided by a million leave no bias that anybody could see.
#[must_use]
pub fn digits(random: [u8; 16]) -> String {
    format!("{:06}", u128::from_be_bytes(random) % 1_000_000)
}

/// What is stored of a PIN: good for one flow only, and of no use without the key.
#[must_use]
pub fn mac(key: &PinKey, flow_id: &str, digits: &str) -> [u8; 32] {
    key.mac(&[flow_id.as_bytes(), digits.as_bytes()])
}

/// Whether somebody typed the PIN of this flow. Takes the same time for any digits.
#[must_use]
pub fn verify(key: &PinKey, flow_id: &str, typed: &str, stored: &[u8; 32]) -> bool {
    mac(key, flow_id, typed).ct_eq(stored).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DIGITS, digits, mac, verify};
    use crate::MasterKey;

    #[test]
    fn small_numbers_keep_their_zeros() {
        assert_eq!(digits([0; 16]), "000000");
        assert_eq!(digits((1_000_007_u128).to_be_bytes()), "000007");
    }

    #[test]
    fn a_pin_counts_in_its_flow_only() {
        let key = MasterKey::new([1; 32]).pin();
        let stored = mac(&key, "flow", "123456");
        assert!(verify(&key, "flow", "123456", &stored));
        assert!(!verify(&key, "flow", "123457", &stored));
        assert!(!verify(&key, "other flow", "123456", &stored));
        assert!(!verify(&key, "flow1", "23456", &stored));
        assert!(!verify(&MasterKey::new([2; 32]).pin(), "flow", "123456", &stored));
    }

    proptest! {
        #[test]
        fn a_pin_is_six_digits(random: [u8; 16]) {
            let digits = digits(random);
            prop_assert!(digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
