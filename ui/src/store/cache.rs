//! Certificates' files of tokens that were read before, in the folder that the system has
//! for what may be lost at any time. Each begins with a SHA-256 over its name and its
//! content, so that one which was damaged or only half written is none. Whatever is wrong
//! there, the token is read as if for the first time.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::time::{Duration, SystemTime};

use securesign_card::cache::{Cache, MAX, Name};
use sha2::{Digest, Sha256};

use super::own::{self, Absent, Folder};

/// More than a person has on all tokens; the oldest go first.
const KEPT: usize = 32;
/// None is used for longer: then it is read from the token again.
const AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A SHA-256 in bytes.
const CHECK: usize = 32;
const ENDING: &str = ".certificate";

/// Those of this user.
pub struct Certificates;

impl Cache for Certificates {
    fn find(&self, name: &Name) -> Option<Vec<u8>> {
        let found = own::cache(Absent::Leave).and_then(|folder| find(&folder, name));
        found
            .inspect_err(|error| tracing::debug!("no kept certificate: {error}"))
            .ok()
    }

    fn keep(&self, name: &Name, file: &[u8]) {
        let kept = own::cache(Absent::Make).and_then(|folder| keep(&folder, name, file));
        if let Err(error) = kept {
            tracing::debug!("a certificate is not kept: {error}");
        }
    }

    fn clear(&self) {
        let cleared = own::cache(Absent::Leave).and_then(|folder| make_room(&folder, 0));
        if let Err(error) = cleared {
            tracing::debug!("kept certificates stay: {error}");
        }
    }
}

fn find(folder: &Folder, name: &Name) -> io::Result<Vec<u8>> {
    let file = folder.read(file_name(name))?;
    let age = file.metadata()?.modified()?.elapsed();
    // Of a time to come nobody knows how old it is.
    if !age.is_ok_and(|age| age <= AGE) {
        return Err(io::Error::other("too old"));
    }
    let mut bytes = Vec::new();
    file.take((CHECK + MAX) as u64 + 1)
        .read_to_end(&mut bytes)?;
    match bytes.split_at_checked(CHECK) {
        Some((sum, content)) if content.len() <= MAX && sum == check(name, content) => {
            Ok(content.to_vec())
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Nobody waits until it is on the disk: half a file is none.
fn keep(folder: &Folder, name: &Name, content: &[u8]) -> io::Result<()> {
    if content.len() > MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let file = file_name(name);
    match folder.remove(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => make_room(folder, KEPT - 1)?,
    }
    let whole = [&check(name, content), content].concat();
    folder.create_new(&file)?.write_all(&whole)
}

/// Removes the oldest until no more than so many are left.
fn make_room(folder: &Folder, most: usize) -> io::Result<()> {
    let mut files: Vec<_> = folder
        .names()?
        .into_iter()
        .filter(|name| is_ours(name))
        .map(|name| {
            let about = folder.read(&name).and_then(|file| file.metadata());
            // What cannot even be looked at goes first.
            let written = about.and_then(|about| about.modified());
            (written.unwrap_or(SystemTime::UNIX_EPOCH), name)
        })
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(most);
    // One that cannot be removed keeps no other.
    let mut all = Ok(());
    for (_, name) in &files[..surplus] {
        all = all.and(folder.remove(name));
    }
    all
}

fn check(name: &Name, content: &[u8]) -> [u8; CHECK] {
    Sha256::new()
        .chain_update(name)
        .chain_update(content)
        .finalize()
        .into()
}

fn file_name(name: &Name) -> String {
    let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    hex + ENDING
}

/// Only what is named like this is ever removed.
fn is_ours(name: &OsStr) -> bool {
    let hex = name.to_str().and_then(|name| name.strip_suffix(ENDING));
    hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use std::fs::{self, FileTimes};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::PathBuf;

    use super::*;

    const NAME: Name = [0x5A; 32];

    /// A folder for this test alone.
    fn place(test: &str) -> (PathBuf, Folder) {
        let path = std::env::temp_dir().join(format!("cache-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = own::at(&path, Absent::Make).unwrap();
        (path, folder)
    }

    #[test]
    fn what_was_kept_is_found_under_its_name_alone_and_is_this_users() {
        let (path, folder) = place("found");
        keep(&folder, &NAME, b"first").unwrap();
        keep(&folder, &NAME, b"second").unwrap();
        assert_eq!(find(&folder, &NAME).unwrap(), b"second");
        assert!(find(&folder, &[0x5B; 32]).is_err());
        // Not under another name either.
        fs::copy(
            path.join(file_name(&NAME)),
            path.join(file_name(&[0x5B; 32])),
        )
        .unwrap();
        assert!(find(&folder, &[0x5B; 32]).is_err());
        let mode = |path: &PathBuf| path.metadata().unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(file_name(&NAME))), 0o600);
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn what_is_damaged_cut_off_too_long_or_old_is_not_found() {
        let (path, folder) = place("damaged");
        keep(&folder, &NAME, b"certificate").unwrap();
        let file = path.join(file_name(&NAME));
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            fs::write(&file, &whole[..at]).unwrap();
            assert!(find(&folder, &NAME).is_err(), "{at} bytes");
            let mut altered = whole.clone();
            altered[at] ^= 0x01;
            fs::write(&file, altered).unwrap();
            assert!(find(&folder, &NAME).is_err(), "byte {at}");
        }
        fs::write(&file, &whole).unwrap();
        assert!(find(&folder, &NAME).is_ok());
        let old = SystemTime::now() - AGE - Duration::from_secs(60);
        let handle = fs::File::options().write(true).open(&file).unwrap();
        handle
            .set_times(FileTimes::new().set_modified(old))
            .unwrap();
        assert!(find(&folder, &NAME).is_err(), "old");

        keep(&folder, &NAME, &vec![0; MAX]).unwrap();
        assert_eq!(find(&folder, &NAME).unwrap().len(), MAX);
        assert!(keep(&folder, &NAME, &vec![0; MAX + 1]).is_err());
        let long = vec![0; MAX + 1];
        fs::write(&file, [&check(&NAME, &long), &long[..]].concat()).unwrap();
        assert!(find(&folder, &NAME).is_err(), "long");
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_link_or_a_folder_in_a_files_place_is_not_followed_and_not_written_through() {
        let (path, folder) = place("link");
        fs::write(path.join("theirs"), "theirs").unwrap();
        let file = path.join(file_name(&NAME));
        symlink("theirs", &file).unwrap();
        assert!(find(&folder, &NAME).is_err());
        keep(&folder, &NAME, b"ours").unwrap();
        assert_eq!(fs::read(path.join("theirs")).unwrap(), b"theirs");
        assert_eq!(find(&folder, &NAME).unwrap(), b"ours");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(find(&folder, &NAME).is_err());
        assert!(keep(&folder, &NAME, b"ours").is_err());
        // Nor does it keep what else is to go.
        keep(&folder, &[0x5B; 32], b"other").unwrap();
        assert!(make_room(&folder, 0).is_err());
        assert!(find(&folder, &[0x5B; 32]).is_err());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn no_more_than_so_many_are_kept_and_nothing_of_others_is_removed() {
        let (path, folder) = place("many");
        fs::write(path.join("theirs"), "theirs").unwrap();
        for at in 0..40 {
            keep(&folder, &[at; 32], b"certificate").unwrap();
            let file = fs::File::options()
                .write(true)
                .open(path.join(file_name(&[at; 32])));
            let then = SystemTime::now() - Duration::from_secs(3600 - u64::from(at));
            file.unwrap()
                .set_times(FileTimes::new().set_modified(then))
                .unwrap();
        }
        assert_eq!(folder.names().unwrap().len(), KEPT + 1);
        assert!(find(&folder, &[7; 32]).is_err(), "the oldest went");
        assert!((8..40).all(|at| find(&folder, &[at; 32]).is_ok()));
        make_room(&folder, 0).unwrap();
        assert_eq!(folder.names().unwrap(), ["theirs"]);
        fs::remove_dir_all(path).unwrap();
    }
}
