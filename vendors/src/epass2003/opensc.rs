//! The PKCS#15 layout that OpenSC's `pkcs15-init` makes (sheet ePass2003, §7).

use securesign_core::channel::Channel;
use securesign_core::error::{CardError, given};
use securesign_core::pkcs15::{self, Directory};
use securesign_core::profile::{Application, Credential, Flaw, Found, Note, PinUse, Search};
use securesign_core::text;

use super::{files, rank, signing};

/// Application directory, DF(PKCS#15).
pub const DIRECTORY: u16 = 0x5015;
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
    app: &mut Application,
    search: &Search,
) -> Result<Found, CardError> {
    if search.everything {
        let bytes = files::read_directory(card, app, "read the label", TOKEN_INFO);
        app.label = given(bytes)?
            .and_then(|bytes| pkcs15::token_label(&bytes))
            .map(|label| text::clean(label.trim(), 40))
            .filter(|label| !label.is_empty());
    }
    let odf = files::read_directory(card, app, "read the object directory", ODF)?;
    let odf = pkcs15::directories(&odf);
    let mut keys = Vec::new();
    let mut certificates = Vec::new();
    let mut notes = Vec::new();
    for (kind, file) in odf.iter().take(OBJECTS) {
        let during = match kind {
            Directory::PrivateKeys => "read the list of keys",
            Directory::Certificates => "read the list of certificates",
            Directory::Other => continue,
        };
        match (kind, files::read_directory(card, app, during, *file)) {
            (Directory::PrivateKeys, Ok(bytes)) => keys.extend(pkcs15::private_keys(&bytes)),
            (_, Ok(bytes)) => certificates.extend(pkcs15::certificates(&bytes)),
            // There may be another one.
            (_, Err(error)) => notes.push(Note::unreadable(format!("{file:04X}"), error)?),
        }
    }
    let mut found = Vec::new();
    // One of an authority is there for the chain only.
    let own = certificates.iter().filter(|entry| !entry.authority);
    for entry in own.take(OBJECTS) {
        let name = text::clean(entry.label.as_deref().unwrap_or("certificate"), 40);
        let Some(key) = keys.iter().find(|key| key.id == entry.id) else {
            notes.push(Note {
                place: name,
                flaw: Flaw::NoKey(None),
            });
            continue;
        };
        let Some(file) = entry.file else {
            notes.push(Note {
                place: name,
                flaw: Flaw::NoFile,
            });
            continue;
        };
        let during = "read a certificate";
        let other = |beginning: &[u8]| search.rules_out(beginning);
        let bytes = match files::read_until(card, app, during, step(file), None, other) {
            Ok(bytes) if other(&bytes) => continue,
            Ok(bytes) => bytes,
            Err(error) => {
                notes.push(Note::unreadable(name, error)?);
                continue;
            }
        };
        let Some(certificate) = signing(&name, &bytes, &mut notes) else {
            continue;
        };
        let reference = key
            .file
            .or(key.reference.map(|reference| 0x2900 | u16::from(reference)));
        let Some(reference) = reference else {
            notes.push(Note {
                place: name,
                flaw: Flaw::NoReference,
            });
            continue;
        };
        let credential = Credential {
            label: name,
            key: step(reference),
            pin: PinUse::Once,
            certificate,
            lack: None,
        };
        let ends = search.ends_with(&credential.certificate);
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
