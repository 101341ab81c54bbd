//! What a recording leaves open, for whoever would write a profile.

use crate::findings::Findings;
use crate::kind::Kind;
use crate::logins::Because;

/// One line for each thing.
pub fn missing(findings: &Findings<'_>) -> Vec<String> {
    let all = [
        card(findings),
        pins(findings),
        keys_and_certificates(findings),
    ];
    let open = all.into_iter().flatten().filter(|(open, _)| *open);
    open.map(|(_, text)| text.to_owned()).collect()
}

/// Whether something is open, and what.
type Question = (bool, &'static str);

fn card(findings: &Findings<'_>) -> Vec<Question> {
    let applications = &findings.applications;
    vec![
        (
            findings.atrs.is_empty(),
            "the answer to reset: send what securesign tokens shows with it",
        ),
        (
            !applications.iter().any(|a| a.words.contains(&0x9000)),
            "how the application is selected, and whether it is at all",
        ),
        (
            findings.messaging.commands > 0,
            "the keys of secure messaging, and what the protected commands say",
        ),
    ]
}

fn pins(findings: &Findings<'_>) -> Vec<Question> {
    let logins = &findings.logins;
    let verifies = || logins.iter().filter(|login| login.kind == Kind::Verify);
    let seen = verifies().next().is_some();
    let uncertain = |login: &crate::logins::Login| !login.protected && login.shapes.is_empty();
    let wrong = verifies()
        .flat_map(|login| &login.words)
        .any(|word| *word != 0x9000);
    let told = |counter: &crate::logins::Counter| {
        matches!(&counter.because, Because::EmptyVerify(words)
            if words.iter().any(|word| word >> 4 == 0x63C))
    };
    vec![
        (
            !seen && findings.key_pad.is_empty(),
            "how the PIN is sent: record a login, and type the PIN when you are asked here",
        ),
        (
            verifies().any(uncertain),
            "the form of the PIN for certain: repeat this and type the PIN, it is not written down",
        ),
        (
            seen,
            "how short and how long a PIN may be, and which characters it may have",
        ),
        (
            seen && !wrong,
            "what the card answers to a wrong PIN. Do not send one to find out: it costs a try",
        ),
        (
            findings.counters.is_empty(),
            "how the tries left are read, and whether asking costs one",
        ),
        (
            !findings.counters.iter().all(told),
            "whether what looks like a question for the tries left is one, and is free",
        ),
        (
            !logins.iter().any(|login| login.kind == Kind::Replace),
            "how a PIN is changed, and what unblocks it",
        ),
    ]
}

fn keys_and_certificates(findings: &Findings<'_>) -> Vec<Question> {
    let signatures = &findings.signatures;
    vec![
        (
            findings.certificates.is_empty(),
            "where the certificates are, and in which form",
        ),
        (
            signatures.is_empty(),
            "which command signs: record a signature, and the reading of its certificate before it",
        ),
        (
            signatures.iter().any(|signature| signature.input.is_none()),
            "how the digest reaches the card",
        ),
        (
            keys(findings) == 1,
            "which reference the other keys have: one key has signed here",
        ),
        (
            true,
            "how a login ends, and whether it lasts for more than one signature",
        ),
    ]
}

fn keys(findings: &Findings<'_>) -> usize {
    let mut keys: Vec<usize> = findings.signatures.iter().map(|s| s.certificate).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}
