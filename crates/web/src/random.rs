//! Randomness for endpoints, from the system's generator.

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};

/// The system has no randomness to give: nothing secret can be made, so nothing is.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no randomness")]
pub(crate) struct NoRandomness;

/// Fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
