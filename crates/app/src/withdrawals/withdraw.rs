use cardium_kernel::{
    Asset, Book, ErrorCode, Metadata, Money, Network, Problem, WithdrawalId, is_supported,
};
use cardium_withdrawals::{Address, NewWithdrawal, PayeeId, Withdrawal, admit};

use super::{keep, money};
use crate::{
    Actor, CommandError, CommandResult, Context, Ending, EventType, Hints, NaturalKey, Policy,
    RowKey, Unit, UseCase,
    cards::default_book,
    grants::leave::{self, Wish},
    screening::{ScreeningError, Verdict},
};

/// Asks for a payment of treasury money to an address.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// The new withdrawal's id.
    pub id: WithdrawalId,
    /// The book, where the request or the key names one.
    pub book: Option<Book>,
    /// What is paid.
    pub asset: Asset,
    /// Where it is paid.
    pub network: Network,
    /// Who is paid, as the caller wrote it.
    pub address: String,
    /// What goes with the payment.
    pub memo: Option<String>,
    /// What leaves the treasury, the fee included.
    pub amount: Money,
    /// The fee the caller expects, if it says.
    pub expected_fee: Option<Money>,
    /// What screening says of the address as its chain writes it. That it gave no verdict matters
    /// only where a verdict is needed: not to a repeat, and not to what is refused anyway.
    pub screened: Result<Verdict, ScreeningError>,
    /// The client's notes.
    pub metadata: Metadata,
}

impl UseCase for Withdraw {
    type Output = Withdrawal;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::default()
            .with_withdrawal(self.id)
            .with_name(NaturalKey::DepositAddress(self.address.clone()));
        let (Actor::Credential { account, .. }, Ok(address)) =
            (context.actor, Address::parse(self.network, &self.address))
        else {
            return hints;
        };
        let payee = |book| RowKey::Payee(PayeeId::of((account, book), self.network, &address));
        let hints = hints.with_name(NaturalKey::DepositAddress(address.to_string()));
        let books = self.book.map_or(Book::ALL.to_vec(), |book| vec![book]);
        books
            .into_iter()
            .fold(hints, |hints, book| hints.with(payee(book)))
            .with(RowKey::Account(account))
            .with_treasuries(account)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<Withdrawal> {
        let account = unit.account()?;
        let fee = self.check_terms(unit.policy())?;
        let address = self.check_address(unit)?;
        let book = match self.book {
            Some(book) => book,
            None => default_book(unit, account)?,
        };
        unit.check_book(book)?;
        unit.check_unlocked(account)?;
        leave::check_cardless(unit)?;
        leave::spend(unit, self.amount, self.wish(book, &address, fee))?;
        let when = (unit.now(), unit.policy().withdrawal_cooling);
        let releases_at = admit(unit.tx, (account, book), (self.network, &address), when)?;
        let new = NewWithdrawal {
            id: self.id,
            account,
            book,
            asset: self.asset,
            network: self.network,
            address,
            memo: self.memo.clone(),
            amount: self.amount,
            fee,
            releases_at,
            metadata: self.metadata.clone(),
        };
        let withdrawal = Withdrawal::request(new, unit.now())?;
        money::hold(unit, &withdrawal)?;
        keep(unit, &withdrawal, EventType::WithdrawalCreated)?;
        unit.audit(account, "withdrawal.created", &self.id)?;
        Ok(Ending::Done(withdrawal))
    }
}

impl Withdraw {
    /// The fee, if the terms of the request hold.
    fn check_terms(&self, policy: &Policy) -> Result<Money, CommandError> {
        let refuse = |code, field: &str, message: String| Problem::field(code, field, message);
        if !is_supported(self.asset, self.network) {
            let message =
                format!("{} is not paid on {}.", self.asset.as_str(), self.network.as_str());
            return Err(refuse(ErrorCode::UnsupportedAssetChain, "chain", message).into());
        }
        if self.amount.minor() < policy.withdrawal_minimum.minor() {
            let message = format!("The least withdrawal is {}.", policy.withdrawal_minimum);
            return Err(refuse(ErrorCode::AmountBelowMinimum, "amount_usd", message).into());
        }
        let fee = policy.withdrawal_fees.on(self.network);
        if self.expected_fee.is_some_and(|expected| expected != fee) {
            let message = format!("The fee of this withdrawal is {fee}.");
            return Err(refuse(ErrorCode::FeeChanged, "expected_fee_usd", message).into());
        }
        Ok(fee)
    }

    fn wish(&self, book: Book, address: &Address, fee: Money) -> Wish {
        let (amount, asset, network) = (self.amount, self.asset.as_str(), self.network.as_str());
        let memo = self.memo.as_ref().map_or_else(String::new, |memo| format!(" with memo {memo}"));
        Wish {
            operation: "withdraw",
            summary: format!(
                "Withdraw {amount} ({fee} fee in it) as {asset} to {address} on {network}{memo}"
            ),
            terms: 0,
            book,
            card: None,
        }
    }

    /// The address, if it may be paid. Our own come first: those of the simulated chain are none
    /// that any other chain would take.
    fn check_address(&self, unit: &mut Unit<'_>) -> Result<Address, CommandError> {
        check_foreign(unit, &self.address)?;
        let address = Address::parse(self.network, &self.address)?;
        check_foreign(unit, address.as_str())?;
        match self.screened.clone()? {
            Verdict::Clear => Ok(address),
            Verdict::Blocked => {
                let message = "This address may not be paid.";
                Err(Problem::field(ErrorCode::AddressBlocked, "address", message).into())
            }
        }
    }
}

fn check_foreign(unit: &mut Unit<'_>, address: &str) -> Result<(), CommandError> {
    if unit.tx.find_topup_by_address(address)?.is_some() {
        let message = "This is a deposit address of the programme: nothing would leave.";
        return Err(Problem::field(ErrorCode::OwnDepositAddress, "address", message).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
