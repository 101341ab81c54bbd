//! A file is compared with the request. Another document keeps nobody from
//! signing, for only the person knows what was given; but the screen goes on
//! saying so.

use std::path::PathBuf;

use securesign_card::digest::HashAlgorithm;
use securesign_card::error::CardError;

use super::{Effect, Flow, Order, Purpose, Remark, State};
use crate::document::{self, Document, Unreadable};
use crate::screen::Action;

/// A file that is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, for people.
    pub name: String,
    /// How its digest is made.
    pub algorithm: HashAlgorithm,
    /// Which of the files that were given: an answer counts for the last one,
    /// and while the request is the same.
    turn: u32,
}

/// What came out for the last file that could be read.
#[derive(Clone)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// It is the document that is to be signed.
    pub same: bool,
}

impl Flow {
    /// Files were given where one is asked for a signature.
    pub(super) fn take_files(&mut self, files: &[String]) -> Vec<Effect> {
        let Purpose::Sign(order) = &self.purpose else {
            return Vec::new();
        };
        if !self.screen().offers(Action::Compare) {
            return Vec::new();
        }
        let path = match files {
            [address] => document::locate(address),
            [] => Err(Unreadable::Elsewhere),
            _ => return self.remark(Remark::ManyFiles),
        };
        let path = match path {
            Ok(path) => path,
            Err(error) => return self.remark(Remark::Unreadable(error)),
        };
        self.turn += 1;
        let reading = Reading {
            name: document::name(&path),
            path,
            algorithm: order.digest().algorithm(),
            turn: self.turn,
        };
        self.reading = Some(reading.clone());
        self.remark = None;
        vec![Effect::Read(reading)]
    }

    /// No file was given yet.
    pub(super) fn compare_nothing(&mut self) {
        self.reading = None;
        self.compared = None;
        self.path = None;
    }

    /// The desktop has no dialog: the path is typed.
    pub(super) fn ask_path(&mut self) -> Vec<Effect> {
        self.path.get_or_insert_default();
        self.remark(Remark::NoDialog)
    }

    /// To the file whose path was typed. Without one the front end has a file chosen, and
    /// gives that.
    pub(super) fn take_path(&mut self) -> Vec<Effect> {
        match self.path.clone() {
            Some(path) if !path.is_empty() => self.take_files(&[path]),
            _ => Vec::new(),
        }
    }

    /// A file was read, or could not be.
    pub(super) fn compare(
        &mut self,
        reading: Reading,
        document: Result<Document, Unreadable>,
    ) -> Vec<Effect> {
        let Purpose::Sign(order) = &mut self.purpose else {
            return Vec::new();
        };
        if self.reading.as_ref() != Some(&reading) {
            return Vec::new();
        }
        self.reading = None;
        let document = match document {
            Ok(document) => document,
            Err(error) => return self.remark(Remark::Unreadable(error)),
        };
        let compared = Compared {
            name: reading.name,
            same: order.attach(document).is_ok(),
        };
        let rests = matches!(self.state, State::Ready | State::Page(_));
        if let Some(refused) = order.unsignable().filter(|_| rests) {
            let release = order.release();
            self.show(State::Refused(refused));
            return vec![release];
        }
        // What was said of another file counts for this one no more.
        self.insists = false;
        self.compared = Some(compared.clone());
        self.remark(Remark::Compared(compared))
    }

    /// The token signs only what it has hashed itself, and has not been given that.
    pub(super) fn wants_document(&self) -> bool {
        let has_it = |order: &Order| order.document().is_some() || order.original().is_some();
        let given = self.order().is_some_and(has_it);
        matches!(self.failed, Some(CardError::RawRsa)) && !given
    }

    /// The last file that could be read is not the document that would be signed.
    pub(super) fn is_other_document(&self) -> bool {
        self.compared
            .as_ref()
            .is_some_and(|compared| !compared.same)
    }

    /// Says it, unless the person has gone on meanwhile.
    pub(super) fn remark(&mut self, remark: Remark) -> Vec<Effect> {
        if matches!(self.state, State::Ready) {
            self.remark = Some(remark);
        }
        Vec::new()
    }
}
