//! The published examples, word for word; only values differ that cannot be the same.

use serde_json::{Value, json};

use crate::support::{HASH, Place, on_both};

/// The samples' portal: a live key for `https://portal.example.gov.in`.
fn portal(place: &Place) -> (String, crate::support::Key) {
    let tenant = place.tenant(&[]).id;
    place.command(&["origin", "add", &tenant, "https://portal.example.gov.in"]);
    let key = place.key(&tenant, &[]);
    (tenant, key)
}

#[test]
fn validate_answers_as_published_to_either_header() {
    on_both(|place| {
        let (tenant, key) = portal(place);
        let service = place.serve();
        let body = r#"{"origin":"https://portal.example.gov.in","platform":"web"}"#;
        let bearer = format!("Bearer {}", key.key);
        for header in [
            ("Authorization", &*bearer),
            ("X-SecureSign-Api-Key", &*key.key),
        ] {
            let headers = [header, ("Content-Type", "application/json")];
            let reply = service.client().post("/v1/auth/validate", &headers, body);
            assert_eq!(reply.status, 200);
            let published =
                r#"{"success":true,"tenantId":"org_9f2a","allowed":true,"rateLimit":{"rpm":120}}"#;
            assert_eq!(reply.text, published.replace("org_9f2a", &tenant));
        }
    });
}

#[test]
fn a_session_has_the_published_fields_and_no_others() {
    on_both(|place| {
        let (_, key) = portal(place);
        let service = place.serve();
        // As published: no hashAlgo.
        let body = json!({
            "requestId": "550e8400-e29b-41d4-a716-446655440000",
            "documentType": "hash",
            "hashBase64": HASH,
            "callbackUrl": "https://portal.example.gov.in/sign/callback?a=b&c=d e",
        });
        let reply = service.client().call("/v1/auth/session", &key, &body);
        let fields = reply.ok().as_object().unwrap();
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["sessionId", "expiresAt", "deepLink"]);
        let session = fields["sessionId"].as_str().unwrap();
        assert!(session.starts_with("sess_"), "{session}");
        assert_minutes_ahead(&fields["expiresAt"], 15);
        let link = fields["deepLink"].as_str().unwrap();
        assert!(
            link.starts_with("securesign://sign?requestId=550e8400"),
            "{link}"
        );
        // Read by the URL standard, as a browser would.
        let url = url::Url::parse(link).unwrap();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let expected = [
            ("requestId", "550e8400-e29b-41d4-a716-446655440000"),
            ("hashBase64", HASH),
            ("hashAlgo", "SHA256"),
            ("documentType", "hash"),
            (
                "callbackUrl",
                "https://portal.example.gov.in/sign/callback?a=b&c=d e",
            ),
            ("apiKey", &key.key),
            ("sessionId", session),
        ];
        let expected: Vec<(String, String)> =
            expected.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        assert_eq!(pairs, expected);
        securesign_handoff::link::parse(link).expect("what the desktop software reads");
    });
}

#[test]
fn sign_hash_makes_the_request_id() {
    on_both(|place| {
        let (_, key) = portal(place);
        let service = place.serve();
        for platform in ["mobile_browser", "desktop_software", "desktop_agent"] {
            let body = json!({
                "hashBase64": HASH, "hashAlgo": "SHA256", "platform": platform,
                "callbackUrl": "https://portal.example.gov.in/cb",
            });
            let reply = service.client().call("/v1/sign/hash", &key, &body);
            let fields = reply.ok().as_object().unwrap();
            let names: Vec<&str> = fields.keys().map(String::as_str).collect();
            assert_eq!(names, ["success", "requestId", "deepLink", "expiresAt"]);
            assert_eq!(fields["success"], true);
            assert_minutes_ahead(&fields["expiresAt"], 15);
            let link = fields["deepLink"].as_str().unwrap();
            let request = securesign_handoff::link::parse(link).unwrap();
            assert_eq!(request.request_id.as_str(), fields["requestId"]);
            assert!(uuid::Uuid::parse_str(request.request_id.as_str()).is_ok());
        }
    });
}

/// `2026-06-22T11:00:00Z`, that many minutes from now, and some for a slow machine.
fn assert_minutes_ahead(text: &Value, minutes: i64) {
    let text = text.as_str().unwrap();
    assert_eq!(text.len(), "2026-06-22T11:00:00Z".len());
    let time: jiff::Timestamp = text.parse().unwrap();
    let ahead = time.as_second() - jiff::Timestamp::now().as_second();
    assert!(
        (minutes * 60 - 60..=minutes * 60).contains(&ahead),
        "{ahead}"
    );
}

#[test]
fn every_refusal_is_the_published_json() {
    on_both(|place| {
        let (_, key) = portal(place);
        let service = place.serve();
        let client = service.client();
        let other = crate::support::Key {
            id: String::new(),
            key: "ss_live_000000000000000000000000000000000000".into(),
        };
        client
            .validate(&other, "https://portal.example.gov.in")
            .refused(401, "SS_API_KEY_INVALID");
        client
            .validate(&key, "https://other.example")
            .refused(403, "SS_DOMAIN_NOT_ALLOWED");
        client
            .get("/v1/auth/validate")
            .refused(405, "SS_REQUEST_INVALID");
        client.get("/v1/auth").refused(404, "SS_REQUEST_INVALID");
    });
}
