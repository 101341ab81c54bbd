//! The products.

/// A product's habits.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// Short, for command lines.
    pub name: &'static str,
    /// The answer to reset: that of the card below, whatever application it carries.
    pub atr: &'static [u8],
    /// Of the specification, in the application's name.
    pub version: u8,
    /// Tag of the tries in the PIN's state.
    pub tries_tag: u32,
    /// There may be a PUK.
    pub puk: bool,
}

/// GidsApplet on a JavaCard, as it was seen.
pub const GIDS_APPLET: Product = Product {
    name: "gidsapplet",
    atr: &[
        0x3B, 0xF9, 0x13, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x4A, 0x43, 0x4F, 0x50, 0x32, 0x34,
        0x32, 0x52, 0x33, 0xA2,
    ],
    version: 0x02,
    tries_tag: 0x97,
    puk: false,
};

/// Version 1 with a PUK: what OpenSC expects of older cards, and nobody has seen here.
pub const GIDS_V1: Product = Product {
    name: "gidsv1",
    version: 0x01,
    tries_tag: 0x9F17,
    puk: true,
    ..GIDS_APPLET
};

/// All of them.
pub const ALL: [Product; 2] = [GIDS_APPLET, GIDS_V1];
