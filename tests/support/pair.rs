//! A card with two applications, PIV and OpenPGP, as tokens have them that are made for both.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use securesign_vendors::emulator::Emulator;
use securesign_vendors::openpgp::emulator::OpenPgpCard;
use securesign_vendors::piv::emulator::PivCard;

const SELECT: [u8; 4] = [0x00, 0xA4, 0x04, 0x00];
const VERIFY: u8 = 0x20;
const PIV: &[u8] = &[0xA0, 0x00, 0x00, 0x03, 0x08];
const OPENPGP: &[u8] = &[0xD2, 0x76, 0x00, 0x01, 0x24];
const NOT_FOUND: [u8; 2] = [0x6A, 0x82];

/// Which application is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selected {
    Piv,
    OpenPgp,
}

/// Two cards, of which SELECT chooses one.
pub struct Pair {
    pub piv: PivCard,
    pub openpgp: OpenPgpCard,
    selected: Option<Selected>,
    /// To which application secrets went, each time.
    pub sent: Vec<Selected>,
}

impl Pair {
    pub fn new(piv: PivCard, openpgp: OpenPgpCard) -> Self {
        Self {
            piv,
            openpgp,
            selected: None,
            sent: Vec::new(),
        }
    }

    /// SELECT of an application ends what was verified in the other one.
    fn choose(&mut self, wanted: Selected) {
        match self.selected.replace(wanted) {
            Some(Selected::Piv) if wanted == Selected::OpenPgp => self.piv.reset(),
            Some(Selected::OpenPgp) if wanted == Selected::Piv => self.openpgp.reset(),
            _ => {}
        }
    }
}

impl Emulator for Pair {
    fn atr(&self) -> Vec<u8> {
        self.piv.atr()
    }

    fn reset(&mut self) {
        self.selected = None;
        self.piv.reset();
        self.openpgp.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        if let Some(rest) = command.strip_prefix(&SELECT) {
            match rest.get(1..6) {
                Some(PIV) => self.choose(Selected::Piv),
                Some(OPENPGP) => self.choose(Selected::OpenPgp),
                // The selected one stays.
                _ => return NOT_FOUND.to_vec(),
            }
        }
        if let (Some(selected), [_, VERIFY | 0x24 | 0x2C, _, _, _, ..]) = (self.selected, command) {
            self.sent.push(selected);
        }
        match self.selected {
            Some(Selected::Piv) => self.piv.transmit(command),
            Some(Selected::OpenPgp) => self.openpgp.transmit(command),
            None => NOT_FOUND.to_vec(),
        }
    }
}
