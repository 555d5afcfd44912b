//! Moments in time, as deadlines and reports write them: `2026-12-04T23:59:00+01:00`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::value::{Datetime, Offset};

/// A moment, and the offset from UTC in which it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since 1970, in UTC.
    seconds: i64,
    offset_minutes: i64,
}

impl Moment {
    /// The moment that `written` is. Without an offset it would be another one in each time zone, so that is an error,
    /// which says what is missing.
    pub fn of(written: &Datetime) -> Result<Moment, &'static str> {
        let (Some(date), Some(time), Some(offset)) = (written.date, written.time, written.offset) else {
            return Err("has no time zone; write it as `2026-12-04T23:59:00+01:00`, or with `Z` for UTC");
        };
        let minutes = match offset {
            Offset::Z => 0,
            Offset::Custom { minutes } => i64::from(minutes),
        };
        let days = days_since_1970(i64::from(date.year), i64::from(date.month), i64::from(date.day));
        let seconds = i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0));
        Ok(Moment { seconds: days * 86_400 + seconds - minutes * 60, offset_minutes: minutes })
    }

    /// The moment this many seconds after the beginning of 1970, in UTC.
    pub fn utc(seconds: i64) -> Moment {
        Moment { seconds, offset_minutes: 0 }
    }

    pub fn is_after(self, other: Moment) -> bool {
        self.seconds > other.seconds
    }

    /// For people: `2026-12-04 23:59 +01:00`.
    pub fn in_words(self) -> String {
        let text = self.to_string();
        let (date, time) = text.split_once('T').unwrap_or((&text, ""));
        let zone = if self.offset_minutes == 0 { "UTC" } else { &time[8..] };
        format!("{date} {} {zone}", &time[..5])
    }

    /// The moment that `text` says, such as an argument on the command line.
    pub fn parse(text: &str) -> Result<Moment, String> {
        let written = text.parse::<Datetime>().map_err(|error| error.to_string())?;
        Moment::of(&written).map_err(|problem| format!("it {problem}"))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds + self.offset_minutes * 60;
        let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match self.offset_minutes {
            0 => write!(f, "Z"),
            minutes => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        Moment::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// In the Gregorian calendar. Years begin in March, so that the day that some years lack is their last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

/// Year, month and day of a number of days since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_was_read_and_compared_in_utc() {
        for (text, seconds, words) in [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01 00:00 UTC"),
            ("2026-12-04T23:59:00+01:00", 1_796_425_140, "2026-12-04 23:59 +01:00"),
            ("2024-02-29T12:00:00-05:30", 1_709_227_800, "2024-02-29 12:00 -05:30"),
            ("2000-03-01T00:00:00Z", 951_868_800, "2000-03-01 00:00 UTC"),
        ] {
            let moment = Moment::parse(text).unwrap();
            assert_eq!((moment.seconds, moment.to_string().as_str()), (seconds, text));
            assert_eq!(moment.in_words(), words);
            assert!(!moment.is_after(Moment::utc(seconds)) && moment.is_after(Moment::utc(seconds - 1)), "{text}");
        }
        for (text, said) in [("2026-12-04", "time zone"), ("2026-12-04T23:59:00", "time zone"), ("Friday", "")] {
            assert!(Moment::parse(text).unwrap_err().contains(said), "{text}");
        }
    }

    /// Would catch: a leap year or a century that is counted wrongly on one of the two ways.
    #[test]
    fn each_day_of_many_years_is_written_as_it_is_read() {
        for day in (-200_000..200_000).step_by(17) {
            let moment = Moment::utc(day * 86_400 + 3_661);
            assert_eq!(Moment::parse(&moment.to_string()), Ok(moment), "{moment}");
        }
    }
}
