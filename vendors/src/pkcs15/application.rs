//! What is asked of one card: to select its application, its PINs, its keys.

use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, given};
use securesign_card::iso;
use securesign_card::pin::{Pin, Tries};
use securesign_card::pkcs15::PinFlag;
use securesign_card::profile::{Credential, Found, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::text;
use securesign_card::tlv;

use super::opened::{Opened, here};
use super::{PKCS15, Replacing, Serial, certificates, pin, replace, sign};

/// EF(GDO) below the root (ISO 7816-4).
const EF_GDO: [u8; 4] = [0x3F, 0x00, 0x2F, 0x02];

/// The number of the card, made of that of its issuer (ISO 7816-6).
const SERIAL_NUMBER: u32 = 0x5A;

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &self.family.spec
    }

    fn factory_pins(&self) -> &'static [&'static str] {
        self.family.habits.factory_pins
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.begin(card)?;
        match (self.family.spec.aid, &self.files.home) {
            ([], None) => iso::select(card, PKCS15).map(drop)?,
            ([], Some(_)) => self.files.go_home(card)?,
            // The application has been selected by its own name.
            _ => {}
        }
        match self.holders_is_known {
            true => Ok(()),
            false => self.find_holders(card),
        }
    }

    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    fn confidence(&self) -> Confidence {
        self.habits.confidence.verify
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        certificates::find(card, self, search)
    }

    fn missing(&self, card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        let unchained = key.modulus().is_some_and(|it| self.unchained.contains(&it));
        let len = key.rsa_len().unwrap_or_default() + 1;
        let reader = (unchained && !card.takes(len)).then_some(Missing::Reader);
        sign::missing(&self.habits, key).or(reader)
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        let serial = match self.habits.serial.clone() {
            Serial::TokenInfo => self.token_info(card)?.serial,
            Serial::Global => self.global(card, SERIAL_NUMBER)?,
            Serial::Data(command, part) => {
                let answer = card.require("read the serial number", &command)?;
                answer.get(part).unwrap_or_default().to_vec()
            }
        };
        // Tools that do not know one write zeros.
        let tells = serial.iter().any(|byte| *byte != 0x00);
        Ok(tells.then(|| text::hex_upper(&serial)))
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let pin = self.ready(card, pin)?;
        match pin.counter {
            RetryCounter::EmptyVerify => iso::pin_tries(card, pin.reference),
            RetryCounter::Status | RetryCounter::Unknown => Ok(Tries::Unknown),
        }
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        let pin = self.ready(card, credential.pin)?;
        if matches!(self.habits.replacing, Replacing::Verified) {
            self.log_out(card)?;
        }
        iso::verify(card, &pin, value)
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        let pin = self.ready(card, pin)?;
        match self.habits.replacing {
            Replacing::Together(_) => iso::change(card, &pin, old, new),
            Replacing::Verified => {
                self.log_out(card)?;
                replace::change(card, &pin, old, new)
            }
        }
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let with = self.pin(with)?;
        let pin = self.ready(card, pin)?;
        match self.habits.replacing {
            Replacing::Together(unblock) => unblock(card, (&pin, &with), code, new),
            Replacing::Verified => {
                self.log_out(card)?;
                let set = replace::unblock(card, (&pin, &with), code, new);
                given(self.log_out(card))?;
                set
            }
        }
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let key = self.keys.get(usize::from(credential.key.0)).cloned();
        let key = key.ok_or(CardError::Changed)?;
        let public = credential.certificate.key();
        let recipe = self.recipe(&key, public);
        let recipe = recipe.ok_or(CardError::Unsupported(Missing::Setup))?;
        if self.habits.selects_key
            && !sign::is_chosen(card, &recipe)
            && let Some(path) = &key.path
        {
            self.files
                .reach(card, "select the key", &path.identifiers)?;
        }
        sign::sign(card, &recipe, public, what)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.files.forget();
        for command in self.habits.log_out {
            card.send("log out", command)?;
        }
        Ok(())
    }
}

impl Opened {
    /// A global data object, empty where the card has none.
    fn global(&mut self, card: &mut Channel<'_>, tag: u32) -> Result<Vec<u8>, CardError> {
        let during = "read the global data objects";
        let file = self.files.read(card, during, &here(&EF_GDO), |_| false)?;
        let found = tlv::find(&file, tag).ok().flatten();
        Ok(found.unwrap_or_default().to_vec())
    }

    /// A PIN that exists, with its directory open: a local one counts in that only.
    fn ready(&mut self, card: &mut Channel<'_>, id: PinId) -> Result<PinObject, CardError> {
        let pin = self.pin(id)?;
        let entry = pin::entry(&self.entries, id);
        let entry = entry.ok_or(CardError::Unsupported(Missing::Pin))?;
        let during = "enter the directory of the PIN";
        let place = entry
            .path
            .as_ref()
            .map(|path| self.files.absolute(&path.identifiers));
        match (place, &self.files.home) {
            (Some(place), _) => self.files.enter(card, during, &place)?,
            (None, Some(home)) if self.habits.local || entry.is(PinFlag::Local) => {
                let home = home.clone();
                self.files.enter(card, during, &home)?;
            }
            // Of another application it would be another PIN.
            _ => self.files.come_back(card)?,
        }
        Ok(pin)
    }
}
