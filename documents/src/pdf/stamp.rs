//! What is seen of a signature on a page: a box with words as outlines, a logo and a QR code.
//! Nothing in it asks a reader for a font, and nothing is transparent, so that PDF/A stays
//! PDF/A. No tick and no question mark: whether a signature is good, only a reader can say.

mod image;
mod outline;
mod place;

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lopdf::ObjectId;
use qrcodegen::{QrCode, QrCodeEcc};
use securesign_card::certificate::Certificate;
use securesign_card::text::clean;
use thiserror::Error;

use self::image::Image;
use self::outline::Type;
use super::file::File;

pub use self::outline::Fonts;
pub(super) use self::place::Spot;

/// What is seen of a signature: `visible`, `page`, `position` and `appearance` of the handoff
/// protocol (§7).
#[derive(Clone, Debug, Default)]
pub struct Stamp {
    /// On which page; of a field that exists, the page is where that is.
    pub page: Page,
    /// Where on it; a field that exists has its own place.
    pub at: At,
    /// Width and height in points, as displayed: at least 20 each, and no more than the page
    /// has. `None`: 200 and 72.
    pub size: (Option<f64>, Option<f64>),
    /// Who signs, where that is not to be the name in the certificate. Where the two differ,
    /// both are shown.
    pub signer_name: Option<String>,
    /// Office or rank of the signer.
    pub designation: Option<String>,
    /// Why it is signed.
    pub reason: Option<String>,
    /// Where it is signed.
    pub location: Option<String>,
    /// Whether the time is left out, which is this computer's, in its own zone.
    pub hides_time: bool,
    /// Whether the certificate's serial number is shown.
    pub shows_serial: bool,
    /// A picture, PNG or JPEG, of at most [`LOGO`] bytes. What is transparent becomes white.
    pub logo: Option<Vec<u8>>,
    /// What a QR code says, in at most [`QR`] bytes.
    pub qr: Option<String>,
    /// The words before what is shown.
    pub words: Words,
    /// Where letters come from.
    pub fonts: Fonts,
}

/// The largest logo, in bytes.
pub const LOGO: usize = 1 << 20;
/// The longest text of a QR code, in bytes.
pub const QR: usize = 1000;

/// A page of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// From 1 on.
    Number(u32),
    /// The last one.
    Last,
}

/// Where on a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    /// Of the box's lower left corner: points to the right and up from the lower left corner
    /// of the page, as it is displayed.
    Point(f64, f64),
    /// In a corner of the page, half an inch from its edges.
    Corner(Corner),
}

/// A corner of a page, as it is displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// At the bottom, left.
    BottomLeft,
    /// At the bottom, right.
    BottomRight,
    /// At the top, left.
    TopLeft,
    /// At the top, right.
    TopRight,
}

impl Default for Page {
    fn default() -> Self {
        Self::Number(1)
    }
}

impl Default for At {
    fn default() -> Self {
        Self::Corner(Corner::BottomRight)
    }
}

/// The words before what is shown; English by default.
#[derive(Clone, Debug)]
pub struct Words {
    /// Before the signer's name.
    pub signed_by: String,
    /// Before the name in the certificate, where the signer is shown by another one.
    pub certificate: String,
    /// Before the time.
    pub date: String,
    /// Before the reason.
    pub reason: String,
    /// Before the place.
    pub location: String,
    /// Before the certificate's serial number.
    pub serial: String,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            signed_by: "Digitally signed by".into(),
            certificate: "Certificate of".into(),
            date: "Date:".into(),
            reason: "Reason:".into(),
            location: "Location:".into(),
            serial: "Serial number:".into(),
        }
    }
}

/// Why it cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// No font has this letter.
    #[error("no font on this computer has the letter {0:?}")]
    Letter(char),
    /// Its words do not fit into it.
    #[error("it is too small for its words")]
    Crowded,
    /// The logo.
    #[error("the logo is no PNG or JPEG, or is too large")]
    Logo,
    /// The QR code.
    #[error("the text of the QR code is too long")]
    Qr,
}

/// Space within the box's edges, in points.
const PAD: f64 = 4.0;
/// Sizes of type that are tried, in points, the largest first.
const SIZES: (f64, f64) = (11.0, 3.0);
/// From line to line, as a multiple of the size of type.
const LEADING: f64 = 1.25;
/// Light modules around a QR code (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

/// The objects that draw a stamp.
pub(super) struct Drawn {
    /// The form (8.10), for `/AP /N`.
    pub form: ObjectId,
    /// It, and what it needs.
    pub objects: Vec<(ObjectId, Vec<u8>)>,
    /// The same in words, for those who see nothing.
    pub told: String,
}

impl Stamp {
    /// Where it comes on its page.
    pub(super) fn spot(&self, file: &File) -> Option<Spot> {
        let page = match self.page {
            Page::Number(number) => file.page(number).ok()?,
            Page::Last => file.document.page_iter().last()?,
        };
        Spot::on(file, page, self.at, self.size)
    }

    /// Draws it.
    pub(super) fn draw(
        &self,
        spot: &Spot,
        certificate: &Certificate,
        now: Timestamp,
        number: &mut dyn FnMut() -> ObjectId,
    ) -> Result<Drawn, Fault> {
        let (width, height) = spot.size;
        let mut content = format!(
            "0.7 G 0.5 w 0.25 0.25 {} {} re S 0 g\n",
            short(width - 0.5),
            short(height - 0.5)
        );
        let inner = height - 2.0 * PAD;
        let (mut left, mut right) = (PAD, width - PAD);
        let mut objects = Vec::new();
        let mut resources = String::from("<< >>");
        if let Some(logo) = &self.logo {
            let image = Image::read(logo).ok_or(Fault::Logo)?;
            let (w, h) = image.fitted(width * 0.3, inner);
            let bottom = PAD + (inner - h) / 2.0;
            let [w, h, x, y] = [w, h, left, bottom].map(short);
            let _ = writeln!(content, "q {w} 0 0 {h} {x} {y} cm /Logo Do Q");
            left += image.fitted(width * 0.3, inner).0 + PAD;
            let id = number();
            resources = format!("<< /XObject << /Logo {} 0 R >> >>", id.0);
            objects.push((id, image.object()));
        }
        if let Some(text) = self.qr.as_deref().filter(|text| !text.is_empty()) {
            let side = inner.min(width * 0.4);
            right -= side;
            content.push_str(&code(text, right, PAD + (inner - side) / 2.0, side)?);
            right -= PAD;
        }
        let lines = self.lines(certificate, now);
        let told = lines.join(", ");
        let letters = Type::of(&self.fonts, &told)?;
        let (page, size) = letters
            .page(&lines, right - left, inner, SIZES, LEADING)
            .ok_or(Fault::Crowded)?;
        let rest = inner - size * LEADING * page.len() as f64;
        // The first base line lies as far below the edge as a letter is high.
        let mut base = height - PAD - rest / 2.0 - size;
        for line in &page {
            content.push_str(&letters.draw(line, left, base, size));
            base -= size * LEADING;
        }
        let form = number();
        let box_ = format!("[0 0 {} {}]", short(width), short(height));
        let head = format!(
            "/Type /XObject /Subtype /Form /BBox {box_} /Matrix {} /Resources {resources}",
            spot.matrix
        );
        objects.push((form, stream(&head, content.as_bytes())));
        Ok(Drawn {
            form,
            objects,
            told,
        })
    }

    /// What is shown, line by line.
    fn lines(&self, certificate: &Certificate, now: Timestamp) -> Vec<String> {
        let words = &self.words;
        let given = |text: &Option<String>| {
            let text = clean(text.as_deref().unwrap_or_default(), 200);
            (!text.is_empty()).then_some(text)
        };
        let holder = clean(&certificate.subject(), 200);
        let name = given(&self.signer_name).unwrap_or_else(|| holder.clone());
        let labelled = |word: &str, text: String| format!("{word} {text}").trim().to_owned();
        let mut lines = vec![labelled(&words.signed_by, name.clone())];
        lines.extend(given(&self.designation));
        if name != holder {
            lines.push(labelled(&words.certificate, holder));
        }
        if !self.hides_time {
            let here = now.to_zoned_datetime(TimeZone::system());
            let time = here.strftime("%Y-%m-%d %H:%M:%S %:z").to_string();
            lines.push(labelled(&words.date, time));
        }
        lines.extend(given(&self.reason).map(|it| labelled(&words.reason, it)));
        lines.extend(given(&self.location).map(|it| labelled(&words.location, it)));
        if self.shows_serial {
            lines.push(labelled(&words.serial, certificate.serial()));
        }
        lines
    }
}

/// A QR code in a white square.
fn code(text: &str, x: f64, y: f64, side: f64) -> Result<String, Fault> {
    if text.len() > QR {
        return Err(Fault::Qr);
    }
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| Fault::Qr)?;
    let count = code.size();
    let module = side / f64::from(count + 2 * QUIET);
    let [m, x, y, s] = [module, x, y, side].map(short);
    let mut content = format!("q 1 g {x} {y} {s} {s} re f 0 g {m} 0 0 {m} {x} {y} cm\n");
    for row in 0..count {
        let mut column = 0;
        while column < count {
            let dark = (column..count).take_while(|at| code.get_module(*at, row));
            let run = i32::try_from(dark.count()).unwrap_or_default();
            if run > 0 {
                let bottom = count - 1 - row + QUIET;
                let _ = writeln!(content, "{} {bottom} {run} 1 re", column + QUIET);
            }
            column += run + 1;
        }
    }
    content.push_str("f Q\n");
    Ok(content)
}

/// A stream object, deflated.
fn stream(head: &str, content: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    // Into memory: it cannot fail.
    let _ = packed.write_all(content);
    let packed = packed.finish().unwrap_or_default();
    let head = format!(
        "<< {head} /Filter /FlateDecode /Length {} >>\nstream\n",
        packed.len()
    );
    [head.as_bytes(), &packed, b"\nendstream"].concat()
}

/// A number as PDF has it (7.3.3), to a ten-thousandth.
fn short(number: f64) -> String {
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "" | "-0" => "0".into(),
        text => text.into(),
    }
}
