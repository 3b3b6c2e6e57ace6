//! What becomes of stored disputes and of the docket of their authorization.
//!
//! Invariants: what is refused is refused before anything is written; a decided dispute is on no
//! docket. Deliberately absent: the money, and the events and audit rows that tell of it.

use cardium_kernel::{AccountId, AuthorizationId, DisputeId, StoreError, Timestamp, TransactionId};

use crate::{Attachment, Dispute, DisputeError, DisputeStatus, DisputeStore, Docket};

/// The docket of an authorization with a new dispute of one of its captures on it, to be saved
/// with the dispute.
///
/// # Errors
/// What [`Docket::enter`] refuses, or when the store fails.
pub fn enter_dispute(
    store: &mut (impl DisputeStore + ?Sized),
    (authorization, account): (AuthorizationId, AccountId),
    transaction: TransactionId,
    dispute: DisputeId,
) -> Result<Docket, DisputeError> {
    let mut docket = docket(store, authorization, account)?;
    docket.enter(transaction, dispute)?;
    Ok(docket)
}

/// Adds evidence to an account's dispute that is not decided; none where the account has no such
/// dispute.
///
/// # Errors
/// [`DisputeError::Closed`] or [`DisputeError::TooMuchEvidence`], or when the store fails.
pub fn add_evidence(
    store: &mut (impl DisputeStore + ?Sized),
    (account, id): (AccountId, DisputeId),
    attachment: Attachment,
    now: Timestamp,
) -> Result<Option<Dispute>, DisputeError> {
    let found = store.find_dispute(id)?.filter(|dispute| dispute.account == account);
    let Some(mut dispute) = found else { return Ok(None) };
    dispute.attach(attachment, now)?;
    store.save_dispute(dispute.clone())?;
    Ok(Some(dispute))
}

/// Writes a dispute that moved on. One that is decided is struck from its docket; the capture of
/// one that was lost is noted there.
///
/// # Errors
/// When the store fails.
pub fn keep_dispute(
    store: &mut (impl DisputeStore + ?Sized),
    dispute: &Dispute,
) -> Result<(), StoreError> {
    store.save_dispute(dispute.clone())?;
    if !dispute.status.is_closed() {
        return Ok(());
    }
    let mut docket = docket(store, dispute.authorization, dispute.account)?;
    if dispute.status == DisputeStatus::Lost {
        docket.lose(dispute.transaction, dispute.id);
    } else {
        docket.strike(dispute.id);
    }
    store.save_docket(docket)
}

/// The open disputes of an authorization, oldest first; all of those that were not announced are
/// missed at once.
///
/// # Errors
/// When the store fails.
pub fn open_disputes(
    store: &mut (impl DisputeStore + ?Sized),
    authorization: AuthorizationId,
) -> Result<Vec<Dispute>, StoreError> {
    let Some(docket) = store.find_docket(authorization)? else { return Ok(Vec::new()) };
    let found: Vec<Result<Option<Dispute>, StoreError>> =
        docket.open.iter().map(|(_, id)| store.find_dispute(*id)).collect();
    let found = found.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn docket(
    store: &mut (impl DisputeStore + ?Sized),
    authorization: AuthorizationId,
    account: AccountId,
) -> Result<Docket, StoreError> {
    let found = store.find_docket(authorization)?;
    Ok(found.unwrap_or_else(|| Docket::empty(authorization, account)))
}

#[cfg(test)]
mod tests;
