//! Command and response APDUs (ISO 7816-4, 5.1).

use zeroize::Zeroizing;

use crate::frame::Frame;
use crate::sw::StatusWord;

/// Largest data field of a short command, and of one block of a chain.
pub const SHORT_MAX: usize = 255;

/// Largest data field of the answer to a short command.
pub const SHORT_ANSWER_MAX: usize = 256;

/// Largest data field of the answer to an extended command.
pub const EXTENDED_ANSWER_MAX: usize = 0x1_0000;

/// The data field of a command.
#[derive(Clone, Copy)]
pub enum Data<'a> {
    /// Cases 1 and 2.
    None,
    /// May be shown in a trace.
    Plain(&'a [u8]),
    /// A PIN or PUK, or what secure messaging makes of one: never shown, never chained,
    /// never repeated; a plain one is never sent in the extended form.
    Secret(&'a [u8]),
}

impl Data<'_> {
    /// The bytes, whatever they are.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Data::None => &[],
            Data::Plain(bytes) | Data::Secret(bytes) => bytes,
        }
    }
}

/// What the command expects back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Only a status word: no Le field.
    Nothing,
    /// At most 256 bytes: Le = `00`, always the short form.
    Short,
    /// Possibly more: worth the extended form where card and reader have it.
    Long,
    /// This many bytes, 1 to 65,535: Le says so. In the short form 256 and more
    /// are asked for as `00`.
    Exact(u16),
    /// The same, and a Le of two bytes says so however many they are: always the
    /// extended form.
    Wide(u16),
}

impl Answer {
    /// As many bytes as a card names by `6Cxx` (ISO 7816-4, 5.3.4).
    pub fn told(le: u8) -> Self {
        Self::Exact(match le {
            0x00 => 0x0100,
            le => u16::from(le),
        })
    }

    /// The Le byte of the short form.
    fn short(self) -> Option<u8> {
        match self {
            Self::Nothing => None,
            Self::Short | Self::Long => Some(0x00),
            Self::Exact(len) | Self::Wide(len) => Some(u8::try_from(len).unwrap_or(0x00)),
        }
    }

    /// The Le field of the extended form, which asks for no more than `most` bytes.
    fn extended(self, most: usize) -> Option<[u8; 2]> {
        let wanted = match self {
            Self::Nothing => return None,
            Self::Short | Self::Long => EXTENDED_ANSWER_MAX,
            Self::Exact(len) | Self::Wide(len) => usize::from(len),
        };
        // 65,536 is coded as 0000.
        Some((wanted.min(most) as u16).to_be_bytes())
    }
}

/// One command, independent of its form on the wire.
#[derive(Clone, Copy)]
pub struct Command<'a> {
    /// CLA INS P1 P2.
    pub header: [u8; 4],
    /// Data field.
    pub data: Data<'a>,
    /// Expected answer.
    pub answer: Answer,
    /// Sending it again does no harm. A signature may use up the permission
    /// that a PIN gave, so it is not repeatable; a PIN never is.
    pub repeatable: bool,
    /// What comes back is as good as a PIN or PUK: never shown.
    pub hides_answer: bool,
}

impl<'a> Command<'a> {
    /// A command with neither data nor answer (case 1).
    pub const fn new(header: [u8; 4]) -> Self {
        Self {
            header,
            data: Data::None,
            answer: Answer::Nothing,
            repeatable: true,
            hides_answer: false,
        }
    }

    /// With a data field that may be shown.
    pub fn data(self, bytes: &'a [u8]) -> Self {
        Self {
            data: Data::Plain(bytes),
            ..self
        }
    }

    /// With a PIN or PUK as data field.
    pub fn secret(self, bytes: &'a [u8]) -> Self {
        Self {
            data: Data::Secret(bytes),
            repeatable: false,
            ..self
        }
    }

    /// With an expected answer.
    pub fn answer(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    /// Must not be sent twice.
    pub fn once(self) -> Self {
        Self {
            repeatable: false,
            ..self
        }
    }

    /// With an answer that must not be shown.
    pub fn hiding_answer(self) -> Self {
        Self {
            hides_answer: true,
            ..self
        }
    }

    /// Whether the short form has no room for it: for its data, or for its Le.
    pub fn needs_extended(&self) -> bool {
        self.data.bytes().len() > SHORT_MAX || matches!(self.answer, Answer::Wide(_))
    }

    /// Short form. Data beyond [`SHORT_MAX`] bytes needs [`Command::chain`].
    pub fn short(&self) -> Frame {
        self.short_frame(self.header, self.data, self.answer)
    }

    /// Command chaining (ISO 7816-4, 5.3.3): every block but the last has bit
    /// `10` in CLA; only the last one carries Le.
    pub fn chain(&self) -> Vec<Frame> {
        let mut header = self.header;
        header[0] |= 0x10;
        let blocks = self.data.bytes().chunks(SHORT_MAX);
        let mut frames: Vec<Frame> = blocks
            .map(|block| self.short_frame(header, Data::Plain(block), Answer::Nothing))
            .collect();
        frames.pop();
        frames.push(self.last_block());
        frames
    }

    /// The last block of the chain.
    pub fn last_block(&self) -> Frame {
        let block = self.data.bytes().chunks(SHORT_MAX).last();
        let data = Data::Plain(block.unwrap_or_default());
        self.short_frame(self.header, data, self.answer)
    }

    /// Extended form: `00 Lc1 Lc2 data Le1 Le2`, or `00 Le1 Le2` without data.
    /// Data is at most 65,535 bytes. `most`: no more bytes of data are asked for.
    pub fn extended(&self, most: usize) -> Frame {
        let [high, low] = (self.data.bytes().len() as u16).to_be_bytes();
        let le = self.answer.extended(most);
        let lc: &[u8] = match self.data.bytes() {
            [] if le.is_none() => &[],
            [] => &[0x00],
            _ => &[0x00, high, low],
        };
        let le = le.as_ref().map_or(&[][..], |le| le);
        self.frame(self.header, lc, self.data, le)
    }

    fn short_frame(&self, header: [u8; 4], data: Data<'_>, answer: Answer) -> Frame {
        let lc = [data.bytes().len() as u8];
        let lc = if data.bytes().is_empty() {
            &[][..]
        } else {
            &lc
        };
        let le = answer.short();
        self.frame(header, lc, data, le.as_slice())
    }

    fn frame(&self, header: [u8; 4], lc: &[u8], data: Data<'_>, le: &[u8]) -> Frame {
        // Sized at once: a growing vector would leave copies of a PIN behind.
        let len = header.len() + lc.len() + data.bytes().len() + le.len();
        let mut bytes = Zeroizing::new(Vec::with_capacity(len));
        bytes.extend_from_slice(&header);
        bytes.extend_from_slice(lc);
        let start = bytes.len();
        bytes.extend_from_slice(data.bytes());
        let range = start..bytes.len();
        bytes.extend_from_slice(le);
        let secret = matches!(data, Data::Secret(_)) && !range.is_empty();
        Frame::new(bytes, secret.then_some(range)).hiding_answer(self.hides_answer)
    }
}

/// A complete answer: all `61xx` parts put together.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Data field.
    pub data: Vec<u8>,
    /// Status word.
    pub sw: StatusWord,
}

#[cfg(test)]
mod tests {
    use super::*;

    // The four cases of ISO 7816-4, 5.1, table 3 (short and extended).
    #[test]
    fn the_four_cases_in_both_forms() {
        let base = Command::new([0x00, 0xCB, 0x3F, 0xFF]);
        assert_eq!(base.short().expose(), [0x00, 0xCB, 0x3F, 0xFF]);
        let two = base.answer(Answer::Long);
        assert_eq!(two.short().expose(), [0x00, 0xCB, 0x3F, 0xFF, 0x00]);
        assert_eq!(
            two.extended(EXTENDED_ANSWER_MAX).expose(),
            [0x00, 0xCB, 0x3F, 0xFF, 0x00, 0x00, 0x00]
        );
        let three = base.data(&[0x5C]);
        assert_eq!(three.short().expose(), [0x00, 0xCB, 0x3F, 0xFF, 0x01, 0x5C]);
        assert_eq!(
            three.extended(EXTENDED_ANSWER_MAX).expose(),
            [0x00, 0xCB, 0x3F, 0xFF, 0x00, 0x00, 0x01, 0x5C]
        );
        let four = three.answer(Answer::Long);
        assert_eq!(
            four.answer(Answer::told(0x2A)).short().expose(),
            [0x00, 0xCB, 0x3F, 0xFF, 0x01, 0x5C, 0x2A]
        );
        assert_eq!(
            four.extended(EXTENDED_ANSWER_MAX).expose(),
            [0x00, 0xCB, 0x3F, 0xFF, 0x00, 0x00, 0x01, 0x5C, 0x00, 0x00]
        );
    }

    #[test]
    fn no_more_is_asked_for_than_gets_back() {
        let base = Command::new([0x00, 0xCB, 0x3F, 0xFF]);
        let le = |answer, most| {
            let frame = base.answer(answer).extended(most);
            frame.expose().get(5..).unwrap_or_default().to_vec()
        };
        for answer in [Answer::Short, Answer::Long] {
            assert_eq!(le(answer, EXTENDED_ANSWER_MAX), [0x00, 0x00]);
            assert_eq!(le(answer, 0xFFFF), [0xFF, 0xFF]);
            assert_eq!(le(answer, 308), [0x01, 0x34]);
        }
        assert_eq!(le(Answer::Exact(0xD8), 308), [0x00, 0xD8]);
        assert_eq!(le(Answer::Exact(0x200), 308), [0x01, 0x34]);
        assert!(le(Answer::Nothing, 308).is_empty());
    }

    #[test]
    fn a_chain_marks_all_but_its_last_block() {
        let data = [7; 300];
        let command = Command::new([0x00, 0x87, 0x07, 0x9A])
            .data(&data)
            .answer(Answer::Long);
        let chain = command.chain();
        assert_eq!(chain.len(), 2);
        assert_eq!(chain[0].expose()[..5], [0x10, 0x87, 0x07, 0x9A, 0xFF]);
        assert_eq!(chain[0].len(), 5 + 255);
        assert_eq!(chain[1].expose()[..5], [0x00, 0x87, 0x07, 0x9A, 45]);
        assert_eq!(chain[1].len(), 5 + 45 + 1);
    }

    #[test]
    fn a_le_of_two_bytes_wants_the_extended_form() {
        let read = Command::new([0x0C, 0xB0, 0x00, 0x00]).data(&[0x97]);
        assert!(!read.answer(Answer::Exact(0xD8)).needs_extended());
        let wide = read.answer(Answer::Wide(0xD8));
        assert!(wide.needs_extended());
        assert_eq!(
            wide.extended(EXTENDED_ANSWER_MAX).expose(),
            [0x0C, 0xB0, 0x00, 0x00, 0x00, 0x00, 0x01, 0x97, 0x00, 0xD8]
        );
        // Without data and answer there is only one form.
        let nothing = Command::new([0x00, 0x44, 0x00, 0x00]);
        let frame = nothing.extended(EXTENDED_ANSWER_MAX);
        assert_eq!(frame.expose(), nothing.short().expose());
    }

    #[test]
    fn every_form_of_a_command_says_that_its_answer_must_not_be_shown() {
        let long = [7; 300];
        let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(16));
        for hides in [false, true] {
            let read = match hides {
                true => read.hiding_answer(),
                false => read,
            };
            let chain = read.data(&long).chain();
            for frame in [
                read.short(),
                read.extended(256),
                read.data(&long).last_block(),
            ] {
                assert_eq!(frame.hides_answer(), hides);
            }
            assert_eq!(chain[chain.len() - 1].hides_answer(), hides);
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let frame = Command::new([0x00, 0x20, 0x00, 0x80])
            .secret(b"123456\xFF\xFF")
            .short();
        assert_eq!(frame.to_string(), "00 20 00 80 08 <pin:8>");
        assert_eq!(format!("{frame:?}"), "Frame(00 20 00 80 08 <pin:8>)");
        assert_eq!(frame.expose().len(), 13);
        // Nor what is made of one, however long it is.
        let long = [0x55; 300];
        let wrapped = Command::new([0x0C, 0x20, 0x00, 0x80]).secret(&long);
        let frame = wrapped.answer(Answer::Short).extended(0x0100);
        assert_eq!(frame.to_string(), "0C 20 00 80 00 01 2C <pin:300> 01 00");
    }
}
