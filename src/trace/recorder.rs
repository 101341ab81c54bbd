//! Readers and transports that are recorded.

use crate::frame::Frame;
use crate::reader::{Reader, Readers, Watcher};
use crate::transport::{Card, Dialogue, Ending, Transport, TransportError};

use super::{Entry, Recording, concealed, failure, hex};

/// Readers whose cards are recorded.
pub struct RecordedReaders {
    /// What is recorded.
    pub readers: Box<dyn Readers>,
    /// Where to.
    pub recording: Recording,
}

impl Readers for RecordedReaders {
    fn list(&mut self) -> Result<Vec<Reader>, TransportError> {
        self.readers.list()
    }

    fn connect(&mut self, name: &str, insertion: u64) -> Result<Box<dyn Card>, TransportError> {
        let card = self.readers.connect(name, insertion)?;
        self.recording.push(Entry::Blank);
        self.recording
            .push(Entry::Header("atr".into(), card.atr().to_string()));
        Ok(Box::new(RecordedCard {
            card,
            recording: self.recording.clone(),
        }))
    }

    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError> {
        self.readers.watcher()
    }
}

struct RecordedCard {
    card: Box<dyn Card>,
    recording: Recording,
}

impl Card for RecordedCard {
    fn atr(&self) -> &crate::atr::Atr {
        self.card.atr()
    }

    fn max_data(&self) -> Option<usize> {
        self.card.max_data()
    }

    fn begin(&mut self) -> Result<Box<dyn Dialogue + '_>, TransportError> {
        Ok(Box::new(RecordedDialogue {
            dialogue: self.card.begin()?,
            recording: &self.recording,
        }))
    }
}

struct RecordedDialogue<'a> {
    dialogue: Box<dyn Dialogue + 'a>,
    recording: &'a Recording,
}

impl RecordedDialogue<'_> {
    fn recorder(&mut self) -> Recorder<'_> {
        Recorder {
            transport: &mut *self.dialogue,
            recording: self.recording,
        }
    }
}

impl Transport for RecordedDialogue<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.recorder().exchange(frame)
    }

    fn step(&mut self, name: &'static str) {
        self.recorder().step(name);
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        self.recorder().random(bytes)
    }
}

impl Dialogue for RecordedDialogue<'_> {
    fn end(self: Box<Self>, ending: Ending) {
        self.dialogue.end(ending);
    }
}

/// A transport that writes down what passes through it.
pub struct Recorder<'a> {
    /// What is recorded.
    pub transport: &'a mut dyn Transport,
    /// Where to.
    pub recording: &'a Recording,
}

impl Transport for Recorder<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.recording.push(Entry::Sent(frame.tokens()));
        let result = self.transport.exchange(frame);
        self.recording.push(match &result {
            Ok(bytes) if frame.hides_answer() => Entry::Answer(concealed(bytes)),
            Ok(bytes) => self.recording.answer(bytes),
            Err(error) => Entry::Answer(vec![failure(error).into()]),
        });
        result
    }

    fn step(&mut self, name: &'static str) {
        self.recording.push(Entry::Step(name.into()));
        self.transport.step(name);
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        self.transport.random(bytes)?;
        self.recording.push(Entry::Random(hex(bytes)));
        Ok(())
    }
}
