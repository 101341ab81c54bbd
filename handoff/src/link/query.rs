//! From the raw link to decoded parameters, each once.
//!
//! `form_urlencoded` decodes, but it is lossy on what is not UTF-8 and lets a
//! bad `%xx` pass, so the raw text is checked first.

use std::collections::{BTreeMap, HashSet};

use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use securesign_card::digest::HashAlgorithm;

use super::error::{AddressPart, Cut, LinkError};
use super::quoted::Quoted;
use super::{CALLBACK_LIMIT, LINK_LIMIT};

/// Parameters and the longest value of each, in bytes as it stands in the link.
const KNOWN: [(&str, usize); 20] = [
    ("requestId", 384),
    ("hashBase64", 512),
    ("hashAlgo", 64),
    ("documentType", 64),
    ("documentBase64", LINK_LIMIT),
    ("callbackUrl", CALLBACK_LIMIT),
    ("apiKey", 1024),
    ("certSerial", 384),
    ("sessionId", 384),
    ("visible", 64),
    ("page", 64),
    ("position", 1024),
    ("appearance", 512 * 1024),
    ("reason", 4096),
    ("location", 4096),
    ("timestamp", 64),
    ("signatureIndex", 256),
    ("signatureType", 64),
    ("signatureId", 512),
    ("referenceUri", 4096),
];

/// Most parameters of a link. No portal sends more; a link of a million empty ones is not worth the work.
pub const PARAMETERS: usize = 64;

/// What systems leave of longer links, in characters: Windows about 2,046 to 2,083
/// (SecureSign handoff protocol, §8), 8,191 (a line of its command prompt) and 32,767 (a
/// command line there), Linux 4,095 (a line that is typed or pasted into a terminal) and
/// 131,071 (one argument, `MAX_ARG_STRLEN`). With some room for what is added on the way.
const CUTS: [std::ops::RangeInclusive<usize>; 5] = [
    2_040..=2_090,
    4_080..=4_100,
    8_150..=8_200,
    32_700..=32_800,
    131_000..=131_100,
];

/// The decoded parameters that we know.
pub(super) struct Query {
    length: usize,
    fields: BTreeMap<&'static str, Zeroizing<String>>,
    /// The link is as long as what systems leave of longer ones.
    cut_here: bool,
    last: Option<&'static str>,
    /// Where the link was cut, if it was: `None` where the last value shows by itself
    /// that nothing of it is missing.
    open_end: Option<Cut>,
    /// How the link ends, if that looks like a cut once something is missing.
    ending: Option<Cut>,
}

impl Query {
    pub(super) fn read(link: &str) -> Result<Self, LinkError> {
        let length = link.len();
        if length > LINK_LIMIT {
            return Err(LinkError::TooLong { length });
        }
        characters(link, |at| parameter_at(link, at))?;
        let raw = address(link)?;
        let mut query = Self {
            length,
            fields: BTreeMap::new(),
            cut_here: cut_here(link),
            last: None,
            open_end: None,
            ending: None,
        };
        query.percent_signs(link, raw)?;
        query.parameters(raw)?;
        Ok(query)
    }

    /// The value, unless it is absent or empty.
    pub(super) fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        self.fields.remove(name).filter(|value| !value.is_empty())
    }

    pub(super) fn require(&mut self, name: &'static str) -> Result<Zeroizing<String>, LinkError> {
        self.take(name).ok_or_else(|| match &self.ending {
            Some(cut) => self.truncated(cut.clone()),
            None if self.cut_here => self.truncated(Cut::Before(name)),
            None => LinkError::Missing { name },
        })
    }

    /// It is not there, not even empty, and nothing looks as if it had been cut off.
    pub(super) fn is_left_out(&self, name: &str) -> bool {
        !self.fields.contains_key(name) && self.ending.is_none() && !self.cut_here
    }

    /// The link ends with this parameter.
    pub(super) fn is_last(&self, name: &str) -> bool {
        self.last == Some(name)
    }

    /// The link is as long as what systems leave of longer ones.
    pub(super) fn cut_here(&self) -> bool {
        self.cut_here
    }

    pub(super) fn truncated(&self, cut: Cut) -> LinkError {
        LinkError::Truncated {
            length: self.length,
            cut,
        }
    }

    /// The link has such a length, and nothing shows that its last value is whole: half of a callback URL is an URL as well, and half of
    /// `certSerial` is a parameter that nobody knows. (A cut just before an `&` cannot be
    /// told from a link that ends there.)
    pub(super) fn looks_cut(&self) -> Option<LinkError> {
        let cut = self.open_end.clone().filter(|_| self.cut_here)?;
        Some(self.truncated(cut))
    }

    fn percent_signs(&self, link: &str, raw: &str) -> Result<(), LinkError> {
        let bytes = raw.as_bytes();
        for (at, _) in raw.match_indices('%') {
            let place = || parameter_at(link, link.len() - raw.len() + at);
            match (bytes.get(at + 1), bytes.get(at + 2)) {
                (Some(a), Some(b)) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {}
                (None, _) => return Err(self.truncated(Cut::Character(place()))),
                (Some(a), None) if a.is_ascii_hexdigit() => {
                    return Err(self.truncated(Cut::Character(place())));
                }
                _ => return Err(LinkError::BadPercent { place: place() }),
            }
        }
        Ok(())
    }

    fn parameters(&mut self, raw: &str) -> Result<(), LinkError> {
        if raw.is_empty() {
            // Nothing was cut off where nothing was begun.
            return Ok(());
        }
        let mut seen = HashSet::new();
        let mut segments = raw.split('&').enumerate().peekable();
        while let Some((at, segment)) = segments.next() {
            let last = segments.peek().is_none();
            if at >= PARAMETERS {
                return Err(LinkError::TooManyParameters);
            }
            if segment.is_empty() {
                if last {
                    let cut = Cut::Name(Quoted::new("&"));
                    self.ending = Some(cut.clone());
                    self.open_end = Some(cut);
                }
                continue;
            }
            let parameter = Parameter::read(segment)?;
            self.readable(&parameter, last)?;
            if last {
                self.end(&parameter)?;
            }
            let Parameter {
                name, known, value, ..
            } = parameter;
            if let Some(known) = known {
                self.fields.insert(known, value);
            }
            if !seen.insert(name.to_string()) {
                return Err(LinkError::Twice {
                    name: Quoted::new(&name),
                });
            }
        }
        Ok(())
    }

    /// Name and value can be shown honestly.
    fn readable(&self, parameter: &Parameter, last: bool) -> Result<(), LinkError> {
        for part in [&parameter.name, &parameter.value] {
            // Only the last character of the link can be half of one.
            if last && part.ends_with('\u{FFFD}') {
                let place = Some(parameter.quoted());
                return Err(self.truncated(Cut::Character(place)));
            }
            characters(part, |_| Some(parameter.quoted()))?;
        }
        Ok(())
    }

    /// The link ends with this parameter, which may be the rest of one.
    fn end(&mut self, parameter: &Parameter) -> Result<(), LinkError> {
        let Parameter {
            name,
            known,
            raw,
            value,
        } = parameter;
        self.last = *known;
        self.open_end = open_end(name, *known, value);
        self.ending = ending(name, *raw);
        let half = |(known, _): &(&str, usize)| known.starts_with(name.as_str());
        if raw.is_none() && known.is_none() && KNOWN.iter().any(half) {
            return Err(self.truncated(Cut::Name(parameter.quoted())));
        }
        Ok(())
    }
}

/// One parameter of a link.
struct Parameter<'a> {
    name: Zeroizing<String>,
    /// The name where it is one that we know.
    known: Option<&'static str>,
    /// The value as it stands in the link; `None` without `=`.
    raw: Option<&'a str>,
    value: Zeroizing<String>,
}

impl<'a> Parameter<'a> {
    fn read(segment: &'a str) -> Result<Self, LinkError> {
        let (raw_name, raw) = match segment.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (segment, None),
        };
        let name = decode(raw_name);
        let known = KNOWN.iter().find(|(known, _)| *known == *name);
        if let (Some(&(name, limit)), Some(raw)) = (known, raw)
            && raw.len() > limit
        {
            return Err(LinkError::FieldTooLong { name, limit });
        }
        let known = known.map(|(name, _)| *name);
        let mut value = decode(raw.unwrap_or_default());
        if known.is_some_and(is_base64) {
            value = without_line_ends(&value);
        }
        Ok(Self {
            name,
            known,
            raw,
            value,
        })
    }

    fn quoted(&self) -> Quoted {
        Quoted::new(&self.name)
    }
}

fn is_base64(name: &str) -> bool {
    name.ends_with("Base64")
}

/// `openssl base64`, Ruby and Android write base64 in lines.
fn without_line_ends(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.replace(['\r', '\n'], ""))
}

/// How the last parameter ends, where that may be a cut.
fn ending(name: &str, value: Option<&str>) -> Option<Cut> {
    let known = KNOWN.iter().find(|(known, _)| *known == name)?.0;
    match value {
        None | Some("") => Some(Cut::Value(known)),
        Some(value) if is_base64(known) => {
            let value = without_line_ends(&decode(value));
            super::base::ends_inside_group(&value).then_some(Cut::Value(known))
        }
        Some(_) => None,
    }
}

/// Where the last parameter may have been cut: everywhere, unless its value is whole.
fn open_end(name: &str, known: Option<&'static str>, value: &str) -> Option<Cut> {
    match known {
        Some(known) => (!is_whole(known, value)).then_some(Cut::Value(known)),
        None => Some(Cut::Unknown(Quoted::new(name))),
    }
}

/// Whether a value shows by itself that it was not cut: one of few words, base64 with
/// its last padding, a closed object or array, a UUID.
fn is_whole(name: &str, value: &str) -> bool {
    match name {
        "hashAlgo" => HashAlgorithm::from_name(value).is_some(),
        "documentType" => ["hash", "pdf", "xml"].contains(&value),
        "visible" | "timestamp" => ["true", "false"].contains(&value),
        "signatureType" => ["enveloped", "enveloping", "detached"].contains(&value),
        // A number may go on, and so may a word; what is closed may not.
        "position" | "appearance" => {
            value.trim_end().ends_with(['}', ']'])
                && serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
        }
        // Of a digest the length is known; without its padding it may go on.
        "hashBase64" => groups(value).is_some_and(|size| {
            HashAlgorithm::ALL
                .iter()
                .any(|algorithm| algorithm.size() == size)
        }),
        "documentBase64" => value.ends_with('=') && groups(value).is_some(),
        "requestId" => super::value::RequestId::is_uuid(value),
        _ => false,
    }
}

/// How many bytes this base64 holds, if no group of it lacks anything.
fn groups(text: &str) -> Option<usize> {
    let whole = text.len().is_multiple_of(4);
    whole.then(|| super::base::decode(text).map(|bytes| bytes.len()))?
}

/// In bytes, and in the units that Windows counts.
fn cut_here(link: &str) -> bool {
    let cut = |length| CUTS.iter().any(|lengths| lengths.contains(&length));
    cut(link.len()) || cut(link.encode_utf16().count())
}

/// One name or one value: it holds neither `&` nor, where it matters, `=`.
fn decode(raw: &str) -> Zeroizing<String> {
    let escaped = raw.replace('=', "%3D");
    let mut pairs = form_urlencoded::parse(escaped.as_bytes());
    Zeroizing::new(
        pairs
            .next()
            .map_or_else(String::new, |(text, _)| text.into_owned()),
    )
}

/// The parameter that stands at this place of the link, however much of it is well
/// written; `None` before the first of them.
pub(super) fn parameter_at(link: &str, at: usize) -> Option<Quoted> {
    let query = link.find('?')? + 1;
    let before = link.get(query..at)?;
    let begin = query + before.rfind('&').map_or(0, |and| and + 1);
    let name = link.get(begin..)?.split(['=', '&']).next()?;
    Some(Quoted::new(&decode(name)))
}

/// Refuses what cannot be shown honestly: control characters, bidi controls,
/// line and paragraph separators, and U+FFFD, which is what decoding makes of
/// bytes that are not UTF-8. `place` tells which parameter stands there.
fn characters(text: &str, place: impl Fn(usize) -> Option<Quoted>) -> Result<(), LinkError> {
    match text.char_indices().find(|&(_, c)| is_forbidden(c)) {
        Some((at, '\u{FFFD}')) => Err(LinkError::NotText { place: place(at) }),
        Some((at, character)) => Err(LinkError::ForbiddenCharacter {
            place: place(at),
            character,
        }),
        None => Ok(()),
    }
}

fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFD}')
}

/// The raw query. The part before it is one of two, to the letter (schemes and
/// hosts in any case): that is stricter than any parser, which would forgive a
/// default port or an empty user name. A slash behind it is what browsers add.
fn address(link: &str) -> Result<&str, LinkError> {
    if link.contains('#') {
        return Err(LinkError::Address(AddressPart::Fragment));
    }
    let (head, query) = link.split_once('?').unwrap_or((link, ""));
    let whole = head.strip_suffix('/').unwrap_or(head);
    let host_end = whole.len() - "/open".len().min(whole.len());
    let universal = whole
        .get(..host_end)
        .is_some_and(|h| h.eq_ignore_ascii_case("https://sign.securesign.toolsbots.com"))
        && whole.ends_with("/open");
    if universal || whole.eq_ignore_ascii_case("securesign://sign") {
        return Ok(query);
    }
    Err(LinkError::Address(wrong_part(head)))
}

fn wrong_part(head: &str) -> AddressPart {
    let Ok(url) = Url::parse(head) else {
        return AddressPart::Unreadable;
    };
    let (host, path) = match url.scheme() {
        "securesign" => ("sign", ""),
        "https" => ("sign.securesign.toolsbots.com", "/open"),
        _ => return AddressPart::Scheme,
    };
    if !url.username().is_empty() || url.password().is_some() {
        AddressPart::Userinfo
    } else if !url.host_str().is_some_and(|h| h.eq_ignore_ascii_case(host)) {
        AddressPart::Host
    } else if url.port().is_some() {
        AddressPart::Port
    } else if url.path() != path {
        AddressPart::Path
    } else {
        AddressPart::Unreadable
    }
}
