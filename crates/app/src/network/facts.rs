//! The facts of a decision, gathered from the card, its controls, its windows and its balance.

use cardium_auth::grants::Grant;
use cardium_authorizations::{
    Authorization, CardStanding, Facts, HookAnswer, Limit, MAX_INCREMENTS, RequestKind, Rule,
};
use cardium_cards::{Card, CardStatus, Channel, FreezeReason, Mcc, Velocity, Window, find_product};
use cardium_kernel::{Money, MoneyError, Timestamp};

use super::{asked::Request, mandate};

/// What surrounds a request.
pub(super) struct Surroundings<'a> {
    pub(super) card: &'a Card,
    pub(super) velocity: &'a Velocity,
    /// What the card has available.
    pub(super) available: Money,
    /// Who asks: category and id.
    pub(super) merchant: (&'a str, &'a str),
    /// The grant that the card spends under, if an agent issued it.
    pub(super) grant: Option<&'a Grant>,
    /// The authorization that the request raises, if it does.
    pub(super) raised: Option<&'a Authorization>,
    pub(super) now: Timestamp,
}

impl Surroundings<'_> {
    /// The facts for a request of `amount`, fees included.
    pub(super) fn facts(
        &self,
        request: &Request,
        amount: Money,
        hook: HookAnswer,
    ) -> Result<Facts, MoneyError> {
        let controls = &self.card.controls;
        let (mcc, merchant_id) = self.merchant;
        let channel = match request.kind {
            RequestKind::Cash => Channel::Atm,
            _ => request.channel,
        };
        let used = self.velocity.used(Window::Lifetime, self.now).count;
        let fresh = self.raised.is_none();
        Ok(Facts {
            kind: request.kind,
            standing: standing(self.card),
            expired: self.card.is_expired(self.now),
            expiry_differs: request.expiry.is_some_and(|expiry| expiry != self.card.expiry),
            cvv: request.cvv,
            cvv_failures: self.velocity.cvv_failures(self.now),
            in_period: !controls.is_expired(self.now),
            channel_allowed: controls.allows_channel(channel),
            country_allowed: controls.allows_country(request.country),
            mcc_allowed: controls.allows_mcc(Mcc::parse(mcc)),
            merchant_allowed: controls.allows_merchant(merchant_id),
            mandate: self.grant.map(|grant| mandate::facts(grant, self.merchant, self.now)),
            single_use: (controls.single_use && fresh).then_some(used),
            limits: self.limits(amount)?,
            amount,
            available: self.available,
            partial: request.partial,
            hook,
        })
    }

    fn limits(&self, amount: Money) -> Result<Vec<Limit>, MoneyError> {
        let mut limits = Vec::new();
        let open = self.raised.map(|raised| raised.authorized);
        let in_all = open.unwrap_or(Money::zero(amount.currency())).plus(amount)?;
        let mut bound = |rule, limit: Option<i64>, used, requested| {
            limits.extend(limit.map(|limit| Limit { rule, limit, used, requested }));
        };
        let month = self.velocity.used(Window::Month, self.now).amount.minor();
        let product = find_product(&self.card.bin);
        let most = product.map(|product| product.max_transaction.minor());
        bound(Rule::ProductTransaction, most, 0, in_all.minor());
        let most = product.map(|product| product.max_monthly.minor());
        bound(Rule::ProductMonthly, most, month, amount.minor());
        let agent = self.grant.and_then(|grant| grant.mandate.per_transaction);
        bound(Rule::AgentTransaction, agent.map(Money::minor), 0, in_all.minor());
        let most = self.card.controls.per_transaction.map(Money::minor);
        bound(Rule::PerTransaction, most, 0, in_all.minor());
        for (window, by_amount, by_count) in [
            (Window::Day, Rule::DailyAmount, Rule::DailyCount),
            (Window::Week, Rule::WeeklyAmount, Rule::WeeklyCount),
            (Window::Month, Rule::MonthlyAmount, Rule::MonthlyCount),
            (Window::Lifetime, Rule::LifetimeAmount, Rule::LifetimeCount),
        ] {
            let (limit, used) =
                (self.card.controls.window(window), self.velocity.used(window, self.now));
            bound(by_amount, limit.amount.map(Money::minor), used.amount.minor(), amount.minor());
            // A raise is no further transaction.
            let count = limit.count.filter(|_| self.raised.is_none());
            bound(by_count, count, used.count, 1);
        }
        if let Some(raised) = self.raised {
            let used = i64::try_from(raised.tallies.len()).unwrap_or(i64::MAX).saturating_sub(1);
            let most = i64::try_from(MAX_INCREMENTS).unwrap_or(i64::MAX);
            bound(Rule::Increments, Some(most), used, 1);
        }
        Ok(limits)
    }
}

fn standing(card: &Card) -> CardStanding {
    match (card.status, card.freeze_reason) {
        (CardStatus::Active, _) => CardStanding::Active,
        (CardStatus::Cancelled, _) => CardStanding::Closed,
        (CardStatus::Frozen, Some(FreezeReason::AwaitingActivation)) => CardStanding::NotActivated,
        (CardStatus::Frozen, _) => CardStanding::Frozen,
    }
}
