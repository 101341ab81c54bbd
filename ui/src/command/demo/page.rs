//! A page to try a link on: what a portal's page does, as a file that loads nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use sha2::{Digest, Sha256};
use url::Url;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page with this link, which the script gives another request id at each use. Script and
/// style are known by their digests; nothing else is run or loaded.
pub fn html(link: &Url, callback: &str, pin: &str, command: &str) -> String {
    let digest = |part: &str| STANDARD.encode(Sha256::digest(part));
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; \
         script-src 'sha256-{}'; style-src 'sha256-{}'",
        digest(SCRIPT),
        digest(STYLE)
    );
    let filled = [
        ("@policy@", attribute(&policy)),
        ("@link@", attribute(link.as_str())),
        ("@callback@", text(callback)),
        ("@pin@", text(pin)),
        ("@command@", text(command)),
        ("@style@", STYLE.into()),
        ("@script@", SCRIPT.into()),
    ];
    let mut page = PAGE.to_owned();
    for (place, value) in filled {
        page = page.replace(place, &value);
    }
    page
}
