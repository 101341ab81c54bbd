//! What goes back to the portal.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::language::Language;
use securesign_app::words::Explain;
use securesign_handoff::callback::{self, Answer, CallbackError, Failed, Outcome};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::Callback;

use super::page::{PORTAL, failed, opened, outcome, permit, read_back, signed};

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
