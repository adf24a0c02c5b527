//! Maps for the headers of requests. Their memory is used again: there is one for each request.

use std::cell::RefCell;

use http::HeaderMap;

/// Maps that a thread keeps for whoever needs one next.
const SPARE: usize = 256;

/// The largest map that is kept.
const ROOM: usize = 128;

thread_local! {
    static SPARES: RefCell<Vec<HeaderMap>> = const { RefCell::new(Vec::new()) };
}

/// An empty map.
pub(crate) fn empty() -> HeaderMap {
    SPARES.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Takes a map back that nobody needs any more.
pub(crate) fn give_back(mut map: HeaderMap) {
    map.clear();
    if map.capacity() <= ROOM {
        SPARES.with_borrow_mut(|spares| {
            if spares.len() < SPARE {
                spares.push(map);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{ROOM, SPARES, empty, give_back};

    #[test]
    fn a_map_is_used_again_and_empty() {
        let mut map = empty();
        map.insert("a", "b".parse().unwrap());
        map.append("a", "c".parse().unwrap());
        give_back(map);
        assert_eq!(SPARES.with_borrow(Vec::len), 1);
        let again = empty();
        assert!(again.is_empty() && again.capacity() > 0);
        give_back(HeaderMap::with_capacity(2 * ROOM));
        assert_eq!(SPARES.with_borrow(Vec::len), 0);
    }
}
