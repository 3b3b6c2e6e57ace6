use cardium_disputes::{
    Dispute, DisputeRecord, DisputeStatus, Docket, DocketRecord, Entries, Evidence, Reason,
    Resolution, Stage,
};
use cardium_kernel::{AccountId, AuthorizationId, CardId, DisputeId, StoreError, TransactionId};

use super::{Fields, Kind, Row, Table, Value, book, metadata::metadata, money, time};

/// A dispute without its evidence, which has rows of its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DisputeRow {
    head: DisputeRecord,
    evidence: usize,
}

impl DisputeRow {
    /// The row of a dispute, and the evidence that has rows of its own.
    pub(crate) fn split(dispute: &Dispute) -> (Self, Vec<Evidence>) {
        let mut head = (**dispute).clone();
        let evidence = std::mem::take(&mut head.evidence);
        (Self { head, evidence: evidence.len() }, evidence)
    }

    /// The dispute with its evidence.
    pub(crate) fn join(mut self, evidence: Vec<Evidence>) -> Dispute {
        self.head.evidence = evidence;
        Dispute::restore(self.head)
    }

    pub(crate) const fn id(&self) -> DisputeId {
        self.head.id
    }

    pub(crate) const fn evidence_count(&self) -> usize {
        self.evidence
    }
}

impl Row for DisputeRow {
    const TABLE: Table = Table {
        name: "disputes",
        columns: &[
            ("id", Kind::Id),
            ("account_id", Kind::Id),
            ("card_id", Kind::Id),
            ("book", Kind::Int),
            ("authorization_id", Kind::Id),
            ("transaction_id", Kind::Id),
            ("reason", Kind::Text),
            ("description", Kind::Text),
            ("amount", Kind::Int),
            ("fee", Kind::Int),
            ("credited", Kind::Int),
            ("currency", Kind::Text),
            ("status", Kind::Text),
            ("stage", Kind::Text),
            ("resolution", Kind::Text),
            ("evidence_count", Kind::Int),
            ("evidence_due_by", Kind::Int),
            ("created_at", Kind::Int),
            ("updated_at", Kind::Int),
            ("version", Kind::Int),
            ("metadata", Kind::Text),
        ],
    };

    fn key(&self) -> u128 {
        self.head.id.value()
    }

    fn version(&self) -> i64 {
        self.head.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        let head = &self.head;
        vec![
            Value::id(head.id.value()),
            Value::id(head.account.value()),
            Value::id(head.card.value()),
            book(head.book),
            Value::id(head.authorization.value()),
            Value::id(head.transaction.value()),
            Value::text(head.reason.as_str()),
            Value::text(&head.description),
            Value::Int(head.amount.minor()),
            Value::Int(head.fee.minor()),
            Value::Int(head.credited.minor()),
            Value::text(head.amount.currency().code()),
            Value::text(head.status.as_str()),
            Value::text(head.stage.as_str()),
            Value::optional(head.resolution, |resolution| Value::text(resolution.as_str())),
            Value::Int(i64::try_from(self.evidence).unwrap_or(i64::MAX)),
            time(head.evidence_due_by),
            time(head.created_at),
            time(head.updated_at),
            Value::Int(head.version),
            metadata(&head.metadata),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let id = DisputeId::new(fields.id()?);
        let (account, card) = (AccountId::new(fields.id()?), CardId::new(fields.id()?));
        let book = fields.book()?;
        let authorization = AuthorizationId::new(fields.id()?);
        let transaction = TransactionId::new(fields.id()?);
        let (reason, description) = (fields.word(Reason::parse)?, fields.text()?);
        let (amount, fee, credited) = (fields.int()?, fields.int()?, fields.int()?);
        let currency = fields.currency()?;
        let status = fields.word(DisputeStatus::parse)?;
        let stage = fields.word(Stage::parse)?;
        let resolution = fields.optional(|fields| fields.word(Resolution::parse))?;
        let evidence = fields.code(|count| usize::try_from(count).ok())?;
        let head = DisputeRecord {
            id,
            account,
            card,
            book,
            authorization,
            transaction,
            reason,
            description,
            amount: money(amount, currency),
            fee: money(fee, currency),
            credited: money(credited, currency),
            status,
            stage,
            resolution,
            evidence: Vec::new(),
            evidence_due_by: fields.time()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
            version: fields.int()?,
            metadata: fields.metadata()?,
        };
        Ok(Self { head, evidence })
    }
}

impl Row for Docket {
    const TABLE: Table = Table {
        name: "dispute_dockets",
        columns: &[
            ("authorization_id", Kind::Id),
            ("account_id", Kind::Id),
            ("open", Kind::Text),
            ("version", Kind::Int),
        ],
    };

    fn key(&self) -> u128 {
        self.authorization.value()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn encode(&self) -> Vec<Value<'_>> {
        vec![
            Value::id(self.authorization.value()),
            Value::id(self.account.value()),
            Value::Text(self.to_text().into()),
            Value::Int(self.version),
        ]
    }

    fn decode(fields: &mut Fields) -> Result<Self, StoreError> {
        let authorization = AuthorizationId::new(fields.id()?);
        let account = AccountId::new(fields.id()?);
        let Entries { open, lost } = fields.word(Self::parse_entries)?;
        let version = fields.int()?;
        Ok(Self::restore(DocketRecord { authorization, account, open, lost, version }))
    }
}
