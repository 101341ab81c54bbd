//! The authentication service (SecureSign handoff protocol, §6): where it is, what it is
//! asked, and what it may answer. Both pass through a pipe to a program of its own, for what
//! takes a PIN opens no network connection; here is what goes through that pipe.

use std::fmt;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::{Zeroize, Zeroizing};

use crate::link::{Callback, CallbackKind};

/// Longest message in the pipe, in bytes: a key, an origin and an address fit, whatever has
/// to be escaped in them.
pub const MESSAGE_LIMIT: usize = 32 * 1024;

/// The address that the service's calls are below, such as
/// `https://api.securesign.toolsbots.com/v1`. Of the settings, never of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(Url);

impl Base {
    /// `None` unless it is https, or http on this computer, for those who build portals:
    /// with a host as a callback may have it, and no user, query or fragment.
    pub fn parse(text: &str) -> Option<Self> {
        let kind = Callback::parse(text).ok()?.kind();
        let url = Url::parse(text).ok()?;
        let bare = url.query().is_none() && url.fragment().is_none();
        (bare && kind != CallbackKind::App).then_some(Self(url))
    }

    /// A key that goes there could be read on this computer: no live one goes.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of one of its calls, such as `auth/validate`.
    pub fn call(&self, name: &str) -> String {
        format!("{}/{name}", self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// May this key use this origin, and is this the link that the session was opened for?
#[derive(Serialize, Deserialize)]
pub struct Question {
    /// As [`Base`] shows it.
    pub service: String,
    /// The whole API key, as in the link.
    pub key: String,
    /// ASCII, as in [`crate::link::Origin`].
    pub origin: String,
    /// Of a link that has a session. A yes uses it up.
    pub session: Option<Shown>,
}

/// A session and what the link says beside it, by the names that the service has for them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The session.
    pub session_id: String,
    /// The portal's id of the request.
    pub request_id: String,
    /// `hash`, `pdf` or `xml`.
    pub document_type: String,
    /// What is to be signed.
    pub hash_base64: String,
    /// `SHA256`, `SHA384` or `SHA512`.
    pub hash_algo: String,
    /// As the portal wrote it.
    pub callback_url: String,
    /// A secret word of whoever asks: with the same one an answer that was lost may be asked
    /// for again. Without one it may not.
    pub claim: Option<String>,
}

impl Drop for Question {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question({}, {})", self.service, self.origin)
    }
}

/// What the service said, or why it said nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
pub enum Answer {
    /// The key may use the origin.
    Allowed {
        /// Whose key it is, in the service's words.
        tenant: String,
        /// How many calls a minute the key may make.
        rate: u32,
    },
    /// It may not.
    Refused {
        /// A code of the handoff protocol, §4.
        code: String,
    },
    /// The key may use the origin, and the session does not permit this request.
    Session {
        /// Why.
        fault: SessionFault,
    },
    /// Ask again later.
    Busy {
        /// In how many seconds, where the service says so.
        after: Option<u32>,
    },
    /// It was asked too often with this key from this network: ask again later.
    Limited {
        /// In how many seconds, where the service says so.
        after: Option<u32>,
    },
    /// There is no answer.
    Unreachable {
        /// Why.
        trouble: Trouble,
    },
}

/// Why a session does not permit a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionFault {
    /// Its time is over.
    Expired,
    /// It was used.
    Used,
    /// One of both, or there never was one: the service does not say.
    Over,
    /// It was opened for another request: the link was altered.
    Altered,
    /// There is none, and the portal lets nothing be signed without.
    Absent,
}

impl SessionFault {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Expired,
        Self::Used,
        Self::Over,
        Self::Altered,
        Self::Absent,
    ];
}

/// Why the service has given no answer that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trouble {
    /// The program that asks it is not installed.
    Missing,
    /// That program has ended without an answer.
    Ended,
    /// No connection: the name is unknown, nobody listens there, or it broke off.
    Connection,
    /// It took too long.
    Time,
    /// Who answers cannot prove to be the service.
    Certificate,
    /// It sends elsewhere, where no key follows.
    Redirect,
    /// What it said is no answer to the question.
    Answer,
}

impl Trouble {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Missing,
        Self::Ended,
        Self::Connection,
        Self::Time,
        Self::Certificate,
        Self::Redirect,
        Self::Answer,
    ];
}

/// Writes one message: its length in four bytes, the highest first, and JSON. What it is
/// made of is zeroized.
///
/// # Errors
///
/// Whatever the pipe says, and [`io::ErrorKind::InvalidData`] over [`MESSAGE_LIMIT`].
pub fn write<T: Serialize>(message: &T, to: &mut dyn Write) -> io::Result<()> {
    // Made once: what grows leaves copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(MESSAGE_LIMIT));
    serde_json::to_writer(&mut *text, message)?;
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    if text.len() > MESSAGE_LIMIT {
        return Err(io::ErrorKind::InvalidData.into());
    }
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&text)?;
    to.flush()
}

/// Reads one message.
///
/// # Errors
///
/// Whatever the pipe says, and [`io::ErrorKind::InvalidData`] for what is too long or not
/// understood.
pub fn read<T: for<'a> Deserialize<'a>>(from: &mut dyn Read) -> io::Result<T> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MESSAGE_LIMIT {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut text = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut text)?;
    // What is wrong with it is not told: it would be quoted.
    serde_json::from_slice(&text).map_err(|_| io::ErrorKind::InvalidData.into())
}
