//! The bodies of the fuzz targets: one for every parser of bytes that we did not
//! write ourselves. Each must hold for any input; `tests/fuzzed.rs` runs the same
//! bodies without libFuzzer.

pub mod atr;
pub mod card;
pub mod certificate;
pub mod cms;
pub mod epass;
pub mod learn;
pub mod link;
pub mod object;
pub mod pdf;
pub mod result;
pub mod settings;
pub mod tlv;
pub mod trace;
pub mod xml;

/// What a target does with one input: nothing, or panic.
pub type Run = fn(&[u8]);

/// Every target; the names are those of the binaries and of the seed folders.
pub const TARGETS: [(&str, Run); 14] = [
    ("atr", atr::run),
    ("card", card::run),
    ("certificate", certificate::run),
    ("cms", cms::run),
    ("epass", epass::run),
    ("learn", learn::run),
    ("link", link::run),
    ("object", object::run),
    ("pdf", pdf::run),
    ("result", result::run),
    ("settings", settings::run),
    ("tlv", tlv::run),
    ("trace", trace::run),
    ("xml", xml::run),
];
