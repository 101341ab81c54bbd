//! The demo token: a PIV card made of software, in this process, with keys and
//! certificates of its own making. It serves test keys only.

use securesign_card::reader::{Reader, Readers, Watcher};
use securesign_card::text;
use securesign_card::transport::{Card, TransportError};
use securesign_vendors::emulator::{EmulatedReaders, Slot as ReaderSlot};
use securesign_vendors::piv::emulator::{BuildError, KeyKind, NIST, PivCard, Slot};

/// What `--reader` wants to hear.
pub const READER: &str = "demo";
/// PIN of every demo token.
pub const PIN: &str = "123456";
/// PUK of every demo token.
pub const PUK: &str = "12345678";

/// A reader with a demo token, whose keys are made when it is first asked for: no
/// window has to wait for them.
#[derive(Default)]
pub struct Demo(Option<EmulatedReaders>);

impl Demo {
    fn readers(&mut self) -> Result<&mut EmulatedReaders, TransportError> {
        if self.0.is_none() {
            let made = readers().map_err(|error| TransportError::Other(text::reason(&error)))?;
            self.0 = Some(made);
        }
        self.0.as_mut().ok_or(TransportError::NoReader)
    }
}

impl Readers for Demo {
    fn list(&mut self) -> Result<Vec<Reader>, TransportError> {
        self.readers()?.list()
    }

    fn connect(&mut self, name: &str, insertion: u64) -> Result<Box<dyn Card>, TransportError> {
        self.readers()?.connect(name, insertion)
    }

    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError> {
        self.readers()?.watcher()
    }
}

/// A fresh demo token: three tries each, as if just bought.
fn readers() -> Result<EmulatedReaders, BuildError> {
    let card = PivCard::builder(NIST)
        .pin(PIN)
        .puk(PUK)
        .tries(3, 3)
        .key(Slot::SIGNATURE, KeyKind::P256)
        .subject(Slot::SIGNATURE, "CN=Demo Holder,O=SecureSign demo token")
        .key(Slot::AUTHENTICATION, KeyKind::Rsa2048)
        .subject(
            Slot::AUTHENTICATION,
            "CN=Demo Holder (RSA),O=SecureSign demo token",
        )
        .build()?;
    let reader = ReaderSlot::new(READER, None);
    reader.insert(Box::new(card));
    Ok(EmulatedReaders {
        slots: vec![reader],
    })
}
