//! Files that other programs read as well.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file that other programs read, so that it is never half there: a new one
/// beside it takes its place, with the rights of the old one. What is ours alone is
/// written by [`own`](super::own).
pub fn write_whole(file: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = file.with_file_name(name);
    // Never through a link that somebody has put there.
    let _ = fs::remove_file(&new);
    let written = fs::File::create_new(&new).and_then(|mut handle| {
        handle.write_all(content)?;
        if let Ok(old) = fs::metadata(file) {
            handle.set_permissions(old.permissions())?;
        }
        handle.sync_all()
    });
    written
        .and_then(|()| fs::rename(&new, file))
        .inspect_err(|_| {
            let _ = fs::remove_file(&new);
        })
}
