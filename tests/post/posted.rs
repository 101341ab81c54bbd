//! What is too long for a URL is posted by a page.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::settings::Settings;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_handoff::callback::{self, Answer, Form, Outcome};
use securesign_handoff::link::{ApiKey, Callback, RequestId, Serial};
use url::form_urlencoded;

use super::home::{Home, LIMIT, demo_link};
use super::page::Page;
use super::support::run::{Scratch, run};

/// A portal that writes down what it is asked: its port, then for each request a
/// line with target, type and length, then the body. After a POST it sends its
/// visitor on to another origin.
const PORTAL: &str = r#"
import http.server, sys, threading
lock = threading.Lock()
class Portal(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.say(body)
        self.send_response(303)
        self.send_header("Location", f"http://127.0.0.1:{server.server_port}/done")
        self.end_headers()
    def do_GET(self):
        if self.path != "/favicon.ico":
            self.say(b"")
        self.send_response(200)
        self.end_headers()
    def say(self, body):
        head = f"{self.path} {self.headers['Content-Type']} {len(body)}\n"
        with lock:
            sys.stdout.buffer.write(head.encode() + body)
            sys.stdout.flush()
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
print(server.server_port, flush=True)
server.serve_forever()
"#;

struct Portal {
    server: Child,
    requests: Receiver<(String, Vec<u8>)>,
    port: u16,
}

impl Portal {
    fn open() -> Self {
        let mut server = Command::new("python3")
            .args(["-c", PORTAL])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            while let Some(request) = heard(&mut said) {
                let _ = sender.send(request);
            }
        });
        Self {
            server,
            requests,
            port,
        }
    }

    /// The request's target and type, and its body.
    fn receive(&self) -> (String, Vec<u8>) {
        self.requests.recv_timeout(LIMIT).expect("a request")
    }
}

fn heard(said: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    said.read_line(&mut head).ok()?;
    let (head, length) = head.trim_end().rsplit_once(' ')?;
    let mut body = vec![0; length.parse().ok()?];
    said.read_exact(&mut body).ok()?;
    Some((head.to_owned(), body))
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A result of hundreds of kilobytes, as one with a signed document would be.
fn form(port: u16, rest: &str) -> Form {
    let callback = Callback::parse(&format!("http://localhost:{port}{rest}")).unwrap();
    let key = ApiKey::parse("ss_test_abcdef1234567890".to_owned().into()).unwrap();
    let permit = Settings::default()
        .policy("settings.toml")
        .check_for_demo(&callback, &key);
    let signed = callback::Signed {
        request_id: RequestId::parse("req-1").unwrap(),
        signature: (0..=255u8).cycle().take(300_000).collect(),
        document: None,
        scheme: callback::Scheme::Rsa,
        digest: Digest::new(HashAlgorithm::Sha256, &[0xFF; 32]).unwrap(),
        certificate: callback::Certificate {
            subject_cn: "\"><script>alert(1)</script>&amp;".into(),
            serial: Serial::of(&[1]),
            valid_to: "2027-03-31T18:29:59Z".parse().unwrap(),
            pem: None,
        },
        signed_at: "2026-06-22T10:31:05Z".parse().unwrap(),
        token: None,
    };
    let outcome = Outcome::Signed(Box::new(signed));
    match callback::build(&permit.unwrap(), &outcome, 30_000) {
        Ok(Answer::Post(form)) => form,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r18_the_page_posts_the_whole_result_from_a_real_browser_and_is_gone() {
    let portal = Portal::open();
    // What HTML would take for its own, and what encoding anew would change.
    let rest = "/cb?a=%7e+b&&sig=A%2fb==&lt;amp;x='%3E\"<i>&copy=1";
    let form = form(portal.port, rest);
    assert!(form.ss_result().len() > 500_000);
    let place = Scratch::new("page");
    let page = Page::write(&form, Some(place.path().to_owned())).unwrap();
    let file = url::Url::parse(page.address())
        .unwrap()
        .to_file_path()
        .unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);

    let profile = Scratch::new("profile");
    let mut browser = Command::new("chromium")
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
        ])
        .args([
            "--no-first-run",
            "--no-default-browser-check",
            "--password-store=basic",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .args([
            "--disable-sync",
            "--disable-default-apps",
            "--disable-extensions",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(page.address())
        .env("HOME", profile.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromium; scripts/install-deps --tests installs it");
    page.wait(true);
    assert!(!file.exists());
    let (head, body) = portal.receive();
    assert_eq!(portal.receive().0, "/done None");
    let _ = browser.kill();
    let _ = browser.wait();

    let target = &form.to()[url::Position::BeforePath..];
    assert_eq!(head, format!("{target} application/x-www-form-urlencoded"));
    let escaped: String = form_urlencoded::byte_serialize(form.ss_result().as_bytes()).collect();
    assert_eq!(body, format!("ss_result={escaped}").into_bytes());
    let value = callback::decode(form.ss_result()).unwrap();
    let signature = STANDARD.decode(value["signatureBase64"].as_str().unwrap());
    assert_eq!(signature.unwrap().len(), 300_000);
}

#[test]
fn r18_a_page_that_was_left_is_removed_by_the_next_start() {
    let home = Home::new();
    let place = home.0.path().join("run/securesign");
    let snap = home.0.path().join("snap/firefox/common");
    let form = form(1, "/cb");
    let mut left = Vec::new();
    for (place, minutes) in [(&place, 2), (&snap, 2), (&place, 0)] {
        let page = Page::write(&form, Some(place.clone())).unwrap();
        let file = url::Url::parse(page.address())
            .unwrap()
            .to_file_path()
            .unwrap();
        // As if the program had been killed.
        std::mem::forget(page);
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(60 * minutes + 1);
        let handle = fs::File::options().write(true).open(&file).unwrap();
        handle.set_modified(then).unwrap();
        left.push(file);
    }
    let link = demo_link();
    let pin = home.file("pin", "123456\n");
    let line = [
        "--reader",
        "demo",
        "sign",
        &link,
        "--print",
        "--pin-file",
        &pin,
    ];
    let mut program = home.program(&line);
    let done = run(
        program.env("XDG_RUNTIME_DIR", home.0.path().join("run")),
        LIMIT,
    );
    assert_eq!(done.code, Some(0), "{done:?}");
    let exist: Vec<bool> = left.iter().map(|file| file.exists()).collect();
    assert_eq!(
        exist,
        [false, false, true],
        "another start may still need the last"
    );
}

#[test]
fn r18_a_page_is_written_through_no_link() {
    let home = Scratch::new("link");
    let path = |name: &str| home.path().join(name);
    let documents = path("documents");
    fs::create_dir_all(documents.join("securesign-pages")).unwrap();
    fs::set_permissions(&documents, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(path("snap/surfer/common")).unwrap();
    let link = |at: &str| std::os::unix::fs::symlink(&documents, path(at)).unwrap();
    link("snap/surfer/common/securesign-pages");
    fs::create_dir_all(path("snap/other")).unwrap();
    link("snap/other/common");
    for place in ["snap/surfer/common", "snap/other/common"] {
        assert!(Page::write(&form(1, "/cb"), Some(path(place))).is_err());
    }
    let mode = fs::metadata(&documents).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    let pages = documents.join("securesign-pages");
    assert_eq!(fs::read_dir(pages).unwrap().count(), 0);
    assert_eq!(fs::read_dir(documents).unwrap().count(), 1);
}
