//! What is done by forms, and what is not.

use super::{FORMS, after, entered, send, token};
use crate::support::{Key, Page, Place, on_both, until};

#[test]
fn a_form_of_another_site_or_another_login_does_nothing() {
    on_both(|place| {
        let tenant = place.tenant(&[]);
        let service = place.serve();
        let mut victim = entered(place, &service);
        let other = token(&entered(place, &service).get("/console"));
        let mine = token(&victim.get("/console"));
        assert_ne!(mine, other);
        let state = |place: &Place| {
            let list = place.command(&["tenant", "list"]);
            let keys = place.command(&["key", "list", &tenant.id]);
            [list, keys, place.command(&["origin", "list", &tenant.id])].concat()
        };
        let before = state(place);
        let fields = [
            ("name", "x"),
            ("label", ""),
            ("live", "true"),
            ("purpose", "any"),
            ("rpm", "1"),
            ("days", ""),
            ("hours", "0"),
            ("last", "true"),
            ("origin", "http://localhost:3000"),
            ("setting", "disabled"),
            ("on", "true"),
        ];
        for path in FORMS {
            let path = path
                .replace("org_x", &tenant.id)
                .replace("key_x", &tenant.key.id);
            for tokens in [
                &[][..],
                &[("form", "")],
                &[("form", &*other)],
                &[("form", &*mine), ("form", &*mine)],
                &[("form", &*other), ("form", &*mine)],
            ] {
                let page = victim.submit(&path, &[tokens, &fields].concat());
                assert_eq!(page.status, 403, "{path} {tokens:?}: {}", page.text);
            }
        }
        assert_eq!(state(place), before);
        // The forms themselves were right: with their token they would have been followed.
        let path = format!("/console/tenants/{}/settings", tenant.id);
        let right = [&[("form", &*mine)], &fields[..]].concat();
        assert_eq!(victim.submit(&path, &right).status, 200);
        assert_ne!(state(place), before);
    });
}

#[test]
fn keys_and_origins_are_kept_in_the_console_as_on_the_command_line() {
    const HERE: &str = "http://localhost:3000";
    on_both(|place| {
        let service = place.serve();
        let client = service.client();
        let mut browser = entered(place, &service);
        let page = send(&mut browser, "/console", &[("name", " Acme ")]);
        assert_eq!(page.status, 200, "{}", page.text);
        let tenant = after(&page, "<p class=\"about\"><code>");
        let here = format!("/console/tenants/{tenant}");
        let shown = |page: &Page| Key {
            id: after(page, "<dt>Id</dt><dd><code>"),
            key: after(page, "<code class=\"key\">"),
        };
        let new = [
            ("label", "shop"),
            ("live", "false"),
            ("purpose", "any"),
            ("rpm", "1007"),
            ("days", "30"),
        ];
        let key = shown(&send(&mut browser, &format!("{here}/keys"), &new));
        client
            .validate(&key, HERE)
            .refused(403, "SS_DOMAIN_NOT_ALLOWED");
        let origin = [("origin", HERE), ("live", "false")];
        let page = send(&mut browser, &format!("{here}/origins"), &origin);
        assert!(page.text.contains(HERE), "{}", page.text);
        until("a good key", || client.validate(&key, HERE).status == 200);
        assert_eq!(client.validate(&key, HERE).ok()["rateLimit"]["rpm"], 1007);

        let one = format!("{here}/keys/{}", key.id);
        let page = send(&mut browser, &format!("{one}/revoke"), &[]);
        assert_eq!(page.status, 409, "the last key went by mistake");
        let page = send(&mut browser, &format!("{one}/rotate"), &[("hours", "24")]);
        let second = shown(&page);
        client.validate(&second, HERE).ok();
        client.validate(&key, HERE).ok();
        let page = send(&mut browser, &format!("{one}/revoke"), &[]);
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!page.text.contains(&key.key) && !page.text.contains(&second.key));
        until("revoked", || client.validate(&key, HERE).status == 401);
        let page = send(&mut browser, &format!("{one}/rotate"), &[("hours", "24")]);
        assert_eq!(page.status, 409);
        let page = send(&mut browser, &format!("{here}/origins/remove"), &origin);
        assert!(!page.text.contains(HERE), "{}", page.text);
        until("no origin", || client.validate(&second, HERE).status == 403);

        let said = place.command(&["audit", &tenant]);
        let done: Vec<(&str, &str)> = said
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .map(|fields| (fields[2], fields[3]))
            .collect();
        let ravi = "operator:Ravi";
        assert_eq!(
            done,
            [
                (ravi, "origin.remove"),
                (ravi, "key.revoke"),
                (ravi, "key.rotate"),
                (ravi, "key.add"),
                (ravi, "origin.add"),
                (ravi, "key.add"),
                (ravi, "tenant.add"),
            ]
        );
    });
}

#[test]
fn what_a_form_cannot_say_is_refused() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let stranger = place.tenant(&[]);
    let service = place.serve();
    let mut browser = entered(&place, &service);
    let here = format!("/console/tenants/{}", tenant.id);
    let long = "x".repeat(101);
    let key = |name: &str, value: &'static str| {
        let mut fields = vec![
            ("label", ""),
            ("live", "true"),
            ("purpose", "any"),
            ("rpm", "120"),
            ("days", ""),
        ];
        fields.iter_mut().find(|field| field.0 == name).unwrap().1 = value;
        (format!("{here}/keys"), fields, 400)
    };
    let origin = |text: &'static str| {
        let fields = vec![("origin", text), ("live", "true")];
        (format!("{here}/origins"), fields, 400)
    };
    let other = format!("{here}/keys/{}/revoke", stranger.key.id);
    for (path, fields, status) in [
        ("/console".to_owned(), vec![("name", "")], 400),
        ("/console".to_owned(), vec![("name", &*long)], 400),
        ("/console".to_owned(), vec![("name", "a\nb")], 400),
        ("/console".to_owned(), vec![], 400),
        key("label", "a\tb"),
        key("live", "perhaps"),
        key("purpose", "all"),
        key("rpm", "0"),
        key("rpm", "100001"),
        key("rpm", "-1"),
        key("days", "0"),
        key("days", "x"),
        origin("https://a.example/"),
        origin("http://localhost:3000"),
        origin("javascript:"),
        (other, vec![("last", "true")], 404),
        (
            "/console/tenants/org_none/keys".to_owned(),
            key("live", "true").1,
            404,
        ),
        (
            "/console/tenants/org_none/settings".to_owned(),
            vec![("setting", "disabled"), ("on", "true")],
            404,
        ),
        (
            format!("{here}/settings"),
            vec![("setting", "name"), ("on", "true")],
            400,
        ),
    ] {
        let page = send(&mut browser, &path, &fields);
        assert_eq!(page.status, status, "{path} {fields:?}: {}", page.text);
    }
    for path in [
        "/console/nowhere",
        "/console/tenants/org_none",
        "/console/tenants/%00",
    ] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
    let keys = place.command(&["key", "list", &tenant.id]);
    assert_eq!(keys.lines().count(), 1, "{keys}");
}
