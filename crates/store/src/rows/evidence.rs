use cardium_disputes::{Content, Evidence, EvidenceKind, FileType};
use cardium_kernel::{AccountId, BlobId, EvidenceId, StoreError};

use super::{Fields, Kind, Row, Table, Value, time};

/// A piece of evidence with whose it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EvidenceRow {
    pub(crate) account: AccountId,
    pub(crate) evidence: Evidence,
}

impl Row for EvidenceRow {
    const TABLE: Table = Table {
        name: "dispute_evidence",
        columns: &[
            ("id", Kind::Id),
            ("dispute_id", Kind::Id),
            ("account_id", Kind::Id),
            ("kind", Kind::Text),
            ("content", Kind::Text),
            ("blob_id", Kind::Id),
            ("filename", Kind::Text),
            ("content_type", Kind::Text),
            ("size", Kind::Int),
            ("sha256", Kind::Bytes),
            ("created_at", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.evidence.id.value()
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let evidence = &self.evidence;
        let [content, blob, filename, content_type, sha256] = encode_content(&evidence.content);
        vec![
            Value::id(evidence.id.value()),
            Value::id(Evidence::dispute_of(evidence.id).value()),
            Value::id(self.account.value()),
            Value::text(evidence.kind.as_str()),
            content,
            blob,
            filename,
            content_type,
            Value::Int(evidence.size),
            sha256,
            time(evidence.created_at),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let (id, _dispute) = (EvidenceId::new(fields.id()?), fields.id()?);
        let account = AccountId::new(fields.id()?);
        let kind = fields.word(EvidenceKind::parse)?;
        let text = fields.optional(Fields::text)?;
        let blob = fields.optional(Fields::id)?.map(BlobId::new);
        let filename = fields.optional(Fields::text)?;
        let (file_type, size) = (fields.word(FileType::parse)?, fields.int()?);
        let sha256 = fields.optional(Fields::array::<32>)?;
        let content = match (text, blob, filename, sha256) {
            (Some(text), None, None, None) => Content::Text(text),
            (None, Some(blob), Some(filename), Some(sha256)) => {
                Content::File { blob, filename, file_type, sha256 }
            }
            _ => return Err(fields.damaged("evidence is neither words nor a file")),
        };
        let created_at = fields.time()?;
        Ok(Self { account, evidence: Evidence { id, kind, content, size, created_at } })
    }
}

/// The columns of words, blob, file name, type and digest.
fn encode_content(content: &Content) -> [Value<'_>; 5] {
    match content {
        Content::Text(text) => {
            let plain = Value::text(FileType::Text.as_str());
            [Value::text(text), Value::Null, Value::Null, plain, Value::Null]
        }
        Content::File { blob, filename, file_type, sha256 } => [
            Value::Null,
            Value::id(blob.value()),
            Value::text(filename),
            Value::text(file_type.as_str()),
            Value::bytes(sha256),
        ],
    }
}
