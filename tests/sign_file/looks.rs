//! What the options of `sign-file` make of a document: seen, stamped with a time, in XML.

use std::fs;

use super::authority::{Manner, Server};
use super::software::Software;
use super::*;

fn only(done: &Finished) -> Vec<u8> {
    let path = signed(done).remove(0);
    fs::read(path.unwrap_or_else(|| panic!("{done:?}"))).unwrap()
}

#[test]
fn a_signature_is_seen_and_its_hash_and_chain_are_as_wanted() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::bare();
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let software = Software::new(&[]);
    let root = software.folder().join("root.pem");
    let options = [
        "--visible",
        "--page=last",
        "--position=40,50,220,80",
        "--designation=Officer",
        "--qr=https://example.gov.in/1",
        "--hash=sha384",
        "--chain",
        root.to_str().unwrap(),
    ];
    let file = put(&home, "pdftex.pdf");
    let bytes = only(&sign_with(&home, &daemon, PIN, &options, &[&file]));
    let signature = pdf::signatures(bytes.clone()).unwrap().remove(0);
    let sound = signature.sound.unwrap();
    assert_eq!(sound.hash.name(), "SHA384");
    assert_eq!(sound.others, [software.certificate("root")]);
    let update = String::from_utf8_lossy(&bytes).into_owned();
    assert!(update.contains("/Rect [40 50 260 130]"));
    assert!(update.contains("Officer"));
    // Refused before a PIN is wanted: nobody is there to type one.
    for options in [
        &["--page=3"][..],
        &["--visible", "--page=9"],
        &["--visible", "--position=9000,0"],
        &["--visible", "--position=here"],
        &["--time-stamp=ftp://example.org/"],
        &["--hash=md5"],
    ] {
        let mut line = vec!["sign-file"];
        line.extend(options);
        line.push(file.to_str().unwrap());
        let done = run(&mut home.with(&daemon, &line), LIMIT);
        assert_ne!(done.code, Some(0), "{done:?}");
        assert!(!done.stderr.contains("PIN"), "{done:?}");
    }
}

/// By whom it is trusted, and by whom not, in a PDF and in XML.
#[test]
fn verify_tells_whose_a_signature_is_and_who_vouches_for_that() {
    let home = Home::bare();
    let path = |name: &str| home.0.path().join(name);
    let authority = path("XDG_CONFIG_HOME/securesign/authorities");
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/documents");
    let root = top.join("pki/ca.pem").to_str().unwrap().to_owned();
    let software = Software::new(&["rsa2048"]);
    let other = software
        .folder()
        .join("root.pem")
        .to_str()
        .unwrap()
        .to_owned();
    let pdf = put(&home, "signed-once-pyhanko.pdf")
        .to_str()
        .unwrap()
        .to_owned();
    let word = |options: &[&str]| {
        let mut line = vec!["verify", &pdf, "--json"];
        line.extend(options);
        let done = run(&mut home.program(&line), LIMIT);
        let told: Value = serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
        (
            done.code,
            told[0]["trusted"].as_bool(),
            told[0]["sound"].as_bool(),
        )
    };
    assert_eq!(word(&[]), (Some(0), Some(false), Some(true)));
    assert_eq!(word(&["--ca", &root]), (Some(0), Some(true), Some(true)));
    assert_eq!(word(&["--ca", &other]), (Some(1), Some(false), Some(true)));
    fs::create_dir_all(&authority).unwrap();
    fs::copy(&root, authority.join("mine.pem")).unwrap();
    assert_eq!(word(&[]), (Some(0), Some(true), Some(true)));
    let told = run(&mut home.program(&["verify", &pdf]), LIMIT).stdout;
    assert!(told.contains("trusted here, under"), "{told}");
    fs::remove_dir_all(&authority).unwrap();
    let told = run(&mut home.program(&["verify", &pdf]), LIMIT).stdout;
    let second = told.lines().nth(2).unwrap_or_default();
    assert!(
        second.contains("not certain: nobody who is trusted here"),
        "{told}"
    );
}

/// Without its word there is no signed file: never a lesser one instead.
#[test]
fn an_authority_says_when_or_nothing_is_written() {
    let daemon = Daemon::start(&["Reader"]);
    let home = Home::bare();
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let mut software = Software::new(&[]);
    software.add_authority(3);
    let server = Server::start(software);
    let option = format!("--time-stamp={}", server.address);
    let file = put(&home, "minimal.pdf");
    // Each has its reason, so that no two signatures are alike, however fast they follow.
    let ask = |option: &str, reason: &str| {
        let reason = format!("--reason={reason}");
        sign_with(&home, &daemon, PIN, &[option, &reason], &[&file])
    };
    let bytes = only(&ask(&option, "first"));
    assert!(pdf::signatures(bytes).unwrap()[0].is_stamped());
    let before = left(&home);
    let gone = "--time-stamp=http://127.0.0.1:9/tsa";
    for (manner, option, why) in [
        (Manner::Late, &*option, "something else"),
        (Manner::Page, &*option, "not understood"),
        (Manner::Elsewhere, &*option, "redirects"),
        (Manner::Endless, &*option, "not understood"),
        (Manner::Silent, &*option, "too long"),
        (Manner::Honest, gone, "no connection"),
    ] {
        server.be(manner);
        let done = ask(option, why);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(done.stdout.contains(why), "{why}: {done:?}");
        assert_eq!(left(&home), before, "{why}");
    }
}
