use cardium_cards::{Card, Controls, ControlsPatch, NewCard, Product, Shipping, StoredPan, Wallet};
use cardium_kernel::{AccountId, Book, CardId, ErrorCode, Metadata, Money, Problem, digest128};
use cardium_ledger::LedgerAccountId;
use cardium_vault::{Aad, Keys, Pan, PanFingerprint, SealRandom, Sealed, seal};

use crate::{
    CommandError, CommandResult, Context, Ending, EventType, Hints, NaturalKey, RowKey, Snapshot,
    Unit, UseCase,
    event::CardView,
    grants::leave::{self, Wish},
};

use super::{
    controls::{WITHIN, changed},
    load::Load,
    view,
};

/// A PAN drawn for a new card, already sealed; the plain digits stay at the edge.
#[derive(Debug, Clone)]
pub struct NewPan {
    /// Its keyed fingerprint.
    pub fingerprint: PanFingerprint,
    /// The encrypted digits.
    pub sealed: Sealed,
    /// The last four digits.
    pub last4: String,
}

impl NewPan {
    /// The field that the seal is bound to, beside account and card.
    pub const FIELD: &'static str = "card.pan";

    /// Draws a PAN of the BIN and seals it for this card.
    ///
    /// # Errors
    /// [`CommandError::Internal`] when the BIN or the keys are unusable.
    pub fn draw(
        keys: &Keys,
        bin: &str,
        (account, card): (AccountId, CardId),
        (digits, random): (&[u8; 16], &[u8; SealRandom::BYTES]),
    ) -> Result<Self, CommandError> {
        let internal = |error: &dyn std::error::Error| CommandError::Internal(error.to_string());
        let pan = Pan::generate(bin, digits).map_err(|error| internal(&error))?;
        let random = SealRandom::from_bytes(random);
        let aad = Self::aad(account, card);
        let sealed = seal(pan.reveal().as_bytes(), &aad, keys.ring().active(), random)
            .map_err(|error| internal(&error))?;
        let fingerprint = PanFingerprint::of(&pan, keys.fingerprint());
        Ok(Self { fingerprint, sealed, last4: pan.last4().to_owned() })
    }

    /// What a PAN's seal is bound to.
    #[must_use]
    pub fn aad(account: AccountId, card: CardId) -> Aad {
        let (account, card) = (account.value().to_be_bytes(), card.value().to_be_bytes());
        Aad::new(account, &card, Self::FIELD)
    }
}

/// Issues a card, loaded or not: the whole or nothing.
#[derive(Debug, Clone)]
pub struct IssueCard {
    /// The new card's id.
    pub id: CardId,
    /// The product.
    pub product: &'static Product,
    /// Its PAN.
    pub pan: NewPan,
    /// The book, where the request or the key names one.
    pub book: Option<Book>,
    /// What to load at once.
    pub load: Option<Money>,
    /// What its owner calls it.
    pub label: Option<String>,
    /// Its standing with mobile wallets.
    pub wallet: Wallet,
    /// What it may be spent on.
    pub controls: ControlsPatch,
    /// Where plastic is sent, sealed for this card.
    pub shipping: Option<Sealed>,
    /// The same as an owner is asked about it.
    pub destination: Option<Destination>,
    /// Its owner's notes.
    pub metadata: Metadata,
}

/// Where plastic is sent, as an owner is asked about it: in words, and by a digest of all of it.
/// The words leave the street out: addresses are kept encrypted, and questions are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    words: String,
    digest: u128,
}

impl From<&Shipping> for Destination {
    fn from(shipping: &Shipping) -> Self {
        let country = shipping.country.map_or_else(String::new, |country| country.to_string());
        let name = shipping.name.replace(['“', '”'], "\"");
        let words = format!("“{name}”, {} {}, {country}", shipping.postal_code, shipping.city);
        let line2 = shipping.line2.as_deref();
        let optional = [line2, shipping.state.as_deref(), shipping.phone.as_deref()];
        let lines = [&shipping.name, &shipping.line1, &shipping.postal_code, &shipping.city];
        // As it is written, what is absent is told from what is empty.
        let digest = digest128(&[format!("{lines:?}{country}{optional:?}").as_bytes()]);
        Self { words, digest }
    }
}

impl Destination {
    /// Who gets it, and in which town.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    /// A digest of all of it.
    pub(super) const fn digest(&self) -> u128 {
        self.digest
    }
}

impl UseCase for IssueCard {
    type Output = CardView;

    fn hints(&self, context: &Context) -> Hints {
        let hints = Hints::rows([RowKey::Pan(self.id)])
            .with_card(self.id)
            .with_name(NaturalKey::Pan(*self.pan.fingerprint.as_bytes()));
        match context.actor {
            crate::Actor::Credential { account, .. } => {
                hints.with(RowKey::Account(account)).with_treasuries(account)
            }
            _ => hints,
        }
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<CardView> {
        let account = unit.account()?;
        if unit.tx.find_card_by_pan(&self.pan.fingerprint)?.is_some() {
            return Err(CommandError::PanTaken);
        }
        if unit.tx.count_cards(account)? >= unit.policy().cards_maximum {
            let message = "The account holds the most cards it may.";
            return Err(Problem::new(ErrorCode::CardLimitReached, message).into());
        }
        unit.check_unlocked(account)?;
        let card = self.card(unit, account)?;
        let load = self.load.map(|amount| Load::try_new(unit, ("load_usd", amount), None));
        let load = load.transpose()?;
        self.check_leave(unit, &card, load)?;
        self.insert(unit, &card)?;
        if let Some(load) = load {
            load.book(unit, &card)?;
        }
        let view = view(unit, card)?;
        unit.emit(EventType::CardIssued, Snapshot::Card(view.clone()))?;
        unit.audit(account, "card.issued", &self.id)?;
        Ok(Ending::Done(view))
    }
}

impl IssueCard {
    fn card(&self, unit: &mut Unit<'_>, account: AccountId) -> Result<Card, CommandError> {
        let book = match self.book {
            Some(book) => book,
            None => default_book(unit, account)?,
        };
        unit.check_book(book)?;
        let expiry = Card::expiry_from(unit.now());
        let facts = (Some(self.product), expiry, unit.now());
        let controls = changed(&self.controls, &Controls::default(), facts, &WITHIN)?;
        let new = NewCard {
            id: self.id,
            account,
            book,
            product: self.product,
            last4: self.pan.last4.clone(),
            label: self.label.clone(),
            wallet: self.wallet,
            controls,
            shipping: self.shipping.clone(),
            metadata: self.metadata.clone(),
            grant: unit.grant().map(|grant| grant.id),
        };
        Ok(Card::issue(new, expiry, unit.now()))
    }

    fn insert(&self, unit: &mut Unit<'_>, card: &Card) -> Result<(), CommandError> {
        unit.tx.save_card(card.clone())?;
        unit.tx.insert_pan(StoredPan {
            card: self.id,
            account: card.account,
            fingerprint: self.pan.fingerprint,
            sealed: self.pan.sealed.clone(),
        })?;
        Ok(())
    }

    /// What an owner agrees to beside the words.
    fn terms(&self) -> u128 {
        let sent = self.destination.as_ref().map(|sent| sent.digest);
        let rest = (&self.label, &self.controls, self.wallet, &self.metadata, sent);
        digest128(&[format!("{rest:?}").as_bytes()])
    }

    /// What an agent needs leave for: money, and plastic, which goes where the agent says.
    fn check_leave(
        &self,
        unit: &mut Unit<'_>,
        card: &Card,
        load: Option<Load>,
    ) -> Result<(), CommandError> {
        let amount = load.map(Load::total).transpose()?;
        match (amount, &self.destination) {
            (amount, Some(_)) => leave::send(unit, amount, self.wish(card, load)),
            (Some(amount), None) => leave::spend(unit, amount, self.wish(card, load)),
            (None, None) => Ok(()),
        }
    }

    /// A new card has neither id nor number before it is there: the next try has others.
    fn wish(&self, card: &Card, load: Option<Load>) -> Wish {
        let label = card.label.as_ref().map(|label| label.replace(['“', '”'], "\""));
        let label = label.map_or_else(String::new, |label| format!(" “{label}”"));
        let limited = self.controls != ControlsPatch::default();
        let limits = if limited { "with limits" } else { "without limits" };
        let (kind, name) = (self.product.card_type.as_str(), self.product.name);
        let sent = self.destination.as_ref();
        let to = sent.map_or_else(String::new, |sent| format!(", sent to {}", sent.words));
        let loaded = load.map_or_else(String::new, |load| format!(", and load {load} onto it"));
        Wish {
            operation: "issue_card",
            summary: format!("Issue a {kind} {name} card{label} {limits} of its own{to}{loaded}"),
            terms: self.terms(),
            book: card.book,
            card: None,
        }
    }
}

/// Live once the account has ever had a live credit, else sandbox.
pub(crate) fn default_book(unit: &mut Unit<'_>, account: AccountId) -> Result<Book, CommandError> {
    let live = LedgerAccountId::treasury(account, Book::Live);
    let used = unit.tx.find_ledger_account(live)?.is_some_and(|account| account.version > 0);
    Ok(if used { Book::Live } else { Book::Sandbox })
}
