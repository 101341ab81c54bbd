//! What a person wants, where the person is, and what the card is doing.

use securesign_card::application::PinId;
use securesign_card::error::CardError;
use securesign_card::profile::Credential;
use securesign_documents::Refusal;

use super::end::Undelivered;
use super::form::{Entry, Errand, Step, Target};
use super::{Order, Page, Refused};
use crate::original::Prepared;
use crate::worker::{TokenId, TokenInfo};

/// What a person wants.
pub(super) enum Purpose {
    /// A link was opened.
    Sign(Box<Order>),
    /// The token window.
    Manage,
}

/// Where the person is.
pub(super) enum State {
    /// Before the worker's first report.
    Looking,
    /// The sign window, the token window, or waiting for a token.
    Ready,
    /// The form that changes this PIN.
    Change(Target),
    /// The form that unlocks this PIN with the PUK, and how far it is.
    Unlock(Target, Step),
    /// Changing or unlocking was never tried on a real token of this kind: is it
    /// wanted all the same?
    Unsure(Target, Errand),
    /// Something was typed for this token, and there is a question before it is sent. It
    /// waits in locked memory.
    Asked(Question, TokenId, Entry),
    /// The card is at work.
    Busy(Busy),
    /// The signature is on its way to the portal.
    Signed,
    /// The service is asked whether the portal may call; the tokens are read meanwhile.
    Inquiring(Box<Refused>),
    /// The link was refused.
    Refused(Refused),
    /// It was refused, and its portal can be allowed: shall it be?
    Allow(Box<Refused>),
    /// It cannot go on.
    Failed(Box<CardError>),
    /// The signature does not go into the document, or what came of it does not verify.
    Unfit(Refusal),
    /// The callback could not be delivered.
    Undelivered(Undelivered),
    /// Settings, journal, about.
    Page(Page),
}

/// What is asked before something that was typed is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// A PIN was sent to no token of this kind yet: may it be?
    Untried,
    /// The document that was given is not the one that would be signed: is it wanted all the
    /// same?
    OtherDocument,
    /// One try is left: may it be used?
    LastTry,
}

/// What the card is doing, and what belongs to its answer: readers may come and
/// go meanwhile, and the choice on the screen with them.
pub(super) enum Busy {
    Signing(Box<Signing>),
    Changing(Target),
    /// With this secret.
    Unlocking(Target, PinId),
    /// It was given up, and others wait: they come when the card has answered.
    Abandoned,
}

pub(super) struct Signing {
    pub(super) info: TokenInfo,
    pub(super) credential: Credential,
    /// The token makes the signature: the PIN is checked.
    pub(super) signs: bool,
    /// The PIN that was typed is one that such tokens leave the factory with.
    pub(super) factory_pin: bool,
    /// What the signature goes into; `None`: it goes out alone.
    pub(super) prepared: Option<Prepared>,
}
