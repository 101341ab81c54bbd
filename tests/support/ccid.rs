//! Captures of USB, written byte by byte from the specifications: USB CCID 1.1, the headers of
//! usbmon and USBPcap, pcap and pcapng. Nothing here is shared with what reads them.

/// What captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// usbmon's header of 48 bytes; big-endian or not.
    Usbmon { big: bool },
    /// The one of 64 bytes.
    UsbmonMapped,
    /// Windows.
    UsbPcap,
}

/// One bus, captured.
pub struct Capture {
    tool: Tool,
    packets: Vec<Vec<u8>>,
}

/// A reader on it.
#[derive(Clone, Copy)]
pub struct Reader {
    pub bus: u16,
    pub address: u8,
    pub slot: u8,
}

impl Capture {
    pub fn new(tool: Tool) -> Self {
        let packets = Vec::new();
        Self { tool, packets }
    }

    /// Data to a device, by its bulk endpoint 2.
    pub fn outward(&mut self, reader: Reader, data: &[u8]) {
        self.report(reader, 0x02, true, data);
        self.report(reader, 0x02, false, &[]);
    }

    /// Data from it, by its bulk endpoint 1.
    pub fn inward(&mut self, reader: Reader, data: &[u8]) {
        self.report(reader, 0x81, true, &[]);
        self.report(reader, 0x81, false, data);
    }

    fn report(&mut self, reader: Reader, endpoint: u8, begins: bool, data: &[u8]) {
        let big = self.tool == Tool::Usbmon { big: true };
        let two = |n: u16| {
            if big {
                n.to_be_bytes()
            } else {
                n.to_le_bytes()
            }
        };
        let four = |n: u32| {
            if big {
                n.to_be_bytes()
            } else {
                n.to_le_bytes()
            }
        };
        let length = data.len() as u32;
        let mut packet = Vec::new();
        if self.tool == Tool::UsbPcap {
            packet.extend(two(27));
            packet.extend([0x11; 8]);
            packet.extend(four(0));
            packet.extend(two(9));
            packet.push(u8::from(!begins));
            packet.extend(two(reader.bus));
            packet.extend(two(reader.address.into()));
            packet.extend([endpoint, 3]);
            packet.extend(four(length));
        } else {
            packet.extend([0x22; 8]);
            packet.extend([
                if begins { b'S' } else { b'C' },
                3,
                endpoint,
                reader.address,
            ]);
            packet.extend(two(reader.bus));
            packet.extend([b'-', if data.is_empty() { b'>' } else { 0 }]);
            packet.extend([0; 12]);
            packet.extend(four(if begins { -115_i32 as u32 } else { 0 }));
            packet.extend(four(length));
            packet.extend(four(length));
            packet.extend([0; 8]);
            if self.tool == Tool::UsbmonMapped {
                packet.extend([0; 16]);
            }
        }
        packet.extend(data);
        self.packets.push(packet);
    }

    fn link(&self) -> u16 {
        match self.tool {
            Tool::Usbmon { .. } => 189,
            Tool::UsbmonMapped => 220,
            Tool::UsbPcap => 249,
        }
    }

    fn number(&self, n: u32) -> [u8; 4] {
        match self.tool {
            Tool::Usbmon { big: true } => n.to_be_bytes(),
            _ => n.to_le_bytes(),
        }
    }

    fn half(&self, n: u16) -> [u8; 2] {
        match self.tool {
            Tool::Usbmon { big: true } => n.to_be_bytes(),
            _ => n.to_le_bytes(),
        }
    }

    /// As a pcap file.
    pub fn pcap(&self) -> Vec<u8> {
        let mut file = self.number(0xA1B2_C3D4).to_vec();
        file.extend([self.half(2), self.half(4)].concat());
        file.extend([0; 8]);
        file.extend(self.number(0x0004_0000));
        file.extend(self.number(self.link().into()));
        for packet in &self.packets {
            let length = self.number(packet.len() as u32);
            file.extend([[0; 4], [0; 4], length, length].concat());
            file.extend(packet);
        }
        file
    }

    /// As a pcapng file, behind an interface that is none of USB.
    pub fn pcapng(&self) -> Vec<u8> {
        let block = |kind: u32, body: &[u8]| {
            let mut body = body.to_vec();
            body.resize(body.len().div_ceil(4) * 4, 0);
            let length = self.number(body.len() as u32 + 12);
            [&self.number(kind)[..], &length, &body, &length].concat()
        };
        let interface = |link: u16| {
            let body = [self.half(link), self.half(0)].concat();
            block(1, &[body, self.number(0x0004_0000).to_vec()].concat())
        };
        let order = self.number(0x1A2B_3C4D);
        let version = [self.half(1), self.half(0)].concat();
        let mut file = block(0x0A0D_0D0A, &[&order[..], &version, &[0xFF; 8]].concat());
        file.extend(interface(1));
        file.extend(interface(self.link()));
        for packet in &self.packets {
            let length = self.number(packet.len() as u32);
            let head = [self.number(1), [0; 4], [0; 4], length, length].concat();
            file.extend(block(6, &[&head[..], packet].concat()));
        }
        file
    }
}

/// A message to a reader (CCID 6.1): kind, data, and its three last bytes.
pub fn command(kind: u8, slot: u8, sequence: u8, last: [u8; 3], data: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend((data.len() as u32).to_le_bytes());
    message.extend([slot, sequence]);
    message.extend(last);
    message.extend(data);
    message
}

/// RDR_to_PC_DataBlock (6.2.1): status, error, chain parameter.
pub fn block(slot: u8, sequence: u8, last: [u8; 3], data: &[u8]) -> Vec<u8> {
    command(0x80, slot, sequence, last, data)
}

/// A block of T=1 (ISO 7816-3, 11.3): prologue, content, exclusive or of all.
pub fn t1(control: u8, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0x00, control, content.len() as u8];
    block.extend(content);
    block.push(block.iter().fold(0, |sum, byte| sum ^ byte));
    block
}
