//! A recognised card in a dialogue: the rules that protect its PIN live here,
//! above every profile, so that none can forget them.

use crate::armor::Fault;
use crate::atr::Atr;
use crate::cache::Cache;
use crate::channel::{Channel, Extended};
use crate::error::{CardError, Lack, Reason, Secret, given};
use crate::pin::Pin;
use crate::profile::{
    Application, Credential, Found, PinUse, Profile, Search, Spec, Tries, identify,
};
use crate::signature::ToSign;
use crate::sw::StatusWord;
use crate::transport::{Ending, Transport};

/// A card whose application is selected.
pub struct Token<'a> {
    profile: &'static dyn Profile,
    atr: Atr,
    app: Application,
    channel: Channel<'a>,
    pin_tries: Option<Tries>,
    /// At least so many tries are left: the PIN was accepted since they were
    /// counted, and nobody else can have spent one within this dialogue.
    at_least: Option<u8>,
    /// A PIN was accepted in this dialogue and nothing has refused it since.
    accepted: bool,
    /// A secret went to the card, or somebody said so: log out at the end.
    touched: bool,
}

/// Whether the user has agreed to spend the last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastTry {
    /// Not asked: the last try is kept.
    Keep,
    /// Agreed.
    Use,
}

impl<'a> Token<'a> {
    /// Recognises the card; `None` if no profile knows it. Sends only
    /// read-only probes.
    pub fn open(
        transport: &'a mut dyn Transport,
        atr: &Atr,
        extended: Extended,
        profiles: &[&'static dyn Profile],
    ) -> Result<Option<Self>, CardError> {
        let mut channel = Channel::new(transport, extended);
        let Some((profile, mut app)) = identify(&mut channel, atr, profiles)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            profile,
            atr: atr.clone(),
            pin_tries: app.tries.take(),
            app,
            channel,
            at_least: None,
            accepted: false,
            touched: false,
        }))
    }

    /// Certificates that were read before may be kept here.
    pub fn remember(&mut self, cache: &'a dyn Cache) {
        self.channel.remember(cache);
    }

    /// Facts about its family.
    pub fn spec(&self) -> &'static Spec {
        self.profile.spec()
    }

    /// What the card calls itself, or its family's name.
    pub fn label(&self) -> String {
        self.app
            .label
            .clone()
            .unwrap_or_else(|| self.spec().name.to_owned())
    }

    /// Signing certificates.
    pub fn credentials(&mut self, search: &Search) -> Result<Found, CardError> {
        let mut found =
            self.read(|profile, channel, app| profile.credentials(channel, app, search))?;
        for credential in &mut found.credentials {
            credential.lack = self.lack(credential);
        }
        Ok(found)
    }

    /// Serial number, where there is one and the card tells it.
    pub fn serial(&mut self) -> Result<Option<String>, CardError> {
        self.optional(None, |profile, channel, _| profile.serial(channel))
    }

    /// Tries left of the PIN; asks the card only once in a dialogue, and never
    /// between VERIFY and a signature. [`CardError::Unsupported`]: there is no PIN.
    pub fn pin_tries(&mut self) -> Result<Tries, CardError> {
        if let Some(known) = self.pin_tries {
            return Ok(known);
        }
        let tries = self.optional(Tries::Unknown, |profile, channel, app| {
            profile.pin_tries(channel, app)
        })?;
        self.pin_tries = Some(tries);
        Ok(tries)
    }

    /// What an earlier dialogue with the same card has learned of its
    /// application: which PIN is the card holder's.
    pub fn recall(&mut self, app: &Application) {
        self.app = app.clone();
    }

    /// What was learned of the application, for [`Token::recall`].
    pub fn application(&self) -> &Application {
        &self.app
    }

    /// Whether the last PIN sent in this dialogue was accepted.
    pub fn accepted(&self) -> bool {
        self.accepted
    }

    /// A PIN was typed anew: whatever was accepted before does not count for it.
    pub fn forget(&mut self) {
        self.accepted = false;
    }

    /// The card is to be logged out at the end, whoever has verified a PIN.
    pub fn seal(&mut self) {
        self.touched = true;
    }

    /// Tries left of the PUK.
    pub fn puk_tries(&mut self) -> Result<Tries, CardError> {
        self.optional(Tries::Unknown, |profile, channel, app| {
            profile.puk_tries(channel, app)
        })
    }

    /// Signs, and checks the signature against the certificate before it is
    /// returned. The PIN is sent at most once while it is not known to be
    /// right; once accepted, it is sent again where the key wants it each time.
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
        self.mend()?;
        self.refuse_impossible(credential, what)?;
        let always = credential.pin == PinUse::Always;
        let known = self.accepted;
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
                self.mend()?;
                self.verify(credential, pin, last)?;
                self.ask_signature(credential, what)?
            }
            // The card has lost the session and the PIN with it. Nothing is sent
            // again by itself: the PIN has to be asked for.
            Err(error @ CardError::Armor { .. }) => {
                self.accepted = false;
                // What went wrong first is what the user has to know.
                let _ = self.mend();
                return Err(error);
            }
            other => other?,
        };
        self.checked(credential, what, &signature)
    }

    /// Signs with a key that wants no PIN, and checks the signature as [`Token::sign`]
    /// does.
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
        self.mend()?;
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

    /// Replaces PIN or PUK.
    pub fn change(
        &mut self,
        secret: Secret,
        old: &Pin,
        new: &Pin,
        last: LastTry,
    ) -> Result<(), CardError> {
        self.check_format(secret, old)?;
        as_new(self.check_format(secret, new))?;
        self.channel.begin_work();
        self.app.before = self.allow(secret, last)?;
        self.touched = true;
        let replaced = self.channel.replaced();
        let result =
            self.in_session(|profile, channel, app| profile.change(channel, app, secret, old, new));
        let result = result.map_err(|error| self.unless_lost(replaced, (secret, secret), error));
        // Whether a changed PIN counts as verified differs from card to card.
        self.accepted = false;
        self.at_least = None;
        self.settle(secret, result)
    }

    /// Sets a new PIN with the PUK. Spends no PIN try first.
    pub fn unblock(&mut self, puk: &Pin, new: &Pin, last: LastTry) -> Result<(), CardError> {
        let secret = self.app.unblocker;
        self.check_format(secret, puk)?;
        as_new(self.check_format(Secret::Pin, new))?;
        self.channel.begin_work();
        self.allow(secret, last)?;
        if self.app.unblocker != secret {
            // It is used up. What was typed must not be sent for the other one.
            return Err(CardError::Blocked(secret));
        }
        self.touched = true;
        let replaced = self.channel.replaced();
        let result =
            self.in_session(|profile, channel, app| profile.unblock(channel, app, puk, new));
        let sent = (secret, Secret::Pin);
        let result = result.map_err(|error| self.unless_lost(replaced, sent, error));
        self.accepted = false;
        self.at_least = None;
        let result = self.settle(secret, result);
        self.pin_tries = None;
        result
    }

    /// Logs out if a secret was sent. How the card must be left, and what was
    /// learned about extended length.
    pub fn close(mut self) -> (Ending, Extended) {
        if !self.touched {
            return (Ending::Leave, self.channel.extended());
        }
        // The reset that follows is what counts; this is for cards that keep a
        // verified PIN across a reset. It has its own time, however long the rest took.
        self.channel.begin_work();
        if self.mend().is_ok() {
            let _ = self.profile.log_out(&mut self.channel, &self.app);
        }
        (Ending::Reset, self.channel.extended())
    }

    /// What cannot work never costs a try.
    fn refuse_impossible(
        &self,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<(), CardError> {
        let lack = credential.certificate.key().lack(what);
        match lack.or_else(|| self.lack(credential)) {
            Some(lack) => Err(CardError::Unsupported(lack)),
            None => Ok(()),
        }
    }

    fn lack(&self, credential: &Credential) -> Option<Lack> {
        self.profile
            .lack(&self.channel, &self.app, credential.certificate.key())
    }

    /// Reads something that needs no PIN. A session of secure messaging that the
    /// card has lost is opened once more; whatever was verified in it is void.
    fn read<T>(
        &mut self,
        mut what: impl FnMut(&dyn Profile, &mut Channel<'a>, &mut Application) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        self.channel.begin_work();
        self.mend()?;
        let sessions = self.channel.sessions();
        let result = match what(self.profile, &mut self.channel, &mut self.app) {
            Err(CardError::Armor {
                fault: Fault::Lost, ..
            }) => {
                self.mend()?;
                what(self.profile, &mut self.channel, &mut self.app)
            }
            other => other,
        };
        // A profile opens a session again by itself where it is lost over something
        // that is not needed.
        if self.channel.sessions() != sessions {
            self.accepted = false;
            self.at_least = None;
        }
        result
    }

    /// Reads something that no job needs: where the card does not give it, for whatever
    /// reason, it is not known. A card that is gone is gone all the same, and a PIN that
    /// does not exist must not be asked for.
    fn optional<T>(
        &mut self,
        unknown: T,
        what: impl FnMut(&dyn Profile, &mut Channel<'a>, &mut Application) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        match self.read(what) {
            Err(error @ CardError::Unsupported(Lack::Pin)) => Err(error),
            other => Ok(given(other)?.unwrap_or(unknown)),
        }
    }

    /// After a new value was sent, only a status word of the card tells whether it has
    /// taken it. `present` and `new`: what was sent for it, and what it sets.
    fn unless_lost(
        &self,
        replaced: usize,
        (present, new): (Secret, Secret),
        error: CardError,
    ) -> CardError {
        if self.channel.replaced() > replaced && leaves_open(&error) {
            return CardError::Unclear(new);
        }
        self.unless_answered(present, error)
    }

    /// After a secret was sent, only a status word of the card tells whether it cost a try.
    fn unless_answered(&self, secret: Secret, error: CardError) -> CardError {
        if !self.channel.unanswered() {
            return error;
        }
        let cause = Box::new(error);
        CardError::Unanswered { secret, cause }
    }

    /// Does something with a PIN in a session that is in order. Where the card loses it
    /// before anything secret was sent, a new one is opened and all is done once more.
    fn in_session(
        &mut self,
        what: impl Fn(&dyn Profile, &mut Channel<'a>, &Application) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        self.mend()?;
        let secrets = self.channel.secrets();
        match what(self.profile, &mut self.channel, &self.app) {
            Err(CardError::Armor { .. }) if self.channel.secrets() == secrets => {
                self.mend()?;
                what(self.profile, &mut self.channel, &self.app)
            }
            other => other,
        }
    }

    /// After a chain that broke off nothing but SELECT may be sent; twice, since
    /// the first one may be taken for a part of the chain. After a session that
    /// was lost, a new one is opened.
    fn mend(&mut self) -> Result<(), CardError> {
        if self.channel.is_broken() {
            self.accepted = false;
            self.at_least = None;
            if self.profile.open(&mut self.channel, &self.atr).is_err() {
                self.profile.open(&mut self.channel, &self.atr)?;
            }
            self.channel.mended();
        }
        Ok(())
    }

    fn verify(
        &mut self,
        credential: &Credential,
        pin: &Pin,
        last: LastTry,
    ) -> Result<(), CardError> {
        self.check_format(Secret::Pin, pin)?;
        if !self.accepted {
            self.allow(Secret::Pin, last)?;
        }
        self.accepted = false;
        self.touched = true;
        let result =
            self.in_session(|profile, channel, app| profile.verify(channel, app, credential, pin));
        if result.is_ok() {
            self.accepted = true;
            // A right PIN can only have raised the counter.
            let counted = self.pin_tries.take().and_then(Tries::count);
            self.at_least = counted.or(self.at_least);
            return Ok(());
        }
        self.at_least = None;
        let result = result.map_err(|error| self.unless_answered(Secret::Pin, error));
        self.settle(Secret::Pin, result)
            .map_err(|error| declined(error, Reason::of_verifying))
    }

    fn ask_signature(
        &mut self,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let begun = self.channel.elapsed();
        let signature = self
            .profile
            .sign(&mut self.channel, &self.app, credential, what);
        let silence = self.channel.elapsed().saturating_sub(begun);
        signature.map_err(|error| match error {
            CardError::Refused { sw, .. }
                if sw == StatusWord::BLOCKED && credential.pin != PinUse::Never =>
            {
                CardError::Blocked(Secret::Pin)
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

    /// What can never be right never reaches the card.
    fn check_format(&self, secret: Secret, value: &Pin) -> Result<(), CardError> {
        let rules = match secret {
            Secret::Pin => &self.app.pin,
            _ => self
                .app
                .puk
                .as_ref()
                .ok_or(CardError::Unsupported(self.app.no_puk))?,
        };
        rules
            .check(value)
            .map_err(|fault| CardError::Format { secret, fault })
    }

    /// Nothing is sent at no tries, nor at one without the user's word. How many are
    /// left at least, where that is known.
    fn allow(&mut self, secret: Secret, last: LastTry) -> Result<Option<u8>, CardError> {
        let tries = match secret {
            // More than one is certain: nothing to ask the card for.
            Secret::Pin if self.at_least.is_some_and(|left| left > 1) => return Ok(self.at_least),
            Secret::Pin => self.pin_tries()?,
            _ => self.puk_tries()?,
        };
        match tries {
            Tries::Blocked => Err(CardError::Blocked(secret)),
            Tries::Left(1) if last == LastTry::Keep => Err(CardError::LastTry(secret)),
            tries => Ok(tries.count()),
        }
    }

    /// Turns an answer that does not tell the tries left, or one that was lost, into one
    /// that does, by asking the counter. Nothing is repeated.
    fn settle(&mut self, secret: Secret, result: Result<(), CardError>) -> Result<(), CardError> {
        let before = self.pin_tries.take();
        let error = match result {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if secret != Secret::Pin || !self.counter_tells(&error) {
            if let CardError::Wrong {
                secret: Secret::Pin,
                left: Some(left),
            } = error
            {
                self.pin_tries = Some(Tries::from_count(left));
            }
            return Err(error);
        }
        let is_lost = matches!(error, CardError::Unclear(_) | CardError::Unanswered { .. });
        let now = match self.pin_tries() {
            // What was lost is what the person has to know.
            Err(_) if is_lost => return Err(error),
            other => other?,
        };
        let was = before.and_then(Tries::count);
        Err(match (now, error) {
            (Tries::Blocked, _) => CardError::Blocked(secret),
            (Tries::Left(left), CardError::Wrong { .. }) => CardError::Wrong {
                secret,
                left: Some(left),
            },
            (Tries::Left(left), _) if was.is_some_and(|was| left < was) => CardError::Wrong {
                secret,
                left: Some(left),
            },
            // No try is gone, so that it is a plain failure.
            (Tries::Left(_), CardError::Unanswered { cause, .. }) if was.is_some() => *cause,
            (_, error) => error,
        })
    }

    /// Whether the counter says more than the error, and can be asked: a card that is gone
    /// is read anew by whoever opens it again.
    fn counter_tells(&self, error: &CardError) -> bool {
        match error {
            CardError::Wrong { left: None, .. }
            | CardError::Refused { .. }
            | CardError::Armor { .. } => true,
            CardError::Unclear(_) | CardError::Unanswered { .. } => !self.channel.is_mute(),
            _ => false,
        }
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

/// Whether a new value may hold in spite of the error: what came is no status word of the
/// card, or one that says that memory was changed or failed, or nothing precise (ISO 7816-4,
/// 5.6), and not that the old value is wrong.
fn leaves_open(error: &CardError) -> bool {
    match error {
        CardError::Transport(_) | CardError::Armor { .. } | CardError::Malformed { .. } => true,
        CardError::Refused { sw, .. } => match sw.0.to_be_bytes() {
            [0x65 | 0x6F, _] => true,
            [0x63, more] => more >= 0x10 && more >> 4 != 0x0C,
            _ => false,
        },
        _ => false,
    }
}

/// A fault of the form, said of the new value and not of the present one.
fn as_new(result: Result<(), CardError>) -> Result<(), CardError> {
    result.map_err(|error| match error {
        CardError::Format { fault, .. } => CardError::NewPinFormat(fault),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The meaning of each: ISO 7816-4, tables 5 and 6.
    #[test]
    fn what_a_card_says_to_a_new_value_may_leave_open_whether_it_holds() {
        let open = |sw| {
            leaves_open(&CardError::Refused {
                during: "test",
                sw: StatusWord(sw),
            })
        };
        for sw in [0x6500, 0x6581, 0x6F00, 0x6F01, 0x6381] {
            assert!(open(sw), "{sw:04X}");
        }
        // The old value is wrong, or nothing was looked at.
        for sw in [
            0x6300, 0x6303, 0x63C0, 0x63C2, 0x6982, 0x6983, 0x6A80, 0x6700, 0x6D00,
        ] {
            assert!(!open(sw), "{sw:04X}");
        }
    }
}
