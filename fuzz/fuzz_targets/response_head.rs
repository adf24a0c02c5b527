//! The head of an upstream's answer: its fields are in it, and what is written from them is read again the same.

#![no_main]

use crossgate_http1::{ResponseHead, write};
use http::Method;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut head = ResponseHead::default();
    for method in [Method::GET, Method::HEAD] {
        if head.parse(input, &method).is_err() {
            continue;
        }
        let mut written = Vec::new();
        write::status_line(&mut written, head.status);
        for (name, value) in head.fields(input) {
            assert!(!name.is_empty() && !value.contains(&b'\n') && !value.contains(&b'\r'));
            write::field(&mut written, name, value);
        }
        write::end_of_head(&mut written);
        let mut again = ResponseHead::default();
        again.parse(&written, &method).expect("what was written can be read");
        assert_eq!((again.status, again.body), (head.status, head.body));
        assert!(again.fields(&written).eq(head.fields(input)));
    }
});
