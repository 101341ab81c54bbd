//! What every card emulator offers: raw bytes in, raw bytes out.

pub(crate) mod apdu;
pub(crate) mod certificate;
pub(crate) mod cipher;
pub(crate) mod files;
pub(crate) mod issuer;
pub(crate) mod key;
mod reader;
pub(crate) mod secret;
pub(crate) mod signature;
pub(crate) mod tlv;
pub(crate) mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use issuer::BuildError;
pub use key::KeyKind;
pub use reader::{EmulatedReaders, Fault, Slot};

/// A card behind a reader, seen as ISO 7816-3 sees it.
pub trait Emulator: Send {
    /// The answer to reset.
    fn atr(&self) -> Vec<u8>;

    /// Power-on or warm reset: security status, selected application and
    /// half-finished exchanges are gone; keys, PINs and counters stay.
    fn reset(&mut self);

    /// One command APDU in, one response APDU (data, SW1, SW2) out. Never
    /// panics, whatever the bytes.
    fn transmit(&mut self, command: &[u8]) -> Vec<u8>;
}

/// A card that is looked into while it is in a reader.
impl<E: Emulator + ?Sized> Emulator for Arc<Mutex<E>> {
    fn atr(&self) -> Vec<u8> {
        locked(self).atr()
    }

    fn reset(&mut self) {
        locked(self).reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        locked(self).transmit(command)
    }
}

fn locked<E: ?Sized>(card: &Mutex<E>) -> MutexGuard<'_, E> {
    card.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<E: Emulator + ?Sized> Emulator for Box<E> {
    fn atr(&self) -> Vec<u8> {
        (**self).atr()
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        (**self).transmit(command)
    }
}
