//! What is expected of each kind of card.

use securesign_card::error::{Missing, Secret};
use securesign_vendors::eid::emulator as eid;
use securesign_vendors::eid::emulator::{Pin, Product};

/// A kind of card, and what its sheet lets be expected.
pub struct Kind {
    pub product: Product,
    /// As people are told.
    pub family: &'static str,
    pub serial: Option<&'static str>,
    /// Of two cards that tell them.
    pub numbers: [&'static str; 2],
    /// Of its certificates, in their order.
    pub labels: &'static [&'static str],
    /// Roles by reference, the holder's PINs only.
    pub roles: &'static [(u8, Secret)],
    /// Which PUK unblocks which PIN.
    pub puks: &'static [(u8, u8)],
    /// Why the others cannot be unblocked.
    pub no_puk: Missing,
    /// A safe query tells the tries left.
    pub tells_tries: bool,
    /// How often that query, of everything, is a VERIFY without data.
    pub counter_verifies: usize,
    /// Commands for the tries left, and for a cold signature with the log-out.
    pub counts: (usize, usize),
    /// What a signature cannot do without, as [`super::refused`] names commands.
    pub needed: &'static [&'static str],
}

impl Kind {
    /// A PIN's value when the card is new.
    pub fn value(&self, reference: u8) -> &'static str {
        self.pin(reference).value
    }

    /// A wrong one, and another one to be set.
    pub fn wrong(&self, reference: u8) -> &'static str {
        &"999999999999"[..self.value(reference).len()]
    }

    pub fn other(&self, reference: u8) -> &'static str {
        &"246813579024"[..self.value(reference).len()]
    }

    pub fn role(&self, reference: u8) -> Secret {
        let mut roles = self.roles.iter();
        roles.find(|(of, _)| *of == reference).unwrap().1
    }

    pub fn puk(&self, reference: u8) -> Option<Pin> {
        let puk = self.puks.iter().find(|(of, _)| *of == reference)?.1;
        Some(self.pin(puk))
    }

    fn pin(&self, reference: u8) -> Pin {
        let mut pins = self.product.pins.iter();
        *pins.find(|pin| pin.reference == reference).unwrap()
    }
}

const ESTEID: Kind = Kind {
    product: eid::ESTEID_COSMO8,
    family: "Estonian ID card",
    serial: Some("AS0000123"),
    numbers: ["AS0000123", "AS0000124"],
    labels: &["Qualified signature (341F)", "Authentication (3401)"],
    roles: &[(0x01, Secret::Pin), (0x85, Secret::SignaturePin)],
    puks: &[(0x01, 0x02), (0x85, 0x02)],
    no_puk: Missing::Puk,
    tells_tries: true,
    counter_verifies: 0,
    counts: (4, 20),
    needed: &[
        "A4040C [10,",
        "A4020C [02, 34, 1F]",
        "read [ADF2, 341F]",
        "200085",
        "2241B6",
        "2A9E9A",
    ],
};

const LATEID: Kind = Kind {
    product: eid::LATEID_RSA,
    family: "Latvian eID card",
    counts: (4, 32),
    ..ESTEID
};

const BELEID: Kind = Kind {
    product: eid::BELEID_17,
    family: "Belgian eID card",
    serial: Some("41533030303031323300000000000000"),
    labels: &["Qualified signature (5039)", "Authentication (5038)"],
    roles: &[(0x01, Secret::Pin)],
    puks: &[],
    no_puk: Missing::Issuer,
    tells_tries: false,
    counts: (2, 16),
    needed: &[
        "A40400 [0F,",
        "E40000",
        "A4080C [06, 3F, 00, DF, 00, 50, 39]",
        "read [DF00, 5039]",
        "A4080C [04, 3F, 00, DF, 00]",
        "2241B6",
        "200001",
        "2A9E9A",
    ],
    ..ESTEID
};

const CNS: Kind = Kind {
    product: eid::CNS_11,
    family: "Italian CNS card",
    serial: Some("0000000AS0000123"),
    labels: &["Signature (9010)", "Authentication (1101)"],
    roles: &[(0x10, Secret::Pin), (0x1A, Secret::SignaturePin)],
    puks: &[(0x10, 0x11), (0x1A, 0x1B)],
    tells_tries: false,
    counts: (3, 18),
    needed: &[
        "A4080C [04, 10, 00, 10, 03]",
        "read [1000, 1003]",
        "A4080C [04, 14, 00, 81, 10]",
        "A4080C [04, 14, 00, 90, 10]",
        "read [1400, 9010]",
        "20001A",
        "20009A",
        "22F303",
        "22F1B6",
        "2A9E9A",
    ],
    ..ESTEID
};

/// In the order of the emulators.
pub const KINDS: &[Kind] = &[
    ESTEID,
    Kind {
        product: eid::ESTEID_COSMOX,
        ..ESTEID
    },
    LATEID,
    Kind {
        product: eid::LATEID_EC,
        labels: &["Qualified signature (341E)", "Authentication (3402)"],
        counts: (4, 28),
        needed: &[
            "A4040C [10,",
            "A4020C [02, 70,",
            "read [ADF2, 70",
            "A4020C [02, 34, 1E]",
            "read [ADF2, 341E]",
            "200085",
            "2241B6",
            "2A9E9A",
        ],
        ..LATEID
    },
    BELEID,
    Kind {
        product: eid::BELEID_11,
        counts: (2, 14),
        ..BELEID
    },
    Kind {
        product: eid::BELEID_18,
        counts: (3, 15),
        tells_tries: true,
        ..BELEID
    },
    CNS,
    Kind {
        product: eid::CNS_10,
        counts: (3, 15),
        ..CNS
    },
];
