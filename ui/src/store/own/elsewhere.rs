//! Systems where the user's own folders are private already.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::{Absent, replaced};

/// A folder of this user.
pub struct Folder {
    path: PathBuf,
}

/// Nothing else is given to a program there.
pub fn is_ours(_folder: &Path) -> bool {
    true
}

impl Folder {
    /// One of the user's own places.
    pub fn of_user(path: &Path, absent: Absent) -> io::Result<Self> {
        if absent == Absent::Make {
            fs::create_dir_all(path)?;
        }
        if !fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let path = path.to_owned();
        Ok(Self { path })
    }

    /// One that a person named.
    pub fn for_user(path: &Path) -> io::Result<Self> {
        Self::of_user(path, Absent::Make)
    }

    /// The same, if it is there.
    pub fn found(path: &Path) -> io::Result<Self> {
        Self::of_user(path, Absent::Leave)
    }

    /// A folder in this one.
    pub fn real(&self, name: impl AsRef<OsStr>, absent: Absent) -> io::Result<Self> {
        Self::of_user(&self.path.join(name.as_ref()), absent)
    }

    /// A folder of ours in this one.
    pub fn own(&self, name: impl AsRef<OsStr>, absent: Absent) -> io::Result<Self> {
        self.real(name, absent)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let entries = fs::read_dir(&self.path)?;
        Ok(entries.flatten().map(|entry| entry.file_name()).collect())
    }

    /// Opens a file to read it.
    pub fn read(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        File::open(self.path.join(name.as_ref()))
    }

    /// Opens a file to read it and to write at its end, made if it is not there.
    pub fn append(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        options.open(self.path.join(name.as_ref()))
    }

    /// Makes a file that is not there yet.
    pub fn create_new(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        File::create_new(self.path.join(name.as_ref()))
    }

    /// Writes a file so that it is never half there.
    pub fn replace(&self, name: impl AsRef<OsStr>, content: &[u8]) -> io::Result<()> {
        let name = name.as_ref();
        let mut new = name.to_owned();
        new.push(format!(".{}.new", std::process::id()));
        replaced(
            content,
            || self.create_new(&new),
            || fs::rename(self.path.join(&new), self.path.join(name)),
            || {
                let _ = self.remove(&new);
            },
        )
    }

    /// Removes a file.
    pub fn remove(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        fs::remove_file(self.path.join(name.as_ref()))
    }
}
