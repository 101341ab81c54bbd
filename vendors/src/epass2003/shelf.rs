//! Certificates' files of this token that were read before.

use securesign_card::cache::Edition;
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::CardError;
use securesign_card::profile::{Found, Search};

use super::sign;

/// The cache, as far as it belongs to this token and to the present state of its
/// directory.
pub struct Shelf {
    /// `None`: there is no cache, or the token does not tell what would change with it.
    edition: Option<Edition>,
    /// Everything is read anew, and kept: so a person who looks at the token corrects
    /// what is wrong here.
    anew: bool,
    used: bool,
}

impl Shelf {
    pub fn new(edition: Option<Edition>, search: &Search) -> Self {
        Self {
            edition,
            anew: search.everything,
            used: false,
        }
    }

    /// Whether a certificate that was kept may be offered unread. Outside of its validity
    /// there may be a new one, and one that cannot be signed with may be none of the token's.
    pub fn trusts(card: &Channel<'_>, certificate: &Certificate) -> bool {
        certificate.is_current() && sign::missing(card, certificate.key()).is_none()
    }

    /// A file's content as it was before.
    pub fn find(&mut self, card: &Channel<'_>, file: u16) -> Option<Vec<u8>> {
        let edition = self.edition.filter(|_| !self.anew)?;
        let found = card.cache()?.find(&edition.file(file));
        self.used |= found.is_some();
        found
    }

    /// Where one certificate is asked for, those that were kept go first: nothing has to be
    /// read of the others when it is among them.
    pub fn sort<T>(
        &mut self,
        card: &Channel<'_>,
        search: &Search,
        places: &mut [T],
        file: impl Fn(&T) -> u16,
    ) {
        if search.serial.is_some() {
            places.sort_by_cached_key(|place| self.find(card, file(place)).is_none());
        }
    }

    /// Keeps a file that holds a certificate.
    pub fn keep(&self, card: &Channel<'_>, file: u16, content: &[u8]) {
        if let (Some(edition), Some(cache)) = (self.edition, card.cache()) {
            cache.keep(&edition.file(file), content);
        }
    }

    /// Looks for certificates; once more, and without what was kept, where the one that
    /// is asked for is not found with it.
    pub fn serve(
        &mut self,
        search: &Search,
        mut look: impl FnMut(&mut Self) -> Result<Found, CardError>,
    ) -> Result<Found, CardError> {
        let found = look(self)?;
        let mut certificates = found.credentials.iter().map(|it| &it.certificate);
        if !self.used || certificates.any(|certificate| search.wants(certificate)) {
            return Ok(found);
        }
        self.anew = true;
        look(self)
    }
}
