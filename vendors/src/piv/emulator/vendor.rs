//! Yubico's instructions, which several other products answer too: GET METADATA,
//! GET SERIAL, RESET, GET VERSION (Yubico PIV technical manual).

use super::personality::{Metadata, Vendor};
use super::pin::{PIN, PUK, Reference};
use super::transport::done;
use super::{PivCard, Slot};
use crate::emulator::apdu::{Command, Reply, ins, sw};
use crate::emulator::tlv;

/// P2: management key.
const MANAGEMENT_KEY: u8 = 0x9B;

const TAG_ALGORITHM: u32 = 0x01;
const TAG_POLICY: u32 = 0x02;
const TAG_ORIGIN: u32 = 0x03;
const TAG_PUBLIC_KEY: u32 = 0x04;
const TAG_DEFAULT: u32 = 0x05;
const TAG_TRIES: u32 = 0x06;

/// "Algorithm" of a PIN or PUK.
const NO_ALGORITHM: u8 = 0xFF;
const AES_192: u8 = 0x0A;
const TOUCH_NEVER: u8 = 0x01;
const POLICY_DEFAULT: u8 = 0x00;
const ORIGIN_GENERATED: u8 = 0x01;

/// What leaves the factory (Yubico PIV technical manual).
const FACTORY_PIN: &[u8] = b"123456";
const FACTORY_PUK: &[u8] = b"12345678";

impl PivCard {
    pub(super) fn vendor_command(&mut self, command: &Command) -> Reply {
        let unknown = self.personality.transport.unknown_instruction;
        let Some(vendor) = self.personality.vendor else {
            return Err(unknown);
        };
        match command.ins {
            ins::VERSION => Ok(vendor.version.to_vec()),
            ins::SERIAL => {
                let serial = self.serial.or(vendor.serial).ok_or(unknown)?;
                Ok(serial.to_be_bytes().to_vec())
            }
            ins::METADATA => self.metadata(command.p2, vendor.metadata),
            ins::RESET => self.wipe(vendor),
            _ => Err(unknown),
        }
    }

    fn metadata(&self, reference: u8, habit: Metadata) -> Reply {
        match habit {
            Metadata::Unknown => return Err(self.personality.transport.unknown_instruction),
            Metadata::Nothing => return done(),
            Metadata::Full | Metadata::WithoutAlgorithm | Metadata::DefaultFirst => {}
        }
        match reference {
            PIN => Ok(reference_metadata(&self.pin, FACTORY_PIN, habit)),
            PUK => Ok(reference_metadata(&self.puk, FACTORY_PUK, habit)),
            MANAGEMENT_KEY => {
                let algorithm = tlv::element(TAG_ALGORITHM, &[AES_192]);
                let policy = tlv::element(TAG_POLICY, &[POLICY_DEFAULT, TOUCH_NEVER]);
                let default = tlv::element(TAG_DEFAULT, &[0x01]);
                Ok([algorithm, policy, default].concat())
            }
            _ => {
                let slot = self.slot(reference).ok_or(sw::NO_REFERENCE)?;
                self.key_metadata(slot, habit)
            }
        }
    }

    fn key_metadata(&self, slot: Slot, habit: Metadata) -> Reply {
        let policy = tlv::element(TAG_POLICY, &[self.policy(slot).code(), TOUCH_NEVER]);
        match self.keys.get(&slot) {
            Some(key) => Ok([
                tlv::element(TAG_ALGORITHM, &[key.kind().algorithm().unwrap_or_default()]),
                policy,
                tlv::element(TAG_ORIGIN, &[ORIGIN_GENERATED]),
                tlv::element(TAG_PUBLIC_KEY, &key.public_template()),
            ]
            .concat()),
            None if habit == Metadata::WithoutAlgorithm => {
                Ok([policy, tlv::element(TAG_ORIGIN, &[0x00])].concat())
            }
            None => Err(sw::NO_REFERENCE),
        }
    }

    /// Back to the factory, allowed only when nobody can log in any more.
    fn wipe(&mut self, vendor: Vendor) -> Reply {
        let refused = vendor.reset_refused;
        let refused = refused.ok_or(self.personality.transport.unknown_instruction)?;
        if !self.pin.is_blocked() || !self.puk.is_blocked() {
            return Err(refused);
        }
        self.pin.restore();
        self.puk.restore();
        for slot in self.certificates.keys() {
            self.objects.remove(&slot.object());
        }
        self.certificates.clear();
        self.keys.clear();
        self.clear_verified();
        done()
    }
}

fn reference_metadata(reference: &Reference, factory: &[u8], habit: Metadata) -> Vec<u8> {
    let algorithm = match habit {
        Metadata::Full => tlv::element(TAG_ALGORITHM, &[NO_ALGORITHM]),
        _ => Vec::new(),
    };
    let default = tlv::element(TAG_DEFAULT, &[u8::from(reference.is(factory))]);
    let tries = tlv::element(TAG_TRIES, &[reference.most(), reference.left()]);
    [algorithm, default, tries].concat()
}
