//! What a signature does not need may fail in any way.

use securesign_app::worker::Look;
use securesign_card::error::CardError;
use securesign_vendors::emulator::Emulator;
use securesign_vendors::pkcs15::emulator::Pkcs15Card;

use crate::bench::{Bench, Shared};
use crate::instead::Instead;
use crate::starcos::{ESIGN, esign};
use crate::{KINDS, Kind, PIN, tries};

/// What cards say that do not give something. The last ones make no sense, or no end.
const ANSWERS: [&[u8]; 8] = [
    &[0x69, 0x82],
    &[0x69, 0x85],
    &[0x6A, 0x82],
    &[0x6D, 0x00],
    &[0x6F, 0x00],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x05, 0x90, 0x00],
    &[0x00, 0x61, 0x10],
];

type Run = (Result<Vec<u8>, CardError>, Vec<Vec<u8>>, Option<u8>);

fn run(kind: &Kind, nth: Option<usize>, answer: &'static [u8]) -> Run {
    let card = Shared::new(kind.card(kind.keys[0]).build().unwrap());
    run_on(&card, Bench::cold_signature, nth, answer)
}

/// The same with all that is shown of a card.
fn run_shown(card: &Shared<Pkcs15Card>, nth: Option<usize>, answer: &'static [u8]) -> Run {
    let shown = |bench: &Bench, pin: &str| {
        let (id, info) = bench.token_by(Look::Everything);
        bench.sign(&id, &info.found.credentials[0], Some(pin))
    };
    run_on(card, shown, nth, answer)
}

fn run_on(
    card: &Shared<Pkcs15Card>,
    job: impl Fn(&Bench, &str) -> Result<Vec<u8>, CardError>,
    nth: Option<usize>,
    answer: &'static [u8],
) -> Run {
    let mut came = 0;
    let between = Instead::of(card.clone(), move |card, command| {
        came += 1;
        match nth == Some(came - 1) {
            true => answer.to_vec(),
            false => card.transmit(command),
        }
    });
    let between = Shared::new(between);
    let bench = Bench::new(between.clone(), None);
    let result = job(&bench, PIN);
    bench.end();
    let log = between.card().seen.clone();
    (result, log, tries(card))
}

/// The tries left, what the card says of itself, EF(TokenInfo), EF(GDO) and the log-out: numbers
/// of the commands that are about these.
fn optional(log: &[Vec<u8>]) -> Vec<usize> {
    let signed = log.iter().rposition(|it| [0x2A, 0x88].contains(&it[1]));
    let mut found = reading(log, &[[0x50, 0x32], [0x2F, 0x02]]);
    found.extend(log.iter().enumerate().filter_map(|(nth, command)| {
        let ins = command[1];
        let is_question = [0xCA, 0xEA].contains(&ins) || ins == 0x20 && command.len() == 4;
        (is_question || Some(nth) > signed && ins != 0xC0).then_some(nth)
    }));
    found
}

/// Numbers of the commands that select and read these files.
fn reading(log: &[Vec<u8>], files: &[[u8; 2]]) -> Vec<usize> {
    let mut selected = [0; 2];
    let mut found = Vec::new();
    for (nth, command) in log.iter().enumerate() {
        let ins = command[1];
        if ins == 0xA4 {
            let data = &command[5..5 + usize::from(command[4])];
            selected = data.last_chunk().copied().unwrap_or_default();
        }
        if [0xA4, 0xB0, 0xB2].contains(&ins) && files.contains(&selected) {
            found.push(nth);
        }
    }
    found
}

fn verified(log: &[Vec<u8>]) -> usize {
    let has_pin = |command: &&Vec<u8>| command[1] == 0x20 && command.len() > 5;
    log.iter().filter(has_pin).count()
}

#[test]
fn what_a_signature_does_not_need_is_refused_and_it_is_made_all_the_same() {
    let mut failures = Vec::new();
    for kind in KINDS {
        let (done, whole, _) = run(kind, None, &[]);
        done.unwrap();
        let places = optional(&whole);
        for nth in places {
            for answer in ANSWERS {
                let name = format!("{}, {:02X?}, {answer:02X?}", kind.name(), whole[nth]);
                let (result, log, tries) = run(kind, Some(nth), answer);
                if let Err(error) = result {
                    failures.push(format!("{name}: {error}"));
                }
                if verified(&log) != 1 || tries != Some(3) {
                    failures.push(format!("{name}: {} PINs sent", verified(&log)));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Makes a card that nothing was done with yet.
type Fresh = Box<dyn Fn() -> Shared<Pkcs15Card>>;

#[test]
fn what_is_shown_of_a_card_may_be_refused_and_it_signs_all_the_same() {
    let ours = KINDS.iter().filter(|kind| kind.family == "EnterSafe");
    let mut cards: Vec<(String, Fresh)> = Vec::new();
    for kind in ours {
        let card = || Shared::new(kind.card(kind.keys[0]).build().unwrap());
        cards.push((kind.name().to_owned(), Box::new(card)));
    }
    for (dialect, family, ..) in ESIGN {
        cards.push((family.to_owned(), Box::new(move || esign(dialect, true))));
    }
    assert_eq!(cards.len(), 5);
    for (name, card) in &cards {
        let (done, whole, _) = run_shown(&card(), None, &[]);
        done.unwrap();
        let places = optional(&whole);
        // The serial number, and what else the token says of itself.
        assert!(places.len() >= 3, "{name}: {whole:02X?}");
        for nth in places {
            for answer in ANSWERS {
                let name = format!("{name}, {:02X?}, {answer:02X?}", whole[nth]);
                let (result, log, tries) = run_shown(&card(), Some(nth), answer);
                assert!(result.is_ok(), "{name}: {result:?}");
                assert_eq!((verified(&log), tries), (1, Some(3)), "{name}");
            }
        }
    }
}

#[test]
fn no_pin_goes_to_a_starcos_3_that_does_not_say_clearly_in_which_form() {
    for kind in KINDS.iter().filter(|it| it.family.starts_with("STARCOS 3")) {
        let (_, whole, _) = run(kind, None, &[]);
        let places = reading(&whole, &[[0x00, 0x13], [0x00, 0x15]]);
        assert_eq!(places.len(), 2, "{}", kind.name());
        for nth in places {
            for answer in ANSWERS.into_iter().chain([&[0x6A, 0x83][..]]) {
                let name = format!("{}, {:02X?}, {answer:02X?}", kind.name(), whole[nth]);
                let (result, log, tries) = run(kind, Some(nth), answer);
                // There is no such file or record.
                let is_clear = answer[0] == 0x6A;
                assert_eq!(result.is_ok(), is_clear, "{name}");
                assert_eq!(verified(&log), usize::from(is_clear), "{name}");
                assert_eq!(tries, Some(3), "{name}");
            }
        }
    }
}
