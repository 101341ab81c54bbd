//! Keys: shown once, kept as a hash, with an end.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{HASH, Key, Place, on_both};

const HERE: &str = "http://localhost:3000";

#[test]
fn a_key_is_shown_once_and_kept_nowhere() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let listed = place.command(&["key", "list", &tenant.id]);
        assert!(listed.contains(&tenant.key.id) && !listed.contains(&tenant.key.key));
        assert!(listed.contains(&tenant.key.key[tenant.key.key.len() - 4..]));
        let audit = place.command(&["audit"]);
        assert!(
            audit.contains(&tenant.key.id) && !audit.contains(&tenant.key.key),
            "{audit}"
        );
        if let Some(file) = place.file() {
            let kept = std::fs::read(file).unwrap();
            let key = tenant.key.key.as_bytes();
            assert!(!kept.windows(key.len()).any(|window| window == key));
        }
    });
}

#[test]
fn a_revoked_key_is_refused_within_a_second_by_every_service() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let [one, two] = [place.serve(), place.serve()];
        for service in [&one, &two] {
            service.client().validate(&tenant.key, HERE).ok();
        }
        let last = place.run(&["key", "revoke", &tenant.key.id]);
        assert!(!last.status.success(), "the last key went by mistake");
        for service in [&one, &two] {
            service.client().validate(&tenant.key, HERE).ok();
        }
        place.command(&["key", "revoke", &tenant.key.id, "--last"]);
        std::thread::sleep(Duration::from_secs(1));
        for service in [&one, &two] {
            let reply = service.client().validate(&tenant.key, HERE);
            reply.refused(401, "SS_API_KEY_INVALID");
        }
    });
}

#[test]
fn a_rotated_key_goes_on_for_as_long_as_was_said() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        let client = service.client();
        let new = Key::printed(&place.command(&["key", "rotate", &tenant.key.id, "--hours", "24"]));
        client.validate(&tenant.key, HERE).ok();
        client.validate(&new, HERE).ok();
        place.later(Duration::from_secs(24 * 3600 - 60));
        std::thread::sleep(Duration::from_secs(1));
        client.validate(&tenant.key, HERE).ok();
        place.later(Duration::from_secs(24 * 3600));
        std::thread::sleep(Duration::from_secs(1));
        client
            .validate(&tenant.key, HERE)
            .refused(401, "SS_API_KEY_INVALID");
        client.validate(&new, HERE).ok();
        assert!(
            !place
                .run(&["key", "rotate", &tenant.key.id])
                .status
                .success()
        );
    });
}

#[test]
fn a_key_with_an_end_ends() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let key = place.key(&tenant.id, &["--test", "--days", "1"]);
        let service = place.serve();
        service.client().validate(&key, HERE).ok();
        place.later(Duration::from_secs(24 * 3600 + 1));
        std::thread::sleep(Duration::from_secs(1));
        let reply = service.client().validate(&key, HERE);
        reply.refused(401, "SS_API_KEY_INVALID");
        assert!(reply.json["message"].as_str().unwrap().contains("expired"));
    });
}

#[test]
fn a_disabled_tenant_has_no_good_key() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        service.client().validate(&tenant.key, HERE).ok();
        place.command(&["tenant", "disable", &tenant.id]);
        std::thread::sleep(Duration::from_secs(1));
        service
            .client()
            .validate(&tenant.key, HERE)
            .refused(401, "SS_API_KEY_INVALID");
        place.command(&["tenant", "enable", &tenant.id]);
        std::thread::sleep(Duration::from_secs(1));
        service.client().validate(&tenant.key, HERE).ok();
        assert!(
            !place
                .run(&["tenant", "disable", "org_nobody"])
                .status
                .success()
        );
    });
}

#[test]
fn a_link_key_only_validates_and_a_server_key_is_in_no_link() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let server = place.key(&tenant.id, &["--test", "--for", "server"]);
        let link = place.key(&tenant.id, &["--test", "--for", "link"]);
        let stranger = place.tenant(&[]);
        let service = place.serve();
        let client = service.client();
        client.validate(&link, HERE).ok();
        client.open(&link, "r1").refused(403, "SS_API_KEY_INVALID");
        client
            .open(&server, "r1")
            .refused(403, "SS_API_KEY_INVALID");
        let open = |link_key: &str| {
            let body = json!({
                "requestId": "r1", "documentType": "hash", "hashBase64": HASH,
                "callbackUrl": "http://localhost:3000/signed", "linkApiKey": link_key,
            });
            client.call("/v1/auth/session", &server, &body)
        };
        open(&stranger.key.key).refused(403, "SS_API_KEY_INVALID");
        open(&server.key).refused(403, "SS_API_KEY_INVALID");
        open("ss_test_nonsense").refused(403, "SS_API_KEY_INVALID");
        let opened = open(&link.key);
        let deep_link = opened.ok()["deepLink"].as_str().unwrap();
        assert!(deep_link.contains(&link.key) && !deep_link.contains(&server.key));
    });
}

#[test]
fn rates_are_counted_for_each_network_and_busy_is_not_refused() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let key = place.key(&tenant.id, &["--test", "--rpm", "3"]);
        let service = place.serve_with(&[("TRUSTED_PROXIES", "[\"127.0.0.1\"]")]);
        let client = service.client();
        let bearer = format!("Bearer {}", key.key);
        let from = |network: &str| {
            let headers = [
                ("authorization", &*bearer),
                ("content-type", "application/json"),
                ("x-forwarded-for", network),
            ];
            client.post(
                "/v1/auth/validate",
                &headers,
                r#"{"origin":"http://localhost:3000"}"#,
            )
        };
        let start = Instant::now();
        let replies: Vec<_> = (0..4).map(|n| from(&format!("203.0.113.{n}"))).collect();
        // A new minute may begin meanwhile, on a very slow machine.
        assert!(start.elapsed() < Duration::from_secs(50));
        for reply in &replies[..3] {
            assert_eq!(reply.ok()["rateLimit"]["rpm"], 3);
        }
        replies[3].refused(429, "SS_RATE_LIMITED");
        let wait: u32 = replies[3].retry_after.as_ref().unwrap().parse().unwrap();
        assert!((1..=61).contains(&wait));
        // What the client wrote itself does not help it.
        from("198.51.100.7, 203.0.113.9").refused(429, "SS_RATE_LIMITED");
        from("198.51.100.7").ok();
    });
}

#[test]
fn a_slip_in_a_key_is_known_without_the_database() {
    let place = Place::postgres();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    service.client().validate(&tenant.key, HERE).ok();
    place.sql("ALTER TABLE api_keys RENAME TO gone");
    std::thread::sleep(Duration::from_secs(1));
    let mut slipped = tenant.key.clone();
    slipped.key.replace_range(
        10..11,
        if &slipped.key[10..11] == "x" {
            "y"
        } else {
            "x"
        },
    );
    service
        .client()
        .validate(&slipped, HERE)
        .refused(401, "SS_API_KEY_INVALID");
    // The right one needs it.
    let reply = service.client().validate(&tenant.key, HERE);
    reply.refused(503, "SS_SERVICE_UNREACHABLE");
    assert!(reply.retry_after.is_some());
}
