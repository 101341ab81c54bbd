//! What a certificate's key is for (RFC 5280, 4.2.1.3).

/// The flags of KeyUsage: bit 0 of the standard, digitalSignature, is the highest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(pub(super) u16);

/// As the standard names them, from bit 0 on.
const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

impl KeyUsage {
    /// digitalSignature or nonRepudiation: it may sign documents.
    pub fn may_sign(self) -> bool {
        self.0 & 0xC000 != 0
    }

    /// The names of those that are set, in the standard's order.
    pub fn names(self) -> Vec<&'static str> {
        let set = |at: &usize| self.0 & (0x8000 >> at) != 0;
        let set = (0..NAMES.len()).filter(set);
        set.map(|at| NAMES[at]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::KeyUsage;

    /// Expected: bit string `03 02 06 C0` and `03 03 07 00 80` of RFC 5280, 4.2.1.3.
    #[test]
    fn flags_are_named_as_the_standard_numbers_them() {
        assert_eq!(
            KeyUsage(0xC000).names(),
            ["digitalSignature", "nonRepudiation"]
        );
        assert_eq!(KeyUsage(0x0080).names(), ["decipherOnly"]);
        assert!(!KeyUsage(0x2000).may_sign() && KeyUsage(0x4000).may_sign());
    }
}
