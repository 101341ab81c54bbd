//! A link, and what becomes of it: the policy's answer and the way back.

use std::time::Duration;

use jiff::Timestamp;
use securesign_app::language::Language;
use securesign_app::settings::Settings;
use securesign_app::words::Explain;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_handoff::callback::{self, Answer, CallbackError, Failed, Outcome};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::{self, ApiKey, Callback, CallbackKind, RequestId, Serial};
use securesign_handoff::policy::{Permit, Portal};
use url::Url;

/// What parses goes through the policy that allows nothing and through one that
/// allows just this caller; no answer leaves the origin that was permitted.
pub fn run(bytes: &[u8]) {
    match link::parse_bytes(bytes) {
        Ok(request) => {
            assert!(bytes.len() <= link::LINK_LIMIT);
            let _ = format!("{request:?}");
            answer(
                &request.request_id,
                &request.callback,
                &request.api_key,
                request.document.digest(),
            );
        }
        Err(refusal) => {
            let words = refusal.to_string();
            assert!(words.chars().count() < 2_000, "{words}");
            assert!(!tells_a_key(&words), "a key is repeated: {words}");
            if let Some(reply) = &refusal.reply {
                let digest = Digest::of(HashAlgorithm::Sha256, bytes);
                answer(&reply.request_id, &reply.callback, &reply.api_key, &digest);
            }
        }
    }
}

/// The prefixes alone stand in the advice.
fn tells_a_key(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    ["ss_live_", "ss_test_"].iter().any(|prefix| {
        let mut after = words.split(prefix).skip(1);
        after.any(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

fn answer(id: &RequestId, callback: &Callback, key: &ApiKey, digest: &Digest) {
    let mut permits = Vec::new();
    for settings in [Settings::default(), allowing(callback, key)] {
        match settings.policy("settings.toml").check(callback, key) {
            Ok(permit) => permits.push(permit),
            Err(denial) => {
                let _ = (
                    denial.what(Language::English),
                    denial.advice(Language::English),
                );
                if let Some(lines) = securesign_app::words::lines(&denial) {
                    advised(&lines, callback, key);
                }
            }
        }
    }
    let local = callback.kind() == CallbackKind::Localhost;
    assert_eq!(permits.is_empty(), local && !key.is_test());
    for permit in &permits {
        let _ = permit.origin_display();
        for outcome in outcomes(id, digest) {
            stays(permit, &outcome, id);
        }
    }
}

/// The address belongs to whom the permit names, to us as to everybody's parser,
/// and gets one result, in a URL or in a form: this one.
fn stays(permit: &Permit, outcome: &Outcome, id: &RequestId) {
    for limit in [callback::platform_limit(), 0] {
        let (url, mut results) = match callback::build(permit, outcome, limit) {
            Ok(Answer::Get(url)) => (url, Vec::new()),
            Ok(Answer::Post(form)) => (form.to().clone(), vec![form.ss_result().to_owned()]),
            // The last check found what none of those before it did.
            Err(CallbackError::OriginChanged { .. }) => panic!("the origin changed"),
            Err(_) => continue,
        };
        assert!(url.as_str().len() <= limit || !results.is_empty());
        assert_eq!(origin(&url), permit.origin().as_str());
        assert!(url.username().is_empty() && url.password().is_none());
        assert_eq!(url.fragment(), None);
        results.extend(
            url.query_pairs()
                .filter(|(name, _)| name.eq_ignore_ascii_case("ss_result"))
                .map(|(_, value)| value.into_owned()),
        );
        assert_eq!(results.len(), 1, "{url}");
        let result = callback::decode(&results[0]).expect("a result can be read back");
        assert_eq!(result["requestId"], id.as_str());
    }
}

fn origin(url: &Url) -> String {
    match url.scheme() {
        "https" | "http" => url.origin().ascii_serialization(),
        scheme => format!("{scheme}:"),
    }
}

/// Settings that allow exactly this caller.
fn allowing(callback: &Callback, key: &ApiKey) -> Settings {
    Settings {
        portals: vec![Portal {
            origin: callback.origin().clone(),
            fingerprint: key.fingerprint(),
            name: None,
            test: true,
        }],
        schemes: vec![callback.scheme().to_owned()],
        idle: Duration::ZERO,
        ..Settings::default()
    }
}

/// The lines that a person is told to write are settings, and do what was said.
fn advised(lines: &str, callback: &Callback, key: &ApiKey) {
    let settings = Settings::from_toml(lines).unwrap_or_else(|error| panic!("{error}\n{lines}"));
    let checked = settings.policy("settings.toml").check(callback, key);
    assert!(checked.is_ok(), "{lines}");
}

fn outcomes(id: &RequestId, digest: &Digest) -> [Outcome; 2] {
    // Long enough to make some answers too long for their URL.
    let pem = "-----BEGIN CERTIFICATE-----\n".repeat(100);
    let signed = callback::Signed {
        request_id: id.clone(),
        signature: vec![0x5A; 256],
        document: None,
        scheme: callback::Scheme::Rsa,
        digest: digest.clone(),
        certificate: callback::Certificate {
            subject_cn: "आशा शर्मा".into(),
            serial: Serial::of(&[0x01, 0xFF]),
            valid_to: Timestamp::UNIX_EPOCH,
            pem: Some(pem),
        },
        signed_at: Timestamp::UNIX_EPOCH,
        token: Some(callback::Token::default()),
    };
    [
        Outcome::Failed(Failed::new(id.clone(), ErrorCode::RequestInvalid)),
        Outcome::Signed(Box::new(signed)),
    ]
}
