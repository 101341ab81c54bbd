//! The application of one card: its PIN, and what unblocks it.

use securesign_card::apdu::Command;
use securesign_card::application::{Application, PinId, PinObject};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, given};
use securesign_card::iso;
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, Found, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::text;
use securesign_card::tlv;
use zeroize::Zeroizing;

use super::data::DataObject;
use super::pins::{HOLDERS_PIN, PUK, pins, with_admin_key, with_puk};
use super::{GIDS, admin, certificates, select, sign};

/// No PIN, but all of them: who verifies it logs out.
const NO_PIN: u8 = 0x82;

/// The file of the application itself, and what it tells of the PIN and of the PUK.
const APPLICATION: u16 = 0x3FFF;
const PIN_STATUS: u16 = 0x7F71;
const PUK_STATUS: u16 = 0x7F73;

/// Sixteen bytes that are the card's own (`cardid`).
const CARD_ID: DataObject = DataObject {
    file: 0xA012,
    tag: 0xDF20,
};

/// The application of one card.
pub struct Opened {
    /// As SELECT told it, with the version.
    identifier: Vec<u8>,
    pins: [PinObject; 3],
    /// The card has said whether it has a PUK; else it is asked again before the
    /// administrator's key is.
    puk_is_known: bool,
}

const LOOK_FOR_PUK: &str = "look for a PUK";

impl Opened {
    /// Asks whether the card has a PUK: where it has none, the administrator's key unblocks.
    pub fn new(card: &mut Channel<'_>, identifier: Vec<u8>) -> Result<Self, CardError> {
        let mut opened = Self {
            identifier,
            pins: pins(with_admin_key()),
            puk_is_known: false,
        };
        given(opened.puk_tries(card, LOOK_FOR_PUK))?;
        Ok(opened)
    }
}

impl Opened {
    /// Tries left of the PUK. Where it has none, or no PUK, the administrator's key unblocks.
    fn puk_tries(
        &mut self,
        card: &mut Channel<'_>,
        during: &'static str,
    ) -> Result<Tries, CardError> {
        let left = match tries(card, during, PUK_STATUS) {
            Err(CardError::Refused {
                sw: StatusWord::NO_REFERENCE | StatusWord::NOT_FOUND,
                ..
            }) => Tries::Blocked,
            other => other?,
        };
        let (unblock, otherwise) = match left {
            Tries::Left(_) => (with_puk(), Some(with_admin_key())),
            Tries::Blocked => (with_admin_key(), None),
            Tries::Unknown => return Ok(left),
        };
        self.pins[0].unblock = Ok(unblock);
        self.pins[0].otherwise = otherwise;
        self.puk_is_known = true;
        Ok(left)
    }
}

/// Tries left, as the object that has them tells (sheet GIDS, "PIN status").
fn tries(card: &mut Channel<'_>, during: &'static str, tag: u16) -> Result<Tries, CardError> {
    let file = APPLICATION;
    let status = DataObject { file, tag }.read(card, during)?;
    // 9F17 on older cards.
    let count = [0x97, 0x9F17].into_iter().find_map(|tag| {
        let value = tlv::find(&status, tag).ok().flatten();
        value.and_then(|value| value.first().copied())
    });
    Ok(count.map_or(Tries::Unknown, Tries::from_count))
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &GIDS.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        match select(card)? {
            Some(identifier) if identifier == self.identifier => Ok(()),
            _ => Err(CardError::Changed),
        }
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        certificates::credentials(card, search)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        sign::missing(key)
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        let id = CARD_ID.read(card, "read the serial number")?;
        let told = id.len() == 16 && id.iter().any(|byte| *byte != 0);
        Ok(told.then(|| text::hex_upper(&id)))
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        match pin {
            HOLDERS_PIN => match tries(card, "read the PIN tries left", PIN_STATUS) {
                // Nobody has set one yet.
                Err(CardError::Refused {
                    sw: StatusWord::NO_REFERENCE,
                    ..
                }) => Err(CardError::Unsupported(Missing::Pin)),
                other => other,
            },
            PUK => self.puk_tries(card, "read the PUK tries left"),
            _ => {
                if !self.puk_is_known {
                    given(self.puk_tries(card, LOOK_FOR_PUK))?;
                }
                Ok(Tries::Unknown)
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
        let (pin, with) = (self.pin(pin)?, self.pin(with)?);
        if with.id == PUK {
            return iso::unblock(card, (&pin, &with), code, new);
        }
        let encoded = pin.rules.encode(new).map_err(CardError::NewPinFormat);
        let new: Zeroizing<Vec<u8>> = encoded?;
        admin::authenticate(card, &with, code)?;
        let during = "unblock the PIN";
        let command = Command::new([0x00, 0x2C, 0x02, pin.reference]).secret(&new);
        iso::judge_new(during, with.role, card.send(during, &command)?.sw)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, credential, what)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        card.send("log out", &Command::new([0x00, 0x20, 0x00, NO_PIN]))
            .map(drop)
    }
}
