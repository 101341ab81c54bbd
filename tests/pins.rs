//! A card with two PINs of its holder's: each has its own tries, and what is known of one
//! says nothing of the other.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use bench::{abc, secret, wrong};
use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{
    Application, Confidence, PinId, PinObject, RetryCounter, Unblock,
};
use securesign_card::atr::Atr;
use securesign_card::certificate::Certificate;
use securesign_card::channel::{Channel, Extended};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::pin::{Charset, Form, PinRules, Tries};
use securesign_card::profile::{Credential, Found, KeyId, PinUse, Profile, SIGN, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::tlv;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

const PIN: PinId = PinId(1);
const SIGNATURE_PIN: PinId = PinId(2);
/// What unblocks the first, and the second.
const PUKS: [PinId; 2] = [PinId(3), PinId(4)];

/// The key of the first PIN, and that of the second.
const KEYS: [u8; 2] = [0x9A, 0x9C];
const VALUES: [&str; 2] = ["1111", "222222"];
const PUK_VALUES: [&str; 2] = ["33333333", "44444444"];
/// What the card inside wants.
const INNER: &[u8] = b"\x00\x20\x00\x80\x08123456\xFF\xFF";

/// A card with two PINs, around one that has the keys.
struct Card {
    inner: PivCard,
    tries: [u8; 2],
    puk_tries: [u8; 2],
    values: [Vec<u8>; 2],
    verified: [bool; 2],
    /// Which PIN was sent, each time.
    sent: Vec<usize>,
}

impl Card {
    fn new() -> Self {
        let inner = PivCard::builder(NIST)
            .seed(b"pins")
            .key(Slot::AUTHENTICATION, KeyKind::P256)
            .key(Slot::SIGNATURE, KeyKind::P256);
        Self {
            inner: inner.build().unwrap(),
            tries: [3, 3],
            puk_tries: [3, 3],
            values: VALUES.map(|value| value.as_bytes().to_vec()),
            verified: [false, false],
            sent: Vec::new(),
        }
    }

    fn verify(&mut self, at: usize, value: &[u8]) -> [u8; 2] {
        self.sent.push(at);
        if self.tries[at] > 0 && value == self.values[at] {
            self.tries[at] = 3;
            self.verified[at] = true;
            self.inner.transmit(INNER);
            return [0x90, 0x00];
        }
        self.tries[at] = self.tries[at].saturating_sub(1);
        self.verified[at] = false;
        self.left(at)
    }

    /// The present value and the new one, or the PUK and the new one, behind one another.
    fn set(&mut self, at: usize, by_puk: bool, values: &[u8]) -> [u8; 2] {
        self.sent.push(at);
        let right = match by_puk {
            true => PUK_VALUES[at].as_bytes(),
            false => &self.values[at][..],
        };
        let new = values.strip_prefix(right).map(<[u8]>::to_vec);
        let tries = match by_puk {
            true => &mut self.puk_tries[at],
            false => &mut self.tries[at],
        };
        match new.filter(|_| *tries > 0) {
            Some(new) => {
                *tries = 3;
                self.tries[at] = 3;
                self.values[at] = new;
                [0x90, 0x00]
            }
            None => {
                *tries = tries.saturating_sub(1);
                [0x63, 0xC0 | *tries]
            }
        }
    }

    fn left(&self, at: usize) -> [u8; 2] {
        match self.tries[at] {
            0 => [0x69, 0x83],
            left => [0x63, 0xC0 | left],
        }
    }
}

impl Transport for Card {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let bytes = frame.expose();
        Ok(match *bytes {
            [_, 0x20, _, reference @ 1..=2] => self.left(usize::from(reference) - 1).to_vec(),
            [_, 0x20, _, reference @ 1..=2, _, ref value @ ..] => {
                self.verify(usize::from(reference) - 1, value).to_vec()
            }
            [
                _,
                ins @ (0x24 | 0x2C),
                0x00,
                reference @ 1..=2,
                _,
                ref values @ ..,
            ] => self
                .set(usize::from(reference) - 1, ins == 0x2C, values)
                .to_vec(),
            [_, 0x20, _, reference @ 0x11..=0x12] => {
                vec![0x63, 0xC0 | self.puk_tries[usize::from(reference) - 0x11]]
            }
            [_, 0x87, _, key, ..] if !self.verified[usize::from(key == KEYS[1])] => {
                vec![0x69, 0x82]
            }
            _ => self.inner.transmit(bytes),
        })
    }
}

struct Family {
    spec: Spec,
    counter: RetryCounter,
    certificates: Vec<Certificate>,
}

impl Profile for Family {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];
        securesign_card::iso::select(card, &aid)?;
        let pin = PinObject {
            id: PIN,
            role: Secret::Pin,
            reference: 0x01,
            rules: PinRules {
                min: 4,
                max: 8,
                charset: Charset::Digits,
                form: Form::Exact,
            },
            counter: self.counter,
            change: Ok(Confidence::Known),
            unblock: unblocked(PUKS[0]),
            otherwise: None,
        };
        let second = PinObject {
            id: SIGNATURE_PIN,
            role: Secret::SignaturePin,
            reference: 0x02,
            rules: PinRules {
                min: 6,
                ..pin.rules
            },
            unblock: unblocked(PUKS[1]),
            ..pin
        };
        let puk = |at: usize| PinObject {
            id: PUKS[at],
            role: Secret::Puk,
            reference: 0x11 + at as u8,
            unblock: Err(Missing::Puk),
            ..pin
        };
        let pins = [pin, second, puk(0), puk(1)];
        Ok(Some(Box::new(Opened { family: self, pins })))
    }
}

fn unblocked(with: PinId) -> Result<Unblock, Missing> {
    let confidence = Confidence::Known;
    Ok(Unblock { with, confidence })
}

struct Opened {
    family: &'static Family,
    pins: [PinObject; 4],
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &self.family.spec
    }

    fn select(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
        Ok(())
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, _: &mut Channel<'_>, _: &Search) -> Result<Found, CardError> {
        let places = KEYS.into_iter().zip(&self.pins);
        let credential = |((key, pin), certificate): ((u8, &PinObject), &Certificate)| Credential {
            label: format!("{key:02X}"),
            key: KeyId(u16::from(key)),
            pin: pin.id,
            when: match pin.id {
                SIGNATURE_PIN => PinUse::Always,
                _ => PinUse::Once,
            },
            certificate: certificate.clone(),
            missing: None,
        };
        let all = places.zip(&self.family.certificates).map(credential);
        Ok(Found {
            credentials: all.collect(),
            notes: Vec::new(),
        })
    }

    fn missing(&self, _card: &Channel<'_>, _key: &PublicKey) -> Option<Missing> {
        None
    }

    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        Ok(None)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let input: [(u32, &[u8]); 2] = [(0x82, &[]), (0x81, what.digest().bytes())];
        let input = tlv::template(0x7C, &input).unwrap();
        let command = Command::new([0x00, 0x87, 0x11, credential.key.0 as u8]);
        let answer = card.require(SIGN, &command.data(&input).answer(Answer::Long).once())?;
        let content = tlv::expect(&answer, 0x7C).unwrap();
        Ok(tlv::find(content, 0x82).unwrap().unwrap().to_vec())
    }

    fn log_out(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
        Ok(())
    }
}

/// The certificates of the card inside, in the order of [`KEYS`].
fn certificates(card: &mut Card, atr: &Atr) -> Vec<Certificate> {
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(card, atr, &mut known, securesign_vendors::PROFILES);
    let found = token.unwrap().unwrap().credentials(&Search::default());
    let credentials = found.unwrap().credentials;
    let of = |key: &u8| {
        let mut found = credentials
            .iter()
            .filter(|it| it.key == KeyId(u16::from(*key)));
        found.next().unwrap().certificate.clone()
    };
    KEYS.iter().map(of).collect()
}

fn family(card: &mut Card, counter: RetryCounter) -> &'static Family {
    let atr = Atr::parse(&card.inner.atr()).unwrap();
    Box::leak(Box::new(Family {
        counter,
        spec: Spec {
            id: "two-pins",
            name: "Two PINs",
            marks: &[securesign_card::profile::Mark::Application],
            aid: &[],
            source: "this test",
        },
        certificates: certificates(card, &atr),
    }))
}

/// Works with the card's token and its two credentials.
fn with<T>(card: &mut Card, work: impl FnOnce(&mut Token<'_>, &[Credential; 2]) -> T) -> T {
    let family = family(card, RetryCounter::EmptyVerify);
    again(card, family, &mut Known::new(Extended::UNKNOWN), work)
}

/// The same, in a further dialogue.
fn again<T>(
    card: &mut Card,
    family: &'static Family,
    known: &mut Known,
    work: impl FnOnce(&mut Token<'_>, &[Credential; 2]) -> T,
) -> T {
    let atr = Atr::parse(&card.inner.atr()).unwrap();
    let token = Token::open(card, &atr, known, &[family as &'static dyn Profile]);
    let mut token = token.unwrap().unwrap();
    let found = token.credentials(&Search::default()).unwrap();
    let credentials = found.credentials.try_into().unwrap();
    work(&mut token, &credentials)
}

fn sign(
    token: &mut Token<'_>,
    credential: &Credential,
    pin: &str,
    last: LastTry,
) -> Result<(), CardError> {
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    token.sign(credential, what, &secret(pin), last).map(drop)
}

#[test]
fn a_pin_that_was_accepted_says_nothing_of_the_other_one() {
    let mut card = Card::new();
    with(&mut card, |token, [first, second]| {
        sign(token, first, VALUES[0], LastTry::Keep).unwrap();
        assert!(token.accepted(PIN) && !token.accepted(SIGNATURE_PIN));
        let refused = sign(token, second, "999999", LastTry::Keep);
        assert_eq!(refused, Err(wrong(Secret::SignaturePin, 2)));
        assert_eq!(token.tries(SIGNATURE_PIN), Ok(Tries::Left(2)));
        // The first one counts as verified still, and is not sent again.
        sign(token, first, VALUES[0], LastTry::Keep).unwrap();
        sign(token, second, VALUES[1], LastTry::Keep).unwrap();
        assert!(token.accepted(PIN) && token.accepted(SIGNATURE_PIN));
        sign(token, second, VALUES[1], LastTry::Keep).unwrap();
    });
    assert_eq!(card.sent, [0, 1, 1, 1]);
    assert_eq!(card.tries, [3, 3]);
}

#[test]
fn the_tries_of_one_pin_keep_back_nothing_of_the_other() {
    for (blocked, other) in [(0, 1), (1, 0)] {
        let role = [Secret::Pin, Secret::SignaturePin][blocked];
        let mut card = Card::new();
        card.tries[blocked] = 0;
        with(&mut card, |token, credentials| {
            let refused = sign(token, &credentials[blocked], VALUES[blocked], LastTry::Use);
            assert_eq!(refused, Err(CardError::Blocked(role)));
            sign(token, &credentials[other], VALUES[other], LastTry::Keep).unwrap();
        });
        assert_eq!(card.sent, [other]);

        let mut card = Card::new();
        card.tries[blocked] = 1;
        with(&mut card, |token, credentials| {
            sign(token, &credentials[other], VALUES[other], LastTry::Keep).unwrap();
            let kept = sign(token, &credentials[blocked], VALUES[blocked], LastTry::Keep);
            assert_eq!(kept, Err(CardError::LastTry(role)));
            sign(token, &credentials[blocked], VALUES[blocked], LastTry::Use).unwrap();
        });
        assert_eq!(card.sent, [other, blocked]);
    }
}

#[test]
fn each_pin_has_its_own_form() {
    let mut card = Card::new();
    with(&mut card, |token, [_, second]| {
        // Long enough for the first.
        let short = sign(token, second, VALUES[0], LastTry::Keep);
        let secret = Secret::SignaturePin;
        assert!(matches!(short, Err(CardError::Format { secret: of, .. }) if of == secret));
    });
    assert_eq!(card.sent, [0; 0]);
}

#[test]
fn a_new_value_goes_to_the_pin_that_is_meant_and_costs_the_other_nothing() {
    let mut card = Card::new();
    with(&mut card, |token, [first, second]| {
        let (old, new) = (secret(VALUES[1]), secret("555555"));
        let badly_formed = token.change(SIGNATURE_PIN, &secret(VALUES[0]), &new, LastTry::Keep);
        assert!(matches!(
            badly_formed,
            Err(CardError::Format {
                secret: Secret::SignaturePin,
                ..
            })
        ));
        let refused = token.change(SIGNATURE_PIN, &secret("999999"), &new, LastTry::Keep);
        assert_eq!(refused, Err(wrong(Secret::SignaturePin, 2)));
        assert_eq!(token.tries(PIN), Ok(Tries::Left(3)));
        token
            .change(SIGNATURE_PIN, &old, &new, LastTry::Keep)
            .unwrap();
        sign(token, first, VALUES[0], LastTry::Keep).unwrap();
        sign(token, second, "555555", LastTry::Keep).unwrap();
    });
    // The present PIN is verified before it is replaced, each time it is typed.
    assert_eq!(card.sent, [1, 1, 1, 0, 1]);
    assert_eq!(card.tries, [3, 3]);

    // Its own last try is asked for, whatever the other one has.
    let mut card = Card::new();
    card.tries[1] = 1;
    with(&mut card, |token, _| {
        let (old, new) = (secret(VALUES[1]), secret("555555"));
        let kept = token.change(SIGNATURE_PIN, &old, &new, LastTry::Keep);
        assert_eq!(kept, Err(CardError::LastTry(Secret::SignaturePin)));
        token
            .change(SIGNATURE_PIN, &old, &new, LastTry::Use)
            .unwrap();
    });
    assert_eq!(card.sent, [1, 1]);
}

#[test]
fn each_pin_is_unlocked_by_its_own_secret_and_no_other_is_sent_for_it() {
    let mut card = Card::new();
    card.tries = [0, 0];
    with(&mut card, |token, [first, second]| {
        let (puk, new) = (secret(PUK_VALUES[1]), secret("555555"));
        // Typed for what unlocks the first.
        let other = token.unblock((SIGNATURE_PIN, PUKS[0]), &puk, &new, LastTry::Keep);
        assert_eq!(other, Err(CardError::Blocked(Secret::Puk)));
        let pins = (SIGNATURE_PIN, PUKS[1]);
        let refused = token.unblock(pins, &secret(PUK_VALUES[0]), &new, LastTry::Keep);
        assert_eq!(refused, Err(wrong(Secret::Puk, 2)));
        assert_eq!(token.unblocker_tries(SIGNATURE_PIN), Ok(Tries::Left(2)));
        assert_eq!(token.puk_tries(), Ok(Tries::Left(3)));
        token.unblock(pins, &puk, &new, LastTry::Keep).unwrap();
        sign(token, second, "555555", LastTry::Keep).unwrap();
        let refused = sign(token, first, VALUES[0], LastTry::Use);
        assert_eq!(refused, Err(CardError::Blocked(Secret::Pin)));
    });
    // What the PUK has set is verified once, before it is used.
    assert_eq!(card.sent, [1, 1, 1, 1]);
    assert_eq!((card.tries, card.puk_tries), ([0, 3], [3, 3]));

    let mut card = Card::new();
    card.tries[1] = 0;
    card.puk_tries[1] = 1;
    with(&mut card, |token, _| {
        let (puk, new) = (secret(PUK_VALUES[1]), secret("555555"));
        let pins = (SIGNATURE_PIN, PUKS[1]);
        let kept = token.unblock(pins, &puk, &new, LastTry::Keep);
        assert_eq!(kept, Err(CardError::LastTry(Secret::Puk)));
    });
    assert_eq!(card.sent, [0; 0]);
}

/// What a card that cannot be asked has told holds from dialogue to dialogue.
#[test]
fn r24_tries_that_a_wrong_pin_told_are_kept_where_the_card_cannot_be_asked() {
    let mut card = Card::new();
    let family = family(&mut card, RetryCounter::Unknown);
    let mut known = Known::new(Extended::UNKNOWN);
    let mut once = |card: &mut Card, pin: &str, last: LastTry| {
        again(card, family, &mut known, |token, [first, _]| {
            sign(token, first, pin, last)
        })
    };
    let secret = Secret::Pin;
    let refused = |left| Err(wrong(secret, left));
    assert_eq!(once(&mut card, "9999", LastTry::Keep), refused(2));
    assert_eq!(once(&mut card, "9999", LastTry::Keep), refused(1));
    let kept = Err(CardError::LastTry(secret));
    assert_eq!(once(&mut card, VALUES[0], LastTry::Keep), kept);
    assert_eq!(card.sent.len(), 2);
    // The right one ends it: another wrong one is the first again.
    assert_eq!(once(&mut card, VALUES[0], LastTry::Use), Ok(()));
    assert_eq!(once(&mut card, "9999", LastTry::Keep), refused(2));
    assert_eq!(once(&mut card, "9999", LastTry::Keep), refused(1));
    let blocked = Err(CardError::Blocked(secret));
    assert_eq!(once(&mut card, "9999", LastTry::Use), blocked);
    let sent = card.sent.len();
    assert_eq!(once(&mut card, VALUES[0], LastTry::Use), blocked);
    assert_eq!(card.sent.len(), sent, "nothing is sent at no tries");
}
