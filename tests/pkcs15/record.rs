//! Records the traces of `apdu-traces/` of these cards anew, from the emulator. Not a test:
//! `cargo test --test pkcs15 -- --ignored`, then read what `git diff` shows.

use securesign_vendors::emulator::{KeyKind, Slot};
use securesign_vendors::pkcs15::emulator::{
    CARDOS53, Dialect, EPASS3000, ISOAPPLET0, MYEID, Object, PLAIN, PinObject, Pkcs15Card, RUTOKEN,
    SETCOS441, STARCOS34, STARCOS34_ESIGN, STARCOS35_ESIGN,
};

use crate::journeys::{Subject, record};
use crate::{PIN, PUK, iso_9564, with_a_puk, with_an_officer};

/// The folder, the profile, and a card of it.
type Row = (&'static str, &'static str, Dialect, fn() -> Vec<PinObject>);

const ROWS: [Row; 10] = [
    ("isoapplet", "isoapplet", ISOAPPLET0, with_a_puk),
    ("myeid", "myeid", MYEID, with_a_puk),
    ("cardos", "cardos-5", CARDOS53, with_a_puk),
    ("rutoken", "rutoken", RUTOKEN, with_an_officer),
    ("starcos", "starcos-3.4", STARCOS34, iso_9564),
    ("starcos", "starcos-3.4", STARCOS34_ESIGN, as_usual),
    ("starcos", "starcos-3.5-esign", STARCOS35_ESIGN, as_usual),
    ("setcos", "setcos", SETCOS441, with_a_puk),
    ("ftcos", "ftcos", EPASS3000, with_a_puk),
    ("pkcs15", "pkcs15", PLAIN, with_a_listed_puk),
];

/// The application's own.
fn as_usual() -> Vec<PinObject> {
    Vec::new()
}

fn with_a_listed_puk() -> Vec<PinObject> {
    vec![
        PinObject::user(PIN).unblocked_by(1),
        PinObject::unblocking(PUK),
    ]
}

fn card(dialect: Dialect, pins: fn() -> Vec<PinObject>) -> Slot {
    let builder = Pkcs15Card::builder(dialect).seed(b"traces");
    let builder = pins().into_iter().fold(builder, |all, pin| all.pin(pin));
    let object = Object::signing("CN=Asha Sharma", KeyKind::Rsa2048);
    let slot = Slot::new("Recorded", None);
    slot.insert(Box::new(builder.object(object).build().unwrap()));
    slot
}

#[test]
#[ignore = "writes apdu-traces"]
fn record_the_journeys_of_pkcs15_cards() {
    for (folder, profile, dialect, pins) in ROWS {
        record(&Subject {
            folder,
            profile,
            name: dialect.name,
            code: PUK,
            fresh: &|| card(dialect, pins),
        });
    }
}
