//! Signatures.

use crate::error::{CardError, Reason, Secret};
use crate::pin::{Pin, Tries};
use crate::profile::{Credential, PinUse};
use crate::signature::ToSign;
use crate::sw::StatusWord;

use super::{LastTry, Token, check_format};

impl Token<'_> {
    /// Signs, and checks the signature against the certificate before it is
    /// returned. The PIN is sent at most once while it is not known to be
    /// right; once accepted, it is sent again where the key wants it each time.
    ///
    /// # Errors
    ///
    /// What keeps it from being sent ([`CardError::Blocked`], [`CardError::LastTry`],
    /// [`CardError::Format`], [`CardError::Unsupported`]), or what the card said to it.
    pub fn sign(
        &mut self,
        credential: &Credential,
        what: ToSign<'_>,
        pin: &Pin,
        last: LastTry,
    ) -> Result<Vec<u8>, CardError> {
        let result = self.sign_once(credential, what, pin, last);
        self.doubted(result)
    }

    fn sign_once(
        &mut self,
        credential: &Credential,
        what: ToSign<'_>,
        pin: &Pin,
        last: LastTry,
    ) -> Result<Vec<u8>, CardError> {
        self.channel.begin_work();
        self.ensure_open()?;
        self.refuse_impossible(credential, what)?;
        let always = credential.when == PinUse::Always;
        let known = self.accepted(credential.pin);
        if !known || always {
            self.verify(credential, pin, last)?;
        }
        let signature = match self.ask_signature(credential, what) {
            // The card has forgotten a PIN that it accepted earlier in this
            // dialogue: once more, with the same PIN, and no further.
            Err(CardError::Declined {
                reason: Reason::PinForgotten,
                ..
            }) if known && !always => {
                self.ensure_open()?;
                self.verify(credential, pin, last)?;
                self.ask_signature(credential, what)?
            }
            // The card has lost the session and the PIN with it. Nothing is sent
            // again by itself: the PIN has to be asked for.
            Err(error @ CardError::SecureMessaging { .. }) => {
                self.void();
                // What went wrong first is what the user has to know.
                let _ = self.ensure_open();
                return Err(error);
            }
            other => other?,
        };
        self.checked(credential, what, &signature)
    }

    /// Signs with a key that wants no PIN, and checks the signature as [`Token::sign`]
    /// does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn sign_without_pin(
        &mut self,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let result = self.sign_freely(credential, what);
        self.doubted(result)
    }

    fn sign_freely(
        &mut self,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        self.channel.begin_work();
        self.ensure_open()?;
        self.refuse_impossible(credential, what)?;
        let signature = self.ask_signature(credential, what)?;
        self.checked(credential, what, &signature)
    }

    /// Where a signature fails for a reason that may be the certificate, that may be one
    /// that was read before another took its place: it is not offered again unread.
    fn doubted(&self, result: Result<Vec<u8>, CardError>) -> Result<Vec<u8>, CardError> {
        if let Err(
            CardError::Refused { .. }
            | CardError::Declined { .. }
            | CardError::Malformed { .. }
            | CardError::RawRsa
            | CardError::Unsupported(_)
            | CardError::BadSignature,
        ) = result
            && let Some(cache) = self.channel.cache()
        {
            cache.clear();
        }
        result
    }

    /// What cannot work never costs a try.
    fn refuse_impossible(
        &self,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<(), CardError> {
        let missing = credential.certificate.key().missing(what);
        let missing = missing.or_else(|| self.missing(credential));
        match missing.or_else(|| self.app.refuses(credential, what)) {
            Some(missing) => Err(CardError::Unsupported(missing)),
            None => Ok(()),
        }
    }

    fn ask_signature(
        &mut self,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let begun = self.channel.elapsed();
        let signature = self.app.sign(&mut self.channel, credential, what);
        let silence = self.channel.elapsed().saturating_sub(begun);
        let role = self
            .app
            .pin(credential.pin)
            .map_or(Secret::Pin, |pin| pin.role);
        signature.map_err(|error| match error {
            CardError::Refused { sw, .. }
                if sw == StatusWord::BLOCKED && credential.when != PinUse::Never =>
            {
                CardError::Blocked(role)
            }
            error => declined(error, |sw| Reason::of_signing(sw, silence)),
        })
    }

    /// The signature in its standard form, if it is this key's.
    fn checked(
        &self,
        credential: &Credential,
        what: ToSign<'_>,
        signature: &[u8],
    ) -> Result<Vec<u8>, CardError> {
        let key = credential.certificate.key();
        key.standard(what, signature).ok_or(CardError::BadSignature)
    }

    fn verify(
        &mut self,
        credential: &Credential,
        value: &Pin,
        last: LastTry,
    ) -> Result<(), CardError> {
        let pin = self.app.pin(credential.pin)?;
        check_format(&pin, value)?;
        if !self.accepted(pin.id) {
            self.allow(&pin, last)?;
        }
        self.state(pin.id).accepted = false;
        self.touched = true;
        let result = self.in_session(|app, channel| app.verify(channel, credential, value));
        let state = self.state(pin.id);
        if result.is_ok() {
            state.accepted = true;
            // A right PIN can only have raised the counter.
            let counted = state.tries.take().and_then(Tries::count);
            state.at_least = counted.or(state.at_least);
            self.told.remove(&pin.id);
            return Ok(());
        }
        state.at_least = None;
        let result = result.map_err(|error| self.unless_answered(pin.role, error));
        self.settle(&pin, result)
            .map_err(|error| declined(error, Reason::of_verifying))
    }
}

/// A refusal with its reason, where its status word tells that.
fn declined(error: CardError, reason: impl Fn(StatusWord) -> Option<Reason>) -> CardError {
    match error {
        CardError::Refused { during, sw } => match reason(sw) {
            Some(reason) => CardError::Declined { reason, sw },
            None => CardError::Refused { during, sw },
        },
        other => other,
    }
}
