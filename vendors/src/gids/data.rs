//! Data objects, in which a GIDS card keeps everything.

use securesign_card::apdu::{Answer, Command};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, malformed};
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

/// Where one is: the file that contains it, and its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataObject {
    pub file: u16,
    pub tag: u16,
}

impl DataObject {
    /// GET DATA (ISO 7816-4, 11.4.3, odd instruction); what it holds.
    pub fn read(self, card: &mut Channel<'_>, during: &'static str) -> Result<Vec<u8>, CardError> {
        let whole = self.read_unless(card, during, &|_| false)?;
        Ok(whole.unwrap_or_default())
    }

    /// As [`DataObject::read`]; `None` where what comes first says that it is not wanted.
    pub fn read_unless(
        self,
        card: &mut Channel<'_>,
        during: &'static str,
        unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError> {
        let [p1, p2] = self.file.to_be_bytes();
        let [high, low] = self.tag.to_be_bytes();
        let list = [0x5C, 0x02, high, low];
        let command = Command::new([0x00, 0xCB, p1, p2]).data(&list);
        let tag = u32::from(self.tag);
        let part = card.peek(during, &command.answer(Answer::Long))?;
        if part.sw.sw1() == 0x61 && tlv::beginning(&part.data, tag).is_some_and(unwanted) {
            return Ok(None);
        }
        match card.complete(part)? {
            whole if whole.sw == StatusWord::OK => {
                let content = tlv::expect(&whole.data, tag).map_err(malformed(during))?;
                Ok(Some(content.to_vec()))
            }
            refused => Err(CardError::Refused {
                during,
                sw: refused.sw,
            }),
        }
    }
}
