//! Requests to the test helpers.

use std::time::Duration;

use cardium_cards::Fulfilment;
use cardium_kernel::{Money, Problem, Timestamp};
use cardium_topups::Asset;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::{
    amount::AmountIn,
    field::{invalid, required, word},
    text::Text,
    topup::asset,
};

/// The most confirmations a helper mines at once.
const MOST_BLOCKS: u32 = 1_000;
/// The farthest the test clock moves at once: ten years.
const FARTHEST: u64 = 10 * 366 * 86_400;
/// The most characters of a merchant's name.
const NAME_LENGTH: usize = 64;
/// Where purchases are made that do not say: a shop for this and that (MCC 5999).
const MERCHANT: (&str, &str, &str) = ("TEST MERCHANT", "5999", "US");

/// Coins to send.
#[derive(Deserialize, Validate)]
pub struct DepositIn {
    amount_usd: Option<AmountIn>,
    confirmations: Option<Value>,
    asset: Option<String>,
}

/// How deep a simulated transfer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Deep enough to be final.
    Final,
    /// This many blocks, its own included.
    Blocks(u32),
}

/// Coins to send, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepositWish {
    /// How much; what remains of the top-up where it is not said.
    pub amount: Option<Money>,
    /// How deep.
    pub depth: Depth,
    /// Which coins.
    pub asset: Asset,
}

impl DepositIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `invalid_field`, `invalid_precision` or `unsupported_asset_chain`.
    pub fn parse(self) -> Result<DepositWish, Problem> {
        let amount = self.amount_usd.map(|amount| amount.positive("amount_usd"));
        Ok(DepositWish {
            amount: amount.transpose()?,
            depth: depth(self.confirmations.as_ref())?,
            asset: asset(self.asset.as_deref())?,
        })
    }
}

fn depth(value: Option<&Value>) -> Result<Depth, Problem> {
    let rule = "must be \"final\" or a whole number from 1 to 1000";
    match value {
        None => Ok(Depth::Final),
        Some(Value::String(word)) if word == "final" => Ok(Depth::Final),
        Some(value) => {
            let blocks = value.as_u64().and_then(|number| u32::try_from(number).ok());
            let blocks = blocks.filter(|blocks| (1..=MOST_BLOCKS).contains(blocks));
            blocks.map(Depth::Blocks).ok_or_else(|| invalid("confirmations", rule))
        }
    }
}

/// The CVV2 that a simulated merchant presents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentedCvv {
    /// None.
    Absent,
    /// The card's own.
    Good,
    /// Any other than the card's own.
    Bad,
    /// These three digits.
    Digits(String),
}

/// A purchase to simulate.
#[derive(Deserialize, Validate)]
pub struct PurchaseIn {
    amount_usd: Option<AmountIn>,
    merchant_name: Option<String>,
    mcc: Option<String>,
    country: Option<String>,
    cvv: Option<String>,
}

/// A purchase to simulate, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPurchase {
    /// How much.
    pub amount: Money,
    /// At whose shop: printable ASCII characters; DE 43 has room for the first 25.
    pub merchant_name: String,
    /// Of which category: four digits (ISO 18245).
    pub mcc: String,
    /// In which country: two capital letters (ISO 3166).
    pub country: String,
    /// With which CVV2.
    pub cvv: PresentedCvv,
}

impl PurchaseIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<SimulatedPurchase, Problem> {
        let name = |text: &str| {
            let length = (1..=NAME_LENGTH).contains(&text.len());
            length && text.bytes().all(|byte| (0x20..0x7F).contains(&byte))
        };
        let letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
        let name_rule = "must have 1 to 64 printable ASCII characters";
        let (shop, category, home) = MERCHANT;
        let merchant_name = self.merchant_name.unwrap_or_else(|| shop.to_owned());
        let mcc = self.mcc.unwrap_or_else(|| category.to_owned());
        let country = self.country.unwrap_or_else(|| home.to_owned());
        Ok(SimulatedPurchase {
            amount: required(self.amount_usd, "amount_usd")?.positive("amount_usd")?,
            merchant_name: checked(merchant_name, "merchant_name", name, name_rule)?,
            mcc: checked(mcc, "mcc", |text| digits(text, 4), "must have four digits")?,
            country: checked(country, "country", letters, "must be two capital letters")?,
            cvv: cvv(self.cvv.as_deref())?,
        })
    }
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn checked(
    text: String,
    param: &str,
    fits: impl Fn(&str) -> bool,
    rule: &str,
) -> Result<String, Problem> {
    if fits(&text) { Ok(text) } else { Err(invalid(param, rule)) }
}

fn cvv(value: Option<&str>) -> Result<PresentedCvv, Problem> {
    match value {
        None => Ok(PresentedCvv::Absent),
        Some("good") => Ok(PresentedCvv::Good),
        Some("bad") => Ok(PresentedCvv::Bad),
        Some(text) if digits(text, 3) => Ok(PresentedCvv::Digits(text.to_owned())),
        Some(_) => Err(invalid("cvv", "must be \"good\", \"bad\" or three digits")),
    }
}

/// How much of an authorization to clear or reverse.
#[derive(Deserialize, Validate)]
pub struct PartIn {
    amount_usd: Option<AmountIn>,
}

impl PartIn {
    /// The amount; the whole where it is not said.
    ///
    /// # Errors
    /// `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<Option<Money>, Problem> {
        self.amount_usd.map(|amount| amount.positive("amount_usd")).transpose()
    }
}

/// Where the plastic of a card is.
#[derive(Deserialize, Validate)]
pub struct FulfilmentIn {
    to: Option<String>,
}

impl FulfilmentIn {
    /// The state.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(&self) -> Result<Fulfilment, Problem> {
        let words = "ordered, produced, shipped, delivered, returned";
        word(required(self.to.as_deref(), "to")?, "to", Fulfilment::parse, words)
    }
}

/// How far to move the clock.
#[derive(Deserialize, Validate)]
pub struct ClockIn {
    advance_seconds: Option<u64>,
}

impl ClockIn {
    /// The step.
    ///
    /// # Errors
    /// `missing_required_field` or `invalid_field`.
    pub fn parse(self) -> Result<Duration, Problem> {
        let seconds = required(self.advance_seconds, "advance_seconds")?;
        if seconds > FARTHEST {
            return Err(invalid("advance_seconds", "must be at most ten years"));
        }
        Ok(Duration::from_secs(seconds))
    }
}

/// The test clock as it is shown.
#[derive(Debug, Serialize)]
pub struct ClockOut {
    object: &'static str,
    now: Text<Timestamp>,
}

impl From<Timestamp> for ClockOut {
    fn from(now: Timestamp) -> Self {
        let object = "clock";
        Self { object, now: Text(now) }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned + Validate>(json: &str) -> T {
        crate::body::Body::parse(json.as_bytes()).unwrap().read().unwrap()
    }

    #[test]
    fn deposits_are_final_unless_they_say_how_deep() {
        for (json, depth) in [
            ("{}", Some(Depth::Final)),
            (r#"{"confirmations":"final"}"#, Some(Depth::Final)),
            (r#"{"confirmations":3}"#, Some(Depth::Blocks(3))),
            (r#"{"confirmations":0}"#, None),
            (r#"{"confirmations":"3"}"#, None),
            (r#"{"confirmations":1.5}"#, None),
        ] {
            let wish = read::<DepositIn>(json).parse();
            assert_eq!(wish.ok().map(|wish| wish.depth), depth, "{json}");
        }
    }

    #[test]
    fn purchases_have_defaults_and_bounds() {
        let purchase = read::<PurchaseIn>(r#"{"amount_usd":42.95,"cvv":"good"}"#).parse();
        let purchase = purchase.unwrap();
        assert_eq!((purchase.mcc.as_str(), purchase.cvv), ("5999", PresentedCvv::Good));
        for (json, param) in [
            ("{}", "amount_usd"),
            (r#"{"amount_usd":1,"mcc":"12"}"#, "mcc"),
            (r#"{"amount_usd":1,"country":"us"}"#, "country"),
            (r#"{"amount_usd":1,"merchant_name":"é"}"#, "merchant_name"),
            (r#"{"amount_usd":1,"cvv":"12"}"#, "cvv"),
        ] {
            let problem = read::<PurchaseIn>(json).parse().unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{json}");
        }
    }
}
