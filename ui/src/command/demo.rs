//! `securesign demo`: what is to be known of the demo token, and a link and a page to try it
//! with. Nothing listens and nothing is sent: a page is a file.

mod page;

use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_card::text;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::DONE;
use crate::demo::{PIN, PUK, READER};
use crate::output::print;
use crate::store::own;

/// What the link asks to sign.
const DOCUMENT: &str = "SecureSign demo document\n";

/// Where the result goes: to nobody, unless a person has something listen there.
const CALLBACK: &str = "http://localhost:8080/sign/callback";

/// Carries out `securesign demo`.
pub fn demo(only_link: bool, page: Option<&Path>) -> Result<u8, String> {
    let link = link()?;
    print(&match page {
        Some(file) => write_page(&link, file)?,
        None if only_link => format!("{link}\n"),
        None => words(&link),
    })?;
    Ok(DONE)
}

/// Writes the page, for this user alone, where no file is yet; what is to be done with it.
fn write_page(link: &Url, file: &Path) -> Result<String, String> {
    let page = page::html(link, CALLBACK, PIN, &in_terminal(link));
    let name = text::path(file);
    own::write_new(file, page.as_bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{name} exists already. Name another file."),
        _ => format!("{name} cannot be written: {}.", text::reason(&error)),
    })?;
    Ok(format!(
        "Open {name} in a browser. It loads nothing and sends nothing.\n"
    ))
}

fn in_terminal(link: &Url) -> String {
    format!("securesign --reader {READER} sign --print '{link}'")
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
            ("callbackUrl", CALLBACK),
            ("apiKey", "ss_test_demo"),
        ],
    )
    .map_err(|error| text::reason(&error))
}

fn words(link: &Url) -> String {
    format!(
        "The demo token is made of software. It has new keys at each start and serves test keys only.\n\
         \n\
         PIN  {PIN}\n\
         PUK  {PUK}\n\
         \n\
         Its certificates and tries left:\n  securesign --reader {READER} tokens\n\
         Sign in the terminal:\n  {}\n\
         Sign in the window:\n  securesign --reader {READER} open --print '{link}'\n\
         A page to try it on, in a browser:\n  securesign demo --page FILE.html\n",
        in_terminal(link)
    )
}
