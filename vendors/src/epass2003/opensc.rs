//! The PKCS#15 layout that OpenSC's `pkcs15-init` makes (sheet ePass2003, §7).

use std::time::SystemTime;

use securesign_card::cache::Edition;
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::pkcs15::{self, CertificateEntry, Directory, KeyEntry, Path, Place};
use securesign_card::profile::{Credential, Found, KeyId, Note, PinUse, Problem, Search};
use securesign_card::text;

use super::opened::{Opened, PIN};
use super::shelf::Shelf;
use super::{files, given, unreadable};
use crate::offer::{rank, signing};

/// EF(ODF), EF(TokenInfo) (PKCS#15 v1.1, 6.2 and 6.9).
const ODF: u16 = 0x5031;
const TOKEN_INFO: u16 = 0x5032;
/// Most tries: a byte for the PIN, one for the PUK.
pub const MOST_TRIES: u16 = 0x9F00;
/// Most objects of one kind: that many short file identifiers there are.
const OBJECTS: usize = 8;

/// Signing certificates with a key on the token.
pub fn credentials(
    card: &mut Channel<'_>,
    app: &mut Opened,
    search: &Search,
) -> Result<Found, CardError> {
    let info = if search.everything || card.cache().is_some() {
        let info = files::read_directory(card, app, "read about the token", TOKEN_INFO);
        given(card, info)?
    } else {
        None
    };
    let mut about = pkcs15::token_info(info.as_deref().unwrap_or_default());
    if info.is_some() {
        app.label = about
            .label
            .take()
            .map(|label| text::clean(label.trim(), 40))
            .filter(|label| !label.is_empty());
    }
    let state = match &info {
        Some(info) if about.tells_changes(SystemTime::now()) && !about.serial.is_empty() => {
            Some(Edition::of(&[b"EF(TokenInfo)", info]))
        }
        _ => None,
    };
    let listing = Listing::find(card, app, Shelf::new(state, search))?;
    let edition = match info {
        Some(info) if state.is_some() => listing.edition(&info),
        _ => None,
    };
    Shelf::new(edition, search).serve(search, |shelf| listing.offers(card, app, search, shelf))
}

/// What the directory lists.
#[derive(Default)]
struct Listing {
    keys: Vec<KeyEntry>,
    certificates: Vec<CertificateEntry>,
    notes: Vec<Note>,
    /// The files that say so, as they were read.
    files: Vec<Vec<u8>>,
}

impl Listing {
    /// EF(ODF) says which files list the objects. `shelf` has it where nothing on the token has
    /// changed since it was read, by the time of the last change; what it names is read in any
    /// case, and it itself where that is not all there.
    fn find(card: &mut Channel<'_>, app: &mut Opened, mut shelf: Shelf) -> Result<Self, CardError> {
        if let Some(kept) = shelf.find(card, ODF) {
            let listing = Self::read(card, app, kept)?;
            if listing.notes.is_empty() && !listing.certificates.is_empty() {
                return Ok(listing);
            }
        }
        let odf = files::read_directory(card, app, "read the object directory", ODF)?;
        if !pkcs15::directories(&odf).is_empty() {
            shelf.keep(card, ODF, &odf);
        }
        Self::read(card, app, odf)
    }

    /// Reads the files that EF(ODF) names.
    fn read(card: &mut Channel<'_>, app: &mut Opened, odf: Vec<u8>) -> Result<Self, CardError> {
        let directories = pkcs15::directories(&odf);
        let mut listing = Self::default();
        listing.files.push(odf);
        for (kind, place) in directories.into_iter().take(OBJECTS) {
            let Some(file) = place.file() else {
                continue;
            };
            let during = match kind {
                Directory::PrivateKeys => "read the list of keys",
                Directory::Certificates => "read the list of certificates",
                _ => continue,
            };
            let bytes = match files::read_directory(card, app, during, file) {
                Ok(bytes) => bytes,
                // There may be another one.
                Err(error) => {
                    let note = unreadable(card, format!("{file:04X}"), error)?;
                    listing.notes.push(note);
                    continue;
                }
            };
            if kind == Directory::PrivateKeys {
                listing.keys.extend(pkcs15::private_keys(&bytes));
            } else {
                listing.certificates.extend(pkcs15::certificates(&bytes));
            }
            listing.files.push(bytes);
        }
        Ok(listing)
    }

    /// The state of the token, where all of the directory was read.
    fn edition(&self, info: &[u8]) -> Option<Edition> {
        let parts = [b"pkcs15", info].into_iter();
        let parts: Vec<&[u8]> = parts.chain(self.files.iter().map(Vec::as_slice)).collect();
        self.notes.is_empty().then(|| Edition::of(&parts))
    }

    fn offers(
        &self,
        card: &mut Channel<'_>,
        app: &mut Opened,
        search: &Search,
        shelf: &mut Shelf,
    ) -> Result<Found, CardError> {
        let mut notes = self.notes.clone();
        let mut found = Vec::new();
        // One of an authority is there for the chain only.
        let own = self.certificates.iter().filter(|entry| !entry.authority);
        let mut own: Vec<_> = own.take(OBJECTS).collect();
        let is_only = own.len() == 1;
        shelf.sort(card, search, &mut own, |entry| {
            step(file(entry).unwrap_or(0))
        });
        for entry in own {
            let name = text::clean(entry.label.as_deref().unwrap_or("certificate"), 40);
            let (file, key) = match self.places(entry) {
                Ok(places) => places,
                Err(problem) => {
                    notes.push(Note {
                        place: name,
                        problem,
                    });
                    continue;
                }
            };
            let bytes = match certificate(card, app, search, shelf, file, is_only) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    notes.push(unreadable(card, name, error)?);
                    continue;
                }
            };
            let Some(certificate) = signing(&name, &bytes, &mut notes) else {
                continue;
            };
            let ends = search.ends_with(&certificate);
            let credential = Credential {
                label: name,
                key: KeyId(key),
                pin: PIN,
                when: PinUse::Once,
                certificate,
                missing: None,
            };
            found.push((rank(&credential.certificate), credential));
            if ends {
                break;
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        Ok(Found {
            credentials: found.into_iter().map(|(_, found)| found).collect(),
            notes,
        })
    }

    /// The files of a certificate and of its key.
    fn places(&self, entry: &CertificateEntry) -> Result<(u16, u16), Problem> {
        let key = self.keys.iter().find(|key| key.id == entry.id);
        let key = key.ok_or(Problem::NoKey(None))?;
        let file = file(entry).ok_or(Problem::NoFile)?;
        let by_number = key.reference.map(|number| 0x2900 | u16::from(number));
        let path = key.path.as_ref().and_then(Path::file);
        let key = path.or(by_number).ok_or(Problem::NoReference)?;
        Ok((step(file), step(key)))
    }
}

/// The last identifier of a certificate's file.
fn file(entry: &CertificateEntry) -> Option<u16> {
    entry.place.as_ref().and_then(Place::file)
}

/// A certificate's file, as it was read before or now; `None`: it is another's than the
/// one that is asked for. `is_only`: there is no other, so that it is read at once.
fn certificate(
    card: &mut Channel<'_>,
    app: &mut Opened,
    search: &Search,
    shelf: &mut Shelf,
    file: u16,
    is_only: bool,
) -> Result<Option<Vec<u8>>, CardError> {
    let other = |beginning: &[u8]| search.rules_out(beginning);
    if let Some(kept) = shelf.find(card, file)
        && let Ok(certificate) = Certificate::parse(&kept)
        && Shelf::trusts(card, &certificate)
    {
        return Ok((!other(&kept)).then_some(kept));
    }
    let during = "read a certificate";
    let bytes = match search.serial {
        Some(_) if !is_only => files::read_until(card, app, during, file, None, other)?,
        _ => files::read(card, app, during, file, None)?,
    };
    if other(&bytes) {
        return Ok(None);
    }
    if Certificate::parse(&bytes).is_ok() {
        shelf.keep(card, file, &bytes);
    }
    Ok(Some(bytes))
}

/// The identifier on the card of a file that PKCS#15 names: those of keys and of
/// certificates are a step of 20 apart, so that no two have the same short file
/// identifier (§3).
fn step(file: u16) -> u16 {
    let [high, low] = file.to_be_bytes();
    match high {
        0x29 | 0x30..=0x34 => u16::from_be_bytes([high, low.wrapping_mul(0x20)]),
        _ => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_objects_are_a_step_apart() {
        assert_eq!(step(0x2901), 0x2920);
        assert_eq!(step(0x3107), 0x31E0);
        assert_eq!(step(0x4402), 0x4402);
    }
}
