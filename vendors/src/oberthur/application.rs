//! The application of one card: its PIN, what unblocks it, and signing.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Application, PinId, PinObject};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, Found, SIGN, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign, digest_info};
use securesign_card::sw::StatusWord;
use securesign_card::text;
use zeroize::Zeroizing;

use super::files::{AWP, Files};
use super::pins::{PUK, pins};
use super::{OBERTHUR, certificates};

/// The file below [`AWP`] with the value that RESET RETRY COUNTER wants: who has verified the PUK
/// reads it there.
const PUK_VALUE: u16 = 0x2000;
const PUK_VALUE_LEN: u16 = 16;

/// Bit of a reference: of this application, not of the card. CHANGE REFERENCE DATA and RESET
/// RETRY COUNTER leave it out.
const LOCAL: u8 = 0x80;

/// Bit of a reference that is logged out.
const LOGGED_OUT: u8 = 0x20;

/// PKCS#1 v1.5, and the card makes the block.
const RSA_PKCS1: u8 = 0x11;

/// The application of one card.
pub struct Opened {
    serial: Option<String>,
    files: Files,
    pins: [PinObject; 2],
}

/// As OpenSC opens it: the card manager, which tells the chip's number, and the application.
fn select(card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
    let serial = given(serial(card))?.flatten();
    *card.environment() = None;
    let command = Command::new([0x00, 0xA4, 0x04, 0x0C]).data(OBERTHUR.spec.aid);
    card.require("select the application", &command)?;
    Ok(serial)
}

/// From the chip's production data (GlobalPlatform, CPLC).
fn serial(card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
    let manager = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00];
    let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).data(&manager);
    card.require("select the card manager", &select)?;
    let read = Command::new([0x80, 0xCA, 0x9F, 0x7F]).answer(Answer::Exact(0x2D));
    let data = card.require("read the serial number", &read)?;
    let number = data.get(15..19).filter(|_| data.starts_with(&[0x9F, 0x7F]));
    Ok(number.map(text::hex_upper))
}

impl Opened {
    pub fn open(card: &mut Channel<'_>) -> Result<Self, CardError> {
        Ok(Self {
            serial: select(card)?,
            files: Files::default(),
            pins: pins(),
        })
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &OBERTHUR.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.files.forget();
        // Whoever tells its number now and then only cannot be told from another card.
        match select(card)? == self.serial {
            true => Ok(()),
            false => Err(CardError::Changed),
        }
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        self.files.forget();
        certificates::credentials(card, &mut self.files, search)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        match (key, key.rsa_len()) {
            (PublicKey::Rsa(_), Some(128 | 256)) => None,
            (PublicKey::Rsa(_), _) => Some(Missing::KeyLength),
            _ => Some(Missing::KeyKind),
        }
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one, or none, would have been another card's.
        Ok(self.serial.clone())
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let pin = self.pin(pin)?;
        let during = match pin.role {
            Secret::Pin => "read the PIN tries left",
            _ => "read the PUK tries left",
        };
        let sw = card
            .send(during, &Command::new([0x00, 0x20, 0x00, pin.reference]))?
            .sw;
        match (sw.counter(), sw) {
            (Some(count), _) => Ok(Tries::from_count(count)),
            (None, StatusWord::BLOCKED) => Ok(Tries::Blocked),
            (None, StatusWord::NO_REFERENCE) if pin.id == PUK => {
                self.pins[0].unblock = Err(Missing::Puk);
                Ok(Tries::Unknown)
            }
            (None, StatusWord::NO_REFERENCE) => Err(CardError::Unsupported(Missing::Pin)),
            // Somebody has verified it before us, or the card does not tell.
            _ => Ok(Tries::Unknown),
        }
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        let pin = self.pin(pin)?;
        let reference = pin.reference & !LOCAL;
        iso::change(card, &PinObject { reference, ..pin }, old, new)
    }

    /// VERIFY with the PUK lets a value be read, and RESET RETRY COUNTER wants that one.
    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let (pin, with) = (self.pin(pin)?, self.pin(with)?);
        let new = pin.rules.encode(new).map_err(CardError::NewPinFormat)?;
        iso::verify(card, &with, code)?;
        let value = self.puk_value(card)?;
        let both = iso::both(&value, &new);
        let during = "unblock the PIN";
        let header = [0x00, 0x2C, 0x00, pin.reference & !LOCAL];
        let sw = card.send(during, &Command::new(header).secret(&both))?.sw;
        iso::judge_reset(during, with.role, sw)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let key = credential.certificate.key();
        if let Some(missing) = self.missing(card, key) {
            return Err(CardError::Unsupported(missing));
        }
        let path = [AWP, certificates::PRIVATE, credential.key.0];
        // The key is the file that is selected.
        self.files.select(card, "choose the key", &path)?;
        iso::set_environment(card, 0xB6, &[0x80, 0x01, RSA_PKCS1])?;
        let info = digest_info(what.digest());
        let len = key.rsa_len().unwrap_or_default() as u16;
        let compute = Command::new([0x00, 0x2A, 0x9E, 0x9A])
            .data(&info)
            .answer(Answer::Exact(len));
        card.require(SIGN, &compute.once())
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        for pin in self.pins {
            let reference = pin.reference & !LOCAL | LOGGED_OUT;
            card.send("log out", &Command::new([0x80, 0x2E, 0x00, reference]))?;
        }
        Ok(())
    }
}

impl Opened {
    /// What RESET RETRY COUNTER wants of who has verified the PUK: as good as the PUK.
    fn puk_value(&mut self, card: &mut Channel<'_>) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let during = "read the unblocking value";
        self.files.forget();
        self.files.select(card, during, &[AWP, PUK_VALUE])?;
        let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(PUK_VALUE_LEN));
        let value = Zeroizing::new(card.require(during, &read.hiding_answer())?);
        match value.len() == usize::from(PUK_VALUE_LEN) {
            true => Ok(value),
            false => Err(CardError::Malformed { during, at: 0 }),
        }
    }
}
