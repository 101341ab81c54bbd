//! Who is trusted to say whose a certificate is: authorities that are named, those that a person
//! has put into a folder of the settings, and the system's.

use std::fs;
use std::path::PathBuf;

use securesign_app::document;
use securesign_app::language::Language;
use securesign_card::certificate::Certificate;
use securesign_documents::chain;

use crate::file;
use crate::store::settings;

/// Most files that are read from the folder.
const FILES: usize = 1000;

/// All of them.
pub fn trusted(named: &[PathBuf], l: Language) -> Result<Vec<Certificate>, String> {
    let mut all = file::certificates(named, l)?;
    let folder = fs::read_dir(settings::authorities())
        .into_iter()
        .flatten()
        .flatten();
    for entry in folder.take(FILES) {
        let path = entry.path();
        let bytes = file::read(&path, &document::name(&path));
        all.extend(chain::certificates(&bytes.unwrap_or_default()));
    }
    let system = rustls_native_certs::load_native_certs().certs;
    let system = system.iter().filter_map(|der| Certificate::parse(der).ok());
    all.extend(system);
    Ok(all)
}
