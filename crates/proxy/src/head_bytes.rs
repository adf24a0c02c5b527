//! The bytes of a request's head, for as long as anything of it is needed. Their memory is used again: there is one for each request.

use std::cell::RefCell;

use bytes::Bytes;

/// Room for nearly all heads.
const ROOM: usize = 4 * 1024;

/// Memory that a thread keeps for whoever needs some next.
const SPARE: usize = 256;

thread_local! {
    static SPARES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

struct HeadBytes(Vec<u8>);

/// A copy of a head.
pub(crate) fn copied(head: &[u8]) -> Bytes {
    if head.len() > ROOM {
        return Bytes::copy_from_slice(head);
    }
    let spare = SPARES.with_borrow_mut(Vec::pop);
    let mut bytes = spare.unwrap_or_else(|| Vec::with_capacity(ROOM));
    bytes.extend_from_slice(head);
    Bytes::from_owner(HeadBytes(bytes))
}

impl AsRef<[u8]> for HeadBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for HeadBytes {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0);
        bytes.clear();
        // A thread that is ending keeps nothing.
        let _kept = SPARES.try_with(|spares| {
            let mut spares = spares.borrow_mut();
            if spares.len() < SPARE {
                spares.push(bytes);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{ROOM, SPARES, copied};

    #[test]
    fn memory_is_used_again_once_nobody_needs_it() {
        let head = copied(b"one");
        let part = head.slice(1..);
        drop(head);
        assert_eq!(SPARES.with_borrow(Vec::len), 0);
        assert_eq!(part, "ne");
        drop(part);
        assert_eq!(SPARES.with_borrow(Vec::len), 1);
        assert_eq!(copied(b"two"), "two");
        drop(copied(&[b'a'; 2 * ROOM]));
        assert_eq!(SPARES.with_borrow(Vec::len), 1);
    }
}
