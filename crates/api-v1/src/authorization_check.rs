//! Questions what a request would be answered.

use cardium_app::network::{Asked, Request};
use cardium_authorizations::{CvvCheck, Merchant, PartialApproval, RequestKind};
use cardium_cards::Channel;
use cardium_kernel::{Country, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use validator::Validate;

use crate::{
    amount::AmountIn,
    field::{invalid, required},
    schema::{ASCII, NotNegative},
    word::Word,
};

/// The most characters of a merchant's id (ISO 8583 DE 42).
const MERCHANT_ID_LENGTH: usize = 15;

/// A request to ask about.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct AuthorizationCheckIn {
    #[schemars(with = "NotNegative")]
    amount_usd: Option<AmountIn>,
    #[schemars(regex(pattern = "^([0-9]{4})?$"))]
    mcc: Option<String>,
    #[schemars(length(max = MERCHANT_ID_LENGTH), regex(pattern = ASCII))]
    merchant_id: Option<String>,
    #[schemars(regex(pattern = "^[A-Z]{2}$"))]
    country: Option<String>,
    #[schemars(with = "Option<Word<Channel>>")]
    channel: Option<String>,
    partial_ok: Option<bool>,
}

impl AuthorizationCheckIn {
    /// The request and its merchant. An amount of zero asks for an account verification.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<(Request, Merchant), Problem> {
        let amount = required(self.amount_usd, "amount_usd")?.not_negative("amount_usd")?;
        let channel = match self.channel.as_deref() {
            None => Channel::Ecommerce,
            Some(word) => Channel::parse(word).ok_or_else(|| {
                invalid("channel", "must be ecommerce, contactless, atm, magstripe or chip")
            })?,
        };
        let kind = match (amount.is_zero(), channel) {
            (true, _) => RequestKind::Verification,
            (false, Channel::Atm) => RequestKind::Cash,
            (false, _) => RequestKind::Purchase,
        };
        let merchant = merchant(self.mcc, self.merchant_id)?;
        let request = Request {
            kind,
            amount: Ok(Asked::domestic(amount)),
            expiry: None,
            cvv: CvvCheck::Absent,
            channel,
            country: self.country.map(|text| country(&text)).transpose()?,
            partial: match self.partial_ok {
                Some(true) => PartialApproval::Accepted,
                Some(false) | None => PartialApproval::Refused,
            },
        };
        Ok((request, merchant))
    }
}

fn merchant(mcc: Option<String>, id: Option<String>) -> Result<Merchant, Problem> {
    let (mcc, id) = (mcc.unwrap_or_default(), id.unwrap_or_default());
    let four_digits = mcc.len() == 4 && mcc.bytes().all(|byte| byte.is_ascii_digit());
    if !mcc.is_empty() && !four_digits {
        return Err(invalid("mcc", "must have four digits"));
    }
    if id.len() > MERCHANT_ID_LENGTH {
        return Err(invalid("merchant_id", "must have at most 15 characters"));
    }
    if !is_printable(&id) {
        return Err(invalid("merchant_id", "must be printable ASCII"));
    }
    Ok(Merchant { mcc, id, ..Merchant::default() })
}

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn country(text: &str) -> Result<Country, Problem> {
    Country::parse(text).ok_or_else(|| invalid("country", "must be two capital letters"))
}
