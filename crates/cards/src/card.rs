use cardium_kernel::{AccountId, Book, CardId, Change, Timestamp};
use cardium_vault::Expiry;

use crate::{
    CardType, Controls, Fulfilment, Product, VALIDITY_YEARS, Wallet, WalletProvider, WalletState,
};

/// What a card can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardStatus {
    /// Spends.
    Active,
    /// Declines, until unfrozen.
    Frozen,
    /// Retired for good.
    Cancelled,
}

impl CardStatus {
    /// The status's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Frozen, Self::Cancelled].into_iter().find(|s| s.as_str() == text)
    }
}

/// Why a card is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreezeReason {
    /// Its holder asked.
    Cardholder,
    /// The issuer asked; its holder cannot lift it.
    Issuer,
    /// Shipped plastic that was not activated yet.
    AwaitingActivation,
}

impl FreezeReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cardholder, Self::Issuer, Self::AwaitingActivation];

    /// The reason's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cardholder => "cardholder",
            Self::Issuer => "issuer",
            Self::AwaitingActivation => "awaiting_activation",
        }
    }

    /// The reason with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Why a card command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// The card is cancelled.
    #[error("the card is cancelled")]
    Cancelled,
    /// Only the issuer can lift this freeze.
    #[error("the issuer froze the card")]
    FreezeLocked,
    /// The card is frozen.
    #[error("the card is frozen")]
    Frozen,
    /// The plastic is not with its holder.
    #[error("the card is not delivered yet")]
    NotDelivered,
    /// The plastic is not where it could become that, or there is none.
    #[error("the card's plastic cannot be moved there")]
    WrongFulfilment,
    /// The product is not taken by this wallet.
    #[error("the card's product is not taken by this wallet")]
    WalletUnsupported,
}

/// The stored facts of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRecord {
    /// The card's id.
    pub id: CardId,
    /// The tenant it belongs to.
    pub account: AccountId,
    /// The ledger its money is in.
    pub book: Book,
    /// The product, by BIN.
    pub bin: String,
    /// The last four digits of the PAN.
    pub last4: String,
    /// The last month in which it works.
    pub expiry: Expiry,
    /// Virtual or physical.
    pub card_type: CardType,
    /// What it can be used for.
    pub status: CardStatus,
    /// Why it is frozen, when it is.
    pub freeze_reason: Option<FreezeReason>,
    /// What its owner calls it.
    pub label: Option<String>,
    /// Its standing with mobile wallets.
    pub wallet: Wallet,
    /// What it may be spent on.
    pub controls: Controls,
    /// How far its plastic is; nothing for a virtual card.
    pub fulfilment: Option<Fulfilment>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When its record last changed.
    pub updated_at: Timestamp,
    /// Raised by one with every change.
    pub version: i64,
}

/// What is needed to issue a card.
#[derive(Debug, Clone)]
pub struct NewCard {
    /// The card's id.
    pub id: CardId,
    /// The tenant it belongs to.
    pub account: AccountId,
    /// The ledger its money is in.
    pub book: Book,
    /// The product it is of.
    pub product: &'static Product,
    /// The last four digits of the PAN.
    pub last4: String,
    /// What its owner calls it.
    pub label: Option<String>,
    /// Its standing with mobile wallets.
    pub wallet: Wallet,
    /// What it may be spent on.
    pub controls: Controls,
}

/// A payment card. Its record can be read; only commands change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card(CardRecord);

impl std::ops::Deref for Card {
    type Target = CardRecord;

    fn deref(&self) -> &CardRecord {
        &self.0
    }
}

impl Card {
    /// A card read back from storage.
    #[must_use]
    pub const fn restore(record: CardRecord) -> Self {
        Self(record)
    }

    /// Issues a card that expires [`VALIDITY_YEARS`] from now. A virtual card is active at
    /// once; a physical one is frozen until it is activated.
    #[must_use]
    pub fn issue(new: NewCard, expiry: Expiry, now: Timestamp) -> Self {
        let card_type = new.product.card_type;
        let (status, freeze_reason, fulfilment) = match card_type {
            CardType::Virtual => (CardStatus::Active, None, None),
            CardType::Physical => {
                let reason = FreezeReason::AwaitingActivation;
                (CardStatus::Frozen, Some(reason), Some(Fulfilment::Ordered))
            }
        };
        Self(CardRecord {
            id: new.id,
            account: new.account,
            book: new.book,
            bin: new.product.bin.to_owned(),
            last4: new.last4,
            expiry,
            card_type,
            status,
            freeze_reason,
            label: new.label,
            wallet: new.wallet,
            controls: new.controls,
            fulfilment,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// The expiry of a card issued now.
    ///
    /// # Panics
    /// Never before the year 2096, the last from which expiry dates can be counted.
    #[must_use]
    pub fn expiry_from(now: Timestamp) -> Expiry {
        let (year, month) = now.year_month();
        let year = u16::try_from(year).unwrap_or(0).saturating_add(VALIDITY_YEARS);
        Expiry::try_new(year, month).expect("card expiry dates are representable until 2099")
    }

    /// Whether the expiry month is over.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        is_over(self.expiry, now)
    }

    /// Passes a card that is not cancelled.
    ///
    /// # Errors
    /// [`CardError::Cancelled`].
    pub fn check_open(&self) -> Result<(), CardError> {
        let cancelled = self.status == CardStatus::Cancelled;
        if cancelled { Err(CardError::Cancelled) } else { Ok(()) }
    }

    /// Stops spending.
    ///
    /// # Errors
    /// [`CardError::Cancelled`].
    pub fn freeze(&mut self, reason: FreezeReason, now: Timestamp) -> Result<Change, CardError> {
        self.check_open()?;
        if self.status == CardStatus::Frozen {
            return Ok(Change::AlreadyApplied);
        }
        self.0.freeze_reason = Some(reason);
        Ok(self.become_status(CardStatus::Frozen, now))
    }

    /// Lets the card spend again, on behalf of its holder; activates delivered plastic.
    ///
    /// # Errors
    /// [`CardError::Cancelled`], [`CardError::FreezeLocked`] for an issuer's freeze, or
    /// [`CardError::NotDelivered`] for plastic that is not with its holder.
    pub fn unfreeze(&mut self, now: Timestamp) -> Result<Change, CardError> {
        self.check_open()?;
        match (self.status, self.freeze_reason) {
            (CardStatus::Active, _) => Ok(Change::AlreadyApplied),
            (_, Some(FreezeReason::Issuer)) => Err(CardError::FreezeLocked),
            (_, Some(FreezeReason::AwaitingActivation))
                if self.fulfilment != Some(Fulfilment::Delivered) =>
            {
                Err(CardError::NotDelivered)
            }
            _ => {
                self.0.freeze_reason = None;
                Ok(self.become_status(CardStatus::Active, now))
            }
        }
    }

    /// Retires the card for good.
    pub fn cancel(&mut self, now: Timestamp) -> Change {
        if self.status == CardStatus::Cancelled {
            return Change::AlreadyApplied;
        }
        self.0.freeze_reason = None;
        self.become_status(CardStatus::Cancelled, now)
    }

    /// Changes what the card may be spent on.
    ///
    /// # Errors
    /// [`CardError::Cancelled`].
    pub fn set_controls(
        &mut self,
        controls: Controls,
        now: Timestamp,
    ) -> Result<Change, CardError> {
        self.check_open()?;
        if self.controls == controls {
            return Ok(Change::AlreadyApplied);
        }
        self.0.controls = controls;
        Ok(self.touch(now))
    }

    /// Locks the card to the merchant it was first approved at, if its lock is armed.
    pub fn lock_to_merchant(&mut self, merchant_id: &str, now: Timestamp) -> Change {
        let Some(locked) = self.controls.locked_to(merchant_id) else {
            return Change::AlreadyApplied;
        };
        self.0.controls = locked;
        self.touch(now)
    }

    /// Makes the card ready for a mobile wallet. A frozen card is not: a wallet would show a
    /// card that pays nothing.
    ///
    /// # Errors
    /// [`CardError::Cancelled`], [`CardError::WalletUnsupported`] or [`CardError::Frozen`].
    pub fn provision_wallet(
        &mut self,
        wallet: WalletProvider,
        now: Timestamp,
    ) -> Result<Change, CardError> {
        self.check_open()?;
        match (self.wallet.state(wallet), self.status) {
            (WalletState::Unsupported, _) => Err(CardError::WalletUnsupported),
            (WalletState::Ready, _) => Ok(Change::AlreadyApplied),
            (WalletState::Pending, CardStatus::Frozen) => Err(CardError::Frozen),
            (WalletState::Pending, _) => {
                self.0.wallet = self.wallet.ready_for(wallet);
                Ok(self.touch(now))
            }
        }
    }

    /// Notes how far the plastic is.
    ///
    /// # Errors
    /// [`CardError::Cancelled`], or [`CardError::WrongFulfilment`] for a step back and for a
    /// virtual card.
    pub fn fulfil(&mut self, to: Fulfilment, now: Timestamp) -> Result<Change, CardError> {
        self.check_open()?;
        let from = self.fulfilment.ok_or(CardError::WrongFulfilment)?;
        if from == to {
            return Ok(Change::AlreadyApplied);
        }
        if !from.may_become(to) {
            return Err(CardError::WrongFulfilment);
        }
        self.0.fulfilment = Some(to);
        Ok(self.touch(now))
    }

    fn become_status(&mut self, status: CardStatus, now: Timestamp) -> Change {
        self.0.status = status;
        self.touch(now)
    }

    fn touch(&mut self, now: Timestamp) -> Change {
        self.0.updated_at = now;
        self.0.version = self.version.saturating_add(1);
        Change::Applied
    }
}

/// Whether the month that a card expires in is over.
#[must_use]
pub fn is_over(expiry: Expiry, at: Timestamp) -> bool {
    (i32::from(expiry.year()), expiry.month()) < at.year_month()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CATALOGUE, ControlsRecord, MerchantLock, WalletState};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_780_000_000);

    fn card(bin: &str) -> Card {
        let product = CATALOGUE.iter().find(|product| product.bin == bin).unwrap();
        let wallet =
            Wallet { apple_pay: WalletState::Pending, google_pay: WalletState::Unsupported };
        let new = NewCard {
            id: CardId::new(0x100),
            account: AccountId::new(0x200),
            book: Book::Live,
            product,
            last4: "4218".into(),
            label: None,
            wallet,
            controls: Controls::default(),
        };
        Card::issue(new, Card::expiry_from(NOW), NOW)
    }

    #[test]
    fn freezing_twice_changes_nothing_the_second_time() {
        let mut card = card("489517");
        assert_eq!(card.freeze(FreezeReason::Cardholder, NOW), Ok(Change::Applied));
        assert_eq!(card.freeze(FreezeReason::Cardholder, NOW), Ok(Change::AlreadyApplied));
        assert_eq!(card.unfreeze(NOW), Ok(Change::Applied));
        assert_eq!(card.unfreeze(NOW), Ok(Change::AlreadyApplied));
        assert_eq!(card.version, 3);
    }

    #[test]
    fn a_cancelled_card_takes_no_command() {
        let mut card = card("489517");
        assert_eq!(card.cancel(NOW), Change::Applied);
        assert_eq!(card.cancel(NOW), Change::AlreadyApplied);
        assert_eq!(card.freeze(FreezeReason::Cardholder, NOW), Err(CardError::Cancelled));
        assert_eq!(card.unfreeze(NOW), Err(CardError::Cancelled));
    }

    #[test]
    fn only_the_issuer_lifts_its_freeze() {
        let mut card = card("489517");
        card.freeze(FreezeReason::Issuer, NOW).unwrap();
        assert_eq!(card.unfreeze(NOW), Err(CardError::FreezeLocked));
    }

    #[test]
    fn a_card_locks_to_its_first_merchant_only() {
        let armed = ControlsRecord { merchant_lock: MerchantLock::Armed, ..Default::default() };
        let armed = Controls::try_new(armed).unwrap();
        let mut card = card("489517");
        assert_eq!(card.lock_to_merchant("SHOP1", NOW), Change::AlreadyApplied);
        assert_eq!(card.set_controls(armed.clone(), NOW), Ok(Change::Applied));
        assert_eq!(card.set_controls(armed.clone(), NOW), Ok(Change::AlreadyApplied));
        assert_eq!(card.lock_to_merchant("SHOP1", NOW), Change::Applied);
        assert_eq!(card.lock_to_merchant("SHOP2", NOW), Change::AlreadyApplied);
        assert!(card.controls.allows_merchant("SHOP1") && card.version == 3);
        card.cancel(NOW);
        assert_eq!(card.set_controls(armed, NOW), Err(CardError::Cancelled));
    }

    #[test]
    fn plastic_waits_for_activation() {
        let mut card = card("448585");
        assert_eq!(card.freeze_reason, Some(FreezeReason::AwaitingActivation));
        assert_eq!(card.unfreeze(NOW), Err(CardError::NotDelivered));
        assert_eq!(card.fulfil(Fulfilment::Shipped, NOW), Ok(Change::Applied));
        assert_eq!(card.fulfil(Fulfilment::Shipped, NOW), Ok(Change::AlreadyApplied));
        assert_eq!(card.fulfil(Fulfilment::Produced, NOW), Err(CardError::WrongFulfilment));
        assert_eq!(card.unfreeze(NOW), Err(CardError::NotDelivered));
        assert_eq!(card.fulfil(Fulfilment::Delivered, NOW), Ok(Change::Applied));
        assert_eq!(card.unfreeze(NOW), Ok(Change::Applied));
        assert_eq!((card.status, card.freeze_reason), (CardStatus::Active, None));
    }

    #[test]
    fn plastic_that_came_back_is_never_activated() {
        let mut card = card("448585");
        assert_eq!(card.fulfil(Fulfilment::Returned, NOW), Ok(Change::Applied));
        assert_eq!(card.unfreeze(NOW), Err(CardError::NotDelivered));
        let mut card = self::card("489517");
        assert_eq!(card.fulfil(Fulfilment::Produced, NOW), Err(CardError::WrongFulfilment));
    }

    #[test]
    fn a_wallet_is_provisioned_where_it_can_be() {
        let (apple, google) = (WalletProvider::ApplePay, WalletProvider::GooglePay);
        let mut card = card("489517");
        assert_eq!(card.provision_wallet(google, NOW), Err(CardError::WalletUnsupported));
        card.freeze(FreezeReason::Cardholder, NOW).unwrap();
        assert_eq!(card.provision_wallet(apple, NOW), Err(CardError::Frozen));
        card.unfreeze(NOW).unwrap();
        assert_eq!(card.provision_wallet(apple, NOW), Ok(Change::Applied));
        assert_eq!(card.provision_wallet(apple, NOW), Ok(Change::AlreadyApplied));
        assert_eq!(card.wallet.apple_pay, WalletState::Ready);
        card.cancel(NOW);
        assert_eq!(card.provision_wallet(apple, NOW), Err(CardError::Cancelled));
    }

    #[test]
    fn a_card_works_through_its_expiry_month() {
        let card = card("489517");
        let last_second = Timestamp::parse_rfc3339("2029-05-31T23:59:59Z").unwrap();
        assert!(!card.is_expired(last_second));
        assert!(card.is_expired(last_second.after(std::time::Duration::from_secs(1))));
    }
}
