//! Where a head ends, without reading a byte twice however slowly it comes.

/// Looks for the empty line that ends a head. Keeps where it has looked.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeadEnd {
    seen: usize,
}

impl HeadEnd {
    /// The length of the head at the beginning of `bytes`, its empty line included, if it is all there. A line that ends with a lone LF
    /// ends here, too, so that what is wrong with it is said at once. Each call gets the bytes of the one before and more.
    pub fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        // A line break that was seen may be followed by the second one only now.
        let from = self.seen.saturating_sub(2);
        for at in memchr::memchr_iter(b'\n', bytes.get(from..)?) {
            let end = from + at + 1;
            match bytes.get(end..)? {
                [b'\n', ..] => return Some(end + 1),
                [b'\r', b'\n', ..] => return Some(end + 2),
                _ => {}
            }
        }
        self.seen = bytes.len();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::HeadEnd;

    #[test]
    fn a_head_ends_with_its_first_empty_line_however_it_comes() {
        for (row, bytes, expected) in [
            ("nothing", "", None),
            ("a line", "GET / HTTP/1.1\r\n", None),
            ("a head", "GET / HTTP/1.1\r\n\r\n", Some(18)),
            ("and its body", "GET / HTTP/1.1\r\nA: b\r\n\r\nbody\r\n\r\n", Some(24)),
            ("lone line feeds", "GET / HTTP/1.1\n\nx", Some(16)),
            ("a mixture", "GET / HTTP/1.1\n\r\nx", Some(17)),
            ("a lone CR at the end", "GET / HTTP/1.1\r\n\r", None),
        ] {
            assert_eq!(HeadEnd::default().find(bytes.as_bytes()), expected, "{row}");
            let mut slowly = HeadEnd::default();
            let found = (0..=bytes.len()).find_map(|to| slowly.find(&bytes.as_bytes()[..to]));
            assert_eq!(found, expected, "{row}, byte by byte");
        }
    }
}
