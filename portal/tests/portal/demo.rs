//! The sample portal, as a browser sees it; the answers are signed by OpenSSL.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;

use crate::support::{Browser, Place, Service};

struct Demo {
    place: Place,
    _service: Service,
    base: String,
}

impl Demo {
    fn start() -> Self {
        let place = Place::sqlite();
        let port = crate::support::free_port();
        let service = place.demo(port);
        Self {
            place,
            _service: service,
            base: format!("http://localhost:{port}"),
        }
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// What the desktop would answer to this link, for this document.
    fn answer(&self, link: &Url, document: &[u8]) -> Value {
        let folder = self.place.folder();
        let openssl = |arguments: &[&str]| {
            let output = Command::new("openssl")
                .args(arguments)
                .current_dir(folder)
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
        };
        openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
            "-subj",
            "/CN=<b>Ravi<\\/b>",
        ]);
        std::fs::write(folder.join("document"), document).unwrap();
        openssl(&[
            "dgst",
            "-sha256",
            "-sign",
            "key.pem",
            "-out",
            "signature",
            "document",
        ]);
        json!({
            "requestId": parameter(link, "requestId"),
            "success": true,
            "signatureBase64": STANDARD.encode(std::fs::read(folder.join("signature")).unwrap()),
            "certificate": {
                "subjectCN": "<script>alert(1)</script>",
                "certificatePem": std::fs::read_to_string(folder.join("cert.pem")).unwrap(),
            },
        })
    }
}

fn parameter(link: &Url, name: &str) -> String {
    let found = link.query_pairs().find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
}

fn encoded(result: &Value) -> String {
    STANDARD.encode(result.to_string())
}

/// Types a text, and reads the link on the page.
fn ask(browser: &mut Browser, text: &str) -> Url {
    let page = browser.submit("/texts", &[("text", text)]);
    assert_eq!(page.status, 200, "{}", page.text);
    let after = page
        .text
        .split("id=\"sign\" href=\"")
        .nth(1)
        .expect("a link");
    let link = after.split('"').next().unwrap().replace("&amp;", "&");
    Url::parse(&link).unwrap()
}

/// Where the desktop would send the browser.
fn callback(link: &Url, result: &Value) -> String {
    let mut url = Url::parse(&parameter(link, "callbackUrl")).unwrap();
    url.query_pairs_mut()
        .append_pair("ss_result", &encoded(result));
    format!("{}?{}", url.path(), url.query().unwrap())
}

#[test]
fn a_text_is_signed_and_verified() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    let text = "Ten chairs & <one> table";
    let link = ask(&mut browser, text);
    // SHA-256 by OpenSSL, over what was typed.
    let result = demo.answer(&link, text.as_bytes());
    let hash = demo.place.folder().join("hash");
    let output = Command::new("openssl")
        .args(["dgst", "-sha256", "-binary", "-out"])
        .arg(&hash)
        .arg(demo.place.folder().join("document"))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(
        parameter(&link, "hashBase64"),
        STANDARD.encode(std::fs::read(hash).unwrap())
    );
    let page = browser.get(&callback(&link, &result));
    assert!(page.text.contains("<h1>Verified</h1>"), "{}", page.text);
    // What came from outside is text.
    assert!(!page.text.contains("<b>Ravi") && !page.text.contains("<script>alert"));
    assert!(page.text.contains("names no authority"));
    // Once.
    let page = browser.get(&callback(&link, &result));
    assert_eq!(page.status, 409, "{}", page.text);
}

#[test]
fn a_file_is_taken_as_it_is() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    let file: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let reply = browser.upload("/documents", &file);
    let path = serde_json::from_str::<Value>(&reply.text).unwrap()["page"]
        .as_str()
        .unwrap()
        .to_owned();
    let state = |browser: &mut Browser| browser.get(&format!("{path}/state")).text;
    assert_eq!(state(&mut browser), r#"{"state":"waiting"}"#);
    assert_eq!(browser.download(&format!("{path}/document")), file);
    let page = browser.get(&path).text;
    let link = page
        .split("href=\"securesign")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let link = Url::parse(&format!("securesign{}", link.replace("&amp;", "&"))).unwrap();
    let page = browser.get(&callback(&link, &demo.answer(&link, &file)));
    assert!(page.text.contains("<h1>Verified</h1>"), "{}", page.text);
    assert_eq!(state(&mut browser), r#"{"state":"answered"}"#);
}

#[test]
fn an_answer_by_post_is_taken_in_the_browser_that_asked() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    let link = ask(&mut browser, "text");
    let result = demo.answer(&link, b"text");
    let url = Url::parse(&parameter(&link, "callbackUrl")).unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    // From a file: without cookies. The redirect brings them.
    let to = demo
        .browser()
        .post_for_redirect(&path, &[("ss_result", &encoded(&result))]);
    let page = browser.get(&to);
    assert!(page.text.contains("<h1>Verified</h1>"), "{}", page.text);
    assert_eq!(browser.get(&to).status, 400, "it was kept for one redirect");
}

#[test]
fn an_answer_that_this_browser_did_not_wait_for_is_not_taken() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    let link = ask(&mut browser, "text");
    let result = demo.answer(&link, b"text");
    let path = callback(&link, &result);
    // Another person's browser, one without cookies, and one that asked for something else.
    let mut other = demo.browser();
    ask(&mut other, "other");
    for (mut browser, status) in [(demo.browser(), 403), (other, 403)] {
        let page = browser.get(&path);
        assert_eq!(page.status, status, "{}", page.text);
        assert!(!page.text.contains("Verified"));
    }
    for (name, value) in [("requestId", "r2"), ("requestId", "")] {
        let mut altered = result.clone();
        altered[name] = value.into();
        assert_eq!(browser.get(&callback(&link, &altered)).status, 400);
    }
    for nonsense in [
        "/signed",
        "/signed?request=x",
        "/signed?ss_result=e30",
        "/signed?request=x&request=y",
    ] {
        assert_eq!(browser.get(nonsense).status, 400, "{nonsense}");
    }
    // None of that used it up.
    assert!(browser.get(&path).text.contains("<h1>Verified</h1>"));
}

#[test]
fn what_is_no_signature_over_the_document_is_said_to_be_none() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    let link = ask(&mut browser, "text");
    let page = browser.get(&callback(&link, &demo.answer(&link, b"another text")));
    assert!(page.text.contains("<h1>Not verified</h1>"), "{}", page.text);
    assert!(page.text.contains("no signature over your document"));
    let link = ask(&mut browser, "text");
    let mut bare = demo.answer(&link, b"text");
    bare["certificate"] = json!({"subjectCN": "Ravi"});
    let page = browser.get(&callback(&link, &bare));
    assert!(page.text.contains("<h1>Not verified</h1>"), "{}", page.text);
}

#[test]
fn each_error_has_its_page_and_may_be_followed_by_a_signature() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    let link = ask(&mut browser, "text");
    let mut titles = std::collections::BTreeSet::new();
    let codes = [
        "SS_SIGN_CANCELLED",
        "SS_PIN_INVALID",
        "SS_PIN_BLOCKED",
        "SS_TOKEN_NOT_FOUND",
        "SS_TOKEN_REMOVED",
        "SS_TOKEN_UNSUPPORTED",
        "SS_CERT_NOT_FOUND",
        "SS_CERT_EXPIRED",
        "SS_REQUEST_INVALID",
        "SS_SESSION_EXPIRED",
        "SS_INTERNAL",
    ];
    for code in codes {
        let failed = json!({
            "requestId": parameter(&link, "requestId"), "success": false, "error": code,
            "message": "<i>from outside</i>",
        });
        let page = browser.get(&callback(&link, &failed)).text;
        assert!(page.contains(code) && !page.contains("<i>"), "{page}");
        let title = page
            .split("<h1>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap();
        titles.insert(title.to_owned());
    }
    assert_eq!(titles.len(), codes.len(), "{titles:?}");
    let result = demo.answer(&link, b"text");
    assert!(
        browser
            .get(&callback(&link, &result))
            .text
            .contains("<h1>Verified</h1>")
    );
}

#[test]
fn pages_load_nothing_from_elsewhere_and_need_no_inline_script() {
    let demo = Demo::start();
    let mut browser = demo.browser();
    ask(&mut browser, "text");
    for path in ["/", "/signed", "/requests/none"] {
        let page = browser.get(path);
        let policy = page.policy.unwrap_or_default();
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains('*'),
            "{policy}"
        );
        assert!(!page.text.contains("http://") && !page.text.contains("https://"));
    }
    assert!(
        browser
            .get("/securesign.js")
            .text
            .contains("export function link")
    );
}

/// Node.js runs the file that integrators take.
#[test]
fn the_script_for_integrators_builds_links_and_reads_results() {
    let folder = tempfile::tempdir().unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/static/securesign.js");
    std::fs::copy(source, folder.path().join("securesign.mjs")).unwrap();
    let test = r#"
        import { link, result, digest } from "./securesign.mjs";
        const request = { requestId: "a b", callbackUrl: "https://p.example/cb?x=1&y=ü", apiKey: "ss_test_x",
            hashBase64: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", position: { x: 1 }, reason: undefined };
        const read = (url) => result(url)?.message ?? null;
        const encode = (text) => encodeURIComponent(Buffer.from(text).toString("base64"));
        let thrown = false;
        try { link({ requestId: "1" }) } catch { thrown = true }
        console.log(JSON.stringify({
            link: link(request),
            digest: await digest(new TextEncoder().encode("abc")),
            read: [read("https://p.example/cb?ss_result=" + encode('{"message":"ü+/"}')),
                read("/cb"), read("/cb?ss_result=%%%"), read("/cb?ss_result=" + encode("[1]"))],
            thrown,
        }));
    "#;
    std::fs::write(folder.path().join("test.mjs"), test).unwrap();
    let output = Command::new("node")
        .arg("test.mjs")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let link = Url::parse(said["link"].as_str().unwrap()).unwrap();
    assert_eq!(parameter(&link, "requestId"), "a b");
    assert_eq!(
        parameter(&link, "callbackUrl"),
        "https://p.example/cb?x=1&y=ü"
    );
    assert_eq!(
        parameter(&link, "hashBase64"),
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    );
    assert_eq!(parameter(&link, "hashAlgo"), "SHA256");
    assert_eq!(parameter(&link, "position"), r#"{"x":1}"#);
    assert!(!link.query().unwrap().contains("reason"));
    // FIPS 180-2, appendix B.1.
    assert_eq!(
        said["digest"],
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    );
    assert_eq!(said["read"], json!(["ü+/", null, null, null]));
    assert_eq!(said["thrown"], true);
}

/// The guess that nothing opened, with the events that browsers send.
#[test]
fn the_script_says_that_nothing_opened_unless_the_page_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/static/securesign.js");
    std::fs::copy(source, folder.path().join("securesign.mjs")).unwrap();
    let test = r#"
        import { whenNothingOpens } from "./securesign.mjs";
        globalThis.window = new EventTarget();
        globalThis.document = Object.assign(new EventTarget(), { hidden: false });
        const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
        const tried = async (events, remove) => {
            const anchor = new EventTarget();
            let said = 0;
            const end = whenNothingOpens(anchor, () => said++, 50);
            if (remove) end();
            events(anchor);
            await wait(200);
            end();
            document.hidden = false;
            return said;
        };
        const click = (anchor) => anchor.dispatchEvent(new Event("click"));
        const blur = () => window.dispatchEvent(new Event("blur"));
        const seen = (hidden) => {
            document.hidden = hidden;
            document.dispatchEvent(new Event("visibilitychange"));
        };
        console.log(JSON.stringify([
            await tried(() => {}),
            await tried((anchor) => click(anchor)),
            await tried((anchor) => { click(anchor); click(anchor) }),
            await tried((anchor) => { click(anchor); blur() }),
            await tried((anchor) => { click(anchor); seen(true) }),
            await tried((anchor) => { click(anchor); seen(false) }),
            await tried((anchor) => { blur(); click(anchor) }),
            await tried((anchor) => click(anchor), true),
        ]));
    "#;
    std::fs::write(folder.path().join("test.mjs"), test).unwrap();
    let output = Command::new("node")
        .arg("test.mjs")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said, json!([0, 1, 1, 0, 0, 1, 1, 0]));
}
