//! Data objects in their containers: GET DATA and PUT DATA.

use std::collections::BTreeMap;

use super::GidsCard;
use crate::emulator::apdu::{Command, Reply, sw};
use crate::emulator::tlv;

/// The application itself.
pub(super) const APPLICATION: u16 = 0x3FFF;
/// Containers and objects that every personalised card has.
pub(super) mod id {
    pub const MASTER: u16 = 0xA000;
    pub const SHARED: u16 = 0xA010;
    pub const WRITE_ONLY: u16 = 0xA011;
    pub const CARD: u16 = 0xA012;
    pub const PROTECTED: u16 = 0xA013;
    pub const ADMIN: u16 = 0xA014;

    pub const MASTER_FILE: u16 = 0xDF1F;
    pub const CARD_ID: u16 = 0xDF20;
    pub const CARD_APPS: u16 = 0xDF21;
    pub const CARD_CF: u16 = 0xDF22;
    pub const CONTAINER_MAP: u16 = 0xDF23;
    /// The certificates, in turn.
    pub const FIRST_CERTIFICATE: u16 = 0xDF24;
}
/// A list of tags; an object of the application; the states of PIN (two names) and PUK.
const TAG_LIST: u32 = 0x5C;
const KEY_TEMPLATE: u32 = 0x70;
const PIN_STATE: u16 = 0x7F71;
const PIN_STATE_TOO: u16 = 0x7F72;
const PUK_STATE: u16 = 0x7F73;

/// Who may do something: ISO/IEC 7816-4:2013 §9.3.3, as this family uses it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Free,
    User,
    Admin,
    Either,
    Never,
}

impl Access {
    /// The high nibble; the low one tells about interfaces.
    pub fn of(byte: u8) -> Self {
        match byte & 0xF0 {
            0x00 => Self::Free,
            0x10 | 0x90 => Self::User,
            0x20 | 0xA0 => Self::Admin,
            0x30 => Self::Either,
            _ => Self::Never,
        }
    }
}

/// Objects with the rules for getting and putting them.
pub(super) struct Container {
    pub get: Access,
    pub put: Access,
    pub objects: BTreeMap<u16, Vec<u8>>,
}

impl GidsCard {
    pub(super) fn get_data(&self, command: &Command) -> Reply {
        let file = command.p1p2();
        let (tag, value, _) = tlv::read(&command.data).ok_or(sw::NOT_USABLE)?;
        if file == APPLICATION {
            return match (tag, value) {
                (TAG_LIST, [high, low]) => self.state(u16::from_be_bytes([*high, *low])),
                (KEY_TEMPLATE, [0x84, 0x01, reference, 0xA5, 0x03, 0x7F, 0x49, 0x80]) => {
                    self.public_key_object(*reference)
                }
                _ => Err(sw::NOT_USABLE),
            };
        }
        let container = self.containers.get(&file).ok_or(sw::NOT_FOUND)?;
        self.allowed(container.get)?;
        let (TAG_LIST, [high, low]) = (tag, value) else {
            return Err(sw::NOT_USABLE);
        };
        let wanted = u16::from_be_bytes([*high, *low]);
        let object = container.objects.get(&wanted).ok_or(sw::NO_REFERENCE)?;
        Ok(tlv::element(wanted.into(), object))
    }

    pub(super) fn put_data(&mut self, command: &Command) -> Reply {
        let file = command.p1p2();
        let element = tlv::read(&command.data);
        let Some((tag, value, [])) = element else {
            return Err(sw::BAD_DATA);
        };
        if file == APPLICATION {
            return match tag {
                KEY_TEMPLATE => self.put_key(value),
                _ => Err(sw::NOT_USABLE),
            };
        }
        let put = self.containers.get(&file).ok_or(sw::NOT_FOUND)?.put;
        self.allowed(put)?;
        let object = u16::try_from(tag).map_err(|_| sw::BAD_DATA)?;
        if let Some(container) = self.containers.get_mut(&file) {
            container.objects.insert(object, value.to_vec());
        }
        Ok(Vec::new())
    }

    /// Whether a rule is fulfilled. None holds before the application is activated.
    pub(super) fn allowed(&self, access: Access) -> Result<(), u16> {
        let fulfilled = match access {
            _ if !self.operational => true,
            Access::Free => true,
            Access::User => self.session.user,
            Access::Admin => self.session.admin,
            Access::Either => self.session.user || self.session.admin,
            Access::Never => false,
        };
        match fulfilled {
            true => Ok(()),
            false => Err(sw::SECURITY_STATUS),
        }
    }

    /// Tries left and at most.
    fn state(&self, wanted: u16) -> Reply {
        let secret = match wanted {
            PIN_STATE | PIN_STATE_TOO => &self.pin,
            PUK_STATE if self.puk.is_set() => &self.puk,
            PUK_STATE => return Err(sw::NO_REFERENCE),
            _ => return Err(sw::NOT_USABLE),
        };
        let parts = [
            tlv::element(self.product.tries_tag, &[secret.left()]),
            tlv::element(0x93, &[secret.most()]),
        ];
        Ok(tlv::element(wanted.into(), &parts.concat()))
    }
}
