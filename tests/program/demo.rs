//! The page of `securesign demo`, in a browser, and read by the language's own engine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::home::{Home, LIMIT, result};
use super::support::run::{run, succeed};

/// Enough of a browser for the page's script: its elements, and what is done to them.
const BROWSER: &str = r#"
const { readFileSync } = require("node:fs");
const [page, address] = process.argv.slice(1);
const html = readFileSync(page, "utf8");
const elements = {};
globalThis.document = { getElementById: (id) => elements[id] ??= {
  textContent: "", attributes: {}, listeners: {},
  getAttribute(name) { return this.attributes[name]; },
  setAttribute(name, value) { this.attributes[name] = value; },
  addEventListener(name, listener) { this.listeners[name] = listener; },
} };
const first = /href="(securesign:[^"]*)"/.exec(html)[1].replaceAll("&amp;", "&");
document.getElementById("sign").setAttribute("href", first);
document.getElementById("command").textContent = first;
(0, eval)(/<script>(.*)<\/script>/s.exec(html)[1]);
const links = [elements.sign.attributes.href];
elements.fresh.listeners.click();
links.push(elements.sign.attributes.href);
elements.address.listeners.input({ target: { value: address } });
const shown = elements.result.textContent;
console.log(JSON.stringify({ links, command: elements.command.textContent, shown }));
"#;

#[test]
fn the_demos_page_has_a_fresh_link_at_each_use_and_reads_what_comes_back() {
    let home = Home::new();
    let page = home.file("try.html", "");
    fs::remove_file(&page).expect("it is there");
    let write = || run(&mut home.program(&["demo", "--page", &page]), LIMIT);
    let done = write();
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("try.html"), "{done:?}");
    let mode = fs::metadata(&page).expect("a page").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // A file that is there already is somebody's.
    let html = fs::read_to_string(&page).expect("text");
    assert_eq!(write().code, Some(2));
    assert_eq!(fs::read_to_string(&page).expect("text"), html);
    // Nothing is loaded from anywhere.
    assert!(html.contains("default-src 'none'"));
    for loads in ["src=", "url(", "@import", "fetch(", "<link"] {
        assert!(!html.contains(loads), "{loads}");
    }

    let pin = home.file("pin", "123456\n");
    let node = |address: &str| {
        let mut node = Command::new("node");
        let done = succeed(node.args(["-e", BROWSER, &page, address]), LIMIT);
        serde_json::from_str::<Value>(&done.stdout).expect("JSON")
    };
    let seen = node("not an address");
    let shown = seen["shown"].as_str().expect("text");
    assert!(shown.starts_with("This is not what comes back"), "{shown}");
    let links = seen["links"].as_array().expect("links").iter();
    let links: Vec<&str> = links.map(|link| link.as_str().expect("text")).collect();
    assert_ne!(links[0], links[1]);
    for link in links {
        let line = [
            "--reader",
            "demo",
            "sign",
            link,
            "--print",
            "--pin-file",
            &pin,
        ];
        let done = run(&mut home.program(&line), LIMIT);
        assert_eq!(done.code, Some(0), "{done:?}");
        let seen = node(done.stdout.trim());
        let shown: Value =
            serde_json::from_str(seen["shown"].as_str().expect("text")).expect("JSON");
        assert_eq!(shown, result(&done.stdout));
    }
}

/// That the policy lets the page's own script run, and that it works there.
#[test]
fn a_browser_runs_the_demos_page() {
    if !Path::new("/etc/chromium").exists() {
        return;
    }
    let home = Home::new();
    let page = home.file("try.html", "");
    fs::remove_file(&page).expect("it is there");
    succeed(&mut home.program(&["demo", "--page", &page]), LIMIT);
    let mut browser = Command::new("chromium");
    browser
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={page}.browser"))
        .arg(format!("file://{page}"));
    let seen = succeed(&mut browser, LIMIT).stdout;
    let id = |html: &str| {
        let after = html.split_once("requestId=demo-").expect("a link").1;
        after.split('&').next().expect("a value").to_owned()
    };
    let written = fs::read_to_string(&page).expect("text");
    assert_eq!(id(&seen).len(), 16);
    assert_ne!(id(&seen), id(&written));
}
