use cardium_kernel::{BlobId, DisputeId, EvidenceId, Timestamp};

use crate::{DisputeError, FileType, words::words};

/// The most pieces of evidence of a dispute: no network takes more, and each is a row.
pub const MAX_EVIDENCE: usize = 20;
/// The most characters of evidence that is typed in.
pub const MAX_TEXT: u64 = 20_000;

words! {
    /// What a piece of evidence is.
    EvidenceKind {
        /// A bill or a proof of payment.
        Receipt = "receipt",
        /// Letters and messages between cardholder and merchant.
        Correspondence = "correspondence",
        /// A picture of what the cardholder saw.
        Screenshot = "screenshot",
        /// Anything else.
        Other = "other",
    }
}

/// What a piece of evidence says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Words, kept with the dispute.
    Text(String),
    /// A file, kept beside the database's rows.
    File {
        /// Under which id it is kept.
        blob: BlobId,
        /// What its sender called it; never the name of a file of ours.
        filename: String,
        /// Its type, checked against its first bytes.
        file_type: FileType,
        /// The SHA-256 of its bytes.
        sha256: [u8; 32],
    },
}

/// Evidence before it has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is.
    pub kind: EvidenceKind,
    /// What it says.
    pub content: Content,
    /// How many bytes that is.
    pub size: i64,
}

impl Attachment {
    /// Evidence that is typed in.
    #[must_use]
    pub fn text(kind: EvidenceKind, text: String) -> Self {
        let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
        Self { kind, content: Content::Text(text), size }
    }
}

/// One piece of evidence; it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id, derived from its dispute's.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// What it says.
    pub content: Content,
    /// How many bytes that is.
    pub size: i64,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Evidence {
    /// The id of a dispute's evidence at this place, from 1: the dispute's own with the place in
    /// its last byte, which minted ids leave zero. So no look-up precedes a lock.
    #[must_use]
    pub fn id_at(dispute: DisputeId, place: usize) -> EvidenceId {
        EvidenceId::new(dispute.value() | u128::try_from(place).unwrap_or(0))
    }

    /// The dispute that an id belongs to.
    #[must_use]
    pub const fn dispute_of(id: EvidenceId) -> DisputeId {
        DisputeId::new(id.value() & !0xFF)
    }

    /// The piece that comes after `before` others.
    pub(crate) fn next(
        (dispute, before): (DisputeId, usize),
        attachment: Attachment,
        now: Timestamp,
    ) -> Result<Self, DisputeError> {
        if before >= MAX_EVIDENCE {
            return Err(DisputeError::TooMuchEvidence);
        }
        Ok(Self {
            id: Self::id_at(dispute, before.saturating_add(1)),
            kind: attachment.kind,
            content: attachment.content,
            size: attachment.size,
            created_at: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_dispute() {
        let dispute = DisputeId::new(0xAB00);
        let ids: Vec<_> = (1..=MAX_EVIDENCE).map(|n| Evidence::id_at(dispute, n)).collect();
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(Evidence::dispute_of(*id), dispute);
            assert!(!ids[index + 1..].contains(id));
        }
    }
}
