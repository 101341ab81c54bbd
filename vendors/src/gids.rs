//! GIDS, the Generic Identity Device Specification of Microsoft (sheet GIDS): cards that
//! Windows personalises without any vendor's driver.
//!
//! No real card was at hand. What GidsApplet does is marked as seen in the sheet; that a card
//! may have a PUK is inferred from OpenSC and the specification.

mod admin;
mod application;
mod certificates;
mod data;
#[cfg(feature = "emulators")]
pub mod emulator;
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
pub struct Gids {
    spec: Spec,
}

/// Without the version that cards have behind it.
const AID: &[u8] = &[0xA0, 0x00, 0x00, 0x03, 0x97, 0x42, 0x54, 0x46, 0x59];

/// Version 1 and 2. No answer to reset is theirs: most are Java Cards of any maker.
pub static GIDS: Gids = Gids {
    spec: Spec {
        id: "gids",
        name: "GIDS card",
        marks: &[Mark::Application],
        aid: AID,
        source: "Microsoft GIDS 2.0; OpenSC 0.23, card-gids.c; GidsApplet; sheet GIDS",
    },
};

impl Profile for Gids {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let Some(Some(identifier)) = unless_refused(select(card))? else {
            return Ok(None);
        };
        Ok(Some(Box::new(Opened::new(card, identifier)?)))
    }
}

/// Selects the application. Its whole identifier, with its version; `None`: another one has
/// answered, as some do to any name.
fn select(card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
    let told = iso::select(card, AID)?;
    let template = tlv::expect(&told, 0x61).unwrap_or_default();
    let identifier = tlv::find(template, 0x4F).ok().flatten();
    let identifier = identifier.filter(|it| it.starts_with(AID));
    Ok(identifier.map(<[u8]>::to_vec))
}
