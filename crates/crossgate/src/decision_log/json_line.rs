//! A decision as a line of JSON (RFC 8259), written straight into bytes: there is one for each request.

use std::net::IpAddr;

use super::{Cors, Line};

/// Adds a line with its line break.
pub(super) fn write(output: &mut Vec<u8>, line: &Line) {
    let mut object = Object::open(output);
    object.text("time", line.time.text().as_ref().map(|text| text.as_slice()));
    object.text("request_id", Some(line.request_id.as_bytes()));
    object.address("client_ip", line.client_ip);
    object.text("method", Some(line.method.as_str().as_bytes()));
    object.text("host", bytes(&line.host));
    object.text("path", bytes(&line.path));
    object.text("application", bytes(&line.application));
    object.number("row", Some(line.row.into()));
    object.text("reason", Some(line.reason.as_bytes()));
    object.text("policy", bytes(&line.policy));
    object.text("rule", line.rule.map(str::as_bytes));
    object.text("identity", bytes(&line.identity));
    object.cors("cors", line.cors.as_ref());
    object.number("status", Some(line.status.into()));
    object.number("upstream_status", line.upstream_status.map(u64::from));
    object.number("duration_us", Some(line.duration_us));
    object.number("upstream_us", line.upstream_us);
    object.close();
    output.push(b'\n');
}

/// An object that is being written.
struct Object<'o> {
    output: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Object<'o> {
    fn open(output: &'o mut Vec<u8>) -> Self {
        output.push(b'{');
        Self { output, is_empty: true }
    }

    fn close(self) {
        self.output.push(b'}');
    }

    /// Names are ours: nothing in them has to be escaped.
    fn name(&mut self, name: &'static str) {
        let start: &[u8] = if self.is_empty { b"\"" } else { b",\"" };
        self.is_empty = false;
        self.output.extend_from_slice(start);
        self.output.extend_from_slice(name.as_bytes());
        self.output.extend_from_slice(b"\":");
    }

    fn null(&mut self) {
        self.output.extend_from_slice(b"null");
    }

    fn text(&mut self, name: &'static str, value: Option<&[u8]>) {
        self.name(name);
        match value {
            None => self.null(),
            Some(value) if is_plain(value) => {
                self.output.push(b'"');
                self.output.extend_from_slice(value);
                self.output.push(b'"');
            }
            Some(value) => {
                let text = String::from_utf8_lossy(value);
                // Writing to a vector does not fail.
                let _written = serde_json::to_writer(&mut *self.output, &text);
            }
        }
    }

    fn number(&mut self, name: &'static str, value: Option<u64>) {
        self.name(name);
        match value {
            None => self.null(),
            Some(value) => {
                self.output.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            }
        }
    }

    fn flag(&mut self, name: &'static str, value: bool) {
        self.name(name);
        self.output.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn address(&mut self, name: &'static str, value: IpAddr) {
        self.name(name);
        let _written = serde_json::to_writer(&mut *self.output, &value);
    }

    fn cors(&mut self, name: &'static str, value: Option<&Cors>) {
        self.name(name);
        let Some(cors) = value else { return self.null() };
        let mut object = Object::open(self.output);
        object.text("kind", Some(cors.kind.as_bytes()));
        object.text("origin", Some(cors.origin.as_bytes()));
        object.flag("allowed", cors.allowed);
        object.text("reason", cors.reason.map(str::as_bytes));
        object.text("requested_method", bytes(&cors.requested_method));
        object.text("refused", bytes(&cors.refused));
        object.close();
    }
}

fn bytes(text: &Option<String>) -> Option<&[u8]> {
    text.as_deref().map(str::as_bytes)
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

    use super::super::{Cors, Line, Timestamp};
    use super::write;

    fn line(path: &str, cors: Option<Cors>) -> Line {
        Line {
            time: Timestamp(0),
            request_id: "0123456789abcdef".to_owned(),
            client_ip: "2001:db8::1".parse().unwrap(),
            method: Method::PUT,
            host: Some("app.example".to_owned()),
            path: Some(path.to_owned()),
            application: None,
            row: 14,
            reason: "allowed",
            policy: Some("staff".to_owned()),
            rule: Some("email"),
            identity: None,
            cors,
            status: 200,
            upstream_status: Some(204),
            duration_us: u64::MAX,
            upstream_us: None,
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
