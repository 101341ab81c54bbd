//! The rules of what may be sent, watched from below: by frames and status words
//! alone, without asking the code that is watched.

use std::cell::Cell;

use securesign_card::frame::Frame;
use securesign_card::tlv;
use securesign_card::transport::{Transport, TransportError};

use super::{NEW_PIN, PIN, PUK};

/// Opening, everything that can be read, two signatures, closing: 26 objects and
/// a dozen others.
const MOST_COMMANDS: usize = 48;
/// Parts of one answer, each asked for twice (`6Cxx`), and some for the rest.
const MOST_FRAMES: usize = 2 * 1024 + 16;

const VERIFY: u8 = 0x20;
const CHANGE: u8 = 0x24;
const UNBLOCK: u8 = 0x2C;
const SIGN: u8 = 0x87;
const GET_RESPONSE: u8 = 0xC0;
const METADATA: u8 = 0xF7;
const PUK_REFERENCE: u8 = 0x81;
const GLOBAL_REFERENCE: u8 = 0x00;
/// The key that wants the PIN immediately before each signature.
const DIGITAL_SIGNATURE: u8 = 0x9C;

/// What the errand tells the watch, and the watch the errand.
pub struct Facts {
    /// PINs and PUKs sent since somebody typed one.
    pub sent: Cell<u32>,
    /// PINs and PUKs sent at all.
    pub secrets: Cell<u32>,
    /// The last try is not to be spent.
    keep: bool,
    /// `630x` is a counter too.
    bare: bool,
}

impl Facts {
    pub fn new(keep: bool, bare: bool) -> Self {
        Self {
            sent: Cell::new(0),
            secrets: Cell::new(0),
            keep,
            bare,
        }
    }
}

/// One command: its header, whether it carried a PIN, and the answer so far.
struct Asked {
    header: [u8; 4],
    secret: bool,
    data: Vec<u8>,
    status: u16,
}

/// A transport that panics when a rule is broken.
pub struct Watch<'a> {
    card: &'a mut dyn Transport,
    facts: &'a Facts,
    asked: Option<Asked>,
    /// The counters as the card told them last, of each of [`whose`].
    told: [Option<u8>; 3],
    accepted: bool,
    commands: usize,
    frames: usize,
}

impl<'a> Watch<'a> {
    pub fn new(card: &'a mut dyn Transport, facts: &'a Facts) -> Self {
        Self {
            card,
            facts,
            asked: None,
            told: [None; 3],
            accepted: false,
            commands: 0,
            frames: 0,
        }
    }

    /// What the command before this one has taught.
    fn conclude(&mut self) -> Option<Asked> {
        let asked = self.asked.take()?;
        let [_, ins, p1, reference] = asked.header;
        let whose = whose(ins, reference);
        let counter = match asked.status {
            0x63C0..=0x63CF => Some((asked.status & 0x0F) as u8),
            0x6983 => Some(0),
            // With a PIN in it, 6300 counts nothing.
            0x6300 if asked.secret => None,
            0x6300..=0x630F if self.facts.bare => Some((asked.status & 0x0F) as u8),
            _ => None,
        };
        match ins {
            VERIFY if asked.secret => {
                self.accepted = asked.status == 0x9000;
                self.told[whose] = counter;
            }
            CHANGE | UNBLOCK => {
                self.accepted = false;
                self.told[whose] = counter;
            }
            VERIFY if p1 == 0x00 => self.told[whose] = counter,
            METADATA => {
                let tries = tlv::find(&asked.data, 0x06).ok().flatten();
                self.told[whose] = match tries {
                    Some(&[_, left]) if asked.status == 0x9000 => Some(left),
                    _ => None,
                };
            }
            _ => {}
        }
        Some(asked)
    }

    fn judge(&self, frame: &Frame, before: Option<&Asked>) {
        let bytes = frame.expose();
        let ins = bytes[1];
        if frame.is_secret() {
            self.judge_secret(bytes);
        } else {
            for secret in [PIN, NEW_PIN, PUK] {
                let mut windows = bytes.windows(secret.len());
                assert!(!windows.any(|w| w == secret.as_bytes()), "shown: {frame}");
            }
            let carries = matches!(ins, VERIFY | CHANGE | UNBLOCK);
            assert!(!carries || bytes.len() == 4, "not marked: {frame}");
        }
        let again = before.is_some_and(|before| before.header[1] == SIGN);
        if ins == SIGN && !again {
            assert!(self.accepted, "a signature is asked for without a PIN");
            let verified = before.is_some_and(|b| b.secret && b.status == 0x9000);
            assert!(bytes[3] != DIGITAL_SIGNATURE || verified, "not just before");
        }
    }

    fn judge_secret(&self, bytes: &[u8]) {
        let [cla, ins, _, reference, lc, ..] = *bytes else {
            panic!("a secret without a header");
        };
        assert_eq!(cla & 0x10, 0, "chained");
        assert_eq!(bytes.len(), 5 + usize::from(lc), "not short");
        assert!(matches!(lc, 8 | 16));
        let again = self.facts.sent.get() > 0;
        assert!(!again || ins == VERIFY, "sent twice");
        assert!(!again || self.accepted, "sent again without being accepted");
        let told = self.told[whose(ins, reference)];
        assert_ne!(told, Some(0), "sent at no tries");
        assert!(told != Some(1) || !self.facts.keep, "the last try is spent");
    }
}

/// Of the PIN, the PUK or the global PIN: what the card says of one is no word on another.
fn whose(ins: u8, reference: u8) -> usize {
    match reference {
        _ if ins == UNBLOCK => 1,
        PUK_REFERENCE => 1,
        GLOBAL_REFERENCE => 2,
        _ => 0,
    }
}

impl Transport for Watch<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.frames += 1;
        assert!(self.frames <= MOST_FRAMES, "endless");
        let bytes = frame.expose();
        if bytes[1] != GET_RESPONSE {
            let before = self.conclude();
            self.judge(frame, before.as_ref());
            self.asked = Some(Asked {
                header: [bytes[0], bytes[1], bytes[2], bytes[3]],
                secret: frame.is_secret(),
                data: Vec::new(),
                status: 0,
            });
        }
        if frame.is_secret() {
            self.facts.sent.set(self.facts.sent.get() + 1);
            self.facts.secrets.set(self.facts.secrets.get() + 1);
        }
        let answer = self.card.exchange(frame);
        if let Some(asked) = &mut self.asked {
            asked.status = 0;
            if let Ok([data @ .., sw1, sw2]) = answer.as_deref() {
                asked.data.extend_from_slice(data);
                asked.status = u16::from_be_bytes([*sw1, *sw2]);
            }
        }
        answer
    }

    fn step(&mut self, name: &'static str) {
        self.commands += 1;
        self.frames = 0;
        assert!(self.commands <= MOST_COMMANDS, "too many commands: {name}");
        self.card.step(name);
    }
}
