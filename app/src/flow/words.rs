//! What stands on every screen, in the language of the flow.

mod allow;
mod certificates;
mod details;
mod end;
mod forms;
mod pages;
mod parts;
mod request;
mod sign;
mod token;
mod tokens;
mod unlock;
mod waiting;

use securesign_card::application::PinId;

use super::{Flow, Purpose, State};
use crate::screen::{Action, Kept, Screen, Waiting};
use end::{signed, working};
use forms::{asked, change, unsure};
use parts::{button, notice};
use sign::sign;
use token::token;
use tokens::tokens;
pub use unlock::dead_end;
use unlock::unlock;
use waiting::{looking, waiting};

/// What is to be seen.
pub fn screen(flow: &Flow) -> Screen {
    let token = flow.token().map(|(id, info)| {
        let (request, forgotten) = (flow.number, flow.forgotten);
        let application = id.application.unwrap_or_default();
        let insertion = id.insertion;
        let PinId(pin) = match &flow.state {
            State::Change(of) | State::Unlock(of, _) => of.pin,
            _ => flow.asked_pin(info).id,
        };
        format!(
            "{request} {insertion} {forgotten} {application} {pin} {}",
            id.reader
        )
    });
    let screen = unbound(flow);
    Screen {
        token,
        kept: kept(flow),
        waiting: waiting_line(flow),
        turned_away: turned_away(flow),
        progress: screen.progress.clone().or_else(|| place(flow)),
        ..screen
    }
    .shown()
}

/// Which of several requests this is.
fn place(flow: &Flow) -> Option<String> {
    let Purpose::Sign(_) = &flow.purpose else {
        return None;
    };
    let (place, count) = flow.place()?;
    let said = [("place", place.into()), ("count", count.into())];
    Some(flow.language.say_with("request-place", said))
}

fn turned_away(flow: &Flow) -> Option<String> {
    let count = flow.queue.turned_away;
    let said = || [("count", count.into())];
    (count > 0).then(|| flow.language.say_with("requests-turned-away", said()))
}

fn waiting_line(flow: &Flow) -> Option<Waiting> {
    let count = flow.waiting();
    let said = || [("count", count.into())];
    (count > 0).then(|| Waiting {
        count,
        text: flow.language.say_with("requests-wait", said()),
    })
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
    match &flow.state {
        State::Looking => looking(flow),
        State::Ready => match &flow.purpose {
            _ if flow.ready().next().is_none() => waiting(flow),
            Purpose::Sign(_) => sign(flow),
            Purpose::Manage if flow.lists() => tokens(flow),
            Purpose::Manage => token(flow),
        },
        State::Change(of) => change(flow, of),
        State::Unlock(of, step) => unlock(flow, of, step),
        State::Unsure(of, errand) => unsure(flow, of, *errand),
        State::Asked(question, _, entry) => asked(flow, *question, entry),
        State::Busy(busy) => Screen {
            notice: notice(flow),
            ..working(flow, busy)
        },
        State::Signed => signed(flow),
        State::Inquiring(refused) => end::inquiring(flow, refused),
        State::Refused(refused) => end::refused(flow, refused),
        State::Allow(refused) => allow::allow(flow, refused),
        State::Failed(error) => end::failed(flow, error),
        State::Unfit(refusal) => end::unfit(flow, refusal),
        State::Page(page) => pages::page(flow, page),
        State::Undelivered(undelivered) => end::undelivered(flow, undelivered),
    }
}
