//! A session of secure messaging that is lost is opened again before anything secret is
//! sent: in the directory of the PIN, and protected. Where the card refuses to, no secret
//! goes out at all.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::cmp::Ordering;

use bench::abc;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::CardError;
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::pin::Pin;
use securesign_card::profile::Search;
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Builder, Container, Disturbance, Epass, Mode};

/// A card that another program resets before its n-th command, and that refuses some of
/// those with which we open the session again.
struct Meddled<'a> {
    card: &'a mut Epass,
    /// Where the PIN is.
    directory: u16,
    lost: usize,
    /// Which of the commands after that are refused.
    refused: std::ops::Range<usize>,
    sent: usize,
    /// Secrets that went where they should not.
    strays: Vec<String>,
}

impl Transport for Meddled<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let nth = self.sent;
        self.sent += 1;
        if nth == self.lost {
            self.card.reset();
            return Ok(vec![0x69, 0x88]);
        }
        let protected = frame.expose()[0] & 0x0C == 0x0C;
        if frame.is_secret() && !(protected && self.card.directory() == self.directory) {
            let directory = self.card.directory();
            self.strays.push(format!("{frame} in {directory:04X}"));
        }
        if nth > self.lost && self.refused.contains(&(nth - self.lost - 1)) {
            if !protected {
                return Ok(vec![0x6A, 0x88]);
            }
            self.card.disturb(1, Disturbance::Refused(0x6A88));
        }
        Ok(match frame.expose() {
            // What is not protected it takes all the same.
            [0x00, 0x84, ..] => vec![1, 2, 3, 4, 5, 6, 7, 8, 0x90, 0x00],
            [0x00, 0x82, ..] | [0x80, 0xE5, ..] => vec![0x90, 0x00],
            command => self.card.transmit(command),
        })
    }
}

fn pin(text: &str) -> Pin {
    Pin::copy(text.as_bytes()).unwrap()
}

/// What is done with the card.
type Errand = fn(&mut Token<'_>) -> Result<(), CardError>;

const ERRANDS: [(&str, Errand); 4] = [
    ("change the PIN", |token| {
        let id = token.pin()?.id;
        token.change(id, &pin("12345678"), &pin("another"), LastTry::Keep)
    }),
    ("change the PUK", |token| {
        let id = token.unblocker()?.id;
        token.change(id, &pin("rockey"), &pin("another"), LastTry::Keep)
    }),
    ("unblock", |token| {
        let pins = (token.pin()?.id, token.unblocker()?.id);
        token.unblock(pins, &pin("rockey"), &pin("another"), LastTry::Keep)
    }),
    ("sign", |token| {
        let found = token.credentials(&Search::default())?;
        let credential = found.credentials.first().ok_or(CardError::Changed)?;
        let digest = abc(HashAlgorithm::Sha256);
        let what = ToSign::Digest(&digest);
        let signed = token.sign(credential, what, &pin("12345678"), LastTry::Keep);
        signed.map(drop)
    }),
];

/// How many commands it took, what came of it, and the secrets that went astray.
fn hold(
    builder: Builder,
    directory: u16,
    (lost, refused): (usize, std::ops::Range<usize>),
    errand: Errand,
) -> (usize, Result<(), CardError>, Vec<String>) {
    let mut card = builder.build().unwrap();
    let atr = Atr::parse(&card.atr()).unwrap();
    let mut line = Meddled {
        card: &mut card,
        directory,
        lost,
        refused,
        sent: 0,
        strays: Vec::new(),
    };
    let profiles = securesign_vendors::PROFILES;
    let mut known = Known::new(Extended::UNKNOWN);
    let result = match Token::open(&mut line, &atr, &mut known, profiles) {
        Ok(Some(mut token)) => {
            let result = errand(&mut token);
            token.close();
            result
        }
        Ok(None) => Err(CardError::Changed),
        Err(error) => Err(error),
    };
    (line.sent, result, line.strays)
}

#[test]
fn no_secret_goes_out_plain_or_in_another_directory_when_a_session_cannot_be_opened_again() {
    // Layout and its directory (sheet ePass2003, §7 and §8).
    type Layout = fn(Mode) -> Builder;
    let layouts: [(Layout, u16); 2] = [(Epass::l1, 0x5015), (Epass::l2, 0x2003)];
    for (layout, directory) in layouts {
        for (name, errand) in ERRANDS {
            let card = || {
                let holder = Container::signing("CN=Ada Lovelace");
                layout(Mode::Aes).seed(b"reopened").certificate(holder)
            };
            let (whole, result, strays) = hold(card(), directory, (usize::MAX, 0..0), errand);
            result.unwrap();
            assert_eq!(strays, [""; 0]);
            for lost in 0..whole {
                // GET DATA, the two of the authentication, and three SELECT.
                for (from, number) in (0..6).flat_map(|from| [1, 2, 4].map(|n| (from, n))) {
                    let refused = from..from + number;
                    let place = format!("{name} in {directory:04X}, {lost}, {refused:?}");
                    let (.., strays) = hold(card(), directory, (lost, refused), errand);
                    assert_eq!(strays, [""; 0], "{place}");
                }
            }
        }
    }
}

/// Another token is in the reader from the n-th command on, which the first one has lost.
struct Exchanged<'a> {
    first: &'a mut Epass,
    second: &'a mut Epass,
    at: usize,
    sent: usize,
    /// Secrets that went to the first.
    secrets: usize,
    /// Secrets that went to the second.
    strays: Vec<String>,
}

impl Transport for Exchanged<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let nth = self.sent;
        self.sent += 1;
        match (nth.cmp(&self.at), frame.is_secret()) {
            (Ordering::Greater, true) => self.strays.push(format!("{frame}")),
            (_, secret) => self.secrets += usize::from(secret),
        }
        match nth.cmp(&self.at) {
            Ordering::Less => Ok(self.first.transmit(frame.expose())),
            Ordering::Equal => Ok(vec![0x69, 0x88]),
            Ordering::Greater => Ok(self.second.transmit(frame.expose())),
        }
    }
}

/// How many commands it took, what came of it, how many secrets the first token got, and
/// those that the second one got.
fn exchange(
    (first, second): (Builder, Builder),
    at: usize,
    errand: Errand,
) -> (usize, Result<(), CardError>, usize, Vec<String>) {
    let (mut first, mut second) = (first.build().unwrap(), second.build().unwrap());
    let atr = Atr::parse(&first.atr()).unwrap();
    let mut line = Exchanged {
        first: &mut first,
        second: &mut second,
        at,
        sent: 0,
        secrets: 0,
        strays: Vec::new(),
    };
    let profiles = securesign_vendors::PROFILES;
    let mut known = Known::new(Extended::UNKNOWN);
    let mut token = Token::open(&mut line, &atr, &mut known, profiles)
        .unwrap()
        .unwrap();
    let result = errand(&mut token);
    token.close();
    (line.sent, result, line.secrets, line.strays)
}

#[test]
fn a_session_that_is_opened_again_in_another_directory_or_card_gets_no_secret() {
    let card = |layout: fn(Mode) -> Builder, seed: &[u8]| {
        let holder = Container::signing("CN=Ada Lovelace");
        layout(Mode::Aes).seed(seed).certificate(holder)
    };
    let l1 = |seed: &[u8]| card(Epass::l1, seed);
    let l2 = |seed: &[u8]| card(Epass::l2, seed);
    type Pair = (Builder, Builder);
    let pairs: [(&str, &dyn Fn() -> Pair); 3] = [
        ("another layout", &|| (l1(b"one"), l2(b"one"))),
        ("the other one", &|| (l2(b"one"), l1(b"one"))),
        ("another token", &|| {
            (l2(b"one"), l2(b"two").serial([0x02; 8]))
        }),
    ];
    for (pair, make) in pairs {
        for (name, errand) in ERRANDS {
            let (opened, ..) = exchange(make(), usize::MAX, |_| Ok(()));
            let (whole, result, secrets, _) = exchange(make(), usize::MAX, errand);
            result.unwrap();
            assert!(secrets > 0);
            let mut changed = 0;
            for at in opened..whole {
                let place = format!("{name}, {pair} from command {at}");
                let (_, result, secrets, strays) = exchange(make(), at, errand);
                assert_eq!(strays, [""; 0], "{place}");
                if secrets == 0 {
                    assert_eq!(result, Err(CardError::Changed), "{place}");
                    changed += 1;
                }
            }
            assert!(changed > 0, "{name}, {pair}");
        }
    }
}
