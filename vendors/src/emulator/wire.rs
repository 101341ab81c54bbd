//! Command chaining and answers in parts: ISO/IEC 7816-4:2013 §5.3.3, §5.3.4.

use super::apdu::{Command, Reply, ins, sw};

/// Le of a short command with Le = 00.
const SHORT_NE: usize = 256;
/// It keeps an endless chain from eating memory.
const LONGEST_CHAIN: usize = 16_384;

/// What leaves the card: data and status word.
pub(crate) type Answer = (Vec<u8>, u16);

/// What is between two APDUs of one command.
pub(crate) struct Wire {
    extended: bool,
    /// INS, P1, P2 and data of a chain that goes on.
    chain: Option<([u8; 3], Vec<u8>)>,
    rest: Vec<u8>,
}

impl Wire {
    /// With extended APDUs, or short ones only.
    pub fn new(extended: bool) -> Self {
        Self {
            extended,
            chain: None,
            rest: Vec::new(),
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
        if command.extended && !self.extended {
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
            if command.data.len() > LONGEST_CHAIN {
                return Err((Vec::new(), sw::WRONG_LENGTH));
            }
            self.chain = Some((header, command.data));
            return Err((Vec::new(), sw::OK));
        }
        Ok(command)
    }

    /// As much as Le allows; without Le nothing. The rest waits for GET RESPONSE.
    pub fn leave(&mut self, ne: Option<usize>, reply: Reply) -> Answer {
        match reply {
            Ok(data) => {
                self.rest = data;
                self.part(ne.unwrap_or(0))
            }
            Err(status) => (Vec::new(), status),
        }
    }

    fn next(&mut self, command: &Command) -> Answer {
        if self.rest.is_empty() {
            return (Vec::new(), sw::CONDITIONS);
        }
        self.part(command.ne.unwrap_or(SHORT_NE))
    }

    fn part(&mut self, most: usize) -> Answer {
        let rest = self.rest.split_off(most.min(self.rest.len()));
        let data = std::mem::replace(&mut self.rest, rest);
        let status = match self.rest.len() {
            0 => sw::OK,
            left => sw::MORE | u16::from(u8::try_from(left).unwrap_or(0)),
        };
        (data, status)
    }
}
