use cardium_app::reads::{
    Balance, HistoryEntry, HistoryFilter, HistorySort, ListQuery, ReadResult,
};
use cardium_kernel::{AccountId, Book, EntryId, Money, Page, Timestamp};
use cardium_ledger::{LedgerAccountId, PostingKind};

use super::{
    failed,
    list::{List, page},
};
use crate::db::{Connection, Fields, Kind, Record, Sql, Value};

/// Both treasuries and what is on its way to them, in one statement.
pub(super) fn balances(
    connection: &mut Connection,
    account: AccountId,
) -> ReadResult<[Balance; 2]> {
    let [live, sandbox] = Book::ALL.map(|book| LedgerAccountId::treasury(account, book));
    let text = "SELECT CAST(1 AS BIGINT), book, posted, held, version, updated_at \
                FROM ledger_accounts WHERE id IN (?, ?) \
                UNION ALL \
                SELECT CAST(2 AS BIGINT), book, CAST(SUM(confirming) AS BIGINT), \
                CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT) FROM topups \
                WHERE account_id = ? AND confirming > 0 GROUP BY book";
    let sql = Sql::new(text).id(live.value()).id(sandbox.value()).id(account.value());
    let mut balances = Book::ALL.map(empty);
    for record in connection.select(&sql, &[Kind::Int; 6]).map_err(failed)? {
        add(&mut balances, record)?;
    }
    Ok(balances)
}

const fn empty(book: Book) -> Balance {
    let zero = Money::usd(0);
    Balance { book, available: zero, held: zero, pending: zero, ever_used: false, updated_at: None }
}

fn add(balances: &mut [Balance; 2], record: Record) -> ReadResult<()> {
    let mut fields = Fields::new("ledger_accounts", record);
    let (part, book) = (fields.int()?, fields.book()?);
    let (amount, held, version) = (fields.int()?, fields.int()?, fields.int()?);
    let updated_at = fields.time()?;
    for balance in balances.iter_mut().filter(|balance| balance.book == book) {
        if part == 2 {
            balance.pending = Money::usd(amount);
            continue;
        }
        balance.available = Money::usd(amount.saturating_sub(held));
        balance.held = Money::usd(held);
        balance.ever_used = version > 0;
        balance.updated_at = Some(updated_at);
    }
    Ok(())
}

const HISTORY: &str = "entries e JOIN postings p ON p.id = e.posting_id";

pub(super) fn list_history(
    connection: &mut Connection,
    query: &ListQuery<HistoryFilter, HistorySort>,
) -> ReadResult<Page<HistoryEntry>> {
    let book = match query.filter.book {
        Some(book) => book,
        None => default_book(connection, query.account)?,
    };
    let columns = "e.id, p.kind, e.amount, e.balance_after, p.source_object, p.source_id, \
                   e.created_at";
    let kinds = [Kind::Id, Kind::Text, Kind::Int, Kind::Int, Kind::Text, Kind::Id, Kind::Int];
    let mut list = List::new(columns, HISTORY, "e.id");
    let treasury = LedgerAccountId::treasury(query.account, book);
    list.and("e.account_id = ?", Value::id(treasury.value()));
    if let Some(kinds) = &query.filter.kinds {
        // The words are those of a closed enum, never the caller's text.
        let words: Vec<_> = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
        list.and_words("p.kind", &words);
    }
    list.between("e.created_at", query);
    // The account's own version is the order in which its entries were booked.
    let sort = match query.sort.field {
        HistorySort::CreatedAt => "e.account_version",
        HistorySort::Amount => "e.amount",
    };
    let records = list.fetch(connection, query, (sort, Kind::Int), &kinds)?;
    page(records, query, |record| read_entry(book, record))
}

fn read_entry(book: Book, record: Record) -> ReadResult<HistoryEntry> {
    let mut fields = Fields::new("entries", record);
    Ok(HistoryEntry {
        id: EntryId::new(fields.id()?),
        kind: fields.word(PostingKind::parse)?,
        book,
        amount: Money::usd(fields.int()?),
        balance_after: Money::usd(fields.int()?),
        source: (fields.text()?, fields.id()?),
        created_at: Timestamp::from_unix_micros(fields.int()?),
    })
}

fn default_book(connection: &mut Connection, account: AccountId) -> ReadResult<Book> {
    let [live, _] = balances(connection, account)?;
    Ok(if live.ever_used { Book::Live } else { Book::Sandbox })
}
