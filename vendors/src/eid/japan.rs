//! Japanese My Number cards, the JPKI application (sheet JPKI): two PINs, each in a file that is
//! selected before it is sent.
//!
//! OpenSC uses such cards. The certificate of the legal signature can be read with its PIN alone,
//! which is asked for once certificates have been shown: its key is not offered yet. How a PIN
//! is changed is from one other program.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{
    Credential, Found, Mark, Note, PinUse, Problem, Profile, SIGN, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign, digest_info};
use securesign_card::transport::TransportError;
use zeroize::Zeroizing;

use super::{
    Place, credentials, exactly, read_certificate, same, select_application, select_file,
    unless_rsa,
};

/// Every card.
#[derive(Debug)]
pub struct Japan {
    spec: Spec,
}

/// With contacts, and without, where a part of the answer to reset is the card's own.
pub static JPKI: Japan = Japan {
    spec: Spec {
        id: "jpki",
        name: "Japanese My Number card",
        marks: &[
            exactly(&[0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]),
            Mark::Atr(AtrPattern {
                value: &[
                    0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0xB3, 0x81, 0x01, 0x00, 0x00,
                ],
                mask: &[
                    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0x0F, 0xFF, 0x00,
                ],
            }),
        ],
        aid: &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
        source: "OpenSC 0.23, card-jpki.c; jpki/myna; sheet JPKI",
    },
};

impl Profile for Japan {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let opened = unless_refused(begin(card))?.map(|mark| Opened { mark, pins: PINS });
        Ok(opened.map(|opened| -> Box<dyn Application> { Box::new(opened) }))
    }
}

const PIN: PinId = PinId(1);
const SIGNATURE_PIN: PinId = PinId(2);

/// The file that is selected.
const SELECTED: u8 = 0x80;

const PINS: [PinObject; 2] = [
    PinObject {
        id: PIN,
        role: Secret::Pin,
        reference: SELECTED,
        rules: PinRules {
            min: 4,
            max: 4,
            charset: Charset::Digits,
            form: Form::Exact,
        },
        counter: RetryCounter::EmptyVerify,
        change: Ok(Confidence::Inferred),
        unblock: Err(Missing::Issuer),
        otherwise: None,
    },
    PinObject {
        id: SIGNATURE_PIN,
        role: Secret::SignaturePin,
        reference: SELECTED,
        rules: PinRules {
            min: 6,
            max: 16,
            charset: Charset::Alphanumeric,
            form: Form::Exact,
        },
        counter: RetryCounter::EmptyVerify,
        change: Ok(Confidence::Inferred),
        unblock: Err(Missing::Issuer),
        otherwise: None,
    },
];

/// The files of the PINs, and of the authentication key.
fn file_of(pin: PinId) -> u16 {
    match pin {
        SIGNATURE_PIN => 0x001B,
        _ => 0x0018,
    }
}

const KEY: u16 = 0x0017;
const CERTIFICATE: u16 = 0x000A;

/// The key is the file that is selected.
const PLACES: [Place; 1] = [Place {
    name: "Authentication",
    file: CERTIFICATE,
    key: KEY as u8,
    pin: PIN,
    when: PinUse::Once,
}];

const SIGNATURE_CERTIFICATE: &str = "Legal signature (0001)";

/// Bytes of a certificate that tell it from any other: its serial number is among them.
const MARK: u16 = 0x20;

/// Selects the application, and reads what tells one card from another: the beginning of the
/// certificate that is free to be read. A telephone does not give it.
fn begin(card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
    select_application(card, JPKI.spec.aid)?;
    given(mark(card))
}

fn mark(card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
    let during = "read the beginning of a certificate";
    select_file(card, during, CERTIFICATE)?;
    let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(MARK));
    card.require(during, &read)
}

/// The application of one card.
struct Opened {
    mark: Option<Vec<u8>>,
    pins: [PinObject; 2],
}

/// As the card has it: letters are capitals.
fn capital(value: &Pin) -> Result<Pin, CardError> {
    let mut typed = Zeroizing::new(value.expose().to_vec());
    typed.make_ascii_uppercase();
    let copy = Pin::copy(&typed);
    copy.map_err(|_| CardError::Transport(TransportError::Other("no memory".into())))
}

impl Opened {
    fn present(
        &self,
        card: &mut Channel<'_>,
        pin: PinId,
        value: &Pin,
    ) -> Result<PinObject, CardError> {
        let object = self.pin(pin)?;
        select_file(card, "select the PIN", file_of(pin))?;
        iso::verify(card, &object, &capital(value)?)?;
        Ok(object)
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &JPKI.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        same(&begin(card)?, &self.mark)
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let mut found = credentials(card, self.spec(), &PLACES, search, |card, place, known| {
            select_file(card, "read a certificate", place.file)?;
            read_certificate(card, 0x100, known)
        })?;
        found.notes.push(Note {
            place: SIGNATURE_CERTIFICATE.into(),
            problem: Problem::Unsought,
        });
        Ok(found)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        unless_rsa(key, &[256])
    }

    /// None that everybody may read.
    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        Ok(None)
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let object = self.pin(pin)?;
        select_file(card, "read the PIN tries left", file_of(pin))?;
        iso::pin_tries(card, object.reference)
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        self.present(card, credential.pin, value).map(drop)
    }

    /// VERIFY with the old value, and CHANGE REFERENCE DATA with the new one alone.
    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        let rules = self.pin(pin)?.rules;
        let new = rules
            .encode(&capital(new)?)
            .map_err(CardError::NewPinFormat)?;
        let object = self.present(card, pin, old)?;
        let during = "change the PIN";
        let change = Command::new([0x00, 0x24, 0x01, object.reference]).secret(&new);
        iso::judge_new(during, object.role, card.send(during, &change)?.sw)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        select_file(card, "choose the key", credential.key.0)?;
        let info = digest_info(what.digest());
        let compute = Command::new([0x80, 0x2A, 0x00, 0x80])
            .data(&info)
            .answer(Answer::Short);
        card.require(SIGN, &compute.once())
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).data(JPKI.spec.aid);
        card.send("log out", &select).map(drop)
    }
}
