use cardium_kernel::{AccountId, Book, CardId, Change, GrantId, Metadata, Timestamp};
use cardium_vault::{Expiry, Sealed};

use crate::{
    CancelReason, CardType, Controls, Fulfilment, NewReplacement, Product, VALIDITY_YEARS, Wallet,
    WalletProvider, WalletState,
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
    /// Its owner stopped everything on the account; it is unfrozen by itself afterwards.
    AccountLocked,
}

impl FreezeReason {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Cardholder, Self::Issuer, Self::AwaitingActivation, Self::AccountLocked];

    /// The reason's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cardholder => "cardholder",
            Self::Issuer => "issuer",
            Self::AwaitingActivation => "awaiting_activation",
            Self::AccountLocked => "account_locked",
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
    /// Nobody knows where the plastic is to be sent.
    #[error("a physical card needs an address to be sent to")]
    ShippingRequired,
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
    /// Where its plastic is sent, sealed for this card.
    pub shipping: Option<Box<Sealed>>,
    /// Its owner's notes.
    pub metadata: Metadata,
    /// Why it is cancelled; nothing for cards that are not, or were before reasons were kept.
    pub cancel_reason: Option<CancelReason>,
    /// The card it took the place of.
    pub replaces: Option<CardId>,
    /// The card that took its place.
    pub replaced_by: Option<CardId>,
    /// The first card of the line of replacements that it is in; none for the first one itself.
    pub first: Option<CardId>,
    /// On the first card of a line, the last one; none where nothing took its place.
    pub last: Option<CardId>,
    /// The grant that issued it, whose mandate it spends under; none for its owner's own cards.
    pub grant: Option<GrantId>,
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
    /// Where plastic is sent, sealed for this card.
    pub shipping: Option<Sealed>,
    /// Its owner's notes.
    pub metadata: Metadata,
    /// The grant that issues it, where one does.
    pub grant: Option<GrantId>,
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
            shipping: new.shipping.map(Box::new),
            metadata: new.metadata,
            cancel_reason: None,
            replaces: None,
            replaced_by: None,
            first: None,
            last: None,
            grant: new.grant,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// Makes the card that takes this one's place, and cancels this one. The new one has the
    /// product, label, controls, wallets and notes of the old one; plastic starts its way, and a
    /// virtual card that its holder froze stays frozen.
    ///
    /// # Errors
    /// [`CardError::Cancelled`], [`CardError::FreezeLocked`] for an issuer's freeze, which must not
    /// be escaped like this, or [`CardError::ShippingRequired`] for plastic without an address.
    pub fn replace(&mut self, new: NewReplacement, now: Timestamp) -> Result<Self, CardError> {
        self.check_open()?;
        if self.freeze_reason == Some(FreezeReason::Issuer) {
            return Err(CardError::FreezeLocked);
        }
        let (status, freeze_reason, fulfilment) = match self.card_type {
            CardType::Virtual => (self.status, self.freeze_reason, None),
            CardType::Physical if new.shipping.is_none() => {
                return Err(CardError::ShippingRequired);
            }
            CardType::Physical => {
                let reason = FreezeReason::AwaitingActivation;
                (CardStatus::Frozen, Some(reason), Some(Fulfilment::Ordered))
            }
        };
        let card = Self(CardRecord {
            id: new.id,
            last4: new.last4,
            expiry: new.expiry,
            status,
            freeze_reason,
            fulfilment,
            shipping: new.shipping.map(Box::new),
            metadata: new.metadata.unwrap_or_else(|| self.metadata.clone()),
            replaces: Some(self.id),
            first: Some(self.first.unwrap_or(self.id)),
            last: None,
            created_at: now,
            updated_at: now,
            version: 1,
            ..self.0.clone()
        });
        self.0.replaced_by = Some(card.id);
        if self.first.is_none() {
            self.0.last = Some(card.id);
        }
        self.retire(CancelReason::Replaced(new.reason), now);
        Ok(card)
    }

    /// Notes, on the first card of a line of replacements, which one is the last.
    pub fn lead_to(&mut self, last: CardId) {
        self.0.last = Some(last);
        self.0.version = self.version.saturating_add(1);
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

    /// Retires the card for good, on behalf of its holder.
    pub fn cancel(&mut self, now: Timestamp) -> Change {
        if self.status == CardStatus::Cancelled {
            return Change::AlreadyApplied;
        }
        self.retire(CancelReason::Cardholder, now)
    }

    /// Changes what its owner calls the card and notes on it. A cancelled card takes both: they
    /// are how its owner finds it again.
    pub fn describe(
        &mut self,
        label: Option<String>,
        metadata: Metadata,
        now: Timestamp,
    ) -> Change {
        if (&self.label, &self.metadata) == (&label, &metadata) {
            return Change::AlreadyApplied;
        }
        self.0.label = label;
        self.0.metadata = metadata;
        self.touch(now)
    }

    /// Makes the card its owner's own: no mandate bounds it any more.
    pub fn unbind(&mut self, now: Timestamp) -> Change {
        match self.0.grant.take() {
            None => Change::AlreadyApplied,
            Some(_) => self.touch(now),
        }
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

    fn retire(&mut self, reason: CancelReason, now: Timestamp) -> Change {
        self.0.freeze_reason = None;
        self.0.cancel_reason = Some(reason);
        self.become_status(CardStatus::Cancelled, now)
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
mod tests;
