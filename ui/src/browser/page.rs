//! A page of our own that posts a result to the portal. It is a file, so that no
//! port is opened, and it holds a signature, so it never stays.

use std::fs::{self, DirBuilder, FileTimes, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use securesign_core::callback::Form;
use sha2::{Digest, Sha256};
use url::Url;

use crate::settings::folders;

/// A browser that has not read it by then will not.
const LIMIT: Duration = Duration::from_secs(60);
/// From the first byte that is read to the last.
const READING: Duration = Duration::from_secs(2);

const FOLDER: &str = "securesign-pages";
const SCRIPT: &str = "document.forms[0].submit()";

/// The file; it goes with the value.
pub struct Page {
    file: PathBuf,
    address: String,
}

impl Page {
    /// Writes it into a folder that nobody else reads, in `place` or where the
    /// system empties it at log-out.
    pub fn write(form: &Form, place: Option<PathBuf>) -> io::Result<Self> {
        let place = place.or_else(usual);
        let folder = place.ok_or(io::ErrorKind::NotFound)?.join(FOLDER);
        private(&folder)?;
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        let file = folder.join(format!("{:032x}.html", u128::from_ne_bytes(name)));
        let address = Url::from_file_path(&file).map_err(|()| io::ErrorKind::InvalidFilename)?;
        let mut handle = owned().open(&file)?;
        let page = Self {
            file,
            address: address.into(),
        };
        handle.write_all(html(form).as_bytes())?;
        // Reading it shows: see `is_read`.
        handle.set_times(FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH))?;
        Ok(page)
    }

    /// Its `file:` URL.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until it was read, or long enough. Where `directly` is not so, others
    /// look into it before the browser does.
    pub fn wait(self, directly: bool) {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if directly && self.is_read() {
                return std::thread::sleep(READING);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Not every system keeps the time of the last access.
    fn is_read(&self) -> bool {
        fs::metadata(&self.file)
            .and_then(|metadata| metadata.accessed())
            .is_ok_and(|time| time != SystemTime::UNIX_EPOCH)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::debug!("{} cannot be removed: {error}", self.file.display());
        }
    }
}

/// Removes what a start of the program left that was ended before its time.
pub fn sweep() {
    let home = directories::BaseDirs::new();
    let snaps = home.map(|home| home.home_dir().join("snap"));
    let snaps = snaps.and_then(|folder| fs::read_dir(folder).ok());
    let places = snaps.into_iter().flatten().flatten();
    let places = places.map(|snap| snap.path().join("common")).chain(usual());
    for page in places
        .flat_map(|place| fs::read_dir(place.join(FOLDER)))
        .flatten()
        .flatten()
    {
        // Another start may be waiting for a browser.
        let age = page.metadata().and_then(|metadata| metadata.modified());
        if age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > LIMIT)) {
            let _ = fs::remove_file(page.path());
        }
    }
}

fn usual() -> Option<PathBuf> {
    let folders = folders()?;
    let folder = folders.runtime_dir().unwrap_or(folders.data_local_dir());
    Some(folder.to_owned())
}

/// Everything that is not ours is escaped. Nothing is loaded, and the one script is
/// known by its digest. The policy holds the form to its scheme and not to the
/// origin: Chromium applies it to redirects too, and a portal may send its visitor
/// on to another of its hosts, as it may after a URL.
fn html(form: &Form) -> String {
    let to = form.to();
    let origin = to.origin().ascii_serialization();
    let digest = STANDARD.encode(Sha256::digest(SCRIPT));
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action {}:; script-src 'sha256-{digest}'",
        to.scheme()
    );
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>SecureSign</title>
<form method="post" action="{action}">
<input type="hidden" name="ss_result" value="{value}">
<p>SecureSign hands its answer to {shown}.</p>
<button autofocus>Continue</button>
</form>
<script>{SCRIPT}</script>
</html>
"#,
        policy = attribute(&policy),
        action = attribute(to.as_str()),
        value = attribute(form.ss_result()),
        shown = text(&origin),
    )
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    // It may have been there.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// The user's own folders are private on other systems.
#[cfg(not(unix))]
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(folder)
}

#[cfg_attr(not(unix), allow(unused_mut))]
fn owned() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true);
    options
}
