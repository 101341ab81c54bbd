//! SmartCard-HSM (CardContact), Nitrokey HSM 1 and 2, pico-hsm (sheet SmartCard-HSM).
//!
//! No real card was at hand. What pico-hsm 6.6 does is marked as seen in the sheet; what is
//! said of CardContact's own cards is inferred from OpenSC and their documents.

mod application;
#[cfg(feature = "emulators")]
pub mod emulator;
mod files;
mod pins;
mod sign;

use securesign_card::application::Application;
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::iso;
use securesign_card::profile::{Mark, Profile, Spec, unless_refused};
use securesign_card::tlv;

use application::Opened;

/// Every card that has the application.
#[derive(Debug)]
pub struct ScHsm {
    spec: Spec,
}

/// The end of its name in the historical bytes.
const NAME: &[u8] = b"THSM1s";

/// Cards that are not known by their answer to reset are asked for the application.
pub static SC_HSM: ScHsm = ScHsm {
    spec: Spec {
        id: "schsm",
        name: "SmartCard-HSM",
        marks: &[Mark::Historical(NAME), Mark::Application],
        aid: &[
            0xE8, 0x2B, 0x06, 0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01,
        ],
        source: "OpenSC 0.23, card-sc-hsm.c; pico-hsm 6.6; sheet SmartCard-HSM",
    },
};

impl Profile for ScHsm {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let Some(attributes) = unless_refused(select(card))? else {
            return Ok(None);
        };
        let historical = atr.historical();
        let is_named = historical.windows(NAME.len()).any(|part| part == NAME);
        // Other applets answer to any name.
        if !is_named && attributes.len() < 2 {
            return Ok(None);
        }
        trust(card);
        Ok(Some(Box::new(Opened::new(attributes))))
    }
}

/// Selects the application, which logs out. What its FCP has under tag 85 of its options and
/// its firmware.
fn select(card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
    let fcp = iso::select(card, SC_HSM.spec.aid)?;
    let inside = tlv::beginning(&fcp, 0x62).unwrap_or_default();
    let attributes = tlv::find(inside, 0x85).ok().flatten();
    Ok(attributes.unwrap_or_default().to_vec())
}

/// RSA-2048 goes to it in one piece or not at all; nothing in an ATR says that it does. Only
/// for a card that has shown itself to be one.
fn trust(card: &mut Channel<'_>) {
    card.trust_extended();
}

#[cfg(test)]
mod tests {
    use securesign_card::channel::Extended;
    use securesign_card::frame::Frame;
    use securesign_card::transport::{Transport, TransportError};

    use super::*;

    /// A card that answers to any name.
    struct Stranger;

    impl Transport for Stranger {
        fn exchange(&mut self, _frame: &Frame) -> Result<Vec<u8>, TransportError> {
            Ok(vec![0x90, 0x00])
        }
    }

    #[test]
    fn a_card_that_is_none_is_not_trusted_with_extended_length() {
        let mut stranger = Stranger;
        let mut card = Channel::new(&mut stranger, Extended::UNKNOWN);
        let atr = Atr::parse(&[0x3B, 0x00]).unwrap();
        assert!(SC_HSM.open(&mut card, &atr).unwrap().is_none());
        assert_eq!(card.extended(), Extended::UNKNOWN);
        let mut opened = Opened::new(vec![0x00, 0x01, 0xFF, 0x06, 0x06]);
        assert_eq!(opened.select(&mut card), Err(CardError::Changed));
        assert_eq!(card.extended(), Extended::UNKNOWN);
    }
}
