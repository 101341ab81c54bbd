//! A page of our own that posts a result to the portal. It is a file, so that no
//! port is opened, and it holds a signature, so it never stays.

use std::ffi::OsStr;
use std::fs::{File, FileTimes};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use securesign_handoff::callback::Form;
use sha2::{Digest, Sha256};
use url::Url;

use crate::store::own::{self, Absent, Folder};

/// A browser that has not read it by then will not.
const LIMIT: Duration = Duration::from_secs(60);
/// From the first byte that is read to the last.
const READING: Duration = Duration::from_secs(2);

const FOLDER: &str = "securesign-pages";
/// A page's name: so many hex digits, then this.
const DIGITS: usize = 32;
const ENDING: &str = ".html";
const SCRIPT: &str = "document.forms[0].submit()";

/// The file; it goes with the value.
pub struct Page {
    folder: Folder,
    name: String,
    file: File,
    address: String,
}

impl Page {
    /// Writes it into a folder that nobody else reads, in `place` or where the
    /// system empties it at log-out.
    pub fn write(form: &Form, place: Option<PathBuf>) -> io::Result<Self> {
        let folder = match place {
            Some(place) => given(&place, Absent::Make)?,
            None => own::session(Absent::Make)?.own(FOLDER, Absent::Make)?,
        };
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let name = format!("{:0DIGITS$x}{ENDING}", u128::from_ne_bytes(random));
        let address = Url::from_file_path(folder.path().join(&name))
            .map_err(|()| io::ErrorKind::InvalidFilename)?;
        let file = folder.create_new(&name)?;
        let mut page = Self {
            folder,
            name,
            file,
            address: address.into(),
        };
        page.file.write_all(html(form).as_bytes())?;
        // Reading it shows: see `is_read`.
        let never = FileTimes::new().set_accessed(SystemTime::UNIX_EPOCH);
        page.file.set_times(never)?;
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
        self.file
            .metadata()
            .and_then(|metadata| metadata.accessed())
            .is_ok_and(|time| time != SystemTime::UNIX_EPOCH)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Err(error) = self.folder.remove(&self.name) {
            tracing::debug!("{} cannot be removed: {error}", self.name);
        }
    }
}

/// Removes what a start of the program left that was ended before its time.
pub fn sweep() {
    if let Ok(folder) = own::session(Absent::Leave) {
        swept(folder.own(FOLDER, Absent::Leave));
    }
    let home = directories::BaseDirs::new();
    let snaps = home.map(|home| home.home_dir().join("snap"));
    let Some(Ok(snaps)) = snaps.map(|snaps| Folder::of_user(&snaps, Absent::Leave)) else {
        return;
    };
    for name in snaps.names().unwrap_or_default() {
        // What a Snap can put into its own folder leads nowhere else.
        let snap = snaps.real(name, Absent::Leave);
        let common = snap.and_then(|snap| snap.real("common", Absent::Leave));
        swept(common.and_then(|common| common.own(FOLDER, Absent::Leave)));
    }
}

/// Removes old pages from a folder, and nothing that is not one.
fn swept(folder: io::Result<Folder>) {
    let Ok(folder) = folder else { return };
    for name in folder.names().unwrap_or_default() {
        let age = is_page(&name).then(|| folder.read(&name)?.metadata()?.modified());
        // Another start may be waiting for a browser.
        let is_old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > LIMIT);
        if age.is_some_and(|time| time.is_ok_and(is_old)) {
            let _ = folder.remove(&name);
        }
    }
}

fn is_page(name: &OsStr) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_suffix(ENDING));
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit))
}

/// In a folder that a browser owns, and can put links into: none is followed.
fn given(place: &Path, absent: Absent) -> io::Result<Folder> {
    let name = place.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let above = place.parent().ok_or(io::ErrorKind::InvalidFilename)?;
    Folder::of_user(above, absent)?
        .real(name, absent)?
        .own(FOLDER, absent)
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
