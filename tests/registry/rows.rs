//! What the README's table says of each family, and who judges its emulators.

/// How a row of the README's table begins, the families that it is about, the script in which
/// others judge their emulators, and the cards that it judges.
pub type Row = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

pub const ROWS: [Row; 23] = [
    (
        "ePass2003,",
        &["epass2003"],
        "judge-epass2003.sh",
        &["aes", "des", "fips"],
    ),
    (
        "PIV (",
        &["piv"],
        "judge-piv.sh",
        &["nist", "pivapplet", "openfips201", "canokey"],
    ),
    (
        "YubiKey 4, 5 and NEO,",
        &["piv"],
        "judge-piv.sh",
        &["yubikey5"],
    ),
    (
        "OpenPGP card ",
        &["openpgp"],
        "judge-openpgp.sh",
        &["smartpgp", "opcard", "zeitcontrol", "gnuk"],
    ),
    (
        "IsoApplet,",
        &["isoapplet"],
        "judge-pkcs15.sh",
        &["isoapplet0", "isoapplet1"],
    ),
    ("MyEID ", &["myeid"], "judge-pkcs15.sh", &["myeid"]),
    (
        "CardOS 4.x and 5.x ",
        &["cardos"],
        "judge-pkcs15.sh",
        &["cardos44", "cardos50", "cardos53"],
    ),
    (
        "Rutoken ECP ",
        &["rutoken", "starcos", "setcos"],
        "judge-pkcs15.sh",
        &[
            "rutoken",
            "starcos23",
            "starcos34",
            "starcos35",
            "starcos34esign",
            "starcos35esign",
            "setcos441",
        ],
    ),
    (
        "ePass3000,",
        &["ftcos"],
        "judge-pkcs15.sh",
        &["epass3000", "pk01c", "ejava"],
    ),
    (
        "SmartCard-HSM ",
        &["schsm"],
        "judge-sc-hsm.sh",
        &["smartcardhsm", "nitrokeyhsm", "picohsm"],
    ),
    (
        "IDPrime MD ",
        &["idprime"],
        "judge-idprime.sh",
        &[
            "idprime3810",
            "idprime830",
            "idprime840",
            "idprime940",
            "idprime940c",
            "idprime930",
            "etoken5110cc",
            "etoken5110plus",
            "etoken5300",
        ],
    ),
    (
        "AuthentIC,",
        &["oberthur"],
        "judge-pkcs15.sh",
        &["oberthur"],
    ),
    (
        "GIDS cards:",
        &["gids"],
        "judge-gids.sh",
        &["gidsapplet", "gidsv1"],
    ),
    (
        "Estonian ID cards,",
        &["esteid"],
        "judge-eid.sh",
        &["esteid8"],
    ),
    ("Latvian eID cards,", &["lateid"], "", &[]),
    (
        "Belgian eID cards,",
        &["beleid"],
        "judge-eid.sh",
        &["beleid17"],
    ),
    (
        "Italian CNS ",
        &["cns"],
        "judge-eid.sh",
        &["cns11", "cns10"],
    ),
    ("Japanese My Number ", &["jpki"], "judge-eid.sh", &["jpki"]),
    ("Portuguese Cartão ", &["pteid"], "judge-eid.sh", &["pteid"]),
    ("Finnish ID cards,", &["fineid"], "", &[]),
    (
        "Common Access Cards ",
        &["uscac"],
        "judge-eid.sh",
        &["caccontainer", "cacalternate", "cacbare"],
    ),
    ("Serbian identity cards,", &["srbeid"], "", &[]),
    ("Any other card ", &["pkcs15"], "", &[]),
];

/// What a row says that others did, and what a script that has them do it calls.
pub const DEEDS: [(&str, &[&str]); 8] = [
    ("OpenSC 0.23 recognises", &["opensc-tool -n"]),
    ("personalises", &["--create-pkcs15", "--initialize"]),
    ("signs with", &["--sign "]),
    ("changes the PIN", &["--change-pin"]),
    ("changes and unblocks the PIN", &["--unblock-pin"]),
    ("GnuPG's scdaemon", &["scdaemon"]),
    ("yubico-piv-tool", &["ykpiv"]),
    ("OpenSC", &["p15", "p11"]),
];
