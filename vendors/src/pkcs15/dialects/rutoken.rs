//! Rutoken ECP of Aktiv (sheet Rutoken).

use securesign_card::apdu::Command;
use securesign_card::application::RetryCounter;
use securesign_card::pin::Form;
use securesign_card::profile::{Mark, Spec};

use super::super::files::Selecting;
use super::super::sign::Input;
use super::super::{Family, Habits, Home, INFERRED, ISO, Replacing, Unblocking};
use super::{exactly, nothing, signature};

/// Rutoken ECP by its answers to reset; Rutoken Lite has no keys. Numbers have their last
/// byte first, and what replaces a PIN is an object.
pub static RUTOKEN: Family = Family {
    spec: Spec {
        id: "rutoken",
        name: "Rutoken ECP",
        marks: &[
            exactly(b"\x3B\x8B\x01Rutoken ECP\xA0"),
            exactly(b"\x3B\x8B\x01Rutoken DS \xC1"),
            Mark::Historical(b"RutokenECPsc"),
            Mark::Historical(b"RtSC"),
        ],
        aid: &[],
        source: "OpenSC card-rtecp.c and rutoken_ecp.profile, run against a software card",
    },
    habits: Habits {
        home: Home::Listed,
        selecting: Selecting::Path { directory: 0x00 },
        counter: RetryCounter::EmptyVerify,
        form: Some(Form::Exact),
        unblocking: Unblocking::Officer,
        replacing: Replacing::Verified,
        confidence: INFERRED,
        rsa: |len| len <= 256,
        curve: 0,
        selects_key: true,
        recipe: |key| {
            let file = key.file().map(|[_, low]| low);
            let template = vec![0x84, 0x01, key.entry.reference.or(file)?];
            Some(signature(template, Input::Reversed))
        },
        factory_pins: &["12345678"],
        log_out: &[Command::new([0x80, 0x40, 0x00, 0x00])],
        ..ISO
    },
    begin: nothing,
};
