use sha2::{Digest, Sha256};

/// A 128-bit identity for a compound natural key: the first half of SHA-256 over the
/// length-prefixed parts. Rows whose identity is a digest need no look-up before they are locked.
#[must_use]
pub fn digest128(parts: &[&[u8]]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hash.update(length.to_be_bytes());
        hash.update(part);
    }
    let full: [u8; 32] = hash.finalize().into();
    let (half, _) = full.split_at(16);
    u128::from_be_bytes(half.try_into().expect("half of 32 bytes is 16"))
}

/// SHA-256 (FIPS 180-4) of a file's bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of bytes that come in pieces.
#[derive(Debug, Clone, Default)]
pub struct Sha256Pieces(Sha256);

impl Sha256Pieces {
    /// Adds bytes at the end.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Sha256Pieces, digest128, sha256};

    #[test]
    fn pieces_have_the_digest_of_the_whole() {
        let mut pieces = Sha256Pieces::default();
        for piece in [&b"a"[..], b"", b"bc"] {
            pieces.update(piece);
        }
        assert_eq!(pieces.finish(), sha256(b"abc"));
    }

    #[test]
    fn the_digest_is_the_standards() {
        // FIPS 180-4, the example "abc".
        assert_eq!(sha256(b"abc")[..4], [0xBA, 0x78, 0x16, 0xBF]);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(digest128(&[b"ab", b"c"]), digest128(&[b"a", b"bc"]));
        assert_eq!(digest128(&[b"ab", b"c"]), digest128(&[b"ab", b"c"]));
    }
}
