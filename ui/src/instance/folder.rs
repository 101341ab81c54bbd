//! Where the starts of one user meet.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::settings::folders;

/// A folder that nobody else can look into or change.
pub struct Folder(PathBuf);

impl Folder {
    /// That of this user, made if it is not there. The error says what is wrong
    /// with it.
    pub fn own() -> Result<Self, String> {
        let folders = folders().ok_or("There is no home folder.")?;
        let home = folders.data_local_dir();
        // After su or sudo the variable may name another user's.
        let runtime = folders.runtime_dir();
        let ours = |folder: &&Path| folder.parent().is_some_and(is_ours);
        Self::at(runtime.filter(ours).unwrap_or(home).join("instance"))
    }

    fn at(path: PathBuf) -> Result<Self, String> {
        let made = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| DirBuilder::new().mode(0o700).create(&path));
        match made {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(format!("{} cannot be made: {error}.", path.display()));
            }
            _ => {}
        }
        // Of the thing itself: a link to a good folder is no good folder.
        let good = fs::symlink_metadata(&path).is_ok_and(|data| {
            data.is_dir() && data.uid() == geteuid().as_raw() && data.mode() & 0o077 == 0
        });
        if good {
            Ok(Self(path))
        } else {
            Err(format!(
                "{} is not a folder of this user alone. Remove it.",
                path.display()
            ))
        }
    }

    /// Where the instance listens.
    pub fn socket(&self) -> PathBuf {
        self.0.join("socket")
    }

    /// Makes this process the instance until the file is closed, in whatever way
    /// that happens; `None`: another one is. Only the instance touches the socket,
    /// so that one which a crash has left behind is replaced without a race.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        let file = options.open(self.0.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn is_ours(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|data| data.uid() == geteuid().as_raw())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn r19_a_folder_that_others_may_use_or_that_is_elsewhere_is_refused() {
        let place = std::env::temp_dir().join(format!("instance-{}", std::process::id()));
        let _ = fs::remove_dir_all(&place);
        let path = place.join("instance");
        let refused = || Folder::at(path.clone()).is_err();
        let mode = |mode| fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        // Made as it must be, and found again.
        let folder = Folder::at(path.clone()).unwrap();
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
