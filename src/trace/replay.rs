//! Playing a trace.

use crate::frame::Frame;
use crate::transport::{Transport, TransportError};

use super::{Entry, FAILURES, Trace, byte};

/// What stands in a trace for such an answer: as many zeros. `None`: it is another token.
fn stand_in(token: &str) -> Option<Vec<u8>> {
    let len = token.strip_prefix("<pin:")?.strip_suffix('>')?;
    Some(vec![0; len.parse::<u16>().ok()?.into()])
}

/// A transport that plays a trace: every command must be the one the trace has,
/// in the same step, and secret where the trace has a secret.
pub struct Replay {
    left: std::vec::IntoIter<Entry>,
    /// One that another program recorded has none, and then none is compared.
    has_steps: bool,
    agreed: usize,
    step: Option<&'static str>,
    fault: Option<String>,
}

impl Replay {
    /// From the beginning.
    pub fn new(trace: Trace) -> Self {
        let is_step = |entry: &Entry| matches!(entry, Entry::Step(_));
        Self {
            has_steps: trace.entries.iter().any(is_step),
            agreed: 0,
            left: trace.entries.into_iter(),
            step: None,
            fault: None,
        }
    }

    /// How many commands were those that the trace has.
    pub fn agreed(&self) -> usize {
        self.agreed
    }

    /// What did not agree: a command that the trace does not have, or one of the
    /// trace that was not sent.
    ///
    /// # Errors
    ///
    /// The first thing that did not agree, in words.
    pub fn finish(mut self) -> Result<(), String> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.left.find(|entry| matches!(entry, Entry::Sent(_))) {
            Some(Entry::Sent(tokens)) => Err(format!("never sent: {}", tokens.join(" "))),
            _ => Ok(()),
        }
    }

    /// The scripted answer or failure; an `Err` is a disagreement.
    fn next(&mut self, frame: &Frame) -> Result<Result<Vec<u8>, TransportError>, String> {
        let mut step = None;
        let sent = loop {
            match self.left.next() {
                Some(Entry::Step(name)) => step = Some(name),
                Some(Entry::Sent(tokens)) => break tokens,
                Some(Entry::Answer(_)) => return Err("two answers in a row".into()),
                Some(_) => {}
                None => return Err(format!("beyond the end of the trace: {frame}")),
            }
        };
        if step.as_deref() != self.step.take().filter(|_| self.has_steps) {
            return Err(format!(
                "the trace is at step {step:?} where {frame} is sent"
            ));
        }
        if sent != frame.tokens() {
            return Err(format!(
                "the trace has {}, sent was {frame}",
                sent.join(" ")
            ));
        }
        self.agreed += 1;
        let Some(Entry::Answer(tokens)) = self.left.next() else {
            return Err(format!("no answer to {frame}"));
        };
        if let Some((_, error)) = FAILURES.iter().find(|(token, _)| tokens == [*token]) {
            return Ok(Err(error.clone()));
        }
        if let Some((token, data)) = tokens.first().and_then(|it| Some((it, stand_in(it)?))) {
            if !frame.hides_answer() {
                return Err(format!("the answer to {frame} is not hidden: {token}"));
            }
            return Ok(Ok([data, known(&tokens[1..])?].concat()));
        }
        let bytes = known(&tokens)?;
        match frame.hides_answer() && bytes.len() > 2 {
            true => Err(format!(
                "the answer to {frame} is hidden, and the trace has it"
            )),
            false => Ok(Ok(bytes)),
        }
    }
}

fn known(tokens: &[String]) -> Result<Vec<u8>, String> {
    let bytes = tokens.iter();
    let bytes = bytes.map(|token| byte(token).ok_or(format!("not a byte: {token}")));
    bytes.collect()
}

impl Transport for Replay {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        self.next(frame).unwrap_or_else(|fault| {
            self.fault.get_or_insert(fault.clone());
            Err(TransportError::Other(fault))
        })
    }

    fn step(&mut self, name: &'static str) {
        self.step = Some(name);
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), TransportError> {
        let next = self
            .left
            .find(|entry| !matches!(entry, Entry::Comment(_) | Entry::Blank | Entry::Header(..)));
        let scripted: Option<Vec<u8>> = match &next {
            Some(Entry::Random(tokens)) => tokens.iter().map(|token| byte(token)).collect(),
            _ => None,
        };
        match scripted {
            Some(scripted) if scripted.len() == bytes.len() => {
                bytes.copy_from_slice(&scripted);
                Ok(())
            }
            _ => {
                let fault = format!("the trace has no {} random bytes here", bytes.len());
                self.fault.get_or_insert(fault.clone());
                Err(TransportError::Other(fault))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apdu::{Answer, Command};
    use crate::channel::{Channel, Extended};
    use crate::trace::tests::TEXT;
    use crate::trace::{Detail, Recorder, Recording};

    fn play(secret: bool, step: &'static str) -> (Result<Vec<u8>, TransportError>, bool) {
        let mut replay = Replay::new(Trace::parse(TEXT).unwrap());
        let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];
        replay.step("select the application");
        let select = Command::new([0x00, 0xA4, 0x04, 0x00])
            .data(&aid)
            .answer(Answer::Short);
        assert_eq!(replay.exchange(&select.short()).unwrap().len(), 21);
        replay.step(step);
        let verify = Command::new([0x00, 0x20, 0x00, 0x80]);
        let verify = if secret {
            verify.secret(&[0x31; 8])
        } else {
            verify.data(&[0x31; 8])
        };
        let result = replay.exchange(&verify.short());
        (result, replay.finish().is_ok())
    }

    #[test]
    fn replay_wants_the_same_commands_in_the_same_steps_and_pins_marked() {
        assert_eq!(
            play(true, "verify the PIN"),
            (Err(TransportError::Removed), true)
        );
        let (result, agrees) = play(false, "verify the PIN");
        assert!(matches!(result, Err(TransportError::Other(_))) && !agrees);
        let (result, agrees) = play(true, "sign");
        assert!(matches!(result, Err(TransportError::Other(_))) && !agrees);
        assert!(Replay::new(Trace::parse(TEXT).unwrap()).finish().is_err());
    }

    /// A card that answers everything with the same 16 bytes, the last 6 of them later.
    struct Talkative;

    impl Transport for Talkative {
        fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
            Ok(match frame.expose()[1] {
                0xC0 => [&[0xAB; 6][..], &[0x90, 0x00]].concat(),
                _ => [&[0xAB; 10][..], &[0x61, 0x06]].concat(),
            })
        }
    }

    #[test]
    fn an_answer_that_is_as_good_as_a_pin_stands_in_no_trace_and_is_replayed_as_zeros() {
        let read = Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(16));
        let run = |transport: &mut dyn Transport, read: Command<'_>| {
            let mut card = Channel::new(transport, Extended::UNKNOWN);
            card.require("read", &read)
        };
        for detail in [Detail::Full, Detail::Short] {
            let recording = Recording::new(detail);
            let mut recorder = Recorder {
                transport: &mut Talkative,
                recording: &recording,
            };
            let data = run(&mut recorder, read.hiding_answer());
            assert_eq!(data, Ok(vec![0xAB; 16]));
            let trace = recording.trace();
            let text = trace.to_string();
            assert!(!text.contains("AB"), "{text}");
            assert!(text.contains("< <pin:10> 61 06\n"), "{text}");
            let mut replay = Replay::new(Trace::parse(&text).unwrap());
            let data = run(&mut replay, read.hiding_answer());
            assert_eq!(data, Ok(vec![0x00; 16]));
            replay.finish().unwrap();
            // One that forgets to hide it is told so.
            let mut replay = Replay::new(trace);
            run(&mut replay, read).unwrap_err();
            replay.finish().unwrap_err();
        }
        let recording = Recording::new(Detail::Full);
        let mut recorder = Recorder {
            transport: &mut Talkative,
            recording: &recording,
        };
        run(&mut recorder, read).unwrap();
        let mut replay = Replay::new(recording.trace());
        run(&mut replay, read.hiding_answer()).unwrap_err();
        replay.finish().unwrap_err();
    }
}
