use cardium_kernel::{Book, Currency, EntryId, IdSource, Money, MoneyError, PostingId, Timestamp};

use crate::{LedgerAccountId, SystemAccount};

/// What a posting records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostingKind {
    /// A final deposit credits a treasury.
    Topup,
    /// A treasury funds a card.
    CardLoad,
    /// A card gives back to its treasury.
    CardUnload,
    /// Card spending is owed to the network.
    Clearing,
    /// The network gives spending back.
    Refund,
    /// A card pays what it owes out of money that became available.
    Debt,
    /// The network takes a refund back.
    RefundReversal,
    /// The network approved in our place what the card could not cover: it is owed at once.
    Advance,
    /// What was advanced is not expected any more.
    AdvanceReturn,
    /// A dispute gives spending back for the time being.
    DisputeCredit,
    /// What a dispute gave is taken back.
    DisputeDebit,
    /// The network pays for a dispute that was won.
    DisputeSettlement,
    /// A card takes over what another has and owes.
    CardReplacement,
    /// A treasury pays somebody on a chain.
    Withdrawal,
    /// What we take for it.
    WithdrawalFee,
    /// A withdrawal was not paid: all of it comes back.
    WithdrawalReturn,
    /// A withdrawal is final: the coins have left custody.
    WithdrawalSettlement,
}

impl PostingKind {
    /// All of them, with their words.
    pub const WORDS: [(Self, &'static str); 17] = [
        (Self::Topup, "topup"),
        (Self::CardLoad, "card_load"),
        (Self::CardUnload, "card_unload"),
        (Self::Clearing, "clearing"),
        (Self::Refund, "refund"),
        (Self::Debt, "debt"),
        (Self::RefundReversal, "refund_reversal"),
        (Self::Advance, "advance"),
        (Self::AdvanceReturn, "advance_return"),
        (Self::DisputeCredit, "dispute_credit"),
        (Self::DisputeDebit, "dispute_debit"),
        (Self::DisputeSettlement, "dispute_settlement"),
        (Self::CardReplacement, "card_replacement"),
        (Self::Withdrawal, "withdrawal"),
        (Self::WithdrawalFee, "withdrawal_fee"),
        (Self::WithdrawalReturn, "withdrawal_return"),
        (Self::WithdrawalSettlement, "withdrawal_settlement"),
    ];

    /// The kind's word in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// The kind with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, word)| *word == text).map(|(kind, _)| *kind)
    }
}

/// The object a posting happened for: its wire word and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Such as `topup` or `card`.
    pub object: &'static str,
    /// The object's id.
    pub id: u128,
}

/// One side of a posting: a credit where positive, a debit where negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// On a customer's account.
    Customer(LedgerAccountId, Money),
    /// On an account of the programme.
    System(SystemAccount, Money),
}

impl Line {
    /// The signed amount.
    #[must_use]
    pub const fn amount(&self) -> Money {
        match self {
            Self::Customer(_, amount) | Self::System(_, amount) => *amount,
        }
    }

    fn same_account(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Customer(a, _), Self::Customer(b, _)) => a == b,
            (Self::System(a, _), Self::System(b, _)) => a == b,
            _ => false,
        }
    }
}

/// A set of lines that sums to zero, in one book and one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    id: PostingId,
    book: Book,
    kind: PostingKind,
    source: Source,
    lines: Vec<Line>,
}

/// Why lines do not make a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    /// Fewer than two lines with an amount.
    #[error("a posting needs at least two lines")]
    TooFewLines,
    /// More lines than any recipe has.
    #[error("a posting has at most {} lines", Posting::MAX_LINES)]
    TooManyLines,
    /// The lines do not sum to zero.
    #[error("the lines sum to {0} minor units")]
    Unbalanced(i64),
    /// An account stands on two lines.
    #[error("an account appears twice")]
    DuplicateAccount,
    /// Two currencies, or a sum that does not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Posting {
    /// The most lines of a posting; the largest recipe has five.
    pub const MAX_LINES: usize = 8;

    /// Makes a posting; lines of zero are left out.
    ///
    /// # Errors
    /// When the rest does not balance, mixes currencies, names an account twice, or has fewer
    /// than two or more than [`Self::MAX_LINES`] lines.
    pub fn try_new(
        ids: &mut IdSource,
        book: Book,
        kind: PostingKind,
        source: Source,
        lines: impl IntoIterator<Item = Line>,
    ) -> Result<Self, PostingError> {
        let lines: Vec<Line> = lines.into_iter().filter(|line| !line.amount().is_zero()).collect();
        check(&lines)?;
        Ok(Self { id: PostingId::new(ids.mint()), book, kind, source, lines })
    }

    /// The posting's id.
    #[must_use]
    pub const fn id(&self) -> PostingId {
        self.id
    }

    /// The ledger it belongs to.
    #[must_use]
    pub const fn book(&self) -> Book {
        self.book
    }

    /// What it records.
    #[must_use]
    pub const fn kind(&self) -> PostingKind {
        self.kind
    }

    /// What it happened for.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Its lines, none of them zero.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The ids of its lines, in their order: the posting's own with the line's number in the last
    /// byte, which minted ids leave zero. A posting's lines lie together wherever ids sort.
    pub fn entry_ids(&self) -> impl Iterator<Item = EntryId> + use<> {
        let posting = self.id.value();
        (1_u128..).map(move |line| EntryId::new(posting | line))
    }

    /// The currency of every line.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.lines.first().map_or(Currency::Usd, |line| line.amount().currency())
    }
}

fn check(lines: &[Line]) -> Result<(), PostingError> {
    let (Some(first), true) = (lines.first(), lines.len() >= 2) else {
        return Err(PostingError::TooFewLines);
    };
    if lines.len() > Posting::MAX_LINES {
        return Err(PostingError::TooManyLines);
    }
    let zero = Money::zero(first.amount().currency());
    let sum = lines.iter().try_fold(zero, |sum, line| sum.plus(line.amount()))?;
    if !sum.is_zero() {
        return Err(PostingError::Unbalanced(sum.minor()));
    }
    let twice = lines
        .iter()
        .enumerate()
        .any(|(index, line)| lines.iter().skip(index).skip(1).any(|l| l.same_account(line)));
    if twice { Err(PostingError::DuplicateAccount) } else { Ok(()) }
}

/// A line as it was booked on a customer's account, with the balance it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The entry's id.
    pub id: EntryId,
    /// The account.
    pub account: LedgerAccountId,
    /// The account's version that this entry made: the order of its history.
    pub account_version: i64,
    /// Credit where positive, debit where negative.
    pub amount: Money,
    /// Posted balance after the entry.
    pub balance_after: Money,
    /// When it was booked.
    pub created_at: Timestamp,
}
