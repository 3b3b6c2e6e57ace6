use std::fmt;

use cardium_cards::Card;
use cardium_kernel::{CardId, ErrorCode, Money, MoneyError, Problem, Rounding};
use cardium_ledger::{LedgerAccountId, LedgerError, Role, Source, recipes};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, RowKey, Snapshot, Unit,
    UseCase,
    grants::leave::{self, Wish},
};

use super::{
    accounts::{CardAccounts, open},
    get_card, known_as, view,
};

/// Funds a card from its account's treasury.
#[derive(Debug, Clone)]
pub struct LoadCard {
    /// Which card.
    pub card: CardId,
    /// What the card is to receive.
    pub amount: Money,
    /// The fee the caller expects, if it says.
    pub expected_fee: Option<Money>,
}

/// What a load did.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The card.
    pub card: CardId,
    /// What was asked for.
    pub amount: Money,
    /// The rail fee, on top.
    pub fee: Money,
    /// How much of the amount settled what the card owed.
    pub settled: Money,
    /// What the card has available now.
    pub card_balance: Money,
    /// What the treasury has available now.
    pub treasury_balance: Money,
}

impl UseCase for LoadCard {
    type Output = Loaded;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::default().with_card(self.card);
        match context.actor {
            crate::Actor::Credential { account, .. } => {
                hints.with(RowKey::Account(account)).with_treasuries(account)
            }
            _ => hints,
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Loaded> {
        let account = unit.account()?;
        let card = get_card(unit, self.card)?;
        card.check_open()?;
        unit.check_unlocked(account)?;
        leave::check_card(unit, &card)?;
        let load = Load::try_new(unit, ("amount_usd", self.amount), self.expected_fee)?;
        leave::spend(unit, load.total()?, self.wish(&card, load))?;
        let loaded = load.book(unit, &card)?;
        let snapshot = Snapshot::Card(view(unit, card)?);
        unit.emit(EventType::CardLoaded, snapshot)?;
        unit.audit(account, "card.loaded", &self.card)?;
        Ok(Ending::Done(loaded))
    }
}

impl LoadCard {
    fn wish(&self, card: &Card, load: Load) -> Wish {
        Wish {
            operation: "load_card",
            summary: format!("Load {load} onto {}", known_as(card)),
            terms: 0,
            book: card.book,
            card: Some(card.id),
        }
    }
}

/// What a load moves; used by issuing as well, where the amount has another name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    amount: Money,
    fee: Money,
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (and {} fee)", self.amount, self.fee)
    }
}

impl Load {
    /// A load with its fee, if its terms hold.
    pub(super) fn try_new(
        unit: &Unit<'_>,
        (field, amount): (&str, Money),
        expected_fee: Option<Money>,
    ) -> Result<Self, CommandError> {
        let policy = unit.policy();
        check_amount(field, amount, policy.load_maximum)?;
        let fee = policy.load_fee.apply(amount, Rounding::HalfUp)?;
        if expected_fee.is_some_and(|expected| expected != fee) {
            let message = format!("The fee of this load is {fee}.");
            return Err(Problem::field(ErrorCode::FeeChanged, "expected_fee_usd", message).into());
        }
        Ok(Self { amount, fee })
    }

    /// What leaves the treasury.
    pub(super) fn total(self) -> Result<Money, MoneyError> {
        self.amount.plus(self.fee)
    }

    /// Moves the money.
    pub(super) fn book(self, unit: &mut Unit<'_>, card: &Card) -> Result<Loaded, CommandError> {
        let Self { amount, fee } = self;
        let treasury = LedgerAccountId::treasury(card.account, card.book);
        let treasury = open(unit, card, treasury, Role::Treasury(card.book))?;
        let accounts = CardAccounts::open(unit, card)?;
        let settles = accounts.settles(amount)?;
        let parts = recipes::CardLoad {
            treasury: treasury.id,
            card: accounts.card.id,
            receivable: accounts.receivable.id,
            amount,
            fee,
            settles,
        };
        let source = Source { object: "card", id: card.id.value() };
        let posting = recipes::card_load(&mut unit.ids, card.book, source, &parts)?;
        unit.book(posting).map_err(short_treasury)?;
        Ok(Loaded {
            card: card.id,
            amount,
            fee,
            settled: settles,
            card_balance: available(unit, parts.card)?,
            treasury_balance: available(unit, parts.treasury)?,
        })
    }
}

fn check_amount(field: &str, amount: Money, maximum: Money) -> Result<(), CommandError> {
    if amount.minor() > maximum.minor() {
        let message = format!("The greatest load is {maximum}.");
        return Err(Problem::field(ErrorCode::AmountAboveMaximum, field, message).into());
    }
    Ok(())
}

/// What an account has available now.
pub(crate) fn available(unit: &mut Unit<'_>, id: LedgerAccountId) -> Result<Money, CommandError> {
    let account = unit.tx.find_ledger_account(id)?;
    Ok(account.map_or(Ok(Money::usd(0)), |account| account.available())?)
}

fn short_treasury(error: LedgerError) -> CommandError {
    match error {
        LedgerError::Insufficient { available, needed, .. } => {
            let message = format!("The treasury has {available} available; {needed} is needed.");
            Problem::new(ErrorCode::InsufficientBalance, message).into()
        }
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use cardium_ledger::PostingKind;

    use super::*;
    use crate::testing::{ACCOUNT, CARD, MockTx, STRANGER, card, context, refusal, with_treasury};

    const LOAD: LoadCard = LoadCard { card: CARD, amount: Money::usd(20_000), expected_fee: None };

    fn run(tx: &mut MockTx, load: &LoadCard) -> CommandResult<Loaded> {
        load.run(&mut Unit::new(tx, &context()))
    }

    #[test]
    fn a_load_books_once_and_tells_of_it() {
        let mut tx = MockTx::new();
        tx.expect_find_card().returning(|_| Ok(Some(card(ACCOUNT))));
        with_treasury(&mut tx, 48_720);
        let kind = |posting: &cardium_ledger::Posting| posting.kind() == PostingKind::CardLoad;
        tx.expect_insert_posting()
            .withf(move |p, _, _| kind(p))
            .times(1)
            .returning(|_, _, _| Ok(()));
        let loaded = |draft: &crate::EventDraft| draft.kind == EventType::CardLoaded;
        tx.expect_append_event().withf(loaded).times(1).returning(|_| Ok(()));
        tx.expect_append_audit().times(1).returning(|_| Ok(()));
        let Ok(Ending::Done(done)) = run(&mut tx, &LOAD) else { panic!("the load is kept") };
        assert_eq!((done.fee, done.card_balance), (Money::usd(400), Money::usd(20_000)));
        // 487.20 - 200 - 4 = 283.20, as documented.
        assert_eq!(done.treasury_balance, Money::usd(28_320));
    }

    #[test]
    fn a_refused_load_books_nothing_and_tells_nobody() {
        let mut tx = MockTx::new();
        tx.expect_find_card().returning(|_| Ok(Some(card(ACCOUNT))));
        with_treasury(&mut tx, 20_399);
        assert_eq!(refusal(run(&mut tx, &LOAD)), ErrorCode::InsufficientBalance);
        let expected_fee = Some(Money::usd(1));
        assert_eq!(
            refusal(run(&mut tx, &LoadCard { expected_fee, ..LOAD })),
            ErrorCode::FeeChanged
        );
    }

    #[test]
    fn anybody_elses_card_is_unknown_and_no_balance_is_looked_at() {
        for found in [None, Some(card(STRANGER))] {
            let mut tx = MockTx::new();
            tx.expect_find_card().times(1).return_once(|_| Ok(found));
            assert_eq!(refusal(run(&mut tx, &LOAD)), ErrorCode::ResourceNotFound);
        }
    }
}
