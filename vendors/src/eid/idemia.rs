//! Estonian and Latvian identity cards on IDEMIA's Cosmo 8 and Cosmo X (sheets EstEID, part A,
//! and LatEID): two key pairs, each in an application with a PIN of its own.
//!
//! OpenSC and libelectronic-id use such cards, and the latter's tests have recordings of real
//! ones. How RSA keys sign other hashes than SHA-256 with the signature PIN is not known.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{
    Application, Confidence, PinId, PinObject, RetryCounter, Unblock,
};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{
    Credential, Found, Note, PinUse, Profile, SIGN, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign, digest_info, fit};
use securesign_card::tlv;

use super::{
    Place, credentials, environment, exactly, numbered, read_certificate, read_der, same,
    select_application, select_file,
};

/// A country's cards.
#[derive(Debug)]
pub struct Idemia {
    spec: Spec,
    /// Fewest digits of the signature PIN.
    least: usize,
    /// Files tell certificates and keys; else they are where these cards have them.
    is_listed: bool,
}

const MAIN: &[u8] = &[
    0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x08, 0x00, 0x07, 0x00, 0x00, 0xFE, 0x00, 0x00, 0x01, 0x00,
];

/// Estonian cards from December 2018 to 2025.
pub static ESTEID: Idemia = Idemia {
    spec: Spec {
        id: "esteid",
        name: "Estonian ID card",
        marks: &[
            exactly(&[
                0x3B, 0xDB, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x23, 0x3F,
                0x53, 0x65, 0x49, 0x44, 0x0F, 0x90, 0x00, 0xF1,
            ]),
            exactly(&[
                0x3B, 0xDC, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x23, 0x3F,
                0x54, 0x65, 0x49, 0x44, 0x32, 0x0F, 0x90, 0x00, 0xC3,
            ]),
        ],
        aid: MAIN,
        source: "OpenSC 0.23, card-esteid2018.c; libelectronic-id; sheet EstEID",
    },
    least: 5,
    is_listed: false,
};

/// Latvian cards from 2018 on.
pub static LATEID: Idemia = Idemia {
    spec: Spec {
        id: "lateid",
        name: "Latvian eID card",
        marks: &[
            exactly(&[
                0x3B, 0xDB, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x42, 0x8F,
                0x53, 0x65, 0x49, 0x44, 0x0F, 0x90, 0x00, 0x20,
            ]),
            exactly(&[
                0x3B, 0xDC, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45, 0x1F, 0x83, 0x00, 0x12, 0x42, 0x8F,
                0x54, 0x65, 0x49, 0x44, 0x32, 0x0F, 0x90, 0x00, 0x12,
            ]),
        ],
        aid: MAIN,
        source: "libelectronic-id; OpenSC 0.27, card-esteid2018.c; sheet LatEID",
    },
    least: 6,
    is_listed: true,
};

impl Profile for Idemia {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let mut opened = Opened {
            family: self,
            number: None,
            pins: self.pins(),
            at: None,
        };
        let Some(number) = unless_refused(opened.begin(card))? else {
            return Ok(None);
        };
        opened.number = number;
        Ok(Some(Box::new(opened)))
    }
}

const PIN1: PinId = PinId(1);
const PIN2: PinId = PinId(2);
const PUK: PinId = PinId(3);

impl Idemia {
    fn pins(&self) -> [PinObject; 3] {
        let rules = |min| PinRules {
            min,
            max: 12,
            charset: Charset::Digits,
            form: Form::Padded {
                len: 12,
                with: 0xFF,
            },
        };
        let pin1 = PinObject {
            id: PIN1,
            role: Secret::Pin,
            reference: 0x01,
            rules: rules(4),
            counter: RetryCounter::Status,
            change: Ok(Confidence::Known),
            unblock: Ok(Unblock {
                with: PUK,
                confidence: Confidence::Known,
            }),
            otherwise: None,
        };
        let pin2 = PinObject {
            id: PIN2,
            role: Secret::SignaturePin,
            reference: 0x85,
            rules: rules(self.least),
            ..pin1
        };
        let puk = PinObject {
            id: PUK,
            role: Secret::Puk,
            reference: 0x02,
            rules: rules(8),
            unblock: Err(Missing::Puk),
            ..pin1
        };
        [pin1, pin2, puk]
    }
}

/// An application of the card: what is below it can be used while it is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Main,
    Authentication,
    Signature,
}

impl Part {
    fn aid(self) -> &'static [u8] {
        match self {
            Self::Main => MAIN,
            Self::Authentication => b"\xE8\x28\xBD\x08\x0F\xF2\x50OT AWP",
            Self::Signature => b"QSCD Application",
        }
    }

    /// Where the key is that wants this PIN.
    fn of(pin: PinId) -> Self {
        match pin {
            PIN2 => Self::Signature,
            _ => Self::Authentication,
        }
    }
}

/// Where Estonian cards have them.
const PLACES: [Place; 2] = [
    Place {
        name: "Qualified signature, PIN2",
        file: 0x341F,
        key: 0x9F,
        pin: PIN2,
        when: PinUse::Always,
    },
    Place {
        name: "Authentication, PIN1",
        file: 0x3401,
        key: 0x81,
        pin: PIN1,
        when: PinUse::Once,
    },
];

/// The document's number, and where the files of a part are that list its certificate and key.
const NUMBER: u16 = 0xD003;
const CERTIFICATES: u16 = 0x7005;
const KEYS: u16 = 0x7001;

/// Some readers break off beyond it with Cosmo X.
const CHUNK: u16 = 0xC0;

/// The application of one card.
struct Opened {
    family: &'static Idemia,
    number: Option<String>,
    pins: [PinObject; 3],
    /// What is selected, as far as it is known.
    at: Option<Part>,
}

impl Opened {
    /// Selects the card's own application, and reads the number of the document.
    fn begin(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        self.at = None;
        self.enter(card, Part::Main)?;
        Ok(given(number(card))?.flatten())
    }

    fn enter(&mut self, card: &mut Channel<'_>, part: Part) -> Result<(), CardError> {
        if self.at == Some(part) {
            return Ok(());
        }
        self.at = None;
        select_application(card, part.aid())?;
        self.at = Some(part);
        Ok(())
    }

    /// As the files of its part have it, where the family has such files.
    fn place(&mut self, card: &mut Channel<'_>, place: Place) -> Result<Place, CardError> {
        self.enter(card, Part::of(place.pin))?;
        if !self.family.is_listed {
            return Ok(place);
        }
        let certificates = given(read_file(
            card,
            "read the list of certificates",
            CERTIFICATES,
        ))?;
        let keys = given(read_file(card, "read the list of keys", KEYS))?;
        let file = certificates.as_deref().and_then(listed_file);
        let key = keys.as_deref().and_then(listed_key);
        Ok(Place {
            file: file.unwrap_or(place.file),
            key: key.unwrap_or(place.key),
            ..place
        })
    }
}

fn number(card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
    let during = "read the serial number";
    let object = read_file(card, during, NUMBER)?;
    let number = tlv::expect(&object, 0x04).unwrap_or_default();
    let is_plain = !number.is_empty() && number.iter().all(u8::is_ascii_alphanumeric);
    Ok(is_plain.then(|| String::from_utf8_lossy(number).into_owned()))
}

fn read_file(
    card: &mut Channel<'_>,
    during: &'static str,
    file: u16,
) -> Result<Vec<u8>, CardError> {
    select_file(card, during, file)?;
    let bytes = read_der(card, during, CHUNK, &|_| false)?;
    Ok(bytes.unwrap_or_default())
}

/// The file of the certificate, in what these cards leave of a PKCS#15 entry: the octet string
/// behind all that stands empty.
fn listed_file(entry: &[u8]) -> Option<u16> {
    match last_of(entry, 0x04, 8)? {
        [.., high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// The reference of the key, as such: an integer of two bytes.
fn listed_key(entry: &[u8]) -> Option<u8> {
    match last_of(entry, 0x02, 8)? {
        [0x00, key] => Some(*key),
        _ => None,
    }
}

/// The last primitive object of this tag on the way down along the last constructed ones.
fn last_of(bytes: &[u8], tag: u32, depth: u8) -> Option<&[u8]> {
    let objects = tlv::split(bytes).ok()?;
    let last = objects.last()?;
    match depth {
        0 => None,
        _ if last.tag == tag => Some(last.value),
        _ => last_of(last.value, tag, depth - 1),
    }
}

/// The answer of GET DATA on a PIN (sheet EstEID, A3): `9B` in `A0` in its own template has
/// the tries left.
fn tries_in(answer: &[u8], template: u32) -> Option<u8> {
    let object = tlv::expect(answer, 0x70).ok()?;
    let own = tlv::find(object, template).ok()??;
    let facts = tlv::find(own, 0xA0).ok()??;
    tlv::find(facts, 0x9B).ok()??.first().copied()
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &self.family.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        same(&self.begin(card)?, &self.number)
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn called(&self, pin: PinId) -> Option<&'static str> {
        numbered(pin, [PIN1, PIN2])
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let mut places = Vec::new();
        let mut notes = Vec::new();
        for place in PLACES {
            match self.place(card, place) {
                Ok(place) => places.push(place),
                Err(error) => notes.push(Note::unreadable(place.label(), error)?),
            }
        }
        let spec = self.spec();
        let mut found = credentials(card, spec, &places, search, |card, place, known| {
            self.enter(card, Part::of(place.pin))?;
            select_file(card, "read a certificate", place.file)?;
            read_certificate(card, CHUNK, known)
        })?;
        found.notes.extend(notes);
        Ok(found)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        match (key, key.rsa_len()) {
            (PublicKey::P384(_), _) => None,
            (PublicKey::Rsa(_), Some(256)) if self.family.is_listed => None,
            _ => Some(Missing::KeyKind),
        }
    }

    /// What it pads itself, it was seen to do for SHA-256 alone.
    fn refuses(&self, credential: &Credential, what: ToSign<'_>) -> Option<Missing> {
        let pads = credential.pin == PIN2 && credential.certificate.key().rsa_len().is_some();
        let other = what.digest().algorithm() != HashAlgorithm::Sha256;
        (pads && other).then_some(Missing::Digest)
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one, or none, would have been another card's.
        Ok(self.number.clone())
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let (part, number, during) = match pin {
            PIN2 => (Part::Signature, 0x05, "read the PIN tries left"),
            PIN1 => (Part::Main, 0x01, "read the PIN tries left"),
            _ => (Part::Main, 0x02, "read the PUK tries left"),
        };
        self.enter(card, part)?;
        let list = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, number, 0x02, 0xA0, 0x80];
        let ask = Command::new([0x00, 0xCB, 0x3F, 0xFF]).data(&list);
        let answer = card.require(during, &ask.answer(Answer::Short))?;
        let left = tries_in(&answer, 0xBF_8100 | u32::from(number));
        Ok(left.map_or(Tries::Unknown, Tries::from_count))
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        self.enter(card, Part::of(credential.pin))?;
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
        self.enter(card, Part::of(pin))?;
        iso::change(card, &self.pin(pin)?, old, new)
    }

    /// VERIFY with the PUK, and RESET RETRY COUNTER with the new value alone.
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
        // Where the PIN is: nothing is to be selected once the PUK is verified.
        self.enter(card, Part::of(pin.id))?;
        iso::verify(card, &with, code)?;
        let during = "unblock the PIN";
        let reset = Command::new([0x00, 0x2C, 0x02, pin.reference]).secret(&new);
        let sw = card.send(during, &reset)?.sw;
        iso::judge_reset(during, with.role, sw)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let (digest, key) = (what.digest(), credential.certificate.key());
        let (template, header) = match credential.pin {
            PIN2 => (0xB6, [0x00, 0x2A, 0x9E, 0x9A]),
            _ => (0xA4, [0x00, 0x88, 0x00, 0x00]),
        };
        let (algorithm, input) = match (key.curve_len(), credential.pin) {
            (Some(len), PIN2) => (0x54, fit(digest.bytes(), len)),
            (Some(len), _) => (0x04, fit(digest.bytes(), len)),
            (None, PIN2) => (0x42, digest.bytes().to_vec()),
            (None, _) => (0x02, digest_info(digest)),
        };
        self.enter(card, Part::of(credential.pin))?;
        let environment = environment(algorithm, credential.key);
        iso::set_environment(card, template, &environment)?;
        let compute = Command::new(header).data(&input).answer(Answer::Short);
        card.require(SIGN, &compute.once())
    }

    /// There is no command for it: the reset that follows forgets what was verified.
    fn log_out(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
        Ok(())
    }
}
