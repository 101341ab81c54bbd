//! From what a reader is given to commands and answers: most take APDUs as they are, some
//! the blocks of T=1 (ISO 7816-3, 11), and a few the bytes of T=0 one after the other (10.3).
//! Which of them shows in what is sent: a capture seldom has the reader's descriptor.

use zeroize::Zeroizing;

use crate::recording::LONGEST;

/// A command and its answer.
type Pair = (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>);

/// What is under way in one slot.
#[derive(Default)]
pub struct Link {
    command: Zeroizing<Vec<u8>>,
    answer: Zeroizing<Vec<u8>>,
    /// The command is whole.
    asked: bool,
    /// The last block of each direction, to know one that is sent again.
    outward: Zeroizing<Vec<u8>>,
    inward: Zeroizing<Vec<u8>>,
    /// A header of T=0 was sent, and the card said that it goes on.
    bytewise: bool,
}

impl Link {
    /// Whether a command of T=0 is under way, byte for byte.
    pub fn is_bytewise(&self) -> bool {
        self.bytewise
    }

    /// Takes what a reader was given and gave back.
    pub fn take(&mut self, sent: &[u8], got: &[u8]) -> Option<Pair> {
        if let (Some(out), Some(back)) = (Block::of(sent), Block::of(got)) {
            return self.blocks(&out, &back);
        }
        if self.bytewise || is_procedure(sent, got) {
            return self.bytes(sent, got);
        }
        Some((sent.to_vec().into(), got.to_vec().into()))
    }

    /// The reader could not do it; the command that was lost with it.
    pub fn failed(&mut self, sent: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let under_way = std::mem::take(self);
        match Block::of(sent) {
            Some(block) => {
                let mut command = under_way.command;
                command.extend_from_slice(block.content);
                (block.kind == Kind::Information).then_some(command)
            }
            None => Some(sent.to_vec().into()),
        }
    }

    fn blocks(&mut self, out: &Block<'_>, back: &Block<'_>) -> Option<Pair> {
        if out.kind == Kind::Resynch {
            *self = Self::default();
        }
        if out.kind == Kind::Information && *self.outward != out.whole {
            if self.asked {
                // The answer to the one before was never whole.
                self.command.clear();
                self.answer.clear();
            }
            self.command.extend_from_slice(out.content);
            self.asked = !out.more;
            self.outward = out.whole.to_vec().into();
        }
        if back.kind == Kind::Information && *self.inward != back.whole {
            self.answer.extend_from_slice(back.content);
            self.inward = back.whole.to_vec().into();
            if !back.more && self.asked {
                self.asked = false;
                let command = std::mem::take(&mut self.command);
                return Some((command, std::mem::take(&mut self.answer)));
            }
        }
        if self.command.len().max(self.answer.len()) > LONGEST {
            *self = Self::default();
        }
        None
    }

    fn bytes(&mut self, sent: &[u8], got: &[u8]) -> Option<Pair> {
        self.bytewise = true;
        self.command.extend_from_slice(sent);
        let header = self.command.get(..5)?;
        let (instruction, length) = (header[1], header[4]);
        // NULL, or the instruction again, or its complement: the card goes on.
        let procedure = got.len() == 1 && is_procedure_byte(got[0], instruction);
        if !procedure {
            self.answer.extend_from_slice(got);
        }
        let wanted = match length {
            0 => 256,
            length => usize::from(length),
        };
        let status = |bytes: &[u8]| matches!(bytes, [0x60..=0x6F | 0x90..=0x9F, _]);
        let done = status(&self.answer) || self.answer.len() == wanted + 2;
        if done || self.answer.len() > wanted + 2 {
            self.bytewise = false;
            let command = std::mem::take(&mut self.command);
            return Some((command, std::mem::take(&mut self.answer)));
        }
        None
    }
}

/// A header of T=0 alone, and one byte that is no status word: only byte for byte it ends so.
fn is_procedure(sent: &[u8], got: &[u8]) -> bool {
    matches!((sent, got), ([_, instruction, _, _, _], [byte])
        if is_procedure_byte(*byte, *instruction))
}

fn is_procedure_byte(byte: u8, instruction: u8) -> bool {
    byte == 0x60 || byte == instruction || byte == !instruction
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Information,
    Resynch,
    Other,
}

/// A block of T=1 with a check byte by exclusive or. (Cards that ask for a CRC were not seen.)
struct Block<'a> {
    kind: Kind,
    /// Another one follows.
    more: bool,
    content: &'a [u8],
    whole: &'a [u8],
}

impl<'a> Block<'a> {
    fn of(whole: &'a [u8]) -> Option<Self> {
        let [_, control, length, rest @ ..] = whole else {
            return None;
        };
        let content = rest.get(..usize::from(*length))?;
        let sum = whole.iter().fold(0, |sum, byte| sum ^ byte);
        if rest.len() != content.len() + 1 || sum != 0 || *length == 0xFF {
            return None;
        }
        // 11.3.2: bit 8 clear is an I-block, bit 6 of it says that another one follows.
        let kind = match control {
            0x00..=0x7F if control & 0x1F == 0 => Kind::Information,
            0x00..=0x7F => return None,
            0xC0 => Kind::Resynch,
            _ => Kind::Other,
        };
        Some(Self {
            kind,
            more: kind == Kind::Information && control & 0x20 != 0,
            content,
            whole,
        })
    }
}
