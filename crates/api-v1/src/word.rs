//! Closed sets of words, for the schemas of fields that hold one of them as text.

use std::{borrow::Cow, marker::PhantomData};

use cardium_app::EventType;
use cardium_auth::{Scope, grants::Reveal};
use cardium_authorizations::{
    AuthorizationStatus, DeclineReason, Origin, Rule, Step, TransactionKind,
};
use cardium_cards::{
    Brand, CATALOGUE, CancelReason, CardStatus, CardType, Channel, FreezeReason, Fulfilment,
    MccMode, ReplacementReason, WalletProvider, WalletState,
};
use cardium_disputes::{DisputeStatus, EvidenceKind, FileType, Reason, Resolution, Stage};
use cardium_kernel::{Book, ErrorCode};
use cardium_topups::{Asset, LifecycleStatus, Network, TopupStatus};
use cardium_webhooks::{AttemptFailure, DisabledBy, Ordering, Payload};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// One word of a closed set. Only its schema is ever used: the field itself holds text.
pub struct Word<T>(PhantomData<T>);

/// The words of a closed set.
pub trait Words {
    /// All of them.
    fn words() -> Vec<&'static str>;
}

impl<T: Words> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "enum": T::words()})
    }
}

macro_rules! words {
    ($($set:ty: $all:expr;)+) => {$(
        impl Words for $set {
            fn words() -> Vec<&'static str> {
                $all.iter().map(|word| word.as_str()).collect()
            }
        }
    )+};
}

words! {
    Asset: [Asset::Usdt];
    AttemptFailure: AttemptFailure::ALL;
    AuthorizationStatus: AuthorizationStatus::ALL;
    Book: Book::ALL;
    Brand: [Brand::Visa, Brand::Mastercard];
    CancelReason: CancelReason::ALL;
    CardStatus: [CardStatus::Active, CardStatus::Frozen, CardStatus::Cancelled];
    CardType: [CardType::Virtual, CardType::Physical];
    Channel: Channel::ALL;
    DeclineReason: DeclineReason::ALL;
    DisabledBy: DisabledBy::ALL;
    DisputeStatus: DisputeStatus::ALL;
    EventType: EventType::ALL;
    ErrorCode: ErrorCode::ALL;
    EvidenceKind: EvidenceKind::ALL;
    FileType: FileType::ALL;
    FreezeReason: FreezeReason::ALL;
    Fulfilment: Fulfilment::ALL;
    LifecycleStatus: [
        LifecycleStatus::Pending,
        LifecycleStatus::Completed,
        LifecycleStatus::Expired,
        LifecycleStatus::Cancelled,
        LifecycleStatus::Error,
    ];
    MccMode: [MccMode::Allow, MccMode::Deny];
    Network: Network::ALL;
    Ordering: Ordering::ALL;
    Origin: Origin::ALL;
    Payload: Payload::ALL;
    Reason: Reason::ALL;
    Reveal: Reveal::ALL;
    ReplacementReason: ReplacementReason::ALL;
    Resolution: Resolution::ALL;
    Rule: Rule::ALL;
    Scope: Scope::ALL;
    Stage: Stage::ALL;
    Step: Step::ALL;
    TopupStatus: TopupStatus::ALL;
    TransactionKind: TransactionKind::ALL;
    WalletProvider: [WalletProvider::ApplePay, WalletProvider::GooglePay];
    WalletState: [WalletState::Ready, WalletState::Pending, WalletState::Unsupported];
}

/// The programme's BINs.
pub struct Bin;

impl Words for Bin {
    fn words() -> Vec<&'static str> {
        CATALOGUE.iter().map(|product| product.bin).collect()
    }
}

macro_rules! literal_words {
    ($($(#[$doc:meta])* $set:ident = $words:expr;)+) => {$(
        $(#[$doc])*
        pub struct $set;

        impl Words for $set {
            fn words() -> Vec<&'static str> {
                $words.to_vec()
            }
        }
    )+};
}

literal_words! {
    /// Whether an endpoint is told of events.
    EndpointStatus = ["enabled", "disabled"];
    /// How far a delivery is.
    DeliveryStatus = ["pending", "queued", "delivered", "failed"];
    /// Why a delivery was made.
    DeliveryCause = ["event", "replay"];
    /// Why events are missing at an endpoint.
    GapReason = ["not_sent", "failed", "pending"];
    /// What came of a request to the card.
    Verdict = ["approved", "approved_in_part", "declined"];
    /// What came of a check.
    CheckResult = ["passed", "failed"];
    /// What a check's figures count.
    FigureUnit = ["usd", "count"];
    /// What a check of the CVV2 gave.
    CvvResult = ["N"];
    /// What kind of refusal a code is.
    ErrorType = [
        "invalid_request_error",
        "authentication_error",
        "permission_error",
        "not_found_error",
        "conflict_error",
        "session_expired",
        "validation_error",
        "rate_limit_error",
        "api_error",
        "service_unavailable",
    ];
    /// Where the network moves a dispute.
    Move = ["responded", "pre_arbitration", "won", "lost"];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_one_that_is_read() {
        let brands = Brand::words().into_iter().filter_map(Brand::parse);
        assert_eq!(brands.count(), 2);
        assert!(Step::words().into_iter().all(|word| Step::parse(word).is_some()));
        assert!(Bin::words().iter().all(|bin| cardium_cards::find_product(bin).is_some()));
        let moves = Move::words().into_iter().map(cardium_app::disputes::Advance::parse);
        assert!(moves.into_iter().all(|found| found.is_some()));
    }
}
