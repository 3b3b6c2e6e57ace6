use std::net::IpAddr;

const TABLE: &str = include_str!("destinations.txt");

/// What a webhook is to be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A host's address.
    Address(IpAddr),
    /// A URL as it is given.
    Url(String),
}

impl Destination {
    /// A URL that says it: with the address as host at this port, or as it is.
    #[must_use]
    pub fn url(&self, port: u16) -> String {
        match self {
            Self::Address(IpAddr::V4(address)) => format!("https://{address}:{port}/"),
            Self::Address(IpAddr::V6(address)) => format!("https://[{address}]:{port}/"),
            Self::Url(url) => url.clone(),
        }
    }
}

/// Whether webhooks may be sent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
}

/// The cases of `destinations.txt`, each with why; `port` is that of a listener that must never be
/// reached.
///
/// # Panics
/// When the table cannot be read.
#[must_use]
pub fn destinations(port: u16) -> Vec<(Destination, Expected, &'static str)> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| case(line, port)).collect()
}

fn case(line: &'static str, port: u16) -> (Destination, Expected, &'static str) {
    let columns: Vec<_> = line.split('|').map(str::trim).collect();
    let &[what, text, expected, why] = columns.as_slice() else {
        panic!("four columns: {line}");
    };
    let destination = match what {
        "address" => Destination::Address(text.parse().expect("an address")),
        "url" => Destination::Url(filled_in(text, port)),
        _ => panic!("address or url: {line}"),
    };
    let expected = match expected {
        "allowed" => Expected::Allowed,
        "refused" => Expected::Refused,
        _ => panic!("allowed or refused: {line}"),
    };
    (destination, expected, why)
}

/// A text with what its braces stand for.
fn filled_in(text: &str, port: u16) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("a brace is closed");
        filled.push_str(&stand_in(name, port));
        filled.push_str(rest);
    }
    filled
}

fn stand_in(name: &str, port: u16) -> String {
    match name {
        "port" => port.to_string(),
        "space" => " ".to_owned(),
        "tab" => "\t".to_owned(),
        "lf" => "\n".to_owned(),
        "cr" => "\r".to_owned(),
        "nul" => "\0".to_owned(),
        "bell" => "\u{7}".to_owned(),
        "label63" => "x".repeat(63),
        "label64" => "x".repeat(64),
        "name254" => format!("{}.com", vec!["x".repeat(49); 5].join(".") + "x"),
        name => {
            let number = name.strip_prefix("u+").expect("a name that is known");
            let number = u32::from_str_radix(number, 16).expect("a number");
            char::from_u32(number).expect("a character").to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_two_hundred_refusals_and_no_case_twice() {
        let cases = destinations(4_711);
        let refused = cases.iter().filter(|(_, expected, _)| *expected == Expected::Refused);
        assert!(refused.count() >= 200);
        let urls: BTreeSet<_> = cases.iter().map(|(to, ..)| to.url(4_711)).collect();
        assert_eq!(urls.len(), cases.len());
        assert!(urls.contains("https://127.0.0\t.1:4711/"));
        assert!(urls.iter().any(|url| url.len() == "https:///".len() + 254));
    }
}
