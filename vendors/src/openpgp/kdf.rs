//! Key derivation (KDF-DO, tag F9; specification 3.3 and later, 4.3.2): what is sent in
//! place of a PIN where the card wants that.

use securesign_core::channel::Channel;
use securesign_core::error::{CardError, malformed};
use securesign_core::pin::Pin;
use securesign_core::profile::Application;
use securesign_core::tlv;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::related::{KDF, Related};
use super::{get_data, is_absent};

const DURING: &str = "read the key derivation";

/// Most bytes that are hashed: what the one-byte count of RFC 4880, 3.7.1.3 can say at most.
const MOST: u32 = 65_011_712;

/// Whose salt is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// PW1.
    Pw1,
    /// The reset code.
    Code,
    /// PW3.
    Pw3,
}

/// Reads the KDF-DO where the card may have one. Read once for each card.
pub fn learn(card: &mut Channel<'_>, app: &mut Application) -> Result<(), CardError> {
    if let Some(kdf) = unread(card, app)? {
        let object = tlv::primitive(KDF, &kdf).map_err(malformed(DURING))?;
        app.capabilities.extend(object);
    }
    Ok(())
}

/// The same, for a command that carries two values.
pub fn learned(card: &mut Channel<'_>, app: &Application) -> Result<Application, CardError> {
    let mut app = app.clone();
    learn(card, &mut app)?;
    Ok(app)
}

/// What goes to the card for this value.
pub fn derive(
    card: &mut Channel<'_>,
    app: &Application,
    whose: Whose,
    value: &Pin,
) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let kdf = match unread(card, app)? {
        Some(kdf) => kdf,
        None => Related::known(app).kdf.unwrap_or_default(),
    };
    derived(&kdf, whose, value.expose())
}

/// The object, unless it was read before; empty where there is none.
fn unread(card: &mut Channel<'_>, app: &Application) -> Result<Option<Vec<u8>>, CardError> {
    let known = Related::known(app);
    if !known.may_derive || known.kdf.is_some() {
        return Ok(None);
    }
    // What was begun to be read before need not be fetched for this.
    let part = card.peek(DURING, &get_data(0xF9))?;
    let response = card.complete(part)?;
    match response.sw {
        sw if sw.is_ok() => Ok(Some(response.data)),
        sw if is_absent(sw) => Ok(Some(Vec::new())),
        // A PIN must not go out in the wrong form: it would cost a try.
        sw => Err(CardError::Refused { during: DURING, sw }),
    }
}

/// From the KDF-DO, with or without its own tag.
fn derived(kdf: &[u8], whose: Whose, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let content = tlv::expect(kdf, KDF).unwrap_or(kdf);
    let objects = tlv::split(content).map_err(malformed(DURING))?;
    let of = |tag| objects.iter().find(|it| it.tag == tag).map(|it| it.value);
    let nonsense = CardError::Malformed {
        during: DURING,
        at: 0,
    };
    match of(0x81) {
        None | Some([] | [0x00]) => return Ok(Zeroizing::new(value.to_vec())),
        // Iterated and salted S2K.
        Some([0x03]) => {}
        Some(_) => return Err(nonsense),
    }
    let own = match whose {
        Whose::Pw1 => 0x84,
        Whose::Code => 0x85,
        Whose::Pw3 => 0x86,
    };
    let count = of(0x83)
        .and_then(|it| it.try_into().ok())
        .map(u32::from_be_bytes);
    let (Some(salt), Some(count @ ..=MOST)) = (of(own).or(of(0x84)), count) else {
        return Err(nonsense);
    };
    match of(0x82) {
        Some([0x08]) => Ok(iterated::<Sha256>(salt, value, count)),
        Some([0x0A]) => Ok(iterated::<Sha512>(salt, value, count)),
        _ => Err(nonsense),
    }
}

/// RFC 4880, 3.7.1.3: salt and value over and over, cut off after `count` bytes, but once at
/// least.
fn iterated<D: Digest>(salt: &[u8], value: &[u8], count: u32) -> Zeroizing<Vec<u8>> {
    let mut once = Zeroizing::new(Vec::with_capacity(salt.len() + value.len()));
    once.extend_from_slice(salt);
    once.extend_from_slice(value);
    let mut left = (count as usize).max(once.len());
    let mut hash = D::new();
    while left > 0 && !once.is_empty() {
        let part = left.min(once.len());
        hash.update(&once[..part]);
        left -= part;
    }
    Zeroizing::new(hash.finalize().to_vec())
}
