//! A document that is compared with what a portal asks to be signed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use securesign_card::digest::{Digest, HashAlgorithm};

use crate::language::Language;

/// The largest that is read, in bytes: it stays in memory for the tokens that
/// finish its hash themselves.
pub const DOCUMENT_LIMIT: u64 = 256 << 20;

/// A document with its digest. To make one takes a while, so a window has
/// another thread do it.
pub struct Document {
    content: Arc<[u8]>,
    digest: Digest,
}

impl Document {
    /// Computes the digest.
    pub fn new(algorithm: HashAlgorithm, content: Vec<u8>) -> Self {
        Self {
            digest: Digest::of(algorithm, &content),
            content: content.into(),
        }
    }

    /// What is in it, if it has this digest.
    pub fn matching(self, digest: &Digest) -> Option<Arc<[u8]>> {
        (self.digest == *digest).then_some(self.content)
    }
}

/// Why a file that was given is not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// On another computer, or no file at all.
    Elsewhere,
    /// A folder, a device, a pipe; its name.
    NoDocument(String),
    /// Over [`DOCUMENT_LIMIT`]; its name.
    TooLarge(String),
    /// The system's words.
    Failed {
        /// The file's name.
        name: String,
        /// Why.
        reason: String,
    },
}

impl Unreadable {
    /// What happened, and what to do.
    pub fn tell(&self, language: Language) -> String {
        let text = |text: &str| text.to_owned().into();
        match self {
            Self::Elsewhere => language.say("unread-elsewhere"),
            Self::NoDocument(name) => {
                language.say_with("unread-no-document", [("name", text(name))])
            }
            Self::TooLarge(name) => language.say_with("unread-too-large", [("name", text(name))]),
            Self::Failed { name, reason } => language.say_with(
                "unread-failed",
                [("name", text(name)), ("reason", text(reason))],
            ),
        }
    }
}

/// The file on this computer that a `file:` URL or a path means.
pub fn locate(address: &str) -> Result<PathBuf, Unreadable> {
    let path = Path::new(address);
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    Url::parse(address)
        .ok()
        .filter(|url| url.scheme() == "file" && url.host().is_none())
        .and_then(|url| url.to_file_path().ok())
        .ok_or(Unreadable::Elsewhere)
}

/// A file's name for people; others may have chosen it.
pub fn name(path: &Path) -> String {
    let last = path.file_name().unwrap_or(path.as_os_str());
    securesign_card::text::clean(&last.to_string_lossy(), 80)
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::PathBuf;

    use super::{Unreadable, locate};

    #[test]
    fn only_files_on_this_computer_are_taken() {
        let here = Ok(PathBuf::from("/home/a/my contract.pdf"));
        for address in [
            "/home/a/my contract.pdf",
            "file:///home/a/my%20contract.pdf",
            "file://localhost/home/a/my%20contract.pdf",
        ] {
            assert_eq!(locate(address), here, "{address}");
        }
        for address in [
            "",
            "contract.pdf",
            "some words",
            "file://server/home/a/contract.pdf",
            "smb://server/contract.pdf",
            "https://example.com/contract.pdf",
        ] {
            assert_eq!(locate(address), Err(Unreadable::Elsewhere), "{address}");
        }
    }
}
