//! Top-ups.

use cardium_app::reads::{TopupFilter, TopupSort};
use cardium_kernel::{Book, ErrorCode, Metadata, Money, Problem, Timestamp, TopupId};
use cardium_topups::{Asset, LifecycleStatus, Network, Topup, TopupStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::{AmountIn, AmountOut, parse_usd},
    field::{mode, required},
    metadata::{MetadataIn, MetadataOut},
    query::{Order, Query},
    text::Text,
    word::Word,
};

/// A request for a deposit address.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct TopupIn {
    #[schemars(required)]
    amount_usd: Option<AmountIn>,
    #[schemars(with = "Option<Word<Asset>>")]
    asset: Option<String>,
    #[schemars(with = "Option<Word<Network>>")]
    chain: Option<String>,
    #[schemars(with = "Option<Word<Book>>")]
    mode: Option<String>,
    metadata: Option<MetadataIn>,
}

/// A request for a deposit address, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopupWish {
    /// What will be paid, in US dollars.
    pub amount: Money,
    /// What will be paid.
    pub asset: Asset,
    /// Where it will be paid.
    pub network: Network,
    /// The book, where the request names one.
    pub mode: Option<Book>,
    /// Its owner's notes.
    pub metadata: Metadata,
}

impl TopupIn {
    /// The request with typed fields; USDT on Tron where it names nothing else.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field`, `invalid_precision` or
    /// `unsupported_asset_chain`.
    pub fn parse(self) -> Result<TopupWish, Problem> {
        let amount = required(self.amount_usd, "amount_usd")?;
        Ok(TopupWish {
            amount: amount.positive("amount_usd")?,
            asset: asset(self.asset.as_deref())?,
            network: network(self.chain.as_deref())?,
            mode: mode(self.mode.as_deref())?,
            metadata: self.metadata.unwrap_or_default().parse()?,
        })
    }
}

/// The asset with this ticker, USDT where none is named.
///
/// # Errors
/// `unsupported_asset_chain`.
pub fn asset(text: Option<&str>) -> Result<Asset, Problem> {
    let text = text.unwrap_or(Asset::Usdt.as_str());
    Asset::parse(text).ok_or_else(|| unsupported("asset", "The asset is not accepted."))
}

fn network(text: Option<&str>) -> Result<Network, Problem> {
    let text = text.unwrap_or(Network::Tron.as_str());
    Network::parse(text).ok_or_else(|| unsupported("chain", "The chain is not accepted."))
}

fn unsupported(param: &str, message: &str) -> Problem {
    Problem::field(ErrorCode::UnsupportedAssetChain, param, message)
}

/// The order of top-up lists.
pub const ORDER: Order<'static, TopupSort> = Order {
    fields: &[
        ("created_at", TopupSort::CreatedAt),
        ("amount_usd", TopupSort::Amount),
        ("status", TopupSort::Status),
    ],
    cursor: |text| TopupId::parse(text).map(TopupId::value),
};

/// The filters of a top-up list; `status` takes the words of both vocabularies.
///
/// # Errors
/// `invalid_field`.
pub fn filter(query: &Query) -> Result<TopupFilter, Problem> {
    let words = "awaiting, confirming, pending, completed, expired, cancelled, error";
    let (statuses, expired) = query.word("status", states, words)?.unwrap_or_default();
    Ok(TopupFilter {
        statuses,
        expired,
        asset: query.word("asset", Asset::parse, "USDT")?,
        network: query.word("chain", Network::parse, "tron, ethereum, bsc")?,
        txid: query.text("txid").map(str::to_owned),
        amount_min: query.read("amount_min", parse_usd)?,
        amount_max: query.read("amount_max", parse_usd)?,
        book: query.mode()?,
    })
}

fn states(word: &str) -> Option<(Vec<TopupStatus>, Option<bool>)> {
    match word {
        "pending" => Some((vec![TopupStatus::Awaiting, TopupStatus::Confirming], None)),
        "expired" => Some((vec![TopupStatus::Cancelled], Some(true))),
        other => Some((vec![TopupStatus::parse(other)?], None)),
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Confirmations {
    seen: i64,
    required: u32,
}

/// What a top-up's record does not say about it.
#[derive(Debug, Clone, Default)]
pub struct TopupFacts {
    /// What a wallet reads from the QR code.
    pub payment_uri: String,
    /// The QR code as an image, where it is shown.
    pub qr_data_uri: Option<String>,
    /// Confirmations after which coins are final.
    pub confirmations_required: u32,
}

/// A top-up as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TopupOut {
    id: Text<TopupId>,
    #[schemars(extend("const" = "topup"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    #[schemars(with = "Word<Asset>")]
    asset: &'static str,
    #[schemars(with = "Word<Network>")]
    chain: &'static str,
    deposit_address: String,
    amount_usd: AmountOut,
    amount_asset: String,
    #[schemars(with = "Word<TopupStatus>")]
    status: &'static str,
    #[schemars(with = "Word<LifecycleStatus>")]
    lifecycle_status: &'static str,
    expired: bool,
    late: bool,
    txid: Option<String>,
    payment_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    qr_data_uri: Option<String>,
    confirmations: Confirmations,
    received_usd: AmountOut,
    pending_usd: AmountOut,
    remaining_usd: AmountOut,
    metadata: MetadataOut,
    expires_at: Text<Timestamp>,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl TopupOut {
    /// The top-up with what its record does not say.
    #[must_use]
    pub fn new(topup: &Topup, facts: TopupFacts) -> Self {
        let remaining = topup.remaining().unwrap_or(Money::zero(topup.amount.currency()));
        Self {
            id: Text(topup.id),
            object: "topup",
            mode: topup.book.as_str(),
            asset: topup.asset.as_str(),
            chain: topup.network.as_str(),
            deposit_address: topup.address.clone(),
            amount_usd: AmountOut(topup.amount),
            amount_asset: amount_asset(topup.network, topup.asset, topup.amount),
            status: topup.status.as_str(),
            lifecycle_status: topup.lifecycle().as_str(),
            expired: topup.expired,
            late: topup.late,
            txid: topup.txid.clone(),
            payment_uri: facts.payment_uri,
            qr_data_uri: facts.qr_data_uri,
            confirmations: Confirmations {
                seen: topup.confirmations,
                required: facts.confirmations_required,
            },
            received_usd: AmountOut(topup.received),
            pending_usd: AmountOut(topup.confirming),
            remaining_usd: AmountOut(remaining),
            metadata: MetadataOut::from(&topup.metadata),
            expires_at: Text(topup.expires_at),
            created_at: Text(topup.created_at),
            updated_at: Text(topup.updated_at),
        }
    }
}

/// The amount in whole units of the asset, with at least two decimals and no more than needed.
#[must_use]
pub fn amount_asset(network: Network, asset: Asset, amount: Money) -> String {
    let decimals = usize::try_from(network.decimals(asset)).unwrap_or(0);
    let digits = format!("{:0>width$}", network.units_of(asset, amount), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let fraction = fraction.trim_end_matches('0');
    format!("{whole}.{fraction:0<2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<TopupWish, Problem> {
        crate::body::Body::parse(json.as_bytes())?.read::<TopupIn>()?.parse()
    }

    #[test]
    fn requests_are_read_or_refused_by_field() {
        let wish = read(r#"{"amount_usd": 500, "colour": "red"}"#).unwrap();
        assert_eq!((wish.amount, wish.network), (Money::usd(50_000), Network::Tron));
        for (json, code, param) in [
            ("{}", ErrorCode::MissingRequiredField, "amount_usd"),
            (r#"{"amount_usd": null}"#, ErrorCode::MissingRequiredField, "amount_usd"),
            (r#"{"amount_usd": []}"#, ErrorCode::InvalidField, "amount_usd"),
            (r#"{"amount_usd": 20.001}"#, ErrorCode::InvalidPrecision, "amount_usd"),
            (r#"{"amount_usd": 20, "asset": 5}"#, ErrorCode::InvalidField, "asset"),
            (r#"{"amount_usd": 20, "asset": "DOGE"}"#, ErrorCode::UnsupportedAssetChain, "asset"),
            (r#"{"amount_usd": 20, "chain": "x"}"#, ErrorCode::UnsupportedAssetChain, "chain"),
            (r#"{"amount_usd": 20, "mode": "x"}"#, ErrorCode::InvalidField, "mode"),
            (r#"{"amount_usd": 20, "metadata": {"": "x"}}"#, ErrorCode::InvalidField, "metadata"),
            (r#"{"amount_usd": 20, "metadata": {"n": 5}}"#, ErrorCode::InvalidField, "metadata.n"),
        ] {
            let problem = read(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }

    #[test]
    fn amounts_in_the_asset_are_exact() {
        for network in Network::ALL {
            for (cents, text) in [(50_000, "500.00"), (1, "0.01"), (123_456, "1234.56")] {
                assert_eq!(amount_asset(network, Asset::Usdt, Money::usd(cents)), text);
            }
        }
    }

    #[test]
    fn both_vocabularies_filter() {
        let filtered = |text| filter(&Query::parse(text).unwrap());
        assert_eq!(filtered("status=pending").unwrap().statuses.len(), 2);
        assert_eq!(filtered("status=expired").unwrap().expired, Some(true));
        assert_eq!(filtered("status=cancelled").unwrap().expired, None);
        assert!(filtered("status=late").is_err());
    }
}
