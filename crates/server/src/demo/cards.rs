//! Issuing and funding a card, and its number.

use cardium_vault::{Expiry, Pan};
use serde_json::json;

use super::{
    DemoError, Tour,
    api::Api,
    card_network::CardDetails,
    check::{amount, differs, dollars, same, text},
    report::Step,
    treasury::balance,
};

impl Tour<'_> {
    /// Issues a card with 300.00 and loads 50.00 more; gives its id.
    pub(super) async fn fund_card(&mut self) -> Result<String, DemoError> {
        let issued = issue(&self.api);
        let card = self.report.step("Issue a card with 300.00 on it", issued).await?;
        let read = balance(&self.api, 19_400);
        self.report.step("Read the balance: 300.00 and 2 % less", read).await?;
        let loaded = load(&self.api, &card);
        self.report.step("Load 50.00, twice with one key", loaded).await?;
        Ok(card)
    }

    /// Reveals what its holder would type in.
    pub(super) async fn reveal(&mut self, card: &str) -> Result<CardDetails, DemoError> {
        let revealed = reveal(&self.api, card);
        self.report.step("Reveal the card's number", revealed).await
    }
}

async fn issue(api: &Api) -> Step<String> {
    let body = json!({"type": "virtual", "bin": "489517", "load_usd": 300});
    let card = api.post("/v1/cards", &body, 201).await?;
    same("the status", &"active", &text(&card, "status")?)?;
    amount(&card, "balance_usd", 30_000)?;
    let note = format!("{} ending in {}", text(&card, "brand")?, text(&card, "last4")?);
    Ok((text(&card, "id")?.to_owned(), note))
}

/// The second request is answered with the bytes of the first and loads nothing.
async fn load(api: &Api, card: &str) -> Step<()> {
    let path = format!("/v1/cards/{card}/load");
    let body = json!({"amount_usd": 50});
    let first = api.post_once(&path, &body, "load_demo").await?;
    let loaded = first.with_status(200)?;
    amount(&loaded, "rail_fee_usd", 100)?;
    amount(&loaded, "new_card_balance_usd", 35_000)?;
    amount(&loaded, "new_treasury_balance_usd", 14_300)?;
    let second = api.post_once(&path, &body, "load_demo").await?;
    same("a replay", &(false, true), &(first.replayed, second.replayed))?;
    same("its bytes", &first.bytes, &second.bytes)?;
    expect_balance(api, card, 35_000).await?;
    Ok(((), format!("fee {}", dollars(&loaded, "rail_fee_usd")?)))
}

/// Passes if the card has this much available.
pub(super) async fn expect_balance(api: &Api, card: &str, cents: i64) -> Result<(), DemoError> {
    let card = api.get(&format!("/v1/cards/{card}")).await?;
    amount(&card, "balance_usd", cents)
}

async fn reveal(api: &Api, card: &str) -> Step<CardDetails> {
    let revealed = api.get(&format!("/v1/cards/{card}/pan")).await?;
    let pan = Pan::parse(text(&revealed, "pan")?);
    let pan = pan.map_err(|error| differs("the card's number", "a PAN", &error))?;
    let month = text(&revealed, "expires_at")?;
    let yymm = month.get(2..).unwrap_or(month).replace('-', "");
    let expiry = Expiry::parse(&yymm);
    let details = CardDetails {
        expiry: expiry.map_err(|error| differs("the expiry", "YYYY-MM", &error))?,
        cvv: text(&revealed, "cvv")?.to_owned().into(),
        pan,
    };
    let note = format!(
        "number ending in {}, on record as {}",
        details.pan.last4(),
        text(&revealed, "audit_id")?
    );
    Ok((details, note))
}
