//! The published vectors (sheet ePass2003, §2.5), byte for byte.

use super::*;
use proptest::prelude::*;
use securesign_card::apdu::EXTENDED_ANSWER_MAX;
use securesign_card::frame::Frame;

const HOST: Half = [1, 2, 3, 4, 5, 6, 7, 8];
const CARD: Half = [0x4C, 0xEC, 0x8B, 0x98, 0x55, 0xE4, 0xB7, 0x3D];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The published session, and the MAC of its EXTERNAL AUTHENTICATE.
fn session(mode: Mode) -> (Session, Handshake, Half) {
    let (mut session, handshake) = Session::new(mode, HOST, CARD);
    let mut signed = [&[0x84, 0x82, 0x03, 0x00, 0x10][..], &handshake.host].concat();
    let mac = session.handshake_mac(&mut signed);
    session.start(mac);
    (session, handshake, mac)
}

/// The command as it goes over the wire, in a reader that passes on everything.
fn frame(session: &mut Session, command: Command<'_>) -> Frame {
    let wrapped = session.wrap(&command, true).unwrap();
    let wrapped = wrapped.command();
    match wrapped.needs_extended() {
        true => wrapped.extended(EXTENDED_ANSWER_MAX),
        false => wrapped.short(),
    }
}

fn wrap(session: &mut Session, command: Command<'_>) -> String {
    hex(frame(session, command).expose())
}

fn open(session: &mut Session, answer: &str) -> Result<Response, Fault> {
    let mut data = bytes(answer);
    let sw = data.split_off(data.len() - 2);
    let sw = StatusWord(u16::from_be_bytes([sw[0], sw[1]]));
    session.unwrap(Response { data, sw })
}

fn opened(session: &mut Session, answer: &str) -> (String, u16) {
    let response = open(session, answer).unwrap();
    (hex(&response.data), response.sw.0)
}

fn select(file: &[u8]) -> Command<'_> {
    Command::new([0x00, 0xA4, 0x00, 0x00])
        .data(file)
        .answer(Answer::Short)
}

fn challenge() -> Command<'static> {
    Command::new([0x00, 0x84, 0x00, 0x00]).answer(Answer::Exact(8))
}

fn retry_query() -> Command<'static> {
    Command::new([0x00, 0x82, 0x01, 0x81])
}

const CREATE: [u8; 4] = [0x00, 0xE0, 0x00, 0x00];

/// FCP of the MF (§7.3).
fn master_file() -> Vec<u8> {
    bytes("62268202380083023F00840E656E746572736166652D666970738502007F86089F9FFF9FFFFFFFFF")
}

#[test]
fn keys_and_cryptograms() {
    for (mode, enc, mac_key, card, host, mac) in [
        (
            Mode::Aes,
            "97B4973E78AB04E7FC607B34FA4DFDB0",
            "97B4973E78AB04E7FC607B34FA4DFDB0",
            "72D50910B290059F",
            "967930C642DBEE81",
            "E710B31A7C657FE8",
        ),
        (
            Mode::Des,
            "0ECF685E5B9B605CA1D2E28F0244D0B9",
            "0ECF685E5B9B605CA1D2E28F0244D0B9",
            "6F4781CDF697740F",
            "62A683D381A339CC",
            "84391851E770A1EF",
        ),
        (
            Mode::Fips,
            "EC28AD6891A4433D0FAF8A65EBAB2229",
            "74F17F9328DE248F619F760D1337BB55",
            "497DD2AF7657009F",
            "79EE2DF751427191",
            "BA9C681ACDC5F4FA",
        ),
    ] {
        let (session, handshake, got) = session(mode);
        assert_eq!(hex(&*session.enc), enc, "{mode:?}");
        assert_eq!(hex(&*session.mac), mac_key, "{mode:?}");
        assert_eq!(hex(&handshake.card), card, "{mode:?}");
        assert_eq!(hex(&handshake.host), host, "{mode:?}");
        assert_eq!(hex(&got), mac, "{mode:?}");
    }
}

#[test]
fn the_published_dialogue_in_aes() {
    let (mut s, ..) = session(Mode::Aes);
    let s = &mut s;
    assert_eq!(
        wrap(s, select(&[0x3F, 0x00])),
        "0CA4000020871101CA80BE5782309F4E8C4EF612F8B8DD039701008E08789F93C7D338F55000"
    );
    assert_eq!(
        opened(
            s,
            "8711010E79DC961CE7A3A97A9918CFFC8590AF990290008E08873FCB077A956DC69000"
        ),
        ("6F0B81027FFF82013883023F00".into(), 0x9000)
    );
    assert_eq!(
        wrap(s, challenge()),
        "0C8400000D9701088E08588A5AEB8746DD6C08"
    );
    assert_eq!(
        opened(
            s,
            "8711012AF3CBA4C053EC356329AAA021E2F9F9990290008E08AFB9BD60657A16549000"
        ),
        ("9881ABAFA55DB15E".into(), 0x9000)
    );
    assert_eq!(wrap(s, retry_query()), "0C8201810A8E08826B06FD0F07246000");
    assert_eq!(
        opened(s, "990263C68E08AC5B5DF2F232F4F763C6"),
        (String::new(), 0x63C6)
    );
    assert_eq!(
        wrap(s, Command::new(CREATE).data(&master_file())),
        "0CE000003D8731013E836BC7C7945A22B3D59361DF730C23714EF062E348A2E87E927CA630749131A0C482E3FE849FDD6337F2F62D09B65D8E08428A9011C648332E00"
    );
    assert_eq!(
        opened(s, "990290008E08BF71594EFAFD62E49000"),
        (String::new(), 0x9000)
    );
    assert_eq!(
        wrap(s, select(&[0x3F, 0x00])),
        "0CA4000020871101CA80BE5782309F4E8C4EF612F8B8DD039701008E08A70C7C1802D3A0E800"
    );
    assert_eq!(
        opened(
            s,
            "8711010E79DC961CE7A3A97A9918CFFC8590AF990290008E084DB0B755C33490C99000"
        )
        .1,
        0x9000
    );
    // The sheet prints size 0080 here; its own wire bytes say 0200.
    let create = bytes("621680020200820201008302503186089090FF90FFFFFFFF");
    assert_eq!(
        wrap(s, Command::new(CREATE).data(&create)),
        "0CE000002D872101268E9C2C7812780057F8E42EAADF1C8DC4CB3B858E709839F77854698AD78F1D8E08F3F07BEA49DB7A8500"
    );
    assert_eq!(opened(s, "990290008E0842C896DD2C2AF48A9000").1, 0x9000);
    assert_eq!(
        wrap(s, select(&[0x50, 0x31])),
        "0CA4000020871101B3CFEC4E5401310BCA59AFECD1BE6AE59701008E0894917BF7EC786B0700"
    );
    assert_eq!(
        opened(
            s,
            "871101687C1C652FA8799BCF1CC08679FB9233990290008E08E192AFBCED75E5AB9000"
        ),
        ("6F0C800202008202010083025031".into(), 0x9000)
    );
    let counting: Vec<u8> = (0..0x80).collect();
    assert_eq!(
        wrap(s, Command::new([0x00, 0xD6, 0x00, 0x00]).data(&counting)),
        "0CD600009F878200910182507E31BB7AC4C4473DACA939223C5DD30AF721AC476FF2C49BCB5C612BC3FA3D48700014836EBC1CE1BE3702483F5D6CCCF5B25D77D957E3A37AA533BEEDA913BDE279B29824E6C26284A64A5EBCA85AA64F11BB97557A6B54818146F57AA2F623E407B368B47751E40DCC963007FBB446E99EAF5DA3604568A1C6B8503F5088F0194797DF7C09889B7D8C83F1CB2C8E0878D0504AE1D0AB5400"
    );
    assert_eq!(opened(s, "990290008E0859A2278F424A0D229000").1, 0x9000);
    let read = |len| Command::new([0x00, 0xB0, 0x00, 0x00]).answer(Answer::Exact(len));
    assert_eq!(
        wrap(s, read(0xD8)),
        "0CB0000000000E970200D88E0893952948E934DDFE00D8"
    );
    assert_eq!(
        wrap(s, read(0x78)),
        "0CB000000D9701788E08A921D11E3151B68D78"
    );
}

#[test]
fn the_published_dialogue_in_des() {
    let (mut s, ..) = session(Mode::Des);
    let s = &mut s;
    assert_eq!(
        wrap(s, select(&[0x3F, 0x00])),
        "0CA400001887090178E0298EAAC7E1839701008E084B2E36FB9D9576F500"
    );
    assert_eq!(
        opened(
            s,
            "871101802B02FF560FBFC7653688A603823312990290008E08A2F285EE2DC2D50D9000"
        ),
        ("6F0B81027FFF82013883023F00".into(), 0x9000)
    );
    assert_eq!(
        wrap(s, challenge()),
        "0C8400000D9701088E0888B40D1960036D7708"
    );
    assert_eq!(
        opened(
            s,
            "8711011951352B37D30ADD39D89BAFAFE9B7F4990290008E08E69F11E5C23E2D319000"
        ),
        ("57818D0636F4EEC9".into(), 0x9000)
    );
    assert_eq!(wrap(s, retry_query()), "0C8201810A8E0815B2F31B69BEE98D00");
    assert_eq!(
        opened(s, "990263C68E08E80E4752A07F939763C6"),
        (String::new(), 0x63C6)
    );
    assert_eq!(
        wrap(s, Command::new(CREATE).data(&master_file())),
        "0CE000003D8731017379179E25CFBFFAB13C8EF0744D8D2248CB8CEDD15BE29447D779ABEE8F411123735D9C8BBA80D67B281382934F8C538E082F12F3F9CD9D624900"
    );
    assert_eq!(
        opened(s, "990290008E084D6655C638B535B19000"),
        (String::new(), 0x9000)
    );
}

#[test]
fn the_published_dialogue_in_fips() {
    let (mut s, ..) = session(Mode::Fips);
    let s = &mut s;
    assert_eq!(
        wrap(s, select(&[0x3F, 0x00])),
        "0CA40000208711013C829D2CA8307348F0D602273E7D45DF9701008E085A969D9D3D3E270F00"
    );
    assert_eq!(
        wrap(s, challenge()),
        "0C8400000D9701088E08B06977F63E9A360F08"
    );
    assert_eq!(wrap(s, retry_query()), "0C8201810A8E08641084C1EBBCFFDB00");
    assert_eq!(
        wrap(s, Command::new(CREATE).data(&master_file())),
        "0CE000003D873101CB11D0BF6BB589F9CBF391655F7CCCB0B3BE6387854B898EBE24304C29A2090C1449C48FA8AC3C0DCE48EC756327DDDA8E08C506932D6BC54F8900"
    );
    assert_eq!(
        wrap(s, select(&[0x3F, 0x00])),
        "0CA40000208711013C829D2CA8307348F0D602273E7D45DF9701008E089C1B19E52D87002700"
    );
}

#[test]
fn a_secret_stays_one_inside_the_wrapping() {
    let (mut s, ..) = session(Mode::Aes);
    let command = Command::new([0x00, 0x82, 0x01, 0x81]).secret(&[0x55; 8]);
    let frame = frame(&mut s, command);
    assert!(frame.is_secret());
    assert_eq!(frame.to_string(), "0C 82 01 81 1D <pin:29> 00");
}

#[test]
fn answers_that_are_not_as_agreed() {
    const ANSWER: &str = "8711010E79DC961CE7A3A97A9918CFFC8590AF990290008E08873FCB077A956DC69000";
    let fresh = || {
        let (mut s, ..) = session(Mode::Aes);
        wrap(&mut s, select(&[0x3F, 0x00]));
        s
    };
    let fault = |answer: &str| open(&mut fresh(), answer).err().unwrap();
    assert!(open(&mut fresh(), ANSWER).is_ok());
    // A bit of the checksum, of the data, of the status word; a status word
    // outside that is another one.
    assert_eq!(
        fault(&ANSWER.replace("8E08873F", "8E08873E")),
        Fault::Checksum
    );
    assert_eq!(fault(&ANSWER.replace("010E79", "010E78")), Fault::Checksum);
    assert_eq!(
        fault(&ANSWER.replace("99029000", "99029001")),
        Fault::Checksum
    );
    assert_eq!(
        fault(&format!("{}6982", &ANSWER[..ANSWER.len() - 4])),
        Fault::Malformed
    );
    // Cut short, and nothing but success.
    assert_eq!(fault(&ANSWER[2..]), Fault::Checksum);
    assert_eq!(fault("990290009000"), Fault::Malformed);
    assert_eq!(fault("9000"), Fault::Malformed);
    assert_eq!(fault("6108"), Fault::Malformed);
    // The session is gone; and a refusal that may come without protection.
    for sw in ["6985", "6987", "6988"] {
        assert_eq!(fault(sw), Fault::Lost);
    }
    assert_eq!(opened(&mut fresh(), "6982"), (String::new(), 0x6982));
    // The same answer to the next command: the counter has moved on.
    let mut s = fresh();
    wrap(&mut s, select(&[0x3F, 0x00]));
    assert_eq!(open(&mut s, ANSWER).err().unwrap(), Fault::Checksum);
}

#[test]
fn lengths_of_the_cryptogram_in_three_forms() {
    let object = |len: &[u8], content: usize| {
        let mut object = vec![0x87];
        object.extend_from_slice(len);
        object.push(0x01);
        object.resize(object.len() + content - 1, 0xAA);
        object
    };
    let content = |object: &[u8]| cryptogram_of(object).map(<[u8]>::len);
    assert_eq!(content(&object(&[0x11], 0x11)), Some(0x10));
    // BER with 81 and 82, and the firmware's own: one byte for 81 to FF.
    assert_eq!(content(&object(&[0x81, 0x81], 0x81)), Some(0x80));
    assert_eq!(content(&object(&[0x82, 0x01, 0x11], 0x111)), Some(0x110));
    assert_eq!(content(&object(&[0x81], 0x81)), Some(0x80));
    assert_eq!(content(&object(&[0xE1], 0xE1)), Some(0xE0));
    assert_eq!(content(&object(&[0x82, 0x00, 0x81], 0x81)), Some(0x80));
    assert_eq!(content(&object(&[0x12], 0x11)), None);
    assert_eq!(content(&[0x87, 0x00]), None);
    assert_eq!(content(&[0x86, 0x02, 0x01, 0xAA]), None);
    assert_eq!(content(&[]), Some(0));
}

proptest! {
    #[test]
    fn any_answer_is_opened_or_refused(
        data in proptest::collection::vec(any::<u8>(), 0..700),
        sw in any::<u16>(),
        mode in prop_oneof![Just(Mode::Aes), Just(Mode::Des), Just(Mode::Fips)],
    ) {
        let (mut s, ..) = session(mode);
        wrap(&mut s, select(&[0x3F, 0x00]));
        let len = data.len();
        if let Ok(response) = s.unwrap(Response { data, sw: StatusWord(sw) }) {
            prop_assert!(response.data.len() <= len);
            prop_assert!(len > 0 || response.sw != StatusWord::OK);
        }
    }
}
