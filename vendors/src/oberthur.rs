//! Oberthur (IDEMIA) AuthentIC, CosmopolIC and ID-One Cosmo 64k, as AWP Manager lays them out
//! (sheet Oberthur).
//!
//! No real card was at hand, and the maker publishes no commands: the facts are those of
//! OpenSC, whose users have such cards. Signing is inferred: OpenSC 0.23 refuses it before
//! anything is sent, so that the command is the one that its driver would send, beside a
//! deciphering that works. So is what sets a blocked PIN anew.

mod application;
mod certificates;
mod files;
mod pins;

use securesign_card::application::Application;
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::{Mark, Profile, Spec, unless_refused};

use application::Opened;

/// Every card of the family.
#[derive(Debug)]
pub struct Oberthur {
    spec: Spec,
}

const fn exactly(value: &'static [u8]) -> Mark {
    Mark::Atr(AtrPattern { value, mask: &[] })
}

/// Later cards of the maker have other applications. One of these answers to reset is also
/// that of an ActivKey, which is asked for the application, and has none.
pub static OBERTHUR: Oberthur = Oberthur {
    spec: Spec {
        id: "oberthur",
        name: "Oberthur AuthentIC",
        marks: &[
            exactly(&[
                0x3B, 0x7D, 0x18, 0x00, 0x00, 0x00, 0x31, 0x80, 0x71, 0x8E, 0x64, 0x77, 0xE3, 0x01,
                0x00, 0x82, 0x90, 0x00,
            ]),
            exactly(&[
                0x3B, 0x7D, 0x18, 0x00, 0x00, 0x00, 0x31, 0x80, 0x71, 0x8E, 0x64, 0x77, 0xE3, 0x02,
                0x00, 0x82, 0x90, 0x00,
            ]),
            exactly(&[
                0x3B, 0x7D, 0x11, 0x00, 0x00, 0x00, 0x31, 0x80, 0x71, 0x8E, 0x64, 0x77, 0xE3, 0x01,
                0x00, 0x82, 0x90, 0x00,
            ]),
            exactly(&[
                0x3B, 0x7D, 0x11, 0x00, 0x00, 0x00, 0x31, 0x80, 0x71, 0x8E, 0x64, 0x77, 0xE3, 0x02,
                0x00, 0x82, 0x90, 0x00,
            ]),
            exactly(&[
                0x3B, 0x7B, 0x18, 0x00, 0x00, 0x00, 0x31, 0xC0, 0x64, 0x77, 0xE3, 0x03, 0x00, 0x82,
                0x90, 0x00,
            ]),
            exactly(&[
                0x3B, 0xFB, 0x11, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x00, 0x31, 0xC0, 0x64, 0x77,
                0xE9, 0x10, 0x00, 0x00, 0x90, 0x00, 0x6A,
            ]),
        ],
        aid: &[
            0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x03, 0x03, 0x00, 0x00, 0x00, 0xF1, 0x00, 0x00,
            0x00, 0x02,
        ],
        source: "OpenSC 0.23, card-oberthur.c and pkcs15-oberthur.c; sheet Oberthur",
    },
};

impl Profile for Oberthur {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        _atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let opened = unless_refused(Opened::open(card))?;
        Ok(opened.map(|opened| -> Box<dyn Application> { Box::new(opened) }))
    }
}
