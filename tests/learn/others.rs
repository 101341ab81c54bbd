//! Recordings of other middleware than OpenSC: what is learned does not hang on one program's
//! ways.

use std::process::Command;

use securesign_vendors::emulator::KeyKind;
use securesign_vendors::openpgp::emulator::{KeySlot, OPCARD, OpenPgpCard};
use securesign_vendors::piv::emulator::{NIST, PivCard, Slot};

use super::spied;
use super::{Expected, PIN, learned};

/// Yubico's tool verifies the PIN, reads the certificate and signs with its key.
#[test]
fn yubico_piv_tool() {
    let card = PivCard::builder(NIST)
        .seed(b"others")
        .pin(PIN)
        .key(Slot::AUTHENTICATION, KeyKind::Rsa2048)
        .build()
        .unwrap();
    let mut tool = Command::new("sh");
    tool.args([
        "-c",
        "cd \"$HOME\" && exec yubico-piv-tool --reader '' --pin \"$0\" --slot 9a --action verify-pin \
         --action read-certificate --output own.pem --action test-signature --input own.pem",
        PIN,
    ]);
    learned(&Expected {
        recorded: spied::by_the_daemon(Box::new(card), tool),
        pin: PIN,
        application: Some("A0 00 00 03 08"),
        // SP 800-73-4, part 2, 3.2.1 and 3.2.4.
        verify: ["00 20 00 80: VERIFY, 8 bytes", "padded with FF to 8 bytes"],
        subject: "issued to PIV Emulator, serial number 9A",
        sign: [
            "00 87 07 9A: signed",
            "PKCS#1 v1.5 with SHA-256",
            "the whole PKCS#1 block, 256",
        ],
        counter: None,
    });
}

/// GnuPG's scdaemon, which is spoken to by lines: PINs are answers to its questions.
#[test]
fn scdaemon() {
    const PW1: &str = "123456";
    const SPEAKS: &str = r#"
import os, subprocess, sys
home, pin = os.environ["HOME"], sys.argv[1]
open(home + "/scdaemon.conf", "w").write("disable-ccid\n")
scd = subprocess.Popen(["/usr/lib/gnupg/scdaemon", "--homedir", home, "--server"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace")
def say(line):
    scd.stdin.write(line + "\n"); scd.stdin.flush()
def heard():
    while True:
        line = scd.stdout.readline()
        if line.startswith("INQUIRE NEEDPIN"): say("D " + pin + "%00"); say("END")
        elif line.startswith("OK"): return
        elif not line or line.startswith("ERR"): sys.exit("scdaemon: " + line)
heard()
info = "3031300d060960864801650304020105000420" + 32 * "a5"
for line in ["SERIALNO openpgp", "READCERT OPENPGP.3", "SETDATA " + info, "PKAUTH OPENPGP.3"]:
    say(line); heard()
say("BYE"); scd.stdin.close(); scd.wait()
"#;
    let card = OpenPgpCard::builder(OPCARD)
        .seed(b"others")
        .key(KeySlot::Authentication, KeyKind::Rsa2048)
        .build()
        .unwrap();
    let mut program = Command::new("python3");
    program.args(["-c", SPEAKS, PW1]);
    learned(&Expected {
        recorded: spied::by_the_daemon(Box::new(card), program),
        pin: PW1,
        application: Some("D2 76 00 01 24 01"),
        // OpenPGP card 3.4, 7.2.2 and 7.2.13.
        verify: [
            "00 20 00 82: VERIFY, 6 bytes",
            "a byte a character, not padded",
        ],
        subject: "issued to OpenPGP Emulator",
        sign: [
            "00 88 00 00: signed",
            "PKCS#1 v1.5 with SHA-256",
            "given in the command itself: a DigestInfo, 51 bytes",
        ],
        counter: None,
    });
}
