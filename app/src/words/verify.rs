//! What is wrong with a result that came to a portal.

use securesign_verify::Problem;

use super::InWords;
use crate::language::Language;

impl InWords for Problem {
    fn in_words(&self, l: Language) -> String {
        match self {
            Self::OtherRequest => l.say("problem-other-request"),
            Self::NoSignature => l.say("problem-no-signature"),
            Self::KeyUsage => l.say("problem-key-usage"),
            Self::Authority => l.say("problem-authority"),
            Self::ShortKey => l.say("problem-short-key"),
            Self::PssKey => l.say("problem-pss-key"),
            Self::NoAuthority => l.say("problem-no-authority"),
            Self::UnknownIssuer => l.say("problem-unknown-issuer"),
            Self::Expired => l.say("problem-expired"),
            Self::NotYetValid => l.say("problem-not-yet-valid"),
            Self::ExtendedKeyUsage => l.say("problem-extended-key-usage"),
            Self::CriticalExtension => l.say("problem-critical-extension"),
            Self::ChainSignature => l.say("problem-chain-signature"),
            Self::Algorithm => l.say("problem-algorithm"),
            Self::Revoked => l.say("problem-revoked"),
            Self::NoList => l.say("problem-no-list"),
            Self::OldList => l.say("problem-old-list"),
            Self::ForeignList => l.say("problem-foreign-list"),
            Self::Unreadable => l.say("problem-unreadable"),
        }
    }
}
