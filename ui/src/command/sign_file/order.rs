//! What a command line wants of every file: how PDF and XML are signed, and who says when.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::certificate::Certificate;
use securesign_card::digest::HashAlgorithm;
use securesign_documents::pdf::{self, Stamp, Words};
use securesign_documents::timestamp::{Request, TimeStamp};
use securesign_documents::xml;
use securesign_handoff::stamp::{ARGUMENT, Answer, Authority, Question};

use crate::args::{Form, Hash, SignFile};
use crate::{file, fonts, helper};

/// How each file is signed.
pub struct Order {
    pub pdf: pdf::Options,
    pub xml: xml::Options,
    pub hash: HashAlgorithm,
    /// Certificates of the authorities above the signer's.
    pub chain: Vec<Certificate>,
    /// Who says when a PDF was signed.
    pub authority: Option<Authority>,
}

impl Order {
    /// The files that are named are read.
    pub fn of(asked: &SignFile, l: Language) -> Result<Self, String> {
        let look = &asked.look;
        let authority = asked.time_stamp.as_deref().map(|address| {
            let address_said = [("address", address.into())];
            Authority::parse(address).ok_or_else(|| l.say_with("time-stamp-address", address_said))
        });
        let authority = authority.transpose()?;
        let chain = file::certificates(&asked.chain, l)?;
        let stamp = match look.visible {
            true => Some(stamp(asked, l)?),
            false => None,
        };
        Ok(Self {
            pdf: pdf::Options {
                reason: asked.reason.clone(),
                location: asked.location.clone(),
                field: asked.field.clone(),
                index: None,
                stamp,
                time_stamp: authority.is_some(),
            },
            xml: xml::Options {
                form: match asked.xml.form {
                    Form::Enveloped => xml::Form::Enveloped,
                    Form::Enveloping => xml::Form::Enveloping,
                    Form::Detached => xml::Form::Detached,
                },
                id: asked.xml.id.clone(),
                reference: asked.xml.reference.clone(),
                xades: asked.xml.xades.then(Timestamp::now),
            },
            hash: match asked.hash {
                Hash::Sha256 => HashAlgorithm::Sha256,
                Hash::Sha384 => HashAlgorithm::Sha384,
                Hash::Sha512 => HashAlgorithm::Sha512,
            },
            chain,
            authority,
        })
    }

    /// Whether something is wanted that only a PDF has.
    pub fn is_for_pdf(&self) -> bool {
        let pdf = &self.pdf;
        let said = [&pdf.field, &pdf.reason, &pdf.location];
        said.iter().any(|it| it.is_some()) || pdf.stamp.is_some() || pdf.time_stamp
    }
}

fn stamp(asked: &SignFile, l: Language) -> Result<Stamp, String> {
    let look = &asked.look;
    let logo = look.logo.as_deref().map(|path| file::named(path, l));
    Ok(Stamp {
        page: look.page,
        at: look.position.at,
        size: look.position.size,
        signer_name: look.signer_name.clone(),
        designation: look.designation.clone(),
        reason: asked.reason.clone(),
        location: asked.location.clone(),
        hides_time: look.hide_time,
        shows_serial: look.show_serial,
        logo: logo.transpose()?,
        qr: look.qr.clone(),
        words: Words {
            signed_by: l.say("stamp-signed-by"),
            certificate: l.say("stamp-certificate"),
            date: l.say("stamp-date"),
            reason: l.say("stamp-reason"),
            location: l.say("stamp-location"),
            serial: l.say("stamp-serial"),
        },
        fonts: fonts::all(),
    })
}

/// Asks an authority when that was signed.
pub fn time_stamp(
    authority: &Authority,
    request: &Request,
    l: Language,
) -> Result<TimeStamp, String> {
    let question = Question {
        authority: authority.as_str().to_owned(),
        request: STANDARD.encode(request.der()),
    };
    let failed = |reason: String| {
        let said = [
            ("address", authority.as_str().into()),
            ("reason", reason.into()),
        ];
        l.say_with("time-stamp-missing", said)
    };
    let answer = helper::ask(Some(ARGUMENT), &question)
        .unwrap_or_else(|trouble| Answer::Unreachable { trouble });
    let response = match answer {
        Answer::Unreachable { trouble } => return Err(failed(trouble.in_words(l))),
        Answer::Given { response } => STANDARD.decode(response).unwrap_or_default(),
    };
    request
        .answered(&response, Timestamp::now())
        .map_err(|fault| failed(fault.in_words(l)))
}
