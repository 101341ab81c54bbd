//! What a card can be born with.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::emulator::KeyKind;

/// A key, its certificate, or both.
#[derive(Clone)]
pub struct Object {
    pub(super) holder: String,
    pub(super) label: String,
    pub(super) kind: KeyKind,
    pub(super) key: bool,
    pub(super) certificate: Option<Source>,
    pub(super) direct: bool,
    pub(super) authority: bool,
    pub(super) id: Option<Vec<u8>>,
    pub(super) certificate_id: Option<Vec<u8>>,
    /// Index of the PIN, in the order of the builder.
    pub(super) pin: Option<usize>,
    pub(super) once: bool,
    pub(super) usage: [u8; 2],
    pub(super) padding: Vec<u8>,
    pub(super) validity: Option<(Duration, Duration)>,
}

/// Where a certificate comes from.
#[derive(Clone)]
pub(super) enum Source {
    Issued,
    Der(Vec<u8>),
}

/// keyUsage in PrKDF: sign, sign-recover, non-repudiation; decrypt and unwrap.
const SIGNS: [u8; 2] = [0x30, 0x40];
const DECIPHERS: [u8; 2] = [0x44, 0x00];

impl Object {
    /// A key that signs behind the first PIN, and a self-issued certificate.
    pub fn signing(holder: &str, kind: KeyKind) -> Self {
        Self {
            holder: holder.to_owned(),
            label: "Certificate".to_owned(),
            kind,
            key: true,
            certificate: Some(Source::Issued),
            direct: false,
            authority: false,
            id: None,
            certificate_id: None,
            pin: Some(0),
            once: false,
            usage: SIGNS,
            padding: Vec::new(),
            validity: None,
        }
    }

    /// A key that deciphers and does not sign, with a certificate.
    pub fn deciphering(holder: &str, kind: KeyKind) -> Self {
        Self {
            usage: DECIPHERS,
            ..Self::signing(holder, kind)
        }
    }

    /// A certificate from elsewhere (DER) without a key.
    pub fn authority(der: &[u8]) -> Self {
        Self {
            key: false,
            authority: true,
            certificate: Some(Source::Der(der.to_vec())),
            ..Self::signing("", KeyKind::P256)
        }
    }

    /// No certificate.
    pub fn key_only(mut self) -> Self {
        self.certificate = None;
        self
    }

    /// A certificate from elsewhere (DER), which need not fit.
    pub fn certificate(mut self, der: &[u8]) -> Self {
        self.certificate = Some(Source::Der(der.to_vec()));
        self
    }

    /// CommonObjectAttributes.label of key and certificate.
    pub fn label(mut self, label: &str) -> Self {
        self.label = label.to_owned();
        self
    }

    /// The iD of key and certificate; otherwise 45, 46, ….
    pub fn id(mut self, id: &[u8]) -> Self {
        self.id = Some(id.to_vec());
        self
    }

    /// The certificate has another iD than its key.
    pub fn certificate_id(mut self, id: &[u8]) -> Self {
        self.certificate_id = Some(id.to_vec());
        self
    }

    /// The key is behind this PIN, by the order in which they were added; `None`: behind
    /// none.
    pub fn behind(mut self, pin: Option<usize>) -> Self {
        self.pin = pin;
        self
    }

    /// The PIN holds for one use of the key (userConsent 1).
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// The certificate stands in the directory file itself.
    pub fn direct(mut self) -> Self {
        self.direct = true;
        self
    }

    /// Bytes behind the certificate in its file.
    pub fn padded(mut self, padding: &[u8]) -> Self {
        self.padding = padding.to_vec();
        self
    }

    /// Validity of the certificate, since 1970-01-01T00:00:00Z.
    pub fn validity(mut self, not_before: Duration, not_after: Duration) -> Self {
        self.validity = Some((not_before, not_after));
        self
    }
}

/// How the characters of a PIN are sent (pinType of AODF).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinKind {
    /// Two digits a byte.
    Bcd,
    /// Digits as characters.
    AsciiNumeric,
    /// Any characters.
    Utf8,
    /// A digit a byte, its high nibble set.
    HalfNibbleBcd,
    /// ISO 9564-1 format 2: control, length, digits, F to the end.
    Iso9564,
}

impl PinKind {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Bcd => 0,
            Self::AsciiNumeric => 1,
            Self::Utf8 => 2,
            Self::HalfNibbleBcd => 3,
            Self::Iso9564 => 4,
        }
    }
}

/// A PIN, a PUK or an SO PIN with its entry in AODF.
#[derive(Clone)]
pub struct PinObject {
    pub(super) label: String,
    pub(super) value: Zeroizing<String>,
    pub(super) puk: Option<Zeroizing<String>>,
    pub(super) reference: Option<u8>,
    pub(super) kind: PinKind,
    pub(super) lengths: Option<(u8, u8, u8)>,
    /// `None`: as the dialect has it.
    pub(super) padding: Option<Option<u8>>,
    pub(super) tries: u8,
    pub(super) officer: bool,
    pub(super) local: bool,
    pub(super) initialized: bool,
    pub(super) unblocked_by: Option<usize>,
    pub(super) unblocks: bool,
}

impl PinObject {
    /// A PIN of the user, three tries, without anything that unblocks it.
    pub fn user(value: &str) -> Self {
        Self {
            label: "User PIN".to_owned(),
            value: Zeroizing::new(value.to_owned()),
            puk: None,
            reference: None,
            kind: PinKind::Utf8,
            lengths: None,
            padding: None,
            tries: 3,
            officer: false,
            local: false,
            initialized: true,
            unblocked_by: None,
            unblocks: false,
        }
    }

    /// The security officer's.
    pub fn officer(value: &str) -> Self {
        Self {
            label: "Security Officer PIN".to_owned(),
            officer: true,
            ..Self::user(value)
        }
    }

    /// A PUK with an entry of its own.
    pub fn unblocking(value: &str) -> Self {
        Self {
            label: "PUK".to_owned(),
            unblocks: true,
            tries: 10,
            ..Self::user(value)
        }
    }

    /// A PUK that belongs to this PIN and has no entry.
    pub fn puk(mut self, value: &str) -> Self {
        self.puk = Some(Zeroizing::new(value.to_owned()));
        self
    }

    /// What unblocks it, by the order in which they were added.
    pub fn unblocked_by(mut self, pin: usize) -> Self {
        self.unblocked_by = Some(pin);
        self
    }

    /// CommonObjectAttributes.label.
    pub fn label(mut self, label: &str) -> Self {
        self.label = label.to_owned();
        self
    }

    /// Its pinReference, in place of the next that the dialect has.
    pub fn reference(mut self, reference: u8) -> Self {
        self.reference = Some(reference);
        self
    }

    /// How it is sent: pinType, minimum, stored and maximum length, padding.
    pub fn form(mut self, kind: PinKind, lengths: (u8, u8, u8), padding: Option<u8>) -> Self {
        self.kind = kind;
        self.lengths = Some(lengths);
        self.padding = Some(padding);
        self
    }

    /// How many tries it has.
    pub fn tries(mut self, tries: u8) -> Self {
        self.tries = tries.min(15);
        self
    }

    /// Known in the application's directory alone.
    pub fn local(mut self) -> Self {
        self.local = true;
        self
    }

    /// Its entry says that it was not set yet.
    pub fn uninitialized(mut self) -> Self {
        self.initialized = false;
        self
    }
}

/// In what the content departs from what OpenSC writes. All at once are possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Entries are followed by this to the end of their files.
    pub filler: Option<u8>,
    /// No AODF.
    pub no_aodf: bool,
    /// No EF(TokenInfo).
    pub no_token_info: bool,
    /// No EF(DIR).
    pub no_dir: bool,
    /// EF(DIR) has records.
    pub record_dir: bool,
    /// The directory has no name that could be selected.
    pub nameless: bool,
    /// EF(ODF) names its files by their identifiers alone.
    pub short_paths: bool,
    /// EF(ODF) has the objects themselves in it, not the names of files.
    pub inline: bool,
    /// The objects stand in the middle of their file: paths have index and length.
    pub sliced: bool,
    /// References have one byte, also where that makes them negative.
    pub negative_references: bool,
    /// Bit strings say that no bit is unused.
    pub unused_bits_zero: bool,
    /// Keys do not say which PIN they are behind.
    pub no_auth_ids: bool,
    /// Keys and certificates are found by the modulus alone: their iDs are swapped
    /// around.
    pub swapped_ids: bool,
    /// An entry that nobody can read comes first in each file.
    pub broken_first: bool,
}
