//! The authentication service, from the link to the signature: the program, its helper and a
//! service on this computer.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use home::{Home, LIMIT, PROGRAM, demo_link, fresh, result};
use support::run::{Finished, run};

const CALLBACK: &str = "https://portal.example.gov.in/signed";
const KEY: &str = "ss_test_5entinel9";
const YES: &str =
    r#"{"success":true,"tenantId":"org_9f2a","allowed":true,"rateLimit":{"rpm":120}}"#;

/// A service that gives these answers, one after the other, and hands on what it was asked.
fn serve(answers: Vec<(&'static str, &'static str)>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = sender.send(request(&stream));
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (base, requests)
}

fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") && reader.read_line(&mut text).unwrap() > 0 {}
    let head = text.to_lowercase();
    let length = head
        .lines()
        .find_map(|it| it.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

/// A home whose settings name this service and no portal.
fn home(service: &str) -> Home {
    let home = Home::bare();
    let folder = home.0.path().join("XDG_CONFIG_HOME/securesign");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("settings.toml"),
        format!("service = \"{service}\"\n"),
    )
    .unwrap();
    home
}

/// The demo's link, of a portal that nobody has listed.
fn link() -> String {
    let mut link = url::Url::parse(&fresh(&demo_link())).unwrap();
    let pairs: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let own = pairs.into_iter().map(|(name, value)| match name.as_str() {
        "callbackUrl" => (name, CALLBACK.to_owned()),
        "apiKey" => (name, KEY.to_owned()),
        _ => (name, value),
    });
    let own: Vec<_> = own.collect();
    link.query_pairs_mut().clear().extend_pairs(own);
    link.into()
}

fn sign(home: &Home) -> Finished {
    sign_link(home, &link())
}

fn sign_link(home: &Home, link: &str) -> Finished {
    let pin = home.file("pin", "123456\n");
    let line = [
        "--reader",
        "demo",
        "sign",
        link,
        "--print",
        "--pin-file",
        &pin,
    ];
    run(&mut home.program(&line), LIMIT)
}

/// No file below a folder holds it.
fn is_nowhere(folder: &Path, text: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            is_nowhere(&path, text);
        } else if let Ok(bytes) = fs::read(&path) {
            let found = bytes.windows(text.len()).any(|it| it == text.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

#[test]
fn a_portal_that_the_service_allows_gets_its_signature() {
    let (base, requests) = serve(vec![("200 OK", YES)]);
    let home = home(&base);
    let done = sign(&home);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.starts_with(CALLBACK), "{done:?}");
    assert_eq!(result(&done.stdout)["success"], true);
    let asked = requests.recv().unwrap();
    assert!(asked.contains(r#""origin":"https://portal.example.gov.in""#));
    assert!(!done.stderr.contains("5entinel9"), "{done:?}");
    is_nowhere(home.0.path(), "5entinel9");
}

#[test]
fn a_portal_that_it_does_not_allow_gets_nothing() {
    for (status, body, said) in [
        (
            "401 Unauthorized",
            r#"{"success":false,"error":"SS_API_KEY_INVALID","message":""}"#,
            "SS_API_KEY_INVALID",
        ),
        (
            "403 Forbidden",
            r#"{"success":false,"error":"SS_DOMAIN_NOT_ALLOWED","message":""}"#,
            "SS_DOMAIN_NOT_ALLOWED",
        ),
        ("429 Too Many", "", "SS_RATE_LIMITED"),
        ("503 Busy", "", "SS_SERVICE_UNREACHABLE"),
        ("200 OK", "<html>", "SS_SERVICE_UNREACHABLE"),
    ] {
        let (base, _requests) = serve(vec![(status, body)]);
        let done = sign(&home(&base));
        assert_eq!(done.code, Some(2), "{status}: {done:?}");
        assert_eq!(done.stdout, "", "{status}");
        assert!(done.stderr.contains(said), "{status}: {done:?}");
        assert!(!done.stderr.contains("5entinel9"), "{done:?}");
    }
}

#[test]
fn a_session_is_claimed_by_the_same_word_again_and_what_is_wrong_with_it_is_said() {
    let gone = r#"{"success":false,"error":"SS_SESSION_EXPIRED","message":"","reason":"used"}"#;
    let (base, requests) = serve(vec![("503 Busy", ""), ("410 Gone", gone), ("200 OK", YES)]);
    let home = home(&base);
    let link = format!("{}&sessionId=sess_7x9y", link());
    let mut claims = Vec::new();
    for (code, said) in [
        (2, "SS_SERVICE_UNREACHABLE"),
        (2, "was opened before"),
        (0, ""),
    ] {
        let done = sign_link(&home, &link);
        assert_eq!(done.code, Some(code), "{done:?}");
        assert!(done.stderr.contains(said), "{done:?}");
        assert_eq!(done.stdout.is_empty(), code != 0, "{done:?}");
        let asked = requests.recv().unwrap();
        let body = asked.split_once("\r\n\r\n").unwrap().1;
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["sessionId"], "sess_7x9y");
        assert_eq!(body["callbackUrl"], CALLBACK);
        claims.push(body["claim"].as_str().unwrap().to_owned());
    }
    // Another start of the program, the same word: 32 bytes in hex.
    assert!(claims.iter().all(|claim| *claim == claims[0]));
    assert_eq!(claims[0].len(), 64);
    is_nowhere(home.0.path(), "sess_7x9y");
    is_nowhere(home.0.path(), &claims[0]);
}

#[test]
fn without_the_helper_everything_is_refused() {
    let (base, requests) = serve(vec![("200 OK", YES)]);
    let home = home(&base);
    // A copy of the program with nothing beside it.
    let alone = home.0.path().join("alone");
    fs::create_dir(&alone).unwrap();
    let copy = alone.join("securesign");
    fs::copy(PROGRAM, &copy).unwrap();
    let start = || {
        let pin = home.file("pin", "123456\n");
        let mut command = Command::new(&copy);
        home.dress(&mut command);
        command.args(["--reader", "demo", "sign", &link(), "--print", "--pin-file"]);
        command.arg(pin);
        run(&mut command, LIMIT)
    };
    let done = start();
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    assert!(done.stderr.contains("securesign-helper"), "{done:?}");
    // One that ends without an answer.
    fs::copy("/bin/true", alone.join("securesign-helper")).unwrap();
    let done = start();
    assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    assert!(requests.try_recv().is_err());
}

#[test]
fn doctor_says_whether_it_answers() {
    let no = r#"{"success":false,"error":"SS_API_KEY_INVALID","message":""}"#;
    let (base, _requests) = serve(vec![("401 Unauthorized", no)]);
    let home = home(&base);
    let said = |home: &Home| run(&mut home.program(&["doctor"]), LIMIT).stdout;
    assert!(said(&home).contains(&format!("service {base} answers")));
    // By now nobody listens there.
    assert!(said(&home).contains(&format!("service {base} gives no answer")));
}
