//! What came into a PDF after a signature, with pyHanko as the judge of each.

use securesign_documents::pdf::Change;

use super::*;

/// What pyHanko calls it.
fn judged(word: &judges::Word, at: usize) -> Option<Change> {
    let said = word.pyhanko["signatures"][at]["modification"].as_str();
    Some(match said? {
        "NONE" | "LTA_UPDATES" => Change::Proof,
        "FORM_FILLING" => Change::Filled,
        "ANNOTATIONS" => Change::Annotated,
        "OTHER" => Change::Other,
        other => panic!("{other}"),
    })
}

fn changes(bytes: &[u8]) -> Vec<Option<Change>> {
    let signatures = pdf::signatures_and_changes(bytes.to_vec()).unwrap();
    signatures.into_iter().map(|(_, change)| change).collect()
}

/// A file of a table with an update that nobody has signed: objects of the file, or new ones.
fn updated(bytes: &[u8], objects: &[(u32, String)]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let last = |key: &str| text.rsplit(key).next().unwrap().trim_start().to_owned();
    let number = |text: String| -> usize {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap();
        text[..end].parse().unwrap()
    };
    let (start, size) = (number(last("startxref")), number(last("/Size")));
    let mut bytes = bytes.to_vec();
    let mut table = String::from("xref\n");
    for (number, object) in objects {
        table.push_str(&format!("{number} 1\n{:010} 00000 n\r\n", bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let at = bytes.len();
    let size = size.max(1 + objects.iter().map(|it| it.0 as usize).max().unwrap());
    let trailer = format!(
        "{table}trailer\n<< /Size {size} /Root 1 0 R /Prev {start} >>\nstartxref\n{at}\n%%EOF\n"
    );
    bytes.extend_from_slice(trailer.as_bytes());
    bytes
}

/// An object as it was written last.
fn object(bytes: &[u8], number: u32) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let key = format!("\n{number} 0 obj\n");
    let (_, rest) = text.rsplit_once(&key).unwrap();
    rest.split("\nendobj").next().unwrap().to_owned()
}

#[test]
fn what_came_later_is_what_pyhanko_finds() {
    let court = Court::new(&["p256"]);
    let signed = sign(&court, "p256", SHA256, file("minimal")).unwrap();
    let page = object(&signed, 3);
    let annotated = page.replacen("/Annots [", "/Annots [ 50 0 R ", 1);
    assert_ne!(annotated, page);
    let note = "<< /Type /Annot /Subtype /Text /Rect [9 9 30 30] /Contents (new) >>";
    let turned = page.replacen("<<", "<< /Rotate 180 ", 1);
    let shown = "BT /F1 24 Tf 72 700 Td (Contract 43, other) Tj ET";
    let len = shown.len();
    let text = format!("<< /Length {len} >>\nstream\n{shown}\nendstream");
    let twice = sign(&court, "p256", SHA256, signed.clone()).unwrap();
    let nothing = updated(&signed, &[(60, "(nobody leads here)".into())]);
    let cases = [
        ("nothing", nothing, Change::Proof),
        ("twice", twice, Change::Filled),
        (
            "note",
            updated(&signed, &[(3, annotated), (50, note.into())]),
            Change::Annotated,
        ),
        ("text", updated(&signed, &[(5, text)]), Change::Other),
        ("turned", updated(&signed, &[(3, turned)]), Change::Other),
        (
            "catalog",
            updated(
                &signed,
                &[(
                    1,
                    object(&signed, 1).replacen("<<", "<< /OpenAction 3 0 R ", 1),
                )],
            ),
            Change::Other,
        ),
    ];
    let files: Vec<(String, Vec<u8>)> = cases
        .iter()
        .map(|(name, bytes, _)| ((*name).to_owned(), bytes.clone()))
        .collect();
    for ((name, bytes, change), word) in cases.iter().zip(court.hear(&files)) {
        assert_eq!(changes(bytes)[0], Some(*change), "{name}");
        // It has no word for notes: they are what it does not expect.
        let theirs = judged(&word, 0);
        match name {
            &"note" => assert!(theirs >= Some(Change::Annotated), "{word:?}"),
            _ => assert_eq!(theirs, Some(*change), "{name}: {word:?}"),
        }
    }
}

/// What other programs have made of signed files, and we of theirs.
#[test]
fn later_signatures_are_no_change_of_the_document() {
    let court = Court::new(&["rsa2048"]);
    let mut files = Vec::new();
    for name in [
        "signed-once-pyhanko",
        "signed-visible-pyhanko",
        "long-reals-signed",
        "certified-p2",
        "certified-p3",
        "certified-p2-with-field",
    ] {
        let bytes = sign(&court, "rsa2048", SHA256, file(name)).unwrap();
        files.push((name.to_owned(), bytes));
    }
    for ((name, bytes), word) in files.iter().zip(court.hear(&files)) {
        let found = changes(bytes);
        assert!(found.len() > 1 && found.last() == Some(&None), "{name}");
        for (at, change) in found.iter().enumerate().take(found.len() - 1) {
            assert_eq!(*change, judged(&word, at), "{name}: {word:?}");
        }
    }
}
