//! Where a head ends, without reading a byte twice however slowly it comes.

use std::sync::LazyLock;

use memchr::memmem::Finder;

static EMPTY_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\n\r\n"));
static BARE_EMPTY_LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\n\n"));

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
        let new = bytes.get(from..)?;
        let end = EMPTY_LINE.find(new).map(|at| at + 3);
        let before = end.map_or(new, |end| new.get(..end).unwrap_or(new));
        let bare_end = BARE_EMPTY_LINE.find(before).map(|at| at + 2);
        if let Some(end) = bare_end.or(end) {
            return Some(from + end);
        }
        self.seen = bytes.len();
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn it_is_where_the_first_line_break_is_followed_by_another(text in "[\r\na]{0,80}", at in 0..80_usize) {
            let bytes = text.as_bytes();
            let ends = (0..bytes.len()).filter(|&at| bytes[at] == b'\n');
            let expected = ends.map(|at| at + 1).find_map(|next| match &bytes[next..] {
                [b'\n', ..] => Some(next + 1),
                [b'\r', b'\n', ..] => Some(next + 2),
                _ => None,
            });
            let mut in_two = HeadEnd::default();
            let found = in_two.find(&bytes[..at.min(bytes.len())]).or_else(|| in_two.find(bytes));
            prop_assert_eq!(found, expected);
        }
    }
}
