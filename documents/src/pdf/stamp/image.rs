//! A logo. PNG is decoded and laid on white; JPEG goes in as it is, and only its head is read.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits, Transformations};

use super::{LOGO, stream};

/// Most pixels across and along, and bytes once unpacked.
const SIDE: u32 = 4096;
const UNPACKED: usize = 64 << 20;

/// A picture for a PDF (ISO 32000-2, 8.9.5).
pub(super) struct Image {
    width: u32,
    height: u32,
    /// `/DeviceGray` or `/DeviceRGB`.
    space: &'static str,
    data: Data,
}

enum Data {
    /// Eight bits a component, to be deflated.
    Plain(Vec<u8>),
    Jpeg(Vec<u8>),
}

impl Image {
    /// `None`: it is none, or too large.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= LOGO).then_some(())?;
        let image = match bytes {
            [0xFF, 0xD8, ..] => jpeg(bytes),
            _ => png(bytes),
        };
        image.filter(|it| (1..=SIDE).contains(&it.width) && (1..=SIDE).contains(&it.height))
    }

    /// Its size within a box, its sides as they are to one another.
    pub fn fitted(&self, width: f64, height: f64) -> (f64, f64) {
        let (w, h) = (f64::from(self.width), f64::from(self.height));
        let scale = (width / w).min(height / h);
        (w * scale, h * scale)
    }

    /// The image XObject.
    pub fn object(&self) -> Vec<u8> {
        let head = format!(
            "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace {} \
             /BitsPerComponent 8",
            self.width, self.height, self.space
        );
        match &self.data {
            Data::Plain(pixels) => stream(&head, pixels),
            Data::Jpeg(bytes) => {
                let head = format!(
                    "<< {head} /Filter /DCTDecode /Length {} >>\nstream\n",
                    bytes.len()
                );
                [head.as_bytes(), bytes, b"\nendstream"].concat()
            }
        }
    }
}

fn png(bytes: &[u8]) -> Option<Image> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: UNPACKED });
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let size = reader.output_buffer_size().filter(|it| *it <= UNPACKED)?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).ok()?;
    pixels.truncate(frame.buffer_size());
    let (space, pixels) = match frame.color_type {
        ColorType::Grayscale => ("/DeviceGray", pixels),
        ColorType::Rgb => ("/DeviceRGB", pixels),
        ColorType::GrayscaleAlpha => ("/DeviceGray", on_white::<2>(&pixels)),
        ColorType::Rgba => ("/DeviceRGB", on_white::<4>(&pixels)),
        ColorType::Indexed => return None,
    };
    Some(Image {
        width: frame.width,
        height: frame.height,
        space,
        data: Data::Plain(pixels),
    })
}

/// Pixels of that many components, the last of which is how opaque they are.
fn on_white<const N: usize>(pixels: &[u8]) -> Vec<u8> {
    let laid = |value: u8, opaque: u8| {
        let (value, opaque) = (u16::from(value), u16::from(opaque));
        let mixed = (value * opaque + 255 * (255 - opaque) + 127) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    let pixels = pixels.chunks_exact(N);
    let opaque = pixels.flat_map(|pixel| {
        let (colours, opaque) = pixel.split_at(N - 1);
        colours.iter().map(move |value| laid(*value, opaque[0]))
    });
    opaque.collect()
}

/// Size and components are in the frame header (ITU-T T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<Image> {
    let mut rest = bytes.get(2..)?;
    loop {
        let [0xFF, marker, high, low, after @ ..] = rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let content = after.get(..length.checked_sub(2)?)?;
        // SOF0 to SOF2: baseline, extended and progressive, in Huffman codes.
        if matches!(marker, 0xC0..=0xC2) {
            let [8, h1, h0, w1, w0, components, ..] = content else {
                return None;
            };
            let space = match components {
                1 => "/DeviceGray",
                3 => "/DeviceRGB",
                _ => return None,
            };
            return Some(Image {
                width: u16::from_be_bytes([*w1, *w0]).into(),
                height: u16::from_be_bytes([*h1, *h0]).into(),
                space,
                data: Data::Jpeg(bytes.to_vec()),
            });
        }
        // SOS: the picture begins, and no header came.
        (*marker != 0xDA).then_some(())?;
        rest = &after[content.len()..];
    }
}
