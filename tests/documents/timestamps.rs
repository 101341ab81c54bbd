//! Time stamps of signatures (PAdES B-T), given by OpenSSL's authority.

use jiff::SignedDuration;
use securesign_documents::timestamp::{self, Fault, Request};

use super::*;

fn court(digits: u8) -> Court {
    let mut court = Court::new(&["rsa2048", "p256"]);
    court.software.add_authority(digits);
    court
}

/// Prepared, with its signature and the question about that.
fn asked(court: &Court, key: &str) -> (pdf::Prepared, Vec<u8>, Request) {
    let now = Timestamp::now();
    let software = &court.software;
    let signer = Signer::new(software.certificate(key), &software.chain(), SHA256, now).unwrap();
    let options = Options {
        time_stamp: true,
        ..Options::default()
    };
    let pdf = Pdf::read(file("libreoffice")).unwrap();
    let prepared = pdf.prepare(signer, &options, now).unwrap();
    let signature = court.sign(key, SHA256, prepared.to_sign().0);
    let request = prepared.time_stamp(&signature).unwrap();
    (prepared, signature, request)
}

#[test]
fn a_stamped_signature_is_good_for_all_judges_whatever_the_authority_counts_in() {
    let mut files = Vec::new();
    let mut courts = Vec::new();
    for (digits, key) in [(0, "rsa2048"), (6, "p256")] {
        let court = court(digits);
        let (prepared, signature, request) = asked(&court, key);
        let answer = court.software.time_stamp(request.der());
        let stamp = request.answered(&answer, Timestamp::now()).unwrap();
        assert_eq!(stamp.authority, court.software.certificate("tsa"));
        let fraction = stamp.time.subsec_nanosecond();
        assert!(digits == 6 || fraction == 0);
        let bytes = prepared.finish_stamped(&signature, &stamp).unwrap();
        let ours = pdf::signatures(bytes.clone()).unwrap();
        let read = ours[0].time_stamp.as_ref().unwrap().as_ref().unwrap();
        assert_eq!(read.time, stamp.time);
        let words = court.hear(&[(format!("{key}-{digits}"), bytes.clone())]);
        assert!(words[0].is_good(), "{words:?}");
        assert_eq!(
            words[0].pyhanko["signatures"][0]["stamp"], true,
            "{words:?}"
        );
        files.push((bytes, stamp));
        courts.push(court);
    }
    // One that belongs to another signature is told from one that is wrong in itself.
    let (bytes, _) = &files[0];
    let (_, other) = &files[1];
    let sound = pdf::signatures(bytes.clone())
        .unwrap()
        .remove(0)
        .sound
        .unwrap();
    let token = sound.time_stamp.unwrap();
    assert!(timestamp::check(&token, &sound.signature).is_ok());
    let fault = |token: &[u8], of: &[u8]| timestamp::check(token, of).err();
    assert_eq!(fault(&token, b"other"), Some(Fault::Imprint));
    assert_ne!(other.authority, courts[0].software.certificate("tsa"));
    let mut changed = token.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_eq!(fault(&changed, &sound.signature), Some(Fault::Wrong));
    assert_eq!(
        fault(&token[..token.len() - 1], &sound.signature),
        Some(Fault::Unreadable)
    );
}

#[test]
fn an_answer_that_is_not_to_this_question_is_refused() {
    let court = court(0);
    let now = Timestamp::now();
    let (prepared, signature, request) = asked(&court, "p256");
    let of_other = asked(&court, "p256").2;
    // The same signature, asked about twice: only the nonce differs.
    let again = prepared.time_stamp(&signature).unwrap();
    let answer = |request: &Request| court.software.time_stamp(request.der());
    let fault = |answer: &[u8]| request.answered(answer, now).err();
    assert_eq!(fault(&answer(&request)), None);
    assert_eq!(fault(&answer(&of_other)), Some(Fault::Imprint));
    assert_eq!(fault(&answer(&again)), Some(Fault::Nonce));
    let good = answer(&request);
    let late = now + SignedDuration::from_mins(11);
    assert_eq!(request.answered(&good, late).err(), Some(Fault::Clock));
    // OpenSSL gives its reasons for what it does not understand.
    assert_eq!(
        fault(&court.software.time_stamp(b"what?")),
        Some(Fault::Refused)
    );
    for other in [
        &good[..good.len() - 1],
        b"",
        b"<html></html>",
        &[0x30; 20_000],
    ] {
        assert_eq!(fault(other), Some(Fault::Unreadable));
    }
    // Nor is one of another signature put in.
    let other = of_other.answered(&answer(&of_other), now).unwrap();
    assert!(matches!(
        prepared.finish_stamped(&signature, &other),
        Err(Refusal::Unsound(_))
    ));
}

/// A person's certificate is not an authority's, however well it signs.
#[test]
fn a_time_stamp_by_somebody_else_is_refused() {
    let court = court(0);
    let request = asked(&court, "p256").2;
    let answer = court.software.time_stamp(request.der());
    let folder = court.software.folder();
    fs::write(folder.join("good"), answer).unwrap();
    let line = ["ts", "-reply", "-in", "good", "-token_out", "-out", "token"];
    court.software.openssl(&line, &[]);
    let info = "cms -verify -noverify -inform DER -in token -out info";
    court
        .software
        .openssl(&info.split(' ').collect::<Vec<_>>(), &[]);
    let sign = "cms -sign -binary -nodetach -econtent_type 1.2.840.113549.1.9.16.1.4 -md sha256 \
                -in info -signer rsa2048.pem -inkey rsa2048.key -outform DER -out other";
    let line: Vec<&str> = sign.split_whitespace().collect();
    court.software.openssl(&line, &[]);
    let token = fs::read(folder.join("other")).unwrap();
    // PKIStatusInfo: granted.
    let content = [&[0x30, 0x03, 0x02, 0x01, 0x00][..], &token].concat();
    let len = u16::try_from(content.len()).unwrap().to_be_bytes();
    let answer = [&[0x30, 0x82, len[0], len[1]][..], &content].concat();
    let fault = request.answered(&answer, Timestamp::now()).err();
    assert_eq!(fault, Some(Fault::Usage));
}
