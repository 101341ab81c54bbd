//! Certificates of authorities, in files that people have.

use der::pem;
use securesign_card::certificate::Certificate;

/// Most that are read of one file.
const MOST: usize = 1000;

/// All certificates in a file in PEM, or the one that it is in DER; those that cannot be read
/// are left out.
pub fn certificates(bytes: &[u8]) -> Vec<Certificate> {
    const END: &str = "-----END CERTIFICATE-----";
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Certificate::parse(bytes).into_iter().collect();
    };
    let blocks = text.split_inclusive(END).take(MOST);
    let der = blocks.filter_map(|block| {
        let block = &block[block.find(BEGIN)?..];
        let (_, der) = pem::decode_vec(block.as_bytes()).ok()?;
        Certificate::parse(&der).ok()
    });
    der.collect()
}
