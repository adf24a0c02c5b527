//! Bytes as readable text: `\r`, `\n`, `\t`, `\0`, `\\`, `\xNN`, and `\*N(text)` for `text` N times.

/// The bytes that a text stands for.
///
/// # Panics
///
/// On an escape that is none.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        rest = one_escape(escape, &mut out);
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// Reads the escape that `text` begins with and returns what comes after it.
fn one_escape<'t>(text: &'t str, out: &mut Vec<u8>) -> &'t str {
    let byte = match text.as_bytes().get(1) {
        Some(b'r') => b'\r',
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'0') => 0,
        Some(b'\\') => b'\\',
        Some(b'x') => {
            out.push(u8::from_str_radix(&text[2..4], 16).expect("two hexadecimal digits"));
            return &text[4..];
        }
        Some(b'*') => {
            let (count, rest) = text[2..].split_once('(').expect("`\\*N(text)`");
            let (repeated, rest) = rest.split_once(')').expect("`\\*N(text)`");
            let count = count.parse().expect("a number");
            out.extend(unescape(repeated).repeat(count));
            return rest;
        }
        _ => panic!("an escape that is none: {text}"),
    };
    out.push(byte);
    &text[2..]
}

#[test]
fn escapes_are_read() {
    let rows: [(&str, &[u8]); 4] = [
        ("plain", b"plain"),
        ("a\\r\\n\\0\\t\\\\b", b"a\r\n\0\t\\b"),
        ("\\xff\\x20.", b"\xff ."),
        ("<\\*3(a\\n)>", b"<a\na\na\n>"),
    ];
    for (text, bytes) in rows {
        assert_eq!(unescape(text), bytes, "{text}");
    }
}
