//! Belgian identity cards, applets 1.0 to 1.8 (sheet BelEID): one PIN, two keys.
//!
//! OpenSC and the state's own programs use such cards. OpenSC signs with the authentication key
//! of the applets up to 1.7 alone; how the other key and applet 1.8 sign is from the source of
//! the state's programs, and nobody here has seen it.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{
    Credential, Found, Mark, PinUse, Profile, SIGN, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign, digest_info};
use securesign_card::text::hex_upper;

use super::{Place, credentials, exactly, read_certificate, same, select_path};

/// Every applet.
#[derive(Debug)]
pub struct Belgium {
    spec: Spec,
}

/// Applet 1.8 shares its answer to reset with other cards of the maker: the name decides.
pub static BELEID: Belgium = Belgium {
    spec: Spec {
        id: "beleid",
        name: "Belgian eID card",
        marks: &[
            Mark::Atr(AtrPattern {
                value: &[
                    0x3B, 0x98, 0x00, 0x40, 0x00, 0xA5, 0x03, 0x01, 0x01, 0x01, 0xAD, 0x13, 0x10,
                ],
                mask: &[
                    0xFF, 0xFF, 0x00, 0xFF, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0,
                ],
            }),
            exactly(&[
                0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x04, 0x01, 0x20,
                0x12, 0x0F, 0xFF, 0x82, 0x90, 0x00,
            ]),
        ],
        aid: &[
            0xA0, 0x00, 0x00, 0x00, 0x30, 0x29, 0x05, 0x70, 0x00, 0xAD, 0x13, 0x10, 0x01, 0x01,
            0xFF,
        ],
        source: "OpenSC 0.23, card-belpic.c; Fedict eid-mw; sheet BelEID",
    },
};

impl Profile for Belgium {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        Ok(
            unless_refused(begin(card))?.map(|data| -> Box<dyn Application> {
                let counter = match data.applet >= TELLS_TRIES {
                    true => RetryCounter::Status,
                    false => RetryCounter::Unknown,
                };
                let pins = [PinObject { counter, ..PIN }];
                Box::new(Opened { data, pins })
            }),
        )
    }
}

const HOLDERS_PIN: PinId = PinId(1);

/// The state keeps the PUK.
const PIN: PinObject = PinObject {
    id: HOLDERS_PIN,
    role: Secret::Pin,
    reference: 0x01,
    rules: PinRules {
        min: 4,
        max: 12,
        charset: Charset::Digits,
        form: Form::Iso9564,
    },
    counter: RetryCounter::Unknown,
    change: Ok(Confidence::Known),
    unblock: Err(Missing::Issuer),
    otherwise: None,
};

/// The first applet that tells the tries left, and has keys on elliptic curves.
const TELLS_TRIES: u8 = 0x18;

/// Paths from the master file.
const DIRECTORY: [u8; 4] = [0x3F, 0x00, 0xDF, 0x00];

const PLACES: [Place; 2] = [
    Place {
        name: "Qualified signature",
        file: 0x5039,
        key: 0x83,
        pin: HOLDERS_PIN,
        when: PinUse::Always,
    },
    Place {
        name: "Authentication",
        file: 0x5038,
        key: 0x82,
        pin: HOLDERS_PIN,
        when: PinUse::Once,
    },
];

/// As the state's programs read.
const CHUNK: u16 = 0xF8;

/// What the card tells of itself.
#[derive(Debug, PartialEq, Eq)]
struct CardData {
    serial: String,
    applet: u8,
}

/// Selects the applet and reads the card's data.
fn begin(card: &mut Channel<'_>) -> Result<CardData, CardError> {
    *card.environment() = None;
    let select = Command::new([0x00, 0xA4, 0x04, 0x00]).data(BELEID.spec.aid);
    card.require("select the application", &select)?;
    let during = "read the serial number";
    let read = Command::new([0x80, 0xE4, 0x00, 0x00]).answer(Answer::Exact(0x1C));
    let data = card.require(during, &read)?;
    match (data.get(..16), data.get(21)) {
        (Some(serial), Some(applet)) if data.len() == 0x1C => Ok(CardData {
            serial: hex_upper(serial),
            applet: *applet,
        }),
        _ => Err(CardError::Malformed { during, at: 0 }),
    }
}

/// What was set for a key is gone after it.
fn select(card: &mut Channel<'_>, during: &'static str, path: &[u8]) -> Result<(), CardError> {
    *card.environment() = None;
    select_path(card, during, path)
}

/// The application of one card.
struct Opened {
    data: CardData,
    pins: [PinObject; 1],
}

/// Chooses the key, and how it signs: the DigestInfo padded by the card, or a hash as it is.
/// The template is of the card's own making: not TLV, `04` counts the rest.
fn choose(card: &mut Channel<'_>, credential: &Credential) -> Result<(), CardError> {
    let algorithm = match credential.certificate.key().rsa_len() {
        Some(_) => 0x01,
        None => 0x40,
    };
    // Keys have references of one byte.
    let template = [0x04, 0x80, algorithm, 0x84, credential.key.0 as u8];
    if card.environment().is_none() {
        select(card, "choose the key", &DIRECTORY)?;
    }
    iso::set_environment(card, 0xB6, &template).map(drop)
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &BELEID.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        same(&begin(card)?, &self.data)
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        credentials(card, self.spec(), &PLACES, search, |card, place, known| {
            let [high, low] = place.file.to_be_bytes();
            let path = [&DIRECTORY[..], &[high, low]].concat();
            select(card, "read a certificate", &path)?;
            read_certificate(card, CHUNK, known)
        })
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        match (key, key.rsa_len()) {
            (PublicKey::Rsa(_), Some(128 | 256)) | (PublicKey::P384(_), _) => None,
            (PublicKey::Rsa(_), _) => Some(Missing::KeyLength),
            _ => Some(Missing::KeyKind),
        }
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one would have been another card's.
        Ok(Some(self.data.serial.clone()))
    }

    /// What a VERIFY without data does to older cards, nobody has published: none is sent.
    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        if self.pin(pin)?.counter == RetryCounter::Unknown {
            return Ok(Tries::Unknown);
        }
        let during = "read the PIN tries left";
        let read = Command::new([0x80, 0xE4, 0x00, 0x01]).answer(Answer::Exact(0x1F));
        let data = card.require(during, &read)?;
        let left = data.get(28).filter(|_| data.len() == 0x1F);
        Ok(left.map_or(Tries::Unknown, |left| Tries::from_count(*left)))
    }

    /// The key is chosen first: between VERIFY and a qualified signature the card wants nothing
    /// else.
    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        choose(card, credential)?;
        iso::verify(card, &self.pin(credential.pin)?, value)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let digest = what.digest();
        let input = match credential.certificate.key().curve_len() {
            None => digest_info(digest),
            Some(len) => digest.bytes()[..digest.bytes().len().min(len)].to_vec(),
        };
        choose(card, credential)?;
        // Over T=0, where no Le follows data.
        let compute = Command::new([0x00, 0x2A, 0x9E, 0x9A]).data(&input);
        card.require(SIGN, &compute.once())
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        card.send("log out", &Command::new([0x80, 0xE6, 0x00, 0x00]))
            .map(drop)
    }
}
