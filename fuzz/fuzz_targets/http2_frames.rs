//! The frames of an HTTP/2 connection: heads do not depend on the pieces that they come in, and each byte is of one frame.

#![no_main]

use crossgate_frames::http2::{FrameHead, FrameHeads};
use libfuzzer_sys::fuzz_target;

const HEAD: usize = 9;

fuzz_target!(|input: &[u8]| {
    let Some((&piece, bytes)) = input.split_first() else { return };
    let (whole, between) = read(bytes, bytes.len().max(1));
    assert_eq!((&whole, between), (&read(bytes, usize::from(piece).max(1)).0, between));
    assert_eq!(read(bytes, 1), (whole.clone(), between));
    let said = whole.iter().map(|head| HEAD + head.length as usize).sum::<usize>();
    let ends = said == bytes.len();
    assert_eq!(between, ends, "{whole:?}");
    let mut rest = bytes;
    for head in whole {
        let [l1, l2, l3, kind, flags, ..] = *rest else { panic!("a head of nothing") };
        assert_eq!(head.length, u32::from_be_bytes([0, l1, l2, l3]));
        assert_eq!((head.kind, head.flags), (kind, flags));
        assert!(head.stream < 1 << 31);
        rest = rest.get(HEAD + head.length as usize..).unwrap_or_default();
    }
});

/// The heads, and whether they end with a frame's end.
fn read(bytes: &[u8], piece: usize) -> (Vec<FrameHead>, bool) {
    let (mut frames, mut heads) = (FrameHeads::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        frames.pass(piece, |head| heads.push(head));
    }
    (heads, frames.is_between_frames())
}
