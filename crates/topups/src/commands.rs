//! What becomes of stored top-ups and of the deposits that pay them.
//!
//! Invariants: a transfer is noted once and credited once, whoever reports it again. Deliberately
//! absent: the posting that credits, which the caller books in the same transaction.

use cardium_kernel::{AccountId, Change, DepositId, Money, StoreError, Timestamp, TopupId};

use crate::{Deposit, DepositState, Topup, TopupError, TopupStore, Transfer};

/// Gives an account's top-up up; none where the account has no such top-up.
///
/// # Errors
/// [`TopupError::NotCancellable`], or when the store fails.
pub fn cancel_topup(
    store: &mut (impl TopupStore + ?Sized),
    (account, id): (AccountId, TopupId),
    now: Timestamp,
) -> Result<Option<Topup>, TopupError> {
    let found = store.find_topup(id)?.filter(|topup| topup.account == account);
    let Some(mut topup) = found else { return Ok(None) };
    topup.cancel(now)?;
    store.save_topup(topup.clone())?;
    Ok(Some(topup))
}

/// Ends a top-up's window; gives the top-up where that changed it.
///
/// # Errors
/// When the store fails.
pub fn expire_topup(
    store: &mut (impl TopupStore + ?Sized),
    id: TopupId,
    now: Timestamp,
) -> Result<Option<Topup>, StoreError> {
    let Some(mut topup) = store.find_topup(id)? else { return Ok(None) };
    if !topup.expire(now) {
        return Ok(None);
    }
    store.save_topup(topup.clone())?;
    Ok(Some(topup))
}

/// Notes a transfer to a top-up's address, and how many blocks deep it is. Seeing it again changes
/// nothing but its depth.
///
/// # Errors
/// When its value does not fit, or the store fails.
pub fn observe_deposit(
    store: &mut (impl TopupStore + ?Sized),
    id: TopupId,
    (transfer, confirmations): (&Transfer, i64),
    now: Timestamp,
) -> Result<Change, TopupError> {
    let Some(mut topup) = store.find_topup(id)? else { return Ok(Change::AlreadyApplied) };
    let known = store.find_deposit(transfer.reference.deposit_id())?.is_some();
    if !known {
        let value = topup.network.value_of(transfer.asset, transfer.units)?;
        topup.see(value, &transfer.reference.txid, now)?;
        store.save_deposit(Deposit::seen(&topup, transfer.clone(), value, now))?;
    }
    let deeper = topup.confirm(confirmations, now);
    if known && !deeper {
        return Ok(Change::AlreadyApplied);
    }
    store.save_topup(topup)?;
    Ok(Change::Applied)
}

/// A top-up after a deposit was credited to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credited {
    /// The top-up.
    pub topup: Topup,
    /// What the deposit is worth; zero for dust.
    pub value: Money,
}

/// Credits a deposit that became final to the top-up that it pays; none where that is done, or
/// where there is no such deposit.
///
/// # Errors
/// When the amounts do not fit, or the store fails.
pub fn credit_deposit(
    store: &mut (impl TopupStore + ?Sized),
    (deposit, topup): (DepositId, TopupId),
    now: Timestamp,
) -> Result<Option<Credited>, TopupError> {
    let Some((deposit, mut topup)) = confirming(store, (deposit, topup))? else { return Ok(None) };
    let value = deposit.value;
    topup.credit(value, now)?;
    store.save_deposit(deposit.ended(DepositState::Credited))?;
    store.save_topup(topup.clone())?;
    Ok(Some(Credited { topup, value }))
}

/// A top-up after the chain undid a deposit to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reverted {
    /// The top-up has no other coins.
    Failed(Box<Topup>),
    /// Others were credited, or are on their way.
    Standing,
}

/// Takes back a deposit that the chain undid: nothing was credited, and nothing will be. None where
/// that is done, or where there is no such deposit.
///
/// # Errors
/// When the amounts do not fit, or the store fails.
pub fn revert_deposit(
    store: &mut (impl TopupStore + ?Sized),
    (deposit, topup): (DepositId, TopupId),
    now: Timestamp,
) -> Result<Option<Reverted>, TopupError> {
    let Some((deposit, mut topup)) = confirming(store, (deposit, topup))? else { return Ok(None) };
    let failed = topup.revert(deposit.value, now)?;
    store.save_deposit(deposit.ended(DepositState::Reverted))?;
    store.save_topup(topup.clone())?;
    Ok(Some(if failed { Reverted::Failed(Box::new(topup)) } else { Reverted::Standing }))
}

/// A deposit of which the chain has not spoken its last word, with its top-up.
fn confirming(
    store: &mut (impl TopupStore + ?Sized),
    (deposit, topup): (DepositId, TopupId),
) -> Result<Option<(Deposit, Topup)>, StoreError> {
    let found = store.find_deposit(deposit)?;
    let found = found.filter(|deposit| deposit.state == DepositState::Confirming);
    let Some(deposit) = found else { return Ok(None) };
    Ok(store.find_topup(topup)?.map(|topup| (deposit, topup)))
}

#[cfg(test)]
mod tests;
