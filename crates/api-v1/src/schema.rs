//! JSON Schemas of the small types that all wire types share.

use std::borrow::Cow;

use cardium_kernel::{
    AccountId, ActivityId, AnnouncementId, ApprovalId, AuditId, AuthorizationId, CardId,
    CredentialId, DeliveryId, DisputeId, EndpointId, EntryId, EventId, EvidenceId, GrantId,
    MessageId, RequestId, TicketId, Timestamp, TopupId, TransactionId, WithdrawalId,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    amount::{AmountIn, AmountOut},
    text::Text,
};

/// The outline of an e-mail address: what is taken for one.
pub const EMAIL: &str = concat!(
    r"^[^@\s\x00-\x1f\x7f-\x9f]{1,64}@[^@.\s\x00-\x1f\x7f-\x9f]+",
    r"(\.[^@.\s\x00-\x1f\x7f-\x9f]+)*$"
);
/// Printable ASCII characters (RFC 20).
pub const ASCII: &str = "^[ -~]*$";

/// Decimals from 0.01 to 1000000.00.
const POSITIVE: &str =
    "^(1000000(\\.00?)?|[1-9][0-9]{0,5}(\\.[0-9]{1,2})?|0\\.(0[1-9]|[1-9][0-9]?))$";

/// The schema of an amount that may be zero.
pub struct NotNegative;

impl JsonSchema for NotNegative {
    fn schema_name() -> Cow<'static, str> {
        "AmountOrZero".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "US dollars with at most two decimals, as a number or a string.",
            "oneOf": [
                {"type": "number", "minimum": 0, "maximum": 1_000_000, "multipleOf": 0.01},
                {"type": "string", "pattern": "^(1000000(\\.00?)?|[0-9]{1,6}(\\.[0-9]{1,2})?)$"},
            ],
            "examples": [4],
        })
    }
}

impl JsonSchema for AmountIn {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "US dollars with at most two decimals, as a number or a string.",
            "oneOf": [
                {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 1_000_000,
                    "multipleOf": 0.01,
                },
                {"type": "string", "pattern": POSITIVE},
            ],
            "examples": [200, "19.99"],
        })
    }
}

impl JsonSchema for AmountOut {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AmountOut".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "US dollars with two decimals.",
            "type": "number",
            "examples": [487.20],
        })
    }
}

/// A value that is text on the wire, with the schema of that text.
pub trait TextSchema {
    /// The schema's name.
    const NAME: &'static str;

    /// The schema of the text.
    fn schema() -> Schema;
}

impl<T: TextSchema> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

impl TextSchema for Timestamp {
    const NAME: &'static str = "Timestamp";

    fn schema() -> Schema {
        json_schema!({
            "description": "A moment in UTC, to the second (RFC 3339).",
            "type": "string",
            "format": "date-time",
            "examples": ["2026-05-19T07:30:00Z"],
        })
    }
}

macro_rules! ids {
    ($($id:ident,)+) => {$(
        impl TextSchema for $id {
            const NAME: &'static str = stringify!($id);

            fn schema() -> Schema {
                let prefix = Self::PREFIX;
                json_schema!({
                    "type": "string",
                    "pattern": format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"),
                    "examples": [Self::new(1 << 120).to_string()],
                })
            }
        }
    )+};
}

ids! {
    AccountId,
    ActivityId,
    AnnouncementId,
    ApprovalId,
    GrantId,
    AuditId,
    AuthorizationId,
    CardId,
    CredentialId,
    DeliveryId,
    DisputeId,
    EndpointId,
    EntryId,
    EventId,
    EvidenceId,
    MessageId,
    RequestId,
    TicketId,
    TopupId,
    TransactionId,
    WithdrawalId,
}
