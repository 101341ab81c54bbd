//! Origins are compared as they are written, and each kind of key has its own.

use crate::support::on_both;

#[test]
fn what_only_looks_like_a_registered_origin_is_refused() {
    on_both(|place| {
        let tenant = place.tenant(&[]).id;
        place.command(&["origin", "add", &tenant, "https://portal.example.gov.in"]);
        place.command(&[
            "origin",
            "add",
            &tenant,
            "https://portal.example.gov.in:8443",
        ]);
        let key = place.key(&tenant, &["--rpm", "1000"]);
        let service = place.serve();
        let client = service.client();
        client.validate(&key, "https://portal.example.gov.in").ok();
        client
            .validate(&key, "https://portal.example.gov.in:8443")
            .ok();
        for hostile in [
            "https://portal.example.gov.in.",
            "https://portal.example.gov.in/",
            "https://portal.example.gov.in:443",
            "https://PORTAL.example.gov.in",
            "HTTPS://portal.example.gov.in",
            "https://user@portal.example.gov.in",
            "https://portal.example.gov.in@evil.example",
            "https://portal.example.gov.in.evil.example",
            "https://evil.example/https://portal.example.gov.in",
            "http://portal.example.gov.in",
            "https://portal.example.gov.in:8444",
            "https://portal。example.gov.in",
            "https://pоrtal.example.gov.in",
            "https://portal.example.gov.in\u{0}",
            " https://portal.example.gov.in",
            "https://portal.example.gov.in#",
            "https:\\\\portal.example.gov.in",
            "https://%70ortal.example.gov.in",
            "null",
            "",
            "*",
            "https://*.example.gov.in",
            "पोर्टल.भारत",
        ] {
            let reply = client.validate(&key, hostile);
            reply.refused(403, "SS_DOMAIN_NOT_ALLOWED");
        }
    });
}

#[test]
fn test_keys_have_test_origins_and_live_keys_have_live_ones() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        place.command(&["origin", "add", &tenant.id, "https://live.example"]);
        place.command(&[
            "origin",
            "add",
            &tenant.id,
            "https://test.example",
            "--test",
        ]);
        place.command(&["origin", "add", &tenant.id, "myapp:"]);
        let live = place.key(&tenant.id, &[]);
        let service = place.serve();
        let client = service.client();
        for (origin, is_test, is_live) in [
            ("https://live.example", false, true),
            ("https://test.example", true, false),
            ("http://localhost:3000", true, false),
            ("http://localhost:3001", false, false),
            ("myapp:", false, true),
            ("myapp://", false, false),
            ("otherapp:", false, false),
        ] {
            assert_eq!(
                client.validate(&tenant.key, origin).status == 200,
                is_test,
                "{origin}"
            );
            assert_eq!(
                client.validate(&live, origin).status == 200,
                is_live,
                "{origin}"
            );
        }
    });
}

#[test]
fn nothing_but_an_exact_origin_can_be_registered() {
    let place = crate::support::Place::sqlite();
    let tenant = place.tenant(&[]).id;
    for wrong in [
        "https://a.example/",
        "https://a.example/path",
        "https://A.example",
        "http://a.example",
        "a.example",
        "https://a.example:443",
        "https://*.example",
        "http://localhost:3000",
        "javascript:",
        "myapp://host",
    ] {
        let output = place.run(&["origin", "add", &tenant, wrong]);
        assert!(!output.status.success(), "{wrong}");
    }
    place.command(&["origin", "add", &tenant, "http://127.0.0.1:3000", "--test"]);
    let listed = place.command(&["origin", "list", &tenant]);
    assert_eq!(
        listed,
        "http://127.0.0.1:3000\ttest\nhttp://localhost:3000\ttest\n"
    );
    place.command(&[
        "origin",
        "remove",
        &tenant,
        "http://localhost:3000",
        "--test",
    ]);
    assert!(
        !place
            .run(&["origin", "remove", &tenant, "http://localhost:3000"])
            .status
            .success()
    );
}
