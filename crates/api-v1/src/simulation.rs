//! Requests to the test helpers.

use std::time::Duration;

use cardium_authorizations::{Finality, PartialApproval};
use cardium_cards::{Channel, Fulfilment};
use cardium_kernel::{Money, Problem, Timestamp, TransactionId};
use cardium_topups::Asset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use validator::Validate;

use crate::{
    amount::AmountIn,
    field::{invalid, required, word},
    schema::{ASCII, NotNegative},
    text::Text,
    topup::asset,
    word::{Word, Words},
};

/// The most confirmations a helper mines at once.
const MOST_BLOCKS: u32 = 1_000;
/// The farthest the test clock moves at once: ten years.
const FARTHEST: u64 = 10 * 366 * 86_400;
/// The most characters of a merchant's name.
const NAME_LENGTH: usize = 64;
/// The most characters of a merchant's id (DE 42).
const MERCHANT_ID_LENGTH: usize = 15;
/// Where purchases are made that do not say: a shop for this and that (MCC 5999).
const MERCHANT: (&str, &str, &str) = ("TEST MERCHANT", "5999", "US");
/// Where cash comes from: a cash machine (MCC 6011).
const CASH_MACHINE: &str = "6011";

/// Coins to send.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct DepositIn {
    amount_usd: Option<AmountIn>,
    #[schemars(with = "Option<DepthIn>")]
    confirmations: Option<Value>,
    #[schemars(with = "Option<Word<Asset>>")]
    asset: Option<String>,
    /// Whether the chain undoes the transfer: nothing is credited.
    reverted: Option<bool>,
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
    /// Whether the chain undoes the transfer.
    pub reverted: bool,
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
            reverted: self.reverted.unwrap_or(false),
        })
    }
}

/// The form of [`Depth`].
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum DepthIn {
    Word(#[schemars(extend("const" = "final"))] String),
    Blocks(#[schemars(range(min = 1, max = MOST_BLOCKS))] u32),
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

/// What a simulated merchant asks for, and by which message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurchaseKind {
    /// Money for goods, to be cleared later (0100).
    Purchase,
    /// Cash (0100, DE 3 = 01).
    Cash,
    /// Whether the card is good (0100 about nothing).
    Verification,
    /// What the card has (0100, DE 3 = 31).
    BalanceInquiry,
    /// Leave for a refund (0100, DE 3 = 20).
    Credit,
    /// Money for goods, at once (0200).
    SingleMessage,
    /// Nothing: the network approved in our place (0120).
    Advice,
}

impl PurchaseKind {
    const WORDS: [(&str, Self); 7] = [
        ("purchase", Self::Purchase),
        ("cash", Self::Cash),
        ("verification", Self::Verification),
        ("balance_inquiry", Self::BalanceInquiry),
        ("credit", Self::Credit),
        ("single_message", Self::SingleMessage),
        ("advice", Self::Advice),
    ];

    fn parse(text: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(word, _)| *word == text);
        found.map(|(_, kind)| *kind)
    }

    const fn has_amount(self) -> bool {
        !matches!(self, Self::Verification | Self::BalanceInquiry)
    }
}

impl Words for PurchaseKind {
    fn words() -> Vec<&'static str> {
        Self::WORDS.map(|(word, _)| word).to_vec()
    }
}

/// A purchase to simulate.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct PurchaseIn {
    #[schemars(with = "Option<NotNegative>")]
    amount_usd: Option<AmountIn>,
    #[schemars(length(min = 1, max = NAME_LENGTH), regex(pattern = ASCII))]
    merchant_name: Option<String>,
    #[schemars(length(min = 1, max = MERCHANT_ID_LENGTH), regex(pattern = ASCII))]
    merchant_id: Option<String>,
    #[schemars(regex(pattern = "^[0-9]{4}$"))]
    mcc: Option<String>,
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    country: Option<String>,
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    currency: Option<String>,
    #[schemars(regex(pattern = "^(good|bad|[0-9]{3})$"))]
    cvv: Option<String>,
    #[schemars(with = "Option<Word<Channel>>")]
    channel: Option<String>,
    partial_ok: Option<bool>,
    #[schemars(with = "Option<Word<PurchaseKind>>")]
    kind: Option<String>,
}

/// A purchase to simulate, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPurchase {
    /// How much; nothing where no amount is asked for.
    pub amount: Money,
    /// At whose shop: printable ASCII characters; DE 43 has room for the first 25.
    pub merchant_name: String,
    /// Its id: 1 to 15 printable ASCII characters.
    pub merchant_id: Option<String>,
    /// Of which category: four digits (ISO 18245).
    pub mcc: String,
    /// In which country: two capital letters (ISO 3166).
    pub country: String,
    /// In which currency: three capital letters (ISO 4217); that of the card where it is not said.
    pub currency: Option<String>,
    /// With which CVV2.
    pub cvv: PresentedCvv,
    /// How the card is used.
    pub channel: Channel,
    /// Whether less may be approved.
    pub partial: PartialApproval,
    /// What is asked for.
    pub kind: PurchaseKind,
}

impl PurchaseIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<SimulatedPurchase, Problem> {
        let (shop, category, home) = MERCHANT;
        let kinds = PurchaseKind::WORDS.map(|(word, _)| word).join(", ");
        let kind = self.kind.as_deref().unwrap_or("purchase");
        let kind = word(kind, "kind", PurchaseKind::parse, &kinds)?;
        let channel = channel(self.channel.as_deref(), kind)?;
        let category = if channel == Channel::Atm { CASH_MACHINE } else { category };
        let country = self.country.unwrap_or_else(|| home.to_owned());
        let amount = match (self.amount_usd, kind.has_amount()) {
            (None, false) => Money::usd(0),
            (Some(amount), false) => amount.not_negative("amount_usd")?,
            (amount, true) => required(amount, "amount_usd")?.positive("amount_usd")?,
        };
        Ok(SimulatedPurchase {
            amount,
            merchant_name: merchant_name(self.merchant_name.unwrap_or_else(|| shop.to_owned()))?,
            merchant_id: self.merchant_id.map(merchant_id).transpose()?,
            mcc: mcc(self.mcc.unwrap_or_else(|| category.to_owned()))?,
            country: capitals(country, "country", 2)?,
            currency: self.currency.map(|code| capitals(code, "currency", 3)).transpose()?,
            cvv: cvv(self.cvv.as_deref())?,
            channel,
            partial: partial(self.partial_ok),
            kind,
        })
    }
}

fn channel(text: Option<&str>, kind: PurchaseKind) -> Result<Channel, Problem> {
    let words = Channel::ALL.map(Channel::as_str).join(", ");
    match (text, kind) {
        (Some(text), _) => word(text, "channel", Channel::parse, &words),
        (None, PurchaseKind::Cash) => Ok(Channel::Atm),
        (None, _) => Ok(Channel::Ecommerce),
    }
}

fn partial(accepted: Option<bool>) -> PartialApproval {
    match accepted {
        Some(true) => PartialApproval::Accepted,
        Some(false) | None => PartialApproval::Refused,
    }
}

fn merchant_name(text: String) -> Result<String, Problem> {
    let rule = "must have 1 to 64 printable ASCII characters";
    checked(text, "merchant_name", |text| is_printable(text, NAME_LENGTH), rule)
}

fn merchant_id(text: String) -> Result<String, Problem> {
    let rule = "must have 1 to 15 printable ASCII characters";
    checked(text, "merchant_id", |text| is_printable(text, MERCHANT_ID_LENGTH), rule)
}

fn mcc(text: String) -> Result<String, Problem> {
    checked(text, "mcc", |text| digits(text, 4), "must have four digits")
}

fn capitals(text: String, param: &str, count: usize) -> Result<String, Problem> {
    let fits = |text: &str| text.len() == count && text.bytes().all(|b| b.is_ascii_uppercase());
    checked(text, param, fits, &format!("must be {count} capital letters"))
}

fn is_printable(text: &str, most: usize) -> bool {
    let fits = (1..=most).contains(&text.len());
    fits && text.bytes().all(|byte| (0x20..0x7F).contains(&byte))
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

/// By how much to raise an authorization.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct IncrementIn {
    #[schemars(required)]
    amount_usd: Option<AmountIn>,
}

impl IncrementIn {
    /// The amount.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<Money, Problem> {
        required(self.amount_usd, "amount_usd")?.positive("amount_usd")
    }
}

/// How much of an authorization to clear or reverse.
#[derive(Deserialize, Validate, JsonSchema)]
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

/// How much of an authorization to clear, and whether more will be.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct CaptureIn {
    amount_usd: Option<AmountIn>,
    #[serde(rename = "final")]
    is_final: Option<bool>,
}

impl CaptureIn {
    /// The amount, the whole where it is not said, and whether it is the last clearing, which it
    /// is unless it says otherwise.
    ///
    /// # Errors
    /// `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<(Option<Money>, Finality), Problem> {
        let finality = match self.is_final {
            Some(false) => Finality::MoreToCome,
            Some(true) | None => Finality::Last,
        };
        Ok((PartIn { amount_usd: self.amount_usd }.parse()?, finality))
    }
}

/// A posting that no request precedes: a refund or a force post.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct PostingIn {
    #[schemars(required)]
    amount_usd: Option<AmountIn>,
    #[schemars(with = "Option<Text<TransactionId>>")]
    transaction_id: Option<String>,
    #[schemars(length(min = 1, max = NAME_LENGTH), regex(pattern = ASCII))]
    merchant_name: Option<String>,
    #[schemars(regex(pattern = "^[0-9]{4}$"))]
    mcc: Option<String>,
}

/// A posting to simulate, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedPosting {
    /// How much.
    pub amount: Money,
    /// The transaction it is about, if any.
    pub transaction: Option<TransactionId>,
    /// At whose shop.
    pub merchant_name: Option<String>,
    /// Of which category.
    pub mcc: Option<String>,
}

impl PostingIn {
    /// The request with typed fields.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<SimulatedPosting, Problem> {
        let about = |text: &str| {
            let found = TransactionId::parse(text);
            found.map_err(|_| invalid("transaction_id", "must be the id of a transaction"))
        };
        Ok(SimulatedPosting {
            amount: required(self.amount_usd, "amount_usd")?.positive("amount_usd")?,
            transaction: self.transaction_id.as_deref().map(about).transpose()?,
            merchant_name: self.merchant_name.map(merchant_name).transpose()?,
            mcc: self.mcc.map(mcc).transpose()?,
        })
    }
}

/// Where the plastic of a card is.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct FulfilmentIn {
    #[schemars(with = "Word<Fulfilment>")]
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
#[derive(Deserialize, Validate, JsonSchema)]
pub struct ClockIn {
    #[schemars(required, range(max = FARTHEST))]
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
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockOut {
    #[schemars(extend("const" = "clock"))]
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
    fn the_kind_of_a_purchase_decides_what_else_it_needs() {
        let parsed = |json: &str| read::<PurchaseIn>(json).parse().unwrap();
        let inquiry = parsed(r#"{"kind":"balance_inquiry"}"#);
        assert_eq!((inquiry.amount, inquiry.channel), (Money::usd(0), Channel::Ecommerce));
        let cash = parsed(r#"{"kind":"cash","amount_usd":20}"#);
        assert_eq!((cash.channel, cash.mcc.as_str()), (Channel::Atm, CASH_MACHINE));
        let shop = parsed(r#"{"amount_usd":20,"partial_ok":true,"currency":"EUR"}"#);
        assert_eq!(
            (shop.partial, shop.currency.as_deref()),
            (PartialApproval::Accepted, Some("EUR"))
        );
    }

    #[test]
    fn a_capture_is_final_unless_it_says_otherwise() {
        for (json, finality) in [
            ("{}", Finality::Last),
            (r#"{"final":true}"#, Finality::Last),
            (r#"{"final":false}"#, Finality::MoreToCome),
        ] {
            assert_eq!(read::<CaptureIn>(json).parse(), Ok((None, finality)), "{json}");
        }
    }

    #[test]
    fn a_posting_names_its_transaction_or_none() {
        let posting = read::<PostingIn>(r#"{"amount_usd":5}"#).parse().unwrap();
        assert_eq!((posting.amount, posting.transaction), (Money::usd(500), None));
        for (json, param) in [
            ("{}", "amount_usd"),
            (r#"{"amount_usd":1,"transaction_id":"card_1"}"#, "transaction_id"),
            (r#"{"amount_usd":1,"mcc":"1"}"#, "mcc"),
            (r#"{"amount_usd":1,"merchant_name":""}"#, "merchant_name"),
        ] {
            let problem = read::<PostingIn>(json).parse().unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{json}");
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
            (r#"{"amount_usd":1,"kind":"gift"}"#, "kind"),
            (r#"{"kind":"cash"}"#, "amount_usd"),
            (r#"{"amount_usd":-1,"kind":"verification"}"#, "amount_usd"),
            (r#"{"amount_usd":1,"channel":"fax"}"#, "channel"),
            (r#"{"amount_usd":1,"currency":"eur"}"#, "currency"),
            (r#"{"amount_usd":1,"merchant_id":"SIXTEEN-LETTERS!"}"#, "merchant_id"),
        ] {
            let problem = read::<PurchaseIn>(json).parse().unwrap_err();
            assert_eq!(problem.param.as_deref(), Some(param), "{json}");
        }
    }
}
