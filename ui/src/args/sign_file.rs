//! The options of `sign-file`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use securesign_documents::pdf::{At, Corner, Page};

use super::SignSecrets;

#[derive(Debug, Args)]
pub struct SignFile {
    /// Files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub secrets: SignSecrets,

    /// Serial number of the certificate, in hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub serial: Option<String>,

    /// Hash algorithm of document and signature
    #[arg(long, value_enum, default_value = "sha256")]
    pub hash: Hash,

    /// File with certificates of the authorities above yours, in PEM, for those who verify
    #[arg(long, value_name = "FILE")]
    pub chain: Vec<PathBuf>,

    /// Sign in this empty signature field of a PDF, by its whole name
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,

    /// Why it is signed, for those who read the PDF
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// Where it is signed, for those who read the PDF
    #[arg(long, value_name = "TEXT")]
    pub location: Option<String>,

    /// Have this time stamp authority (RFC 3161) say when a PDF was signed
    #[arg(long, value_name = "URL")]
    pub time_stamp: Option<String>,

    #[command(flatten, next_help_heading = "Seen on a page of the PDF")]
    pub look: Look,

    #[command(flatten, next_help_heading = "XML")]
    pub xml: Xml,

    /// Print the outcomes as JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// What is seen of the signature.
#[derive(Debug, Args)]
pub struct Look {
    /// Show the signature on a page, or in the field
    #[arg(long)]
    pub visible: bool,

    /// On this page: a number, or last
    #[arg(long, requires = "visible", value_name = "PAGE", value_parser = page, default_value = "1")]
    pub page: Page,

    /// X,Y or X,Y,WIDTH,HEIGHT in points from the lower left corner of the page as it is
    /// displayed; or top-left, top-right, bottom-left, bottom-right
    #[arg(long, requires = "visible", value_name = "PLACE", value_parser = place, default_value = "bottom-right")]
    pub position: Where,

    /// Who signs, where that is not to be the name in the certificate; both are shown
    #[arg(long, requires = "visible", value_name = "NAME")]
    pub signer_name: Option<String>,

    /// Office or rank
    #[arg(long, requires = "visible", value_name = "TEXT")]
    pub designation: Option<String>,

    /// A picture, PNG or JPEG
    #[arg(long, requires = "visible", value_name = "FILE")]
    pub logo: Option<PathBuf>,

    /// What a QR code says
    #[arg(long, requires = "visible", value_name = "TEXT")]
    pub qr: Option<String>,

    /// Leave out the time
    #[arg(long, requires = "visible")]
    pub hide_time: bool,

    /// Show the certificate's serial number
    #[arg(long, requires = "visible")]
    pub show_serial: bool,
}

/// How XML is signed.
#[derive(Debug, Args)]
pub struct Xml {
    /// Where the signature stands
    #[arg(long = "xml-signature", value_enum, default_value = "enveloped")]
    pub form: Form,

    /// XAdES-BES: time and certificate are signed as well
    #[arg(long)]
    pub xades: bool,

    /// Id of the signature
    #[arg(long = "xml-id", value_name = "ID")]
    pub id: Option<String>,

    /// What it refers to: #Id of an element, or the address of a document that it is detached
    /// from
    #[arg(long = "xml-reference", value_name = "URI")]
    pub reference: Option<String>,
}

/// A place on a page, and a size where it was given.
#[derive(Clone, Copy, Debug)]
pub struct Where {
    pub at: At,
    pub size: (Option<f64>, Option<f64>),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Form {
    /// In the document
    Enveloped,
    /// Around the document
    Enveloping,
    /// In a file of its own
    Detached,
}

fn page(text: &str) -> Result<Page, String> {
    match text {
        "last" => Ok(Page::Last),
        _ => match text.parse() {
            Ok(0) | Err(_) => Err("a number from 1 on, or last".into()),
            Ok(number) => Ok(Page::Number(number)),
        },
    }
}

fn place(text: &str) -> Result<Where, String> {
    let corner = match text {
        "top-left" => Some(Corner::TopLeft),
        "top-right" => Some(Corner::TopRight),
        "bottom-left" => Some(Corner::BottomLeft),
        "bottom-right" => Some(Corner::BottomRight),
        _ => None,
    };
    if let Some(corner) = corner {
        let (at, size) = (At::Corner(corner), (None, None));
        return Ok(Where { at, size });
    }
    let numbers: Result<Vec<f64>, _> = text.split(',').map(str::parse).collect();
    let (x, y, size) = match numbers.as_deref() {
        Ok([x, y]) => (*x, *y, (None, None)),
        Ok([x, y, width, height]) => (*x, *y, (Some(*width), Some(*height))),
        _ => return Err("X,Y or X,Y,WIDTH,HEIGHT, or the name of a corner".into()),
    };
    let at = At::Point(x, y);
    Ok(Where { at, size })
}
