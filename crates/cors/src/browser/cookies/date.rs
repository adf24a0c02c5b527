//! Dates of cookies (RFC 6265bis, "Dates"): nearly anything that looks like one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The time that is meant; a time before 1970 counts as 1970.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|it: char| !it.is_ascii_alphanumeric() && it != ':') {
        if token.is_empty() {
        } else if time.is_none() && token.contains(':') {
            time = Some(clock(token)?);
        } else if day.is_none()
            && let Some(number) = leading_number(token, 1, 2)
        {
            day = Some(number);
        } else if month.is_none()
            && let Some(index) = month_of(token)
        {
            month = Some(index);
        } else if year.is_none()
            && let Some(number) = leading_number(token, 2, 4)
        {
            year = Some(match number {
                70..=99 => number + 1_900,
                0..=69 => number + 2_000,
                _ => number,
            });
        }
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=31).contains(&day) || year < 1_601 {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + time?;
    let seconds = u64::try_from(seconds).unwrap_or(0);
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn clock(token: &str) -> Option<i64> {
    let mut parts = token.splitn(3, ':').map(|part| leading_number(part, 1, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3_600 + minute * 60 + second)
}

/// The number that a token begins with, if it has so many digits.
fn leading_number(token: &str, least: usize, most: usize) -> Option<i64> {
    let end = token.find(|it: char| !it.is_ascii_digit()).unwrap_or(token.len());
    if (least..=most).contains(&end) { token.get(..end)?.parse().ok() } else { None }
}

fn month_of(token: &str) -> Option<i64> {
    let start = token.get(..3)?.to_ascii_lowercase();
    (1_i64..).zip(MONTHS).find_map(|(number, name)| (name == start).then_some(number))
}

/// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
