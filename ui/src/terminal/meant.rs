//! Which token a form is for, where there are several: tokens, or applications of one.

use securesign_app::worker::{TokenId, TokenInfo};

use super::Terminal;
use crate::errand::Errand;
use crate::output::say;
use crate::prompt::{self, Unanswered, can_ask};
use crate::report::ready;

impl Terminal<'_> {
    /// The token that is meant. An error says why that cannot be told; `None`: the person
    /// gave up.
    pub(super) fn meant(&self, errand: &Errand) -> Result<TokenId, Option<String>> {
        let flow = self.desk.flow();
        let l = flow.language();
        let all: Vec<_> = ready(flow.tokens()).collect();
        let which_application = || {
            let names: Vec<&str> = all.iter().map(|(_, info)| &*info.family).collect();
            let names = ("names", names.join(", ").into());
            Err(Some(l.say_with("terminal-which-application", [names])))
        };
        let meant = all.iter().filter(|(_, info)| errand.is_for(info));
        let meant: Vec<(&TokenId, &TokenInfo)> = meant.copied().collect();
        match &meant[..] {
            [] => which_application(),
            [(only, _)] => Ok((*only).clone()),
            _ if can_ask() && !self.secrets.has_any() => self.ask_which(&meant),
            [(first, _), others @ ..] if others.iter().all(|(it, _)| it.is_beside(first)) => {
                which_application()
            }
            _ => Err(Some(l.say("terminal-which-token"))),
        }
    }

    fn ask_which(&self, tokens: &[(&TokenId, &TokenInfo)]) -> Result<TokenId, Option<String>> {
        let l = self.desk.flow().language();
        for (number, (id, info)) in (1..).zip(tokens) {
            let (label, family, reader) = (&info.label, &info.family, &id.reader);
            say(&format!("  {number}  {label} ({family}), {reader}"));
        }
        let question = l.say_with("terminal-token-number", [("preset", 1.into())]);
        let wrong = l.say("terminal-no-such-token");
        let answer = number(&question, 0, &wrong, &|at| at < tokens.len());
        let at = answer.map_err(|_| None)?;
        let (id, _) = at
            .map(|at| tokens[at])
            .ok_or_else(|| l.say("terminal-which-token"))?;
        Ok(id.clone())
    }
}

/// Asks for a number, from 1 on, and gives the index that is meant; an empty line means
/// `preset`. `None`: three times it was none of those that are there.
pub(super) fn number(
    question: &str,
    preset: usize,
    wrong: &str,
    is_there: &dyn Fn(usize) -> bool,
) -> Result<Option<usize>, Unanswered> {
    for _ in 0..3 {
        let answer = prompt::line(question)?;
        if answer.is_empty() {
            return Ok(Some(preset));
        }
        let number = answer.parse::<usize>().ok();
        let index = number.and_then(|number| number.checked_sub(1));
        if let Some(index) = index.filter(|index| is_there(*index)) {
            return Ok(Some(index));
        }
        say(wrong);
    }
    Ok(None)
}
