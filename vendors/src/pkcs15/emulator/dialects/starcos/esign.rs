//! The eSign application: two keys at fixed places, and no PKCS#15 that leads to them.

use super::Starcos;
use crate::emulator::files::{Content, tag};
use crate::pkcs15::emulator::Pkcs15Card;

/// That the directory has this name is inferred from OpenSC, which only selects it.
const NAME: &[u8] = b"\xA0\x00\x00\x02\x45\x53\x69\x67\x6E";
const DIRECTORY: u16 = 0x0608;
/// Certificates of authentication and of encryption, and their keys.
const PLACES: [(u16, u16); 2] = [(0x43F1, 0x81), (0x4301, ENCRYPTION)];
pub(super) const ENCRYPTION: u16 = 0x83;
/// EF.GDO: the serial number.
const EF_GDO: u16 = 0x2F02;
const GDO: &[u8] = &[
    0x5A, 0x0A, 0x80, 0x49, 0x01, 0x00, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89,
];
const EF_DIR: u16 = 0x2F00;

/// Moves the first two objects to where they belong, and drops what led to them.
pub(super) fn fill(habits: &Starcos, card: &mut Pkcs15Card) {
    let old = card.dialect.places;
    habits.put(card, &[DIRECTORY], Content::Directory);
    if let Some(directory) = card.files.at_mut(&[DIRECTORY]) {
        directory.parameters.push((tag::NAME, NAME.to_vec()));
    }
    let mut keys = std::mem::take(&mut card.keys);
    for (at, (file, reference)) in (0_u16..).zip(PLACES) {
        let certificate = card.files.at(&[old.application, old.certificate + at]);
        if let Some(Content::Transparent(der)) = certificate.map(|file| &file.content) {
            let der = Content::Transparent(der.clone());
            habits.put(card, &[DIRECTORY, file], der);
        }
        if let Some(mut key) = keys.remove(&(old.key + at)) {
            key.deciphers = reference == ENCRYPTION;
            card.keys.insert(reference, key);
        }
    }
    card.files.remove(&[old.application]);
    card.files.remove(&[EF_DIR]);
    habits.put(card, &[EF_GDO], Content::Transparent(GDO.to_vec()));
}
