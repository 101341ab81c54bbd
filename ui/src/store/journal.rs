//! The journal's file, in the user's data folder; see [`securesign_app::journal`]
//! for what stands in it.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use securesign_app::journal::{Entry, LINE_LIMIT, Ledger, Mark, Reader, mark_of};
use securesign_card::text;

use super::folders::folders;
use super::own::{self, Absent, Folder};

/// The journal of this user.
pub struct Journal {
    file: PathBuf,
}

/// Where it is, whether it exists or not.
pub fn of_user() -> io::Result<Journal> {
    let folders = folders()?;
    let file = folders.data_local_dir().join("journal.jsonl");
    Ok(Journal { file })
}

impl Journal {
    /// The file.
    #[cfg(feature = "window")]
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Adds a line, and remembers beside the journal how far it goes. Other
    /// instances of this program wait meanwhile.
    pub fn append(&self, entry: &Entry) -> io::Result<()> {
        let folder = self.folder(Absent::Make)?;
        let mut file = folder.append(name(&self.file))?;
        own::lock(&file)?;
        let end = whole_lines(&mut file)?;
        // A line that was cut off by the end of the program or of the computer.
        if end < file.metadata()?.len() {
            file.set_len(end)?;
        }
        let last = last_line(&mut file, end)?.and_then(|line| mark_of(&line));
        // Whichever goes further: where lines were cut off, the gap must show.
        let mark = [last, self.mark(&folder)]
            .into_iter()
            .flatten()
            .max_by_key(|mark| mark.count)
            .unwrap_or_else(Mark::start);
        let (line, mark) = mark.append(entry);
        file.write_all(line.as_bytes())?;
        // It is written. Where the disk takes no orders, or the mark stays behind,
        // the next line still follows this one: that is not worth a word.
        if let Err(error) = file
            .sync_data()
            .and_then(|()| folder.replace(name(&self.mark_file()), format!("{mark}\n").as_bytes()))
        {
            tracing::debug!("how far the journal goes is not noted: {error}");
        }
        Ok(())
    }

    /// Reads and checks all of it; keeps the newest `keep` entries. No journal is
    /// an empty one.
    pub fn read(&self, keep: usize) -> io::Result<Ledger> {
        let nothing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        let folder = match self.folder(Absent::Leave) {
            Err(error) if nothing(&error) => return ledger(io::empty(), None, keep),
            folder => folder?,
        };
        match folder.read(name(&self.file)) {
            Err(error) if nothing(&error) => ledger(io::empty(), self.mark(&folder), keep),
            file => {
                let file = file?;
                own::lock_shared(&file)?;
                ledger(BufReader::new(file), self.mark(&folder), keep)
            }
        }
    }

    /// Copies it as it is to a file that does not exist yet.
    pub fn export(&self, to: &Path) -> io::Result<()> {
        let mut from = self.folder(Absent::Leave)?.read(name(&self.file))?;
        own::lock_shared(&from)?;
        let mut copy = own::create_new(to)?;
        io::copy(&mut from, &mut copy)?;
        copy.sync_all()
    }

    /// Copies it to where the user's downloads are, under a name that is not taken
    /// yet; which one.
    pub fn export_for_user(self) -> io::Result<String> {
        let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
        let name = format!("securesign-journal-{day}");
        own::save_for_user(&name, "jsonl", &|file| self.export(file))
    }

    fn folder(&self, absent: Absent) -> io::Result<Folder> {
        let folder = self.file.parent().ok_or(io::ErrorKind::InvalidFilename)?;
        own::at(folder, absent)
    }

    fn mark(&self, folder: &Folder) -> Option<Mark> {
        let mut text = String::new();
        let mut file = folder.read(name(&self.mark_file())).ok()?;
        file.read_to_string(&mut text).ok()?;
        Mark::parse(&text)
    }

    fn mark_file(&self) -> PathBuf {
        self.file.with_extension("mark")
    }
}

fn name(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// Reads and checks a copy, which has no mark beside it.
pub fn read_copy(file: &Path) -> io::Result<Ledger> {
    ledger(BufReader::new(File::open(file)?), None, 0)
}

/// How many entries [`Ledger`] keeps for a person to look at.
pub const SHOWN: usize = 200;

fn ledger(mut lines: impl BufRead, mark: Option<Mark>, keep: usize) -> io::Result<Ledger> {
    let mut reader = Reader::new(mark);
    let mut entries = VecDeque::new();
    loop {
        let mut line = Vec::new();
        let limit = LINE_LIMIT as u64 + 2;
        if lines.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let line = String::from_utf8_lossy(&line);
        // A line without its end was cut off: the reader says what it thinks of it.
        match reader.next(line.strip_suffix('\n').unwrap_or(&line)) {
            Ok(entry) => entries.push_front(shown(entry)),
            Err(fault) => {
                return Ok(Ledger {
                    entries: entries.into(),
                    verdict: Err(fault),
                });
            }
        }
        entries.truncate(keep);
    }
    Ok(Ledger {
        entries: entries.into(),
        verdict: reader.end(),
    })
}

/// As it is shown: others may have written it.
fn shown(mut entry: Entry) -> Entry {
    let used = entry
        .certificate
        .iter_mut()
        .flat_map(|used| [&mut used.subject, &mut used.serial_number, &mut used.sha256]);
    let own = [
        &mut entry.origin,
        &mut entry.request_id,
        &mut entry.hash_algo,
        &mut entry.hash,
        &mut entry.outcome,
    ];
    for field in own.into_iter().chain(used) {
        *field = text::clean(field, 300);
    }
    entry
}

/// Up to where the file has whole lines.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let tail = tail(file, length)?;
    let cut = tail.iter().rev().take_while(|byte| **byte != b'\n').count();
    Ok(length - cut as u64)
}

fn last_line(file: &mut File, end: u64) -> io::Result<Option<String>> {
    let tail = tail(file, end)?;
    let line = tail.strip_suffix(b"\n").unwrap_or_default();
    let line = line.rsplit(|byte| *byte == b'\n').next();
    Ok(line.map(|line| String::from_utf8_lossy(line).into_owned()))
}

/// The bytes before `end`: the last line is among them.
fn tail(file: &mut File, end: u64) -> io::Result<Vec<u8>> {
    let length = end.min(2 * LINE_LIMIT as u64);
    file.seek(SeekFrom::Start(end - length))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use std::fs;

    use super::*;
    use jiff::Timestamp;
    use securesign_app::journal::FaultKind;
    use securesign_card::digest::{Digest, HashAlgorithm};
    use securesign_handoff::code::ErrorCode;

    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let name = format!("securesign-journal-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&folder);
            Self(folder)
        }

        fn journal(&self) -> Journal {
            let file = self.0.join("journal.jsonl");
            Journal { file }
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn entry(id: &str) -> Entry {
        let digest = Digest::of(HashAlgorithm::Sha256, b"abc");
        let end = Err(ErrorCode::SignCancelled);
        Entry::new(Timestamp::now(), "https://a.example", id, &digest, end)
    }

    #[test]
    fn lines_of_two_starts_at_once_hold_together() {
        let place = Place::new("two");
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let journal = place.journal();
                std::thread::spawn(move || {
                    for at in 0..10 {
                        journal.append(&entry(&format!("{thread}-{at}"))).unwrap();
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        let ledger = place.journal().read(5).unwrap();
        assert_eq!(ledger.verdict.unwrap().count, 40);
        assert_eq!(ledger.entries.len(), 5);
    }

    #[test]
    fn a_line_cut_off_by_a_crash_costs_no_other() {
        let place = Place::new("crash");
        let journal = place.journal();
        journal.append(&entry("one")).unwrap();
        journal.append(&entry("two")).unwrap();
        let whole = fs::read(&journal.file).unwrap();
        fs::write(&journal.file, [&whole[..], b"{\"number\":3,\"ti"].concat()).unwrap();
        let fault = journal.read(SHOWN).unwrap().verdict.unwrap_err();
        assert_eq!((fault.number, fault.kind), (3, FaultKind::Unreadable));
        journal.append(&entry("three")).unwrap();
        let ledger = journal.read(SHOWN).unwrap();
        assert_eq!(ledger.verdict.unwrap().count, 3);
        assert_eq!(ledger.entries[0].request_id, "three");
    }

    #[test]
    fn lines_taken_from_the_end_are_noticed_before_and_after_the_next() {
        let place = Place::new("cut");
        let journal = place.journal();
        for id in ["one", "two", "three"] {
            journal.append(&entry(id)).unwrap();
        }
        let text = fs::read_to_string(&journal.file).unwrap();
        let first = text.split_inclusive('\n').next().unwrap();
        fs::write(&journal.file, first).unwrap();
        let fault = journal.read(SHOWN).unwrap().verdict.unwrap_err();
        assert_eq!((fault.number, fault.kind), (2, FaultKind::Cut));
        journal.append(&entry("four")).unwrap();
        let fault = journal.read(SHOWN).unwrap().verdict.unwrap_err();
        assert_eq!((fault.number, fault.kind), (2, FaultKind::Missing));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let place = Place::new("rights");
        let journal = place.journal();
        journal.append(&entry("one")).unwrap();
        let rights = fs::metadata(&journal.file).unwrap().permissions().mode();
        assert_eq!(rights & 0o777, 0o600);
    }

    #[test]
    fn an_export_is_the_same_and_overwrites_nothing() {
        let place = Place::new("export");
        let journal = place.journal();
        journal.append(&entry("one")).unwrap();
        let copy = place.0.join("copy.jsonl");
        journal.export(&copy).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), fs::read(&journal.file).unwrap());
        assert_eq!(read_copy(&copy).unwrap().verdict.unwrap().count, 1);
        assert!(journal.export(&copy).is_err());
    }
}
