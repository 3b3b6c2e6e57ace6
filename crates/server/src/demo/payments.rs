//! What happens on the card network.

use std::net::SocketAddr;

use cardium_iso8583::Message;
use cardium_network::simulate::Purchase;
use serde_json::json;

use super::{
    DemoError, Tour,
    api::Api,
    card_network::{CardDetails, CardNetwork},
    cards::expect_balance,
    check::{differs, same, text},
    report::Step,
};

/// DE 39.
const APPROVED: &str = "00";
const INSUFFICIENT_FUNDS: &str = "51";
const RESTRICTED: &str = "62";

impl Tour<'_> {
    /// Approvals, a clearing, a reversal and declines.
    pub(super) async fn pay(
        &mut self,
        issuer: SocketAddr,
        card: &str,
        details: &CardDetails,
    ) -> Result<(), DemoError> {
        let connected = connect(issuer);
        let mut network = self.report.step("Sign on to the ISO 8583 host", connected).await?;
        let network = &mut network;
        let coffee = network.purchase(details, 4_295);
        let approved = authorize(network, &coffee);
        let code = self.report.step("Authorize 42.95", approved).await?;
        let cleared = clear(&self.api, network, &coffee, &code, card);
        self.report.step("Clear it", cleared).await?;
        let cancelled = reverse(&self.api, network, details, card);
        self.report.step("Authorize 20.00, then reverse it", cancelled).await?;
        let declined = decline_frozen(&self.api, network, details, card);
        self.report.step("Pay with the card frozen", declined).await?;
        let dear = network.purchase(details, 500_000);
        let declined = decline(network, &dear, INSUFFICIENT_FUNDS);
        self.report.step("Pay 5,000.00", declined).await
    }
}

async fn connect(issuer: SocketAddr) -> Step<CardNetwork> {
    let mut network = CardNetwork::connect(issuer).await?;
    expect(&network.sign_on().await?, APPROVED)?;
    expect(&network.echo().await?, APPROVED)?;
    Ok((network, format!("{issuer}, echo answered")))
}

async fn authorize(network: &mut CardNetwork, purchase: &Purchase) -> Step<String> {
    let response = network.authorize(purchase).await?;
    expect(&response, APPROVED)?;
    let code = response.get(38);
    let code = code.ok_or_else(|| differs("DE 38", "an approval code", &"none"))?;
    Ok((code.to_owned(), format!("approved with code {code}")))
}

async fn clear(
    api: &Api,
    network: &mut CardNetwork,
    purchase: &Purchase,
    code: &str,
    card: &str,
) -> Step<()> {
    expect_balance(api, card, 30_705).await?;
    expect(&network.clear(purchase, code).await?, APPROVED)?;
    expect_balance(api, card, 30_705).await?;
    Ok(((), "307.05 left on the card".to_owned()))
}

async fn reverse(
    api: &Api,
    network: &mut CardNetwork,
    details: &CardDetails,
    card: &str,
) -> Step<()> {
    let purchase = network.purchase(details, 2_000);
    authorize(network, &purchase).await?;
    expect_balance(api, card, 28_705).await?;
    expect(&network.reverse(&purchase).await?, APPROVED)?;
    expect_balance(api, card, 30_705).await?;
    Ok(((), "307.05 left on the card".to_owned()))
}

async fn decline_frozen(
    api: &Api,
    network: &mut CardNetwork,
    details: &CardDetails,
    card: &str,
) -> Step<()> {
    set_frozen(api, card, "freeze", "frozen").await?;
    let purchase = network.purchase(details, 1_000);
    let declined = decline(network, &purchase, RESTRICTED).await?;
    set_frozen(api, card, "unfreeze", "active").await?;
    Ok(declined)
}

async fn set_frozen(api: &Api, card: &str, verb: &str, status: &str) -> Result<(), DemoError> {
    let card = api.post(&format!("/v1/cards/{card}/{verb}"), &json!({}), 200).await?;
    same("the card's status", &status, &text(&card, "status")?)
}

async fn decline(network: &mut CardNetwork, purchase: &Purchase, code: &str) -> Step<()> {
    expect(&network.authorize(purchase).await?, code)?;
    Ok(((), format!("declined with {code}")))
}

fn expect(response: &Message, code: &str) -> Result<(), DemoError> {
    same("DE 39", &Some(code), &response.get(39))
}
