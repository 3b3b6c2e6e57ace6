use std::time::Duration;

use cardium_kernel::{AccountId, ApprovalId, Book, CardId, GrantId, Money, Timestamp, digest128};

use crate::{Credential, Scope};

/// How long an owner has to decide, and an agent to act on it.
pub const APPROVAL_LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// What an owner can be asked for: the operation, and the scope without which no yes helps.
pub const ASKED_FOR: [(&str, Scope); 6] = [
    ("issue_card", Scope::CardIssue),
    ("replace_card", Scope::CardIssue),
    ("load_card", Scope::CardFund),
    ("reveal_pan", Scope::CardRevealPan),
    ("withdraw", Scope::WithdrawalCreate),
    ("file_dispute", Scope::DisputeWrite),
];

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalStatus {
    /// The owner has not decided.
    Pending,
    /// The owner said yes; the request may be made once.
    Approved,
    /// The owner said no.
    Rejected,
    /// The request was made.
    Used,
}

impl ApprovalStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Rejected, Self::Used];

    /// The status's word. An open approval whose time is over is shown as `expired`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Used => "used",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// What an owner decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be done, once.
    Approve,
    /// It may not.
    Reject,
}

/// Why an approval stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// It is decided, its time is over, or whoever asked may not do it any more.
    #[error("the approval is not pending any more")]
    NotPending,
}

/// The approval was not given, was used, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the approval is not there to be used")]
pub struct NotApproved;

/// The stored facts of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// The approval's id (see [`Approval::id_of`]).
    pub id: ApprovalId,
    /// Who decides.
    pub account: AccountId,
    /// Who asks.
    pub grant: GrantId,
    /// The operation that was called.
    pub operation: String,
    /// What is asked, in words; everything that the owner agrees to stands in it.
    pub summary: String,
    /// The book it is about.
    pub book: Book,
    /// The card it is about, where it is about one.
    pub card: Option<CardId>,
    /// The money it is about, where it is about any.
    pub amount: Option<Money>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it is void.
    pub expires_at: Timestamp,
    /// When the owner decided.
    pub decided_at: Option<Timestamp>,
    /// Raised by one with every change.
    pub version: i64,
}

/// What an agent asks its owner for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApproval {
    /// The approval's id (see [`Approval::id_of`]).
    pub id: ApprovalId,
    /// Who decides.
    pub account: AccountId,
    /// Who asks.
    pub grant: GrantId,
    /// The operation that is called.
    pub operation: String,
    /// What is asked, in words.
    pub summary: String,
    /// The book it is about.
    pub book: Book,
    /// The card it is about, where it is about one.
    pub card: Option<CardId>,
    /// The money it is about, where it is about any.
    pub amount: Option<Money>,
}

/// What an agent asked its owner for. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval(ApprovalRecord);

impl std::ops::Deref for Approval {
    type Target = ApprovalRecord;

    fn deref(&self) -> &ApprovalRecord {
        &self.0
    }
}

impl Approval {
    /// An approval read back from storage, or a new one.
    #[must_use]
    pub const fn restore(record: ApprovalRecord) -> Self {
        Self(record)
    }

    /// The identity of what is asked: the same request, by its idempotency record where it has a
    /// key, finds its approval. What its words leave out of its terms comes as a digest.
    #[must_use]
    pub fn id_of(
        grant: GrantId,
        (operation, summary, terms): (&str, &str, u128),
        key: u128,
    ) -> ApprovalId {
        let [grant, terms, key] = [grant.value(), terms, key].map(u128::to_be_bytes);
        let words = [operation, summary].map(str::as_bytes);
        ApprovalId::new(digest128(&[&grant, words[0], words[1], &terms, &key]))
    }

    /// Asks an owner.
    #[must_use]
    pub fn ask(new: NewApproval, now: Timestamp) -> Self {
        Self(ApprovalRecord {
            id: new.id,
            account: new.account,
            grant: new.grant,
            operation: new.operation,
            summary: new.summary,
            book: new.book,
            card: new.card,
            amount: new.amount,
            status: ApprovalStatus::Pending,
            created_at: now,
            updated_at: now,
            expires_at: now.after(APPROVAL_LIFETIME),
            decided_at: None,
            version: 1,
        })
    }

    /// Asks again for the same, once it is used up or its time is over.
    pub fn ask_again(&mut self, now: Timestamp) {
        self.0.status = ApprovalStatus::Pending;
        self.0.created_at = now;
        self.0.expires_at = now.after(APPROVAL_LIFETIME);
        self.0.decided_at = None;
        self.touch(now);
    }

    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// Passes while the grant that asked could still act on an answer: it is not revoked and was
    /// left the scope.
    ///
    /// # Errors
    /// [`ApprovalError::NotPending`].
    pub fn check_asker(&self, credential: &Credential) -> Result<(), ApprovalError> {
        let needed = ASKED_FOR.into_iter().find(|(operation, _)| *operation == self.operation);
        let holds = needed.is_none_or(|(_, scope)| credential.scopes.allows(scope));
        let able = credential.revoked_at.is_none() && holds;
        if able { Ok(()) } else { Err(ApprovalError::NotPending) }
    }

    /// Takes the owner's decision.
    ///
    /// # Errors
    /// [`ApprovalError::NotPending`].
    pub fn decide(&mut self, decision: Decision, now: Timestamp) -> Result<(), ApprovalError> {
        if self.status != ApprovalStatus::Pending || self.is_over(now) {
            return Err(ApprovalError::NotPending);
        }
        self.0.status = match decision {
            Decision::Approve => ApprovalStatus::Approved,
            Decision::Reject => ApprovalStatus::Rejected,
        };
        self.0.decided_at = Some(now);
        self.touch(now);
        Ok(())
    }

    /// Uses it up. Only what was approved and is not used can be.
    ///
    /// # Errors
    /// [`NotApproved`].
    pub fn spend(&mut self, now: Timestamp) -> Result<(), NotApproved> {
        if self.status != ApprovalStatus::Approved || self.is_over(now) {
            return Err(NotApproved);
        }
        self.0.status = ApprovalStatus::Used;
        self.touch(now);
        Ok(())
    }

    fn touch(&mut self, now: Timestamp) {
        self.0.updated_at = now;
        self.0.version = self.version.saturating_add(1);
    }
}
