//! How a token's PIN stands, in the words of the handoff protocol, §5.

use securesign_card::pin::Tries;

/// How a token's PIN stands, in the words of the handoff protocol, §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It may be typed; one that nobody has tried yet is this too.
    Active,
    /// The last one typed was wrong.
    Invalid,
    /// No tries are left.
    Blocked,
    /// It was accepted and is kept for the next request.
    SessionActive,
}

impl Status {
    /// By what is known of the PIN and of a session with its token.
    pub fn of(tries: Tries, kept: bool) -> Self {
        match tries {
            Tries::Blocked => Self::Blocked,
            _ if kept => Self::SessionActive,
            Tries::Left(_) | Tries::Unknown => Self::Active,
        }
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Invalid => "INVALID",
            Self::Blocked => "BLOCKED",
            Self::SessionActive => "SESSION_ACTIVE",
        }
    }
}

impl crate::words::InWords for Status {
    /// With the protocol's word behind, for whoever is told of it.
    fn in_words(&self, language: crate::language::Language) -> String {
        let words = match self {
            Self::Active => language.say("pin-status-active"),
            Self::Invalid => language.say("pin-status-invalid"),
            Self::Blocked => language.say("pin-status-blocked"),
            Self::SessionActive => language.say("pin-status-session"),
        };
        format!("{words} ({})", self.as_str())
    }
}
