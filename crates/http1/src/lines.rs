//! Line breaks, which are CR LF and nothing else.

/// Whether each line of a head ends with CR LF, and no CR stands anywhere else.
pub(crate) fn end_properly(head: &[u8]) -> bool {
    let mut line_feeds = 0;
    for at in memchr::memchr_iter(b'\n', head) {
        if at.checked_sub(1).and_then(|before| head.get(before)) != Some(&b'\r') {
            return false;
        }
        line_feeds += 1;
    }
    memchr::memchr_iter(b'\r', head).count() == line_feeds
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_cr_lf_breaks_a_line() {
        for (head, expected) in [
            ("", true),
            ("a\r\nb\r\n\r\n", true),
            ("a\nb\r\n", false),
            ("a\rb\r\n", false),
            ("a\r\r\n", false),
            ("\n", false),
            ("a\r", false),
        ] {
            assert_eq!(super::end_properly(head.as_bytes()), expected, "{head:?}");
        }
    }
}
