//! SELECT, SP 800-73-4 Part 2 §3.1.1.

use super::personality::Template;
use super::{Application, PivCard};
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// A0 00 00 03 08: NIST's registered application provider.
const RID: [u8; 5] = [0xA0, 0x00, 0x00, 0x03, 0x08];
/// What follows the RID: PIV, version 1.0.
const PIX: [u8; 6] = [0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
/// RID and PIX, SP 800-73-4 Part 1 §2.2.
pub(super) const AID: [u8; 11] = [
    0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
];
/// The AID without its version.
const VERSIONLESS: usize = 9;

/// P1 P2: by DF name, first occurrence, FCI.
const BY_NAME: u16 = 0x0400;

const APPLICATION_TEMPLATE: u32 = 0x61;
const APPLICATION_IDENTIFIER: u32 = 0x4F;
const ALLOCATION_AUTHORITY: u32 = 0x79;
const LABEL: u32 = 0x50;
const ALGORITHMS: u32 = 0xAC;
const ALGORITHM: u32 = 0x80;
const ALGORITHMS_END: u32 = 0x06;

impl PivCard {
    pub(super) fn select(&mut self, command: &Command) -> Reply {
        if command.p1p2() != BY_NAME {
            return Err(sw::WRONG_P1P2);
        }
        let selection = self.personality.selection;
        if is_piv(&command.data, selection.any_version) {
            let again = self.session.application == Application::Piv;
            if selection.reselect_clears || (!again && selection.deselect_clears) {
                self.clear_verified();
            }
            self.session.application = Application::Piv;
            self.session.chain = None;
            return Ok(self.template());
        }
        if self.other_applications.contains(&command.data) {
            if selection.deselect_clears {
                self.clear_verified();
            }
            self.session.application = Application::Other;
            self.session.chain = None;
            return Ok(Vec::new());
        }
        // What was selected stays so, and so does the PIN state.
        Err(selection.unknown_application)
    }

    pub(super) fn clear_verified(&mut self) {
        self.session.verified = false;
        self.session.just_verified = false;
    }

    fn template(&self) -> Vec<u8> {
        let selection = &self.personality.selection;
        let authority = tlv::element(
            ALLOCATION_AUTHORITY,
            &tlv::element(APPLICATION_IDENTIFIER, &RID),
        );
        let label = match selection.label {
            Some(label) => tlv::element(LABEL, label.as_bytes()),
            None => Vec::new(),
        };
        let algorithms = match selection.algorithms {
            [] => Vec::new(),
            ids => {
                let mut list: Vec<u8> = Vec::new();
                for id in ids {
                    list.extend(tlv::element(ALGORITHM, &[*id]));
                }
                list.extend(tlv::element(ALGORITHMS_END, &[0x00]));
                tlv::element(ALGORITHMS, &list)
            }
        };
        let identifier: &[u8] = match selection.template {
            Template::Pix => &PIX,
            Template::FullAid => &AID,
            Template::Malformed => return malformed(),
        };
        let identifier = tlv::element(APPLICATION_IDENTIFIER, identifier);
        let elements = [identifier, authority, label, algorithms].concat();
        tlv::element(APPLICATION_TEMPLATE, &elements)
    }
}

fn is_piv(aid: &[u8], any_version: bool) -> bool {
    let truncated = aid.len() >= RID.len() && AID.starts_with(aid);
    truncated || (any_version && aid.starts_with(&AID[..VERSIONLESS]))
}

/// pico-openpgp 4.6: the outer length is zero, 33 bytes in all; what stands behind the
/// first eight is a guess.
fn malformed() -> Vec<u8> {
    let mut bytes = vec![0x61, 0x00, 0x4F, 0x02, 0x01, 0x00, 0x79, 0x09, 0x4F, 0x07];
    bytes.extend(RID);
    bytes.extend([0x00, 0x00]);
    bytes.extend(tlv::element(LABEL, b"PIV emulation "));
    bytes
}
