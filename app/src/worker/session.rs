//! An accepted PIN, kept for the next request of the same portal.

use std::time::{Duration, Instant};

use securesign_card::application::PinId;
use securesign_card::pin::Pin;

use super::TokenId;

/// What an accepted PIN is kept for; whatever differs in one of these is asked
/// for the PIN (requirement 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The card, from one insertion to its removal.
    pub token: TokenId,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// Which PIN of the token: two keys with one certificate may want different ones.
    pub pin: PinId,
    /// The validated origin of the portal.
    pub origin: String,
}

/// A PIN that is kept, as others may know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What for.
    pub binding: Binding,
    /// How long from now on, if it is not used.
    pub idle: Duration,
}

/// A PIN that a token has accepted, in locked memory.
pub(super) struct Session {
    pub(super) binding: Binding,
    pin: Pin,
    used: Instant,
}

impl Session {
    /// Used just now.
    pub(super) fn new(binding: Binding, pin: Pin) -> Self {
        let used = Instant::now();
        Self { binding, pin, used }
    }

    /// How long it may still be kept.
    pub(super) fn left(&self, idle: Duration) -> Duration {
        idle.saturating_sub(self.used.elapsed())
    }

    /// The PIN, for what it is bound to and within its time; else nobody gets it.
    pub(super) fn pin_for(self, binding: &Binding, idle: Duration) -> Option<Pin> {
        (self.binding == *binding && !self.left(idle).is_zero()).then_some(self.pin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r26_a_kept_pin_is_for_no_other_pin_of_the_token() {
        let idle = Duration::from_secs(60);
        let kept = || Pin::copy(b"123456").unwrap();
        let first = Binding {
            token: TokenId {
                reader: "reader".into(),
                insertion: 1,
                application: None,
            },
            certificate: vec![0x30, 0x00],
            pin: PinId(1),
            origin: "https://portal.example".into(),
        };
        let second = Binding {
            pin: PinId(2),
            ..first.clone()
        };
        let session = || Session::new(first.clone(), kept());
        assert!(session().pin_for(&first, idle).is_some());
        assert!(session().pin_for(&second, idle).is_none());
    }
}
