//! A card with a reset code can be unlocked with PW3 as well.

use super::*;

#[test]
fn r25_with_a_reset_code_on_the_card_the_admin_pin_unlocks_it_too_for_whoever_has_that() {
    for product in readable() {
        let name = product.name;
        let (bench, card) = watched(keys(product).reset_code(CODE));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.unblocker, Secret::ResetCode, "{name}");
        let admin = info.otherwise.unwrap();
        assert_eq!(admin.role, Secret::AdminPin, "{name}");
        assert_eq!(admin.tries, Tries::Left(3), "{name}");
        // A wrong one costs a try of its own, and of nothing else.
        let error = bench.unblock_with(&id, admin.id, "00000000", "abcdef");
        assert_eq!(error.unwrap_err(), wrong(Secret::AdminPin, 2), "{name}");
        assert_eq!(card.card().tries(), [3, 3, 2], "{name}");
        bench
            .unblock_with(&id, admin.id, PW3, "abcdef")
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(card.card().tries(), [3, 3, 3], "{name}");
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some("abcdef")).unwrap();
        bench.unblock(&id, CODE, "ghijkl").unwrap();
        bench.sign(&id, credential, Some("ghijkl")).unwrap();
    }
}

#[test]
fn the_tries_of_both_are_told_by_one_command() {
    let cost = |builder: Builder| {
        let (bench, _) = watched(builder);
        bench.count(|| bench.look(Look::Everything)).1
    };
    assert_eq!(cost(keys(OPCARD)), cost(keys(OPCARD).reset_code(CODE)));
}

#[test]
fn where_one_of_them_is_used_up_there_is_no_choice() {
    let (bench, card) = watched(keys(OPCARD).reset_code(CODE));
    bench.token_by(Look::Everything);
    // Somebody else uses it up.
    for _ in 0..3 {
        let mut raw = vec![0x00, 0x2C, 0x00, 0x81, 14];
        raw.extend(b"00000000abcdef");
        card.card().transmit(&raw);
    }
    assert_eq!(card.card().tries(), [3, 0, 3]);
    let (_, info) = bench.token_by(Look::Everything);
    assert_eq!(info.unblocker, Secret::AdminPin);
    assert_eq!(info.otherwise, None);
}
