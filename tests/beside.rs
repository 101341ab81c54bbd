//! What each family costs at the card beside OpenSC: the tries left, a first signature with the
//! certificate of a serial number, and a second one, of another start: whole programs, counted
//! where the same card is. Ours keeps the certificates of the first; OpenSC keeps nothing.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the table is for reading")]

#[path = "beside/eid.rs"]
mod eid;
#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use home::{Home, LIMIT, demo_link, fresh, openssl_verifies};
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::epass2003::emulator::{Epass, Mode};
use securesign_vendors::gids::emulator::{self as gids, GidsCard};
use securesign_vendors::idprime::emulator::{self as idprime, IdPrimeCard};
use securesign_vendors::openpgp::emulator::{self as openpgp, KeySlot, OpenPgpCard};
use securesign_vendors::piv::emulator::{self as piv, PivCard, Slot};
use securesign_vendors::pkcs15::emulator::{self as pkcs15, Dialect, Object, Pkcs15Card};
use securesign_vendors::sc_hsm::emulator::{self as sc_hsm, ScHsmCard};
use support::opensc;
use support::pcscd::Daemon;
use support::run::{run, succeed};
use support::vpcd::{Count, Shared, VirtualCard};

const PIN: &str = "123456";
const HOLDER: &str = "CN=Asha Sharma,O=Personal,C=IN";
const SEED: &[u8] = b"beside";
const RSA: KeyKind = KeyKind::Rsa2048;

/// A card of a family, and how OpenSC names what is asked of it.
struct Row {
    name: &'static str,
    card: Shared,
    pin: &'static str,
    /// The iD of key and certificate.
    id: &'static str,
    /// OpenSC makes no DigestInfo for it, and pads nothing but one.
    is_bare: bool,
    /// Where ours takes more than half of what OpenSC takes, because both read the same files.
    above: &'static [What],
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    StatusCommands,
    StatusBytes,
    SignatureCommands,
    SignatureBytes,
    AgainCommands,
    AgainBytes,
}

use What::{
    AgainBytes, AgainCommands, SignatureBytes, SignatureCommands, StatusBytes, StatusCommands,
};

impl Row {
    /// A card with RSA-2048 behind its PIN.
    fn new(name: &'static str, card: impl Emulator + 'static, id: &'static str) -> Self {
        Self {
            name,
            card: Arc::new(Mutex::new(card)),
            pin: PIN,
            id,
            is_bare: false,
            above: &[],
        }
    }
}

/// A card in a reader, and a home to use it from.
struct Stand {
    row: Row,
    daemon: Daemon,
    card: VirtualCard,
    home: Home,
}

impl Stand {
    fn new(row: Row) -> Self {
        let daemon = Daemon::start(&["Reader"]);
        let card = VirtualCard::insert_shared(daemon.port(0), row.card.clone());
        let home = Home::new();
        opensc::configure(home.0.path());
        home.file("message", "SecureSign demo document\n");
        home.file("pin", &format!("{}\n", row.pin));
        Self {
            row,
            daemon,
            card,
            home,
        }
    }

    fn command(&self, program: &str) -> Command {
        let folder = self.home.0.path();
        let mut command = opensc::configured(self.daemon.command(program), folder);
        command.current_dir(folder);
        command
    }

    /// A tool of others; what it wrote.
    fn tool(&self, line: &[&str]) -> String {
        succeed(self.command(line[0]).args(&line[1..]), LIMIT).stdout
    }

    fn openssl(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        self.tool(&[&["openssl"], &words[..]].concat())
    }

    /// What `work` costs at a card that was just put in.
    fn cost(&self, work: impl FnOnce()) -> Count {
        self.row.card.lock().unwrap().reset();
        let before = self.card.count();
        work();
        self.card.count() - before
    }

    fn ours(&self, line: &[&str]) -> String {
        let done = run(&mut self.home.with(&self.daemon, line), LIMIT);
        assert_eq!(done.code, Some(0), "{}: {done:?}", self.row.name);
        done.stdout
    }

    /// The tries left, as `pin status` and `pkcs15-tool --list-pins` tell them.
    fn status(&self) -> [Count; 2] {
        let ours = self.cost(|| drop(self.ours(&["pin", "status"])));
        let theirs = self.cost(|| {
            let listed = self.tool(&["pkcs15-tool", "--list-pins"]);
            assert!(listed.contains("PIN ["), "{}: {listed}", self.row.name);
        });
        [ours, theirs]
    }

    /// Signatures that OpenSSL has verified, with their certificate: our first one and our
    /// second, and OpenSC's.
    fn signatures(&self) -> [Count; 3] {
        self.tool(&[
            "pkcs15-tool",
            "--read-certificate",
            self.row.id,
            "-o",
            "own.pem",
        ]);
        let public = self.openssl("x509 -noout -pubkey -in own.pem");
        self.home.file("public.pem", &public);
        let ours = [(); 2].map(|()| self.our_signature());
        [ours[0], ours[1], self.their_signature()]
    }

    fn our_signature(&self) -> Count {
        let serial = self.openssl("x509 -noout -serial -in own.pem");
        let serial = serial.trim().trim_start_matches("serial=");
        let link = format!("{}&certSerial={serial}", fresh(&demo_link()));
        let line = ["sign", &link, "--print", "--pin-file"];
        let pin = self.home.file("pin", &format!("{}\n", self.row.pin));
        self.cost(|| openssl_verifies(&self.home, &self.ours(&[&line[..], &[&pin]].concat())))
    }

    /// The fewer commands of two ways to it: what reads certificates anyway, and what reads
    /// the one and then signs with its key. pkcs15-crypt alone reads none: nobody could send
    /// that signature to a portal, or check it before.
    fn their_signature(&self) -> Count {
        let Row { pin, id, .. } = self.row;
        let hash = self.openssl("dgst -sha256 -r message");
        let hash = &hash[..64];
        self.openssl("dgst -sha256 -binary -out hash message");
        // RFC 8017, 9.2, note 1.
        let prefix = "3031300d060960864801650304020105000420";
        self.write_hex("info", &format!("{prefix}{hash}"));
        let (mechanism, input) = match self.row.is_bare {
            true => ("RSA-PKCS", "info"),
            false => ("SHA256-RSA-PKCS", "message"),
        };
        #[rustfmt::skip]
        let pkcs11: &[&str] = &[
            "pkcs11-tool", "--module", "opensc-pkcs11.so", "--login", "--pin", pin, "--sign",
            "--id", id, "--mechanism", mechanism, "-i", input, "-o", "signature",
        ];
        let read: &[&str] = &["pkcs15-tool", "--read-certificate", id, "-o", "again.pem"];
        #[rustfmt::skip]
        let crypt: &[&str] = &[
            "pkcs15-crypt", "--sign", "--pkcs1", "--sha-256", "--key", id, "--pin", pin,
            "--input", "hash", "--output", "signature",
        ];
        let ways = [vec![pkcs11], vec![read, crypt]];
        let costs = ways.map(|way| {
            let _ = fs::remove_file(self.home.0.path().join("signature"));
            let cost = self.cost(|| way.iter().for_each(|line| drop(self.tool(line))));
            self.openssl("dgst -sha256 -verify public.pem -signature signature message");
            cost
        });
        costs.into_iter().min_by_key(|cost| cost.apdus).unwrap()
    }

    fn write_hex(&self, name: &str, hex: &str) {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(digit).collect();
        fs::write(self.home.0.path().join(name), bytes).unwrap();
    }

    /// A row of the table, and its bounds.
    fn judge(&self) {
        let name = self.row.name;
        let status = self.status();
        let [first, again, theirs] = self.signatures();
        let [signature, again] = [[first, theirs], [again, theirs]];
        // Both carry these, whoever asks.
        self.openssl("x509 -in own.pem -outform DER -out own.der");
        let len = |file: &str| fs::metadata(self.home.0.path().join(file)).unwrap().len();
        let (signed, due) = (len("signature"), len("own.der") + len("signature"));
        let commands = |costs: [Count; 2]| costs.map(|cost| cost.apdus);
        let bytes = |costs: [Count; 2]| costs.map(|cost| cost.to_card + cost.from_card);
        let cell = |[ours, theirs]: [u64; 2]| format!("{ours} / {theirs}");
        let row = [
            cell(commands(status)),
            cell(bytes(status)),
            cell(commands(signature)),
            cell(bytes(signature)),
            again[0].apdus.to_string(),
            (again[0].to_card + again[0].from_card).to_string(),
        ];
        println!("| {name} | {} |", row.join(" | "));
        assert_eq!(
            in_readme(name),
            [&row[0][..], &row[2], &row[4]],
            "{name}: the README's table"
        );
        for (what, [ours, theirs]) in [
            (StatusCommands, commands(status)),
            (StatusBytes, bytes(status)),
            (SignatureCommands, commands(signature)),
            (SignatureBytes, bytes(signature).map(|sum| sum - due)),
            (AgainCommands, commands(again)),
            (AgainBytes, bytes(again).map(|sum| sum - signed)),
        ] {
            assert!(ours < theirs, "{name}, {what:?}: {ours} and {theirs}");
            // What is said to be above half is, else it is no exception any more.
            let above = 2 * ours > theirs;
            assert_eq!(
                above,
                self.row.above.contains(&what),
                "{name}, {what:?}: {ours} and {theirs}"
            );
        }
    }
}

/// The commands that the README's table tells for a card; of the bytes some differ from run to
/// run, with what OpenSC made.
fn in_readme(name: &str) -> [&'static str; 3] {
    const README: &str = include_str!("../README.md");
    let begin = format!("| {name} | ");
    let row = README.lines().find_map(|line| line.strip_prefix(&begin));
    let cells: Vec<&str> = row.unwrap_or_default().split(" | ").collect();
    [0, 2, 4].map(|at| cells.get(at).copied().unwrap_or_default())
}

fn judge(rows: impl IntoIterator<Item = Row>) {
    for row in rows {
        Stand::new(row).judge();
    }
}

/// OpenSC personalises it, as there is none that it had nothing to do with.
#[test]
fn epass2003() {
    let blank = Epass::blank(Mode::Aes).seed(SEED).build().unwrap();
    let row = Row::new("ePass2003", blank, "46");
    let stand = Stand::new(row);
    let init = ["pkcs15-init", "--profile", "pkcs15+onepin"];
    let init = |more: &[&str]| drop(stand.tool(&[&init, more].concat()));
    init(&["--erase-card"]);
    #[rustfmt::skip]
    init(&[
        "--create-pkcs15", "--so-pin", "12345678", "--so-puk", "87654321", "--pin", PIN,
        "--puk", "87654321", "--label", "Beside",
    ]);
    stand.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
    stand.openssl("req -new -key ca.key -subj /CN=Asha-Sharma -out request");
    for id in ["45", "46"] {
        let auth = ["--auth-id", "01", "--pin", PIN, "--id", id];
        init(&[&["--generate-key", "rsa/2048"], &auth[..]].concat());
        let public = stand.tool(&["pkcs15-tool", "--read-public-key", id]);
        stand.home.file("public.pem", &public);
        stand.openssl(
            "x509 -req -in request -signkey ca.key -force_pubkey public.pem -out new.pem -days 30",
        );
        init(&[&["--store-certificate", "new.pem"], &auth[..]].concat());
    }
    let Stand { row, card, .. } = stand;
    card.remove();
    // lastUpdate has whole seconds: until two are over, nothing is kept by it.
    thread::sleep(Duration::from_secs(3));
    judge([row]);
}

#[test]
fn piv_cards() {
    let products = [
        ("PIV, NIST's", piv::NIST),
        ("PIV, YubiKey 5", piv::YUBIKEY5),
    ];
    judge(products.map(|(name, product)| {
        let card = PivCard::builder(product)
            .seed(SEED)
            .subject(Slot::AUTHENTICATION, HOLDER)
            .subject(Slot::SIGNATURE, HOLDER)
            .key(Slot::AUTHENTICATION, RSA)
            .key(Slot::SIGNATURE, RSA);
        Row::new(name, card.build().unwrap(), "01")
    }));
}

#[test]
fn openpgp_cards() {
    let products = [
        ("OpenPGP, SmartPGP", openpgp::SMARTPGP),
        ("OpenPGP, YubiKey 5", openpgp::YUBIKEY5),
        ("OpenPGP 2.1, ZeitControl", openpgp::ZEITCONTROL),
    ];
    judge(products.map(|(name, product)| {
        let card = OpenPgpCard::builder(product)
            .seed(SEED)
            .holder(HOLDER)
            .key(KeySlot::Signature, RSA)
            .key(KeySlot::Authentication, RSA);
        Row::new(name, card.build().unwrap(), "03")
    }));
}

/// A card with two keys of one kind that PKCS#15 describes.
fn pkcs15_card(name: &'static str, dialect: Dialect, kind: KeyKind, id: &'static str) -> Row {
    let object = || Object::signing(HOLDER, kind);
    let card = Pkcs15Card::builder(dialect)
        .seed(SEED)
        .object(object())
        .object(object());
    Row::new(name, card.build().unwrap(), id)
}

#[test]
fn cards_that_pkcs15_describes() {
    let card = |name, dialect| pkcs15_card(name, dialect, RSA, "46");
    let bare = |row| Row {
        is_bare: true,
        ..row
    };
    judge([
        card("IsoApplet 0", pkcs15::ISOAPPLET0),
        card("IsoApplet 1", pkcs15::ISOAPPLET1),
        card("STARCOS 3.4", pkcs15::STARCOS34),
        card("STARCOS 3.5", pkcs15::STARCOS35),
        bare(pkcs15_card(
            "STARCOS 2.3, RSA-1024",
            pkcs15::STARCOS23,
            KeyKind::Rsa1024,
            "46",
        )),
        pkcs15_card("eSign on STARCOS 3.4", pkcs15::STARCOS34_ESIGN, RSA, "01"),
        pkcs15_card("eSign on STARCOS 3.5", pkcs15::STARCOS35_ESIGN, RSA, "01"),
    ]);
}

/// OpenSC does not probe for these, and needs no more than two commands for most files either:
/// both read the same ones, object directory, PINs, keys, certificates. What is left is the
/// other certificate, and what OpenSC asks twice. Ours asks for the tries left and logs out,
/// which OpenSC does not. Once certificates are known, MyEID and SetCOS are below half.
#[test]
fn cards_of_which_both_read_the_same_files() {
    let above = |name, dialect, above| Row {
        above,
        ..pkcs15_card(name, dialect, RSA, "46")
    };
    let signature = &[SignatureCommands, SignatureBytes];
    judge([
        above("MyEID", pkcs15::MYEID, &[SignatureCommands]),
        above(
            "CardOS 4.4",
            pkcs15::CARDOS44,
            &[
                StatusBytes,
                SignatureCommands,
                SignatureBytes,
                AgainCommands,
            ],
        ),
        above(
            "CardOS 5.0",
            pkcs15::CARDOS50,
            &[SignatureCommands, SignatureBytes, AgainCommands],
        ),
        above(
            "CardOS 5.3",
            pkcs15::CARDOS53,
            &[SignatureCommands, SignatureBytes, AgainCommands],
        ),
        above(
            "Rutoken ECP",
            pkcs15::RUTOKEN,
            &[
                StatusCommands,
                StatusBytes,
                SignatureCommands,
                SignatureBytes,
                AgainCommands,
            ],
        ),
        Row {
            is_bare: true,
            ..above("SetCOS 4.4.1", pkcs15::SETCOS441, signature)
        },
        above(
            "ePass3000",
            pkcs15::EPASS3000,
            &[
                StatusCommands,
                StatusBytes,
                SignatureCommands,
                SignatureBytes,
                AgainCommands,
            ],
        ),
    ]);
}

/// OpenSC reads no more of them than the index and the certificates, which are compressed.
#[test]
fn idprime_cards() {
    let products = [
        ("IDPrime MD 3810", idprime::MD3810, &[SignatureBytes][..]),
        ("IDPrime 840", idprime::IDPRIME840, &[SignatureBytes]),
        ("IDPrime 940", idprime::IDPRIME940, &[SignatureBytes]),
    ];
    judge(products.map(|(name, product, above)| {
        let card = IdPrimeCard::builder(product)
            .seed(SEED)
            .holder(HOLDER)
            .key(0, RSA)
            .key(1, RSA)
            .exchange(1);
        Row {
            above,
            ..Row::new(name, card.build().unwrap(), "0002")
        }
    }));
}

#[test]
fn smartcard_hsms() {
    let products = [
        ("SmartCard-HSM", sc_hsm::SMARTCARD_HSM),
        ("pico-hsm", sc_hsm::PICO_HSM),
    ];
    judge(products.map(|(name, product)| {
        let card = ScHsmCard::builder(product)
            .seed(SEED)
            .holder(HOLDER)
            .pin(PIN)
            .key(1, RSA)
            .key(2, RSA);
        Row::new(name, card.build().unwrap(), "02")
    }));
}

#[test]
fn gids_cards() {
    let card = GidsCard::builder(gids::GIDS_APPLET)
        .seed(SEED)
        .holder(HOLDER)
        .key(0, RSA)
        .key(1, RSA)
        .signature(1);
    judge([Row::new("GIDS", card.build().unwrap(), "01")]);
}
