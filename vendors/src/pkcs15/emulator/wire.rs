//! Command chaining and answers in parts: ISO/IEC 7816-4:2013 §5.3.3, §5.3.4.

use super::{Pkcs15Card, ins};
use crate::emulator::apdu::{Command, sw};

/// Ne of a short command with Le = 00, and of one without Le.
const SHORT_NE: usize = 256;
/// Key import is the longest command there is.
const LONGEST_CHAIN: usize = 8192;
/// Logical channels and secure messaging of interindustry classes.
const OTHER_CHANNELS: u8 = 0x0F;
const CHAINING: u8 = 0x10;
const CHAINING_REFUSED: u16 = 0x6884;

/// What is between two APDUs of one command.
#[derive(Default)]
pub(super) struct Wire {
    /// INS, P1, P2 and data of a chain that goes on.
    chain: Option<([u8; 3], Vec<u8>)>,
    rest: Vec<u8>,
}

impl Pkcs15Card {
    /// One APDU in; response data and status word out.
    pub(super) fn answer(&mut self, mut command: Command) -> (Vec<u8>, u16) {
        let protected = self.dialect.wire.protected == Some(command.cla);
        if command.cla & OTHER_CHANNELS != 0 && !protected || command.cla == 0xFF {
            return (Vec::new(), sw::UNKNOWN_CLA);
        }
        if command.extended && !self.dialect.wire.extended {
            return (Vec::new(), sw::WRONG_LENGTH);
        }
        if command.ins == ins::GET_RESPONSE {
            return self.next_part(&command);
        }
        self.wire.rest.clear();
        let header = command.header();
        let begun = self.wire.chain.take().filter(|(of, _)| *of == header);
        if let Some((_, mut data)) = begun {
            data.append(&mut command.data);
            command.data = data;
        }
        if command.is_chained() {
            let allowed = match self.dialect.wire.chained {
                None => true,
                Some(some) => some.contains(&command.ins),
            };
            if !allowed {
                return (Vec::new(), CHAINING_REFUSED);
            }
            if command.data.len() > LONGEST_CHAIN {
                return (Vec::new(), sw::WRONG_LENGTH);
            }
            self.wire.chain = Some((header, command.data));
            return (Vec::new(), sw::OK);
        }
        command.cla &= !CHAINING;
        self.session.warning = None;
        match self.execute(&command) {
            Ok(data) => {
                self.wire.rest = data;
                self.part(&command)
            }
            Err(status) => (Vec::new(), status),
        }
    }

    fn next_part(&mut self, command: &Command) -> (Vec<u8>, u16) {
        let left = self.wire.rest.len();
        if left == 0 {
            return (Vec::new(), sw::CONDITIONS);
        }
        if self.dialect.wire.exact && left < SHORT_NE && command.ne != Some(left) {
            return (Vec::new(), sw::WRONG_LE | left as u16);
        }
        self.part(command)
    }

    fn part(&mut self, command: &Command) -> (Vec<u8>, u16) {
        let most = command.ne.unwrap_or(SHORT_NE);
        if self.dialect.wire.fits_or_fails && self.wire.rest.len() > most {
            self.wire.rest.clear();
            return (Vec::new(), sw::UNKNOWN);
        }
        let at = most.min(self.wire.rest.len());
        let rest = self.wire.rest.split_off(at);
        let data = std::mem::replace(&mut self.wire.rest, rest);
        let status = match self.wire.rest.len() {
            0 => self.session.warning.take().unwrap_or(sw::OK),
            left => sw::MORE | u16::from(u8::try_from(left).unwrap_or(0xFF)),
        };
        (data, status)
    }
}
