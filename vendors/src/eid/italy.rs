//! Italian service cards, CNS and TS-CNS (sheet itacns): one specification on the cards of many
//! makers. The tries left cannot be asked for.
//!
//! OpenSC uses such cards. Which of two commands a key signs with depends on the rights that it
//! was made with, and the certificate does not tell them: the other one is tried where one is
//! refused.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{
    Application, Confidence, PinId, PinObject, RetryCounter, Unblock,
};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules};
use securesign_card::profile::{
    Credential, Found, Mark, PinUse, Profile, SIGN, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign, emsa_pkcs1_v15};
use securesign_card::sw::StatusWord;

use super::{Place, credentials, read_certificate, same, select_path, unless_rsa};

/// Every maker's.
#[derive(Debug)]
pub struct Italy {
    spec: Spec,
}

/// There is no application: all is below the master file.
pub static CNS: Italy = Italy {
    spec: Spec {
        id: "cns",
        name: "Italian CNS card",
        marks: &[
            Mark::Historical(b"CNS\x10\x31\x80"),
            Mark::Historical(b"CNS\x11\x31\x80"),
        ],
        aid: &[],
        source: "OpenSC 0.23, card-itacns.c; CNS file system v10; sheet itacns",
    },
};

/// Who made the mask, in the historical bytes; of this one references need the bit that
/// searches from the current directory upwards.
const MASK_MAKER: usize = 3;
const STINCARD: u8 = 0x09;
const UPWARDS: u8 = 0x80;

impl Profile for Italy {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let Some(serial) = unless_refused(begin(card))? else {
            return Ok(None);
        };
        let upwards = match atr.historical().get(MASK_MAKER) {
            Some(&STINCARD) => UPWARDS,
            _ => 0x00,
        };
        let signs = given(select(card, "look for a signature key", &SIGNATURE))?.is_some();
        let mut pins = pins(upwards).to_vec();
        pins.truncate(if signs { 4 } else { 2 });
        Ok(Some(Box::new(Opened { serial, pins })))
    }
}

const PIN: PinId = PinId(1);
const PUK: PinId = PinId(2);
const SIGNATURE_PIN: PinId = PinId(3);
const SIGNATURE_PUK: PinId = PinId(4);

fn pins(upwards: u8) -> [PinObject; 4] {
    let pin = PinObject {
        id: PIN,
        role: Secret::Pin,
        reference: 0x10 | upwards,
        rules: PinRules {
            min: 5,
            max: 8,
            charset: Charset::Digits,
            form: Form::Padded { len: 8, with: 0xFF },
        },
        counter: RetryCounter::Unknown,
        change: Ok(Confidence::Known),
        unblock: Ok(Unblock {
            with: PUK,
            confidence: Confidence::Known,
        }),
        otherwise: None,
    };
    let puk = PinObject {
        id: PUK,
        role: Secret::Puk,
        reference: 0x11 | upwards,
        change: Err(Missing::Change),
        unblock: Err(Missing::Puk),
        ..pin
    };
    let signature = PinObject {
        id: SIGNATURE_PIN,
        role: Secret::SignaturePin,
        reference: 0x1A | upwards,
        unblock: Ok(Unblock {
            with: SIGNATURE_PUK,
            confidence: Confidence::Known,
        }),
        ..pin
    };
    let signature_puk = PinObject {
        id: SIGNATURE_PUK,
        reference: 0x1B | upwards,
        ..puk
    };
    [pin, puk, signature, signature_puk]
}

/// Paths below the master file: the card's number, and where the signature key is.
const NUMBER: [u8; 4] = [0x10, 0x00, 0x10, 0x03];
const SIGNATURE: [u8; 4] = [0x14, 0x00, 0x81, 0x10];
const MASTER: [u8; 2] = [0x3F, 0x00];

/// The files of certificates are each in a directory of their own.
const SIGNATURE_DIRECTORY: [u8; 2] = [0x14, 0x00];
const DIRECTORY: [u8; 2] = [0x11, 0x00];

const PLACES: [Place; 2] = [
    Place {
        name: "Signature",
        file: 0x9010,
        key: 0x10,
        pin: SIGNATURE_PIN,
        when: PinUse::Always,
    },
    Place {
        name: "Authentication",
        file: 0x1101,
        key: 0x01,
        pin: PIN,
        when: PinUse::Once,
    },
];

/// What programs read at once.
const CHUNK: u16 = 0xFF;

/// Reads the number of the card, which tells one from another.
fn begin(card: &mut Channel<'_>) -> Result<String, CardError> {
    let during = "read the serial number";
    select(card, during, &NUMBER)?;
    let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(16));
    let number = card.require(during, &read)?;
    match number.len() == 16 && number.iter().all(u8::is_ascii_alphanumeric) {
        true => Ok(String::from_utf8_lossy(&number).into_owned()),
        false => Err(CardError::Malformed { during, at: 0 }),
    }
}

/// What was set for a key is gone after it.
fn select(card: &mut Channel<'_>, during: &'static str, path: &[u8]) -> Result<(), CardError> {
    *card.environment() = None;
    select_path(card, during, path)
}

/// The card, which has no application.
struct Opened {
    serial: String,
    pins: Vec<PinObject>,
}

impl Opened {
    /// The PINs of the signature key are in its directory.
    fn enter(&self, card: &mut Channel<'_>, pin: PinId) -> Result<(), CardError> {
        match pin {
            SIGNATURE_PIN => select(card, "select the signature key", &SIGNATURE),
            _ => Ok(()),
        }
    }
}

/// Signing and deciphering, which are the same with RSA; the second has a byte before the block.
#[derive(Clone, Copy)]
struct Way {
    template: u8,
    header: [u8; 4],
    before: &'static [u8],
}

const SIGNS: Way = Way {
    template: 0xB6,
    header: [0x00, 0x2A, 0x9E, 0x9A],
    before: &[],
};
const DECIPHERS: Way = Way {
    template: 0xB8,
    header: [0x00, 0x2A, 0x80, 0x86],
    before: &[0x00],
};

impl Way {
    fn go(self, card: &mut Channel<'_>, key: u8, block: &[u8]) -> Result<Vec<u8>, CardError> {
        let during = "choose the key";
        // RESTORE; the last byte is the empty length of its data.
        let restore = Command::new([0x00, 0x22, 0xF3, 0x03]).answer(Answer::Short);
        card.require(during, &restore)?;
        let set = [0x83, 0x01, key];
        let set = Command::new([0x00, 0x22, 0xF1, self.template]).data(&set);
        card.require(during, &set)?;
        let input = [self.before, block].concat();
        let compute = Command::new(self.header).data(&input).answer(Answer::Short);
        card.require(SIGN, &compute.once())
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &CNS.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        same(&begin(card)?, &self.serial)
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let own = |place: &&Place| self.pins.iter().any(|pin| pin.id == place.pin);
        let places: Vec<Place> = PLACES.iter().filter(own).copied().collect();
        credentials(card, self.spec(), &places, search, |card, place, known| {
            let directory = match place.pin {
                SIGNATURE_PIN => SIGNATURE_DIRECTORY,
                _ => DIRECTORY,
            };
            let path = [directory, place.file.to_be_bytes()].concat();
            select(card, "read a certificate", &path)?;
            read_certificate(card, CHUNK, known)
        })
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        unless_rsa(key, &[128, 256])
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one would have been another card's.
        Ok(Some(self.serial.clone()))
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        self.enter(card, credential.pin)?;
        iso::verify(card, &self.pin(credential.pin)?, value)
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        self.enter(card, pin)?;
        iso::change(card, &self.pin(pin)?, old, new)
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        self.enter(card, pin)?;
        iso::unblock(card, (&self.pin(pin)?, &self.pin(with)?), code, new)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let len = credential.certificate.key().rsa_len().unwrap_or_default();
        let block = emsa_pkcs1_v15(what.digest(), len);
        let block = block.ok_or(CardError::Unsupported(Missing::KeyTooShort))?;
        // Keys have references of one byte.
        let key = credential.key.0 as u8;
        let (first, second) = match credential.pin {
            SIGNATURE_PIN => (SIGNS, DECIPHERS),
            _ => (DECIPHERS, SIGNS),
        };
        match first.go(card, key, &block) {
            Err(CardError::Refused {
                sw: StatusWord::SECURITY_STATUS | StatusWord::CONDITIONS | StatusWord::NO_REFERENCE,
                ..
            }) => second.go(card, key, &block),
            other => other,
        }
    }

    /// Inferred; the reset that follows is what counts.
    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let select = Command::new([0x00, 0xA4, 0x00, 0x0C]).data(&MASTER);
        card.send("log out", &select).map(drop)
    }
}
