//! A decision as a line of JSON (RFC 8259), written straight into bytes: there is one for each request.

use std::net::IpAddr;

use super::{Cors, Line, Text};

/// What stands before a value: names are ours, nothing in them has to be escaped.
macro_rules! after {
    ($name:literal) => {
        concat!(",\"", $name, "\":").as_bytes()
    };
}

/// Adds a line with its line break.
pub(super) fn write(output: &mut Vec<u8>, line: &Line) {
    output.reserve(1024);
    output.extend_from_slice(b"{\"time\":");
    plain(output, b"", line.time.text().as_ref().map(|text| text.as_slice()));
    plain(output, after!("request_id"), line.text(Text::RequestId).map(str::as_bytes));
    address(output, after!("client_ip"), line.client_ip);
    plain(output, after!("method"), line.method.as_ref().map(|method| method.as_str().as_bytes()));
    text(output, after!("host"), line.text(Text::Host));
    text(output, after!("path"), line.text(Text::Path));
    text(output, after!("application"), line.text(Text::Application));
    number(output, after!("row"), Some(line.row.into()));
    plain(output, after!("reason"), Some(line.reason.as_bytes()));
    text(output, after!("policy"), line.text(Text::Policy));
    plain(output, after!("rule"), line.rule.map(str::as_bytes));
    text(output, after!("identity"), line.text(Text::Identity));
    cors(output, line.cors.as_deref());
    number(output, after!("status"), Some(line.status.into()));
    number(output, after!("upstream_status"), line.upstream_status.map(u64::from));
    number(output, after!("duration_us"), Some(line.duration_us));
    number(output, after!("upstream_us"), line.upstream_us);
    output.extend_from_slice(b"}\n");
}

fn cors(output: &mut Vec<u8>, value: Option<&Cors>) {
    output.extend_from_slice(after!("cors"));
    let Some(cors) = value else { return output.extend_from_slice(b"null") };
    output.extend_from_slice(b"{\"kind\":");
    plain(output, b"", Some(cors.kind.as_bytes()));
    text(output, after!("origin"), Some(&cors.origin));
    output.extend_from_slice(after!("allowed"));
    output.extend_from_slice(if cors.allowed { b"true" } else { b"false" });
    plain(output, after!("reason"), cors.reason.map(str::as_bytes));
    text(output, after!("requested_method"), cors.requested_method.as_deref());
    text(output, after!("refused"), cors.refused.as_deref());
    output.push(b'}');
}

/// A text in which nothing has to be escaped: a token, or one of ours.
fn plain(output: &mut Vec<u8>, before: &[u8], value: Option<&[u8]>) {
    output.extend_from_slice(before);
    match value {
        None => output.extend_from_slice(b"null"),
        Some(value) => {
            output.push(b'"');
            output.extend_from_slice(value);
            output.push(b'"');
        }
    }
}

fn text(output: &mut Vec<u8>, before: &[u8], value: Option<&str>) {
    match value {
        Some(value) if !is_plain(value.as_bytes()) => {
            output.extend_from_slice(before);
            // Writing to a vector does not fail.
            let _written = serde_json::to_writer(output, value);
        }
        value => plain(output, before, value.map(str::as_bytes)),
    }
}

fn number(output: &mut Vec<u8>, before: &[u8], value: Option<u64>) {
    output.extend_from_slice(before);
    match value {
        None => output.extend_from_slice(b"null"),
        Some(value) => {
            output.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        }
    }
}

fn address(output: &mut Vec<u8>, before: &[u8], value: IpAddr) {
    output.extend_from_slice(before);
    let _written = serde_json::to_writer(output, &value);
}

/// Whether nothing has to be escaped. Looks at all bytes without a branch, so that many are looked at at once.
fn is_plain(text: &[u8]) -> bool {
    let needs_escape = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    !text.iter().fold(false, |any, byte| any | needs_escape(byte))
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::{Cors, Line, Texts, Timestamp};
    use super::write;

    fn line(path: &str, cors: Option<Cors>) -> Line {
        Line {
            time: Timestamp(0),
            client_ip: "2001:db8::1".parse().unwrap(),
            method: Some(Method::PUT),
            row: 14,
            reason: "allowed",
            rule: Some("email"),
            cors: cors.map(Box::new),
            status: 200,
            upstream_status: Some(204),
            duration_us: u64::MAX,
            upstream_us: None,
            texts: Texts::join([
                Some("0123456789abcdef"),
                Some("app.example"),
                Some(path),
                None,
                Some("staff"),
                None,
            ]),
        }
    }

    fn read(line: &Line) -> Value {
        let mut output = Vec::new();
        write(&mut output, line);
        assert_eq!(output.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&output).unwrap()
    }

    #[test]
    fn a_line_has_every_field() {
        let cors = Cors {
            kind: "preflight",
            origin: "https://a.example".to_owned(),
            allowed: false,
            reason: Some("method-not-allowed"),
            requested_method: Some("PUT".to_owned()),
            refused: None,
        };
        let expected = json!({
            "time": "1970-01-01T00:00:00.000Z", "request_id": "0123456789abcdef", "client_ip": "2001:db8::1",
            "method": "PUT", "host": "app.example", "path": "/", "application": null, "row": 14, "reason": "allowed",
            "policy": "staff", "rule": "email", "identity": null,
            "cors": {
                "kind": "preflight", "origin": "https://a.example", "allowed": false, "reason": "method-not-allowed",
                "requested_method": "PUT", "refused": null,
            },
            "status": 200, "upstream_status": 204, "duration_us": u64::MAX, "upstream_us": null,
        });
        assert_eq!(read(&line("/", Some(cors))), expected);
        assert_eq!(read(&line("/", None))["cors"], Value::Null);
    }

    proptest! {
        #[test]
        fn whatever_a_path_holds_it_is_one_line_of_json(path in any::<String>()) {
            prop_assert_eq!(&read(&line(&path, None))["path"], &json!(path));
        }
    }
}
