use cardium_app::Policy;
use cardium_kernel::Rate;

use super::{Settings, SettingsError};

impl Settings {
    /// Fees and caps as the use cases take them.
    ///
    /// # Errors
    /// When the fee is not a rate.
    pub fn policy(&self) -> Result<Policy, SettingsError> {
        let limits = &self.limits;
        let load_fee = Rate::from_basis_points(self.fees.load_basis_points);
        Ok(Policy {
            load_fee: load_fee.ok_or(SettingsError::Value {
                key: "fees.load_basis_points",
                problem: "is too large",
            })?,
            topup_minimum: limits.topup_minimum.0,
            topup_live_from: limits.topup_live_from.0,
            topup_maximum: limits.topup_maximum.0,
            load_maximum: limits.load_maximum.0,
            api_keys_maximum: i64::from(limits.api_keys),
            webhooks_maximum: i64::from(limits.webhooks),
        })
    }
}
