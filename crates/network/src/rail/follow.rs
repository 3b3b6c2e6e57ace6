//! What follows an authorization: captures, raises, reversals, refunds, its end.

use cardium_app::{
    Actor, CommandError, Lane,
    network::{ExpireHold, When},
    perform,
    reads::{ListQuery, TransactionFilter, TransactionSort},
};
use cardium_authorizations::{
    Authorization, AuthorizationStatus, Finality, Origin, Step, Transaction,
};
use cardium_iso8583::Mti;
use cardium_kernel::{AccountId, AuthorizationId, CardId, Money, Problem, TransactionId};

use super::{
    SimulatedRail,
    rules::{check_amount, check_mcc, invalid, no_message, remaining, unfit, wrong_state},
    sent::Sent,
    wishes::SimulatedPosting,
};

impl SimulatedRail {
    /// Clears an authorization (0220) for `amount`, or for what is still expected of it.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state` where nothing is expected and no amount
    /// given, `invalid_field` for the amount, or the host's failure.
    pub async fn capture(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
        finality: Finality,
    ) -> Result<Transaction, CommandError> {
        let (authorization, mut first) = self.first(account, authorization)?;
        let open = first.billing(authorization.open_amount()?);
        let amount = amount.or_else(|| open.is_positive().then_some(open));
        let amount = amount.ok_or_else(wrong_state)?;
        check_amount(amount)?;
        first.purchase.amount = amount;
        first.purchase.trace = self.trace_after(&first.purchase.trace);
        let code = authorization.approval_code.as_str();
        let message = first.purchase.clearing(Some(code), finality);
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// Raises an authorization by `amount` (0100 with its DE 63). One that is closed cannot be
    /// raised: the request would begin another.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state`, `invalid_field` for the amount, or the
    /// host's failure.
    pub async fn increment(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Money,
    ) -> Result<Transaction, CommandError> {
        let (authorization, mut first) = self.first(account, authorization)?;
        let named = !authorization.network_trace.is_empty();
        if authorization.status != AuthorizationStatus::Open || !named {
            return Err(wrong_state());
        }
        check_amount(amount)?;
        first.purchase.amount = amount;
        first.purchase.trace = self.trace_after(&first.purchase.trace);
        let message = first.purchase.request();
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// Takes `amount` of an authorization back (0420), or all of it: of what is held while
    /// anything is, else of the last clearing, else of the refund.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state` once nothing is left,
    /// `invalid_field` for the amount, or the host's failure.
    pub async fn reverse(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
        amount: Option<Money>,
    ) -> Result<Transaction, CommandError> {
        let (authorization, first) = self.first(account, authorization)?;
        let open = authorization.open_amount()?;
        if open.is_positive() {
            let total = first.billing(authorization.authorized);
            let left = remaining((total, first.billing(open)), amount)?;
            let own = first.purchase.amount;
            // A full reversal of the first message leaves what was added to it later, so that goes
            // before it.
            if left.is_some() || total.minor() <= own.minor() {
                return self.take_back(&first, left).await;
            }
            let lowered = self.take_back(&first, Some(own)).await?;
            let is_left = own.minor() > first.billing(authorization.cleared).minor();
            return if is_left { self.take_back(&first, None).await } else { Ok(lowered) };
        }
        let given_back = authorization.refunded.plus(authorization.excess)?;
        if authorization.origin == Origin::Refund && given_back.is_positive() {
            let whole = first.purchase.amount;
            let left = remaining((whole, whole), amount)?;
            return self.take_back(&first, left).await;
        }
        if !authorization.refundable()?.is_positive() {
            return Err(wrong_state());
        }
        let last = self.last_clearing(account, &authorization)?;
        let whole = last.purchase.amount;
        let left = remaining((whole, whole), amount)?;
        self.take_back(&last, left).await
    }

    async fn take_back(
        &self,
        sent: &Sent,
        remaining: Option<Money>,
    ) -> Result<Transaction, CommandError> {
        let trace = self.trace_after(&sent.purchase.trace);
        let message = sent.purchase.reversal(Mti::REVERSAL_ADVICE, sent.mti, &trace, remaining);
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// Lets the hold of an authorization lapse as if its time had come.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state` unless it is open, or the reason why the
    /// command could not be settled.
    pub async fn expire(
        &self,
        account: AccountId,
        authorization: AuthorizationId,
    ) -> Result<Transaction, CommandError> {
        let found = self.find_authorization(account, authorization)?;
        let command = ExpireHold { authorization, card: found.card, account, when: When::Now };
        let context = self.host.edge.context(Actor::System, None);
        let queue = (Lane::Api, self.host.settings.patience);
        let expired = perform(self.host.database.as_ref(), queue, context, command).await?;
        expired.ok_or_else(wrong_state)
    }

    /// Gives money back (0220, DE 3 = 20): of a transaction where one is named.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_transaction_state` for a transaction that was declined,
    /// `invalid_field`, or the host's failure.
    pub async fn refund(
        &self,
        account: AccountId,
        card: CardId,
        posting: SimulatedPosting,
    ) -> Result<Transaction, CommandError> {
        check_amount(posting.amount)?;
        let Some(transaction) = posting.transaction else {
            let purchase = self.unannounced(account, card, posting)?;
            return self.send(&purchase.refund(None).map_err(|error| unfit(&error))?).await;
        };
        let about = self.find_transaction(account, card, transaction)?;
        let id = about.authorization.ok_or_else(wrong_state)?;
        let (authorization, mut first) = self.first(account, id)?;
        let purchase = &mut first.purchase;
        purchase.amount = posting.amount;
        purchase.trace = self.trace_after(&purchase.trace);
        if let Some(mcc) = posting.mcc {
            check_mcc(&mcc)?;
            purchase.merchant.mcc = mcc;
        }
        if let Some(name) = posting.merchant_name {
            purchase.merchant.name = name;
        }
        let message = purchase.refund(Some(&authorization.approval_code));
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// Posts what no authorization precedes (0220). A transaction that is named lends its
    /// merchant, and nothing else.
    ///
    /// # Errors
    /// `resource_not_found`, `invalid_field`, or the host's failure.
    pub async fn force_post(
        &self,
        account: AccountId,
        card: CardId,
        mut posting: SimulatedPosting,
    ) -> Result<Transaction, CommandError> {
        check_amount(posting.amount)?;
        if let Some(transaction) = posting.transaction {
            let merchant = self.find_transaction(account, card, transaction)?.merchant;
            posting.merchant_name = posting.merchant_name.or(Some(merchant.name));
            posting.mcc = posting.mcc.or(Some(merchant.mcc));
        }
        let purchase = self.unannounced(account, card, posting)?;
        let message = purchase.clearing(None, Finality::Last);
        self.send(&message.map_err(|error| unfit(&error))?).await
    }

    /// An authorization with the first message about it.
    fn first(
        &self,
        account: AccountId,
        id: AuthorizationId,
    ) -> Result<(Authorization, Sent), CommandError> {
        let authorization = self.find_authorization(account, id)?;
        let steps = self.reads.related_transactions(id)?;
        let first = steps.first().copied().ok_or_else(no_message)?;
        let sent = self.sent(account, &authorization, first)?;
        Ok((authorization, sent))
    }

    fn last_clearing(
        &self,
        account: AccountId,
        authorization: &Authorization,
    ) -> Result<Sent, CommandError> {
        let mut query: ListQuery<TransactionFilter, _> =
            ListQuery::first(account, TransactionSort::CreatedAt);
        query.filter.authorization = Some(authorization.id);
        query.filter.step = Some(Step::Captured);
        let page = self.reads.list_transactions(&query)?;
        let last = page.items.first().ok_or_else(wrong_state)?;
        self.sent(account, authorization, last.id)
    }

    fn sent(
        &self,
        account: AccountId,
        authorization: &Authorization,
        step: TransactionId,
    ) -> Result<Sent, CommandError> {
        let record = self.reads.find_message_of(account, step)?.ok_or_else(no_message)?;
        let (pan, _) = self.card(account, authorization.card)?;
        Sent::read(&record, authorization, pan).ok_or_else(no_message)
    }

    fn find_authorization(
        &self,
        account: AccountId,
        id: AuthorizationId,
    ) -> Result<Authorization, CommandError> {
        let found = self.reads.find_authorization(account, id)?;
        Ok(found.ok_or_else(|| Problem::not_found("authorization"))?)
    }

    fn find_transaction(
        &self,
        account: AccountId,
        card: CardId,
        id: TransactionId,
    ) -> Result<Transaction, CommandError> {
        let found = self.reads.find_transaction(account, id)?;
        let found = found.ok_or_else(|| Problem::not_found("transaction"))?;
        if found.card != card {
            return Err(invalid("transaction_id", "A transaction of another card."));
        }
        Ok(found)
    }
}
