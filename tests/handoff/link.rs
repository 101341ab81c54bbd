//! Links: what is read, and what is refused.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use securesign_app::language::Language;
use securesign_app::words::Explain;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_handoff::callback;
use securesign_handoff::link::{
    self, AddressPart, Callback, CallbackFault, Cut, Document, LINK_LIMIT, LinkError, Quoted,
    Serial,
};

use super::page::{LIVE, PORTAL, Page, check, error, key, opened, outcome, permit, read_back};

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
    assert_eq!(embedded.bytes.as_deref(), Some(&b"%PDF-1.7"[..]));
    assert_eq!(embedded.options, [("page", "1".to_owned())]);
    let right = STANDARD.encode(Digest::of(HashAlgorithm::Sha256, b"%PDF-1.7").bytes());
    assert!(link::parse(&page.clone().with("hashBase64", &right).link()).is_ok());
    let wrong = STANDARD.encode([1; 32]);
    assert_eq!(
        page.with("hashBase64", &wrong).error(),
        LinkError::DigestMismatch
    );
    // The digest alone: the person has the document. An empty one is a mistake.
    let alone = Page::good().with("documentType", "pdf");
    let Document::Pdf(embedded) = link::parse(&alone.link()).unwrap().document else {
        panic!("not a PDF");
    };
    assert_eq!(embedded.bytes, None);
    let empty = alone.with(name, "").with("page", "1");
    assert_eq!(empty.error(), LinkError::Missing { name });
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
