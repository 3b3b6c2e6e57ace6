//! Two digits a byte. The nibbles 0 to F stand for the characters `0` to `9` and `:;<=>?`, as
//! in the track alphabet of ISO/IEC 7811; the content check after unpacking keeps those six out
//! of numeric fields.

/// Bytes needed for `count` digits.
pub(crate) const fn packed_size(count: usize) -> usize {
    count.div_ceil(2)
}

/// Appends `characters` to `out`, right-justified: an odd count starts with a zero nibble.
pub(crate) fn pack(characters: &[u8], out: &mut Vec<u8>) {
    let (first, pairs) = characters.split_at(characters.len() % 2);
    out.extend(first.iter().map(|&character| nibble(character)));
    out.extend(pairs.chunks_exact(2).map(|pair| (nibble(pair[0]) << 4) | nibble(pair[1])));
}

/// Appends the `count` characters packed in `bytes` to `out`; false if the padding is not zero.
pub(crate) fn unpack(bytes: &[u8], count: usize, out: &mut Vec<u8>) -> bool {
    let padded = count % 2 == 1;
    if padded && bytes.first().is_some_and(|byte| byte >> 4 != 0) {
        return false;
    }
    let characters = bytes.iter().flat_map(|byte| [b'0' | (byte >> 4), b'0' | (byte & 0x0F)]);
    out.extend(characters.skip(usize::from(padded)));
    true
}

/// Some senders write the track separator as the letter D, which is also its nibble.
const fn nibble(character: u8) -> u8 {
    if character == b'D' { 0x0D } else { character & 0x0F }
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};

    #[test]
    fn odd_counts_are_padded_on_the_left() {
        let mut packed = Vec::new();
        pack(b"123", &mut packed);
        assert_eq!(packed, [0x01, 0x23]);
        let mut text = Vec::new();
        assert!(unpack(&packed, 3, &mut text));
        assert_eq!(text, b"123");
    }

    #[test]
    fn padding_other_than_zero_is_refused() {
        assert!(!unpack(&[0xF1, 0x23], 3, &mut Vec::new()));
    }

    #[test]
    fn both_track_separators_pack_alike() {
        let mut packed = Vec::new();
        pack(b"1=2D", &mut packed);
        assert_eq!(packed, [0x1D, 0x2D]);
    }
}
