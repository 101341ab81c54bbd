//! Nothing secret is in anything that is written.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::home::{Home, LIMIT, demo_link, fresh};
use super::piv;
use super::support::pcscd::Daemon;
use super::support::run::run;
use super::support::vpcd::VirtualCard;

/// Everything that is written anywhere, at the highest level of detail, is
/// searched for the PINs, the PUK and the API key.
#[test]
fn r22_no_secret_is_in_anything_written() {
    const RIGHT: &str = "80517364";
    const WRONG: &str = "71935284";
    const NEW: &str = "62849175";
    const UNLOCK: &str = "97531846";
    const KEY: &str = "ss_test_s3nt1nelK3yAbC";
    let daemon = Daemon::start(&["Reader"]);
    let card = VirtualCard::insert(daemon.port(0), Box::new(piv(RIGHT, UNLOCK)));
    let home = Home::new();
    home.allow(("http://localhost:8080", KEY));
    // The files with the secrets lie outside what is searched.
    let secrets = Home::new();
    let [right, wrong, new, puk] = [
        ("right", RIGHT),
        ("wrong", WRONG),
        ("new", NEW),
        ("puk", UNLOCK),
    ]
    .map(|(name, value)| secrets.file(name, &format!("{value}\n")));
    let link = demo_link().replace("ss_test_demo", KEY);
    let cut = link[..link.len() - KEY.len() - 30].to_owned() + &format!("&apiKey={KEY}");
    let elsewhere = link.replace("localhost%3A8080", "portal.example");
    let sign = |link: &str, pin: &str| -> Vec<String> {
        ["sign", link, "--print", "--pin-file", pin]
            .map(str::to_owned)
            .to_vec()
    };
    let words = |line: &[&str]| -> Vec<String> { line.iter().map(|w| (*w).to_owned()).collect() };
    let runs = [
        words(&["tokens"]),
        words(&["tokens", "--json"]),
        words(&["pin", "status"]),
        sign(&link, &right),
        sign(&link, &wrong),
        sign(&cut, &right),
        sign(&elsewhere, &right),
        words(&[
            "pin",
            "change",
            "--json",
            "--pin-file",
            &right,
            "--new-pin-file",
            &new,
        ]),
        words(&[
            "pin",
            "change",
            "--pin-file",
            &wrong,
            "--new-pin-file",
            &right,
        ]),
        words(&[
            "pin",
            "unblock",
            "--puk-file",
            &wrong,
            "--new-pin-file",
            &right,
        ]),
        words(&[
            "pin",
            "unblock",
            "--json",
            "--puk-file",
            &puk,
            "--new-pin-file",
            &right,
        ]),
        sign(&link, &right),
        words(&["doctor"]),
    ];
    let mut written = String::new();
    let mut codes = Vec::new();
    for (at, line) in runs.iter().enumerate() {
        for detail in ["", "--full"] {
            let file = home.0.path().join(format!("trace-{at}{detail}"));
            let file = file.to_str().unwrap().to_owned();
            let mut all = vec!["-vv".to_owned(), "trace".into(), "record".into()];
            all.extend((!detail.is_empty()).then(|| detail.to_owned()));
            all.extend([file, "--".into()]);
            all.extend(line.iter().map(|word| fresh(word)));
            let done = run(home.with(&daemon, &[]).args(&all), LIMIT);
            codes.push(done.code);
            written += &done.stdout;
            written += &done.stderr;
        }
    }
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(1)) && codes.contains(&Some(2)));
    assert!(
        written.contains("<pin:8>") && written.contains("<pin:16>"),
        "nothing was traced"
    );
    written += &files_below(home.0.path());
    written += &daemon.log();
    for sentinel in [RIGHT, WRONG, NEW, UNLOCK, KEY] {
        for form in forms(sentinel) {
            assert!(!written.contains(&form), "{sentinel} is written as {form}");
        }
    }
    drop(card);
}

/// Plain, hex in its usual dresses, and base64 at each of its three alignments.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex = |upper: bool, between: &str| {
        let each: Vec<String> = bytes
            .iter()
            .map(|b| {
                if upper {
                    format!("{b:02X}")
                } else {
                    format!("{b:02x}")
                }
            })
            .collect();
        each.join(between)
    };
    let decimal: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let mut forms = vec![secret.to_owned(), decimal.join(", ")];
    for between in ["", " ", ":", ", 0x", ", "] {
        forms.extend([hex(true, between), hex(false, between)]);
    }
    for shift in 0..3 {
        let mut shifted = vec![0; shift];
        shifted.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&shifted);
        // Without the characters that its neighbours have a part in.
        let start = [0, 2, 3][shift];
        let end = shifted.len() * 8 / 6;
        forms.push(encoded[start..end].to_owned());
    }
    forms
}

fn files_below(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        text += path.to_str().unwrap();
        if path.is_dir() {
            text += &files_below(&path);
        } else {
            text += &String::from_utf8_lossy(&fs::read(&path).unwrap());
        }
    }
    text
}

#[test]
fn r22_the_search_would_find_a_secret() {
    let secret = "80517364";
    let all = forms(secret);
    let dumped = |bytes: &[u8]| STANDARD.encode(bytes);
    for around in ["", "x", "xy"] {
        let text = dumped(format!("{around}{secret}xyz").as_bytes());
        assert!(
            all.iter().any(|form| text.contains(form)),
            "{around}: {text}"
        );
    }
    let apdu = "00 20 00 80 08 38 30 35 31 37 33 36 34";
    assert!(all.iter().any(|form| apdu.contains(form)));
}
