//! A recognised card in a dialogue: the rules that protect its PIN live here,
//! above every family, so that none can forget them.

mod replace;
mod sign;
mod tries;

use std::collections::BTreeMap;

use crate::application::{Application, Confidence, PinId, PinObject};
use crate::atr::Atr;
use crate::cache::Cache;
use crate::channel::{Channel, Extended};
use crate::error::{CardError, Fault, Missing, Secret, given};
use crate::known::Known;
use crate::pin::{Pin, Tries};
use crate::profile::{Credential, Found, Profile, Search, Spec};
use crate::transport::{Ending, Transport};

/// A card whose application is selected.
pub struct Token<'a> {
    app: &'a mut dyn Application,
    channel: Channel<'a>,
    /// What was learned about extended length is put here at the end.
    extended: &'a mut Extended,
    /// The serial number that the card has told.
    serial: &'a mut Option<String>,
    /// Tries left as wrong values were answered, also in dialogues before.
    told: &'a mut BTreeMap<PinId, Tries>,
    /// What is known of each PIN in this dialogue.
    pins: BTreeMap<PinId, PinState>,
    /// A secret went to the card, or somebody said so: log out at the end.
    touched: bool,
    /// Families that the card may have beside this one.
    beside: &'static [&'static dyn Profile],
}

/// What is known of a PIN in a dialogue.
#[derive(Clone, Copy, Debug, Default)]
struct PinState {
    /// Tries left, as they were counted.
    tries: Option<Tries>,
    /// At least so many tries are left: the PIN was accepted since they were
    /// counted, and nobody else can have spent one within this dialogue.
    at_least: Option<u8>,
    /// It was accepted, and nothing has refused it since.
    accepted: bool,
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
    /// Opens the application of whatever card is there: the one that is `known`, or another
    /// one, which is recognised; `None` if no profile knows it. Sends only read-only probes.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`], and what keeps a card of a known family from being opened.
    pub fn open(
        transport: &'a mut dyn Transport,
        atr: &Atr,
        known: &'a mut Known,
        profiles: &[&'static dyn Profile],
    ) -> Result<Option<Self>, CardError> {
        let mut channel = Channel::new(transport, known.extended);
        match known.select(&mut channel) {
            Err(CardError::Changed) => known.forget(),
            selected => selected?,
        }
        Self::on(channel, atr, known, profiles)
    }

    /// As [`Token::open`], but no other card and no other application than the one that is
    /// known: [`CardError::Changed`].
    ///
    /// # Errors
    ///
    /// As said; else as [`Token::open`].
    pub fn reopen(
        transport: &'a mut dyn Transport,
        atr: &Atr,
        known: &'a mut Known,
        profiles: &[&'static dyn Profile],
    ) -> Result<Option<Self>, CardError> {
        let mut channel = Channel::new(transport, known.extended);
        known.select(&mut channel)?;
        Self::on(channel, atr, known, profiles)
    }

    fn on(
        mut channel: Channel<'a>,
        atr: &Atr,
        known: &'a mut Known,
        profiles: &[&'static dyn Profile],
    ) -> Result<Option<Self>, CardError> {
        known.recognise(&mut channel, atr, profiles)?;
        let Some(app) = &mut known.application else {
            return Ok(None);
        };
        Ok(Some(Self {
            app: app.as_mut(),
            channel,
            extended: &mut known.extended,
            serial: &mut known.serial,
            told: &mut known.told,
            pins: BTreeMap::new(),
            touched: false,
            beside: known.beside,
        }))
    }

    /// Whether PINs are known to be sent as its kind of card wants them.
    pub fn confidence(&self) -> Confidence {
        self.app.confidence()
    }

    /// Certificates that were read before may be kept here.
    pub fn remember(&mut self, cache: &'a dyn Cache) {
        self.channel.remember(cache);
    }

    /// Facts about its family.
    pub fn spec(&self) -> &'static Spec {
        self.app.spec()
    }

    /// As [`Application::factory_pins`].
    pub fn factory_pins(&self) -> &'static [&'static str] {
        self.app.factory_pins()
    }

    /// The families whose applications the card may carry beside this one, by their
    /// [`Spec::id`].
    pub fn beside(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.beside.iter().map(|profile| profile.spec().id)
    }

    /// What the card calls itself, or its family's name.
    pub fn label(&self) -> String {
        self.app.label().unwrap_or(self.spec().name).to_owned()
    }

    /// Signing certificates.
    ///
    /// # Errors
    ///
    /// [`CardError`] where nothing can be read; what is wrong with one certificate is a note.
    pub fn credentials(&mut self, search: &Search) -> Result<Found, CardError> {
        let mut found = self.read(|app, channel| app.credentials(channel, search))?;
        for credential in &mut found.credentials {
            credential.missing = self.missing(credential);
        }
        Ok(found)
    }

    /// Serial number, where there is one and the card tells it.
    ///
    /// # Errors
    ///
    /// [`CardError::Transport`] or [`CardError::Changed`]: the card is gone.
    pub fn serial(&mut self) -> Result<Option<String>, CardError> {
        let told = self.optional(None, |app, channel| app.serial(channel))?;
        if told.is_some() {
            self.serial.clone_from(&told);
        }
        Ok(told)
    }

    /// [`CardError::Changed`] where the token does not tell the serial number that it has
    /// told before. A card may fail to once; one that does twice is another.
    ///
    /// # Errors
    ///
    /// As said; [`CardError::Transport`]: the card is gone.
    pub fn is_same(&mut self) -> Result<(), CardError> {
        let Some(before) = self.serial.clone() else {
            return Ok(());
        };
        for _ in 0..2 {
            match self.optional(None, |app, channel| app.serial(channel)) {
                Ok(Some(told)) if told == before => return Ok(()),
                // Nothing is known of a card that is gone.
                Err(error @ CardError::Transport(_)) => return Err(error),
                _ => {}
            }
        }
        Err(CardError::Changed)
    }

    /// The PINs and what unblocks them, as far as they are known by now.
    pub fn pins(&self) -> &[PinObject] {
        self.app.pins()
    }

    /// As [`Application::called`].
    pub fn called(&self, pin: PinId) -> Option<&'static str> {
        self.app.called(pin)
    }

    /// Tries left of a PIN; asks the card only once in a dialogue, and never
    /// between VERIFY and a signature. [`CardError::Unsupported`]: there is no such PIN.
    ///
    /// # Errors
    ///
    /// As said; [`CardError::Transport`]: the card is gone.
    pub fn tries(&mut self, pin: PinId) -> Result<Tries, CardError> {
        if let Some(known) = self.state(pin).tries {
            return Ok(known);
        }
        let tries = self.count(pin)?;
        self.state(pin).tries = Some(tries);
        Ok(tries)
    }

    /// As [`Token::tries`], of the card holder's PIN.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn pin_tries(&mut self) -> Result<Tries, CardError> {
        self.tries(self.pin()?.id)
    }

    fn state(&mut self, pin: PinId) -> &mut PinState {
        self.pins.entry(pin).or_default()
    }

    /// Nothing that was verified counts any more.
    fn void(&mut self) {
        for state in self.pins.values_mut() {
            state.accepted = false;
            state.at_least = None;
        }
    }

    /// The card holder's PIN, as far as it is known by now.
    ///
    /// # Errors
    ///
    /// [`CardError::Unsupported`]: the card has none.
    pub fn pin(&self) -> Result<PinObject, CardError> {
        let mut pins = self.app.pins().iter();
        let first = pins.find(|pin| pin.role == Secret::Pin);
        first.copied().ok_or(CardError::Unsupported(Missing::Pin))
    }

    /// Whether this PIN was accepted when it was sent last in this dialogue.
    pub fn accepted(&self, pin: PinId) -> bool {
        self.pins.get(&pin).is_some_and(|state| state.accepted)
    }

    /// A PIN was typed anew: whatever was accepted before does not count for it.
    pub fn forget(&mut self) {
        for state in self.pins.values_mut() {
            state.accepted = false;
        }
    }

    /// The card is to be logged out at the end, whoever has verified a PIN.
    pub fn log_out(&mut self) {
        self.touched = true;
    }

    /// Logs out if a secret was sent, and keeps what was learned. How the card must be left.
    pub fn close(mut self) -> Ending {
        if self.touched {
            // The reset that follows is what counts; this is for cards that keep a
            // verified PIN across a reset. It has its own time, however long the rest took.
            self.channel.begin_work();
            if self.ensure_open().is_ok() {
                let _ = self.app.log_out(&mut self.channel);
            }
        }
        *self.extended = self.channel.extended();
        match self.touched {
            true => Ending::Reset,
            false => Ending::Leave,
        }
    }

    fn missing(&self, credential: &Credential) -> Option<Missing> {
        self.app
            .missing(&self.channel, credential.certificate.key())
    }

    /// Reads something that needs no PIN. A session of secure messaging that the
    /// card has lost is opened once more; whatever was verified in it is void.
    fn read<T>(
        &mut self,
        mut what: impl FnMut(&mut dyn Application, &mut Channel<'a>) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        self.channel.begin_work();
        self.ensure_open()?;
        let sessions = self.channel.sessions();
        let result = match what(&mut *self.app, &mut self.channel) {
            Err(CardError::SecureMessaging {
                fault: Fault::Lost, ..
            }) => {
                self.ensure_open()?;
                what(&mut *self.app, &mut self.channel)
            }
            other => other,
        };
        // A profile opens a session again by itself where it is lost over something
        // that is not needed.
        if self.channel.sessions() != sessions {
            self.void();
        }
        result
    }

    /// Reads something that no job needs: where the card does not give it, for whatever
    /// reason, it is not known. A card that is gone is gone all the same, and a PIN that
    /// does not exist must not be asked for.
    fn optional<T>(
        &mut self,
        unknown: T,
        what: impl FnMut(&mut dyn Application, &mut Channel<'a>) -> Result<T, CardError>,
    ) -> Result<T, CardError> {
        match self.read(what) {
            Err(error @ CardError::Unsupported(Missing::Pin)) => Err(error),
            other => Ok(given(other)?.unwrap_or(unknown)),
        }
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
        what: impl Fn(&mut dyn Application, &mut Channel<'a>) -> Result<(), CardError>,
    ) -> Result<(), CardError> {
        self.ensure_open()?;
        let secrets = self.channel.secrets();
        match what(&mut *self.app, &mut self.channel) {
            Err(CardError::SecureMessaging { .. }) if self.channel.secrets() == secrets => {
                self.ensure_open()?;
                what(&mut *self.app, &mut self.channel)
            }
            other => other,
        }
    }

    /// After a chain that broke off nothing but SELECT may be sent; twice, since
    /// the first one may be taken for a part of the chain. After a session that
    /// was lost, a new one is opened.
    fn ensure_open(&mut self) -> Result<(), CardError> {
        if self.channel.is_broken() {
            self.void();
            if self.select().is_err()
                && let Err(error) = self.select()
            {
                // Whatever is open now is not what the next command is meant for.
                self.channel.close();
                return Err(error);
            }
            self.channel.reopened();
        }
        Ok(())
    }

    fn select(&mut self) -> Result<(), CardError> {
        // What was closed lets nothing out, and a family that wants a session opens it.
        self.channel.plain();
        self.app.select(&mut self.channel)
    }
}

/// What can never be right never reaches the card.
fn check_format(pin: &PinObject, value: &Pin) -> Result<(), CardError> {
    let secret = pin.role;
    pin.rules
        .check(value)
        .map_err(|fault| CardError::Format { secret, fault })
}
