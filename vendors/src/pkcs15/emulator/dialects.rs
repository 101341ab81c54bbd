//! The cards, each by its sheet.

mod cardos;
pub(super) mod ftcos;
mod isoapplet;
mod myeid;
mod oberthur;
mod rutoken;
mod setcos;
mod starcos;
mod starcos2;

use super::Dialect;
use super::dialect::{Habits, Pins, Places, Reading, Status, Transport};
use crate::emulator::apdu::sw;

pub use cardos::{CARDOS44, CARDOS50, CARDOS53};
pub use ftcos::{EJAVA, EPASS3000, PK01C};
pub use isoapplet::{ISOAPPLET0, ISOAPPLET1};
pub use myeid::MYEID;
pub use oberthur::OBERTHUR;
pub use rutoken::RUTOKEN;
pub use setcos::SETCOS441;
pub use starcos::{STARCOS34, STARCOS34_ESIGN, STARCOS35, STARCOS35_ESIGN};
pub use starcos2::STARCOS23;

/// Every dialect.
pub const ALL: &[Dialect] = &[
    PLAIN,
    ISOAPPLET0,
    ISOAPPLET1,
    MYEID,
    OBERTHUR,
    CARDOS44,
    CARDOS50,
    CARDOS53,
    RUTOKEN,
    STARCOS23,
    STARCOS34,
    STARCOS35,
    SETCOS441,
    EPASS3000,
    PK01C,
    EJAVA,
    STARCOS34_ESIGN,
    STARCOS35_ESIGN,
];

/// Nothing but ISO and PKCS#15, and an answer to reset that nobody knows. Asking for the
/// tries left without a PIN costs one, as on many cards.
pub const PLAIN: Dialect = Dialect {
    name: "plain",
    atr: &[
        0x3B, 0x86, 0x80, 0x01, 0x50, 0x4B, 0x43, 0x53, 0x31, 0x35, 0x08,
    ],
    habits: &Plain,
    pins: PINS,
    wire: WIRE,
    reading: READING,
    places: PLACES,
};

struct Plain;

impl Habits for Plain {}

const PINS: Pins = Pins {
    lengths: (0, 255),
    wrong_length: None,
    filled: None,
    status: Status::Costs,
    counted: true,
    blocked: sw::BLOCKED,
    last_says_blocked: false,
    unknown: sw::NO_REFERENCE,
    wrong_logs_out: false,
    change_logs_out: false,
    twice: None,
    puk_recovers: true,
    puk_tries: 10,
};

const WIRE: Transport = Transport {
    extended: true,
    more: 0xFF,
    ..Transport::SHORT
};

const READING: Reading = Reading {
    warns: true,
    behind: 0x6B00,
    no_file: 0x6986,
    most: 65_536,
    short_identifiers: true,
    blank: 0x00,
};

const PLACES: Places = Places {
    application: 0x5015,
    directories: [0x4401, 0x4402, 0x4404],
    certificate: 0x4331,
    key: 0x01,
    pins: [0x81, 0x01],
    padding: None,
    longest_pin: 16,
    label: "Card",
    maker: "Nobody",
};
