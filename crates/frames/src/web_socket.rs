//! Where the frames of a WebSocket begin and end (RFC 6455, section 5.2), and how it is closed.

/// Who reads what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Frames to it are not masked.
    Client,
    /// Frames to it are masked.
    Server,
}

/// Why a WebSocket is closed (RFC 6455, section 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseCode {
    /// The gateway goes away; connect again.
    GoingAway = 1001,
    /// The session is over.
    PolicyViolation = 1008,
}

/// How far a frame has come, in whatever pieces it passes by.
#[derive(Debug, Default)]
pub struct Frames {
    /// What is known of a head that is not all there.
    head: arrayvec::ArrayVec<u8, 14>,
    /// Bytes of the payload that are still to come.
    payload: u64,
    closed: bool,
}

impl Frames {
    /// Takes note of bytes that were written.
    pub fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.payload > 0 {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX).min(self.payload);
                self.payload -= length;
                bytes = bytes.get(usize::try_from(length).unwrap_or(usize::MAX)..).unwrap_or(&[]);
                continue;
            }
            let Some((first, rest)) = bytes.split_first() else { return };
            bytes = rest;
            if self.head.try_push(*first).is_ok() && self.head.len() == head_length(&self.head) {
                self.payload = payload_length(&self.head);
                self.closed |= self.head.first().is_some_and(|byte| byte & 0x0f == 8);
                self.head.clear();
            }
        }
    }

    /// Whether what has passed so far ends with a frame's end.
    #[must_use]
    pub const fn is_between(&self) -> bool {
        self.payload == 0 && self.head.is_empty()
    }

    /// Whether a Close frame has passed.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }
}

/// The length of a head, as far as what is there of it tells.
fn head_length(head: &[u8]) -> usize {
    let Some(second) = head.get(1) else { return 2 };
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    2 + extended + mask
}

fn payload_length(head: &[u8]) -> u64 {
    let number = |range: std::ops::Range<usize>| {
        head.get(range).into_iter().flatten().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    };
    match head.get(1).map_or(0, |second| second & 0x7f) {
        126 => number(2..4),
        127 => number(2..10),
        length => u64::from(length),
    }
}

/// A Close frame; for a server it is masked.
#[must_use]
pub fn close_frame(side: Side, code: CloseCode, mask: [u8; 4]) -> Vec<u8> {
    let code = (code as u16).to_be_bytes();
    match side {
        Side::Client => [&[0x88, 2], code.as_slice()].concat(),
        Side::Server => {
            let masked = code.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect::<Vec<_>>();
            [&[0x88, 0x82], mask.as_slice(), &masked].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CloseCode, Frames, Side, close_frame};

    fn frame(opcode: u8, masked: bool, payload: usize) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![0x80 | opcode];
        match payload {
            0..126 => frame.push(mask | u8::try_from(payload).unwrap()),
            126..65_536 => {
                frame.push(mask | 126);
                frame.extend(u16::try_from(payload).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(mask | 127);
                frame.extend(u64::try_from(payload).unwrap().to_be_bytes());
            }
        }
        frame.extend(vec![0x88; if masked { 4 } else { 0 } + payload]);
        frame
    }

    #[test]
    fn a_close_frame_is_the_standards() {
        let client = close_frame(Side::Client, CloseCode::GoingAway, [0; 4]);
        assert_eq!(client, [0x88, 2, 0x03, 0xe9]);
        let server = close_frame(Side::Server, CloseCode::PolicyViolation, [1, 2, 3, 4]);
        assert_eq!(server, [0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xf0 ^ 2]);
    }

    #[test]
    fn a_close_frame_that_passes_is_noticed() {
        let mut frames = Frames::default();
        frames.pass(&frame(1, true, 8));
        assert!(!frames.is_closed());
        frames.pass(&frame(8, true, 2));
        assert!(frames.is_closed());
    }

    proptest! {
        /// However the bytes are cut: it is between two frames exactly there.
        #[test]
        fn the_space_between_two_frames_is_found(
            frames in prop::collection::vec((1..3_u8, any::<bool>(), prop_oneof![0..4_usize, 120..130_usize, 65_530..65_540_usize]), 1..6),
            piece in 1..70_000_usize,
        ) {
            let mut seen = Frames::default();
            for (opcode, masked, payload) in frames {
                let bytes = frame(opcode, masked, payload);
                let (most, last) = bytes.split_at(bytes.len() - 1);
                for piece in most.chunks(piece) {
                    seen.pass(piece);
                    prop_assert!(!seen.is_between());
                }
                seen.pass(last);
                prop_assert!(seen.is_between() && !seen.is_closed());
            }
        }

        /// No bytes do any harm.
        #[test]
        fn any_bytes_pass(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            Frames::default().pass(&bytes);
        }
    }
}
