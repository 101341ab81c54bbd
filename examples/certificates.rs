//! Every certificate in a folder, as we read it and as OpenSSL does: `scripts/certificates DIR`.
//! Prints what differs and what is refused with which reason; ends with 1 where something
//! differs, or where we cannot read what OpenSSL can.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program for developers"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use der::pem::{LineEnding, decode_vec, encode_string};
use jiff::Timestamp;
use securesign_card::certificate::{Certificate, CertificateError};
use securesign_card::signature::PublicKey;
use sha2::{Digest as _, Sha256};

/// What came out for one certificate.
enum Verdict {
    Same,
    /// Not read here, with the reason, and not needed: OpenSSL does not either, or its
    /// key is of a kind that is refused on purpose.
    Refused(String),
    Differs(Vec<String>),
}

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("usage: scripts/certificates DIR");
        return ExitCode::from(2);
    };
    let mut found = Vec::new();
    gather(Path::new(&folder), &mut found);
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some((name, bytes)) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
            let verdict = judge(bytes);
            verdicts.lock().unwrap().insert(name, verdict);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    report(&verdicts.into_inner().unwrap())
}

fn report(verdicts: &BTreeMap<&String, Verdict>) -> ExitCode {
    let (mut same, mut refused, mut differing) = (0, 0, 0);
    for (name, verdict) in verdicts {
        match verdict {
            Verdict::Same => same += 1,
            Verdict::Refused(reason) => {
                refused += 1;
                println!("refused  {name}: {reason}");
            }
            Verdict::Differs(how) => {
                differing += 1;
                for line in how {
                    println!("DIFFERS  {name}: {line}");
                }
            }
        }
    }
    println!("{same} the same, {refused} refused, {differing} differ");
    match differing {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// All files below a folder: DER, or any number of certificates in PEM.
fn gather(path: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    if path.is_dir() {
        let mut inner: Vec<PathBuf> = fs::read_dir(path)
            .map(|list| list.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        inner.sort();
        // A link to a folder may lead back to where we are.
        inner.retain(|path| path.is_file() || !path.is_symlink());
        inner.iter().for_each(|path| gather(path, found));
        return;
    }
    let Ok(bytes) = fs::read(path) else { return };
    let name = path.display().to_string();
    if bytes.first() == Some(&0x30) {
        found.push((name, bytes));
        return;
    }
    let text = String::from_utf8_lossy(&bytes);
    let blocks = text.split("-----BEGIN ").skip(1).enumerate();
    for (at, block) in blocks.filter(|(_, block)| block.starts_with("CERTIFICATE-----")) {
        let end = "-----END CERTIFICATE-----";
        let Some(body) = block.find(end) else {
            continue;
        };
        let pem = format!("-----BEGIN {}", &block[..body + end.len()]);
        if let Ok((_, bytes)) = decode_vec(pem.as_bytes()) {
            found.push((format!("{name} [{at}]"), bytes));
        }
    }
}

fn judge(bytes: &[u8]) -> Verdict {
    let ours = Certificate::parse(bytes);
    let theirs = openssl(bytes);
    match (ours, theirs) {
        (Ok(ours), Some(theirs)) => compare(&ours, &theirs),
        (Err(error), None) => Verdict::Refused(format!("{error}; by OpenSSL too")),
        (Err(error @ (CertificateError::Malformed(_) | CertificateError::DamagedKey)), Some(_)) => {
            Verdict::Differs(vec![format!("{error}; OpenSSL reads it")])
        }
        (Err(error), Some(_)) => Verdict::Refused(error.to_string()),
        // OpenSSL looks at more than is needed to sign; reading more does no harm.
        (Ok(ours), None) => Verdict::Refused(format!("by OpenSSL alone ({})", ours.subject())),
    }
}

/// What OpenSSL prints, by its name, and the key.
struct Theirs {
    said: BTreeMap<String, String>,
    names: Vec<String>,
    key: Option<Vec<u8>>,
}

fn openssl(bytes: &[u8]) -> Option<Theirs> {
    let pem = encode_string("CERTIFICATE", LineEnding::LF, bytes).ok()?;
    let mut child = Command::new("openssl")
        .args([
            "x509",
            "-noout",
            "-subject",
            "-serial",
            "-startdate",
            "-enddate",
        ])
        .args(["-fingerprint", "-sha256", "-pubkey", "-dateopt", "iso_8601"])
        .args(["-nameopt", "utf8,esc_2253,esc_ctrl,sname,sep_multiline"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl");
    // It may end before it has read everything.
    if let Some(mut input) = child.stdin.take() {
        let _ = input.write_all(pem.as_bytes());
    }
    let output = child.wait_with_output().ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let end = "-----END PUBLIC KEY-----\n";
    let key = text.find("-----BEGIN").zip(text.find(end));
    let key = key.and_then(|(from, to)| decode_vec(&text.as_bytes()[from..to + end.len()]).ok());
    let (names, said): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("    "));
    let split = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    Some(Theirs {
        said: said.into_iter().filter_map(split).collect(),
        // Several of one set stand on one line.
        names: names
            .into_iter()
            .flat_map(|line| line.split(" + "))
            .filter_map(split)
            .filter(|(kind, name)| kind == "CN" && !name.is_empty())
            .map(|(_, name)| name)
            .collect(),
        key: key.map(|(_, bytes)| bytes),
    })
}

fn compare(ours: &Certificate, theirs: &Theirs) -> Verdict {
    let mut how = Vec::new();
    let mut differ = |what: &str, ours: String, theirs: &str| {
        how.push(format!("{what}: {ours:?}, OpenSSL {theirs:?}"));
    };
    let said = |name: &str| {
        theirs
            .said
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    };
    if let Some(name) = theirs
        .names
        .last()
        .filter(|name| !same_name(&ours.subject(), name))
    {
        differ("subject", ours.subject(), name);
    }
    if ours.subject().trim().is_empty() || ours.issuer().trim().is_empty() {
        differ("name", "nothing".into(), "");
    }
    if !same_serial(ours.serial_bytes(), said("serial")) {
        differ("serial", ours.serial(), said("serial"));
    }
    let time = |time: Timestamp| {
        if time == Timestamp::MAX {
            return "9999-12-31 23:59:59Z".to_owned();
        }
        time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
    };
    let (from, to) = ours.validity();
    for (name, time) in [("notBefore", time(from)), ("notAfter", time(to))] {
        if time != said(name) {
            differ(name, time, said(name));
        }
    }
    let pem = ours.pem().unwrap_or_default();
    let back = decode_vec(pem.as_bytes()).map_or_else(|_| Vec::new(), |(_, bytes)| bytes);
    let print: Vec<String> = Sha256::digest(&back)
        .iter()
        .map(|b| format!("{b:02X}"))
        .collect();
    if back != ours.der() || said("sha256 Fingerprint") != print.join(":") {
        differ("PEM", print.join(":"), said("sha256 Fingerprint"));
    }
    let key = theirs.key.as_deref().unwrap_or_default();
    if !key_is_in(ours.key(), key) {
        differ("key", ours.key().display(), &format!("{key:02X?}"));
    }
    if how.is_empty() {
        Verdict::Same
    } else {
        Verdict::Differs(how)
    }
}

/// OpenSSL escapes what we leave out and does not cut what is long; UTF-8 in a type that
/// is not UTF-8 it takes for Latin-1.
fn same_name(ours: &str, theirs: &str) -> bool {
    let seen = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.take(100).collect()
    };
    // Control characters as a backslash and hex.
    let mut plain = theirs.to_owned();
    for code in (0..0x20).chain([0x7F]) {
        plain = plain.replace(&format!("\\{code:02X}"), "");
    }
    let theirs = plain.as_str();
    let latin: String = ours.bytes().map(char::from).collect();
    seen(ours) == seen(theirs) || seen(&latin) == seen(theirs)
}

/// As bytes of two's complement here, as a sign and hex there.
fn same_serial(ours: &[u8], theirs: &str) -> bool {
    let mut bytes = ours.to_vec();
    let (negative, hex) = match theirs.strip_prefix('-') {
        Some(hex) => (true, hex),
        None => (false, theirs),
    };
    if negative {
        let mut carry = true;
        for byte in bytes.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    let ours: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    ours.trim_start_matches('0') == hex.trim_start_matches('0')
}

/// Whether the number or point that we verify with is in the key that OpenSSL read.
fn key_is_in(ours: &PublicKey, theirs: &[u8]) -> bool {
    let part = match ours {
        PublicKey::Rsa(_) | PublicKey::RsaPss(_) => ours.modulus().unwrap_or_default(),
        PublicKey::P256(key) => key.to_sec1_point(false).as_bytes()[1..33].to_vec(),
        PublicKey::P384(key) => key.to_sec1_point(false).as_bytes()[1..49].to_vec(),
        PublicKey::P521(key) => key.to_sec1_point(false).as_bytes()[1..67].to_vec(),
        PublicKey::BrainpoolP256(key) => key.to_sec1_point(false).as_bytes()[1..33].to_vec(),
        PublicKey::BrainpoolP384(key) => key.to_sec1_point(false).as_bytes()[1..49].to_vec(),
        PublicKey::Ed25519(key) => key.as_bytes().to_vec(),
    };
    theirs.windows(part.len()).any(|window| window == part)
}
