//! PUT DATA: Functional Specification 7.2.8. Everything but two private objects wants PW3.

use super::object::{kind_of, tag};
use super::product::Certificates;
use super::{KeySlot, OpenPgpCard};
use crate::emulator::apdu::{Command, Reply, sw};

/// The longest object of all.
const LONGEST: usize = 0x0800;

impl OpenPgpCard {
    pub(super) fn put_data(&mut self, command: &Command) -> Reply {
        let which = command.p1p2();
        let private = matches!(which, 0x0101 | 0x0103);
        let allowed = match private {
            true => self.session.other || self.session.admin,
            false => self.session.admin,
        };
        if !allowed {
            return Err(sw::SECURITY_STATUS);
        }
        let data = &command.data[..];
        if data.len() > LONGEST {
            return Err(sw::WRONG_LENGTH);
        }
        match which {
            tag::NAME | tag::LOGIN | tag::LANGUAGE | tag::SEX | tag::URL => {
                self.store(which, data);
            }
            tag::PRIVATE..=0x0104 => self.store(which, data),
            tag::CERTIFICATE => return self.put_certificate(data),
            0xC1..=0xC3 => return self.put_attributes(which, data),
            tag::PASSWORDS => {
                let [first, ..] = data else {
                    return Err(sw::WRONG_LENGTH);
                };
                if !self.product.several {
                    self.several = *first == 0x01;
                }
            }
            0xC7..=0xC9 => self.fingerprints[usize::from(which - tag::FINGERPRINT)] = exact(data)?,
            0xCA..=0xCC => self.authorities[usize::from(which - tag::AUTHORITY)] = exact(data)?,
            0xCE..=0xD0 => self.times[usize::from(which - tag::TIME)] = exact(data)?,
            tag::RESET_CODE => return self.set_reset_code(data),
            0xD6..=0xD8 => {
                let [policy, _] = exact(data)?;
                self.touch[usize::from(which - tag::TOUCH)] = policy;
            }
            // Stored, and the passwords stay as they were (sheet, 10).
            tag::KDF if self.product.kdf => self.store(which, data),
            _ => return Err(sw::NO_REFERENCE),
        }
        Ok(Vec::new())
    }

    fn store(&mut self, which: u16, data: &[u8]) {
        self.objects.insert(which, data.to_vec());
    }

    fn put_certificate(&mut self, der: &[u8]) -> Reply {
        let [.., high, low, _, _, _, _] = self.product.capabilities;
        if der.len() > usize::from(u16::from_be_bytes([high, low])) {
            return Err(sw::WRONG_LENGTH);
        }
        let slot = match self.product.certificates {
            Certificates::Three => self.chosen_for_writing(),
            _ => KeySlot::Authentication,
        };
        self.certificates.insert(slot, der.to_vec());
        Ok(Vec::new())
    }

    /// SELECT DATA chooses for PUT DATA as well.
    fn chosen_for_writing(&self) -> KeySlot {
        let occurrence = self.writing.unwrap_or(0);
        KeySlot::of_occurrence(occurrence).unwrap_or(KeySlot::Authentication)
    }

    /// Another algorithm ends the key that was there.
    fn put_attributes(&mut self, which: u16, data: &[u8]) -> Reply {
        if kind_of(data).is_none() {
            return Err(sw::BAD_DATA);
        }
        let at = usize::from(which - tag::ATTRIBUTES);
        if self.attributes[at] != data {
            self.attributes[at] = data.to_vec();
            self.keys.remove(&KeySlot::ALL[at]);
        }
        Ok(Vec::new())
    }
}

fn exact<const N: usize>(data: &[u8]) -> Result<[u8; N], u16> {
    data.try_into().map_err(|_| sw::WRONG_LENGTH)
}
