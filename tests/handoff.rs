//! The handoff protocol seen from a hostile page, requirement by requirement.
#![allow(clippy::unwrap_used, clippy::panic)]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use securesign_app::language::Language;
use securesign_app::settings::Settings;
use securesign_app::words::{Explain, lines};
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_handoff::callback::{
    self, Answer, CallbackError, Certificate, Failed, Outcome, Scheme, Signed, Token,
};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::{
    self, AddressPart, ApiKey, Callback, CallbackFault, CallbackKind, Cut, Document, LINK_LIMIT,
    LinkError, Quoted, RequestId, Serial,
};
use securesign_handoff::policy::{Denial, Permit, Policy};
use url::form_urlencoded;

const LIVE: &str = "ss_live_abcdef1234567890";
const TEST: &str = "ss_test_abcdef1234567890";
const PORTAL: &str = "https://portal.example.gov.in/esign/callback";
const FILE: &str = "settings.toml";

/// A good link, of which a test changes one thing.
#[derive(Clone)]
struct Page(Vec<(String, String)>);

impl Page {
    fn good() -> Self {
        let digest = STANDARD.encode([0xFB; 32]);
        let fields = [
            ("requestId", "9b2f7c1e-4d5a-4c3b-8f6e-1a2b3c4d5e6f"),
            ("hashBase64", digest.as_str()),
            ("hashAlgo", "SHA256"),
            ("documentType", "hash"),
            ("callbackUrl", PORTAL),
            ("apiKey", LIVE),
        ];
        Self(fields.map(|(n, v)| (n.into(), v.into())).to_vec())
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some(field) => field.1 = value.into(),
            None => self.0.push((name.into(), value.into())),
        }
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.retain(|(n, _)| n != name);
        self
    }

    /// Moves a parameter to the end, where a cut would hit it.
    fn last(self, name: &str) -> Self {
        let value = self.0.iter().find(|(n, _)| n == name).unwrap().1.clone();
        self.without(name).with(name, &value)
    }

    fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.0.iter())
            .finish()
    }

    fn link(&self) -> String {
        format!("securesign://sign?{}", self.query())
    }

    fn error(&self) -> LinkError {
        error(&self.link())
    }
}

fn error(link: &str) -> LinkError {
    link::parse(link).unwrap_err().error
}

fn key(text: &str) -> ApiKey {
    ApiKey::parse(text.to_owned().into()).unwrap()
}

fn policy() -> Policy {
    let (live, test) = (key(LIVE).fingerprint(), key(TEST).fingerprint());
    let text = format!(
        "[[portal]]\norigin = \"https://Portal.Example.gov.in\"\nkey = \"sha256:{live}\"\n\
         [[portal]]\norigin = \"https://uat.example.gov.in:8443\"\nkey = \"sha256:{test}\"\ntest = true\n\
         [[portal]]\norigin = \"https://shop.example.in\"\nkey = \"sha256:{test}\"\n\
         [callback]\nschemes = [\"myapp\"]\n"
    );
    Settings::from_toml(&text).unwrap().policy(FILE)
}

fn check(url: &str, api_key: &str) -> Result<Permit, Denial> {
    policy().check(&Callback::parse(url).unwrap(), &key(api_key))
}

fn permit(url: &str) -> Permit {
    check(url, LIVE).unwrap()
}

fn signed() -> Signed {
    Signed {
        request_id: RequestId::parse("req-1").unwrap(),
        signature: vec![0xFB; 256],
        scheme: Scheme::Rsa,
        digest: Digest::new(HashAlgorithm::Sha256, &[0xFF; 32]).unwrap(),
        certificate: Certificate {
            subject_cn: "अनीता \"A\" Sharma".into(),
            serial: Serial::parse("0a:bc:0d").unwrap(),
            valid_to: "2027-03-31T18:29:59Z".parse().unwrap(),
            pem: Some("-----BEGIN CERTIFICATE-----\n".to_owned() + &"A".repeat(1600)),
        },
        signed_at: "2026-06-22T10:31:05.789Z".parse().unwrap(),
        token: Some(Token {
            manufacturer: "Acme".into(),
            product_name: "Token 1".into(),
            serial_number: "0042".into(),
            vendor_name: String::new(),
        }),
    }
}

fn outcome() -> Outcome {
    Outcome::Signed(Box::new(signed()))
}

fn failed(code: ErrorCode) -> Failed {
    Failed::new(signed().request_id, code)
}

/// The URL of an answer that is one.
fn opened(answer: Result<Answer, CallbackError>) -> url::Url {
    match answer {
        Ok(Answer::Get(url)) => url,
        other => panic!("{other:?}"),
    }
}

/// As `URLSearchParams.get` (the first) and PHP's `$_GET` (the last) read it.
fn read_back(url: &url::Url) -> serde_json::Value {
    let named = |(name, _): &(_, _)| *name == "ss_result";
    let first = url.query_pairs().find(named).unwrap().1;
    let last = form_urlencoded::parse(url.query().unwrap().as_bytes())
        .filter(named)
        .last();
    assert_eq!(first, last.unwrap().1);
    let json = STANDARD.decode(first.as_bytes()).unwrap();
    assert!(json.is_ascii(), "JSON.parse(atob()) would garble it");
    let value = serde_json::from_slice(&json).unwrap();
    assert_eq!(callback::decode(&first), Some(value));
    callback::decode(&first).unwrap()
}

#[test]
fn a_link_as_published_is_read() {
    let link = "securesign://sign?requestId=9b2f7c1e-4d5a-4c3b-8f6e-1a2b3c4d5e6f\
        &hashBase64=47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D&hashAlgo=SHA256\
        &documentType=hash&callbackUrl=https%3A%2F%2Fportal.example.gov.in%2Fcb%3Fa%3D1%26b%3D2\
        &apiKey=ss_test_abc123&certSerial=00%3a1f%3A2B";
    let request = link::parse(link).unwrap();
    assert_eq!(
        request.request_id.as_str(),
        "9b2f7c1e-4d5a-4c3b-8f6e-1a2b3c4d5e6f"
    );
    let empty = Digest::of(HashAlgorithm::Sha256, b"");
    assert_eq!(request.document, Document::Hash(empty));
    assert_eq!(
        request.callback.origin().as_str(),
        "https://portal.example.gov.in"
    );
    assert!(request.api_key.is_test());
    assert_eq!(request.cert_serial, Some(Serial::of(&[0x1F, 0x2B])));
    let universal = link.replace(
        "securesign://sign?",
        "https://sign.securesign.toolsbots.com/open?",
    );
    assert_eq!(link::parse(&universal).unwrap(), request);
    assert_eq!(link::parse_bytes(link.as_bytes()).unwrap(), request);
}

#[test]
fn base64_is_read_as_portals_write_it() {
    let bytes = [0xFB; 32];
    let standard = STANDARD.encode(bytes);
    for text in [
        standard.clone(),
        standard.trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(bytes),
        standard.replace('+', " "),
    ] {
        let request = link::parse(&Page::good().with("hashBase64", &text).link()).unwrap();
        assert_eq!(request.document.digest().bytes(), bytes, "{text}");
    }
    for text in ["****", "AAAA=AAA", "A"] {
        let page = Page::good().with("hashBase64", text);
        assert_eq!(page.error(), LinkError::Base64 { name: "hashBase64" });
    }
}

#[test]
fn serial_numbers_compare_however_they_were_written() {
    let serial = Serial::of(&[0x00, 0x0A, 0xBC]);
    for text in ["0ABC", "abc", "00:0a:bc", "000000ABC"] {
        assert_eq!(Serial::parse(text).unwrap(), serial, "{text}");
    }
    assert_eq!(serial.to_string(), "0ABC");
    assert_eq!(Serial::of(&[0]).to_string(), "00");
    for text in ["", ":", "0x1", "12 34", "é", &"1".repeat(65)] {
        assert_eq!(Serial::parse(text), Err(LinkError::Serial), "{text}");
    }
}

#[test]
fn documents_are_recognised_and_must_fit_their_digest() {
    let name = "documentBase64";
    let page = Page::good()
        .without("hashBase64")
        .with("documentType", "pdf");
    assert_eq!(page.error(), LinkError::Missing { name });
    let page = page
        .with(name, &STANDARD.encode(b"%PDF-1.7"))
        .with("page", "1")
        .with("signatureId", "x");
    let Document::Pdf(embedded) = link::parse(&page.link()).unwrap().document else {
        panic!("not a PDF");
    };
    assert_eq!(embedded.bytes, b"%PDF-1.7");
    assert_eq!(embedded.options, [("page", "1".to_owned())]);
    let right = STANDARD.encode(Digest::of(HashAlgorithm::Sha256, b"%PDF-1.7").bytes());
    assert!(link::parse(&page.clone().with("hashBase64", &right).link()).is_ok());
    let wrong = STANDARD.encode([1; 32]);
    assert_eq!(
        page.with("hashBase64", &wrong).error(),
        LinkError::DigestMismatch
    );
}

#[test]
fn r02_only_the_signing_address_is_accepted() {
    use AddressPart::*;
    let query = Page::good().query();
    assert!(link::parse(&format!("SecureSign://SIGN?{query}")).is_ok());
    for (head, part) in [
        ("securesign://sign/x", Path),
        ("securesign://sign//", Path),
        ("securesign:sign", Host),
        ("securesign:/sign", Host),
        ("securesign:///sign", Host),
        ("securesign://verify", Host),
        ("securesign://sign.evil.com", Host),
        ("securesign://", Host),
        ("securesign://user@sign", Userinfo),
        ("securesign://user:pw@sign", Userinfo),
        ("securesign://@sign", Unreadable),
        ("securesign://sign:80", Port),
        ("securesigns://sign", Scheme),
        ("file:///etc/passwd", Scheme),
        ("--help", Unreadable),
        ("", Unreadable),
        (" securesign://sign", Unreadable),
        ("https://sign.securesign.toolsbots.com/", Path),
        ("https://sign.securesign.toolsbots.com/open//", Path),
        ("https://sign.securesign.toolsbots.com/OPEN", Path),
        ("https://sign.securesign.toolsbots.com:443/open", Unreadable),
        ("https://sign.securesign.toolsbots.com:8443/open", Port),
        ("https://sign.securesign.toolsbots.com.evil.com/open", Host),
        (
            "https://sign.securesign.toolsbots.com@evil.com/open",
            Userinfo,
        ),
        ("http://sign.securesign.toolsbots.com/open", Scheme),
        ("ééééé", Unreadable),
    ] {
        let found = error(&format!("{head}?{query}"));
        assert_eq!(found, LinkError::Address(part), "{head}");
    }
    for link in [
        format!("securesign://sign?{query}#x"),
        format!("securesign://sign#x?{query}"),
    ] {
        assert_eq!(error(&link), LinkError::Address(Fragment));
    }
}

#[test]
fn r03_sizes_are_capped_before_decoding_and_nothing_is_called_back() {
    let link = Page::good().link();
    let padded = |length: usize| format!("{link}&x={}", "a".repeat(length - link.len() - 3));
    assert!(link::parse(&padded(LINK_LIMIT)).is_ok());
    // Over the limit even broken encoding is not looked at.
    let broken = padded(LINK_LIMIT) + "%";
    let length = LINK_LIMIT + 1;
    for refusal in [
        link::parse(&broken).unwrap_err(),
        link::parse_bytes(broken.as_bytes()).unwrap_err(),
        link::parse_bytes(&vec![0xFF; length]).unwrap_err(),
    ] {
        assert_eq!(refusal.error, LinkError::TooLong { length });
        assert_eq!(refusal.reply, None);
    }
    // Three bytes in the link for one when decoded: the cap counts the three.
    let raw = |count: usize| {
        let rest = Page::good().without("callbackUrl").link();
        format!("{rest}&callbackUrl={PORTAL}{}", "%2F".repeat(count))
    };
    let most = (8192 - PORTAL.len()) / 3;
    assert!(link::parse(&raw(most)).is_ok());
    let refusal = link::parse(&raw(most + 1)).unwrap_err();
    let (name, limit) = ("callbackUrl", 8192);
    assert_eq!(refusal.error, LinkError::FieldTooLong { name, limit });
    assert_eq!(refusal.reply, None);
    for (name, length) in [
        ("requestId", 129),
        ("apiKey", 2000),
        ("hashAlgo", 65),
        ("certSerial", 65),
    ] {
        let page = Page::good().with(name, &"1".repeat(length));
        assert!(link::parse(&page.link()).is_err(), "{name}");
    }
    let many = format!("{link}{}", "&".repeat(100));
    assert_eq!(error(&many), LinkError::TooManyParameters);
}

#[test]
fn r04_what_two_readers_could_read_differently_is_refused() {
    let link = Page::good().link();
    for name in ["requestId", "callbackUrl", "apiKey", "x", "c%61llbackUrl"] {
        let twice = format!("{link}&{name}=1&{name}=1");
        assert!(matches!(error(&twice), LinkError::Twice { .. }), "{name}");
    }
    let masked = format!("{link}&callback%55rl=https://evil.com/");
    assert!(matches!(error(&masked), LinkError::Twice { .. }));
    let at = |name| Some(Quoted::new(name));
    for bad in ["%zz", "%4", "%", "%%41", "%-1", "%+1", "%u0041"] {
        let link = format!("{link}&x={bad}&y=1");
        let place = at("x");
        assert_eq!(error(&link), LinkError::BadPercent { place }, "{bad}");
    }
    for bad in ["%FF", "%C0%AF", "%ED%A0%80", "%F5%80%80%80", "%E0%A4"] {
        let value = format!("{link}&x={bad}&y=1");
        let place = at("x");
        assert_eq!(error(&value), LinkError::NotText { place }, "{bad}");
        let name = format!("{link}&{bad}=1&y=1");
        assert!(matches!(error(&name), LinkError::NotText { .. }), "{bad}");
    }
    let bytes = [link.as_bytes(), &[0xFF]].concat();
    let refusal = link::parse_bytes(&bytes).unwrap_err();
    let place = at("apiKey");
    assert_eq!(refusal.error, LinkError::NotText { place });
    for c in "\0\n\r\t\u{7F}\u{85}\u{202E}\u{2066}\u{200F}\u{61C}\u{2028}\u{FEFF}".chars() {
        let forbidden = |name| LinkError::ForbiddenCharacter {
            place: at(name),
            character: c,
        };
        assert_eq!(
            error(&format!("{link}&reason={c}&y=1")),
            forbidden("reason")
        );
        let value = Page::good().with("reason", &format!("a{c}b"));
        assert_eq!(value.error(), forbidden("reason"));
        let name = Page::good().with(&format!("x{c}"), "1");
        assert_eq!(name.error(), forbidden("x?"));
    }
    // Once, not twice: what is still encoded afterwards stays so.
    let page = Page::good().with("requestId", "a%41");
    assert_eq!(page.error(), LinkError::RequestId);
}

#[test]
fn r05_a_digest_of_the_wrong_length_is_refused() {
    for (name, algorithm) in [
        ("SHA256", HashAlgorithm::Sha256),
        ("SHA384", HashAlgorithm::Sha384),
        ("SHA512", HashAlgorithm::Sha512),
    ] {
        for found in [1, 16, 20, 28, 31, 32, 33, 48, 63, 64, 65, 128] {
            let hash = STANDARD.encode(vec![7; found]);
            let page = Page::good()
                .with("hashAlgo", name)
                .with("hashBase64", &hash);
            let expected = Digest::new(algorithm, &vec![7; found])
                .map(Document::Hash)
                .ok_or(LinkError::DigestLength { algorithm, found });
            assert_eq!(expected.is_ok(), found == algorithm.size());
            let parsed = link::parse(&page.link());
            let parsed = parsed.map(|r| r.document).map_err(|r| r.error);
            assert_eq!(parsed, expected, "{name} {found}");
        }
    }
    for name in ["sha256", "SHA-256", "SHA1", "MD5", "SHA256 "] {
        let page = Page::good().with("hashAlgo", name);
        assert!(matches!(page.error(), LinkError::HashAlgo { .. }), "{name}");
    }
}

#[test]
fn r06_callbacks_that_can_never_be_used() {
    use CallbackFault::*;
    for (url, fault) in [
        ("", Unreadable),
        ("/cb", Unreadable),
        ("//portal.example.gov.in/", Unreadable),
        ("https:portal.example.gov.in", Unreadable),
        ("https:/portal.example.gov.in", Unreadable),
        (" https://portal.example.gov.in", Unreadable),
        ("https://", Unreadable),
        ("https://portal.example.gov.in:99999/", Unreadable),
        ("https://a in/", Unreadable),
        ("myapp:0 #", Unreadable),
        ("https://portal.example.gov.in\\@evil.com/", Backslash),
        ("https:\\\\evil.com", Backslash),
        ("https://portal.example.gov.in/?a=\\", Backslash),
        ("https://a.in@evil.com/", Userinfo),
        ("https://@evil.com/", Userinfo),
        ("https://:@evil.com/", Userinfo),
        ("https://user:pw@portal.example.gov.in/", Userinfo),
        ("myapp://user@host/cb", Userinfo),
        ("http://portal.example.gov.in/", PlainHttp),
        ("http://localhost.evil.com/", PlainHttp),
        ("http://192.168.0.1/", PlainHttp),
        ("https://a\"b.in/", Host),
        ("https://a$b.in/", Host),
        ("http://localhost./", LocalSpelling),
        ("http://portal.localhost/", LocalSpelling),
        ("https://127.0.0.2/", LocalSpelling),
        ("https://0.0.0.0/", LocalSpelling),
        ("https://[::]/", LocalSpelling),
        ("https://[::ffff:127.0.0.1]/", LocalSpelling),
        ("https://portal.example.gov.in/?ss_result=x", ResultPlanted),
        (
            "https://portal.example.gov.in/?a=1&SS%5Fresult[]=x",
            ResultPlanted,
        ),
    ] {
        assert_eq!(Callback::parse(url), Err(fault), "{url}");
    }
    let long = format!("https://{}.in/", "a".repeat(260));
    assert_eq!(Callback::parse(&long), Err(Host));
    for url in [
        "javascript:alert(1)",
        "JaVaScRiPt://x/%0Aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "about:blank",
        "blob:https://a.in/1",
        "view-source:https://a.in",
        "ms-msdt:/id",
        "search-ms:query=x",
        "securesign://sign?x=1",
        "mailto:a@b.in",
        "intent://x#Intent;end",
        "c:/windows",
        "chrome://settings",
        "ftp://a.in/",
        "jar:https://a.in!/",
        "shell:startup",
        "ssh:x",
    ] {
        let fault = Callback::parse(url).unwrap_err();
        assert!(matches!(fault, Scheme { .. }), "{url}: {fault:?}");
    }
}

#[test]
fn r06_localhost_is_for_test_keys_and_apps_are_listed() {
    let nothing = Settings::default().policy(FILE);
    for url in [
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:8080/cb",
        "https://localhost/cb",
        "http://LOCALHOST/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://127.1/",
    ] {
        let parsed = Callback::parse(url).unwrap();
        assert_eq!(parsed.kind(), CallbackKind::Localhost, "{url}");
        assert!(nothing.check_for_demo(&parsed, &key(TEST)).is_ok(), "{url}");
        // With a real token localhost is listed like every other origin.
        let denial = nothing.check(&parsed, &key(TEST)).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::DomainNotAllowed, "{url}");
        let settings = Settings::from_toml(&lines(&denial).unwrap()).unwrap();
        let allowing = settings.policy(FILE);
        assert!(allowing.check(&parsed, &key(TEST)).unwrap().is_local());
        assert!(allowing.check(&parsed, &key("ss_test_other")).is_err());
        assert!(allowing.check(&parsed, &key(LIVE)).is_err());
        let denial = check(url, LIVE).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::DomainNotAllowed, "{url}");
        assert_eq!(lines(&denial), None);
    }
    assert_eq!(permit("MyApp://done?x=1").origin().as_str(), "myapp:");
    let denial = check("other://done", LIVE).unwrap_err();
    assert_eq!(denial.code(), ErrorCode::DomainNotAllowed);
    assert!(
        denial
            .advice(Language::English)
            .contains("origin = \"other:\"")
    );
    let denial = check("myapp://done", "ss_live_unknownunknown").unwrap_err();
    assert_eq!(denial.code(), ErrorCode::ApiKeyInvalid);
}

#[test]
fn r07_origins_compare_as_parsed_and_exactly() {
    for url in [
        "https://portal.example.gov.in",
        "https://PORTAL.example.GOV.in/cb",
        "HTTPS://portal.example.gov.in:443/",
        "https://portal%2Eexample.gov.in/",
        "https://portal.example.gov.in?x=1",
        "https://portal.example.gov.in/#f",
    ] {
        let origin = permit(url).origin().to_string();
        assert_eq!(origin, "https://portal.example.gov.in", "{url}");
    }
    for url in [
        "https://portal.example.gov.in.evil.com/",
        "https://evil.com/portal.example.gov.in",
        "https://evil.com/?https://portal.example.gov.in",
        "https://portal.example.gov.in:8443/",
        "https://portal.example.gov.in:80/",
        "https://example.gov.in/",
        "https://xportal.example.gov.in/",
        "https://a.portal.example.gov.in/",
        "https://portal-example.gov.in/",
        "https://portal.example.gov.in%2eevil.com/",
        "https://p\u{043E}rtal.example.gov.in/",
        "https://[2001:db8::1]/",
        "https://[::1:1]/",
        "https://1.2.3.4/",
        "https://uat.example.gov.in/",
    ] {
        let denial = check(url, LIVE).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::DomainNotAllowed, "{url}");
    }
    // The same name with a dot behind it is another origin, and no host of ours.
    let dotted = Callback::parse("https://portal.example.gov.in./");
    assert_eq!(dotted.unwrap_err(), CallbackFault::Host);
    // A key of another portal, and test keys where no test portal is.
    for (url, api_key) in [
        (PORTAL, "ss_live_another0000"),
        (PORTAL, TEST),
        ("https://shop.example.in/", TEST),
        ("https://uat.example.gov.in:8443/", LIVE),
    ] {
        let denial = check(url, api_key).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::ApiKeyInvalid, "{url}");
    }
    let permit = check("https://uat.example.gov.in:8443/", TEST).unwrap();
    assert!(permit.is_test());
}

#[test]
fn r07_the_unicode_form_is_shown_only_where_it_deceives_nobody() {
    let show = |url: &str| {
        let fingerprint = key(LIVE).fingerprint();
        let text = format!("[[portal]]\norigin = \"{url}\"\nkey = \"sha256:{fingerprint}\"\n");
        let policy = Settings::from_toml(&text).unwrap().policy(FILE);
        let permit = policy.check(&Callback::parse(url).unwrap(), &key(LIVE));
        permit.unwrap().origin_display()
    };
    assert_eq!(show("https://a.gov.in"), "https://a.gov.in");
    let hindi = show("https://नमूना.भारत");
    assert!(hindi.starts_with("https://xn--"), "{hindi}");
    assert!(hindi.ends_with(" (https://नमूना.भारत)"), "{hindi}");
    for url in [
        "https://\u{0430}\u{0440}\u{0440}\u{04CF}\u{0435}.com",
        "https://münchen.example",
        "https://po\u{0930}tal.in",
    ] {
        let shown = show(url);
        assert!(shown.is_ascii() && shown.contains("xn--"), "{shown}");
    }
}

/// `Permit` has no public constructor and `build` takes nothing else, so the
/// compiler holds the rule; here, that the error path goes through it too.
#[test]
fn r08_nothing_is_sent_to_an_origin_that_failed_on_errors_too() {
    let bad = Page::good().with("hashAlgo", "MD5");
    let evil = bad.clone().with("callbackUrl", "https://evil.com/");
    let reply = link::parse(&evil.link()).unwrap_err().reply.unwrap();
    let denial = policy().check(&reply.callback, &reply.api_key).unwrap_err();
    assert_eq!(denial.code(), ErrorCode::DomainNotAllowed);

    let refusal = link::parse(&bad.link()).unwrap_err();
    let reply = refusal.reply.unwrap();
    let permit = policy().check(&reply.callback, &reply.api_key).unwrap();
    let answer = Failed {
        message: refusal.error.reason(),
        ..Failed::new(reply.request_id, refusal.error.code())
    };
    let answer = callback::build(&permit, &Outcome::Failed(answer), 2046);
    assert_eq!(read_back(&opened(answer))["error"], "SS_REQUEST_INVALID");

    for page in [
        bad.clone().with("callbackUrl", "https://a.in@evil.com/"),
        bad.clone().with("requestId", "..\\x"),
        bad.clone().with("apiKey", "sk_live_x"),
        bad.clone().with("reason", "\u{202E}"),
    ] {
        assert_eq!(link::parse(&page.link()).unwrap_err().reply, None);
    }
    for code in ErrorCode::ALL {
        let built = callback::build(&permit, &Outcome::Failed(failed(code)), 2046);
        let screen_only = built == Err(CallbackError::ScreenOnly { code });
        assert_eq!(screen_only, !code.goes_to_callback());
    }
    assert!(!ErrorCode::DomainNotAllowed.goes_to_callback());
    assert!(!ErrorCode::ApiKeyInvalid.goes_to_callback());
}

#[test]
fn r08_a_denial_says_how_to_allow_it_and_the_lines_do() {
    for (url, api_key) in [
        ("https://new.example.in:8443/cb", LIVE),
        ("https://new.example.in/", TEST),
        (PORTAL, TEST),
    ] {
        let denial = check(url, api_key).unwrap_err();
        assert!(denial.advice(Language::English).contains(FILE));
        assert!(!denial.to_string().contains(api_key));
        assert!(!denial.tell(Language::English).contains(api_key));
        let lines = lines(&denial).unwrap();
        let allowed = Settings::from_toml(&lines).unwrap().policy(FILE);
        let permit = allowed.check(&Callback::parse(url).unwrap(), &key(api_key));
        assert!(permit.is_ok(), "{lines}");
    }
}

/// The template of README, with a fingerprint where it has none.
fn template() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
    let readme = readme.unwrap();
    let begin = readme.find("    [[portal]]").unwrap();
    let lines = readme[begin..].lines();
    let template = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let template: Vec<&str> = template.map(str::trim_start).collect();
    template.join("\n").replace('…', &"0".repeat(64))
}

#[test]
fn r08_what_a_refusal_advises_works_in_every_valid_settings_file() {
    let zeros = format!("key = \"sha256:{}\"", "0".repeat(64));
    let portal = format!("[[portal]]\norigin = \"https://a.in\"\n{zeros}\n");
    let inline = format!("{{ origin = \"https://a.in\", {zeros} }}");
    let callback = "[callback]\nschemes = []\n";
    let template = template();
    // Each of them as it is, with CR LF, and without the end of its last line.
    let mut files: Vec<String> = Vec::new();
    for file in [
        String::new(),
        template.clone(),
        "# nobody yet\n".into(),
        callback.into(),
        "[callback]\nschemes = [\"else\"] # one".into(),
        "callback.schemes = []\nsession.idle_minutes = 5\n".into(),
        "callback = { schemes = [] }\nwindow = { theme = \"dark\" }\n".into(),
        "[callback]\n[session]\n[window]\n".into(),
        format!("{portal}{callback}"),
        format!("{callback}{portal}"),
        format!("{portal}test = true # to try\n{portal}"),
        format!(
            "{callback}\n[[portal]]\norigin = \"https://a.in\"\nkey = '''\nsha256:{}'''\n",
            "0".repeat(64)
        ),
        "portal = []\n".into(),
        format!("portal = [{inline}]\n{callback}"),
        format!("session.idle_minutes = 5\nportal = [\n    {inline},\n    # another\n]\n"),
        "[[portal]]\norigin = \"https://new.example.in\"\n".to_owned() + &zeros,
    ] {
        files.push(file.replace('\n', "\r\n"));
        files.push(file.trim_end().to_owned());
        files.push(file);
    }
    // A key that is listed, and does not say that it is for trying.
    let test = format!("sha256:{}", key(TEST).fingerprint());
    files.push(format!(
        "[[portal]]\norigin = \"https://new.example.in\"\ntest = false\nkey = \"{test}\""
    ));
    for file in files {
        let settings = Settings::from_toml(&file).unwrap_or_else(|e| panic!("{e}\n{file}"));
        let policy = settings.policy(FILE);
        for (url, api_key) in [
            ("https://new.example.in/cb", LIVE),
            ("https://new.example.in/cb", TEST),
            ("https://[2001:db8::1]:8443/cb", LIVE),
            ("http://localhost:3000/cb", TEST),
            ("https://[::1]/cb", TEST),
            ("myapp://done", LIVE),
            ("my-app.2+x:done", TEST),
            // Its scheme may receive, and nobody is listed who may send.
            ("else:done", LIVE),
        ] {
            let callback = Callback::parse(url).unwrap();
            let denial = policy.check(&callback, &key(api_key)).unwrap_err();
            let lines = lines(&denial).unwrap();
            for language in [Language::English, Language::Hindi] {
                let advice = denial.advice(language);
                assert!(advice.contains(FILE), "{advice}");
                assert!(advice.ends_with(lines.trim()), "{advice}");
            }
            let place = "portal = [";
            let then = match file.find(place) {
                Some(at) => {
                    assert!(denial.advice(Language::English).contains(place));
                    assert!(denial.advice(Language::Hindi).contains(place));
                    let (before, after) = file.split_at(at + place.len());
                    format!("{before}{lines}{after}")
                }
                None => format!("{file}{lines}"),
            };
            let after = Settings::from_toml(&then).unwrap_or_else(|e| panic!("{e}\n{then}"));
            // Nothing else is changed, and nobody else may call.
            assert_eq!(after.schemes, settings.schemes, "{then}");
            assert_eq!(after.idle, settings.idle, "{then}");
            assert_eq!(after.portals.len(), settings.portals.len() + 1, "{then}");
            let after = after.policy(FILE);
            assert!(after.check(&callback, &key(api_key)).is_ok(), "{then}");
            let other = key("ss_live_unknownunknown");
            assert!(after.check(&callback, &other).is_err(), "{then}");
        }
    }
}

#[test]
fn r06_an_app_in_the_list_of_portals_is_one_app_with_one_key() {
    let with = |origin: &str| {
        let fingerprint = key(LIVE).fingerprint();
        Settings::from_toml(&format!(
            "[[portal]]\norigin = \"{origin}\"\nkey = \"sha256:{fingerprint}\"\n"
        ))
    };
    let policy = with("MyApp:").unwrap().policy(FILE);
    let may = |url: &str, api_key: &str| {
        let callback = Callback::parse(url).unwrap();
        policy.check(&callback, &key(api_key)).is_ok()
    };
    assert!(may("myapp://done", LIVE) && may("MYAPP:x?y=1", LIVE));
    assert!(!may("myapp://done", "ss_live_unknownunknown"));
    assert!(!may("myapp2://done", LIVE) && !may("https://myapp/", LIVE));
    for origin in [
        "myapp",
        "myapp://",
        "myapp:x",
        "myapp:/",
        "myapp:?",
        "x:",
        "file:",
        "javascript:",
        "ms-settings:",
        "securesign:",
        "http:",
        "https:",
        " myapp:",
        "my app:",
    ] {
        assert!(with(origin).is_err(), "{origin}");
    }
}

#[test]
fn r09_a_link_sets_nothing() {
    let plain = link::parse(&Page::good().link()).unwrap();
    for name in [
        "apiBase",
        "tsaUrl",
        "proxy",
        "settings",
        "idle_minutes",
        "--verbose",
        "origin",
        "CallbackUrl",
    ] {
        let page = Page::good().with(name, "https://evil.com/");
        assert_eq!(link::parse(&page.link()).unwrap(), plain, "{name}");
    }
}

#[test]
fn r15_the_result_is_the_published_one_and_says_what_was_signed() {
    let url = opened(callback::build(&permit(PORTAL), &outcome(), 30_000));
    let pem = signed().certificate.pem.unwrap();
    let expected = serde_json::json!({
        "requestId": "req-1",
        "success": true,
        "signatureBase64": STANDARD.encode([0xFB; 256]),
        "certificate": {
            "subjectCN": "अनीता \"A\" Sharma",
            "serialNumber": "0ABC0D",
            "validTo": "2027-03-31",
            "certificatePem": pem,
        },
        "signedAt": "2026-06-22T10:31:05Z",
        "signatureAlgorithm": "SHA256withRSA",
        "hashBase64": STANDARD.encode([0xFF; 32]),
        "hashAlgo": "SHA256",
        "token": { "manufacturer": "Acme", "productName": "Token 1", "serialNumber": "0042" },
    });
    // As text, so that the order counts too.
    assert_eq!(read_back(&url).to_string(), expected.to_string());

    let answer = Failed {
        remaining_attempts: Some(2),
        ..failed(ErrorCode::PinInvalid)
    };
    let url = opened(callback::build(
        &permit(PORTAL),
        &Outcome::Failed(answer),
        30_000,
    ));
    let expected = serde_json::json!({
        "requestId": "req-1",
        "success": false,
        "error": "SS_PIN_INVALID",
        "message": "The PIN was wrong.",
        "remainingAttempts": 2,
    });
    assert_eq!(read_back(&url).to_string(), expected.to_string());
}

#[test]
fn r16_the_key_is_shown_nowhere() {
    let request = link::parse(&Page::good().link()).unwrap();
    assert_eq!(request.api_key.to_string(), "ss_live_ab…");
    assert_eq!(key("ss_test_abc").to_string(), "ss_test_…");
    assert_eq!(request.api_key.expose(), LIVE);
    let mut texts = vec![format!("{request:?} {:?}", request.reply_to())];
    for (name, value) in [
        ("hashAlgo", LIVE),
        ("documentType", LIVE),
        ("callbackUrl", LIVE),
        ("callbackUrl", "about:ss_live_abcdef1234567890"),
        ("apiKey", "ss_live_abcdef1234567890é"),
        ("certSerial", LIVE),
        ("hashBase64", LIVE),
    ] {
        let refusal = link::parse(&Page::good().with(name, value).link()).unwrap_err();
        texts.push(format!("{refusal} {refusal:?} {}", refusal.error.reason()));
    }
    let link = Page::good().link();
    let twice = link::parse(&format!("{link}&{LIVE}=1&{LIVE}=1")).unwrap_err();
    texts.push(format!("{twice} {twice:?}"));
    let denial = check("https://evil.com/", LIVE).unwrap_err();
    texts.push(format!("{denial} {denial:?} {:?}", permit(PORTAL)));
    let url = opened(callback::build(&permit(PORTAL), &outcome(), 30_000));
    texts.push(read_back(&url).to_string());
    for text in texts {
        assert!(!text.contains("abcdef1234567890"), "{text}");
    }
}

#[test]
fn r16_hostile_text_is_repeated_short_and_harmless() {
    let long = "x".repeat(60);
    for page in [
        Page::good().with("documentType", &long),
        Page::good().with(&long, "1").with("hashAlgo", &long),
        Page::good().with("callbackUrl", &format!("ms-{}:x", "y".repeat(900))),
        Page::good().with("callbackUrl", "javascript:cookie"),
    ] {
        let text = page.error();
        let text = format!("{text} {}", text.tell(Language::English));
        assert!(text.len() < 400, "{text}");
        for word in [&"x".repeat(41), &"y".repeat(41), "cookie"] {
            assert!(!text.contains(word), "{text}");
        }
    }
}

#[test]
fn r17_the_portals_query_stays_and_the_address_is_checked_again() {
    let origin = "https://portal.example.gov.in";
    for (callback, head) in [
        ("", "/?ss_result="),
        ("/cb", "/cb?ss_result="),
        ("/cb?", "/cb?ss_result="),
        (
            "/cb?a=%7e+b&&sig=A%2fb==",
            "/cb?a=%7e+b&&sig=A%2fb==&ss_result=",
        ),
        ("/cb?a=1&", "/cb?a=1&ss_result="),
        ("/cb?a=1#/route?x", "/cb?a=1&ss_result="),
        (":443/#f", "/?ss_result="),
    ] {
        let permit = permit(&format!("{origin}{callback}"));
        let url = opened(callback::build(&permit, &outcome(), 30_000));
        let value = url.as_str().strip_prefix(&format!("{origin}{head}"));
        let value = value.unwrap_or_else(|| panic!("{callback}: {url}"));
        assert!(!value.contains(['=', '+', '/', '#', ' ', '&']), "{value}");
        assert_eq!(read_back(&url)["requestId"], "req-1");
    }
    for (callback, head) in [
        ("myapp://done/x?a=1#f", "myapp://done/x?a=1&ss_result="),
        ("myapp:done", "myapp:done?ss_result="),
    ] {
        let url = opened(callback::build(&permit(callback), &outcome(), 30_000));
        assert!(url.as_str().starts_with(head), "{url}");
    }
}

#[test]
fn r18_extras_go_first_and_the_rest_is_never_cut() {
    let permit = permit(PORTAL);
    let full = opened(callback::build(&permit, &outcome(), 30_000));
    assert!(full.as_str().len() > 2046);
    let bare = opened(callback::build(
        &permit,
        &outcome(),
        full.as_str().len() - 1,
    ));
    let value = read_back(&bare);
    assert!(value["certificate"].get("certificatePem").is_none());
    assert_eq!(value["token"]["serialNumber"], "0042");
    let least = opened(callback::build(
        &permit,
        &outcome(),
        bare.as_str().len() - 1,
    ));
    let value = read_back(&least);
    assert!(value.get("token").is_none());
    assert_eq!(value["hashAlgo"], "SHA256");
    let length = least.as_str().len();
    assert!(length <= 2046, "RSA-2048 must fit on Windows: {length}");
    let fits = callback::build(&permit, &outcome(), length);
    assert_eq!(fits, Ok(Answer::Get(least)));
    assert!(matches!(
        callback::build(&permit, &outcome(), length - 1),
        Ok(Answer::Post(_))
    ));
}

#[test]
fn r18_what_no_url_can_hold_goes_whole_by_post() {
    let query = format!("a=%7e+b&sig=A%2fb==&c={}", "x".repeat(3000));
    for (callback, to) in [
        (format!("{PORTAL}?{query}#f"), format!("{PORTAL}?{query}")),
        (format!("{PORTAL}?{query}&"), format!("{PORTAL}?{query}&")),
    ] {
        let permit = permit(&callback);
        let answer = callback::build(&permit, &outcome(), 2046).unwrap();
        let Answer::Post(form) = &answer else {
            panic!("{answer:?}")
        };
        assert_eq!(form.to().as_str(), to);
        assert_eq!(Callback::parse(&to).unwrap().origin(), permit.origin());
        // Nothing is left out, and what a URL of any length would hold is the same.
        let bytes = STANDARD.decode(form.ss_result()).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let whole = opened(callback::build(&permit, &outcome(), 30_000));
        assert_eq!(value, read_back(&whole));
        assert_eq!(answer.url(), whole.as_str());
        assert_eq!(
            value["certificate"]["certificatePem"].as_str(),
            signed().certificate.pem.as_deref()
        );
    }
}

#[test]
fn r18_an_app_cannot_be_posted_to_and_gets_nothing_rather_than_a_part() {
    let permit = permit("myapp://done/x?a=1");
    let full = opened(callback::build(&permit, &outcome(), 30_000));
    assert!(full.as_str().starts_with("myapp:"));
    let error = callback::build(&permit, &outcome(), 40).unwrap_err();
    assert!(
        matches!(error, CallbackError::TooLong { limit: 40, length } if length < full.as_str().len()),
        "{error:?}"
    );
    assert!(
        error.tell(Language::English).contains("Nothing was sent"),
        "{error}"
    );
}

#[test]
fn r18_a_link_that_was_cut_is_called_so() {
    let link = Page::good().last("hashBase64").link();
    let value = link.find("hashBase64=").unwrap() + "hashBase64=".len();
    // Anywhere in the last parameter: in its name, in a %xx, in the base64. The
    // padding (last three characters) may be missing.
    for end in value - "hashBase64=".len()..link.len() - "%3D".len() {
        let found = error(&link[..end]);
        let right = matches!(found, LinkError::Truncated { length, .. } if length == end);
        assert!(right, "{}: {found:?}", &link[..end]);
    }
    assert!(link::parse(&link[..link.len() - "%3D".len()]).is_ok());
    // A callback that is whole may be told; one that stands last may be half.
    assert!(link::parse(&link[..value + 7]).unwrap_err().reply.is_some());
    let half = Page::good()
        .last("callbackUrl")
        .without("hashBase64")
        .link();
    let half = format!("{half:a<2046}");
    let refusal = link::parse(&half).unwrap_err();
    let cut = Cut::Before("hashBase64");
    let length = 2046;
    assert_eq!(refusal.error, LinkError::Truncated { length, cut });
    assert!(
        refusal
            .error
            .advice(Language::English)
            .contains("2046 characters")
    );
    assert_eq!(refusal.reply, None);
    // Otherwise it is the portal that forgot something.
    for (name, _) in Page::good().0 {
        for page in [
            Page::good().without(&name).with("x", "1"),
            Page::good().with(&name, "").with("x", "1"),
        ] {
            let found = page.error();
            let right = matches!(found, LinkError::Missing { name: n } if n == name);
            assert!(right, "{name}: {found:?}");
        }
    }
}

#[test]
fn settings_that_are_wrong_name_the_line() {
    let portal = |origin: &str| {
        let key = "0".repeat(64);
        format!("[[portal]]\norigin = \"{origin}\"\nkey = \"sha256:{key}\"")
    };
    for (text, line, word) in [
        (
            "\n[session]\nidle_minutos = 3\n".to_owned(),
            3,
            "idle_minutos",
        ),
        (
            "[[portal]]\norigin = \"https://a.in\"\n".to_owned(),
            1,
            "key",
        ),
        (portal("http://a.in"), 2, "http://a.in"),
        (portal("https://a.in/cb"), 2, "https://a.in/cb"),
        (portal("https://a.in."), 2, "https://a.in."),
        (portal("https://u@a.in"), 2, "u@a.in"),
        (portal("https://localhost"), 2, "localhost"),
        (
            "[[portal]]\norigin = \"https://a.in\"\nkey = \"ss_live_secret\"".to_owned(),
            3,
            "fingerprint",
        ),
        (
            "[callback]\nschemes = [\"myapp\",\n\"javascript\"]".to_owned(),
            3,
            "javascript",
        ),
        ("[callback]\nschemes = [\"my app\"]".to_owned(), 2, "my app"),
        ("[callback]\nschemes = [\"myapp:\"]".to_owned(), 2, "myapp:"),
        ("[session]\nidle_minutes = 99999".to_owned(), 2, "99999"),
        ("[session]\nidle_minutes = -1".to_owned(), 2, "-1"),
        ("x = [".to_owned(), 1, ""),
    ] {
        let error = Settings::from_toml(&text).unwrap_err();
        assert_eq!(error.line(), Some(line), "{text}: {error}");
        assert!(error.to_string().contains(word), "{error}");
        assert!(!error.to_string().contains("ss_live_secret"));
        assert!(!error.advice(Language::English).is_empty());
    }
    assert_eq!(Settings::from_toml("").unwrap(), Settings::default());
    assert_eq!(Settings::default().idle.as_secs(), 900);
    let never = Settings::from_toml("[session]\nidle_minutes = 0").unwrap();
    assert!(never.idle.is_zero());
}

proptest! {
    #[test]
    fn parsing_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in "\\PC{0,80}",
    ) {
        let _ = link::parse_bytes(&bytes);
        let _ = link::parse(&format!("securesign://sign?{text}"));
        let _ = Callback::parse(&text);
        let _ = Settings::from_toml(&text);
        let _ = callback::decode(&text);
    }

    #[test]
    fn a_mutated_link_never_panics(at: usize, byte: u8, cut in 0usize..400, insert: bool) {
        let mut bytes = Page::good().link().into_bytes();
        let at = at % bytes.len();
        if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
        if let Err(refusal) = link::parse_bytes(&bytes) {
            prop_assert!(refusal.to_string().len() < 1000);
        }
        bytes.truncate(cut);
        let _ = link::parse_bytes(&bytes);
    }

    #[test]
    fn r17_every_permitted_callback_keeps_its_origin(
        host in prop_oneof![
            Just("https://portal.example.gov.in"),
            Just("http://localhost:3000"),
            Just("myapp:"),
            Just("myapp://h"),
            Just("https://uat.example.gov.in:8443"),
        ],
        rest in "[/?#@:&=%.;\\[\\]a-z0-9 \\\\\u{e9}]{0,40}",
        api_key in prop_oneof![Just(LIVE), Just(TEST)],
    ) {
        if let Ok(callback) = Callback::parse(&format!("{host}{rest}"))
            && let Ok(permit) = policy().check(&callback, &key(api_key))
        {
            let built = opened(callback::build(&permit, &outcome(), 30_000));
            let again = built.as_str().replacen("ss_result=", "x=", 1);
            let again = Callback::parse(&again).unwrap();
            prop_assert_eq!(again.origin(), permit.origin());
            prop_assert_eq!(&read_back(&built)["requestId"], "req-1");
        }
    }

    #[test]
    fn r15_what_a_portal_reads_is_what_was_signed(
        signature in prop::collection::vec(any::<u8>(), 1..600),
        name in "\\PC{0,60}",
        query in "([a-z]{1,3}=[a-zA-Z0-9%2F+]{0,9}&?){0,3}",
    ) {
        let mut signed = signed();
        signed.signature = signature.clone();
        signed.certificate.subject_cn = name.clone();
        let permit = permit(&format!("{PORTAL}?{query}"));
        let url = callback::build(&permit, &Outcome::Signed(Box::new(signed)), 30_000);
        let value = read_back(&opened(url));
        let read = STANDARD.decode(value["signatureBase64"].as_str().unwrap()).unwrap();
        prop_assert_eq!(read, signature);
        prop_assert_eq!(value["certificate"]["subjectCN"].as_str().unwrap(), name);
    }
}
