//! What bounds a caller, and what is left of it.

use cardium_kernel::{Money, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{amount::AmountOut, text::Text};

/// Where a caller stands in one window.
#[derive(Debug, Clone, Copy)]
pub struct LimitWindow {
    /// Its name: burst, minute or day.
    pub name: &'static str,
    /// Requests that it takes.
    pub limit: i64,
    /// How many of them are left.
    pub remaining: i64,
    /// When all are there again.
    pub resets_at: Timestamp,
}

/// The bounds of one operation on amounts.
#[derive(Debug, Clone, Copy)]
pub struct SpendLimits {
    /// The least top-up.
    pub topup_minimum: Money,
    /// The greatest top-up.
    pub topup_maximum: Money,
    /// From this amount a top-up is live.
    pub topup_live_from: Money,
    /// The greatest card load.
    pub load_maximum: Money,
}

/// The largest requests, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct SizeLimits {
    /// A body.
    pub body: usize,
    /// A file of evidence.
    pub evidence: usize,
    /// A head, the request line included.
    pub headers: usize,
    /// One header value.
    pub header_value: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WindowOut {
    /// Which window: `burst` is one second.
    #[schemars(extend("enum" = ["burst", "minute", "day"]))]
    name: &'static str,
    /// Requests that it takes.
    limit: i64,
    /// How many of them are left.
    remaining: i64,
    /// When all of them are there again.
    resets_at: Text<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SpendOut {
    /// The least amount of a top-up.
    topup_minimum_usd: AmountOut,
    /// The greatest amount of a top-up.
    topup_maximum_usd: AmountOut,
    /// A top-up of at least this amount is live, a smaller one sandbox.
    topup_live_from_usd: AmountOut,
    /// The greatest amount of one card load.
    load_maximum_usd: AmountOut,
}

/// The caller's bounds as they are shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LimitsOut {
    /// Always `limits`.
    #[schemars(extend("const" = "limits"))]
    object: &'static str,
    /// How often the credential may ask; empty where nothing bounds it.
    windows: Vec<WindowOut>,
    /// The bounds of amounts.
    spend: SpendOut,
    /// The largest body, in bytes.
    max_body_bytes: usize,
    /// The largest file of evidence, in bytes.
    max_evidence_bytes: usize,
    /// The largest request line and headers together, in bytes.
    max_headers_bytes: usize,
    /// The longest header value, in bytes.
    max_header_bytes: usize,
}

impl LimitsOut {
    /// The object of these bounds.
    #[must_use]
    pub fn new(
        windows: impl IntoIterator<Item = LimitWindow>,
        spend: &SpendLimits,
        sizes: &SizeLimits,
    ) -> Self {
        let windows = windows.into_iter().map(|window| WindowOut {
            name: window.name,
            limit: window.limit,
            remaining: window.remaining,
            resets_at: Text(window.resets_at),
        });
        Self {
            object: "limits",
            windows: windows.collect(),
            spend: SpendOut {
                topup_minimum_usd: AmountOut(spend.topup_minimum),
                topup_maximum_usd: AmountOut(spend.topup_maximum),
                topup_live_from_usd: AmountOut(spend.topup_live_from),
                load_maximum_usd: AmountOut(spend.load_maximum),
            },
            max_body_bytes: sizes.body,
            max_evidence_bytes: sizes.evidence,
            max_headers_bytes: sizes.headers,
            max_header_bytes: sizes.header_value,
        }
    }
}
