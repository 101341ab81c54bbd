//! What a portal hears, and which portals hear nothing.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::flow::{Arrival, Exit, Order, Refused, Spent};
use securesign_app::screen::{Action, Input, Kind};
use securesign_app::settings::Settings;
use securesign_app::worker::Report;
use securesign_card::digest::HashAlgorithm;
use securesign_card::profile::Tries;
use securesign_handoff::policy::{Policy, Portal};
use url::Url;

use crate::bench::abc;
use crate::play::{CALLBACK, Play, link, order, pairs, request, token};

#[test]
fn an_answer_that_no_browser_took_does_not_end_as_told() {
    let fails = |mut play: Play| {
        play.press(Action::Close, &[]);
        play.unopened(0);
        assert_eq!(play.screen().title, "Not delivered");
        play.flow.exit()
    };
    let mut signed = Play::sign(request("a"));
    signed.sign_with_pin();
    assert_eq!(fails(signed), Some(Exit::NotDone));
    let bad = link(CALLBACK, "ss_test_k", &[]).replace("hashAlgo=SHA256", "hashAlgo=MD5");
    assert_eq!(fails(Play::sign(order(&bad))), Some(Exit::Refused));
}

#[test]
fn a_portal_that_may_call_hears_once_why_its_request_is_refused() {
    let good = link(CALLBACK, "ss_test_k", &[]);
    let hash = STANDARD.encode(abc(HashAlgorithm::Sha256).bytes());
    let hash: String = url::form_urlencoded::byte_serialize(hash.as_bytes()).collect();
    let refused = [
        good.replace("hashAlgo=SHA256", "hashAlgo=MD5"),
        good.replace("hashAlgo=SHA256&", ""),
        good.replace("hashAlgo=SHA256", "hashAlgo=SHA512"),
        good.replace("documentType=hash", "documentType=doc"),
        good.replace(
            "documentType=hash",
            "documentType=pdf&documentBase64=JVBERg%3D%3D",
        )
        .replace(&format!("hashBase64={hash}&"), ""),
        good.replace(
            "documentType=hash",
            "documentType=xml&documentBase64=PGE%2BPg%3D%3D",
        )
        .replace(&format!("hashBase64={hash}&"), ""),
        format!("{good}&certSerial=xyz"),
    ];
    for link in refused {
        let mut play = Play::sign(order(&link));
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Failed, "{link}");
        let told = "http://localhost:8080 will be told when you close this.";
        assert!(screen.text.iter().any(|text| text == told), "{screen:?}");
        assert!(
            play.opened.is_empty(),
            "nothing goes before the person saw it"
        );
        play.press(Action::Close, &[]);
        play.input(Input::Closed);
        let expected = pairs(&[("request-7", "SS_REQUEST_INVALID")]);
        assert_eq!(play.told(), expected, "{link}");
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        assert!(play.jobs.is_empty() && play.recorded.is_empty());

        // The same of an origin that may not call.
        let evil = link.replace("localhost%3A8080", "evil.example");
        assert_ne!(evil, link);
        let mut play = Play::sign(order(&evil));
        let screen = play.screen();
        assert!(!screen.text.iter().any(|text| text.contains("will be told")));
        play.press(Action::Close, &[]);
        assert!(play.opened.is_empty(), "{evil}");
        assert_eq!(play.flow.exit(), Some(Exit::Refused));
    }
    // Half of a callback is one as well: where it stands last and something is missing,
    // nobody is told.
    let (before, after) = good.split_once("callbackUrl=").unwrap();
    let (callback, key) = after.split_once('&').unwrap();
    let last = format!("{before}{key}&callbackUrl={callback}");
    assert!(order(&last).is_ok());
    let mut play = Play::sign(order(&last.replace("hashAlgo=SHA256&", "")));
    play.press(Action::Close, &[]);
    assert!(play.opened.is_empty());
    // One that waits for its turn is told then, and no other link drives it away: what is
    // told is told by a person's hand.
    let bad = || order(&good.replace("hashAlgo=SHA256", "hashAlgo=MD5"));
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(bad());
    play.press(Action::Cancel, &[]);
    assert_eq!(play.told().len(), 1);
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(1));
    assert_eq!(play.arrive(bad()), Arrival::AlreadyThere);
    assert_eq!(play.told().len(), 1);
    play.press(Action::Close, &[]);
    let expected = ("request-7".to_owned(), "SS_REQUEST_INVALID".to_owned());
    assert_eq!(play.told()[1], expected);
    assert_eq!(play.shown().as_deref(), Some("b"));
}

/// A portal in the settings that a test takes out of them.
struct Listed {
    settings: Rc<RefCell<Result<Settings, String>>>,
}

impl Listed {
    const CALLBACK: &str = "https://portal.example.gov.in/cb";
    const KEY: &str = "ss_live_k";

    fn new() -> Self {
        Self {
            settings: Rc::new(RefCell::new(Ok(Self::settings()))),
        }
    }

    fn settings() -> Settings {
        let portal = Portal::new("https://portal.example.gov.in", Self::KEY).unwrap();
        Settings {
            portals: vec![portal],
            ..Settings::default()
        }
    }

    fn policy(settings: &Settings) -> Policy {
        settings.policy("settings.toml")
    }

    fn order(&self, id: &str) -> Result<Order, Refused> {
        let link = link(Self::CALLBACK, Self::KEY, &[]).replace("request-7", id);
        let policy = Self::policy(self.settings.borrow().as_ref().unwrap());
        Order::accept(link.as_bytes(), &policy, false, &|_| true)
    }

    fn judged(&self, mut play: Play) -> Play {
        let settings = self.settings.clone();
        play.flow.judged_by(Box::new(move || {
            settings
                .borrow()
                .as_ref()
                .map(Self::policy)
                .map_err(Clone::clone)
        }));
        play
    }

    fn remove(&self) {
        *self.settings.borrow_mut() = Ok(Settings::default());
    }

    fn mend(&self) {
        *self.settings.borrow_mut() = Ok(Self::settings());
    }

    fn damage(&self) {
        *self.settings.borrow_mut() = Err("line 3 is not understood".into());
    }
}

#[test]
fn r08_a_portal_that_was_removed_is_neither_shown_nor_answered() {
    type Withdraw = fn(&Listed);
    let withdrawals: [(Withdraw, &str); 2] = [
        (Listed::remove, "is not allowed to request signatures"),
        (Listed::damage, "line 3 is not understood"),
    ];
    for (withdraw, reason) in withdrawals {
        // While it waits.
        let listed = Listed::new();
        let mut play = listed.judged(Play::with(request("a"), Tries::Left(3)));
        assert_eq!(play.arrive(listed.order("b")), Arrival::Waiting(1));
        withdraw(&listed);
        // "a" is the demo token's, and no portal of these settings either.
        play.opened.clear();
        play.press(Action::Cancel, &[]);
        if matches!(play.screen().title.as_str(), "Not delivered") {
            play.press(Action::Close, &[]);
        }
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Failed);
        assert!(screen.text[0].contains(reason), "{screen:?}");
        play.released.retain(|id| id == "b");
        assert_eq!(play.released, ["b"], "nobody has seen it");
        play.press(Action::Close, &[]);
        let to_portal = |url: &Url| url.host_str() == Some("portal.example.gov.in");
        assert!(!play.opened.iter().any(to_portal));
        assert_eq!(play.flow.exit(), Some(Exit::Refused));

        // While the person thinks, and then signs.
        let listed = Listed::new();
        let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
        play.press(Action::Sign, &["123456"]);
        withdraw(&listed);
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        assert!(play.opened.is_empty());
        let screen = play.screen();
        assert_eq!(screen.title, "Not delivered");
        assert!(screen.text[0].contains(reason), "{screen:?}");
        play.press(Action::Close, &[]);
        assert!(play.opened.is_empty());
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        assert!(play.released.is_empty(), "it was signed");

        // Nor does it hear that the person gave up, or that its request is bad.
        let listed = Listed::new();
        let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
        withdraw(&listed);
        play.press(Action::Cancel, &[]);
        assert!(play.opened.is_empty());
        let listed = Listed::new();
        let used = |_: &str, _: &str| Err(Spent::Before);
        let order = listed.order("a").and_then(|order| order.claimed(&used));
        let mut play = listed.judged(Play::sign(order));
        withdraw(&listed);
        play.press(Action::Close, &[]);
        assert!(play.opened.is_empty());
        assert_eq!(play.flow.exit(), Some(Exit::Refused));
    }
    // As long as it is listed nothing changes.
    let listed = Listed::new();
    let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
    play.arrive(listed.order("b"));
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.sign_with_pin();
    let expected = pairs(&[("a", "SS_SIGN_CANCELLED"), ("b", "signed")]);
    assert_eq!(play.told(), expected);
}

#[test]
fn a_signature_that_the_settings_hold_up_is_kept_until_they_let_it_go() {
    type Withdraw = fn(&Listed);
    for withdraw in [Listed::remove as Withdraw, Listed::damage] {
        let held = || {
            let listed = Listed::new();
            let mut play = listed.judged(Play::with(listed.order("a"), Tries::Left(3)));
            play.press(Action::Sign, &["123456"]);
            withdraw(&listed);
            play.report(Report::Signed(Ok(vec![0x30, 0x01])));
            assert_eq!(play.screen().title, "Not delivered");
            assert!(play.opened.is_empty());
            (listed, play)
        };
        let (listed, mut play) = held();
        let before = play.screen();
        let text = before.text.join(" ");
        assert!(
            text.contains("kept") && text.contains("nobody is told"),
            "{text}"
        );
        // Trying is judged anew, and says that nothing has changed yet.
        play.press(Action::Retry, &[]);
        assert!(play.opened.is_empty() && play.offers(Action::Retry));
        assert_ne!(play.screen(), before);
        // No other link drives it away.
        assert_eq!(play.arrive(request("b")), Arrival::Waiting(1));
        listed.mend();
        play.press(Action::Retry, &[]);
        assert_eq!(play.screen().title, "Signed");
        assert!(!play.offers(Action::Retry));
        assert_eq!(play.told(), pairs(&[("a", "signed")]));
        assert!(play.flow.achieved());
        // It was signed and written down once.
        assert_eq!((play.recorded.len(), play.spent.len()), (1, 1));
        assert_eq!(play.secrets_sent(), 1);
        assert!(play.released.is_empty());

        // Whoever gives it up tells nobody, and it does not come back.
        let (listed, mut play) = held();
        play.press(Action::Close, &[]);
        listed.mend();
        play.press(Action::Retry, &[]);
        assert!(play.opened.is_empty() && play.released.is_empty());
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        // What is printed when the window is gone promises nothing any more.
        let text = play.screen().text.join(" ");
        assert!(text.contains("was dropped, and nobody was told"), "{text}");
        assert!(!text.contains("kept"), "{text}");
    }
}
