//! Signatures that are none: cut, stretched, in other forms, of other texts, and of zeros.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use cardium_vault::jwt::TokenClaims;
use data_encoding::BASE64URL_NOPAD;

use super::{
    Check, Forge, Forgery, header_of,
    tools::{alien, encode, forgery, message, sign_text},
};

/// The order of the curve, big-endian (SEC 2, section 2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub(super) fn forgeries(forge: &Forge<'_>) -> Vec<Forgery> {
    let text = message(&header_of(forge.key).to_string(), &forge.payload_text());
    let token = sign_text(forge.key, &text);
    let genuine = signature_of(&token);
    let cases = [bytes(&genuine), numbers(&genuine), elsewhere(forge, &text)].concat();
    let cases = cases.into_iter().map(|(name, signature)| {
        let token = format!("{text}.{}", encode(signature));
        forgery(Check::Signature, format!("a signature {name}"), token)
    });
    cases.collect()
}

type Case = (String, Vec<u8>);

fn named(name: &str, bytes: Vec<u8>) -> Case {
    (name.to_owned(), bytes)
}

/// The right bytes, but not all of them, or more, or other ones.
fn bytes(genuine: &[u8]) -> Vec<Case> {
    let (r, s) = halves(genuine);
    let mut cases = vec![
        named("of no bytes", Vec::new()),
        named("without its last byte", [r, s.get(..31).unwrap_or_default()].concat()),
        named("without its first byte", genuine.get(1..).unwrap_or_default().to_vec()),
        named("of r alone", r.to_vec()),
        named("with a zero behind it", [genuine, &[0]].concat()),
        named("with a zero before it", [&[0], genuine].concat()),
        named("with r and s padded to 33 bytes", [&[0], r, &[0], s].concat()),
        named("given twice", [genuine, genuine].concat()),
        named("with r and s swapped", [s, r].concat()),
        named("with its bytes reversed", genuine.iter().rev().copied().collect()),
        named("of random bytes", (0..64_u8).map(|byte| byte.wrapping_mul(37)).collect()),
    ];
    for place in [0, 31, 32, 63] {
        let mut changed = genuine.to_vec();
        if let Some(byte) = changed.get_mut(place) {
            *byte ^= 1;
        }
        cases.push((format!("with a bit changed in byte {place}"), changed));
    }
    cases
}

/// Numbers that no signature has (CVE-2022-21449 took zeros).
fn numbers(genuine: &[u8]) -> Vec<Case> {
    let (r, s) = halves(genuine);
    let (zero, mut one) = ([0_u8; 32], [0_u8; 32]);
    one[31] = 1;
    let mut more = ORDER;
    more[31] = 0x52;
    let pairs: [(&str, &[u8], &[u8]); 13] = [
        ("of zeros", &zero, &zero),
        ("whose r is zero", &zero, s),
        ("whose s is zero", r, &zero),
        ("whose r and s are one", &one, &one),
        ("whose r is one", &one, s),
        ("whose s is one", r, &one),
        ("whose r is the order", &ORDER, s),
        ("whose s is the order", r, &ORDER),
        ("whose r and s are the order", &ORDER, &ORDER),
        ("whose r is zero and s the order", &zero, &ORDER),
        ("whose r and s are one more than the order", &more, &more),
        ("whose bits are all set", &[0xff; 32], &[0xff; 32]),
        ("whose s is the highest number", r, &[0xff; 32]),
    ];
    pairs.into_iter().map(|(name, r, s)| (name.to_owned(), [r, s].concat())).collect()
}

/// Signatures that are good, but not as the signature of this token.
fn elsewhere(forge: &Forge<'_>, text: &str) -> Vec<Case> {
    let sign = |text: &str| forge.key.sign_message(text.as_bytes()).expect("it signs").to_vec();
    let (header, payload) = text.split_once('.').expect("a message has two parts");
    let other = TokenClaims { jti: "another".to_owned(), ..forge.claims.clone() };
    let other = Forge { claims: other, ..*forge };
    let theirs = alien().sign_message(text.as_bytes()).expect("it signs").to_vec();
    let plain = format!("{}.{}", header_of(forge.key), forge.payload_text());
    vec![
        named("of another token", signature_of(&other.genuine())),
        named("of the forger's", theirs),
        named("of the header alone", sign(header)),
        named("of the payload alone", sign(payload)),
        named("of the text before it was encoded", sign(&plain)),
        named("of the text with a dot behind it", sign(&format!("{text}."))),
        named("of both parts without the dot", sign(&format!("{header}{payload}"))),
        named("of nothing", sign("")),
        named("in DER", der(&sign(text))),
        named("in DER of the forger's", der_of_forger(text)),
    ]
}

fn der_of_forger(text: &str) -> Vec<u8> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key is made");
    let signed = pair.sign(&SystemRandom::new(), text.as_bytes()).expect("the library signs");
    signed.as_ref().to_vec()
}

/// r and s as ASN.1 has them (RFC 3279, section 2.2.3), which ES256 does not use.
fn der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = halves(signature);
    let integers = [integer(r), integer(s)].concat();
    let length = u8::try_from(integers.len()).expect("two integers of 33 bytes at most");
    [&[0x30, length], integers.as_slice()].concat()
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    let bytes: Vec<_> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign: &[u8] = if bytes.first().is_some_and(|byte| *byte >= 0x80) { &[0] } else { &[] };
    let content = [sign, &bytes].concat();
    let length = u8::try_from(content.len()).expect("33 bytes at most");
    [&[0x02, length], content.as_slice()].concat()
}

fn halves(signature: &[u8]) -> (&[u8], &[u8]) {
    signature.split_at_checked(32).expect("a signature has 64 bytes")
}

fn signature_of(token: &str) -> Vec<u8> {
    let (_, signature) = token.rsplit_once('.').expect("a token has a signature");
    BASE64URL_NOPAD.decode(signature.as_bytes()).expect("it was encoded here")
}
