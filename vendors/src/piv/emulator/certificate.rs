//! The forms in which PIV cards store certificates.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::emulator::tlv;

/// How a certificate stands in its object (SP 800-73-4 Part 1 appendix A, and what is
/// seen on cards).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// DER in tag 70, CertInfo 00.
    Plain,
    /// gzip (RFC 1952) in tag 70, CertInfo 01.
    Gzip,
    /// zlib (RFC 1950) in tag 70, CertInfo 01.
    Zlib,
    /// Net iD: `01 00`, the length little-endian, a zlib stream.
    NetId,
    /// The DER directly in tag 53 (pico-openpgp 4.6).
    Bare,
}

/// Container of every data object.
const OBJECT: u32 = 0x53;
const CERTIFICATE: u32 = 0x70;
const CERT_INFO: u32 = 0x71;
const ERROR_DETECTION_CODE: u32 = 0xFE;
const CERT_INFO_COMPRESSED: u8 = 0x01;
/// Net iD's mark in front of length and zlib stream.
const NET_ID_MARK: [u8; 2] = [0x01, 0x00];

/// The object's content including tag 53.
pub(super) fn object(der: &[u8], form: Form) -> Option<Vec<u8>> {
    let (content, info) = match form {
        Form::Bare => return Some(tlv::element(OBJECT, der)),
        Form::Plain => (der.to_vec(), 0),
        Form::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(der).ok()?;
            (encoder.finish().ok()?, CERT_INFO_COMPRESSED)
        }
        Form::Zlib => (zlib(der)?, CERT_INFO_COMPRESSED),
        Form::NetId => {
            let length = u16::try_from(der.len()).ok()?.to_le_bytes();
            let content = [&NET_ID_MARK[..], &length[..], &zlib(der)?].concat();
            (content, CERT_INFO_COMPRESSED)
        }
    };
    let certificate = tlv::element(CERTIFICATE, &content);
    let info = tlv::element(CERT_INFO, &[info]);
    let code = tlv::element(ERROR_DETECTION_CODE, &[]);
    Some(tlv::element(OBJECT, &[certificate, info, code].concat()))
}

fn zlib(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
