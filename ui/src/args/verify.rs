//! `securesign verify`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Verify {
    /// PDF and XML files
    #[arg(required_unless_present = "result", value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// File with certificates of authorities to trust, in PEM; without one no result is valid
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,

    #[command(flatten)]
    pub of: Of,

    /// Print as JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// A result in place of files, and what it is judged by.
#[derive(Debug, Args)]
pub struct Of {
    /// In place of files the result that came to a portal: the JSON, its base64 or the whole
    /// callback URL, in a file
    #[arg(long, value_name = "FILE", conflicts_with = "files", requires = "own")]
    pub result: Option<PathBuf>,

    #[command(flatten)]
    pub own: Own,

    /// What the document is hashed with: SHA256, SHA384 or SHA512 [default: SHA256]
    #[arg(long, value_name = "NAME", requires = "document")]
    pub hash_algo: Option<String>,

    /// The request id that the portal gave; without it nobody compares
    #[arg(long, value_name = "ID", requires = "result")]
    pub request_id: Option<String>,

    /// Certificates that may stand between (PEM)
    #[arg(long = "intermediate", value_name = "FILE", requires = "result")]
    pub intermediates: Vec<PathBuf>,

    /// Revocation lists (PEM); with one, a certificate that none tells of is not valid
    #[arg(long = "crl", value_name = "FILE", requires = "result")]
    pub lists: Vec<PathBuf>,

    /// The certificate, where the result has none (PEM)
    #[arg(long, value_name = "FILE", requires = "result")]
    pub certificate: Option<PathBuf>,

    /// Judge the certificate as of this time, such as 2026-06-22T11:00:00Z [default: now]
    #[arg(long, value_name = "TIME", requires = "result")]
    pub at: Option<String>,
}

/// What the portal asked to be signed: its own, never what the result says.
#[derive(Debug, Args)]
#[group(id = "own", multiple = false)]
pub struct Own {
    /// The document
    #[arg(long, value_name = "FILE", requires = "result")]
    pub document: Option<PathBuf>,

    /// Its digest, in hexadecimal digits: the length tells SHA-256, SHA-384 or SHA-512
    #[arg(long, value_name = "HEX", requires = "result")]
    pub hash: Option<String>,
}
