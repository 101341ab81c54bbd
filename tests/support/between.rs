//! Something between the program and a card that answers some commands in its place.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use securesign_vendors::emulator::Emulator;

use crate::bench::Shared;

/// A card whose commands can be told apart.
pub trait Studied: Emulator {
    /// What a command is about shows only when it was done.
    const ACTS_FIRST: bool;

    /// What a command is about, in the test's own words.
    fn about(&self, command: &[u8]) -> String;
}

/// Which commands are answered with something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    Nowhere,
    /// This one, counted from 0.
    Nth(usize),
    /// All that are about this.
    About(String),
}

/// What cards say that do not give something; the last ones make no sense, or no end.
pub const ANSWERS: [&[u8]; 9] = [
    &[0x69, 0x82],
    &[0x69, 0x85],
    &[0x6F, 0x00],
    &[0x67, 0x00],
    &[0x6A, 0x82],
    &[0x6D, 0x00],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x05, 0x90, 0x00],
    &[0x61, 0x10],
];

/// The card behind it, and what passed.
pub struct Between<C> {
    card: Shared<C>,
    at: At,
    answer: &'static [u8],
    /// What each command was about; GET RESPONSE belongs to what it goes on with.
    pub log: Vec<String>,
    /// GET RESPONSE goes on where the card was begun with.
    draining: bool,
}

const GET_RESPONSE: u8 = 0xC0;

impl<C: Studied> Between<C> {
    pub fn new(card: Shared<C>, at: At, answer: &'static [u8]) -> Self {
        Self {
            card,
            at,
            answer,
            log: Vec::new(),
            draining: false,
        }
    }
}

impl<C: Studied> Emulator for Between<C> {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        let nth = self.log.len();
        let goes_on = command.get(1) == Some(&GET_RESPONSE);
        if goes_on && self.draining {
            self.log.extend(self.log.last().cloned());
            return self.answer.to_vec();
        }
        let done = C::ACTS_FIRST.then(|| self.card.transmit(command));
        let about = match self.log.last() {
            Some(last) if goes_on => last.clone(),
            _ => self.card.card().about(command),
        };
        let meant = match &self.at {
            At::Nowhere => false,
            At::Nth(at) => *at == nth,
            At::About(this) => *this == about,
        };
        self.log.push(about);
        self.draining = meant && self.answer[self.answer.len() - 2] == 0x61;
        if meant {
            return self.answer.to_vec();
        }
        done.unwrap_or_else(|| self.card.transmit(command))
    }
}
