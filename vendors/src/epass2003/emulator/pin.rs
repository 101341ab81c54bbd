//! What is done with PINs and the keys that stand for them: sheet §4 and §7.2.

use zeroize::Zeroizing;

use super::Epass;
use super::cipher::response;
use super::file::Content;
use super::secret::{PIN_KEY, PLAIN_PIN, Secret};
use super::status::sw;
use crate::emulator::apdu::{Command, Reply};

/// P2 of EXTERNAL AUTHENTICATE: the key of the current directory.
const LOCAL: u8 = 0x80;
/// P1 of EXTERNAL AUTHENTICATE.
const SYMMETRIC: u8 = 0x01;
/// What a response is made from.
const CHALLENGE_LENGTH: usize = 8;

impl Epass {
    /// `00 84`: the first eight bytes of the answer are the challenge.
    pub(super) fn challenge(&mut self, command: &Command) -> Reply {
        if (command.p1, command.p2) != (0, 0) {
            return Err(sw::WRONG_P1P2);
        }
        let length = match command.ne {
            None | Some(256..) => CHALLENGE_LENGTH,
            Some(length) => length,
        };
        let mut random = vec![0; length];
        self.random(&mut random);
        self.dialogue.challenge = random.first_chunk().copied();
        Ok(random)
    }

    /// `00 82 01 8k`: eight bytes prove the PIN, none ask for the tries left.
    pub(super) fn external_authenticate(
        &mut self,
        command: &Command,
        challenge: Option<[u8; 8]>,
    ) -> Reply {
        if command.p1 != SYMMETRIC {
            return Err(sw::WRONG_P1P2);
        }
        let blocked = self.habits.blocked_status;
        let kid = command.p2 & !LOCAL;
        if command.p2 & LOCAL == 0 {
            return Err(sw::NO_SECRET);
        }
        let secret = self.secret(PIN_KEY, kid).ok_or(sw::NO_SECRET)?;
        if command.data.is_empty() {
            return Err(match secret.left {
                0 => blocked,
                left => sw::TRIES | u16::from(left),
            });
        }
        let shown: [u8; 8] = command.data[..].try_into().map_err(|_| sw::WRONG_LENGTH)?;
        if secret.left == 0 {
            return Err(blocked);
        }
        let challenge = challenge.ok_or(sw::CONDITIONS)?;
        let right = |key: &[u8]| {
            let key = key.try_into().ok();
            key.is_some_and(|key| response(key, &challenge) == shown)
        };
        let result = secret.attempt(right, blocked);
        self.enter(result)
    }

    /// `00 20 00 kid`: only for the plain kind, which OpenSC's erasing uses.
    pub(super) fn verify(&mut self, command: &Command) -> Reply {
        if command.p1 != 0 {
            return Err(sw::WRONG_P1P2);
        }
        let blocked = self.habits.blocked_status;
        let secret = self
            .secret(PLAIN_PIN, command.p2 & !LOCAL)
            .ok_or(sw::NO_SECRET)?;
        let result = secret.attempt(|key| key == command.data, blocked);
        self.enter(result)
    }

    /// `80 E3`: into the current directory.
    pub(super) fn install_secret(&mut self, command: &Command) -> Reply {
        let new = Secret::parse(&command.data).ok_or(sw::BAD_DATA)?;
        let store = self
            .files
            .children(&self.dialogue.directory)
            .find(|file| matches!(file.content, Content::SecretStore))
            .ok_or(sw::FILE_NOT_FOUND)?
            .access[0];
        let open = self.is_open(&self.dialogue.directory);
        if !open && !self.allows(store) {
            return Err(sw::SECURITY_STATUS);
        }
        let secrets = self.secrets().ok_or(sw::FILE_NOT_FOUND)?;
        let old = secrets
            .iter()
            .position(|s| (s.class, s.kid) == (new.class, new.kid));
        match old {
            // Erasing that was cut short starts again with this.
            Some(at) if new.class == PLAIN_PIN => secrets[at] = new,
            Some(_) => return Err(sw::FILE_EXISTS),
            None => secrets.push(new),
        }
        Ok(Vec::new())
    }

    /// `80 E5 type kid`: maximum and tries, and the new key.
    pub(super) fn replace_secret(&mut self, command: &Command) -> Reply {
        let modify = self
            .secret(command.p1, command.p2)
            .ok_or(sw::NO_SECRET)?
            .modify;
        let [counter, key @ ..] = &command.data[..] else {
            return Err(sw::WRONG_LENGTH);
        };
        if !self.allows(modify) {
            return Err(sw::SECURITY_STATUS);
        }
        let secret = self.secret(command.p1, command.p2).ok_or(sw::NO_SECRET)?;
        if key.len() != secret.key.len() {
            return Err(sw::WRONG_LENGTH);
        }
        secret.most = counter >> 4;
        secret.left = counter & 0x0F;
        secret.key = Zeroizing::new(key.to_vec());
        Ok(Vec::new())
    }

    /// A failed attempt takes away what an earlier one gave.
    fn enter(&mut self, result: Result<u8, u16>) -> Reply {
        self.dialogue.level = *result.as_ref().unwrap_or(&0);
        result.map(|_| Vec::new())
    }

    fn secret(&mut self, class: u8, kid: u8) -> Option<&mut Secret> {
        let mut secrets = self.secrets()?.iter_mut();
        secrets.find(|s| (s.class, s.kid) == (class, kid))
    }

    fn secrets(&mut self) -> Option<&mut Vec<Secret>> {
        match &mut self.files.at_mut(&self.dialogue.directory)?.content {
            Content::Directory(secrets) => Some(secrets),
            _ => None,
        }
    }
}
