//! What stands on every screen, in the language of the flow.

mod pages;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use securesign_card::error::{CardError, Secret};
use securesign_card::language::{Language, Value};
use securesign_card::pin::{PinRules, Status};
use securesign_card::profile::{Flaw, Standing, Tries};
use securesign_card::transport::TransportError;

use super::remark::Remark;
use super::{Busy, Compared, Entry, Errand, Flow, Order, Purpose, State, Step, Undelivered};
use crate::screen::{
    Action, Ask, Button, CertificateCard, Counter, Fact, Field, Kept, Kind, Level, Notice, Screen,
};
use crate::worker::{TokenInfo, TokenState};

/// A click meant for another window must not sign (requirement 11).
const CONSENT_INERT_MS: u32 = 500;

/// What is to be seen.
pub fn screen(flow: &Flow) -> Screen {
    let token = flow.token().map(|(id, _)| {
        let (request, forgotten) = (flow.number, flow.forgotten);
        format!("{request} {} {forgotten} {}", id.insertion, id.reader)
    });
    Screen {
        token,
        kept: kept(flow),
        waiting: waiting_line(flow),
        ..unbound(flow)
    }
    .shown()
}

fn waiting_line(flow: &Flow) -> Option<String> {
    let count = flow.waiting();
    let line = || {
        flow.language
            .say_with("requests-wait", [("count", count.into())])
    };
    (count > 0).then(line)
}

/// A PIN is kept: for how long yet, and for whom if not for this request.
fn kept(flow: &Flow) -> Option<Kept> {
    let l = flow.language;
    let left = clock(flow.seconds_left()?);
    let origin = &flow.kept_for()?.origin;
    let text = match &flow.purpose {
        Purpose::Sign(order) if order.origin() == origin => {
            l.say_with("kept", [("time", left.into())])
        }
        _ => l.say_with(
            "kept-for",
            [("time", left.into()), ("origin", origin.as_str().into())],
        ),
    };
    Some(Kept {
        text,
        lock: button(Action::Lock, l.say("lock")),
    })
}

/// `14:32`, from an hour on `1:14:32`.
fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

fn unbound(flow: &Flow) -> Screen {
    let l = flow.language;
    match &flow.state {
        State::Looking => looking(flow),
        State::Ready => match &flow.purpose {
            _ if flow.ready().next().is_none() => waiting(flow),
            Purpose::Sign(_) => sign(flow),
            Purpose::Manage => token(flow),
        },
        State::Change(_) => change(flow),
        State::Unlock(_, step) => unlock(flow, step),
        State::Unsure(_, errand) => unsure(flow, *errand),
        State::LastTry(_, entry) => last_try(flow, entry),
        State::Busy(busy) => Screen {
            notice: notice(flow),
            ..working(busy, l)
        },
        State::Signed => signed(flow),
        State::Refused(refused) => {
            Screen {
                text: [refused.what(l), refused.advice(l)]
                    .into_iter()
                    .chain(refused.requester().map(|requester| {
                        l.say_with("refused-told", [("requester", requester.into())])
                    }))
                    .collect(),
                facts: vec![fact(l.say("code"), refused.code().as_str())],
                notice: notice(flow),
                buttons: if refused.is_unjudged() {
                    vec![open_file(l), close(flow)]
                } else {
                    vec![close(flow)]
                },
                ..plain(Kind::Failed, l.say("refused-title"))
            }
        }
        State::Failed(error) => Screen {
            text: vec![error.what(l), error.advice(l)],
            buttons: vec![close(flow)],
            ..plain(Kind::Failed, l.say("failed-title"))
        },
        State::Page(page) => pages::page(flow, page),
        State::Undelivered(undelivered) => {
            let reason = match undelivered {
                Undelivered::Unbuilt(error) => format!("{} {}", error.what(l), error.advice(l)),
                Undelivered::Unopened(unopened) => unopened.what(l),
                Undelivered::Closed(refused) => refused.what(l),
            };
            let advice = match undelivered {
                Undelivered::Closed(refused) => refused.advice(l),
                _ => l.say("undelivered-advice"),
            };
            Screen {
                text: vec![
                    l.say_with("undelivered", [("reason", reason.into())]),
                    advice,
                ],
                buttons: vec![close(flow)],
                ..plain(Kind::Failed, l.say("undelivered-title"))
            }
        }
    }
}

/// `14 Mar 2028`, in UTC as certificates have it.
pub fn date(time: Timestamp, language: Language) -> String {
    day(TimeZone::UTC.to_datetime(time).date(), language)
}

fn day(date: Date, language: Language) -> String {
    language.say_with(
        "date",
        [
            ("day", date.day().into()),
            ("month", date.month().into()),
            ("year", date.year().into()),
        ],
    )
}

fn plain(kind: Kind, title: String) -> Screen {
    Screen {
        kind,
        title,
        links: Vec::new(),
        text: Vec::new(),
        facts: Vec::new(),
        compare: None,
        counters: Vec::new(),
        heading: None,
        certificates: Vec::new(),
        chosen: None,
        choices: Vec::new(),
        rows: Vec::new(),
        lines: Vec::new(),
        token: None,
        fields: Vec::new(),
        notice: None,
        buttons: Vec::new(),
        kept: None,
        waiting: None,
    }
}

fn working(busy: &Busy, l: Language) -> Screen {
    let (title, text) = match busy {
        Busy::Signing(_) => (l.say("working-sign"), l.say("working")),
        Busy::Changing(_) => (l.say("working-change"), l.say("working")),
        Busy::Unlocking(_) => (l.say("working-unlock"), l.say("working")),
        Busy::Abandoned => (l.say("working-abandoned"), l.say("working-abandoned-text")),
    };
    Screen {
        text: vec![text],
        ..plain(Kind::Working, title)
    }
}

fn signed(flow: &Flow) -> Screen {
    let l = flow.language;
    let mut text = vec![
        l.say_with("signed", [("requester", requester(flow).into())]),
        l.say("signed-advice"),
    ];
    if flow.kept_for().is_some() && flow.waiting() == 0 {
        text.push(l.say("signed-kept"));
    }
    Screen {
        text,
        notice: notice(flow),
        buttons: vec![close(flow)],
        ..plain(Kind::Done, l.say("signed-title"))
    }
}

/// For settings that are not understood.
fn open_file(l: Language) -> Button {
    button(Action::OpenFile, l.say("open-file"))
}

/// What closing means: the next request comes, or a kept PIN goes.
fn close(flow: &Flow) -> Button {
    let l = flow.language;
    let label = match flow.kept_for() {
        _ if flow.waiting() > 0 => l.say("next-request"),
        Some(_) => l.say("close-and-lock"),
        None => l.say("close"),
    };
    primary(Action::Close, label)
}

fn looking(flow: &Flow) -> Screen {
    Screen {
        facts: facts(flow),
        notice: notice(flow),
        buttons: vec![leave(flow)],
        ..plain(Kind::Working, flow.language.say("looking-title"))
    }
}

/// No token that can be used: which of the reasons it is, and what to do.
fn waiting(flow: &Flow) -> Screen {
    let l = flow.language;
    let (title, mut text) = match &flow.tokens {
        Some(Err(error)) => {
            let title = match error {
                TransportError::NoService => l.say("waiting-no-service-title"),
                _ => l.say("waiting-no-access-title"),
            };
            (title, vec![error.what(l), error.advice(l)])
        }
        _ => strangers(flow),
    };
    if flow.tokens().is_empty() && text.is_empty() {
        text = vec![
            l.say("waiting-no-reader"),
            l.say("waiting-no-reader-advice"),
        ];
    }
    Screen {
        links: links(flow),
        text,
        facts: facts(flow),
        notice: notice(flow),
        buttons: vec![leave(flow), primary(Action::Retry, l.say("look-again"))],
        ..plain(Kind::Waiting, title)
    }
}

/// Readers without a token, and tokens that cannot be used.
fn strangers(flow: &Flow) -> (String, Vec<String>) {
    let l = flow.language;
    let mut text = Vec::new();
    let mut title = l.say("waiting-title");
    for view in flow.tokens() {
        let reader = ("reader", view.id.reader.as_str().into());
        match &view.state {
            TokenState::Empty | TokenState::Ready(_) => {}
            TokenState::Unknown { atr, name } => {
                title = l.say("unknown-title");
                text.push(match name {
                    Some(name) => {
                        l.say_with("unknown-named", [reader, ("name", name.as_str().into())])
                    }
                    None => l.say_with("unknown-unnamed", [reader]),
                });
                text.push(l.say_with("unknown-advice", [("atr", atr.to_string().into())]));
            }
            TokenState::Failed(error) => {
                title = l.say("unreadable-title");
                text.push(l.say_with("unreadable", [reader, ("what", error.what(l).into())]));
                text.push(error.advice(l));
            }
        }
    }
    if text.is_empty() && !flow.tokens().is_empty() {
        text.push(l.say("waiting-empty"));
        text.push(l.say("waiting-empty-advice"));
    }
    (title, text)
}

fn sign(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let cards = certificates(flow);
    let pinless = flow.is_pinless();
    let blocked = info.pin == Tries::Blocked && !pinless;
    let usable = flow.chosen.is_some();
    let mut screen = Screen {
        facts: facts(flow),
        chosen: chosen_index(flow),
        text: result_local(flow)
            .into_iter()
            .chain(first_seen(flow))
            .collect(),
        ..plain(Kind::Sign, l.say("sign-title"))
    };
    if cards.is_empty() {
        screen.notice = Some(Notice {
            level: Level::Error,
            text: no_certificate(flow),
        });
    } else if blocked {
        screen.notice = Some(Notice {
            level: Level::Error,
            text: l.say_with("pin-blocked-unlock", puk_of(info, l)),
        });
    } else {
        screen.notice = notice(flow)
            .or_else(|| slow_clock(flow))
            .or_else(|| tries_notice(info.pin, l).filter(|_| !pinless));
    }
    screen.text.extend(missed(flow));
    let choosable = cards.iter().any(|card| card.unusable.is_none());
    screen.heading = heading(&cards, choosable, l);
    screen.certificates = cards;
    screen.buttons.push(button(Action::Cancel, l.say("cancel")));
    if blocked {
        screen.text.extend(no_puk(info, l));
        if info.puk_rules.is_some() {
            screen.buttons.push(primary(
                Action::Unlock,
                l.say_with("unlock-with-puk", puk_of(info, l)),
            ));
        }
    } else if usable {
        screen.compare = Some(button(Action::Compare, l.say("compare")));
        if flow.in_session() {
            screen.facts.push(pin_status(Status::SessionActive, l));
            screen.text.push(l.say("pin-accepted"));
            screen.notice = notice(flow);
        } else if pinless {
            screen.text.push(l.say("pin-not-wanted"));
        } else {
            screen
                .fields
                .push(field(Ask::Pin, l.say("name-pin"), info.pin_rules.max));
        }
        screen.buttons.push(primary(Action::Sign, l.say("sign")));
    } else {
        screen
            .buttons
            .push(primary(Action::Retry, l.say("look-again")));
    }
    screen
}

fn token(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((id, info)) = flow.token() else {
        return waiting(flow);
    };
    let mut facts = vec![
        fact(l.say("token"), &info.label),
        fact(l.say("reader"), &id.reader),
    ];
    if let Some(serial) = &info.serial {
        facts.push(fact(l.say("serial-number"), serial));
    }
    facts.push(pin_status(flow.pin_status(id), l));
    let mut buttons = vec![button(Action::Close, l.say("close"))];
    if info.puk_rules.is_some() && info.puk != Tries::Blocked {
        buttons.push(Button {
            primary: info.pin == Tries::Blocked,
            ..button(
                Action::Unlock,
                l.say_with("unlock-with-puk", puk_of(info, l)),
            )
        });
    }
    if info.pin != Tries::Blocked {
        buttons.push(primary(Action::ChangePin, l.say("change-pin")));
    }
    let mut text: Vec<String> = info.found.notes.iter().map(|note| note.tell(l)).collect();
    text.extend(no_puk(info, l));
    // With one token there is nothing to choose in this window.
    let chosen = match flow.ready().count() {
        0 | 1 => None,
        _ => chosen_index(flow),
    };
    let certificates = certificates(flow);
    Screen {
        links: links(flow),
        text,
        facts,
        counters: counters(info, l),
        heading: heading(&certificates, chosen.is_some(), l),
        certificates,
        chosen,
        notice: notice(flow).or_else(|| blocked_notice(info, l)),
        buttons,
        ..plain(Kind::Token, l.say("token-title"))
    }
}

fn change(flow: &Flow) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let max = info.pin_rules.max;
    Screen {
        text: vec![new_pin(info, l)],
        counters: vec![counter(info.pin, l.say("tries-pin"), l)],
        fields: vec![
            field(Ask::Pin, l.say("pin-present"), max),
            field(Ask::NewPin, l.say("pin-new"), max),
            field(Ask::NewPinAgain, l.say("pin-new-again"), max),
        ],
        notice: notice(flow),
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::Submit, l.say("change-pin")),
        ],
        ..plain(Kind::Form, l.say("change-title"))
    }
}

fn unlock(flow: &Flow, step: &Step) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let Some(puk) = info.puk_rules else {
        return token(flow);
    };
    let counters = vec![counter(
        info.puk,
        l.say_with("tries-puk", puk_of(info, l)),
        l,
    )];
    if info.puk == Tries::Blocked {
        return Screen {
            text: vec![match info.pin {
                _ if info.unblocker == Secret::ResetCode => l.say("blocked-reset-code-advice"),
                Tries::Blocked => l.say_with("puk-blocked-both", puk_of(info, l)),
                _ => l.say("puk-blocked-pin-works"),
            }],
            counters,
            buttons: vec![primary(Action::Back, l.say("back"))],
            ..plain(
                Kind::Failed,
                l.say_with("puk-blocked-title", puk_of(info, l)),
            )
        };
    }
    let notice = notice(flow);
    let back = button(Action::Back, l.say("back"));
    match step {
        Step::Need => Screen {
            text: need(info, puk, l),
            counters,
            notice,
            buttons: vec![
                back,
                primary(Action::Next, l.say_with("unlock-have-puk", puk_of(info, l))),
            ],
            ..plain(Kind::Form, l.say("unlock-need-title"))
        },
        Step::Puk => Screen {
            text: vec![l.say_with(
                "unlock-puk",
                [puk_name(info, l), ("shape", puk.shape(l).into())],
            )],
            counters,
            fields: vec![field(Ask::Puk, info.unblocker.name(l), puk.max)],
            notice,
            // It takes a secret, so it waits as what sends one does.
            buttons: vec![
                back,
                Button {
                    inert_ms: CONSENT_INERT_MS,
                    ..primary(Action::Next, l.say("next"))
                },
            ],
            ..plain(Kind::Form, l.say_with("unlock-puk-title", puk_of(info, l)))
        },
        Step::NewPin(_) => Screen {
            text: vec![
                new_pin(info, l),
                l.say_with("unlock-together", puk_of(info, l)),
            ],
            counters,
            fields: vec![
                field(Ask::NewPin, l.say("pin-new"), info.pin_rules.max),
                field(Ask::NewPinAgain, l.say("pin-new-again"), info.pin_rules.max),
            ],
            notice,
            buttons: vec![back, primary(Action::Submit, l.say("unlock"))],
            ..plain(Kind::Form, l.say("unlock-pin-title"))
        },
    }
}

/// Which secret unlocking takes, what it looks like, and whose tries it spends.
fn need(info: &TokenInfo, puk: PinRules, l: Language) -> Vec<String> {
    vec![
        l.say_with(
            "unlock-need",
            [puk_name(info, l), ("shape", puk.shape(l).into())],
        ),
        match info.pin {
            Tries::Blocked => l.say_with("unlock-spends-blocked", puk_of(info, l)),
            _ => l.say_with("unlock-spends", puk_of(info, l)),
        },
        match info.unblocker {
            Secret::ResetCode => l.say("unlock-spends-code-advice"),
            _ => l.say("unlock-spends-advice"),
        },
    ]
}

fn new_pin(info: &TokenInfo, l: Language) -> String {
    l.say_with("new-pin-shape", [("shape", info.pin_rules.shape(l).into())])
}

/// What was inferred from documents only is said to be that, before it is used.
fn unsure(flow: &Flow, errand: Errand) -> Screen {
    let l = flow.language;
    let Some((_, info)) = flow.token() else {
        return waiting(flow);
    };
    let family = [("family", info.family.as_str().into())];
    let (title, what, standing) = match errand {
        Errand::Change => (
            l.say("unsure-change-title"),
            l.say_with("unsure-change", family),
            info.change,
        ),
        Errand::Unlock => (
            l.say("unsure-unlock-title"),
            l.say_with("unsure-unlock", family),
            info.unblock,
        ),
    };
    let mut text = vec![what];
    if standing == Standing::Doubtful {
        text.push(l.say("unsure-doubtful"));
    }
    text.push(match errand {
        Errand::Change => l.say("unsure-change-advice"),
        Errand::Unlock => l.say("unsure-unlock-advice"),
    });
    if let (Errand::Unlock, Some(puk)) = (errand, info.puk_rules) {
        text.extend(need(info, puk, l));
    }
    Screen {
        text,
        counters: match errand {
            Errand::Change => vec![counter(info.pin, l.say("tries-pin"), l)],
            Errand::Unlock => vec![counter(
                info.puk,
                l.say_with("tries-puk", puk_of(info, l)),
                l,
            )],
        },
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::GoOn, l.say("go-on")),
        ],
        ..plain(Kind::Form, title)
    }
}

fn last_try(flow: &Flow, entry: &Entry) -> Screen {
    let l = flow.language;
    let unblocker = flow.token().map_or(Secret::Puk, |(_, info)| info.unblocker);
    let puk = [("puk", unblocker.name(l).into())];
    let what = match entry {
        Entry::Sign(_) | Entry::Change { .. } => l.say_with("last-try-pin", puk),
        Entry::Unlock { .. } => l.say_with("last-try-puk", puk),
    };
    Screen {
        text: vec![what, l.say("last-try-unsent")],
        buttons: vec![
            button(Action::Back, l.say("back")),
            primary(Action::UseLastTry, l.say("use-last-try")),
        ],
        ..plain(Kind::Form, l.say("last-try-title"))
    }
}

fn notice(flow: &Flow) -> Option<Notice> {
    let remark = flow.remark.as_ref().or(flow.unrecorded.as_ref())?;
    let mut notice = remark.notice(flow.language);
    // Whether a try is gone was not told; how many are left may be by now.
    if let Remark::Failed(CardError::Unanswered {
        secret: Secret::Pin,
        ..
    }) = remark
        && let Some((_, info)) = flow.token()
        && let Tries::Left(_) = info.pin
    {
        let tries = tries_notice(info.pin, flow.language);
        notice
            .text
            .extend(tries.map(|tries| format!(" {}", tries.text)));
    }
    Some(notice)
}

fn pin_status(status: Status, l: Language) -> Fact {
    fact(l.say("pin-status"), &status.name(l))
}

fn heading(certificates: &[CertificateCard], choosable: bool, l: Language) -> Option<String> {
    match (certificates.is_empty(), choosable) {
        (true, _) => None,
        (false, true) => Some(l.say("certificates-choose")),
        (false, false) => Some(l.say("certificates")),
    }
}

/// Who asks, and what is signed.
fn facts(flow: &Flow) -> Vec<Fact> {
    let l = flow.language;
    let Purpose::Sign(order) = &flow.purpose else {
        return Vec::new();
    };
    let digest = order.digest();
    let page = |label: String, value: &str| Fact {
        label,
        value: value.into(),
        mark: Some(l.say("from-page")),
    };
    let algorithm = digest.algorithm().display();
    vec![
        fact(l.say("requested-by"), &order.requester()),
        fact(l.say("document"), &document(flow, order)),
        page(
            l.say_with("digest", [("algorithm", algorithm.into())]),
            &digest.grouped(),
        ),
        page(l.say("request"), order.request_id()),
    ]
}

/// What is known of the document: a file that was compared is named until the end.
fn document(flow: &Flow, order: &Order) -> String {
    let l = flow.language;
    let named = |name: &str| [("name", name.to_owned().into())];
    match (&flow.reading, &flow.compared) {
        (Some(reading), _) => l.say_with("document-comparing", named(&reading.name)),
        (None, Some(Compared { name, same: true })) => l.say_with("document-same", named(name)),
        (None, Some(Compared { name, same: false })) => l.say_with("document-not", named(name)),
        (None, None) if order.document().is_some() => l.say("document-given"),
        (None, None) => l.say("document-digest-only"),
    }
}

/// On a computer anybody may listen. The demo's signature is of no use to anybody.
fn result_local(flow: &Flow) -> Option<String> {
    let Purpose::Sign(order) = &flow.purpose else {
        return None;
    };
    let origin = ("origin", order.permit().origin_display().into());
    let local = order.permit().is_local() && !order.is_demo();
    local.then(|| flow.language.say_with("result-local", [origin]))
}

fn first_seen(flow: &Flow) -> Vec<String> {
    match &flow.purpose {
        Purpose::Sign(order) if order.first_seen() => vec![flow.language.say("first-seen")],
        _ => Vec::new(),
    }
}

fn requester(flow: &Flow) -> String {
    match &flow.purpose {
        Purpose::Sign(order) => order.requester(),
        Purpose::Manage => String::new(),
    }
}

fn certificates(flow: &Flow) -> Vec<CertificateCard> {
    let l = flow.language;
    flow.offers()
        .iter()
        .map(|offer| {
            let certificate = &offer.credential.certificate;
            let until = match certificate.expires() {
                Some(time) => l.say_with("certificate-until", [("date", date(time, l).into())]),
                None => l.say("certificate-endless"),
            };
            CertificateCard {
                title: certificate.subject(),
                detail: l.say_with(
                    "certificate-detail",
                    [
                        ("issuer", certificate.issuer().into()),
                        ("until", until.into()),
                    ],
                ),
                pill: certificate.key().display(),
                unusable: flow.unusable(offer.credential),
            }
        })
        .collect()
}

fn chosen_index(flow: &Flow) -> Option<usize> {
    let (token, index) = flow.chosen.as_ref()?;
    flow.offers()
        .iter()
        .position(|offer| offer.token == token && offer.index == *index)
}

fn no_certificate(flow: &Flow) -> String {
    match &flow.purpose {
        Purpose::Sign(order) if order.serial().is_some() => {
            flow.language.say("certificate-not-on-token")
        }
        _ => flow.language.say("certificate-none"),
    }
}

/// What was found on the tokens and is not among the certificates offered, where the
/// person may miss it: everything when there is none to sign with, else what should have
/// been one.
fn missed(flow: &Flow) -> Vec<String> {
    let named = matches!(&flow.purpose, Purpose::Sign(order) if order.serial().is_some());
    let usable = flow.chosen.is_some();
    flow.ready()
        .flat_map(|(_, info)| &info.found.notes)
        .filter(|note| {
            !usable || !named && matches!(note.flaw, Flaw::Damaged(_) | Flaw::Refused(_))
        })
        .map(|note| note.tell(flow.language))
        .collect()
}

/// Not yet valid is more often a clock that is slow than a certificate for later.
fn slow_clock(flow: &Flow) -> Option<Notice> {
    let offers = flow.offers();
    let early = offers.iter().any(|offer| flow.is_early(offer.credential));
    let today = [("date", date(flow.now, flow.language).into())];
    (early && flow.chosen.is_none()).then(|| Notice {
        level: Level::Warning,
        text: flow.language.say_with("certificate-clock", today),
    })
}

fn tries_notice(tries: Tries, l: Language) -> Option<Notice> {
    let (level, text) = match tries {
        Tries::Left(left @ (1 | 2)) => (
            Level::Warning,
            l.say_with("tries-few", [("left", left.into())]),
        ),
        Tries::Left(left) => (
            Level::Info,
            l.say_with("tries-left", [("left", left.into())]),
        ),
        Tries::Blocked => return None,
        Tries::Unknown => (Level::Warning, l.say("tries-not-told")),
    };
    Some(Notice { level, text })
}

/// What unlocks this token's PIN, by its name.
fn puk_of(info: &TokenInfo, l: Language) -> [(&'static str, Value<'static>); 1] {
    [puk_name(info, l)]
}

fn puk_name(info: &TokenInfo, l: Language) -> (&'static str, Value<'static>) {
    ("puk", info.unblocker.name(l).into())
}

/// Why nothing unlocks it, said before anything is typed.
fn no_puk(info: &TokenInfo, l: Language) -> Option<String> {
    let lack = ("lack", info.no_puk.what(l).into());
    let said = || l.say_with("no-unlock", [lack]);
    info.puk_rules.is_none().then(said)
}

fn blocked_notice(info: &TokenInfo, l: Language) -> Option<Notice> {
    let text = match (info.pin, info.puk) {
        (Tries::Blocked, Tries::Blocked) if info.unblocker != Secret::ResetCode => {
            l.say_with("both-blocked", puk_of(info, l))
        }
        (Tries::Blocked, _) => l.say_with("pin-blocked", puk_of(info, l)),
        _ => return None,
    };
    Some(Notice {
        level: Level::Error,
        text,
    })
}

fn counters(info: &TokenInfo, l: Language) -> Vec<Counter> {
    let mut counters = vec![counter(info.pin, l.say("tries-pin"), l)];
    if info.puk_rules.is_some() {
        counters.push(counter(
            info.puk,
            l.say_with("tries-puk", puk_of(info, l)),
            l,
        ));
    }
    counters
}

fn counter(tries: Tries, caption: String, l: Language) -> Counter {
    let (value, level) = match tries {
        Tries::Left(1) => ("1".into(), Level::Warning),
        Tries::Left(left) => (left.to_string(), Level::Info),
        Tries::Blocked => ("0".into(), Level::Error),
        Tries::Unknown => (l.say("tries-unknown"), Level::Info),
    };
    Counter {
        value,
        caption,
        level,
    }
}

fn fact(label: String, value: &str) -> Fact {
    Fact {
        label,
        value: value.into(),
        mark: None,
    }
}

fn field(ask: Ask, label: String, max: usize) -> Field {
    Field { ask, label, max }
}

/// From the token window to the pages; a request is not to be left for them.
fn links(flow: &Flow) -> Vec<Button> {
    match flow.purpose {
        Purpose::Sign(_) => Vec::new(),
        Purpose::Manage => pages::links(flow.language),
    }
}

fn leave(flow: &Flow) -> Button {
    match flow.purpose {
        Purpose::Sign(_) => button(Action::Cancel, flow.language.say("cancel")),
        Purpose::Manage => button(Action::Close, flow.language.say("close")),
    }
}

fn button(action: Action, label: String) -> Button {
    Button {
        action,
        label,
        primary: false,
        inert_ms: if action.commits() {
            CONSENT_INERT_MS
        } else {
            0
        },
    }
}

fn primary(action: Action, label: String) -> Button {
    Button {
        primary: true,
        ..button(action, label)
    }
}
