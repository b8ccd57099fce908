//! Moments for people, in UTC (RFC 3339), and how long ago they were.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// A moment in milliseconds of Unix time, to the second.
pub(super) fn utc(at_ms: i64) -> String {
    let seconds = at_ms.div_euclid(1_000);
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
}

/// How long ago a moment was, in the largest whole unit; nothing for one that is not known.
pub(super) fn ago(at_ms: i64) -> String {
    if at_ms <= 0 {
        return String::new();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let seconds = (i64::try_from(now).unwrap_or(i64::MAX) - at_ms).max(0) / 1_000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..DAY => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / DAY),
    }
}

/// Year, month and day of a day since 1970 in the Gregorian calendar, counted from 1 March of the year 0, after which leap
/// days come at the end of a year.
fn date(days: i64) -> (i64, i64, i64) {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(DAYS_OF_400_YEARS), days.rem_euclid(DAYS_OF_400_YEARS));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, after) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year_of_era + after, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (at_ms, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399_999, "2000-02-28T23:59:59Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (951_868_800_000, "2000-03-01T00:00:00Z"),
            (1_795_219_200_000, "2026-11-21T00:00:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (-1_000, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(at_ms), expected);
        }
    }

    #[test]
    fn a_moment_to_come_was_no_time_ago() {
        assert_eq!(ago(i64::MAX), "0 s");
        assert!(ago(1).ends_with(" d") && ago(0).is_empty());
    }
}
