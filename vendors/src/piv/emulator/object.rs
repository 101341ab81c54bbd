//! Data objects: SP 800-73-4 Part 1 §3 and appendix A, GET DATA in Part 2 §3.1.2.

use super::PivCard;
use super::personality::{Discovery, Protection};
use super::selection::AID;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// P1 P2 of GET DATA: the current DF.
const CURRENT: u16 = 0x3FFF;
const MASTER_FILE: u16 = 0x3F00;
/// The tag list of GET DATA.
const TAG_LIST: u32 = 0x5C;

pub(super) const OBJECT: u32 = 0x53;
pub(super) const DISCOVERY: u32 = 0x7E;
pub(super) const CAPABILITIES: u32 = 0x5F_C107;
pub(super) const HOLDER_IDENTIFIER: u32 = 0x5F_C102;
pub(super) const KEY_HISTORY: u32 = 0x5F_C10C;
pub(super) const PRINTED_INFORMATION: u32 = 0x5F_C109;
/// Fingerprints, facial image, printed information, iris images, pairing code.
const BEHIND_PIN: [u32; 5] = [
    0x5F_C103,
    0x5F_C108,
    PRINTED_INFORMATION,
    0x5F_C121,
    0x5F_C123,
];
const BIOMETRIC_TEMPLATES: u32 = 0x7F61;

const USAGE_POLICY: u32 = 0x5F2F;
const APPLICATION_IDENTIFIER: u32 = 0x4F;
const ERROR_DETECTION_CODE: u32 = 0xFE;

/// FASC-N of a card outside the federal system: agency 9999 (SP 800-73-4 Part 1 §3.1.2).
const FASC_N: [u8; 25] = [
    0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE, 0x73, 0x9D, 0x83, 0x68, 0x58, 0x21, 0x08,
    0x42, 0x10, 0x84, 0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB,
];
/// CHUID and printed information want a date.
const EXPIRY: &[u8; 8] = b"20491231";
/// Card identifier in the CCC: GSC-IS RID, manufacturer unknown, Java Card.
const CARD_IDENTIFIER: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02];

impl PivCard {
    pub(super) fn read_object(&mut self, command: &Command) -> Reply {
        let habits = self.personality.objects;
        match command.p1p2() {
            CURRENT => {}
            MASTER_FILE => return Err(habits.master_file),
            _ => return Err(habits.wrong_p1p2),
        }
        let tag = requested(&command.data).ok_or(sw::BAD_DATA)?;
        let absent = match is_defined(tag) {
            true => sw::NOT_FOUND,
            false => habits.undefined_tag,
        };
        if BEHIND_PIN.contains(&tag) && !self.session.verified {
            let present = self.objects.contains_key(&tag);
            match (habits.protection, present) {
                (Protection::First, _) | (Protection::PresenceFirst, true) => {
                    return Err(sw::SECURITY_STATUS);
                }
                _ => {}
            }
        }
        if let Some(object) = self.objects.get(&tag) {
            return Ok(object.clone());
        }
        match (tag, habits.discovery) {
            (DISCOVERY, Discovery::Standard(policy)) => {
                Ok(tlv::element(DISCOVERY, &discovery(policy)))
            }
            (DISCOVERY, Discovery::In53(policy)) => {
                let mut content = discovery(policy);
                let reads = self.session.discovery_reads.wrapping_add(1);
                self.session.discovery_reads = reads;
                content.extend([reads, !reads]);
                Ok(tlv::element(OBJECT, &content))
            }
            _ => Err(absent),
        }
    }
}

/// Card holder unique identifier, SP 800-73-4 Part 1 table 9.
pub(super) fn holder_identifier(guid: &[u8; 16]) -> Vec<u8> {
    object(&[
        tlv::element(0x30, &FASC_N),
        tlv::element(0x34, guid),
        tlv::element(0x35, EXPIRY),
        tlv::element(0x3E, &[]),
    ])
}

/// Card capability container, SP 800-73-4 Part 1 table 8.
pub(super) fn capabilities(guid: &[u8; 16]) -> Vec<u8> {
    let (identifier, _) = guid.split_at(14);
    object(&[
        tlv::element(0xF0, &[&CARD_IDENTIFIER[..], identifier].concat()),
        tlv::element(0xF1, &[0x21]),
        tlv::element(0xF2, &[0x21]),
        tlv::element(0xF3, &[]),
        tlv::element(0xF4, &[0x00]),
        tlv::element(0xF5, &[0x10]),
        tlv::element(0xF6, &[]),
        tlv::element(0xF7, &[]),
        tlv::element(0xFA, &[]),
        tlv::element(0xFB, &[]),
        tlv::element(0xFC, &[]),
        tlv::element(0xFD, &[]),
    ])
}

/// Key history, SP 800-73-4 Part 1 table 19.
pub(super) fn key_history(on_card: u8, off_card: u8) -> Vec<u8> {
    let mut elements = vec![
        tlv::element(0xC1, &[on_card]),
        tlv::element(0xC2, &[off_card]),
    ];
    if off_card > 0 {
        elements.push(tlv::element(0xF3, b"http://history.example/"));
    }
    object(&elements)
}

/// Printed information, SP 800-73-4 Part 1 table 16.
pub(super) fn printed_information(name: &str) -> Vec<u8> {
    object(&[
        tlv::element(0x01, name.as_bytes()),
        tlv::element(0x04, b"2049DEC31"),
        tlv::element(0x05, b"0000000001"),
        tlv::element(0x06, b"EMULATOR"),
    ])
}

fn object(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut content = elements.concat();
    content.extend(tlv::element(ERROR_DETECTION_CODE, &[]));
    tlv::element(OBJECT, &content)
}

fn discovery(policy: [u8; 2]) -> Vec<u8> {
    let mut content = tlv::element(APPLICATION_IDENTIFIER, &AID);
    content.extend(tlv::element(USAGE_POLICY, &policy));
    content
}

/// The one tag in the tag list; anything behind the list is refused.
fn requested(data: &[u8]) -> Option<u32> {
    match tlv::read(data)? {
        (TAG_LIST, tag @ ([_] | [_, _] | [_, _, _]), []) => {
            Some(tag.iter().fold(0, |sum, b| sum << 8 | u32::from(*b)))
        }
        _ => None,
    }
}

/// Whether SP 800-73-4 Part 1 table 3 lists the tag.
fn is_defined(tag: u32) -> bool {
    matches!(tag, DISCOVERY | BIOMETRIC_TEMPLATES | 0x5F_C101..=0x5F_C103 | 0x5F_C105..=0x5F_C123)
}
