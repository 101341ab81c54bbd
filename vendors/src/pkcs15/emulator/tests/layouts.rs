//! What the builder writes, as PKCS#15 v1.1 and the objects in the sheets have it.

use super::{hex, plays, says, sw, text};
use crate::emulator::{Emulator, KeyKind};
use crate::pkcs15::emulator::{
    ISOAPPLET0, Layout, MYEID, Object, PLAIN, PinKind, PinObject, Pkcs15Card,
};

/// A file below the application's directory, as one read gives it.
fn file(card: &mut Pkcs15Card, id: &str) -> String {
    assert_eq!(sw(card, &format!("00A4080C045015{id}")), "9000", "{id}");
    let mut whole = Vec::new();
    loop {
        let at = whole.len();
        let answer = card.transmit(&hex(&format!("00B0{at:04X}00")));
        let (data, _) = answer.split_at(answer.len() - 2);
        if data.is_empty() {
            return text(&whole);
        }
        whole.extend(data);
    }
}

fn plain(layout: Layout) -> Pkcs15Card {
    Pkcs15Card::builder(PLAIN)
        .seed(b"layouts")
        .layout(layout)
        .object(Object::signing("CN=A", KeyKind::P256).label("cert 1"))
        .object(Object::signing("CN=B", KeyKind::P384).label("cert 2"))
        .build()
        .unwrap()
}

#[test]
fn directory_files_are_those_of_the_sheets() {
    let mut card = Pkcs15Card::builder(ISOAPPLET0)
        .seed(b"layouts")
        .object(
            Object::signing("CN=A", KeyKind::Rsa2048)
                .label("cert 1")
                .id(&[1]),
        )
        .build()
        .unwrap();
    card.transmit(&hex("00A404000CF276A288BCFBA69D34F31001"));
    assert_eq!(
        file(&mut card, "5031"),
        "A80A300804063F0050154401A00A300804063F0050154402A40A300804063F0050154404"
    );
    let aodf = "302F 300E0C08557365722050494E030206C0 3003040101 \
                A1183016 0302028C 0A0102 020104 020110 020110 800101 040100";
    assert_eq!(file(&mut card, "4401"), aodf.replace(' ', ""));
    let cdf = "3021 300C0C06636572742031 03020640 3003040101 A10C300A300804063F0050153400";
    assert_eq!(file(&mut card, "4404"), cdf.replace(' ', ""));
    let prkdf = "3032 300F0C06636572742031 030206C0 040101 \
                 300F 040101 0303063040 030203B8 020100 A10E300C300604043F005015 02020800";
    assert_eq!(file(&mut card, "4402"), prkdf.replace(' ', ""));
    let mut myeid = Pkcs15Card::builder(MYEID)
        .object(Object::signing("CN=A", KeyKind::P256))
        .build()
        .unwrap();
    assert!(file(&mut myeid, "4402").contains("300804063F0050154B01"));
    assert!(
        file(&mut myeid, "4401")
            .ends_with("020104020108020108800101 0401FF".replace(' ', "").as_str())
    );
}

#[test]
fn directory_entries_name_the_application() {
    let mut card = plain(Layout::default());
    plays(&mut card, &[("00A4080C022F00", "9000")]);
    let dir = "611A 4F0CA000000063504B43532D3135 500443617264 51043F005015";
    assert_eq!(says(&mut card, "00B000001C"), dir.replace(' ', "") + "9000");
    let mut records = plain(Layout {
        record_dir: true,
        ..Layout::default()
    });
    plays(&mut records, &[("00A4080C022F00", "9000")]);
    assert_eq!(
        says(&mut records, "00B2010400"),
        dir.replace(' ', "") + "9000"
    );
    assert_eq!(sw(&mut records, "00B2020400"), "6A83");
    assert_eq!(sw(&mut records, "00B0000000"), "6981");
}

#[test]
fn odd_layouts_are_as_odd_as_asked() {
    let filler = file(
        &mut plain(Layout {
            filler: Some(0xFF),
            ..Layout::default()
        }),
        "5031",
    );
    assert!(filler.ends_with(&"FF".repeat(64)), "{filler}");
    let short = file(
        &mut plain(Layout {
            short_paths: true,
            ..Layout::default()
        }),
        "5031",
    );
    assert!(short.starts_with("A806300404024401"), "{short}");
    let inline = Layout {
        inline: true,
        ..Layout::default()
    };
    assert!(file(&mut plain(inline), "5031").contains("A4"));
    assert_eq!(sw(&mut plain(inline), "00A40800045015440400"), "6A82");
    let bare = Layout {
        no_aodf: true,
        no_token_info: true,
        no_dir: true,
        nameless: true,
        ..Layout::default()
    };
    let mut bare = plain(bare);
    for command in [
        "00A40800045015440100",
        "00A40800045015503200",
        "00A40800022F0000",
        "00A404000CA000000063504B43532D313500",
    ] {
        assert_eq!(sw(&mut bare, command), "6A82", "{command}");
    }
    assert!(!file(&mut bare, "5031").contains("4401"));
    let negative = Layout {
        negative_references: true,
        ..Layout::default()
    };
    assert!(file(&mut plain(negative), "4401").contains("800181"));
    assert!(file(&mut plain(Layout::default()), "4401").contains("80020081"));
}

#[test]
fn ids_can_lie_and_certificates_can_be_slices() {
    let swapped = Layout {
        swapped_ids: true,
        sliced: true,
        ..Layout::default()
    };
    let mut card = plain(swapped);
    let certificates = file(&mut card, "4404");
    assert!(certificates.contains("3003040146"), "{certificates}");
    let first = card.certificates()[0].clone();
    assert!(certificates.contains(&format!("0201108002{:04X}", first.len())));
    let content = file(&mut card, "4331");
    assert_eq!(content, "00".repeat(16) + &text(&first));
}

#[test]
fn pins_are_compared_as_their_kinds_send_them() {
    let mut card = Pkcs15Card::builder(PLAIN)
        .pin(PinObject::user("1234").form(PinKind::Bcd, (4, 8, 8), Some(0xFF)))
        .pin(PinObject::user("1234").form(PinKind::Iso9564, (4, 8, 12), Some(0xFF)))
        .pin(PinObject::user("1234").form(PinKind::HalfNibbleBcd, (4, 8, 8), Some(0xFF)))
        .pin(PinObject::user("1234").form(PinKind::Utf8, (4, 12, 12), Some(0x00)))
        .build()
        .unwrap();
    plays(
        &mut card,
        &[
            ("0020008104 1234FFFF", "9000"),
            ("0020008208 241234FFFFFFFFFF", "9000"),
            ("0020008308 F1F2F3F4FFFFFFFF", "9000"),
            ("002000840C 313233340000000000000000", "9000"),
            ("0020008404 31323334", "63C2"),
            ("0020008504 31323334", "6A88"),
            // Asking is a wrong PIN here.
            ("00200084", "63C1"),
        ],
    );
}

#[test]
fn a_local_pin_is_known_in_its_directory_and_forgotten_outside() {
    let mut card = Pkcs15Card::builder(PLAIN)
        .pin(PinObject::user("1234").local())
        .build()
        .unwrap();
    plays(
        &mut card,
        &[
            ("0020008104 31323334", "6A88"),
            ("00A4080C025015", "9000"),
            ("0020008104 31323334", "9000"),
            ("00A4080C045015 5031", "9000"),
        ],
    );
    assert!(card.is_verified(0x81));
    plays(&mut card, &[("00A4000C023F00", "9000")]);
    assert!(!card.is_verified(0x81));
}

#[test]
fn a_puk_of_its_own_unblocks_by_all_four_forms() {
    let mut card = Pkcs15Card::builder(PLAIN)
        .pin(PinObject::user("1234").unblocked_by(1))
        .pin(PinObject::unblocking("87654321"))
        .build()
        .unwrap();
    let puk = "3837363534333231";
    plays(
        &mut card,
        &[
            (&format!("002C00810C {puk} 35363738"), "9000"),
            ("0020008104 35363738", "9000"),
            (&format!("002C018108 {puk}"), "9000"),
            ("002C028104 31323334", "6982"),
            ("002C0381", "6982"),
            (&format!("0020008208 {puk}"), "9000"),
            ("002C028104 31323334", "9000"),
            ("002C0381", "9000"),
            ("0020008104 31323334", "9000"),
        ],
    );
}

#[test]
fn a_pin_can_hold_for_one_signature() {
    let mut card = Pkcs15Card::builder(PLAIN)
        .object(Object::signing("CN=A", KeyKind::P256).once())
        .build()
        .unwrap();
    let sign = format!("002A9E9A20 {} 00", "AB".repeat(32));
    plays(
        &mut card,
        &[
            ("0020008106 313233343536", "9000"),
            ("002241B603 840101", "9000"),
        ],
    );
    assert_eq!(sw(&mut card, &sign), "9000");
    assert_eq!(sw(&mut card, &sign), "6982");
}
