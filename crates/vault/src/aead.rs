//! AES-256-GCM (NIST SP 800-38D) with a 96-bit nonce and a 128-bit tag.
//!
//! Plaintext lives only in buffers that are wiped, and never in one that grows.

use aws_lc_rs::aead::{self, AES_256_GCM, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use zeroize::Zeroizing;

/// Length of a nonce, in bytes.
pub const NONCE_BYTES: usize = 12;
/// Length of the authentication tag at the end of a ciphertext, in bytes.
pub const TAG_BYTES: usize = 16;

/// Encrypts `plaintext`; the tag follows the ciphertext.
pub(crate) fn encrypt(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let mut buffer = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_BYTES));
    buffer.extend_from_slice(plaintext);
    let nonce = Nonce::assume_unique_for_key(nonce);
    cipher(key)?.seal_in_place_append_tag(nonce, aead::Aad::from(aad), &mut *buffer)?;
    Ok(std::mem::take(&mut *buffer))
}

/// Checks the tag at the end of `ciphertext` and decrypts what is before it.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length =
        cipher(key)?.open_in_place(nonce, aead::Aad::from(aad), buffer.as_mut_slice())?.len();
    buffer.truncate(length);
    Ok(buffer)
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key)?))
}

#[cfg(test)]
mod tests {
    use super::{decrypt, encrypt};

    /// Test case 14 of McGrew and Viega, "The Galois/Counter Mode of Operation".
    #[test]
    fn agrees_with_the_published_vector() {
        let sealed = encrypt(&[0; 32], [0; 12], b"", &[0; 16]).unwrap();
        let expected = [
            0xce_a7_40_3d_4d_60_6b_6e_07_4e_c5_d3_ba_f3_9d_18_u128.to_be_bytes(),
            0xd0_d1_c8_a7_99_99_6b_f0_26_5b_98_b5_d4_8a_b9_19_u128.to_be_bytes(),
        ];
        assert_eq!(sealed, expected.concat());
        assert_eq!(*decrypt(&[0; 32], [0; 12], b"", &sealed).unwrap(), [0; 16]);
    }
}
