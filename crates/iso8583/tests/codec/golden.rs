//! Bytes made by another implementation: the Python package pyiso8583 4.0.1,
//! `iso8583.encode(fields, iso8583.specs.default)`. For the packed vectors the same
//! specification was changed as follows: "p" and "1" ascii, 16 long; "t" binary, 2 long; the
//! numeric fields and 35 `data_enc=b, len_count=nibbles, left_pad=0`; lengths `len_enc=bcd`.

use cardium_iso8583::{
    BitmapEncoding, Message, Mti, NumericEncoding, OriginalDataElements, ReplacementAmounts,
    TransportHeader, WireFormat, decode, encode,
};

use crate::support::{purchase, unhex};

const PURCHASE: &str = "\
    30313030723c440128e09200313634353731323330303132333435363738303030303030303030303030303031\
    303530303130323033303430353030303034323033303430353031303232393132353431313035313036313233\
    3435363337343537313233303031323334353637383d3239313232303130303030303030303030303030303030\
    3030303030303034325445524d303030314d45524348414e5430303030303031434f524e45522053484f502020\
    2020202020202020202020204245524c494e2020202020202044453937380123456789abcdef3032309f260811\
    223344556677889f360200419f270180";

const REVERSAL_ADVICE: &str = "\
    30343230f220001102000000000000420000000131363435373132333030313233343536373830303030303030\
    303030303030303130353030313032303330353035303030303433443030303030303235303631323334353630\
    303031303030303030343230313032303330343035303030303031323334353630303030303030303030303030\
    30303030303030373030303030303030303030303030303030303030303030303030303030303030ffeeddccbb\
    aa9988";

const ECHO: &str = "303830308220000000000000040000000000000030313032303330343035303030303031333031";

const PACKED_PURCHASE: &str = "\
    010037323343343430313238453039323030164571230012345678000000000000001050010203040500004203\
    04050102291254110051061234563704571230012345678d291220100000000000003030303030303030303034\
    325445524d303030314d45524348414e5430303030303031434f524e45522053484f5020202020202020202020\
    202020204245524c494e2020202020202044453937380123456789abcdef00209f260811223344556677889f36\
    0200419f270180";

const PACKED: WireFormat = WireFormat {
    bitmap: BitmapEncoding::Hex,
    numerics: NumericEncoding::Bcd,
    header: cardium_iso8583::FrameHeader::TwoByte,
    transport: TransportHeader::None,
};

fn agrees(message: &Message, digits: &str, format: &WireFormat) {
    let bytes = unhex(digits);
    assert_eq!(*encode(message, format), bytes);
    assert_eq!(decode(&bytes, format).as_ref(), Ok(message));
}

#[test]
fn a_purchase() {
    agrees(&purchase(), PURCHASE, &WireFormat::default());
}

#[test]
fn a_packed_purchase() {
    agrees(&purchase(), PACKED_PURCHASE, &PACKED);
}

#[test]
fn an_echo_test() {
    let echo = Message::new(Mti::NETWORK_MANAGEMENT_REQUEST)
        .with(7, "0102030405")
        .and_then(|m| m.with(11, "000001"))
        .and_then(|m| m.with(70, "301"))
        .unwrap();
    agrees(&echo, ECHO, &WireFormat::default());
}

#[test]
fn a_partial_reversal_advice() {
    let original = OriginalDataElements::try_new(
        Mti::AUTHORIZATION_REQUEST,
        "000042",
        "0102030405",
        "123456",
        "",
    )
    .unwrap();
    let advice = Message::new(Mti::REVERSAL_ADVICE)
        .with(2, "4571230012345678")
        .and_then(|m| m.with(3, "000000"))
        .and_then(|m| m.with(4, "000000001050"))
        .and_then(|m| m.with(7, "0102030505"))
        .and_then(|m| m.with(11, "000043"))
        .and_then(|m| m.with(28, "D00000025"))
        .and_then(|m| m.with(32, "123456"))
        .and_then(|m| m.with(39, "00"))
        .and_then(|m| m.with(90, original.as_str()))
        .and_then(|m| m.with(95, &ReplacementAmounts::try_new(700).unwrap().to_text()))
        .and_then(|m| m.with_bytes(128, &unhex("FFEEDDCCBBAA9988")))
        .unwrap();
    agrees(&advice, REVERSAL_ADVICE, &WireFormat::default());
}
