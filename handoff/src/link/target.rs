//! The callback URL: parsed once, by the parser that will also build the answer.

use std::cell::Cell;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, SyntaxViolation, Url, form_urlencoded};

use super::quoted::Quoted;

/// Where a result is to go. Well-formed, of a kind that may exist at all, and
/// not yet permitted. `Debug` shows the origin only: path and query are the
/// portal's.
#[derive(Clone, PartialEq, Eq)]
pub struct Callback {
    url: Url,
    origin: Origin,
    kind: CallbackKind,
}

/// What kind of address a callback is; each has its own rule in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackKind {
    /// `https://…`, not this computer.
    Web,
    /// `http` or `https` to `localhost`, `127.0.0.1` or `[::1]`.
    Localhost,
    /// `myapp:…`, another program on this computer.
    App,
}

/// Who a callback belongs to: scheme, host and port in lower case and punycode
/// without a default port (`https://portal.example.gov.in`); for an app its
/// scheme and a colon (`myapp:`), since whoever holds the scheme gets it all.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// Schemes that run, read or show something instead of carrying an answer, and
/// our own, which would call us again. No setting can allow them.
pub const NEVER_A_CALLBACK: [&str; 37] = [
    "about",
    "application",
    "blob",
    "cab",
    "chrome",
    "cmd",
    "content",
    "data",
    "dict",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "gopher",
    "help",
    "http",
    "https",
    "intent",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "mailto",
    "mhtml",
    "mk",
    "nfs",
    "res",
    "search",
    "securesign",
    "sftp",
    "shell",
    "smb",
    "ssh",
    "telnet",
    "vbscript",
    "view-source",
    "wyciwyg",
];

/// Windows and its programs register dozens of these, some of which ran commands.
const NEVER_PREFIXES: [&str; 3] = ["ms-", "search-", "chrome-"];

/// Host names are bounded by DNS; a longer one only fills the screen.
const HOST_LIMIT: usize = 253;

impl Callback {
    /// From the decoded text of `callbackUrl`.
    pub fn parse(text: &str) -> Result<Self, CallbackFault> {
        // Before `url` turns it into a slash.
        if text.contains('\\') {
            return Err(CallbackFault::Backslash);
        }
        let url = strictly(text)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CallbackFault::Userinfo);
        }
        let kind = match url.scheme() {
            "https" => web(&url)?,
            "http" => match web(&url)? {
                CallbackKind::Localhost => CallbackKind::Localhost,
                _ => return Err(CallbackFault::PlainHttp),
            },
            scheme if is_never_a_callback(scheme) => {
                return Err(CallbackFault::Scheme {
                    found: Quoted::new(scheme),
                });
            }
            // A space in `myapp:a b` parses differently once a query follows it.
            _ if url.cannot_be_a_base() && url.path().contains(' ') => {
                return Err(CallbackFault::Unreadable);
            }
            _ => CallbackKind::App,
        };
        // A second `ss_result` planted before ours would be the one that some
        // portals read; ASP.NET and PHP also take other spellings of the name.
        let planted = |name: &str| name.to_ascii_lowercase().starts_with("ss_result");
        if form_urlencoded::parse(url.query().unwrap_or_default().as_bytes())
            .any(|(name, _)| planted(name.trim_start()))
        {
            return Err(CallbackFault::ResultPlanted);
        }
        Ok(Self {
            origin: Origin::of(&url),
            url,
            kind,
        })
    }

    /// The kind of address.
    pub fn kind(&self) -> CallbackKind {
        self.kind
    }

    /// Who it belongs to.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Scheme in lower case, without the colon.
    pub fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// For the one place that builds an answer, and only with a permit in hand.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback({}, {:?})", self.origin, self.kind)
    }
}

impl Origin {
    pub(crate) fn of(url: &Url) -> Self {
        match url.scheme() {
            "https" | "http" => Self(url.origin().ascii_serialization()),
            scheme => Self(format!("{scheme}:")),
        }
    }

    /// ASCII: `https://portal.example.gov.in`, `http://localhost:3000`, `myapp:`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a callback address can never be used, whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackFault {
    /// Not an absolute URL, or one that a parser would have to repair.
    Unreadable,
    /// `\`, which parsers read as they please.
    Backslash,
    /// `user:password@` before the host.
    Userinfo,
    /// `http` to anything but this computer.
    PlainHttp,
    /// `javascript:`, `file:` and the like.
    Scheme {
        /// The scheme.
        found: Quoted,
    },
    /// A host with characters no host has, or longer than DNS allows.
    Host,
    /// This computer, but not written `localhost`, `127.0.0.1` or `[::1]`.
    LocalSpelling,
    /// It brings an `ss_result` of its own.
    ResultPlanted,
}

/// Parses, and refuses what `url` would silently repair: white space at the
/// ends, missing slashes, an `@` with nothing before it.
fn strictly(text: &str) -> Result<Url, CallbackFault> {
    let fault = Cell::new(None);
    let note = |violation| match violation {
        SyntaxViolation::EmbeddedCredentials | SyntaxViolation::UnencodedAtSign => {
            fault.set(Some(CallbackFault::Userinfo));
        }
        SyntaxViolation::Backslash => fault.set(Some(CallbackFault::Backslash)),
        SyntaxViolation::C0SpaceIgnored
        | SyntaxViolation::TabOrNewlineIgnored
        | SyntaxViolation::ExpectedDoubleSlash => fault.set(Some(CallbackFault::Unreadable)),
        _ => {}
    };
    let parsed = Url::options()
        .syntax_violation_callback(Some(&note))
        .parse(text);
    match (fault.take(), parsed) {
        (Some(fault), _) => Err(fault),
        (None, Ok(url)) => Ok(url),
        (None, Err(_)) => Err(CallbackFault::Unreadable),
    }
}

fn web(url: &Url) -> Result<CallbackKind, CallbackFault> {
    match url.host() {
        Some(Host::Domain("localhost")) => Ok(CallbackKind::Localhost),
        Some(Host::Domain(name)) => {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b);
            let bare = name.trim_end_matches('.');
            // A dot at the end is another origin that reads like the same one.
            let dotted = bare.len() < name.len();
            if bare.is_empty() || name.len() > HOST_LIMIT || !name.bytes().all(plain) {
                Err(CallbackFault::Host)
            } else if bare == "localhost" || bare.ends_with(".localhost") {
                Err(CallbackFault::LocalSpelling)
            } else if dotted {
                Err(CallbackFault::Host)
            } else {
                Ok(CallbackKind::Web)
            }
        }
        Some(Host::Ipv4(ip)) if ip == Ipv4Addr::LOCALHOST => Ok(CallbackKind::Localhost),
        Some(Host::Ipv6(ip)) if ip == Ipv6Addr::LOCALHOST => Ok(CallbackKind::Localhost),
        Some(Host::Ipv4(ip)) if is_this_computer(ip) => Err(CallbackFault::LocalSpelling),
        Some(Host::Ipv6(ip)) if ip.is_unspecified() => Err(CallbackFault::LocalSpelling),
        Some(Host::Ipv6(ip)) if ip.to_ipv4().is_some_and(is_this_computer) => {
            Err(CallbackFault::LocalSpelling)
        }
        Some(_) => Ok(CallbackKind::Web),
        None => Err(CallbackFault::Host),
    }
}

fn is_this_computer(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

/// Whether no result is ever sent to an address of this scheme. Also true of one letter,
/// which Windows reads as a drive.
pub fn is_never_a_callback(scheme: &str) -> bool {
    scheme.len() < 2
        || NEVER_A_CALLBACK.contains(&scheme)
        || NEVER_PREFIXES
            .iter()
            .any(|prefix| scheme.starts_with(prefix))
}
