//! Signatures and certificates that OpenSSL made, judged by the service.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Client, Key, Place, Reply, Service};

const DOCUMENT: &[u8] = b"Offer for tender 4711.\n";

/// An authority and what it issued, in a folder.
struct Ca {
    folder: tempfile::TempDir,
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

impl Ca {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let config = "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n\
                      default_md=sha256\npolicy=p\ndefault_days=30\ndefault_crl_days=7\n\
                      unique_subject=no\ncrlnumber=crlnumber\ncrl_extensions=e\n[p]\ncommonName=supplied\n[e]\nauthorityKeyIdentifier=keyid\n";
        std::fs::write(path.join("ca.conf"), config).unwrap();
        std::fs::write(path.join("index"), "").unwrap();
        std::fs::write(path.join("serial"), "1000\n").unwrap();
        std::fs::write(path.join("crlnumber"), "01\n").unwrap();
        for name in ["root", "other"] {
            let (key, cert) = (format!("{name}.key"), format!("{name}.pem"));
            openssl(
                path,
                &[
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-keyout",
                    &key,
                    "-out",
                    &cert,
                    "-subj",
                    &format!("/CN={name}"),
                    "-days",
                    "60",
                    "-addext",
                    "basicConstraints=critical,CA:true",
                    "-addext",
                    "keyUsage=critical,keyCertSign,cRLSign",
                ],
            );
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }

    /// A key of this kind with a certificate with these extensions.
    fn issue(&self, name: &str, key: &[&str], extensions: &str, days: &[&str]) {
        let path = self.path();
        let (csr, ext, cert) = (
            format!("{name}.csr"),
            format!("{name}.ext"),
            format!("{name}.pem"),
        );
        std::fs::write(self.file(&ext), extensions).unwrap();
        let request = [
            "req",
            "-new",
            "-nodes",
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &csr,
        ];
        openssl(
            path,
            &[
                &request[..],
                &["-subj", &format!("/CN={name}"), "-newkey"],
                key,
            ]
            .concat(),
        );
        let sign = [
            "ca", "-batch", "-notext", "-config", "ca.conf", "-cert", "root.pem",
        ];
        let files = [
            "-keyfile", "root.key", "-in", &csr, "-out", &cert, "-extfile", &ext,
        ];
        openssl(path, &[&sign[..], &files, days].concat());
    }

    fn signature(&self, name: &str) -> String {
        std::fs::write(self.file("document"), DOCUMENT).unwrap();
        let key = format!("{name}.key");
        openssl(
            self.path(),
            &[
                "dgst",
                "-sha256",
                "-sign",
                &key,
                "-out",
                "signature",
                "document",
            ],
        );
        STANDARD.encode(std::fs::read(self.file("signature")).unwrap())
    }

    /// As the desktop answers.
    fn result(&self, name: &str) -> Value {
        json!({
            "requestId": "r1", "success": true, "signatureBase64": self.signature(name),
            "certificate": {"subjectCN": name, "certificatePem": self.text(&format!("{name}.pem"))},
        })
    }

    fn crl(&self) -> String {
        let make = ["ca", "-gencrl", "-config", "ca.conf", "-cert", "root.pem"];
        openssl(
            self.path(),
            &[&make[..], &["-keyfile", "root.key", "-out", "crl"]].concat(),
        );
        self.text("crl")
    }
}

const PERSON: &str =
    "keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=CA:false\n";
const P256: [&str; 3] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const NOW: [&str; 0] = [];

struct Judge {
    _place: Place,
    _service: Service,
    client: Client,
    key: Key,
    ca: Ca,
}

impl Judge {
    fn new() -> Self {
        let place = Place::sqlite();
        let tenant = place.tenant(&[]).id;
        let key = place.key(&tenant, &["--test", "--rpm", "1000"]);
        let service = place.serve();
        Self {
            client: service.client(),
            _place: place,
            _service: service,
            key,
            ca: Ca::new(),
        }
    }

    fn request(&self, name: &str) -> Value {
        json!({
            "result": self.ca.result(name), "requestId": "r1",
            "documentBase64": STANDARD.encode(DOCUMENT),
            "authoritiesPem": self.ca.text("root.pem"), "crlsPem": self.ca.crl(),
        })
    }

    fn verify(&self, request: &Value) -> Reply {
        self.client.call("/v1/verify", &self.key, request)
    }

    fn good(&self, request: &Value) {
        let reply = self.verify(request);
        let answer = reply.ok();
        assert_eq!(
            (&answer["valid"], &answer["problems"]),
            (&json!(true), &json!([])),
            "{answer}"
        );
        assert_eq!(answer["integrityValid"], true);
        assert_eq!(answer["tampered"], false);
    }

    /// Refused with this one problem.
    fn bad(&self, request: &Value, problem: &str) -> Value {
        let reply = self.verify(request);
        let answer = reply.ok();
        assert_eq!(
            (&answer["valid"], &answer["problems"]),
            (&json!(false), &json!([problem])),
            "{answer}"
        );
        answer.clone()
    }
}

#[test]
fn a_good_signature_of_either_kind_is_valid() {
    let judge = Judge::new();
    judge.ca.issue("Asha", &["rsa:2048"], PERSON, &NOW);
    judge.ca.issue("Ravi", &P256, PERSON, &NOW);
    for name in ["Asha", "Ravi"] {
        let request = judge.request(name);
        judge.good(&request);
        let answer = judge.verify(&request);
        let certificate = &answer.ok()["certificate"];
        assert_eq!(certificate["subjectCommonName"], name);
        assert_eq!(certificate["issuerCN"], "root");
        assert_eq!(
            certificate["keyUsage"],
            json!(["digitalSignature", "nonRepudiation"])
        );
        assert_eq!(answer.json["revocationStatus"], "GOOD");
        // The hash in place of the document, by OpenSSL.
        openssl(
            judge.ca.path(),
            &["dgst", "-sha256", "-binary", "-out", "hash", "document"],
        );
        let hash = STANDARD.encode(std::fs::read(judge.ca.file("hash")).unwrap());
        let mut by_hash = request;
        by_hash.as_object_mut().unwrap().remove("documentBase64");
        by_hash["hashBase64"] = hash.into();
        by_hash["hashAlgo"] = "SHA256".into();
        judge.good(&by_hash);
    }
}

#[test]
fn what_is_no_signature_over_the_portals_document_is_not_valid() {
    const NONE: &str = "it is no signature over this document";
    let judge = Judge::new();
    judge.ca.issue("Ravi", &P256, PERSON, &NOW);
    judge.ca.issue("Asha", &P256, PERSON, &NOW);
    let good = judge.request("Ravi");
    let mut other = good.clone();
    other["documentBase64"] = STANDARD.encode("Another document").into();
    // What the result says of itself helps nothing.
    other["result"]["hashBase64"] = STANDARD.encode([0; 32]).into();
    let answer = judge.bad(&other, NONE);
    assert_eq!(
        (&answer["integrityValid"], &answer["tampered"]),
        (&json!(false), &json!(true))
    );
    let mut stranger = good.clone();
    stranger["result"]["certificate"]["certificatePem"] = judge.ca.text("Asha.pem").into();
    judge.bad(&stranger, NONE);
    let mut empty = good.clone();
    empty["result"]["signatureBase64"] = "".into();
    judge.bad(&empty, NONE);
    let mut failed = good.clone();
    failed["result"]["success"] = false.into();
    judge.bad(&failed, NONE);
    let mut another = good.clone();
    another["result"]["requestId"] = "r2".into();
    judge.bad(&another, "the result answers another request");
    judge.good(&good);
}

#[test]
fn certificates_that_are_not_for_signatures_are_refused() {
    let judge = Judge::new();
    let ca = &judge.ca;
    for (name, key, extensions, problem) in [
        (
            "encryption",
            &P256[..],
            "keyUsage=critical,keyEncipherment\n",
            "the certificate is not meant for signatures (key usage)",
        ),
        (
            "short",
            &["rsa:1024"],
            PERSON,
            "the RSA key has less than 2048 bits",
        ),
        (
            "server",
            &P256,
            "keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n",
            "the certificate is not meant for documents (extended key usage)",
        ),
        (
            "program",
            &P256,
            "keyUsage=digitalSignature\nextendedKeyUsage=codeSigning,serverAuth\n",
            "the certificate is not meant for documents (extended key usage)",
        ),
        (
            "critical",
            &P256,
            "keyUsage=digitalSignature\n1.2.3.4=critical,ASN1:NULL\n",
            "the certificate has a critical extension that is not known here",
        ),
    ] {
        ca.issue(name, key, extensions, &NOW);
        judge.bad(&judge.request(name), problem);
    }
    for (name, extensions) in [
        ("bare", "basicConstraints=CA:false\n"),
        ("wills", "keyUsage=critical,nonRepudiation\n"),
        (
            "mails",
            "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth,emailProtection\n",
        ),
        (
            "documents",
            "keyUsage=digitalSignature\nextendedKeyUsage=1.3.6.1.5.5.7.3.36\n",
        ),
        (
            "both",
            "keyUsage=digitalSignature\nextendedKeyUsage=serverAuth,1.3.6.1.4.1.311.10.3.12\n",
        ),
    ] {
        ca.issue(name, &P256, extensions, &NOW);
        judge.good(&judge.request(name));
    }
}

#[test]
fn who_vouches_and_when_matters() {
    let judge = Judge::new();
    judge.ca.issue("Ravi", &P256, PERSON, &NOW);
    let good = judge.request("Ravi");
    let mut other = good.clone();
    other["authoritiesPem"] = judge.ca.text("other.pem").into();
    judge.bad(&other, "no named authority issued the certificate");
    let mut none = good.clone();
    none.as_object_mut().unwrap().remove("authoritiesPem");
    judge.verify(&none).refused(400, "SS_REQUEST_INVALID");
    let mut early = good.clone();
    early["at"] = "2001-01-01T00:00:00Z".into();
    judge.bad(&early, "a certificate of the chain was not valid yet");
    let mut late = good.clone();
    late["at"] = "2099-01-01T00:00:00Z".into();
    judge.bad(&late, "a certificate of the chain had expired");
    let dates = [
        "-startdate",
        "20200101000000Z",
        "-enddate",
        "20210101000000Z",
    ];
    judge.ca.issue("Old", &P256, PERSON, &dates);
    judge.bad(
        &judge.request("Old"),
        "a certificate of the chain had expired",
    );
}

#[test]
fn revoked_certificates_and_missing_lists_are_told_apart() {
    let judge = Judge::new();
    judge.ca.issue("Ravi", &P256, PERSON, &NOW);
    judge.ca.issue("Asha", &P256, PERSON, &NOW);
    let revoke = [
        "ca", "-config", "ca.conf", "-cert", "root.pem", "-keyfile", "root.key",
    ];
    openssl(
        judge.ca.path(),
        &[&revoke[..], &["-revoke", "Ravi.pem"]].concat(),
    );
    let request = judge.request("Ravi");
    let answer = judge.bad(&request, "the certificate is revoked");
    assert_eq!(answer["revocationStatus"], "REVOKED");
    assert_eq!(answer["integrityValid"], true);
    judge.good(&judge.request("Asha"));
    let mut none = judge.request("Asha");
    none.as_object_mut().unwrap().remove("crlsPem");
    let answer = judge.bad(&none, "no revocation list tells of the certificate");
    assert_eq!(answer["revocationStatus"], "UNKNOWN");
    none["checkRevocation"] = false.into();
    judge.good(&none);
    assert_eq!(judge.verify(&none).ok()["revocationStatus"], "NOT_CHECKED");
    // A list that somebody else signed in the authority's name.
    let mut forged = judge.request("Asha");
    let path = judge.ca.path();
    openssl(
        path,
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "f.key",
            "-out",
            "f.pem",
            "-subj",
            "/CN=root",
            "-addext",
            "keyUsage=keyCertSign,cRLSign",
        ],
    );
    openssl(
        path,
        &[
            "ca", "-gencrl", "-config", "ca.conf", "-cert", "f.pem", "-keyfile", "f.key", "-out",
            "f.crl",
        ],
    );
    forged["crlsPem"] = judge.ca.text("f.crl").into();
    judge.bad(&forged, "the revocation list is not its authority's");
    // One that is out of date at the time that is asked about.
    let mut stale = judge.request("Asha");
    let week = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 10);
    stale["at"] = week.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
    judge.bad(&stale, "the revocation list is out of date");
}

#[test]
fn a_certificate_can_be_asked_about_alone() {
    let ca = Ca::new();
    ca.issue("Ravi", &P256, PERSON, &NOW);
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let root = ca.file("root.pem");
    let service = place.serve_with(&[("AUTHORITIES", root.to_str().unwrap())]);
    let client = service.client();
    let pem = ca.text("Ravi.pem");
    let body = json!({"certificatePem": pem, "crlsPem": ca.crl()});
    let reply = client.call("/v1/certificates/validate", &tenant.key, &body);
    assert_eq!(
        (&reply.ok()["valid"], &reply.ok()["revocationStatus"]),
        (&json!(true), &json!("GOOD"))
    );
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("certificatePem", &pem)
        .append_pair("checkRevocation", "false")
        .finish();
    let path = format!("/v1/certificates/validate?{query}");
    client.get(&path).refused(401, "SS_API_KEY_INVALID");
    let reply = client.get_with(&path, &tenant.key);
    assert_eq!(reply.ok()["valid"], true);
    assert_eq!(reply.ok()["certificate"]["subjectCommonName"], "Ravi");
    client
        .get_with("/v1/certificates/validate", &tenant.key)
        .refused(400, "SS_REQUEST_INVALID");
    for nonsense in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let body = json!({"certificatePem": nonsense});
        let reply = client.call("/v1/certificates/validate", &tenant.key, &body);
        reply.refused(400, "SS_REQUEST_INVALID");
    }
    // A key that stands in pages verifies nothing.
    let link = place.key(&tenant.id, &["--test", "--for", "link"]);
    for path in ["/v1/certificates/validate", "/v1/verify"] {
        client
            .call(path, &link, &body)
            .refused(403, "SS_API_KEY_INVALID");
    }
    let missing = place.folder().join("missing.pem");
    let mut program = place.program(&["serve"]);
    let output = program
        .env("SECURESIGN_PORTAL_AUTHORITIES", &missing)
        .output()
        .unwrap();
    assert!(!output.status.success());
}
