//! Times of certificates (RFC 5280, 4.1.2.5), and what was written before it.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::tlv::Object;

const UTC_TIME: u32 = 0x17;
const GENERALIZED_TIME: u32 = 0x18;

/// With seconds and without (X.680 allows both), with a fraction.
const FORMS: [&str; 3] = ["%Y%m%d%H%M%S%z", "%Y%m%d%H%M%z", "%Y%m%d%H%M%S.%f%z"];

/// The moment, or [`Timestamp::MAX`] for what lies beyond: 99991231235959Z means that
/// there is no such moment.
pub(super) fn moment(time: Object<'_>) -> Option<Timestamp> {
    let text = std::str::from_utf8(time.value).ok()?;
    if !text.is_ascii() {
        return None;
    }
    let text = match time.tag {
        // Two digits from 50 on are of the last century.
        UTC_TIME if text >= "50" => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let zulu = text.strip_suffix('Z');
    if let Some(date) = zulu.and_then(|text| text.get(..8))
        && date == "99991231"
    {
        let known = DateTime::strptime("%Y%m%d%H%M%S", zulu?).is_ok();
        return known.then_some(Timestamp::MAX);
    }
    let text = match zulu {
        Some(text) => format!("{text}+0000"),
        None => text,
    };
    FORMS
        .iter()
        .find_map(|form| Timestamp::strptime(form, &text).ok())
}
