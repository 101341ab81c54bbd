//! Request ids that were used, so that none is used twice: not after a restart,
//! and not by two starts at once.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use securesign_app::flow::Spent;
use securesign_app::language::Language;
use securesign_card::text;
use sha2::{Digest, Sha256};

use super::folders::folders;
use super::own::{self, Absent, Folder};

/// More requests than a person signs in years; the oldest go first.
const KEPT: usize = 20_000;
/// The list is only shortened when it is longer than that by this many.
const SURPLUS: usize = 1_000;
/// A SHA-256 in hex.
const LENGTH: usize = 64;

/// What a line ends with where the request was signed.
const SIGNED: &str = " signed";

/// Notes that a request id of an origin is used from now on. Where that cannot be
/// noted or found out nothing may be signed.
pub fn claim(origin: &str, id: &str, language: Language) -> Result<(), Spent> {
    let list = List::own().ok_or_else(|| Spent::Unknown(language.say("used-no-home")))?;
    match list.claim(&hash(origin, id)) {
        Ok(Claim::New) => Ok(()),
        Ok(Claim::Open) => Err(Spent::Open),
        Ok(Claim::Signed) => Err(Spent::Before),
        Err(error) => {
            let file = ("file", text::path(&list.file).into());
            Err(Spent::Unknown(match error.kind() {
                io::ErrorKind::InvalidData => language.say_with("used-damaged", [file]),
                _ => {
                    let reason = ("reason", own::tell(&error, language).into());
                    language.say_with("used-unusable", [file, reason])
                }
            }))
        }
    }
}

/// Takes a claim back: nobody has seen the request, and nothing was sent. One that
/// cannot be taken back only means that the portal is asked for another.
pub fn release(origin: &str, id: &str) {
    if let Some(list) = List::own()
        && let Err(error) = list.release(&hash(origin, id))
    {
        tracing::debug!("a request stays used: {error}");
    }
}

/// Notes that a request was signed. One that cannot be noted stays used, and its portal is
/// not told when it comes again.
pub fn signed(origin: &str, id: &str) {
    if let Some(list) = List::own()
        && let Err(error) = list.signed(&hash(origin, id))
    {
        tracing::debug!("that a request was signed is not noted: {error}");
    }
}

/// What became of a claim.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    /// It is on the list from now on.
    New,
    /// It is there already, and may be open.
    Open,
    /// It is there, and was signed.
    Signed,
}

/// An origin holds no NUL, so that no two pairs are one text.
fn hash(origin: &str, id: &str) -> String {
    let digest = Sha256::digest([origin, id].join("\0"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One hash a line, the newest last, and once more with a word where it was signed. Whoever holds the other file's lock may
/// touch it: it is replaced when it is shortened, and a lock would go with it.
struct List {
    file: PathBuf,
    lock: PathBuf,
}

impl List {
    fn own() -> Option<Self> {
        let folders = folders().ok()?;
        let folder = folders.data_local_dir();
        Some(Self {
            file: folder.join("used-requests"),
            lock: folder.join("used-requests.lock"),
        })
    }

    fn claim(&self, hash: &str) -> io::Result<Claim> {
        let folder = self.folder(Absent::Make)?;
        // Let go of when it goes out of scope, also at an error.
        let lock = folder.append(name(&self.lock))?;
        own::lock(&lock)?;
        let text = match self.text(&folder) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        // The last line may be one that a crash cut short: nobody was told that it
        // counts. Anything else that is no hash could have been one.
        let (whole, torn) = text.rsplit_once('\n').unwrap_or(("", &text));
        let hashes: Vec<&str> = whole.lines().collect();
        if !hashes.iter().all(|line| is_line(line)) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let same = || hashes.iter().filter(|line| line.starts_with(hash));
        if same().any(|line| line.ends_with(SIGNED)) {
            return Ok(Claim::Signed);
        }
        if same().next().is_some() {
            return Ok(Claim::Open);
        }
        if torn.is_empty() && hashes.len() < KEPT + SURPLUS {
            let mut file = folder.append(name(&self.file))?;
            file.write_all(format!("{hash}\n").as_bytes())?;
            file.sync_data()?;
        } else {
            let distinct = distinct(&hashes);
            let newest = &distinct[distinct.len().saturating_sub(KEPT - 1)..];
            let newest = newest.iter().chain([&hash]);
            let text: String = newest.map(|hash| format!("{hash}\n")).collect();
            folder.replace(name(&self.file), text.as_bytes())?;
        }
        Ok(Claim::New)
    }

    /// A line more: the next claim must not wait until the whole list is written anew.
    fn signed(&self, hash: &str) -> io::Result<()> {
        let folder = self.folder(Absent::Leave)?;
        let lock = folder.append(name(&self.lock))?;
        own::lock(&lock)?;
        let mut file = folder.append(name(&self.file))?;
        let line = format!("{hash}{SIGNED}\n");
        if is_torn(&mut file)? {
            let text = self.text(&folder)?;
            let whole = text.rfind('\n').map_or(0, |end| end + 1);
            let text = format!("{}{line}", &text[..whole]);
            return folder.replace(name(&self.file), text.as_bytes());
        }
        // Nobody waits for the disk: should it be lost, the request stays used.
        file.write_all(line.as_bytes())
    }

    fn release(&self, hash: &str) -> io::Result<()> {
        let folder = self.folder(Absent::Leave)?;
        let lock = folder.append(name(&self.lock))?;
        own::lock(&lock)?;
        let text = self.text(&folder)?.replace(&format!("{hash}\n"), "");
        folder.replace(name(&self.file), text.as_bytes())
    }

    fn folder(&self, absent: Absent) -> io::Result<Folder> {
        let folder = self.file.parent().ok_or(io::ErrorKind::InvalidFilename)?;
        own::at(folder, absent)
    }

    fn text(&self, folder: &Folder) -> io::Result<String> {
        let mut text = String::new();
        folder.read(name(&self.file))?.read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Each request once: without the claims of those that were signed.
fn distinct<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    let hash = |line: &&'t str| line.strip_suffix(SIGNED);
    let signed: HashSet<&str> = lines.iter().filter_map(hash).collect();
    let lines = lines.iter().filter(|line| !signed.contains(**line));
    lines.copied().collect()
}

/// Whether a crash cut the last line short.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn is_line(line: &str) -> bool {
    let line = line.strip_suffix(SIGNED).unwrap_or(line);
    line.len() == LENGTH && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn name(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use std::fs;

    use super::*;

    fn list(name: &str) -> List {
        let folder = std::env::temp_dir().join(format!("used-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        List {
            file: folder.join("list"),
            lock: folder.join("lock"),
        }
    }

    fn remove(list: &List) {
        fs::remove_dir_all(list.file.parent().unwrap()).unwrap();
    }

    #[test]
    fn r13_an_id_is_used_once_for_each_origin() {
        let list = list("once");
        let (a, b) = ("https://a.example", "https://b.example");
        assert_eq!(list.claim(&hash(a, "1")).unwrap(), Claim::New);
        assert_eq!(list.claim(&hash(a, "1")).unwrap(), Claim::Open);
        assert_eq!(list.claim(&hash(b, "1")).unwrap(), Claim::New);
        assert_eq!(list.claim(&hash(a, "2")).unwrap(), Claim::New);
        // As after a restart: only what is in the file counts.
        assert_eq!(list.claim(&hash(a, "2")).unwrap(), Claim::Open);
        // One that nobody has seen is given back, and no other.
        list.release(&hash(a, "2")).unwrap();
        assert_eq!(list.claim(&hash(a, "1")).unwrap(), Claim::Open);
        assert_eq!(list.claim(&hash(a, "2")).unwrap(), Claim::New);
        // One that was signed is not given back, and known as such.
        list.signed(&hash(a, "1")).unwrap();
        list.release(&hash(a, "1")).unwrap();
        assert_eq!(list.claim(&hash(a, "1")).unwrap(), Claim::Signed);
        assert_eq!(list.claim(&hash(b, "1")).unwrap(), Claim::Open);
        // Not the ids themselves, which say who signed what.
        let text = fs::read_to_string(&list.file).unwrap();
        assert!(!text.contains("example"));
        assert_eq!(text.lines().count(), 3);
        remove(&list);
    }

    #[test]
    fn r13_a_signature_is_noted_without_the_list_being_written_anew() {
        let list = list("noted");
        let of = |id| hash("https://a.example", id);
        for id in ["1", "2"] {
            assert_eq!(list.claim(&of(id)).unwrap(), Claim::New);
        }
        // It is the same file, longer: not one that took its place.
        let before = fs::File::open(&list.file).unwrap();
        list.signed(&of("1")).unwrap();
        let length = before.metadata().unwrap().len();
        assert_eq!(length, fs::metadata(&list.file).unwrap().len());
        assert_eq!(list.claim(&of("1")).unwrap(), Claim::Signed);
        assert_eq!(list.claim(&of("2")).unwrap(), Claim::Open);
        // After a line that a crash cut short it is whole again.
        fs::write(&list.file, format!("{}\n{}", of("1"), &of("2")[..9])).unwrap();
        list.signed(&of("1")).unwrap();
        assert_eq!(list.claim(&of("1")).unwrap(), Claim::Signed);
        assert_eq!(list.claim(&of("2")).unwrap(), Claim::New);
        remove(&list);
    }

    #[test]
    fn signatures_take_no_place_from_the_newest_twenty_thousand() {
        let list = list("signed");
        fs::create_dir_all(list.file.parent().unwrap()).unwrap();
        let of = |number: usize| hash("https://a.example", &number.to_string());
        let lines: String = (0..10_500)
            .map(|number| format!("{0}\n{0}{SIGNED}\n", of(number)))
            .collect();
        fs::write(&list.file, lines).unwrap();
        assert_eq!(list.claim(&of(10_500)).unwrap(), Claim::New);
        assert_eq!(list.claim(&of(0)).unwrap(), Claim::Signed);
        let text = fs::read_to_string(&list.file).unwrap();
        assert_eq!(text.lines().count(), 10_501);
        remove(&list);
    }

    #[test]
    fn r13_of_many_starts_at_once_one_gets_the_id() {
        let list = list("race");
        let won = std::thread::scope(|scope| {
            let claim = || list.claim(&hash("https://a.example", "1")).unwrap();
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(claim)).collect();
            let won = threads.into_iter().map(|thread| thread.join().unwrap());
            won.filter(|won| *won == Claim::New).count()
        });
        assert_eq!(won, 1);
        remove(&list);
    }

    #[test]
    fn the_newest_twenty_thousand_are_kept() {
        let list = list("many");
        fs::create_dir_all(list.file.parent().unwrap()).unwrap();
        let of = |number: usize| hash("https://a.example", &number.to_string());
        let lines: String = (0..21_000).map(|number| of(number) + "\n").collect();
        fs::write(&list.file, lines).unwrap();
        assert_eq!(list.claim(&of(21_000)).unwrap(), Claim::New);
        let text = fs::read_to_string(&list.file).unwrap();
        let left: Vec<&str> = text.lines().collect();
        assert_eq!(left.len(), 20_000);
        assert_eq!((left[0], left[19_999]), (&*of(1_001), &*of(21_000)));
        assert_eq!(list.claim(&of(1_001)).unwrap(), Claim::Open);
        remove(&list);
    }

    #[test]
    fn r13_a_line_that_a_crash_cut_short_spoils_nothing_and_a_damaged_list_grants_nothing() {
        let list = list("torn");
        let of = |id| hash("https://a.example", id);
        assert_eq!(list.claim(&of("1")).unwrap(), Claim::New);
        for torn in [of("2")[..20].to_owned(), of("2")] {
            fs::write(&list.file, format!("{}\n{torn}", of("1"))).unwrap();
            assert_eq!(list.claim(&of("3")).unwrap(), Claim::New);
            assert_eq!(list.claim(&of("3")).unwrap(), Claim::Open);
            assert_eq!(list.claim(&of("1")).unwrap(), Claim::Open);
        }
        fs::write(&list.file, &of("1")[..20]).unwrap();
        assert_eq!(list.claim(&of("3")).unwrap(), Claim::New);
        assert_eq!(fs::read_to_string(&list.file).unwrap(), of("3") + "\n");
        let damaged = [format!("{}x\n", of("1")), "\0\0\0\n".into(), "\n\n".into()];
        for text in damaged {
            fs::write(&list.file, text).unwrap();
            assert!(list.claim(&of("4")).is_err());
        }
        fs::write(&list.file, [0xFF, b'\n']).unwrap();
        assert!(list.claim(&of("4")).is_err());
        remove(&list);
    }
}
