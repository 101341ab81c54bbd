//! Messages of smart-card readers (USB CCID, revision 1.1): which of a bus's devices are
//! readers shows in what they say, since a capture mostly begins after they were plugged in.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::tpdu::Link;
use super::usb::{Device, Transfer};
use crate::recording::{Answer, Event, LONGEST, Recording};

/// Devices and slots that are followed.
const DEVICES: usize = 128;
const SLOTS: u8 = 16;

/// Length of the header of every message (6.1 and 6.2).
const HEADER: usize = 10;

/// Commands (6.1) that matter here.
const ICC_POWER_ON: u8 = 0x62;
const XFR_BLOCK: u8 = 0x6F;
const SECURE: u8 = 0x69;

/// RDR_to_PC_DataBlock (6.2.1).
const DATA_BLOCK: u8 = 0x80;

/// All devices of a capture.
#[derive(Default)]
pub struct Devices(HashMap<Device, Reader>);

/// What may be a reader.
#[derive(Default)]
struct Reader {
    outward: Stream,
    inward: Stream,
    slots: HashMap<u8, Slot>,
}

/// One direction: a message may take several transfers.
#[derive(Default)]
struct Stream(Zeroizing<Vec<u8>>);

/// One slot of a reader.
#[derive(Default)]
struct Slot {
    /// The message that is not answered yet: its kind and its sequence number.
    asked: Option<(u8, u8)>,
    command: Zeroizing<Vec<u8>>,
    answer: Zeroizing<Vec<u8>>,
    link: Link,
}

/// A message, whole.
struct Message {
    kind: u8,
    slot: u8,
    sequence: u8,
    /// Bytes 7 to 9: what they are depends on the kind.
    special: [u8; 3],
    data: Zeroizing<Vec<u8>>,
}

impl Devices {
    /// Takes the next transfer of the capture.
    pub fn take(&mut self, transfer: &Transfer<'_>, recording: &mut Recording) {
        let device = transfer.device;
        if self.0.len() == DEVICES && !self.0.contains_key(&device) {
            recording.cut = true;
            return;
        }
        let reader = self.0.entry(device).or_default();
        if transfer.inward {
            let slots = &reader.slots;
            let asked = |head: &[u8]| {
                let slot = head.get(5).and_then(|slot| slots.get(slot));
                let sequence = slot.and_then(|slot| slot.asked).map(|(_, asked)| asked);
                head[0] == DATA_BLOCK && sequence.is_some() && head.get(6) == sequence.as_ref()
            };
            if let Some(message) = reader.inward.take(transfer.data, asked) {
                reader.answered(device, &message, recording);
            }
        } else if let Some(message) = reader.outward.take(transfer.data, is_command) {
            reader.asked(device, message, recording);
        }
    }
}

/// A command that a computer may send: of the kinds that carry nothing none with data, and
/// zeros where the specification has them.
fn is_command(head: &[u8]) -> bool {
    let &[kind, l0, l1, l2, l3, slot, _, _, b8, b9] = head else {
        return false;
    };
    let empty = [l0, l1, l2, l3] == [0; 4];
    let plausible = match kind {
        ICC_POWER_ON => empty && [b8, b9] == [0; 2],
        // GetSlotStatus, IccPowerOff, GetParameters, ResetParameters, IccClock, Abort.
        0x65 | 0x63 | 0x6C | 0x6D | 0x6E | 0x72 => empty,
        XFR_BLOCK | SECURE => true,
        // SetParameters, T0APDU, Escape, Mechanical, SetDataRateAndClockFrequency.
        0x61 | 0x6A | 0x6B | 0x71 | 0x73 => true,
        _ => false,
    };
    plausible && slot < SLOTS
}

impl Stream {
    /// The message that ends with these bytes. One begins where `begins` says so of its
    /// header; anything else is another device's talk.
    fn take(&mut self, bytes: &[u8], begins: impl Fn(&[u8]) -> bool) -> Option<Message> {
        if self.0.is_empty() && !bytes.get(..HEADER).is_some_and(begins) {
            return None;
        }
        self.0.extend_from_slice(bytes);
        let length = *self.0.get(1..)?.first_chunk()?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            self.0.clear();
            return None;
        }
        let data = self.0.get(HEADER..HEADER + length)?.to_vec();
        let head = *self.0.first_chunk::<HEADER>()?;
        self.0.clear();
        Some(Message {
            kind: head[0],
            slot: head[5],
            sequence: head[6],
            special: [head[7], head[8], head[9]],
            data: data.into(),
        })
    }
}

impl Reader {
    fn asked(&mut self, device: Device, message: Message, recording: &mut Recording) {
        self.inward.0.clear();
        let slot = self.slots.entry(message.slot).or_default();
        let lost = slot.asked.replace((message.kind, message.sequence));
        if lost.is_some_and(|(kind, _)| kind == XFR_BLOCK) {
            // Its answer is not in the capture.
            recording.cut = true;
            slot.answer.clear();
        }
        match message.kind {
            XFR_BLOCK => {
                // wLevelParameter (6.1.4): whether an extended APDU begins and ends here; byte
                // for byte it is how many are wanted.
                let level = u16::from_le_bytes([message.special[1], message.special[2]]);
                match level {
                    _ if slot.link.is_bytewise() => slot.command = message.data,
                    0x0002 | 0x0003 => slot.command.extend_from_slice(&message.data),
                    // Nothing but the wish for the rest of an answer.
                    0x0010 if message.data.is_empty() => {}
                    _ => {
                        slot.answer.clear();
                        slot.command = message.data;
                    }
                }
            }
            SECURE => {
                // bPINOperation 0 is a verification (6.1.11); what follows it is as in PC/SC.
                let structure = message.data.split_first().filter(|(kind, _)| **kind == 0);
                let template = structure.and_then(|(_, rest)| template(rest));
                if let Some(command) = template {
                    recording.key_pad(&name(device, message.slot), command);
                }
            }
            _ => {}
        }
    }

    fn answered(&mut self, device: Device, message: &Message, recording: &mut Recording) {
        let Some(slot) = self.slots.get_mut(&message.slot) else {
            return;
        };
        // bmCommandStatus (6.2.6): 0 done, 1 failed, 2 more time is wanted.
        let [status, _, chain] = message.special;
        if status >> 6 == 2 {
            return;
        }
        let name = name(device, message.slot);
        match (slot.asked.take(), status >> 6) {
            (Some((ICC_POWER_ON, _)), 0) => {
                slot.link = Link::default();
                recording.push(&name, Event::Reset(message.data.to_vec()));
            }
            (Some((XFR_BLOCK, _)), 0) => {
                slot.answer.extend_from_slice(&message.data);
                // bChainParameter (6.2.1): 1 and 3 go on, 10 asks for more of the command.
                if !matches!(chain, 0x01 | 0x03 | 0x10) {
                    let answer = std::mem::take(&mut slot.answer);
                    if let Some((command, answer)) = slot.link.take(&slot.command, &answer) {
                        recording.exchange(&name, &command, Answer::bytes(&answer));
                    }
                }
                if slot.answer.len() > LONGEST {
                    slot.answer.clear();
                }
            }
            (Some((XFR_BLOCK, _)), _) => {
                slot.answer.clear();
                if let Some(command) = slot.link.failed(&slot.command) {
                    recording.exchange(&name, &command, Answer::Failed);
                }
            }
            _ => {}
        }
    }
}

/// The command in the structure of PC_to_RDR_Secure, which has no length in front of it: 14
/// bytes, and the command (6.1.11.1).
fn template(structure: &[u8]) -> Option<&[u8]> {
    structure.get(14..).filter(|command| command.len() >= 4)
}

fn name(device: Device, slot: u8) -> String {
    let Device { bus, address } = device;
    format!("USB bus {bus} device {address} slot {slot}")
}
