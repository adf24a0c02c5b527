//! Audience tags in their short form: memory has millions of them.

/// An application's audience tag: 64 lower-case hexadecimal digits, two in a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag([u8; 32]);

impl Tag {
    /// Another spelling of a tag is none, so that each has one text.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
            *byte = value(*high)? << 4 | value(*low)?;
        }
        Some(Self(bytes))
    }

    /// Its digits.
    pub(crate) fn digits(&self) -> [u8; 64] {
        let mut digits = [[0; 2]; 32];
        for (pair, byte) in digits.iter_mut().zip(self.0) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        let mut text = [0; 64];
        text.copy_from_slice(digits.as_flattened());
        text
    }

    /// Whether this is its text.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.digits() == text.as_bytes()
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Without a branch, so that all digits are made at once.
const fn digit(value: u8) -> u8 {
    value + b'0' + (value > 9) as u8 * (b'a' - b'9' - 1)
}

#[cfg(test)]
mod tests {
    use super::Tag;

    #[test]
    fn a_tag_has_one_spelling() {
        let text = "00ff0123456789abcdef".repeat(4)[..64].to_owned();
        let tag = Tag::new(&text).unwrap();
        assert_eq!(tag.to_string(), text);
        assert!(tag.is(&text) && !tag.is(&text[1..]) && !tag.is(""));
        for other in [&text[1..], &text.to_uppercase(), &"g".repeat(64), &"é".repeat(32), ""] {
            assert_eq!(Tag::new(other), None, "{other:?}");
        }
    }
}
