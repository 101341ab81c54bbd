//! Gemalto and Thales IDPrime, SafeNet eToken 5110 CC, 5110+ and 5300 (sheet IDPrime).
//!
//! No real token was at hand, and the makers publish no commands: the facts are those of
//! OpenSC, with which these cards were tried by many, and of recordings of the makers' own
//! software. The model decides how a PIN is sent and how keys are named, and the wrong form of
//! the right PIN costs a try on some: where the model is not known, none is sent. Inferred, and
//! said so where it shows: unlocking with a PUK, which some models do not have at all.

mod application;
mod certificates;
#[cfg(feature = "emulators")]
pub mod emulator;
mod files;
mod pins;
mod sign;

use securesign_card::application::{Application, Confidence};
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::iso;
use securesign_card::pin::Form;
use securesign_card::profile::{Mark, Profile, Spec, unless_refused};

use application::Opened;

/// One model of the family.
#[derive(Debug)]
pub struct IdPrime {
    spec: Spec,
    /// How a PIN goes over the wire (§4); `None`: not known, so that none is sent.
    form: Option<Form>,
    /// How well that is known.
    confidence: Confidence,
    keys: Keys,
    /// Longest RSA keys that sign, in bytes (§5).
    rsa: &'static [usize],
    /// Has keys on the curves of NIST.
    curves: bool,
}

/// How the key of a container is named in MANAGE SECURITY ENVIRONMENT (§1.1).
#[derive(Clone, Copy, Debug)]
enum Keys {
    /// The number of the container, times `step`, is added to `first`.
    Counted { first: u8, step: u8 },
    /// The card has a file that says so (§3.3), and a second PIN for some of them.
    Listed,
}

const AID: &[u8] = &[
    0xA0, 0x00, 0x00, 0x00, 0x18, 0x80, 0x00, 0x00, 0x00, 0x06, 0x62,
];

const PADDED: Option<Form> = Some(Form::Padded {
    len: 16,
    with: 0x00,
});
const EXACT: Option<Form> = Some(Form::Exact);

/// Lengths of RSA keys in bytes: what all have, and the longer ones.
const RSA_2048: &[usize] = &[128, 256];
const RSA_2048_4096: &[usize] = &[128, 256, 512];
const RSA_4096: &[usize] = &[128, 256, 384, 512];

const fn spec(id: &'static str, name: &'static str, marks: &'static [Mark]) -> Spec {
    Spec {
        id,
        name,
        marks,
        aid: AID,
        source: "OpenSC card-idprime.c 0.23 to 0.27; sheet IDPrime",
    }
}

const fn counted(first: u8, step: u8) -> Keys {
    Keys::Counted { first, step }
}

/// The mark of a model: what follows `80 31 80 65` in its historical bytes, with contacts and
/// without. OpenSC's masks are wider, and take some models for others.
const fn chip(part: &'static [u8]) -> Mark {
    Mark::Historical(part)
}

/// The chip of the 840 with T=1, which OpenSC counts among those of no known model: the PIN is
/// padded on both, and keys are counted otherwise.
const ATR_840_T1: AtrPattern = AtrPattern {
    value: &[
        0x3B, 0xFF, 0x00, 0x00, 0x00, 0x81, 0x31, 0x00, 0x43, 0x80, 0x31, 0x80, 0x65, 0xB0, 0x85,
        0x03, 0x00, 0xEF, 0x12, 0x0F, 0xFE, 0x82, 0x90, 0x00, 0x00,
    ],
    mask: &[
        0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00,
    ],
};

/// IDPrime 940 and 940C, SafeNet eToken 5110 CC.
pub static IDPRIME_940: IdPrime = IdPrime {
    spec: spec(
        "idprime-940",
        "IDPrime 940",
        &[
            chip(&[0xB0, 0x85, 0x59, 0x56, 0xFB]),
            chip(&[0xB0, 0x85, 0x05, 0x00, 0x39]),
        ],
    ),
    form: PADDED,
    confidence: Confidence::Known,
    keys: Keys::Listed,
    rsa: RSA_4096,
    curves: true,
};

/// SafeNet eToken 5110+ FIPS, and IDPrime cards with the same chip.
pub static ETOKEN_5110_PLUS: IdPrime = IdPrime {
    spec: spec(
        "idprime-5110plus",
        "SafeNet eToken 5110+",
        &[chip(&[0xB0, 0x84, 0x65, 0x66, 0xFB])],
    ),
    form: EXACT,
    confidence: Confidence::Known,
    keys: counted(0x10, 2),
    rsa: RSA_4096,
    curves: true,
};

/// SafeNet eToken 5300, with the chip of the 830 and taken for one: nobody has published more
/// of it, so that a person is asked before it gets a PIN. It may want a touch.
pub static ETOKEN_5300: IdPrime = IdPrime {
    spec: spec(
        "idprime-5300",
        "SafeNet eToken 5300",
        &[chip(&[0xB0, 0x84, 0x56, 0x51, 0x10, 0x12, 0x01, 0x78])],
    ),
    form: EXACT,
    confidence: Confidence::Inferred,
    keys: counted(0x41, 1),
    rsa: RSA_2048,
    curves: false,
};

/// IDPrime 930 and 3930.
pub static IDPRIME_930: IdPrime = IdPrime {
    spec: spec(
        "idprime-930",
        "IDPrime 930",
        &[chip(&[0xB0, 0x84, 0x61, 0x60, 0xFB])],
    ),
    form: EXACT,
    confidence: Confidence::Known,
    keys: counted(0x11, 2),
    rsa: RSA_2048_4096,
    curves: true,
};

/// The chip of the 840 with T=1.
pub static IDPRIME_840_T1: IdPrime = IdPrime {
    spec: spec("idprime-840t1", "IDPrime 840", &[Mark::Atr(ATR_840_T1)]),
    form: PADDED,
    confidence: Confidence::Known,
    keys: counted(0x56, 1),
    rsa: RSA_2048,
    curves: false,
};

/// IDPrime MD 840.
pub static IDPRIME_840: IdPrime = IdPrime {
    spec: spec(
        "idprime-840",
        "IDPrime MD 840",
        // With other bytes behind it is a Portuguese identity card.
        &[
            chip(&[0xB0, 0x85, 0x03, 0x00, 0xEF, 0x12, 0x0F, 0xFE]),
            chip(&[0xB0, 0x85, 0x03, 0x00, 0xEF, 0x12, 0x02, 0xC1]),
        ],
    ),
    form: PADDED,
    confidence: Confidence::Known,
    keys: counted(0xF7, 1),
    rsa: RSA_2048,
    curves: true,
};

/// IDPrime MD 830.
pub static IDPRIME_830: IdPrime = IdPrime {
    spec: spec(
        "idprime-830",
        "IDPrime MD 830",
        &[chip(&[0xB0, 0x84, 0x56, 0x51, 0x10])],
    ),
    form: EXACT,
    confidence: Confidence::Known,
    keys: counted(0x41, 1),
    rsa: RSA_2048,
    curves: false,
};

/// IDPrime 3810.
pub static IDPRIME_3810: IdPrime = IdPrime {
    spec: spec(
        "idprime-3810",
        "IDPrime 3810",
        &[chip(&[0xB0, 0x84, 0x41, 0x3D, 0xF6])],
    ),
    form: EXACT,
    confidence: Confidence::Known,
    keys: counted(0x31, 1),
    rsa: RSA_2048,
    curves: false,
};

/// Models of which nothing but the answer to reset is published, the eToken Fusion among
/// them: their certificates are read, and no PIN is sent.
pub static IDPRIME: IdPrime = IdPrime {
    spec: spec(
        "idprime",
        "IDPrime",
        &[
            chip(&[0xB0, 0x88, 0x66, 0x6B, 0x39]),
            chip(&[0xB0, 0x84, 0x23, 0x27, 0xE5]),
            chip(&[0xB0, 0x83, 0x11, 0x17, 0xE5]),
        ],
    ),
    form: None,
    confidence: Confidence::Inferred,
    keys: counted(0x56, 1),
    rsa: RSA_2048,
    curves: false,
};

impl IdPrime {
    fn lists_its_keys(&self) -> bool {
        matches!(self.keys, Keys::Listed)
    }
}

impl Profile for IdPrime {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        if unless_refused(iso::select(card, AID))?.is_none() {
            return Ok(None);
        }
        // What a card of this family has, and what shares its name does not (§1.2).
        match unless_refused(files::select(card, "recognise the card", files::INDEX)) {
            Ok(Some(1..)) => Ok(Some(Box::new(Opened::new(self)))),
            Ok(_) | Err(CardError::Malformed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
