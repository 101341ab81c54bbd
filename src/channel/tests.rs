//! The channel against answers in order.

use std::collections::VecDeque;

use super::*;
use crate::apdu::{Answer, EXTENDED_ANSWER_MAX};
use crate::error::Missing;
use crate::frame::Frame;
use crate::messaging::Wrapped;
use crate::transport::TransportError;

/// Answers in order, and keeps what was sent.
struct Script {
    answers: VecDeque<Vec<u8>>,
    sent: Vec<String>,
}

impl Transport for Script {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.sent.push(frame.to_string());
        self.answers.pop_front().ok_or(TransportError::Mute)
    }
}

fn run(
    answers: &[&[u8]],
    extended: Extended,
    command: &Command<'_>,
) -> (Result<Response, CardError>, Vec<String>, Extended) {
    let mut script = Script {
        answers: answers.iter().map(|a| a.to_vec()).collect(),
        sent: Vec::new(),
    };
    let mut channel = Channel::new(&mut script, extended);
    let result = channel.send("test", command);
    let learned = channel.extended();
    (result, script.sent, learned)
}

/// A reader that passes on whatever.
fn known(ability: Ability) -> Extended {
    Extended {
        reader: Some(EXTENDED_ANSWER_MAX),
        data: ability,
        answer: ability,
    }
}

fn read() -> Command<'static> {
    Command::new([0x00, 0xCB, 0x3F, 0xFF])
        .data(&[0x5C, 0x01, 0x7E])
        .answer(Answer::Long)
}

#[test]
fn parts_are_put_together_and_6c_is_repeated_once() {
    let (result, sent, _) = run(
        &[&[1, 2, 0x61, 0x02], &[3, 4, 0x90, 0x00]],
        Extended::UNKNOWN,
        &read(),
    );
    assert_eq!(result.unwrap().data, [1, 2, 3, 4]);
    assert_eq!(sent[1], "00 C0 00 00 02");
    let (result, sent, _) = run(
        &[&[0x6C, 0x02], &[3, 4, 0x90, 0x00]],
        Extended::UNKNOWN,
        &read(),
    );
    assert_eq!(result.unwrap().data, [3, 4]);
    assert_eq!(sent[1], "00 CB 3F FF 03 5C 01 7E 02");
    let (result, sent, _) = run(&[&[0x6C, 0x02], &[0x6C, 0x02]], Extended::UNKNOWN, &read());
    assert_eq!(result.unwrap().sw, StatusWord(0x6C02));
    assert_eq!(sent.len(), 2);
}

#[test]
fn what_was_begun_to_be_read_is_completed_or_dropped_before_anything_else() {
    let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
    let script = |answers: &[&[u8]]| Script {
        answers: answers.iter().map(|answer| answer.to_vec()).collect(),
        sent: Vec::new(),
    };
    let part: &[u8] = &[1, 2, 0x61, 0x02];
    // Completed.
    let mut card = script(&[part, &[3, 4, 0x90, 0x00], &[0x90, 0x00]]);
    let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
    let begun = channel.peek("test", &read()).unwrap();
    assert_eq!(
        (begun.data.as_slice(), begun.sw),
        (&[1, 2][..], StatusWord(0x6102))
    );
    assert_eq!(channel.complete(begun).unwrap().data, [1, 2, 3, 4]);
    channel.send("test", &verify).unwrap();
    assert_eq!(card.sent[1..], ["00 C0 00 00 02", "00 20 00 80 08 <pin:8>"]);
    // Another answer of the kind takes its place.
    let mut card = script(&[part, &[5, 0x90, 0x00], &[0x90, 0x00]]);
    let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
    channel.peek("test", &read()).unwrap();
    assert_eq!(channel.peek("test", &read()).unwrap().data, [5]);
    channel.send("test", &verify).unwrap();
    assert_eq!(card.sent.len(), 3);
    // Anything else waits until nothing is left.
    let mut card = script(&[part, &[3, 0x61, 0x01], &[4, 0x90, 0x00], &[0x90, 0x00]]);
    let mut channel = Channel::new(&mut card, Extended::UNKNOWN);
    channel.peek("test", &read()).unwrap();
    assert!(channel.send("test", &verify).unwrap().data.is_empty());
    let expected = ["00 C0 00 00 02", "00 C0 00 00 01", "00 20 00 80 08 <pin:8>"];
    assert_eq!(card.sent[1..], expected);
}

#[test]
fn the_last_block_of_a_chain_is_repeated_with_the_le_that_the_card_wants() {
    let data = [0x5A; 300];
    let command = Command::new([0x00, 0x2A, 0x80, 0x86])
        .data(&data)
        .answer(Answer::Short)
        .once();
    let answers: [&[u8]; 3] = [&[0x90, 0x00], &[0x6C, 0x02], &[1, 2, 0x90, 0x00]];
    let (result, sent, _) = run(&answers, Extended::UNKNOWN, &command);
    assert_eq!(result.unwrap().data, [1, 2]);
    assert!(sent[0].starts_with("10 2A 80 86 FF"), "{sent:?}");
    assert!(sent[1].starts_with("00 2A 80 86 2D") && sent[1].ends_with("5A 00"));
    assert!(sent[2].starts_with("00 2A 80 86 2D") && sent[2].ends_with("5A 02"));
    // Once only, and nothing before the last block.
    let answers: [&[u8]; 3] = [&[0x90, 0x00], &[0x6C, 0x02], &[0x6C, 0x03]];
    let (result, sent, _) = run(&answers, Extended::UNKNOWN, &command);
    assert_eq!((result.unwrap().sw, sent.len()), (StatusWord(0x6C03), 3));
}

#[test]
fn r27_an_endless_answer_is_cut_off() {
    let (result, sent, _) = run(&[&[0x61, 0x00], &[0x61, 0x00]], Extended::UNKNOWN, &read());
    assert!(matches!(result, Err(CardError::Malformed { .. })));
    assert_eq!(sent.len(), 2);
    let mut part = vec![0; 256];
    part.extend([0x61, 0x00]);
    let endless: Vec<&[u8]> = vec![&part; 400];
    let (result, sent, _) = run(&endless, Extended::UNKNOWN, &read());
    assert!(matches!(result, Err(CardError::Malformed { .. })));
    assert!(sent.len() < 300);
    let (result, ..) = run(&[&[0x90]], Extended::UNKNOWN, &read());
    assert!(matches!(result, Err(CardError::Malformed { .. })));
}

#[test]
fn extended_length_is_left_for_good_when_refused() {
    let (result, sent, learned) = run(
        &[&[0x67, 0x00], &[0x90, 0x00]],
        known(Ability::Promised),
        &read(),
    );
    assert!(result.unwrap().sw.is_ok());
    assert_eq!(
        sent,
        [
            "00 CB 3F FF 00 00 03 5C 01 7E 00 00",
            "00 CB 3F FF 03 5C 01 7E 00"
        ]
    );
    assert_eq!(learned, known(Ability::Refused));
    let (_, sent, learned) = run(&[&[0x90, 0x00]], known(Ability::Promised), &read());
    assert_eq!(sent.len(), 1);
    let data = Ability::Promised;
    let answer = Ability::Proven;
    assert_eq!(
        learned,
        Extended {
            data,
            answer,
            ..learned
        }
    );
}

#[test]
fn a_reader_that_says_what_it_passes_on_is_not_asked_for_more() {
    for (max, le) in [
        (310, "01 34"),
        (2100, "08 32"),
        (0xFFFF, "FF FD"),
        (0x1_0000, "00 00"),
    ] {
        let extended = Extended {
            reader: Some(max),
            ..known(Ability::Promised)
        };
        let (_, sent, _) = run(&[&[0x90, 0x00]], extended, &read());
        assert_eq!(sent, [format!("00 CB 3F FF 00 00 03 5C 01 7E {le}")]);
    }
    // A card that does not like the length has executed nothing (ISO 7816-4, 5.3.4).
    let extended = Extended {
        reader: Some(310),
        ..known(Ability::Proven)
    };
    let answers: [&[u8]; 2] = [&[0x6C, 0x02], &[1, 2, 0x90, 0x00]];
    for command in [read(), read().once()] {
        let (result, sent, _) = run(&answers, extended, &command);
        assert_eq!(result.unwrap().data, [1, 2]);
        assert_eq!(sent[1..], ["00 CB 3F FF 00 00 03 5C 01 7E 00 02"]);
    }
}

#[test]
fn what_must_not_be_repeated_waits_until_extended_length_is_proven() {
    let sign = read().once();
    let (_, sent, _) = run(&[&[0x90, 0x00]], known(Ability::Promised), &sign);
    assert_eq!(sent, ["00 CB 3F FF 03 5C 01 7E 00"]);
    let (result, sent, _) = run(&[&[0x67, 0x00]], known(Ability::Proven), &sign);
    assert_eq!(result.unwrap().sw, StatusWord::WRONG_LENGTH);
    assert_eq!(sent.len(), 1);
}

/// A card that takes so many seconds for each answer.
struct Slow {
    seconds: u64,
    now: Duration,
    answer: Vec<u8>,
    sent: usize,
}

impl Transport for Slow {
    fn exchange(&mut self, _: &Frame) -> Result<Vec<u8>, TransportError> {
        self.now += Duration::from_secs(self.seconds);
        self.sent += 1;
        Ok(self.answer.clone())
    }

    fn elapsed(&self) -> Duration {
        self.now
    }
}

#[test]
fn r27_a_card_that_is_slower_than_any_does_not_hold_the_dialogue() {
    let slow = Some(CardError::Transport(TransportError::Slow));
    let card = |seconds, answer: &[u8]| Slow {
        seconds,
        now: Duration::from_secs(1000),
        answer: answer.to_vec(),
        sent: 0,
    };
    // A byte a second, and always one more.
    let mut drip = card(1, &[0x00, 0x61, 0x01]);
    let mut channel = Channel::new(&mut drip, Extended::UNKNOWN);
    assert_eq!(channel.send("test", &read()).err(), slow);
    assert!(drip.sent <= 42, "{}", drip.sent);
    // Many commands, each a little too slow.
    let mut lame = card(5, &[0x90, 0x00]);
    let mut channel = Channel::new(&mut lame, Extended::UNKNOWN);
    let answers = (0..100).map_while(|_| channel.send("test", &read()).ok());
    assert_eq!(answers.count(), 13);
    // The next thing that a person asks for has its own time.
    channel.begin_work();
    assert!(channel.send("test", &read()).is_ok());
    // A person who does not touch the key at once is no slow card.
    let mut touched = card(20, &[0x90, 0x00]);
    let mut channel = Channel::new(&mut touched, Extended::UNKNOWN);
    assert!(channel.send("test", &read()).is_ok());
}

#[test]
fn a_new_value_counts_as_sent_when_its_frame_goes_out_and_not_before() {
    let mut slow = Slow {
        seconds: 61,
        now: Duration::ZERO,
        answer: vec![0x90, 0x00],
        sent: 0,
    };
    let mut channel = Channel::new(&mut slow, Extended::UNKNOWN);
    let change = Command::new([0x00, 0x24, 0x00, 0x80]).secret(&[0x31; 16]);
    channel.send("test", &read()).unwrap();
    // The person has waited long enough: it stays here.
    let error = CardError::Transport(TransportError::Slow);
    assert_eq!(channel.send("test", &change).err(), Some(error));
    assert_eq!((channel.replaced(), channel.unanswered()), (0, false));
    channel.begin_work();
    channel.send("test", &change).unwrap();
    assert_eq!((channel.replaced(), channel.unanswered()), (1, false));
}

#[test]
fn the_first_word_after_a_reset_is_asked_for_once_more() {
    let unspecified: &[u8] = &[0x6F, 0x00];
    let (result, sent, _) = run(&[unspecified, &[0x90, 0x00]], Extended::UNKNOWN, &read());
    assert!(result.unwrap().sw.is_ok());
    assert_eq!(sent.len(), 2);
    let (result, sent, _) = run(&[unspecified, unspecified], Extended::UNKNOWN, &read());
    assert_eq!(result.unwrap().sw, StatusWord::UNSPECIFIED);
    assert_eq!(sent.len(), 2);
    // Not later, and above all not what carries a PIN.
    let mut script = Script {
        answers: [vec![0x90, 0x00], vec![0x6F, 0x00]].into(),
        sent: Vec::new(),
    };
    let mut channel = Channel::new(&mut script, Extended::UNKNOWN);
    channel.send("test", &read()).unwrap();
    let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
    assert_eq!(
        channel.send("test", &verify).unwrap().sw,
        StatusWord::UNSPECIFIED
    );
    assert_eq!(script.sent.len(), 2);
}

#[test]
fn a_secret_is_always_short() {
    let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
    let (_, sent, _) = run(&[&[0x90, 0x00]], known(Ability::Proven), &verify);
    assert_eq!(sent, ["00 20 00 80 08 <pin:8>"]);
}

/// Secure messaging that puts its count in front of the data, and behind them of an answer.
struct Counting {
    count: u8,
    chains: bool,
}

impl SecureMessaging for Counting {
    fn wrap(&mut self, command: &Command<'_>, wide: bool) -> Result<Wrapped, CardError> {
        self.count += 1;
        let [cla, rest @ ..] = command.header;
        let [ins, p1, p2] = rest;
        let data = [&[self.count], command.data.bytes()].concat();
        let answer = match command.answer {
            Answer::Exact(len) if wide => Answer::Wide(len),
            Answer::Exact(len) => Answer::Exact(len),
            _ => Answer::Short,
        };
        Ok(Wrapped {
            header: [cla | 0x0C, ins, p1, p2],
            data: data.into(),
            is_secret: matches!(command.data, Data::Secret(_)),
            answer,
        })
    }

    fn unwrap(&mut self, mut response: Response) -> Result<Response, Fault> {
        match response.data.pop() {
            None if response.sw.is_ok() => Err(Fault::Malformed),
            Some(count) if count != self.count => Err(Fault::Checksum),
            _ => Ok(response),
        }
    }

    fn wrapped(&self, len: usize) -> usize {
        len + 1
    }

    fn knows_chaining(&self) -> bool {
        self.chains
    }
}

fn run_wrapped(
    answers: &[&[u8]],
    extended: Extended,
    chains: bool,
    command: &Command<'_>,
) -> (Result<Response, CardError>, Vec<String>, bool) {
    let mut script = Script {
        answers: answers.iter().map(|a| a.to_vec()).collect(),
        sent: Vec::new(),
    };
    let mut channel = Channel::new(&mut script, extended);
    channel.secure(Box::new(Counting { count: 0, chains }));
    let result = channel.send("test", command);
    let broken = channel.is_broken();
    (result, script.sent, broken)
}

#[test]
fn what_is_said_of_a_wrapped_command_is_heeded_below_the_session() {
    let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Short);
    // In parts: the count is behind the last one.
    let (result, sent, broken) = run_wrapped(
        &[&[1, 2, 0x61, 0x03], &[3, 4, 1, 0x90, 0x00]],
        Extended::UNKNOWN,
        false,
        &read,
    );
    assert_eq!(result.unwrap().data, [1, 2, 3, 4]);
    assert_eq!(sent, ["0C B0 00 00 01 01 00", "00 C0 00 00 03"]);
    assert!(!broken);
    // Another Le: the same command, since it was not counted.
    let (result, sent, _) = run_wrapped(
        &[&[0x6C, 0x03], &[1, 2, 1, 0x90, 0x00]],
        Extended::UNKNOWN,
        false,
        &read,
    );
    assert_eq!(result.unwrap().data, [1, 2]);
    assert_eq!(sent[1], "0C B0 00 00 01 01 03");
    // Once only; and what is said under protection is said of the command inside.
    let (result, sent, _) = run_wrapped(
        &[&[0x6C, 0x03], &[0x6C, 0x03]],
        Extended::UNKNOWN,
        false,
        &read,
    );
    assert_eq!((result.unwrap().sw, sent.len()), (StatusWord(0x6C03), 2));
    let (result, sent, _) = run_wrapped(
        &[&[1, 0x6C, 0x03], &[7, 2, 0x90, 0x00]],
        Extended {
            answer: Ability::Refused,
            ..Extended::UNKNOWN
        },
        false,
        &read,
    );
    assert_eq!(result.unwrap().data, [7]);
    assert_eq!(sent[1], "0C B0 00 00 01 02 03");
    // What carries a PIN is not sent again for anything.
    let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&[0x31; 8]);
    let (_, sent, _) = run_wrapped(
        &[&[0x6C, 0x03], &[1, 0x90, 0x00]],
        Extended::UNKNOWN,
        false,
        &verify,
    );
    assert_eq!(sent, ["0C 20 00 80 09 <pin:9> 00"]);
}

#[test]
fn a_wrapped_command_is_chained_where_its_family_says_so_and_nothing_else_helps() {
    let data = [0x5A; 256];
    let sign = Command::new([0x00, 0x2A, 0x80, 0x86])
        .data(&data)
        .answer(Answer::Long)
        .once();
    let short = Extended {
        reader: Some(0),
        ..Extended::UNKNOWN
    };
    let answers: [&[u8]; 2] = [&[0x90, 0x00], &[7, 1, 0x90, 0x00]];
    let (result, sent, broken) = run_wrapped(&answers, short, true, &sign);
    assert_eq!(result.unwrap().data, [7]);
    assert!(sent[0].starts_with("1C 2A 80 86 FF 01 5A"), "{sent:?}");
    assert_eq!(sent[1..], ["0C 2A 80 86 02 5A 5A 00"]);
    assert!(!broken);
    // A chain that breaks off.
    let (result, sent, broken) = run_wrapped(&[&[0x68, 0x84]], short, true, &sign);
    assert_eq!((result.unwrap().sw, sent.len()), (StatusWord(0x6884), 1));
    assert!(broken);
    // Not by others, and not where the extended form is there.
    let (result, sent, broken) = run_wrapped(&answers, short, false, &sign);
    assert_eq!(result.err(), Some(CardError::Unsupported(Missing::Reader)));
    assert!(sent.is_empty() && broken);
    let (_, sent, _) = run_wrapped(&answers[1..], known(Ability::Trusted), true, &sign);
    assert!(
        sent[0].starts_with("0C 2A 80 86 00 01 01 01 5A"),
        "{sent:?}"
    );
    // Nor is what carries a PIN.
    let verify = Command::new([0x00, 0x20, 0x00, 0x80]).secret(&data);
    let (result, sent, _) = run_wrapped(&answers, short, true, &verify);
    assert_eq!(result.err(), Some(CardError::Unsupported(Missing::Reader)));
    assert!(sent.is_empty());
}

#[test]
fn a_reader_is_asked_for_no_more_than_it_passes_on_in_a_session() {
    let extended = Extended {
        reader: Some(310),
        ..Extended::UNKNOWN
    };
    let data = [0x5A; 256];
    let sign = Command::new([0x00, 0x2A, 0x80, 0x86])
        .data(&data)
        .answer(Answer::Long);
    let (_, sent, _) = run_wrapped(&[&[1, 0x90, 0x00]], extended, false, &sign);
    assert!(sent[0].ends_with("5A 01 34"), "{sent:?}");
    let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(0xD8));
    let (_, sent, _) = run_wrapped(&[&[1, 0x90, 0x00]], extended, false, &read);
    assert_eq!(sent, ["0C B0 00 00 00 00 01 01 00 D8"]);
}
