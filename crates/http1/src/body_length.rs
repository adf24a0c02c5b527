//! How long a body is: what the head says, in the one reading that there is (RFC 9112, section 6).

/// How long the body of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    /// There is none, and nothing was said of one.
    None,
    /// So many bytes.
    Exactly(u64),
    /// It comes in chunks, the last one empty.
    Chunked,
    /// Responses only: as long as the connection.
    UntilClose,
}

/// What is said of a body's length by the fields of a head, as they are read.
#[derive(Debug, Default)]
pub(crate) struct Said {
    length: Option<Option<u64>>,
    lengths_differ: bool,
    several_lengths: bool,
    encodings: usize,
    chunked: bool,
}

/// What is wrong with what was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contradiction {
    Length,
    TransferEncoding,
}

impl Said {
    pub(crate) fn content_length(&mut self, value: &[u8]) {
        let length = plain_number(value);
        self.lengths_differ |= self.length.is_some_and(|before| before != length);
        self.several_lengths |= self.length.is_some();
        self.length = Some(length);
    }

    pub(crate) fn transfer_encoding(&mut self, value: &[u8]) {
        self.encodings += 1;
        self.chunked = value.eq_ignore_ascii_case(b"chunked");
    }

    /// The length of a request's body. Nothing of what browsers and libraries send is refused.
    pub(crate) fn of_request(&self, http_1_0: bool) -> Result<BodyLength, Contradiction> {
        if self.encodings > 0 {
            if http_1_0 || self.encodings > 1 || !self.chunked {
                return Err(Contradiction::TransferEncoding);
            }
            return if self.length.is_none() {
                Ok(BodyLength::Chunked)
            } else {
                Err(Contradiction::Length)
            };
        }
        match self.length {
            None => Ok(BodyLength::None),
            Some(Some(length)) if !self.several_lengths => Ok(BodyLength::Exactly(length)),
            Some(_) => Err(Contradiction::Length),
        }
    }

    /// The length of a response's body. Upstreams repeat a length now and then: as long as it is the same, it has one reading.
    pub(crate) fn of_response(&self) -> Result<BodyLength, Contradiction> {
        if self.encodings > 0 {
            if self.encodings > 1 || !self.chunked {
                return Err(Contradiction::TransferEncoding);
            }
            return if self.length.is_none() {
                Ok(BodyLength::Chunked)
            } else {
                Err(Contradiction::Length)
            };
        }
        match self.length {
            None => Ok(BodyLength::UntilClose),
            Some(Some(length)) if !self.lengths_differ => Ok(BodyLength::Exactly(length)),
            Some(_) => Err(Contradiction::Length),
        }
    }
}

/// A number of digits and nothing else (RFC 9110, section 8.6).
fn plain_number(value: &[u8]) -> Option<u64> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::{BodyLength, Contradiction, Said};

    fn said(lengths: &[&str], encodings: &[&str]) -> Said {
        let mut said = Said::default();
        lengths.iter().for_each(|value| said.content_length(value.as_bytes()));
        encodings.iter().for_each(|value| said.transfer_encoding(value.as_bytes()));
        said
    }

    #[test]
    fn a_requests_body_has_one_length_or_is_refused() {
        use BodyLength::{Chunked, Exactly, None};
        use Contradiction::{Length, TransferEncoding};
        type Row = (
            &'static str,
            &'static [&'static str],
            &'static [&'static str],
            Result<BodyLength, Contradiction>,
        );
        let rows: &[Row] = &[
            ("nothing said", &[], &[], Ok(None)),
            ("zero", &["0"], &[], Ok(Exactly(0))),
            ("a number", &["17"], &[], Ok(Exactly(17))),
            ("leading zeros", &["0017"], &[], Ok(Exactly(17))),
            ("the largest", &["18446744073709551615"], &[], Ok(Exactly(u64::MAX))),
            ("one more", &["18446744073709551616"], &[], Err(Length)),
            ("an empty value", &[""], &[], Err(Length)),
            ("a sign", &["+5"], &[], Err(Length)),
            ("hexadecimal digits", &["0x5"], &[], Err(Length)),
            ("a list", &["5, 5"], &[], Err(Length)),
            ("two lines, even equal", &["5", "5"], &[], Err(Length)),
            ("chunked", &[], &["chunked"], Ok(Chunked)),
            ("chunked in capitals", &[], &["Chunked"], Ok(Chunked)),
            ("a length beside it", &["5"], &["chunked"], Err(Length)),
            ("two encodings", &[], &["chunked", "chunked"], Err(TransferEncoding)),
            ("a list of encodings", &[], &["gzip, chunked"], Err(TransferEncoding)),
            ("another encoding", &[], &["identity"], Err(TransferEncoding)),
            ("nearly", &[], &["xchunked"], Err(TransferEncoding)),
            ("a control character", &[], &["chunked\x0b"], Err(TransferEncoding)),
            ("an empty one", &[], &[""], Err(TransferEncoding)),
        ];
        for (row, lengths, encodings, expected) in rows {
            assert_eq!(said(lengths, encodings).of_request(false), *expected, "{row}");
        }
        assert_eq!(said(&[], &["chunked"]).of_request(true), Err(TransferEncoding));
        assert_eq!(said(&["5"], &[]).of_request(true), Ok(Exactly(5)));
    }

    #[test]
    fn a_response_may_repeat_its_length() {
        assert_eq!(said(&["5", "5"], &[]).of_response(), Ok(BodyLength::Exactly(5)));
        assert_eq!(said(&["5", "6"], &[]).of_response(), Err(Contradiction::Length));
        assert_eq!(said(&[], &[]).of_response(), Ok(BodyLength::UntilClose));
        assert_eq!(said(&["5"], &["chunked"]).of_response(), Err(Contradiction::Length));
        assert_eq!(said(&[], &["chunked"]).of_response(), Ok(BodyLength::Chunked));
    }
}
