//! What was signed for whom: one line of JSON a request, each with the hash of
//! the line before, so that nothing can be taken out or altered in the middle
//! unnoticed. No PIN, no key, no signature, no API key.
//!
//! The chain is plain enough to be checked with standard tools: `chain` is the
//! SHA-256, in lower-case hex, of the line's bytes up to `,"chain":`, and
//! `previous` is the `chain` of the line before (64 zeros in the first).
//!
//! Whoever can write the file can make a whole new one; against that, export it
//! and keep its last `chain` elsewhere. Lines taken from the end are noticed as
//! long as the mark beside the journal ([`Mark`]) is not altered too.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use securesign_card::digest::Digest;
use securesign_card::profile::Credential;
use securesign_card::text::hex_lower;
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::Serial;

use crate::language::Language;

/// Longest line that is written or read, in bytes.
pub const LINE_LIMIT: usize = 16 * 1024;

/// One request and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When it ended.
    pub time: Timestamp,
    /// The validated origin of the portal.
    pub origin: String,
    /// As in the link.
    pub request_id: String,
    /// `SHA256` …
    pub hash_algo: String,
    /// What was to be signed: lower-case hex.
    pub hash: String,
    /// What it was signed with; `None` where nothing was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate: Option<Used>,
    /// `signed`, or the code that the portal heard.
    pub outcome: String,
}

/// The certificate that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// Subject common name.
    pub subject: String,
    /// Upper-case hex.
    pub serial_number: String,
    /// SHA-256 of its DER, lower-case hex.
    pub sha256: String,
}

impl Entry {
    /// The word for a signature.
    pub const SIGNED: &str = "signed";

    /// A request that ended: signed with a certificate, or with an error code.
    pub fn new(
        time: Timestamp,
        origin: &str,
        request_id: &str,
        digest: &Digest,
        end: Result<&Credential, ErrorCode>,
    ) -> Self {
        let certificate = end.ok().map(|credential| {
            let certificate = &credential.certificate;
            Used {
                subject: certificate.subject(),
                serial_number: Serial::of(certificate.serial_bytes()).to_string(),
                sha256: hex_lower(&Sha256::digest(certificate.der())),
            }
        });
        Self {
            time,
            origin: origin.to_owned(),
            request_id: request_id.to_owned(),
            hash_algo: digest.algorithm().name().to_owned(),
            hash: hex_lower(digest.bytes()),
            certificate,
            outcome: match end {
                Ok(_) => Self::SIGNED.to_owned(),
                Err(code) => code.as_str().to_owned(),
            },
        }
    }

    /// Whether something was signed.
    pub fn is_signed(&self) -> bool {
        self.outcome == Self::SIGNED
    }
}

/// How far the journal went when it was last written: kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number of lines.
    pub count: u64,
    /// `chain` of the last one.
    pub chain: String,
}

impl Mark {
    /// Of a journal with nothing in it.
    pub fn start() -> Self {
        Self {
            count: 0,
            chain: "0".repeat(64),
        }
    }

    /// As written by [`fmt::Display`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, chain) = text.trim_end().split_once(' ')?;
        let fits = chain.len() == 64 && chain.bytes().all(|b| b.is_ascii_hexdigit());
        let count = count.parse().ok()?;
        fits.then(|| Self {
            count,
            chain: chain.to_owned(),
        })
    }

    /// The next line, and the mark after it.
    pub fn append(&self, entry: &Entry) -> (String, Self) {
        let body = Body {
            number: self.count + 1,
            entry: entry.clone(),
            previous: self.chain.clone(),
        };
        // Strings, numbers and a time: nothing in it cannot be written.
        let text = serde_json::to_string(&body).unwrap_or_default();
        let open = text.strip_suffix('}').unwrap_or_default();
        let chain = hex_lower(&Sha256::digest(open));
        let line = format!("{open}{CHAIN}\"{chain}\"}}\n");
        let mark = Self {
            count: body.number,
            chain,
        };
        (line, mark)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.chain)
    }
}

const CHAIN: &str = ",\"chain\":";

/// A line without its chain.
#[derive(Serialize)]
struct Body {
    number: u64,
    #[serde(flatten)]
    entry: Entry,
    previous: String,
}

#[derive(Deserialize)]
struct Line {
    number: u64,
    #[serde(flatten)]
    entry: Entry,
    previous: String,
    chain: String,
}

/// Reads a journal line by line, and checks each against the one before.
#[derive(Debug)]
pub struct Reader {
    mark: Mark,
    /// How far it went when it was last written, until that was met.
    expected: Option<Mark>,
}

impl Reader {
    /// `expected` is the mark beside the journal; `None` for a copy without one. A
    /// line may have been added since the mark was written, none taken away.
    pub fn new(expected: Option<Mark>) -> Self {
        let mark = Mark::start();
        let expected = expected.filter(|expected| *expected != mark);
        Self { mark, expected }
    }

    /// The next line, without its line feed.
    pub fn next(&mut self, line: &str) -> Result<Entry, Fault> {
        let number = self.mark.count + 1;
        let fault = |kind| Fault { number, kind };
        let unreadable = || fault(FaultKind::Unreadable);
        if line.len() > LINE_LIMIT {
            return Err(unreadable());
        }
        let read: Line = serde_json::from_str(line).map_err(|_| unreadable())?;
        // Inside a string the quotes would be escaped.
        let (open, _) = line.rsplit_once(CHAIN).ok_or_else(unreadable)?;
        if read.chain != hex_lower(&Sha256::digest(open)) {
            return Err(fault(FaultKind::Altered));
        }
        if read.number != number || read.previous != self.mark.chain {
            return Err(fault(FaultKind::Missing));
        }
        self.mark = Mark {
            count: number,
            chain: read.chain,
        };
        self.expected.take_if(|expected| *expected == self.mark);
        Ok(read.entry)
    }

    /// After the last line: whether it goes as far as it did. How far that is.
    pub fn end(self) -> Result<Mark, Fault> {
        match self.expected {
            None => Ok(self.mark),
            Some(_) => Err(Fault {
                number: self.mark.count + 1,
                kind: FaultKind::Cut,
            }),
        }
    }
}

/// The mark that a single line makes, unchecked: where to go on.
pub fn mark_of(line: &str) -> Option<Mark> {
    let line: Line = serde_json::from_str(line).ok()?;
    Some(Mark {
        count: line.number,
        chain: line.chain,
    })
}

/// A journal as it was read: as far as it holds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The newest ones, the newest first.
    pub entries: Vec<Entry>,
    /// How far it holds together, or where it does not.
    pub verdict: Result<Mark, Fault>,
}

/// Where a journal is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Number of the line, counted from 1.
    pub number: u64,
    /// What is wrong.
    pub kind: FaultKind,
}

impl Fault {
    /// What happened.
    pub fn what(&self, language: Language) -> String {
        let number = [("number", self.number.into())];
        match self.kind {
            FaultKind::Unreadable => language.say_with("journal-line-unreadable", number),
            FaultKind::Altered => language.say_with("journal-line-altered", number),
            FaultKind::Missing => language.say_with("journal-line-missing", number),
            FaultKind::Cut => language.say_with("journal-cut", number),
        }
    }

    /// What to do.
    pub fn advice(&self, language: Language) -> String {
        language.say("journal-fault-advice")
    }
}

/// What is wrong with a line of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is no line of a journal.
    Unreadable,
    /// It is not as it was written.
    Altered,
    /// It does not follow the line before: lines were taken out or changed places.
    Missing,
    /// The journal ends before it: lines were taken from its end.
    Cut,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;
    use securesign_card::digest::HashAlgorithm;

    fn entry(id: &str) -> Entry {
        Entry::new(
            Timestamp::UNIX_EPOCH,
            "https://portal.example",
            id,
            &Digest::of(HashAlgorithm::Sha256, b"abc"),
            Err(ErrorCode::SignCancelled),
        )
    }

    /// A journal of three lines, and its mark.
    fn three() -> (Vec<String>, Mark) {
        let mut mark = Mark::start();
        let mut lines = Vec::new();
        for id in ["one", "two \u{1f4dc} ,\"chain\":\"x\"", "three"] {
            let (line, next) = mark.append(&entry(id));
            lines.push(line.trim_end().to_owned());
            mark = next;
        }
        (lines, mark)
    }

    fn read(lines: &[String], mark: Option<Mark>) -> Result<Mark, Fault> {
        let mut reader = Reader::new(mark);
        for line in lines {
            reader.next(line)?;
        }
        reader.end()
    }

    fn kind(lines: &[String], mark: &Mark) -> (u64, FaultKind) {
        let fault = read(lines, Some(mark.clone())).unwrap_err();
        (fault.number, fault.kind)
    }

    #[test]
    fn what_was_written_is_read_and_holds_together() {
        let (lines, mark) = three();
        let mut reader = Reader::new(Some(mark.clone()));
        for (line, id) in lines.iter().zip(["one", "two", "three"]) {
            assert!(reader.next(line).unwrap().request_id.starts_with(id));
        }
        assert_eq!(reader.end(), Ok(mark.clone()));
        assert_eq!(Mark::parse(&mark.to_string()), Some(mark.clone()));
        // The program may end between the line and the mark.
        let (line, longer) = mark.append(&entry("four"));
        let more = [lines, vec![line.trim_end().to_owned()]].concat();
        assert_eq!(read(&more, Some(mark)), Ok(longer));
    }

    #[test]
    fn the_chain_is_what_the_documentation_says() {
        let (lines, _) = three();
        let open = lines[0].split(",\"chain\"").next().unwrap();
        let value: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(value["chain"], hex_lower(&Sha256::digest(open)));
        assert_eq!(value["previous"], "0".repeat(64));
        // FIPS 180-2, B.1.
        assert_eq!(
            value["hash"],
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn every_byte_that_is_altered_is_noticed() {
        let (lines, mark) = three();
        let mut checked = 0;
        for at in 0..lines[1].len() {
            let mut bytes = lines[1].clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(line) = String::from_utf8(bytes) {
                let altered = [lines[0].clone(), line, lines[2].clone()];
                assert_eq!(kind(&altered, &mark).0, 2, "byte {at}");
                checked += 1;
            }
        }
        assert!(checked > 300);
    }

    #[test]
    fn lines_that_are_gone_or_changed_places_are_noticed() {
        let (lines, mark) = three();
        let pick = |at: &[usize]| at.iter().map(|at| lines[*at].clone()).collect::<Vec<_>>();
        assert_eq!(kind(&pick(&[0, 2]), &mark), (2, FaultKind::Missing));
        assert_eq!(kind(&pick(&[1, 2]), &mark), (1, FaultKind::Missing));
        assert_eq!(kind(&pick(&[0, 2, 1]), &mark), (2, FaultKind::Missing));
        assert_eq!(kind(&pick(&[0, 0, 1]), &mark), (2, FaultKind::Missing));
        assert_eq!(kind(&pick(&[0, 1]), &mark), (3, FaultKind::Cut));
        assert_eq!(kind(&[], &mark), (1, FaultKind::Cut));
        assert!(read(&pick(&[0, 1]), None).is_ok(), "a copy without a mark");
    }

    #[test]
    fn a_line_that_is_none_is_said_to_be_that() {
        let mark = Mark::start();
        for line in ["", "{}", "null", &"[".repeat(100_000)] {
            assert_eq!(kind(&[line.to_owned()], &mark), (1, FaultKind::Unreadable));
        }
    }
}
