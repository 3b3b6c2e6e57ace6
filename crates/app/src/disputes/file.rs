use cardium_authorizations::Authorization;
use cardium_cards::Card;
use cardium_disputes::{Dispute, NewDispute, Reason, check_window, enter_dispute};
use cardium_kernel::{AccountId, DisputeId, ErrorCode, Metadata, Money, Problem, digest128};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit,
    UseCase,
    disputes::{Capture, money},
    grants::leave::{self, Wish},
    network::proportion,
    unit::owned,
};

/// Objects to a captured transaction: its cardholder gets the money at once, for the time being.
/// An agent spends it by that: what it may spend in all would else come back with each dispute.
#[derive(Debug, Clone)]
pub struct FileDispute {
    /// The new dispute's id.
    pub id: DisputeId,
    /// What is disputed (see [`crate::disputes::find_capture`]).
    pub capture: Capture,
    /// Why.
    pub reason: Reason,
    /// Why, in the cardholder's words.
    pub description: String,
    /// How much of it; all that may still be given back where it is not said.
    pub amount: Option<Money>,
    /// Its cardholder's notes.
    pub metadata: Metadata,
}

impl UseCase for FileDispute {
    type Output = Dispute;

    fn hints(&self, _: &Context) -> Hints {
        let step = &self.capture.transaction;
        let rows = [
            RowKey::Dispute(self.id),
            RowKey::Docket(self.capture.authorization),
            RowKey::Authorization(self.capture.authorization),
        ];
        Hints::rows(rows).with_card(step.card).with_treasuries(step.account)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Dispute> {
        let (account, now) = (unit.account()?, unit.now());
        let card = unit.tx.find_card(self.capture.transaction.card)?;
        let card =
            unit.own_by_card(card, |card| (card.account, card.book, card.id), "transaction")?;
        check_window(self.capture.transaction.created_at, now)?;
        let mut authorization = self.authorization(unit, account)?;
        let (disputed, capture) = ((authorization.id, account), self.capture.transaction.id);
        let docket = enter_dispute(unit.tx, disputed, capture, self.id)?;
        let amount = self.amount(&authorization)?;
        leave::check_card(unit, &card)?;
        leave::spend(unit, amount, self.wish(&card, amount))?;
        authorization.credit(amount, now)?;
        let dispute = Dispute::open(self.new_dispute(account, amount)?, now);
        unit.tx.save_authorization(authorization)?;
        unit.tx.save_docket(docket)?;
        unit.tx.save_dispute(dispute.clone())?;
        money::credit(unit, &card, &dispute)?;
        unit.emit(EventType::DisputeOpened, Snapshot::Dispute(dispute.clone()))?;
        unit.audit(account, "dispute.opened", &self.id)?;
        Ok(Ending::Done(dispute))
    }
}

impl FileDispute {
    fn authorization(
        &self,
        unit: &mut Unit<'_>,
        account: AccountId,
    ) -> Result<Authorization, CommandError> {
        let found = unit.tx.find_authorization(self.capture.authorization)?;
        owned(found, |authorization| authorization.account, account, "transaction")
    }

    /// How much is disputed: at most the capture, and no more than refunds and other disputes of
    /// the purchase have left.
    fn amount(&self, authorization: &Authorization) -> Result<Money, CommandError> {
        let left = authorization.refundable()?.min(self.capture.transaction.amount)?;
        if !left.is_positive() {
            let message = "All of the transaction was given back already.";
            let code = ErrorCode::TransactionNotDisputable;
            return Err(Problem::field(code, "transaction_id", message).into());
        }
        let amount = self.amount.unwrap_or(left);
        if amount.minor() > left.minor() {
            let message = format!("At most {left} of the transaction can be disputed.");
            let code = ErrorCode::AmountAboveMaximum;
            return Err(Problem::field(code, "amount_usd", message).into());
        }
        Ok(amount)
    }

    fn wish(&self, card: &Card, amount: Money) -> Wish {
        let (purchase, reason) = (self.capture.transaction.id, self.reason.as_str());
        let (id, last4) = (card.id, &card.last4);
        let credit = format!("{amount} of transaction {purchase} ({reason})");
        Wish {
            operation: "file_dispute",
            summary: format!("Dispute {credit} and credit it to card {id} (••{last4})"),
            terms: digest128(&[format!("{:?}", (&self.description, &self.metadata)).as_bytes()]),
            book: card.book,
            card: Some(card.id),
        }
    }

    fn new_dispute(&self, account: AccountId, amount: Money) -> Result<NewDispute, CommandError> {
        let step = &self.capture.transaction;
        Ok(NewDispute {
            id: self.id,
            account,
            card: step.card,
            book: step.book,
            authorization: self.capture.authorization,
            transaction: step.id,
            reason: self.reason,
            description: self.description.clone(),
            amount,
            fee: proportion(step.fee, amount, step.amount)?,
            metadata: self.metadata.clone(),
        })
    }
}
