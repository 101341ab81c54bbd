//! The layout that OpenSC and the maker's software share: lists of objects, each object
//! with a file that tells of it, and containers that hold together what belongs together.

use super::{FIRST_KEY, Habits, Oberthur, RECORD};
use crate::emulator::files::{Content, File};
use crate::pkcs15::emulator::Pkcs15Card;
use crate::pkcs15::emulator::dialect::FileKind;

/// Directories: of the application, of public objects, of private ones.
const APPLICATION: u16 = 0x5011;
const PUBLIC: u16 = 0x9001;
const PRIVATE: u16 = 0x9002;
/// Files of the application.
const TOKEN: u16 = 0x1000;
const UNBLOCKING: u16 = 0x2000;
const CONTAINERS: u16 = 0x3000;
const PUBLIC_LIST: u16 = 0x4000;
const PRIVATE_LIST: u16 = 0x5000;
/// Lengths of both lists.
const PUBLIC_ROOM: usize = 0xFA;
const PRIVATE_ROOM: usize = 0x7D;
/// The first certificate; what tells of an object has this bit too.
const FIRST_CERTIFICATE: u16 = 0x2001;
const INFORMATION: u16 = 0x0100;
/// Flags of a certificate: modifiable; of a key: also decrypt and sign.
const OF_CERTIFICATE: [u8; 2] = [0x00, 0x01];
const OF_KEY: [u8; 2] = [0x00, 0x31];
/// Descriptor of a private key.
const PRIVATE_KEY: [u8; 2] = [0x14, 0x00];
const FIRST_ID: u8 = 0x45;
/// The value that OpenSC reads and sends, and the last of a container.
pub(super) const PUK: &[u8; 16] = b"0123456789ABCDEF";
const NAME: &[u8] = b"{01234567-89AB-CDEF-0123-456789ABCDE0}";

/// Writes the layout around the keys and certificates that the card has.
pub(super) fn fill(card: &mut Pkcs15Card) {
    let directories = [
        &[APPLICATION][..],
        &[APPLICATION, PUBLIC],
        &[APPLICATION, PRIVATE],
    ];
    for path in directories {
        put(card, path, FileKind::Directory, Content::Directory);
    }
    let mut token = b"AuthentIC".to_vec();
    token.resize(32, b' ');
    token.extend([0x00, 0x00, 0x04, 0x0D]);
    let containers = fill_certificates(card);
    fill_keys(card);
    transparent(card, &[APPLICATION, TOKEN], token);
    transparent(card, &[APPLICATION, UNBLOCKING], PUK.to_vec());
    let path = [APPLICATION, CONTAINERS];
    put(card, &path, FileKind::Records, Content::Records(containers));
}

/// Certificates, their list; the containers come back.
fn fill_certificates(card: &mut Pkcs15Card) -> Vec<Vec<u8>> {
    let (mut list, mut containers) = (Vec::new(), Vec::new());
    for (at, certificate) in (0_u8..).zip(card.certificates.clone()) {
        let file = FIRST_CERTIFICATE + u16::from(at);
        let parts: [&[u8]; 5] = [b"Certificate", &[FIRST_ID + at], &[], &[], &[]];
        let told = [&OF_CERTIFICATE[..], &sized(&parts)].concat();
        list.extend(entry(file, certificate.len() as u16));
        transparent(card, &[APPLICATION, PUBLIC, file], certificate);
        transparent(card, &[APPLICATION, PUBLIC, file | INFORMATION], told);
        // Keys and certificate for exchange, then for signatures.
        let key = FIRST_KEY + u16::from(at);
        let files = [0, 0, 0, 0, key, file].map(u16::to_be_bytes).concat();
        let length = (NAME.len() as u16 - 2).to_be_bytes();
        let mut container = [&files[..], &length, &NAME[1..NAME.len() - 1]].concat();
        container.resize(usize::from(RECORD), 0);
        containers.push(container);
    }
    list.resize(PUBLIC_ROOM.max(list.len()), 0);
    transparent(card, &[APPLICATION, PUBLIC_LIST], list);
    containers
}

fn fill_keys(card: &mut Pkcs15Card) {
    let size = |kind: crate::emulator::KeyKind| kind.input_length().unwrap_or(0) as u16 * 8;
    let keys = card.keys.iter();
    let keys: Vec<(u16, u16)> = keys
        .map(|(file, key)| (*file, size(key.key.kind())))
        .collect();
    let mut list = Vec::new();
    for (file, bits) in keys {
        let id = FIRST_ID + (file - FIRST_KEY) as u8;
        let parts: [&[u8]; 2] = [b"Key", &[id]];
        // Dates, and no subject.
        let told = [&OF_KEY[..], &sized(&parts), b"2025010120440101", &[0, 0]].concat();
        list.extend(entry(file, bits));
        let mut parameters = Oberthur.parameters(file, FileKind::Transparent, bits);
        parameters[0].1 = PRIVATE_KEY.to_vec();
        let key = File {
            parameters,
            content: Content::Internal,
        };
        card.files.insert(vec![APPLICATION, PRIVATE, file], key);
        transparent(card, &[APPLICATION, PRIVATE, file | INFORMATION], told);
    }
    list.resize(PRIVATE_ROOM.max(list.len()), 0);
    transparent(card, &[APPLICATION, PRIVATE_LIST], list);
}

fn transparent(card: &mut Pkcs15Card, path: &[u16], content: Vec<u8>) {
    put(
        card,
        path,
        FileKind::Transparent,
        Content::Transparent(content),
    );
}

fn put(card: &mut Pkcs15Card, path: &[u16], kind: FileKind, content: Content) {
    let size = match &content {
        Content::Transparent(content) => content.len() as u16,
        _ => 0x0014,
    };
    let parameters = Oberthur.parameters(path[path.len() - 1], kind, size);
    let file = File {
        parameters,
        content,
    };
    card.files.insert(path.to_vec(), file);
}

/// An entry of a list of objects.
fn entry(file: u16, size: u16) -> Vec<u8> {
    [&[0xFF], &file.to_be_bytes()[..], &size.to_be_bytes()].concat()
}

/// Each part behind its length of two bytes.
fn sized(parts: &[&[u8]]) -> Vec<u8> {
    let part = |part: &&[u8]| [&(part.len() as u16).to_be_bytes()[..], part].concat();
    parts.iter().flat_map(part).collect()
}
