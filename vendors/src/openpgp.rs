//! OpenPGP card, specifications 2.0 to 3.4 (sheet OpenPGP): GnuPG's cards, Nitrokey, Gnuk,
//! YubiKey, SmartPGP, CanoKey and others.
//!
//! No real card was at hand. What four independent cards do (SmartPGP 3.0.4, CanoKey 3.0.2,
//! pico-openpgp 4.6, opcard 1.11.0; §15) is marked as seen; what is said of others is the
//! specification's, or their documents'.

mod certificates;
#[cfg(feature = "emulators")]
pub mod emulator;
mod kdf;
mod pin;
mod related;
mod sign;

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Application, PinId, PinObject};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{Credential, Found, Mark, Profile, Search, Spec, unless_refused};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::text;

use related::Related;

/// Every card that has the application.
#[derive(Debug)]
pub struct OpenPgp {
    spec: Spec,
}

/// Without version and serial number: the only form that all cards take (§2).
const AID: &[u8] = &[0xD2, 0x76, 0x00, 0x01, 0x24, 0x01];

/// PW1 as the signature key wants it, and as VERIFY, CHANGE and RESET RETRY COUNTER name the
/// value (specification 3.4, 7.2.2).
const PW1: u8 = 0x81;
/// PW1 as the other keys want it: the same value and counter, another permission.
const PW1_OTHER: u8 = 0x82;
/// The administrator's PIN.
const PW3: u8 = 0x83;

/// The card holder's PIN: PW1.
const HOLDERS_PIN: PinId = PinId(1);
const RESET_CODE: PinId = PinId(2);
/// PW3.
const ADMIN_PIN: PinId = PinId(3);

/// Specification 3.4, 4.3.1: at least six characters, sent as they are. Checked here, because
/// two of the four cards count a badly formed one as wrong (§5). How many at most, C4 tells.
const PW1_RULES: PinRules = PinRules {
    min: 6,
    max: 127,
    charset: Charset::Printable,
    form: Form::Exact,
};

/// PW3 and the reset code.
const PW3_RULES: PinRules = PinRules {
    min: 8,
    ..PW1_RULES
};

/// Cards without another application say in their historical bytes what the specification
/// wants there (3.4, 6.1): category, service data, capabilities. They are asked at once.
/// Tokens with PIV as well call themselves by their name.
pub static OPENPGP: OpenPgp = OpenPgp {
    spec: Spec {
        id: "openpgp",
        name: "OpenPGP card",
        marks: &[
            Mark::Historical(&[0x00, 0x31, 0xC5, 0x73]),
            Mark::Historical(&[0x00, 0x31, 0xF5, 0x73]),
            Mark::Historical(&[0x00, 0x31, 0x84, 0x73]),
            Mark::Application,
        ],
        aid: AID,
        source: "OpenPGP card specification 2.0.1 and 3.4; sheet OpenPGP",
    },
};

impl Profile for OpenPgp {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let related = unless_refused(select(card))?;
        Ok(related.map(|related| -> Box<dyn Application> { Box::new(Opened::new(related)) }))
    }
}

/// Selects the application, and reads what the card says of itself.
fn select(card: &mut Channel<'_>) -> Result<Related, CardError> {
    iso::select(card, AID)?;
    Related::read(card)
}

/// The application of one card.
struct Opened {
    related: Related,
    /// The KDF-DO, once it was read; empty where there is none.
    kdf: Option<Vec<u8>>,
    /// PW1, the reset code and PW3.
    pins: [PinObject; 3],
    /// Tries left of PW1, as selecting has just told them.
    tries: Option<Tries>,
    /// Of PW3, as those of the reset code have just been read together with them.
    admin_tries: Option<Tries>,
    /// It has refused an input that is shorter than the curve of a key.
    whole: bool,
}

impl Opened {
    fn new(related: Related) -> Self {
        Self {
            kdf: None,
            pins: pin::objects(related.status),
            tries: related.status.map(|status| status.pw1),
            admin_tries: None,
            whole: false,
            related,
        }
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &OPENPGP.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        *card.environment() = None;
        let related = select(card)?;
        // With the serial number in it.
        if related.aid != self.related.aid {
            return Err(CardError::Changed);
        }
        self.tries = related.status.map(|status| status.pw1);
        self.admin_tries = None;
        Ok(())
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        self.learn_kdf(card)?;
        certificates::find(card, &self.related, search)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        sign::missing(key)
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // Manufacturer and serial number, from the full AID (specification 3.4, 4.2.1).
        let during = "read the serial number";
        let response = card.send(during, &get_data(0x4F))?;
        let number = response.data.get(8..14).filter(|_| response.sw.is_ok());
        Ok(number.map(text::hex_upper))
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let (pw1, pw3) = (self.tries.take(), self.admin_tries.take());
        let told = match pin {
            HOLDERS_PIN => pw1,
            ADMIN_PIN => pw3,
            _ => None,
        };
        if let Some(tries) = told {
            return Ok(tries);
        }
        let pin = self.pin(pin)?;
        let status = pin::status(card, pin.role)?;
        if pin.id == RESET_CODE {
            self.admin_tries = Some(status.pw3);
            if status.code == Tries::Blocked {
                self.pins[0].unblock = Ok(pin::unblocked_with(ADMIN_PIN));
                self.pins[0].otherwise = None;
            }
        }
        Ok(status.tries(pin.role))
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        let reference = match certificates::SIGNATURE.key == credential.key {
            true => PW1,
            false => PW1_OTHER,
        };
        let pin = self.pin(credential.pin)?;
        self.present(card, reference, &pin, value)
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
        self.replace(card, &pin, old, new)
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let (pin, with) = (self.pin(pin)?, self.pin(with)?);
        match with.id {
            RESET_CODE => self.unblock_by_code(card, (&pin, &with), code, new),
            _ => self.unblock_by_admin(card, (&pin, &with), code, new),
        }
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, &mut self.whole, credential, what)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        // Where it cannot, only the reset that follows does: another SELECT keeps what was
        // verified on two of the four cards.
        if self.related.logs_out() {
            for reference in [PW1, PW1_OTHER] {
                card.send("log out", &Command::new([0x00, 0x20, 0xFF, reference]))?;
            }
        }
        Ok(())
    }
}

/// GET DATA (specification 3.4, 7.2.6).
fn get_data(tag: u16) -> Command<'static> {
    let [p1, p2] = tag.to_be_bytes();
    Command::new([0x00, 0xCA, p1, p2]).answer(Answer::Long)
}

/// The card has no such object, however it says so (§8).
fn is_absent(sw: StatusWord) -> bool {
    matches!(
        sw,
        StatusWord::NO_REFERENCE
            | StatusWord::FUNCTION
            | StatusWord::NOT_FOUND
            | StatusWord::WRONG_P1P2
            | StatusWord::BEHIND_END
    )
}
