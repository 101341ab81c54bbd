//! Held open, and everything in it reached from there.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, chmodat, mkdirat, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::{Absent, Fault, replaced};

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
const SYSTEM: u32 = 0;

/// A folder that stays the same one, whatever is done to its path.
pub struct Folder {
    path: PathBuf,
    handle: File,
}

/// Whether a folder, or what a link to it means, is this user's.
pub fn is_ours(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|about| about.uid() == geteuid().as_raw())
}

impl Folder {
    /// One of the user's own places, links and all; it stays as it is. Never another
    /// user's: they could change what is in it at any time.
    pub fn of_user(path: &Path, absent: Absent) -> io::Result<Self> {
        if absent == Absent::Make {
            make_all(path)?;
        }
        let folder = Self::open(CWD, path.as_os_str(), OFlags::empty(), path.to_owned())?;
        if [geteuid().as_raw(), SYSTEM].contains(&folder.handle.metadata()?.uid()) {
            Ok(folder)
        } else {
            Err(Fault::Foreign(folder.path).into())
        }
    }

    /// One that a person named, whosever it is; made if it is not there.
    pub fn for_user(path: &Path) -> io::Result<Self> {
        make_all(path)?;
        Self::found(path)
    }

    /// The same, if it is there.
    pub fn found(path: &Path) -> io::Result<Self> {
        Self::open(CWD, path.as_os_str(), OFlags::empty(), path.to_owned())
    }

    /// A real folder of this user in this one, with rights of any kind.
    pub fn real(&self, name: impl AsRef<OsStr>, absent: Absent) -> io::Result<Self> {
        let name = name.as_ref();
        let path = self.path.join(name);
        let made = absent == Absent::Make && self.make(name)?;
        let open = || Self::open(&self.handle, name, OFlags::NOFOLLOW, path.clone());
        let folder = match open() {
            // The umask may take everything away, even from us.
            Err(error) if made && error.kind() == io::ErrorKind::PermissionDenied => {
                chmodat(&self.handle, name, mode(FOLDER), AtFlags::empty())?;
                open()?
            }
            opened => opened?,
        };
        if folder.handle.metadata()?.uid() != geteuid().as_raw() {
            return Err(Fault::Foreign(path).into());
        }
        if made {
            narrow(&folder.handle, FOLDER)?;
        }
        Ok(folder)
    }

    /// The same, and nobody else can look into it from now on.
    pub fn own(&self, name: impl AsRef<OsStr>, absent: Absent) -> io::Result<Self> {
        let folder = self.real(name, absent)?;
        narrow(&folder.handle, FOLDER)?;
        Ok(folder)
    }

    /// The permission bits.
    #[cfg(feature = "window")]
    pub fn mode(&self) -> io::Result<u32> {
        Ok(self.handle.metadata()?.mode() & 0o7777)
    }

    /// Where it was when it was opened: for messages, and for who takes only paths.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.handle)? {
            let name = OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Opens a file to read it.
    pub fn read(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        self.file(name.as_ref(), OFlags::RDONLY)
    }

    /// Opens a file to read it and to write at its end, made if it is not there.
    pub fn append(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE;
        self.file(name.as_ref(), flags)
    }

    /// Makes a file that is not there yet.
    pub fn create_new(&self, name: impl AsRef<OsStr>) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        self.file(name.as_ref(), flags)
    }

    /// Writes a file so that it is never half there.
    pub fn replace(&self, name: impl AsRef<OsStr>, content: &[u8]) -> io::Result<()> {
        let name = name.as_ref();
        let mut new = name.to_owned();
        new.push(format!(".{}.new", std::process::id()));
        replaced(
            content,
            || self.create_new(&new),
            || Ok(renameat(&self.handle, &new, &self.handle, name)?),
            || {
                let _ = self.remove(&new);
            },
        )
    }

    /// Removes a file, or a link itself.
    pub fn remove(&self, name: impl AsRef<OsStr>) -> io::Result<()> {
        Ok(unlinkat(&self.handle, name.as_ref(), AtFlags::empty())?)
    }

    /// Whether it was made.
    fn make(&self, name: &OsStr) -> io::Result<bool> {
        match mkdirat(&self.handle, name, mode(FOLDER)) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn open(
        from: impl std::os::fd::AsFd,
        name: &OsStr,
        more: OFlags,
        path: PathBuf,
    ) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | more;
        match openat(from, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Self {
                path,
                handle: handle.into(),
            }),
            Err(Errno::LOOP | Errno::MLINK | Errno::NOTDIR) => Err(Fault::NoFolder(path).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// A regular file of this user, with rights for nobody else from now on.
    fn file(&self, name: &OsStr, flags: OFlags) -> io::Result<File> {
        let path = || self.path.join(name);
        // A pipe or a device is not opened at all: that alone can do something.
        let about = statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW);
        let other = |about: &rustix::fs::Stat| {
            FileType::from_raw_mode(about.st_mode) != FileType::RegularFile
        };
        if !flags.contains(OFlags::EXCL) && about.as_ref().is_ok_and(other) {
            return Err(Fault::NoFile(path()).into());
        }
        // Should one have come meanwhile, nobody waits for its other end.
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.handle, name, flags, mode(FILE)) {
            Ok(file) => File::from(file),
            Err(Errno::LOOP | Errno::MLINK) => return Err(Fault::NoFile(path()).into()),
            Err(error) => return Err(error.into()),
        };
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(Fault::NoFile(path()).into());
        }
        if about.uid() != geteuid().as_raw() {
            return Err(Fault::Foreign(path()).into());
        }
        // What is only read may have a second name, and that is not ours to change.
        if flags.contains(OFlags::RDWR) || about.nlink() == 1 {
            narrow(&file, FILE)?;
        }
        Ok(file)
    }
}

/// Whatever the umask is, and whatever it was when the thing was made.
fn narrow(handle: &File, wanted: u32) -> io::Result<()> {
    if handle.metadata()?.mode() & 0o7777 == wanted {
        return Ok(());
    }
    match handle.set_permissions(Permissions::from_mode(wanted)) {
        // There it can still be read, and that is all.
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => Ok(()),
        done => done,
    }
}

/// What is not there yet of a path.
fn make_all(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), make_all)?;
    match DirBuilder::new().mode(FOLDER).create(path) {
        // The umask may have taken our own rights.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(FOLDER)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn mode(bits: u32) -> Mode {
    Mode::from_raw_mode(bits as rustix::fs::RawMode)
}
