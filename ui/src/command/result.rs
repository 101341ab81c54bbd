//! `securesign result`: a callback as the portal reads it, for people who build
//! portals and for checks with other tools.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_card::text;
use securesign_handoff::callback;
use serde_json::Value;

use super::DONE;
use crate::output::print_json;
use crate::store::own;

/// Prints the JSON, and saves its parts for OpenSSL.
pub fn result(url: &str, save: Option<&Path>) -> Result<u8, String> {
    let packed = packed(url).ok_or("This URL has no ss_result.")?;
    let result = callback::decode(&packed).ok_or("This is not the result of a signature.")?;
    if let Some(folder) = save {
        save_parts(&result, folder).map_err(|error| {
            format!(
                "{} cannot be written: {}.",
                text::path(folder),
                text::reason(&error)
            )
        })?;
    }
    print_json(&result)?;
    Ok(DONE)
}

/// What stands in `ss_result` of a URL, or the text itself; `None`: the URL has none.
pub(super) fn packed(text: &str) -> Option<String> {
    let Ok(url) = url::Url::parse(text) else {
        return Some(text.to_owned());
    };
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(name, _)| name == "ss_result");
    found.map(|(_, value)| value.into_owned())
}

fn save_parts(result: &Value, folder: &Path) -> std::io::Result<()> {
    for (field, file) in [
        ("signatureBase64", "signature.bin"),
        ("hashBase64", "digest.bin"),
    ] {
        if let Some(bytes) = result[field]
            .as_str()
            .and_then(|text| STANDARD.decode(text).ok())
        {
            own::write(&folder.join(file), &bytes)?;
        }
    }
    if let Some(pem) = result["certificate"]["certificatePem"].as_str() {
        own::write(&folder.join("certificate.pem"), pem.as_bytes())?;
    }
    Ok(())
}
