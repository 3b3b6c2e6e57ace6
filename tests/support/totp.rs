use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE32_NOPAD;
use serde_json::{Value, json};

use super::{Client, Server, text};

const PATH: &str = "/v1/accounts/me/totp";

/// An authenticator as its owner has it on a phone: RFC 6238, written anew for tests.
#[derive(Clone)]
pub struct Authenticator {
    secret: Vec<u8>,
}

impl Authenticator {
    /// One that was given the secret of a pending set-up.
    pub fn with_secret_of(pending: &Value) -> Self {
        let secret = BASE32_NOPAD.decode(text(pending, "secret").as_bytes());
        Self { secret: secret.expect("the secret is base 32") }
    }

    /// Sets one up for an account; gives it with its recovery codes. The present code is used up.
    pub fn set_up(server: &Server, client: &Client) -> (Self, Vec<String>) {
        let pending = client.post(PATH, &json!({})).expect(200);
        let authenticator = Self::with_secret_of(&pending);
        let body = json!({"code": authenticator.code(server, 0)});
        let enabled = client.post(PATH, &body).expect(200);
        let codes = enabled["recovery_codes"].as_array().expect("it is a list");
        let code = |code: &Value| code.as_str().expect("a code is text").to_owned();
        (authenticator, codes.iter().map(code).collect())
    }

    /// The code that it shows so many steps from now.
    pub fn code(&self, server: &Server, steps: i64) -> String {
        let step = server.now().div_euclid(30) + steps;
        self.code_of(u64::try_from(step).expect("it is later than 1970"))
    }

    /// The code that it shows by the machine's clock.
    pub fn present_code(&self) -> String {
        let step = machine_seconds().div_euclid(30);
        self.code_of(u64::try_from(step).expect("it is later than 1970"))
    }

    /// A code that it does not show now, nor soon.
    pub fn wrong_code(&self, server: &Server) -> String {
        let shown = [-2, -1, 0, 1, 2].map(|steps| self.code(server, steps));
        let mut codes = ["000000", "111111", "222222", "333333", "444444", "555555"].into_iter();
        codes.find(|code| !shown.iter().any(|one| one == code)).expect("five are shown").to_owned()
    }

    fn code_of(&self, step: u64) -> String {
        let mac = hmac_sha1(&self.secret, &step.to_be_bytes());
        let at = usize::from(mac[19] & 15);
        let bytes = [mac[at] & 0x7F, mac[at + 1], mac[at + 2], mac[at + 3]];
        format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000)
    }
}

/// Seconds since 1970 by the machine's clock.
pub fn machine_seconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    i64::try_from(since.as_secs()).expect("it is long before the end of time")
}

/// RFC 2104.
fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    assert!(key.len() <= 64, "longer keys are hashed first");
    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|place| key.get(place).copied().unwrap_or(0) ^ with).collect()
    };
    let inner = sha1(&[&pad(0x36), message].concat());
    sha1(&[&pad(0x5C), &inner[..]].concat())
}

/// FIPS 180-4, section 6.1.
fn sha1(message: &[u8]) -> [u8; 20] {
    let bits = u64::try_from(message.len()).expect("it is short") * 8;
    let mut padded = [message, &[0x80]].concat();
    padded.resize(padded.len().div_ceil(64) * 64, 0);
    if padded.len() - message.len() < 9 {
        padded.resize(padded.len() + 64, 0);
    }
    let end = padded.len() - 8;
    padded[end..].copy_from_slice(&bits.to_be_bytes());
    let mut hash: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    for block in padded.chunks(64) {
        hash = compress(hash, block);
    }
    let mut bytes = [0; 20];
    for (place, word) in hash.iter().enumerate() {
        bytes[place * 4..place * 4 + 4].copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

fn compress(hash: [u32; 5], block: &[u8]) -> [u32; 5] {
    let mut words: Vec<u32> = block
        .chunks(4)
        .map(|four| u32::from_be_bytes(four.try_into().expect("a block is whole words")))
        .collect();
    for t in 16..80 {
        words.push((words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16]).rotate_left(1));
    }
    let [mut a, mut b, mut c, mut d, mut e] = hash;
    for (t, word) in words.iter().enumerate() {
        let (mix, constant) = match t {
            0..20 => ((b & c) | (!b & d), 0x5A82_7999),
            20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC_u32),
            _ => (b ^ c ^ d, 0xCA62_C1D6),
        };
        let next = a.rotate_left(5).wrapping_add(mix).wrapping_add(e);
        let next = next.wrapping_add(constant).wrapping_add(*word);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    let rounds = [a, b, c, d, e];
    std::array::from_fn(|place| hash[place].wrapping_add(rounds[place]))
}

/// What the tests compare with is right itself: RFC 6238, appendix B.
#[test]
fn the_authenticator_agrees_with_the_standard() {
    let secret = b"12345678901234567890".to_vec();
    let authenticator = Authenticator { secret };
    for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
        assert_eq!(authenticator.code_of(second / 30), code);
    }
}
