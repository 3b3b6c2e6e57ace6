use cardium_kernel::{
    AccountId, AuthorizationId, Book, CardId, Change, DisputeId, Metadata, Money, Timestamp,
    TransactionId,
};

use crate::{
    Attachment, DisputeError, DisputeStatus, EVIDENCE_PERIOD, Evidence, MAX_EVIDENCE, Reason,
    Resolution, Stage,
};

/// The stored facts of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeRecord {
    /// The dispute's id.
    pub id: DisputeId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card that spent.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// The authorization that was captured.
    pub authorization: AuthorizationId,
    /// The captured step.
    pub transaction: TransactionId,
    /// Why its cardholder objects.
    pub reason: Reason,
    /// The same in the cardholder's words.
    pub description: String,
    /// What is disputed.
    pub amount: Money,
    /// Our fee for a conversion that is contained in the amount.
    pub fee: Money,
    /// What the cardholder has of it: for the time being while it is open, for good once won.
    pub credited: Money,
    /// Where it is in its life.
    pub status: DisputeStatus,
    /// Whose move the procedure waits for, or who moved last.
    pub stage: Stage,
    /// How it ended, once it has.
    pub resolution: Option<Resolution>,
    /// What supports it, oldest first.
    pub evidence: Vec<Evidence>,
    /// Its cardholder's notes.
    pub metadata: Metadata,
    /// Until when evidence is of use at this stage.
    pub evidence_due_by: Timestamp,
    /// When it was filed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to open a dispute.
#[derive(Debug, Clone)]
pub struct NewDispute {
    /// The dispute's id.
    pub id: DisputeId,
    /// The tenant of the card.
    pub account: AccountId,
    /// The card that spent.
    pub card: CardId,
    /// The ledger its money is in.
    pub book: Book,
    /// The authorization that was captured.
    pub authorization: AuthorizationId,
    /// The captured step.
    pub transaction: TransactionId,
    /// Why its cardholder objects.
    pub reason: Reason,
    /// The same in the cardholder's words.
    pub description: String,
    /// What is disputed, and credited at once.
    pub amount: Money,
    /// Our fee for a conversion that is contained in the amount.
    pub fee: Money,
    /// Its cardholder's notes.
    pub metadata: Metadata,
}

/// A cardholder's objection. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute(DisputeRecord);

impl std::ops::Deref for Dispute {
    type Target = DisputeRecord;

    fn deref(&self) -> &DisputeRecord {
        &self.0
    }
}

impl Dispute {
    /// A dispute read back from storage.
    #[must_use]
    pub const fn restore(record: DisputeRecord) -> Self {
        Self(record)
    }

    /// Files a dispute: the transaction is charged back, its amount is the cardholder's for the
    /// time being.
    #[must_use]
    pub fn open(new: NewDispute, now: Timestamp) -> Self {
        Self(DisputeRecord {
            id: new.id,
            account: new.account,
            card: new.card,
            book: new.book,
            authorization: new.authorization,
            transaction: new.transaction,
            reason: new.reason,
            description: new.description,
            amount: new.amount,
            fee: new.fee,
            credited: new.amount,
            status: DisputeStatus::Opened,
            stage: Stage::Chargeback,
            resolution: None,
            evidence: Vec::new(),
            metadata: new.metadata,
            evidence_due_by: now.after(EVIDENCE_PERIOD),
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// Adds evidence, late or not, as long as nothing is decided.
    ///
    /// # Errors
    /// [`DisputeError::Closed`] or [`DisputeError::TooMuchEvidence`].
    pub fn attach(&mut self, attachment: Attachment, now: Timestamp) -> Result<(), DisputeError> {
        self.check_attachable()?;
        let place = (self.id, self.evidence.len());
        self.0.evidence.push(Evidence::next(place, attachment, now)?);
        self.touch(now);
        Ok(())
    }

    /// Whether evidence can still be added. What it refuses once it refuses for good.
    ///
    /// # Errors
    /// [`DisputeError::Closed`] or [`DisputeError::TooMuchEvidence`].
    pub fn check_attachable(&self) -> Result<(), DisputeError> {
        self.check_open()?;
        if self.evidence.len() < MAX_EVIDENCE { Ok(()) } else { Err(DisputeError::TooMuchEvidence) }
    }

    /// The merchant fights it and presents the transaction again.
    ///
    /// # Errors
    /// [`DisputeError::Closed`], or [`DisputeError::WrongStage`] after pre-arbitration began.
    pub fn respond(&mut self, now: Timestamp) -> Result<Change, DisputeError> {
        self.check_open()?;
        match self.stage {
            Stage::Chargeback => Ok(self.proceed(Stage::Representment, now)),
            Stage::Representment => Ok(Change::AlreadyApplied),
            Stage::PreArbitration => Err(DisputeError::WrongStage),
        }
    }

    /// We insist after the merchant's answer.
    ///
    /// # Errors
    /// [`DisputeError::Closed`], or [`DisputeError::WrongStage`] before the merchant answered.
    pub fn escalate(&mut self, now: Timestamp) -> Result<Change, DisputeError> {
        self.check_open()?;
        match self.stage {
            Stage::Chargeback => Err(DisputeError::WrongStage),
            Stage::Representment => Ok(self.proceed(Stage::PreArbitration, now)),
            Stage::PreArbitration => Ok(Change::AlreadyApplied),
        }
    }

    /// The network decides for the cardholder: what was credited stays.
    ///
    /// # Errors
    /// [`DisputeError::Closed`] when it was lost.
    pub fn win(&mut self, now: Timestamp) -> Result<Change, DisputeError> {
        let resolution = match (self.status, self.stage) {
            (DisputeStatus::Won, _) => return Ok(Change::AlreadyApplied),
            (DisputeStatus::Lost, _) => return Err(DisputeError::Closed),
            (_, Stage::Chargeback) => Resolution::Uncontested,
            (_, Stage::Representment | Stage::PreArbitration) => Resolution::Upheld,
        };
        self.close(DisputeStatus::Won, resolution, now);
        Ok(Change::Applied)
    }

    /// The network decides for the merchant; says what is to be taken back, nothing where it was
    /// lost before.
    ///
    /// # Errors
    /// [`DisputeError::Closed`] when it was won.
    pub fn lose(&mut self, now: Timestamp) -> Result<(Change, Money), DisputeError> {
        let back = self.credited;
        match self.status {
            DisputeStatus::Lost => return Ok((Change::AlreadyApplied, back)),
            DisputeStatus::Won => return Err(DisputeError::Closed),
            DisputeStatus::Opened | DisputeStatus::Responded => {}
        }
        self.0.credited = Money::zero(back.currency());
        self.close(DisputeStatus::Lost, Resolution::Rejected, now);
        Ok((Change::Applied, back))
    }

    /// The merchant gives up to `refund` back by itself: as much of the credit is withdrawn, and
    /// with the last of it the dispute is won. Says how much is to be taken back.
    ///
    /// # Errors
    /// When the amounts do not fit.
    pub fn withdraw(&mut self, refund: Money, now: Timestamp) -> Result<Money, DisputeError> {
        let back = self.credited.min(refund)?;
        if self.status.is_closed() || !back.is_positive() {
            return Ok(Money::zero(self.credited.currency()));
        }
        self.0.credited = self.credited.minus(back)?;
        if self.credited.is_zero() {
            self.close(DisputeStatus::Won, Resolution::Refunded, now);
        } else {
            self.touch(now);
        }
        Ok(back)
    }

    fn check_open(&self) -> Result<(), DisputeError> {
        if self.status.is_closed() { Err(DisputeError::Closed) } else { Ok(()) }
    }

    fn proceed(&mut self, stage: Stage, now: Timestamp) -> Change {
        self.0.status = DisputeStatus::Responded;
        self.0.stage = stage;
        self.0.evidence_due_by = now.after(EVIDENCE_PERIOD);
        self.touch(now);
        Change::Applied
    }

    fn close(&mut self, status: DisputeStatus, resolution: Resolution, now: Timestamp) {
        self.0.status = status;
        self.0.resolution = Some(resolution);
        self.touch(now);
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.updated_at = now.max(self.updated_at);
        self.0.version = self.version.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;
