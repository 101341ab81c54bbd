//! The card's operating system, as far as its applets need it: SELECT, command
//! chaining, GET RESPONSE, power.

use apdu_app::App;
use iso7816::command::{Command, CommandView};
use iso7816::{Instruction, Status};

use crate::count::Count;

/// NIST SP 800-73-4 part 1, §2.2.
const PIV_AID: [u8; 11] = [
    0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
];
/// OpenPGP card 3.4, 4.2.1, without version and serial number.
const OPENPGP_AID: [u8; 6] = [0xD2, 0x76, 0x00, 0x01, 0x24, 0x01];
/// The registered part of an AID: the shortest name that can mean this card.
const RID_LEN: usize = 5;

/// VERIFY with P1 = FF logs out (SP 800-73-4 part 2, §3.2.1).
const LOG_OUT: [u8; 4] = [0x00, 0x20, 0xFF, 0x80];

/// Room for one command and one response, as in the firmware.
const SIZE: usize = 7609;

type Answer = heapless::Vec<u8, SIZE>;

/// One application of the card.
pub trait Applet {
    /// Whether SELECT with this name means it.
    fn is_named(&self, name: &[u8]) -> bool;
    fn select(&mut self, command: CommandView<'_>, reply: &mut Answer) -> Result<(), Status>;
    fn call(&mut self, command: CommandView<'_>, reply: &mut Answer) -> Result<(), Status>;
    /// Another one is selected, or the power is gone.
    fn leave(&mut self);
}

impl<C: piv_authenticator::Client> Applet for piv_authenticator::Authenticator<C> {
    /// Any leading part of the AID. The applet itself wants nine bytes at least;
    /// choosing it is not its job.
    fn is_named(&self, name: &[u8]) -> bool {
        PIV_AID.starts_with(name)
    }

    fn select(&mut self, command: CommandView<'_>, reply: &mut Answer) -> Result<(), Status> {
        App::select(self, iso7816::Interface::Contact, command, reply)
    }

    fn call(&mut self, command: CommandView<'_>, reply: &mut Answer) -> Result<(), Status> {
        App::call(self, iso7816::Interface::Contact, command, reply)
    }

    /// The applet does nothing when it is deselected, and on a Nitrokey it
    /// loses its volatile state with the power. Here it would stay logged in.
    fn leave(&mut self) {
        let log_out = CommandView::try_from(&LOG_OUT[..]).expect("a case 1 command");
        let _ = Applet::call(self, log_out, &mut Answer::new());
    }
}

impl<C: opcard::Client> Applet for opcard::Card<C> {
    fn is_named(&self, name: &[u8]) -> bool {
        name.starts_with(&OPENPGP_AID) || OPENPGP_AID.starts_with(name)
    }

    fn select(&mut self, command: CommandView<'_>, reply: &mut Answer) -> Result<(), Status> {
        App::select(self, iso7816::Interface::Contact, command, reply)
    }

    fn call(&mut self, command: CommandView<'_>, reply: &mut Answer) -> Result<(), Status> {
        App::call(self, iso7816::Interface::Contact, command, reply)
    }

    fn leave(&mut self) {
        App::deselect(self);
    }
}

pub struct Card<'a> {
    applets: Vec<Box<dyn Applet + 'a>>,
    atr: Vec<u8>,
    count: Count,
    selected: Option<usize>,
    chain: Option<Command<SIZE>>,
    pending: Vec<u8>,
}

impl<'a> Card<'a> {
    pub fn new(applets: Vec<Box<dyn Applet + 'a>>, atr: Vec<u8>, count: Count) -> Self {
        Self {
            applets,
            atr,
            count,
            selected: None,
            chain: None,
            pending: Vec::new(),
        }
    }

    fn lose_power(&mut self) {
        self.selected = None;
        self.chain = None;
        self.pending.clear();
        self.applets.iter_mut().for_each(|applet| applet.leave());
    }

    fn respond(&mut self, apdu: &[u8]) -> Vec<u8> {
        let Ok(command) = CommandView::try_from(apdu) else {
            return Status::WrongLength.bytes();
        };
        if command.instruction() == Instruction::GetResponse {
            return self.hand_out(asked(command));
        }
        self.pending.clear();
        match self.assemble(command) {
            Err(status) => status.bytes(),
            Ok(None) => Status::Success.bytes(),
            Ok(Some(whole)) => match self.dispatch(whole.as_view()) {
                Err(status) => status.bytes(),
                Ok(data) => {
                    self.pending = data;
                    self.hand_out(asked(whole.as_view()))
                }
            },
        }
    }

    /// Command chaining, ISO 7816-4 §5.3.3. The first block of another command
    /// drops a chain that was not finished.
    fn assemble(&mut self, block: CommandView<'_>) -> Result<Option<Command<SIZE>>, Status> {
        let whole = match self.chain.take() {
            Some(mut chain) if same_header(&chain, block) => {
                chain
                    .extend_from_command_view(block)
                    .map_err(|_| Status::WrongLength)?;
                chain
            }
            _ => block.to_owned().map_err(|_| Status::WrongLength)?,
        };
        if block.class().chain().not_the_last() {
            self.chain = Some(whole);
            return Ok(None);
        }
        Ok(Some(whole))
    }

    fn dispatch(&mut self, command: CommandView<'_>) -> Result<Vec<u8>, Status> {
        if command.instruction() == Instruction::Select && command.p1 == 0x04 {
            return self.select(command);
        }
        let selected = self.selected.ok_or(Status::NotFound)?;
        let mut reply = Answer::new();
        self.applets[selected].call(command, &mut reply)?;
        Ok(reply.to_vec())
    }

    /// The one that is selected stays so where the name means none.
    fn select(&mut self, command: CommandView<'_>) -> Result<Vec<u8>, Status> {
        let name = command.data();
        let named = |applet: &Box<dyn Applet + '_>| applet.is_named(name);
        let found = self.applets.iter().position(named);
        let found = found
            .filter(|_| name.len() >= RID_LEN)
            .ok_or(Status::NotFound)?;
        if let Some(other) = self.selected.filter(|other| *other != found) {
            self.applets[other].leave();
        }
        let mut reply = Answer::new();
        self.applets[found].select(command, &mut reply)?;
        self.selected = Some(found);
        Ok(reply.to_vec())
    }

    /// As much as was asked for, and 61xx while there is more (ISO 7816-4 §5.3.4).
    fn hand_out(&mut self, expected: usize) -> Vec<u8> {
        let mut response: Vec<u8> = self
            .pending
            .drain(..expected.min(self.pending.len()))
            .collect();
        let status = match self.pending.len() {
            0 => Status::Success,
            left => Status::MoreAvailable(left.min(0xFF) as u8),
        };
        response.extend(status.bytes());
        response
    }
}

impl vpicc::VSmartCard for Card<'_> {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn power_off(&mut self) {
        self.lose_power();
    }

    fn reset(&mut self) {
        self.lose_power();
    }

    fn execute(&mut self, apdu: &[u8]) -> Vec<u8> {
        let response = self.respond(apdu);
        self.count
            .add(apdu, &response)
            .expect("the count file can be written");
        response
    }
}

/// How much the host asked for. One that sends no Le gets its answer all the
/// same: yubico-piv-tool leaves Le out and takes 61xx for a refusal.
fn asked(command: CommandView<'_>) -> usize {
    match command.expected() {
        0 => 256,
        le => le,
    }
}

fn same_header(chain: &Command<SIZE>, block: CommandView<'_>) -> bool {
    chain.instruction() == block.instruction() && (chain.p1, chain.p2) == (block.p1, block.p2)
}

trait Bytes {
    fn bytes(self) -> Vec<u8>;
}

impl Bytes for Status {
    fn bytes(self) -> Vec<u8> {
        u16::from(self).to_be_bytes().to_vec()
    }
}
