//! The frames of a WebSocket: where they end does not depend on the pieces that they come in, and is where a second reader sees it.

#![no_main]

use crossgate_frames::web_socket::Frames;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&piece, bytes)) = input.split_first() else { return };
    let seen = pass(bytes, usize::from(piece).max(1));
    assert_eq!(seen, pass(bytes, bytes.len().max(1)));
    assert_eq!(seen, second_reader(bytes));
});

/// Whether they end with a frame's end, and whether a Close frame was among them.
fn pass(bytes: &[u8], piece: usize) -> (bool, bool) {
    let mut frames = Frames::default();
    bytes.chunks(piece).for_each(|piece| frames.pass(piece));
    (frames.is_between(), frames.is_closed())
}

/// The same with all bytes at hand, by the picture of RFC 6455, section 5.2.
fn second_reader(mut bytes: &[u8]) -> (bool, bool) {
    let mut closed = false;
    loop {
        let [first, second, rest @ ..] = bytes else { return (bytes.is_empty(), closed) };
        let (length, rest) = match (second & 0x7f, rest) {
            (126, [a, b, rest @ ..]) => (u64::from(u16::from_be_bytes([*a, *b])), rest),
            (127, [a, b, c, d, e, f, g, h, rest @ ..]) => {
                (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), rest)
            }
            (126 | 127, _) => return (false, closed),
            (length, rest) => (u64::from(length), rest),
        };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let Some(payload) = rest.get(mask..) else { return (false, closed) };
        closed |= first & 0x0f == 8;
        match usize::try_from(length).ok().and_then(|length| payload.get(length..)) {
            Some(next) => bytes = next,
            None => return (false, closed),
        }
    }
}
