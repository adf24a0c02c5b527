//! A decision as a line of JSON (RFC 8259), written straight into bytes: there is one for each request.

use std::net::IpAddr;

use super::line::{Cors, Line};

/// A member's name as it is written before a text, before another value, and with none.
struct Name {
    before_text: &'static [u8],
    before_value: &'static [u8],
    null: &'static [u8],
}

/// Names are ours: nothing in them has to be escaped.
macro_rules! name {
    ($name:literal) => {
        const {
            &Name {
                before_text: concat!(",\"", $name, "\":\"").as_bytes(),
                before_value: concat!(",\"", $name, "\":").as_bytes(),
                null: concat!(",\"", $name, "\":null").as_bytes(),
            }
        }
    };
}

/// Adds a line with its line break.
pub(super) fn write(output: &mut Vec<u8>, line: &Line<'_>) {
    output.reserve(1024);
    match line.time.text() {
        None => output.extend_from_slice(b"{\"time\":null"),
        Some(time) => {
            output.extend_from_slice(b"{\"time\":\"");
            output.extend_from_slice(&time);
            output.push(b'"');
        }
    }
    plain(output, name!("request_id"), Some(line.request_id));
    address(output, name!("client_ip"), line.client_ip);
    plain(output, name!("method"), line.method);
    text(output, name!("host"), line.host);
    text(output, name!("path"), line.path);
    text(output, name!("application"), line.application);
    number(output, name!("row"), Some(line.row.into()));
    plain(output, name!("reason"), Some(line.reason));
    text(output, name!("policy"), line.policy);
    plain(output, name!("rule"), line.rule);
    text(output, name!("identity"), line.identity);
    cors(output, line.cors.as_ref());
    number(output, name!("status"), Some(line.status.into()));
    number(output, name!("upstream_status"), line.upstream_status.map(u64::from));
    number(output, name!("duration_us"), Some(line.duration_us));
    number(output, name!("upstream_us"), line.upstream_us);
    output.extend_from_slice(b"}\n");
}

fn cors(output: &mut Vec<u8>, value: Option<&Cors<'_>>) {
    let name = name!("cors");
    let Some(cors) = value else { return output.extend_from_slice(name.null) };
    output.extend_from_slice(name.before_value);
    output.extend_from_slice(b"{\"kind\":\"");
    output.extend_from_slice(cors.kind.as_bytes());
    output.push(b'"');
    text(output, name!("origin"), Some(cors.origin));
    output.extend_from_slice(name!("allowed").before_value);
    output.extend_from_slice(if cors.allowed { b"true" } else { b"false" });
    plain(output, name!("reason"), cors.reason);
    text(output, name!("requested_method"), cors.requested_method);
    text(output, name!("refused"), cors.refused);
    output.push(b'}');
}

/// A text in which nothing has to be escaped: a token, or one of ours.
fn plain(output: &mut Vec<u8>, name: &Name, value: Option<&str>) {
    match value {
        None => output.extend_from_slice(name.null),
        Some(value) => {
            output.extend_from_slice(name.before_text);
            output.extend_from_slice(value.as_bytes());
            output.push(b'"');
        }
    }
}

fn text(output: &mut Vec<u8>, name: &Name, value: Option<&str>) {
    match value {
        Some(value) if !is_plain(value.as_bytes()) => {
            output.extend_from_slice(name.before_value);
            // Writing to a vector does not fail.
            let _written = serde_json::to_writer(output, value);
        }
        value => plain(output, name, value),
    }
}

fn number(output: &mut Vec<u8>, name: &Name, value: Option<u64>) {
    match value {
        None => output.extend_from_slice(name.null),
        Some(value) => {
            output.extend_from_slice(name.before_value);
            output.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        }
    }
}

fn address(output: &mut Vec<u8>, name: &Name, value: IpAddr) {
    output.extend_from_slice(name.before_value);
    let _written = serde_json::to_writer(output, &value);
}

/// Whether nothing has to be escaped. Looks at all bytes without a branch, so that many are looked at at once.
fn is_plain(text: &[u8]) -> bool {
    let needs_escape = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    !text.iter().fold(false, |any, byte| any | needs_escape(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::line::{Cors, Line, Timestamp};
    use super::write;

    fn line<'a>(path: &'a str, cors: Option<Cors<'a>>) -> Line<'a> {
        Line {
            time: Timestamp(0),
            request_id: "0123456789abcdef",
            client_ip: "2001:db8::1".parse().unwrap(),
            method: Some("PUT"),
            host: Some("app.example"),
            path: Some(path),
            application: None,
            row: 14,
            reason: "allowed",
            policy: Some("staff"),
            rule: Some("email"),
            identity: None,
            cors,
            status: 200,
            upstream_status: Some(204),
            duration_us: u64::MAX,
            upstream_us: None,
        }
    }

    fn read(line: &Line<'_>) -> Value {
        let mut output = Vec::new();
        write(&mut output, line);
        assert_eq!(output.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&output).unwrap()
    }

    #[test]
    fn a_line_has_every_field() {
        let cors = Cors {
            kind: "preflight",
            origin: "https://a.example",
            allowed: false,
            reason: Some("method-not-allowed"),
            requested_method: Some("PUT"),
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
