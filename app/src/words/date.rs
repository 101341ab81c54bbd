//! Dates, as people read them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::InWords;
use crate::language::Language;

/// In UTC, as certificates have it.
pub fn date(time: Timestamp, language: Language) -> String {
    TimeZone::UTC.to_datetime(time).date().in_words(language)
}

/// `14 Mar 2028`.
impl InWords for Date {
    fn in_words(&self, language: Language) -> String {
        language.say_with(
            "date",
            [
                ("day", self.day().into()),
                ("month", self.month().into()),
                ("year", self.year().into()),
            ],
        )
    }
}
