use std::time::Duration;

use cardium_app::{Policy, WithdrawalFees};
use cardium_kernel::Rate;
use cardium_webhooks::Patience;

use super::{Settings, SettingsError};

/// The greatest fee, in basis points: all of the amount. More is a slip of the pen.
const FEE_MAXIMUM: u32 = 10_000;

impl Settings {
    /// Fees and caps as the use cases take them.
    ///
    /// # Errors
    /// When a fee is above [`FEE_MAXIMUM`].
    pub fn policy(&self) -> Result<Policy, SettingsError> {
        let limits = &self.limits;
        let fees = &self.fees;
        Ok(Policy {
            load_fee: rate("fees.load_basis_points", fees.load_basis_points)?,
            conversion_fee: rate("fees.conversion_basis_points", fees.conversion_basis_points)?,
            topup_minimum: limits.topup_minimum.0,
            topup_live_from: limits.topup_live_from.0,
            topup_maximum: limits.topup_maximum.0,
            load_maximum: limits.load_maximum.0,
            withdrawal_minimum: limits.withdrawal_minimum.0,
            withdrawal_fees: WithdrawalFees {
                tron: fees.withdrawal_usd.tron.0,
                ethereum: fees.withdrawal_usd.ethereum.0,
                bsc: fees.withdrawal_usd.bsc.0,
            },
            withdrawal_cooling: Duration::from_secs(limits.withdrawal_cooling_seconds),
            api_keys_maximum: i64::from(limits.api_keys),
            cards_maximum: i64::from(limits.cards),
            webhooks_maximum: i64::from(limits.webhooks),
            webhook_patience: Patience {
                warn_after: hours(self.webhooks.warn_after_hours),
                disable_after: hours(self.webhooks.disable_after_hours),
            },
            open_tickets_maximum: i64::from(limits.open_tickets),
        })
    }
}

fn hours(hours: u32) -> Duration {
    Duration::from_secs(u64::from(hours).saturating_mul(3_600))
}

fn rate(key: &'static str, basis_points: u32) -> Result<Rate, SettingsError> {
    let rate = Rate::from_basis_points(basis_points).filter(|_| basis_points <= FEE_MAXIMUM);
    rate.ok_or(SettingsError::Value { key, problem: "is too large" })
}
