//! Files of certificates that were read from tokens before. A token gives them to
//! anybody; to read them takes most of the commands of a signature.
//!
//! One is used only where the token says each time that it still has it: by its serial number
//! and its directory, in the state in which it was read, or by the end of the certificate.

use sha2::{Digest, Sha256};

/// Longest file that is kept, in bytes.
pub const MAX: usize = crate::certificate::MAX + 0x1000;

/// What a file is kept under.
pub type Name = [u8; 32];

/// Where files are kept from one start to the next. Whatever goes wrong there only means
/// that the token is read as if for the first time.
pub trait Cache: Send + Sync {
    /// The file that is kept under this name.
    fn find(&self, name: &Name) -> Option<Vec<u8>>;

    /// Keeps a file, at most [`MAX`] bytes long.
    fn keep(&self, name: &Name, file: &[u8]);

    /// Forgets all of them.
    fn clear(&self);
}

/// A token with its directory in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition(Name);

impl Edition {
    /// By all that tells the token and the state: its serial number and its directory's
    /// files.
    pub fn of(parts: &[&[u8]]) -> Self {
        Self(name(parts))
    }

    /// What one of its files is kept under.
    pub fn file(&self, identifier: u16) -> Name {
        name(&[&self.0, &identifier.to_be_bytes()])
    }
}

/// The name of what these parts tell apart, each with its length in front, so that no two
/// lists are one text.
pub fn name(parts: &[&[u8]]) -> Name {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_directories_share_a_name() {
        let editions = [
            Edition::of(&[b"serial", b"directory"]),
            Edition::of(&[b"serial", b"Directory"]),
            Edition::of(&[b"seria", b"ldirectory"]),
            Edition::of(&[b"serialdirectory"]),
        ];
        let mut names: Vec<Name> = editions
            .iter()
            .flat_map(|edition| [edition.file(0x3100), edition.file(0x3120)])
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 8);
    }
}
