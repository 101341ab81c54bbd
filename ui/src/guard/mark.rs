//! A file that is locked for as long as a PIN is kept, so that `pin status` of
//! another start sees it. It is empty; the system unlocks it when we end, in
//! whatever way.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::settings::folders;

/// The file of this process. It goes with the value.
pub struct Mark {
    reader: String,
    path: PathBuf,
    _file: File,
}

impl Mark {
    /// Where no file can be made the PIN is kept all the same: others do not see
    /// it, and that is all.
    pub fn set(reader: &str) -> Option<Self> {
        let folder = folder()?;
        let path = folder.join(format!("{}{}", prefix(reader), std::process::id()));
        let made = fs::create_dir_all(&folder)
            .and_then(|()| File::create(&path))
            .and_then(|file| {
                // Nobody waits for a mark, least of all the card.
                file.try_lock()?;
                Ok(file)
            });
        match made {
            Ok(file) => Some(Self {
                reader: reader.to_owned(),
                path,
                _file: file,
            }),
            Err(error) => {
                tracing::debug!("{} cannot be made: {error}", path.display());
                None
            }
        }
    }
}

impl Mark {
    /// Whose token's PIN is kept.
    pub fn reader(&self) -> &str {
        &self.reader
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether another start of the program keeps a PIN of the token in a reader.
pub fn kept_by_another(reader: &str) -> bool {
    let Some(entries) = folder().and_then(|folder| fs::read_dir(folder).ok()) else {
        return false;
    };
    let prefix = prefix(reader);
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .any(|entry| is_locked(&entry.path()))
}

fn is_locked(path: &Path) -> bool {
    File::open(path)
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Readers' names are too long and too free for file names.
fn prefix(reader: &str) -> String {
    let digest = Sha256::digest(reader.as_bytes());
    let hex: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("kept-{hex}-")
}

/// Of this user alone, and emptied at log-out where the system has such a one.
fn folder() -> Option<PathBuf> {
    let folders = folders()?;
    let folder = folders.runtime_dir();
    Some(folder.unwrap_or(folders.data_local_dir()).to_path_buf())
}
