//! Sheet §2.5, §4 and §8.4, byte for byte.

use super::hex;
use crate::emulator::Emulator;
use crate::emulator::apdu::Command;
use crate::epass2003::emulator::cipher::{pin_key, response};
use crate::epass2003::emulator::messaging::{Opening, Session};
use crate::epass2003::emulator::sign::finish_sha256;
use crate::epass2003::emulator::{Epass, Mode};

const HOST: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const CARD: [u8; 8] = [0x4C, 0xEC, 0x8B, 0x98, 0x55, 0xE4, 0xB7, 0x3D];

struct Keys {
    mode: Mode,
    encryption: &'static str,
    mac: &'static str,
    card: &'static str,
    confirmation: &'static str,
}

const KEYS: [Keys; 3] = [
    Keys {
        mode: Mode::Aes,
        encryption: "97B4973E78AB04E7FC607B34FA4DFDB0",
        mac: "97B4973E78AB04E7FC607B34FA4DFDB0",
        card: "72D50910B290059F",
        confirmation: "967930C642DBEE81 E710B31A7C657FE8",
    },
    Keys {
        mode: Mode::Des,
        encryption: "0ECF685E5B9B605CA1D2E28F0244D0B9",
        mac: "0ECF685E5B9B605CA1D2E28F0244D0B9",
        card: "6F4781CDF697740F",
        confirmation: "62A683D381A339CC 84391851E770A1EF",
    },
    Keys {
        mode: Mode::Fips,
        encryption: "EC28AD6891A4433D0FAF8A65EBAB2229",
        mac: "74F17F9328DE248F619F760D1337BB55",
        card: "497DD2AF7657009F",
        confirmation: "79EE2DF751427191 BA9C681ACDC5F4FA",
    },
];

#[test]
fn mutual_authentication_is_the_published_one() {
    for keys in KEYS {
        let opening = Opening::new(keys.mode, HOST, CARD).unwrap();
        let (encryption, mac) = opening.keys();
        assert_eq!(encryption[..], hex(keys.encryption), "{:?}", keys.mode);
        assert_eq!(mac[..], hex(keys.mac), "{:?}", keys.mode);

        let mut card = Epass::blank(keys.mode).build().unwrap();
        card.inject_random(&CARD);
        let answer = card.transmit(&hex("80500000080102030405060708 1C"));
        let front = if keys.mode == Mode::Fips { 13 } else { 12 };
        assert_eq!(answer[front..front + 8], CARD);
        assert_eq!(answer[front + 8..], hex(&format!("{} 9000", keys.card)));
        assert!(!card.has_session());
        let confirmation = hex(&format!("8482030010{}", keys.confirmation));
        assert_eq!(card.transmit(&confirmation), [0x90, 0x00]);
        assert!(card.has_session());

        for wrong in [5, 12, 13, 20] {
            card.inject_random(&CARD);
            card.transmit(&hex("80500000080102030405060708 1C"));
            let mut confirmation = confirmation.clone();
            confirmation[wrong] ^= 1;
            assert_eq!(card.transmit(&confirmation), [0x69, 0x85]);
            assert!(!card.has_session());
        }
    }
}

fn session(mode: Mode) -> Session {
    let keys = KEYS.iter().find(|keys| keys.mode == mode).unwrap();
    let opening = Opening::new(mode, HOST, CARD).unwrap();
    opening.confirm(&hex(keys.confirmation)).unwrap()
}

/// Plain command, wire, plain response data, status, wire response ("" where the sheet
/// has none).
type Row = (&'static str, &'static str, String, u16, &'static str);

fn dialogue(mode: Mode, rows: &[Row]) {
    let mut session = session(mode);
    for (plain, wire, data, status, response) in rows {
        let wrapped = Command::decode(&hex(wire)).unwrap();
        let command = match session.unwrap(&wrapped, false) {
            Ok(command) => command,
            Err(status) => panic!("{mode:?} {plain}: {status:04X}"),
        };
        let wanted = Command::decode(&hex(plain)).unwrap();
        assert_eq!(
            [command.cla, command.ins, command.p1, command.p2],
            [wanted.cla, wanted.ins, wanted.p1, wanted.p2],
            "{plain}"
        );
        assert_eq!(command.data, wanted.data, "{plain}");
        assert_eq!(command.ne.is_some(), wanted.ne.is_some(), "{plain}");
        let answer = session.wrap(&hex(data), *status, false);
        match response.split_once('…') {
            // The sheet cuts the long cryptogram out.
            Some((front, back)) => {
                assert!(answer.starts_with(&hex(front)), "{plain}");
                assert!(answer.ends_with(&hex(back)), "{plain}");
            }
            None if response.is_empty() => {}
            None => assert_eq!(answer, hex(response), "{plain}"),
        }
    }
}

const SELECT: &str = "00A40000023F0000";
const CREATE_MASTER: &str =
    "00E000002862268202380083023F00840E656E746572736166652D6669707385 02007F86089F9FFF9FFFFFFFFF";
/// The sheet prints the size 0080 beside these wires; decrypted they say 0200, and both
/// codes are right.
const CREATE_FILE: &str = "00E0000018 6216800202008202010083025031860890 90FF90FFFFFFFF";

fn rising(count: u8) -> String {
    (0..count).map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn aes_messages_are_the_published_ones() {
    let update = format!("00D6000080{}", rising(0x80));
    let update: &'static str = Box::leak(update.into_boxed_str());
    dialogue(
        Mode::Aes,
        &[
            (
                SELECT,
                "0CA4000020871101CA80BE5782309F4E8C4EF612F8B8DD039701008E08789F93C7D338F55000",
                "6F0B81027FFF82013883023F00".to_owned(),
                0x9000,
                "8711010E79DC961CE7A3A97A9918CFFC8590AF990290008E08873FCB077A956DC69000",
            ),
            (
                "0084000008",
                "0C8400000D9701088E08588A5AEB8746DD6C08",
                "9881ABAFA55DB15E".to_owned(),
                0x9000,
                "8711012AF3CBA4C053EC356329AAA021E2F9F9990290008E08AFB9BD60657A16549000",
            ),
            (
                "00820181",
                "0C8201810A8E08826B06FD0F07246000",
                String::new(),
                0x63C6,
                "990263C68E08AC5B5DF2F232F4F763C6",
            ),
            (
                CREATE_MASTER,
                "0CE000003D8731013E836BC7C7945A22B3D59361DF730C23714EF062E348A2E87E927CA630749131A0C482E3FE849FDD6337F2F62D09B65D8E08428A9011C648332E00",
                String::new(),
                0x9000,
                "990290008E08BF71594EFAFD62E49000",
            ),
            (
                SELECT,
                "0CA4000020871101CA80BE5782309F4E8C4EF612F8B8DD039701008E08A70C7C1802D3A0E800",
                "6F0B81027FFF82013883023F00".to_owned(),
                0x9000,
                "8711010E79DC961CE7A3A97A9918CFFC8590AF990290008E084DB0B755C33490C99000",
            ),
            (
                CREATE_FILE,
                "0CE000002D872101268E9C2C7812780057F8E42EAADF1C8DC4CB3B858E709839F77854698AD78F1D8E08F3F07BEA49DB7A8500",
                String::new(),
                0x9000,
                "990290008E0842C896DD2C2AF48A9000",
            ),
            (
                "00A4000002503100",
                "0CA4000020871101B3CFEC4E5401310BCA59AFECD1BE6AE59701008E0894917BF7EC786B0700",
                "6F0C800202008202010083025031".to_owned(),
                0x9000,
                "871101687C1C652FA8799BCF1CC08679FB9233990290008E08E192AFBCED75E5AB9000",
            ),
            (
                update,
                "0CD600009F878200910182507E31BB7AC4C4473DACA939223C5DD30AF721AC476FF2C49BCB5C612BC3FA3D48700014836EBC1CE1BE3702483F5D6CCCF5B25D77D957E3A37AA533BEEDA913BDE279B29824E6C26284A64A5EBCA85AA64F11BB97557A6B54818146F57AA2F623E407B368B47751E40DCC963007FBB446E99EAF5DA3604568A1C6B8503F5088F0194797DF7C09889B7D8C83F1CB2C8E0878D0504AE1D0AB5400",
                String::new(),
                0x9000,
                "990290008E0859A2278F424A0D229000",
            ),
            (
                "00B0000000 00D8",
                "0CB0000000000E970200D88E0893952948E934DDFE00D8",
                String::new(),
                0x9000,
                "",
            ),
            (
                "00B0000078",
                "0CB000000D9701788E08A921D11E3151B68D78",
                rising(0x78),
                0x9000,
                "8781810182507E31…990290008E084F343929B08F6A019000",
            ),
        ],
    );
}

#[test]
fn des_messages_are_the_published_ones() {
    dialogue(
        Mode::Des,
        &[
            (
                SELECT,
                "0CA400001887090178E0298EAAC7E1839701008E084B2E36FB9D9576F500",
                "6F0B81027FFF82013883023F00".to_owned(),
                0x9000,
                "871101802B02FF560FBFC7653688A603823312990290008E08A2F285EE2DC2D50D9000",
            ),
            (
                "0084000008",
                "0C8400000D9701088E0888B40D1960036D7708",
                "57818D0636F4EEC9".to_owned(),
                0x9000,
                "8711011951352B37D30ADD39D89BAFAFE9B7F4990290008E08E69F11E5C23E2D319000",
            ),
            (
                "00820181",
                "0C8201810A8E0815B2F31B69BEE98D00",
                String::new(),
                0x63C6,
                "990263C68E08E80E4752A07F939763C6",
            ),
            (
                CREATE_MASTER,
                "0CE000003D8731017379179E25CFBFFAB13C8EF0744D8D2248CB8CEDD15BE29447D779ABEE8F411123735D9C8BBA80D67B281382934F8C538E082F12F3F9CD9D624900",
                String::new(),
                0x9000,
                "990290008E084D6655C638B535B19000",
            ),
        ],
    );
}

#[test]
fn fips_commands_are_the_published_ones() {
    let none = String::new;
    dialogue(
        Mode::Fips,
        &[
            (
                SELECT,
                "0CA40000208711013C829D2CA8307348F0D602273E7D45DF9701008E085A969D9D3D3E270F00",
                none(),
                0x9000,
                "",
            ),
            (
                "0084000008",
                "0C8400000D9701088E08B06977F63E9A360F08",
                none(),
                0x9000,
                "",
            ),
            (
                "00820181",
                "0C8201810A8E08641084C1EBBCFFDB00",
                none(),
                0x63C6,
                "",
            ),
            (
                CREATE_MASTER,
                "0CE000003D873101CB11D0BF6BB589F9CBF391655F7CCCB0B3BE6387854B898EBE24304C29A2090C1449C48FA8AC3C0DCE48EC756327DDDA8E08C506932D6BC54F8900",
                none(),
                0x9000,
                "",
            ),
            (
                SELECT,
                "0CA40000208711013C829D2CA8307348F0D602273E7D45DF9701008E089C1B19E52D87002700",
                none(),
                0x9000,
                "",
            ),
        ],
    );
}

#[test]
fn pins_become_the_published_keys_and_responses() {
    assert_eq!(
        pin_key(b"1234")[..],
        hex("7110EDA4D09E062AA5E4A390B0A572AC0D2C022000000004")
    );
    let key = pin_key(b"12345678");
    assert_eq!(
        key[..],
        hex("7C222FB2927D828AF22F592134E8932480637C0D00000008")
    );
    let challenge = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77];
    assert_eq!(response(&key, &challenge)[..], hex("E441A7B17F7A9272"));
}

#[test]
fn hashes_begun_by_the_host_end_as_sha256_does() {
    // SHA-256 of 65 × "A" and of 64 × "A" by OpenSSL.
    let state = hex("6CB7244102F65790145141E105D2C3D387A1D91E9CEDA13A4A3D25DD87BEEA05");
    assert_eq!(
        finish_sha256(1, &state.try_into().unwrap(), b"A")[..],
        hex(SIXTY_FIVE)
    );
    let initial = hex("6A09E667BB67AE853C6EF372A54FF53A510E527F9B05688C1F83D9AB5BE0CD19");
    assert_eq!(
        finish_sha256(0, &initial.try_into().unwrap(), &[b'A'; 64])[..],
        hex(SIXTY_FOUR)
    );
}

const SIXTY_FIVE: &str = "836203944F4C0280461AD73D31457C22BA19D1D99E232DC231000085899E00A2";
const SIXTY_FOUR: &str = "D53EDA7A637C99CC7FB566D96E9FA109BF15C478410A3F5EB4D4C4E26CD081F6";
