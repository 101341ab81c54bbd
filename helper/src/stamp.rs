//! One call to a time stamp authority (RFC 3161, 3.4).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_handoff::service::Trouble;
use securesign_handoff::stamp::{ANSWER_LIMIT, Answer, Authority, Question};
use ureq::http::StatusCode;

use crate::ask::{agent, trouble};

/// Posts the question. What is answered is not understood here.
pub fn ask(question: &Question) -> Answer {
    match post(question) {
        Ok(response) => Answer::Given {
            response: STANDARD.encode(response),
        },
        Err(trouble) => Answer::Unreachable { trouble },
    }
}

fn post(question: &Question) -> Result<Vec<u8>, Trouble> {
    let authority = Authority::parse(&question.authority).ok_or(Trouble::Answer)?;
    let request = STANDARD.decode(&question.request);
    let request = request.map_err(|_| Trouble::Answer)?;
    let answer = agent(authority.is_plain(), authority.is_near())
        .post(authority.as_str())
        .header("Content-Type", "application/timestamp-query")
        .send(&request[..]);
    let mut answer = answer.map_err(|error| trouble(&error))?;
    match answer.status() {
        StatusCode::OK => {}
        status if status.is_redirection() => return Err(Trouble::Redirect),
        _ => return Err(Trouble::Answer),
    }
    let body = answer.body_mut().with_config().limit(ANSWER_LIMIT as u64);
    body.read_to_vec().map_err(|error| trouble(&error))
}
