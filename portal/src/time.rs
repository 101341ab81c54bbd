//! Times as people read them: UTC.

use jiff::Timestamp;

/// Of milliseconds since 1970.
pub fn text(milliseconds: i64) -> String {
    form(milliseconds, "%Y-%m-%dT%H:%M:%SZ")
}

/// Of days since 1970.
pub fn day(days: i64) -> String {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    form(days.saturating_mul(DAY), "%Y-%m-%d")
}

fn form(milliseconds: i64, form: &str) -> String {
    let time = Timestamp::from_millisecond(milliseconds);
    time.map_or_else(|_| "?".into(), |time| time.strftime(form).to_string())
}
