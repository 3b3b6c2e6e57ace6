use std::fmt;

use cardium_kernel::{AccountId, Book, CardId, Currency, digest128};

/// What a customer's ledger account is for. The number is the last byte of the account's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The spendable pool of an account, one for each book.
    Treasury(Book),
    /// What is loaded on a card.
    Card,
    /// What a card spent beyond its balance and still owes; never above zero.
    CardReceivable,
}

impl Role {
    /// The role's small number in storage and at the end of the ledger account's id.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Treasury(Book::Live) => 1,
            Self::Treasury(Book::Sandbox) => 2,
            Self::Card => 3,
            Self::CardReceivable => 4,
        }
    }

    /// The role with this storage number.
    #[must_use]
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            1 => Some(Self::Treasury(Book::Live)),
            2 => Some(Self::Treasury(Book::Sandbox)),
            3 => Some(Self::Card),
            4 => Some(Self::CardReceivable),
            _ => None,
        }
    }
}

/// The id of a customer's ledger account, derived from its owner's id and its role, so that no
/// look-up precedes a lock. Owners' ids end in a zero byte; the role takes its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerAccountId(u128);

impl LedgerAccountId {
    /// An id read back from storage.
    #[must_use]
    pub const fn new(value: u128) -> Self {
        Self(value)
    }

    /// The 128-bit value.
    #[must_use]
    pub const fn value(self) -> u128 {
        self.0
    }

    /// The treasury of an account in one book.
    #[must_use]
    pub fn treasury(account: AccountId, book: Book) -> Self {
        Self::derive(account.value(), Role::Treasury(book))
    }

    /// The balance of a card.
    #[must_use]
    pub fn card(card: CardId) -> Self {
        Self::derive(card.value(), Role::Card)
    }

    /// The receivable of a card.
    #[must_use]
    pub fn card_receivable(card: CardId) -> Self {
        Self::derive(card.value(), Role::CardReceivable)
    }

    fn derive(owner: u128, role: Role) -> Self {
        Self(owner | u128::from(role.code()))
    }
}

impl fmt::Debug for LedgerAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ledger:{:032x}", self.0)
    }
}

/// An account of the programme itself. It is never read in a decision and may go either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemAccount {
    /// Coins held on chain on behalf of customers (an asset, so at most zero).
    ChainCustody,
    /// Income from card loads.
    RailFees,
    /// Owed to the card network for cleared spending.
    NetworkSettlement,
    /// Expected by the card network beyond what cards could cover, and not cleared yet.
    StandIn,
    /// Income from conversions of card spending.
    CardFees,
    /// Given to cardholders in disputes that are not decided (a claim, so at most zero).
    DisputeCredit,
    /// Left treasuries and is on its way to its payees, who have no final payment yet.
    WithdrawalsInFlight,
    /// Income from withdrawals.
    WithdrawalFees,
}

impl SystemAccount {
    /// The whole chart, in storage order.
    pub const ALL: [Self; 8] = [
        Self::ChainCustody,
        Self::RailFees,
        Self::NetworkSettlement,
        Self::StandIn,
        Self::CardFees,
        Self::DisputeCredit,
        Self::WithdrawalsInFlight,
        Self::WithdrawalFees,
    ];

    /// The account's name in storage and reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ChainCustody => "chain_custody",
            Self::RailFees => "rail_fees",
            Self::NetworkSettlement => "network_settlement",
            Self::StandIn => "stand_in",
            Self::CardFees => "card_fees",
            Self::DisputeCredit => "dispute_credit",
            Self::WithdrawalsInFlight => "withdrawals_in_flight",
            Self::WithdrawalFees => "withdrawal_fees",
        }
    }

    /// The account's id in one book and currency.
    #[must_use]
    pub fn id(self, book: Book, currency: Currency) -> u128 {
        digest128(&[
            b"system",
            self.code().as_bytes(),
            book.as_str().as_bytes(),
            currency.code().as_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accounts_of_an_owner_differ() {
        let owner = 0xAB00_u128;
        let ids = [
            LedgerAccountId::treasury(AccountId::new(owner), Book::Live),
            LedgerAccountId::treasury(AccountId::new(owner), Book::Sandbox),
            LedgerAccountId::card(CardId::new(owner)),
            LedgerAccountId::card_receivable(CardId::new(owner)),
        ];
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[index + 1..].contains(id));
        }
    }
}
