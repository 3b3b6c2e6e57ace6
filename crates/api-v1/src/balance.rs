//! The treasury: balance and history.

use cardium_app::reads::{Balance, HistoryEntry, HistoryFilter, HistorySort, ListQuery};
use cardium_kernel::{
    AccountId, AuthorizationId, Book, CardId, DisputeId, EntryId, Problem, Timestamp, TopupId,
    TransactionId, WithdrawalId,
};
use cardium_ledger::PostingKind;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    amount::AmountOut,
    query::{Order, Query},
    text::Text,
    word::{Word, Words},
};

/// The balance that is reported: of the named book, else live once it was ever used, else
/// sandbox.
#[must_use]
pub fn reported(balances: &[Balance; 2], named: Option<Book>) -> &Balance {
    let [first, second] = balances;
    let (live, sandbox) = match first.book {
        Book::Live => (first, second),
        Book::Sandbox => (second, first),
    };
    match named {
        Some(Book::Live) => live,
        Some(Book::Sandbox) => sandbox,
        None if live.ever_used => live,
        None => sandbox,
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct BookPart {
    available_usd: AmountOut,
    pending_usd: AmountOut,
    reserved_usd: AmountOut,
    updated_at: Text<Timestamp>,
}

impl BookPart {
    fn new(balance: &Balance, now: Timestamp) -> Self {
        Self {
            available_usd: AmountOut(balance.available),
            pending_usd: AmountOut(balance.pending),
            reserved_usd: AmountOut(balance.held),
            // A treasury that was never used is empty as of now.
            updated_at: Text(balance.updated_at.unwrap_or(now)),
        }
    }
}

/// The balance of one book, with both beside it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BalanceOut {
    #[schemars(extend("const" = "balance"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    #[serde(flatten)]
    reported: BookPart,
    live: BookPart,
    sandbox: BookPart,
}

impl BalanceOut {
    /// The balance of the book that `named` asks for (see [`reported`]).
    #[must_use]
    pub fn new(balances: &[Balance; 2], named: Option<Book>, now: Timestamp) -> Self {
        let shown = reported(balances, named);
        let part = |book| BookPart::new(reported(balances, Some(book)), now);
        Self {
            object: "balance",
            mode: shown.book.as_str(),
            reported: BookPart::new(shown, now),
            live: part(Book::Live),
            sandbox: part(Book::Sandbox),
        }
    }
}

/// The order of histories.
pub const ORDER: Order<'static, HistorySort> = Order {
    fields: &[("created_at", HistorySort::CreatedAt), ("amount_usd", HistorySort::Amount)],
    cursor: |text| EntryId::parse(text).map(EntryId::value),
};

/// The filters of a history.
///
/// # Errors
/// `invalid_field`.
pub fn history_filter(query: &Query) -> Result<HistoryFilter, Problem> {
    let words = DOCUMENTED.join(", ");
    Ok(HistoryFilter { kinds: query.word("type", kinds, &words)?, book: query.mode()? })
}

/// The words that every history may use.
const DOCUMENTED: [&str; 10] = [
    "topup",
    "card_load",
    "card_unload",
    "rail_fee",
    "withdrawal",
    "withdrawal_fee",
    "withdrawal_return",
    "refund",
    DISPUTE,
    "adjustment",
];

/// The words of a history's lines: the documented ones, and those of rarer postings.
pub struct HistoryType;

impl Words for HistoryType {
    fn words() -> Vec<&'static str> {
        let rarer = PostingKind::WORDS.iter().map(|(kind, _)| type_of(*kind));
        let rarer = rarer.filter(|word| !DOCUMENTED.contains(word));
        DOCUMENTED.into_iter().chain(rarer).collect()
    }
}

/// The postings that a word of the history stands for. The fee of a load is part of its line and a
/// treasury is never adjusted, so two of the documented words have none.
fn kinds(word: &str) -> Option<Vec<PostingKind>> {
    match word {
        DISPUTE => Some(DISPUTES.to_vec()),
        "rail_fee" | "adjustment" => Some(PostingKind::parse(word).into_iter().collect()),
        other => {
            let kind = PostingKind::parse(other).filter(|kind| !DISPUTES.contains(kind))?;
            Some(vec![kind])
        }
    }
}

/// The word of a posting in the history.
fn type_of(kind: PostingKind) -> &'static str {
    if DISPUTES.contains(&kind) { DISPUTE } else { kind.as_str() }
}

const DISPUTE: &str = "dispute";
const DISPUTES: [PostingKind; 3] =
    [PostingKind::DisputeCredit, PostingKind::DisputeDebit, PostingKind::DisputeSettlement];

/// The query of a history; `from` and `to` say the same as `created_after` and `created_before`,
/// which win.
///
/// # Errors
/// `invalid_field` or `invalid_cursor`.
pub fn history_query(
    query: &Query,
    account: AccountId,
    filter: HistoryFilter,
) -> Result<ListQuery<HistoryFilter, HistorySort>, Problem> {
    let (from, to) = (query.moment("from")?, query.moment("to")?);
    let list = query.list(account, filter, &ORDER)?;
    Ok(ListQuery {
        created_after: list.created_after.or(from),
        created_before: list.created_before.or(to),
        ..list
    })
}

#[derive(Debug, Serialize, JsonSchema)]
struct SourcePart {
    object: String,
    id: String,
}

/// A line of a history.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryEntryOut {
    id: Text<EntryId>,
    #[schemars(extend("const" = "balance_entry"))]
    object: &'static str,
    #[schemars(with = "Word<Book>")]
    mode: &'static str,
    #[serde(rename = "type")]
    #[schemars(with = "Word<HistoryType>")]
    kind: &'static str,
    amount_usd: AmountOut,
    balance_after_usd: AmountOut,
    source: SourcePart,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
}

impl From<&HistoryEntry> for HistoryEntryOut {
    fn from(entry: &HistoryEntry) -> Self {
        let (object, id) = &entry.source;
        Self {
            id: Text(entry.id),
            object: "balance_entry",
            mode: entry.book.as_str(),
            kind: type_of(entry.kind),
            amount_usd: AmountOut(entry.amount),
            balance_after_usd: AmountOut(entry.balance_after),
            source: SourcePart { object: object.clone(), id: source_id(object, *id) },
            created_at: Text(entry.created_at),
            updated_at: Text(entry.created_at),
        }
    }
}

/// The text form of the id of an object that is named by a word.
fn source_id(object: &str, id: u128) -> String {
    match object {
        "card" => CardId::new(id).to_string(),
        "topup" => TopupId::new(id).to_string(),
        "authorization" => AuthorizationId::new(id).to_string(),
        "dispute" => DisputeId::new(id).to_string(),
        "transaction" => TransactionId::new(id).to_string(),
        "withdrawal" => WithdrawalId::new(id).to_string(),
        other => format!("{other}_{id:032x}"),
    }
}

#[cfg(test)]
mod tests {
    use cardium_kernel::Money;

    use super::*;

    fn balance(book: Book, cents: i64, ever_used: bool) -> Balance {
        Balance {
            book,
            available: Money::usd(cents),
            held: Money::usd(0),
            pending: Money::usd(20_000),
            ever_used,
            updated_at: None,
        }
    }

    #[test]
    fn live_is_reported_once_it_was_used() {
        let books = |used| [balance(Book::Live, 48_720, used), balance(Book::Sandbox, 100, true)];
        assert_eq!(reported(&books(false), None).book, Book::Sandbox);
        assert_eq!(reported(&books(true), None).book, Book::Live);
        assert_eq!(reported(&books(true), Some(Book::Sandbox)).book, Book::Sandbox);
    }

    #[test]
    fn every_word_of_a_history_is_one_that_is_read() {
        let words = HistoryType::words();
        assert!(words.iter().all(|word| kinds(word).is_some()), "{words:?}");
        assert!(PostingKind::WORDS.iter().all(|(kind, _)| words.contains(&type_of(*kind))));
        assert_eq!(kinds("dispute_credit"), None);
    }

    #[test]
    fn the_documented_fields_stand_at_the_top() {
        let books = [balance(Book::Live, 48_720, true), balance(Book::Sandbox, 0, false)];
        let out = BalanceOut::new(&books, None, Timestamp::from_unix_seconds(0));
        let text = String::from_utf8(crate::to_json(&out)).unwrap();
        let start =
            r#"{"object":"balance","mode":"live","available_usd":487.20,"pending_usd":200.00"#;
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains(r#""sandbox":{"available_usd":0.00"#), "{text}");
    }
}
