//! HTTP/2 in bytes (RFC 9113), for connections that no client would make.

/// What a connection begins with: the preface and empty settings.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// The frame DATA.
pub const DATA: u8 = 0;
/// The frame HEADERS.
pub const HEADERS: u8 = 1;
/// The flag of the last frame of a message.
pub const END_STREAM: u8 = 1;
/// The flag of the last frame of a block of fields.
pub const END_HEADERS: u8 = 4;

/// One frame.
///
/// # Panics
///
/// When the payload is longer than any frame.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a small frame").to_be_bytes();
    let mut frame = length.get(1..).unwrap_or_default().to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A literal field without indexing, neither string compressed (RFC 7541, section 6.2.2).
pub fn field(name: &[u8], value: &[u8], block: &mut Vec<u8>) {
    block.push(0);
    for text in [name, value] {
        length(text.len(), block);
        block.extend(text);
    }
}

/// An integer of seven bits and as many bytes more as it needs (RFC 7541, section 5.1).
fn length(length: usize, out: &mut Vec<u8>) {
    if length < 127 {
        out.push(u8::try_from(length).expect("below 127"));
        return;
    }
    out.push(127);
    let mut rest = length - 127;
    while rest >= 128 {
        out.push(u8::try_from(rest % 128).expect("below 128") | 128);
        rest /= 128;
    }
    out.push(u8::try_from(rest).expect("below 128"));
}
