//! `securesign demo`: what is to be known of the demo token, and a link to try it with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_card::text;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::DONE;
use crate::demo::{PIN, PUK, READER};
use crate::output::print;

/// What the link asks to sign.
const DOCUMENT: &str = "SecureSign demo document\n";

/// Carries out `securesign demo`.
pub fn demo(only_link: bool) -> Result<u8, String> {
    let link = link()?;
    print(&if only_link {
        format!("{link}\n")
    } else {
        text(&link)
    })?;
    Ok(DONE)
}

/// A link that asks for a signature over [`DOCUMENT`] and calls back to this
/// computer; another one each time, since a request can be used only once.
fn link() -> Result<Url, String> {
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|error| text::reason(&error))?;
    let id = format!("demo-{:016x}", u64::from_ne_bytes(id));
    let digest = STANDARD.encode(Sha256::digest(DOCUMENT.as_bytes()));
    Url::parse_with_params(
        "securesign://sign",
        [
            ("requestId", &*id),
            ("hashBase64", &digest),
            ("hashAlgo", "SHA256"),
            ("documentType", "hash"),
            ("callbackUrl", "http://localhost:8080/sign/callback"),
            ("apiKey", "ss_test_demo"),
        ],
    )
    .map_err(|error| text::reason(&error))
}

fn text(link: &Url) -> String {
    format!(
        "The demo token is made of software. It has new keys at each start and serves test keys only.\n\
         \n\
         PIN  {PIN}\n\
         PUK  {PUK}\n\
         \n\
         Its certificates and tries left:\n  securesign --reader {READER} tokens\n\
         Sign in the terminal:\n  securesign --reader {READER} sign --print '{link}'\n\
         Sign in the window:\n  securesign --reader {READER} open --print '{link}'\n"
    )
}
