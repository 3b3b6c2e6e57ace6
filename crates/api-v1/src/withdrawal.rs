//! Withdrawals.

use cardium_app::reads::{WithdrawalFilter, WithdrawalSort};
use cardium_kernel::{
    Asset, Book, ErrorCode, Metadata, Money, Network, Problem, Timestamp, WithdrawalId,
};
use cardium_withdrawals::{Address, Failure, Withdrawal, WithdrawalStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::{AmountIn, AmountOut, parse_usd},
    field::{mode, required, word},
    metadata::{MetadataIn, MetadataOut},
    query::{Order, Query},
    text::Text,
};

/// The chains that are paid on.
pub const CHAINS: &[&str] = &["tron", "ethereum", "bsc"];
/// The states of a withdrawal.
pub const STATUSES: &[&str] = &["created", "broadcasted", "confirmed", "failed"];

/// A request to pay treasury money to an address.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct WithdrawalIn {
    /// What leaves the treasury; the fee comes out of it.
    #[schemars(required)]
    amount_usd: Option<AmountIn>,
    /// The chain to pay on: tron, ethereum or bsc.
    #[schemars(required, extend("examples" = ["ethereum"]))]
    chain: Option<String>,
    /// The asset to pay in; USDT where none is named.
    asset: Option<String>,
    /// Who is paid, checksum included.
    #[validate(length(min = 1, max = 128))]
    #[schemars(required, extend("examples" = ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]))]
    address: Option<String>,
    /// What goes with the payment, where the payee's address is shared.
    #[validate(length(min = 1, max = 128))]
    memo: Option<String>,
    /// Which balance pays.
    #[schemars(extend("enum" = ["live", "sandbox", null]))]
    mode: Option<String>,
    /// The fee that is expected; another one refuses the withdrawal.
    expected_fee_usd: Option<AmountIn>,
    /// Your own notes.
    metadata: Option<MetadataIn>,
}

/// A request to pay treasury money to an address, understood but for the address itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalWish {
    /// What leaves the treasury.
    pub amount: Money,
    /// Where it is paid.
    pub network: Network,
    /// What is paid.
    pub asset: Asset,
    /// Who is paid.
    pub address: String,
    /// What goes with the payment.
    pub memo: Option<String>,
    /// The book, where the request names one.
    pub mode: Option<Book>,
    /// The fee that is expected.
    pub expected_fee: Option<Money>,
    /// The client's notes.
    pub metadata: Metadata,
}

impl WithdrawalIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field`, `invalid_precision` or
    /// `unsupported_asset_chain`.
    pub fn parse(self) -> Result<WithdrawalWish, Problem> {
        let amount = required(self.amount_usd, "amount_usd")?;
        let fee = self.expected_fee_usd.map(|fee| fee.not_negative("expected_fee_usd"));
        Ok(WithdrawalWish {
            amount: amount.positive("amount_usd")?,
            network: network(&required(self.chain, "chain")?)?,
            asset: crate::topup::asset(self.asset.as_deref())?,
            address: required(self.address, "address")?,
            memo: self.memo,
            mode: mode(self.mode.as_deref())?,
            expected_fee: fee.transpose()?,
            metadata: self.metadata.map_or(Ok(Metadata::default()), MetadataIn::parse)?,
        })
    }
}

fn network(text: &str) -> Result<Network, Problem> {
    let refuse = || {
        let message = "The chain is not paid on.";
        Problem::field(ErrorCode::UnsupportedAssetChain, "chain", message)
    };
    Network::parse(text).ok_or_else(refuse)
}

/// Where a withdrawal's payment is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// With its chain.
    Broadcasted,
    /// In a final block.
    Confirmed,
    /// In a final block, without effect.
    Failed,
}

impl Settlement {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "broadcasted" => Some(Self::Broadcasted),
            "confirmed" => Some(Self::Confirmed),
            "failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

/// How far to move the payment of a withdrawal.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct SettlementIn {
    /// Where the payment is to be.
    #[schemars(required, extend("enum" = ["broadcasted", "confirmed", "failed"]))]
    to: Option<String>,
}

impl SettlementIn {
    /// Where the payment is to be.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<Settlement, Problem> {
        let to = required(self.to, "to")?;
        word(&to, "to", Settlement::parse, "broadcasted, confirmed, failed")
    }
}

/// The order of withdrawal lists.
pub const ORDER: Order<'static, WithdrawalSort> = Order {
    fields: &[
        ("created_at", WithdrawalSort::CreatedAt),
        ("amount_usd", WithdrawalSort::Amount),
        ("status", WithdrawalSort::Status),
    ],
    cursor: |text| WithdrawalId::parse(text).map(WithdrawalId::value),
};

/// The filters of a withdrawal list. An EVM address is found in any case.
///
/// # Errors
/// `invalid_field` or `invalid_precision`.
pub fn filter(query: &Query) -> Result<WithdrawalFilter, Problem> {
    let network = query.word("chain", Network::parse, &CHAINS.join(", "))?;
    Ok(WithdrawalFilter {
        status: query.word("status", WithdrawalStatus::parse, &STATUSES.join(", "))?,
        network,
        address: query.text("address").map(canonical),
        amount_min: query.read("amount_min", parse_usd)?,
        amount_max: query.read("amount_max", parse_usd)?,
        book: query.mode()?,
    })
}

/// The address as its chain writes it; anything else as it is, which no withdrawal bears.
fn canonical(text: &str) -> String {
    let mut read = Network::ALL.into_iter().map(|network| Address::parse(network, text));
    let found = read.find_map(Result::ok);
    found.map_or_else(|| text.to_owned(), |address| address.to_string())
}

#[derive(Debug, Serialize, JsonSchema)]
struct FailurePart {
    /// A word for programs.
    code: &'static str,
    /// A sentence for people.
    message: String,
}

impl From<&Failure> for FailurePart {
    fn from(failure: &Failure) -> Self {
        Self { code: failure.code.as_str(), message: failure.message.clone() }
    }
}

/// A withdrawal as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WithdrawalOut {
    id: Text<WithdrawalId>,
    object: &'static str,
    /// Which balance pays: live or sandbox.
    mode: &'static str,
    /// created, broadcasted, confirmed or failed.
    status: &'static str,
    /// What leaves the treasury.
    amount_usd: AmountOut,
    /// Our fee, out of the amount.
    fee_usd: AmountOut,
    /// What the payee gets.
    net_usd: AmountOut,
    asset: &'static str,
    chain: &'static str,
    /// Who is paid, as the chain writes it.
    address: String,
    memo: Option<String>,
    /// The chain's transaction id, once it has one.
    txid: Option<String>,
    /// From when on the payment may leave.
    releases_at: Text<Timestamp>,
    /// Why it was not paid.
    failure: Option<FailurePart>,
    metadata: MetadataOut,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&Withdrawal> for WithdrawalOut {
    fn from(withdrawal: &Withdrawal) -> Self {
        let net = withdrawal.net().unwrap_or(Money::zero(withdrawal.amount.currency()));
        Self {
            id: Text(withdrawal.id),
            object: "withdrawal",
            mode: withdrawal.book.as_str(),
            status: withdrawal.status.as_str(),
            amount_usd: AmountOut(withdrawal.amount),
            fee_usd: AmountOut(withdrawal.fee),
            net_usd: AmountOut(net),
            asset: withdrawal.asset.as_str(),
            chain: withdrawal.network.as_str(),
            address: withdrawal.address.clone(),
            memo: withdrawal.memo.clone(),
            txid: withdrawal.txid.clone(),
            releases_at: Text(withdrawal.releases_at),
            failure: withdrawal.failure.as_ref().map(FailurePart::from),
            metadata: MetadataOut::from(&withdrawal.metadata),
            created_at: Text(withdrawal.created_at),
            updated_at: Text(withdrawal.updated_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    fn read(json: &str) -> Result<WithdrawalWish, Problem> {
        crate::body::Body::parse(json.as_bytes())?.read::<WithdrawalIn>()?.parse()
    }

    #[test]
    fn requests_are_read_or_refused_by_field() {
        let wish = read(r#"{"amount_usd": 50, "chain": "bsc", "address": "x"}"#).unwrap();
        assert_eq!((wish.amount, wish.network), (Money::usd(5_000), Network::Bsc));
        assert_eq!((wish.asset, wish.mode), (Asset::Usdt, None));
        for (json, code, param) in [
            ("{}", ErrorCode::MissingRequiredField, "amount_usd"),
            (r#"{"amount_usd": 50}"#, ErrorCode::MissingRequiredField, "chain"),
            (r#"{"amount_usd": 50, "chain": "bsc"}"#, ErrorCode::MissingRequiredField, "address"),
            (
                r#"{"amount_usd": 50, "chain": "bitcoin", "address": "x"}"#,
                ErrorCode::UnsupportedAssetChain,
                "chain",
            ),
            (
                r#"{"amount_usd": 50, "chain": "bsc", "address": ""}"#,
                ErrorCode::InvalidField,
                "address",
            ),
            (
                r#"{"amount_usd": 50.001, "chain": "bsc", "address": "x"}"#,
                ErrorCode::InvalidPrecision,
                "amount_usd",
            ),
        ] {
            let problem = read(json).unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (code, Some(param)), "{json}");
        }
    }

    #[test]
    fn an_address_is_found_in_any_case() {
        for text in [ADDRESS.to_owned(), ADDRESS.to_lowercase()] {
            assert_eq!(canonical(&text), ADDRESS);
        }
        assert_eq!(canonical("nobody's"), "nobody's");
    }

    #[test]
    fn the_documents_words_are_ours() {
        assert_eq!(CHAINS, Network::ALL.map(Network::as_str));
        assert_eq!(STATUSES, WithdrawalStatus::ALL.map(WithdrawalStatus::as_str));
    }
}
