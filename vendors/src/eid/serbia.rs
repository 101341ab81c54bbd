//! Serbian identity cards, health cards and PKS cards with the CardEdge applet (sheet Serbian
//! eID): a little file system of its own, certificates as Windows' minidrivers store them.
//!
//! All of it is from the source of OpenSC's newest driver, whose authors had such cards; nobody
//! here has seen one, and no other program has judged the emulator.

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::atr::Atr;
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::{
    Credential, Found, PinUse, Profile, SIGN, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign, digest_info};

use super::{
    Place, credentials, exactly, pieces, read_binary, same, stored_certificate, unless_rsa,
};
use crate::minidriver;

/// Every maker's.
#[derive(Debug)]
pub struct Serbia {
    spec: Spec,
}

/// Other cards of the makers may have some of these answers to reset: the files decide.
pub static SRBEID: Serbia = Serbia {
    spec: Spec {
        id: "srbeid",
        name: "Serbian eID card",
        marks: &[
            exactly(b"\x3B\xFF\x94\x00\x00\x81\x31\x80\x43\x80\x31\x80\x65\xB0\x85\x02\x01\xF3\x12\x0F\xFF\x82\x90\x00\x79"),
            exactly(b"\x3B\xFA\x13\x00\x00\x81\x31\xFE\x45JCOP21V231\x91"),
            exactly(b"\x3B\xF4\x13\x00\x00\x81\x31\xFE\x45RFZO\xED"),
            exactly(b"\x3B\x7A\x96\x00\x00\x80\x65\xA2\x01\x01\x02\x3D\x72\xD6\x43"),
            exactly(b"\x3B\xF9\x96\x00\x00\x80\x31\xFE\x45SCE7 GCN3^"),
            exactly(b"\x3B\xFD\x94\x00\x00\x81\x31\x80\x43\x80\x31\x80\x65\xB1\xF3\x01\x07\x0F\x83\x01\x90\x00\x17"),
            exactly(b"\x3B\x89\x80\x01SCE7    D"),
            exactly(b"\x3B\xF9\x96\x00\x00\x80\x31\xFE\x45SCE7 \x00\x20\x20\x07"),
            exactly(b"\x3B\xDE\x97\x00\x80\x31\xFE\x45SCE 8.0-C1V0\r\n\x2E"),
            exactly(b"\x3B\x9E\x96\x80\x31\xFE\x45SCE 8.0-C1V0\r\n\x6F"),
            exactly(b"\x3B\x9E\x96\x80\x31\xFE\x45SCE 8.0-C2V0\r\n\x6C"),
            exactly(b"\x3B\xDE\x97\x00\x80\x31\xFE\x45SCE 8.0-C2V0\r\n\x2D"),
            exactly(b"\x3B\x9E\x97\x80\x31\xFE\x45SCE 8.0-C1V0\r\n\x6E"),
        ],
        aid: b"\xA0\x00\x00\x00\x63PKCS-15",
        source: "OpenSC after 0.27.1, card-srbeid.c; sheet Serbian eID",
    },
};

impl Profile for Serbia {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let Some(files) = unless_refused(find(card))? else {
            return Ok(None);
        };
        let mut opened = Opened { files, mark: None };
        opened.mark = opened.mark(card)?;
        Ok(Some(Box::new(opened)))
    }
}

/// How the PIN is changed is as in ISO 7816-4, and unconfirmed.
const PINS: [PinObject; 1] = [PinObject {
    id: PinId(1),
    role: Secret::Pin,
    reference: 0x80,
    rules: PinRules {
        min: 4,
        max: 8,
        charset: Charset::Digits,
        form: Form::Padded { len: 8, with: 0x00 },
    },
    counter: RetryCounter::EmptyVerify,
    change: Ok(Confidence::Inferred),
    unblock: Err(Missing::Issuer),
    otherwise: None,
}];

const ROOT: u16 = 0x7000;

/// The directory of certificates, in the root.
const DIRECTORY: &[u8; 8] = b"mscp\0\0\0\0";

/// What stands before the entries of a directory, and the length of one.
const HEADER: usize = 10;
const ENTRY: usize = 12;

/// Most entries of a directory that are looked at.
const ENTRIES: usize = 64;

/// Most bytes that are read at once.
const CHUNK: usize = 0x0100;

/// What stands before a certificate: its length.
const PREFIX: usize = 2;

/// As much of the first certificate as tells one card from another.
const MARK: usize = 0x80;

/// A certificate's file, and what tells its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Certificate {
    file: u16,
    container: u8,
    /// It is the one for signatures, not the one for the exchange of keys.
    signs: bool,
}

impl Certificate {
    /// `kscNN` or `kxcNN`, and the number of the container.
    fn named(name: &[u8], file: u16) -> Option<Self> {
        let signs = name.starts_with(b"ksc");
        (signs || name.starts_with(b"kxc")).then_some(())?;
        let container = minidriver::container(name.split(|byte| *byte == 0).next()?, 10)?;
        (container < 0x10).then_some(Self {
            file,
            container,
            signs,
        })
    }

    /// What the card calls its key: container, pair, and that it is the private half.
    fn key(self) -> u8 {
        let pair = if self.signs { 2 } else { 1 };
        self.container << 4 | pair << 2 | 1
    }
}

/// SELECT of a file, wherever it is: how long it is.
fn select(card: &mut Channel<'_>, during: &'static str, file: u16) -> Result<usize, CardError> {
    let identifier = file.to_be_bytes();
    let select = Command::new([0x00, 0xA4, 0x00, 0x00]).data(&identifier);
    let told = card.require(during, &select.answer(Answer::Exact(10)))?;
    match told.get(PREFIX..4) {
        Some([high, low]) => Ok(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => Err(CardError::Malformed { during, at: 0 }),
    }
}

/// So many bytes of the file that is selected, from its beginning; `None` where its first ones
/// are unwanted.
fn read(
    card: &mut Channel<'_>,
    during: &'static str,
    len: usize,
    unwanted: &dyn Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, CardError> {
    pieces(len.min(certificate::MAX), CHUNK, unwanted, |at, asked| {
        let part = read_binary(card, during, at, asked as u16)?;
        let sw = part.sw;
        let refused = CardError::Refused { during, sw };
        sw.is_ok().then_some(part.data).ok_or(refused)
    })
}

/// Names and identifiers of what a directory has.
fn list(card: &mut Channel<'_>, file: u16) -> Result<Vec<([u8; 8], u16)>, CardError> {
    let during = "read a directory";
    let len = select(card, during, file)?.min(HEADER + ENTRIES * ENTRY);
    let bytes = read(card, during, len, &|_| false)?.unwrap_or_default();
    let count = bytes.get(6..8).and_then(|count| count.try_into().ok());
    let count = u16::from_le_bytes(count.ok_or(CardError::Malformed { during, at: 6 })?);
    let entries = bytes.get(HEADER..).unwrap_or_default().chunks_exact(ENTRY);
    let named = entries.filter_map(|entry| {
        let (name, rest) = entry.split_first_chunk()?;
        let file = u16::from_le_bytes(*rest.first_chunk()?);
        Some((*name, file))
    });
    Ok(named.take(usize::from(count)).collect())
}

/// Selects the application, and finds the certificates: those for signatures first. Refused
/// where it is no such card.
fn find(card: &mut Channel<'_>) -> Result<Vec<Certificate>, CardError> {
    iso::select(card, SRBEID.spec.aid)?;
    let root = list(card, ROOT)?;
    let directory = root.iter().find(|(name, _)| name == DIRECTORY);
    let Some((_, directory)) = directory else {
        return Ok(Vec::new());
    };
    let entries = list(card, *directory)?.into_iter();
    let own = entries.filter_map(|(name, file)| Certificate::named(&name, file));
    let mut files: Vec<Certificate> = own.collect();
    files.sort_by_key(|file| (!file.signs, file.container));
    Ok(files)
}

/// The application of one card.
struct Opened {
    files: Vec<Certificate>,
    /// What tells one card from another, where the card gives it.
    mark: Option<Vec<u8>>,
}

impl Opened {
    /// The beginning of the first certificate, as it is stored.
    fn mark(&self, card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
        let during = "read the beginning of a certificate";
        let Some(first) = self.files.first() else {
            return Ok(None);
        };
        let bytes = select(card, during, first.file)
            .and_then(|len| read(card, during, len.min(MARK), &|_| false));
        Ok(given(bytes)?.flatten())
    }
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &SRBEID.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        iso::select(card, SRBEID.spec.aid)?;
        same(&self.mark(card)?, &self.mark)
    }

    /// From one program's source alone.
    fn confidence(&self) -> Confidence {
        Confidence::Inferred
    }

    fn pins(&self) -> &[PinObject] {
        &PINS
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let places = self.files.iter().map(|it| Place {
            name: if it.signs {
                "Signature"
            } else {
                "Authentication"
            },
            file: it.file,
            key: it.key(),
            pin: PINS[0].id,
            when: PinUse::Once,
        });
        let places: Vec<Place> = places.collect();
        credentials(card, self.spec(), &places, search, |card, place, known| {
            let during = "read a certificate";
            let len = select(card, during, place.file)?;
            stored_certificate(during, PREFIX, known.unwanted, |unwanted| {
                read(card, during, len, unwanted)
            })
        })
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        unless_rsa(key, &[256])
    }

    /// None that is known.
    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        Ok(None)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        // PKCS#1 v1.5, padded by the card.
        let template = [0x80, 0x01, 0x02, 0x84, 0x02, 0x60, credential.key.0 as u8];
        iso::set_environment(card, 0xB6, &template)?;
        let info = digest_info(what.digest());
        let compute = Command::new([0x00, 0x2A, 0x9E, 0x00]).data(&info);
        card.require(SIGN, &compute.answer(Answer::Short).once())
    }

    /// There is no command for it: the reset that follows forgets what was verified.
    fn log_out(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
        Ok(())
    }
}
