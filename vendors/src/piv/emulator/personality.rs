//! How one PIV product differs from another: a page of switches, no behaviour.
//!
//! Sources: SP 800-73-4 Part 2 §3 for [`NIST`](super::NIST); the others as seen on the
//! named versions of the applets (PivApplet 0.9.0, OpenFIPS201 1.10.2, CanoKey 3.0.2,
//! pico-openpgp 4.6, piv-authenticator 0.7.0) and as documented for YubiKey and PIVKey.

/// The habits of one product. Plain data: a test may change one switch with
/// `Personality { wrong_le: true, ..NIST }`.
#[derive(Clone, Copy)]
pub struct Personality {
    /// Name for command lines and logs.
    pub name: &'static str,
    /// Interface bytes of the ATR, TA1 up to the last one before the historical bytes.
    pub interface_bytes: &'static [u8],
    /// High nibble of T0: which of TA1, TB1, TC1, TD1 stand in `interface_bytes`.
    pub interface_indicator: u8,
    /// Historical bytes of the ATR.
    pub historical_bytes: &'static [u8],

    /// Reference counters and comparison.
    pub pins: Pins,
    /// SELECT and what it answers.
    pub selection: Selection,
    /// Data objects.
    pub objects: Objects,
    /// GENERAL AUTHENTICATE.
    pub keys: Keys,
    /// Lengths, chaining, response chunks.
    pub transport: Transport,
    /// Yubico's instructions F7, F8, FB, FD; `None` answers "unknown instruction".
    pub vendor: Option<Vendor>,
}

/// VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.
#[derive(Clone, Copy)]
pub struct Pins {
    /// Tries of the PIN unless the builder says otherwise.
    pub pin_tries: u8,
    /// Tries of the PUK unless the builder says otherwise.
    pub puk_tries: u8,
    /// How a wrong value tells the tries left.
    pub counter: Counter,
    /// Status word of the try that uses up the PIN counter.
    pub pin_exhausting: u16,
    /// Status word of the try that uses up the PUK counter.
    pub puk_exhausting: u16,
    /// Answer to the status query of a blocked PIN.
    pub blocked_status: u16,
    /// Answer to CHANGE REFERENCE DATA of a blocked reference.
    pub blocked_change: u16,
    /// Answer to RESET RETRY COUNTER with a blocked PUK.
    pub blocked_unblock: u16,
    /// Whether log-out of a blocked PIN is refused with 6983.
    pub blocked_logout_refused: bool,
    /// How VERIFY without data is answered.
    pub empty_verify: EmptyVerify,
    /// Whether `20 FF 80` ends the verified state; otherwise P1 is not looked at.
    pub logout: bool,
    /// PIN data that are not eight bytes: the status word, or `None` to count a try.
    pub wrong_length: Option<u16>,
    /// Whether the length is judged before "blocked".
    pub length_first: bool,
    /// Whether eight bytes of bad content are refused free of charge (6A80).
    pub content_checked: bool,
    /// Whether a wrong VERIFY leaves an earlier verified state alone.
    pub wrong_keeps_verified: bool,
    /// CHANGE with a wrong old value: `None` tells the counter as VERIFY does; 6300
    /// hides it, and an earlier verified state stays.
    pub change_wrong_old: Option<u16>,
    /// Whether CHANGE judges the new value before it compares the old one.
    pub new_value_first: bool,
    /// Whether CHANGE refuses a badly formed new PIN (6A80).
    pub change_checks_new: bool,
    /// Whether RESET RETRY COUNTER refuses a badly formed new PIN (6A80).
    pub unblock_checks_new: bool,
    /// Whether a PUK must be digits as well.
    pub puk_digits: bool,
    /// Whether the PIN counts as verified after a successful CHANGE.
    pub verified_after_change: bool,
    /// Whether RESET RETRY COUNTER leaves an earlier verified state alone.
    pub unblock_keeps_verified: bool,
    /// Whether CHANGE and RESET RETRY COUNTER insist on sixteen bytes.
    pub pair_length_checked: bool,
    /// CHANGE and RESET RETRY COUNTER with P1 other than 00.
    pub wrong_p1: u16,
    /// Whether the private keys are erased once PIN and PUK are both blocked.
    pub erases_when_blocked: bool,
}

/// How the tries left stand in a status word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// 63Cx, ISO/IEC 7816-4.
    Prefixed,
    /// 630x, YubiKey NEO with PIV applet below 1.0.4.
    Bare,
}

/// VERIFY without data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EmptyVerify {
    /// 9000 when verified, otherwise the counter (SP 800-73-4 Part 2 §3.2.1).
    Standard,
    /// The counter even when verified (PIVKey, YubiKey firmware below 4.3.2).
    NeverVerified,
    /// Not known to this card: the status word.
    Refused(u16),
}

/// SELECT by AID.
#[derive(Clone, Copy)]
pub struct Selection {
    /// The application property template.
    pub template: Template,
    /// Application label (tag 50), when there is one.
    pub label: Option<&'static str>,
    /// Algorithm identifiers listed in tag AC.
    pub algorithms: &'static [u8],
    /// SELECT without Le.
    pub without_le: WithoutLe,
    /// Whether any AID that begins with the nine bytes is taken.
    pub any_version: bool,
    /// Answer to an unknown AID.
    pub unknown_application: u16,
    /// Whether selecting PIV again while it is selected clears the PIN state.
    pub reselect_clears: bool,
    /// Whether selecting another application clears the PIN state.
    pub deselect_clears: bool,
    /// Whether PIV is selected after a reset.
    pub default_application: bool,
    /// Whether the verified state survives a warm reset until the next SELECT.
    pub reset_keeps_verified: bool,
}

/// Form of the application property template, SP 800-73-4 Part 2 table 3.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Tag 4F holds the six bytes after the RID.
    Pix,
    /// Tag 4F holds the whole AID.
    FullAid,
    /// `61 00` and loose elements behind it (pico-openpgp 4.6).
    Malformed,
}

/// A SELECT that does not ask for data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WithoutLe {
    /// The template all the same.
    Data,
    /// 9000 alone.
    Nothing,
    /// 61xx.
    More,
}

/// GET DATA.
#[derive(Clone, Copy)]
pub struct Objects {
    /// Discovery object: its form and the two bytes of the PIN usage policy.
    pub discovery: Discovery,
    /// Whether a key history object with zero counts is there.
    pub key_history: bool,
    /// When an object behind the PIN is refused.
    pub protection: Protection,
    /// A tag that SP 800-73-4 does not define.
    pub undefined_tag: u16,
    /// GET DATA with P1 P2 = 3F00.
    pub master_file: u16,
    /// GET DATA with any other P1 P2 than 3FFF.
    pub wrong_p1p2: u16,
}

/// Discovery object, SP 800-73-4 Part 1 §3.3.2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Discovery {
    /// Not there: 6A82.
    Absent,
    /// `7E 12 …`.
    Standard([u8; 2]),
    /// In tag 53, with two stray bytes at the end that change from call to call.
    In53([u8; 2]),
}

/// Read protection of printed information, fingerprints and their like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// 6982 before anything else, also for an absent object.
    First,
    /// 6A82 for an absent object, 6982 for one that is there.
    PresenceFirst,
    /// Readable without PIN.
    None,
}

/// GENERAL AUTHENTICATE.
#[derive(Clone, Copy)]
pub struct Keys {
    /// P1 does not match the key.
    pub wrong_algorithm: u16,
    /// No key in this slot.
    pub empty_slot: u16,
    /// Without PIN an empty slot answers 6982.
    pub empty_slot_hidden: bool,
    /// Without PIN a wrong algorithm answers 6982.
    pub algorithm_hidden: bool,
    /// What PIN policy "always" means here.
    pub always: Always,
    /// Policy of 9C when the builder sets none.
    pub signature_policy: super::PinPolicy,
    /// Policy of 9E when the builder sets none.
    pub card_authentication_policy: super::PinPolicy,
    /// Last retired slot: 95 by the standard.
    pub last_retired: u8,
    /// Lengths of an ECDSA input.
    pub ec_input: EcInput,
    /// Lengths of an RSA block.
    pub rsa_input: RsaInput,
    /// A malformed dynamic authentication template.
    pub malformed: u16,
    /// Whether `82 00` must stand in the template.
    pub wants_response_tag: bool,
    /// Whether EC keys in 9D and the retired slots refuse ECDSA with 6A86.
    pub establishment_only: bool,
}

/// How a key that wants the PIN for every signature is guarded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Always {
    /// VERIFY must come immediately before; the commands that do not count as between.
    Immediate {
        /// The status query.
        status_between: bool,
        /// SELECT of PIV.
        select_between: bool,
    },
    /// Any verified state will do, and the signature ends it (pico-openpgp 4.6).
    DropsVerified,
}

/// ECDSA input lengths that a card takes. Short ones are padded on the left, long ones
/// cut on the right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum EcInput {
    /// Exactly the field size; otherwise 6A80.
    Exact,
    /// 20, 32 or 48 bytes whatever the curve; otherwise 6A80.
    HashLengths,
    /// From one byte to the field size; otherwise the status word.
    UpTo(u16),
    /// Anything.
    Any,
}

/// RSA block lengths that a card takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RsaInput {
    /// Exactly the modulus length; otherwise the status word.
    Exact(u16),
    /// Shorter blocks are padded on the left; longer ones get the status word.
    UpTo(u16),
}

/// Transport habits.
#[derive(Clone, Copy)]
pub struct Transport {
    /// Extended length: accepted, or every such command answered 6700.
    pub extended: bool,
    /// Most bytes in one answer to a short command.
    pub chunk: usize,
    /// Whether `chunk` also cuts the answers to extended commands.
    pub chunk_extended: bool,
    /// How 61xx tells what is left.
    pub more: More,
    /// Whether a wrong Le in GET DATA or GET RESPONSE gets 6Cxx.
    pub wrong_le: bool,
    /// Whether an undrained rest survives other commands.
    pub keeps_rest: bool,
    /// Whether an undrained rest makes GENERAL AUTHENTICATE answer 6985.
    pub rest_blocks: bool,
    /// GET RESPONSE with nothing pending; `None` repeats the last status word.
    pub idle_response: Option<u16>,
    /// An unknown instruction.
    pub unknown_instruction: u16,
    /// Class 80; `None` executes the command as if it were class 00.
    pub foreign_class: Option<u16>,
    /// Another command inside an unfinished chain.
    pub interrupted: Interrupted,
    /// A new chain begun over an unfinished one; `None` accepts it.
    pub chain_over_chain: Option<u16>,
    /// Whether VERIFY takes part in chaining (class 10 buffers it).
    pub chains_verify: bool,
    /// Whether a missing PIN is told on the first block of a signature.
    pub checks_first_block: bool,
}

/// The second byte of 61xx.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// The rest, FF when it is larger.
    Capped,
    /// The rest, 00 when it is 256 or more.
    Zero,
    /// Always FF.
    AlwaysFf,
}

/// What another command does to an unfinished chain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// The chain is gone.
    Dropped,
    /// The chain goes on afterwards.
    Kept,
    /// The buffered bytes are put before the data of the other command.
    Joined,
}

/// Yubico's instructions.
#[derive(Clone, Copy)]
pub struct Vendor {
    /// GET VERSION.
    pub version: [u8; 3],
    /// GET SERIAL; `None` answers "unknown instruction".
    pub serial: Option<u32>,
    /// GET METADATA.
    pub metadata: Metadata,
    /// RESET while not both PIN and PUK are blocked; `None`: no such command.
    pub reset_refused: Option<u16>,
}

/// GET METADATA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Metadata {
    /// Unknown instruction (YubiKey firmware below 5.3).
    Unknown,
    /// 9000 and no data (piv-authenticator 0.7.0).
    Nothing,
    /// As YubiKey 5.3; an empty slot is 6A88.
    Full,
    /// As `Full`, but a PIN's answer begins with tag 05 and an empty slot answers its
    /// policies (PivApplet 0.9.0).
    WithoutAlgorithm,
    /// As `Full`, but a PIN's answer begins with tag 05 (pico-openpgp 4.6).
    DefaultFirst,
}
