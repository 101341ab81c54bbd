//! The examples in docs/verify, each of which a portal may copy: what the program sends back
//! convinces them, and what proves nothing does not.

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
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use home::{Home, LIMIT};
use securesign_vendors::piv::emulator::{NIST, PivCard, Slot};
use serde_json::json;
use sha2::{Digest, Sha256};
use support::local::DEMO;
use support::pcscd::Daemon;
use support::run::{Finished, Scratch, run, succeed};
use support::vpcd::VirtualCard;

const DOCUMENT: &[u8] = b"Offer for tender 4711\n";
const REQUEST: &str = "order-4711";

/// An authority made by OpenSSL, and a portal that trusts it.
struct Portal(Scratch);

impl Portal {
    fn new() -> Self {
        let portal = Self(Scratch::new("integrate"));
        fs::write(portal.path("document"), DOCUMENT).unwrap();
        portal.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
             -subj /CN=Authority -days 30 -addext keyUsage=critical,keyCertSign,cRLSign",
        );
        portal
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn openssl(&self, line: &str) {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(self.0.path());
        succeed(openssl.args(line.split_whitespace()), LIMIT);
    }

    /// A key `NAME.key` of somebody called NAME, and its certificate `NAME.pem`.
    fn person(&self, name: &str, kind: &str, extensions: &str) {
        let request = format!(
            "req -newkey {kind} -nodes -keyout {name}.key -out request -subj /DC=org/CN=Users/CN={name}"
        );
        self.openssl(&request);
        let all =
            "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\nbasicConstraints=CA:FALSE\n";
        fs::write(self.path("extensions"), format!("{all}{extensions}\n")).unwrap();
        let issue = "x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 20";
        self.openssl(&format!("{issue} -extfile extensions -out {name}.pem"));
    }

    /// A result that says that NAME signed, made without a card: by OpenSSL.
    fn forged(&self, name: &str) -> String {
        self.openssl(&format!(
            "dgst -sha256 -sign {name}.key -out signature document"
        ));
        let result = json!({
            "requestId": REQUEST,
            "success": true,
            "signatureBase64": STANDARD.encode(fs::read(self.path("signature")).unwrap()),
            "certificate": { "certificatePem": fs::read_to_string(self.path(&format!("{name}.pem"))).unwrap() },
        });
        STANDARD.encode(result.to_string())
    }

    /// What the program sends back after NAME's key, on a card, signed.
    fn signed(&self, name: &str) -> String {
        self.openssl(&format!(
            "pkcs8 -topk8 -nocrypt -in {name}.key -outform DER -out key.der"
        ));
        self.openssl(&format!(
            "x509 -in {name}.pem -outform DER -out certificate.der"
        ));
        let card = PivCard::builder(NIST)
            .pin("123456")
            .pkcs8(Slot::SIGNATURE, &fs::read(self.path("key.der")).unwrap())
            .certificate(
                Slot::SIGNATURE,
                &fs::read(self.path("certificate.der")).unwrap(),
            );
        let daemon = Daemon::start(&["Reader"]);
        let _card = VirtualCard::insert(daemon.port(0), Box::new(card.build().unwrap()));
        let home = Home::new();
        let link = url::Url::parse_with_params(
            "securesign://sign",
            [
                ("requestId", REQUEST),
                ("hashBase64", &STANDARD.encode(Sha256::digest(DOCUMENT))),
                ("hashAlgo", "SHA256"),
                ("documentType", "hash"),
                ("callbackUrl", &format!("{}/signed", DEMO.0)),
                ("apiKey", DEMO.1),
            ],
        );
        let pin = home.file("pin", "123456\n");
        let line = [
            "sign",
            "--print",
            "--pin-file",
            &pin,
            link.as_ref().unwrap().as_str(),
        ];
        let done = succeed(&mut home.with(&daemon, &line), LIMIT);
        let callback = url::Url::parse(done.stdout.trim()).unwrap();
        let mut fields = callback.query_pairs();
        fields
            .find(|(name, _)| name == "ss_result")
            .unwrap()
            .1
            .into_owned()
    }

    /// The word of the four examples on one result.
    fn each(
        &self,
        document: &str,
        request: &str,
        ss_result: &str,
    ) -> [(&'static str, Finished); 4] {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let python = top.join("target/verify-venv/bin/python3");
        let gson = "/usr/share/java/gson.jar";
        let example = |program: &Path, arguments: &[&str], name: &str| {
            let mut command = Command::new(program);
            command
                .args(arguments)
                .arg(top.join("docs/verify").join(name));
            command.args([
                &self.path("ca.pem"),
                &self.path(document),
                request,
                ss_result,
            ]);
            run(&mut command, LIMIT)
        };
        [
            ("Python", example(&python, &[], "verify.py")),
            ("Node.js", example(Path::new("node"), &[], "verify.mjs")),
            ("PHP", example(Path::new("php"), &[], "verify.php")),
            (
                "Java",
                example(Path::new("java"), &["-cp", gson], "Verify.java"),
            ),
        ]
    }

    /// The word of `securesign verify --result`, and its exit code.
    fn own(&self, what: &[&str], ss_result: &str, more: &[&str]) -> (serde_json::Value, Finished) {
        let result = self.path("result");
        fs::write(&result, ss_result).unwrap();
        let home = Home::bare();
        let mut line = vec!["verify", "--json", "--result", &result];
        line.extend(what);
        line.extend(more);
        let done = run(&mut home.program(&line), LIMIT);
        (serde_json::from_str(&done.stdout).unwrap_or_default(), done)
    }

    fn all_accept(&self, name: &str, ss_result: &str) {
        for (language, said) in self.each("document", REQUEST, ss_result) {
            assert!(said.success, "{language}: {said:?}");
            assert!(said.stdout.contains(name), "{language}: {said:?}");
        }
    }

    fn all_refuse(&self, document: &str, request: &str, ss_result: &str, reason: &str) {
        for (language, said) in self.each(document, request, ss_result) {
            assert_refused(language, &said);
            assert!(said.stderr.contains(reason), "{language}: {said:?}");
        }
    }
}

/// Not by an accident of the program: with a reason of its own.
fn assert_refused(language: &str, said: &Finished) {
    assert_eq!(said.code, Some(1), "{language}: {said:?}");
    assert!(said.stderr.starts_with("refused: "), "{language}: {said:?}");
    assert_eq!(said.stdout, "", "{language}");
}

const SIGNATURES: &str = "keyUsage=critical,digitalSignature,nonRepudiation\nextendedKeyUsage=clientAuth,emailProtection";

#[test]
fn what_the_program_sends_back_convinces_each_example() {
    let portal = Portal::new();
    portal.person("Rsa", "rsa:2048", SIGNATURES);
    let curve = "ec -pkeyopt ec_paramgen_curve:P-256";
    portal.person("Curve", curve, "keyUsage=critical,nonRepudiation");
    for name in ["Rsa", "Curve"] {
        portal.all_accept(name, &portal.signed(name));
        // The forgeries below are like it but for their one fault.
        portal.all_accept(name, &portal.forged(name));
    }
}

#[test]
fn what_proves_nothing_convinces_no_example() {
    let portal = Portal::new();
    portal.person("Rsa", "rsa:2048", SIGNATURES);
    let good = portal.forged("Rsa");
    fs::write(portal.path("other"), "Offer for tender 4712\n").unwrap();
    portal.all_refuse("other", REQUEST, &good, "not one of this document");
    portal.all_refuse("document", "order-4712", &good, "another request");
    portal.all_refuse("document", REQUEST, &good[..good.len() / 2], "not a result");
    let cancelled = json!({ "requestId": REQUEST, "success": false, "error": "SS_SIGN_CANCELLED" });
    let cancelled = STANDARD.encode(cancelled.to_string());
    portal.all_refuse("document", REQUEST, &cancelled, "SS_SIGN_CANCELLED");
    let bare = json!({ "requestId": REQUEST, "success": true, "certificate": {} });
    let bare = STANDARD.encode(bare.to_string());
    portal.all_refuse("document", REQUEST, &bare, "no certificate in it");

    portal.person("Short", "rsa:1024", SIGNATURES);
    portal.all_refuse("document", REQUEST, &portal.forged("Short"), "too short");
    portal.openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout Own.key -out Own.pem -subj /CN=Own -days 9",
    );
    portal.all_refuse("document", REQUEST, &portal.forged("Own"), "accepted");

    let server = "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth";
    portal.person("Server", "rsa:2048", server);
    for (language, said) in portal.each("document", REQUEST, &portal.forged("Server")) {
        assert_refused(language, &said);
    }
    // What node:crypto cannot see, as docs/integrate.md says.
    portal.person("Cipher", "rsa:2048", "keyUsage=critical,keyEncipherment");
    for (language, said) in portal.each("document", REQUEST, &portal.forged("Cipher")) {
        if language == "Node.js" {
            assert!(
                said.success,
                "this is told by now: say so in the guide: {said:?}"
            );
        } else {
            assert_refused(language, &said);
        }
    }
}

#[test]
fn the_program_itself_judges_results_as_a_portal_does() {
    let portal = Portal::new();
    portal.person("Rsa", "rsa:2048", SIGNATURES);
    portal.person("Server", "rsa:2048", "extendedKeyUsage=serverAuth");
    let good = portal.forged("Rsa");
    fs::write(portal.path("other"), "Offer for tender 4712\n").unwrap();
    let (document, other, ca) = (
        portal.path("document"),
        portal.path("other"),
        portal.path("ca.pem"),
    );
    let hash: String = Sha256::digest(DOCUMENT)
        .iter()
        .map(|it| format!("{it:02X}"))
        .collect();
    let by_document = ["--document", &document];
    let trusted = ["--ca", &ca, "--request-id", REQUEST];

    // The value, the whole address, the JSON itself; the document and its digest.
    let url = url::Url::parse_with_params("https://p.example/cb?a=b", [("ss_result", &good)]);
    let json = String::from_utf8(STANDARD.decode(&good).unwrap()).unwrap();
    for form in [&good, url.unwrap().as_str(), &json] {
        for what in [by_document, ["--hash", &hash]] {
            let (word, done) = portal.own(&what, form, &trusted);
            assert_eq!(done.code, Some(0), "{done:?}");
            assert_eq!(
                (&word["valid"], &word["problems"]),
                (&json!(true), &json!([]))
            );
            assert_eq!(word["revocationStatus"], "NOT_CHECKED");
            assert_eq!(word["certificate"]["subjectCommonName"], "Rsa");
        }
    }
    let refused = |what: &[&str], result: &str, more: &[&str], problem: &str| {
        let (word, done) = portal.own(what, result, more);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert_eq!(
            (&word["valid"], &word["problems"]),
            (&json!(false), &json!([problem]))
        );
    };
    let none = "it is no signature over this document";
    refused(&["--document", &other], &good, &trusted, none);
    refused(&["--hash", &"00".repeat(32)], &good, &trusted, none);
    refused(
        &by_document,
        &good,
        &["--ca", &ca, "--request-id", "4712"],
        "the result answers another request",
    );
    let nobody = "no authority is named, so that nobody vouches for the certificate";
    refused(&by_document, &good, &[], nobody);
    let rsa = portal.path("Rsa.pem");
    refused(
        &by_document,
        &good,
        &["--ca", &rsa, "--at", "2001-01-01T00:00:00Z"],
        "a certificate of the chain was not valid yet",
    );
    let server = "the certificate is not meant for documents (extended key usage)";
    refused(&by_document, &portal.forged("Server"), &trusted, server);

    fs::write(
        portal.path("ca.conf"),
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=7\n",
    )
    .unwrap();
    fs::write(portal.path("index"), "").unwrap();
    fs::write(portal.path("number"), "01\n").unwrap();
    let authority = "ca -config ca.conf -cert ca.pem -keyfile ca.key";
    let list = portal.path("list.pem");
    let listed = ["--ca", &ca, "--crl", &list];
    portal.openssl(&format!("{authority} -gencrl -out list.pem"));
    let (word, done) = portal.own(&by_document, &good, &listed);
    assert_eq!(
        (done.code, &word["revocationStatus"]),
        (Some(0), &json!("GOOD"))
    );
    portal.openssl(&format!("{authority} -revoke Rsa.pem"));
    portal.openssl(&format!("{authority} -gencrl -out list.pem"));
    refused(&by_document, &good, &listed, "the certificate is revoked");

    // What cannot be judged: 2, and nothing for programs that could be taken for a word.
    for (what, result, more) in [
        (&by_document[..], "no result", &trusted[..]),
        (&["--hash", "00"], &good, &trusted),
        (&by_document, &good, &["--ca", &document]),
        (&["--document", "nowhere"], &good, &trusted),
        (&[], &good, &trusted),
    ] {
        let (_, done) = portal.own(what, result, more);
        assert_eq!((done.code, &*done.stdout), (Some(2), ""), "{done:?}");
    }
    let cancelled = json!({ "requestId": REQUEST, "success": false, "error": "SS_SIGN_CANCELLED" });
    let (word, done) = portal.own(&by_document, &cancelled.to_string(), &trusted);
    assert_eq!(
        (done.code, &word["error"]),
        (Some(1), &json!("SS_SIGN_CANCELLED"))
    );
}
