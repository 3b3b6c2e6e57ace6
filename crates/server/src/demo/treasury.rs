//! Sign-up to a funded treasury.

use cardium_app::Entropy;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::{
    DemoError, Tour,
    check::{amount, differs, same, text},
    report::Step,
};
use crate::{demo::api::Api, entropy::SystemEntropy};

impl Tour<'_> {
    /// Signs up, makes an API key and works with that from then on, and asks for webhooks.
    pub(super) async fn open_account(&mut self) -> Result<(), DemoError> {
        let signed_up = sign_up(&self.api);
        let session = self.report.step("Sign up", signed_up).await?;
        let made = create_key(&session);
        self.api = self.report.step("Make an API key", made).await?;
        let made = create_webhook(&self.api, self.receiver.url());
        self.secret = self.report.step("Ask for webhooks", made).await?;
        Ok(())
    }

    /// Asks for a top-up of 500.00 and pays it.
    pub(super) async fn fund_treasury(&mut self) -> Result<(), DemoError> {
        let asked = ask_for_topup(&self.api);
        let topup = self.report.step("Ask for a top-up of 500.00", asked).await?;
        let paid = deposit(&self.api, &topup);
        self.report.step("Pay it on the simulated chain", paid).await?;
        let read = balance(&self.api, 50_000);
        self.report.step("Read the balance", read).await
    }
}

async fn sign_up(api: &Api) -> Step<Api> {
    let mut name = [0; 8];
    SystemEntropy.fill(&mut name);
    let email = format!("demo-{}@example.com", HEXLOWER.encode(&name));
    let mut password = [0; 16];
    SystemEntropy.fill(&mut password);
    let body = json!({"email": email, "password": HEXLOWER.encode(&password)});
    let account = api.post("/v1/accounts", &body, 201).await?;
    let session = api.with_token(text(&account, "token")?);
    Ok((session, text(&account, "id")?.to_owned()))
}

async fn create_key(session: &Api) -> Step<Api> {
    let key = session.post("/v1/api_keys", &json!({"name": "demo"}), 201).await?;
    let api = session.with_token(text(&key, "key")?);
    Ok((api, text(&key, "id")?.to_owned()))
}

async fn create_webhook(api: &Api, url: String) -> Step<String> {
    let body = json!({"url": url, "events": ["*"]});
    let webhook = api.post("/v1/webhooks", &body, 201).await?;
    let secret = text(&webhook, "signing_secret")?.to_owned();
    Ok((secret, url))
}

async fn ask_for_topup(api: &Api) -> Step<String> {
    let body = json!({"amount_usd": 500, "asset": "USDT", "chain": "tron"});
    let topup = api.post("/v1/topups", &body, 201).await?;
    same("the status", &"awaiting", &text(&topup, "status")?)?;
    amount(&topup, "amount_usd", 50_000)?;
    let qr = text(&topup, "qr_data_uri")?;
    if !qr.starts_with("data:image/png;base64,") {
        return Err(differs("qr_data_uri", "a PNG image", &qr));
    }
    let address = text(&topup, "deposit_address")?;
    if !address.starts_with("sim_tron_") {
        return Err(differs("deposit_address", "a simulated one", &address));
    }
    let note = format!("{address}, with its QR code");
    Ok((text(&topup, "id")?.to_owned(), note))
}

async fn deposit(api: &Api, topup: &str) -> Step<()> {
    let path = format!("/v1/test/topups/{topup}/deposits");
    let helper = json!({"confirmations": "final"});
    api.post(&path, &helper, 201).await?;
    let path = format!("/v1/topups/{topup}");
    let completed = |topup: &Value| text(topup, "status").is_ok_and(|word| word == "completed");
    let topup = api.get_until(&path, completed).await?;
    amount(&topup, "received_usd", 50_000)?;
    Ok(((), format!("transaction {}", text(&topup, "txid")?)))
}

/// Reads the treasury and expects this much.
pub(super) async fn balance(api: &Api, cents: i64) -> Step<()> {
    let balance = api.get("/v1/balance").await?;
    amount(&balance, "available_usd", cents)?;
    amount(&balance, "pending_usd", 0)?;
    let available = super::check::dollars(&balance, "available_usd")?;
    Ok(((), format!("{available} available")))
}
