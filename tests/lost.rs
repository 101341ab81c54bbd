//! An answer to a PIN that is lost is not told as failure: a new one may be in force, and a
//! try may be gone. Nothing is sent again by itself.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/instead.rs"]
mod instead;

use bench::{Shared, abc};
use instead::Instead;
use securesign_app::language::Language;
use securesign_app::words::Explain;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Secret};
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::pin::Pin;
use securesign_card::profile::Search;
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Container, Epass, Mode};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

/// How the answer to a command is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// The card is pulled out.
    Removed,
    /// Another program resets it.
    Reset,
    /// The reader reports a fault of the transmission.
    NotTransacted,
    /// Nothing comes back, not even a status word.
    Empty,
    /// Half a status word comes back.
    HalfWord,
    /// The answer's protection does not hold; where there is none, the status word alone is
    /// no answer to a secret.
    Torn,
}

const LOSSES: [Loss; 6] = [
    Loss::Removed,
    Loss::Reset,
    Loss::NotTransacted,
    Loss::Empty,
    Loss::HalfWord,
    Loss::Torn,
];

/// A card of whose n-th command the answer is lost, before or after it has done what the
/// command says.
struct Lossy<'a> {
    card: &'a mut dyn Emulator,
    loss: Loss,
    at: usize,
    done: bool,
    sent: usize,
    /// How often a PIN, a PUK or what stands for one went out.
    secrets: usize,
}

impl Transport for Lossy<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.sent += 1;
        self.secrets += usize::from(frame.is_secret());
        if self.sent < self.at {
            return Ok(self.card.transmit(frame.expose()));
        }
        let first = self.sent == self.at;
        let answer = match (first, self.done) {
            (true, false) => Vec::new(),
            _ => match self.loss {
                // What is gone stays so until somebody connects anew.
                Loss::Removed | Loss::Reset if !first => Vec::new(),
                _ => self.card.transmit(frame.expose()),
            },
        };
        match self.loss {
            Loss::Removed => Err(TransportError::Removed),
            Loss::Reset => {
                self.card.reset();
                Err(TransportError::Reset)
            }
            _ if !first => Ok(answer),
            Loss::NotTransacted => Err(TransportError::NotTransacted),
            Loss::Empty => Ok(Vec::new()),
            Loss::HalfWord => Ok(answer.get(..1).unwrap_or(&[0x90]).to_vec()),
            // A protected answer ends with its checksum and the status word.
            Loss::Torn if answer.len() >= 12 => {
                let mut answer = answer;
                let at = answer.len() - 3;
                answer[at] ^= 0x01;
                Ok(answer)
            }
            Loss::Torn => Ok(Vec::new()),
        }
    }
}

fn pin(text: &str) -> Pin {
    Pin::copy(text.as_bytes()).unwrap()
}

/// What is done with the card.
#[derive(Clone, Copy, Debug)]
enum Errand {
    Change,
    Unlock,
    Sign,
}

/// PIN, PUK and the new PIN.
type Secrets<'a> = (&'a str, &'a str, &'a str);

/// What came of the errand, how many commands it took, and how many with a secret.
fn outcome(
    card: &mut dyn Emulator,
    (loss, at, done): (Loss, usize, bool),
    errand: Errand,
    (old, puk, new): Secrets<'_>,
) -> (Result<(), CardError>, usize, usize) {
    let atr = Atr::parse(&card.atr()).unwrap();
    let mut line = Lossy {
        card,
        loss,
        at,
        done,
        sent: 0,
        secrets: 0,
    };
    let mut known = Known::new(Extended::UNKNOWN);
    let opened = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
    let result = match (opened, errand) {
        (Ok(Some(mut token)), Errand::Unlock) => {
            let pins = (token.pin().unwrap().id, token.unblocker().unwrap().id);
            token.unblock(pins, &pin(puk), &pin(new), LastTry::Keep)
        }
        (Ok(Some(mut token)), Errand::Change) => {
            let id = token.pin().unwrap().id;
            token.change(id, &pin(old), &pin(new), LastTry::Keep)
        }
        (Ok(Some(mut token)), Errand::Sign) => sign(&mut token, &pin(old)),
        (Ok(None), _) => Err(CardError::Changed),
        (Err(error), _) => Err(error),
    };
    (result, line.sent, line.secrets)
}

fn sign(token: &mut Token<'_>, pin: &Pin) -> Result<(), CardError> {
    let found = token.credentials(&Search::default())?;
    let credential = found.credentials.first().ok_or(CardError::Changed)?;
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    token.sign(credential, what, pin, LastTry::Keep).map(drop)
}

/// Never disturbed.
const WHOLE: (Loss, usize, bool) = (Loss::Removed, usize::MAX, false);

/// Goes over every command of the dialogue. `holds` tells whether a PIN is in force.
fn every_command<C: Emulator + 'static>(
    make: &dyn Fn() -> C,
    secrets: Secrets<'_>,
    holds: &dyn Fn(&mut dyn Emulator, &str) -> bool,
) {
    for errand in [Errand::Change, Errand::Unlock] {
        let (whole, length, _) = outcome(&mut make(), WHOLE, errand, secrets);
        whole.unwrap();
        for loss in LOSSES {
            let mut unclear = 0;
            for (at, done) in (1..=length).flat_map(|at| [(at, false), (at, true)]) {
                let name = format!("{errand:?}, {loss:?} at {at}, done {done}");
                let card = Shared::new(make());
                let (result, ..) = outcome(&mut card.clone(), (loss, at, done), errand, secrets);
                card.clone().reset();
                let new_holds = holds(&mut card.clone(), secrets.2);
                match result {
                    // What is not needed was lost.
                    Ok(()) => assert!(new_holds, "{name}"),
                    Err(error @ CardError::Unclear(Secret::Pin)) => {
                        unclear += 1;
                        let said = error.tell(Language::English);
                        assert!(said.contains("Try the new PIN first"), "{said}");
                    }
                    // Told as failure: then it is one.
                    Err(error) => assert!(!new_holds, "{name}: {error:?}"),
                }
            }
            assert!(unclear >= 2, "{errand:?}, {loss:?}: {unclear}");
        }
    }
}

/// Goes over every command of each errand with a wrong secret. `tries`: left of PIN and PUK.
fn every_command_with_a_wrong_secret<C: Emulator + 'static>(
    make: &dyn Fn() -> C,
    wrong: Secrets<'_>,
    tries: &dyn Fn(&C) -> [u8; 2],
) {
    for errand in [Errand::Change, Errand::Unlock, Errand::Sign] {
        let full = tries(&make());
        let (_, length, _) = outcome(&mut make(), WHOLE, errand, wrong);
        for loss in LOSSES {
            let mut unanswered = 0;
            for (at, done) in (1..=length).flat_map(|at| [(at, false), (at, true)]) {
                let name = format!("{errand:?}, {loss:?} at {at}, done {done}");
                let card = Shared::new(make());
                let (result, _, sent) = outcome(&mut card.clone(), (loss, at, done), errand, wrong);
                assert!(sent <= 1, "{name}: a secret was sent {sent} times");
                let left = tries(&card.card());
                let gone = usize::from(full[0] - left[0]) + usize::from(full[1] - left[1]);
                assert!(gone <= sent, "{name}");
                let error = result.unwrap_err();
                match &error {
                    CardError::Wrong { secret, left: told } => {
                        let left = left[usize::from(*secret == Secret::Puk)];
                        assert!(gone == 1 && told.is_none_or(|told| told == left), "{name}");
                    }
                    CardError::Unanswered { .. } => {
                        unanswered += 1;
                        let said = error.tell(Language::English);
                        assert!(said.contains("not known whether a try was used"), "{said}");
                    }
                    CardError::Unclear(_) => {}
                    // Told as a failure before anything was compared.
                    _ => assert_eq!(gone, 0, "{name}: {error:?}"),
                }
            }
            // Where the card can be asked, its counter tells.
            let gone_for_good = matches!(loss, Loss::Removed | Loss::Reset);
            if gone_for_good && matches!(errand, Errand::Sign) {
                assert_eq!(unanswered, 2, "{errand:?}, {loss:?}");
            }
        }
    }
}

/// Whether a PIV card takes this PIN.
fn piv_holds(card: &mut dyn Emulator, pin: &str) -> bool {
    let select = [
        0x00, 0xA4, 0x04, 0x00, 0x09, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x00,
    ];
    card.transmit(&select);
    let mut verify = vec![0x00, 0x20, 0x00, 0x80, 0x08];
    verify.extend(pin.as_bytes());
    verify.resize(13, 0xFF);
    card.transmit(&verify) == [0x90, 0x00]
}

fn piv() -> PivCard {
    PivCard::builder(NIST)
        .seed(b"lost")
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap()
}

#[test]
fn a_new_pin_of_a_piv_card_is_never_told_as_failure_when_it_holds() {
    every_command(&piv, ("123456", "12345678", "654321"), &piv_holds);
}

#[test]
fn a_wrong_pin_of_a_piv_card_costs_one_try_and_what_is_not_known_is_said() {
    let tries = |card: &PivCard| [card.pin_tries(), card.puk_tries()];
    let wrong = ("999999", "99999999", "654321");
    every_command_with_a_wrong_secret(&piv, wrong, &tries);
}

/// Whether an ePass2003 takes this PIN: as the driver presents it, which its own tests
/// prove right, in an exchange of its own.
fn epass_holds(card: &mut dyn Emulator, value: &str) -> bool {
    let secrets = (value, "", "another one still");
    outcome(card, WHOLE, Errand::Change, secrets).0.is_ok()
}

fn epass() -> Epass {
    Epass::l2(Mode::Aes)
        .seed(b"lost")
        .certificate(Container::signing("CN=Ada Lovelace"))
        .build()
        .unwrap()
}

#[test]
fn a_new_pin_of_an_epass2003_is_never_told_as_failure_when_it_holds() {
    every_command(&epass, ("12345678", "rockey", "another one"), &epass_holds);
}

#[test]
fn a_wrong_pin_of_an_epass2003_costs_one_try_and_what_is_not_known_is_said() {
    let tries = |card: &Epass| [card.pin_tries(), card.so_tries()];
    let wrong = ("wrong one", "wrong puk", "another one");
    every_command_with_a_wrong_secret(&epass, wrong, &tries);
}

#[test]
fn a_card_that_failed_after_it_has_written_may_have_the_new_pin() {
    for errand in [Errand::Change, Errand::Unlock] {
        // It says after a new PIN that its memory failed, having written it.
        let mut card = Instead::of(piv(), |card, command| {
            let answer = card.transmit(command);
            match command[1] {
                0x24 | 0x2C => vec![0x65, 0x81],
                _ => answer,
            }
        });
        let secrets = ("123456", "12345678", "654321");
        let (result, ..) = outcome(&mut card, WHOLE, errand, secrets);
        assert_eq!(result, Err(CardError::Unclear(Secret::Pin)));
        assert!(piv_holds(&mut card, "654321"));
    }
}
