//! A capture file, pcapng or the older pcap, down to the transfers of USB devices.

use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{
    Block, Linktype, PcapBlockOwned, PcapNGSlice, parse_pcap_frame, parse_pcap_frame_be,
    parse_pcap_header,
};

use super::Unreadable;
use super::ccid::Devices;
use super::usb::{self, Layout};
use crate::recording::{Recording, Source};

/// Section Header Block of pcapng, the same in either byte order.
const PCAPNG: [u8; 4] = [0x0A, 0x0D, 0x0D, 0x0A];

/// The older format, in either byte order, with microseconds and with nanoseconds.
const PCAP: [[u8; 4]; 4] = [
    [0xA1, 0xB2, 0xC3, 0xD4],
    [0xD4, 0xC3, 0xB2, 0xA1],
    [0xA1, 0xB2, 0x3C, 0x4D],
    [0x4D, 0x3C, 0xB2, 0xA1],
];

/// Interfaces of one section that are told apart.
const INTERFACES: usize = 256;

/// Whether it begins as one.
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.first_chunk() == Some(&PCAPNG) || PCAP.iter().any(|magic| bytes.starts_with(magic))
}

/// Reads it as far as it is whole.
///
/// # Errors
///
/// [`Unreadable::Link`]: none of its interfaces is one of USB; [`Unreadable::Kind`]: it has
/// none.
pub fn read(bytes: &[u8]) -> Result<Recording, Unreadable> {
    let mut reading = Reading {
        recording: Recording::new(Source::Usb),
        devices: Devices::default(),
        usb: false,
        other: None,
    };
    if bytes.starts_with(&PCAPNG) {
        reading.pcapng(bytes);
    } else {
        reading.pcap(bytes);
    }
    match (reading.usb, reading.other) {
        (true, _) => Ok(reading.recording),
        (false, Some(link)) => Err(Unreadable::Link(link)),
        (false, None) => Err(Unreadable::Kind),
    }
}

struct Reading {
    recording: Recording,
    devices: Devices,
    /// There was an interface of USB.
    usb: bool,
    /// The first one that is none.
    other: Option<i32>,
}

impl Reading {
    fn pcapng(&mut self, bytes: &[u8]) {
        let Ok(blocks) = PcapNGSlice::from_slice(bytes) else {
            return;
        };
        let mut interfaces: Vec<Option<Layout>> = Vec::new();
        let mut big = false;
        for block in blocks {
            // What follows a block that is none cannot be found.
            let Ok(PcapBlockOwned::NG(block)) = block else {
                self.recording.cut = true;
                return;
            };
            match block {
                Block::SectionHeader(section) => {
                    interfaces.clear();
                    big = section.big_endian();
                }
                Block::InterfaceDescription(interface) if interfaces.len() < INTERFACES => {
                    interfaces.push(self.interface(interface.linktype));
                }
                Block::EnhancedPacket(packet) => {
                    let layout = interfaces.get(packet.if_id as usize).copied().flatten();
                    self.packet(layout, big, packet.packet_data(), packet.truncated());
                }
                Block::SimplePacket(packet) => {
                    let layout = interfaces.first().copied().flatten();
                    self.packet(layout, big, packet.packet_data(), false);
                }
                _ => {}
            }
        }
    }

    fn pcap(&mut self, bytes: &[u8]) {
        let Ok((mut rest, header)) = parse_pcap_header(bytes) else {
            return;
        };
        let layout = self.interface(header.network);
        let big = header.is_bigendian();
        while !rest.is_empty() {
            let frame = match big {
                true => parse_pcap_frame_be(rest),
                false => parse_pcap_frame(rest),
            };
            let Ok((next, frame)) = frame else {
                self.recording.cut = true;
                return;
            };
            self.packet(layout, big, frame.data, frame.caplen < frame.origlen);
            rest = next;
        }
    }

    fn interface(&mut self, link: Linktype) -> Option<Layout> {
        let layout = Layout::of(link.0);
        match layout {
            Some(_) => self.usb = true,
            None => {
                self.other.get_or_insert(link.0);
            }
        }
        layout
    }

    fn packet(&mut self, layout: Option<Layout>, big: bool, packet: &[u8], cut: bool) {
        let Some(transfer) = layout.and_then(|layout| usb::transfer(layout, big, packet)) else {
            return;
        };
        self.recording.cut |= cut;
        self.devices.take(&transfer, &mut self.recording);
    }
}
