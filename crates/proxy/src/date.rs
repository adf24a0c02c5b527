//! `Date` (RFC 9110, section 6.6.1), made once a second.

use std::cell::Cell;
use std::time::{Duration, UNIX_EPOCH};

/// The dates of a thread.
#[derive(Default)]
pub(crate) struct Dates(Cell<Option<(i64, [u8; 29])>>);

impl Dates {
    /// The date at `now`, in unix seconds.
    pub(crate) fn at(&self, now: i64) -> [u8; 29] {
        if let Some((second, date)) = self.0.get()
            && second == now
        {
            return date;
        }
        let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or_default());
        let text = httpdate::fmt_http_date(time);
        let mut date = [b' '; 29];
        date.iter_mut().zip(text.as_bytes()).for_each(|(to, from)| *to = *from);
        self.0.set(Some((now, date)));
        date
    }
}

#[cfg(test)]
mod tests {
    use super::Dates;

    #[test]
    fn a_date_is_of_its_second() {
        let dates = Dates::default();
        assert_eq!(&dates.at(0), b"Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(&dates.at(784_111_777), b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(dates.at(784_111_777), dates.at(784_111_777));
    }
}
