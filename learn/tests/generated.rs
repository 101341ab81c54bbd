//! Over conversations that nobody has thought of: no PIN that was typed, in whatever form, and
//! nothing that a command made for secrets carried, is ever shown.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use proptest::prelude::*;
use securesign_card::pin::Pin;
use securesign_card::trace::Detail;
use securesign_learn::{About, learn, read};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Commands that carry a secret, and whether it is a PIN, which is looked for elsewhere too:
/// VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER, PUT KEY, EXTERNAL and MUTUAL
/// AUTHENTICATE, and what writes keys; plain, chained, protected and of a card's own class.
const CARRIERS: [([u8; 4], bool); 14] = [
    ([0x00, 0x20, 0x00, 0x80], true),
    ([0x80, 0x20, 0x00, 0x01], true),
    ([0x00, 0x21, 0x00, 0x81], true),
    ([0x00, 0x24, 0x01, 0x81], true),
    ([0x00, 0x2C, 0x01, 0x82], true),
    ([0x0C, 0x20, 0x00, 0x80], false),
    ([0x80, 0xD8, 0x00, 0x81], false),
    ([0x84, 0xD8, 0x00, 0x81], false),
    ([0x00, 0x82, 0x00, 0x9B], false),
    ([0x84, 0x82, 0x03, 0x00], false),
    ([0x00, 0x87, 0x03, 0x9B], false),
    ([0x84, 0xF4, 0x0B, 0x01], false),
    ([0x00, 0xDB, 0x3F, 0xFF], false),
    ([0x80, 0x30, 0x00, 0x00], false),
];

/// Commands of which data or answer may be shown.
const OPEN: [[u8; 4]; 7] = [
    [0x00, 0xA4, 0x04, 0x00],
    [0x00, 0xA4, 0x08, 0x00],
    [0x00, 0xB0, 0x00, 0x00],
    [0x00, 0xCA, 0x00, 0x6E],
    [0x00, 0xCB, 0x3F, 0xFF],
    [0x00, 0x22, 0x41, 0xB6],
    [0x00, 0x2A, 0x9E, 0x9A],
];

/// One exchange: which command, its data and its answer.
#[derive(Clone, Debug)]
struct Exchange {
    header: [u8; 4],
    data: Vec<u8>,
    answer: Vec<u8>,
}

/// A PIN as cards get it, by number.
fn form(pin: &[u8], number: usize) -> Vec<u8> {
    let filled = |len: usize, with: u8| {
        let mut block = pin.to_vec();
        block.resize(len.max(pin.len()), with);
        block
    };
    let digit = |at: usize| pin.get(at).map_or(0x0F, |byte| byte & 0x0F);
    let packed = |at: usize| digit(2 * at) << 4 | digit(2 * at + 1);
    let packed = || (0..pin.len().div_ceil(2)).map(packed);
    match number {
        0 => pin.to_vec(),
        1 => filled(8, 0xFF),
        2 => filled(16, 0x00),
        3 => packed().collect(),
        // ISO 9564-1, format 2.
        4 => {
            let mut block = vec![0x20 | pin.len() as u8];
            block.extend(packed());
            block.resize(8, 0xFF);
            block
        }
        5 => pin.iter().flat_map(|byte| [*byte, 0]).collect(),
        6 => pin.iter().flat_map(|byte| [0, *byte]).collect(),
        7 => Sha1::digest(pin).to_vec(),
        8 => Sha256::digest(pin).to_vec(),
        _ => Sha256::digest(filled(16, 0x00)).to_vec(),
    }
}

const FORMS: usize = 10;

fn bytes(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), len)
}

/// Bytes with a secret somewhere in them.
fn around(secret: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    (bytes(0..12), bytes(0..12)).prop_map(move |(before, behind)| {
        let parts = [before, secret.clone(), behind];
        parts.concat()
    })
}

/// A PIN of digits, what commands carried, and a conversation with both.
fn conversation() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<u8>>, Vec<Exchange>)> {
    let pin = prop::collection::vec(b'0'..=b'9', 6..=12);
    let carried = prop::collection::vec((0..CARRIERS.len(), bytes(8..24)), 1..6);
    (pin, carried).prop_flat_map(|(pin, carried)| {
        let mut all = Vec::new();
        for (at, secret) in &carried {
            let (header, is_pin) = CARRIERS[*at];
            all.push(
                (
                    Just(header),
                    Just(secret.clone()).boxed(),
                    bytes(0..16).boxed(),
                )
                    .boxed(),
            );
            if is_pin {
                // What a card has read out, or another program's command.
                let header = prop::sample::select(&OPEN[..]);
                let answer = around(secret.clone()).boxed();
                all.push((header, bytes(0..8).boxed(), answer).boxed());
            }
        }
        for number in 0..FORMS {
            let hidden = around(form(&pin, number)).boxed();
            let header = prop::sample::select(&OPEN[..]).boxed();
            let own = prop::sample::select(&CARRIERS[..])
                .prop_map(|it| it.0)
                .boxed();
            all.push((own, hidden.clone(), bytes(0..16).boxed()).boxed());
            all.push((header, bytes(0..8).boxed(), hidden).boxed());
        }
        let secrets: Vec<Vec<u8>> = carried.into_iter().map(|(_, secret)| secret).collect();
        let all = all.prop_map(|all| {
            let exchange = |(header, data, answer)| Exchange {
                header,
                data,
                answer,
            };
            all.into_iter().map(exchange).collect::<Vec<_>>()
        });
        (Just(pin), Just(secrets), all.prop_shuffle())
    })
}

fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

/// As pcscd logs it.
fn log(exchanges: &[Exchange]) -> String {
    let line = |it: &Exchange| {
        let (header, data, answer) = (hex(&it.header), hex(&it.data), hex(&it.answer));
        let command = match it.data.len() {
            0 => format!("{header} 00"),
            len => format!("{header} {len:02X} {data}"),
        };
        format!("1 APDU: {command} \n1 SW: {answer} 90 00 \n")
    };
    exchanges.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_secret_is_shown((pin, carried, exchanges) in conversation()) {
        let recording = read(log(&exchanges).as_bytes()).expect("a log of pcscd");
        let typed = [Pin::copy(&pin).expect("a page")];
        for detail in [Detail::Short, Detail::Full] {
            let about = About { product: &|_, _| None, application: &|_| None, detail };
            let shown = learn(&recording, &typed, &about).expect("a report").to_string();
            // A trace breaks lines; and a part of a secret is as bad: half of it.
            let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            let forms = (0..FORMS).map(|number| form(&pin, number));
            for secret in forms.chain(carried.iter().cloned()) {
                let part = &secret[..secret.len().min(8)];
                prop_assert!(!flat.contains(&hex(part)), "{} in {shown}", hex(part));
            }
            let text = String::from_utf8(pin.clone()).expect("digits");
            prop_assert!(!shown.contains(&text), "{text} in {shown}");
        }
    }
}
