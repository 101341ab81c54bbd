//! The Signature element and its parts, as they are written.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_card::digest::Digest;

use super::canonical::Canonical;
use super::xades::{self, Properties};
use super::{
    DSIG, EXCLUSIVE, Fault, Form, Options, Prepared, Target, characters, digest_method, has_id,
    signature_method,
};
use crate::Signer;

/// What all parts of a Signature have to know.
pub(super) struct Plan {
    /// The prefix of its name space, with its colon.
    pub ds: &'static str,
    pub id: Option<String>,
    pub signer: Signer,
    pub properties: Option<Properties>,
}

impl Plan {
    pub fn new(whole: &Canonical, signer: Signer, options: &Options) -> Result<Self, Fault> {
        let ds = match options.form {
            Form::Enveloping => "ds:",
            Form::Enveloped | Form::Detached => "",
        };
        let mut plan = Self {
            ds,
            id: options.id.clone(),
            signer,
            properties: None,
        };
        if let Some(now) = options.xades {
            let is_free = |id: &str| !has_id(whole, id);
            // They say whose they are.
            let mut names = (1..u32::MAX).map(|number| format!("Signature{number}"));
            let id = plan.id.take().or_else(|| names.find(|name| is_free(name)));
            let id = id.ok_or(Fault::Id)?;
            let properties = Properties::new(ds, &plan.declared(), &plan.signer, &id, now)?;
            if !is_free(&properties.id) {
                return Err(Fault::Id);
            }
            plan.id = Some(id);
            plan.properties = Some(properties);
        }
        Ok(plan)
    }

    /// The declaration of its name space.
    fn declared(&self) -> String {
        match self.ds {
            "" => format!(" xmlns=\"{DSIG}\""),
            _ => format!(" xmlns:ds=\"{DSIG}\""),
        }
    }

    /// SignedInfo as canonical XML has it, so that it is signed as it stands there.
    pub fn signed_info(&self, uri: &str, transforms: &[&str], digested: &Digest) -> String {
        let ds = self.ds;
        let is_rsa = self.signer.certificate().key().rsa_len().is_some();
        let mut info = format!("<{ds}SignedInfo{}>", self.declared());
        info.push_str(&self.method("CanonicalizationMethod", EXCLUSIVE));
        let signature = signature_method(is_rsa, self.signer.hash());
        info.push_str(&self.method("SignatureMethod", &signature));
        let mut escaped = String::from("URI=\"");
        characters::write_attribute(uri, &mut escaped);
        escaped.push('"');
        info.push_str(&self.reference(&escaped, transforms, digested));
        if let Some(properties) = &self.properties {
            let attributes = format!("Type=\"{}\" URI=\"#{}\"", xades::TYPE, properties.id);
            let digested = &properties.digested;
            info.push_str(&self.reference(&attributes, &[EXCLUSIVE], digested));
        }
        let _ = write!(info, "</{ds}SignedInfo>");
        info
    }

    fn method(&self, name: &str, algorithm: &str) -> String {
        let ds = self.ds;
        format!("<{ds}{name} Algorithm=\"{algorithm}\"></{ds}{name}>")
    }

    fn reference(&self, attributes: &str, transforms: &[&str], digested: &Digest) -> String {
        let ds = self.ds;
        let mut reference = format!("<{ds}Reference {attributes}>");
        if !transforms.is_empty() {
            let each = transforms.iter().map(|one| self.method("Transform", one));
            let each: String = each.collect();
            let _ = write!(reference, "<{ds}Transforms>{each}</{ds}Transforms>");
        }
        reference.push_str(&self.method("DigestMethod", digest_method(self.signer.hash())));
        let value = STANDARD.encode(digested.bytes());
        let _ = write!(
            reference,
            "<{ds}DigestValue>{value}</{ds}DigestValue></{ds}Reference>"
        );
        reference
    }

    /// The Signature element, in the place where it stands.
    pub fn around(
        self,
        [mut before, mut after]: [Vec<u8>; 2],
        object: &str,
        info: String,
        target: Target,
        digested: Digest,
    ) -> Prepared {
        let ds = self.ds;
        let declared = self.declared();
        let id = self.id.as_ref().map(|id| format!(" Id=\"{id}\""));
        let bare = info.replacen(&declared, "", 1);
        let open = format!(
            "<{ds}Signature{declared}{}>{bare}<{ds}SignatureValue>",
            id.unwrap_or_default()
        );
        before.extend_from_slice(open.as_bytes());
        let certificates: String = self
            .signer
            .certificates()
            .map(|one| {
                let der = STANDARD.encode(one.der());
                format!("<{ds}X509Certificate>{der}</{ds}X509Certificate>")
            })
            .collect();
        let mut close = format!(
            "</{ds}SignatureValue><{ds}KeyInfo><{ds}X509Data>{certificates}</{ds}X509Data>\
             </{ds}KeyInfo>{object}"
        );
        let properties = self.properties.map(|it| {
            let at = close.len() + it.at;
            close.push_str(&it.object);
            (at, it.digested)
        });
        let _ = write!(close, "</{ds}Signature>");
        after.splice(0..0, close.into_bytes());
        Prepared {
            signer: self.signer,
            info,
            before,
            after,
            target,
            digested,
            properties,
        }
    }
}
