//! SHA-256, for names and comparisons.

use aws_lc_rs::digest::{Context, SHA256};

/// The hash of several parts, each with its length, so that no two lists of parts are the same bytes.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The first 16 bytes of the hash, in hexadecimal: enough for a name.
pub(crate) fn short_hex(parts: &[&[u8]]) -> String {
    sha256(parts).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
