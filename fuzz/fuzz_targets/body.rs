//! A chunked body: what is read does not depend on the pieces that its bytes come in.

#![no_main]

use crossgate_http1::{BodyDecoder, BodyLength, Decoded};
use libfuzzer_sys::fuzz_target;

/// What a reader makes of the bytes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    data: Vec<u8>,
    trailers: Option<http::HeaderMap>,
    taken: usize,
    refused: bool,
    done: bool,
}

fuzz_target!(|input: &[u8]| {
    let Some((&piece, bytes)) = input.split_first() else { return };
    let whole = read(bytes, bytes.len().max(1));
    let pieces = read(bytes, usize::from(piece).max(1));
    assert_eq!(whole.data, pieces.data);
    assert_eq!((whole.refused, whole.done), (pieces.refused, pieces.done));
    if whole.done {
        assert_eq!(whole, pieces);
        assert!(whole.data.len() < whole.taken);
    }
});

fn read(bytes: &[u8], piece: usize) -> Reading {
    let mut decoder = BodyDecoder::new(BodyLength::Chunked);
    let mut reading = Reading::default();
    let mut shown = 0;
    loop {
        let rest = &bytes[reading.taken..shown];
        match decoder.decode(rest) {
            Ok(Decoded::Data(length)) => {
                reading.data.extend_from_slice(&rest[..length]);
                reading.taken += length;
            }
            Ok(Decoded::Skip(length)) => reading.taken += length,
            Ok(Decoded::Trailers(length, trailers)) => {
                reading.taken += length;
                assert!(reading.trailers.replace(*trailers).is_none());
            }
            Ok(Decoded::More) if shown < bytes.len() => shown = bytes.len().min(shown + piece),
            Ok(Decoded::More) => {
                assert!(decoder.end_of_connection().is_err());
                return reading;
            }
            Ok(Decoded::End) => {
                assert!(decoder.is_done());
                reading.done = true;
                return reading;
            }
            Err(_) => {
                reading.refused = true;
                return reading;
            }
        }
    }
}
