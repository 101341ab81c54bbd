//! Classes, command chaining, response chunks: ISO/IEC 7816-4:2013 §5.4.1, §5.3.

use super::personality::{Always, Interrupted, More, WithoutLe};
use super::{Application, Chain, PivCard};
use crate::emulator::apdu::{Command, Reply, ins, sw};

/// Bits 3 and 4 of an interindustry class: secure messaging.
const SECURE_MESSAGING: u8 = 0x0C;
/// Bits 1 and 2: logical channel.
const CHANNEL: u8 = 0x03;
const PROPRIETARY: u8 = 0x80;
const INVALID: u8 = 0xFF;
const FURTHER_INTERINDUSTRY: u8 = 0x60;
/// No command of PIV comes near this; it keeps an endless chain from eating memory.
const LONGEST_CHAIN: usize = 65_535;
/// Ne of a short command with Le = 00, and of one without Le.
const SHORT_NE: usize = 256;

impl PivCard {
    /// One APDU in; response data and status word out.
    pub(super) fn exchange(&mut self, command: Command) -> (Vec<u8>, u16) {
        let kept = self.session.just_verified && self.may_stand_between(&command);
        self.session.just_verified = kept;
        match self.answer(command) {
            Ok((data, status)) => (data, status),
            Err(status) => (Vec::new(), status),
        }
    }

    fn answer(&mut self, mut command: Command) -> Result<(Vec<u8>, u16), u16> {
        let transport = self.personality.transport;
        if command.extended && !transport.extended {
            return Err(sw::WRONG_LENGTH);
        }
        self.check_class(&command)?;
        if command.ins == ins::GET_RESPONSE {
            return self.next_chunk(&command);
        }
        if !transport.keeps_rest {
            self.session.rest.clear();
        }
        if command.is_chained() && self.is_buffered(&command) {
            self.buffer(command)?;
            return Ok((Vec::new(), sw::OK));
        }
        self.join(&mut command);
        let data = self.execute(&command)?;
        self.deliver(data, &command)
    }

    /// Whether a VERIFY just before still counts as "immediately before" afterwards.
    fn may_stand_between(&self, command: &Command) -> bool {
        let Always::Immediate {
            status_between,
            select_between,
        } = self.personality.keys.always
        else {
            return true;
        };
        match command.ins {
            // Consumed where the signature is made: the blocks of a chain are one command.
            ins::GENERAL_AUTHENTICATE => true,
            ins::VERIFY => status_between && command.data.is_empty() && command.p1 == 0,
            ins::SELECT => select_between,
            _ => false,
        }
    }

    fn check_class(&self, command: &Command) -> Result<(), u16> {
        match command.cla {
            INVALID => Err(sw::UNKNOWN_CLA),
            cla if cla & PROPRIETARY != 0 => match self.personality.transport.foreign_class {
                Some(status) => Err(status),
                None => Ok(()),
            },
            cla if cla & FURTHER_INTERINDUSTRY != 0 => Err(sw::UNKNOWN_CLA),
            cla if cla & SECURE_MESSAGING != 0 => Err(sw::SECURE_MESSAGING),
            cla if cla & CHANNEL != 0 => Err(sw::CHANNEL),
            _ => Ok(()),
        }
    }

    fn is_buffered(&self, command: &Command) -> bool {
        command.ins != ins::VERIFY || self.personality.transport.chains_verify
    }

    fn buffer(&mut self, command: Command) -> Result<(), u16> {
        let header = command.header();
        let same = self.session.chain.take_if(|chain| chain.header == header);
        if same.is_none() {
            let unfinished = self.session.chain.take().is_some();
            if let (true, Some(status)) = (unfinished, self.personality.transport.chain_over_chain)
            {
                return Err(status);
            }
            if command.ins == ins::GENERAL_AUTHENTICATE
                && self.session.application == Application::Piv
                && self.personality.transport.checks_first_block
            {
                self.check_pin_of(command.p2)?;
            }
        }
        let mut chain = same.unwrap_or(Chain {
            header,
            data: Vec::new(),
        });
        if chain.data.len() + command.data.len() > LONGEST_CHAIN {
            return Err(sw::WRONG_LENGTH);
        }
        chain.data.extend(command.data);
        self.session.chain = Some(chain);
        Ok(())
    }

    /// The last block takes the buffered ones; another command does what it does here.
    fn join(&mut self, command: &mut Command) {
        let Some(chain) = &self.session.chain else {
            return;
        };
        let own = chain.header == command.header() && !command.is_chained();
        let interrupted = self.personality.transport.interrupted;
        if !own && interrupted == Interrupted::Kept {
            return;
        }
        let Some(mut chain) = self.session.chain.take() else {
            return;
        };
        if own || interrupted == Interrupted::Joined {
            chain.data.append(&mut command.data);
            command.data = chain.data;
        }
    }

    /// The first chunk; the rest stays for GET RESPONSE.
    fn deliver(&mut self, data: Vec<u8>, command: &Command) -> Result<(Vec<u8>, u16), u16> {
        if data.is_empty() {
            return Ok((data, sw::OK));
        }
        if command.ne.is_none() && command.ins == ins::SELECT {
            match self.personality.selection.without_le {
                WithoutLe::Data => {}
                WithoutLe::Nothing => return Ok((Vec::new(), sw::OK)),
                WithoutLe::More => {
                    self.session.rest = data;
                    return Ok((Vec::new(), self.more()));
                }
            }
        }
        if command.ins == ins::GET_DATA {
            self.check_le(command, data.len())?;
        }
        self.session.rest = data;
        Ok(self.chunk(command))
    }

    fn next_chunk(&mut self, command: &Command) -> Result<(Vec<u8>, u16), u16> {
        if self.session.rest.is_empty() {
            let last = self.session.last_status;
            return Err(self.personality.transport.idle_response.unwrap_or(last));
        }
        self.check_le(command, self.session.rest.len())?;
        Ok(self.chunk(command))
    }

    /// 6Cxx where the card insists on the exact Le (ISO/IEC 7816-4:2013 table 5).
    fn check_le(&self, command: &Command, length: usize) -> Result<(), u16> {
        let wanted = command.ne.unwrap_or(SHORT_NE);
        let judged = self.personality.transport.wrong_le && !command.extended;
        match u8::try_from(length) {
            Ok(exact) if judged && wanted < SHORT_NE && wanted != length => {
                Err(sw::WRONG_LE | u16::from(exact))
            }
            _ => Ok(()),
        }
    }

    fn chunk(&mut self, command: &Command) -> (Vec<u8>, u16) {
        let transport = self.personality.transport;
        let mut most = command.ne.unwrap_or(SHORT_NE);
        if !command.extended || transport.chunk_extended {
            most = most.min(transport.chunk);
        }
        let rest = self
            .session
            .rest
            .split_off(most.min(self.session.rest.len()));
        let data = std::mem::replace(&mut self.session.rest, rest);
        let status = match self.session.rest.is_empty() {
            true => sw::OK,
            false => self.more(),
        };
        (data, status)
    }

    fn more(&self) -> u16 {
        let rest = u8::try_from(self.session.rest.len());
        let low = match self.personality.transport.more {
            More::Capped => rest.unwrap_or(0xFF),
            More::Zero => rest.unwrap_or(0x00),
            More::AlwaysFf => 0xFF,
        };
        sw::MORE | u16::from(low)
    }
}

/// Shorthand for a command that succeeds without data.
pub(super) fn done() -> Reply {
    Ok(Vec::new())
}
