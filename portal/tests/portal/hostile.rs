//! What comes from outside: bounded, refused with the documented JSON, and in no log.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{HASH, Place, free_port, on_both, raw, until};

const CALLS: [&str; 3] = ["/v1/auth/validate", "/v1/auth/session", "/v1/sign/hash"];

#[test]
fn no_body_makes_the_service_fail() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let key = place.key(&tenant.id, &["--test", "--rpm", "1000"]);
        let service = place.serve();
        let bearer = format!("Bearer {}", key.key);
        let deep = "[".repeat(20_000);
        for call in CALLS {
            for body in [
                "",
                "{",
                "null",
                "[]",
                "5",
                "\"x\"",
                "{}",
                r#"{"origin":5}"#,
                r#"{"origin":null,"requestId":[],"documentType":{},"hashBase64":1,"hashAlgo":true}"#,
                r#"{"origin":"a","origin":"b"}"#,
                r#"{"requestId":"a","requestId":"b"}"#,
                "{\"origin\":\"\\ud800\"}",
                "\u{feff}{}",
                r#"{"origin":"http://localhost:3000","platform":"toaster","hashBase64":"x","hashAlgo":"x","callbackUrl":"x"}"#,
                &deep,
            ] {
                let headers = [
                    ("authorization", &*bearer),
                    ("content-type", "application/json"),
                ];
                let reply = service.client().post(call, &headers, body);
                assert_eq!(reply.status, 400, "{call} {body}: {reply:?}");
                reply.refused(400, "SS_REQUEST_INVALID");
            }
            let large = format!("{{\"origin\":\"{}\"}}", "x".repeat(40_000));
            let headers = [
                ("authorization", &*bearer),
                ("content-type", "application/json"),
            ];
            service
                .client()
                .post(call, &headers, &large)
                .refused(413, "SS_REQUEST_INVALID");
            for kind in [
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/jsonx",
            ] {
                let headers = [("authorization", &*bearer), ("content-type", kind)];
                service
                    .client()
                    .post(call, &headers, "{}")
                    .refused(415, "SS_REQUEST_INVALID");
            }
        }
        service
            .client()
            .validate(&key, "http://localhost:3000")
            .ok();
    });
}

#[test]
fn what_is_said_twice_is_said_once_or_refused() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let other = place.key(&tenant.id, &["--test"]);
    let service = place.serve();
    let client = service.client();
    let body = r#"{"origin":"http://localhost:3000"}"#;
    let (one, two) = (
        format!("Bearer {}", tenant.key.key),
        format!("Bearer {}", other.key),
    );
    let json = ("content-type", "application/json");
    for headers in [
        &[
            ("authorization", &*one),
            ("x-securesign-api-key", &*tenant.key.key),
        ][..],
        &[("authorization", &*one), ("authorization", &*one)],
    ] {
        client
            .post(CALLS[0], &[headers, &[json]].concat(), body)
            .ok();
    }
    for headers in [
        &[][..],
        &[
            ("authorization", &*one),
            ("x-securesign-api-key", &*other.key),
        ],
        &[("authorization", &*one), ("authorization", &*two)],
        &[("authorization", &*one), ("x-securesign-api-key", "")],
        &[
            ("authorization", "Basic x"),
            ("x-securesign-api-key", &*tenant.key.key),
        ],
        &[("authorization", &*tenant.key.key)],
        &[("authorization", "Bearer ")],
        &[("authorization", "Bearer ss_test_"), json],
        &[("x-securesign-api-key", "ss_live_ü")],
    ] {
        let reply = client.post(CALLS[0], &[headers, &[json]].concat(), body);
        reply.refused(401, "SS_API_KEY_INVALID");
    }
    let twice = [json, json, ("authorization", &*one)];
    client
        .post(CALLS[0], &twice, body)
        .refused(415, "SS_REQUEST_INVALID");
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let head = |more: &str| {
        format!(
            "POST /v1/auth/validate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Type: application/json\r\n{more}\r\n",
            tenant.key.key
        )
    };
    let body = r#"{"origin":"http://localhost:3000"}"#;
    let good = format!(
        "{}{body}",
        head(&format!("Content-Length: {}\r\n", body.len()))
    );
    let answer = raw(service.address, good.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for bad in [
        format!(
            "{}{body}",
            head("Content-Length: 34\r\nContent-Length: 35\r\n")
        ),
        format!("{}{body}", head("Content-Length: +34\r\n")),
        format!(
            "{}{body}",
            head("Content-Length: 34\r\nTransfer-Encoding: xchunked\r\n")
        ),
        format!(
            "{}zz\r\n{body}\r\n0\r\n\r\n",
            head("Transfer-Encoding: chunked\r\n")
        ),
        format!("{}{body}", head("Content-Length : 34\r\n")),
        format!("{}{body}", head(" Content-Length: 34\r\n")),
        format!("{}{body}", head("X: a\rb\r\nContent-Length: 34\r\n")),
        "GET /health HTTP/1.1\r\n\0: x\r\n\r\n".into(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(40_000)),
        format!(
            "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
            "a".repeat(40_000)
        ),
        "GARBAGE\r\n\r\n".into(),
    ] {
        let answer = raw(service.address, bad.as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 2"), "{bad}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{bad}: {answer}");
        assert_eq!(
            answer.matches("HTTP/1.1").count().max(1),
            1,
            "{bad}: {answer}"
        );
    }
    service
        .client()
        .validate(&tenant.key, "http://localhost:3000")
        .ok();
}

/// Behind a proxy that believes the other of two lengths, the second request would be a stranger's.
#[test]
fn a_request_with_two_lengths_is_the_last_one_of_its_connection() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let body = r#"{"origin":"http://localhost:3000"}"#;
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let next = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (lengths, body) in [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", &*chunks),
        ("Transfer-Encoding: chunked\r\nContent-Length: 4", &chunks),
        ("Transfer-Encoding: chunked", &chunks),
        (
            "Transfer-Encoding: gzip, chunked\r\nContent-Length: 34",
            &chunks,
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            &chunks,
        ),
        ("Content-Length: 34\r\nTransfer-Encoding: identity", body),
        (
            "Content-Length: 34, 34\r\nTransfer-Encoding:\tchunked",
            &chunks,
        ),
    ] {
        let request = format!(
            "POST /v1/auth/validate HTTP/1.1\r\nHost: x\r\nX-SecureSign-Api-Key: {}\r\n\
             Content-Type: application/json\r\n{lengths}\r\n\r\n{body}{next}",
            tenant.key.key
        );
        let answer = raw(service.address, request.as_bytes());
        assert!(!answer.starts_with("HTTP/1.1 5"), "{lengths}: {answer}");
        assert!(!answer.contains("ok\n"), "{lengths}: {answer}");
    }
    // With one length, both are answered.
    let request = format!(
        "POST /v1/auth/validate HTTP/1.1\r\nHost: x\r\nX-SecureSign-Api-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}{next}",
        tenant.key.key,
        body.len()
    );
    let answer = raw(service.address, request.as_bytes());
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"),
        "{answer}"
    );
}

#[test]
fn a_slow_client_is_cut_and_others_are_served() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve_with(&[("REQUEST_SECONDS", "1"), ("CONCURRENT_REQUESTS", "2")]);
    let half = format!(
        "POST /v1/auth/validate HTTP/1.1\r\nHost: x\r\nX-SecureSign-Api-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{",
        tenant.key.key
    );
    // Silence, half a head, and half a body.
    for (bytes, answer) in [
        ("", ""),
        ("POST / HTTP/1.1\r\nHo", ""),
        (&half, "SS_REQUEST_INVALID"),
    ] {
        let start = Instant::now();
        let text = std::thread::scope(|scope| {
            let slow = scope.spawn(|| raw(service.address, bytes.as_bytes()));
            std::thread::sleep(Duration::from_millis(300));
            service
                .client()
                .validate(&tenant.key, "http://localhost:3000")
                .ok();
            slow.join().unwrap()
        });
        // `raw` itself gives up after 12 s.
        assert!(
            start.elapsed() < Duration::from_secs(11),
            "{bytes} was not cut"
        );
        assert!(text.contains(answer), "{text}");
        assert!(!text.starts_with("HTTP/1.1 5"), "{text}");
    }
}

#[test]
fn where_there_is_no_room_clients_hear_that_it_is_busy() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve_with(&[("REQUEST_SECONDS", "5"), ("CONCURRENT_REQUESTS", "1")]);
    let half = format!(
        "POST /v1/auth/validate HTTP/1.1\r\nHost: x\r\nX-SecureSign-Api-Key: {}\r\n\
         Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{",
        tenant.key.key
    );
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| raw(service.address, half.as_bytes()));
        // So that it has the room: two at the same time would both ask for it.
        std::thread::sleep(Duration::from_millis(500));
        let mut busy = None;
        crate::support::until("busy", || {
            let reply = service
                .client()
                .validate(&tenant.key, "http://localhost:3000");
            let is_busy = reply.status != 200;
            busy = Some(reply);
            is_busy
        });
        let busy = busy.unwrap();
        busy.refused(503, "SS_SERVICE_UNREACHABLE");
        assert!(busy.retry_after.is_some());
        slow.join().unwrap();
    });
    service
        .client()
        .validate(&tenant.key, "http://localhost:3000")
        .ok();
}

#[test]
fn connections_beyond_the_bound_are_closed_and_their_room_comes_back() {
    let place = Place::sqlite();
    let service = place.serve_with(&[("OPEN_CONNECTIONS", "2")]);
    let whole = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let half = || {
        let mut stream = TcpStream::connect(service.address).unwrap();
        // It may have been closed already.
        let _ = stream.write_all(b"GET /health HTTP/1.1\r\n");
        stream
    };
    let mut held = Vec::new();
    until("closed", || {
        held = vec![half(), half()];
        raw(service.address, whole).is_empty()
    });
    drop(held);
    until("room", || raw(service.address, whole).ends_with("ok\n"));
}

/// Eight of them at the most are in memory, and none for a key that nobody has.
#[test]
fn large_bodies_are_read_for_good_keys_and_not_too_many_at_a_time() {
    let place = Place::sqlite();
    let key = place.tenant(&[]).key.key;
    let service = place.serve_with(&[("REQUEST_SECONDS", "8")]);
    let head = |key: &str| {
        format!(
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nX-SecureSign-Api-Key: {key}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: 16000000\r\n\r\n"
        )
    };
    // Answered before the body comes: with another one's database it is a key.
    let stranger = Place::sqlite().tenant(&[]).key.key;
    let answer = raw(service.address, head(&stranger).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    std::thread::scope(|scope| {
        let send = || raw(service.address, head(&key).as_bytes());
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        std::thread::sleep(Duration::from_secs(1));
        let ninth = send();
        assert!(
            ninth.starts_with("HTTP/1.1 503") && ninth.contains("retry-after"),
            "{ninth}"
        );
        for waiting in waiting {
            let answer = waiting.join().unwrap();
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
    });
}

/// Everything that a key may stand in is sent, rightly and wrongly; then it must be in nothing
/// that was written.
#[test]
fn no_key_no_session_and_no_query_is_in_any_log() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let key = place.key(&tenant.id, &["--test", "--rpm", "1000"]);
        let metrics = format!("127.0.0.1:{}", free_port());
        let mut service = place.serve_with(&[("METRICS_LISTEN", &metrics)]);
        let client = service.client();
        let secret = key.key.as_str();
        let opened = client.open(&key, "r1").ok().clone();
        let session = opened["sessionId"].as_str().unwrap();
        client.validate(&key, "http://localhost:3000").ok();
        client
            .validate(&key, secret)
            .refused(403, "SS_DOMAIN_NOT_ALLOWED");
        let path = format!("/v1/auth/validate?apiKey={secret}&sessionId={session}");
        client.get(&path).refused(405, "SS_REQUEST_INVALID");
        client
            .get(&format!("/{secret}/{session}"))
            .refused(404, "SS_REQUEST_INVALID");
        let body = json!({"origin": "x", "platform": secret, "hashAlgo": session});
        client.call("/v1/auth/validate", &key, &body);
        let body = json!({
            "requestId": secret, "documentType": secret, "hashBase64": HASH,
            "hashAlgo": secret, "callbackUrl": secret, "linkApiKey": secret,
        });
        for call in CALLS {
            client.call(call, &key, &body);
            client.call(
                call,
                &key,
                &json!({"origin": [secret], "requestId": {secret: 1}}),
            );
            let text = format!("{{{secret}");
            let reply = client.post(
                call,
                &[
                    ("content-type", "application/json"),
                    ("x-securesign-api-key", secret),
                ],
                &text,
            );
            assert!(!reply.text.contains(secret), "{reply:?}");
        }
        let method = format!(
            "{secret} /health?{secret} HTTP/1.1\r\nHost: {secret}\r\nConnection: close\r\n\r\n"
        );
        raw(service.address, method.as_bytes());
        let numbers = crate::support::Client::new(format!("http://{metrics}"))
            .get("/metrics")
            .text;
        assert!(numbers.contains("route=\"/v1/auth/validate\""), "{numbers}");
        service.stop();
        let log = service.log();
        assert!(
            log.contains("/v1/auth/session") && log.contains("\"ended\""),
            "{log}"
        );
        let audit = place.command(&["audit"]);
        for (name, text) in [("log", &log), ("metrics", &numbers), ("audit", &audit)] {
            assert!(!text.contains(secret), "the key is in the {name}: {text}");
            assert!(
                !text.contains(session),
                "the session is in the {name}: {text}"
            );
        }
    });
}
