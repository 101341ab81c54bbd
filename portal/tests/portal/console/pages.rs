//! What is shown.

use std::time::Duration;

use super::{PAGES, after, entered};
use crate::support::{Place, on_both, until};

#[test]
fn what_happened_is_listed_by_session_day_and_line() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        let client = service.client();
        client.open(&tenant.key, "opened-1").ok();
        for _ in 0..3 {
            client.validate(&tenant.key, "http://localhost:3000").ok();
        }
        client.validate(&tenant.key, "https://made.up");
        let lines: Vec<String> = (0..60)
            .map(|n| format!("(0, 'run', 'operator', 'tenant.add', 'T{n}')"))
            .collect();
        place.sql(&format!(
            "INSERT INTO audit (at, instance, actor, action, detail) VALUES {}",
            lines.join(",")
        ));
        let mut browser = entered(place, &service);
        let here = format!("/console/tenants/{}", tenant.id);
        let page = browser.get(&format!("{here}/sessions")).text;
        assert!(
            page.contains("opened-1") && page.contains(">open<"),
            "{page}"
        );
        until("counted", || {
            let page = browser.get(&format!("{here}/usage"));
            page.text
                .contains("<td class=\"number\">3</td><td class=\"number\">1</td>")
        });
        let usage = browser.get(&format!("{here}/usage")).text;
        assert!(usage.contains("SS_DOMAIN_NOT_ALLOWED"), "{usage}");
        place.later(Duration::from_secs(16 * 60));
        let page = browser.get(&format!("{here}/sessions")).text;
        assert!(page.contains(">expired<"), "{page}");

        let first = browser.get("/console/audit?action=tenant.");
        assert_eq!(first.text.matches("tenant.add").count(), 50);
        assert!(!first.text.contains("console.login"));
        let older = after(&first, "<p><a href=\"").replace("&amp;", "&");
        let second = browser.get(&older);
        assert_eq!(
            second.text.matches("tenant.add").count(),
            11,
            "{}",
            second.text
        );
        assert!(!second.text.contains(">Older<"));
        let mine = browser
            .get(&format!("/console/audit?tenant={}", tenant.id))
            .text;
        assert!(
            mine.contains("session.open") && !mine.contains("T59"),
            "{mine}"
        );
        let all = browser.get("/console/audit").text;
        assert!(
            all.contains("console.login") && all.contains("operator:Ravi"),
            "{all}"
        );
    });
}

#[test]
fn every_page_is_sent_with_what_protects_it_and_names_are_text() {
    let place = Place::sqlite();
    let hostile = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>";
    let id = place.command(&["tenant", "add", hostile]).trim().to_owned();
    place.key(&id, &["--label", hostile]);
    let service = place.serve();
    let mut browser = entered(&place, &service);
    let pages = PAGES.map(|path| path.replace("org_x", &id));
    for path in pages
        .iter()
        .map(String::as_str)
        .chain(["/console/login?link=%3Cscript%3Ealert(1)"])
    {
        let page = browser.get(path);
        assert_eq!(page.status, 200, "{path}");
        for tag in [
            "<script",
            "<img",
            "javascript:",
            " style=",
            " onerror=alert(2)>",
        ] {
            assert!(!page.text.contains(tag), "{path}: {}", page.text);
        }
        let policy = page.policy.unwrap();
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; \
             base-uri 'none'"
        );
        assert_eq!(page.frame.as_deref(), Some("DENY"), "{path}");
        assert_eq!(page.referrer.as_deref(), Some("no-referrer"), "{path}");
    }
    let refused = browser.get("/console/nowhere");
    assert_eq!(refused.frame.as_deref(), Some("DENY"));
    assert!(refused.policy.is_some());
}
