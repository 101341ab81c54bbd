//! What a card family is: its facts ([`Spec`]), and how a card of it is recognised and opened
//! ([`Profile`]).

use crate::application::Application;
use crate::atr::Atr;
use crate::channel::Channel;
pub use crate::credential::{Credential, Found, KeyId, Note, PinUse, Problem, Search};
use crate::error::CardError;
pub use crate::pin::Tries;
pub use crate::spec::{Mark, SIGN, Spec};

/// A family, or a product of it. Stateless: what is learned of a card is its
/// [`Application`]'s.
pub trait Profile: Sync {
    /// The facts.
    fn spec(&self) -> &Spec;

    /// Families whose applications its cards are known to carry beside its own. On other
    /// cards none is looked for: where there is one application, nothing more is sent.
    fn beside(&self) -> &'static [&'static dyn Profile] {
        &[]
    }

    /// Opens the application for the first time: selects it, and begins secure messaging
    /// where the card wants that. `None`: the card is none of this family. `atr` is a hint
    /// at best.
    ///
    /// # Errors
    ///
    /// [`CardError`]: it is a card of this family, and cannot be opened.
    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError>;
}

/// `None` where the card refuses what every card of the family does: it is none.
///
/// # Errors
///
/// Every error but [`CardError::Refused`].
pub fn unless_refused<T>(result: Result<T, CardError>) -> Result<Option<T>, CardError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(CardError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An application that was recognised, open, and the profile that knows it.
pub type Identified = (&'static dyn Profile, Box<dyn Application>);

/// The first application of a card that a profile knows, or `None` for a card that none
/// knows. Sends nothing but read-only probes. ATR marks go first, so that a product is
/// preferred to its family.
///
/// # Errors
///
/// That of the first profile that knows the card and cannot open it.
pub fn identify(
    card: &mut Channel<'_>,
    atr: &Atr,
    profiles: &[&'static dyn Profile],
) -> Result<Option<Identified>, CardError> {
    let by_atr = profiles
        .iter()
        .filter(|p| p.spec().marks.iter().any(|mark| mark.in_atr(atr)));
    let by_application = profiles.iter().filter(|p| {
        p.spec()
            .marks
            .iter()
            .any(|mark| matches!(mark, Mark::Application))
    });
    let mut tried: Vec<&[u8]> = Vec::new();
    for profile in by_atr.chain(by_application) {
        let aid = profile.spec().aid;
        if tried.contains(&aid) {
            continue;
        }
        if !aid.is_empty() {
            tried.push(aid);
        }
        // A profile that did not get to its session has left the channel without a form.
        card.plain();
        if let Some(application) = profile.open(card, atr)? {
            return Ok(Some((*profile, application)));
        }
    }
    Ok(None)
}
