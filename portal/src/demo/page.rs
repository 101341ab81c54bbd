//! The pages. Everything in them that came from outside is escaped by `maud`.

use maud::{DOCTYPE, Markup, html};
use securesign_card::certificate::Certificate;
use securesign_card::digest::Digest;

fn page(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) " · Sample portal" }
                link rel="stylesheet" href="/demo.css";
                script type="module" src="/demo.js" {}
            }
            body { h1 { (title) } (body) }
        }
    }
}

fn again() -> Markup {
    html! { p { a href="/" { "Sign another document" } } }
}

/// What is to be signed?
pub fn start() -> Markup {
    let body = html! {
        form action="/texts" method="post" {
            p { label for="text" { "A text to sign" } }
            textarea id="text" name="text" rows="5" required { "Offer for tender 4711: ten chairs." }
            p { button { "Continue" } }
        }
        p {
            label for="file" { "or a file, up to 8 MiB: " }
            input type="file" id="file";
        }
        p class="bad" id="too-large" hidden { "The file is too large." }
        noscript { p { "A file needs JavaScript; a text does not." } }
    };
    page("Sign a document", &body)
}

/// The digest, and the button that opens SecureSign.
pub fn request(id: &str, link: &str, digest: &Digest, length: usize) -> Markup {
    let body = html! {
        p {
            "Your document has " (length) " bytes ("
            a href={ "/requests/" (id) "/document" } { "look at it" }
            "). SecureSign will show this SHA-256 digest of it:"
        }
        pre { (digest.grouped()) }
        p {
            a.button id="sign" href=(link) data-state={ "/requests/" (id) "/state" } {
                "Sign with SecureSign"
            }
        }
        div id="not-installed" hidden {
            p class="bad" {
                "Nothing seems to have opened. Is SecureSign installed on this computer? "
                "(" code { "SS_APP_NOT_INSTALLED" } ")"
            }
            p { "If its window is open, go on there: a page cannot see that." }
        }
        p id="answered" class="good" hidden { "The answer has come, in another tab or window." }
        p id="expired" class="bad" hidden {
            "The time for this request is over. (" code { "SS_SESSION_EXPIRED" } ") "
            a href="/" { "Begin again" }
        }
        details {
            summary { "With the demo token, in a terminal" }
            pre { "securesign --reader demo open '" (link) "'" }
        }
    };
    page("Sign this document", &body)
}

/// What is shown of a result.
pub struct Judged {
    /// It is a signature over our document.
    pub integrity: bool,
    /// Who signed.
    pub certificate: Option<Certificate>,
    /// What is wrong with the certificate; `None` where no authority was named to judge it by.
    pub problems: Option<Vec<securesign_verify::Problem>>,
    /// As it came, for people.
    pub result: String,
}

/// It came back, and was looked at.
pub fn signed(judged: &Judged) -> Markup {
    let title = if judged.integrity {
        "Verified"
    } else {
        "Not verified"
    };
    let body = html! {
        @if judged.integrity {
            p class="good" { "This is a signature over your document, by the key of the certificate below." }
        } @else if judged.certificate.is_none() {
            p class="bad" { "The answer holds no certificate that can be read, so nothing was verified." }
        } @else {
            p class="bad" { "This is no signature over your document." }
        }
        @if let Some(certificate) = &judged.certificate {
            dl {
                dt { "Subject" } dd { (certificate.subject_name()) }
                dt { "Issuer" } dd { (certificate.issuer_name()) }
                dt { "Serial number" } dd { code { (certificate.serial()) } }
                dt { "Key" } dd { (certificate.key().display()) }
            }
        }
        @match &judged.problems {
            None => p {
                "Who issued the certificate was not checked: this portal names no authority. "
                "A real portal does, or anybody could sign as anybody."
            },
            Some(problems) if problems.is_empty() => p class="good" { "An authority that this portal names vouches for it." },
            Some(problems) => ul { @for problem in problems { li class="bad" { (problem) } } },
        }
        details { summary { "The answer as it came" } pre { (judged.result) } }
        (again())
    };
    page(title, &body)
}

/// It was not signed; what each code means for the visitor.
pub fn failed(code: &str) -> Markup {
    let (title, advice) = match code {
        "SS_SIGN_CANCELLED" => (
            "Cancelled",
            "You closed SecureSign or gave up. You may try again.",
        ),
        "SS_PIN_INVALID" => (
            "Wrong PIN",
            "The PIN was wrong. Look it up before you try again: the token blocks itself after a few.",
        ),
        "SS_PIN_BLOCKED" => (
            "PIN blocked",
            "The token takes no PIN any more. Unlock it in SecureSign with its PUK.",
        ),
        "SS_TOKEN_NOT_FOUND" => ("No token", "No token was plugged in."),
        "SS_TOKEN_REMOVED" => ("Token removed", "The token was pulled out meanwhile."),
        "SS_TOKEN_UNSUPPORTED" => (
            "Token not supported",
            "SecureSign does not know this token, or it cannot make this signature.",
        ),
        "SS_CERT_NOT_FOUND" => (
            "No certificate",
            "There is no certificate for signatures on the token.",
        ),
        "SS_CERT_EXPIRED" => (
            "Certificate expired",
            "The certificate has expired. Have it renewed.",
        ),
        "SS_REQUEST_INVALID" => (
            "Request refused",
            "SecureSign could not follow the link, or it was signed before.",
        ),
        "SS_SESSION_EXPIRED" => ("Time is over", "The time for this request is over."),
        _ => (
            "Not signed",
            "SecureSign failed. Try again, and report it if it stays so.",
        ),
    };
    let known = title != "Not signed" || code == "SS_INTERNAL";
    let body = html! {
        p class="bad" { (advice) }
        @if known { p { "(" code { (code) } ")" } }
        (again())
    };
    page(title, &body)
}

/// An answer, and no question.
pub fn nobody_asked() -> Markup {
    let body = html! {
        p class="bad" { "Nobody here asked for this. Nothing was taken." }
        (again())
    };
    page("Not asked for", &body)
}

/// A good answer in the wrong browser, or somebody else's.
pub fn other_browser() -> Markup {
    let body = html! {
        p class="bad" {
            "This answer belongs to a request of another browser, or of a private window. "
            "Nothing was taken: open the request again in the browser that you began in."
        }
    };
    page("Another browser", &body)
}

/// The second time.
pub fn answered_before() -> Markup {
    let body = html! {
        p class="bad" { "This request was answered already. Nothing was taken this time." }
        (again())
    };
    page("Answered already", &body)
}
