//! National identity cards: what their families share. Each has a file of its own here.
//!
//! No real card was at hand. What a sheet says that was seen in a recording of one, or done by
//! another program, is said in the family's file.

mod america;
mod belgium;
#[cfg(feature = "emulators")]
pub mod emulator;
mod idemia;
mod italy;
mod japan;
mod portugal;
mod serbia;
mod thales;

use der::{Decode, Encode, Header, SliceReader};
use securesign_card::apdu::{Answer, Command, Response};
use securesign_card::application::PinId;
use securesign_card::atr::AtrPattern;
use securesign_card::certificate::{self, Certificate};
use securesign_card::channel::Channel;
use securesign_card::digest::Digest;
use securesign_card::error::{CardError, Missing};
use securesign_card::profile::{
    Credential, Found, KeyId, Mark, Note, PinUse, Problem, SIGN, Search, Spec,
};
use securesign_card::signature::PublicKey;
use securesign_card::sw::StatusWord;

use crate::offer::{find, signing};
use crate::{kept, minidriver};

pub use america::CAC;
pub use belgium::BELEID;
pub use idemia::{ESTEID, LATEID};
pub use italy::CNS;
pub use japan::JPKI;
pub use portugal::PTEID;
pub use serbia::SRBEID;
pub use thales::{ESTEID_2025, FINEID_3, FINEID_4};

/// This answer to reset and no other.
const fn exactly(value: &'static [u8]) -> Mark {
    Mark::Atr(AtrPattern { value, mask: &[] })
}

/// A certificate of a card, and the key that belongs to it.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// What it is for, and what people call its PIN where they have two.
    name: &'static str,
    /// Identifier of the certificate's file.
    file: u16,
    /// What the key is called in MANAGE SECURITY ENVIRONMENT.
    key: u8,
    /// The PIN that the key wants.
    pin: PinId,
    /// When it wants that.
    when: PinUse,
}

impl Place {
    fn label(&self) -> String {
        format!("{} ({:04X})", self.name, self.file)
    }

    /// Reads the certificate and takes it in; what cannot be used is a note, not an error.
    /// False: by its first bytes it is another one than the one that is asked for.
    fn take_in(
        &self,
        stored: Result<Option<Vec<u8>>, CardError>,
        found: &mut Found,
    ) -> Result<bool, CardError> {
        let der = match stored {
            Ok(Some(der)) => der,
            Ok(None) => return Ok(false),
            Err(CardError::Refused {
                sw: StatusWord::NOT_FOUND,
                ..
            }) => return Ok(true),
            Err(error) => {
                found.notes.push(Note::unreadable(self.label(), error)?);
                return Ok(true);
            }
        };
        if der.is_empty() {
            let (place, problem) = (self.label(), Problem::Empty);
            found.notes.push(Note { place, problem });
            return Ok(true);
        }
        let certificate = signing(&self.label(), &der, &mut found.notes);
        found
            .credentials
            .extend(certificate.map(|certificate| Credential {
                label: self.label(),
                key: KeyId(u16::from(self.key)),
                pin: self.pin,
                when: self.when,
                certificate,
                missing: None,
            }));
        Ok(true)
    }
}

/// What is known of a certificate before it is read.
struct Known<'a> {
    /// As it was before; where the card's still ends like that, no more of it is read.
    kept: Option<&'a [u8]>,
    /// Whether it is another one than the one that is asked for, by its first bytes.
    unwanted: &'a dyn Fn(&[u8]) -> bool,
}

/// The certificates of these places of a family's cards, in this order; of one that is asked
/// for, its own goes first where it was kept. `read` gives one in DER, nothing where it is
/// empty, and `None` where its first bytes are unwanted.
fn credentials(
    card: &mut Channel<'_>,
    spec: &Spec,
    places: &[Place],
    search: &Search,
    mut read: impl FnMut(&mut Channel<'_>, &Place, &Known<'_>) -> Result<Option<Vec<u8>>, CardError>,
) -> Result<Found, CardError> {
    let name = |place: &Place| kept::name(spec.id, &[&place.file.to_be_bytes()]);
    let find_kept = |card: &Channel<'_>, place: &Place, search: &Search| {
        // Who looks at the card itself reads all anew.
        let name = (!search.everything).then(|| name(place))?;
        kept::find(card, &name, |der| {
            !search.rules_out(der) && Certificate::parse(der).is_ok()
        })
    };
    let mut places = places.to_vec();
    if search.serial.is_some() {
        places.sort_by_cached_key(|place| find_kept(card, place, search).is_none());
    }
    find(places, search, |place, search, found| {
        let kept = find_kept(card, &place, search);
        let known = Known {
            kept: kept.as_deref(),
            unwanted: &|beginning| search.rules_out(beginning),
        };
        let stored = read(card, &place, &known);
        if let Ok(Some(der)) = &stored
            && kept.as_ref() != Some(der)
            && Certificate::parse(der).is_ok()
        {
            kept::keep(card, &name(&place), der);
        }
        place.take_in(stored, found)
    })
}

/// SELECT by DF name (ISO 7816-4, 11.2.2), of which nothing is told.
fn select_application(card: &mut Channel<'_>, aid: &[u8]) -> Result<(), CardError> {
    *card.environment() = None;
    let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).data(aid);
    card.require("select the application", &select).map(drop)
}

/// SELECT of a file below the directory that is selected (ISO 7816-4, 11.2.2), of which nothing
/// is told.
fn select_file(card: &mut Channel<'_>, during: &'static str, file: u16) -> Result<(), CardError> {
    let identifier = file.to_be_bytes();
    let select = Command::new([0x00, 0xA4, 0x02, 0x0C]).data(&identifier);
    card.require(during, &select).map(drop)
}

/// SELECT by path from the master file (ISO 7816-4, 11.2.2), of which nothing is told.
fn select_path(card: &mut Channel<'_>, during: &'static str, path: &[u8]) -> Result<(), CardError> {
    let select = Command::new([0x00, 0xA4, 0x08, 0x0C]).data(path);
    card.require(during, &select).map(drop)
}

/// What people call the PINs in countries that number them.
fn numbered(pin: PinId, own: [PinId; 2]) -> Option<&'static str> {
    let names = own.into_iter().zip(["PIN1", "PIN2"]);
    names
        .into_iter()
        .find_map(|(own, name)| (own == pin).then_some(name))
}

/// Whether it is the card that it was: it tells of itself what it told.
fn same<T: PartialEq>(told: &T, before: &T) -> Result<(), CardError> {
    match told == before {
        true => Ok(()),
        false => Err(CardError::Changed),
    }
}

/// Why a card cannot sign with this key that has RSA keys alone, of so many bytes.
fn unless_rsa(key: &PublicKey, lens: &[usize]) -> Option<Missing> {
    match (key, key.rsa_len()) {
        (PublicKey::Rsa(_), Some(len)) if lens.contains(&len) => None,
        (PublicKey::Rsa(_), _) => Some(Missing::KeyLength),
        _ => Some(Missing::KeyKind),
    }
}

/// Algorithm and key, for MANAGE SECURITY ENVIRONMENT (ISO 7816-4, 11.5.11). Keys have
/// references of one byte here.
fn environment(algorithm: u8, key: KeyId) -> [u8; 6] {
    [0x80, 0x01, algorithm, 0x84, 0x01, key.0 as u8]
}

/// Gives the card the hash, and has it sign that (ISO 7816-8, HASH and COMPUTE DIGITAL SIGNATURE).
fn sign_hash(card: &mut Channel<'_>, digest: &Digest) -> Result<Vec<u8>, CardError> {
    let hash = digest.bytes();
    let input = [&[0x90, hash.len() as u8], hash].concat();
    let set = Command::new([0x00, 0x2A, 0x90, 0xA0]).data(&input);
    card.require("set the hash", &set)?;
    let compute = Command::new([0x00, 0x2A, 0x9E, 0x9A]).answer(Answer::Short);
    card.require(SIGN, &compute.once())
}

/// A file that comes in shorter parts than this is not read to its end: a card that drips
/// a byte at a time would hold the reader for minutes.
const LEAST_CHUNK: usize = 0x40;

/// Reads the certificate in the file that is selected, as [`read_der`]; where it ends as the
/// one that was kept, no more than that end.
fn read_certificate(
    card: &mut Channel<'_>,
    chunk: u16,
    known: &Known<'_>,
) -> Result<Option<Vec<u8>>, CardError> {
    let during = "read a certificate";
    if let Some(kept) = known.kept
        && let Some((at, end)) = kept::end(kept, chunk.into())
    {
        let read = read_binary(card, during, at, end.len() as u16)?;
        if read.sw == StatusWord::OK && read.data == end {
            return Ok(Some(kept.to_vec()));
        }
    }
    read_der(card, during, chunk, known.unwanted)
}

/// READ BINARY (ISO 7816-4, 11.3.3).
fn read_binary(
    card: &mut Channel<'_>,
    during: &'static str,
    offset: usize,
    len: u16,
) -> Result<Response, CardError> {
    // Bit 8 of P1 would make it a short file identifier. The longest is below that.
    let [high, low] = (offset as u16).to_be_bytes();
    let read = Command::new([0x00, 0xB0, high, low]).answer(Answer::Exact(len));
    card.send(during, &read)
}

/// Reads the DER object at the beginning of the file that is selected, in pieces of `chunk`
/// bytes and not what fills the file behind it. `None` where its first bytes are unwanted.
fn read_der(
    card: &mut Channel<'_>,
    during: &'static str,
    chunk: u16,
    unwanted: &dyn Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, CardError> {
    let mut bytes = Vec::new();
    let mut len = certificate::MAX;
    while bytes.len() < len {
        let asked = (len - bytes.len()).min(usize::from(chunk)) as u16;
        let response = read_binary(card, during, bytes.len(), asked)?;
        let is_first = bytes.is_empty();
        match response.sw {
            StatusWord::OK | StatusWord::END => {}
            StatusWord::BEHIND_END if !is_first => break,
            sw => return Err(CardError::Refused { during, sw }),
        }
        bytes.extend_from_slice(&response.data);
        if is_first {
            len = whole(&bytes).unwrap_or(bytes.len()).min(len);
            if bytes.len() < len && unwanted(&bytes) {
                return Ok(None);
            }
        }
        if response.data.len() < LEAST_CHUNK || response.sw == StatusWord::END {
            break;
        }
    }
    bytes.truncate(len);
    Ok(Some(bytes))
}

/// So many bytes from the beginning, in pieces of at most `chunk`; `read` gives the one of that
/// offset and length, and one that is shorter is the last. `None` where the first is unwanted.
fn pieces(
    len: usize,
    chunk: usize,
    unwanted: &dyn Fn(&[u8]) -> bool,
    mut read: impl FnMut(usize, usize) -> Result<Vec<u8>, CardError>,
) -> Result<Option<Vec<u8>>, CardError> {
    let mut bytes = Vec::new();
    while bytes.len() < len {
        let asked = chunk.min(len - bytes.len());
        let part = read(bytes.len(), asked)?;
        bytes.extend_from_slice(&part);
        if part.len() < asked {
            break;
        }
        if bytes.len() == asked && asked < len && unwanted(&bytes) {
            return Ok(None);
        }
    }
    bytes.truncate(len);
    Ok(Some(bytes))
}

/// A certificate as Windows' minidrivers store it, behind so many bytes; `read` gives all of
/// them, or `None` where the first ones are unwanted.
fn stored_certificate(
    during: &'static str,
    before: usize,
    unwanted: &dyn Fn(&[u8]) -> bool,
    read: impl FnOnce(&dyn Fn(&[u8]) -> bool) -> Result<Option<Vec<u8>>, CardError>,
) -> Result<Option<Vec<u8>>, CardError> {
    fn behind(bytes: &[u8], before: usize) -> &[u8] {
        bytes.get(before..).unwrap_or_default()
    }
    let unwanted = |bytes: &[u8]| unwanted(&minidriver::beginning(behind(bytes, before)));
    let Some(bytes) = read(&unwanted)? else {
        return Ok(None);
    };
    match minidriver::unpacked(behind(&bytes, before)) {
        Ok(der) => Ok(Some(der.unwrap_or_default())),
        Err(_) => Err(CardError::Malformed { during, at: 0 }),
    }
}

/// Length of the DER object that begins so; `None`: it is none.
fn whole(beginning: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(beginning).ok()?;
    let header = Header::decode(&mut reader).ok()?;
    let whole = (header.encoded_len().ok()? + header.length()).ok()?;
    usize::try_from(whole).ok()
}
