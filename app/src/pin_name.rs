//! What programs call a PIN: in JSON and on the command line, the same in every language.

use securesign_card::error::Secret;

use crate::worker::PinView;

/// What a secret is for, in one word.
pub fn role(secret: Secret) -> &'static str {
    match secret {
        Secret::Pin => "pin",
        Secret::SignaturePin => "signature",
        Secret::Puk => "puk",
        Secret::ResetCode => "resetCode",
        Secret::AdminPin => "adminPin",
        Secret::AdminKey => "adminKey",
    }
}

/// The names of a token's PINs, each another one: `pin`, `signature`, `signature-2`.
pub fn names(pins: &[PinView]) -> Vec<String> {
    let name = |at: usize| {
        let role = role(pins[at].role);
        let before = pins[..at].iter().filter(|it| it.role == pins[at].role);
        match before.count() {
            0 => role.to_owned(),
            before => format!("{role}-{}", before + 1),
        }
    };
    (0..pins.len()).map(name).collect()
}

/// The one that is meant: by its name, or the only one there is.
pub fn find<'a>(pins: &'a [PinView], name: Option<&str>) -> Option<&'a PinView> {
    match (name, pins) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), _) => {
            let at = names(pins).iter().position(|it| it == name)?;
            pins.get(at)
        }
    }
}
