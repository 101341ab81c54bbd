//! Folders and files of our own, in places where others can write as well.
//!
//! A path has two parts. What leads to our folder is the user's: `~/.config` or
//! `~/snap` may be a link to another disk. Our folder and all in it is ours: a real
//! folder of this user, of mode 0700, with regular files of mode 0600. Nothing in it
//! is opened through a link, and once it is open it is the same folder, whatever is
//! put in its place meanwhile.

#[cfg_attr(unix, path = "own/unix.rs")]
#[cfg_attr(not(unix), path = "own/elsewhere.rs")]
mod system;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use securesign_app::language::Language;
use securesign_card::text;

use super::folders::{folders, homeless};
pub use system::Folder;

/// How long others may hold a lock: what they do under it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// What becomes of a folder that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is made.
    Make,
    /// It is an error.
    Leave,
}

/// Where this user's data is kept.
pub fn data(absent: Absent) -> io::Result<Folder> {
    at(folders()?.data_local_dir(), absent)
}

/// For what may be lost at any time.
pub fn cache(absent: Absent) -> io::Result<Folder> {
    at(folders()?.cache_dir(), absent)
}

/// For what need not outlive the session: emptied at log-out, where the system has
/// such a folder and it is this user's. After su or sudo it may be another's; where it
/// cannot be used the data's folder serves as well.
pub fn session(absent: Absent) -> io::Result<Folder> {
    let folders = folders()?;
    let runtime = folders.runtime_dir();
    let runtime = runtime.filter(|folder| folder.parent().is_some_and(system::is_ours));
    let found = runtime.map(|folder| at(folder, absent));
    match found {
        Some(Ok(folder)) => Ok(folder),
        _ => at(folders.data_local_dir(), absent),
    }
}

/// A folder whose last part is ours, and what leads there the user's.
pub fn at(path: &Path, absent: Absent) -> io::Result<Folder> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Folder::of_user(parent(path), absent)?.own(name, absent)
}

/// Makes a file where the user's downloads are, under a name that is not taken yet, with
/// `make`, which must not replace one; which file.
pub fn save_for_user(
    name: &str,
    kind: &str,
    make: &dyn Fn(&Path) -> io::Result<()>,
) -> io::Result<String> {
    let user = directories::UserDirs::new().ok_or_else(homeless)?;
    let folder = user.download_dir().unwrap_or(user.home_dir());
    for again in 1..100 {
        let more = if again == 1 {
            String::new()
        } else {
            format!("-{again}")
        };
        let file = folder.join(format!("{name}{more}.{kind}"));
        match make(&file) {
            Ok(()) => return Ok(text::path(&file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes a file where a person wanted it, for this user alone, so that it is never
/// half there. It takes the place of a link, and of nothing but a file.
pub fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|about| !about.is_file()) {
        return Err(Fault::NoFile(file.to_owned()).into());
    }
    let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Folder::for_user(parent(file))?.replace(name, content)
}

/// Makes a file where a person wanted it, for this user alone. It is not there yet.
pub fn create_new(file: &Path) -> io::Result<File> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Folder::found(parent(file))?.create_new(name)
}

/// Writes a file that is not there yet, where a person wanted it and for this user alone. It
/// is whole or not there; where the program is ended meanwhile, empty.
pub fn write_new(file: &Path, content: &[u8]) -> io::Result<()> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = Folder::found(parent(file))?;
    folder.create_new(name)?;
    folder.replace(name, content).inspect_err(|_| {
        let _ = folder.remove(name);
    })
}

/// The file that a person means, where they have put a link to it.
pub fn meant(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// Waits until nobody else holds a lock on a file; not for ever.
pub fn lock(file: &File) -> io::Result<()> {
    wait(|| file.try_lock())
}

/// The same for a file that is only read.
pub fn lock_shared(file: &File) -> io::Result<()> {
    wait(|| file.try_lock_shared())
}

fn wait(lock: impl Fn() -> Result<(), TryLockError>) -> io::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => return Err(Fault::Busy.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn parent(path: &Path) -> &Path {
    let parent = path.parent();
    let parent = parent.filter(|folder| !folder.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// A new file takes the place of the old one when all of it is written.
fn replaced(
    content: &[u8],
    make: impl Fn() -> io::Result<File>,
    rename: impl Fn() -> io::Result<()>,
    remove: impl Fn(),
) -> io::Result<()> {
    // Of a start that was ended while it wrote.
    remove();
    let written = make().and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.and_then(|()| rename()).inspect_err(|_| remove())
}

/// Why something is not used as ours.
#[cfg_attr(not(unix), allow(dead_code, reason = "nobody looks there"))]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A link, or no folder at all.
    NoFolder(PathBuf),
    /// A link, or no file at all.
    NoFile(PathBuf),
    /// Another user's.
    Foreign(PathBuf),
    /// Somebody holds the lock.
    Busy,
}

impl Fault {
    fn tell(&self, language: Language) -> String {
        let path = |path: &Path| [("path", text::path(path).into())];
        match self {
            Self::NoFolder(it) => language.say_with("own-no-folder", path(it)),
            Self::NoFile(it) => language.say_with("own-no-file", path(it)),
            Self::Foreign(it) => language.say_with("own-foreign", path(it)),
            Self::Busy => language.say("own-busy"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tell(Language::English))
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

/// What went wrong, for people; what the system says is in its own words.
pub fn tell(error: &io::Error, language: Language) -> String {
    fault(error).map_or_else(|| text::reason(error), |fault| fault.tell(language))
}

/// What went wrong, and what to do: two sentences, of which the first is begun.
pub fn explain(error: &io::Error, language: Language) -> String {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let advice = match (fault(error), error.kind()) {
        (Some(Fault::Busy), _) => language.say("own-busy-advice"),
        (Some(Fault::NoFolder(_) | Fault::NoFile(_)), _) => language.say("own-place-advice"),
        (_, StorageFull | QuotaExceeded) => language.say("own-full-advice"),
        (Some(Fault::Foreign(_)), _) | (_, PermissionDenied | ReadOnlyFilesystem) => {
            language.say("own-rights-advice")
        }
        _ => language.say("own-other-advice"),
    };
    let what = ("what", tell(error, language).into());
    language.say_with("own-reason", [what, ("advice", advice.into())])
}

fn fault(error: &io::Error) -> Option<&Fault> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_folder_is_the_same_one_whatever_takes_its_place() {
        let place = std::env::temp_dir().join(format!("own-{}", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        let path = place.join("ours");
        let ours = at(&path, Absent::Make).unwrap();
        fs::create_dir(place.join("theirs")).unwrap();
        fs::write(place.join("theirs/file"), "theirs").unwrap();
        // Between two of our steps somebody puts a link there.
        fs::rename(&path, place.join("moved")).unwrap();
        symlink("theirs", &path).unwrap();
        ours.replace("file", b"ours").unwrap();
        ours.append("file").unwrap().write_all(b" too").unwrap();
        assert_eq!(fs::read(place.join("moved/file")).unwrap(), b"ours too");
        ours.remove("file").unwrap();
        assert_eq!(fs::read(place.join("theirs/file")).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(place.join("moved")).unwrap().count(), 0);
        assert!(at(&path, Absent::Make).is_err());
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn settings_that_are_a_link_are_written_where_they_are_and_for_this_user_alone() {
        let place = std::env::temp_dir().join(format!("own-meant-{}", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(place.join("dots")).unwrap();
        let real = place.join("dots/settings.toml");
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o666)).unwrap();
        let link = place.join("settings.toml");
        symlink("dots/settings.toml", &link).unwrap();
        write(&meant(&link), b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(&place).unwrap();
    }
}
