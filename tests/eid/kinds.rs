//! What is expected of each kind of card.

use securesign_card::error::{Missing, Secret};
use securesign_vendors::eid::emulator as eid;
use securesign_vendors::eid::emulator::{Key, Pin, Product};

/// A kind of card, and what its sheet lets be expected.
pub struct Kind {
    pub product: Product,
    /// Its driver.
    pub profile: &'static str,
    /// As people are told.
    pub family: &'static str,
    pub serial: Option<&'static str>,
    /// Of two cards that tell them.
    pub numbers: [&'static str; 2],
    /// Of its certificates, in their order.
    pub labels: &'static [&'static str],
    /// Roles by reference, the holder's PINs only.
    pub roles: &'static [(u8, Secret)],
    /// What people call them, where that is not their role.
    pub called: &'static [(u8, &'static str)],
    /// Which PUK unblocks which PIN.
    pub puks: &'static [(u8, u8)],
    /// Why the others cannot be unblocked.
    pub no_puk: Missing,
    /// A safe query tells the tries left.
    pub tells_tries: bool,
    /// A PIN is the file that is selected, and has no reference of its own.
    pub selects_pins: bool,
    /// PINs that another application of the card has as well.
    pub shared: &'static [u8],
    /// Commands for the tries left, and for a cold signature with the log-out.
    pub counts: (usize, usize),
    /// What a signature cannot do without, as [`super::refused`] names commands.
    pub needed: &'static [&'static str],
}

impl Kind {
    /// The keys that are offered.
    pub fn keys(&self) -> &'static [Key] {
        &self.product.keys[..self.labels.len()]
    }

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

    pub fn called(&self, reference: u8) -> Option<&'static str> {
        let mut names = self.called.iter();
        names
            .find(|(of, _)| *of == reference)
            .map(|(_, name)| *name)
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
    profile: "esteid",
    family: "Estonian ID card",
    serial: Some("AS0000123"),
    numbers: ["AS0000123", "AS0000124"],
    labels: &[
        "Qualified signature, PIN2 (341F)",
        "Authentication, PIN1 (3401)",
    ],
    roles: &[(0x01, Secret::Pin), (0x85, Secret::SignaturePin)],
    called: &[(0x01, "PIN1"), (0x85, "PIN2")],
    puks: &[(0x01, 0x02), (0x85, 0x02)],
    no_puk: Missing::Puk,
    tells_tries: true,
    selects_pins: false,
    shared: &[],
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
    profile: "lateid",
    family: "Latvian eID card",
    counts: (4, 32),
    ..ESTEID
};

const BELEID: Kind = Kind {
    product: eid::BELEID_17,
    profile: "beleid",
    family: "Belgian eID card",
    serial: Some("41533030303031323300000000000000"),
    labels: &["Qualified signature (5039)", "Authentication (5038)"],
    roles: &[(0x01, Secret::Pin)],
    called: &[],
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
    profile: "cns",
    family: "Italian CNS card",
    serial: Some("0000000AS0000123"),
    labels: &["Signature (9010)", "Authentication (1101)"],
    roles: &[(0x10, Secret::Pin), (0x1A, Secret::SignaturePin)],
    called: &[],
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

const JPKI: Kind = Kind {
    product: eid::JPKI,
    profile: "jpki",
    family: "Japanese My Number card",
    serial: None,
    labels: &["Authentication (000A)"],
    roles: &[(0x18, Secret::Pin), (0x1B, Secret::SignaturePin)],
    called: &[],
    selects_pins: true,
    puks: &[],
    no_puk: Missing::Issuer,
    counts: (5, 14),
    needed: &[
        "A4040C [0A,",
        "A4020C [02, 00, 0A]",
        "read [A001, 000A]",
        "A4020C [02, 00, 18]",
        "200080",
        "A4020C [02, 00, 17]",
        "2A0080",
    ],
    ..ESTEID
};

const PTEID: Kind = Kind {
    product: eid::PTEID,
    profile: "pteid",
    family: "Portuguese Cartão de Cidadão",
    serial: Some("415330303030313233"),
    labels: &["Qualified signature (EF08)", "Authentication (EF09)"],
    roles: &[(0x81, Secret::Pin), (0x82, Secret::SignaturePin)],
    called: &[(0x81, "PIN de autenticação"), (0x82, "PIN de assinatura")],
    puks: &[],
    no_puk: Missing::Issuer,
    counts: (7, 20),
    needed: &[
        "A4040C [07, 60, 46, 32, FF, 00, 00, 02]",
        "A4080C [04, 5F, 00, EF, 08]",
        "read [5F00, EF08]",
        "A4080C [02, 5F, 00]",
        "200082",
        "2241B6",
        "2A90A0",
        "2A9E9A",
    ],
    ..ESTEID
};

const FINEID: Kind = Kind {
    product: eid::FINEID_4,
    profile: "fineid-4",
    family: "Finnish ID card",
    labels: &[
        "Qualified signature, PIN2 (4332)",
        "Authentication, PIN1 (4331)",
    ],
    roles: &[(0x11, Secret::Pin), (0x82, Secret::SignaturePin)],
    called: &[(0x11, "PIN1"), (0x82, "PIN2")],
    puks: &[(0x11, 0x83), (0x82, 0x83)],
    counts: (6, 23),
    needed: &[
        "A4040C [0C,",
        "A40804 [04, 50, 16, 43, 32]",
        "read [5016, 4332]",
        "200082",
        "2241B6",
        "2A90A0",
        "2A9E9A",
    ],
    ..ESTEID
};

const CAC: Kind = Kind {
    product: eid::CAC_CONTAINER,
    profile: "uscac",
    family: "Common Access Card (CAC)",
    serial: Some("415330303030313233"),
    labels: &["E-mail signature (0101)", "Identity (0100)"],
    roles: &[(0x00, Secret::Pin)],
    called: &[],
    puks: &[],
    no_puk: Missing::Issuer,
    counts: (8, 26),
    needed: &[
        "A4040C [07, A0, 00, 00, 01, 16, DB, 00]",
        "A4040C [07, A0, 00, 00, 00, 79, 01, 01]",
        "A4020C [02, 01, 01]",
        "read [DB00]",
        "read [0101, 0101]",
        "200000",
        "4280",
        "4200",
    ],
    ..ESTEID
};

const SRBEID: Kind = Kind {
    product: eid::SRBEID,
    profile: "srbeid",
    family: "Serbian eID card",
    serial: None,
    labels: &["Signature (7010)", "Authentication (7011)"],
    roles: &[(0x80, Secret::Pin)],
    called: &[],
    puks: &[],
    no_puk: Missing::Issuer,
    counts: (8, 19),
    needed: &[
        "A40400 [0C,",
        "A40000 [02, 70, 00",
        "read [7000]",
        "A40000 [02, 70, 01",
        "read [7001]",
        "A40000 [02, 70, 10",
        "read [7010]",
        "200080",
        "2241B6",
        "2A9E00",
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
        labels: &[
            "Qualified signature, PIN2 (341E)",
            "Authentication, PIN1 (3402)",
        ],
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
    JPKI,
    PTEID,
    Kind {
        product: eid::PTEID_CAP,
        shared: &[0x81],
        ..PTEID
    },
    Kind {
        product: eid::ESTEID_2025,
        profile: "esteid-2025",
        counts: (4, 18),
        labels: &[
            "Qualified signature, PIN2 (3421)",
            "Authentication, PIN1 (3411)",
        ],
        roles: &[(0x81, Secret::Pin), (0x82, Secret::SignaturePin)],
        called: &[(0x81, "PIN1"), (0x82, "PIN2")],
        puks: &[(0x81, 0x83), (0x82, 0x83)],
        ..ESTEID
    },
    FINEID,
    Kind {
        product: eid::FINEID_3,
        profile: "fineid-3",
        labels: &[
            "Qualified signature, PIN2 (4335)",
            "Authentication, PIN1 (4331)",
        ],
        ..FINEID
    },
    CAC,
    Kind {
        product: eid::CAC_ALTERNATE,
        counts: (13, 30),
        serial: None,
        ..CAC
    },
    Kind {
        product: eid::CAC_BARE,
        counts: (24, 40),
        serial: None,
        ..CAC
    },
    SRBEID,
];
