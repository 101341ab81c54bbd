//! What a token is born with.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use super::container::Container;
use super::identity::{Identity, Mode, Tail, capabilities};
use super::image;
use super::personalisation::{BuildError, Personalisation};
use super::pkcs15;
use super::status::sw;
use super::system::System;
use super::{Dialogue, Epass};
use crate::emulator::key::Stream;

/// The largest number that fits into the counter's half byte.
const MOST_TRIES: u8 = 15;

/// What READ BINARY does when more is asked for than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastChunk {
    /// 6Cxx: ask again with this length.
    WrongLength,
    /// The rest, and 9000.
    Shortened,
}

/// What differs between products.
#[derive(Clone, Copy)]
pub(super) struct Habits {
    pub one_byte_length: bool,
    pub select_needs_length: bool,
    pub unique_short_identifiers: bool,
    pub refuses_raw_rsa: bool,
    pub ec: bool,
    pub any_query_code: bool,
    pub plain_refusal: u16,
    pub blocked_status: u16,
    pub last_chunk: LastChunk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Blank,
    Pkcs15,
    Vendor,
}

/// Collects habits and content; see [`Epass::blank`], [`Epass::l1`] and [`Epass::l2`].
pub struct Builder {
    mode: Mode,
    layout: Layout,
    version: [u8; 3],
    tail: Tail,
    habits: Habits,
    personal: Personalisation,
}

impl Builder {
    pub(super) fn new(mode: Mode, layout: Layout) -> Self {
        Self {
            mode,
            layout,
            version: match mode {
                Mode::Fips => [0x10, 0x52, 0x39],
                Mode::Aes | Mode::Des | Mode::Plain => [0x10, 0x06, 0x31],
            },
            tail: match layout {
                Layout::Blank | Layout::Pkcs15 => Tail::Status,
                Layout::Vendor => Tail::Fixed([0x86, 0x00, 0x00]),
            },
            habits: Habits {
                one_byte_length: false,
                select_needs_length: false,
                unique_short_identifiers: true,
                refuses_raw_rsa: false,
                ec: true,
                any_query_code: false,
                plain_refusal: sw::CONDITIONS,
                blocked_status: sw::BLOCKED,
                last_chunk: LastChunk::WrongLength,
            },
            personal: Personalisation::default(),
        }
    }

    /// The user's PIN (kid 01) of the vendor's layout.
    pub fn pin(mut self, pin: &str) -> Self {
        self.personal.pin = Zeroizing::new(pin.as_bytes().to_vec());
        self
    }

    /// The security officer's PIN (kid 02) of the vendor's layout.
    pub fn so_pin(mut self, pin: &str) -> Self {
        self.personal.so_pin = Zeroizing::new(pin.as_bytes().to_vec());
        self
    }

    /// Maximum of tries of both PINs, 1 to 15.
    pub fn tries(mut self, user: u8, officer: u8) -> Self {
        self.personal.tries = (user.min(MOST_TRIES), officer.min(MOST_TRIES));
        self
    }

    /// The security officer cannot set a new PIN for the user: Indian tokens since 2023.
    pub fn without_pin_reset(mut self) -> Self {
        self.personal.pin_reset = false;
        self
    }

    /// The next container, in the order of their numbers.
    pub fn certificate(mut self, container: Container) -> Self {
        self.personal.containers.push(container);
        self
    }

    /// The index has an empty slot behind the first container, as a deleted file leaves.
    pub fn hole(mut self) -> Self {
        self.personal.hole = true;
        self
    }

    /// The token's label in `tokeninfo`, or in EF(TokenInfo).
    pub fn label(mut self, label: &str) -> Self {
        self.personal.label = label.to_owned();
        self
    }

    /// When OpenSC's layout was last changed, as EF(TokenInfo) has it: a GeneralizedTime.
    /// It tells nothing where this is empty.
    pub fn changed(mut self, time: &str) -> Self {
        self.personal.changed = time.as_bytes().to_vec();
        self
    }

    /// Repeatable keys and random numbers. For tests: nothing is secret then.
    pub fn seed(mut self, seed: &[u8]) -> Self {
        self.personal.seed = Some(Zeroizing::new(seed.to_vec()));
        self
    }

    /// Serial number, as GET DATA 01 80 tells it.
    pub fn serial(mut self, serial: [u8; 8]) -> Self {
        self.personal.serial = serial;
        self
    }

    /// Chip version in the ATR.
    pub fn version(mut self, version: [u8; 3]) -> Self {
        self.version = version;
        self
    }

    /// Life-cycle bytes of the ATR.
    pub fn atr_tail(mut self, tail: Tail) -> Self {
        self.tail = tail;
        self
    }

    /// Response cryptograms of 80 to FF bytes carry a length of one byte: a fault of
    /// some firmware.
    pub fn one_byte_length(mut self) -> Self {
        self.habits.one_byte_length = true;
        self
    }

    /// SELECT without Le is 6A80.
    pub fn select_needs_length(mut self) -> Self {
        self.habits.select_needs_length = true;
        self
    }

    /// Files of one directory may share their short identifier (6A89 else).
    pub fn shared_short_identifiers(mut self) -> Self {
        self.habits.unique_short_identifiers = false;
        self
    }

    /// Raw RSA is 6F83, as reported of some tokens in FIPS mode.
    pub fn refuses_raw_rsa(mut self) -> Self {
        self.habits.refuses_raw_rsa = true;
        self
    }

    /// In FIPS mode the retry query may carry any code. No token is known to take a wrong
    /// one: OpenSC 0.23 sends such, and fails on them. This lets it judge the rest.
    pub fn any_query_code(mut self) -> Self {
        self.habits.any_query_code = true;
        self
    }

    /// A chip without elliptic curves.
    pub fn without_ec(mut self) -> Self {
        self.habits.ec = false;
        self
    }

    /// What commands get that should have been wrapped: 6985, or 6982.
    pub fn plain_refusal(mut self, status: u16) -> Self {
        self.habits.plain_refusal = status;
        self
    }

    /// What a blocked PIN answers: 6983, or 63C0.
    pub fn blocked_status(mut self, status: u16) -> Self {
        self.habits.blocked_status = status;
        self
    }

    /// How reading ends.
    pub fn last_chunk(mut self, habit: LastChunk) -> Self {
        self.habits.last_chunk = habit;
        self
    }

    /// Generates and issues what is needed.
    ///
    /// # Errors
    ///
    /// When a key cannot be read or made, or a certificate cannot be issued.
    pub fn build(self) -> Result<Epass, BuildError> {
        let seed = match &self.personal.seed {
            Some(seed) => seed.clone(),
            None => {
                let mut fresh = Zeroizing::new(vec![0; 32]);
                getrandom::fill(&mut fresh).map_err(|_| BuildError::Random)?;
                fresh
            }
        };
        let mut files = System::default();
        match self.layout {
            Layout::Blank => {}
            Layout::Pkcs15 => pkcs15::fill(&mut files, &self.personal, &seed)?,
            Layout::Vendor => image::fill(&mut files, &self.personal, &seed)?,
        }
        Ok(Epass {
            mode: self.mode,
            habits: self.habits,
            identity: Identity {
                version: self.version,
                tail: self.tail,
                serial: self.personal.serial,
                capabilities: capabilities(self.mode, self.habits.ec, self.personal.serial),
            },
            files,
            opening: None,
            session: None,
            dialogue: Dialogue::default(),
            stream: Stream::new(&[&seed[..], b"random"].concat()),
            seed,
            injected: VecDeque::new(),
            generated: 0,
            disturbances: Vec::new(),
            earlier: Vec::new(),
            wrapped: 0,
            raw: 0,
            authentications: 0,
            log: Vec::new(),
        })
    }
}
