//! The products: one constant each, written as the difference to [`NIST`].

use super::PinPolicy;
use super::personality::{
    Always, Counter, Discovery, EcInput, EmptyVerify, Interrupted, Keys, Metadata, More, Objects,
    Personality, Pins, Protection, RsaInput, Selection, Template, Transport, Vendor, WithoutLe,
};
use crate::emulator::apdu::sw;

mod applets;

pub use applets::{CANOKEY, OPENFIPS201, PICO, PIV_AUTHENTICATOR, PIVAPPLET};

/// TA1 = 13, TB1 = TC1 = 00, TD1 = 81 and TD2 = 31 (T=1), TA3 = FE, TB3 = 45.
const JAVA_CARD: &[u8] = &[0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45];
/// The same with TB3 = 15, as Yubico's contact interface has it.
const YUBICO: &[u8] = &[0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x15];
/// TA1, TB1, TC1 and TD1 are all there.
const ALL_INTERFACE_BYTES: u8 = 0xF0;

/// PIN usage policy: the application PIN alone (SP 800-73-4 Part 1 §3.3.2).
const APPLICATION_PIN: [u8; 2] = [0x40, 0x00];

/// Every personality, for command lines and for tests over the whole slice.
pub const ALL: &[Personality] = &[
    NIST,
    YUBIKEY5,
    YUBIKEY_NEO,
    PIVKEY,
    PIVAPPLET,
    CANOKEY,
    OPENFIPS201,
    PIV_AUTHENTICATOR,
    PICO,
    NO_EMPTY_VERIFY,
];

/// The standard: SP 800-73-4, short and extended length, no vendor instruction.
pub const NIST: Personality = Personality {
    name: "nist",
    interface_bytes: JAVA_CARD,
    interface_indicator: ALL_INTERFACE_BYTES,
    // Compact-TLV without card capabilities: service data 31, issuer's data 54.
    historical_bytes: &[0x80, 0x31, 0xC0, 0x54, b'P', b'I', b'V', b'1'],
    pins: Pins {
        pin_tries: 3,
        puk_tries: 3,
        counter: Counter::Prefixed,
        pin_exhausting: sw::TRIES,
        puk_exhausting: sw::TRIES,
        blocked_status: sw::BLOCKED,
        blocked_change: sw::BLOCKED,
        blocked_unblock: sw::BLOCKED,
        blocked_logout_refused: true,
        empty_verify: EmptyVerify::Standard,
        logout: true,
        wrong_length: Some(sw::BAD_DATA),
        length_first: false,
        content_checked: true,
        wrong_keeps_verified: false,
        change_wrong_old: None,
        new_value_first: false,
        change_checks_new: true,
        unblock_checks_new: true,
        puk_digits: false,
        verified_after_change: true,
        unblock_keeps_verified: false,
        pair_length_checked: true,
        wrong_p1: sw::WRONG_P1P2,
        erases_when_blocked: false,
    },
    selection: Selection {
        template: Template::Pix,
        label: None,
        algorithms: &[],
        without_le: WithoutLe::Data,
        any_version: false,
        unknown_application: sw::NOT_FOUND,
        reselect_clears: false,
        deselect_clears: true,
        default_application: true,
        reset_keeps_verified: false,
    },
    objects: Objects {
        discovery: Discovery::Standard(APPLICATION_PIN),
        key_history: false,
        protection: Protection::First,
        undefined_tag: sw::NOT_FOUND,
        master_file: sw::WRONG_P1P2,
        wrong_p1p2: sw::WRONG_P1P2,
    },
    keys: Keys {
        wrong_algorithm: sw::WRONG_P1P2,
        empty_slot: sw::WRONG_P1P2,
        empty_slot_hidden: true,
        algorithm_hidden: true,
        always: Always::Immediate {
            status_between: false,
            select_between: false,
        },
        signature_policy: PinPolicy::Always,
        card_authentication_policy: PinPolicy::Never,
        last_retired: 0x95,
        ec_input: EcInput::Exact,
        rsa_input: RsaInput::Exact(sw::BAD_DATA),
        malformed: sw::BAD_DATA,
        wants_response_tag: true,
        establishment_only: false,
    },
    transport: Transport {
        extended: true,
        chunk: 256,
        chunk_extended: false,
        more: More::Zero,
        wrong_le: false,
        keeps_rest: false,
        rest_blocks: false,
        idle_response: Some(sw::CONDITIONS),
        unknown_instruction: sw::UNKNOWN_INS,
        foreign_class: Some(sw::UNKNOWN_CLA),
        interrupted: Interrupted::Dropped,
        chain_over_chain: None,
        chains_verify: true,
        checks_first_block: false,
    },
    vendor: None,
};

/// YubiKey 5, firmware 5.7, contact interface.
pub const YUBIKEY5: Personality = Personality {
    name: "yubikey5",
    interface_bytes: YUBICO,
    historical_bytes: &[
        0x80, 0x73, 0xC0, 0x21, 0xC0, 0x57, b'Y', b'u', b'b', b'i', b'K', b'e', b'y',
    ],
    pins: Pins {
        content_checked: false,
        verified_after_change: false,
        ..NIST.pins
    },
    selection: Selection {
        reselect_clears: true,
        default_application: false,
        ..NIST.selection
    },
    objects: Objects {
        protection: Protection::PresenceFirst,
        ..NIST.objects
    },
    keys: Keys {
        wrong_algorithm: sw::BAD_DATA,
        empty_slot: sw::BAD_DATA,
        ec_input: EcInput::UpTo(sw::BAD_DATA),
        ..NIST.keys
    },
    transport: Transport {
        more: More::Capped,
        ..NIST.transport
    },
    vendor: Some(Vendor {
        version: [5, 7, 1],
        serial: Some(5_700_001),
        metadata: Metadata::Full,
        reset_refused: Some(sw::CONDITIONS),
    }),
    ..NIST
};

/// YubiKey NEO, PIV applet below 1.0.4: the counter stands bare in 630x.
pub const YUBIKEY_NEO: Personality = Personality {
    name: "yubikey-neo",
    interface_bytes: YUBICO,
    historical_bytes: b"YubikeyNEOr3",
    pins: Pins {
        counter: Counter::Bare,
        pin_exhausting: sw::NO_INFO,
        puk_exhausting: sw::NO_INFO,
        empty_verify: EmptyVerify::NeverVerified,
        // Log-out came with SP 800-73-4; what a NEO does with P1 = FF is not on record.
        ..YUBIKEY5.pins
    },
    vendor: Some(Vendor {
        version: [1, 0, 3],
        serial: None,
        metadata: Metadata::Unknown,
        reset_refused: Some(sw::CONDITIONS),
    }),
    ..YUBIKEY5
};

/// PIVKey (Taglio): no discovery object, an empty VERIFY never says "verified".
pub const PIVKEY: Personality = Personality {
    name: "pivkey",
    historical_bytes: b"SPIVKEY70",
    pins: Pins {
        empty_verify: EmptyVerify::NeverVerified,
        ..NIST.pins
    },
    objects: Objects {
        discovery: Discovery::Absent,
        ..NIST.objects
    },
    ..NIST
};

/// A card that does not know VERIFY without data.
pub const NO_EMPTY_VERIFY: Personality = Personality {
    name: "no-empty-verify",
    pins: Pins {
        empty_verify: EmptyVerify::Refused(sw::WRONG_LENGTH),
        ..NIST.pins
    },
    ..NIST
};
