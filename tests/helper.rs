//! securesign-helper and the services it may meet: each answer, and each that is none.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use securesign_handoff::service::{self, Answer, Question, SessionFault, Shown, Trouble};

const HELPER: &str = env!("CARGO_BIN_EXE_securesign-helper");
const KEY: &str = "ss_test_5entinel9";
const YES: &str =
    r#"{"success":true,"tenantId":"org_9f2a","allowed":true,"rateLimit":{"rpm":120}}"#;

fn question(service: &str, key: &str) -> Question {
    Question {
        service: service.to_owned(),
        key: key.to_owned(),
        origin: "https://portal.example.gov.in".to_owned(),
        session: None,
    }
}

fn start() -> Child {
    Command::new(HELPER)
        // No proxy of the tester's.
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the helper says to it, and writes nowhere else.
fn ask(question: &Question) -> Answer {
    hear(start(), question)
}

fn hear(mut child: Child, question: &Question) -> Answer {
    let mut to = child.stdin.take().unwrap();
    service::write(question, &mut to).unwrap();
    let answer = service::read(child.stdout.as_mut().unwrap()).unwrap();
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(said, "");
    assert!(child.wait().unwrap().success());
    answer
}

/// A service on this computer that gives the same answer to whoever comes, and hands on
/// what it was sent.
fn serve(answer: Vec<u8>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = sender.send(request(&stream));
            let _ = stream.write_all(&answer);
        }
    });
    (base, requests)
}

/// A request with its body.
fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).unwrap_or_default() == 0 {
            return text;
        }
    }
    let head = text.to_lowercase();
    let length = head
        .lines()
        .find_map(|it| it.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

fn http(status: &str, more: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    format!("{head}{more}\r\n{body}").into_bytes()
}

#[test]
fn the_published_question_has_the_published_answer() {
    let (base, requests) = serve(http("200 OK", "", YES));
    let answer = ask(&question(&base, KEY));
    let tenant = "org_9f2a".to_owned();
    assert_eq!(answer, Answer::Allowed { tenant, rate: 120 });
    let request = requests.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /v1/auth/validate HTTP/1.1\r\n"),
        "{head}"
    );
    let bearer = format!("authorization: bearer {KEY}").to_lowercase();
    assert!(head.to_lowercase().contains(&bearer), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["origin"], "https://portal.example.gov.in");
    assert_eq!(body["platform"], "desktop_software");
    assert!(!body.to_string().contains(KEY));
}

#[test]
fn only_a_clear_yes_is_one_and_only_a_clear_no() {
    let no = |code: &str| format!(r#"{{"success":false,"error":"{code}","message":"no"}}"#);
    let refused = |code: &str| Answer::Refused {
        code: code.to_owned(),
    };
    let answer = || Answer::Unreachable {
        trouble: Trouble::Answer,
    };
    let key = "SS_API_KEY_INVALID";
    let domain = "SS_DOMAIN_NOT_ALLOWED";
    let long = format!("{}{}", YES, " ".repeat(70_000));
    for (status, more, body, expected) in [
        ("401 Unauthorized", "", no(key), refused(key)),
        ("403 Forbidden", "", no(domain), refused(domain)),
        // A proxy's page; a code of no refusal; a yes that is none.
        ("403 Forbidden", "", "<html>".to_owned(), answer()),
        ("403 Forbidden", "", no("SS_INTERNAL"), answer()),
        ("403 Forbidden", "", YES.to_owned(), answer()),
        ("200 OK", "", no(key), answer()),
        ("200 OK", "", r#"{"success":true}"#.to_owned(), answer()),
        ("200 OK", "", YES.replace("true", "\"true\""), answer()),
        ("201 Created", "", YES.to_owned(), answer()),
        ("500 Oh", "", YES.to_owned(), answer()),
        ("200 OK", "", String::new(), answer()),
        ("200 OK", "", long, answer()),
        (
            "429 Too Many Requests",
            "Retry-After: 7\r\n",
            no("SS_RATE_LIMITED"),
            Answer::Limited { after: Some(7) },
        ),
        (
            "503 Service Unavailable",
            "Retry-After: soon\r\n",
            String::new(),
            Answer::Busy { after: None },
        ),
    ] {
        let (base, _requests) = serve(http(status, more, &body));
        assert_eq!(ask(&question(&base, KEY)), expected, "{status} {more}");
    }
    // What is no HTTP.
    let (base, _requests) = serve(b"220 mail.example.in ESMTP\r\n".to_vec());
    assert_eq!(ask(&question(&base, KEY)), answer());
}

fn with_session(service: &str) -> Question {
    let mut question = question(service, KEY);
    question.session = Some(Shown {
        session_id: "sess_7x9y".to_owned(),
        request_id: "request-7".to_owned(),
        document_type: "hash".to_owned(),
        hash_base64: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=".to_owned(),
        hash_algo: "SHA256".to_owned(),
        callback_url: "https://portal.example.gov.in/signed?a=b".to_owned(),
        claim: Some("c1a1m".to_owned()),
    });
    question
}

#[test]
fn a_session_is_shown_as_the_portal_service_reads_it() {
    let (base, requests) = serve(http("200 OK", "", YES));
    assert!(matches!(ask(&with_session(&base)), Answer::Allowed { .. }));
    let request = requests.recv().unwrap();
    let body = request.split_once("\r\n\r\n").unwrap().1;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let expected = serde_json::json!({
        "origin": "https://portal.example.gov.in",
        "platform": "desktop_software",
        "sessionId": "sess_7x9y",
        "requestId": "request-7",
        "documentType": "hash",
        "hashBase64": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "hashAlgo": "SHA256",
        "callbackUrl": "https://portal.example.gov.in/signed?a=b",
        "claim": "c1a1m",
    });
    assert_eq!(body, expected);
}

#[test]
fn what_is_wrong_with_a_session_is_told_apart() {
    let gone = |reason: &str| {
        format!(r#"{{"success":false,"error":"SS_SESSION_EXPIRED","message":""{reason}}}"#)
    };
    let invalid = r#"{"success":false,"error":"SS_REQUEST_INVALID","message":""}"#;
    let fault = |fault| Answer::Session { fault };
    let answer = || Answer::Unreachable {
        trouble: Trouble::Answer,
    };
    let (g, f) = ("410 Gone", "403 Forbidden");
    for (status, body, with, without) in [
        (
            g,
            gone(r#","reason":"expired""#),
            fault(SessionFault::Expired),
            answer(),
        ),
        (
            g,
            gone(r#","reason":"used""#),
            fault(SessionFault::Used),
            answer(),
        ),
        (
            g,
            gone(r#","reason":"unknown""#),
            fault(SessionFault::Over),
            answer(),
        ),
        (g, gone(""), fault(SessionFault::Over), answer()),
        (g, invalid.to_owned(), answer(), answer()),
        (g, YES.to_owned(), answer(), answer()),
        (
            f,
            invalid.to_owned(),
            fault(SessionFault::Altered),
            fault(SessionFault::Absent),
        ),
        (f, gone(""), answer(), answer()),
        ("400 Bad", invalid.to_owned(), answer(), answer()),
    ] {
        let (base, _requests) = serve(http(status, "", &body));
        assert_eq!(ask(&with_session(&base)), with, "{status} {body}");
        assert_eq!(ask(&question(&base, KEY)), without, "{status} {body}");
    }
}

#[test]
fn a_redirect_is_not_followed_and_no_key_goes_there() {
    let (elsewhere, requests) = serve(http("200 OK", "", YES));
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let location = format!("Location: {elsewhere}/auth/validate\r\n");
        let (base, _requests) = serve(http(status, &location, ""));
        let trouble = Trouble::Redirect;
        assert_eq!(
            ask(&question(&base, KEY)),
            Answer::Unreachable { trouble },
            "{status}"
        );
    }
    assert!(requests.try_recv().is_err());
}

#[test]
fn no_live_key_goes_over_plain_http_and_none_to_another_computer() {
    let (base, requests) = serve(http("200 OK", "", YES));
    for (base, key) in [
        (&*base, "ss_live_5entinel9"),
        ("http://192.0.2.1/v1", KEY),
        ("ftp://127.0.0.1/v1", KEY),
        ("", KEY),
    ] {
        let answer = ask(&question(base, key));
        assert!(matches!(answer, Answer::Unreachable { .. }), "{base}");
    }
    assert!(requests.try_recv().is_err());
    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let base = format!("http://{}", closed.unwrap());
    let trouble = Trouble::Connection;
    assert_eq!(ask(&question(&base, KEY)), Answer::Unreachable { trouble });
}

#[test]
fn a_service_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let trouble = Trouble::Time;
    assert_eq!(ask(&question(&base, KEY)), Answer::Unreachable { trouble });
}

#[test]
fn it_ends_with_whoever_asked_and_shows_the_key_to_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut child = start();
    let mut to = child.stdin.take().unwrap();
    service::write(&question(&base, KEY), &mut to).unwrap();
    // The question is at the service.
    let (stream, _) = listener.accept().unwrap();
    assert!(request(&stream).contains(KEY));
    let of = |name: &str| std::fs::read(format!("/proc/{}/{name}", child.id()));
    for name in ["cmdline", "environ"] {
        let text = of(name).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("5entinel9"), "{name}");
    }
    drop(to);
    let end = Instant::now() + Duration::from_secs(5);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "it is still there");
        std::thread::sleep(Duration::from_millis(10));
    }
    // What is no question has no answer.
    for bytes in [&b"\xff\xff\xff\xff"[..], b"\0\0\0\x02{}", b"\0"] {
        let mut child = start();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(!done.status.success());
        assert!(done.stdout.is_empty() && done.stderr.is_empty());
    }
}

/// OpenSSL as a TLS server, ended with the test.
struct Tls(Child);

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn who_cannot_prove_to_be_the_service_is_not_it() {
    let folder = std::env::temp_dir().join(format!("helper-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let openssl = |line: &str| {
        let mut command = Command::new("openssl");
        command
            .current_dir(&folder)
            .args(line.split(' '))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    for line in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out root.pem -days 30 -subj /CN=root",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=localhost",
        "x509 -req -in request.pem -CA root.pem -CAkey ca.key -CAcreateserial -extfile names -days 30 -out own.pem",
    ] {
        assert!(openssl(line).status().unwrap().success(), "{line}");
    }
    let port = {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    // Says something that is no HTTP: whoever hears it trusts the certificate.
    let line = format!("s_server -accept {port} -cert own.pem -key key.pem -rev -quiet");
    let _server = Tls(openssl(&line).spawn().unwrap());
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "no server");
        std::thread::sleep(Duration::from_millis(50));
    }
    let tell = |host: &str, root: Option<&str>| {
        let mut command = Command::new(HELPER);
        command.env_remove("HTTPS_PROXY").env_remove("https_proxy");
        if let Some(root) = root {
            command.env("SSL_CERT_FILE", folder.join(root));
        }
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let base = format!("https://{host}:{port}/v1");
        match hear(child, &question(&base, "ss_live_5entinel9")) {
            Answer::Unreachable { trouble } => trouble,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(tell("localhost", None), Trouble::Certificate);
    // Another name than the certificate's.
    assert_eq!(tell("127.0.0.1", Some("root.pem")), Trouble::Certificate);
    assert_eq!(tell("localhost", Some("root.pem")), Trouble::Answer);
    let _ = std::fs::remove_dir_all(&folder);
}
