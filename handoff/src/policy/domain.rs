//! Whose an origin is: the part of its host that somebody has registered.

use url::{Host, Url};

use crate::link::Origin;

/// The registrable domain of an origin, `gst.gov.in` of `https://services.gst.gov.in`, as it
/// stands in there; where there is none, the whole host: an IP address, this computer, a
/// public suffix itself, a name that is in no list. Of an app its scheme and a colon.
///
/// What stands before it anybody can choose who owns it: `https://gst.gov.in.example.com`
/// is `example.com`. The public suffix list (publicsuffix.org) tells where it begins, its
/// private part too: under `github.io` each name is another person's.
pub fn domain(origin: &Origin) -> String {
    match Url::parse(origin.as_str())
        .ok()
        .as_ref()
        .and_then(Url::host)
    {
        Some(Host::Domain(name)) => registrable(name).unwrap_or(name).to_owned(),
        Some(address) => address.to_string(),
        None => origin.to_string(),
    }
}

fn registrable(name: &str) -> Option<&str> {
    let found = psl2::lookup(name)?;
    found.registrable_domain().filter(|_| found.is_known())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;
    use crate::policy::{app_origin, web_origin};

    /// Expected: the list's own words, and its tests (publicsuffix.org).
    #[test]
    fn the_domain_that_somebody_registered_is_told_from_what_stands_before_it() {
        for (origin, expected) in [
            ("https://services.gst.gov.in", "gst.gov.in"),
            ("https://gst.gov.in.example.com:8443", "example.com"),
            ("https://a.b.co.uk", "b.co.uk"),
            ("https://user.github.io", "user.github.io"),
            // *.ck, and its exception.
            ("https://a.b.c.ck", "b.c.ck"),
            ("https://x.www.ck", "www.ck"),
            // No domain: all of the host.
            ("https://gov.in", "gov.in"),
            ("https://portal.intranet", "portal.intranet"),
            ("https://192.0.2.7:8443", "192.0.2.7"),
            ("https://[2001:db8::1]", "[2001:db8::1]"),
            ("http://localhost:8080", "localhost"),
        ] {
            let origin = web_origin(origin, true).unwrap();
            assert_eq!(domain(&origin), expected, "{origin}");
            assert!(origin.as_str().contains(expected));
        }
        assert_eq!(domain(&app_origin("myapp:").unwrap()), "myapp:");
    }
}
