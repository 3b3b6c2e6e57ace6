/// A top-up's state in the words of the OpenAPI document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopupStatus {
    /// No coins seen yet.
    Awaiting,
    /// Coins seen, not final.
    Confirming,
    /// Coins credited.
    Completed,
    /// Given up by its owner, or its window passed; late coins still credit.
    Cancelled,
    /// The chain undid the coins, which are with their sender; others still credit.
    Error,
}

impl TopupStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Awaiting, Self::Confirming, Self::Completed, Self::Cancelled, Self::Error];

    /// The status's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Confirming => "confirming",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// The same state in the words of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifecycleStatus {
    /// Awaiting or confirming.
    Pending,
    /// Credited.
    Completed,
    /// The window passed.
    Expired,
    /// Its owner gave it up.
    Cancelled,
    /// The chain undid the coins, which are with their sender; others still credit.
    Error,
}

impl LifecycleStatus {
    /// The status's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }
}
