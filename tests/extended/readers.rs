//! Readers between program and card that pass on less than they say, or in parts.

use std::sync::{Arc, Mutex};

use securesign_card::frame::Frame;
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::Epass;

use crate::bench::Shared;
use crate::instead::Instead;

/// A reader between program and card, and what became of what was sent.
pub struct Reader<'a> {
    pub card: &'a mut dyn Emulator,
    /// Most bytes of data of an extended command; 0: short commands only.
    pub limit: usize,
    /// Most bytes of data of the answer to one.
    pub answer: usize,
    /// What comes of a command that it does not pass on.
    pub refusal: Option<u16>,
    /// The rest of an answer that a short one has no room for.
    pub rest: Vec<u8>,
    /// Secrets that got to the card.
    pub secrets: usize,
    /// Longest data field that was passed on.
    pub longest: usize,
    /// Longest answer that an extended command asked for.
    pub asked: usize,
}

/// The Le field of an extended command (ISO 7816-4, 5.1); 0: there is none.
fn asked(command: &[u8]) -> usize {
    let le = match command.len() {
        7 => &command[5..],
        _ => &command[7 + usize::from(u16::from_be_bytes([command[5], command[6]]))..],
    };
    match le {
        [0x00, 0x00] => 0x1_0000,
        [high, low] => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    }
}

impl Reader<'_> {
    fn refuse(&self) -> Result<Vec<u8>, TransportError> {
        match self.refusal {
            Some(sw) => Ok(sw.to_be_bytes().to_vec()),
            None => Err(TransportError::NotTransacted),
        }
    }

    /// As much of `whole` as a short answer takes (ISO 7816-3, 12.2).
    fn part(&mut self, mut whole: Vec<u8>) -> Vec<u8> {
        if whole.len() <= 258 {
            return whole;
        }
        self.rest = whole.split_off(256);
        let left = u8::try_from(self.rest.len() - 2).unwrap_or(0);
        whole.extend([0x61, left]);
        whole
    }
}

impl Transport for Reader<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let command = frame.expose();
        if command[..4] == [0x00, 0xC0, 0x00, 0x00] && !self.rest.is_empty() {
            let rest = std::mem::take(&mut self.rest);
            return Ok(self.part(rest));
        }
        self.rest.clear();
        let extended = command.len() > 5 && command[4] == 0x00;
        if extended {
            // 00 Lc Lc data, or 00 Le Le.
            let data = match command.len() {
                ..=7 => 0,
                _ => usize::from(u16::from_be_bytes([command[5], command[6]])),
            };
            if self.limit == 0 || data > self.limit {
                return self.refuse();
            }
            self.longest = self.longest.max(data);
            self.asked = self.asked.max(asked(command));
        }
        self.secrets += usize::from(frame.is_secret());
        let answer = self.card.transmit(command);
        if !extended {
            return Ok(self.part(answer));
        }
        if answer.len() - 2 > self.answer.max(256) {
            return self.refuse();
        }
        Ok(answer)
    }
}

/// A reader that says nothing, and what comes of the first extended command.
pub struct Probed<'a> {
    pub card: &'a mut dyn Emulator,
    pub answer: Result<Vec<u8>, TransportError>,
    /// Extended commands that came.
    pub extended: usize,
    pub secrets: usize,
}

impl Transport for Probed<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        if frame.is_extended() {
            self.extended += 1;
            return self.answer.clone();
        }
        self.secrets += usize::from(frame.is_secret());
        Ok(self.card.transmit(frame.expose()))
    }
}

/// A card that gives 100 bytes of an answer at a time, whatever was asked for.
pub struct Parts<'a> {
    pub card: &'a mut Epass,
    pub rest: Vec<u8>,
    /// GET RESPONSE that came.
    pub fetched: usize,
}

impl Emulator for Parts<'_> {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let mut whole = if command[..4] == [0x00, 0xC0, 0x00, 0x00] {
            self.fetched += 1;
            std::mem::take(&mut self.rest)
        } else {
            self.card.transmit(command)
        };
        if whole.len() > 102 {
            self.rest = whole.split_off(100);
            let left = u8::try_from(self.rest.len() - 2).unwrap_or(0);
            whole.extend([0x61, left]);
        }
        whole
    }
}

/// A card behind a reader that refuses long commands in the card's place, and says that it
/// takes them; `secrets`: how often a PIN came.
pub fn short(card: Shared<Epass>, secrets: Arc<Mutex<usize>>) -> Instead<Shared<Epass>> {
    Instead::of(card, move |card, command| match command {
        [_, _, _, _, 0x00, high, low, ..]
            if u16::from_be_bytes([*high, *low]) > 255 && command.len() > 7 =>
        {
            vec![0x67, 0x00]
        }
        [_, 0x82, 0x01, 0x81, _, 0x87, ..] => {
            *secrets.lock().unwrap() += 1;
            card.transmit(command)
        }
        _ => card.transmit(command),
    })
}
