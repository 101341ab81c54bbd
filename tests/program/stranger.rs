//! Tokens that no profile serves, as `tokens` and `doctor` tell of them.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::home::{Home, LIMIT};
use super::in_hindi;
use super::instead::Instead;
use super::support::pcscd::Daemon;
use super::support::run::run;
use super::support::vpcd::VirtualCard;

/// Watchdata ProxKey, as the PC/SC tools' list has it.
const PROXKEY: &[u8] = &[
    0x3B, 0x6D, 0x00, 0x00, 0x57, 0x44, 0x36, 0x41, 0x01, 0x86, 0x93, 0x12, 0x11, 0x3C, 0x19, 0x70,
    0xAF,
];

#[test]
fn r28_a_token_that_cannot_be_used_is_named_with_what_it_works_with() {
    let home = Home::new();
    let daemon = Daemon::start(&["Reader", "Longmai mToken CryptoIDA"]);
    let refusing = |atr: &[u8]| Instead::of_nothing(atr, |_| vec![0x6D, 0x00]);
    let proxkey = Arc::new(Mutex::new(refusing(PROXKEY)));
    let _proxkey = VirtualCard::insert_shared(daemon.port(0), proxkey.clone());
    let nameless = refusing(&[0x3B, 0x02, 0x14, 0x51]);
    let _nameless = VirtualCard::insert(daemon.port(1), Box::new(nameless));

    let tokens = run(&mut home.with(&daemon, &["tokens"]), LIMIT);
    let doctor = run(&mut home.with(&daemon, &["doctor"]), LIMIT);
    for done in [&tokens, &doctor] {
        assert_eq!(done.code, Some(1), "{done:?}");
        for said in [
            "ot supported: Watchdata ProxKey",
            "not public",
            "WatchKey Admin",
            "its maker, Watchdata: ",
            "nswer to reset",
            "3B 6D 00 00 57 44 36 41 01 86 93 12 11 3C 19 70 AF",
            "ot supported: Longmai mToken CryptoID (a guess, ",
            "cryptoida_pkcs11.dll",
            "3B 02 14 51",
            "report which token it is",
        ] {
            assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
        }
    }
    assert!(doctor.stdout.contains("MISSING  Token in Reader 00 00"));
    let hindi = in_hindi(home.with(&daemon, &["tokens"])).stdout;
    for said in [
        "समर्थित नहीं: Watchdata ProxKey",
        "WatchKey Admin",
        "अनुमान",
        "सार्वजनिक नहीं",
    ] {
        assert!(hindi.contains(said), "{said}: {hindi}");
    }

    let done = run(&mut home.with(&daemon, &["tokens", "--json"]), LIMIT);
    let json: Value = serde_json::from_str(&done.stdout).unwrap();
    let of = |name: &str| {
        let readers = json["readers"].as_array().unwrap().iter();
        let mut found =
            readers.filter(|reader| reader["reader"].as_str().unwrap().starts_with(name));
        found
            .find(|reader| reader["state"] != "empty")
            .unwrap()
            .clone()
    };
    let proxkey_told = of("Reader");
    assert_eq!(proxkey_told["looksLike"], "Watchdata ProxKey");
    let product = &proxkey_told["product"];
    assert_eq!(product["family"], "watchdata");
    assert_eq!(product["maker"], "Watchdata");
    assert_eq!(product["obstacle"], "commandsNotPublic");
    assert_eq!(product["recognisedBy"], "atr");
    assert_eq!(product["confidence"], "severalSources");
    let guessed = &of("Longmai")["product"];
    assert_eq!(guessed["recognisedBy"], "readerName");
    assert_eq!(guessed["confidence"], "guess");

    // A name costs the token nothing: SELECT, and no more.
    for command in &proxkey.lock().unwrap().seen {
        assert_eq!(command[1], 0xA4, "{command:02X?}");
    }
}
