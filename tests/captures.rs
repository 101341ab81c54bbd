//! Captures of USB become the commands that were sent, whatever has captured them and however
//! the reader takes them; Wireshark sees the same messages in them.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[allow(dead_code, reason = "a part of it serves here")]
#[path = "support/ccid.rs"]
mod ccid;
#[allow(dead_code, reason = "a part of it serves here")]
#[path = "support/run.rs"]
mod run;

use std::process::Command;
use std::time::Duration;

use ccid::{Capture, Reader, Tool, block, command, t1};
use run::Scratch;
use securesign_learn::recording::{Answer, Conversation, Event, Recording};
use securesign_learn::{Unreadable, read};

const TOOLS: [Tool; 4] = [
    Tool::Usbmon { big: false },
    Tool::Usbmon { big: true },
    Tool::UsbmonMapped,
    Tool::UsbPcap,
];

const ATR: [u8; 5] = [0x3B, 0x83, 0x01, 0xAA, 0xBB];

const TOKEN: Reader = Reader {
    bus: 1,
    address: 5,
    slot: 0,
};

const OTHER: Reader = Reader {
    bus: 1,
    address: 9,
    slot: 1,
};

/// Commands and answers, of every length that matters.
fn story() -> Vec<(Vec<u8>, Vec<u8>)> {
    let long: Vec<u8> = (0..=255).chain(*b"\x90\x00").collect();
    let mut extended = vec![0x00, 0x2A, 0x9E, 0x9A, 0x00, 0x01, 0x00];
    extended.extend([0x5A; 256]);
    extended.extend([0x00, 0x00]);
    vec![
        (
            b"\x00\xA4\x04\x00\x05\xA0\x00\x00\x00\x77".to_vec(),
            vec![0x61, 0x04],
        ),
        (
            vec![0x00, 0xC0, 0x00, 0x00, 0x04],
            vec![0x6F, 0x02, 0x84, 0x00, 0x90, 0x00],
        ),
        (
            b"\x00\x20\x00\x81\x08593817\xFF\xFF".to_vec(),
            vec![0x90, 0x00],
        ),
        (vec![0x00, 0xB0, 0x00, 0x00, 0x00], long.clone()),
        (extended, long),
    ]
}

/// A reader at work: each of its messages has the next number.
struct Desk<'a> {
    capture: &'a mut Capture,
    reader: Reader,
    sequence: u8,
    messages: usize,
}

impl<'a> Desk<'a> {
    fn new(capture: &'a mut Capture, reader: Reader) -> Self {
        Self {
            capture,
            reader,
            sequence: 0xFE,
            messages: 0,
        }
    }

    fn ask(&mut self, kind: u8, last: [u8; 3], data: &[u8]) {
        self.sequence = self.sequence.wrapping_add(1);
        self.messages += 1;
        let message = command(kind, self.reader.slot, self.sequence, last, data);
        self.capture.outward(self.reader, &message);
    }

    fn answer(&mut self, last: [u8; 3], data: &[u8]) {
        self.messages += 1;
        let message = block(self.reader.slot, self.sequence, last, data);
        // A driver may take an answer in parts.
        let (first, rest) = message.split_at(message.len().min(64));
        self.capture.inward(self.reader, first);
        if !rest.is_empty() {
            self.capture.inward(self.reader, rest);
        }
    }

    fn power_on(&mut self) {
        self.ask(0x62, [0; 3], &[]);
        self.answer([0; 3], &ATR);
    }

    /// A reader that takes APDUs, with a wish for more time before each answer.
    fn apdus(&mut self) {
        for (command, answer) in story() {
            self.ask(0x6F, [0; 3], &command);
            self.answer([0x80, 0x01, 0x00], &[]);
            self.answer([0; 3], &answer);
        }
    }

    /// The same in parts (CCID 6.1.4, wLevelParameter; 6.2.1, bChainParameter).
    fn parts(&mut self) {
        for (command, answer) in story() {
            let (begin, end) = command.split_at(command.len() / 2);
            self.ask(0x6F, [0x00, 0x01, 0x00], begin);
            self.answer([0x00, 0x00, 0x10], &[]);
            self.ask(0x6F, [0x00, 0x02, 0x00], end);
            let (begin, end) = answer.split_at(answer.len() / 2);
            self.answer([0x00, 0x00, 0x01], begin);
            self.ask(0x6F, [0x00, 0x10, 0x00], &[]);
            self.answer([0x00, 0x00, 0x02], end);
        }
    }

    /// A reader that takes the blocks of T=1, of at most 32 bytes, one of them sent twice.
    fn blocks(&mut self) {
        const SIZE: usize = 32;
        let (mut ours, mut cards) = (0x00, 0x00);
        // S(IFS request) and its answer.
        self.ask(0x6F, [0; 3], &t1(0xC1, &[0xFE]));
        self.answer([0; 3], &t1(0xE1, &[0xFE]));
        for (command, answer) in story() {
            let chunks: Vec<&[u8]> = command.chunks(SIZE).collect();
            for (at, chunk) in chunks.iter().enumerate() {
                let more = if at + 1 < chunks.len() { 0x20 } else { 0x00 };
                let sent = t1(ours | more, chunk);
                ours ^= 0x40;
                self.ask(0x6F, [0; 3], &sent);
                if more != 0 {
                    self.answer([0; 3], &t1(0x80 | ours >> 2, &[]));
                }
            }
            // The card did not understand the last one: R with an error, and again.
            let again = t1(ours ^ 0x40, chunks[chunks.len() - 1]);
            self.answer([0; 3], &t1(0x81 | (ours ^ 0x40) >> 2, &[]));
            self.ask(0x6F, [0; 3], &again);
            // S(WTX request) and its answer.
            self.answer([0; 3], &t1(0xC3, &[0x01]));
            self.ask(0x6F, [0; 3], &t1(0xE3, &[0x01]));
            let chunks: Vec<&[u8]> = answer.chunks(SIZE).collect();
            for (at, chunk) in chunks.iter().enumerate() {
                let more = if at + 1 < chunks.len() { 0x20 } else { 0x00 };
                self.answer([0; 3], &t1(cards | more, chunk));
                cards ^= 0x40;
                if more != 0 {
                    self.ask(0x6F, [0; 3], &t1(0x80 | cards >> 2, &[]));
                }
            }
        }
    }

    /// A reader that passes the bytes of T=0 (ISO 7816-3, 10.3.3): the header, the instruction
    /// as the card says it again, and what is left; once a NULL before it.
    fn bytes(&mut self) {
        for (command, answer) in story().into_iter().filter(|(command, _)| command[4] != 0) {
            let (header, data) = command.split_at(5);
            self.ask(0x6F, [0x00, 0x01, 0x00], header);
            self.answer([0; 3], &[0x60]);
            self.ask(0x6F, [0x00, 0x01, 0x00], &[]);
            self.answer([0; 3], &[header[1]]);
            self.ask(0x6F, [0x00, answer.len() as u8, 0x00], data);
            self.answer([0; 3], &answer);
        }
    }
}

/// A disk on the same bus: its commands and data look like nothing of a reader.
fn disk(capture: &mut Capture) {
    let disk = Reader {
        bus: 1,
        address: 3,
        slot: 0,
    };
    capture.outward(
        disk,
        b"USBC\x01\x00\x00\x00\x00\x02\x00\x00\x80\x00\x0A\x28\x00",
    );
    capture.inward(disk, &[0x80; 512]);
    capture.inward(disk, b"USBS\x01\x00\x00\x00\x00\x00\x00\x00\x00");
}

fn said(conversation: &Conversation) -> Vec<(Vec<u8>, Vec<u8>)> {
    let exchanges = conversation.events.iter().filter_map(|event| match event {
        Event::Exchange(exchange) => Some(exchange),
        Event::Reset(_) | Event::KeyPad(_) => None,
    });
    let pair = |answer: &Answer| match answer {
        Answer::Bytes(bytes) => bytes.to_vec(),
        Answer::Failed | Answer::Lost => panic!("an answer is missing"),
    };
    exchanges
        .map(|e| (e.command.to_vec(), pair(&e.answer)))
        .collect()
}

fn of(recording: &Recording, reader: Reader) -> &Conversation {
    let Reader { bus, address, slot } = reader;
    let name = format!("USB bus {bus} device {address} slot {slot}");
    let mut conversations = recording.conversations.iter();
    conversations
        .find(|c| c.reader == name)
        .expect("the reader")
}

#[test]
fn every_tool_and_every_kind_of_reader_gives_the_same_commands() {
    type Way = fn(&mut Desk<'_>);
    let ways: [(&str, Way, bool); 4] = [
        ("APDUs", |desk| desk.apdus(), true),
        ("parts of APDUs", |desk| desk.parts(), true),
        ("blocks of T=1", |desk| desk.blocks(), true),
        ("bytes of T=0", |desk| desk.bytes(), false),
    ];
    for tool in TOOLS {
        for (name, way, extended) in ways {
            let mut capture = Capture::new(tool);
            disk(&mut capture);
            let mut desk = Desk::new(&mut capture, TOKEN);
            desk.power_on();
            way(&mut desk);
            disk(&mut capture);
            let expected: Vec<_> = story()
                .into_iter()
                .filter(|(command, _)| extended || command[4] != 0)
                .collect();
            for file in [capture.pcap(), capture.pcapng()] {
                let recording = read(&file).unwrap();
                assert_eq!(recording.conversations.len(), 1, "{tool:?}, {name}");
                let conversation = of(&recording, TOKEN);
                assert_eq!(conversation.atr(), Some(&ATR[..]));
                assert_eq!(said(conversation), expected, "{tool:?}, {name}");
                assert!(!recording.cut);
            }
        }
    }
}

#[test]
fn two_readers_at_once_are_kept_apart() {
    let mut capture = Capture::new(Tool::UsbPcap);
    for (command, answer) in story() {
        // Both are asked before either answers, with the same numbers.
        for reader in [TOKEN, OTHER] {
            let mut desk = Desk::new(&mut capture, reader);
            desk.ask(0x6F, [0; 3], &command);
        }
        for reader in [OTHER, TOKEN] {
            let message = block(reader.slot, 0xFF, [0; 3], &answer);
            capture.inward(reader, &message);
        }
    }
    let recording = read(&capture.pcapng()).unwrap();
    for reader in [TOKEN, OTHER] {
        assert_eq!(said(of(&recording, reader)), story());
    }
}

#[test]
fn a_capture_that_is_cut_gives_what_is_whole() {
    let mut capture = Capture::new(Tool::UsbmonMapped);
    Desk::new(&mut capture, TOKEN).apdus();
    for file in [capture.pcap(), capture.pcapng()] {
        let mut most = 0;
        for end in (0..file.len()).step_by(7) {
            let Ok(recording) = read(&file[..end]) else {
                continue;
            };
            let said = said(of(&recording, TOKEN));
            assert_eq!(said[..], story()[..said.len()]);
            assert!(said.len() >= most);
            most = said.len();
        }
        assert_eq!(most, story().len() - 1);
    }
}

#[test]
fn what_is_no_recording_is_named() {
    let refused = |bytes: &[u8]| read(bytes).err().expect("no recording");
    assert_eq!(refused(b""), Unreadable::Kind);
    assert_eq!(refused(b"Dear Sir or Madam\n"), Unreadable::Kind);
    let mut capture = Capture::new(Tool::UsbPcap);
    disk(&mut capture);
    assert_eq!(refused(&capture.pcap()), Unreadable::Silent);
    let mut file = capture.pcap();
    file[20] = 1;
    assert_eq!(refused(&file), Unreadable::Link(1));
}

/// Wireshark's own reading of the same files.
#[test]
fn wireshark_sees_the_same_messages() {
    let scratch = Scratch::new("captures");
    for tool in TOOLS {
        let mut capture = Capture::new(tool);
        let mut desk = Desk::new(&mut capture, TOKEN);
        desk.power_on();
        desk.blocks();
        let messages = desk.messages;
        for (name, file) in [("a.pcap", capture.pcap()), ("a.pcapng", capture.pcapng())] {
            let path = scratch.path().join(name);
            std::fs::write(&path, file).unwrap();
            let mut tshark = Command::new("tshark");
            tshark.arg("-r").arg(&path);
            // Bus and address in one number: what the device is was told before the capture.
            tshark.args(["-d", "usb.device==0x00010005,usbccid"]);
            tshark.args(["-T", "fields", "-e", "usbccid.bMessageType"]);
            let done = run::succeed(&mut tshark, Duration::from_secs(60));
            let seen = done.stdout.lines().filter(|line| !line.is_empty()).count();
            assert_eq!(seen, messages, "{tool:?} {name}: {done:?}");
        }
    }
}
