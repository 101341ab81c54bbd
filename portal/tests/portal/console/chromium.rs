//! As a person does it, in a real browser.

use crate::support::{Chromium, Key, Place, until};

/// As a person does it, in a real browser.
#[test]
fn in_chromium_an_operator_makes_a_key_revokes_it_and_logs_out() {
    if !Chromium::is_expected() {
        return;
    }
    let place = Place::sqlite();
    let port = crate::support::free_port();
    let public = format!("http://localhost:{port}");
    let listen = format!("127.0.0.1:{port}");
    let service = place.serve_with(&[("PUBLIC_URL", &public), ("LISTEN", &listen)]);
    let mut program = place.program(&["login-link"]);
    program.env("SECURESIGN_PORTAL_PUBLIC_URL", &public);
    let link = String::from_utf8(program.output().unwrap().stdout).unwrap();

    let browser = Chromium::start();
    browser.open(link.trim());
    browser.click("main button");
    browser.see("Add a tenant");
    let hostile = "<script>alert(1)</script>";
    browser.fill("input[name=name]", hostile);
    browser.click("section button");
    browser.see("Add a key");
    assert_eq!(browser.text("h1"), hostile);
    assert!(!browser.has_dialogue());

    browser.click(".tabs a[href$='/origins']");
    browser.fill("input[name=origin]", "http://localhost:3000");
    browser.click("select[name=live] option[value=false]");
    browser.click("section button");
    browser.see("http://localhost:3000");
    browser.click(".tabs a");
    browser.fill("input[name=label]", "shop");
    browser.click("select[name=live] option[value=false]");
    browser.click("section button");
    browser.see("It is shown this once");
    let key = Key {
        id: browser.text("dd code"),
        key: browser.text(".key"),
    };
    service
        .client()
        .validate(&key, "http://localhost:3000")
        .ok();
    browser.click("section.once a");
    browser.see("Add a key");
    assert!(!browser.text("body").contains(&key.key));

    browser.click(".actions details:last-of-type summary");
    browser.click(".actions input[name=last]");
    browser.click(".actions button.danger");
    browser.see("revoked");
    until("refused", || {
        service
            .client()
            .validate(&key, "http://localhost:3000")
            .status
            == 401
    });
    browser.click("header button");
    browser.see("securesign-portal login-link");
    // Neither the history nor the link brings anything back.
    browser.back();
    browser.see("securesign-portal login-link");
    browser.open(link.trim());
    browser.click("main button");
    browser.see("This link was used already");
    browser.open(&format!("{public}/console"));
    browser.see("Nobody is logged in");
}
