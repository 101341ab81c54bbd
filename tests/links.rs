//! Links as portals, browsers and systems really hand them over.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use securesign_core::flow::Order;
use securesign_core::language::Language;
use securesign_core::link::{self, Cut, LinkError};
use securesign_core::policy::{Policy, Settings};

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
    for length in [2046, 2047, 2048, 2083, 32_767, 131_071] {
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
    let policy = Policy::new(settings, "settings.toml");
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
