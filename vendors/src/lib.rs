//! One profile per card family, and the emulator that proves it.

pub mod eid;
#[cfg(feature = "emulators")]
pub mod emulator;
pub mod epass2003;
pub mod gids;
pub mod idprime;
mod kept;
pub mod known;
mod minidriver;
pub mod oberthur;
mod offer;
pub mod openpgp;
pub mod piv;
pub mod pkcs15;
mod retail;
pub mod sc_hsm;

use securesign_card::profile::Profile;

/// Every card that can be used, products before their families.
pub static PROFILES: &[&dyn Profile] = &[
    &epass2003::EPASS2003,
    &pkcs15::MYEID,
    &pkcs15::CARDOS_4,
    &pkcs15::CARDOS_50,
    &pkcs15::CARDOS_5,
    &pkcs15::RUTOKEN,
    &pkcs15::STARCOS_2,
    &pkcs15::STARCOS_34,
    &pkcs15::STARCOS_35,
    &pkcs15::STARCOS_35_ESIGN,
    &pkcs15::SETCOS,
    &oberthur::OBERTHUR,
    &pkcs15::FTCOS,
    &eid::ESTEID,
    &eid::LATEID,
    &eid::BELEID,
    &eid::CNS,
    &eid::JPKI,
    &eid::PTEID,
    &eid::ESTEID_2025,
    &eid::FINEID_3,
    &eid::FINEID_4,
    &eid::SRBEID,
    &idprime::ETOKEN_5110_PLUS,
    &idprime::ETOKEN_5300,
    &idprime::IDPRIME_3810,
    &idprime::IDPRIME_830,
    &idprime::IDPRIME_840_T1,
    &idprime::IDPRIME_840,
    &idprime::IDPRIME_930,
    &idprime::IDPRIME_940,
    &idprime::IDPRIME,
    &piv::YUBIKEY_NEO,
    &piv::YUBIKEY,
    &piv::NITROKEY,
    &piv::PIVKEY,
    &piv::TOKEN2,
    &piv::PIV,
    &openpgp::OPENPGP,
    &pkcs15::ISOAPPLET,
    &gids::GIDS,
    // Most of its cards are known by their answer to reset.
    &sc_hsm::SC_HSM,
    // Any card with such a directory: after all that have a name.
    &pkcs15::ANY,
    // Most of its cards are known by their answer to reset, too; nothing else has its container.
    &eid::CAC,
];
