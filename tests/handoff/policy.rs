//! Who may call, and what the settings say of it.

use securesign_app::language::Language;
use securesign_app::settings::Settings;
use securesign_app::words::{Explain, lines};
use securesign_handoff::callback::{self, CallbackError, Failed, Outcome};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::{self, Callback, CallbackFault, CallbackKind};

use super::page::{
    FILE, LIVE, PORTAL, Page, TEST, check, failed, key, opened, permit, policy, read_back,
};

#[test]
fn r06_localhost_is_for_test_keys_and_apps_are_listed() {
    let nothing = Settings::default().policy(FILE);
    for url in [
        "http://localhost:3000/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:8080/cb",
        "https://localhost/cb",
        "http://LOCALHOST/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://127.1/",
    ] {
        let parsed = Callback::parse(url).unwrap();
        assert_eq!(parsed.kind(), CallbackKind::Localhost, "{url}");
        assert!(nothing.check_for_demo(&parsed, &key(TEST)).is_ok(), "{url}");
        // With a real token localhost is listed like every other origin.
        let denial = nothing.check(&parsed, &key(TEST)).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::DomainNotAllowed, "{url}");
        let settings = Settings::from_toml(&lines(&denial).unwrap()).unwrap();
        let allowing = settings.policy(FILE);
        assert!(allowing.check(&parsed, &key(TEST)).unwrap().is_local());
        assert!(allowing.check(&parsed, &key("ss_test_other")).is_err());
        assert!(allowing.check(&parsed, &key(LIVE)).is_err());
        let denial = check(url, LIVE).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::DomainNotAllowed, "{url}");
        assert_eq!(lines(&denial), None);
    }
    assert_eq!(permit("MyApp://done?x=1").origin().as_str(), "myapp:");
    let denial = check("other://done", LIVE).unwrap_err();
    assert_eq!(denial.code(), ErrorCode::DomainNotAllowed);
    assert!(
        denial
            .advice(Language::English)
            .contains("origin = \"other:\"")
    );
    let denial = check("myapp://done", "ss_live_unknownunknown").unwrap_err();
    assert_eq!(denial.code(), ErrorCode::ApiKeyInvalid);
}

#[test]
fn r07_origins_compare_as_parsed_and_exactly() {
    for url in [
        "https://portal.example.gov.in",
        "https://PORTAL.example.GOV.in/cb",
        "HTTPS://portal.example.gov.in:443/",
        "https://portal%2Eexample.gov.in/",
        "https://portal.example.gov.in?x=1",
        "https://portal.example.gov.in/#f",
    ] {
        let origin = permit(url).origin().to_string();
        assert_eq!(origin, "https://portal.example.gov.in", "{url}");
    }
    for url in [
        "https://portal.example.gov.in.evil.com/",
        "https://evil.com/portal.example.gov.in",
        "https://evil.com/?https://portal.example.gov.in",
        "https://portal.example.gov.in:8443/",
        "https://portal.example.gov.in:80/",
        "https://example.gov.in/",
        "https://xportal.example.gov.in/",
        "https://a.portal.example.gov.in/",
        "https://portal-example.gov.in/",
        "https://portal.example.gov.in%2eevil.com/",
        "https://p\u{043E}rtal.example.gov.in/",
        "https://[2001:db8::1]/",
        "https://[::1:1]/",
        "https://1.2.3.4/",
        "https://uat.example.gov.in/",
    ] {
        let denial = check(url, LIVE).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::DomainNotAllowed, "{url}");
    }
    // The same name with a dot behind it is another origin, and no host of ours.
    let dotted = Callback::parse("https://portal.example.gov.in./");
    assert_eq!(dotted.unwrap_err(), CallbackFault::Host);
    // A key of another portal, and test keys where no test portal is.
    for (url, api_key) in [
        (PORTAL, "ss_live_another0000"),
        (PORTAL, TEST),
        ("https://shop.example.in/", TEST),
        ("https://uat.example.gov.in:8443/", LIVE),
    ] {
        let denial = check(url, api_key).unwrap_err();
        assert_eq!(denial.code(), ErrorCode::ApiKeyInvalid, "{url}");
    }
    let permit = check("https://uat.example.gov.in:8443/", TEST).unwrap();
    assert!(permit.is_test());
}

#[test]
fn r07_the_unicode_form_is_shown_only_where_it_deceives_nobody() {
    let show = |url: &str| {
        let fingerprint = key(LIVE).fingerprint();
        let text = format!("[[portal]]\norigin = \"{url}\"\nkey = \"sha256:{fingerprint}\"\n");
        let policy = Settings::from_toml(&text).unwrap().policy(FILE);
        let permit = policy.check(&Callback::parse(url).unwrap(), &key(LIVE));
        permit.unwrap().origin_display()
    };
    assert_eq!(show("https://a.gov.in"), "https://a.gov.in");
    let hindi = show("https://नमूना.भारत");
    assert!(hindi.starts_with("https://xn--"), "{hindi}");
    assert!(hindi.ends_with(" (https://नमूना.भारत)"), "{hindi}");
    for url in [
        "https://\u{0430}\u{0440}\u{0440}\u{04CF}\u{0435}.com",
        "https://münchen.example",
        "https://po\u{0930}tal.in",
    ] {
        let shown = show(url);
        assert!(shown.is_ascii() && shown.contains("xn--"), "{shown}");
    }
}

/// `Permit` has no public constructor and `build` takes nothing else, so the
/// compiler holds the rule; here, that the error path goes through it too.
#[test]
fn r08_nothing_is_sent_to_an_origin_that_failed_on_errors_too() {
    let bad = Page::good().with("hashAlgo", "MD5");
    let evil = bad.clone().with("callbackUrl", "https://evil.com/");
    let reply = link::parse(&evil.link()).unwrap_err().reply.unwrap();
    let denial = policy().check(&reply.callback, &reply.api_key).unwrap_err();
    assert_eq!(denial.code(), ErrorCode::DomainNotAllowed);

    let refusal = link::parse(&bad.link()).unwrap_err();
    let reply = refusal.reply.unwrap();
    let permit = policy().check(&reply.callback, &reply.api_key).unwrap();
    let answer = Failed {
        message: refusal.error.reason(),
        ..Failed::new(reply.request_id, refusal.error.code())
    };
    let answer = callback::build(&permit, &Outcome::Failed(answer), 2046);
    assert_eq!(read_back(&opened(answer))["error"], "SS_REQUEST_INVALID");

    for page in [
        bad.clone().with("callbackUrl", "https://a.in@evil.com/"),
        bad.clone().with("requestId", "..\\x"),
        bad.clone().with("apiKey", "sk_live_x"),
        bad.clone().with("reason", "\u{202E}"),
    ] {
        assert_eq!(link::parse(&page.link()).unwrap_err().reply, None);
    }
    for code in ErrorCode::ALL {
        let built = callback::build(&permit, &Outcome::Failed(failed(code)), 2046);
        let screen_only = built == Err(CallbackError::ScreenOnly { code });
        assert_eq!(screen_only, !code.goes_to_callback());
    }
    assert!(!ErrorCode::DomainNotAllowed.goes_to_callback());
    assert!(!ErrorCode::ApiKeyInvalid.goes_to_callback());
}

#[test]
fn r08_a_denial_says_how_to_allow_it_and_the_lines_do() {
    for (url, api_key) in [
        ("https://new.example.in:8443/cb", LIVE),
        ("https://new.example.in/", TEST),
        (PORTAL, TEST),
    ] {
        let denial = check(url, api_key).unwrap_err();
        assert!(denial.advice(Language::English).contains(FILE));
        assert!(!denial.to_string().contains(api_key));
        assert!(!denial.tell(Language::English).contains(api_key));
        let lines = lines(&denial).unwrap();
        let allowed = Settings::from_toml(&lines).unwrap().policy(FILE);
        let permit = allowed.check(&Callback::parse(url).unwrap(), &key(api_key));
        assert!(permit.is_ok(), "{lines}");
    }
}

/// The template of README, with a fingerprint where it has none.
fn template() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
    let readme = readme.unwrap();
    let begin = readme.find("    [[portal]]").unwrap();
    let lines = readme[begin..].lines();
    let template = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let template: Vec<&str> = template.map(str::trim_start).collect();
    template.join("\n").replace('…', &"0".repeat(64))
}

#[test]
fn r08_what_a_refusal_advises_works_in_every_valid_settings_file() {
    let zeros = format!("key = \"sha256:{}\"", "0".repeat(64));
    let portal = format!("[[portal]]\norigin = \"https://a.in\"\n{zeros}\n");
    let inline = format!("{{ origin = \"https://a.in\", {zeros} }}");
    let callback = "[callback]\nschemes = []\n";
    let template = template();
    // Each of them as it is, with CR LF, and without the end of its last line.
    let mut files: Vec<String> = Vec::new();
    for file in [
        String::new(),
        template.clone(),
        "# nobody yet\n".into(),
        callback.into(),
        "[callback]\nschemes = [\"else\"] # one".into(),
        "callback.schemes = []\nsession.idle_minutes = 5\n".into(),
        "callback = { schemes = [] }\nwindow = { theme = \"dark\" }\n".into(),
        "[callback]\n[session]\n[window]\n".into(),
        format!("{portal}{callback}"),
        format!("{callback}{portal}"),
        format!("{portal}test = true # to try\n{portal}"),
        format!(
            "{callback}\n[[portal]]\norigin = \"https://a.in\"\nkey = '''\nsha256:{}'''\n",
            "0".repeat(64)
        ),
        "portal = []\n".into(),
        format!("portal = [{inline}]\n{callback}"),
        format!("session.idle_minutes = 5\nportal = [\n    {inline},\n    # another\n]\n"),
        "[[portal]]\norigin = \"https://new.example.in\"\n".to_owned() + &zeros,
    ] {
        files.push(file.replace('\n', "\r\n"));
        files.push(file.trim_end().to_owned());
        files.push(file);
    }
    // A key that is listed, and does not say that it is for trying.
    let test = format!("sha256:{}", key(TEST).fingerprint());
    files.push(format!(
        "[[portal]]\norigin = \"https://new.example.in\"\ntest = false\nkey = \"{test}\""
    ));
    for file in files {
        let settings = Settings::from_toml(&file).unwrap_or_else(|e| panic!("{e}\n{file}"));
        let policy = settings.policy(FILE);
        for (url, api_key) in [
            ("https://new.example.in/cb", LIVE),
            ("https://new.example.in/cb", TEST),
            ("https://[2001:db8::1]:8443/cb", LIVE),
            ("http://localhost:3000/cb", TEST),
            ("https://[::1]/cb", TEST),
            ("myapp://done", LIVE),
            ("my-app.2+x:done", TEST),
            // Its scheme may receive, and nobody is listed who may send.
            ("else:done", LIVE),
        ] {
            let callback = Callback::parse(url).unwrap();
            let denial = policy.check(&callback, &key(api_key)).unwrap_err();
            let lines = lines(&denial).unwrap();
            for language in [Language::English, Language::Hindi] {
                let advice = denial.advice(language);
                assert!(advice.contains(FILE), "{advice}");
                assert!(advice.ends_with(lines.trim()), "{advice}");
            }
            let place = "portal = [";
            let then = match file.find(place) {
                Some(at) => {
                    assert!(denial.advice(Language::English).contains(place));
                    assert!(denial.advice(Language::Hindi).contains(place));
                    let (before, after) = file.split_at(at + place.len());
                    format!("{before}{lines}{after}")
                }
                None => format!("{file}{lines}"),
            };
            let after = Settings::from_toml(&then).unwrap_or_else(|e| panic!("{e}\n{then}"));
            // Nothing else is changed, and nobody else may call.
            assert_eq!(after.schemes, settings.schemes, "{then}");
            assert_eq!(after.idle, settings.idle, "{then}");
            assert_eq!(after.portals.len(), settings.portals.len() + 1, "{then}");
            let after = after.policy(FILE);
            assert!(after.check(&callback, &key(api_key)).is_ok(), "{then}");
            let other = key("ss_live_unknownunknown");
            assert!(after.check(&callback, &other).is_err(), "{then}");
        }
    }
}

#[test]
fn r06_an_app_in_the_list_of_portals_is_one_app_with_one_key() {
    let with = |origin: &str| {
        let fingerprint = key(LIVE).fingerprint();
        Settings::from_toml(&format!(
            "[[portal]]\norigin = \"{origin}\"\nkey = \"sha256:{fingerprint}\"\n"
        ))
    };
    let policy = with("MyApp:").unwrap().policy(FILE);
    let may = |url: &str, api_key: &str| {
        let callback = Callback::parse(url).unwrap();
        policy.check(&callback, &key(api_key)).is_ok()
    };
    assert!(may("myapp://done", LIVE) && may("MYAPP:x?y=1", LIVE));
    assert!(!may("myapp://done", "ss_live_unknownunknown"));
    assert!(!may("myapp2://done", LIVE) && !may("https://myapp/", LIVE));
    for origin in [
        "myapp",
        "myapp://",
        "myapp:x",
        "myapp:/",
        "myapp:?",
        "x:",
        "file:",
        "javascript:",
        "ms-settings:",
        "securesign:",
        "http:",
        "https:",
        " myapp:",
        "my app:",
    ] {
        assert!(with(origin).is_err(), "{origin}");
    }
}

#[test]
fn settings_that_are_wrong_name_the_line() {
    let portal = |origin: &str| {
        let key = "0".repeat(64);
        format!("[[portal]]\norigin = \"{origin}\"\nkey = \"sha256:{key}\"")
    };
    for (text, line, word) in [
        (
            "\n[session]\nidle_minutos = 3\n".to_owned(),
            3,
            "idle_minutos",
        ),
        (
            "[[portal]]\norigin = \"https://a.in\"\n".to_owned(),
            1,
            "key",
        ),
        (portal("http://a.in"), 2, "http://a.in"),
        (portal("https://a.in/cb"), 2, "https://a.in/cb"),
        (portal("https://a.in."), 2, "https://a.in."),
        (portal("https://u@a.in"), 2, "u@a.in"),
        (portal("https://localhost"), 2, "localhost"),
        (
            "[[portal]]\norigin = \"https://a.in\"\nkey = \"ss_live_secret\"".to_owned(),
            3,
            "fingerprint",
        ),
        (
            "[callback]\nschemes = [\"myapp\",\n\"javascript\"]".to_owned(),
            3,
            "javascript",
        ),
        ("[callback]\nschemes = [\"my app\"]".to_owned(), 2, "my app"),
        ("[callback]\nschemes = [\"myapp:\"]".to_owned(), 2, "myapp:"),
        ("[session]\nidle_minutes = 99999".to_owned(), 2, "99999"),
        ("[session]\nidle_minutes = -1".to_owned(), 2, "-1"),
        ("x = [".to_owned(), 1, ""),
    ] {
        let error = Settings::from_toml(&text).unwrap_err();
        assert_eq!(error.line(), Some(line), "{text}: {error}");
        assert!(error.to_string().contains(word), "{error}");
        assert!(!error.to_string().contains("ss_live_secret"));
        assert!(!error.advice(Language::English).is_empty());
    }
    assert_eq!(Settings::from_toml("").unwrap(), Settings::default());
    assert_eq!(Settings::default().idle.as_secs(), 900);
    let never = Settings::from_toml("[session]\nidle_minutes = 0").unwrap();
    assert!(never.idle.is_zero());
}

#[test]
fn the_manual_page_of_the_settings_shows_settings() {
    let page = include_str!("../../ui/desktop/man/securesign-settings.5");
    let (_, example) = page.split_once(".EX\n").unwrap();
    let (example, _) = example.split_once(".EE\n").unwrap();
    let settings = Settings::from_toml(example).unwrap();
    assert_eq!(settings.portals.len(), 2);
    assert_eq!(settings.schemes, ["myapp"]);
    // Each key is explained, and no other one.
    let explained: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix(".B "))
        .collect();
    let keys = example.lines().filter_map(|line| line.split_once(" = "));
    for (key, _) in keys.clone() {
        assert!(explained.contains(&key), "{key} is not explained");
    }
    let others = ["Settings", "securesign doctor"];
    for key in explained.iter().filter(|key| !others.contains(key)) {
        assert!(
            keys.clone().any(|(shown, _)| shown == *key),
            "{key} is not shown"
        );
    }
}
