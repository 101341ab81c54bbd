//! `/open`, the association file, and the description of the API.

use serde_json::{Value, json};

use crate::support::{Browser, HASH, Place};

#[test]
fn a_universal_link_hands_on_its_query_byte_for_byte() {
    let place = Place::sqlite();
    let mut service = place.serve();
    let base = format!("http://{}", service.address);
    let query = "requestId=a%2Fb+c&apiKey=ss_test_sentinel&x='()*!&&=&callbackUrl=https%3a%2f%2fp.example%2F%3Fa%3Db%26c";
    for path in ["/open", "/open/"] {
        let page = Browser::new(&base).get(&format!("{path}?{query}"));
        let link = page
            .text
            .split("href=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(
            link.replace("&amp;", "&"),
            format!("securesign://sign?{query}")
        );
        assert!(!page.text.contains("<script"));
        assert_eq!(
            page.policy.as_deref().unwrap().split(';').next(),
            Some("default-src 'none'")
        );
        assert_eq!(page.referrer.as_deref(), Some("no-referrer"));
    }
    // Nothing in it becomes markup, and nothing else than our scheme is opened.
    let hostile =
        Browser::new(&base).get("/open?%22%3E%3Cscript%3E&javascript:alert(1)&'onclick='x");
    assert!(!hostile.text.contains("<script") && !hostile.text.contains("href=\"java"));
    let raw = crate::support::raw(
        service.address,
        b"GET /open?\"><img> HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    assert!(!raw.contains("<img>"), "{raw}");
    assert_eq!(Browser::new(&base).get("/open").status, 400);
    service.stop();
    assert!(!service.log().contains("sentinel"));
}

#[test]
fn the_association_file_has_both_forms_at_the_root() {
    let place = Place::sqlite();
    let path = "/.well-known/apple-app-site-association";
    let service = place.serve();
    service
        .client()
        .get(path)
        .refused(404, "SS_REQUEST_INVALID");
    let service = place.serve_with(&[
        ("APPLE_APP_IDS", "[\"ABCDE12345.com.example.sign\"]"),
        ("PUBLIC_URL", "https://sign.example/base"),
    ]);
    let reply = service.client().get(path);
    let expected = json!({"applinks": {"apps": [], "details": [
        {"appIDs": ["ABCDE12345.com.example.sign"], "components": [{"/": "/base/open"}, {"/": "/base/open/"}]},
        {"appID": "ABCDE12345.com.example.sign", "paths": ["/base/open", "/base/open/"]},
    ]}});
    assert_eq!(reply.ok(), &expected);
    assert_eq!(reply.kind.as_deref(), Some("application/json"));
}

/// The fields of a schema of the description.
fn fields(document: &Value, name: &str) -> Vec<String> {
    let schema = &document["components"]["schemas"][name];
    let fields = schema["properties"]
        .as_object()
        .unwrap_or_else(|| panic!("no {name}"));
    fields.keys().cloned().collect()
}

/// What the description says is asked, and what comes back is compared with it.
#[test]
fn the_description_of_the_api_is_true() {
    let place = Place::sqlite();
    let tenant = place.tenant(&[]);
    let service = place.serve();
    let client = service.client();
    let document = client.get("/v1/openapi.json").ok().clone();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["servers"],
        json!([{"url": "http://localhost:8787"}])
    );
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let bare = match method.as_str() {
                "get" => client.get(path),
                _ => client.post(path, &[("content-type", "application/json")], "{}"),
            };
            // It is there, and wants a key, as it says.
            assert!(matches!(bare.status, 400 | 401), "{path}: {bare:?}");
            assert!(call["responses"]["401"].is_object(), "{path}");
            let reference = |value: &Value| {
                let name = value["content"]["application/json"]["schema"]["$ref"].as_str();
                name.map(|name| name.rsplit('/').next().unwrap().to_owned())
            };
            let body = reference(&call["requestBody"]);
            let answer = reference(&call["responses"]["200"]).unwrap();
            let Some(body) = body else { continue };
            let example = &document["components"]["schemas"][&body]["examples"][0];
            if example.is_null() {
                continue;
            }
            let reply = client.call(path, &tenant.key, example);
            let names: Vec<String> = reply.ok().as_object().unwrap().keys().cloned().collect();
            assert_eq!(names, fields(&document, &answer), "{path}");
            asked += 1;
        }
    }
    assert_eq!(asked, 3);
    let refusal = client.validate(&tenant.key, HASH);
    refusal.refused(403, "SS_DOMAIN_NOT_ALLOWED");
    // What is published, and beside it what a session that is over tells.
    let published = ["success", "error", "message"];
    let schema = &document["components"]["schemas"]["Refusal"];
    assert_eq!(schema["required"], json!(published));
    let names = fields(&document, "Refusal");
    assert_eq!(names, [published.as_slice(), &["reason"]].concat());
}
