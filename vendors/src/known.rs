//! Names for cards that are not supported (yet), by their answer to reset.

use securesign_card::atr::Atr;

/// Family, product, ATR and mask in hex, source of the fact; tab-separated.
const TABLE: &str = include_str!("known-atrs.tsv");

/// What a card is, as far as its answer to reset tells: family and product.
/// A name only: nothing is sent to a card because of it.
pub fn name(atr: &Atr) -> Option<String> {
    TABLE.lines().skip(1).find_map(|line| {
        let mut columns = line.split('\t');
        let (family, product) = (columns.next()?, columns.next()?);
        let value = bytes(columns.next()?)?;
        let mask = bytes(columns.next()?)?;
        atr.is_like(&value, &mask)
            .then(|| format!("{family} ({product})"))
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_well_formed() {
        for (at, line) in TABLE.lines().enumerate().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(columns.len() >= 4, "line {}", at + 1);
            let value = bytes(columns[2]);
            assert!(
                value.is_some_and(|v| (2..=33).contains(&v.len())),
                "line {}",
                at + 1
            );
            assert!(bytes(columns[3]).is_some(), "line {}", at + 1);
        }
    }

    #[test]
    fn an_epass2003_is_named_with_any_of_its_masked_bytes() {
        // OpenSC card-epass2003.c, with the masked bytes filled in.
        let atr = [
            0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x01, 0x02,
            0x03, 0x71, 0xDF, 0x00, 0x00, 0x03, 0x6A, 0x82, 0x5E,
        ];
        let name = name(&Atr::parse(&atr).unwrap()).unwrap();
        assert!(name.contains("ePass2003"), "{name}");
    }
}
