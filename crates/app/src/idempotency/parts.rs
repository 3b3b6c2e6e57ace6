//! What a request was made of, in a few bytes: enough to say where another one differs, too little
//! to say what stood there. Equality is decided by the whole fingerprint, never by this.

use std::collections::BTreeSet;

/// Bytes of a short digest. Two differing values look alike once in four billion; the conflict is
/// then only named less exactly.
const SHORT: usize = 4;
/// Bytes of a field: its name's digest and its value's.
const FIELD: usize = 2 * SHORT;
/// The most fields that are kept, so that a record's parts have at most 508 bytes.
const MOST_FIELDS: usize = 63;
/// The most differing fields that are named.
const MOST_NAMED: usize = 5;
/// The longest name that is repeated to the caller, in characters.
const LONGEST_NAME: usize = 64;

/// A keyed digest, of which the first bytes are kept.
pub type Digest = [u8; 32];

/// The parts of one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestParts {
    /// Digest of method and path.
    pub target: Digest,
    /// The fields of its body: name, digest of the name, digest of the value.
    pub fields: Vec<(String, Digest, Digest)>,
}

fn short(digest: &Digest) -> [u8; SHORT] {
    let [a, b, c, d, ..] = *digest;
    [a, b, c, d]
}

fn field(name: &Digest, value: &Digest) -> [u8; FIELD] {
    let ([a, b, c, d], [e, f, g, h]) = (short(name), short(value));
    [a, b, c, d, e, f, g, h]
}

impl RequestParts {
    /// The bytes that a record keeps.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = short(&self.target).to_vec();
        for (_, name, value) in self.fields.iter().take(MOST_FIELDS) {
            bytes.extend(field(name, value));
        }
        bytes
    }

    /// How this request differs from the one that left these bytes, to follow "was used with".
    #[must_use]
    pub fn difference(&self, bytes: &[u8]) -> String {
        let Some((target, fields)) = bytes.split_at_checked(SHORT) else {
            return "a different request".to_owned();
        };
        if target != short(&self.target) {
            return "another path".to_owned();
        }
        let known: BTreeSet<&[u8]> = fields.chunks_exact(FIELD).collect();
        let differs = |(_, name, value): &&(String, Digest, Digest)| {
            !known.contains(field(name, value).as_slice())
        };
        let names = self.fields.iter().filter(differs).map(|(name, ..)| name.as_str());
        let shown = names.filter(|name| name.chars().count() <= LONGEST_NAME).take(MOST_NAMED);
        let shown: Vec<String> = shown.map(|name| format!("'{name}'")).collect();
        match shown.as_slice() {
            [] if fields.len() > self.fields.len().saturating_mul(FIELD) => {
                "a different request body, which had more fields".to_owned()
            }
            [] => "a different request body".to_owned(),
            [one] => format!("a different request body: {one} differs"),
            many => format!("a different request body: {} differ", many.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(target: u8, fields: &[(&str, u8)]) -> RequestParts {
        let field = |(name, value): &(&str, u8)| {
            let first = name.bytes().next().unwrap_or(0);
            ((*name).to_owned(), [first; 32], [*value; 32])
        };
        RequestParts { target: [target; 32], fields: fields.iter().map(field).collect() }
    }

    #[test]
    fn a_difference_is_named() {
        let first = parts(1, &[("a", 1), ("b", 2)]).to_bytes();
        for (other, text) in [
            (parts(2, &[("a", 1), ("b", 2)]), "another path"),
            (parts(1, &[("a", 1), ("b", 3)]), "a different request body: 'b' differs"),
            (parts(1, &[("a", 9), ("b", 3)]), "a different request body: 'a', 'b' differ"),
            (parts(1, &[("a", 1), ("b", 2), ("c", 0)]), "a different request body: 'c' differs"),
            (parts(1, &[("a", 1)]), "a different request body, which had more fields"),
        ] {
            assert_eq!(other.difference(&first), text);
        }
        // A record of before, and a value that only its short digest hides.
        assert_eq!(parts(1, &[]).difference(&[]), "a different request");
        assert_eq!(parts(1, &[("a", 1), ("b", 2)]).difference(&first), "a different request body");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let names: Vec<_> = (0..100).map(|number| format!("n{number}")).collect();
        let fields: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
        assert_eq!(parts(1, &fields).to_bytes().len(), 508);
        let long = "x".repeat(65);
        let said = parts(1, &[(&long, 1)]).difference(&parts(1, &[]).to_bytes());
        assert_eq!(said, "a different request body");
        let many = parts(1, &fields).difference(&parts(1, &[("n0", 2)]).to_bytes());
        assert_eq!(many.matches('\'').count(), 10, "{many}");
    }
}
