use crate::words::words;

words! {
    /// Why a cardholder objects.
    Reason {
        /// Charged twice for one purchase.
        Duplicate = "duplicate",
        /// Paid for and never delivered.
        NotReceived = "not_received",
        /// Not made by the cardholder.
        Fraud = "fraud",
        /// Delivered, and something else than was promised.
        NotAsDescribed = "not_as_described",
        /// Charged after the subscription was ended.
        CancelledSubscription = "cancelled_subscription",
        /// Anything else; the description says what.
        Other = "other",
    }
}
