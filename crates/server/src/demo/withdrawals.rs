//! Money that leaves again.

use serde_json::{Value, json};

use super::{
    DemoError, Tour,
    api::Api,
    check::{amount, same, text},
    report::Step,
    treasury::balance,
};

/// An address of an exchange.
const ADDRESS: &str = "TNXoiAJ3dct8Fjg4M9fkLFh9S2v9TXc32G";

impl Tour<'_> {
    /// Withdraws 50.00 and sees it through to its final block.
    pub(super) async fn withdraw(&mut self) -> Result<(), DemoError> {
        let asked = ask(&self.api);
        let withdrawal = self.report.step("Withdraw 50.00", asked).await?;
        let paid = settle(&self.api, &withdrawal);
        self.report.step("Settle it on the simulated chain", paid).await?;
        let read = balance(&self.api, 9_300);
        self.report.step("Read the balance", read).await
    }
}

async fn ask(api: &Api) -> Step<String> {
    let body = json!({"amount_usd": 50, "chain": "tron", "address": ADDRESS});
    let withdrawal = api.post("/v1/withdrawals", &body, 201).await?;
    amount(&withdrawal, "fee_usd", 100)?;
    amount(&withdrawal, "net_usd", 4_900)?;
    let id = text(&withdrawal, "id")?.to_owned();
    let path = format!("/v1/withdrawals/{id}");
    let sent = |shown: &Value| text(shown, "status").is_ok_and(|word| word == "broadcasted");
    let sent = api.get_until(&path, sent).await?;
    Ok((id, format!("49.00 on their way, transaction {}", text(&sent, "txid")?)))
}

async fn settle(api: &Api, withdrawal: &str) -> Step<()> {
    let path = format!("/v1/test/withdrawals/{withdrawal}/settlement");
    let settled = api.post(&path, &json!({"to": "confirmed"}), 200).await?;
    same("the status", &"confirmed", &text(&settled, "status")?)?;
    Ok(((), "final".to_owned()))
}
