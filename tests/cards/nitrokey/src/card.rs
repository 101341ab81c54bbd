//! The card's operating system, as far as one applet needs it: SELECT, command
//! chaining, GET RESPONSE, power.

use apdu_app::App;
use iso7816::command::{Command, CommandView};
use iso7816::{Instruction, Status};
use piv_authenticator::{Authenticator, Client};

use crate::count::Count;

/// NIST SP 800-73-4 part 1, §2.2.
const PIV_AID: [u8; 11] = [
    0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
];
/// The registered part of an AID: the shortest name that can mean this card.
const RID_LEN: usize = 5;

/// VERIFY with P1 = FF logs out (SP 800-73-4 part 2, §3.2.1).
const LOG_OUT: [u8; 4] = [0x00, 0x20, 0xFF, 0x80];

/// Room for one command and one response, as in the firmware.
const SIZE: usize = 7609;

pub struct Card<C> {
    applet: Authenticator<C>,
    atr: Vec<u8>,
    count: Count,
    selected: bool,
    chain: Option<Command<SIZE>>,
    pending: Vec<u8>,
}

impl<C: Client> Card<C> {
    pub fn new(applet: Authenticator<C>, atr: Vec<u8>, count: Count) -> Self {
        Self {
            applet,
            atr,
            count,
            selected: false,
            chain: None,
            pending: Vec::new(),
        }
    }

    /// The applet does nothing when it is deselected, and on a Nitrokey it
    /// loses its volatile state with the power. Here it would stay logged in.
    fn lose_power(&mut self) {
        self.selected = false;
        self.chain = None;
        self.pending.clear();
        let log_out = CommandView::try_from(&LOG_OUT[..]).expect("a case 1 command");
        let _ = self.call(log_out);
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
        if !self.selected {
            return Err(Status::NotFound);
        }
        self.call(command)
    }

    /// Any leading part of the AID, from the RID on, names the application.
    /// The applet itself wants nine bytes at least; choosing it is not its job.
    fn select(&mut self, command: CommandView<'_>) -> Result<Vec<u8>, Status> {
        let name = command.data();
        if name.len() < RID_LEN || !PIV_AID.starts_with(name) {
            return Err(Status::NotFound);
        }
        let mut reply = heapless::Vec::<u8, SIZE>::new();
        App::select(
            &mut self.applet,
            iso7816::Interface::Contact,
            command,
            &mut reply,
        )?;
        self.selected = true;
        Ok(reply.to_vec())
    }

    fn call(&mut self, command: CommandView<'_>) -> Result<Vec<u8>, Status> {
        let mut reply = heapless::Vec::<u8, SIZE>::new();
        App::call(
            &mut self.applet,
            iso7816::Interface::Contact,
            command,
            &mut reply,
        )?;
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

impl<C: Client> vpicc::VSmartCard for Card<C> {
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
