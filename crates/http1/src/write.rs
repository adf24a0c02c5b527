//! Writing messages. What is written was read and decided on before: names are tokens, values have no line breaks.

use http::{HeaderMap, StatusCode};

/// Adds the line of a request.
pub fn request_line(output: &mut Vec<u8>, method: &str, path_and_query: &str) {
    output.extend_from_slice(method.as_bytes());
    output.push(b' ');
    output.extend_from_slice(path_and_query.as_bytes());
    output.extend_from_slice(b" HTTP/1.1\r\n");
}

/// Adds the line of a response.
pub fn status_line(output: &mut Vec<u8>, status: StatusCode) {
    if status == StatusCode::OK {
        output.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        return;
    }
    output.extend_from_slice(b"HTTP/1.1 ");
    output.extend_from_slice(status.as_str().as_bytes());
    output.push(b' ');
    output.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    output.extend_from_slice(b"\r\n");
}

/// Adds a field.
pub fn field(output: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    output.extend_from_slice(name);
    output.extend_from_slice(b": ");
    output.extend_from_slice(value);
    output.extend_from_slice(b"\r\n");
}

/// Adds a field whose value is a number.
pub fn number(output: &mut Vec<u8>, name: &[u8], value: u64) {
    field(output, name, itoa::Buffer::new().format(value).as_bytes());
}

/// Adds the empty line that ends a head.
pub fn end_of_head(output: &mut Vec<u8>) {
    output.extend_from_slice(b"\r\n");
}

/// Adds a chunk of a body. Nothing for no data: an empty chunk is the last one.
pub fn chunk(output: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let size = data.len();
    let digits = (usize::BITS - size.leading_zeros()).div_ceil(4);
    for place in (0..digits).rev() {
        output.extend(DIGITS.get(size >> (4 * place) & 15));
    }
    output.extend_from_slice(b"\r\n");
    output.extend_from_slice(data);
    output.extend_from_slice(b"\r\n");
}

/// Adds the last chunk, with trailers if there are any.
pub fn last_chunk(output: &mut Vec<u8>, trailers: Option<&HeaderMap>) {
    output.extend_from_slice(b"0\r\n");
    for (name, value) in trailers.into_iter().flatten() {
        field(output, name.as_str().as_bytes(), value.as_bytes());
    }
    output.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    #[test]
    fn messages_are_written_as_the_standard_has_them() {
        let mut output = Vec::new();
        super::request_line(&mut output, "GET", "/a?b=c");
        super::field(&mut output, b"host", b"app.example");
        super::number(&mut output, b"content-length", 17);
        super::end_of_head(&mut output);
        super::chunk(&mut output, b"");
        super::chunk(&mut output, &[b'x'; 26]);
        let mut trailers = HeaderMap::new();
        trailers.insert("a", "b".parse().unwrap());
        super::last_chunk(&mut output, Some(&trailers));
        let body = "x".repeat(26);
        let expected = format!(
            "GET /a?b=c HTTP/1.1\r\nhost: app.example\r\ncontent-length: 17\r\n\r\n1a\r\n{body}\r\n0\r\na: b\r\n\r\n"
        );
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    #[test]
    fn a_status_has_its_reason() {
        for (status, expected) in [
            (StatusCode::OK, "HTTP/1.1 200 OK\r\n"),
            (StatusCode::FORBIDDEN, "HTTP/1.1 403 Forbidden\r\n"),
            (StatusCode::from_u16(599).unwrap(), "HTTP/1.1 599 \r\n"),
        ] {
            let mut output = Vec::new();
            super::status_line(&mut output, status);
            assert_eq!(String::from_utf8(output).unwrap(), expected);
        }
    }
}
