//! Readers in the same process, with emulated cards in them: for the demo token
//! and for tests. They behave as PC/SC readers do, faults included.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use securesign_card::atr::Atr;
use securesign_card::frame::Frame;
use securesign_card::reader::{Presence, Reader, Readers, Watcher};
use securesign_card::transport::{Card, Dialogue, Ending, Transport, TransportError};

use super::Emulator;

/// Something that goes wrong before the n-th command from now (1: the next one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// How many commands still pass.
    pub after: usize,
    /// What happens then; the card is reset or gone as PC/SC would have it.
    pub error: TransportError,
}

/// One reader and the card in it. Clones share it.
#[derive(Clone)]
pub struct Slot {
    inner: Arc<Mutex<Inner>>,
    name: String,
}

struct Inner {
    card: Option<Box<dyn Emulator>>,
    insertion: u64,
    max_data: Option<usize>,
    fault: Option<Fault>,
    busy: Option<TransportError>,
    commands: usize,
    resets: usize,
}

impl Slot {
    /// An empty reader that passes on extended APDUs with up to `max_data` bytes
    /// of data, or short ones only.
    pub fn new(name: &str, max_data: Option<usize>) -> Self {
        let inner = Inner {
            card: None,
            insertion: 0,
            max_data,
            fault: None,
            busy: None,
            commands: 0,
            resets: 0,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
            name: name.into(),
        }
    }

    /// Puts a card in, in place of the one that is there.
    pub fn insert(&self, mut card: Box<dyn Emulator>) {
        card.reset();
        let mut inner = self.lock();
        inner.card = Some(card);
        inner.insertion += 1;
    }

    /// Takes the card out.
    pub fn remove(&self) -> Option<Box<dyn Emulator>> {
        let mut inner = self.lock();
        inner.insertion += 1;
        inner.card.take()
    }

    /// Something goes wrong later on.
    pub fn fault(&self, fault: Fault) {
        self.lock().fault = Some(fault);
    }

    /// From now on nobody can connect, for this reason; `None`: again.
    pub fn refuse(&self, error: Option<TransportError>) {
        self.lock().busy = error;
    }

    /// Commands that reached the card so far, GET RESPONSE and blocks of chains
    /// included.
    pub fn commands(&self) -> usize {
        self.lock().commands
    }

    /// How often the card was reset at the end of a dialogue.
    pub fn resets(&self) -> usize {
        self.lock().resets
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the card as it is, as pulling a plug would.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set of readers.
#[derive(Clone, Default)]
pub struct EmulatedReaders {
    /// In the order in which they are listed.
    pub slots: Vec<Slot>,
}

impl Readers for EmulatedReaders {
    fn list(&mut self) -> Result<Vec<Reader>, TransportError> {
        let reader = |slot: &Slot| {
            let inner = slot.lock();
            let presence = if inner.card.is_some() {
                Presence::Card
            } else {
                Presence::Empty
            };
            Reader {
                name: slot.name.clone(),
                presence,
                insertion: inner.insertion,
            }
        };
        Ok(self.slots.iter().map(reader).collect())
    }

    fn connect(&mut self, name: &str, insertion: u64) -> Result<Box<dyn Card>, TransportError> {
        let slot = self.slots.iter().find(|slot| slot.name == name);
        let slot = slot.ok_or(TransportError::NoReader)?.clone();
        let atr = {
            let inner = slot.lock();
            if let Some(error) = &inner.busy {
                return Err(error.clone());
            }
            let card = inner.card.as_ref().ok_or(TransportError::Removed)?;
            Atr::accepted(&card.atr())
        };
        Ok(Box::new(EmulatedCard {
            slot,
            atr,
            insertion,
        }))
    }

    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError> {
        let seen = self.slots.iter().map(|slot| slot.lock().insertion);
        Ok(Box::new(EmulatedWatcher {
            seen: seen.collect(),
            slots: self.slots.clone(),
        }))
    }
}

struct EmulatedCard {
    slot: Slot,
    atr: Atr,
    insertion: u64,
}

impl Card for EmulatedCard {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn max_data(&self) -> Option<usize> {
        // As readers say that take short ones only.
        Some(self.slot.lock().max_data.unwrap_or(0))
    }

    fn begin(&mut self) -> Result<Box<dyn Dialogue + '_>, TransportError> {
        if self.slot.lock().insertion != self.insertion {
            return Err(TransportError::Removed);
        }
        Ok(Box::new(EmulatedDialogue {
            slot: &self.slot,
            insertion: self.insertion,
            ending: Ending::Reset,
        }))
    }
}

struct EmulatedDialogue<'a> {
    slot: &'a Slot,
    insertion: u64,
    /// How the card is left when it is dropped.
    ending: Ending,
}

impl Dialogue for EmulatedDialogue<'_> {
    fn end(mut self: Box<Self>, ending: Ending) {
        self.ending = ending;
    }
}

impl Drop for EmulatedDialogue<'_> {
    fn drop(&mut self) {
        let mut inner = self.slot.lock();
        if self.ending == Ending::Reset {
            inner.resets += 1;
            if let Some(card) = &mut inner.card {
                card.reset();
            }
        }
    }
}

impl Transport for EmulatedDialogue<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        let mut inner = self.slot.lock();
        if inner.insertion != self.insertion {
            return Err(TransportError::Removed);
        }
        if let Some(fault) = &mut inner.fault {
            if fault.after == 0 {
                let error = fault.error.clone();
                inner.fault = None;
                match error {
                    TransportError::Removed => {
                        inner.card = None;
                        inner.insertion += 1;
                    }
                    _ => inner.card.iter_mut().for_each(|card| card.reset()),
                }
                return Err(error);
            }
            fault.after -= 1;
        }
        inner.commands += 1;
        let card = inner.card.as_mut().ok_or(TransportError::Removed)?;
        Ok(card.transmit(frame.expose()))
    }
}

struct EmulatedWatcher {
    slots: Vec<Slot>,
    seen: Vec<u64>,
}

impl Watcher for EmulatedWatcher {
    fn wait(&mut self, timeout: Duration) -> Result<bool, TransportError> {
        const STEP: Duration = Duration::from_millis(50);
        let mut left = timeout;
        loop {
            let now: Vec<u64> = self
                .slots
                .iter()
                .map(|slot| slot.lock().insertion)
                .collect();
            if self.seen != now {
                self.seen = now;
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
            std::thread::sleep(STEP.min(left));
            left = left.saturating_sub(STEP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::piv::emulator::{NIST, PivCard};

    #[test]
    fn a_dialogue_that_is_not_ended_resets_the_card() {
        let slot = Slot::new("Reader", None);
        slot.insert(Box::new(PivCard::builder(NIST).build().unwrap()));
        let mut readers = EmulatedReaders {
            slots: vec![slot.clone()],
        };
        let mut card = readers.connect("Reader", 1).unwrap();
        card.begin().unwrap().end(Ending::Leave);
        assert_eq!(slot.resets(), 0);
        card.begin().unwrap().end(Ending::Reset);
        assert_eq!(slot.resets(), 1);
        drop(card.begin().unwrap());
        assert_eq!(slot.resets(), 2);
    }
}
