//! The compact layout of sealed values: fixed fields in order, strings with their length. And their text form.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::Simd;
use base64::engine::general_purpose::NO_PAD;

/// Base64url without padding (RFC 4648 section 5): safe in URLs and cookies. Only the canonical spelling is read, so that no two texts are
/// the same bytes.
static BASE64URL: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

/// The text of bytes.
pub(crate) fn to_text(bytes: &[u8]) -> String {
    BASE64URL.encode(bytes)
}

/// The same, at the end of a text.
pub(crate) fn append_text(bytes: &[u8], text: &mut String) {
    BASE64URL.encode_string(bytes, text);
}

/// The inverse.
pub(crate) fn from_text(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

/// The same, into memory that is there. `None`, too, if that is too little.
pub(crate) fn read_text<'b>(text: &str, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = BASE64URL.decode_slice(text, buffer).ok()?;
    buffer.get(..length)
}

/// Writes a string with its length.
pub(crate) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(text.as_bytes());
}

/// Reads fields off the front. Nothing is read past the end.
pub(crate) struct Octets<'a>(pub(crate) &'a [u8]);

impl<'a> Octets<'a> {
    pub(crate) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(front)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn time(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = u32::from_be_bytes(self.array()?);
        std::str::from_utf8(self.bytes(length.try_into().ok()?)?).ok()
    }

    /// `Some` if everything was read.
    pub(crate) const fn end(&self) -> Option<()> {
        if self.0.is_empty() { Some(()) } else { None }
    }
}
