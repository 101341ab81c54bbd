//! Applets and firmware whose source is public, each as seen on the named version.

use super::NIST;
use crate::emulator::apdu::sw;
use crate::piv::emulator::PinPolicy;
use crate::piv::emulator::personality::{
    Always, Discovery, EcInput, Interrupted, Keys, Metadata, More, Objects, Personality, Pins,
    Protection, RsaInput, Selection, Template, Transport, Vendor, WithoutLe,
};

/// PIN usage policy: the application PIN, named as primary although there is no other.
const APPLICATION_PIN_PRIMARY: [u8; 2] = [0x40, 0x10];

/// PivApplet 0.9.0 on a Java Card.
pub const PIVAPPLET: Personality = Personality {
    name: "pivapplet",
    historical_bytes: b"JavaCard",
    pins: Pins {
        pin_tries: 5,
        content_checked: false,
        puk_digits: true,
        verified_after_change: false,
        erases_when_blocked: true,
        ..NIST.pins
    },
    selection: Selection {
        template: Template::FullAid,
        label: Some("PivApplet v0.9.0"),
        algorithms: &[0x03, 0x0C, 0x07, 0x11, 0x14],
        unknown_application: sw::UNKNOWN_INS,
        default_application: false,
        ..NIST.selection
    },
    objects: Objects {
        key_history: true,
        ..NIST.objects
    },
    keys: Keys {
        empty_slot_hidden: false,
        last_retired: 0x8C,
        ec_input: EcInput::HashLengths,
        // A longer block surfaces as a raw number, SW 0005.
        rsa_input: RsaInput::UpTo(0x0005),
        ..NIST.keys
    },
    transport: Transport {
        chunk: 255,
        chunk_extended: true,
        more: More::Capped,
        keeps_rest: true,
        interrupted: Interrupted::Kept,
        chains_verify: false,
        checks_first_block: true,
        ..NIST.transport
    },
    vendor: Some(Vendor {
        version: [5, 4, 0],
        serial: Some(0x0009_0000),
        metadata: Metadata::WithoutAlgorithm,
        reset_refused: Some(sw::SECURITY_STATUS),
    }),
    ..NIST
};

/// CanoKey 3.0.2.
pub const CANOKEY: Personality = Personality {
    name: "canokey",
    historical_bytes: b"CanoKey",
    pins: Pins {
        pin_exhausting: sw::BLOCKED,
        puk_exhausting: sw::BLOCKED,
        blocked_status: sw::TRIES,
        blocked_logout_refused: false,
        wrong_length: Some(sw::WRONG_LENGTH),
        length_first: true,
        content_checked: false,
        change_checks_new: false,
        unblock_checks_new: false,
        verified_after_change: false,
        ..NIST.pins
    },
    selection: Selection {
        any_version: true,
        reselect_clears: true,
        ..NIST.selection
    },
    objects: Objects {
        discovery: Discovery::Standard(APPLICATION_PIN_PRIMARY),
        ..NIST.objects
    },
    keys: Keys {
        empty_slot_hidden: false,
        algorithm_hidden: false,
        signature_policy: PinPolicy::Once,
        last_retired: 0x83,
        ec_input: EcInput::UpTo(sw::WRONG_LENGTH),
        rsa_input: RsaInput::Exact(sw::WRONG_LENGTH),
        malformed: sw::WRONG_LENGTH,
        ..NIST.keys
    },
    transport: Transport {
        more: More::Capped,
        idle_response: None,
        ..NIST.transport
    },
    vendor: Some(Vendor {
        version: [5, 7, 0],
        serial: Some(0x0003_0002),
        metadata: Metadata::Full,
        reset_refused: Some(sw::SECURITY_STATUS),
    }),
    ..NIST
};

/// OpenFIPS201 1.10.2 in its NIST profile: short length only, six tries.
pub const OPENFIPS201: Personality = Personality {
    name: "openfips201",
    historical_bytes: b"JavaCard",
    pins: Pins {
        pin_tries: 6,
        puk_tries: 10,
        pin_exhausting: sw::BLOCKED,
        puk_exhausting: sw::BLOCKED,
        blocked_logout_refused: false,
        length_first: true,
        ..NIST.pins
    },
    selection: Selection {
        template: Template::FullAid,
        without_le: WithoutLe::Nothing,
        reselect_clears: true,
        default_application: false,
        ..NIST.selection
    },
    objects: Objects {
        discovery: Discovery::Standard(APPLICATION_PIN_PRIMARY),
        master_file: sw::NOT_FOUND,
        ..NIST.objects
    },
    keys: Keys {
        always: Always::Immediate {
            status_between: true,
            select_between: false,
        },
        establishment_only: true,
        ..NIST.keys
    },
    transport: Transport {
        extended: false,
        more: More::Capped,
        keeps_rest: true,
        rest_blocks: true,
        foreign_class: None,
        interrupted: Interrupted::Kept,
        chain_over_chain: Some(sw::WRONG_LENGTH),
        chains_verify: false,
        ..NIST.transport
    },
    ..NIST
};

/// Nitrokey piv-authenticator 0.7.0.
pub const PIV_AUTHENTICATOR: Personality = Personality {
    name: "piv-authenticator",
    historical_bytes: &[
        0x80, 0x31, 0xC0, 0x58, b'N', b'i', b't', b'r', b'o', b'k', b'e', b'y',
    ],
    pins: Pins {
        pin_exhausting: sw::BLOCKED,
        puk_exhausting: sw::TRIES,
        blocked_status: sw::TRIES,
        blocked_change: sw::NO_INFO,
        blocked_unblock: sw::TRIES,
        blocked_logout_refused: false,
        length_first: true,
        change_wrong_old: Some(sw::NO_INFO),
        new_value_first: true,
        unblock_checks_new: false,
        unblock_keeps_verified: true,
        wrong_p1: sw::FUNCTION,
        ..NIST.pins
    },
    selection: Selection {
        label: Some("Nitrokey PIV"),
        algorithms: &[0x03, 0x0C, 0x07, 0x11, 0x14],
        deselect_clears: false,
        ..NIST.selection
    },
    objects: Objects {
        discovery: Discovery::Standard(APPLICATION_PIN_PRIMARY),
        key_history: true,
        undefined_tag: sw::BAD_DATA,
        master_file: sw::FUNCTION,
        wrong_p1p2: sw::FUNCTION,
        ..NIST.objects
    },
    keys: Keys {
        wrong_algorithm: sw::BAD_DATA,
        empty_slot: sw::CONDITIONS,
        always: Always::Immediate {
            status_between: false,
            select_between: true,
        },
        ..NIST.keys
    },
    transport: Transport {
        unknown_instruction: sw::FUNCTION,
        foreign_class: Some(sw::SECURE_MESSAGING),
        ..NIST.transport
    },
    vendor: Some(Vendor {
        version: [1, 8, 2],
        serial: Some(0x0000_0700),
        metadata: Metadata::Nothing,
        reset_refused: Some(sw::CONDITIONS),
    }),
    ..NIST
};

/// pico-openpgp 4.6, its PIV part: malformed templates, no log-out, no read protection.
pub const PICO: Personality = Personality {
    name: "pico",
    historical_bytes: b"PicoKey",
    pins: Pins {
        pin_exhausting: sw::BLOCKED,
        puk_exhausting: sw::BLOCKED,
        logout: false,
        wrong_length: None,
        content_checked: false,
        wrong_keeps_verified: true,
        change_checks_new: false,
        unblock_checks_new: false,
        verified_after_change: false,
        unblock_keeps_verified: true,
        pair_length_checked: false,
        ..NIST.pins
    },
    selection: Selection {
        template: Template::Malformed,
        without_le: WithoutLe::More,
        any_version: true,
        reselect_clears: true,
        reset_keeps_verified: true,
        ..NIST.selection
    },
    objects: Objects {
        discovery: Discovery::In53(APPLICATION_PIN_PRIMARY),
        protection: Protection::None,
        ..NIST.objects
    },
    keys: Keys {
        // The product stops answering; an emulator cannot, so it says "internal".
        wrong_algorithm: 0x6F00,
        empty_slot: sw::NO_REFERENCE,
        always: Always::DropsVerified,
        card_authentication_policy: PinPolicy::Once,
        ec_input: EcInput::Any,
        rsa_input: RsaInput::UpTo(sw::BAD_DATA),
        wants_response_tag: false,
        ..NIST.keys
    },
    transport: Transport {
        // Stale buffer bytes in the place of a status word.
        idle_response: Some(0x4413),
        foreign_class: None,
        interrupted: Interrupted::Joined,
        ..NIST.transport
    },
    vendor: Some(Vendor {
        version: [5, 7, 0],
        serial: Some(0x0004_0006),
        metadata: Metadata::DefaultFirst,
        reset_refused: Some(sw::CONDITIONS),
    }),
    ..NIST
};
