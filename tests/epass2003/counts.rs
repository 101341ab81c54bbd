//! What it costs.

use crate::bench::Bench;
use crate::instead::Instead;
use securesign_app::worker::Look;
use securesign_card::profile::{Credential, Search, Tries};
use securesign_vendors::emulator::Emulator;
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::token::{HOLDER, PIN, READER, token, watched};

#[test]
fn counts_of_commands_are_within_their_bounds() {
    for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
        let (bench, _) = watched(token(mode));
        let (_, tries) = bench.count(|| bench.token_by(Look::Tries));
        println!("{mode:?}: tries left: {tries} commands");
        assert!(tries <= 6, "{mode:?}: {tries}");

        let (bench, card) = watched(token(mode));
        let (_, cold) = bench.count(|| {
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(10));
            let len = info.found.credentials[0].certificate.der().len();
            assert!((1_590..1_610).contains(&len), "{len}");
            bench
                .sign(&id, &info.found.credentials[0], Some(PIN))
                .unwrap();
        });
        println!("{mode:?}: cold signature: {cold} commands");
        assert!(cold <= 20, "{mode:?}: {cold}");

        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some(PIN)).unwrap();
        let (_, further) = bench.count(|| bench.sign(&id, credential, None).unwrap());
        println!("{mode:?}: further signature: {further} commands");
        assert!(further <= 2, "{mode:?}: {further}");
        let (_, fresh) = bench.count(|| bench.sign(&id, credential, Some(PIN)).unwrap());
        println!("{mode:?}: further signature, PIN typed again: {fresh} commands");
        assert!(fresh <= 3, "{mode:?}: {fresh}");
        assert_eq!(card.card().pin_tries(), 10);
    }
}

/// A token of this layout with so many signing certificates of the size that Indian
/// authorities issue, and that of an authority where there are several.
fn filled(layout: fn(Mode) -> Builder, certificates: usize) -> Builder {
    let mut builder = layout(Mode::Aes).seed(b"tests");
    for at in 1..=certificates {
        builder = builder.certificate(Container::signing(HOLDER).label(&format!("number {at}")));
    }
    if certificates > 2 {
        builder = builder.certificate(Container::authority("CN=Sub CA for Individual DSC"));
    }
    builder
}

/// A whole cold job: which certificates are offered, a signature with the last of them and
/// the tries left shown, up to the log-out; and how many commands that takes.
fn cold_job(builder: Builder, serial: Option<&str>) -> (Vec<String>, usize) {
    let (mut bench, card) = watched(builder);
    let search = Search {
        serial: serial.map(str::to_owned),
        everything: false,
    };
    let (id, info) = bench.token_by(Look::Signing(search.clone()));
    assert_eq!(info.pin, Tries::Left(10));
    let wanted = |c: &&Credential| search.wants(&c.certificate);
    let credential = info.found.credentials.iter().rfind(wanted).unwrap();
    bench.sign(&id, credential, Some(PIN)).unwrap();
    bench.stop();
    assert!(!card.card().is_verified());
    let labels = info.found.credentials.iter().map(|c| c.label.clone());
    (labels.collect(), bench.reader.commands())
}

/// The bounds for OpenSC's layout are 28, 32 and 36 (one certificate, two, three and an
/// authority's): with one of them named, what is left of the others is a look at their
/// serial numbers, and of the authority's nothing.
#[test]
fn a_cold_signature_costs_as_many_commands_as_the_table_says() {
    // Layout, certificates, commands where nothing is said, for the first and for the last.
    type Row = (fn(Mode) -> Builder, usize, [usize; 3]);
    let table: [Row; 6] = [
        (Epass::l1, 1, [20, 20, 20]),
        (Epass::l1, 2, [22, 21, 23]),
        (Epass::l1, 3, [24, 21, 25]),
        (Epass::l2, 1, [19, 19, 19]),
        (Epass::l2, 2, [23, 20, 22]),
        (Epass::l2, 3, [27, 20, 24]),
    ];
    let mut is = Vec::new();
    for (layout, certificates, _) in table {
        let token = || filled(layout, certificates);
        let all: Vec<String> = (1..=certificates)
            .map(|at| format!("number {at}"))
            .collect();
        let (offered, silent) = cold_job(token(), None);
        assert_eq!(offered, all, "who may choose sees all");
        // The emulator numbers its certificates 1000 + 20 (hex) for each.
        let serial = |at: usize| format!("{:X}", 1000 + 0x20 * at);
        let (offered, first) = cold_job(token(), Some(&serial(1)));
        assert_eq!(offered, all[..1]);
        let (offered, last) = cold_job(token(), Some(&serial(certificates)));
        assert_eq!(offered, all[certificates - 1..]);
        is.push([silent, first, last]);
    }
    let should: Vec<[usize; 3]> = table.iter().map(|row| row.2).collect();
    assert_eq!(is, should);
}

/// While a person types, other programs may use the token: session, directory and counter
/// once more, which are six commands.
#[test]
fn a_pin_that_a_person_types_costs_a_second_dialogue_and_no_more() {
    let layouts: [fn(Mode) -> Builder; 2] = [Epass::l1, Epass::l2];
    for (layout, cold) in layouts.into_iter().zip([20, 19]) {
        let (mut bench, card) = watched(filled(layout, 1));
        let (id, info) = bench.token();
        std::thread::sleep(Duration::from_millis(900));
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        bench.stop();
        assert!(!card.card().is_verified());
        assert_eq!(bench.reader.commands(), cold + 6);
    }
}

#[test]
fn a_token_that_wants_short_reads_gets_them() {
    // No answer longer than OpenSC asks for.
    let small = Instead::of(token(Mode::Plain).build().unwrap(), |card, command| {
        match command {
            // 00 is 256.
            [_, 0xB0, _, _, le] if !(1..=0xD8).contains(le) => vec![0x67, 0x00],
            _ => card.transmit(command),
        }
    });
    let bench = Bench::new(small, READER);
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
}

/// The longest answers that are asked for were not tried on a real token: one that gives no such
/// ones is asked once.
#[test]
fn a_token_that_gives_no_answers_as_long_as_a_certificate_is_asked_for_shorter_ones() {
    let layouts: [fn(Mode) -> Builder; 2] = [Epass::l1, Epass::l2];
    for layout in layouts {
        for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
            let builder = layout(mode)
                .seed(b"tests")
                .certificate(Container::signing(HOLDER));
            let asked: Arc<Mutex<usize>> = Arc::default();
            let count = Arc::clone(&asked);
            // No answer longer than this to a protected command, whatever is protected in it.
            let moderate = move |card: &mut Epass, command: &[u8]| match command {
                [0x0C, 0xB0, _, _, 0x00, _, _, .., high, low]
                    if u16::from_be_bytes([*high, *low]) > 0x0200 =>
                {
                    *count.lock().unwrap() += 1;
                    vec![0x67, 0x00]
                }
                _ => card.transmit(command),
            };
            let card = Instead::of(builder.build().unwrap(), moderate);
            let bench = Bench::new(card, READER);
            for _ in 0..2 {
                let (id, info) = bench.token();
                let credential = &info.found.credentials[0];
                assert_eq!(info.found.notes, [], "{mode:?}");
                bench.sign(&id, credential, Some(PIN)).unwrap();
            }
            assert_eq!(*asked.lock().unwrap(), 1, "{mode:?}");
        }
    }
}
