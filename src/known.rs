//! What is kept of a card's application from dialogue to dialogue.

use std::collections::BTreeMap;

use crate::application::{Application, PinId};
use crate::atr::Atr;
use crate::channel::{Channel, Extended};
use crate::error::CardError;
use crate::pin::Tries;
use crate::profile::{Profile, identify};

/// What is kept of one application of a card, from the card's insertion to its removal, so
/// that a further dialogue need not find it out again. Nothing of it is secret.
pub struct Known {
    /// The application, once it was recognised.
    pub(crate) application: Option<Box<dyn Application>>,
    /// The family that it is of, where it stands beside the first one; `None`: it is the
    /// first one that answers.
    only: Option<&'static dyn Profile>,
    /// Families that the card may have beside it, known once it was recognised.
    pub(crate) beside: &'static [&'static dyn Profile],
    /// What is known of extended length.
    pub(crate) extended: Extended,
    /// The serial number that it has told.
    pub(crate) serial: Option<String>,
    /// Tries left as wrong values were answered: all that is known of a PIN or PUK where the
    /// card cannot be asked.
    pub(crate) told: BTreeMap<PinId, Tries>,
}

impl Known {
    /// Nothing but what its answer to reset and the reader say of extended length.
    pub fn new(extended: Extended) -> Self {
        Self {
            application: None,
            only: None,
            beside: &[],
            extended,
            serial: None,
            told: BTreeMap::new(),
        }
    }

    /// For the application of this family that the card may carry beside this one, not looked
    /// for yet; `None` where its kind is not known to carry one ([`Profile::beside`]).
    pub fn beside(&self, family: &str) -> Option<Self> {
        let mut beside = self.beside.iter();
        let profile = beside.find(|profile| profile.spec().id == family)?;
        Some(Self {
            only: Some(*profile),
            ..Self::new(self.extended)
        })
    }

    /// Recognises the application, where that was not done yet.
    pub(crate) fn recognise(
        &mut self,
        card: &mut Channel<'_>,
        atr: &Atr,
        profiles: &[&'static dyn Profile],
    ) -> Result<(), CardError> {
        if self.application.is_some() {
            return Ok(());
        }
        let found = match self.only {
            Some(family) => identify(card, atr, &[family])?,
            None => identify(card, atr, profiles)?,
        };
        if let Some((profile, application)) = found {
            if self.only.is_none() {
                self.beside = profile.beside();
            }
            self.application = Some(application);
        }
        Ok(())
    }

    /// Selects the application that is known, if one is.
    pub(crate) fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let Some(application) = &mut self.application else {
            return Ok(());
        };
        match application.select(card) {
            // It is not there any more.
            Err(CardError::Refused { .. }) => Err(CardError::Changed),
            other => other,
        }
    }

    /// It is another card: nothing that was learned holds for it.
    pub(crate) fn forget(&mut self) {
        self.application = None;
        self.beside = &[];
        self.serial = None;
        self.told.clear();
    }
}
