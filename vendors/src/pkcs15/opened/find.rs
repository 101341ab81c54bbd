//! Where the directory of PKCS#15 is, and what stands for one.

use securesign_card::apdu::Command;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, given};
use securesign_card::iso;
use securesign_card::pkcs15::{self, Directory, Place};
use securesign_card::profile::unless_refused;
use securesign_card::sw::StatusWord;

use super::super::{DF_PKCS15, Given, Home, PKCS15, Serial};
use super::{Opened, here};

/// EF(DIR) below the root, EF(ODF) below the application's directory (PKCS#15, 5.4 and 6.2).
const EF_DIR: [u8; 4] = [0x3F, 0x00, 0x2F, 0x00];
const ODF: [u8; 2] = [0x50, 0x31];

/// How the names of applications by ISO/IEC 7816-15 begin.
const ISO_7816_15: &[u8] = &[0xE8, 0x28, 0xBD, 0x08, 0x0F];

/// The step in which EF(ODF) is read.
const ODF_STEP: &str = "read the object directory";

impl Opened {
    /// Where the objects of each kind are listed. Refused: the card has none.
    pub(super) fn find_lists(
        &mut self,
        card: &mut Channel<'_>,
    ) -> Result<Vec<(Directory, Place)>, CardError> {
        let lists = match (self.find_directory(card), self.habits.given) {
            (Err(CardError::Refused { .. }), Some(given)) => self.find_given(card, given)?,
            (odf, _) => pkcs15::directories(&odf?),
        };
        if lists.is_empty() {
            // Some cards say yes to everything.
            let sw = StatusWord::NOT_FOUND;
            let during = ODF_STEP;
            return Err(CardError::Refused { during, sw });
        }
        Ok(lists)
    }

    /// EF(ODF), where it may be.
    fn find_directory(&mut self, card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
        match self.habits.home {
            Home::At(path) => self.directory_at(card, Some(path.to_vec())),
            Home::Listed => {
                let path = self.listed_home(card)?;
                self.directory_at(card, Some(path.unwrap_or_else(|| DF_PKCS15.to_vec())))
            }
            Home::Sought => self.seek_directory(card),
        }
    }

    /// The application whose objects have fixed places, and what a directory would list.
    fn find_given(
        &mut self,
        card: &mut Channel<'_>,
        given: &Given,
    ) -> Result<Vec<(Directory, Place)>, CardError> {
        if let Some(name) = given.name {
            self.files.forget();
            let select = Command::new([0x00, 0xA4, 0x04, 0x0C]).data(name);
            card.require("select the application", &select)?;
        }
        self.files.live_at(Some(given.home.to_vec()));
        self.files.go_home(card)?;
        self.is_given = true;
        self.habits.serial = Serial::Global;
        let list = |(kind, objects): &(Directory, &[u8])| (*kind, Place::Here(objects.to_vec()));
        Ok(given.lists.iter().map(list).collect())
    }

    fn directory_at(
        &mut self,
        card: &mut Channel<'_>,
        home: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, CardError> {
        self.files.live_at(home);
        let path = here(&ODF);
        self.files.read(card, ODF_STEP, &path, pkcs15::is_whole)
    }

    /// By name, as EF(DIR) says, where it mostly is, and right below the root.
    fn seek_directory(&mut self, card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
        let by_name = unless_refused(iso::select(card, PKCS15))?.is_some();
        if by_name && let Some(odf) = unless_refused(self.directory_at(card, None))? {
            return Ok(odf);
        }
        let listed = self.listed_home(card)?;
        if self.files.is_rootless {
            // All that is left to look at is below the root.
            return Err(CardError::Refused {
                during: ODF_STEP,
                sw: StatusWord::NOT_FOUND,
            });
        }
        let is_listed = |home: &[u8]| listed.as_deref() == Some(home);
        if let Some(home) = listed.clone()
            && let Some(odf) = unless_refused(self.directory_at(card, Some(home)))?
        {
            return Ok(odf);
        }
        if !is_listed(DF_PKCS15)
            && let Some(odf) = unless_refused(self.directory_at(card, Some(DF_PKCS15.to_vec())))?
        {
            return Ok(odf);
        }
        self.directory_at(card, Some(Vec::new()))
    }

    /// The path of the application's directory that EF(DIR) tells, without the root.
    fn listed_home(&mut self, card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
        let during = "read the list of applications";
        let list = self
            .files
            .read(card, during, &here(&EF_DIR), pkcs15::is_whole);
        let found = pkcs15::applications(&given(list)?.unwrap_or_default());
        let is_named = |aid: &[u8]| aid.starts_with(PKCS15) || aid.starts_with(ISO_7816_15);
        let named = found.iter().find(|entry| is_named(&entry.aid));
        // A card of no known kind may have applications that are coded in another way.
        let first = found.first().filter(|_| self.habits.home == Home::Listed);
        let path = named.or(first).and_then(|entry| entry.path.clone());
        let from_root = |path: Vec<u8>| match path.strip_prefix(&[0x3F, 0x00]) {
            Some(rest) => rest.to_vec(),
            None => path,
        };
        Ok(path.map(from_root))
    }
}
