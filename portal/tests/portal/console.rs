//! The operator's pages: who gets in, what is done there, and what other sites cannot do.

mod chromium;
mod door;
mod forms;
mod pages;

use crate::support::{Browser, Page, Place, Service};

/// The path of a link that was printed.
fn link(place: &Place, name: &[&str]) -> String {
    let printed = place.command(&[&["login-link"], name].concat());
    let url = printed.trim().strip_prefix("http://localhost:8787");
    url.unwrap().to_owned()
}

/// What a link's button sends.
fn secret(link: &str) -> &str {
    link.strip_prefix("/console/login?link=").unwrap()
}

fn browser(service: &Service) -> Browser {
    Browser::strict(&format!("http://{}", service.address))
}

/// A browser that is let in.
fn entered(place: &Place, service: &Service) -> Browser {
    let mut browser = browser(service);
    let link = link(place, &["Ravi"]);
    let page = browser.submit("/console/login", &[("link", secret(&link))]);
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("<h1>Tenants</h1>"), "{}", page.text);
    browser
}

/// What shows that a form is the console's own.
fn token(page: &Page) -> String {
    after(page, "name=\"form\" value=\"")
}

/// The text from there to the next quotation mark or tag.
fn after(page: &Page, begin: &str) -> String {
    let rest = page.text.split_once(begin);
    let rest = rest
        .unwrap_or_else(|| panic!("no {begin} in {}", page.text))
        .1;
    rest.split(['"', '<']).next().unwrap().to_owned()
}

/// Sends a form as its page would.
fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let token = token(&browser.get("/console"));
    browser.submit(path, &[&[("form", &*token)], fields].concat())
}

const PAGES: [&str; 7] = [
    "/console",
    "/console/tenants/org_x",
    "/console/tenants/org_x/origins",
    "/console/tenants/org_x/sessions",
    "/console/tenants/org_x/usage",
    "/console/tenants/org_x/settings",
    "/console/audit",
];

const FORMS: [&str; 8] = [
    "/console",
    "/console/logout",
    "/console/tenants/org_x/keys",
    "/console/tenants/org_x/keys/key_x/rotate",
    "/console/tenants/org_x/keys/key_x/revoke",
    "/console/tenants/org_x/origins",
    "/console/tenants/org_x/origins/remove",
    "/console/tenants/org_x/settings",
];
