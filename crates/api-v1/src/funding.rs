//! Loads and unloads.

use cardium_app::cards::{Loaded, UnloadAmount, Unloaded};
use cardium_kernel::{CardId, Money, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::{
    amount::{AmountIn, AmountOut},
    field::{invalid, required},
    schema::NotNegative,
    text::Text,
};

/// A request to fund a card.
#[derive(Deserialize, Validate, JsonSchema)]
pub struct LoadIn {
    #[schemars(required)]
    amount_usd: Option<AmountIn>,
    #[schemars(with = "Option<NotNegative>")]
    expected_fee_usd: Option<AmountIn>,
}

impl LoadIn {
    /// The amount, and the fee the caller expects.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<(Money, Option<Money>), Problem> {
        let amount = required(self.amount_usd, "amount_usd")?.positive("amount_usd")?;
        let fee = self.expected_fee_usd;
        let fee = fee.map(|fee| fee.not_negative("expected_fee_usd"));
        Ok((amount, fee.transpose()?))
    }
}

/// A request to move money back to the treasury.
#[derive(Deserialize, Validate, JsonSchema)]
#[schemars(extend("oneOf" = [
    {
        "required": ["amount_usd"],
        "properties": {
            "amount_usd": {"not": {"type": "null"}},
            "all": {"enum": [false, null]},
        },
    },
    {"required": ["all"], "properties": {"amount_usd": {"type": "null"}, "all": {"const": true}}},
]))]
pub struct UnloadIn {
    amount_usd: Option<AmountIn>,
    all: Option<bool>,
}

impl UnloadIn {
    /// How much.
    ///
    /// # Errors
    /// `missing_required_field`, `invalid_field` or `invalid_precision`.
    pub fn parse(self) -> Result<UnloadAmount, Problem> {
        match (self.amount_usd, self.all) {
            (None, Some(true)) => Ok(UnloadAmount::Everything),
            (Some(_), Some(true)) => Err(invalid("all", "excludes amount_usd")),
            (amount, _) => {
                let amount = required(amount, "amount_usd")?.positive("amount_usd")?;
                Ok(UnloadAmount::Exactly(amount))
            }
        }
    }
}

/// What a load did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoadedOut {
    #[schemars(extend("const" = "card_load"))]
    object: &'static str,
    card_id: Text<CardId>,
    loaded_usd: AmountOut,
    rail_fee_usd: AmountOut,
    receivable_settled_usd: AmountOut,
    new_card_balance_usd: AmountOut,
    new_treasury_balance_usd: AmountOut,
}

impl From<&Loaded> for LoadedOut {
    fn from(loaded: &Loaded) -> Self {
        Self {
            object: "card_load",
            card_id: Text(loaded.card),
            loaded_usd: AmountOut(loaded.amount),
            rail_fee_usd: AmountOut(loaded.fee),
            receivable_settled_usd: AmountOut(loaded.settled),
            new_card_balance_usd: AmountOut(loaded.card_balance),
            new_treasury_balance_usd: AmountOut(loaded.treasury_balance),
        }
    }
}

/// What an unload did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnloadedOut {
    #[schemars(extend("const" = "card_unload"))]
    object: &'static str,
    card_id: Text<CardId>,
    unloaded_usd: AmountOut,
    new_card_balance_usd: AmountOut,
    new_treasury_balance_usd: AmountOut,
}

impl From<&Unloaded> for UnloadedOut {
    fn from(unloaded: &Unloaded) -> Self {
        Self {
            object: "card_unload",
            card_id: Text(unloaded.card),
            unloaded_usd: AmountOut(unloaded.amount),
            new_card_balance_usd: AmountOut(unloaded.card_balance),
            new_treasury_balance_usd: AmountOut(unloaded.treasury_balance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_load_reads_as_documented() {
        let loaded = Loaded {
            card: CardId::new(1),
            amount: Money::usd(20_000),
            fee: Money::usd(400),
            settled: Money::usd(0),
            card_balance: Money::usd(20_000),
            treasury_balance: Money::usd(28_320),
        };
        let text = String::from_utf8(crate::to_json(&LoadedOut::from(&loaded))).unwrap();
        let expected = concat!(
            r#"{"object":"card_load","card_id":"card_00000000000000000000000001","#,
            r#""loaded_usd":200.00,"rail_fee_usd":4.00,"receivable_settled_usd":0.00,"#,
            r#""new_card_balance_usd":200.00,"new_treasury_balance_usd":283.20}"#
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn an_unload_names_an_amount_or_all() {
        let read = |json: &str| {
            let body = crate::body::Body::parse(json.as_bytes())?;
            body.read::<UnloadIn>()?.parse()
        };
        assert_eq!(read(r#"{"all":true}"#), Ok(UnloadAmount::Everything));
        let five = UnloadAmount::Exactly(Money::usd(500));
        assert_eq!(read(r#"{"amount_usd":5,"all":false}"#), Ok(five));
        assert!(read(r#"{"amount_usd":5,"all":true}"#).is_err());
        assert!(read(r#"{"all":false}"#).is_err());
    }
}
