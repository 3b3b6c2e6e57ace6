//! What a sealed value is bound to.
//!
//! Each part is encoded behind its length (eight bytes, big-endian), so different parts never
//! give the same bytes. The payload is bound to account, record and field; the wrapped data key
//! also to the version of the key that wraps it. A rewrap therefore leaves the payload alone.

/// First part of the payload's additional data.
const PAYLOAD_LABEL: &[u8] = b"cardium/seal/payload/v1";
/// First part of the wrapped data key's additional data.
const WRAP_LABEL: &[u8] = b"cardium/seal/wrap/v1";

/// The place a sealed value belongs to: it opens nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aad {
    place: Vec<u8>,
}

impl Aad {
    /// The place `field` of the record `record` that `account` owns.
    ///
    /// `account` is the account's id, all zeros for a record of the whole programme; `record` is
    /// the record's id in any fixed form; `field` is the name of what is sealed, such as `pan`.
    #[must_use]
    pub fn new(account: [u8; 16], record: &[u8], field: &str) -> Self {
        let mut place = Vec::new();
        for part in [account.as_slice(), record, field.as_bytes()] {
            push_part(&mut place, part);
        }
        Self { place }
    }

    /// The additional data of the payload.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_part(&mut bytes, PAYLOAD_LABEL);
        bytes.extend_from_slice(&self.place);
        bytes
    }

    /// The additional data of a data key wrapped by the KEK of `kek_version`.
    pub(crate) fn wrap(&self, kek_version: i32) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_part(&mut bytes, WRAP_LABEL);
        push_part(&mut bytes, &kek_version.to_be_bytes());
        bytes.extend_from_slice(&self.place);
        bytes
    }
}

fn push_part(bytes: &mut Vec<u8>, part: &[u8]) {
    let length = u64::try_from(part.len()).expect("a length in memory fits 64 bits");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(part);
}
