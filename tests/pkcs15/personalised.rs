//! Cards that OpenSC has personalised, and that the program has never seen before.

use securesign_app::worker::Look;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;
use securesign_card::token::LastTry;
use securesign_vendors::pkcs15::emulator::{
    CARDOS44, Dialect, EJAVA, EPASS3000, ISOAPPLET0, MYEID, Pkcs15Card, RUTOKEN, SETCOS441,
    STARCOS23,
};

use std::fs;
use std::time::Duration;

use crate::bench::{Bench, Shared};
use crate::support::opensc;
use crate::support::pcscd::Daemon;
use crate::support::run::{Finished, Scratch, succeed};
use crate::support::vpcd::VirtualCard;
use crate::{NEW, PIN, PUK, WRONG, openssl, sent};

const LIMIT: Duration = Duration::from_secs(60);

/// OpenSC, with a card in a reader of its own.
struct OpenSc {
    daemon: Daemon,
    folder: Scratch,
    _card: VirtualCard,
}

impl OpenSc {
    fn new(card: &Shared<Pkcs15Card>) -> Self {
        let daemon = Daemon::start(&["PKCS15"]);
        let folder = Scratch::new("opensc");
        opensc::configure(folder.path());
        let card = VirtualCard::insert(daemon.port(0), Box::new(card.clone()));
        Self {
            daemon,
            folder,
            _card: card,
        }
    }

    /// A tool, which has to succeed.
    fn tool(&self, program: &str, line: &[&str]) -> Finished {
        let folder = self.folder.path();
        let mut command = opensc::configured(self.daemon.command(program), folder);
        succeed(command.current_dir(folder).args(line), LIMIT)
    }

    /// Two spaces are an empty value.
    fn init(&self, line: &str) {
        let line: Vec<&str> = line.split(' ').collect();
        self.tool("pkcs15-init", &line);
    }

    fn openssl(&self, line: &str) {
        let line: Vec<&str> = line.split(' ').collect();
        self.tool("openssl", &line);
    }

    /// A key that the card makes, and a certificate for it.
    fn key(&self, recipe: &Recipe, kind: &str, id: &str) {
        let Recipe { auth, more, .. } = recipe;
        let knows = format!("--auth-id {auth} --pin {PIN} {more}");
        let knows = knows.trim_end();
        self.init(&format!("--generate-key {kind} {knows} --id {id}"));
        let public = self.tool("pkcs15-tool", &["--read-public-key", id]).stdout;
        fs::write(self.folder.path().join("public.pem"), public).unwrap();
        self.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
        self.openssl("req -new -key ca.key -subj /CN=Asha-Sharma -out request");
        self.openssl(
            "x509 -req -in request -signkey ca.key -force_pubkey public.pem -out new.pem -days 30",
        );
        self.init(&format!("--store-certificate new.pem {knows} --id {id}"));
    }
}

/// How OpenSC personalises a kind of card.
struct Recipe {
    family: &'static str,
    dialect: Dialect,
    /// Lines of pkcs15-init that make the file system and the user's PIN.
    begin: &'static [&'static str],
    /// authId of the user's PIN.
    auth: &'static str,
    /// What every other command wants beside the PIN.
    more: &'static str,
    keys: &'static [&'static str],
    /// The line at the end.
    end: Option<&'static str>,
}

const OFFICER: &str = "--so-pin 87654321";

const FTCOS: Recipe = Recipe {
    family: "EnterSafe",
    dialect: EPASS3000,
    begin: &[
        "--erase-card",
        "--create-pkcs15 --profile pkcs15+onepin --pin 123456 --puk 12345678 --label OpenSC",
    ],
    auth: "01",
    more: "",
    keys: &["rsa/2048", "rsa/1024"],
    end: None,
};

/// The other kinds that OpenSC personalises, in the words of tests/judge-pkcs15.sh.
const OTHERS: [Recipe; 6] = [
    Recipe {
        family: "IsoApplet",
        dialect: ISOAPPLET0,
        begin: &["--create-pkcs15 --so-pin 123456 --so-puk 1234567890123456 --label OpenSC"],
        auth: "ff",
        keys: &["rsa/2048"],
        ..FTCOS
    },
    Recipe {
        family: "MyEID",
        dialect: MYEID,
        begin: &[
            "--erase-card",
            "--create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label OpenSC",
            "--store-pin --auth-id 01 --pin 123456 --puk 12345678 --so-pin 87654321 --label user",
            "--finalize",
        ],
        keys: &["rsa/2048", "ec/prime256v1"],
        ..FTCOS
    },
    Recipe {
        family: "CardOS 4",
        dialect: CARDOS44,
        begin: &[
            "--erase-card",
            "--create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label OpenSC",
            "--store-pin --auth-id 01 --pin 123456 --puk 12345678 --so-pin 87654321 --label user",
        ],
        more: OFFICER,
        keys: &["rsa/2048 --key-usage sign"],
        ..FTCOS
    },
    Recipe {
        family: "Rutoken ECP",
        dialect: RUTOKEN,
        begin: &[
            "--erase-card",
            "--create-pkcs15 --so-pin 87654321 --so-puk  --label OpenSC",
            "--store-pin --auth-id 02 --pin 123456 --puk  --so-pin 87654321 --label user",
        ],
        auth: "02",
        more: OFFICER,
        keys: &["rsa/2048"],
        end: Some("--finalize"),
    },
    Recipe {
        family: "STARCOS 2",
        dialect: STARCOS23,
        begin: &[
            "--erase-card",
            "--create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label OpenSC",
            "--store-pin --auth-id 01 --pin 123456 --puk 12345678 --so-pin 87654321 --label user",
        ],
        more: OFFICER,
        keys: &["rsa/1024 --key-usage sign"],
        ..FTCOS
    },
    Recipe {
        family: "SetCOS",
        dialect: SETCOS441,
        begin: &[
            "--erase-card",
            "--create-pkcs15 --so-pin 87654321 --so-puk 11223344 --label OpenSC",
            "--store-pin --auth-id 02 --pin 123456 --puk 12345678 --so-pin 87654321 --label user",
        ],
        auth: "02",
        more: OFFICER,
        keys: &["rsa/1024"],
        ..FTCOS
    },
];

/// A blank card, and what OpenSC makes of it.
fn made_by_opensc(recipe: &Recipe) -> Shared<Pkcs15Card> {
    let builder = Pkcs15Card::builder(recipe.dialect).seed(b"opensc");
    let card = Shared::new(builder.build().unwrap());
    let opensc = OpenSc::new(&card);
    for line in recipe.begin {
        opensc.init(line);
    }
    for (at, kind) in recipe.keys.iter().enumerate() {
        opensc.key(recipe, kind, &(45 + at).to_string());
    }
    if let Some(line) = recipe.end {
        opensc.init(line);
    }
    card
}

#[test]
fn a_card_of_any_kind_that_opensc_has_personalised_signs() {
    for recipe in &OTHERS {
        let name = recipe.family;
        let card = made_by_opensc(recipe);
        let bench = Bench::new(card.clone(), None);
        let (id, info) = bench.token();
        assert_eq!(info.family, name);
        assert_eq!(info.found.notes, [], "{name}");
        assert_eq!(info.found.credentials.len(), recipe.keys.len(), "{name}");
        for credential in &info.found.credentials {
            let signature = bench
                .sign(&id, credential, Some(PIN))
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            openssl::judges(credential, &signature);
        }
        let credential = &info.found.credentials[0];
        bench.change(&id, Secret::Pin, PIN, NEW).unwrap();
        bench.sign(&id, credential, Some(PIN)).unwrap_err();
        let signature = bench.sign(&id, credential, Some(NEW)).unwrap();
        openssl::judges(credential, &signature);
    }
}

#[test]
fn an_ftcos_card_that_opensc_has_personalised_serves_its_whole_life() {
    for dialect in [EPASS3000, EJAVA] {
        let card = made_by_opensc(&Recipe { dialect, ..FTCOS });
        let bench = Bench::new(card.clone(), None);
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.family, "EnterSafe");
        assert_eq!(info.label, "OpenSC");
        assert_eq!(info.serial.as_deref(), Some("0102030405060708"));
        assert_eq!(info.found.notes, []);
        assert_eq!(info.found.credentials.len(), 2);
        let credential = info.found.credentials[0].clone();
        for credential in &info.found.credentials {
            let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
            openssl::judges(credential, &signature);
        }
        bench.change(&id, Secret::Pin, PIN, NEW).unwrap();
        let wrong = |left| bench_refuses(&bench, &id, &credential, left);
        wrong(Some(2));
        wrong(Some(1));
        wrong(None);
        assert_eq!(card.card().tries(1), Some(0));
        let (id, info) = bench.token();
        assert_eq!(info.pin, Tries::Blocked);
        let verified = sent(&card, 0x20);
        let error = bench.sign(&id, &credential, Some(NEW)).unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin));
        assert_eq!(sent(&card, 0x20), verified);
        bench.unblock(&id, PUK, PIN).unwrap();
        let signature = bench.sign(&id, &credential, Some(PIN)).unwrap();
        openssl::judges(&credential, &signature);
        bench.end();
        assert!(!card.card().is_verified(1));
    }
}

/// A wrong PIN, after which so many tries are left; none: it is blocked.
fn bench_refuses(
    bench: &Bench,
    id: &securesign_app::worker::TokenId,
    credential: &securesign_card::profile::Credential,
    left: Option<u8>,
) {
    let result = bench.sign_at(id, credential, Some(WRONG), LastTry::Use);
    let secret = Secret::Pin;
    let expected = match left {
        None => CardError::Blocked(secret),
        left => CardError::Wrong { secret, left },
    };
    assert_eq!(result.unwrap_err(), expected);
}
