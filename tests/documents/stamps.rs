//! Visible signatures, looked at in the pictures that MuPDF makes of them.

use std::fs;
use std::path::Path;

use securesign_documents::pdf::{At, Corner, Fonts, Page, Stamp, StampFault};

use super::*;

/// Letters of Latin and Devanagari.
const FONTS: [&str; 2] = [
    "/usr/share/fonts/opentype/inter/Inter-Regular.otf",
    "/usr/share/fonts/truetype/lohit-devanagari/Lohit-Devanagari.ttf",
];

fn fonts() -> Fonts {
    Fonts::new(|_| FONTS.iter().map(|path| fs::read(path).unwrap()).collect())
}

/// Two by two pixels: red, green; blue, and one that is transparent.
fn logo() -> Vec<u8> {
    let pixels = [
        [255, 0, 0, 255],
        [0, 255, 0, 255],
        [0, 0, 255, 255],
        [0, 0, 0, 0],
    ];
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels.as_flattened()).unwrap();
    writer.finish().unwrap();
    bytes
}

fn stamp(at: At) -> Stamp {
    Stamp {
        at,
        size: (Some(160.0), Some(60.0)),
        reason: Some("I agree".into()),
        location: Some("पुणे".into()),
        designation: Some("क्षेत्रीय निदेशक".into()),
        logo: Some(logo()),
        fonts: fonts(),
        ..Stamp::default()
    }
}

fn signed(court: &Court, bytes: Vec<u8>, options: &Options) -> Result<Vec<u8>, Refusal> {
    let now = Timestamp::now();
    let software = &court.software;
    let signer = Signer::new(software.certificate("p256"), &software.chain(), SHA256, now)?;
    let prepared = Pdf::read(bytes)?.prepare(signer, options, now)?;
    let signature = court.sign("p256", SHA256, prepared.to_sign().0);
    prepared.finish(&signature)
}

fn with(stamp: Stamp) -> Options {
    Options {
        stamp: Some(stamp),
        ..Options::default()
    }
}

/// A page as it is displayed, a pixel for each point.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn of(court: &Court, bytes: &[u8], page: u32) -> Self {
        let folder = court.software.folder();
        let (pdf, ppm) = (folder.join("look.pdf"), folder.join("look.ppm"));
        fs::write(&pdf, bytes).unwrap();
        let mut mutool = std::process::Command::new("mutool");
        mutool.args(["draw", "-q", "-A", "0", "-r", "72", "-o"]);
        let done = mutool.arg(&ppm).arg(&pdf).arg(page.to_string()).output();
        assert!(done.unwrap().status.success());
        Self::read(&ppm)
    }

    /// P6 of Netpbm: width, height, 255, and three bytes a pixel.
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let mut fields = bytes.splitn(5, |byte| byte.is_ascii_whitespace());
        let mut next = || fields.next().unwrap();
        assert_eq!(next(), b"P6");
        let number = |text: &[u8]| -> usize { String::from_utf8_lossy(text).parse().unwrap() };
        let (width, height) = (number(next()), number(next()));
        assert_eq!(next(), b"255");
        Self {
            width,
            height,
            pixels: next().to_vec(),
        }
    }

    /// The colour of a point, from the bottom left.
    fn at(&self, x: f64, y: f64) -> [u8; 3] {
        let at = (self.height - 1 - y as usize) * self.width + x as usize;
        self.pixels[3 * at..3 * at + 3].try_into().unwrap()
    }

    /// How many pixels of a box are dark.
    fn ink(&self, (left, bottom): (usize, usize), (right, top): (usize, usize)) -> usize {
        let points = (left..right).flat_map(|x| (bottom..top).map(move |y| (x, y)));
        let is_dark =
            |(x, y): &(usize, usize)| self.at(*x as f64, *y as f64).iter().all(|it| *it < 96);
        points.filter(is_dark).count()
    }
}

/// Whether the logo stands upright in a stamp whose lower left corner is there: it is 48 points
/// wide, 4 from the left edge and 6 from the lower one.
fn is_upright(picture: &Picture, x: f64, y: f64) -> bool {
    const COLOURS: [(f64, f64, [u8; 3]); 4] = [
        (14.0, 44.0, [255, 0, 0]),
        (42.0, 44.0, [0, 255, 0]),
        (14.0, 16.0, [0, 0, 255]),
        (42.0, 16.0, [255, 255, 255]),
    ];
    COLOURS
        .iter()
        .all(|(right, up, colour)| picture.at(x + right, y + up) == *colour)
}

#[test]
fn a_stamp_stands_upright_where_it_was_wanted_on_every_kind_of_page() {
    let court = Court::new(&["p256"]);
    let names = [
        "libreoffice-pdfa2",
        "minimal",
        "pdftex",
        "rotate90-cropbox",
        "inherited-rotate270-userunit",
    ];
    let mut files = Vec::new();
    for name in names {
        let bytes = signed(&court, file(name), &with(stamp(At::Point(30.0, 20.0)))).unwrap();
        let picture = Picture::of(&court, &bytes, 1);
        assert!(is_upright(&picture, 30.0, 20.0), "{name}");
        let before = Picture::of(&court, &file(name), 1);
        assert_eq!(
            (before.width, before.height),
            (picture.width, picture.height)
        );
        let words = ((84, 22), (188, 78));
        let ink = picture.ink(words.0, words.1);
        assert!(ink > before.ink(words.0, words.1) + 100, "{name}: {ink}");
        files.push((name.to_owned(), bytes));
    }
    for ((name, _), word) in files.iter().zip(court.hear(&files)) {
        assert!(word.is_good(), "{name}: {word:?}");
    }
}

/// A further one on each side, all the same way up.
#[test]
fn all_four_rotations_show_it_upright() {
    let court = Court::new(&["p256"]);
    let original = file("minimal");
    for turn in [0, 90, 180, 270, -90, 450] {
        let key = b"/Type/Page/Parent";
        let at = original.windows(key.len()).position(|it| it == key);
        let at = at.expect("a page of one line");
        let rotate = format!("/Rotate {turn} ");
        let mut bytes = [&original[..at], rotate.as_bytes(), &original[at..]].concat();
        shift(&mut bytes, at, rotate.len());
        for corner in [Corner::TopLeft, Corner::BottomRight] {
            let signed = signed(&court, bytes.clone(), &with(stamp(At::Corner(corner)))).unwrap();
            let picture = Picture::of(&court, &signed, 1);
            let (x, y) = match corner {
                Corner::TopLeft => (36.0, picture.height as f64 - 96.0),
                _ => (picture.width as f64 - 196.0, 36.0),
            };
            assert!(is_upright(&picture, x, y), "{turn}: {corner:?}");
        }
    }
}

/// The offsets of a table of cross-references behind what was put in.
fn shift(bytes: &mut [u8], at: usize, by: usize) {
    let mut entries = Vec::new();
    for start in 0..bytes.len().saturating_sub(18) {
        let entry = &bytes[start..start + 18];
        if entry.ends_with(b" 00000 n") && entry[..10].iter().all(u8::is_ascii_digit) {
            entries.push(start);
        }
    }
    assert!(!entries.is_empty());
    for start in entries {
        let old: usize = String::from_utf8_lossy(&bytes[start..start + 10])
            .parse()
            .unwrap();
        if old > at {
            let new = format!("{:010}", old + by);
            bytes[start..start + 10].copy_from_slice(new.as_bytes());
        }
    }
    let key = b"startxref\n";
    let start = bytes.windows(key.len()).rposition(|it| it == key).unwrap() + key.len();
    let len = bytes[start..].iter().position(|it| *it == b'\n').unwrap();
    let old: usize = String::from_utf8_lossy(&bytes[start..start + len])
        .parse()
        .unwrap();
    let new = (old + by).to_string();
    assert_eq!(new.len(), len, "as long as it was");
    bytes[start..start + len].copy_from_slice(new.as_bytes());
}

#[test]
fn a_field_that_waits_shows_the_stamp_in_its_own_place() {
    let court = Court::new(&["p256"]);
    let names = ["empty-field", "certified-p2-with-field"];
    let mut files = Vec::new();
    for name in names {
        let options = Options {
            field: Some("Officer".into()),
            ..with(stamp(At::Point(0.0, 0.0)))
        };
        let bytes = signed(&court, file(name), &options).unwrap();
        let (before, after) = (
            Picture::of(&court, &file(name), 1),
            Picture::of(&court, &bytes, 1),
        );
        assert_ne!(before.pixels, after.pixels, "{name}");
        files.push((name.to_owned(), bytes));
    }
    for ((name, _), word) in files.iter().zip(court.hear(&files)) {
        assert!(word.is_good(), "{name}: {word:?}");
    }
}

#[test]
fn a_stamp_that_cannot_be_drawn_is_refused_before_anything_is_signed() {
    let court = Court::new(&["p256"]);
    let refused = |name: &str, stamp: Stamp| {
        let options = with(stamp);
        let told = Pdf::read(file(name)).unwrap().check(&options);
        let refused = signed(&court, file(name), &options).map(|_| ());
        if !matches!(refused, Err(Refusal::Stamp(_))) {
            assert_eq!(told, refused);
        }
        refused
    };
    let here = || stamp(At::Point(10.0, 10.0));
    let beyond = Stamp {
        at: At::Point(5000.0, 10.0),
        ..here()
    };
    assert_eq!(refused("minimal", beyond), Err(Refusal::Place));
    let small = Stamp {
        size: (Some(19.0), Some(60.0)),
        ..here()
    };
    assert_eq!(refused("minimal", small), Err(Refusal::Place));
    let endless = Stamp {
        size: (Some(f64::NAN), Some(60.0)),
        ..here()
    };
    assert_eq!(refused("minimal", endless), Err(Refusal::Place));
    let page = Stamp {
        page: Page::Number(9),
        ..here()
    };
    assert!(matches!(refused("minimal", page), Err(Refusal::Page(9, _))));
    assert_eq!(
        refused("certified-p2", here()),
        Err(Refusal::CertifiedVisible)
    );
    let fault = |stamp| refused("minimal", stamp);
    let crowded = Stamp {
        size: (Some(60.0), Some(20.0)),
        ..here()
    };
    assert_eq!(fault(crowded), Err(StampFault::Crowded.into()));
    let letters = Stamp {
        reason: Some("文".into()),
        ..here()
    };
    assert_eq!(fault(letters), Err(StampFault::Letter('文').into()));
    let qr = Stamp {
        qr: Some("x".repeat(1001)),
        ..here()
    };
    assert_eq!(fault(qr), Err(StampFault::Qr.into()));
    for bytes in [
        &b"GIF89a"[..],
        b"",
        b"\xFF\xD8\xFF\xE0\x00\x01",
        &logo()[..40],
    ] {
        let logo = Stamp {
            logo: Some(bytes.to_vec()),
            ..here()
        };
        assert_eq!(fault(logo), Err(StampFault::Logo.into()));
    }
}

/// Read by a program of others, where there is one.
#[test]
fn the_last_page_gets_a_qr_code_and_the_names_that_differ() {
    let court = Court::new(&["p256"]);
    let wanted = Stamp {
        page: Page::Last,
        size: (Some(260.0), Some(100.0)),
        signer_name: Some("A. Officer".into()),
        shows_serial: true,
        hides_time: true,
        qr: Some("https://example.gov.in/v/1".into()),
        designation: None,
        location: None,
        ..stamp(At::Point(40.0, 40.0))
    };
    let original = file("pdftex");
    let last = Pdf::read(original.clone()).unwrap().pages();
    assert!(last > 1);
    let bytes = signed(&court, original, &with(wanted)).unwrap();
    let picture = Picture::of(&court, &bytes, last);
    // A finder of the code, at its top left: dark, light, dark.
    assert!(picture.ink((204, 44), (296, 136)) > 500);
    let update = String::from_utf8_lossy(&bytes).into_owned();
    let told = update.split("/TU (").nth(1).expect("words for all");
    let holder = court.software.certificate("p256").subject();
    for words in ["A. Officer", &*holder, "Serial number"] {
        assert!(told.contains(words), "{words}");
    }
    assert!(!told.contains("Date:"));
    let words = court.hear(&[("last".into(), bytes)]);
    assert!(words[0].is_good(), "{words:?}");
}
