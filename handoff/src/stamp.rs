//! A time stamp authority (RFC 3161, 3.4), asked by a program of its own as the service is:
//! what goes through that pipe. What the question and the answer say is not looked into here.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::service::Trouble;

/// The argument that has `securesign-helper` ask a time stamp authority.
pub const ARGUMENT: &str = "time-stamp";
/// The longest answer, in bytes.
pub const ANSWER_LIMIT: usize = 16 * 1024;

/// Where an authority answers: http or https, with no user. Its answers are signed, so that
/// plain http is as good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority(Url);

impl Authority {
    /// `None`: it is no such address.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_bare = url.username().is_empty() && url.password().is_none();
        (is_web && is_bare && url.fragment().is_none()).then_some(Self(url))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is plain http.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Whether it is on this computer.
    pub fn is_near(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    /// As [`Authority`] has it.
    pub authority: String,
    /// A TimeStampReq in DER, in base64.
    pub request: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
pub enum Answer {
    /// A TimeStampResp, or whatever else it is, in base64.
    Given {
        /// At most [`ANSWER_LIMIT`] bytes.
        response: String,
    },
    /// Nothing.
    Unreachable {
        /// Why.
        trouble: Trouble,
    },
}
