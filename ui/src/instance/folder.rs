//! Where the starts of one user meet.

use std::fs::{File, TryLockError};
use std::io;
#[cfg(unix)]
use std::path::PathBuf;

use securesign_card::text;

use crate::store::own::{self, Absent};

const NAME: &str = "instance";
#[cfg(unix)]
const SOCKET: &str = "socket";

/// A folder that nobody else can look into or change.
pub struct Folder(own::Folder);

impl Folder {
    /// That of this user, made if it is not there. The error says what is wrong
    /// with it.
    pub fn own() -> Result<Self, String> {
        let session = own::session(Absent::Make);
        Self::within(
            session.map_err(|error| format!("{NAME} cannot be made: {}.", text::reason(&error)))?,
        )
    }

    /// One that others could use, or that is elsewhere, is not made good again: who
    /// knows what they have left in it.
    fn within(session: own::Folder) -> Result<Self, String> {
        let path = session.path().join(NAME);
        let folder = session.real(NAME, Absent::Make);
        folder.ok().filter(is_private).map(Self).ok_or_else(|| {
            format!(
                "{} is not a folder of this user alone. Remove it.",
                text::path(&path)
            )
        })
    }

    /// Where the instance listens.
    #[cfg(unix)]
    pub fn socket(&self) -> PathBuf {
        self.0.path().join(SOCKET)
    }

    /// Nobody listens there any more.
    #[cfg(unix)]
    pub fn remove_socket(&self) -> io::Result<()> {
        self.0.remove(SOCKET)
    }

    /// Makes this process the instance until the file is closed, in whatever way
    /// that happens; `None`: another one is. Only the instance touches the socket,
    /// so that one which a crash has left behind is replaced without a race.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let file = self.0.append(lock_name()?)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(unix)]
fn lock_name() -> io::Result<String> {
    Ok("lock".to_owned())
}

/// Sessions of one user, at the screen and by Remote Desktop, share the folder.
#[cfg(windows)]
fn lock_name() -> io::Result<String> {
    let session = super::process::Process::this()?.session;
    Ok(format!("lock-{session}"))
}

#[cfg(unix)]
fn is_private(folder: &own::Folder) -> bool {
    folder.mode().is_ok_and(|mode| mode & 0o077 == 0)
}

/// The user's own folders are, there.
#[cfg(not(unix))]
fn is_private(_folder: &own::Folder) -> bool {
    true
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use rustix::process::geteuid;

    use super::*;

    #[test]
    fn r19_a_folder_that_others_may_use_or_that_is_elsewhere_is_refused() {
        let place = std::env::temp_dir().join(format!("instance-{}", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        let path = place.join("instance");
        let at = || Folder::within(own::at(&place, Absent::Make).unwrap());
        let refused = || at().is_err();
        let mode = |mode| fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        // Made as it must be, and found again.
        let folder = at().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        assert!(!refused());
        for open in [0o770, 0o707, 0o720, 0o702, 0o710, 0o701, 0o740, 0o704] {
            mode(open);
            assert!(refused(), "{open:o}");
        }
        mode(0o700);
        assert!(!refused());
        // One instance at a time, as long as it lives.
        let lock = folder.lock().unwrap().unwrap();
        assert!(folder.lock().unwrap().is_none());
        drop(lock);
        assert!(folder.lock().unwrap().is_some());
        // A link, to whatever; a file; somebody else's folder.
        fs::rename(&path, place.join("good")).unwrap();
        symlink(place.join("good"), &path).unwrap();
        assert!(refused());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        assert!(refused());
        fs::remove_file(&path).unwrap();
        if geteuid().is_root() {
            fs::create_dir(&path).unwrap();
            mode(0o700);
            std::os::unix::fs::chown(&path, Some(65534), Some(65534)).unwrap();
            assert!(refused());
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
