//! PIV (NIST SP 800-73-4 and -5, SP 800-78) and the tokens that follow it.
//!
//! Facts seen on five independent applets (PivApplet 0.9.0, OpenFIPS201 1.10.2,
//! CanoKey 3.0.2, pico-openpgp 4.6, Nitrokey piv-authenticator 0.7.0) are marked
//! as such; the rest is the standard's.

mod application;
mod certificates;
#[cfg(feature = "emulators")]
pub mod emulator;
mod memory;
mod objects;
mod pins;
mod sign;

use securesign_card::application::Application;
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::{Mark, Profile, Spec, unless_refused};

use application::Opened;

use crate::openpgp::OPENPGP;

/// A PIV product: the facts, and what it adds to the standard.
#[derive(Debug)]
pub struct Piv {
    spec: Spec,
    extras: Extras,
}

/// Departures from the standard that change what is sent.
#[derive(Debug)]
struct Extras {
    /// What the PIN looks like.
    pin: PinRules,
    /// May have a global PIN, so the discovery object is read for it. Tokens
    /// that people provision themselves have none.
    global_pin: bool,
    /// Retired slots are filled without a key history object.
    retired_without_history: bool,
    /// GET SERIAL (INS F8).
    serial: bool,
    /// A wrong PIN is answered `630x`, x being the counter.
    bare_counter: bool,
    /// Made with an OpenPGP application as well.
    openpgp: bool,
}

/// `A0 00 00 03 08 00 00 10 00`: without the version, which is the most widely
/// accepted form (SP 800-73-4, part 2, 3.1.1).
const AID: &[u8] = &[0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];

/// SP 800-73-4, part 2, 2.4.3: 6 to 8 digits, filled with FF. Checked here,
/// because three of the five applets count a badly formed PIN as a wrong one.
const PIN_RULES: PinRules = PinRules {
    min: 6,
    max: 8,
    charset: Charset::Digits,
    form: Form::Padded { len: 8, with: 0xFF },
};

/// Yubico's tokens take any characters, and people use them (sheet PIV, §5).
const YUBICO_PIN: PinRules = PinRules {
    charset: Charset::Printable,
    ..PIN_RULES
};

const fn spec(id: &'static str, name: &'static str, marks: &'static [Mark]) -> Spec {
    Spec {
        id,
        name,
        marks,
        aid: AID,
        source: "NIST SP 800-73-4 parts 1 and 2, SP 800-78-4",
    }
}

const STANDARD: Extras = Extras {
    pin: PIN_RULES,
    global_pin: true,
    retired_without_history: false,
    serial: false,
    bare_counter: false,
    openpgp: false,
};

/// Any card that has the PIV application.
pub static PIV: Piv = Piv {
    spec: spec("piv", "PIV", &[Mark::Application]),
    extras: STANDARD,
};

/// YubiKey 4 and 5: "Yubikey" or "YubiKe(y)" in the historical bytes; some NFC
/// readers corrupt the last letter.
pub static YUBIKEY: Piv = Piv {
    spec: spec(
        "piv-yubikey",
        "YubiKey PIV",
        &[Mark::Historical(b"Yubikey4"), Mark::Historical(b"YubiKe")],
    ),
    extras: Extras {
        pin: YUBICO_PIN,
        global_pin: false,
        retired_without_history: true,
        serial: true,
        openpgp: true,
        ..STANDARD
    },
};

/// YubiKey NEO: its counter lacks the C of `63Cx` (firmware below 1.0.4).
pub static YUBIKEY_NEO: Piv = Piv {
    spec: spec(
        "piv-yubikey-neo",
        "YubiKey NEO PIV",
        &[Mark::Historical(b"YubikeyNEO")],
    ),
    extras: Extras {
        pin: YUBICO_PIN,
        global_pin: false,
        retired_without_history: true,
        bare_counter: true,
        openpgp: true,
        ..STANDARD
    },
};

/// Nitrokey 3.
pub static NITROKEY: Piv = Piv {
    spec: spec(
        "piv-nitrokey",
        "Nitrokey PIV",
        &[Mark::Historical(b"Nitrokey")],
    ),
    extras: Extras {
        global_pin: false,
        openpgp: true,
        ..STANDARD
    },
};

/// PIVKey.
pub static PIVKEY: Piv = Piv {
    spec: spec("piv-pivkey", "PIVKey", &[Mark::Historical(b"PIVKEY")]),
    extras: Extras {
        global_pin: false,
        ..STANDARD
    },
};

/// Token2.
pub static TOKEN2: Piv = Piv {
    spec: spec("piv-token2", "Token2 PIV", &[Mark::Historical(b"TK\0PIV")]),
    extras: Extras {
        global_pin: false,
        serial: true,
        ..STANDARD
    },
};

/// What tokens that are made for more than PIV carry.
static OTHERS: [&dyn Profile; 1] = [&OPENPGP];

impl Profile for Piv {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn beside(&self) -> &'static [&'static dyn Profile] {
        match self.extras.openpgp {
            true => &OTHERS,
            false => &[],
        }
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let Some(template) = unless_refused(iso::select(card, AID))? else {
            return Ok(None);
        };
        Ok(Some(Box::new(Opened::new(self, &template))))
    }
}
