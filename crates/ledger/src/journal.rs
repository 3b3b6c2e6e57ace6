use cardium_kernel::{AccountId, Book, EntryId, Money, Timestamp};

use crate::{
    Entry, Hold, HoldId, LedgerAccount, LedgerAccountId, LedgerError, LedgerStore, Line, Posting,
    Role,
};

/// The account, or an empty one that the first posting will create.
///
/// # Errors
/// When the store fails.
pub fn open_or_default(
    store: &mut (impl LedgerStore + ?Sized),
    id: LedgerAccountId,
    owner: AccountId,
    book: Book,
    role: Role,
) -> Result<LedgerAccount, LedgerError> {
    let zero = Money::usd(0);
    let found = store.find_ledger_account(id)?;
    Ok(found.unwrap_or_else(|| LedgerAccount::open(id, owner, book, role, zero)))
}

/// Books a posting: checks every customer account it touches, changes their balances and
/// appends posting and entries. All accounts must have been saved before (see
/// [`open_or_default`]).
///
/// # Errors
/// [`LedgerError::Insufficient`] and the like; the caller then drops the whole command.
pub fn book_posting(
    store: &mut (impl LedgerStore + ?Sized),
    posting: Posting,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut entries = Vec::with_capacity(posting.lines().len());
    for (id, line) in posting.entry_ids().zip(posting.lines()) {
        if let Line::Customer(account, amount) = *line {
            entries.push(book_line(store, posting.book(), (id, account), amount, now)?);
        }
    }
    store.insert_posting(posting, entries, now)?;
    Ok(())
}

fn book_line(
    store: &mut (impl LedgerStore + ?Sized),
    book: Book,
    (id, account): (EntryId, LedgerAccountId),
    amount: Money,
    now: Timestamp,
) -> Result<Entry, LedgerError> {
    let mut account = get_account(store, account)?;
    if account.book != book {
        return Err(LedgerError::WrongBook(account.id));
    }
    account.apply(amount, now)?;
    let entry = Entry {
        id,
        account: account.id,
        account_version: account.version,
        amount,
        balance_after: account.posted,
        created_at: now,
    };
    store.save_ledger_account(account)?;
    Ok(entry)
}

/// Sets a hold to `amount`, placing it on `account` if it is new.
///
/// # Errors
/// [`LedgerError::Insufficient`] when the account cannot cover the growth.
pub fn change_hold(
    store: &mut (impl LedgerStore + ?Sized),
    id: HoldId,
    account: LedgerAccountId,
    amount: Money,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut ledger_account = get_account(store, account)?;
    let hold = store.find_hold(id)?;
    let before = hold.as_ref().map_or(Money::zero(amount.currency()), |hold| hold.amount);
    let held = ledger_account.held.minus(before)?.plus(amount)?;
    ledger_account.set_held(held, now)?;
    store.save_ledger_account(ledger_account)?;
    let version = hold.map_or(0, |hold| hold.version).saturating_add(1);
    store.save_hold(Hold { id, account, amount, version })?;
    Ok(())
}

/// Frees whatever a hold still holds; nothing happens where there is none.
///
/// # Errors
/// When the store fails.
pub fn release_hold(
    store: &mut (impl LedgerStore + ?Sized),
    id: HoldId,
    now: Timestamp,
) -> Result<(), LedgerError> {
    match store.find_hold(id)? {
        Some(hold) if hold.amount.is_positive() => {
            let nothing = Money::zero(hold.amount.currency());
            change_hold(store, id, hold.account, nothing, now)
        }
        _ => Ok(()),
    }
}

/// An account a posting names must be known: recipes save new ones first.
fn get_account(
    store: &mut (impl LedgerStore + ?Sized),
    id: LedgerAccountId,
) -> Result<LedgerAccount, LedgerError> {
    store.find_ledger_account(id)?.ok_or(LedgerError::WrongBook(id))
}

#[cfg(test)]
mod tests {
    use cardium_kernel::{IdSource, StoreError};
    use mockall::predicate::eq;

    use super::*;
    use crate::{PostingKind, Source, recipes, store::MockLedgerStore};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1);
    const OWNER: AccountId = AccountId::new(0x100);

    fn account(posted: i64, held: i64) -> LedgerAccount {
        let id = LedgerAccountId::treasury(OWNER, Book::Live);
        let role = Role::Treasury(Book::Live);
        let open = LedgerAccount::open(id, OWNER, Book::Live, role, Money::usd(0));
        let (posted, held) = (Money::usd(posted), Money::usd(held));
        LedgerAccount::restore(crate::AccountRecord { posted, held, version: 4, ..(*open).clone() })
    }

    fn credit(ids: &mut IdSource, book: Book) -> Posting {
        let source = Source { object: "topup", id: 1 };
        let treasury = LedgerAccountId::treasury(OWNER, Book::Live);
        recipes::topup_credit(ids, book, source, treasury, Money::usd(700)).unwrap()
    }

    #[test]
    fn a_posting_changes_the_account_and_leaves_an_entry() {
        let mut ids = IdSource::new(NOW, [1; 16]);
        let posting = credit(&mut ids, Book::Live);
        let mut store = MockLedgerStore::new();
        store.expect_find_ledger_account().times(1).returning(|_| Ok(Some(account(500, 0))));
        store
            .expect_save_ledger_account()
            .withf(|saved| saved.posted == Money::usd(1_200) && saved.version == 5)
            .times(1)
            .returning(|_| Ok(()));
        store
            .expect_insert_posting()
            .withf(|posting, entries, _| {
                let [entry] = entries.as_slice() else { return false };
                posting.kind() == PostingKind::Topup
                    && entry.balance_after == Money::usd(1_200)
                    && entry.account_version == 5
            })
            .times(1)
            .returning(|_, _, _| Ok(()));
        assert_eq!(book_posting(&mut store, posting, NOW), Ok(()));
    }

    #[test]
    fn a_posting_never_spans_two_books() {
        let mut ids = IdSource::new(NOW, [1; 16]);
        let posting = credit(&mut ids, Book::Sandbox);
        let mut store = MockLedgerStore::new();
        store.expect_find_ledger_account().returning(|_| Ok(Some(account(500, 0))));
        let refused = book_posting(&mut store, posting, NOW);
        assert!(matches!(refused, Err(LedgerError::WrongBook(_))));
    }

    #[test]
    fn a_hold_takes_no_more_than_is_available() {
        let mut store = MockLedgerStore::new();
        let id = account(0, 0).id;
        store.expect_find_ledger_account().with(eq(id)).returning(|_| Ok(Some(account(500, 450))));
        store.expect_find_hold().returning(|_| Ok(None));
        let refused = change_hold(&mut store, HoldId::new(9), id, Money::usd(51), NOW);
        let available = Money::usd(50);
        assert!(
            matches!(refused, Err(LedgerError::Insufficient { available: a, .. }) if a == available)
        );
    }

    #[test]
    fn a_store_that_fails_stops_the_posting() {
        let mut ids = IdSource::new(NOW, [1; 16]);
        let posting = credit(&mut ids, Book::Live);
        let mut store = MockLedgerStore::new();
        store.expect_find_ledger_account().returning(|_| Err(StoreError::Miss));
        let refused = book_posting(&mut store, posting, NOW);
        assert_eq!(refused, Err(LedgerError::Store(StoreError::Miss)));
    }

    #[test]
    fn releasing_nothing_changes_nothing() {
        let mut store = MockLedgerStore::new();
        store.expect_find_hold().returning(|_| Ok(None));
        assert_eq!(release_hold(&mut store, HoldId::new(9), NOW), Ok(()));
    }
}
