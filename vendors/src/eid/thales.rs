//! Estonian cards of Thales from 2025 on and Finnish cards of versions 3 and 4 (sheets EstEID,
//! part B, and FINEID): one set of commands, with references and files of each country's own.
//!
//! libelectronic-id uses such cards, and its tests have recordings of real ones; OpenSC 0.23
//! knows none of them. How the PUK unblocks is from other programs' sources.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{
    Application, Confidence, PinId, PinObject, RetryCounter, Unblock,
};
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Channel;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, PinRules, Tries};
use securesign_card::profile::{
    Credential, Found, Mark, PinUse, Profile, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::tlv;

use super::{
    Place, credentials, environment, exactly, numbered, read_certificate, same, select_application,
    sign_hash,
};

/// A country's cards, of one version.
#[derive(Debug)]
pub struct Thales {
    spec: Spec,
    /// References of PIN1, PIN2 and PUK.
    references: [u8; 3],
    /// Fewest digits of PIN2.
    least: usize,
    /// Where the number of the document or of the card is, from the application down.
    number: &'static [u8],
    /// The signature key first.
    places: [Place; 2],
    /// Paths of their certificates.
    paths: [&'static [u8]; 2],
    /// Data is never followed by Le: the card speaks T=0 alone.
    is_t0: bool,
}

const AID: &[u8] = &[
    0xA0, 0x00, 0x00, 0x00, 0x63, 0x50, 0x4B, 0x43, 0x53, 0x2D, 0x31, 0x35,
];

const PIN1: PinId = PinId(1);
const PIN2: PinId = PinId(2);
const PUK: PinId = PinId(3);

const fn places(files: [u16; 2], keys: [u8; 2]) -> [Place; 2] {
    [
        Place {
            name: "Qualified signature, PIN2",
            file: files[0],
            key: keys[0],
            pin: PIN2,
            when: PinUse::Always,
        },
        Place {
            name: "Authentication, PIN1",
            file: files[1],
            key: keys[1],
            pin: PIN1,
            when: PinUse::Once,
        },
    ]
}

/// Estonian cards from 2025 on.
pub static ESTEID_2025: Thales = Thales {
    spec: Spec {
        id: "esteid-2025",
        name: "Estonian ID card",
        marks: &[exactly(&[
            0x3B, 0xFF, 0x96, 0x00, 0x00, 0x80, 0x31, 0xFE, 0x43, 0x80, 0x31, 0xB8, 0x53, 0x65,
            0x49, 0x44, 0x64, 0xB0, 0x85, 0x05, 0x10, 0x12, 0x23, 0x3F, 0x1D,
        ])],
        aid: AID,
        source: "libelectronic-id; OpenSC 0.27, card-esteid2025.c; sheet EstEID",
    },
    references: [0x81, 0x82, 0x83],
    least: 5,
    number: &[0xDF, 0xDD, 0x50, 0x07],
    places: places([0x3421, 0x3411], [0x05, 0x01]),
    paths: [&[0xAD, 0xF2, 0x34, 0x21], &[0xAD, 0xF1, 0x34, 0x11]],
    is_t0: false,
};

const FINEID_SOURCE: &str = "libelectronic-id; DVV FINEID S1; sheet FINEID";

/// Finnish cards of version 3: an RSA key that signs PSS alone, and one on P-256.
pub static FINEID_3: Thales = Thales {
    spec: Spec {
        id: "fineid-3",
        name: "Finnish ID card",
        marks: &[exactly(&[
            0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x04, 0x02, 0x1B,
            0x12, 0x00, 0xF6, 0x82, 0x90, 0x00,
        ])],
        aid: AID,
        source: FINEID_SOURCE,
    },
    references: [0x11, 0x82, 0x83],
    least: 6,
    number: &[0x50, 0x32],
    places: places([0x4335, 0x4331], [0x03, 0x01]),
    paths: [&[0x50, 0x16, 0x43, 0x35], &[0x43, 0x31]],
    is_t0: true,
};

/// Finnish cards of version 4.
pub static FINEID_4: Thales = Thales {
    spec: Spec {
        id: "fineid-4",
        name: "Finnish ID card",
        marks: &[Mark::Atr(AtrPattern {
            value: &[
                0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0xB8, 0x65, 0xB0, 0x85, 0x05, 0x00, 0x00,
                0x12, 0x24, 0x60, 0x82, 0x90, 0x00,
            ],
            mask: &[
                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00,
            ],
        })],
        aid: AID,
        source: FINEID_SOURCE,
    },
    references: [0x11, 0x82, 0x83],
    least: 6,
    number: &[0x50, 0x32],
    places: places([0x4332, 0x4331], [0x02, 0x01]),
    paths: [&[0x50, 0x16, 0x43, 0x32], &[0x43, 0x31]],
    is_t0: true,
};

impl Profile for Thales {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let opened = unless_refused(self.begin(card))?.map(|number| Opened {
            family: self,
            number,
            pins: self.pins(),
        });
        Ok(opened.map(|opened| -> Box<dyn Application> { Box::new(opened) }))
    }
}

impl Thales {
    fn pins(&self) -> [PinObject; 3] {
        let [pin1, pin2, puk] = self.references;
        let rules = |min| PinRules {
            min,
            max: 12,
            charset: Charset::Digits,
            form: Form::Padded {
                len: 12,
                with: 0x00,
            },
        };
        let pin1 = PinObject {
            id: PIN1,
            role: Secret::Pin,
            reference: pin1,
            rules: rules(4),
            counter: RetryCounter::Status,
            change: Ok(Confidence::Known),
            unblock: Ok(Unblock {
                with: PUK,
                confidence: Confidence::Inferred,
            }),
            otherwise: None,
        };
        let pin2 = PinObject {
            id: PIN2,
            role: Secret::SignaturePin,
            reference: pin2,
            rules: rules(self.least),
            ..pin1
        };
        let puk = PinObject {
            id: PUK,
            role: Secret::Puk,
            reference: puk,
            rules: rules(8),
            change: Err(Missing::Change),
            unblock: Err(Missing::Puk),
            ..pin1
        };
        [pin1, pin2, puk]
    }

    /// Selects the application, which logs out, and reads what tells one card from another.
    fn begin(&self, card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
        select_application(card, AID)?;
        let during = "read the serial number";
        let number = self.select(card, during, self.number);
        let number = number.and_then(|()| read_number(card, during));
        given(number)
    }

    /// SELECT by path below the application (ISO 7816-4, 11.2.2).
    fn select(
        &self,
        card: &mut Channel<'_>,
        during: &'static str,
        path: &[u8],
    ) -> Result<(), CardError> {
        let select = Command::new([0x00, 0xA4, 0x08, 0x04]).data(path);
        card.require(during, &self.answering(select)).map(drop)
    }

    /// Over T=0 the card says how much it has to say.
    fn answering<'a>(&self, command: Command<'a>) -> Command<'a> {
        match self.is_t0 {
            true => command,
            false => command.answer(Answer::Short),
        }
    }
}

/// A short file, whatever it has in it.
fn read_number(card: &mut Channel<'_>, during: &'static str) -> Result<Vec<u8>, CardError> {
    let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Short);
    card.require(during, &read)
}

/// The number as people read it: letters and digits, alone or in an object with tag 04.
fn readable(bytes: &[u8]) -> Option<String> {
    let inner = tlv::expect(bytes, 0x30).ok();
    let inner = inner.and_then(|inner| tlv::find(inner, 0x04).ok().flatten());
    let number = inner.unwrap_or(bytes);
    let is_plain = !number.is_empty() && number.iter().all(u8::is_ascii_alphanumeric);
    is_plain.then(|| String::from_utf8_lossy(number).into_owned())
}

/// The application of one card.
struct Opened {
    family: &'static Thales,
    number: Option<Vec<u8>>,
    pins: [PinObject; 3],
}

/// What the status of a PIN tells (sheet EstEID, B2).
struct Status {
    left: u8,
    /// It was never changed from what the card was sent out with.
    is_transport: bool,
}

fn status(answer: &[u8]) -> Option<Status> {
    let object = tlv::expect(answer, 0xA0).ok()?;
    let left = tlv::find(object, 0xDF21).ok()??.first().copied()?;
    let facts = tlv::find(object, 0xA5).ok().flatten();
    let state = facts.and_then(|facts| tlv::find(facts, 0xDF2F).ok().flatten());
    Some(Status {
        left,
        is_transport: state == Some(&[0x00]),
    })
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &self.family.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        same(&self.family.begin(card)?, &self.number)
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn called(&self, pin: PinId) -> Option<&'static str> {
        numbered(pin, [PIN1, PIN2])
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let family = self.family;
        credentials(
            card,
            &family.spec,
            &family.places,
            search,
            |card, place, known| {
                let at = usize::from(place.pin == PIN1);
                family.select(card, "read a certificate", family.paths[at])?;
                read_certificate(card, 0x100, known)
            },
        )
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        match (key, key.rsa_len()) {
            (PublicKey::P256(_) | PublicKey::P384(_), _) => None,
            (PublicKey::Rsa(_), Some(256)) if self.family.is_t0 => None,
            _ => Some(Missing::KeyKind),
        }
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one, or none, would have been another card's.
        Ok(self.number.as_deref().and_then(readable))
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let pin = self.pin(pin)?;
        let during = match pin.role {
            Secret::Puk => "read the PUK tries left",
            _ => "read the PIN tries left",
        };
        let list = [0xA0, 0x03, 0x83, 0x01, pin.reference];
        let ask = Command::new([0x00, 0xCB, 0x00, 0xFF]).data(&list);
        let answer = card.require(during, &self.family.answering(ask))?;
        let status = status(&answer);
        if status.as_ref().is_some_and(|status| status.is_transport) {
            tracing::debug!("{during}: it has its first value still, which signs nothing");
        }
        Ok(status.map_or(Tries::Unknown, |status| Tries::from_count(status.left)))
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let digest = what.digest();
        let hash = match digest.algorithm() {
            HashAlgorithm::Sha256 => 0x40,
            HashAlgorithm::Sha384 => 0x50,
            HashAlgorithm::Sha512 => 0x60,
        };
        let scheme = match credential.certificate.key().curve_len() {
            Some(_) => 0x04,
            // PKCS#1 v1.5, as sister cards have it; it was not seen here.
            None => 0x02,
        };
        let environment = environment(hash | scheme, credential.key);
        iso::set_environment(card, 0xB6, &environment)?;
        sign_hash(card, digest)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).data(AID);
        card.send("log out", &select).map(drop)
    }
}
