//! In by a link that is good once, and out.

use std::time::Duration;

use super::{FORMS, PAGES, after, browser, entered, link, secret, send, token};
use crate::support::{Browser, Client, Place, on_both};

#[test]
fn a_link_lets_one_browser_in_once() {
    on_both(|place| {
        let service = place.serve();
        let link = link(place, &[]);
        // Looked at by whatever previews links, it is not used up.
        for _ in 0..2 {
            let page = browser(&service).get(&link);
            assert_eq!(page.status, 200);
            assert!(
                page.text.contains("<button>Log in</button>"),
                "{}",
                page.text
            );
        }
        let fields = [("link", secret(&link))];
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..10)
                .map(|_| scope.spawn(|| browser(&service).submit("/console/login", &fields).status))
                .collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let count = |status| statuses.iter().filter(|one| **one == status).count();
        assert_eq!((count(200), count(403)), (1, 9), "{statuses:?}");
        assert_eq!(
            browser(&service).submit("/console/login", &fields).status,
            403
        );
    });
}

#[test]
fn a_link_that_is_old_or_made_up_lets_nobody_in() {
    on_both(|place| {
        let service = place.serve();
        let link = link(place, &[]);
        for nonsense in ["", "x", &"A".repeat(43), &"x".repeat(10_000)] {
            let mut browser = browser(&service);
            let page = browser.submit("/console/login", &[("link", nonsense)]);
            assert_eq!((page.status, browser.cookie), (403, None), "{nonsense}");
        }
        place.later(Duration::from_secs(10 * 60 + 1));
        let mut browser = browser(&service);
        let page = browser.submit("/console/login", &[("link", secret(&link))]);
        assert_eq!((page.status, browser.cookie), (403, None));
    });
}

/// Guesses are counted by network.
#[test]
fn links_cannot_be_tried_without_end() {
    let place = Place::sqlite();
    let service = place.serve();
    let mut browser = browser(&service);
    let statuses: Vec<u16> = (0..40)
        .map(|_| browser.submit("/console/login", &[("link", "x")]).status)
        .collect();
    assert_eq!(statuses[29], 403);
    assert!(statuses.contains(&429), "{statuses:?}");
}

/// Nothing but the way in is answered.
fn is_locked(browser: &mut Browser) {
    for path in PAGES.iter().chain(&["/console/nowhere"]) {
        let page = browser.get(path);
        assert_eq!(page.status, 401, "{path}: {}", page.text);
        assert!(page.text.contains("securesign-portal login-link"));
    }
    for path in FORMS {
        assert_eq!(browser.submit(path, &[("name", "x")]).status, 401, "{path}");
    }
}

#[test]
fn who_is_not_logged_in_gets_no_page() {
    on_both(|place| {
        let service = place.serve();
        let mut stranger = browser(&service);
        is_locked(&mut stranger);
        stranger.cookie = Some(format!("securesign_console={}", "A".repeat(43)));
        is_locked(&mut stranger);

        let mut out = entered(place, &service);
        let kept = out.cookie.clone();
        let page = send(&mut out, "/console/logout", &[]);
        assert_eq!(page.status, 401);
        // It is over for the service too, and not in this browser alone.
        out.cookie = kept;
        is_locked(&mut out);

        let mut thrown = entered(place, &service);
        let waiting = link(place, &[]);
        place.command(&["log-out"]);
        is_locked(&mut thrown);
        let page = thrown.submit("/console/login", &[("link", secret(&waiting))]);
        assert_eq!(page.status, 403);
    });
}

#[test]
fn a_login_ends_when_nothing_is_done_and_after_eight_hours_in_any_case() {
    on_both(|place| {
        let service = place.serve();
        let mut idle = entered(place, &service);
        place.later(Duration::from_secs(29 * 60));
        assert_eq!(idle.get("/console").status, 200);
        place.later(Duration::from_secs(58 * 60));
        assert_eq!(idle.get("/console").status, 200);
        place.later(Duration::from_secs(58 * 60 + 30 * 60 + 1));
        assert_eq!(idle.get("/console").status, 401);
        // Always before the half hour is over.
        let step = |n: u64| place.later(Duration::from_secs((120 + n * 29) * 60));
        step(0);
        let mut busy = entered(place, &service);
        for n in 1..=16 {
            step(n);
            assert_eq!(busy.get("/console").status, 200, "{n}");
        }
        step(17);
        assert_eq!(busy.get("/console").status, 401);
    });
}

#[test]
fn a_link_and_a_cookie_are_kept_as_hashes_and_stand_in_no_log() {
    on_both(|place| {
        let mut service = place.serve();
        let mut browser = browser(&service);
        let link = link(place, &[]);
        browser.get(&link);
        browser.submit("/console/login", &[("link", secret(&link))]);
        let cookie = browser.cookie.clone().unwrap();
        let cookie = cookie.strip_prefix("securesign_console=").unwrap();
        let token = token(&browser.get("/console"));
        let page = send(&mut browser, "/console", &[("name", "Acme")]);
        let tenant = after(&page, "<p class=\"about\"><code>");
        let new = [
            ("label", ""),
            ("live", "true"),
            ("purpose", "any"),
            ("rpm", "1"),
            ("days", ""),
        ];
        let made = send(
            &mut browser,
            &format!("/console/tenants/{tenant}/keys"),
            &new,
        );
        let key = after(&made, "<code class=\"key\">");
        service.stop();
        let log = service.log();
        assert!(log.contains("\"/console/login\""), "{log}");
        let audit = place.command(&["audit"]);
        let mut kept = match place.file() {
            Some(file) => std::fs::read(file).unwrap(),
            None => {
                let dump = std::process::Command::new("pg_dump")
                    .arg(place.url())
                    .output();
                dump.unwrap().stdout
            }
        };
        assert!(String::from_utf8_lossy(&kept).contains(&tenant));
        kept.extend(log.bytes().chain(audit.bytes()));
        for hidden in [secret(&link), cookie, &token, &key] {
            let found = kept
                .windows(hidden.len())
                .any(|text| text == hidden.as_bytes());
            assert!(hidden.len() >= 40 && !found, "{hidden}");
        }
    });
}

#[test]
fn the_cookie_is_for_the_console_alone_and_for_https_where_the_service_is() {
    let place = Place::sqlite();
    let service = place.serve_with(&[("PUBLIC_URL", "https://sign.example/base")]);
    let printed = {
        let mut program = place.program(&["login-link"]);
        program.env("SECURESIGN_PORTAL_PUBLIC_URL", "https://sign.example/base");
        String::from_utf8(program.output().unwrap().stdout).unwrap()
    };
    let link = printed
        .trim()
        .strip_prefix("https://sign.example/base/console/login?link=");
    let agent =
        ureq::Agent::new_with_config(ureq::Agent::config_builder().max_redirects(0).build());
    let url = format!("http://{}/base/console/login", service.address);
    let reply = agent
        .post(url)
        .send_form([("link", link.unwrap())])
        .unwrap();
    assert_eq!(
        (reply.status(), &reply.headers()["location"]),
        (303.try_into().unwrap(), &"/base/console".parse().unwrap())
    );
    let cookie = reply.headers()["set-cookie"].to_str().unwrap();
    let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
    assert_eq!(
        attributes,
        [
            "Path=/base/console",
            "Max-Age=28800",
            "HttpOnly",
            "SameSite=Strict",
            "Secure"
        ]
    );
}

#[test]
fn it_can_be_switched_off() {
    let place = Place::sqlite();
    let off = [("CONSOLE", "false")];
    let service = place.serve_with(&off);
    let client: Client = service.client();
    client.get("/console").refused(404, "SS_REQUEST_INVALID");
    client
        .get("/console/login?link=x")
        .refused(404, "SS_REQUEST_INVALID");
    let mut program = place.program(&["login-link"]);
    let output = program
        .env("SECURESIGN_PORTAL_CONSOLE", "false")
        .output()
        .unwrap();
    assert!(!output.status.success());
}
