//! The products: answers to reset from public lists; what distinguishes them by what was
//! recorded of real ones, or by how OpenSC treats them.

use crate::emulator::KeyKind;

/// A product's habits.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Short, for command lines.
    pub name: &'static str,
    /// The answer to reset, complete.
    pub atr: &'static [u8],
    /// Release level of the operating system in the CPLC data. Which one a product has is
    /// not documented; these let OpenSC 0.23 choose the product's own behaviour.
    pub release: u8,
    /// Of the application (DF30).
    pub version: &'static str,
    /// DF30 answers the text alone.
    pub bare_version: bool,
    /// Name of the application (7F30).
    pub label: &'static str,
    /// How a PIN is sent.
    pub pin_form: PinForm,
    /// What keys are called.
    pub references: References,
    /// There is a second PIN, 83, for signature keys.
    pub signature_pin: bool,
    /// The container map asks for secure messaging.
    pub protected_map: bool,
    /// The application answers to its name without the last byte as well.
    pub partial_name: bool,
    /// Kinds of keys.
    pub kinds: &'static [KeyKind],
}

/// How a PIN is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinForm {
    /// Sixteen bytes, filled with 00; another length is refused with 6700 and free.
    Padded,
    /// As it is typed; a padded one is a wrong one and costs a try.
    Bare,
}

/// What MANAGE SECURITY ENVIRONMENT calls the key of container n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum References {
    /// The first reference, and how far it is to the next.
    Counted(u8, u8),
    /// What EF 0005 says, from this one on.
    Mapped(u8),
}

impl References {
    /// That of a container's key; `None` where the numbers do not reach so far.
    pub fn of(self, container: u8) -> Option<u8> {
        let (first, step) = match self {
            Self::Counted(first, step) => (first, step),
            Self::Mapped(first) => (first, 1),
        };
        first.checked_add(step.checked_mul(container)?)
    }
}

impl Product {
    /// The protocol: T=1 is offered where a group of interface bytes follows the first one
    /// (ISO/IEC 7816-3:2006 §8.2).
    pub fn is_t1(&self) -> bool {
        self.atr.get(1).is_some_and(|t0| t0 & 0x80 != 0)
    }

    /// Whether EF 0005 tells the references.
    pub fn has_key_map(&self) -> bool {
        matches!(self.references, References::Mapped(_))
    }
}

const RSA: &[KeyKind] = &[KeyKind::Rsa1024, KeyKind::Rsa2048];
const WITH_EC: &[KeyKind] = &[
    KeyKind::Rsa1024,
    KeyKind::Rsa2048,
    KeyKind::P256,
    KeyKind::P384,
    KeyKind::P521,
];
const WITH_4096: &[KeyKind] = &[
    KeyKind::Rsa1024,
    KeyKind::Rsa2048,
    KeyKind::Rsa4096,
    KeyKind::P256,
    KeyKind::P384,
    KeyKind::P521,
];
const EVERYTHING: &[KeyKind] = &[
    KeyKind::Rsa1024,
    KeyKind::Rsa2048,
    KeyKind::Rsa3072,
    KeyKind::Rsa4096,
    KeyKind::P256,
    KeyKind::P384,
    KeyKind::P521,
];

/// IDPrime MD 3810.
pub const MD3810: Product = Product {
    name: "idprime3810",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x84, 0x41, 0x3D, 0xF6, 0x12,
        0x0F, 0xFE, 0x82, 0x90, 0x00,
    ],
    release: 0x01,
    version: "4.3.5.D",
    bare_version: false,
    label: "IAS Classic v4",
    pin_form: PinForm::Bare,
    references: References::Counted(0x31, 1),
    signature_pin: false,
    protected_map: false,
    partial_name: false,
    kinds: RSA,
};

/// IDPrime MD 830.
pub const MD830: Product = Product {
    name: "idprime830",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x84, 0x56, 0x51, 0x10, 0x12,
        0x0F, 0xFE, 0x82, 0x90, 0x00,
    ],
    release: 0x05,
    references: References::Counted(0x41, 1),
    ..MD3810
};

/// IDPrime 930 and 3930, T=0.
pub const IDPRIME930: Product = Product {
    name: "idprime930",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x84, 0x61, 0x60, 0xFB, 0x12,
        0x0F, 0xFD, 0x82, 0x90, 0x00,
    ],
    release: 0x02,
    references: References::Counted(0x11, 2),
    partial_name: true,
    kinds: WITH_4096,
    ..MD3810
};

/// IDPrime MD 840.
pub const IDPRIME840: Product = Product {
    name: "idprime840",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x03, 0x00, 0xEF, 0x12,
        0x0F, 0xFE, 0x82, 0x90, 0x00,
    ],
    release: 0x03,
    pin_form: PinForm::Padded,
    references: References::Counted(0xF7, 1),
    kinds: WITH_EC,
    ..MD3810
};

/// IDPrime MD 940.
pub const IDPRIME940: Product = Product {
    name: "idprime940",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x59, 0x56, 0xFB, 0x12,
        0x0F, 0xFE, 0x82, 0x90, 0x00,
    ],
    release: 0x04,
    label: "IAS Classic v5",
    references: References::Mapped(0x56),
    signature_pin: true,
    kinds: EVERYTHING,
    ..IDPRIME840
};

/// IDPrime 940C.
pub const IDPRIME940C: Product = Product {
    name: "idprime940c",
    atr: &[
        0x3B, 0x7F, 0x96, 0x00, 0x00, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85, 0x05, 0x00, 0x39, 0x12,
        0x0F, 0xFE, 0x82, 0x90, 0x00,
    ],
    ..IDPRIME940
};

/// SafeNet eToken 5110 CC: a 940 in a token, T=1.
pub const ETOKEN_5110_CC: Product = Product {
    name: "etoken5110cc",
    atr: &[
        0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85,
        0x59, 0x56, 0xFB, 0x12, 0x0F, 0xFE, 0x82, 0x90, 0x00, 0x00,
    ],
    ..IDPRIME940
};

/// SafeNet eToken 5110+ FIPS, level 2.
pub const ETOKEN_5110_PLUS: Product = Product {
    name: "etoken5110plus",
    atr: &[
        0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x84,
        0x65, 0x66, 0xFB, 0x12, 0x01, 0x78, 0x82, 0x90, 0x00, 0x85,
    ],
    bare_version: true,
    references: References::Counted(0x10, 2),
    kinds: EVERYTHING,
    ..IDPRIME930
};

/// SafeNet eToken 5300. Only its recognition is known; that its keys are called as those
/// of the 830, whose mark it has, is inferred.
pub const ETOKEN_5300: Product = Product {
    name: "etoken5300",
    atr: &[
        0x3B, 0xFF, 0x96, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x84,
        0x56, 0x51, 0x10, 0x12, 0x01, 0x78, 0x82, 0x90, 0x00, 0x6A,
    ],
    references: References::Counted(0x41, 1),
    protected_map: true,
    kinds: RSA,
    ..IDPRIME930
};

/// All of them.
pub const ALL: [Product; 9] = [
    MD3810,
    MD830,
    IDPRIME930,
    IDPRIME840,
    IDPRIME940,
    IDPRIME940C,
    ETOKEN_5110_CC,
    ETOKEN_5110_PLUS,
    ETOKEN_5300,
];
