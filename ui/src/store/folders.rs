//! Where the platform keeps this program's files.

use std::io;

use directories::ProjectDirs;

/// The folders of this user; an error on a system without a home folder.
pub fn folders() -> io::Result<ProjectDirs> {
    ProjectDirs::from("", "", "securesign").ok_or_else(homeless)
}

/// Why there are none.
pub fn homeless() -> io::Error {
    io::Error::other("this user has no home folder")
}
