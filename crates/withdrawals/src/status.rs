/// How far a withdrawal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalStatus {
    /// Its money is held; its chain has not taken it yet.
    Created,
    /// Its chain has it.
    Broadcasted,
    /// Its payee has it, for good.
    Confirmed,
    /// It was not paid, and its money is back.
    Failed,
}

impl WithdrawalStatus {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Created, Self::Broadcasted, Self::Confirmed, Self::Failed];

    /// Whether nothing happens to it any more.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Confirmed | Self::Failed)
    }

    /// The status's word on the wire and in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Broadcasted => "broadcasted",
            Self::Confirmed => "confirmed",
            Self::Failed => "failed",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// Why a withdrawal was not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureCode {
    /// The operator does not pay this address any more.
    Blocked,
    /// The chain does not take the payment, and never took it.
    Rejected,
    /// The payment is in a block and moved nothing.
    Reverted,
}

impl FailureCode {
    const ALL: [Self; 3] = [Self::Blocked, Self::Rejected, Self::Reverted];

    /// The code's word on the wire and in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "address_blocked",
            Self::Rejected => "rejected_by_chain",
            Self::Reverted => "reverted_on_chain",
        }
    }

    /// The code with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// Why a withdrawal was not paid, for its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The closed code.
    pub code: FailureCode,
    /// A sentence that is safe to show.
    pub message: String,
}
