//! The headers that usbmon (Linux) and USBPcap (Windows) put in front of what goes over the
//! bus. Of each transfer the one report that holds its data is used: to the device that of
//! its beginning, from the device that of its end.

/// How the header looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// usbmon with this many bytes of header, 48 (LINKTYPE_USB_LINUX) or 64
    /// (LINKTYPE_USB_LINUX_MMAPPED); numbers are in the order of the computer.
    Linux(usize),
    /// USBPcap (LINKTYPE_USBPCAP), little-endian.
    UsbPcap,
}

impl Layout {
    /// By its number in the list of link types of tcpdump.org.
    pub fn of(link: i32) -> Option<Self> {
        match link {
            189 => Some(Self::Linux(48)),
            220 => Some(Self::Linux(64)),
            249 => Some(Self::UsbPcap),
            _ => None,
        }
    }
}

/// Data on its way to a device or from it, by a bulk endpoint.
pub struct Transfer<'a> {
    /// The device.
    pub device: Device,
    /// From the device to the computer.
    pub inward: bool,
    /// What was moved.
    pub data: &'a [u8],
}

/// Where a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// Number of the bus.
    pub bus: u16,
    /// Number of the device on it.
    pub address: u16,
}

/// Transfer type 3 in both headers.
const BULK: u8 = 3;

/// Bit 7 of an endpoint's number: to the computer.
const INWARD: u8 = 0x80;

/// A bulk transfer with data; `None` for everything else.
pub fn transfer(layout: Layout, big: bool, packet: &[u8]) -> Option<Transfer<'_>> {
    let transfer = match layout {
        Layout::Linux(header) => linux(header, big, packet)?,
        Layout::UsbPcap => usbpcap(packet)?,
    };
    (!transfer.data.is_empty()).then_some(transfer)
}

/// struct usbmon_packet (Linux, Documentation/usb/usbmon.rst).
fn linux(header: usize, big: bool, packet: &[u8]) -> Option<Transfer<'_>> {
    let number = |at: usize| {
        let bytes = *packet.get(at..)?.first_chunk()?;
        Some(match big {
            true => u16::from_be_bytes(bytes),
            false => u16::from_le_bytes(bytes),
        })
    };
    let (event, kind) = (*packet.get(8)?, *packet.get(9)?);
    let (endpoint, device) = (*packet.get(10)?, *packet.get(11)?);
    let inward = endpoint & INWARD != 0;
    let report = match inward {
        true => b'C',
        false => b'S',
    };
    if kind != BULK || event != report {
        return None;
    }
    Some(Transfer {
        device: Device {
            bus: number(12)?,
            address: device.into(),
        },
        inward,
        data: packet.get(header..)?,
    })
}

/// USBPCAP_BUFFER_PACKET_HEADER (USBPcap, "Capture format specification").
fn usbpcap(packet: &[u8]) -> Option<Transfer<'_>> {
    let number = |at: usize| Some(u16::from_le_bytes(*packet.get(at..)?.first_chunk()?));
    let header = usize::from(number(0)?);
    // Bit 0 of `info`: from the device's driver to the function driver, which is the end.
    let end = packet.get(16)? & 0x01 != 0;
    let (endpoint, kind) = (*packet.get(21)?, *packet.get(22)?);
    let inward = endpoint & INWARD != 0;
    if kind != BULK || inward != end || header < 27 {
        return None;
    }
    Some(Transfer {
        device: Device {
            bus: number(17)?,
            address: number(19)?,
        },
        inward,
        data: packet.get(header..)?,
    })
}
