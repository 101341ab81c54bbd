//! Which of two secrets is to unlock a PIN.

use super::*;

fn card() -> OpenPgpCard {
    let card = OpenPgpCard::builder(openpgp::YUBIKEY5).pw1("222222");
    card.reset_code("44444444").build().unwrap()
}

/// The question is asked once, and its answer holds for the whole form.
#[test]
fn a_person_says_whether_they_have_the_admin_pin_in_place_of_the_reset_code() {
    const EACH: &str = "(Enter cancels):";
    for (answer, secret, code) in [
        ("y\n", "12345678\n", 0),
        ("\n", "44444444\n", 0),
        // The wrong one of the two.
        ("\n", "12345678\n", 1),
    ] {
        let daemon = Daemon::start(&["Reader"]);
        let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
        let home = Home::new();
        let mut terminal = Terminal::start(&home.with(&daemon, &["pin", "unblock"]));
        terminal.says("Use the Admin PIN instead? [y/N]", 1);
        terminal.types(answer);
        for (at, typed) in [(1, secret), (2, "482915\n"), (3, "482915\n")] {
            terminal.says(EACH, at);
            terminal.types(typed);
        }
        if code != 0 {
            terminal.says(EACH, 4);
            terminal.types(CTRL_C);
        }
        let ended = terminal.ended();
        assert_eq!(ended.code, code, "{}", ended.text);
        assert_eq!(ended.text.matches("instead?").count(), 1, "{}", ended.text);
    }
}

#[test]
fn what_is_named_on_the_command_line_is_not_asked_about() {
    let daemon = Daemon::start(&["Reader"]);
    let _card = VirtualCard::insert(daemon.port(0), Box::new(card()));
    let home = Home::new();
    let (new, admin) = (
        home.file("new", "482915\n"),
        home.file("admin", "12345678\n"),
    );
    let unblock = |with: &[&str]| {
        let line = [
            "pin",
            "unblock",
            "--puk-file",
            &admin,
            "--new-pin-file",
            &new,
        ];
        run(&mut home.with(&daemon, &[&line[..], with].concat()), LIMIT)
    };
    // It has no PUK, and the reset code is another value.
    for with in [&["--with", "puk"][..], &[]] {
        assert_eq!(unblock(with).code, Some(1));
    }
    let done = unblock(&["--with", "admin-pin"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let line = ["pin", "unblock", "--with", "admin-pin"];
    let mut terminal = Terminal::start(&home.with(&daemon, &line));
    terminal.says("Admin PIN (Enter cancels):", 1);
    assert!(!terminal.text().contains("instead?"), "{}", terminal.text());
    terminal.types(CTRL_C);
    assert_eq!(terminal.ended().code, 1);
}
