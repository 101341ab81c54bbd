//! The secrets of an application that matter for signing, as data: which they are, what they
//! look like, and what unblocks which.

use crate::error::{Missing, Secret};
use crate::pin::PinRules;

/// Names a [`PinObject`] of one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PinId(pub u8);

/// A secret that a card compares (ISO 7816-4, reference data): a PIN, or what unblocks one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinObject {
    /// Its name within the application.
    pub id: PinId,
    /// What it is for, and what people call it.
    pub role: Secret,
    /// P2 of VERIFY (ISO 7816-4, 11.5.6).
    pub reference: u8,
    /// What it looks like.
    pub rules: PinRules,
    /// How its tries left are read.
    pub counter: RetryCounter,
    /// How well changing it is known to work, or why it cannot be changed.
    pub change: Result<Confidence, Missing>,
    /// What sets it anew when it is blocked, or why nothing does.
    pub unblock: Result<Unblock, Missing>,
    /// What sets it anew as well, where the card has two such secrets: whoever has one of them
    /// may not have the other. Where the first is used up, this one takes its place.
    pub otherwise: Option<Unblock>,
}

/// How a secret is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinName {
    /// What it is for.
    pub role: Secret,
    /// As [`Application::called`](crate::application::Application::called).
    pub called: Option<&'static str>,
}

/// What sets a blocked PIN anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unblock {
    /// The PUK, the reset code, or the administrator's PIN. Where it is used up and the card
    /// has another, [`Application::tries`](crate::application::Application::tries) of it puts the
    /// other one here.
    pub with: PinId,
    /// How well it is known to work.
    pub confidence: Confidence,
}

/// How tries left are read without spending one. There is no default: on some cards an empty
/// VERIFY costs a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryCounter {
    /// VERIFY without data (ISO 7816-4, 11.5.6) answers `63Cx`.
    EmptyVerify,
    /// In another way, which the family knows.
    Status,
    /// There is no safe way.
    Unknown,
}

/// Whether commands of this kind were seen to work on a real card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// By several sources, or by the card's own standard.
    Known,
    /// Inferred from documents: a person is asked before it is tried.
    Inferred,
    /// Inferred, and cards of this kind are sold with it switched off.
    Doubtful,
}
