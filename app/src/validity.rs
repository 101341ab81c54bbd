//! Where today lies in a certificate's time.

use jiff::Timestamp;
use securesign_card::certificate::Certificate;

use crate::screen::ValidityState;

/// So long before its end a person is told: issuers take days.
const SOON_DAYS: i64 = 30;

const DAY: i64 = 24 * 60 * 60;

/// Where `now` lies in its time.
pub fn state(certificate: &Certificate, now: Timestamp) -> ValidityState {
    let (from, to) = certificate.validity();
    if now < from {
        ValidityState::NotYet
    } else if now > to {
        ValidityState::Expired
    } else if days_left(certificate, now) < SOON_DAYS {
        ValidityState::Expiring
    } else {
        ValidityState::Valid
    }
}

/// Whole days until its end; negative once it is over.
pub fn days_left(certificate: &Certificate, now: Timestamp) -> i64 {
    let (_, to) = certificate.validity();
    (to.as_second() - now.as_second()).div_euclid(DAY)
}

/// For programs.
pub fn word(state: ValidityState) -> &'static str {
    match state {
        ValidityState::Valid => "valid",
        ValidityState::Expiring => "expiring",
        ValidityState::Expired => "expired",
        ValidityState::NotYet => "notYetValid",
    }
}
