//! Authorizations: the state that a card transaction's steps add up to.

use cardium_authorizations::{Authorization, AuthorizationStatus, Origin};
use cardium_kernel::{AuthorizationId, Book, CardId, Timestamp, TransactionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{amount::AmountOut, text::Text, transaction::MerchantPart, word::Word};

/// An authorization as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuthorizationOut {
    id: Text<AuthorizationId>,
    #[schemars(extend("const" = "authorization"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    card_id: Text<CardId>,
    #[schemars(with = "Word<AuthorizationStatus>")]
    status: &'static str,
    #[schemars(with = "Word<Origin>")]
    origin: &'static str,
    force_post: bool,
    late_presentment: bool,
    authorized_usd: AmountOut,
    held_usd: AmountOut,
    advanced_usd: AmountOut,
    cleared_usd: AmountOut,
    refunded_usd: AmountOut,
    credited_usd: AmountOut,
    merchant: MerchantPart,
    transaction_ids: Vec<Text<TransactionId>>,
    expires_at: Text<Timestamp>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl AuthorizationOut {
    /// The authorization with its steps, oldest first.
    #[must_use]
    pub fn new(authorization: &Authorization, steps: &[TransactionId]) -> Self {
        Self {
            id: Text(authorization.id),
            object: "authorization",
            mode: authorization.book.as_str(),
            card_id: Text(authorization.card),
            status: authorization.status.as_str(),
            origin: authorization.origin.as_str(),
            force_post: authorization.origin == Origin::ForcePost,
            late_presentment: authorization.late_presentment,
            authorized_usd: AmountOut(authorization.authorized),
            held_usd: AmountOut(authorization.held),
            advanced_usd: AmountOut(authorization.advanced),
            cleared_usd: AmountOut(authorization.cleared),
            refunded_usd: AmountOut(
                authorization.refunded.plus(authorization.excess).unwrap_or(authorization.refunded),
            ),
            credited_usd: AmountOut(authorization.credited),
            merchant: MerchantPart::from(&authorization.merchant),
            transaction_ids: steps.iter().copied().map(Text).collect(),
            expires_at: Text(authorization.expires_at),
            created_at: Text(authorization.created_at),
            updated_at: Text(authorization.updated_at),
        }
    }
}
