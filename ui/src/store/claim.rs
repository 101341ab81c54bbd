//! The word with which a signing session is used up. The service takes it again from whoever used
//! the session with it, and from nobody else: so a request whose answer was lost, or that the
//! person closed, can be opened again on this computer as long as its session lives.

use std::io::{self, Read, Write};

use securesign_card::text::hex_lower;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::own::{self, Absent, Folder};

/// Random bytes of this user's, made when they are first needed.
const NAME: &str = "session-secret";
const LENGTH: usize = 32;

/// The claim on this session: the same one at each start of the program. `None` where nothing can
/// be kept; then the session can be shown once, and no more.
pub fn of(session: &str) -> Option<String> {
    let secret = own::data(Absent::Make).and_then(|folder| secret(&folder));
    match secret {
        Ok(secret) => Some(made(&secret, session)),
        Err(error) => {
            tracing::debug!("{NAME} is not read: {error}");
            None
        }
    }
}

fn made(secret: &[u8; LENGTH], session: &str) -> String {
    let hash = Sha256::new()
        .chain_update("securesign claim\0")
        .chain_update(secret)
        .chain_update(session);
    hex_lower(&hash.finalize())
}

fn secret(folder: &Folder) -> io::Result<Zeroizing<[u8; LENGTH]>> {
    let mut file = folder.append(NAME)?;
    // Two starts at once make one.
    own::lock(&file)?;
    let mut kept = Zeroizing::new(Vec::with_capacity(LENGTH));
    folder
        .read(NAME)?
        .take(LENGTH as u64)
        .read_to_end(&mut kept)?;
    if kept.len() < LENGTH {
        // It is new, or a crash cut it short.
        let mut more = Zeroizing::new([0; LENGTH]);
        getrandom::fill(&mut *more).map_err(io::Error::other)?;
        let more = more.get(kept.len()..).unwrap_or_default();
        file.write_all(more)?;
        file.sync_data()?;
        kept.extend_from_slice(more);
    }
    let mut secret = Zeroizing::new([0; LENGTH]);
    secret.copy_from_slice(&kept);
    Ok(secret)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_again_and_another_one_for_another_session_or_user() {
        let place = std::env::temp_dir().join(format!("claim-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&place);
        let folder = |name: &str| own::at(&place.join(name), Absent::Make).unwrap();
        let of = |user: &str, session: &str| made(&secret(&folder(user)).unwrap(), session);
        let first = of("one", "sess_1");
        assert_eq!(first, of("one", "sess_1"));
        assert_ne!(first, of("one", "sess_2"));
        assert_ne!(first, of("two", "sess_1"));
        // Cut short: what is there stays.
        folder("one").replace(NAME, b"half").unwrap();
        let mended = of("one", "sess_1");
        assert_eq!(mended, of("one", "sess_1"));
        assert_ne!(mended, first);
        std::fs::remove_dir_all(&place).unwrap();
    }
}
