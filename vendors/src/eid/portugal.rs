//! Portuguese Cartão de Cidadão of the GemSafe generation (sheet PTEID).
//!
//! OpenSC and poreid use such cards. The first issue (IAS) and the cards from 2024 on are others.

use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{Credential, Found, PinUse, Profile, Search, Spec, unless_refused};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::text::hex_upper;
use securesign_card::tlv;

use super::{
    Place, credentials, environment, exactly, read_certificate, read_der, same, select_application,
    select_path, sign_hash, unless_rsa,
};

/// The GemSafe generation.
#[derive(Debug)]
pub struct Portugal {
    spec: Spec,
}

/// Other cards of the maker have some of these answers to reset: the name decides.
pub static PTEID: Portugal = Portugal {
    spec: Spec {
        id: "pteid",
        name: "Portuguese Cartão de Cidadão",
        marks: &[
            exactly(b"\x3B\x7D\x95\x00\x00\x80\x31\x80\x65\xB0\x83\x11\x00\xC8\x83\x00\x90\x00"),
            exactly(b"\x3B\x7D\x95\x00\x00\x80\x31\x80\x65\xB0\x83\x11\x00\xC8\x83\x00"),
            exactly(b"\x3B\x7D\x95\x00\x00\x80\x31\x80\x65\xB0\x83\x11\xC0\xA9\x83\x00\x90\x00"),
            exactly(b"\x3B\x7D\x95\x00\x00\x80\x31\x80\x65\xB0\x83\x11\xC0\xA9\x83\x00"),
            exactly(&[
                0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0x80, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0,
                0x85, 0x03, 0x00, 0xEF, 0x12, 0x0F, 0xFF, 0x82, 0x90, 0x00, 0x67,
            ]),
            exactly(&[
                0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0,
                0x85, 0x04, 0x01, 0x20, 0x12, 0x0F, 0xFF, 0x82, 0x90, 0x00, 0xD0,
            ]),
        ],
        aid: &[0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x02],
        source: "OpenSC 0.23, card-gemsafeV1.c and pkcs15-pteid.c; poreid; sheet PTEID",
    },
};

/// One-time passwords: the authentication PIN is that of this application too, and has to be
/// changed in both.
const EMV_CAP: [u8; 7] = [0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x01];

impl Profile for Portugal {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let Some(()) = unless_refused(select_application(card, self.spec.aid))? else {
            return Ok(None);
        };
        let mut pins = PINS;
        // Where nobody can say whether it is there, it may be.
        match select_application(card, &EMV_CAP) {
            Err(CardError::Refused { .. }) => {}
            other => {
                given(other)?;
                pins[0].change = Err(Missing::SharedPin);
            }
        }
        let information = begin(card)?;
        Ok(Some(Box::new(Opened {
            information,
            pins,
            is_inside: false,
        })))
    }
}

const PIN: PinId = PinId(1);
const SIGNATURE_PIN: PinId = PinId(2);

const PINS: [PinObject; 2] = [
    pin(PIN, Secret::Pin, 0x81),
    pin(SIGNATURE_PIN, Secret::SignaturePin, 0x82),
];

/// The state keeps the PUKs.
const fn pin(id: PinId, role: Secret, reference: u8) -> PinObject {
    PinObject {
        id,
        role,
        reference,
        rules: PinRules {
            min: 4,
            max: 8,
            charset: Charset::Digits,
            form: Form::Padded { len: 8, with: 0xFF },
        },
        counter: RetryCounter::EmptyVerify,
        change: Ok(Confidence::Known),
        unblock: Err(Missing::Issuer),
        otherwise: None,
    }
}

const PLACES: [Place; 2] = [
    Place {
        name: "Qualified signature",
        file: 0xEF08,
        key: 0x01,
        pin: SIGNATURE_PIN,
        when: PinUse::Always,
    },
    Place {
        name: "Authentication",
        file: 0xEF09,
        key: 0x02,
        pin: PIN,
        when: PinUse::Once,
    },
];

/// Where the PINs, the keys and the certificates are, and what tells the card's number.
const DIRECTORY: [u8; 2] = [0x5F, 0x00];
const INFORMATION: [u8; 4] = [0x4F, 0x00, 0x50, 0x32];

/// Selects the application, and reads what tells one card from another (PKCS#15, TokenInfo).
fn begin(card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
    select_application(card, PTEID.spec.aid)?;
    let during = "read the serial number";
    let read = select_path(card, during, &INFORMATION)
        .and_then(|()| read_der(card, during, 0x100, &|_| false));
    Ok(given(read)?.flatten())
}

/// The application of one card.
struct Opened {
    information: Option<Vec<u8>>,
    pins: [PinObject; 2],
    /// The directory is selected, and nothing was since.
    is_inside: bool,
}

impl Opened {
    /// The PINs are those of a directory.
    fn enter(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        if !self.is_inside {
            select_path(card, "select the directory", &DIRECTORY)?;
            self.is_inside = true;
        }
        Ok(())
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &PTEID.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        self.is_inside = false;
        same(&begin(card)?, &self.information)
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn called(&self, pin: PinId) -> Option<&'static str> {
        match pin {
            SIGNATURE_PIN => Some("PIN de assinatura"),
            _ => Some("PIN de autenticação"),
        }
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        self.is_inside = false;
        credentials(card, self.spec(), &PLACES, search, |card, place, known| {
            let path = [DIRECTORY, place.file.to_be_bytes()].concat();
            select_path(card, "read a certificate", &path)?;
            read_certificate(card, 0x100, known)
        })
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        unless_rsa(key, &[128, 256])
    }

    /// How it signs other hashes, no source says.
    fn refuses(&self, _credential: &Credential, what: ToSign<'_>) -> Option<Missing> {
        let is_known = what.digest().algorithm() == HashAlgorithm::Sha256;
        (!is_known).then_some(Missing::Digest)
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one, or none, would have been another card's.
        let told = self.information.as_deref().unwrap_or_default();
        let number = tlv::expect(told, 0x30).and_then(|inner| tlv::find(inner, 0x04));
        let number = number.ok().flatten();
        Ok(number.map(hex_upper))
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let reference = self.pin(pin)?.reference;
        self.enter(card)?;
        iso::pin_tries(card, reference)
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        self.enter(card)?;
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
        self.enter(card)?;
        iso::change(card, &self.pin(pin)?, old, new)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        iso::set_environment(card, 0xB6, &environment(0x42, credential.key))?;
        sign_hash(card, what.digest())
    }

    /// There is no command for it: the reset that follows forgets what was verified.
    fn log_out(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
        Ok(())
    }
}
