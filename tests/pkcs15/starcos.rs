//! STARCOS 3, where it departs from what the emulator does.

use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::pkcs15::emulator::Pkcs15Card;

use crate::bench::{Bench, Shared};
use crate::{KINDS, PIN, sent};

/// A card with another answer to reset, or one that refuses some commands.
struct Other {
    card: Shared<Pkcs15Card>,
    atr: Vec<u8>,
    refuses: &'static [u8],
}

impl Emulator for Other {
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        match command.starts_with(self.refuses) {
            true => vec![0x6A, 0x86],
            false => self.card.transmit(command),
        }
    }
}

#[test]
fn the_root_is_selected_without_its_parameters_where_a_card_does_not_give_them() {
    for kind in KINDS.iter().filter(|it| it.family.starts_with("STARCOS 3")) {
        let card = Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap());
        let other = Other {
            atr: card.atr(),
            card,
            refuses: &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00],
        };
        let bench = Bench::new(Shared::new(other), None);
        bench.cold_signature(PIN).unwrap();
    }
}

#[test]
fn a_card_of_the_chamber_of_notaries_gets_no_pin() {
    let kind = KINDS.iter().find(|it| it.family == "STARCOS 3.5").unwrap();
    for version in [b'1', b'0'] {
        let card = Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap());
        let mut atr = b"\x3B\xDF\x96\xFF\x81\x31\xFE\x45\x80[DE.BNOTK111\x81\x05\xA0".to_vec();
        atr[19..21].fill(version);
        let other = Other {
            card: card.clone(),
            atr,
            refuses: &[0xFF],
        };
        let bench = Bench::new(Shared::new(other), None);
        let (_, info) = bench.token();
        assert_eq!(info.family, kind.family);
        bench.cold_signature(PIN).unwrap_err();
        assert_eq!(sent(&card, 0x20), 0);
    }
}
