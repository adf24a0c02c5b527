//! What there is to say of one decision.

use std::net::IpAddr;

/// One decision. Holds no query, token, cookie, code or secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) time: Timestamp,
    pub(crate) request_id: &'a str,
    pub(crate) client_ip: IpAddr,
    pub(crate) method: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    pub(crate) path: Option<&'a str>,
    pub(crate) application: Option<&'a str>,
    pub(crate) row: u8,
    pub(crate) reason: &'a str,
    pub(crate) policy: Option<&'a str>,
    pub(crate) rule: Option<&'a str>,
    pub(crate) identity: Option<&'a str>,
    pub(crate) cors: Option<Cors<'a>>,
    pub(crate) status: u16,
    pub(crate) upstream_status: Option<u16>,
    pub(crate) duration_us: u64,
    pub(crate) upstream_us: Option<u64>,
}

/// What CORS had to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cors<'a> {
    /// `preflight` or `actual`.
    pub(crate) kind: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) allowed: bool,
    pub(crate) reason: Option<&'a str>,
    /// The method that a preflight asks for.
    pub(crate) requested_method: Option<&'a str>,
    /// The method or header that was refused.
    pub(crate) refused: Option<&'a str>,
}

/// Unix time in milliseconds, written as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp(pub(crate) i64);

impl Timestamp {
    /// RFC 3339 in UTC, or nothing beyond the year 9999.
    pub(super) fn text(self) -> Option<[u8; 24]> {
        let time = time::OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000)).ok()?;
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let fields = [
            (0, 4, u32::try_from(year).ok()?),
            (5, 2, u8::from(month).into()),
            (8, 2, day.into()),
            (11, 2, hour.into()),
            (14, 2, minute.into()),
            (17, 2, second.into()),
            (20, 3, u32::try_from(self.0.rem_euclid(1_000)).ok()?),
        ];
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (at, digits, mut number) in fields {
            for byte in text.iter_mut().skip(at).take(digits).rev() {
                *byte += u8::try_from(number % 10).ok()?;
                number /= 10;
            }
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn times_are_written_as_rfc_3339() {
        let rows = [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z"),
            (1_795_444_474_120, "2026-11-23T14:34:34.120Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (i64::MAX, ""),
        ];
        for (milliseconds, expected) in rows {
            let text = Timestamp(milliseconds)
                .text()
                .map_or(String::new(), |text| String::from_utf8_lossy(&text).into_owned());
            assert_eq!(text, expected, "{milliseconds}");
        }
    }
}
