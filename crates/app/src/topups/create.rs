use cardium_kernel::{Book, ErrorCode, Metadata, Money, Problem, TopupId};
use cardium_topups::{Asset, Network, NewTopup, Topup, is_supported};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, Policy, RowKey, Snapshot, Unit,
    UseCase,
};

/// Asks for a deposit address.
#[derive(Debug, Clone)]
pub struct CreateTopup {
    /// The new top-up's id.
    pub id: TopupId,
    /// The book, where the request or the key names one.
    pub book: Option<Book>,
    /// What will be paid.
    pub asset: Asset,
    /// Where it will be paid.
    pub network: Network,
    /// A fresh address.
    pub address: String,
    /// What will be paid, in US dollars.
    pub amount: Money,
    /// Its owner's notes.
    pub metadata: Metadata,
}

impl UseCase for CreateTopup {
    type Output = Topup;

    fn hints(&self, _: &Context) -> Hints {
        Hints::rows([RowKey::Topup(self.id)])
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Topup> {
        let account = unit.account()?;
        self.check(unit.policy())?;
        let book = self.book(unit.policy());
        unit.check_book(book)?;
        let new = NewTopup {
            id: self.id,
            account,
            book,
            asset: self.asset,
            network: self.network,
            address: self.address.clone(),
            amount: self.amount,
            metadata: self.metadata.clone(),
        };
        let topup = Topup::request(new, unit.now());
        unit.tx.save_topup(topup.clone())?;
        unit.emit(EventType::TopupCreated, Snapshot::Topup(topup.clone()))?;
        unit.audit(account, "topup.created", &self.id)?;
        Ok(Ending::Done(topup))
    }
}

impl CreateTopup {
    fn check(&self, policy: &Policy) -> Result<(), CommandError> {
        let refuse = |code, message: String| Problem::field(code, "amount_usd", message).into();
        if !is_supported(self.asset, self.network) {
            let message =
                format!("{} is not accepted on {}.", self.asset.as_str(), self.network.as_str());
            return Err(Problem::field(ErrorCode::UnsupportedAssetChain, "chain", message).into());
        }
        if self.amount.minor() < policy.topup_minimum.minor() {
            let message = format!("The least top-up is {}.", policy.topup_minimum);
            return Err(refuse(ErrorCode::AmountBelowMinimum, message));
        }
        if self.amount.minor() > policy.topup_maximum.minor() {
            let message = format!("The greatest top-up is {}.", policy.topup_maximum);
            return Err(refuse(ErrorCode::AmountAboveMaximum, message));
        }
        Ok(())
    }

    fn book(&self, policy: &Policy) -> Book {
        let by_amount = if self.amount.minor() < policy.topup_live_from.minor() {
            Book::Sandbox
        } else {
            Book::Live
        };
        self.book.unwrap_or(by_amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, context};

    fn run(tx: &mut MockTx, cents: i64, book: Option<Book>) -> CommandResult<Topup> {
        let create = CreateTopup {
            id: TopupId::new(0x500),
            book,
            asset: Asset::Usdt,
            network: Network::Tron,
            address: "sim".to_owned(),
            amount: Money::usd(cents),
            metadata: Metadata::default(),
        };
        create.run(&mut Unit::new(tx, &context()))
    }

    #[test]
    fn the_amount_decides_on_the_book_unless_it_is_named() {
        for (cents, named, book) in [
            (19_999, None, Book::Sandbox),
            (20_000, None, Book::Live),
            (19_999, Some(Book::Live), Book::Live),
            (20_000, Some(Book::Sandbox), Book::Sandbox),
        ] {
            let mut tx = MockTx::new();
            tx.expect_save_topup().withf(move |topup| topup.book == book).return_once(|_| Ok(()));
            tx.expect_append_event().times(1).return_once(|_| Ok(()));
            tx.expect_append_audit().times(1).return_once(|_| Ok(()));
            assert!(matches!(run(&mut tx, cents, named), Ok(Ending::Done(_))), "{cents}");
        }
    }

    #[test]
    fn out_of_bounds_nothing_is_written() {
        for cents in [1_999, 10_000_001] {
            // A mock that expects nothing refuses every call.
            assert!(run(&mut MockTx::new(), cents, None).is_err(), "{cents}");
        }
    }
}
