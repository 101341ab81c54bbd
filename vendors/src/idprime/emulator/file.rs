//! Elementary files, and what stands in them: the index EF 0101, the container map of
//! Windows' minidriver, the map of key references.

use super::IdPrimeCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// File identifiers.
pub(super) mod id {
    pub const KEY_MAP: u16 = 0x0005;
    pub const INDEX: u16 = 0x0101;
    pub const CARD_ID: u16 = 0x0201;
    pub const CARD_CF: u16 = 0x0202;
    pub const CARD_APPS: u16 = 0x0203;
    pub const CONTAINER_MAP: u16 = 0x0204;
    /// The certificates, in turn.
    pub const FIRST_CERTIFICATE: u16 = 0x0207;
}

/// Containers that a card has room for.
pub(super) const CONTAINERS: u8 = 15;
/// Bytes of a container map's record, and of the name in it.
const RECORD: usize = 86;
const NAME: usize = 80;
/// Bytes of a key map's record, and how many there are at least.
const KEY_RECORD: usize = 8;
const KEY_RECORDS: usize = 8;

impl IdPrimeCard {
    pub(super) fn select_file(&mut self, command: &Command) -> Reply {
        let [high, low] = command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        let wanted = u16::from_be_bytes([high, low]);
        if !self.session.selected {
            return Err(sw::NOT_FOUND);
        }
        let file = self.files.get(&wanted).ok_or(sw::NOT_FOUND)?;
        self.session.file = Some(wanted);
        if command.p2 == 0x0C {
            return Ok(Vec::new());
        }
        let size = (file.len() as u16).to_be_bytes();
        let parts = [tlv::element(0x80, &size), tlv::element(0x82, &[0x01])];
        Ok(tlv::element(0x6F, &parts.concat()))
    }

    /// Nothing is read beyond the end.
    pub(super) fn read_binary(&self, command: &Command) -> Reply {
        let selected = self.session.file.ok_or(sw::NO_FILE)?;
        let file = self.files.get(&selected).ok_or(sw::NOT_FOUND)?;
        if selected == id::CONTAINER_MAP && self.protected_map {
            return Err(sw::SECURITY_STATUS);
        }
        if !command.data.is_empty() {
            return Err(sw::WRONG_LENGTH);
        }
        let rest = file.get(usize::from(command.p1p2())..);
        let rest = rest.filter(|rest| !rest.is_empty()).ok_or(sw::OFFSET)?;
        let wanted = command.ne.unwrap_or(rest.len());
        match rest.get(..wanted) {
            Some(part) => Ok(part.to_vec()),
            None if self.product.is_t1() => Err(sw::OFFSET),
            None => Err(sw::WRONG_LE | (rest.len() & 0xFF) as u16),
        }
    }
}

/// One entry of the index.
pub(super) struct Entry {
    pub file: u16,
    pub size: usize,
    pub name: String,
    pub directory: &'static str,
    pub flags: u8,
}

/// EF 0101.
pub(super) fn index(entries: &[Entry]) -> Vec<u8> {
    let mut out = vec![entries.len() as u8];
    for entry in entries {
        out.extend(entry.file.to_be_bytes());
        out.extend((entry.size as u16).to_be_bytes());
        out.extend(eight(&entry.name));
        out.extend(eight(entry.directory));
        out.push(entry.flags);
    }
    out
}

fn eight(text: &str) -> [u8; 8] {
    let mut out = [0; 8];
    out.iter_mut()
        .zip(text.bytes())
        .for_each(|(to, from)| *to = from);
    out
}

/// What the container map says of a container: bits of the signature and of the exchange
/// key.
#[derive(Clone, Copy)]
pub(super) struct MapRecord {
    pub container: u8,
    pub signature_bits: u16,
    pub exchange_bits: u16,
}

/// EF 0204: Windows' CONTAINER_MAP_RECORD, fifteen times.
pub(super) fn container_map(records: &[MapRecord]) -> Vec<u8> {
    let mut out = vec![0; RECORD * usize::from(CONTAINERS)];
    for (at, record) in records.iter().enumerate() {
        let name = format!(
            "{{00000000-1111-2222-3333-4444444444{:02}}}",
            44 + record.container
        );
        let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.resize(NAME, 0x00);
        // Valid; the first is the default as well.
        bytes.extend([if at == 0 { 0x03 } else { 0x01 }, 0x00]);
        bytes.extend(record.signature_bits.to_le_bytes());
        bytes.extend(record.exchange_bits.to_le_bytes());
        let place = RECORD * usize::from(record.container);
        out.iter_mut()
            .skip(place)
            .zip(bytes)
            .for_each(|(to, from)| *to = from);
    }
    out
}

/// EF 0005: key reference, container and PIN of each key.
pub(super) fn key_map(keys: &[(u8, u8, bool)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (reference, container, consent) in keys {
        let pin = if *consent { 0x02 } else { 0x01 };
        out.extend([0x01, *reference, *container, 0, 0, 0, 0, pin]);
    }
    out.resize((KEY_RECORDS * KEY_RECORD).max(out.len()), 0x00);
    out
}

/// `tinfo`: the token's label. OpenSC overwrites the last byte, so that a NUL is counted.
pub(super) fn token_information(label: &str) -> Vec<u8> {
    let mut out = vec![0x01, (label.len() + 1) as u8];
    out.extend(label.as_bytes());
    out.push(0x00);
    out
}
