use proptest::prelude::*;

use crate::{BodyDecoder, BodyError, BodyLength, Decoded};

/// Feeds a body in pieces and returns its data, its trailers' names, and how many bytes it took.
fn read(bytes: &[u8], piece: usize) -> Result<(Vec<u8>, Vec<String>, usize), BodyError> {
    let mut decoder = BodyDecoder::new(BodyLength::Chunked);
    let (mut data, mut trailers, mut taken, mut given) = (Vec::new(), Vec::new(), 0, 0);
    loop {
        match decoder.decode(&bytes[taken..given])? {
            Decoded::Data(length) => {
                data.extend_from_slice(&bytes[taken..taken + length]);
                taken += length;
            }
            Decoded::Skip(length) => taken += length,
            Decoded::Trailers(length, found) => {
                taken += length;
                trailers.extend(found.keys().map(ToString::to_string));
            }
            Decoded::End => return Ok((data, trailers, taken)),
            Decoded::More if given == bytes.len() => {
                decoder.end_of_connection()?;
                unreachable!("an unfinished body is an error");
            }
            Decoded::More => given = (given + piece).min(bytes.len()),
        }
    }
}

#[test]
fn chunks_are_read_strictly() {
    use BodyError::{Chunk, Incomplete, Trailers};
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(300));
    let rows: &[(&str, &str, Result<&str, BodyError>)] = &[
        ("no chunk", "0\r\n\r\n", Ok("")),
        ("two chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", Ok("hello world")),
        ("capitals and leading zeros", "00A\r\n0123456789\r\n0\r\n\r\n", Ok("0123456789")),
        ("an extension", "5;a=b\r\nhello\r\n0\r\n\r\n", Ok("hello")),
        ("a quoted extension", "5 ; a=\"b;c\"\r\nhello\r\n0\r\n\r\n", Ok("hello")),
        ("a quote left open", "5;a=\"\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a long extension", &long, Err(Chunk)),
        ("an extension without its sign", "5 a\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a line feed in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a lone CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a lone line feed", "5\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a space before", " 5\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a space after", "5 \r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a sign", "+5\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a prefix", "0x5\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("an underscore", "0_5\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("no size", "\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("a size that overflows", "ffffffffffffffff1\r\nhello\r\n0\r\n\r\n", Err(Chunk)),
        ("data that is longer", "5\r\nhello!\r\n0\r\n\r\n", Err(Chunk)),
        ("two bytes in place of the line break", "5\r\nhelloXX0\r\n\r\n", Err(Chunk)),
        ("no end", "5\r\nhello\r\n", Err(Incomplete)),
        ("half a chunk", "5\r\nhel", Err(Incomplete)),
        ("no empty line", "0\r\n", Err(Incomplete)),
        ("a malformed trailer", "0\r\na b: c\r\n\r\n", Err(Trailers)),
        ("a trailer with a lone line feed", "0\r\na: b\n\r\n", Err(Trailers)),
        ("trailers", "0\r\na: b\r\n\r\n", Ok("")),
    ];
    for (row, body, expected) in rows {
        for piece in [1, 2, 7, usize::MAX / 2] {
            let found = read(body.as_bytes(), piece).map(|(data, _, taken)| {
                assert_eq!(taken, body.len(), "{row}");
                String::from_utf8(data).unwrap()
            });
            assert_eq!(found.as_deref().map_err(|error| *error), *expected, "{row}, by {piece}");
        }
    }
}

#[test]
fn what_follows_the_body_is_left() {
    let (data, trailers, taken) = read(b"1\r\na\r\n0\r\nx: y\r\n\r\nGET /", 3).unwrap();
    assert_eq!((data.as_slice(), trailers, taken), (b"a".as_slice(), vec!["x".to_owned()], 17));
}

proptest! {
    #[test]
    fn whatever_was_written_is_read(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 0..8), piece in 1_usize..400) {
        let mut body = Vec::new();
        for chunk in &chunks {
            crate::write::chunk(&mut body, chunk);
        }
        crate::write::last_chunk(&mut body, None);
        let (data, _, taken) = read(&body, piece).unwrap();
        prop_assert_eq!((data, taken), (chunks.concat(), body.len()));
    }

    #[test]
    fn pieces_do_not_matter(body in proptest::collection::vec(prop_oneof![Just(b'0'), Just(b'1'), Just(b'\r'), Just(b'\n'), Just(b';'), any::<u8>()], 0..60), piece in 1_usize..10) {
        prop_assert_eq!(read(&body, piece), read(&body, usize::MAX / 2));
    }
}
