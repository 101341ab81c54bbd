//! Facts about a card family.

use crate::atr::{Atr, AtrPattern};

/// Facts about a family, or about one product of it. No decisions.
#[derive(Debug)]
pub struct Spec {
    /// Short and stable, as in trace headers: `piv`.
    pub id: &'static str,
    /// As people know it.
    pub name: &'static str,
    /// How it is recognised; any one mark is enough.
    pub marks: &'static [Mark],
    /// Application identifier for SELECT (ISO 7816-4, 11.2.2); empty where the
    /// application is opened in another way.
    pub aid: &'static [u8],
    /// Where the facts are from.
    pub source: &'static str,
}

/// The step of the command that makes the signature, as in traces: the one in which a
/// card may wait for a touch.
pub const SIGN: &str = "sign";

/// A mark by which a card is recognised.
#[derive(Debug)]
pub enum Mark {
    /// The whole ATR, with a mask.
    Atr(AtrPattern),
    /// The historical bytes contain these.
    Historical(&'static [u8]),
    /// SELECT of the application succeeds. A read-only probe that any card stands.
    Application,
}

impl Mark {
    /// Whether an answer to reset has it.
    pub fn in_atr(&self, atr: &Atr) -> bool {
        match self {
            Self::Atr(pattern) => pattern.matches(atr),
            Self::Historical(part) => atr.historical().windows(part.len()).any(|w| w == *part),
            Self::Application => false,
        }
    }
}
