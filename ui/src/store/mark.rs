//! A file that is locked for as long as a PIN is kept, so that `pin status` of
//! another start sees it. It is empty; the system unlocks it when we end, in
//! whatever way.

use std::fs::{File, TryLockError};

use securesign_app::worker::TokenId;
use sha2::{Digest, Sha256};

use super::own::{self, Absent, Folder};

/// The file of this process. It goes with the value.
pub struct Mark {
    token: TokenId,
    folder: Folder,
    name: String,
    _file: File,
}

impl Mark {
    /// Where no file can be made the PIN is kept all the same: others do not see
    /// it, and that is all.
    pub fn set(token: &TokenId) -> Option<Self> {
        let name = format!("{}{}", prefix(token), std::process::id());
        let made = own::session(Absent::Make).and_then(|folder| {
            let file = folder.append(&name)?;
            // Nobody waits for a mark, least of all the card.
            file.try_lock()?;
            Ok((folder, file))
        });
        match made {
            Ok((folder, file)) => Some(Self {
                token: token.clone(),
                folder,
                name,
                _file: file,
            }),
            Err(error) => {
                tracing::debug!("{name} cannot be made: {error}");
                None
            }
        }
    }
}

impl Mark {
    /// Whose token's PIN is kept.
    pub fn token(&self) -> &TokenId {
        &self.token
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = self.folder.remove(&self.name);
    }
}

/// Whether another start of the program keeps a PIN of this token.
pub fn kept_by_another(token: &TokenId) -> bool {
    let Ok(folder) = own::session(Absent::Leave) else {
        return false;
    };
    let prefix = prefix(token);
    let is_locked = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let names = folder.names().unwrap_or_default();
    names
        .iter()
        .filter(|name| name.to_string_lossy().starts_with(&prefix))
        .any(|name| folder.read(name).is_ok_and(is_locked))
}

/// Readers' names are too long and too free for file names. Another start counts insertions
/// anew, so that they are left out.
fn prefix(token: &TokenId) -> String {
    let application = token.application.unwrap_or_default();
    let digest = Sha256::digest(format!("{}\0{application}", token.reader));
    let hex: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("kept-{hex}-")
}
