//! Links as portals, browsers and systems really hand them over.
//!
//! Longer than most files: a table of links, each with what is said of it.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use securesign_app::flow::Order;
use securesign_app::language::Language;
use securesign_app::settings::Settings;
use securesign_app::words::Explain;
use securesign_handoff::link::{self, CallbackFault, Cut, LinkError};

const DIGEST: &str = "47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D";

fn query(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("requestId", "request-7"),
        ("hashBase64", DIGEST),
        ("hashAlgo", "SHA256"),
        ("callbackUrl", "http%3A%2F%2Flocalhost%3A8080%2Fcb"),
        ("apiKey", "ss_test_abc"),
        ("documentType", "hash"),
    ];
    let value = |name, usual| {
        let changed = changes.iter().find(|(changed, _)| *changed == name);
        changed.map_or(usual, |(_, value)| *value)
    };
    usual
        .iter()
        .map(|(name, usual)| format!("{name}={}", value(*name, *usual)))
        .collect::<Vec<_>>()
        .join("&")
}

#[test]
fn a_slash_that_a_browser_adds_changes_nothing() {
    let query = query(&[]);
    for head in [
        "securesign://sign",
        "securesign://sign/",
        "SECURESIGN://SIGN/",
        "https://sign.securesign.toolsbots.com/open",
        "https://sign.securesign.toolsbots.com/open/",
    ] {
        assert!(link::parse(&format!("{head}?{query}")).is_ok(), "{head}");
    }
    for head in [
        "securesign://sign//",
        "securesign://sign/x/",
        "securesign://sign/open",
        "https://sign.securesign.toolsbots.com/",
        "https://sign.securesign.toolsbots.com/open//",
        "https://sign.securesign.toolsbots.com//open",
    ] {
        let refused = link::parse(&format!("{head}?{query}")).unwrap_err();
        assert!(matches!(refused.error, LinkError::Address(_)), "{head}");
    }
}

#[test]
fn request_ids_come_back_as_they_came() {
    for (sent, read) in [
        ("request-7", "request-7"),
        (
            "%7B1B4E28BA-2FA1-11D2-883F-0016D3CCA427%7D",
            "{1B4E28BA-2FA1-11D2-883F-0016D3CCA427}",
        ),
        (
            "{1B4E28BA-2FA1-11D2-883F-0016D3CCA427}",
            "{1B4E28BA-2FA1-11D2-883F-0016D3CCA427}",
        ),
        ("q83%2B%2FA%3D%3D", "q83+/A=="),
        // Not escaped: form decoding made a space of the plus.
        ("q83+/A==", "q83+/A=="),
        ("urn:uuid:7", "urn:uuid:7"),
    ] {
        let request = link::parse(&format!(
            "securesign://sign?{}",
            query(&[("requestId", sent)])
        ));
        assert_eq!(request.unwrap().request_id.as_str(), read, "{sent}");
    }
    for sent in [
        "a%3Cb",
        "a%22",
        "%E0%A4%85",
        "a%25b",
        "a%5Cb",
        &"x".repeat(129),
    ] {
        let refused = link::parse(&format!(
            "securesign://sign?{}",
            query(&[("requestId", sent)])
        ));
        assert_eq!(refused.unwrap_err().error, LinkError::RequestId, "{sent}");
    }
}

#[test]
fn keys_may_hold_what_base64_holds_and_a_refusal_says_what_is_wrong() {
    for (sent, key) in [
        ("ss_live_q83%2B%2FA%3D%3D", "ss_live_q83+/A=="),
        ("ss_live_q83+/A==", "ss_live_q83+/A=="),
        ("ss_test_a%21b~c", "ss_test_a!b~c"),
    ] {
        let request = link::parse(&format!("securesign://sign?{}", query(&[("apiKey", sent)])));
        assert_eq!(request.unwrap().api_key.expose(), key, "{sent}");
    }
    for (sent, error) in [
        ("live_abc", LinkError::ApiKey),
        ("ss_live_", LinkError::ApiKeyShape),
        ("ss_live_%E0%A4%85", LinkError::ApiKeyShape),
        (
            &format!("ss_live_{}", "x".repeat(257)),
            LinkError::ApiKeyShape,
        ),
    ] {
        let refused = link::parse(&format!("securesign://sign?{}", query(&[("apiKey", sent)])));
        let refused = refused.unwrap_err().error;
        assert_eq!(refused, error, "{sent}");
        assert!(refused.advice(Language::English).contains("apiKey"));
    }
}

#[test]
fn base64_may_come_in_lines() {
    for lines in ["%0A", "%0D%0A"] {
        let digest = format!("47DEQpj8HBSa%2B%2FTImW{lines}%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D{lines}");
        let link = format!("securesign://sign?{}", query(&[("hashBase64", &digest)]));
        assert!(link::parse(&link).is_ok(), "{digest}");
        // Nowhere else.
        let id = format!("a{lines}b");
        let link = format!("securesign://sign?{}", query(&[("requestId", &id)]));
        let refused = link::parse(&link).unwrap_err().error;
        assert!(matches!(refused, LinkError::ForbiddenCharacter { .. }));
    }
}

/// A link of exactly this length that ends with this parameter.
fn ending(name: &str, value: &str, length: usize) -> String {
    let without: Vec<String> = query(&[])
        .split('&')
        .filter(|part| !part.starts_with(&format!("{name}=")))
        .map(str::to_owned)
        .collect();
    let head = format!("securesign://sign?{}", without.join("&"));
    // Any portal may send what we do not know.
    let rest = length - head.len() - "&more=".len() - format!("&{name}={value}").len();
    format!("{head}&more={}&{name}={value}", "x".repeat(rest))
}

#[test]
fn a_link_as_long_as_what_systems_leave_is_cut_unless_its_end_says_otherwise() {
    let callback = "http%3A%2F%2Flocalhost%3A8080%2Fcb";
    for length in [
        2046, 2047, 2048, 2083, 4095, 4096, 8190, 8191, 32_767, 131_071,
    ] {
        for (name, value, whole) in [
            ("callbackUrl", callback, false),
            ("apiKey", "ss_test_abc", false),
            ("requestId", "request-7", false),
            ("requestId", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", true),
            ("documentType", "hash", true),
            ("hashAlgo", "SHA256", true),
            ("hashBase64", DIGEST, true),
        ] {
            let link = ending(name, value, length);
            assert_eq!(link.len(), length);
            match link::parse(&link) {
                Ok(_) => assert!(whole, "{name} {length}"),
                Err(refused) => {
                    let cut = matches!(
                        refused.error,
                        LinkError::Truncated { cut: Cut::Value(last), .. } if last == name
                    );
                    assert!(cut && !whole, "{name} {length}: {:?}", refused.error);
                    // Half an address is nobody's.
                    assert_eq!(refused.reply, None, "{name}");
                }
            }
        }
    }
    // Other lengths prove nothing.
    for length in [1500, 2030, 2100, 20_000] {
        assert!(link::parse(&ending("callbackUrl", callback, length)).is_ok());
    }
}

/// The last parameter, its value, and whether the value shows that nothing is missing.
/// Values from SecureSign handoff protocol, §2 and §7.
const ENDINGS: [(&str, &str, bool); 51] = [
    ("requestId", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", true),
    ("requestId", "1b4e28ba-2fa1-11d2-883f-0016d3cca42", false),
    ("requestId", "request-7", false),
    ("requestId", "", false),
    ("hashBase64", DIGEST, true),
    // May go on: with its padding, and then with what else was there.
    (
        "hashBase64",
        "47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU",
        false,
    ),
    // What SHA-1 makes is also what is left of more.
    ("hashBase64", "47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeQ%3D", false),
    ("hashBase64", "47DE", false),
    ("hashBase64", "", false),
    ("hashAlgo", "SHA256", true),
    ("hashAlgo", "SHA25", false),
    ("hashAlgo", "", false),
    ("documentType", "hash", true),
    ("documentType", "has", false),
    ("callbackUrl", "http%3A%2F%2Flocalhost%3A8080%2Fcb", false),
    ("callbackUrl", "http%3A%2F%2F", false),
    ("apiKey", "ss_test_abc", false),
    ("apiKey", "ss_te", false),
    ("certSerial", "0A1B2C", false),
    ("certSerial", "", false),
    ("sessionId", "sess_7x9y", false),
    ("documentBase64", "JVBERi0xLg%3D%3D", true),
    ("documentBase64", "JVBERi0xLg%3D", false),
    ("documentBase64", "JVBERi0xLjc%3D", true),
    ("documentBase64", "JVBERi0xLjc", false),
    ("documentBase64", "JVBERi0x", false),
    ("visible", "true", true),
    ("visible", "fals", false),
    ("timestamp", "false", true),
    ("timestamp", "t", false),
    ("page", "1", false),
    ("position", "%7B%22x%22%3A1%7D", true),
    ("position", "%5B1%2C2%5D", true),
    ("position", "%7B%22x%22%3A1", false),
    // Whole JSON that may go on.
    ("position", "12", false),
    ("position", "true", false),
    ("position", "%22a%22", false),
    ("position", "", false),
    ("appearance", "%7B%22a%22%3A%7B%7D%7D", true),
    ("appearance", "%7B%22a%22%3A%7B%7D", false),
    ("appearance", "null", false),
    ("reason", "%7B%7D", false),
    ("location", "Pune", false),
    ("signatureIndex", "1", false),
    ("signatureType", "enveloped", true),
    ("signatureType", "envelop", false),
    ("signatureId", "id-1", false),
    ("referenceUri", "%23a", false),
    ("certS", "", false),
    ("certSerial%20", "0A1B2C", false),
    ("utm_source", "mail", false),
];

/// As [`ending`], with a document where the parameter wants one.
fn ending_of_its_kind(name: &str, value: &str, length: usize) -> String {
    let kind = match name {
        "documentBase64" | "visible" | "timestamp" | "page" | "position" | "appearance"
        | "reason" | "location" | "signatureIndex" => "pdf",
        "signatureType" | "signatureId" | "referenceUri" => "xml",
        _ => return ending(name, value, length),
    };
    let document = match name {
        "documentBase64" => "",
        _ => "&documentBase64=JVBERi0xLjc%3D",
    };
    let usual: Vec<String> = query(&[("documentType", kind)])
        .split('&')
        .filter(|part| !part.starts_with("hashBase64="))
        .map(str::to_owned)
        .collect();
    let head = format!("securesign://sign?{}{document}&more=", usual.join("&"));
    let tail = format!("&{name}={value}");
    let rest = length - head.len() - tail.len();
    format!("{head}{}{tail}", "x".repeat(rest))
}

fn is_cut(link: &str) -> bool {
    match link::parse(link) {
        Ok(_) => false,
        Err(refused) => matches!(refused.error, LinkError::Truncated { .. }),
    }
}

#[test]
fn every_parameter_that_may_go_on_makes_a_link_of_such_a_length_a_cut_one() {
    for length in [
        2046, 2047, 2048, 2082, 2083, 4095, 4096, 8190, 8191, 32_767, 131_071,
    ] {
        for (name, value, whole) in ENDINGS {
            let link = ending_of_its_kind(name, value, length);
            assert_eq!(link.len(), length);
            let parsed = link::parse(&link);
            assert_eq!(parsed.is_ok(), whole, "{name}={value}: {parsed:?}");
            assert_eq!(is_cut(&link), !whole, "{name}={value}: {parsed:?}");
        }
        // Nothing at all, or a name alone, proves nothing.
        let link = ending("documentType", "hash", length - 1);
        assert!(is_cut(&format!("{link}&")));
        for (name, _, _) in ENDINGS {
            let link = ending(name, "", length + 1);
            assert!(is_cut(link.trim_end_matches('=')), "{name}");
        }
    }
    // Other lengths prove nothing.
    for length in [1500, 2030, 2100, 20_000, 33_000, 140_000] {
        for (name, value) in [("certSerial", "0A1B2C"), ("utm_source", "mail")] {
            assert!(link::parse(&ending(name, value, length)).is_ok(), "{name}");
        }
    }
}

/// Whatever stands last, a link that systems cut is not followed. What remains: a cut
/// just before an `&` is a link that ends there.
#[test]
fn real_links_cut_where_windows_cuts_are_never_followed() {
    let callback = format!(
        "https%3A%2F%2Fportal.example.gov.in%2Fesign%2F{}",
        "a".repeat(1_600)
    );
    let good = query(&[
        ("requestId", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        ("callbackUrl", &callback),
    ]);
    let parts: Vec<&str> = good.split('&').chain(["certSerial=0A1B2C3D4E5F"]).collect();
    for first in 0..parts.len() {
        let (last, rest) = (&parts[..first], &parts[first..]);
        // Moves what stands at the cut through every parameter.
        for more in (0..320).step_by(38) {
            let more = format!("more={}", "x".repeat(more));
            let parts = [&[more.as_str()], rest, last].concat();
            let whole = format!("securesign://sign?{}", parts.join("&"));
            for end in 2046..=2083.min(whole.len() - 1) {
                let (cut, lost) = whole.split_at(end);
                assert!(
                    is_cut(cut) || lost.starts_with('&'),
                    "{:?}\n…{}|{lost}",
                    link::parse(cut),
                    &cut[1_900..]
                );
                // Some launchers write what they have cut anew. (An `=` in place of the
                // `%3D` that was lost cuts nothing off.)
                if cut[end - 2..].contains('%') {
                    continue;
                }
                assert!(is_cut(&format!("{cut}&")), "…{}&|{lost}", &cut[1_900..]);
                assert!(
                    lost.starts_with("%3D") || is_cut(&format!("{cut}=")),
                    "…{}=|{lost}",
                    &cut[1_900..]
                );
            }
        }
    }
}

#[test]
fn a_link_cut_inside_a_character_is_a_cut_link() {
    let link = format!("securesign://sign?{}&reason=", query(&[]));
    let bytes = [link.as_bytes(), &"अ".as_bytes()[..2]].concat();
    let refused = link::parse_bytes(&bytes).unwrap_err().error;
    assert!(
        matches!(
            refused,
            LinkError::Truncated {
                cut: Cut::Character(Some(_)),
                ..
            }
        ),
        "{refused:?}"
    );
}

/// Which refusal this is; the next one that is thought of does not compile without a
/// number, and then without a link that it refuses.
fn number(error: &LinkError) -> usize {
    match error {
        LinkError::TooLong { .. } => 0,
        LinkError::NotText { .. } => 1,
        LinkError::ForbiddenCharacter { .. } => 2,
        LinkError::BadPercent { .. } => 3,
        LinkError::Address(_) => 4,
        LinkError::TooManyParameters => 5,
        LinkError::Twice { .. } => 6,
        LinkError::FieldTooLong { .. } => 7,
        LinkError::Missing { .. } => 8,
        LinkError::Truncated { .. } => 9,
        LinkError::RequestId => 10,
        LinkError::HashAlgo { .. } => 11,
        LinkError::DocumentType { .. } => 12,
        LinkError::Base64 { .. } => 13,
        LinkError::DigestLength { .. } => 14,
        LinkError::DigestMismatch => 15,
        LinkError::Callback(fault) => match fault {
            CallbackFault::Unreadable => 16,
            CallbackFault::Backslash => 17,
            CallbackFault::Userinfo => 18,
            CallbackFault::PlainHttp => 19,
            CallbackFault::Scheme { .. } => 20,
            CallbackFault::Host => 21,
            CallbackFault::LocalSpelling => 22,
            CallbackFault::ResultPlanted => 23,
        },
        LinkError::ApiKey => 24,
        LinkError::ApiKeyShape => 25,
        LinkError::Serial => 26,
        LinkError::Session => 27,
    }
}
const REFUSALS: usize = 28;

#[test]
fn every_refusal_names_the_parameter_and_the_true_cause_in_both_languages() {
    let good = query(&[]);
    let with = |name, value: &str| query(&[(name, value)]);
    let and = |more: &str| format!("{good}&{more}");
    let without = |name: &str| {
        let parts = good.split('&').filter(|part| !part.starts_with(name));
        parts.collect::<Vec<_>>().join("&")
    };
    let pdf = |more: &str| with("documentType", "pdf").replace("hashBase64=", "x=") + "&" + more;
    let callback = |url: &str| with("callbackUrl", url);
    // The query, and what stands in the refusal: the parameter, the cause in English,
    // and the cause in Hindi.
    let mut table: Vec<(String, &str, &str, &str)> = vec![
        (and("place=%FF&y=1"), "“place”", "not text", "टेक्स्ट नहीं"),
        (and("%C0=1&y=1"), "“?”", "not text", "टेक्स्ट नहीं"),
        (and("place=a%00b"), "“place”", "U+0000", "U+0000"),
        (
            and("place=\u{202E}"),
            "“place”",
            "(U+202E)",
            "धोखा देने वाला वर्ण है (U+202E)",
        ),
        (with("requestId", "a%0Ab"), "requestId", "hidden", "छिपा"),
        (and("place=%zz"), "“place”", "two hex digits", "दो हेक्स अंक"),
        (and("pl%zzace=1"), "“pl", "two hex digits", "दो हेक्स अंक"),
        (and(&"&".repeat(70)), "", "(more than 64)", "(64 से अधिक)"),
        (and("apiKey=1"), "apiKey", "twice", "दो बार"),
        (and("%61piKey=1"), "apiKey", "twice", "दो बार"),
        (and("x=1&x=1"), "“x”", "twice", "दो बार"),
        (
            with("requestId", "request-7%22"),
            "requestId",
            "not allowed",
            "अनुमति नहीं",
        ),
        // What may be in it, as tests/links.rs accepts it.
        (
            with("requestId", "request-7%22"),
            "requestId",
            "1 to 128 of A-Z a-z 0-9 . _ - { } + / = and :",
            "1 to 128 of A-Z a-z 0-9 . _ - { } + / = and :",
        ),
        (with("hashAlgo", "MD5"), "hashAlgo", "“MD5”", "“MD5”"),
        (
            with("documentType", "doc"),
            "documentType",
            "“doc”",
            "“doc”",
        ),
        (
            with("hashBase64", "%2A%2A%2A%2A"),
            "hashBase64",
            "hashBase64 is not base64.",
            "वह base64 नहीं",
        ),
        (
            pdf("documentBase64=%2A%2A%2A%2A&y=1"),
            "documentBase64",
            "documentBase64 is not base64.",
            "वह base64 नहीं",
        ),
        (
            with("hashBase64", "47DEQpj8HBSa"),
            "hashBase64",
            "9 bytes, but SHA256 has 32",
            "9 बाइट",
        ),
        (
            pdf(&format!(
                "documentBase64=JVBERi0xLjc%3D&hashBase64={DIGEST}"
            )),
            "documentBase64",
            "(hashBase64) belongs to",
            "वह नहीं है जिसका हैश",
        ),
        (callback("cb"), "callbackUrl", "not whole", "अधूरा"),
        (callback("https://a\\b"), "callbackUrl", "“\\”", "“\\”"),
        (
            callback("https://a@b.in"),
            "callbackUrl",
            "user name",
            "उपयोगकर्ता नाम",
        ),
        (
            callback("http://b.in"),
            "callbackUrl",
            "without encryption",
            "बिना एन्क्रिप्शन",
        ),
        (callback("file:///x"), "callbackUrl", "“file”", "“file”"),
        (
            callback("https://b.in."),
            "callbackUrl",
            "no proper host",
            "सही होस्ट नहीं",
        ),
        (
            callback("http://127.0.0.2/"),
            "callbackUrl",
            "this computer",
            "यही कंप्यूटर",
        ),
        (
            callback("https://b.in/?ss_result=x"),
            "callbackUrl",
            "a result of its own",
            "अपना परिणाम",
        ),
        (
            with("apiKey", "live_k"),
            "apiKey",
            "must begin with ss_live_",
            "ss_live_ या ss_test_ से शुरू",
        ),
        (
            with("apiKey", "ss_live_"),
            "apiKey",
            "1 to 256 printable characters",
            "1 से 256",
        ),
        (
            and("certSerial=xyz"),
            "certSerial",
            "not a hex number",
            "हेक्स संख्या नहीं",
        ),
        (
            and(&format!("certSerial={}", "1".repeat(65))),
            "certSerial",
            "at most 64 digits",
            "अधिकतम 64 अंकों",
        ),
        (
            and("sessionId=sess_7x9y%2F"),
            "sessionId",
            "1 to 100 letters",
            "1 से 100 तक अक्षर",
        ),
        (
            and(&format!("sessionId={}", "1".repeat(101))),
            "sessionId",
            "1 to 100 letters",
            "1 से 100 तक अक्षर",
        ),
        (and("place=%4"), "“place”", "cut off", "कट गया"),
        (and("certS"), "“certS”", "cut off", "कट गया"),
        (without("hashBase64") + "&", "“&”", "cut off", "कट गया"),
        (
            without("hashBase64") + "&hashBase64=",
            "hashBase64",
            "cut off",
            "कट गया",
        ),
        (
            without("hashBase64") + "&hashBase64=47DEQ",
            "hashBase64",
            "cut off",
            "कट गया",
        ),
    ];
    let required = [
        "requestId",
        "hashBase64",
        "hashAlgo",
        "documentType",
        "callbackUrl",
        "apiKey",
    ];
    for name in required {
        let text = "is missing or empty.";
        table.push((without(name) + "&y=1", name, text, "नहीं है"));
    }
    let text = "documentBase64 is missing or empty.";
    table.push((pdf("y=1"), "documentBase64", text, "नहीं है"));
    // SecureSign handoff protocol, §2: no more than these bytes, as they stand there.
    for (name, limit) in [("callbackUrl", 8192), ("requestId", 384), ("apiKey", 1024)] {
        let long = with(name, &"1".repeat(limit + 1));
        table.push((long, name, "is too long", "बहुत लंबा"));
    }
    let long = and(&format!("reason={}&y=1", "1".repeat(4097)));
    table.push((long, "reason: ", "(more than 4096 bytes)", "4096 बाइट"));
    let long = and(&format!("x={}", "1".repeat(2 * 1024 * 1024)));
    table.push((long, "", "2097152", "2097152"));
    let mut links: Vec<(String, &str, &str, &str)> = table
        .into_iter()
        .map(|(query, name, english, hindi)| {
            let link = format!("securesign://sign?{query}");
            (link, name, english, hindi)
        })
        .collect();
    let elsewhere = format!("securesign://verify?{good}");
    links.push((elsewhere, "“sign”", "something other", "कुछ और"));
    let before = format!("securesign://\u{202E}sign?{good}");
    links.push((before, "", "in its address", "उसके पते"));

    let mut seen = [false; REFUSALS];
    for (link, name, english, hindi) in links {
        let shown: String = link.chars().take(300).collect();
        let refused = link::parse(&link).expect_err(&shown).error;
        seen[number(&refused)] = true;
        for (language, cause) in [(Language::English, english), (Language::Hindi, hindi)] {
            let text = format!("{} {}", refused.what(language), refused.advice(language));
            assert!(text.contains(name), "{name}: {text}\n{shown}");
            assert!(text.contains(cause), "{cause}: {text}\n{shown}");
        }
    }
    assert!(seen.iter().all(|&seen| seen), "{seen:?}");
}

/// What follows a link's request is told the portal: each of these sentences is fixed,
/// and names its parameter.
#[test]
fn the_sentence_for_the_portal_names_the_parameter() {
    let bad = |name, value| {
        let link = format!("securesign://sign?{}&y=1", query(&[(name, value)]));
        link::parse(&link).unwrap_err()
    };
    for (name, value) in [
        ("hashBase64", "%2A%2A%2A%2A"),
        ("hashBase64", "47DEQpj8HBSa"),
        ("hashBase64", ""),
        ("hashAlgo", "MD5"),
        ("hashAlgo", ""),
        ("documentType", "doc"),
        ("documentType", ""),
    ] {
        let refusal = bad(name, value);
        assert!(refusal.reply.is_some(), "{name}={value}");
        let reason = refusal.error.reason();
        assert!(reason.contains(name), "{name}={value}: {reason}");
    }
    for name in ["requestId", "callbackUrl", "apiKey"] {
        let reason = bad(name, "").error.reason();
        assert!(reason.starts_with(name), "{reason}");
    }
}

#[test]
fn a_link_without_parameters_was_not_cut_off() {
    for link in [
        "securesign://sign",
        "securesign://sign/",
        "securesign://sign?",
    ] {
        let refused = link::parse(link).unwrap_err().error;
        assert!(
            matches!(refused, LinkError::Missing { name: "requestId" }),
            "{refused:?}"
        );
    }
}

#[test]
fn an_app_is_shown_by_its_scheme() {
    let settings = Settings {
        schemes: vec!["myapp".into()],
        portals: Vec::new(),
        ..Settings::default()
    };
    let policy = settings.policy("settings.toml");
    let link = format!(
        "securesign://sign?{}",
        query(&[
            ("callbackUrl", "myapp%3A%2F%2Fx"),
            ("apiKey", "ss_live_abc")
        ])
    );
    let refused = Order::accept(link.as_bytes(), &policy, false, &|_| false)
        .err()
        .unwrap();
    let what = refused.what(Language::English);
    assert!(what.contains("myapp:") && !what.contains("null"), "{what}");
}
