use std::collections::BTreeSet;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER, HEXLOWER_PERMISSIVE, HEXUPPER};

/// Secrets in every spelling that a log or a database could give them.
#[derive(Default)]
pub struct Needles(Vec<(String, Vec<u8>)>);

impl Needles {
    /// Adds a secret as text, in hexadecimal and in base64.
    pub fn add(&mut self, name: &str, secret: &str) {
        self.add_bytes(name, secret.as_bytes());
    }

    /// Adds a token: also without its prefix, and the bytes that it spells.
    pub fn add_token(&mut self, name: &str, token: &str) {
        let (_, digits) = token.rsplit_once('_').expect("a token has a prefix");
        self.add(name, digits);
        self.push(format!("{name}, upper case"), digits.to_uppercase().into_bytes());
        let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        self.add_bytes(name, &bytes.expect("a token is hexadecimal"));
    }

    /// Adds a webhook secret: also without its prefix, and the bytes that it spells.
    pub fn add_secret(&mut self, name: &str, secret: &str) {
        let (_, text) = secret.split_once('_').expect("a secret has a prefix");
        self.add(name, text);
        let bytes = BASE64.decode(text.as_bytes());
        self.add_bytes(name, &bytes.expect("a secret is base64"));
    }

    /// Adds the secret of an authenticator: also the bytes that it spells.
    pub fn add_base32(&mut self, name: &str, secret: &str) {
        self.add(name, secret);
        let bytes = BASE32_NOPAD.decode(secret.as_bytes());
        self.add_bytes(name, &bytes.expect("a secret is base 32"));
    }

    /// Adds a recovery code: also without its hyphens.
    pub fn add_recovery_code(&mut self, name: &str, code: &str) {
        self.add(name, code);
        self.add(name, &code.replace('-', ""));
    }

    /// Adds a card number: also in groups, and in packed decimal.
    pub fn add_pan(&mut self, name: &str, pan: &str) {
        self.add(name, pan);
        for separator in [" ", "-"] {
            let groups: Vec<_> = [0, 4, 8, 12].map(|at| &pan[at..at + 4]).into();
            self.push(format!("{name} in groups"), groups.join(separator).into_bytes());
        }
        let packed = HEXLOWER.decode(pan.as_bytes()).expect("a PAN has an even number of digits");
        self.push(format!("{name}, packed"), packed);
    }

    /// Adds a CVV2. Three digits occur everywhere, so only where something says what they are.
    pub fn add_cvv(&mut self, cvv: &str) {
        self.push_text("DE 48", &format!("9203{cvv}"));
        for before in ["cvv", "cvv2", "CVV", "CVV2", "Cvv2"] {
            for between in ["\":\"", "\": \"", ": ", ":", "=", ": \"", "=\"", "(", "(\""] {
                self.push_text("CVV2", &format!("{before}{between}{cvv}"));
            }
        }
    }

    /// The names of what occurs in `content`.
    pub fn found_in(&self, content: &[u8]) -> BTreeSet<&str> {
        // One pass for all needles, by the two bytes that each begins with.
        let pair = |first: u8, second: u8| usize::from(u16::from_be_bytes([first, second]));
        let mut by_start = vec![Vec::new(); 1 << 16];
        for (name, needle) in &self.0 {
            by_start[pair(needle[0], needle[1])].push((name.as_str(), needle.as_slice()));
        }
        let mut found = BTreeSet::new();
        for (at, start) in content.windows(2).enumerate() {
            for (name, needle) in &by_start[pair(start[0], start[1])] {
                if content[at..].starts_with(needle) {
                    found.insert(*name);
                }
            }
        }
        found
    }

    fn add_bytes(&mut self, name: &str, secret: &[u8]) {
        self.push(name.to_owned(), secret.to_vec());
        for hex in [HEXLOWER.encode(secret), HEXUPPER.encode(secret)] {
            self.push(format!("{name} in hexadecimal"), hex.into_bytes());
        }
        // Base64 looks different for each of the three places within a larger text; what depends
        // on the neighbours is left out.
        for offset in 0..3_usize {
            let shifted = [&[0].repeat(offset), secret].concat();
            let text = BASE64.encode(&shifted);
            let first = [0, 2, 3][offset];
            let whole = shifted.len() / 3 * 4;
            let standard = text[first..whole].to_owned();
            let url = standard.replace('+', "-").replace('/', "_");
            for text in [standard, url] {
                self.push(format!("{name} in base64"), text.into_bytes());
            }
        }
    }

    /// As it is, and as PostgreSQL shows it in a column of bytes.
    fn push_text(&mut self, name: &str, text: &str) {
        self.push(name.to_owned(), text.as_bytes().to_vec());
        self.push(format!("{name} in hexadecimal"), HEXLOWER.encode(text.as_bytes()).into_bytes());
    }

    fn push(&mut self, name: String, needle: Vec<u8>) {
        self.0.push((name, needle));
    }
}
