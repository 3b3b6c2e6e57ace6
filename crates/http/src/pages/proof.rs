use serde_json::{Map, Value, json};

use cardium_kernel::Problem;

use super::{fields::Fields, visit::Visit};

/// How an owner shows that it is them, in a form.
#[derive(Debug, Clone, Copy)]
pub struct Proof {
    /// Whether a code does as well as the password.
    pub code: bool,
}

impl Proof {
    /// What the account can prove itself by.
    pub async fn of(visit: &Visit) -> Result<Self, Problem> {
        let account = visit.read("get_account", "", "").await?;
        Ok(Self { code: account["twofa_enabled"] == true })
    }

    /// The same, where the session signed in too long ago to do without.
    pub async fn needed(visit: &Visit) -> Result<Option<Self>, Problem> {
        match visit.credential.check_step_up(visit.now()) {
            Ok(()) => Ok(None),
            Err(_) => Ok(Some(Self::of(visit).await?)),
        }
    }
}

/// Adds to a request what was typed as proof.
pub fn add_proof(input: &mut Map<String, Value>, fields: &Fields) {
    let password = Some(fields.raw("password")).filter(|text| !text.is_empty());
    if let Some(password) = password {
        input.insert("password".to_owned(), json!(password));
    }
    if let Some(code) = fields.given("totp_code") {
        input.insert("totp_code".to_owned(), json!(code));
    }
}
