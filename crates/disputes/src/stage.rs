use crate::words::words;

words! {
    /// Where a dispute is in its life.
    DisputeStatus {
        /// Filed; the merchant has not answered.
        Opened = "opened",
        /// The merchant fights it.
        Responded = "responded",
        /// Decided for the cardholder.
        Won = "won",
        /// Decided for the merchant.
        Lost = "lost",
    }
}

impl DisputeStatus {
    /// Whether nothing more can happen.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

words! {
    /// Whose move the network's procedure waits for.
    Stage {
        /// Ours was the first: the transaction was charged back.
        Chargeback = "chargeback",
        /// The merchant presented it again, with its own evidence.
        Representment = "representment",
        /// We insist; the network decides if the merchant does too.
        PreArbitration = "pre_arbitration",
    }
}

words! {
    /// How a dispute ended.
    Resolution {
        /// The merchant did not answer in time.
        Uncontested = "uncontested",
        /// The merchant answered and was not followed.
        Upheld = "upheld",
        /// The merchant was followed.
        Rejected = "rejected",
        /// The merchant gave the money back by itself.
        Refunded = "refunded",
    }
}
