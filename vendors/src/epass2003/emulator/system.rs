//! The tree of files.

use std::collections::BTreeMap;

use super::file::{Content, File, MASTER};
use super::secret::Secret;

/// From the master file down.
pub(super) type Path = Vec<u16>;

/// All files by their paths.
#[derive(Default)]
pub(super) struct System {
    files: BTreeMap<Path, File>,
}

impl System {
    pub fn at(&self, path: &[u16]) -> Option<&File> {
        self.files.get(path)
    }

    pub fn at_mut(&mut self, path: &[u16]) -> Option<&mut File> {
        self.files.get_mut(path)
    }

    pub fn has_master(&self) -> bool {
        self.files.contains_key(&[MASTER][..])
    }

    /// Puts a file below a directory; the empty path holds the master file.
    pub fn insert(&mut self, directory: &[u16], file: File) -> Path {
        let path = [directory, &[file.identifier]].concat();
        self.files.insert(path.clone(), file);
        path
    }

    /// The file and all below it.
    pub fn remove(&mut self, path: &[u16]) {
        self.files.retain(|other, _| !other.starts_with(path));
    }

    pub fn children(&self, directory: &[u16]) -> impl Iterator<Item = &File> {
        let below = directory.len() + 1;
        let children = self
            .files
            .iter()
            .filter(move |(path, _)| path.len() == below);
        let directory = directory.to_vec();
        children
            .filter(move |(path, _)| path.starts_with(&directory))
            .map(|(_, file)| file)
    }

    pub fn named(&self, name: &[u8]) -> Option<&Path> {
        let named = |(_, file): &(&Path, &File)| !file.name.is_empty() && file.name == name;
        self.files.iter().find(named).map(|(path, _)| path)
    }

    /// All secrets of all directories.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.files.values().flat_map(|file| match &file.content {
            Content::Directory(secrets) => &secrets[..],
            _ => &[],
        })
    }

    pub fn count(&self) -> usize {
        self.files.len()
    }
}
