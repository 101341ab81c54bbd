//! A card in whose place somebody else answers.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use securesign_vendors::emulator::Emulator;

type Answers<C> = dyn FnMut(&mut C, &[u8]) -> Vec<u8> + Send;

/// The card, and a function of it and of a command that answers, by the card or by itself.
pub struct Instead<C = Nothing> {
    pub card: C,
    atr: Vec<u8>,
    answers: Box<Answers<C>>,
    /// The commands that came.
    pub seen: Vec<Vec<u8>>,
}

impl<C: Emulator> Instead<C> {
    pub fn of(card: C, answers: impl FnMut(&mut C, &[u8]) -> Vec<u8> + Send + 'static) -> Self {
        Self {
            atr: card.atr(),
            card,
            answers: Box::new(answers),
            seen: Vec::new(),
        }
    }

    /// With another answer to reset than the card's.
    pub fn with_atr(self, atr: &[u8]) -> Self {
        let atr = atr.to_vec();
        Self { atr, ..self }
    }

    /// How many commands with this instruction came.
    pub fn count(&self, instruction: u8) -> usize {
        let came = self.seen.iter().filter(|it| it[1] == instruction);
        came.count()
    }
}

impl Instead {
    /// No card at all, but what answers like one.
    pub fn of_nothing(atr: &[u8], answers: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        let mut answers = answers;
        Self::of(Nothing, move |_, command| answers(command)).with_atr(atr)
    }
}

impl<C: Emulator> Emulator for Instead<C> {
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.seen.push(command.to_vec());
        (self.answers)(&mut self.card, command)
    }
}

/// A card that knows no command.
pub struct Nothing;

impl Emulator for Nothing {
    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x01, 0x81]
    }

    fn reset(&mut self) {}

    fn transmit(&mut self, _: &[u8]) -> Vec<u8> {
        vec![0x6D, 0x00]
    }
}
