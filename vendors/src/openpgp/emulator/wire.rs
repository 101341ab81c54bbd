//! Command chaining and answers in parts: ISO/IEC 7816-4:2013 §5.3.3, §5.3.4.

use super::{OpenPgpCard, ins};
use crate::emulator::apdu::{Command, sw};

/// Ne of a short command with Le = 00, and of one without Le.
const SHORT_NE: usize = 256;
/// Key import is the longest command there is.
const LONGEST_CHAIN: usize = 8192;
/// Bits 1 to 4 and 6 to 8: logical channels, secure messaging, foreign classes.
const OTHER_CLASSES: u8 = 0xEF;

/// What is between two APDUs of one command.
#[derive(Default)]
pub(super) struct Wire {
    /// INS, P1, P2 and data of a chain that goes on.
    chain: Option<([u8; 3], Vec<u8>)>,
    rest: Vec<u8>,
}

impl OpenPgpCard {
    /// One APDU in; response data and status word out.
    pub(super) fn answer(&mut self, mut command: Command) -> (Vec<u8>, u16) {
        if command.cla & OTHER_CLASSES != 0 {
            return (Vec::new(), sw::UNKNOWN_CLA);
        }
        if command.extended && !self.product.extended {
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
            if command.data.len() > LONGEST_CHAIN {
                return (Vec::new(), sw::WRONG_LENGTH);
            }
            self.wire.chain = Some((header, command.data));
            return (Vec::new(), sw::OK);
        }
        match self.execute(&command) {
            Ok(data) => {
                self.wire.rest = data;
                self.part(&command)
            }
            Err(status) => (Vec::new(), status),
        }
    }

    fn next_part(&mut self, command: &Command) -> (Vec<u8>, u16) {
        if self.wire.rest.is_empty() {
            return (Vec::new(), sw::CONDITIONS);
        }
        self.part(command)
    }

    fn part(&mut self, command: &Command) -> (Vec<u8>, u16) {
        let most = command.ne.unwrap_or(SHORT_NE);
        let at = most.min(self.wire.rest.len());
        let rest = self.wire.rest.split_off(at);
        let data = std::mem::replace(&mut self.wire.rest, rest);
        let status = match self.wire.rest.len() {
            0 => sw::OK,
            left => sw::MORE | u16::from(u8::try_from(left).unwrap_or(self.product.more)),
        };
        (data, status)
    }
}
