//! HTTP/2 frames (RFC 9113) as the lines of a case say them: header fields without compression, so that nothing is
//! spelt otherwise than it stands there.

use crossgate_testkit::http2::{self, DATA, END_HEADERS, END_STREAM, HEADERS, frame};

use crate::escape::unescape;

/// The frames of stream 1. `H name value` is a field of a block of headers, which ends where something else
/// stands; `D text` is a frame of data; `R text` is what a body ends with: `open` for nothing;
/// `F type flags stream payload` is any frame.
///
/// The last block or frame of data ends the stream, but for `R open`.
pub(crate) fn of(lines: &[(char, String)]) -> Vec<u8> {
    let mut frames: Vec<(u8, u8, u32, Vec<u8>)> = Vec::new();
    let mut in_block = false;
    let mut ends = true;
    for (mark, line) in lines {
        match mark {
            'H' => {
                if !in_block {
                    frames.push((HEADERS, END_HEADERS, 1, Vec::new()));
                }
                let (_, _, _, block) = frames.last_mut().expect("a block has begun");
                field(line, block);
            }
            'D' => frames.push((DATA, 0, 1, unescape(line))),
            'R' => ends = line != "open",
            _ => frames.push(any(line)),
        }
        in_block = *mark == 'H';
    }
    let mut last = frames.iter_mut().rev().filter(|(kind, ..)| matches!(*kind, DATA | HEADERS));
    if let Some((_, flags, _, _)) = last.next().filter(|_| ends) {
        *flags |= END_STREAM;
    }
    frames
        .iter()
        .flat_map(|(kind, flags, stream, payload)| frame(*kind, *flags, *stream, payload))
        .collect()
}

fn any(line: &str) -> (u8, u8, u32, Vec<u8>) {
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_default();
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let small = |text: &str| text.parse::<u8>().expect("a small number");
    (small(word()), small(word()), number(word()), unescape(word()))
}

/// A field; the name ends at the first space.
fn field(line: &str, block: &mut Vec<u8>) {
    let (name, value) = line.split_once(' ').unwrap_or((line, ""));
    http2::field(&unescape(name), &unescape(value), block);
}

/// The status that a block of an answer's headers begins with, as far as HPACK spells statuses.
pub(crate) fn status(block: &[u8]) -> Option<u16> {
    let mut block = block;
    while let Some((first, rest)) = block.split_first().filter(|(first, _)| **first & 0xe0 == 0x20)
    {
        let _size_update = first;
        block = rest;
    }
    match *block.first()? {
        indexed @ 0x88..=0x8e => {
            [200, 204, 206, 304, 400, 404, 500].get(usize::from(indexed - 0x88)).copied()
        }
        0x08 | 0x18 | 0x48..=0x4e => {
            let length = usize::from(block.get(1)? & 0x7f);
            let value = block.get(2..2 + length)?;
            let compressed = block.get(1)? & 0x80 != 0;
            let digits = if compressed { digits(value) } else { value.to_vec() };
            std::str::from_utf8(&digits).ok()?.parse().ok()
        }
        _ => None,
    }
}

/// Three digits in Huffman's code (RFC 7541, appendix B): `0` to `2` have five bits, the others six.
fn digits(code: &[u8]) -> Vec<u8> {
    let bit = |at: usize| code.get(at / 8).map(|byte| byte >> (7 - at % 8) & 1);
    let number = |from: usize, bits: usize| {
        (from..from + bits).try_fold(0, |sum, at| Some(sum * 2 + bit(at)?))
    };
    let (mut digits, mut at) = (Vec::new(), 0);
    while digits.len() < 3 {
        match (number(at, 5), number(at, 6)) {
            (Some(digit @ 0..=2), _) => (digits.push(b'0' + digit), at += 5).1,
            (_, Some(code @ 0x19..=0x1f)) => (digits.push(b'3' + code - 0x19), at += 6).1,
            _ => break,
        }
    }
    digits
}

#[test]
fn statuses_are_read() {
    let rows: [(&[u8], u16); 4] = [
        (&[0x88], 200),
        (&[0x20, 0x8c], 400),
        (&[0x08, 0x03, b'3', b'0', b'2'], 302),
        // 4, 2, 1: 011010 00010 00001
        (&[0x48, 0x82, 0b0110_1000, 0b0100_0001], 421),
    ];
    for (block, expected) in rows {
        assert_eq!(status(block), Some(expected));
    }
}
