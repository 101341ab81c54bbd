//! Command chaining and answers in parts: ISO/IEC 7816-4:2013 §5.3.3, §5.3.4.

use super::apdu::{Command, Reply, ins, sw};

/// Le of a short command with Le = 00.
const SHORT_NE: usize = 256;
/// It keeps an endless chain from eating memory.
const LONGEST_CHAIN: usize = 16_384;

/// What leaves the card: data and status word.
pub(crate) type Answer = (Vec<u8>, u16);

/// In what cards differ here.
#[derive(Clone, Copy)]
pub(crate) struct Transport {
    /// Extended APDUs, or short ones only.
    pub extended: bool,
    /// Instructions that may be chained; `None`: all.
    pub chained: Option<&'static [u8]>,
    /// Most bytes of an answer to a command without Le.
    pub without_le: usize,
    /// XX of 61XX where it cannot say how much is left.
    pub more: u8,
    /// GET RESPONSE wants exactly what is left.
    pub exact: bool,
    /// Answers that have no room are an error, not 61XX.
    pub fits_or_fails: bool,
}

impl Transport {
    /// Nothing special, and short APDUs only.
    pub const SHORT: Self = Self {
        extended: false,
        chained: None,
        without_le: SHORT_NE,
        more: 0x00,
        exact: false,
        fits_or_fails: false,
    };
}

/// What is between two APDUs of one command.
pub(crate) struct Wire {
    transport: Transport,
    /// INS, P1, P2 and data of a chain that goes on.
    chain: Option<([u8; 3], Vec<u8>)>,
    rest: Vec<u8>,
    /// What the last part of an answer says.
    end: u16,
}

impl Wire {
    /// Of a card that does it like this.
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            chain: None,
            rest: Vec::new(),
            end: sw::OK,
        }
    }

    /// A reset: nothing is half done.
    pub fn clear(&mut self) {
        self.chain = None;
        self.rest.clear();
    }

    /// The command that is to be carried out, its chain put together; or what is answered
    /// at once.
    pub fn arrive(&mut self, mut command: Command) -> Result<Command, Answer> {
        if command.extended && !self.transport.extended {
            return Err((Vec::new(), sw::WRONG_LENGTH));
        }
        if command.ins == ins::GET_RESPONSE {
            return Err(self.next(&command));
        }
        self.rest.clear();
        let header = command.header();
        let begun = self.chain.take().filter(|(of, _)| *of == header);
        if let Some((_, mut data)) = begun {
            data.append(&mut command.data);
            command.data = data;
        }
        if command.is_chained() {
            let chained = self.transport.chained;
            if chained.is_some_and(|some| !some.contains(&command.ins)) {
                return Err((Vec::new(), sw::CHAINING));
            }
            if command.data.len() > LONGEST_CHAIN {
                return Err((Vec::new(), sw::WRONG_LENGTH));
            }
            self.chain = Some((header, command.data));
            return Err((Vec::new(), sw::OK));
        }
        Ok(command)
    }

    /// As much as Le allows. The rest waits for GET RESPONSE.
    pub fn leave(&mut self, ne: Option<usize>, reply: Reply) -> Answer {
        self.leave_with(ne, reply, sw::OK)
    }

    /// As [`Wire::leave`]; the last part says `end` in place of 9000.
    pub fn leave_with(&mut self, ne: Option<usize>, reply: Reply, end: u16) -> Answer {
        match reply {
            Ok(data) => {
                self.rest = data;
                self.end = end;
                self.part(ne.unwrap_or(self.transport.without_le))
            }
            Err(status) => (Vec::new(), status),
        }
    }

    fn next(&mut self, command: &Command) -> Answer {
        let left = self.rest.len();
        if left == 0 {
            return (Vec::new(), sw::CONDITIONS);
        }
        if self.transport.exact && left < SHORT_NE && command.ne != Some(left) {
            return (Vec::new(), sw::WRONG_LE | left as u16);
        }
        self.part(command.ne.unwrap_or(SHORT_NE))
    }

    fn part(&mut self, most: usize) -> Answer {
        if self.transport.fits_or_fails && self.rest.len() > most {
            self.rest.clear();
            return (Vec::new(), sw::UNKNOWN);
        }
        let rest = self.rest.split_off(most.min(self.rest.len()));
        let data = std::mem::replace(&mut self.rest, rest);
        let status = match self.rest.len() {
            0 => self.end,
            left => sw::MORE | u16::from(u8::try_from(left).unwrap_or(self.transport.more)),
        };
        (data, status)
    }
}

/// The first bytes of a command; zeros where it is shorter.
pub(crate) fn header(command: &[u8]) -> [u8; 4] {
    let mut header = [0; 4];
    let len = command.len().min(header.len());
    header[..len].copy_from_slice(&command[..len]);
    header
}

/// Data and status word in one.
pub(crate) fn joined((mut data, status): Answer) -> Vec<u8> {
    data.extend(status.to_be_bytes());
    data
}

/// One APDU of a card that has no more peculiarities than its [`Transport`].
pub(crate) fn carry_out<C>(
    card: &mut C,
    command: &[u8],
    wire: impl Fn(&mut C) -> &mut Wire,
    execute: impl FnOnce(&mut C, &Command) -> Reply,
) -> Vec<u8> {
    let Some(command) = Command::decode(command) else {
        return joined((Vec::new(), sw::WRONG_LENGTH));
    };
    joined(match wire(card).arrive(command) {
        Err(answer) => answer,
        Ok(command) => {
            let reply = execute(card, &command);
            wire(card).leave(command.ne, reply)
        }
    })
}
