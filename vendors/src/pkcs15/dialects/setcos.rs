//! SetCOS of Setec and Gemalto (sheet SetCOS).

use securesign_card::application::RetryCounter;
use securesign_card::atr::AtrPattern;
use securesign_card::profile::{Mark, Spec};

use super::super::sign::Input;
use super::super::{Family, Habits, INFERRED, ISO};
use super::{nothing, puk, signature};

/// SetCOS 4.4.1, the one for which all is known. A key is a file, and has a number too.
pub static SETCOS: Family = Family {
    spec: Spec {
        id: "setcos",
        name: "SetCOS",
        marks: &[Mark::Atr(AtrPattern {
            value: &[
                0x3B, 0x9F, 0x94, 0x80, 0x1F, 0xC3, 0x00, 0x68, 0x11, 0x44, 0x05, 0x01, 0x46, 0x49,
                0x53, 0x45, 0x31, 0xC8, 0x00, 0x00, 0x00, 0x00,
            ],
            mask: &[
                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
            ],
        })],
        aid: &[],
        source: "OpenSC card-setcos.c and setcos.profile, run against a software card",
    },
    habits: Habits {
        unblocking: puk(8, 0x00, RetryCounter::Unknown),
        confidence: INFERRED,
        rsa: |len| len <= 256,
        curve: 0,
        selects_key: true,
        recipe: |key| {
            let [high, low] = key.file()?;
            let reference = key.entry.reference.unwrap_or(0x00);
            let template = [
                0x80, 0x01, 0x02, 0x81, 0x02, high, low, 0x84, 0x01, reference,
            ];
            Some(signature(template.to_vec(), Input::DigestInfo))
        },
        ..ISO
    },
    begin: nothing,
};
