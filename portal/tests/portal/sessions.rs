//! Signing sessions: once, in time, and for the request that they were opened for.

use std::sync::Barrier;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, HASH, Key, Reply, on_both};

/// What the desktop sends for a link with a session.
fn shown(opened: &Value, request: &str) -> Value {
    json!({
        "origin": "http://localhost:3000",
        "platform": "desktop_software",
        "sessionId": opened["sessionId"],
        "requestId": request,
        "documentType": "hash",
        "hashBase64": HASH,
        "hashAlgo": "SHA256",
        "callbackUrl": "http://localhost:3000/signed",
    })
}

fn with(mut body: Value, name: &str, value: &str) -> Value {
    body[name] = value.into();
    body
}

fn validate(client: &Client, key: &Key, body: &Value) -> Reply {
    client.call("/v1/auth/validate", key, body)
}

#[test]
fn of_fifty_uses_at_the_same_time_one_succeeds() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let key = place.key(&tenant.id, &["--test", "--rpm", "1000"]);
        let services = [place.serve(), place.serve()];
        for (round, count) in [(0, 1), (1, 2), (2, 2)] {
            let request = format!("r{round}");
            let opened = services[0].client().open(&key, &request);
            let body = shown(opened.ok(), &request);
            let start = Barrier::new(50);
            let use_it = |n: usize| {
                let client = services[n % count].client();
                // Half of them with claims of their own.
                let body = match n % 2 {
                    0 => body.clone(),
                    _ => with(body.clone(), "claim", &format!("claim{n}")),
                };
                start.wait();
                validate(&client, &key, &body)
            };
            let replies: Vec<Reply> = std::thread::scope(|scope| {
                let use_it = &use_it;
                let threads: Vec<_> = (0..50).map(|n| scope.spawn(move || use_it(n))).collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            });
            let good = replies.iter().filter(|reply| reply.status == 200).count();
            assert_eq!(good, 1, "{replies:?}");
            for reply in replies.iter().filter(|reply| reply.status != 200) {
                reply.refused(410, "SS_SESSION_EXPIRED");
            }
        }
    });
}

#[test]
fn an_answer_that_was_lost_is_given_again_to_the_same_claim_alone() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        let client = service.client();
        let opened = client.open(&tenant.key, "r1");
        let body = with(shown(opened.ok(), "r1"), "claim", "c".repeat(32).as_str());
        validate(&client, &tenant.key, &body).ok();
        validate(&client, &tenant.key, &body).ok();
        let other = with(body.clone(), "claim", "d".repeat(32).as_str());
        let reply = validate(&client, &tenant.key, &other);
        reply.refused(410, "SS_SESSION_EXPIRED");
        assert_eq!(reply.json["reason"], "used");
        let long = with(body.clone(), "claim", "e".repeat(101).as_str());
        validate(&client, &tenant.key, &long).refused(400, "SS_REQUEST_INVALID");
        let none = shown(opened.ok(), "r1");
        validate(&client, &tenant.key, &none).refused(410, "SS_SESSION_EXPIRED");
    });
}

#[test]
fn an_altered_link_is_refused_and_uses_nothing_up() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        place.command(&[
            "origin",
            "add",
            &tenant.id,
            "http://127.0.0.1:3000",
            "--test",
        ]);
        let stranger = place.tenant(&[]);
        let service = place.serve();
        let client = service.client();
        let opened = client.open(&tenant.key, "r1");
        let body = shown(opened.ok(), "r1");
        // SHA-256 of "abc" (FIPS 180-2, appendix B.1).
        let other = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        for (name, value) in [
            ("requestId", "r2"),
            ("hashBase64", other),
            ("documentType", "pdf"),
            ("callbackUrl", "http://localhost:3000/signed?x"),
            ("callbackUrl", "http://localhost:3000/other"),
        ] {
            let reply = validate(&client, &tenant.key, &with(body.clone(), name, value));
            reply.refused(403, "SS_REQUEST_INVALID");
        }
        let elsewhere = with(body.clone(), "callbackUrl", "http://127.0.0.1:3000/signed");
        validate(&client, &tenant.key, &elsewhere).refused(400, "SS_REQUEST_INVALID");
        let elsewhere = with(elsewhere, "origin", "http://127.0.0.1:3000");
        validate(&client, &tenant.key, &elsewhere).refused(403, "SS_REQUEST_INVALID");
        let unknown = with(body.clone(), "sessionId", "sess_0");
        let reply = validate(&client, &tenant.key, &unknown);
        reply.refused(410, "SS_SESSION_EXPIRED");
        assert_eq!(reply.json["reason"], "unknown");
        // Another portal's key.
        validate(&client, &stranger.key, &body).refused(410, "SS_SESSION_EXPIRED");
        validate(&client, &tenant.key, &body).ok();
    });
}

#[test]
fn a_session_ends_with_its_time() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve_with(&[("SESSION_MINUTES", "5")]);
        let client = service.client();
        let first = client.open(&tenant.key, "r1");
        let second = client.open(&tenant.key, "r2");
        place.later(Duration::from_secs(4 * 60));
        validate(&client, &tenant.key, &shown(first.ok(), "r1")).ok();
        place.later(Duration::from_secs(5 * 60));
        let late = shown(second.ok(), "r2");
        let reply = validate(&client, &tenant.key, &late);
        reply.refused(410, "SS_SESSION_EXPIRED");
        assert_eq!(reply.json["reason"], "expired");
        // Nobody signed it: the portal may ask again, and the first link stays dead.
        let third = client.open(&tenant.key, "r2");
        assert_ne!(third.ok()["sessionId"], second.json["sessionId"]);
        validate(&client, &tenant.key, &late).refused(410, "SS_SESSION_EXPIRED");
        validate(&client, &tenant.key, &shown(third.ok(), "r2")).ok();
    });
}

#[test]
fn asked_again_for_the_same_it_is_the_same_session() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        let client = service.client();
        let first = client.open(&tenant.key, "r1");
        let again = client.open(&tenant.key, "r1");
        assert_eq!(first.ok(), again.ok());
        let opened = place
            .command(&["audit", &tenant.id])
            .matches("session.open")
            .count();
        assert_eq!(opened, 1);
        let other = json!({
            "requestId": "r1", "documentType": "hash", "hashBase64": HASH,
            "callbackUrl": "http://localhost:3000/elsewhere",
        });
        let reply = client.call("/v1/auth/session", &tenant.key, &other);
        reply.refused(409, "SS_REQUEST_INVALID");
        // Another portal's ids are its own.
        let stranger = place.tenant(&[]);
        client.open(&stranger.key, "r1").ok();
        validate(&client, &tenant.key, &shown(first.ok(), "r1")).ok();
        client
            .open(&tenant.key, "r1")
            .refused(409, "SS_REQUEST_INVALID");
    });
}

#[test]
fn where_a_session_is_a_duty_nothing_else_is_signed() {
    on_both(|place| {
        let tenant = place.tenant(&["--require-session"]);
        let service = place.serve();
        let client = service.client();
        let bare = client.validate(&tenant.key, "http://localhost:3000");
        bare.refused(403, "SS_REQUEST_INVALID");
        let opened = client.open(&tenant.key, "r1");
        validate(&client, &tenant.key, &shown(opened.ok(), "r1")).ok();
        place.command(&["tenant", "require-session", &tenant.id, "false"]);
        std::thread::sleep(Duration::from_secs(1));
        client.validate(&tenant.key, "http://localhost:3000").ok();
    });
}

#[test]
fn a_request_that_the_desktop_would_refuse_opens_no_session() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        let good = json!({
            "requestId": "r1", "documentType": "hash", "hashBase64": HASH,
            "callbackUrl": "http://localhost:3000/signed",
        });
        for (name, value) in [
            ("requestId", ""),
            ("requestId", "a b\n"),
            ("requestId", &*"x".repeat(129)),
            ("hashBase64", "AAAA"),
            ("hashBase64", "not base64!"),
            ("hashAlgo", "MD5"),
            ("hashAlgo", "SHA512"),
            ("documentType", "docx"),
            ("callbackUrl", "javascript:alert(1)"),
            ("callbackUrl", "http://portal.example/"),
            ("callbackUrl", "http://localhost:3000@evil.example/"),
            ("callbackUrl", "http://localhost:3000/?ss_result=x"),
            ("callbackUrl", "/signed"),
        ] {
            let body = with(good.clone(), name, value);
            let reply = service
                .client()
                .call("/v1/auth/session", &tenant.key, &body);
            reply.refused(400, "SS_REQUEST_INVALID");
        }
        let elsewhere = with(good, "callbackUrl", "http://localhost:3001/signed");
        let reply = service
            .client()
            .call("/v1/auth/session", &tenant.key, &elsewhere);
        reply.refused(403, "SS_DOMAIN_NOT_ALLOWED");
        assert_eq!(place.command(&["sessions", &tenant.id]), "");
    });
}
