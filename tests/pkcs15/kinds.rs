//! What is expected of each kind of card.

use securesign_card::error::Secret;
use securesign_vendors::emulator::KeyKind;
use securesign_vendors::pkcs15::emulator::{
    CARDOS44, CARDOS50, CARDOS53, Dialect, EJAVA, EPASS3000, ISOAPPLET0, ISOAPPLET1, MYEID, PK01C,
    PinKind, PinObject, RUTOKEN, SETCOS441, STARCOS23, STARCOS34, STARCOS35,
};

use crate::{PIN, PUK};

/// What is expected of a kind of card.
pub struct Kind {
    pub family: &'static str,
    pub dialect: Dialect,
    /// Its PIN, and what unblocks that.
    pub pins: fn() -> Vec<PinObject>,
    pub unblocker: Secret,
    /// Keys that sign.
    pub keys: &'static [KeyKind],
    /// Whether its counters are told.
    pub counts: bool,
    pub reader: Option<usize>,
    /// Most commands to see the tries left, and for a cold signature with RSA-2048.
    pub bounds: (usize, usize),
}

const RSA_AND_P256: &[KeyKind] = &[KeyKind::Rsa2048, KeyKind::P256];
const RSA_ALONE: &[KeyKind] = &[KeyKind::Rsa2048, KeyKind::Rsa1024];

pub const KINDS: &[Kind] = &[
    Kind {
        family: "IsoApplet",
        dialect: ISOAPPLET0,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa2048],
        counts: true,
        reader: None,
        bounds: (9, 24),
    },
    Kind {
        family: "IsoApplet",
        dialect: ISOAPPLET1,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: RSA_AND_P256,
        counts: true,
        reader: None,
        bounds: (9, 24),
    },
    Kind {
        family: "MyEID",
        dialect: MYEID,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: RSA_AND_P256,
        counts: true,
        reader: None,
        bounds: (9, 24),
    },
    Kind {
        family: "CardOS 4",
        dialect: CARDOS44,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa2048],
        counts: false,
        reader: None,
        bounds: (9, 24),
    },
    Kind {
        family: "CardOS 5",
        dialect: CARDOS53,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: RSA_AND_P256,
        counts: true,
        reader: None,
        bounds: (9, 24),
    },
    Kind {
        family: "CardOS 5",
        dialect: CARDOS50,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa2048],
        counts: true,
        reader: None,
        bounds: (9, 24),
    },
    Kind {
        family: "Rutoken ECP",
        dialect: RUTOKEN,
        pins: with_an_officer,
        unblocker: Secret::AdminPin,
        keys: &[KeyKind::Rsa2048],
        counts: true,
        reader: None,
        bounds: (12, 30),
    },
    Kind {
        family: "STARCOS 3.4",
        dialect: STARCOS34,
        pins: iso_9564,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa2048],
        counts: true,
        reader: None,
        bounds: (16, 36),
    },
    Kind {
        family: "STARCOS 3.5",
        dialect: STARCOS35,
        pins: iso_9564,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa2048],
        counts: false,
        reader: None,
        bounds: (16, 36),
    },
    Kind {
        family: "STARCOS 2",
        dialect: STARCOS23,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa1024],
        counts: false,
        reader: None,
        bounds: (16, 40),
    },
    Kind {
        family: "SetCOS",
        dialect: SETCOS441,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: &[KeyKind::Rsa2048],
        counts: false,
        reader: None,
        bounds: (9, 26),
    },
    Kind {
        family: "EnterSafe",
        dialect: EPASS3000,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: RSA_ALONE,
        counts: false,
        reader: None,
        bounds: (6, 18),
    },
    Kind {
        family: "EnterSafe",
        dialect: PK01C,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: RSA_ALONE,
        counts: false,
        reader: None,
        bounds: (6, 18),
    },
    Kind {
        family: "EnterSafe",
        dialect: EJAVA,
        pins: with_a_puk,
        unblocker: Secret::Puk,
        keys: RSA_ALONE,
        counts: false,
        reader: None,
        bounds: (6, 18),
    },
];

pub fn with_a_puk() -> Vec<PinObject> {
    vec![PinObject::user(PIN).puk(PUK)]
}

pub fn with_an_officer() -> Vec<PinObject> {
    vec![
        PinObject::user(PIN).unblocked_by(1),
        PinObject::officer(PUK),
    ]
}

/// As STARCOS 3 has them.
pub fn iso_9564() -> Vec<PinObject> {
    let pin = PinObject::user(PIN).puk(PUK);
    vec![pin.form(PinKind::Iso9564, (6, 8, 12), Some(0xFF))]
}
