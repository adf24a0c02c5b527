//! The frames of an HTTP/2 connection, as they pass by: their heads only (RFC 9113, section 4.1).

/// What every client sends first (RFC 9113, section 3.4).
const PREFACE: usize = 24;

/// Length of a frame's head.
const HEAD: usize = 9;

/// A head, and what RST_STREAM (sections 6.4) and GOAWAY (6.8) say after it.
const KEPT: usize = HEAD + OF_GOAWAY;
const OF_RST_STREAM: usize = 4;
const OF_GOAWAY: usize = 8;

/// A frame's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHead {
    /// Bytes that follow it.
    pub length: u32,
    /// Its type (section 6).
    pub kind: u8,
    /// What its flags mean depends on its type.
    pub flags: u8,
    /// The stream that it is of; 0 is the connection.
    pub stream: u32,
    /// Of RST_STREAM and GOAWAY: the error code.
    pub error: Option<u32>,
}

/// A piece of a body (section 6.1).
pub const DATA: u8 = 0;
/// A head, or the beginning of one (6.2).
pub const HEADERS: u8 = 1;
/// What was once said of priorities (6.3).
pub const PRIORITY: u8 = 2;
/// The end of a stream, before its time (6.4).
pub const RST_STREAM: u8 = 3;
/// What an end wants of the other (6.5).
pub const SETTINGS: u8 = 4;
/// An answer to come that nobody asked for (6.6).
pub const PUSH_PROMISE: u8 = 5;
/// Asks whether the other is there (6.7).
pub const PING: u8 = 6;
/// The end of a connection (6.8).
pub const GOAWAY: u8 = 7;
/// Room for more bodies (6.9).
pub const WINDOW_UPDATE: u8 = 8;
/// The rest of a head (6.10).
pub const CONTINUATION: u8 = 9;
/// Priorities as they are said today (RFC 9218, section 7.1).
pub const PRIORITY_UPDATE: u8 = 16;

/// The flag of DATA and HEADERS: the last of a stream.
pub const END_STREAM: u8 = 1;
/// The flag of SETTINGS and PING: an answer to one.
pub const ACK: u8 = 1;
/// The flag of HEADERS and CONTINUATION: the last of a head.
pub const END_HEADERS: u8 = 4;

/// Finds the heads in one direction of a connection, in whatever pieces it passes by.
#[derive(Debug, Default)]
pub struct FrameHeads {
    /// Bytes that are no head, still to come.
    skip: usize,
    kept: [u8; KEPT],
    count: usize,
}

impl FrameHeads {
    /// Those that a client sends, after its preface.
    #[must_use]
    pub fn of_client() -> Self {
        Self { skip: PREFACE, ..Self::default() }
    }

    /// Whether what has passed so far ends with a frame's end.
    #[must_use]
    pub const fn is_between_frames(&self) -> bool {
        self.skip == 0 && self.count == 0
    }

    /// Shows each head that is complete with `bytes`.
    pub fn pass(&mut self, mut bytes: &[u8], mut show: impl FnMut(FrameHead)) {
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            if bytes.is_empty() {
                return;
            }
            let wanted = self.wanted();
            let taken = (wanted - self.count).min(bytes.len());
            let (piece, rest) = bytes.split_at(taken);
            if let Some(room) = self.kept.get_mut(self.count..self.count + taken) {
                room.copy_from_slice(piece);
            }
            self.count += taken;
            bytes = rest;
            // A head that turns out to be a RST_STREAM's has more to be kept.
            if self.count == self.wanted() {
                let head = self.head();
                self.skip = head.length as usize + HEAD - self.count;
                self.count = 0;
                show(head);
            }
        }
    }

    /// How much of the frame at hand is kept.
    fn wanted(&self) -> usize {
        if self.count < HEAD {
            return HEAD;
        }
        let [l1, l2, l3, kind, ..] = self.kept;
        let said = match kind {
            RST_STREAM => OF_RST_STREAM,
            GOAWAY => OF_GOAWAY,
            _ => 0,
        };
        let length = u32::from_be_bytes([0, l1, l2, l3]) as usize;
        if length < said { HEAD } else { HEAD + said }
    }

    fn head(&self) -> FrameHead {
        let [l1, l2, l3, kind, flags, s1, s2, s3, s4, said @ ..] = self.kept;
        let code = match kind {
            GOAWAY => said.last_chunk(),
            _ => said.first_chunk(),
        };
        FrameHead {
            length: u32::from_be_bytes([0, l1, l2, l3]),
            kind,
            flags,
            stream: u32::from_be_bytes([s1 & 0x7f, s2, s3, s4]),
            error: code.filter(|_| self.count > HEAD).map(|code| u32::from_be_bytes(*code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DATA, FrameHead, FrameHeads, GOAWAY, HEADERS, PING, RST_STREAM};

    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        frame
    }

    fn heads(pieces: &[&[u8]]) -> (Vec<FrameHead>, bool) {
        let (mut frames, mut found) = (FrameHeads::of_client(), Vec::new());
        for piece in pieces {
            frames.pass(piece, |head| found.push(head));
        }
        (found, frames.is_between_frames())
    }

    proptest! {
        #[test]
        fn heads_are_found_in_whatever_pieces_they_come(
            frames in proptest::collection::vec(
                (0_u8..12, any::<u8>(), 0_u32..1 << 31, proptest::collection::vec(any::<u8>(), 0..20)),
                0..10,
            ),
            cut in 0_usize..200,
        ) {
            let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
            for (kind, flags, stream, payload) in &frames {
                bytes.extend(frame(*kind, *flags, *stream, payload));
            }
            let expected = frames.iter().map(|(kind, flags, stream, payload)| {
                let at = if *kind == GOAWAY { 4..8 } else { 0..4 };
                let code = payload.get(at).map(|code| u32::from_be_bytes(code.try_into().unwrap()));
                FrameHead {
                    length: u32::try_from(payload.len()).unwrap(),
                    kind: *kind,
                    flags: *flags,
                    stream: *stream,
                    error: code.filter(|_| matches!(*kind, RST_STREAM | GOAWAY)),
                }
            });
            let expected = expected.collect::<Vec<_>>();
            let (left, right) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(heads(&[left, right]), (expected.clone(), true));
            let single = bytes.chunks(1).collect::<Vec<_>>();
            prop_assert_eq!(heads(&single), (expected, true));
        }
    }

    #[test]
    fn a_frame_that_is_not_all_there_is_known() {
        let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        bytes.extend(frame(PING, 0, 0, &[0; 8]));
        bytes.extend(frame(HEADERS, 4, 1, b"abc"));
        bytes.extend(frame(DATA, 0, 1, b""));
        assert!(heads(&[&bytes]).1);
        for cut in [3, 24 + 5, 24 + 9 + 2, bytes.len() - 1] {
            assert!(!heads(&[&bytes[..cut]]).1, "{cut}");
        }
    }
}
