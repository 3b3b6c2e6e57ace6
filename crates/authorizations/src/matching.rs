//! Which authorization a later message is about.
//!
//! In this order: the network's name for the transaction; the approval code at the same merchant;
//! the acquirer's reference and trace numbers; the merchant with nearly the same amount, lately.
//! Where more than one fits nobody guesses with money: the message is posted on its own.

use std::time::Duration;

use cardium_kernel::{CardId, Money, StoreError, Timestamp};

use crate::{
    Authorization, AuthorizationReference, AuthorizationStatus, AuthorizationStore, MAX_CANDIDATES,
    Origin, ReferenceKind,
};

const DAY: u64 = 24 * 3_600;
/// How far back an acquirer's own reference numbers are taken: the longest hold and some days on
/// top, since the numbers come round again.
const REFERENCE_WINDOW: Duration = Duration::from_secs(35 * DAY);
/// How far back a merchant and an amount alone are taken.
const AMOUNT_WINDOW: Duration = Duration::from_secs(10 * DAY);
/// How much a clearing may differ from what was authorized and still be recognized by its amount:
/// a tip.
const TOLERANCE_PERCENT: i64 = 20;

/// What a later message quotes of the one that it is about; what it does not quote is empty.
#[derive(Debug, Clone, Copy)]
pub struct Quote<'a> {
    /// The keyed fingerprint of the PAN.
    pub pan: [u8; 32],
    /// DE 63, the network's name for the transaction.
    pub network_trace: &'a str,
    /// DE 38.
    pub approval_code: Option<&'a str>,
    /// DE 42.
    pub merchant: &'a str,
    /// DE 37.
    pub retrieval_reference: &'a str,
    /// DE 11, that of DE 90 where it is quoted.
    pub stan: &'a str,
}

impl Quote<'_> {
    /// What is looked up for every message that quotes it; the rest is looked up where it is
    /// needed.
    pub fn names(self) -> impl Iterator<Item = AuthorizationReference> {
        self.trace().into_iter().chain(self.code()).map(move |kind| self.reference(kind))
    }

    fn trace(&self) -> Option<ReferenceKind> {
        let trace = self.network_trace;
        (!trace.is_empty()).then(|| ReferenceKind::NetworkTrace(trace.to_owned()))
    }

    fn code(&self) -> Option<ReferenceKind> {
        self.approval_code.map(|code| ReferenceKind::ApprovalCode(code.to_owned()))
    }

    const fn reference(&self, kind: ReferenceKind) -> AuthorizationReference {
        AuthorizationReference { pan: self.pan, kind }
    }
}

/// The one authorization of the card that the message is about.
///
/// # Errors
/// When the store fails.
pub fn find_original(
    store: &mut (impl AuthorizationStore + ?Sized),
    card: CardId,
    quote: &Quote<'_>,
    (amount, now): (Option<Money>, Timestamp),
) -> Result<Option<Authorization>, StoreError> {
    if let Some(found) = by_trace(store, card, quote)? {
        return Ok(found);
    }
    if let Some(found) = by_approval_code(store, card, quote)? {
        return Ok(found);
    }
    by_merchant(store, card, quote, (amount, now))
}

/// The open authorization that a request with the same network trace raises, at the merchant that
/// it was made at: a trace that a careless sender uses twice raises nothing of somebody else.
///
/// # Errors
/// When the store fails.
pub fn find_raised(
    store: &mut (impl AuthorizationStore + ?Sized),
    card: CardId,
    quote: &Quote<'_>,
) -> Result<Option<Authorization>, StoreError> {
    let Some(kind) = quote.trace() else { return Ok(None) };
    let mut open = candidates(store, card, &quote.reference(kind))?;
    open.retain(|found| {
        let here = found.merchant.id == quote.merchant;
        here && found.status == AuthorizationStatus::Open
    });
    Ok(only(open))
}

/// `Some(None)` is an answer: the name fits several.
fn by_trace(
    store: &mut (impl AuthorizationStore + ?Sized),
    card: CardId,
    quote: &Quote<'_>,
) -> Result<Option<Option<Authorization>>, StoreError> {
    let Some(kind) = quote.trace() else { return Ok(None) };
    let mut candidates = candidates(store, card, &quote.reference(kind))?;
    if candidates.len() > 1 {
        candidates.retain(|found| found.merchant.id == quote.merchant);
    }
    Ok(if candidates.is_empty() { None } else { Some(only(candidates)) })
}

fn by_approval_code(
    store: &mut (impl AuthorizationStore + ?Sized),
    card: CardId,
    quote: &Quote<'_>,
) -> Result<Option<Option<Authorization>>, StoreError> {
    let Some(kind) = quote.code() else { return Ok(None) };
    let mut candidates = candidates(store, card, &quote.reference(kind))?;
    candidates.retain(|found| quote.merchant.is_empty() || found.merchant.id == quote.merchant);
    if candidates.len() > 1 {
        candidates.retain(|found| found.retrieval_reference == quote.retrieval_reference);
    }
    Ok(if candidates.is_empty() { None } else { Some(only(candidates)) })
}

fn by_merchant(
    store: &mut (impl AuthorizationStore + ?Sized),
    card: CardId,
    quote: &Quote<'_>,
    (amount, now): (Option<Money>, Timestamp),
) -> Result<Option<Authorization>, StoreError> {
    if quote.merchant.is_empty() {
        return Ok(None);
    }
    let kind = ReferenceKind::Merchant(quote.merchant.to_owned(), before(now, REFERENCE_WINDOW));
    let candidates = candidates(store, card, &quote.reference(kind))?;
    let crowded = candidates.len() >= MAX_CANDIDATES;
    let quoted = |found: &&Authorization| {
        let (reference, stan) = (quote.retrieval_reference, quote.stan);
        !reference.is_empty() && found.retrieval_reference == reference && found.stan == stan
    };
    let by_numbers: Vec<_> = candidates.iter().filter(quoted).cloned().collect();
    if !by_numbers.is_empty() {
        return Ok(only(by_numbers));
    }
    let (Some(amount), false) = (amount, crowded) else { return Ok(None) };
    let since = before(now, AMOUNT_WINDOW);
    let similar = |found: &Authorization| {
        let open = found.status == AuthorizationStatus::Open && found.created_at >= since;
        open && is_similar(found.authorized, amount)
    };
    Ok(only(candidates.into_iter().filter(similar).collect()))
}

fn candidates(
    store: &mut (impl AuthorizationStore + ?Sized),
    card: CardId,
    reference: &AuthorizationReference,
) -> Result<Vec<Authorization>, StoreError> {
    let mut found = Vec::new();
    for id in store.find_authorizations(reference)? {
        found.extend(store.find_authorization(id)?);
    }
    // A refund of no known purchase is nobody's original.
    found.retain(|found| found.card == card && found.origin != Origin::Refund);
    Ok(found)
}

/// The one that is left: of several, the only one that is open.
fn only(mut candidates: Vec<Authorization>) -> Option<Authorization> {
    if candidates.len() > 1 {
        candidates.retain(|found| found.status == AuthorizationStatus::Open);
    }
    let found = candidates.pop();
    found.filter(|_| candidates.is_empty())
}

fn is_similar(authorized: Money, amount: Money) -> bool {
    let (authorized, amount) = (authorized.minor(), amount.minor());
    let difference = authorized.saturating_sub(amount).saturating_abs();
    difference.saturating_mul(100) <= authorized.saturating_mul(TOLERANCE_PERCENT)
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_unix_micros(now.unix_micros().saturating_sub(span))
}

#[cfg(test)]
mod tests;
